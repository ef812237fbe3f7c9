"""What holds for every page: it stands on its own, and can be heard."""

import re
from itertools import pairwise

import pytest

from services.gateway.pages import render
from tests.gateway.pages.document import Document
from tests.gateway.pages.samples import EVERY_PAGE


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_every_page_stands_on_its_own_under_a_strict_policy(name: str) -> None:
    page = Document(EVERY_PAGE[name])
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
    assert page.meta("description")[0]
    assert page.links()[0] == "#main"
    for _, attributes in page.elements:
        assert "style" not in attributes
        assert not [each for each in attributes if each.startswith("on")]
    for element in (*page.all("script"), *page.all("link"), *page.all("img")):
        address = element.get("src") or element.get("href") or ""
        assert not address.startswith("http") or element.get("rel") == "canonical"
        if address.startswith("/static/"):
            assert re.search(r"\?v=[0-9a-f]{12}$", address)


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_headings_and_ids_are_in_order(name: str) -> None:
    page = Document(EVERY_PAGE[name])
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        for reference in ("aria-labelledby", "for"):
            assert attributes.get(reference) in {None, *ids}


def test_static_files_need_nobody_else() -> None:
    for file in render.STATIC.iterdir():
        outside = re.sub(r"http://www\.w3\.org/2000/svg", "", file.read_text())
        assert not re.search(r"https?://", outside), file.name
