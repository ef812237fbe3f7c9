"""Whose author record is whose, by HTTP."""

from collections.abc import AsyncIterator

import httpx
import pytest

from contracts.codec import decode
from contracts.envelope import Payload
from contracts.events import CATALOGUE
from contracts.events.works import AuthorsWereMerged, AuthorWasRecorded
from services.identity.consumers import handlers
from services.identity.store import Store
from tests.support import System, attested_by, client, event


@pytest.fixture
async def http(databases: System) -> AsyncIterator[httpx.AsyncClient]:
    async with client(databases.app("identity")) as made:
        yield made


async def tell(databases: System, subject: str, position: int, data: Payload) -> None:
    """Deliver one event of works."""
    store = Store(databases.service("identity"))
    await handlers(store)["works.author"]([decode(event(data, subject, position), CATALOGUE)])


def author(*sources: str) -> AuthorWasRecorded:
    return AuthorWasRecorded(
        name="Ada Example",
        attested_by=attested_by(*sources),
    )


@pytest.mark.parametrize("sources", [("arxiv",), ("arxiv", "acl")])
async def test_a_record_nobody_claimed_is_at_level_1(
    databases: System, http: httpx.AsyncClient, sources: tuple[str, ...]
) -> None:
    await tell(databases, "A1", 1, author(*sources))
    answer = await http.get("/authors/A1")
    assert answer.status_code == 200
    assert answer.json() == {"author_id": "A1", "status": "unclaimed", "level": "L1"}


async def test_a_record_no_source_attests_is_at_level_0(
    databases: System, http: httpx.AsyncClient
) -> None:
    await tell(databases, "A1", 1, author("arxiv"))
    await tell(databases, "A1", 2, author())
    assert (await http.get("/authors/A1")).json()["level"] == "L0"


async def test_an_older_event_that_comes_later_changes_nothing(
    databases: System, http: httpx.AsyncClient
) -> None:
    await tell(databases, "A1", 2, author())
    await tell(databases, "A1", 1, author("arxiv"))
    assert (await http.get("/authors/A1")).json()["level"] == "L0"


async def test_a_record_nobody_knows_is_a_problem(http: httpx.AsyncClient) -> None:
    answer = await http.get("/authors/nobody")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["instance"]) == (404, "/authors/nobody")
    assert "nobody" in problem["detail"]


async def test_a_merged_record_sends_on_to_the_one_it_was_merged_into(
    databases: System, http: httpx.AsyncClient
) -> None:
    await tell(databases, "A2", 1, author("arxiv"))
    await tell(databases, "A1", 1, author("arxiv"))
    await tell(databases, "A1", 2, AuthorsWereMerged(into="A2"))
    answer = await http.get("/authors/A1")
    assert answer.status_code == 308
    assert answer.headers["location"] == "/authors/A2"
    assert answer.headers["content-type"] == "application/problem+json"
    followed = await http.get("/authors/A1", follow_redirects=True)
    assert followed.json()["author_id"] == "A2"


async def test_a_record_that_stands_alone_again_sends_nobody_on(
    databases: System, http: httpx.AsyncClient
) -> None:
    await tell(databases, "A1", 1, AuthorsWereMerged(into="A2"))
    await tell(databases, "A1", 2, author("arxiv"))
    assert (await http.get("/authors/A1")).status_code == 200
