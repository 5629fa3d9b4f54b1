"""Figures: how many were killed, injured, arrested and so on, of whom, and who says so. English only.

A number is a figure when the words beside it say what it counts; years, ages, dates, distances and names of units are
none. What is not understood is left out: nothing is guessed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from storywatch.difference import sentences
from storywatch.matching.words import fold
from storywatch.model import Figure, FigureKind
from storywatch.updates.listing import word_set
from storywatch.updates.numbers import Number, numbers
from storywatch.updates.speakers import said_by

MOST_FIGURES = 40
"""Figures of one report that are kept, from the top."""

MOST_CHARS = 8_000
MOST_SENTENCE_CHARS = 1_500
MOST_NOUN_WORDS = 7

_WORD = re.compile(r"[^\W\d_][\w'’.-]*[\w'’]|[^\W\d_]|\d[\d,.]*|[,;:()—–-]|[.!?]")

_KINDS = {
    FigureKind.KILLED: "killed dead died die dies deaths death fatalities bodies slain massacred corpses perished"
    " drowned",
    FigureKind.INJURED: "injured wounded hurt injuries hospitalised hospitalized",
    FigureKind.MISSING: "missing unaccounted",
    FigureKind.ARRESTED: "arrested detained arrests detentions",
    FigureKind.DISPLACED: "displaced homeless evacuated fled",
    FigureKind.HOSTAGES: "hostages hostage kidnapped abducted captives",
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_ACTS = {
    FigureKind.KILLED: "killed kills killing kill claiming claims claimed",
    FigureKind.INJURED: "injured injures injuring injure wounded wounds wounding wound hurt hurting",
    FigureKind.ARRESTED: "arrested arrests arresting arrest detained detains detaining detain",
    FigureKind.DISPLACED: "displaced displaces displacing displace evacuated evacuating",
    FigureKind.HOSTAGES: "kidnapped kidnapping kidnaps abducted abducting abducts",
}
_ACT_OF = {word: kind for kind, words in _ACTS.items() for word in words.split()}
_PEOPLE = word_set("""
    people persons civilians soldiers troops marines members personnel children kids women men girls boys officers
    policemen police passengers crew students pupils teachers journalists workers employees residents villagers
    protesters demonstrators migrants refugees victims others patients doctors nurses militants fighters insurgents
    gunmen terrorists prisoners inmates detainees families relatives tourists worshippers shoppers miners sailors
    firefighters rescuers paramedics medics hostages survivors adults infants babies guards suspects rebels pilgrims
    person man woman child soldier civilian officer boy girl policeman marine journalist protester passenger worker
    family student teacher prisoner militant fighter sailor miner bodies corpses americans afghans britons israelis
    palestinians russians ukrainians syrians iraqis iranians pakistanis indians germans italians spaniards
    """)
_AUXILIARIES = word_set("""
    were was are is been be being have has had also reportedly now still confirmed feared believed presumed reported
    remain remained remains initially later lay lying thought known counted found pronounced declared already
    """)
_STOPS = word_set("""
    in on at by from after when while as who that which with during near outside inside and or but to for since
    including following before around across amid among because if where than left into over under until within so
    """)
_VERBS = word_set("""
    survived rescued escaped saved brought pulled taken carried said says reported fired opened came went remained
    were was are is have has had
    """)
_PASSIVE_ONLY = word_set("killed injured wounded arrested detained displaced evacuated kidnapped abducted hurt")
"""Right after a noun these may be active: `the strike killed`. Only people are killed without `were`."""
_TOLLS = word_set("toll deaths fatalities casualties dead killed count injured wounded missing arrests displaced")
_TOLL_LINKS = word_set(
    "to at of reached reaches hit hits now is was stands stood passes passed tops topped past : toll"
)
_TOLL_LINKS |= word_set("exceeds exceeded surpasses surpassed climbs climbed rises rose soars soared")
_LIVES_TAKEN = word_set("cost costs costing claimed claims claiming took takes taking lost")
_MODIFIERS = word_set("more other others additional further another new confirmed fellow of the these those his")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December|"
_MONTHS += r"Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?"
_NOT_BEFORE = re.compile(
    rf"(?:\b(?:{_MONTHS})|\b(?:No\.|number|Flight|Route|Highway|Resolution|Article|Section|Unit|Gate|Room|Block|Camp|page"
    r"|aged|age|Boeing|Airbus|Type|Mark|Title|Order|Chapter|Channel|Class|Division|Category|Phase|Tier|Level|SEAL Team"
    r"|Apollo|Company|Task Force|Squadron|Battalion|Regiment|Brigade|Line|Interstate|Rule|Form|Group of)"
    r"|\b[A-Z]{1,3}-|#|\b\d{1,2}:)\s?$"
)
_NOT_AFTER = re.compile(
    r"(?:\s?%|[\s-]?(?:per ?cent\b|percent|percentage|points?\b|km\b|kilomet|miles?\b|met(?:er|re)s?\b|m\b"
    r"|feet\b|foot\b|ft\b"
    r"|inch|cm\b|mm\b|yards?\b|acres?\b|hectares?\b|kg\b|kilos?\b|kilogram|lbs?\b|tonn?es?\b|tons?\b|lit(?:er|re)s?\b|gallons?\b"
    r"|mph\b|kph\b|knots?\b|degrees?\b|°|years?\b|months?\b|weeks?\b|days?\b|hours?\b|hrs?\b|minutes?\b|mins?\b|seconds?\b"
    r"|decades?\b|centur|a\.?m\b|p\.?m\b|o[’']clock|GMT\b|UTC\b|times?\b|square\b|cubic\b|storey|story\b|stories\b|nautical)"
    rf"|(?:st|nd|rd|th)\b|\s(?:of\s)?(?:{_MONTHS})\b|\s[A-Z]\w+ (?:Street|St|Road|Avenue|Ave|Lane|Square"
    rf"|Boulevard|Drive)\b"
    r"|-[a-z]+-old|\s(?:dollars|euros|pounds|rupees)\b)"
)
_DOLLARS = re.compile(r"\s?(?:US )?(?:dollars|euros|pounds|rupees|yen|rubles|roubles|francs|pesos)\b", re.IGNORECASE)
_IN_YEAR = re.compile(r"\b(?:in|since|of|by|from|until|till|early|late|mid|year|and|to|during)[ -]$", re.IGNORECASE)
_ONE_COUNTS = re.compile(r"(?!.*\bof one)(?!.*\bno one)(?!.*one of)(?!.*\bat one)", re.IGNORECASE)
_ADDED_BEFORE = re.compile(r"\b(?:another|further|additional)\s$", re.IGNORECASE)
_ADDED_AFTER = re.compile(r"\s(?:more|further|additional)\b(?! than)", re.IGNORECASE)
_NOT_SO_MANY = re.compile(r"\b(?:not|rather than|instead of)(?: the)?\s$", re.IGNORECASE)
_CORRECTED = re.compile(
    r"(?P<whom>[^,.;:\d]{0,40}?),? (?:and )?not (?:the )?(?:\w+ )?\d[\d,]*\d?(?:,| as\b[^,]*,)? ", re.IGNORECASE
)
"""Between a figure and what it counts: `170, not 100, died`."""
_UNSAID = re.compile(
    r"\b(?:(?:den(?:y|ies|ied|ying)|reject\w*|dismiss\w*|refut\w+|withdr[ae]w\w*|retract\w*|(?:takes?|took) back)"
    r" (?:(?:\S+ ){0,4}?(?:reports?|claims?|rumou?rs|allegations?|accusations?|suggestions?) )?that"
    r"|(?:not true|untrue|false|not the case|no evidence|no proof) that"
    r"|(?:false|untrue|unfounded) (?:\S+ )?(?:reports?|claims?|rumou?rs)|whether|if|unless)\b[^;:]*$",
    re.IGNORECASE,
)
"""Before a figure that nobody gives: `denied that 12 were killed`, `whether 12 were`, `if the dam broke`."""

_WOULD = word_set("could would might can will should must may cannot")
_INTENDED = re.compile(
    r"\b(?:threat\w*|plan\w*|plot\w*|want\w*|vow\w*|tr(?:y|ies|ied|ying)|attempt\w*|conspir\w*|intend\w*|expect\w*|hop\w+"
    r"|aim\w*|order\w*) to$"
)
_SHARE = re.compile(
    r"\b(?:half|most|many|some|few|none|majority|third|quarter|number|\d[\d,]*|one|two|three|four|five|six|seven|eight"
    r"|nine|ten|eleven|twelve|dozens?|\w+teen|\w+ty(?:-\w+)?)"
    r" (?:out )?of (?:(?:the|its|their|his|her|these|those|about|some) )?$",
    re.IGNORECASE,
)
"""Before the whole that a part is taken of: of `12 of the 280 passengers died`, 12 died."""

_OF_THE = re.compile(r" of (?:the|those|these|its|their) (?P<what>\w+)")
_ABOARD = re.compile(
    r"(?: people| passengers)? (?:on board|aboard)\b"
    r"(?: (?:the|an?) (?:\w+ )?(?:plane|jet|aircraft|airliner|helicopter|flight|ship|ferry|boat|vessel|bus|train))?"
)
_ASIDE = re.compile(
    r",(?! (?:and|but|who|which|while)\b)[^,.;:]{3,60}, (?=(?:were|was|are|have been|had been|died|perished)\b)"
)
"""Between whom a figure counts and what became of them: `ten people, including three children, were killed`."""

_OF_AGE = re.compile(r"[^\W\d_][,(]\s?$")
_NOBODY_IN_PARTICULAR = word_set("people persons person others other more victims bodies corpses lives the of them")


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands after a number: the words that name whom it counts, the kind if told, and where that ends."""

    words: tuple[str, ...]
    kind: FigureKind | None
    end: int
    otherwise: bool = False
    """A verb says something else of them: `188 survived`."""


