"""English names as other scripts write them: by their sound, not by their letters."""

import re

_RULES = (
    (r"(?<=[^aeiou])i(?=[bdklmn][aeo])|(?<=^m)i(?=ch)", "ai"),  # Biden, Байден; Michael, Майкл
    (r"^([^aeiou]+)u(?=[^aeiourh][^aeiou]?$)", r"\1a"),  # Trump, Трамп
    (r"u(?=r[^aeiou])", "e"),  # Burns, Бернс
    (r"^au", "o"),  # Austin, Остин
    (r"a(?=[^aeiouyr]es?$)", "ei"),  # Gates, Гейтс
    (r"ge$", "j"),
    (r"^ge(?=o)", "j"),  # George, Джордж
    (r"gh(?=t)|(?<=[^aeiou]o)e$|(?<=[^aeiou])e(?=s?$)", ""),  # Wright, Joe, Moore
    (r"ea(?=.)", "i"),  # Dean, Дин
    (r"(?:e[yi]|ie)$", "i"),  # Milley, Милли; McKenzie, Маккензи
    (r"(?<=o)h(?=n)", ""),  # Johnson, Джонсон
)
_READ = tuple((re.compile(pattern), heard) for pattern, heard in _RULES)


def as_heard(word: str) -> str:
    """Return a Latin word as an English reader says it, roughly; other words as they are."""
    if not word.isascii():
        return word
    for pattern, heard in _READ:
        word = pattern.sub(heard, word)
    return word
