"""How a page looks: pictures of it on a desk and on a phone, by day and by night."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, BrowserContext, ConsoleMessage

WIDTHS = (1280, 390)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


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
    if await page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    ):
        complaints.append("scrolls sideways")
    await page.screenshot(path=picture, full_page=True)
    return complaints
