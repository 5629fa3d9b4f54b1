"""Mails in a real browser: on a phone nothing sticks out, and in light and dark everything can be read."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from channels.email import composer_for
from storywatch.model import ChangeKind, Event, Message, Owed
from tests.unit.channels.news_samples import (
    CONFIRMATION,
    CORRECTED,
    CORROBORATED,
    DIGEST,
    SWITCHED_OFF,
    TOLD,
    WITH_PAGES,
    changed,
)
from tests.unit.channels.samples import NOTICE, over_now, owed_with
from tests.unit.channels.test_email import body, read

PHONE, DESK = 360, 800
LEAST_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3, for text of the usual size."""

SMALLEST = 14
"""Pixels: smaller letters are hard to read on a phone."""

COMPOSER = composer_for(WITH_PAGES)
LONG = "Donaudampfschifffahrtsgesellschaft" * 9
ARABIC = "طالبان تقول إن 170 شخصا قتلوا في هجوم على مطار كابول"


def worded(text: str, **changes: Any) -> Owed:
    """Return an alert whose texts all are this one."""
    return owed_with(title=text, summary=text, author=text, event=Event(id="e", title=text), **changes)


MAILS: Mapping[str, Message] = {
    "first report": COMPOSER.compose(TOLD),
    "corroboration": COMPOSER.compose(CORROBORATED),
    "correction": COMPOSER.compose(CORRECTED),
    "retraction": COMPOSER.compose(replace(CORRECTED, change=changed(ChangeKind.RETRACTION, difference=""))),
    "restored": COMPOSER.compose(replace(CORRECTED, change=changed(ChangeKind.RESTORED))),
    "digest": COMPOSER.compose_digest(DIGEST),
    "confirmation": COMPOSER.compose_confirmation(CONFIRMATION),
    "notice": COMPOSER.compose_notice(NOTICE),
    "receiver switched off": COMPOSER.compose_notice(SWITCHED_OFF),
    "end of an alarm": COMPOSER.compose_notice(over_now()),
    "long words": COMPOSER.compose(worded(LONG, url="https://x.example/" + "a" * 1900)),
    "right to left": COMPOSER.compose(worded(ARABIC, language="ar")),
}

TEXTS = """
const opaque = (node) => {
  for (; node; node = node.parentElement) {
    const colour = getComputedStyle(node).backgroundColor;
    if (!/, 0\\)$/.test(colour) && colour !== 'transparent') return colour;
  }
  return 'rgb(255, 255, 255)';
};
return [...document.body.querySelectorAll('*')]
  .filter((node) => node.offsetParent && [...node.childNodes].some((c) => c.nodeType === 3 && c.data.trim()))
  .map((node) => {
    const style = getComputedStyle(node);
    return [node.textContent.trim(), style.color, opaque(node), parseFloat(style.fontSize)];
  });
"""
SIZES = "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    """Open one headless browser for all mails."""
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium") or shutil.which("google-chrome")
    if driver is None or chromium is None:
        pytest.skip("needs chromium and chromedriver on the path, such as from apt install chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield opened
    finally:
        opened.quit()


def shown(browser: webdriver.Chrome, html: str, folder: Path, *, width: int, scheme: str = "light") -> None:
    """Open a page as a screen of that width and colour scheme does."""
    page = folder / "mail.html"
    page.write_text(html, "utf-8")
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width == PHONE}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    browser.get(page.as_uri())


def html_of(name: str) -> str:
    """Return a mail's HTML."""
    return body(read(MAILS[name]), "html")


def overhang(browser: webdriver.Chrome) -> int:
    """Return how many pixels wider than the screen the page is."""
    wide, screen = browser.execute_script(SIZES)
    return int(wide) - int(screen)


def faint(browser: webdriver.Chrome) -> list[str]:
    """Return the texts that stand out too little from what is behind them, or are too small."""
    texts = browser.execute_script(TEXTS)
    assert len(texts) >= 4
    return [
        f"{text[:40]}: {ink} on {paper}, {size} px"
        for text, ink, paper, size in texts
        if contrast(ink, paper) < LEAST_CONTRAST or size < SMALLEST
    ]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours such as `rgb(1, 2, 3)` (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in colour.partition("(")[2].rstrip(")").split(",")[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("name", MAILS)
def test_nothing_sticks_out_on_a_phone(browser: webdriver.Chrome, tmp_path: Path, name: str) -> None:
    """No mail scrolls sideways at 360 pixels."""
    shown(browser, html_of(name), tmp_path, width=PHONE)
    assert overhang(browser) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", MAILS)
def test_everything_can_be_read(browser: webdriver.Chrome, tmp_path: Path, name: str, scheme: str) -> None:
    """In both colour schemes, which differ."""
    shown(browser, html_of(name), tmp_path, width=DESK, scheme=scheme)
    assert faint(browser) == []
    paper = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (_luminance(paper) < 0.1) is (scheme == "dark")


def test_a_title_from_right_to_left_stands_at_the_right(browser: webdriver.Chrome, tmp_path: Path) -> None:
    """And what stands beside it in English at the left."""
    shown(browser, html_of("right to left"), tmp_path, width=DESK)
    script = "const s = getComputedStyle(document.querySelector(arguments[0])); return s.direction + s.textAlign"
    sides = [browser.execute_script(script, one) for one in (".headline", ".role")]
    assert sides == ["rtlstart", "ltrleft"]


def test_a_mail_that_sticks_out_and_is_faint_is_found(browser: webdriver.Chrome, tmp_path: Path) -> None:
    """The negative control: the same mail with a word that can't break, and in grey on white."""
    html = html_of("long words").replace("overflow-wrap: anywhere", "").replace("#5c5c61", "#aaaaaa")
    shown(browser, html, tmp_path, width=PHONE)
    assert overhang(browser) > 100
    assert faint(browser)