def figures_of(*texts: str) -> tuple[Figure, ...]:
    """Return the figures that texts give, each kind, value and `of` once, in order. Cost grows with their length.

    Of two sentences that give the same, that is the quote which says who says so: headlines seldom do.
    """
    found: dict[tuple[FigureKind, float, float, str], Figure] = {}
    for _, sentence in sentences(*(text[:MOST_CHARS] for text in texts)):
        for figure in of_sentence(sentence):
            key = figure.kind, figure.value, figure.high, figure.of
            if key not in found or (figure.said_by and not found[key].said_by):
                found[key] = figure
    return tuple(found.values())[:MOST_FIGURES]


def of_sentence(sentence: str) -> Iterator[Figure]:
    """Yield the figures of one sentence; it is their quote."""
    sentence = sentence[:MOST_SENTENCE_CHARS]
    if not any(character.isdigit() for character in sentence) and not _WORDED_HINT.search(sentence):
        return
    told = list(_resolved(_read(sentence)))
    if told:
        for at, figure in told:
            yield replace(figure, said_by=said_by(sentence, at), quote=sentence)


_WORDED_HINT = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|hundreds?|thousands?|dozens?|scores)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    number: Number
    beside: _Beside
    kind: FigureKind | None
    joined: bool = False
    """It stands beside the number before it: `13 soldiers and 170 others`."""
    people: bool = False


