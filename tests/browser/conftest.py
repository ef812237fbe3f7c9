"""A real Chromium, the one on the PATH. Where there is none the tests fail; they never skip."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Playwright, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium(playwright: Playwright) -> str:
    """Path of the browser: the system's, else the one that Playwright's installer left."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    installed = playwright.chromium.executable_path
    if Path(installed).exists():
        return installed
    pytest.fail(
        f"These tests need Chromium and found none of {', '.join(NAMES)} on the PATH. "
        "Install it with the system's package manager (apt-get install chromium) "
        "or with: python -m playwright install chromium",
        pytrace=False,
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        path = chromium(playwright)
        async with await playwright.chromium.launch(
            executable_path=path, args=ARGUMENTS
        ) as browser:
            yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A fresh page, 1280 pixels wide, that shares nothing with other tests."""
    async with await browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield await context.new_page()
