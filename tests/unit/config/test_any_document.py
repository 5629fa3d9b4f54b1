"""Whatever stands in the files: a watch config, or a ConfigError that can be printed. Never anything else."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from config import load
from config.bounded import _FAST, _compose, _SafeLoader
from config.schema import SECTIONS, EventSpec, OutletSpec, SettingsSpec, SourceSpec, SubscriberSpec, SubscriptionSpec
from config.shipped import starter_files
from storywatch.errors import ConfigError
from storywatch.model import WatchConfig

MODELS = (SettingsSpec, OutletSpec, SourceSpec, EventSpec, SubscriberSpec, SubscriptionSpec)
KEYS = sorted({*SECTIONS, *(key for model in MODELS for key in model.known_keys())})

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.datetimes()
    | st.text(max_size=20)
    | st.sampled_from(
        ["15m", "feed", "nyt", "email", "https://a.org/", "a@b.org", "a*", "2021-08-26", "postgresql://a:b@c"]
    )
)
keys = st.sampled_from(KEYS) | st.text(max_size=8)
values: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5), max_leaves=25
)
documents = st.dictionaries(st.sampled_from(list(SECTIONS)), values, max_size=4)
LONG_MARKS = ("- ", ": ", "<<: ", "&a ", "*a", "!!str ", "---\n", "\0", "\x85")
marks = st.sampled_from([*"-:[]{}#&*!|>'\"%@`?, \n\t", *LONG_MARKS])
scribbles = st.lists(marks | st.sampled_from(KEYS) | st.text(max_size=4), max_size=60).map("".join)


@contextmanager
def folder_with(content: bytes) -> Iterator[Path]:
    with TemporaryDirectory() as name:
        (Path(name) / "a.yaml").write_bytes(content)
        yield Path(name)


def outcome(content: bytes) -> WatchConfig | ConfigError:
    """Load one file of any content. What is neither a watch config nor a ConfigError escapes and fails the test."""
    with folder_with(content) as folder:
        try:
            return load(folder, {})
        except ConfigError as error:
            return error


def assert_usable(result: WatchConfig | ConfigError) -> None:
    if isinstance(result, ConfigError):
        assert result.problems
        assert all(line.isprintable() for problem in result.problems for line in str(problem).split("\n"))
        assert all(problem.line >= 1 for problem in result.problems)


@given(documents)
@settings(max_examples=200, deadline=None)
def test_any_document_of_known_keys_gives_a_config_or_problems(document: dict[str, Any]) -> None:
    """Known keys with values of any kind."""
    assert_usable(
        outcome(yaml.safe_dump(document, allow_unicode=True, sort_keys=False).encode("utf-8", "surrogatepass"))
    )


@given(scribbles)
@settings(max_examples=300, deadline=None)
def test_any_scribble_gives_a_config_or_problems(text: str) -> None:
    """YAML's own characters in any order."""
    assert_usable(outcome(text.encode("utf-8", "surrogatepass")))


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_a_config_or_problems(content: bytes) -> None:
    """Bytes that are no text at all."""
    assert_usable(outcome(content))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_sample_gives_a_config_or_problems(data: st.DataObject) -> None:
    """The sample with a piece cut out, doubled or replaced."""
    text = starter_files()[data.draw(st.sampled_from(["events.yaml", "settings.yaml", "subscribers.yaml"]))]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    piece = data.draw(scribbles | st.just(text[start:end] * 2))
    assert_usable(outcome((text[:start] + piece + text[end:]).encode("utf-8", "replace")))


@given(documents)
@settings(max_examples=60, deadline=None)
def test_both_scanners_read_the_same_document(document: dict[str, Any]) -> None:
    """libyaml's scanner and PyYAML's own give the same nodes on the same lines."""
    text = yaml.safe_dump(document, sort_keys=False)
    assert _shape(_compose(_FAST, text)) == _shape(_compose(_SafeLoader, text))


def _shape(node: yaml.Node | None) -> Any:
    if node is None or isinstance(node, yaml.ScalarNode):
        return node and (node.tag, node.value, node.start_mark.line)
    children = [part for child in node.value for part in (child if isinstance(child, tuple) else (child,))]
    return node.tag, node.start_mark.line, list(map(_shape, children))


def test_the_sample_itself_is_a_config() -> None:
    """The negative control: not everything is refused."""
    assert isinstance(outcome(starter_files()["settings.yaml"].encode()), WatchConfig)
