"""The pages that subscribers meet, over a real server and a real database."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from structlog.testing import capture_logs

from dashboard.people.pages import PROBLEMS
from dashboard.people.reception import Reception
from network.door import Door
from storage import tables
from storywatch import tokens
from storywatch.audience import reader_id, subscription_id
from storywatch.errors import StorageError
from storywatch.model import ChannelKind, Digest, Event, Pace, Subscription, WatchConfig
from tests.contract.working import poll, rows
from tests.support.hub import free_port
from tests.support.patience import FOR_EVER, soon
from tests.support.samples import DESK_MAIL, KABUL, NOW, a_config, parsed
from tests.support.visiting import KEY, Answer, Lobby, link_in, lobby

FLOOD: Event = replace(KABUL, id="flood", title="A <b>flood</b> & more", all_of=(("flood",),), tags=("water",))
CONFIG: WatchConfig = a_config(events=(KABUL, FLOOD))
ANNA = "anna@news.example"
READER = reader_id(KEY, ANNA)
FORM = {"email": ANNA, "event": "kabul", "pace": "daily"}
DESK = "desk@news.example"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Lobby]:
    """The pages, open to all."""
    async with lobby(tmp_path, CONFIG) as opened:
        yield opened


async def join(desk: Lobby, *events: str) -> None:
    """Subscribe and confirm."""
    form = [("email", ANNA), ("pace", "at_once"), *(("event", event) for event in events or ("kabul",))]
    await desk.ask("POST", "/subscribe", data=urlencode(form), headers=URLENCODED)
    confirm = link_in((await desk.mails(ANNA))[-1], "confirm")
    ids = [("subscription", subscription_id(READER, event)) for event in events or ("kabul",)]
    await desk.ask("POST", confirm, data=urlencode(ids), headers=URLENCODED)


FORM_TYPE = "application/x-www-form-urlencoded"
URLENCODED = {"Content_Type": FORM_TYPE}


async def wishes(desk: Lobby) -> dict[str, Pace]:
    """Return what the reader gets."""
    return {one.wish.event: one.wish.pace for one in await desk.store.people.wanted(READER) if one.stands}


# Subscribing ---------------------------------------------------------------------------------------------------------


async def test_who_subscribes_and_confirms_is_told(desk: Lobby) -> None:
    """A GET of the link changes nothing, for mail scanners follow links."""
    form = await desk.get("/")
    assert form.status == 200
    assert "A &lt;b&gt;flood&lt;/b&gt; &amp; more" in form.text
    assert (await desk.post("/subscribe", FORM)).status == 200
    [mail] = await desk.mails(ANNA)
    link = link_in(mail, "confirm")
    for _ in range(2):
        page = await desk.get(link)
        assert (page.status, KABUL.title in page.text, "once a day" in page.text) == (200, True, True)
    assert not await wishes(desk)
    done = await desk.post(link, {"subscription": subscription_id(READER, "kabul")})
    assert (done.status, done.title) == (200, "You will hear of it")
    assert await wishes(desk) == {"kabul": Pace.DAILY}
    again = await desk.post(link, {"subscription": subscription_id(READER, "kabul")})
    assert (again.status, again.title) == (200, "There is nothing to confirm")
    [row] = await rows(desk.store, tables.reader_subscriptions)
    assert KABUL.title in row["agreed_to"]


async def test_only_what_is_ticked_is_confirmed(desk: Lobby) -> None:
    """Somebody else may have asked for the rest."""
    form = [("email", ANNA), ("pace", "weekly"), ("event", "kabul"), ("event", "flood")]
    await desk.ask("POST", "/subscribe", data=urlencode(form), headers=URLENCODED)
    [mail] = await desk.mails(ANNA)
    link = link_in(mail, "confirm")
    assert (await desk.post(link, {"subscription": "reader:other:kabul"})).title == "Nothing was confirmed"
    await desk.post(link, {"subscription": subscription_id(READER, "flood")})
    assert await wishes(desk) == {"flood": Pace.WEEKLY}


async def test_a_link_to_confirm_is_good_for_two_days(desk: Lobby) -> None:
    """And says so afterwards to who has it."""
    await desk.post("/subscribe", FORM)
    [mail] = await desk.mails(ANNA)
    link = link_in(mail, "confirm")
    desk.clock.now = NOW + timedelta(hours=48)
    for answer in (await desk.get(link), await desk.post(link, {"subscription": subscription_id(READER, "kabul")})):
        assert (answer.status, answer.title) == (410, "This link is too old")
    assert not await wishes(desk)
    desk.clock.now = NOW + timedelta(hours=47)
    assert (await desk.get(link)).status == 200


async def test_nobody_learns_whether_an_address_is_known(desk: Lobby) -> None:
    """Not from a reader's, one that left, one that bounces, or a stranger's; headers included."""
    await join(desk)
    await desk.post(desk.links.unsubscribe(READER, subscription_id(READER, "kabul"), "kabul"), {"leave": "everything"})
    known = await desk.post("/subscribe", FORM)
    strange = await desk.post("/subscribe", FORM | {"email": "eve@news.example"})
    assert strange.text.replace("eve@", "anna@") == known.text
    dull = {"Date", "Content-Length"}
    assert known.headers.keys() == strange.headers.keys()
    same = [name for name in known.headers if known.headers[name] == strange.headers[name]]
    assert set(known.headers) - set(same) <= dull


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"email": "anna"}, "no mail address"),
        ({"email": ""}, "no mail address"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "no mail address"),
        ({"email": "<script>alert(1)</script>@b.example"}, "no mail address"),
        ({"event": "never"}, "at least one story"),
        ({"event": ""}, "at least one story"),
        ({"pace": "hourly"}, "at least one story"),
    ],
)
async def test_a_form_that_is_wrong_says_so_in_words(desk: Lobby, changed: dict[str, str], said: str) -> None:
    """With what was filled in, which is only text."""
    answer = await desk.post("/subscribe", FORM | changed)
    assert (answer.status, said in answer.text) == (422, True)
    assert "<script>" not in answer.text
    assert not await rows(desk.store, tables.deliveries)


async def test_nobody_subscribes_where_the_operator_does_not_want_it(tmp_path: Path) -> None:
    """The other pages are there."""
    async with lobby(tmp_path, CONFIG, open_to_all=False) as desk:
        assert (await desk.get("/")).status == 404
        assert (await desk.post("/subscribe", FORM)).status == 404
        assert (await desk.get(desk.links.unsubscribe("desk", "desk-mail", "kabul"))).status == 200


async def test_one_address_gets_few_mails_that_ask(desk: Lobby) -> None:
    """However it is written; who asks too often is told to wait."""
    answers = [await desk.post("/subscribe", FORM | {"email": one}) for one in [ANNA, ANNA.upper()] * 5]
    assert {answer.status for answer in answers} == {200}
    assert len(await rows(desk.store, tables.deliveries)) <= 3
    late = await desk.post("/subscribe", FORM)
    assert (late.status, late.headers["Retry-After"]) == (429, "600")
    other = await desk.post("/subscribe", FORM, X_Forwarded_For="203.0.113.7, 198.51.100.1")
    assert other.status == 200


async def test_no_address_stands_in_a_link_or_in_the_log(desk: Lobby) -> None:
    with capture_logs() as log:
        await join(desk)
        await desk.post("/subscribe", FORM | {"email": "anna"})
        for link in (
            desk.links.unsubscribe(READER, subscription_id(READER, "kabul"), "kabul"),
            desk.links.preferences(READER),
        ):
            await desk.post(link, {"leave": "everything"})
    assert {"subscription_asked", "subscription_confirmed", "subscriber_left"} <= {line["event"] for line in log}
    assert "anna" not in json.dumps(log).lower()
    mail = (await rows(desk.store, tables.deliveries))[0]["body"].decode()
    payload = link_in(mail, "confirm").rpartition("/")[2]
    assert "anna" not in str(tokens.read(KEY, "confirm", payload)).lower()


# Leaving -------------------------------------------------------------------------------------------------------------


async def test_a_mail_program_unsubscribes_by_one_click(desk: Lobby) -> None:
    """RFC 8058: a POST, urlencoded or multipart, from anywhere, without cookies or a redirect."""
    for number, data in enumerate(({"List-Unsubscribe": "One-Click"}, multipart())):
        link = desk.links.unsubscribe("desk", "desk-mail", ["kabul", "flood"][number])
        answer = await desk.post(link, data, Origin="https://mail.example", Sec_Fetch_Site="cross-site")
        assert (answer.status, "Set-Cookie" in answer.headers) == (200, False)
    assert await desk.store.people.left(DESK) == {"flood": NOW, "kabul": NOW}
    assert {row["by"] for row in await rows(desk.store, tables.optouts)} == {"one-click"}


def multipart() -> object:
    """Return the click as some mail programs send it."""
    import aiohttp  # noqa: PLC0415

    with aiohttp.MultipartWriter("form-data") as writer:
        part = writer.append("One-Click")
        part.set_content_disposition("form-data", name="List-Unsubscribe")
    return writer


async def test_a_person_unsubscribes_by_a_button(desk: Lobby) -> None:
    """Of the event that the mail was about, or of everything; looking at the page changes nothing."""
    link = desk.links.unsubscribe("desk", "desk-mail", "kabul")
    page = await desk.get(link)
    assert ("No more mail about this" in page.text, KABUL.title in page.text) == (True, True)
    assert not await desk.store.people.left(DESK)
    assert (await desk.post(link, {"leave": "event"})).title == "You have unsubscribed"
    assert set(await desk.store.people.left(DESK)) == {"kabul"}
    assert (await desk.get(link)).title == "You have unsubscribed"
    await desk.post(link, {"leave": "everything"})
    assert set(await desk.store.people.left(DESK)) == {"", "kabul"}


async def test_after_that_no_mail_follows(desk: Lobby) -> None:
    """The negative control: until then there was one."""
    await poll(desk.store, desk.config, parsed(guid="1"))
    assert len(await desk.mails(DESK)) == 1
    await desk.post(desk.links.unsubscribe("desk", "desk-mail", "kabul"), {"List-Unsubscribe": "One-Click"})
    await poll(desk.store, desk.config, parsed("Another attack on the airport of Kabul", guid="2"))
    assert len(await rows(desk.store, tables.alerts)) == 1


async def test_a_link_in_an_old_mail_still_works(desk: Lobby) -> None:
    """The subscription is gone from the watch config, and may come back with the same address."""
    await poll(desk.store, desk.config, parsed(guid="1"))
    gone = replace(desk.config, subscribers={}, subscriptions={})
    joining = replace(desk.service.joining, config=gone)
    listen = f"127.0.0.1:{free_port()}"
    service = replace(desk.service, joining=joining, settings=replace(desk.settings, listen=listen))
    link = desk.links.unsubscribe("desk", "desk-mail", "kabul")
    async with Door().opened(listen, Reception(service=service), key="listen"):
        answer = await desk.post(
            link.replace(desk.settings.listen, listen).replace("http://", "HTTP://"), {"leave": "event"}
        )
    assert answer.status == 200
    assert set(await desk.store.people.left(DESK)) == {"kabul"}
    unknown = desk.links.unsubscribe("nobody", "never", "kabul")
    assert (await desk.post(unknown, {"List-Unsubscribe": "One-Click"})).status == 404


async def test_another_channel_is_left_for_itself(tmp_path: Path) -> None:
    """A mail that became a file is left by the subscriber, not by the address."""
    folder = replace(DESK_MAIL, id="desk-file", channel=ChannelKind.FILE)
    async with lobby(tmp_path, replace(CONFIG, subscriptions={"desk-file": folder, "desk-mail": DESK_MAIL})) as desk:
        await desk.post(desk.links.unsubscribe("desk", "desk-file", "kabul"), {"leave": "event"})
        assert set(await desk.store.people.left("desk")) == {"kabul"}
        assert not await desk.store.people.left(DESK)


# Preferences ---------------------------------------------------------------------------------------------------------


async def test_a_reader_chooses_when_to_hear(desk: Lobby) -> None:
    """Event by event, with quiet hours and a time zone."""
    await join(desk, "kabul", "flood")
    link = desk.links.preferences(READER)
    chosen = {
        "event:kabul": "weekly",
        "event:flood": "nothing",
        "begin": "22:30",
        "end": "07:00",
        "zone": "Asia/Kabul",
    }
    answer = await desk.post(link, chosen)
    assert (answer.status, "holds from now on" in answer.text) == (200, True)
    assert await wishes(desk) == {"kabul": Pace.WEEKLY}
    audience = await desk.store.people.audience()
    [subscription] = audience.subscriptions.values()
    assert subscription.digest == Digest(cron="0 7 * * 1", time_zone="Asia/Kabul")
    assert subscription.quiet is not None
    assert subscription.quiet.begin.isoformat("minutes") == "22:30"
    assert 'value="22:30"' in answer.text
    await desk.post(link, {"event:flood": "at_once", "event:kabul": "at_once", "zone": "UTC"})
    assert await wishes(desk) == {"kabul": Pace.AT_ONCE, "flood": Pace.AT_ONCE}
    await desk.post(link, {"leave": "everything"})
    assert not await wishes(desk)
    assert "Nothing" in (await desk.get(link)).text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"zone": "Mars/Phobos"}, "time zone is not known"),
        ({"begin": "22:00"}, "a beginning and an end"),
        ({"begin": "<b>", "end": "07:00"}, "a beginning and an end"),
        ({"begin": "22:00+05:00", "end": "07:00"}, "a beginning and an end"),
        ({"begin": "07:00", "end": "07:00"}, "never be over"),
    ],
)
async def test_a_choice_that_can_not_be_says_so(desk: Lobby, changed: dict[str, str], said: str) -> None:
    """And changes nothing."""
    await join(desk)
    answer = await desk.post(desk.links.preferences(READER), {"event:kabul": "weekly", "zone": "UTC"} | changed)
    assert (answer.status, said in answer.text) == (422, True)
    assert await wishes(desk) == {"kabul": Pace.AT_ONCE}


async def test_what_was_chosen_beside_a_mistake_is_not_lost(desk: Lobby) -> None:
    """The form comes back as it was filled in, to be corrected."""
    await join(desk)
    sent = {"event:kabul": "weekly", "begin": "22:00", "end": "", "zone": "Asia/Kabul"}
    answer = await desk.post(desk.links.preferences(READER), sent)
    kept = ('value="weekly" selected', 'name="begin" value="22:00"', "<option selected>Asia/Kabul<")
    assert (answer.status, [one for one in kept if one not in answer.text]) == (422, [])


@pytest.mark.parametrize("word", ["", "hourly", "AT_ONCE"])
async def test_nobody_leaves_by_a_word_that_the_form_does_not_have(desk: Lobby, word: str) -> None:
    await join(desk)
    assert (await desk.post(desk.links.preferences(READER), {"event:kabul": word})).status == 400
    assert await wishes(desk) == {"kabul": Pace.AT_ONCE}


async def test_nobody_joins_by_the_preferences_what_they_never_agreed_to(desk: Lobby) -> None:
    await join(desk, "kabul")
    await desk.post("/subscribe", FORM | {"event": "flood"})
    await desk.post(desk.links.preferences(READER), {"event:flood": "daily", "event:never": "daily"})
    assert await wishes(desk) == {"kabul": Pace.AT_ONCE}


async def test_who_was_subscribed_by_the_desk_leaves_and_comes_back(tmp_path: Path) -> None:
    """Each event by itself; who left everything gets back what they choose and no more."""
    weekly = Subscription(
        id="water", subscriber="desk", channel=ChannelKind.EMAIL, tags=("water",), digest=Digest(cron="0 7 * * 1")
    )
    kabul = replace(DESK_MAIL, events=("kabul",))
    async with lobby(tmp_path, replace(CONFIG, subscriptions={"desk-mail": kabul, "water": weekly})) as desk:
        link = desk.links.preferences("desk")
        page = await desk.get(link)
        assert ("In digests" in page.text, "At once" in page.text, "Quiet hours" in page.text) == (True, True, False)
        await desk.post(link, {"event:kabul": "nothing", "event:flood": "as_declared"})
        assert set(await desk.store.people.left(DESK)) == {"kabul"}
        await desk.post(link, {"leave": "everything"})
        await desk.post(link, {"event:kabul": "as_declared", "event:flood": "nothing"})
        assert set(await desk.store.people.left(DESK)) == {"flood"}


# Answers -------------------------------------------------------------------------------------------------------------


async def test_a_reader_says_whether_a_report_belongs(desk: Lobby) -> None:
    """Looking says nothing; the last answer counts."""
    await poll(desk.store, desk.config, parsed(guid="1", url="javascript:alert(1)"))
    [item] = [row["id"] for row in await rows(desk.store, tables.items)]
    link = desk.links.answer("desk", "kabul", item)
    page = await desk.get(link)
    assert (page.status, "Explosions kill" in page.text, "javascript:" in page.text) == (200, True, False)
    assert not await desk.store.feedbacks.all()
    for said in ("yes", "no"):
        assert (await desk.post(link, {"belongs": said})).title == "Thank you"
    [given] = await desk.store.feedbacks.all()
    assert (given.event, given.item, given.belongs, given.by) == ("kabul", item, False, "desk")
    assert (await desk.post(link, {"belongs": "maybe"})).status == 400
    assert (await desk.get(desk.links.answer("desk", "kabul", "never"))).status == 404


# Strangers -----------------------------------------------------------------------------------------------------------


async def test_every_link_that_is_not_ours_gets_the_same_page(desk: Lobby) -> None:
    """Forged, swapped, cut, for another purpose or of nobody; and so does any other path."""
    await join(desk)
    good = desk.links.unsubscribe("desk", "desk-mail", "kabul")
    other = desk.links.preferences("desk")
    said, _, mac = good.partition(".example")[0].rpartition("/")[2].partition(".")
    wrong = [
        good[:-1],
        good + "A",
        good.replace("/unsubscribe/", "/preferences/"),
        other.replace("/preferences/", "/unsubscribe/"),
        f"/unsubscribe/{said}.{other.rpartition('.')[2]}",
        f"/unsubscribe/{other.rpartition('/')[2].partition('.')[0]}.{mac}",
        f"/unsubscribe/{said}",
        f"/unsubscribe/{tokens.signed('another', 'unsubscribe', 'desk', 'desk-mail', 'kabul')}",
        f"/unsubscribe/{'A' * 3000}",
        "/unsubscribe/%00%ff",
        "/unsubscribe/../unsubscribe/x",
        "/unsubscribe/",
        f"/confirm/{tokens.signed(KEY, 'preferences', READER, NOW.isoformat())}",
        desk.links.preferences("reader:nobody"),
        desk.links.preferences("nobody"),
        "/admin",
        "/style.css/x",
        "/.git/config",
    ]
    answers: list[Answer] = []
    for link in wrong:
        answers += [await desk.get(link), await desk.post(link, {"List-Unsubscribe": "One-Click", "leave": "event"})]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert not await rows(desk.store, tables.optouts)
    assert (await desk.get(good)).status == 200, "the negative control"


async def test_every_page_is_locked_up(desk: Lobby) -> None:
    """Also the ones that say what is wrong."""
    pages = ["/", "/style.css", "/never", "/health", desk.links.preferences("desk")]
    for answer in [await desk.get(page) for page in pages] + [await desk.post("/subscribe", {})]:
        policy = answer.headers["Content-Security-Policy"]
        for rule in ("default-src 'none'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'"):
            assert rule in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in answer.headers
        assert "<script" not in answer.text
        assert "src=" not in answer.text
    assert (await desk.get(pages[-1])).headers["Cache-Control"] == "no-store"
    assert (await desk.get("/health")).text == "ok\n"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", ""])
async def test_a_page_is_not_had_under_another_name(desk: Lobby, host: str) -> None:
    assert (await desk.get("/", Host=host)).status == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-origin", "Origin": "null"}, 200),
        ({"Origin": "null"}, 200),
        ({}, 200),
    ],
)
async def test_a_form_that_another_site_sends_is_refused(desk: Lobby, headers: dict[str, str], status: int) -> None:
    """Everywhere; only the click of a mail program comes from elsewhere."""
    link = desk.links.unsubscribe("desk", "desk-mail", "kabul")
    assert (await desk.post(link, {"leave": "event"}, **headers)).status == status
    assert (await desk.post("/subscribe", FORM, **headers)).status == status
    assert bool(await desk.store.people.left(DESK)) is (status == 200)


async def test_the_public_address_may_have_a_path(tmp_path: Path) -> None:
    """Whether the proxy cuts it off or not; forms and the style sheet keep it."""
    async with lobby(tmp_path, CONFIG, public_url="https://paper.example/follow/") as desk:
        for path in ("/", "/follow", "/follow/"):
            page = await desk.get(path, Host="Paper.example")
            assert (page.status, 'action="/follow/subscribe"' in page.text) == (200, True)
        assert (await desk.get("/follow/style.css")).status == 200
        assert (await desk.get("/followed")).status == 404
        assert (await desk.post("/follow/subscribe", FORM, Origin="https://paper.example")).status == 200
        [mail] = await desk.mails(ANNA)
        assert link_in(mail, "confirm").startswith("https://paper.example/follow/confirm/")


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        (b"a" * 20_000, URLENCODED, 413),
        (b"leave=%ff%fe", URLENCODED, 400),
        (b"&".join(b"a=b" for _ in range(400)), URLENCODED, 413),
        (b"leave=event", {"Content_Type": "text/plain"}, 400),
        (b"leave=event", {"Content_Type": "application/x-www-form-urlencoded; charset=never"}, 400),
        (b"--x\r\n\r\n", {"Content_Type": "multipart/form-data; boundary=y"}, 400),
        (b"", {"Content_Type": "multipart/form-data"}, 400),
    ],
)
async def test_a_body_that_is_no_form_of_ours_is_refused(
    desk: Lobby, data: bytes, headers: dict[str, str], status: int
) -> None:
    """And changes nothing."""
    link = desk.links.unsubscribe("desk", "desk-mail", "kabul")
    answer = await desk.ask("POST", link, data=data, headers=headers)
    assert (answer.status, answer.title) == (status, PROBLEMS[status][0].replace("'", "&#39;"))
    assert not await desk.store.people.left(DESK)


async def test_a_body_without_a_length_is_bounded_too(desk: Lobby) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"a" * 1000

    answer = await desk.ask("POST", desk.links.preferences("desk"), data=endless(), headers=URLENCODED)
    assert answer.status == 413


@pytest.mark.parametrize(("method", "path"), [("PUT", "/"), ("POST", "/"), ("GET", "/subscribe"), ("POST", "/health")])
async def test_other_methods_are_refused(desk: Lobby, method: str, path: str) -> None:
    answer = await desk.ask(method, path)
    assert (answer.status, bool(answer.headers["Allow"])) == (405, True)


async def test_a_head_has_no_body(desk: Lobby) -> None:
    answer = await desk.ask("HEAD", desk.links.preferences("desk"))
    assert (answer.status, answer.text) == (200, "")


async def test_who_drips_bytes_is_let_go(desk: Lobby) -> None:
    """The answer comes in bounded time, and says so."""
    listen = f"127.0.0.1:{free_port()}"
    service = replace(desk.service, settings=replace(desk.settings, listen=listen))

    async def never() -> AsyncIterator[bytes]:
        yield b"leave="
        await asyncio.sleep(FOR_EVER)

    async with soon(), Door().opened(listen, Reception(service=service, seconds=0.3), key="listen"):
        link = desk.links.preferences("desk").replace(desk.settings.listen, listen)
        async with desk.session.post(link, data=never(), headers={"Content-Type": FORM_TYPE}) as answer:
            assert answer.status == 408


@pytest.mark.parametrize(("error", "status"), [(StorageError("locked"), 503), (ZeroDivisionError("hunter2"), 500)])
async def test_what_breaks_inside_does_not_show(
    desk: Lobby, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    """It is a page, and a line in the log."""

    async def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(desk.store.people, "left", broken)
    with capture_logs() as log:
        answer = await desk.get(desk.links.unsubscribe("desk", "desk-mail", "kabul"))
    assert (answer.status, "hunter2" in answer.text) == (status, False)
    assert [line["event"] for line in log] == ["page_broke"]
