"""Files come in by HTTP: who may send them, what is answered, what becomes of bad ones."""

import gzip
from collections.abc import AsyncIterator

import httpx
import orjson
import pytest
from pymongo.errors import ServerSelectionTimeoutError

from services.works import domain, store
from services.works.domain import State, Told
from services.works.ingest import Progress
from services.works.joining import Group
from services.works.settings import WorksSettings
from services.works.sources import SOURCES
from tests.support import SEED, TOKEN, System, client
from tests.works.sources.count_records import count
from tests.works.sources.reading import FIXTURES

SENDER = {"Authorization": f"Bearer {TOKEN}"}
ENTRY = """<entry>
  <id>http://arxiv.org/abs/2401.{number:05d}v1</id>
  <published>2024-01-01T00:00:00Z</published><updated>2024-01-01T00:00:00Z</updated>
  <title>Title {number}</title><summary>Text.</summary><author><name>Ada Lovelace</name></author>
</entry>"""
NO_ADDRESS = "<entry><id>nowhere</id><title>Lost</title></entry>"


@pytest.fixture
async def http(databases: System) -> AsyncIterator[httpx.AsyncClient]:
    async with client(databases.app("works")) as made:
        yield made


def feed(*entries: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom">'
        "<id>http://arxiv.org/api/1</id>" + "".join(entries) + "</feed>"
    ).encode()


def entries(count: int) -> list[str]:
    return [ENTRY.format(number=number) for number in range(1, count + 1)]


async def send(
    http: httpx.AsyncClient,
    content: bytes | AsyncIterator[bytes],
    headers: dict[str, str] = SENDER,
    name: str = "a.xml",
) -> httpx.Response:
    return await http.post("/ingest", params={"name": name}, content=content, headers=headers)


def lines(response: httpx.Response) -> list[Progress]:
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/x-ndjson"
    assert response.text.endswith("\n")
    return [Progress.model_validate_json(line) for line in response.text.splitlines()]


async def held(system: System) -> int:
    """How many works there are."""
    async with system.database("works") as database:
        return await database["works"].count_documents({})


def is_problem(response: httpx.Response, status: int) -> str:
    """The detail of the problem that was answered."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["instance"] == "/ingest"
    return str(problem["detail"])


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


async def test_a_bad_record_is_reported_and_the_rest_taken(
    databases: System, http: httpx.AsyncClient
) -> None:
    one, two = entries(2)
    found, last = lines(await send(http, feed(one, NO_ADDRESS, two)))
    assert (found.read, found.new) == (3, 2)
    (notice,) = found.rejected
    assert "nowhere" in notice.reason
    assert notice.record
    assert last.done
    assert await held(databases) == 2


@pytest.mark.parametrize("packed", [False, True])
async def test_of_a_file_cut_short_everything_before_the_cut_is_taken(
    databases: System, http: httpx.AsyncClient, packed: bool
) -> None:
    whole = feed(*entries(40))
    content = gzip.compress(whole)[:-12] if packed else whole[:-60]
    response = lines(await send(http, content, name="cut.xml"))
    (notice,) = (notice for line in response for notice in line.rejected)
    assert "cut.xml" in notice.record
    assert response[-1].done
    assert 0 < await held(databases) == sum(line.new for line in response)
    assert await held(databases) >= (1 if packed else 39)


async def test_a_record_that_cannot_be_kept_is_reported_and_the_rest_taken(
    databases: System, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def living(work: str, before: State | None, group: Group) -> tuple[State, Told]:
        if group.members[0].record.title == "Title 7":
            raise ValueError("no store takes it")
        return domain.living(work, before, group)

    monkeypatch.setattr(store, "living", living)
    progress = lines(await send(http, feed(*entries(20))))
    assert sum(line.new for line in progress) == 19
    assert sum(line.revised + line.unchanged for line in progress) == 0
    assert sum(line.read for line in progress) == 20
    (refused,) = [notice for line in progress for notice in line.rejected]
    assert refused.record == "2401.00007"
    assert "no store takes it" in refused.reason
    assert progress[-1].done
    assert await held(databases) == 19


async def test_what_looks_wrong_in_a_record_is_a_warning_and_it_is_taken(
    http: httpx.AsyncClient,
) -> None:
    doubtful = entries(1)[0].replace("2024-01-01T00:00:00Z", "soon", 1)
    found, _ = lines(await send(http, feed(doubtful)))
    assert (found.read, found.new, found.rejected) == (1, 1, [])
    (warning,) = found.warnings
    assert warning.record == "2401.00001"
    assert "soon" in warning.reason


async def test_a_doi_used_twice_by_one_source_is_a_warning(http: httpx.AsyncClient) -> None:
    doi = '<doi xmlns="http://arxiv.org/schemas/atom">10.1234/x</doi></entry>'
    twice = [entry.replace("</entry>", doi) for entry in entries(2)]
    found, _ = lines(await send(http, feed(*twice)))
    assert (found.read, found.new) == (2, 2)
    (warning,) = found.warnings
    assert warning.record == "2401.00002"
    assert "10.1234/x" in warning.reason


async def test_an_empty_file_is_done_at_once(http: httpx.AsyncClient) -> None:
    assert lines(await send(http, b"")) == [Progress(done=True)]


async def test_a_feed_without_entries_is_done_at_once(http: httpx.AsyncClient) -> None:
    assert lines(await send(http, feed())) == [Progress(done=True)]


async def test_a_file_needs_a_name(http: httpx.AsyncClient) -> None:
    response = await http.post("/ingest", content=feed(), headers=SENDER)
    assert "name" in is_problem(response, 422)


async def test_a_database_that_goes_away_is_told_at_the_end_of_the_answer(
    databases: System, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def living(work: str, before: State | None, group: Group) -> tuple[State, Told]:
        if group.members[0].record.title == "Title 260":
            raise ServerSelectionTimeoutError("no server")
        return domain.living(work, before, group)

    with monkeypatch.context() as away:
        away.setattr(store, "living", living)
        *taken, last = lines(await send(http, feed(*entries(300))))
    assert (last.error, last.done) == ("the database of works gives no answer", False)
    kept = sum(line.new for line in taken)
    assert 0 < kept == await held(databases) < 300
    again = lines(await send(http, feed(*entries(300))))
    assert again[-1].done
    assert await held(databases) == 300
