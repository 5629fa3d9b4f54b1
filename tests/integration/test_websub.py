"""WebSub against a hub on loopback, with the daemon's own parts. Rule 17 of the polite client."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from network.door import Door
from storage import open_store, pushes
from storage.engine import writing
from storywatch import callbacks, push
from storywatch.allowance import Allowance
from storywatch.errors import ListenError
from tests.support.hub import Hub, running_hub, signed
from tests.support.patience import soon
from tests.support.pushing import PushDesk
from tests.support.web import Site, rss, serving

OLD = ("Nothing of interest",)
NEWS = (*OLD, "Explosions outside the airport of Kabul")
MORE = (*NEWS, "A drone strike")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as running:
        yield running


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    async with running_hub() as running:
        yield running


@pytest.fixture
def desk(site: Site, hub: Hub, tmp_path: Path) -> PushDesk:
    made = PushDesk(site=site, hub=hub, folder=tmp_path)
    made.serve(*OLD)
    return made


async def test_a_source_that_offers_a_hub_is_subscribed_to_there(desk: PushDesk, hub: Hub) -> None:
    """The request says all that section 5.1 asks for; nothing of it stands in the database."""
    async with desk.open() as opened:
        await opened.poll()
        assert await opened.word() == "pending"
        await opened.tend()
        assert await opened.word() == "active"
        state = await opened.state()
    (form,) = hub.asked
    assert form["hub.mode"] == "subscribe"
    assert form["hub.topic"] == desk.site.url()
    assert form["hub.callback"].startswith(f"http://127.0.0.1:{desk.port}/p/")
    assert form["hub.lease_seconds"] == "864000"
    assert 64 <= len(form["hub.secret"]) < 200
    assert hub.agents[0].startswith("Storywatch/")
    mode, answer = hub.verified[0]
    assert (mode, answer.status) == ("subscribe", 200)
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    stored = repr(state)
    assert state.id in form["hub.callback"], "the negative control: the id is stored"
    assert form["hub.secret"] not in stored
    assert form["hub.callback"].rpartition("/")[2] not in stored


async def test_what_is_pushed_is_stored_and_told_without_a_poll(desk: PushDesk, hub: Hub, site: Site) -> None:
    """A fat ping passes the same intake as a poll: items, matches, alerts in one transaction."""
    async with desk.open() as opened:
        await opened.subscribe()
        planned = await opened.next_poll()
        assert (await hub.push(rss(*NEWS))).status == 202
        await opened.has(2)
        assert len(site.visits()) == 1
        assert len(await opened.store.outbox.due_lanes(opened.now(), 9)) == 1
        assert await opened.next_poll() == planned
        assert await opened.word() == "proven"


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_every_registered_signature_is_taken(desk: PushDesk, hub: Hub, method: str) -> None:
    async with desk.open() as opened:
        await opened.subscribe()
        await hub.push(rss(*NEWS), method=method)
        await opened.has(2)


async def test_a_push_that_comes_twice_changes_nothing_the_second_time(desk: PushDesk, hub: Hub) -> None:
    async with desk.open() as opened:
        await opened.subscribe()
        for _ in range(3):
            await hub.push(rss(*NEWS))
        await hub.push(rss(*MORE))
        await opened.has(3)
        assert await opened.items() == 3


FORGED = {
    "no signature": {},
    "a wrong signature": {"X-Hub-Signature": signed(rss(*NEWS), "not the secret")},
    "an unknown method": {"X-Hub-Signature": "md5=" + "0" * 32},
    "a signature without its method": {"X-Hub-Signature": "0" * 64},
    "a signature beyond ASCII": {"X-Hub-Signature": "sha256=é"},
    "the wrong header": {"X-Hub-Signature-256": signed(rss(*NEWS), "not the secret")},
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)
async def test_what_is_not_signed_is_acknowledged_and_dropped(
    desk: PushDesk, hub: Hub, headers: dict[str, str]
) -> None:
    """The answer is that of a good push, so that nobody learns more by trying; the next good one comes through."""
    async with desk.open() as opened:
        await opened.subscribe()
        answer = await hub.post(hub.only["hub.callback"], rss(*NEWS), headers)
        good = await hub.push(rss(*OLD, "Another"))
        assert (answer.status, answer.body) == (good.status, good.body) == (202, b"")
        await opened.has(2)
        await asyncio.sleep(0.1)
        assert await opened.items() == 2
        assert (await opened.state()).pushed_at is not None


async def test_a_signature_is_of_this_body(desk: PushDesk, hub: Hub) -> None:
    """A signature that was heard serves for no other body, and the secret of a subscription for no other."""
    async with desk.open() as opened:
        await opened.subscribe()
        form = hub.only
        heard = {"X-Hub-Signature": signed(rss(*OLD), form["hub.secret"])}
        await hub.post(form["hub.callback"], rss(*NEWS), heard)
        await asyncio.sleep(0.2)
        assert await opened.items() == 1


async def test_a_thin_ping_makes_the_source_due(desk: PushDesk, hub: Hub) -> None:
    """Not within a minute of its last poll, however often it is called for; what it brings proves the push."""
    async with desk.open() as opened:
        await opened.subscribe()
        assert (await hub.push(b"")).status == 202
        async with soon():
            while await opened.next_poll() > timedelta(minutes=1):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert await opened.next_poll() == timedelta(minutes=1)
        opened.later(timedelta(minutes=1))
        desk.serve(*NEWS)
        await opened.poll()
        state = await opened.state()
        assert (state.proven, state.missed, state.promised_at) == (True, 0, None)


async def test_an_unsigned_thin_ping_does_not(desk: PushDesk, hub: Hub) -> None:
    """The negative control: strangers can't make us poll."""
    async with desk.open() as opened:
        await opened.subscribe()
        planned = await opened.next_poll()
        await hub.post(hub.only["hub.callback"], b"", {})
        await asyncio.sleep(0.2)
        assert await opened.next_poll() == planned


