"""The names of months and time zones that feeds use."""

_ENGLISH = "january february march april may june july august september october november december"
_SPANISH = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
_PORTUGUESE = "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
_FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
_GERMAN = "januar februar märz april mai juni juli august september oktober november dezember"
_ITALIAN = "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
_DUTCH = "januari februari maart april mei juni juli augustus september oktober november december"
_LANGUAGES = (_DUTCH, _ITALIAN, _GERMAN, _FRENCH, _PORTUGUESE, _SPANISH, _ENGLISH)


def _names() -> dict[str, int]:
    numbered = [(name, number) for names in _LANGUAGES for number, name in enumerate(names.split(), start=1)]
    # Three letters tell the months of every language apart, except French juin from juillet, which are written out.
    return {name[:3]: number for name, number in numbered} | dict(numbered) | {"juil": 7, "sept": 9, "mrz": 3}


MONTHS = _names()

# Hours ahead of UTC. RFC 822 settles the American names (so CST is not China's); IST is India's, the commonest user.
_HOURS = (
    "Z 0 UT 0 UTC 0 GMT 0 WET 0",
    "EST -5 EDT -4 ET -5 CST -6 CDT -5 CT -6 MST -7 MDT -6 MT -7 PST -8 PDT -7 PT -8 AKST -9 AKDT -8 HST -10",
    "AST -4 ADT -3 NST -3.5 NDT -2.5 BRT -3 ART -3 CLT -4 COT -5 PET -5 VET -4",
    "BST 1 WEST 1 CET 1 MET 1 CEST 2 MEST 2 EET 2 EEST 3 MSK 3 TRT 3 WAT 1 CAT 2 SAST 2 EAT 3",
    "IDT 3 IRST 3.5 IRDT 4.5 GST 4 AFT 4.5 PKT 5 UZT 5 TJT 5 IST 5.5 NPT 5.75 BDT 6 MMT 6.5 ICT 7 WIB 7",
    "HKT 8 SGT 8 MYT 8 PHT 8 AWST 8 JST 9 KST 9 ACST 9.5 ACDT 10.5 AEST 10 AEDT 11 NZST 12 NZDT 13",
)


def _hours() -> dict[str, float]:
    words = " ".join(_HOURS).split()
    return {name: float(hours) for name, hours in zip(words[::2], words[1::2], strict=True)}


ZONES = _hours()