def _read(sentence: str) -> list[_Candidate]:
    candidates: list[_Candidate] = []
    last_end = -1
    for number in numbers(sentence):
        if _ADDED_BEFORE.search(sentence[max(0, number.start - 12) : number.start]) or _ADDED_AFTER.match(
            sentence, number.end
        ):
            continue  # so many more: what it makes in all is not said
        before = sentence[max(0, number.start - 160) : number.start]
        if number.most or _UNSAID.search(before) or _is_part(sentence, number.end):
            continue
        if _is_money(number, sentence):
            candidates.append(_Candidate(number, _Beside((), FigureKind.MONEY, number.end), FigureKind.MONEY))
            continue
        if _counts_nothing(number, sentence):
            continue
        beside = _beside(sentence, number.end)
        between = sentence[last_end : number.start].strip() if last_end >= 0 else None
        joined = between is not None and between.lower() in _JOINING
        kind = beside.kind or _before(sentence, number)
        if _SHARE.search(before) and not _is_attribute(sentence, number.end):
            if between is not None and candidates and candidates[-1].kind is None and beside.words:
                candidates[-1] = replace(candidates[-1], kind=kind, beside=beside)
            kind = None
        people = any(word.lower() in _PEOPLE for word in beside.words)
        candidates.append(_Candidate(number, beside, kind, joined, people))
        last_end = beside.end
    return candidates