async def test_a_failing_source_is_not_hastened_by_pings(desk: PushDesk, hub: Hub) -> None:
    """Back-off and Retry-After stand."""
    async with desk.open() as opened:
        await opened.subscribe()
        del desk.site.pages["/feed"]
        opened.later(timedelta(minutes=20))
        await opened.poll()
        planned = await opened.next_poll()
        await hub.push(b"")
        await asyncio.sleep(0.2)
        assert await opened.next_poll() == planned


@pytest.mark.parametrize(
    "changes",
    [
        {"hub_topic": "https://elsewhere.example/feed"},
        {"hub_topic": ""},
        {"hub_mode": "unsubscribe"},
        {"hub_mode": "publish"},
        {"hub_mode": ""},
        {"hub_challenge": ""},
        {"hub_challenge": "x" * 5000},
    ],
)
async def test_a_forged_question_is_not_answered(desk: PushDesk, hub: Hub, changes: dict[str, str]) -> None:
    """Wrong topic, wrong mode, no challenge: 404, the challenge is not echoed, and nothing changes."""
    async with desk.open() as opened:
        hub.verifies = False
        await opened.poll()
        await opened.tend()
        before = await opened.state()
        answer, challenge = await hub.verify(hub.asked[0], **changes)
        assert answer.status == 404
        assert challenge.encode() not in answer.body
        assert await opened.state() == before
        honest, challenge = await hub.verify(hub.asked[0])
        assert (honest.status, honest.body) == (200, challenge.encode())


async def test_a_question_before_we_asked_is_not_answered(desk: PushDesk, hub: Hub) -> None:
    """The address of a subscription that is still to be asked for is known to nobody; if it were, it would not do."""
    async with desk.open() as opened:
        await opened.poll()
        state = await opened.state()
        form = callbacks.request(desk.push, state)
        assert (await hub.verify(form))[0].status == 404
        await opened.tend()
        assert (await hub.verify(form))[0].status == 200


async def test_an_unknown_address_is_404_like_every_other(desk: PushDesk, hub: Hub) -> None:
    """Never made, half right, of a wrong form: the same answer, and the body is not read."""
    async with desk.open() as opened:
        await opened.subscribe()
        callback = hub.only["hub.callback"]
        wrong = callback[:-1] + ("0" if callback[-1] != "0" else "1")
        answers = []
        for address in (wrong, callback[:-64] + "0" * 64, callback.rpartition("/")[0], callback + "0", callback[:60]):
            form = {**hub.only, "hub.callback": address}
            got = (await hub.verify(form))[0], await hub.push(rss(*NEWS), form)
            answers += [(one.status, one.body, sorted(set(one.headers) - {"Date"})) for one in got]
        assert len(set(map(str, answers))) == 1
        assert answers[0][0] == 404
        assert await opened.items() == 1


