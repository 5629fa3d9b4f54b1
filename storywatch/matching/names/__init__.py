"""Names: one listed name finds its spellings in Latin, Arabic and Cyrillic script, and no strangers.

An index finds candidates by `keys`: a word of a text shares one with `first_keys` of every name that can begin there.
A word without a capital begins a name only if it is one of its `first_words`, which spares the keys of most of a text.
`NamePattern.match_at` then has the word.
"""

from storywatch.matching.names.alike import same
from storywatch.matching.names.keys import key, keys
from storywatch.matching.names.listed import parse_name
from storywatch.matching.names.pattern import NamePattern, first_keys, first_words

__all__ = ["NamePattern", "first_keys", "first_words", "key", "keys", "parse_name", "same"]
