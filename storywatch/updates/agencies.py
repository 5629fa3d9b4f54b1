"""Agencies, and how outlets credit them: as author, in the dateline, at the end of a text, in the copyright line.

A mention is no credit: `a doctor told Reuters`, `in an interview with AFP`, a photograph's caption.
"""

import re

_AGENCIES = {
    "ap": r"(?<!Australian )(?:The )?Associated Press|AP|AP News|أسوشيتد برس|أ ?ب|एपी",
    "reuters": r"(?:Thomson )?Reuters|REUTERS|رويترز|Рейтерс?|रॉयटर्स",
    "afp": r"Agence France[- ]Presse|AFP|(?:وكالة )?فرانس برس|أ ?ف ?ب|एएफपी",
    "dpa": r"dpa|DPA|Deutsche Presse-Agentur|د ?ب ?أ",
    "ansa": r"ANSA",
    "efe": r"(?:Agencia )?EFE",
    "tass": r"TASS|Tass|ТАСС",
    "interfax": r"Interfax|Интерфакс|Інтерфакс(?:-Україна)?",
    "ria": r"RIA(?: Novosti)?|РИА(?: Новости)?",
    "ukrinform": r"Ukrinform|Укринформ|Укрінформ",
    "unian": r"UNIAN|УНИАН|УНІАН",
    "xinhua": r"Xinhua(?: News Agency)?|XINHUA|شينخوا|Синьхуа",
    "kyodo": r"Kyodo(?: News)?",
    "pti": r"PTI|Press Trust of India|पीटीआई|भाषा",
    "ani": r"ANI|एएनआई",
    "ians": r"IANS|आईएएनएस",
    "upi": r"UPI",
    "anadolu": r"Anadolu(?: Agency| Ajans[ıi])?|AA|الأناضول",
    "pa": r"PA Media|Press Association|PA",
    "canadian-press": r"(?:The )?Canadian Press",
    "aap": r"AAP|Australian Associated Press",
    "yonhap": r"Yonhap",
    "bloomberg": r"Bloomberg(?: News)?",
    "pajhwok": r"Pajhwok(?: Afghan News)?",
    "apa": r"APA",
    "lusa": r"Lusa",
    "agencies": r"(?:news |wire )?[Aa]gencies|(?:the )?wires|[Aa]gencias|[Aa]gences|Agenturen|(?:ال)?وكالات|एजेंसियां",
}
_CHINESE = {"xinhua": "新华社|新華社", "reuters": "路透社?", "afp": "法新社", "ap": "美联社|美聯社", "efe": "埃菲社"}

_PLACE = r"[A-ZÀ-Þ][A-ZÀ-Þ.'’-]+(?:[ ,]+[A-ZÀ-Þ][\w.'’-]*){0,5}"
_DAY = r"(?:, (?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Za-z]{3,9}\.?)(?:, \d{4})?)?"
_ANY_PLACE = r"(?:[^\W_][\w.'’/-]*,? ){1,7}"
_WITH = r"(?:[Ww]ith|WITH|[Aa]vec|[Mm]it|[Cc]on|[Cc]om)"
_MATERIAL = r"(?: (?:inputs?|reporting|material|files|contributions?|información|informações))?(?: (?:from|by|von|de))?"
_NO_PICTURE = r"(?![^)\n]{0,30}(?:[Pp]hoto|[Pp]icture|[Ii]mages?|[Ff]ile|[Vv]ideo|[Hh]andout))"