@pytest.mark.parametrize("how", ["told", "untold"])
async def test_a_body_that_is_too_large_is_not_read(desk: PushDesk, hub: Hub, how: str) -> None:
    """By its head, or as soon as it is seen; the next push comes through."""
    desk.max_bytes = 20_000
    async with desk.open() as opened:
        await opened.subscribe()
        callback = hub.only["hub.callback"]
        target = callback.partition(f":{desk.port}")[2]
        reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
        length = b"Content-Length: 1000000000" if how == "told" else b"Transfer-Encoding: chunked"
        writer.write(f"POST {target} HTTP/1.1\r\nHost: h\r\n".encode() + length + b"\r\n\r\n")
        chunk = b"1000\r\n" + b"x" * 0x1000 + b"\r\n"
        for _ in range(0 if how == "told" else 10):
            writer.write(chunk)
        async with soon():
            assert b" 413 " in await reader.readline()
        writer.close()
        await hub.push(rss(*NEWS))
        await opened.has(2)


async def test_a_body_that_drips_is_given_up(desk: PushDesk, hub: Hub) -> None:
    """The time for the whole body counts, not the pause between two bytes."""
    async with desk.open() as opened, opened.door(body_seconds=0.4) as port:
        await opened.subscribe()
        target = hub.only["hub.callback"].partition(f":{desk.port}")[2]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"POST {target} HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n".encode())
        answer = asyncio.create_task(reader.readline())
        async with soon():
            while not answer.done():
                writer.write(b"x")
                await asyncio.sleep(0.05)
        assert b" 408 " in answer.result()
        writer.close()


