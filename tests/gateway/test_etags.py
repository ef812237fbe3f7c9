"""Who has an answer already is told so; HEAD is GET without the body."""

import re

import httpx
import pytest

from tests.gateway.library import EVERY_ANSWER, HANGBO
from tests.gateway.told import person, tell
from tests.support import System, client, serving


@pytest.mark.parametrize("path", EVERY_ANSWER)
async def test_who_has_an_answer_already_is_told_so(http: httpx.AsyncClient, path: str) -> None:
    whole = await http.get(path)
    etag = whole.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', etag)
    for known in (etag, f'"other", {etag}', f'{etag},"other"', f"W/{etag}", f'"x", W/{etag}', "*"):
        again = await http.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b""), known
        assert again.headers["etag"] == etag
        assert "cache-control" in again.headers
    for other in ('"other"', 'W/"other"', "", etag.strip('"')):
        fresh = await http.get(path, headers={"If-None-Match": other})
        assert (fresh.status_code, fresh.content) == (200, whole.content), other


async def test_different_answers_have_different_etags(http: httpx.AsyncClient) -> None:
    etags = [(await http.get(path)).headers["etag"] for path in EVERY_ANSWER]
    assert len(set(etags)) == len(etags)


async def test_an_etag_changes_with_what_is_told(library: System) -> None:
    author = "Achanging"
    await tell(library, author, person("Before", "Wx"))
    async with client(library.app("gateway")) as http:
        for path in (f"/researchers/{author}", f"/api/v1/researchers/{author}"):
            before = (await http.get(path)).headers["etag"]
            await tell(library, author, person(f"After {path}", "Wx"), first=2 + len(path))
            after = await http.get(path, headers={"If-None-Match": before})
            assert after.status_code == 200
            assert f"After {path}" in after.text
    await tell(library, author, person("Gone"), first=1000)


async def test_head_is_get_without_the_body(library: System) -> None:
    async with (
        serving(library.app("gateway")) as address,
        httpx.AsyncClient(base_url=address) as http,
    ):
        for path in (
            "/",
            f"/researchers/{HANGBO}",
            f"/api/v1/researchers/{HANGBO}",
            "/static/style.css",
            "/researchers/nobody",
        ):
            head, get = await http.head(path), await http.get(path)
            assert head.content == b""
            assert get.content
            assert head.status_code == get.status_code
            for name in ("content-type", "content-length", "etag"):
                assert head.headers.get(name) == get.headers.get(name), (path, name)
