"""`storywatch opml`: the real process, there and back."""

import asyncio
import json
from pathlib import Path

from tests.support.process import storywatch

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>T</title></head><body><outline text="News">
<outline type="rss" text="Our Paper: World" xmlUrl="https://www.ourpaper.org/world" htmlUrl="https://www.ourpaper.org/"/>
<outline type="rss" text="Our Paper: Asia" xmlUrl="https://www.ourpaper.org/asia" htmlUrl="https://www.ourpaper.org/"/>
<outline type="rss" text="The [b]Daily" xmlUrl="http://daily.org/feed/"/>
<outline type="rss" text="Кабул" xmlUrl="ftp://kabul.org/feed"/>
</outline></body></opml>
"""
WATCH = {
    "settings": {"contact": "desk@ourpaper.org"},
    "outlets": [
        {"id": "daily", "name": "Daily", "sources": [{"id": "daily-feed", "url": "https://www.daily.org/feed"}]}
    ],
}


def watch(folder: Path) -> Path:
    folder.mkdir()
    (folder / "watch.yaml").write_text(json.dumps(WATCH), "utf-8")
    return folder


async def test_feeds_come_from_a_reader_and_go_back(tmp_path: Path) -> None:
    """What is printed is a file of the watch config; what was left out is told beside it."""
    folder, file = watch(tmp_path / "watch"), tmp_path / "feeds.opml"
    file.write_text(OPML, "utf-8")
    ran = await storywatch("opml", "import", file, "--config", folder, env={"PYTHONIOENCODING": "utf-8"}, fresh=True)
    assert ran.code == 0
    assert ran.err.splitlines() == [
        "known     The [b]Daily: the watch config has it as daily-feed",
        "left out  Кабул: expected an address that begins with https:// or http://",
    ]
    (folder / "feeds.yaml").write_text(ran.out, "utf-8")
    assert (await storywatch("check", "--config", folder)).code == 0

    exported, again = tmp_path / "out.opml", tmp_path / "again"
    sent = await storywatch("opml", "export", "--config", folder)
    assert (sent.code, sent.err) == (0, "")
    exported.write_text(sent.out, "utf-8")
    again.mkdir()
    back = await storywatch("opml", "import", exported, "--json")
    addresses = {source["url"] for outlet in back.only["outlets"] for source in outlet["sources"]}
    assert addresses == {
        "https://www.daily.org/feed",
        "https://www.ourpaper.org/world",
        "https://www.ourpaper.org/asia",
    }
    assert (back.code, back.only["known"], back.only["left_out"]) == (0, [], [])
    assert sorted(path.name for path in folder.iterdir()) == ["feeds.yaml", "watch.yaml"]


async def test_opml_says_what_is_wrong(tmp_path: Path) -> None:
    """Trouble is what stands in the file; misuse is a call that can't work."""
    folder, file, none = watch(tmp_path / "watch"), tmp_path / "feeds.opml", tmp_path / "none.opml"
    file.write_text("<!DOCTYPE opml [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>" + OPML.partition("?>")[2], "utf-8")
    none.write_text("<opml version='2.0'><body/></opml>", "utf-8")
    refused, empty, *misused = await asyncio.gather(
        storywatch("opml", "import", file),
        storywatch("opml", "import", none),
        storywatch("opml", "import"),
        storywatch("opml", "import", tmp_path / "absent.opml"),
        storywatch("opml", "export", file, "--config", folder),
        storywatch("opml", "send"),
    )
    assert (refused.code, refused.out) == (1, "")
    assert f"{file}:1: " in refused.err
    assert "DOCTYPE" in refused.err
    assert (empty.code, "lists no feed" in empty.err) == (1, True)
    assert [(ran.code, ran.out) for ran in misused] == [(2, "")] * 4
    assert all(ran.err for ran in misused)
