"""Neighbourhoods on a real MongoDB: whoever is concerned by a change is summarised anew."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping, Sequence
from typing import Any

import httpx
import pytest
from pymongo.errors import AutoReconnect

from chassis.documents import Cause
from chassis.mongo import Row
from chassis.notes import Notes
from chassis.pending import RELAY_PARTITIONS, relay_partition
from contracts.codec import decode, type_of
from contracts.envelope import Payload
from contracts.events import CATALOGUE
from contracts.events.graph import NeighbourhoodWasSummarised
from contracts.events.identity import ResearcherWasFollowed, ResearcherWasUnfollowed
from contracts.events.works import (
    AuthoredWork,
    Authorship,
    AuthorsWereMerged,
    AuthorWasRecorded,
    Source,
    WorksWereMerged,
    WorkWasRecorded,
    WorkWasWithdrawn,
)
from contracts.topics import topic_of_event
from deploy.local.servers import Servers
from services.graph.consumers import handlers
from services.graph.domain import AuthorNode, AuthorsOf, WorkNode
from services.graph.store import Store
from tests.support import System, client, event, eventually, unique

ALL = range(RELAY_PARTITIONS)
LONG_AGO = 60.0


@pytest.fixture
async def system(servers: Servers) -> AsyncIterator[System]:
    """Databases nobody else uses; no topics, because nothing is relayed here."""
    made = System(servers, f"t{unique()}")
    yield made
    await made.drop()


@pytest.fixture
async def store(system: System) -> Store:
    made = Store(system.service("graph"))
    await made.prepare()
    return made


def paper(*authors: str, title: str = "A Title", year: int = 2021) -> WorkWasRecorded:
    return WorkWasRecorded(
        title=title,
        type="preprint",
        year=year,
        authors=tuple(Authorship(name=name) for name in authors),
        sources=(
            Source.model_validate(
                {"source": "arxiv", "record_id": "1", "imported_at": "2026-09-14T08:30:00Z"}
            ),
        ),
    )


def person(name: str, *works: str) -> AuthorWasRecorded:
    return AuthorWasRecorded(
        name=name, works=tuple(AuthoredWork(work_id=work, place=0) for work in works)
    )


async def tell(store: Store, subject: str, position: int, data: Payload) -> None:
    """Deliver one event."""
    topic = topic_of_event()[type_of(type(data))]
    await handlers(store)[topic]([decode(event(data, subject, position), CATALOGUE)])


async def two_friends(store: Store) -> None:
    """Ada and Bob wrote two works together."""
    await tell(store, "W1", 1, paper("Ada", "Bob"))
    await tell(store, "W2", 1, paper("Ada", "Bob"))
    await tell(store, "A", 1, person("Ada", "W1", "W2"))
    await tell(store, "B", 1, person("Bob", "W1", "W2"))


async def settle(store: Store) -> None:
    """Summarise until nothing is noted any more."""

    async def left() -> int:
        await store.summarise_noted(ALL, 500)
        return await store.pending()

    await eventually(left, lambda count: count == 0, timeout=5)


async def age_intents(system: System) -> None:
    async with system.database("graph") as database:
        await database["intents"].update_many({}, {"$inc": {"at": -LONG_AGO}})


async def summaries(store: Store) -> dict[str, NeighbourhoodWasSummarised]:
    return {
        row["_id"]: NeighbourhoodWasSummarised.model_validate(row["state"])
        async for row in store.summaries.collection.find({})
    }


async def close(store: Store) -> dict[str, list[str]]:
    """Everyone's close collaborators, by name."""
    return {
        author: [other.name for other in summary.close_collaborators]
        for author, summary in (await summaries(store)).items()
    }


async def published(store: Store, author: str) -> list[int]:
    row = await store.summaries.collection.find_one({"_id": author})
    assert row is not None
    events = [decode(bytes(entry["body"]), CATALOGUE) for entry in row["outbox"]]
    return [found.position for found in events]


