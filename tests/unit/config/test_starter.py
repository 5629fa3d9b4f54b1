"""The starter works as it is, explains itself, and overwrites nothing."""

import re
from pathlib import Path

import pytest

from config import load, load_with_warnings, write_starter
from storywatch.errors import ConfigError
from storywatch.model import ChannelKind

SECRET = "whsec_" + "QUJD" * 10


def test_the_starter_loads_without_a_server_or_a_secret(tmp_path: Path) -> None:
    """`init`, then `check`: no error, and only warnings that a first user can act on."""
    written = write_starter(tmp_path / "new" / "watch")
    loaded = load_with_warnings(tmp_path / "new" / "watch", {})
    names = ["events.yaml", "outlets.yaml", "settings.yaml", "subscribers.yaml", "watch-config.schema.json"]
    assert [path.name for path in written] == names
    assert {warning.key.split("[")[0] for warning in loaded.warnings} == {"settings.contact", "subscribers"}


def test_the_starter_watches_the_cited_outlets_for_the_sample_event(tmp_path: Path) -> None:
    """The event of the seed story, its seven outlets and two subscribers."""
    write_starter(tmp_path)
    config = load(tmp_path, {})
    event = config.events["kabul-airport-attack"]
    assert event.title == "US collaborates with Taliban against ISIS / Kabul airport attack"
    assert event.until is None
    assert {"nyt", "al-jazeera", "khaama", "cnn", "washington-post", "wamu", "wion"} <= set(config.outlets)
    assert len(config.subscribers) == 2
    assert [one.id for one in config.subscriptions.values() if one.alarms] == ["editor-alarms"]
    assert {one.channel for one in config.subscriptions.values()} == {ChannelKind.EMAIL, ChannelKind.FILE}
    assert sum(source.enabled and source.kind == "feed" for source in config.sources.values()) >= 5


def test_the_commented_lines_work_when_their_hashes_are_taken_away(tmp_path: Path) -> None:
    """What the comments tell a user to do is tried here: mail server, pages, webhook, NYT, own outlet, egress."""
    write_starter(tmp_path)
    for path in tmp_path.glob("*.yaml"):
        path.write_text(_uncommented(path.read_text()))
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/smtp-password").write_text("hunter2\n")
    (tmp_path / "secrets/database-url").write_text("postgresql://user:hunter2@host/name\n")
    (tmp_path / "secrets/foreign-desk").write_text(SECRET)
    (tmp_path / "secrets/pages").write_text("q" * 64)
    settings = tmp_path / "settings.yaml"
    settings.write_text(re.sub(r"^  database: .*\n", "", settings.read_text(), flags=re.MULTILINE))
    config = load(tmp_path, {})
    assert config.settings.smtp is not None
    assert config.settings.pages is not None
    assert (config.settings.pages.open_to_all, config.settings.bounces) == (True, "bounces@example.org")
    assert config.settings.allow == ("receiver.lan:8080",)
    assert config.settings.database.startswith("postgresql://")
    assert config.sources["nyt-world"].enabled
    assert config.sources["example-daily-world"].outlet == "example-daily"
    assert config.subscribers["foreign-desk"].webhook_secret == SECRET
    assert config.subscriptions["foreign-desk-webhook"].tags == ("afghanistan",)
    assert "my-story" in config.events


def _uncommented(text: str) -> str:
    """Take the hash from lines that are YAML: a key, or an entry of a list."""
    return re.sub(r"^( *)# (?=(  )*(- )?[a-z_]+: )|^( *)# (?=(  )*[a-z_]+:$)", r"\1\4", text, flags=re.MULTILINE)


@pytest.mark.parametrize("existing", ["events.yaml", "watch-config.schema.json"])
def test_nothing_is_overwritten(tmp_path: Path, existing: str) -> None:
    """One file that is there already is enough to write none."""
    (tmp_path / existing).write_text("mine")
    with pytest.raises(ConfigError, match="is not overwritten") as caught:
        write_starter(tmp_path)
    assert [Path(problem.file).name for problem in caught.value.problems] == [existing]
    assert [path.name for path in tmp_path.iterdir()] == [existing]
    assert (tmp_path / existing).read_text() == "mine"


def test_a_second_start_in_the_same_folder_is_refused_and_names_every_file(tmp_path: Path) -> None:
    """All files that are in the way are told."""
    written = write_starter(tmp_path)
    with pytest.raises(ConfigError) as caught:
        write_starter(tmp_path)
    assert len(caught.value.problems) == len(written)


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    """A link to nowhere is a file in the way too."""
    (tmp_path / "events.yaml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="is not overwritten"):
        write_starter(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    """A file stands where the folder should."""
    (tmp_path / "watch").write_text("")
    with pytest.raises(ConfigError, match="can't be written here"):
        write_starter(tmp_path / "watch")