async def test_who_asks_before_it_sends_is_told_to_go_on(desk: PushDesk, hub: Hub) -> None:
    """As many clients do with larger bodies. What is refused is refused before the body."""
    async with desk.open() as opened:
        await opened.subscribe()
        target = hub.only["hub.callback"].partition(f":{desk.port}")[2]
        body = rss(*NEWS)
        head = f"Host: h\r\nExpect: 100-continue\r\nX-Hub-Signature: {signed(body, hub.only['hub.secret'])}\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
        writer.write(f"POST {target} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode())
        assert b" 100 " in await reader.readuntil(b"\r\n\r\n")
        writer.write(body)
        assert b" 202 " in await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await opened.has(2)
        reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
        writer.write(f"POST {target} HTTP/1.1\r\n{head}Content-Length: 99999999\r\n\r\n".encode())
        assert b" 413 " in await reader.readuntil(b"\r\n\r\n")
        writer.close()


async def test_a_head_that_never_ends_is_given_up(desk: PushDesk) -> None:
    async with desk.open() as opened, opened.door(idle=0.3) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /p/x HTTP/1.1\r\nX-A: ")
        async with soon():
            assert await reader.read() == b""
        writer.close()


async def test_a_hub_that_drips_keeps_no_other_waiting(desk: PushDesk, hub: Hub) -> None:
    """However many connections it has: each subscription has one turn."""
    async with desk.open() as opened:
        await opened.subscribe()
        state = await opened.state()
        other = callbacks.request(desk.push, replace(state, id="1" * 32))
        async with writing(opened.store.engine) as connection:
            await pushes.save(connection, [replace(state, id="1" * 32)])
        target = hub.only["hub.callback"].partition(f":{desk.port}")[2]
        dripping: list[asyncio.Task[bytes]] = []
        writers = []
        for _ in range(10):
            reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
            writer.write(f"POST {target} HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nx".encode())
            dripping.append(asyncio.create_task(reader.read()))
            writers.append(writer)
        await asyncio.sleep(0.2)
        assert (await hub.push(rss(*NEWS), other)).status == 202
        assert not any(one.done() for one in dripping), "their own time is not over"
        await opened.has(2)
        for writer in writers:
            writer.close()
        await asyncio.gather(*dripping)


async def test_a_subscription_has_an_allowance(desk: PushDesk, hub: Hub) -> None:
    """Beyond it: 429 before the body is read, and when to come again."""
    async with desk.open() as opened, opened.door(allowance=Allowance(burst=3)) as port:
        await opened.subscribe()
        form = {**hub.only, "hub.callback": hub.only["hub.callback"].replace(f":{desk.port}/", f":{port}/")}
        answers = [await hub.push(rss(*NEWS), form) for _ in range(5)]
        assert [one.status for one in answers] == [202, 202, 202, 429, 429]
        assert int(answers[-1].headers["Retry-After"]) > 0


async def test_a_compressed_push_is_refused(desk: PushDesk, hub: Hub) -> None:
    """What was signed would be unclear, and it could be a bomb."""
    async with desk.open() as opened:
        await opened.subscribe()
        body = gzip.compress(rss(*NEWS))
        headers = {"Content-Encoding": "gzip", "X-Hub-Signature": signed(body, hub.only["hub.secret"])}
        assert (await hub.post(hub.only["hub.callback"], body, headers)).status == 415


@pytest.mark.parametrize("body", [b"<html>not a feed</html>", b"\0" * 1000, b"<rss><channel><item>"])
async def test_a_push_that_can_not_be_read_has_the_source_polled(desk: PushDesk, hub: Hub, body: bytes) -> None:
    """Its validators, its failures and its lease are as they were."""
    async with desk.open() as opened:
        await opened.subscribe()
        before = await opened.claimed()
        await hub.push(body)
        async with soon():
            while await opened.next_poll() > timedelta(minutes=1):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        after = await opened.claimed()
        assert replace(after.state, next_poll_at=before.state.next_poll_at) == before.state


async def test_a_push_that_brings_out_a_bug_has_the_source_polled(desk: PushDesk, hub: Hub) -> None:
    """Nobody keeps the source, and the promise stands until a poll has read the feed."""
    async with desk.open() as opened:
        await opened.subscribe()
        before = await opened.claimed()
        opened.break_reader()
        await hub.push(rss(*NEWS))
        async with soon():
            while await opened.next_poll() > timedelta(minutes=1):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        after = await opened.claimed()
        assert replace(after.state, next_poll_at=before.state.next_poll_at) == before.state
        assert (await opened.state()).promised_at is not None


async def test_a_push_during_a_poll_is_not_lost(desk: PushDesk, hub: Hub) -> None:
    """It waits for the poll, a little; then a poll has to do."""
    async with desk.open() as opened:
        await opened.subscribe()
        claim = await opened.claimed(keep=True)
        await hub.push(rss(*NEWS))
        await asyncio.sleep(0.5)
        assert await opened.items() == 1
        await opened.free(claim)
        await opened.has(2)


async def test_a_push_that_a_dead_process_had_taken_is_made_up_by_a_poll(desk: PushDesk, hub: Hub) -> None:
    """It was promised before it was acknowledged."""
    async with desk.open() as opened:
        await opened.subscribe()
        state = await opened.state()
        await opened.store.pushes.change(state.id, partial(push.on_push, now=opened.now()))
    async with desk.open() as opened:
        await opened.tend()
        assert await opened.next_poll() > timedelta(minutes=10), "another process may still be storing it"
        opened.later(timedelta(minutes=1, seconds=1))
        await opened.tend()
        assert await opened.next_poll() <= timedelta(minutes=1)
        desk.serve(*NEWS)
        await opened.poll()
        assert (await opened.state()).promised_at is None


async def test_while_push_is_proven_polls_are_only_a_net(desk: PushDesk, hub: Hub) -> None:
    """Proven by a push that brought the news. Without proof the source is polled as ever."""
    async with desk.open() as opened:
        await opened.subscribe()
        opened.later(timedelta(minutes=20))
        await opened.poll()
        assert await opened.next_poll() < timedelta(minutes=20)
        await hub.push(rss(*NEWS))
        await opened.has(2)
        desk.serve(*NEWS)
        opened.later(timedelta(minutes=20))
        await opened.poll()
        assert await opened.next_poll() == timedelta(hours=6)


async def test_a_silent_hub_is_found_out_and_polls_resume(desk: PushDesk, hub: Hub) -> None:
    """Two items found first by a poll; the next push that brings the news proves it again."""
    async with desk.open() as opened:
        await opened.subscribe()
        await hub.push(rss(*NEWS))
        await opened.has(2)
        desk.serve(*MORE)
        opened.later(timedelta(hours=6))
        await opened.poll()
        assert (await opened.word(), await opened.next_poll()) == ("proven", timedelta(hours=6))
        desk.serve(*MORE, "A fourth")
        opened.later(timedelta(hours=6))
        await opened.poll()
        assert await opened.word() == "broken"
        assert await opened.next_poll() < timedelta(minutes=20)
        await hub.push(rss(*MORE, "A fourth", "A fifth"))
        await opened.has(5)
        assert await opened.word() == "proven"


async def test_a_lease_is_renewed_at_four_fifths(desk: PushDesk, hub: Hub) -> None:
    """Of what was granted, with the same callback and secret, and without a gap."""
    hub.lease = 1000
    async with desk.open() as opened:
        await opened.subscribe()
        opened.later(timedelta(seconds=799))
        await opened.tend()
        assert len(hub.asked) == 1
        opened.later(timedelta(seconds=1))
        await opened.tend()
        assert len(hub.asked) == 2
        assert hub.asked[0] == hub.asked[1]
        state = await opened.state()
        assert state.lease_until == opened.now() + timedelta(seconds=1000)


async def test_a_lease_that_is_not_renewed_ends_the_trust_in_it(desk: PushDesk, hub: Hub) -> None:
    """The net ends with the lease, and the hub is asked again and again, ever more seldom."""
    hub.lease = 3600
    async with desk.open() as opened:
        await opened.subscribe()
        await hub.push(rss(*NEWS))
        await opened.has(2)
        desk.serve(*NEWS)
        opened.later(timedelta(minutes=20))
        await opened.poll()
        assert await opened.next_poll() == timedelta(minutes=40)
        hub.refuses = 503
        asked = []
        for _ in range(30):
            opened.later(timedelta(hours=1))
            before = len(hub.asked)
            await opened.tend()
            asked.append(len(hub.asked) - before)
        assert sum(asked) < 12
        state = await opened.state()
        assert (state.proven, state.fault and state.fault.code) == (False, "hub_refused")
        assert await opened.word() == "pending"
        hub.refuses = None
        opened.later(timedelta(hours=24))
        await opened.tend()
        assert await opened.word() == "active"


async def test_a_hub_that_asks_for_a_pause_gets_it(desk: PushDesk, hub: Hub) -> None:
    hub.refuses, hub.retry_after = 429, "7200"
    async with desk.open() as opened:
        await opened.poll()
        await opened.tend()
        opened.later(timedelta(seconds=7199))
        await opened.tend()
        assert len(hub.asked) == 1
        opened.later(timedelta(seconds=1))
        await opened.tend()
        assert len(hub.asked) == 2


async def test_a_hub_that_denies_is_asked_again_after_a_day(desk: PushDesk, hub: Hub) -> None:
    hub.denies = "topic not found"
    async with desk.open() as opened:
        await opened.poll()
        await opened.tend()
        state = await opened.state()
        assert await opened.word() == "denied"
        assert state.fault is not None
        assert "topic not found" in state.fault.message
        opened.later(timedelta(hours=23))
        await opened.tend()
        assert len(hub.asked) == 1
        hub.denies = None
        opened.later(timedelta(hours=1))
        await opened.tend()
        assert await opened.word() == "active"


async def test_a_hub_may_deny_later(desk: PushDesk, hub: Hub) -> None:
    """Then what it still pushes is not taken, and the source is polled normally. A denial of another topic is none."""
    async with desk.open() as opened:
        await opened.subscribe()
        await hub.deny({**hub.only, "hub.topic": "https://elsewhere.example/"}, "x")
        assert await opened.word() == "active"
        await hub.deny(hub.only, "no more")
        assert await opened.word() == "denied"
        assert (await hub.push(rss(*NEWS))).status == 404


async def test_a_source_that_leaves_is_unsubscribed(desk: PushDesk, hub: Hub) -> None:
    """The hub is told, its question is answered, and the address is then unknown. Before that it is 410."""
    async with desk.open() as opened:
        await opened.subscribe()
        form = hub.only
    desk.enabled = False
    async with desk.open() as opened:
        hub.verifies = False
        await opened.tend()
        assert hub.asked[-1]["hub.mode"] == "unsubscribe"
        assert "hub.secret" not in hub.asked[-1]
        assert (await hub.push(rss(*NEWS), form)).status == 410
        assert (await hub.verify(form))[0].status == 404, "it is not asked to subscribe any more"
        assert (await hub.verify({**form, "hub.mode": "unsubscribe"}))[0].status == 200
        assert await opened.states() == []
        assert (await hub.push(rss(*NEWS), form)).status == 404
        assert await opened.items() == 1


async def test_a_hub_that_never_lets_go_is_told_a_few_times(desk: PushDesk, hub: Hub) -> None:
    async with desk.open() as opened:
        await opened.subscribe()
    desk.enabled, hub.verifies = False, False
    async with desk.open() as opened:
        for _ in range(20):
            await opened.tend()
            opened.later(timedelta(hours=12))
        assert 2 <= len(hub.asked) <= 7
        assert await opened.states() == []


@pytest.mark.parametrize("what", ["hub", "topic"])
async def test_another_hub_or_topic_is_subscribed_to_in_its_place(desk: PushDesk, hub: Hub, what: str) -> None:
    async with running_hub() as other, replace(desk, allowed=(other.place,)).open() as opened:
        await opened.subscribe()
        old = hub.only
        hubs = other.url if what == "hub" else hub.url
        topic = desk.site.url("/else") if what == "topic" else desk.site.url()
        desk.serve(*NEWS, hub=False, headers={"Link": f'<{hubs}>; rel=hub, <{topic}>; rel="self"'})
        opened.later(timedelta(minutes=20))
        await opened.poll()
        await opened.tend()
        await other.settled()
        assert {"hub.mode": "unsubscribe", "hub.callback": old["hub.callback"]}.items() <= hub.asked[1].items()
        new = (other if what == "hub" else hub).only
        assert new["hub.topic"] == topic
        assert new["hub.callback"] != old["hub.callback"]
        assert new["hub.secret"] != old["hub.secret"]
        assert (await opened.state()).topic == topic


async def test_a_hub_that_is_no_longer_offered_is_left_at_the_renewal(desk: PushDesk, hub: Hub) -> None:
    """One document without it may be a cache's mistake; two are not."""
    hub.lease = 10_000
    async with desk.open() as opened:
        await opened.subscribe()
        for title in ("a", "b"):
            desk.serve(*OLD, title, hub=False)
            opened.later(timedelta(minutes=20))
            await opened.poll()
        assert await opened.word() == "active"
        opened.later(timedelta(hours=2))
        await opened.tend()
        assert hub.asked[-1]["hub.mode"] == "unsubscribe"
        assert hub.subscribers == {}


async def test_with_another_key_everything_is_asked_anew(desk: PushDesk, hub: Hub) -> None:
    """The old addresses and secrets are worth nothing. It takes no poll: what the feed offers is known."""
    async with desk.open() as opened:
        await opened.subscribe()
        old = hub.only
    desk.key = "z" * 64
    async with desk.open() as opened:
        await opened.tend()
        assert await opened.word() == "active"
        assert (await hub.push(rss(*NEWS), old)).status == 404
        hub.subscribers.pop(old["hub.callback"])
        await hub.push(rss(*NEWS))
        await opened.has(2)


async def test_without_settings_there_is_no_door_and_no_request(desk: PushDesk, hub: Hub) -> None:
    """The negative control. What was subscribed rests, and is asked for anew when the settings are back."""
    async with desk.open() as opened:
        await opened.subscribe()
        await hub.push(rss(*NEWS))
        await opened.has(2)
    desk.pushes = False
    async with desk.open() as opened:
        await opened.tend()
        opened.later(timedelta(minutes=20))
        await opened.poll()
        assert await opened.next_poll() < timedelta(minutes=20)
        await opened.tend()
        assert await opened.word() is None
        assert len(hub.asked) == 1
        with pytest.raises(OSError, match=r"(?i)connect"):
            await asyncio.open_connection("127.0.0.1", desk.port)
    desk.pushes = True
    async with desk.open() as opened:
        await opened.tend()
        assert await opened.word() == "active"


async def test_hubs_are_dialled_through_the_egress_guard(desk: PushDesk, hub: Hub) -> None:
    """A feed can't have us call what only we can reach."""
    desk.allows_hub = False
    async with desk.open() as opened:
        await opened.poll()
        await opened.tend()
        state = await opened.state()
        assert (state.fault and state.fault.code, hub.asked) == ("egress_refused", [])


async def test_a_new_config_takes_the_door_over_from_the_old_one(desk: PushDesk, hub: Hub) -> None:
    """As at a reload: at no moment does nobody listen, whoever of the two ends first."""
    door = Door()
    async with open_store(f"sqlite:///{desk.folder / 'storywatch.db'}") as store, desk.open_on(store, door) as old:
        await old.subscribe()
        async with desk.open_on(store, door) as new:
            await new.tend()
            await hub.push(rss(*NEWS))
            await new.has(2)
        await old.tend()
        await hub.push(rss(*MORE))
        await old.has(3)


async def test_an_address_in_use_is_told(desk: PushDesk) -> None:
    async with desk.open():
        other = replace(desk, folder=desk.folder / "other")
        other.folder.mkdir()
        with pytest.raises(ListenError, match=rf"settings\.push\.listen: 127\.0\.0\.1:{desk.port}"):
            async with other.open():
                pass