async def test_both_sides_of_a_collaboration_are_summarised(store: Store) -> None:
    await two_friends(store)
    await settle(store)
    assert await close(store) == {"A": ["Bob"], "B": ["Ada"]}


async def test_authors_may_be_known_before_their_works(store: Store) -> None:
    await tell(store, "A", 1, person("Ada", "W1", "W2"))
    await settle(store)
    assert (await summaries(store))["A"].works == 0
    await tell(store, "B", 1, person("Bob", "W1", "W2"))
    await settle(store)
    await tell(store, "W1", 1, paper("Ada", "Bob"))
    await tell(store, "W2", 1, paper("Ada", "Bob"))
    await settle(store)
    assert await close(store) == {"A": ["Bob"], "B": ["Ada"]}


async def test_a_new_co_author_reaches_those_who_were_summarised_before(store: Store) -> None:
    await tell(store, "W1", 1, paper("Ada", "Bob"))
    await tell(store, "W2", 1, paper("Ada", "Bob"))
    await tell(store, "A", 1, person("Ada", "W1", "W2"))
    await settle(store)
    assert await close(store) == {"A": []}
    await tell(store, "B", 1, person("Bob", "W1", "W2"))
    await settle(store)
    assert await close(store) == {"A": ["Bob"], "B": ["Ada"]}


async def test_a_changed_name_reaches_the_collaborators(store: Store) -> None:
    await two_friends(store)
    await settle(store)
    await tell(store, "B", 2, person("Robert", "W1", "W2"))
    await settle(store)
    assert await close(store) == {"A": ["Robert"], "B": ["Ada"]}


async def test_a_merged_author_leaves_the_neighbourhood_of_the_others(store: Store) -> None:
    await two_friends(store)
    await settle(store)
    await tell(store, "B", 2, AuthorsWereMerged(into="C"))
    await tell(store, "C", 1, person("Bob Senior", "W1", "W2"))
    await settle(store)
    assert await close(store) == {"A": ["Bob Senior"], "B": [], "C": ["Ada"]}
    assert (await summaries(store))["B"].works == 0


async def test_a_merged_work_is_shared_once(store: Store) -> None:
    await two_friends(store)
    await settle(store)
    assert await close(store) == {"A": ["Bob"], "B": ["Ada"]}
    await tell(store, "W2", 2, WorksWereMerged(into="W1"))
    await settle(store)
    assert await close(store) == {"A": [], "B": []}
    assert (await summaries(store))["A"].works == 1
    await tell(store, "W2", 3, paper("Ada", "Bob"))
    await settle(store)
    assert (await summaries(store))["A"].works == 2


async def test_more_authors_on_a_work_make_its_authors_less_close(store: Store) -> None:
    await two_friends(store)
    await settle(store)
    crowd = [f"Author {n}" for n in range(30)]
    await tell(store, "W1", 2, paper("Ada", "Bob", *crowd))
    await tell(store, "W2", 2, paper("Ada", "Bob", *crowd))
    await settle(store)
    assert await close(store) == {"A": [], "B": []}


async def test_a_work_that_no_longer_stands_counts_no_more_as_good(store: Store) -> None:
    await two_friends(store)
    await settle(store)
    retracted = paper("Ada", "Bob").model_copy(update={"standing": "retracted"})
    await tell(store, "W1", 2, WorkWasWithdrawn(reason="retracted", work=retracted))
    await tell(store, "W2", 2, WorkWasWithdrawn(reason="erased"))
    await settle(store)
    summary = (await summaries(store))["A"]
    assert (summary.works, summary.works_in_good_standing) == (2, 0)


async def test_what_changes_nothing_is_not_told(store: Store) -> None:
    await two_friends(store)
    await settle(store)
    await tell(store, "A", 1, person("Ada", "W1", "W2"))
    await tell(store, "W1", 2, paper("Ada", "Bob", title="Another Title"))
    await store.note({"A": Cause(), "B": Cause(), "never heard of": Cause()})
    await settle(store)
    assert await published(store, "A") == [1]
    assert set(await summaries(store)) == {"A", "B"}