def _is_part(sentence: str, end: int) -> bool:
    """Tell whether a number is some of those that another figure counts: `two of the wounded died`."""
    match = _OF_THE.match(sentence, end)
    return match is not None and match["what"].lower() in _KIND_OF


def _is_attribute(sentence: str, end: int) -> bool:
    """Tell whether the word behind a number says what befell all of them: `12 of the 280 abducted pupils`."""
    words = sentence[end : end + 60].split()[:2]
    return len(words) > 1 and words[0].lower() in _KIND_OF and words[1].lower().rstrip(".,;:") in _PEOPLE


_JOINING = frozenset(
    {"and", ",", ", and", "as well as", ", including", "including", ", among them", "along with", "among", ", among"}
)


def _resolved(candidates: Sequence[_Candidate]) -> Iterator[tuple[int, Figure]]:
    """Give each number its kind: its own, or that of the numbers it is joined with. Yield each with where it stands."""
    kinds = [one.kind for one in candidates]
    for at in range(len(candidates) - 2, -1, -1):  # 13 soldiers and 170 Afghans were killed
        if kinds[at] is None and candidates[at + 1].joined and kinds[at + 1] not in {None, FigureKind.MONEY}:
            kinds[at] = kinds[at + 1]
    for at, one in enumerate(candidates):  # killed 13 soldiers and 170 Afghans
        if (
            at
            and one.kind is None
            and one.joined
            and not one.beside.otherwise
            and kinds[at] is None
            and kinds[at - 1] is not FigureKind.MONEY
        ):
            kinds[at] = kinds[at - 1]
    for one, told in zip(candidates, kinds, strict=True):
        kind = told or (FigureKind.OTHER if one.people and one.number.value > 1 else None)
        if kind is not None and not _is_year(one, kind):
            yield (
                one.number.start,
                Figure(
                    kind=kind,
                    value=one.number.value,
                    high=one.number.high,
                    least=one.number.least,
                    of=_of(one.beside.words) if kind is not FigureKind.MONEY else "",
                ),
            )


def _is_year(one: _Candidate, kind: FigureKind) -> bool:
    written = one.number.written
    is_plain = len(written) == 4 and written.isdigit() and 1900 <= one.number.value <= 2099
    return is_plain and kind is not FigureKind.MONEY and not one.people and one.beside.kind is None


def _is_money(number: Number, sentence: str) -> bool:
    return number.money or bool(_DOLLARS.match(sentence, number.end))


def _counts_nothing(number: Number, sentence: str) -> bool:
    before = sentence[max(0, number.digits - 24) : number.digits]
    if _NOT_BEFORE.search(before) or _NOT_AFTER.match(sentence, number.end) or _NOT_SO_MANY.search(before):
        return True
    if number.written.lower() == "one" and not _ONE_COUNTS.match(sentence[max(0, number.digits - 4) : number.end + 4]):
        return True
    if _IN_YEAR.search(before) and len(number.written) == 4 and 1900 <= number.value <= 2099:
        return True
    if not number.money and "." in number.written and number.value < 1000:
        return True  # of people there are no parts, and 1.000 may be a thousand
    aged = _OF_AGE.search(sentence[max(0, number.digits - 4) : number.digits]) and sentence[
        number.end : number.end + 1
    ] in {",", ")", "."}
    return bool(aged) or sentence[number.end : number.end + 1] in {"/", "’", "'"}


