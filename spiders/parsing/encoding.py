"""Finds the encoding of an XML document, whatever its server and its own declaration say."""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# "<?" in the encodings that are no superset of ASCII (XML 1.0, appendix F).
_WIDE = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARED = re.compile(rb"""^[^<]{0,200}<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)

# Python also has codecs that are no character encodings, and two (idna, punycode) that take quadratic time.
_USABLE = re.compile(
    r"ascii|utf-?(8|16|32).*|iso8859-\d+|cp\d+|koi8-[rut]|big5.*|gb.*|euc_.*|shift_jis.*|iso2022_.*|johab|hz|mac-.*|tis-620"
)
# As browsers do it: what calls itself the left is the right, a superset (https://encoding.spec.whatwg.org/).
_SUPERSETS = {"ascii": "cp1252", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}
# Bytes in these are valid UTF-8 as well, so their declaration has to be believed first.
_ESCAPED = ("iso2022", "hz")


def decode(body: bytes, content_type: str | None) -> str:
    """Return the document's text. Never fails: as a last resort bytes that mean nothing become U+FFFD.

    Order: byte order mark, wide encodings by their zero bytes, UTF-8 if it is valid (text in another encoding hardly
    ever is, and declarations are wrong more often), the XML declaration, the header's charset, then Windows-1252.
    """
    for mark, name in (*_BOMS, *_WIDE):
        if body.startswith(mark):
            return body.removeprefix(mark if (mark, name) in _BOMS else b"").decode(name, "replace")
    declared = [name for name in (_declared(body), _charset(content_type)) if name]
    escaped = [name for name in declared if name.startswith(_ESCAPED)]
    for name in (*escaped, "utf-8", *declared, "cp1252"):
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return body.decode(declared[0] if declared else "cp1252", "replace")


def may_be_utf8(body: bytes, content_type: str | None) -> bool:
    """Tell whether the document is in UTF-8 if its bytes are valid as that: what `decode` will find."""
    if body.startswith(tuple(mark for mark, name in (*_BOMS, *_WIDE) if name != "utf-8")):
        return False
    return not any(name and name.startswith(_ESCAPED) for name in (_declared(body), _charset(content_type)))


def _declared(body: bytes) -> str | None:
    found = _DECLARED.match(body)
    return _usable(found[1].decode("ascii")) if found else None


def _charset(content_type: str | None) -> str | None:
    found = _CHARSET.search(content_type or "")
    return _usable(found[1]) if found else None


def _usable(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    # A document that was read as far as its declaration is not in 16 or 32 bits, whatever the declaration says.
    if not _USABLE.fullmatch(name) or name.startswith(("utf-16", "utf-32")):
        return None
    return _SUPERSETS.get(name, name)
