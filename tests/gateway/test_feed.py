"""What is new at those whom somebody follows."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from contracts.envelope import Payload
from contracts.events.identity import (
    ClaimWasApproved,
    ClaimWasDisputed,
    ClaimWasRejected,
    ResearcherProfileWasUpdated,
    ResearcherWasErased,
)
from contracts.events.works import WorkWasRecorded, WorkWasWithdrawn
from contracts.people.follows import HeardOf
from services.gateway.feed import Feeds
from services.gateway.store import Store
from tests.gateway.asking import HTML, problem
from tests.gateway.standin import SECRET, TOKEN, Identity
from tests.gateway.told import person, tell, titled
from tests.support import System, client, example, unique

FEED = "/api/v1/me/feed"
BY_TOKEN = {"Authorization": f"Bearer {TOKEN}"}
FIRST = datetime(2026, 3, 1, tzinfo=UTC)


def imported(title: str, days: int) -> WorkWasRecorded:
    work = titled(title, 2026)
    at = FIRST + timedelta(days=days)
    sources = tuple(source.model_copy(update={"imported_at": at}) for source in work.sources)
    return work.model_copy(update={"sources": sources})


@pytest.fixture
async def http(app: FastAPI, behind: Identity) -> AsyncIterator[httpx.AsyncClient]:
    behind.clear()
    async with client(app) as made:
        yield made


async def feed(http: httpx.AsyncClient, behind: Identity, *author_ids: str, **query: Any) -> Any:
    behind.says("GET", "/me/heard-of", HeardOf(author_ids=author_ids))
    answer = await http.get(FEED, headers=BY_TOKEN, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.json()


async def told(databases: System, **events: Payload | tuple[Payload, ...]) -> dict[str, str]:
    """Some events about new subjects; answers the subjects by name."""
    ids = {name: f"{name}{unique()}" for name in events}
    for name, what in events.items():
        await tell(databases, ids[name], *(what if isinstance(what, tuple) else (what,)))
    return ids


async def test_works_are_told_newest_first_and_one_of_several_people_once(
    databases: System, http: httpx.AsyncClient, behind: Identity
) -> None:
    ids = await told(databases, W1=imported("One", 1), W2=imported("Two", 2), W3=imported("Not", 3))
    mine = {"A1": ("W1", "W2"), "A2": ("W2",), "A3": ("W3",)}
    for author, works in mine.items():
        await tell(databases, author, person(f"Name {author}", *(ids[work] for work in works)))
    items = (await feed(http, behind, "A1", "A2"))["items"]
    assert [(each["title"], each["kind"]) for each in items] == [("Two", "work"), ("One", "work")]
    assert [one["id"] for one in items[0]["researchers"]] == ["A1", "A2"]
    assert items[0]["url"] == f"/works/{ids['W2']}"
    assert (await feed(http, behind))["items"] == []


async def test_what_happens_to_a_record_is_told_once_however_often_it_is_heard(
    databases: System, http: httpx.AsyncClient, behind: Identity
) -> None:
    retracted = example("works.WorkWasWithdrawn")
    assert isinstance(retracted, WorkWasWithdrawn)
    ids = await told(databases, W=retracted)
    author = f"A{unique()}"
    recorded = person("Ada", ids["W"])
    claims = (
        ClaimWasApproved(claim_id="c1", account_id="u1", level="L2"),
        ClaimWasDisputed(claim_id="c1", by_claim_id="c2"),
        ClaimWasRejected(claim_id="c2"),
    )
    for _ in range(2):
        await tell(databases, author, recorded)
        await tell(databases, author, example("trust.TrustWasScored"))
        await tell(databases, author, ResearcherProfileWasUpdated(tagline="Reads."))
        await tell(databases, author, *claims)
    items = (await feed(http, behind, author))["items"]
    found = {each["kind"]: each["title"] for each in items}
    assert found.keys() == {retracted.reason, "trust", "profile", "claimed"}
    assert len(items) == len(found)
    assert found["trust"] == "Trust 21 - Emerging, Verification L1"
    assert {each["url"] for each in items} == {f"/researchers/{author}", f"/works/{ids['W']}"}
    await tell(databases, author, ResearcherWasErased(withheld=True), first=2)
    assert (await feed(http, behind, author))["items"] == []


async def test_pages_hold_everything_once_also_what_came_at_the_same_moment(
    databases: System, http: httpx.AsyncClient, behind: Identity
) -> None:
    works = {f"W{number}": imported(f"Work {number}", number // 4) for number in range(11)}
    ids = await told(databases, **works)
    authors = [f"A{unique()}" for _ in range(2)]
    for number, author in enumerate(authors):
        mine = list(ids.values())[number * 4 : number * 4 + 7]
        await tell(databases, author, person("Ada", *mine))
        await tell(databases, author, example("trust.TrustWasScored"))
    whole = (await feed(http, behind, *authors, limit=100))["items"]
    assert len(whole) == 13
    assert whole == sorted(whole, key=lambda each: (each["at"], each["id"]), reverse=True)
    paged: list[Any] = []
    cursor: dict[str, Any] = {}
    for _ in range(5):
        page = await feed(http, behind, *authors, limit=3, **cursor)
        paged += page["items"]
        cursor = {"cursor": page["next_cursor"]}
    assert paged == whole
    assert page["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "WyJ4IiwieSJd", "WzEsMl0", "WyI5OTk5LTEyLTMxIiwieCJd" * 9])
async def test_a_cursor_of_nobody_is_refused(
    http: httpx.AsyncClient, behind: Identity, cursor: str
) -> None:
    behind.says("GET", "/me/heard-of", HeardOf(author_ids=("A1",)))
    problem(await http.get(FEED, headers=BY_TOKEN, params={"cursor": cursor}), 400)


async def test_what_identity_refuses_is_refused(http: httpx.AsyncClient, behind: Identity) -> None:
    problem(await http.get(FEED), 401)
    behind.refuses("GET", "/me/heard-of", 403)
    problem(await http.get(FEED, headers=BY_TOKEN), 403)


async def test_it_reads_by_index(databases: System) -> None:
    feeds = Feeds(Store(databases.service("gateway")))
    pipeline = feeds.pipeline(["A1", "A2"], (FIRST, "W1"), 3)
    async with databases.database("gateway") as database:
        command = {"aggregate": "authors", "pipeline": pipeline, "cursor": {}}
        plan = await database.command("explain", command, verbosity="executionStats")
    text = str(plan)
    assert "COLLSCAN" not in text
    assert "_id_" in text
    joined = next(stage for stage in plan["stages"] if "$lookup" in stage)
    assert joined["collectionScans"] == 0


async def test_there_is_a_page_of_it_also_while_it_is_empty(
    databases: System, http: httpx.AsyncClient, behind: Identity
) -> None:
    assert (await http.get("/me/feed", headers=HTML)).headers["location"] == "/login?next=/me/feed"
    behind.knows()
    http.cookies.set("bzpeer-session", SECRET)
    behind.says("GET", "/me/heard-of", HeardOf(author_ids=()))
    assert "Find a researcher" in (await http.get("/me/feed", headers=HTML)).text
    works = {f"W{number}": imported(f"Work <b>{number}", number) for number in range(21)}
    ids = await told(databases, **works)
    author = f"A{unique()}"
    await tell(databases, author, person("Ada", *ids.values()))
    behind.says("GET", "/me/heard-of", HeardOf(author_ids=(author,)))
    page = await http.get("/me/feed", headers=HTML)
    assert page.text.index("Work &lt;b&gt;20") < page.text.index("Work &lt;b&gt;19")
    assert "/me/feed?cursor=" in page.text
    assert page.headers["cache-control"] == "private, no-store"
