"""The watch config of the rig, as an operator would write it."""

import base64
from pathlib import Path
from typing import Any

import yaml

from tests.acceptance.crash.newsroom import ARCHIVE, DESK, EVENING, EVENTS, FEEDS, OUTLETS, WIRE
from tests.acceptance.crash.town import Town


def write_config(folder: Path, town: Town, *, digests: bool = True, **settings: Any) -> Path:
    """Write the config for this town into `folder` and return it. `settings` are added to the section.

    `digests`: with the evening edition, whose digests come every five minutes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "secret").write_text("whsec_" + base64.b64encode(bytes(range(32))).decode())
    whole = {
        "settings": _settings(town) | settings,
        "outlets": [_outlet(town, outlet) for outlet in OUTLETS],
        "events": [{"id": event, "title": name, "all": [[name]]} for event, name in EVENTS.items()],
        "subscribers": [one for one in _subscribers(town) if digests or one["id"] != EVENING],
    }
    (folder / "watch.yaml").write_text(yaml.safe_dump(whole))
    return folder


def _settings(town: Town) -> dict[str, Any]:
    targets = [f"{town.host(outlet)}:{port}" for outlet, port in town.feed_ports.items()]
    return {
        "contact": "rig@news.example",
        "database": "storywatch.db",
        "mail_from": "Storywatch <alerts@news.example>",
        "smtp": {"host": "127.0.0.1", "port": town.mail_port, "tls": "none"},
        "egress": {"allow": [*targets, f"127.0.0.1:{town.hook_port}"]},
        "polling": {"every": "60s"},
    }


def _outlet(town: Town, outlet: str) -> dict[str, Any]:
    base = f"http://{town.host(outlet)}:{town.feed_ports[outlet]}"
    sources = [{"id": feed, "url": f"{base}/{feed}"} for feed, owner in FEEDS.items() if owner == outlet]
    return {"id": outlet, "name": outlet.title(), "sources": sources}


def _subscribers(town: Town) -> list[dict[str, Any]]:
    hook = {"url": f"http://127.0.0.1:{town.hook_port}/alerts", "secret_file": "secret"}
    wants_all = {"channel": "webhook", "corroborations": True, "revisions": "none"}
    told = {"channel": "email", "revisions": "all"}
    gathered = {"channel": "email", "digest": {"cron": "*/5 * * * *"}, "revisions": "none"}
    return [
        {"id": DESK, "name": "The desk", "email": "desk@news.example", "subscriptions": [told]},
        {"id": EVENING, "name": "Evening edition", "email": "evening@news.example", "subscriptions": [gathered]},
        {"id": WIRE, "name": "The wire", "webhook": hook, "subscriptions": [wants_all]},
        {
            "id": ARCHIVE,
            "name": "The archive",
            "folder": "archive",
            "subscriptions": [{"channel": "file", "events": ["dam"], "revisions": "none"}],
        },
    ]
