"""What can never hold, told from the tree alone."""

from collections.abc import Collection, Iterable

from storywatch.matching.language.building import Ban
from storywatch.matching.language.evaluating import is_from
from storywatch.matching.language.terms import words_of
from storywatch.matching.language.text import to_text
from storywatch.matching.language.tree import (
    TEXTS,
    And,
    Field,
    NameRef,
    Near,
    Node,
    Or,
    Scope,
    Term,
    below,
)
from storywatch.matching.patterns import TermWord
from storywatch.model import Event


def why_never(node: Node, event: Event, bans: Iterable[Ban]) -> str | None:
    """Return why a member or a part of a query can never hold for an item of the event, or None."""
    ban = next((ban for ban in bans if covers(ban.node, node)), None)
    if ban is not None:
        where = "`none`" if ban.key == "none" else "NOT in `query`"
        return f"{where} forbids {to_text(ban.node)}, so it never counts"
    match node:
        case Or(parts):
            reasons = [why_never(part, event, ()) for part in parts]
            return reasons[0] if all(reasons) else None
        case And(parts):
            return next(filter(None, (why_never(part, event, ()) for part in parts)), None)
        case Near(_, left, right):
            return None if fields_of(left) & fields_of(right) else "the sides of NEAR look in different fields"
        case Scope(field, inner):
            return why_never(inner, event, ()) if field in TEXTS else _why_not_from(field, inner, event)
        case _:
            return None


def _why_not_from(field: Field, node: Node, event: Event) -> str | None:
    key, allowed = ("outlets", event.outlets) if field is Field.OUTLET else ("languages", event.languages)
    if allowed and not any(is_from(value.lower(), node) for value in allowed):
        return f"{to_text(Scope(field, node))} is none of the event's `{key}`"
    return None


def fields_of(node: Node) -> frozenset[Field]:
    """Return the texts in which a side of NEAR can stand."""
    match node:
        case Scope(field, inner):
            return fields_of(inner) & {field}
        case Near(_, left, right):
            return fields_of(left) & fields_of(right)
        case Or(parts):
            return frozenset().union(*map(fields_of, parts))
        case _:
            return frozenset(TEXTS)


def unknown_outlets(node: Node, known: Collection[str]) -> list[str]:
    """Return what stands in outlet scopes and is no known outlet's id."""
    if isinstance(node, Scope) and node.field is Field.OUTLET:
        return [term.text for term in _terms(node) if not any(is_from(each.lower(), term) for each in known)]
    return [name for part in below(node) for name in unknown_outlets(part, known)]


def _terms(node: Node) -> list[Term]:
    return [node] if isinstance(node, Term) else [term for part in below(node) for term in _terms(part)]


def covers(ban: Node, node: Node) -> bool:
    """Tell whether wherever `node` holds, `ban` does too. False if that can't be told."""
    if ban == node:
        return True
    match node:
        case Or(parts):
            return all(covers(ban, part) for part in parts)
        case NameRef(_, spellings):
            return all(covers(ban, Term(spelling)) for spelling in spellings)
        case And() | Near():
            return any(covers(ban, part) for part in below(node)) or _ban_covers(ban, node)
        case Scope(field, inner) if field in TEXTS:
            same = isinstance(ban, Scope) and ban.field is field
            return covers(ban.node if same and isinstance(ban, Scope) else ban, inner)
        case _:
            return _ban_covers(ban, node)


def _ban_covers(ban: Node, node: Node) -> bool:
    match ban:
        case Or(parts):
            return any(covers(part, node) for part in parts)
        case And(parts):
            return all(covers(part, node) for part in parts)
        case NameRef(_, spellings):
            return any(covers(Term(spelling), node) for spelling in spellings)
        case Term(text):
            return isinstance(node, Term) and contains(words_of(node.text), words_of(text))
        case _:
            return False


def contains(words: tuple[TermWord, ...], part: tuple[TermWord, ...]) -> bool:
    """Tell whether whatever fits the words of one term has a stretch that fits another's."""
    spans = (words[at : at + len(part)] for at in range(len(words) - len(part) + 1))
    return any(all(map(_is_narrower, span, part)) for span in spans)


def _is_narrower(word: TermWord, other: TermWord) -> bool:
    if other.capitals and not word.capitals:
        return False
    if other.prefix:
        return word.folded.startswith(other.folded)
    return word.folded == other.folded and not word.prefix
