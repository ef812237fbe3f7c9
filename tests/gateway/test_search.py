"""Search by name and by topic, and paging."""

import base64
import re
from typing import Any

import httpx
import orjson
import pytest

from tests.gateway.asking import HTML, problem
from tests.gateway.library import HANGBO, PEOPLE
from tests.gateway.told import person, tell
from tests.support import System, client


async def pages(http: httpx.AsyncClient, path: str, **parameters: Any) -> list[list[Any]]:
    """The items of all pages, page by page."""
    found: list[list[Any]] = []
    cursor: str | None = None
    while cursor is not None or not found:
        asked = parameters | ({"cursor": cursor} if cursor else {})
        response = await http.get(f"/api/v1{path}", params=asked)
        assert response.status_code == 200, response.text
        page = response.json()
        found.append(page["items"])
        cursor = page["next_cursor"]
        assert len(found) < 100
    return found


async def names(http: httpx.AsyncClient, query: str) -> list[str]:
    (page,) = await pages(http, "/researchers", q=query, limit=100)
    return [item["name"] for item in page]


@pytest.mark.parametrize("limit", [1, 7, 15, 20, 45, 100])
async def test_all_pages_of_a_search_together_are_everybody_once(
    http: httpx.AsyncClient, limit: int
) -> None:
    found = await pages(http, "/researchers", q="person", limit=limit)
    everybody = [item for page in found for item in page]
    assert sorted(item["id"] for item in everybody) == PEOPLE
    works = [item["works"] for item in everybody]
    assert works == sorted(works, reverse=True)
    assert all(len(page) == limit for page in found[:-1])
    assert found[-1]


async def test_everybody_with_a_work_is_in_the_search_for_nothing(http: httpx.AsyncClient) -> None:
    found = [item["id"] for page in await pages(http, "/researchers") for item in page]
    assert sorted(found) == sorted([*PEOPLE, HANGBO, "Ajose", "Alukasz", "Awang", "Ahostile"])
    assert found[0] == HANGBO


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
async def test_all_pages_of_the_works_together_are_all_works_once(
    http: httpx.AsyncClient, limit: int
) -> None:
    found = await pages(http, f"/researchers/{HANGBO}/works", limit=limit)
    works = [item for page in found for item in page]
    profile = (await http.get(f"/api/v1/researchers/{HANGBO}")).json()
    assert works == profile["works"]
    assert len({work["id"] for work in works}) == 7
    keys = [(-work["year"], work["title"].casefold()) for work in works]
    assert keys == sorted(keys)


def cursor_of(*values: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%%%",
        "é",
        "null",
        cursor_of(),
        cursor_of(1),
        cursor_of("1", "A"),
        cursor_of(1, "A", 2),
        cursor_of(1.5, "A"),
        cursor_of(True, "A"),
        cursor_of(2**63, "A"),
        base64.urlsafe_b64encode(b'{"a": 1}').decode(),
    ],
)
async def test_a_cursor_of_another_kind_is_refused(http: httpx.AsyncClient, cursor: str) -> None:
    for path in ("/researchers", f"/researchers/{HANGBO}/works"):
        found = problem(await http.get(f"/api/v1{path}", params={"cursor": cursor}), 400)
        assert "cursor" in found["detail"]
    page = await http.get("/", params={"q": "person", "cursor": cursor}, headers=HTML)
    assert page.status_code == 400
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("hangbo bao", ["Hangbo Bao"]),
        ("Bao, Hangbo", ["Hangbo Bao"]),
        ("HANG", ["Hangbo Bao"]),
        ("ba han", ["Hangbo Bao"]),
        ("angbo", []),
        ("hangbo li", []),
        ("garcia", ["José García-Márquez"]),
        ("GARCÍA márq", ["José García-Márquez"]),
        ("jose", ["José García-Márquez"]),
        ("lukasz", ["Łukasz Kaiser"]),
        ("Łuk", ["Łukasz Kaiser"]),
        ("王伟", ["王伟"]),
        ("王", ["王伟"]),
        ("wei wang", ["王伟"]),
        ("person 07", ["Person 07"]),
        (".*", []),
        ("h.*o", []),
        ("!!!", []),
        ("without", []),
    ],
)
async def test_search_by_name(http: httpx.AsyncClient, query: str, found: list[str]) -> None:
    assert await names(http, query) == found


async def test_search_by_topic(http: httpx.AsyncClient) -> None:
    for topic, expected in (("arxiv:cs.CL", [HANGBO]), ("arxiv:cs", []), ("arxiv:none", [])):
        (page,) = await pages(http, "/researchers", topic=topic)
        assert [item["id"] for item in page] == expected


async def test_the_start_page_finds_and_pages_as_well(http: httpx.AsyncClient) -> None:
    seen: list[str] = []
    path: str | None = "/?q=person"
    while path:
        page = (await http.get(path, headers=HTML)).text
        seen += re.findall(r'href="/researchers/(\w+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else None
    assert sorted(seen) == PEOPLE


async def test_the_start_page_counts_at_once_who_comes_first_and_then_now_and_then(
    databases: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.gateway.profiles._COUNTED_SECONDS", 3600)
    async with client(databases.app("gateway")) as http:
        assert "bzpeer ingest" in (await http.get("/", headers=HTML)).text
        for number in (1, 2):
            await tell(databases, f"A{number}", person("Ada", "W1"))
            assert "1 researcher and 0 works so far" in (await http.get("/", headers=HTML)).text
