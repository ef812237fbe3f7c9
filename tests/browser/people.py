"""People with a browser each, who sign in at the stack's local provider."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.looks import look_at_page
from tests.stack import Stack


@dataclass
class Person:
    """Somebody, their ORCID iD and their browser."""

    page: Page
    stack: Stack
    orcid: str

    async def log_in(self, link: Locator) -> None:
        """From a page that asks one to log in, by way of the provider, back to where it leads."""
        await link.click()
        await self.page.get_by_role("link", name="Log in with ORCID").click()
        await self.page.locator("input[name=sub]").fill(self.orcid)
        await self.page.locator("input[name=sub]").press("Enter")
        await expect(self.page.get_by_role("button", name="Log out")).to_be_visible()

    async def log_in_on(self, path: str) -> None:
        """Open a page, log in by its header."""
        await self.page.goto(self.stack.gateway + path)
        header = self.page.get_by_role("navigation", name="Your account")
        await self.log_in(header.get_by_role("link", name="Log in"))

    async def goto(self, path: str) -> None:
        await self.page.goto(self.stack.gateway + path)

    async def press(self, name: str) -> None:
        """Press a button of the content."""
        await self.page.get_by_role("main").get_by_role("button", name=name, exact=True).click()

    async def sees(self, *words: str) -> None:
        for each in words:
            await expect(self.page.get_by_role("main")).to_contain_text(each)

    async def looks(self, name: str) -> None:
        """Take pictures of the page as it is, and complain of what is wrong with it."""
        assert await look_at_page(self.page, name) == []


@asynccontextmanager
async def person(
    browser: Browser, stack: Stack, orcid: str, name: str, *, scripts: bool = True
) -> AsyncIterator[Person]:
    """A fresh browser of somebody; the provider tells their name."""
    provider = stack.address("orcid")
    async with httpx.AsyncClient(timeout=30) as http:
        (await http.put(f"{provider}/users/{orcid}", json={"name": name})).raise_for_status()
    async with await browser.new_context(
        viewport={"width": 1280, "height": 900}, java_script_enabled=scripts
    ) as context:
        context.set_default_timeout(30_000)
        yield Person(await context.new_page(), stack, orcid)
