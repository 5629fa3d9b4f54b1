"""Rule 14: no cookies, no Referer, nothing added to the address; a User-Agent with name, version and contact.

The header fields of a visit one by one: `test_who_we_are` in `tests/integration/spiders/test_conditional.py`.
"""

from pathlib import Path

import pytest

from tests.integration.rules.office import a_feed, office
from tests.support.web import reply, rss, serving

BODY = rss("Blast at the airport")


@pytest.mark.parametrize("target", ["/feed", "/feed?b=2&a=1", "/feed?", "/feed?utm_source=rss", "/feed?a=%26+%20%2B"])
async def test_rule_14_the_address_is_asked_for_as_declared(target: str, tmp_path: Path) -> None:
    """Neither a cache-busting parameter nor a fragment is added, and none is removed."""
    async with (
        serving({"/feed": reply(BODY)}) as site,
        office(tmp_path, a_feed(site.url(target) + "#top"), sites=(site,)) as desk,
    ):
        await desk.poll()
    assert site.visits()[0].target.rstrip("?") == target.rstrip("?")


async def test_rule_14_nothing_is_carried_from_one_visit_to_another(tmp_path: Path) -> None:
    """Cookies are neither kept nor sent, and no page learns where we come from."""
    jar = {"Set-Cookie": "id=1; Path=/; Max-Age=99999"}
    pages = {"/feed": reply(status=302, headers={**jar, "Location": "/new#part"}), "/new": reply(BODY, headers=jar)}
    async with serving(pages) as site, office(tmp_path, a_feed(site.url()), sites=(site,)) as desk:
        for _ in range(2):
            await desk.poll_when_due()
    assert len(site.visits("/new")) == 2
    for asked in site.asked:
        assert "#" not in asked.target
        assert not {b"cookie", b"referer", b"origin", b"dnt", b"cache-control", b"pragma"} & {
            name.lower() for name, _ in asked.fields
        }
        assert asked["User-Agent"].startswith("Storywatch/")
        assert asked["User-Agent"].endswith(" (+desk@example.org)")
