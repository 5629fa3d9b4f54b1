"""The names of months and time zones that feeds use."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

_ENGLISH = "january february march april may june july august september october november december"
_SPANISH = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
_PORTUGUESE = "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
_FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
_GERMAN = "januar februar märz april mai juni juli august september oktober november dezember"
_ITALIAN = "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
_DUTCH = "januari februari maart april mei juni juli augustus september oktober november december"
_RUSSIAN = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
_UKRAINIAN = "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня"
_POLISH = "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia"
_FINNISH = (
    "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta "
    "marraskuuta joulukuuta"
)
_TURKISH = "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık"

# Three letters tell the months of these apart, except French juin from juillet, which are written out.
_EASTERN = (_TURKISH, _POLISH, _UKRAINIAN, _RUSSIAN)
_ABBREVIATED = (*_EASTERN, _DUTCH, _ITALIAN, _GERMAN, _FRENCH, _PORTUGUESE, _SPANISH, _ENGLISH)
_WHOLE = (
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "ledna února března dubna května června července srpna září října listopadu prosince",
    "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januar februar marts april maj juni juli august september oktober november desember",
    "januari februari maret april mei juni juli agustus september oktober november desember",
    "januari februari mac april mei jun julai ogos september oktober november disember",
    _FINNISH,
    # Arabic, Persian, Dari and Pashto, Urdu: the months of the Gregorian calendar.
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر",
    "جنوری فبروری مارچ اپریل می جون جولای اگست سپتمبر اکتوبر نومبر دسمبر",
    "جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر",
)
_OTHERS = {"juil": 7, "sept": 9, "mrz": 3, "май": 5, "des": 12, "آگوست": 8, "سپټمبر": 9, "إبريل": 4, "ابريل": 4}


def _numbered(languages: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    for names in languages:
        for number, name in enumerate(names.split(), start=1):
            yield name, number


def _names() -> dict[str, int]:
    abbreviated = {name[:3]: number for name, number in _numbered(_ABBREVIATED)}
    return abbreviated | dict(_numbered((*_WHOLE, *_ABBREVIATED))) | _OTHERS


MONTHS = _names()

WEEKDAYS = {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}

# Hours ahead of UTC, the meaning that counts first. RFC 822 settles the American names, so CST alone is not China's.
# The others are of places whose clocks call themselves something else, or nothing, in the time zone database.
_HOURS = (
    "Z 0 UT 0 UTC 0 GMT 0 WET 0 WEST 1 CET 1 MET 1 MEZ 1 CEST 2 MEST 2 MESZ 2 EET 2 EEST 3 MSK 3 MSD 4 TRT 3",
    "EST -5/10/11 EDT -4/11 CST -6/9.5/10.5 CDT -5 MST -7/8/6.5 MDT -6 PST -8/8/5 PDT -7",
    "AKST -9 AKDT -8 HST -10 AST -4/3 ADT -3 NST -3.5/5.75 NDT -2.5 BRT -3 ART -3 CLT -4 CLST -3 COT -5 PET -5 VET -4",
    "ECT -5/-4/1/2 BOT -4 UYT -3 PYT -4 GYT -4 SRT -3 BST 1/6 WAT 1 CAT 2 SAST 2 EAT 3 IDT 3 IRST 3.5 IRDT 4.5",
    "GST 4/10 AMT -4/4 AZT 4 GET 4 AFT 4.5 PKT 5 UZT 5 TJT 5 TMT 5 MVT 5 IST 5.5/3.5 NPT 5.75 BTT 6 KGT 6 BDT 6/8",
    "ALMT 6 MMT 6.5 ICT 7 WIB 7 WITA 8 WIT 9 HKT 8 SGT 8 MYT 8 PHT 8 BNT 8 AWST 8 WST 8/13 ULAT 8 JST 9 KST 9 TLT 9",
    "ACST 9.5 ACDT 10.5 AEST 10 PGT 10 CHST 10 AEDT 11 SBT 11 NZST 12 FJT 12 NZDT 13 TOT 13 SST -11/8",
)

# These are the clock of a place in summer and winter.
_CLOCKS = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}


def _zones() -> dict[str, tuple[timedelta, ...]]:
    words = " ".join(_HOURS).split()
    pairs = zip(words[::2], words[1::2], strict=True)
    return {name: tuple(timedelta(hours=float(each)) for each in hours.split("/")) for name, hours in pairs}


ZONES = _zones()


def zone_called(name: str) -> tzinfo:
    """Return the zone with this IANA name; UTC where nobody knows it."""
    return _zone(name) or UTC


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # KeyError: no such zone; the others: no name of a zone at all
        return None


def offset_of(name: str, local: datetime, zone: tzinfo) -> timedelta | None:
    """Return how far ahead of UTC the clock `local` is that says it shows the zone `name`; None if nobody knows it.

    Several zones share abbreviations: IST is India's, Ireland's and Israel's. So the outlet's own use comes first:
    what its `zone` calls itself in that year, or a meaning of the name that is one of its offsets.
    """
    place = _CLOCKS.get(name.upper(), name)
    if "/" in place:
        named = _zone(place)
        return named.utcoffset(local) if named else None
    known = ZONES.get(name.upper(), ())
    if known == (timedelta(),):
        return timedelta()
    for own in _own_moments(local, zone):
        if (own.tzname() or "").upper() == name.upper() or (len(known) > 1 and own.utcoffset() in known):
            return own.utcoffset()
    return known[0] if known else None


def _own_moments(local: datetime, zone: tzinfo) -> Iterator[datetime]:
    """Yield moments with each offset of the zone in that year, first the one in force."""
    yield local.replace(tzinfo=zone)
    yield local.replace(tzinfo=zone, fold=1)
    for month in (1, 7):
        yield datetime(local.year, month, 1, tzinfo=zone)
