"""How a page looks: pictures of it on a desk and on a phone, by day and by night."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page

PICTURES = Path(__file__).parents[1] / "output"
_SCROLLS_SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
_TOO_SMALL = """[...document.querySelectorAll("button, input:not([type=hidden]), select, summary")]
  .filter((each) => each.checkVisibility() && !each.closest(".unseen, label.check, .search.small"))
  .filter((each) => each.getBoundingClientRect().height < 24)
  .map((each) => each.outerHTML.slice(0, 80))"""
"""WCAG 2.2, 2.5.8: a target is at least 24 by 24 CSS pixels."""
WIDTHS = (1280, 390)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_POSES: tuple[tuple[int, Literal["light", "dark"]], ...] = ((390, "dark"), (1280, "light"))


@dataclass(frozen=True, slots=True)
class Looks:
    """Pictures taken, and what was wrong: sideways scrolling, script errors, blocked content."""

    pictures: list[Path] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


async def look_at(browser: Browser, url: str, folder: Path, name: str) -> Looks:
    """Open ``url`` in each width and colour scheme and write `<name>-<width>-<scheme>.png`."""
    looks = Looks()
    for width in WIDTHS:
        for scheme in SCHEMES:
            picture = folder / f"{name}-{width}-{scheme}.png"
            async with await browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme
            ) as context:
                complaints = await _photograph(context, url, picture)
            looks.pictures.append(picture)
            looks.complaints.extend(f"{picture.stem}: {each}" for each in complaints)
    return looks


async def _photograph(context: BrowserContext, url: str, picture: Path) -> list[str]:
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page = await context.new_page()
    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(url, wait_until="networkidle")
    if await page.evaluate(_SCROLLS_SIDEWAYS):
        complaints.append("scrolls sideways")
    await page.screenshot(path=picture, full_page=True)
    return complaints


async def look_at_page(page: Page, name: str) -> list[str]:
    """Write `<name>-<width>-<scheme>.png` of a page as it is; what is wrong with it."""
    PICTURES.mkdir(exist_ok=True)
    complaints: list[str] = []
    for width, scheme in _POSES:
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=scheme)
        if await page.evaluate(_SCROLLS_SIDEWAYS):
            complaints.append(f"{name} scrolls sideways at {width}")
        small = await page.evaluate(_TOO_SMALL)
        complaints += [f"{name} at {width}: too small to press: {each}" for each in small]
        await page.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", full_page=True)
    return complaints