async def test_notes_are_shared_by_partition(store: Store) -> None:
    await two_friends(store)
    mine = [n for n in ALL if n in {relay_partition("A")}]
    others = [n for n in ALL if n not in mine]
    assert relay_partition("B") in others

    async def done(partitions: list[int]) -> int:
        return await store.summarise_noted(partitions, 500)

    await eventually(lambda: done(mine), bool)
    assert set(await summaries(store)) == {"A"}
    await eventually(lambda: done(others), bool)
    assert set(await summaries(store)) == {"A", "B"}
    assert await store.pending() == 0


class Stumbling(Store):
    """Changes authors and, the first time, fails before it notes whom that concerns."""

    def __init__(self, system: System) -> None:
        super().__init__(system.service("graph"))
        self.fails = False

    async def note_authors_of(
        self, works: Mapping[str, Cause], others: Mapping[str, Cause] | None = None
    ) -> None:
        if self.fails:
            self.fails = False
            raise AutoReconnect("away")
        await super().note_authors_of(works, others)


async def stumble(store: Stumbling) -> None:
    """Ada and Bob are parted, and nobody is told; the event comes again and says nothing new."""
    await two_friends(store)
    await settle(store)
    store.fails = True
    with pytest.raises(AutoReconnect):
        await tell(store, "B", 2, person("Bob"))
    assert await store.pending() == 1
    await tell(store, "B", 2, person("Bob"))
    while await store.summarise_noted(ALL, 500) == 0:
        await asyncio.sleep(0.02)
    assert (await close(store))["A"] == ["Bob"]
    assert await store.pending() == 1


async def test_what_a_copy_began_before_it_died_is_finished_by_another(
    system: System, store: Store
) -> None:
    dead = Stumbling(system)
    await stumble(dead)

    await store.finish_intents(alive={store.me})
    assert await store.pending() == 1, "it is young, whoever is at work on it may still finish"
    await age_intents(system)
    await store.finish_intents(alive={store.me, dead.me})
    assert await store.pending() == 1, "the copy that began it is alive and may still finish"

    await store.finish_intents(alive={store.me})
    await settle(store)
    assert await close(store) == {"A": [], "B": []}


async def test_what_a_copy_began_and_failed_at_is_finished_while_it_lives(system: System) -> None:
    store = Stumbling(system)
    await stumble(store)
    await age_intents(system)
    await store.finish_intents(alive={store.me})
    await settle(store)
    assert await close(store) == {"A": [], "B": []}


async def test_an_intent_is_gone_once_its_work_is_done(store: Store, system: System) -> None:
    await two_friends(store)
    async with system.database("graph") as database:
        assert await database["intents"].count_documents({}) == 0
    await settle(store)
    assert await store.pending() == 0


async def test_finishing_an_intent_notes_its_authors_and_those_of_its_works(
    system: System, store: Store
) -> None:
    await two_friends(store)
    await tell(store, "C", 1, person("Cleo"))
    await settle(store)
    async with system.database("graph") as database:
        await database["summaries"].delete_many({})
        await database["intents"].insert_one(
            {
                "_id": "left",
                "authors": ["C"],
                "works": ["W1"],
                "by": "?",
                "at": time.time() - LONG_AGO,
            }
        )
    await store.finish_intents(alive=set())
    await settle(store)
    assert set(await summaries(store)) == {"A", "B", "C"}


class Interrupted(Store):
    """While it reads a neighbourhood for the first time, Bob is renamed."""

    def __init__(self, system: System, name: str) -> None:
        super().__init__(system.service("graph"))
        self.new_name: str | None = name

    async def neighbourhood(
        self, authors: Iterable[AuthorNode]
    ) -> tuple[dict[str, WorkNode], AuthorsOf]:
        read = await super().neighbourhood(authors)
        if self.new_name is not None:
            name, self.new_name = self.new_name, None
            await tell(self, "B", 2, person(name, "W1", "W2"))
        return read


