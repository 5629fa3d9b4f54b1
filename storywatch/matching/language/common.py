"""Words that stand in so many reports that they tell nothing about one story, and words that stand in none."""

import re

from storywatch.matching.language.terms import words_of
from storywatch.matching.language.tree import TEXTS, And, NameRef, Near, Node, Or, Regex, Scope, Term
from storywatch.matching.patterns import TermWord

_WORDS = """
a about after again against all also am an and any are as at be because been before being between both but by can
could did do does down during each even ever every few for from had has have he her here him his how i if in into is
it its just know last like made make many may me more most much must my near never new no not now of off on once one
only or other our out over own part people same say she should since so some still such take than that the their
them then there these they this those through time to today too two under until up us very was way we well were what
when where which while who will with would year years yes yesterday you your

accused action ahead air amid announce announced announces another arrested attack attacked attacks authorities away
back ban based become began begin big body border bring call called calls capital case cases center centre change
charged chief children city civilians claim claimed claims clash clashes come conflict control country countries
court crisis day days dead deadly deal death deaths decision defence defense demand deny denies die died dies
director due early east election end ends entire face faces family fear fears fight fighting final find finds fire
first follow following force forces foreign former found four full general give go government governor great group
groups hand head health held help high hit hits hold home hospital hour hours house hundreds hurt injured
international investigation issue issues join keep key kill killed killing kills large late later law lead leader
leaders least leave left less life live local long lose lost main major man media meet meeting meets member members
men military million minister ministry missing month months morning move national nation nearly need news next night
north office officer officers official officials open order others parts party peace people person place plan plans
point police policy political power president press prime prison protest protests public put question reach region
release released report reported reporter reporters reports rescue response return right rise role rule ruling run
said saying says second security see seek seen set several shot show shows side sign six soldiers source south
spokesman spokesperson spokeswoman state statement states stop strike strikes study support suspect suspected talks
team tell tells ten thousands threat three told top town trial troops try turn united urge use used victims video
violence visit vote wants war warn warned warning warns weapons week weeks west white win witnesses woman women work
workers world wounded young
"""

COMMON = frozenset(_WORDS.split())
_SHORTEST_PREFIX = 3
# Thai, Lao, Burmese, Khmer, kana, Han.
_UNSPACED = re.compile(r"[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]")


def can_be_common(node: Node) -> bool:
    """Tell whether everyday words alone can satisfy a node, as far as words are asked for at all."""
    match node:
        case Term(text):
            return all(map(_is_common, words_of(text)))
        case Or(parts):
            return any(map(can_be_common, parts))
        case And(parts):
            return all(map(can_be_common, parts))
        case Near(_, left, right):
            return can_be_common(left) and can_be_common(right)
        case Scope(field, inner):
            return field not in TEXTS or can_be_common(inner)
        case _:
            return not isinstance(node, NameRef | Regex)


def is_only_common(node: Node) -> bool:
    """Tell whether only everyday words can satisfy a node."""
    return all(map(is_only_common, node.parts)) if isinstance(node, Or) else can_be_common(node)


def too_short(text: str) -> str | None:
    """Return the prefix, if a term is one of one or two letters: it hits nearly every text."""
    parsed = words_of(text)
    if (
        len(parsed) == 1
        and parsed[0].prefix
        and parsed[0].folded.isascii()
        and len(parsed[0].folded) < _SHORTEST_PREFIX
    ):
        return parsed[0].folded
    return None


def _is_common(word: TermWord) -> bool:
    if word.capitals:
        return False
    return word.folded in COMMON or (word.prefix and len(word.folded) < _SHORTEST_PREFIX)


def stands_alone(text: str) -> str | None:
    """Return what is to be said of a text of a script that sets no spaces between words."""
    if not _UNSPACED.search(text):
        return None
    pattern = text.replace("*", "")
    return f"is found only between spaces or punctuation, and its script sets few: /{pattern}/ is found anywhere"
