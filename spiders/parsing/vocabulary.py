"""The HTML elements that turning HTML into text must know (https://html.spec.whatwg.org/multipage/indices.html)."""

# Their contents are never read by people.
DROPPED = frozenset({"script", "style", "template", "iframe", "svg", "noembed", "noframes"})

_PARAGRAPHS = (
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr html legend main menu nav ol p pre search section summary table ul"
)
_ROWS = "caption li option tbody tfoot thead tr"
_CELLS = "td th"

# What separates the text before an element's tag from the text after it.
BLOCKS = (
    dict.fromkeys(_PARAGRAPHS.split(), "\n\n") | dict.fromkeys(_ROWS.split(), "\n") | dict.fromkeys(_CELLS.split(), " ")
)

_INLINE = (
    "a abbr acronym area audio b base bdi bdo big br button canvas cite code col colgroup data del dfn em embed font "
    "frame frameset head i img input ins kbd label link map mark marquee meta meter nobr noscript object optgroup "
    "output param picture progress q rp rt ruby s samp select small source span strike strong sub sup textarea time "
    "title track tt u var video wbr"
)

ELEMENTS = DROPPED | BLOCKS.keys() | frozenset(_INLINE.split())