async def test_a_note_made_while_it_is_worked_on_is_not_lost(system: System, store: Store) -> None:
    await two_friends(store)
    interrupted = Interrupted(system, "Robert")
    await eventually(lambda: interrupted.summarise_noted(ALL, 500), lambda done: done == 2)
    assert (await close(store))["A"] == ["Bob"]
    assert await store.pending() == 2
    await settle(store)
    assert (await close(store))["A"] == ["Robert"]


class Overtaken(Store):
    """While it reads a neighbourhood for the first time, Bob is renamed and another tells it.

    Then Bob gets further names, and nobody has told that yet.
    """

    def __init__(self, system: System, other: Store, *names: str) -> None:
        super().__init__(system.service("graph"))
        self.other: Store | None = other
        self.names = names

    async def neighbourhood(
        self, authors: Iterable[AuthorNode]
    ) -> tuple[dict[str, WorkNode], AuthorsOf]:
        read = await super().neighbourhood(authors)
        other, self.other = self.other, None
        if other is not None:
            await tell(other, "B", 2, person("Robert", "W1", "W2"))
            await settle(other)
            assert (await close(other))["A"] == ["Robert"]
            for position, name in enumerate(self.names, 3):
                await tell(other, "B", position, person(name, "W1", "W2"))
        return read


class Beside(Store):
    """Has read a neighbourhood when another copy begins on a newer one, and finishes first."""

    def __init__(self, system: System, other: Store) -> None:
        super().__init__(system.service("graph"))
        self.other = other
        self.theirs: asyncio.Task[int] | None = None

    async def neighbourhood(
        self, authors: Iterable[AuthorNode]
    ) -> tuple[dict[str, WorkNode], AuthorsOf]:
        read = await super().neighbourhood(authors)
        if self.theirs is None:
            await tell(self.other, "B", 2, person("Robert", "W1", "W2"))
            await asyncio.sleep(0.06)
            self.theirs = asyncio.create_task(self.other.summarise_noted(ALL, 500))
            summaries = self.other.summaries.collection
            told = {"_id": "A", "state.close_collaborators.name": "Robert"}
            await eventually(lambda: summaries.count_documents(told), bool)
        return read


class Slow(Notes):
    """Waits between telling and forgetting what was noted."""

    told: asyncio.Event

    async def done(self, notes: Sequence[Row]) -> None:
        await self.told.wait()
        await super().done(notes)


async def test_a_summary_overwritten_by_an_older_one_is_made_again(
    system: System, store: Store
) -> None:
    await two_friends(store)
    await settle(store)
    await store.note({"A": Cause(), "B": Cause()})
    slow = Slow(system.service("graph").database["todo"])
    slow.told = asyncio.Event()
    working = Store(system.service("graph"))
    working.notes = slow
    beside = Beside(system, working)
    await eventually(lambda: beside.summarise_noted(ALL, 500), lambda done: done == 2)
    assert (await close(store))["A"] == ["Bob"], "the older summary came last"
    slow.told.set()
    assert beside.theirs is not None
    await beside.theirs
    await settle(store)
    assert (await close(store))["A"] == ["Robert"]


@pytest.mark.parametrize("further", [(), ("Rob",), ("Bob",)])
async def test_a_worker_that_was_overtaken_leaves_no_older_summary(
    system: System, store: Store, further: tuple[str, ...]
) -> None:
    await two_friends(store)
    await settle(store)
    await store.note({"A": Cause(), "B": Cause()})
    overtaken = Overtaken(system, store, *further)
    await eventually(lambda: overtaken.summarise_noted(ALL, 500), lambda done: done == 2)
    await settle(store)
    assert (await close(store))["A"] == [[*further, "Robert"][0]]


async def test_two_workers_on_the_same_notes_come_to_the_same(store: Store) -> None:
    await two_friends(store)
    await asyncio.gather(*(settle(store) for _ in range(3)))
    assert await close(store) == {"A": ["Bob"], "B": ["Ada"]}
    assert await published(store, "A") == [1]


