"""Files come in by HTTP: who may send them, what is answered, what becomes of bad ones."""

import gzip
from collections.abc import AsyncIterator

import httpx
import orjson
import pytest

from services.works.ingest import Progress
from services.works.settings import WorksSettings
from services.works.sources import SOURCES
from tests.support import SEED, TOKEN, System, client
from tests.works.sources.count_records import count
from tests.works.sources.reading import FIXTURES
from tests.works.uploads import (
    SENDER,
    entries,
    feed,
    held,
    is_problem,
    lines,
    send,
)


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        TOKEN,
        f"Basic {TOKEN}",
        f"Bearer {TOKEN} ",
        f"Bearer {TOKEN[:-1]}",
        f"bearer{TOKEN}",
        "Bearer ÿ",
    ],
)
async def test_nobody_ingests_without_the_token(
    databases: System, http: httpx.AsyncClient, authorization: str | None
) -> None:
    headers = [] if authorization is None else [(b"Authorization", authorization.encode("latin-1"))]
    response = await http.post(
        "/ingest", params={"name": "a.xml"}, content=feed(*entries(1)), headers=headers
    )
    assert "token" in is_problem(response, 401)
    assert response.headers["www-authenticate"] == "Bearer"
    assert TOKEN not in response.text
    assert await held(databases) == 0


@pytest.mark.parametrize("headers", [{}, SENDER, {"Authorization": "Bearer None"}])
async def test_nobody_ingests_where_no_token_is_set(
    databases: System, headers: dict[str, str]
) -> None:
    async with client(databases.app("works", ingest_token=None)) as http:
        response = await send(http, feed(*entries(1)), headers)
    assert "INGEST_TOKEN" in is_problem(response, 403)
    assert await held(databases) == 0


def test_an_empty_token_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGEST_TOKEN", "")
    assert WorksSettings().ingest_token is None


async def test_a_file_comes_back_as_lines_and_the_last_says_done(
    databases: System, http: httpx.AsyncClient
) -> None:
    response = await send(http, feed(*entries(251)))
    first, second, last = lines(response)
    assert (first.read, first.new, first.done) == (250, 250, False)
    assert (second.read, second.new, second.done) == (1, 1, False)
    assert last == Progress(done=True)
    assert await held(databases) == 251
    assert set(orjson.loads(response.text.splitlines()[0])) == {
        "read", "new", "revised", "unchanged", "rejected", "warnings", "done",
    }  # fmt: skip


async def test_a_file_sent_again_is_unchanged(http: httpx.AsyncClient) -> None:
    await send(http, SEED.read_bytes())
    found, last = lines(await send(http, SEED.read_bytes()))
    assert (found.read, found.new, found.revised, found.unchanged) == (7, 0, 0, 7)
    assert last.done


async def test_a_newer_version_is_counted_as_revised(http: httpx.AsyncClient) -> None:
    await send(http, feed(*entries(2)))
    newer = entries(1)[0].replace("00001v1", "00001v2").replace("Title 1", "Renamed")
    found, _ = lines(await send(http, feed(newer)))
    assert (found.read, found.new, found.revised, found.unchanged) == (1, 0, 1, 0)


async def test_gzip_is_taken_like_plain(databases: System, http: httpx.AsyncClient) -> None:
    found, _ = lines(await send(http, gzip.compress(feed(*entries(3))), name="a.xml.gz"))
    assert (found.read, found.new) == (3, 3)
    assert await held(databases) == 3


@pytest.mark.parametrize(
    "content",
    [
        b'{"json": true}',
        b"<html><body>no</body></html>",
        b"\x89PNG\r\n\x1a\n",
        gzip.compress(b"@article{x, title = {Y}}"),
    ],
)
async def test_a_file_of_no_source_is_refused_and_told_what_is_taken(
    http: httpx.AsyncClient, content: bytes
) -> None:
    detail = is_problem(await send(http, content, name="strange.bin"), 415)
    assert "strange.bin" in detail
    for source in SOURCES:
        assert source.ABOUT in detail


async def test_files_of_every_source_are_taken_and_again_change_nothing(
    http: httpx.AsyncClient,
) -> None:
    files = [path for path in sorted(FIXTURES.glob("*/*")) if path.is_file()]
    assert len(files) > 20
    for again in (False, True):
        for path in files:
            taken = lines(await send(http, path.read_bytes(), name=path.name))
            assert sum(line.read for line in taken) == count(path), path
            if again:
                assert sum(line.new + line.revised for line in taken) == 0, path


async def test_a_file_too_large_is_refused_and_read_no_further(databases: System) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for chunk in (feed(*entries(1)), *[b" " * 500] * 100):
            sent += len(chunk)
            yield chunk

    async with client(databases.app("works", ingest_largest_upload=2000)) as http:
        assert "2000 bytes" in is_problem(await send(http, chunks()), 413)
        assert sent < 4000
        whole = feed(*entries(1))
        assert len(whole) < 2000
        assert lines(await send(http, whole))[0].new == 1
    assert await held(databases) == 1


async def test_a_file_that_grows_too_large_when_unpacked_is_taken_as_far_as_allowed(
    databases: System,
) -> None:
    packed = gzip.compress(feed(*entries(200)))
    async with client(databases.app("works", ingest_largest_file=20_000)) as http:
        found, _ = lines(await send(http, packed))
    (notice,) = found.rejected
    assert "20,000 bytes" in notice.reason
    assert 0 < found.new == found.read - 1 < 200


async def test_an_empty_file_is_done_at_once(http: httpx.AsyncClient) -> None:
    assert lines(await send(http, b"")) == [Progress(done=True)]


async def test_a_feed_without_entries_is_done_at_once(http: httpx.AsyncClient) -> None:
    assert lines(await send(http, feed())) == [Progress(done=True)]


async def test_a_file_needs_a_name(http: httpx.AsyncClient) -> None:
    response = await http.post("/ingest", content=feed(), headers=SENDER)
    assert "name" in is_problem(response, 422)
