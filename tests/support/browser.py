"""A real browser without a screen, for pages that people use."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.patience import PATIENCE

ABSENT = "Chromium and its driver are not installed: apt-get install chromium chromium-driver"
ResultT = TypeVar("ResultT")


class Browser:
    """Does one thing at a time, in a thread: its driver waits."""

    def __init__(self, driver: Chrome) -> None:
        self._driver = driver

    async def open(self, url: str) -> str:
        """Open a page and return its heading."""
        await self._do(lambda driver: driver.get(url))
        return await self.heading()

    async def heading(self) -> str:
        """Return the heading of the page that is shown."""
        return await self._do(lambda driver: driver.find_element(By.TAG_NAME, "h1").text)

    async def fill(self, label: str, text: str) -> None:
        """Write into the field with a label."""
        await self._do(lambda driver: driver.find_element(By.ID, _field(driver, label)).send_keys(text))

    async def press(self, button: str) -> str:
        """Press a button and return the heading of the page that follows."""
        await self._do(lambda driver: _leave(driver, button))
        return await self.heading()

    async def complaints(self) -> list[str]:
        """Return what the browser complained of since it was asked last."""
        lines = await self._do(lambda driver: driver.execute("getLog", {"type": "browser"})["value"])
        return [line["message"] for line in lines]

    async def cookies(self) -> int:
        """Return how many cookies the site has set."""
        return len(await self._do(lambda driver: driver.get_cookies()))

    async def _do(self, what: Callable[[Chrome], ResultT]) -> ResultT:
        return await asyncio.to_thread(what, self._driver)


def _leave(driver: Chrome, button: str) -> None:
    # A click returns before the next page is there: a heading found at once may be that of the page that goes.
    shown = driver.find_element(By.TAG_NAME, "html")
    driver.find_element(By.XPATH, f'//button[.="{button}"]').click()
    WebDriverWait(driver, PATIENCE).until(staleness_of(shown))


def _field(driver: Chrome, label: str) -> str:
    return str(driver.find_element(By.XPATH, f'//label[.="{label}"]').get_attribute("for"))


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Run a browser until the block ends. Skips the test where there is none, unless this is CI."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        if os.environ.get("CI"):
            pytest.fail(ABSENT)
        pytest.skip(ABSENT)
    options = ChromeOptions()
    options.binary_location = program
    for option in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = await asyncio.to_thread(Chrome, options=options, service=Service(driver))
    try:
        chrome.set_page_load_timeout(PATIENCE)
        chrome.implicitly_wait(5)
        yield Browser(chrome)
    finally:
        await asyncio.to_thread(chrome.quit)
