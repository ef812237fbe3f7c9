"""The seed author's page in a real Chromium, from a stack that `bzpeer up` started."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.looks import PICTURES, look_at
from tests.seed import PAGE
from tests.stack import Stack

pytestmark = pytest.mark.browser


async def test_the_page_shows_everything_in_its_order(stack: Stack, page: Page) -> None:
    await page.goto(stack.page)
    await expect(page).to_have_title(re.compile("^Hangbo Bao"))
    text = " ".join((await page.locator("main").inner_text()).split())
    at = 0
    for words in PAGE:
        assert words in text[at:], f"{words!r} is not where it belongs"
        at = text.index(words, at) + len(words)


async def test_the_graph_loads_after_the_page(stack: Stack, page: Page) -> None:
    await page.goto(stack.page)
    drawing = page.locator(".canvas svg")
    await expect(drawing).to_be_visible()
    await expect(drawing.locator("text", has_text="Furu Wei")).to_be_visible()
    await page.get_by_role("link", name="Open full explorer").click()
    await expect(page).to_have_url(f"{stack.page}/graph")
    await expect(page.locator("main")).to_contain_text("Songhao Piao")


async def test_people_find_the_page_by_name_with_the_keyboard_alone(
    stack: Stack, page: Page
) -> None:
    await page.goto(stack.gateway)
    await page.get_by_role("searchbox").first.focus()
    await page.keyboard.type("bao hang")
    await page.keyboard.press("Enter")
    result = page.get_by_role("link", name="Hangbo Bao")
    await expect(result).to_be_visible()
    await result.focus()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(stack.page)


async def test_the_page_can_be_read_without_scripts(stack: Stack, browser: Browser) -> None:
    async with await browser.new_context(java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(stack.page)
        await expect(page.locator("main")).to_contain_text("7 published item(s)")
        await expect(page.get_by_role("link", name="Open full explorer")).to_be_visible()
        await page.get_by_role("link", name="Log in to claim").click()
        await expect(page.locator("main")).to_contain_text("Say who you are")


async def test_it_looks_right_on_a_desk_and_on_a_phone(stack: Stack, browser: Browser) -> None:
    PICTURES.mkdir(exist_ok=True)
    looks = await look_at(browser, stack.page, PICTURES, "profile")
    assert looks.complaints == []
    assert all(picture.stat().st_size > 20_000 for picture in looks.pictures)


async def test_an_unknown_researcher_is_told_in_words(stack: Stack, page: Page) -> None:
    response = await page.goto(f"{stack.gateway}/researchers/nobody")
    assert response is not None
    assert response.status == 404
    await expect(page.locator("main")).to_contain_text("There is no researcher with the id nobody")