def _compiled(name: str) -> re.Pattern[str]:
    agency = f"(?:{name})"
    others = r"(?:(?:,| and|,? &|/| et| und| y) ?[A-Z]\w+){0,3}"
    return re.compile(
        rf"^[ \t]*{_PLACE}{_DAY} ?\({agency}(?:[/ ,–-][^)]*)?\)\s*[-–—:.]+\s"  # KABUL (AP) —
        rf"|^[ \t]*{_ANY_PLACE}\({agency}(?:[/ ,–-][^)]{{0,20}})?\)\s?\.?[-–—:]+\s"  # Kabul (AFP) -
        rf"|^[ \t]*\({agency}(?:/[^)]{{0,20}})?\)\s*[-–—:]*\s"  # (Reuters) -
        rf"|^[ \t]*[^/\n]{{0,60}}/ ?{agency} ?/[ .–—-]"  # MOSCOW, 28 November. /TASS/.
        rf"|^[ \t]*[^.\n]{{3,50}} [-–—] {agency}\.\s"  # MOSCOW, 28 Nov — RIA Novosti.
        rf"|^[ \t]*{_PLACE}{_DAY},? {agency}\s*[-–—:]+\s"  # KABUL, AFP -
        rf"|^[ \t]*{agency}\s*[-–—:|]\s"  # AFP -
        rf"|^[ \t]*(?:By|BY|by) [^.\n]{{3,60}}?[ ,|/–—-]+{agency}(?: [Ww]riters?)?\s*$"  # By JANE ROE Associated Press
        rf"|[\s.]\({_NO_PICTURE}{agency}(?:[/ ,][^)]{{0,30}})?\)\s*\.?\s*$"  # ... said. (AFP)
        rf"|[.!?…”\"]\s*[-–—]?\s*{agency}(?:[/ ,]\s?[A-Z]\w+|/\w{{2,6}})*\s*\.?\s*$"  # ... said. — Reuters
        rf"|(?:©|\([cC]\)|\b[Cc]opyright)(?: ?©)?,? ?(?:\d{{4}})?,? ?(?:by )?{agency}\b"
        rf"|(?:^|[.!?…(\[|–—-]\s*){_WITH}(?: \w+)??{_MATERIAL} {agency}{others}\s*[.)\]]*\s*$"  # (With AFP)
        rf"|\b{_WITH} (?:inputs?|reporting|material|files|contributions?|información)"
        rf" (?:from|by|von|de) {agency}\b"
        rf"|\b[Ss]ource ?: {agency}\b|(?:^|[.!?(\[]\s*)[Vv]ia {agency}\b|\b[Rr]eporting by {agency}\b"
        rf"|\b(?:originally|first) (?:published|appeared) (?:by|on|in) (?:the )?{agency}\b",
        re.MULTILINE,
    )


def _compiled_author(name: str) -> re.Pattern[str]:
    agency = f"(?:{name})"
    role = r"(?: (?:staff|news agency|correspondents?|writers?|journalists?))?"
    return re.compile(
        rf"^(?:by |from |with |avec |mit |von |por |par |source ?: ?|(?:©|\(c\)) ?(?:\d{{4}} )?)?{agency}{role}$"
        rf"|(?:[/,;(|] ?| [–—-] ?){agency}{role}\)?$"
        rf"|^{agency}(?: ?[/,;|]| [–—-]|-AFX| (?:via|with|and|writers?)\b)"
        rf"|\b(?:for|with|via|and|avec|mit|con|et|und|y) {agency}$",
        re.IGNORECASE,
    )


_CREDITS = {key: _compiled(name) for key, name in _AGENCIES.items()}
_AUTHORS = {key: _compiled_author(name) for key, name in _AGENCIES.items()}
_NAMED = {key: re.compile(rf"(?<![^\W_])(?:{name})(?![^\W_])") for key, name in _AGENCIES.items()}
_IN_FULL = {
    "ap": re.compile(r"(?<!australian )\bassociated press\b", re.IGNORECASE),
    "afp": re.compile(r"\bagence france[- ]presse\b", re.IGNORECASE),
}
"""What no author is called: `JANE ROE Associated Press`."""

_IN_CHINESE = {
    key: re.compile(
        rf"^[ \t]*[(（【]?(?:{name})[)）】]?[^\s，。]{{0,14}}[电電讯訊]|^[ \t]*[(（【](?:{name})[)）】]"
        rf"|[(（](?:{name})[)）]\s*$|来源 ?[:：]\s*(?:{name})|來源 ?[:：]\s*(?:{name})|^(?:{name})$",
        re.MULTILINE,
    )
    for key, name in _CHINESE.items()
}
_SIGNED = {
    "reuters": re.compile(
        r"Thomson Reuters Trust Principles"
        r"|\bReporting by [^;\n]{3,200}; ?(?:[Ww]riting by [^;\n]{3,80}; ?)?[Ee]diting by "
    ),
    "dpa": re.compile(r"\bdpa:\d{6}"),
}
"""What only one agency writes below its reports."""

_AUTHOR_CHARS = 200
_ENDS = 700
"""Credits stand at the beginning or the end of a text; so many characters of each are looked at."""


def agency_of(author: str | None, *texts: str) -> str | None:
    """Return the agency that is credited as author, in a dateline or at the end of a text. A mention is no credit."""
    named = _of_author(author.strip()[:_AUTHOR_CHARS]) if author else None
    ends = (end for text in texts for end in dict.fromkeys((text[:_ENDS], text[-_ENDS:])))
    return named or next(filter(None, map(_of_text, ends)), None)


def _of_author(author: str) -> str | None:
    tables = _AUTHORS, _IN_FULL, _IN_CHINESE
    return next((key for table in tables for key, pattern in table.items() if pattern.search(author)), None)


def _of_text(end: str) -> str | None:
    for key, named in _NAMED.items():
        if named.search(end) and _CREDITS[key].search(end):  # the first is cheap, and seldom true
            return key
    tables = _SIGNED, _IN_CHINESE
    return next((key for table in tables for key, pattern in table.items() if pattern.search(end)), None)
