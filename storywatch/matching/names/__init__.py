"""Names: one listed name finds its spellings in Latin, Arabic and Cyrillic script, and no strangers.

An index finds candidates by keys: a word of a text has one of its `text_keys` in the `starts` of every name that can
begin there. `NamePattern.match_at` then has the last word.
"""

from storywatch.matching.names.alike import same
from storywatch.matching.names.keys import key, keys
from storywatch.matching.names.listed import parse_name
from storywatch.matching.names.pattern import NamePattern, first_keys, first_words
from storywatch.matching.names.starts import text_keys

__all__ = ["NamePattern", "first_keys", "first_words", "key", "keys", "parse_name", "same", "text_keys"]
