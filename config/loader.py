"""Loads a watch config from a folder or a file: all of it is right, or every problem is told at once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from config.advice import advise
from config.check import Draft, check, check_events
from config.convert import (
    apprise_secret,
    settings_secrets,
    subscriber_secrets,
    to_event,
    to_outlet,
    to_settings,
    to_sources,
    to_subscriber,
)
from config.document import read_document
from config.files import about_file, find_files, printable, read_text
from config.references import dangling, duplicates, twice
from config.secret import Secrets
from config.sections import Sections, join_sections
from config.subscriptions import to_subscriptions
from config.tree import Node
from storywatch.errors import ConfigError, Problem
from storywatch.model import Event, Outlet, Settings, Source, Subscriber, Subscription, WatchConfig

ValueT = TypeVar("ValueT", Outlet, Source, Event, Subscriber, Subscription)


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """A watch config that can be used, and what in it is probably not meant.

    `secret_files`: what was read besides the YAML. `signing_files`: where subscribers' webhook secrets stand, by
    subscriber; who has the secret in the environment has none.
    """

    config: WatchConfig
    warnings: tuple[Problem, ...]
    secret_files: tuple[Path, ...] = ()
    signing_files: Mapping[str, Path] = field(default_factory=dict)


def load(place: Path, environ: Mapping[str, str]) -> WatchConfig:
    """Load the watch config in a folder (all its .yaml and .yml files) or in one file.

    Relative paths in it start at the folder. Raises ConfigError with every problem found.
    """
    return _load(place, environ)[0]


def load_with_warnings(place: Path, environ: Mapping[str, str]) -> Loaded:
    """Load like `load`, and tell what is allowed but probably not meant. Raises ConfigError like `load`."""
    config, draft, secrets = _load(place, environ)
    return Loaded(
        config=config,
        warnings=advise(draft),
        secret_files=tuple(dict.fromkeys(secrets.files)),
        signing_files=dict(_signing_files(draft, secrets.folder)),
    )


def _signing_files(draft: Draft, folder: Path) -> Iterator[tuple[str, Path]]:
    for one in draft.subscribers:
        if one.spec.webhook and one.spec.webhook.secret_file:
            yield one.spec.id, folder / one.spec.webhook.secret_file


def _load(place: Path, environ: Mapping[str, str]) -> tuple[WatchConfig, Draft, Secrets]:
    sections = _read(find_files(place))
    draft = check(sections)
    secrets = Secrets(folder=(place if place.is_dir() else place.parent).absolute(), environ=environ)
    _try_secrets(sections, secrets)
    problems = [*sections.problems, *draft.problems, *duplicates(sections), *dangling(sections)]
    problems += [*_missing_settings(sections, place), *_elsewhere(secrets.problems, problems)]
    if problems or draft.settings is None:
        raise _all_of(problems)
    config = _converted(draft, to_settings(draft.settings, secrets), secrets)
    if secrets.problems:  # a secret that was there a moment ago
        raise _all_of(secrets.problems)
    return config, draft, secrets


def load_events(path: Path) -> tuple[Event, ...]:
    """Load the events of one file or folder, without the rest of a watch config. Raises ConfigError."""
    sections = _read(find_files(path))
    problems: list[Problem] = []
    events = check_events(sections.events, problems)
    problems += [*sections.problems, *twice("event", sections.events)]
    if not sections.events and not problems:
        problems += about_file(path, "expected the key events with at least one event, found none").problems
    if problems:
        raise _all_of(problems)
    return tuple(to_event(event.spec) for event in events)


def _read(paths: Iterable[Path]) -> Sections:
    documents: list[Node] = []
    problems: list[Problem] = []
    whole = True
    for path in paths:
        try:
            document, noted = read_document(read_text(path), printable(path))
        except ConfigError as error:
            problems += error.problems
            whole = False
        else:
            documents.append(document)
            problems += noted
    sections = join_sections(documents)
    sections.problems += problems
    sections.whole = sections.whole and whole
    return sections


def _missing_settings(sections: Sections, place: Path) -> tuple[Problem, ...]:
    if sections.settings is not None or not sections.whole:
        return ()
    return about_file(place, "the key settings is missing; write settings: with contact: below it").problems


def _try_secrets(sections: Sections, secrets: Secrets) -> None:
    """Note which secrets can't be had, also those of entries that are wrong in other ways."""
    if sections.settings is not None:
        settings_secrets(sections.settings, secrets)
    for subscriber in sections.subscribers:
        subscriber_secrets(subscriber, secrets)
        apprise_secret(subscriber, secrets)


def _elsewhere(more: Iterable[Problem], told: Iterable[Problem]) -> list[Problem]:
    """Return the problems whose place nothing was told about: what has no sense can't be found either."""
    places = {(one.file, one.line, one.key) for one in told}
    return [one for one in more if (one.file, one.line, one.key) not in places]


def _converted(draft: Draft, settings: Settings, secrets: Secrets) -> WatchConfig:
    outlets, subscribers = [one.spec for one in draft.outlets], [one.spec for one in draft.subscribers]
    return WatchConfig(
        settings=settings,
        outlets=_by_id(map(to_outlet, outlets)),
        sources=_by_id(source for outlet in outlets for source in to_sources(outlet, settings)),
        events=_by_id(to_event(one.spec) for one in draft.events),
        subscribers=_by_id(to_subscriber(one, secrets) for one in draft.subscribers),
        subscriptions=_by_id(one for subscriber in subscribers for one in to_subscriptions(subscriber)),
    )


def _by_id(values: Iterable[ValueT]) -> dict[str, ValueT]:
    return {value.id: value for value in values}


def _all_of(problems: Iterable[Problem]) -> ConfigError:
    return ConfigError(sorted(problems, key=lambda one: (one.file, one.line)))
