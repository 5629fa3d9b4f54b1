"""Small words in and beside names: articles, son of, titles; in the scripts that names are listed in."""

_ARTICLES = "al el ul ol il ال аль эль ал уль эл"
ARTICLES = frozenset(_ARTICLES.split())
"""Articles of Arabic names: inside a name they may be there or not."""

_GLUED = "ar as ash an ad at az er es esh en ed ez ur us ud e i y ye ас аш ан ад ар аз ат ус ур е и"
GLUED_ARTICLES = frozenset(_GLUED.split()) | ARTICLES
"""Forms of the article before some letters, and the Persian ezafe. Many are English words: they need their hyphen."""

_SONS = "bin ibn ben ibni bint bn بن ابن بنت бин ибн бен бинт"
SONS = frozenset(_SONS.split())
"""Son of, daughter of: inside a name they may be there or not."""

_SERVANTS = """
abu abou ابو абу abd abdul abdel abdal abdol abdur abdus abdoul abdu abdou عبد عبدال абд абдул абдуль абдель
"""
SERVANTS = frozenset(_SERVANTS.split())
"""Servant of, father of: the first half of a name, when it stands as a word."""

_TITLES = """
gen general lt lieutenant col colonel maj major capt captain sgt sergeant adm admiral president premier minister prime
mr mrs ms dr prof sir dame lord lady rev pope king queen prince princess judge justice senator sen rep gov governor
mullah mulla maulvi mawlawi maulana molvi ayatollah imam sheikh shaikh shaykh hajji haji qari sayed sayyid генерал
президент мулла шейх имам ملا مولوی شیخ الشیخ جنرال قاری حاجی
"""
TITLES = frozenset(_TITLES.split())
"""Titles and ranks, which may stand before a name or not."""

_THINGS = """
new north south east west northern southern eastern western islamic united international national agency airport army
assembly association bank base board bridge brigade brigades camp centre center church city club college commission
committee company congress corps council court district emirate federation forces force forum front gate group guard
guards hospital hotel institute island islands khorasan league ministry mission mosque movement network organisation
organization parliament party police port prison province republic river school square state states station street
times tower union university valley women
"""
THINGS = frozenset(_THINGS.split())
"""A name that begins or ends with one of these is no person's: it has no middle names."""
