"""The demo's folder: never another's, and a sound watch config with the sample event untouched."""

import stat
from pathlib import Path

import pytest

from config.shipped import starter_files
from storywatch.cli.demo.press import Newsroom
from storywatch.cli.demo.stage import MARK, StageError, claimed_stage, new_secret, write_config
from storywatch.model import ChannelKind, SourceKind, WatchConfig
from tests.unit.demo.samples import NOW, STORY


def _written(folder: Path) -> WatchConfig:
    rooms = [Newsroom(press, lambda: NOW) for press in STORY.outlets]
    for number, room in enumerate(rooms, 1):
        room.target = f"127.0.0.{number}:8080"
    with claimed_stage(folder) as stage:
        return write_config(stage, rooms, smtp_port=2525, hook="127.0.0.1:9090", secret=new_secret())


def test_the_config_is_sound_and_points_at_the_local_servers_only(tmp_path: Path) -> None:
    """Nothing in it could reach the network."""
    watch_config = _written(tmp_path / "demo")
    assert {source.url.split("/")[2] for source in watch_config.sources.values()} == {
        f"127.0.0.{number}:8080" for number in range(1, 8)
    }
    assert watch_config.sources["cnn"].kind is SourceKind.NEWS_SITEMAP
    assert set(watch_config.settings.allow) >= {"127.0.0.1:9090", "127.0.0.7:8080"}


def test_the_sample_event_is_used_as_it_ships(tmp_path: Path) -> None:
    """Byte for byte."""
    _written(tmp_path / "demo")
    assert (tmp_path / "demo" / "events.yaml").read_text("utf-8") == starter_files()["events.yaml"]


def test_two_subscribers_get_mail_and_webhook(tmp_path: Path) -> None:
    """The editor wants confirmations, the foreign desk does not."""
    wanted = {
        (one.subscriber, one.channel, one.corroborations) for one in _written(tmp_path / "demo").subscriptions.values()
    }
    assert wanted == {("editor", ChannelKind.EMAIL, True), ("foreign-desk", ChannelKind.WEBHOOK, False)}


def test_the_secret_stands_in_no_yaml(tmp_path: Path) -> None:
    """It has a file of its own in a folder that only its owner may read."""
    watch_config = _written(tmp_path / "demo")
    secret = watch_config.subscribers["foreign-desk"].webhook_secret
    assert secret
    assert all(secret not in path.read_text("utf-8") for path in (tmp_path / "demo").glob("*.yaml"))
    assert stat.S_IMODE((tmp_path / "demo" / "secrets").stat().st_mode) == 0o700


def test_the_folder_of_an_earlier_demo_is_cleared(tmp_path: Path) -> None:
    """With its subfolders."""
    with claimed_stage(tmp_path) as stage:
        (stage.mails / "old.eml").write_text("old")
        (stage.folder / "old.db").write_text("old")
    with claimed_stage(tmp_path) as stage:
        assert {path.name for path in tmp_path.iterdir()} == {MARK, "mails", "webhook-calls"}
        assert not list(stage.mails.iterdir())


def test_a_link_in_an_earlier_demo_is_removed_and_not_followed(tmp_path: Path) -> None:
    """What it points at is not ours."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with claimed_stage(tmp_path / "demo"):
        (tmp_path / "demo" / "link").symlink_to(mine)
    with claimed_stage(tmp_path / "demo"):
        assert (mine / "thesis.txt").exists()
        assert not (tmp_path / "demo" / "link").exists()


def test_a_folder_with_anything_else_is_left_alone(tmp_path: Path) -> None:
    """A slip in --folder costs nobody a file."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(StageError, match="something else"), claimed_stage(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """And is not replaced by one."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(StageError, match="not a folder"), claimed_stage(tmp_path / "file"):
        pass


def test_two_demos_cannot_play_in_one_folder(tmp_path: Path) -> None:
    """The second would clear the first one's database away; when the first has ended, it may."""
    with claimed_stage(tmp_path):
        with pytest.raises(StageError, match="another demo"), claimed_stage(tmp_path):
            pass
        assert (tmp_path / "mails").is_dir()
    with claimed_stage(tmp_path):
        pass


def test_an_error_within_the_play_is_not_blamed_on_the_folder(tmp_path: Path) -> None:
    """Only what concerns the folder is said of the folder."""
    with pytest.raises(OSError, match="elsewhere"), claimed_stage(tmp_path):
        raise OSError("elsewhere")


def test_a_folder_that_can_not_be_made_is_said_to_be_so() -> None:
    """With the system's reason and a remedy."""
    with pytest.raises(StageError, match="choose another with --folder"), claimed_stage(Path("/proc/demo")):
        pass