async def test_the_slice_of_an_author_by_http(system: System, store: Store) -> None:
    await two_friends(store)
    async with client(system.app("graph")) as http:
        found = await http.get("/authors/A/graph")
        assert found.status_code == 200
        assert {node["id"] for node in found.json()["nodes"]} == {"A", "B", "W1", "W2"}
        only = await http.get("/authors/A/graph", params={"kinds": ["author"], "limit": 2})
        assert [node["id"] for node in only.json()["nodes"]] == ["A", "B"]
        assert only.json()["truncated"] is False
        missing = await http.get("/authors/nobody/graph")
        assert missing.status_code == 404
        assert missing.headers["content-type"] == "application/problem+json"
        for wrong in ({"depth": 3}, {"depth": 0}, {"limit": 1}, {"limit": 501}, {"kinds": "venue"}):
            answer = await http.get("/authors/A/graph", params=wrong)
            assert answer.status_code == 422, wrong


async def test_depth_two_by_http_reaches_collaborators_of_collaborators(
    system: System, store: Store
) -> None:
    await two_friends(store)
    await tell(store, "W3", 1, paper("Bob", "Cleo"))
    await tell(store, "B", 2, person("Bob", "W1", "W2", "W3"))
    await tell(store, "C", 1, person("Cleo", "W3"))
    async with client(system.app("graph")) as http:
        near, far = [
            {
                node["id"]
                for node in (await http.get("/authors/A/graph", params={"depth": depth})).json()[
                    "nodes"
                ]
            }
            for depth in (1, 2)
        ]
    assert far - near == {"C", "W3"}


def follow(
    store: Store, account: str, author: str, position: int, record: str | None
) -> Awaitable[None]:
    data = ResearcherWasFollowed(
        account_id=account, verified=False, followers=1, follower_author_id=record
    )
    return tell(store, author, position, data)


async def followed(http: httpx.AsyncClient, author: str, **parameters: Any) -> set[tuple[str, str]]:
    """Who follows whom in the slice of an author."""
    found = (await http.get(f"/authors/{author}/graph", params=parameters)).json()
    return {(e["source"], e["target"]) for e in found["edges"] if e["kind"] == "followed"}


async def test_who_follows_whom_is_an_edge_and_no_collaboration(
    system: System, store: Store
) -> None:
    await two_friends(store)
    await tell(store, "C", 1, person("Cleo", "W3"))
    await settle(store)
    await follow(store, "Ucleo", "A", 1, "C")
    await follow(store, "Ubob", "A", 2, "B")
    await follow(store, "Uada", "C", 1, "A")
    await follow(store, "Usecret", "A", 3, None)
    await follow(store, "Ustranger", "A", 4, "Aunknown")
    async with client(system.app("graph")) as http:
        assert await followed(http, "A") == {("C", "A"), ("B", "A"), ("A", "C")}
        assert await followed(http, "B") == {("B", "A")}
        assert await followed(http, "B", depth=2) == {("B", "A")}
        assert await followed(http, "A", kinds=["work"]) == set()
        assert await store.pending() == 0
        assert (await close(store))["A"] == ["Bob"]
        await tell(store, "A", 5, ResearcherWasUnfollowed(account_id="Ucleo", followers=3))
        await follow(store, "Ucleo", "A", 1, "C")
        await follow(store, "Ubob", "A", 6, None)
        assert await followed(http, "A") == {("A", "C")}


async def test_more_followers_than_a_slice_shows(system: System, store: Store) -> None:
    await two_friends(store)
    for number in range(12):
        await tell(store, f"F{number}", 1, person(f"Follower {number}"))
        await follow(store, f"U{number}", "A", number + 1, f"F{number}")
    async with client(system.app("graph")) as http:
        found = (await http.get("/authors/A/graph")).json()
        assert found["truncated"] is True
        assert len(await followed(http, "A")) == 10
        assert {"B", "W1", "W2"} <= {node["id"] for node in found["nodes"]}