def _beside(sentence: str, start: int) -> _Beside:
    """Read on from a number: whom it counts, and what became of them."""
    words: list[str] = []
    end, aux, otherwise = start, False, False
    if corrected := _CORRECTED.match(sentence, start):
        words, start = corrected["whom"].split(), corrected.end()
    elif aboard := _ABOARD.match(sentence, start):
        start = aboard.end()
    for match in _WORD.finditer(sentence, start):
        word = match.group()
        low = word.lower()
        kind = _kind(low, sentence, match.end())
        if kind is not None:
            passive = aux or low not in _PASSIVE_ONLY or not words or _are_people(words)
            return _Beside(tuple(words), kind if passive else None, match.end() if passive else end)
        if low in _AUXILIARIES or low == "may":
            aux = True
        elif low in _WOULD:
            return _Beside(tuple(words), None, end, otherwise=True)
        elif low == "," and words and not aux and (aside := _ASIDE.match(sentence, match.start())):
            after = _beside(sentence, aside.end())
            return _Beside(tuple(words), None if after.words else after.kind, end)
        elif aux or not word[0].isalpha() or low in _STOPS or low in _VERBS or len(words) >= MOST_NOUN_WORDS:
            otherwise = low in _VERBS or (aux and word[0].isalpha())
            break
        else:
            end = match.end()
            if words or low not in _MODIFIERS:
                words.append(word)
    return _Beside(tuple(words), None, end, otherwise)


def _kind(low: str, sentence: str, end: int) -> FigureKind | None:
    """Return what a word says of those before it."""
    rest = sentence[end : end + 30].lower()
    if low == "lost" and re.match(r" (?:their |his |her )?li(?:fe|ves)", rest):
        return FigureKind.KILLED
    if low == "lives" and re.match(r" (?:(?:were|are|have been) )?lost", rest):
        return FigureKind.KILLED
    if low == "taken" and rest.startswith(" hostage"):
        return FigureKind.HOSTAGES
    if low == "death" and re.match(r" (?:sentence|penalt|threat|row|certificate|warrant)", rest):
        return None
    return _KIND_OF.get(low)


def _are_people(words: Sequence[str]) -> bool:
    """Tell whether words name people: by a noun of the list, or by a capital and a plural as in Afghans."""
    return any(word.lower() in _PEOPLE for word in words) or (words[-1][0].isupper() and words[-1].endswith("s"))


def _before(sentence: str, number: Number) -> FigureKind | None:
    """Read what stands before a number: `killing 13`, `the death toll rises to 182`."""
    words = [match.group().lower() for match in _WORD.finditer(sentence, max(0, number.start - 120), number.start)]
    if number.changed and words and words[-1] in {"from", "by"}:
        words[-1] = "to"
    while len(words) > 1 and words[-1] in {"some", "the", "another", "all", "a"}:
        words.pop()
    if len(words) > 2 and words[-1] == "of" and words[-2] in {"total", "lives"}:
        words = words[:-3] if words[-2] == "total" else words[:-1]
    if not words:
        return None
    last = words[-1]
    if last == "lives" and any(word in _LIVES_TAKEN for word in words[-3:]):
        return FigureKind.KILLED
    if last in _ACT_OF and not last.startswith("claim"):
        return None if words[-2:-1] in (["was"], ["were"]) or _is_meant(words[:-1]) else _ACT_OF[last]
    if last in _LIVES_TAKEN and sentence[number.end :].lower().startswith(" lives"):
        return FigureKind.KILLED
    ends = {".", ";", ":"} if last != ":" else {".", ";"}
    clause = words[max((at for at, word in enumerate(words) if word in ends), default=-1) + 1 :][-14:]
    if last in _TOLL_LINKS and _TOLLS.intersection(clause):
        return _kind_of_toll(clause)
    return None


def _is_meant(words: Sequence[str]) -> bool:
    """Tell whether a deed only may come: `could kill`, `threatened to kill`."""
    return bool(words) and (words[-1] in _WOULD or bool(_INTENDED.search(" ".join(words[-2:]))))


def _kind_of_toll(clause: Sequence[str]) -> FigureKind:
    told = [_KIND_OF[word] for word in clause if word in _KIND_OF]
    return FigureKind.KILLED if "toll" in clause or not told else told[-1]


def _of(words: Sequence[str]) -> str:
    kept = [fold(word) for word in words]
    while kept and kept[0] in _NOBODY_IN_PARTICULAR:
        kept.pop(0)
    return " ".join(word for word in kept if word not in {"people", "persons", "person", ""})
