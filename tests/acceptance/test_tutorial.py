"""The first alert of the tutorial comes out as it is shown, from the newspaper that it prints."""

import email
import email.policy
import re
from pathlib import Path

import config
from tests.support.pages import DOCS, blocks, tables
from tests.support.process import storywatch
from tests.support.web import Site, reply, serving

TUTORIAL = (DOCS / "tutorial.md").read_text("utf-8")
SHOWN = "127.0.0.1:8000"


def shown(begin: str) -> str:
    """Return the tutorial's block that begins so."""
    (text,) = (block.text for block in blocks(TUTORIAL) if block.text.startswith(begin))
    return text


def polls() -> list[list[str]]:
    """Return what the tutorial shows of its two polls, without the warnings that it leaves out."""
    sessions = [block.text.splitlines() for block in blocks(TUTORIAL) if block.language == "console"]
    return [lines[2:] for lines in sessions if lines[0] == "$ storywatch poll --config my-watch"]


def lay_out(folder: Path, site: Site) -> None:
    """Write the starter, and the town's paper in place of the real outlets."""
    config.write_starter(folder)
    (folder / "outlets.yaml").unlink()
    source = shown("outlets:\n- id: town-paper")
    (folder / "town-paper.yaml").write_text(source.replace(SHOWN, site.place), "utf-8")


def allow(folder: Path, site: Site) -> None:
    """Take away the two hashes, and name the paper."""
    path = folder / "settings.yaml"
    text = path.read_text("utf-8").replace("# egress:", "egress:")
    path.write_text(re.sub(r"#   allow: .*", f'  allow: ["{site.place}"]', text), "utf-8")


async def polled(folder: Path, site: Site) -> list[str]:
    ran = await storywatch("poll", "--config", folder)
    return [line.replace(site.place, SHOWN) for line in ran.out.splitlines() if not line.startswith("warning: ")]


def mails(folder: Path) -> dict[str, str]:
    """Return the texts of the mails in the outbox, by subject."""
    read = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in (folder / "outbox").glob("*.eml")
    ]
    return {str(mail["Subject"]): str(mail.get_body(("plain",)).get_content()) for mail in read}  # type: ignore[union-attr]


def lasting(mail: str, site: Site) -> list[str]:
    """Return a mail's lines up to the citation's, without the moment when its report was seen."""
    text = re.sub(r"(?i)(first seen: +).*", r"\1", mail.replace(site.place, SHOWN))
    return text.partition("\nArchived: ")[0].partition("\n…")[0].splitlines()


async def test_the_first_alert_comes_out_as_shown(tmp_path: Path) -> None:
    """A poll that is refused, one that finds two items, and a mail for each thing that happened."""
    feed = reply(shown("<?xml").encode())
    async with serving({"/feed.xml": feed}) as site:
        lay_out(tmp_path / "watch", site)
        refused = await polled(tmp_path / "watch", site)
        allow(tmp_path / "watch", site)
        assert [refused, await polled(tmp_path / "watch", site)] == polls()
        updates = await storywatch("updates", "--config", tmp_path / "watch")
    assert updates.out.splitlines()[0].split() == shown("$ storywatch updates").splitlines()[1].split()
    found = mails(tmp_path / "watch")
    alarms = [row[0].strip("`") for row in tables(TUTORIAL)["7. Read the mail"]]
    (alert,) = (subject for subject in found if not subject.endswith(tuple(alarms)))
    assert sorted(subject.rpartition("town-paper-feed ")[2] for subject in found if subject != alert) == sorted(alarms)
    mail = lasting(shown("US collaborates with Taliban against ISIS / Kabul airport attack"), site)
    assert lasting(found[alert], site) == mail
    assert len(mail) > 20
