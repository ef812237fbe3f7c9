"""What one copy began is finished, and no older summary stays, whoever dies or is overtaken."""

import asyncio
import time
from collections.abc import Iterable, Mapping

import pytest
from pymongo.errors import AutoReconnect

from chassis.documents import Cause
from chassis.notes import Notes, Taken
from services.graph.domain import AuthorNode, AuthorsOf, WorkNode
from services.graph.store import Store
from tests.graph.telling import ALL, close, person, published, settle, summaries, tell, two_friends
from tests.support import System, eventually

LONG_AGO = 60.0


async def age_intents(system: System) -> None:
    async with system.database("graph") as database:
        await database["intents"].update_many({}, {"$inc": {"at": -LONG_AGO}})


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
    while await store.summarise_noted(ALL) == 0:
        await asyncio.sleep(0.02)
    assert (await close(store))["A"] == ["Bob"]
    assert await store.pending() == 1


async def test_what_a_copy_began_before_it_died_is_finished_by_another(
    databases: System, store: Store
) -> None:
    dead = Stumbling(databases)
    await stumble(dead)

    await store.finish_intents(alive={store.me})
    assert await store.pending() == 1, "it is young, whoever is at work on it may still finish"
    await age_intents(databases)
    await store.finish_intents(alive={store.me, dead.me})
    assert await store.pending() == 1, "the copy that began it is alive and may still finish"

    await store.finish_intents(alive={store.me})
    await settle(store)
    assert await close(store) == {"A": [], "B": []}


async def test_what_a_copy_began_and_failed_at_is_finished_while_it_lives(
    databases: System,
) -> None:
    store = Stumbling(databases)
    await stumble(store)
    await age_intents(databases)
    await store.finish_intents(alive={store.me})
    await settle(store)
    assert await close(store) == {"A": [], "B": []}


async def test_an_intent_is_gone_once_its_work_is_done(store: Store, databases: System) -> None:
    await two_friends(store)
    async with databases.database("graph") as database:
        assert await database["intents"].count_documents({}) == 0
    await settle(store)
    assert await store.pending() == 0


async def test_finishing_an_intent_notes_its_authors_and_those_of_its_works(
    databases: System, store: Store
) -> None:
    await two_friends(store)
    await tell(store, "C", 1, person("Cleo"))
    await settle(store)
    async with databases.database("graph") as database:
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


async def test_a_note_made_while_it_is_worked_on_is_not_lost(
    databases: System, store: Store
) -> None:
    await two_friends(store)
    interrupted = Interrupted(databases, "Robert")
    await eventually(lambda: interrupted.summarise_noted(ALL), lambda done: done == 2)
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
            self.theirs = asyncio.create_task(self.other.summarise_noted(ALL))
            summaries = self.other.summaries.collection
            told = {"_id": "A", "state.close_collaborators.name": "Robert"}
            await eventually(lambda: summaries.count_documents(told), bool)
        return read


class Slow(Notes):
    """Waits between telling and forgetting what was noted."""

    told: asyncio.Event

    async def done(self, taken: Taken) -> None:
        await self.told.wait()
        await super().done(taken)


async def test_a_summary_overwritten_by_an_older_one_is_made_again(
    databases: System, store: Store
) -> None:
    await two_friends(store)
    await settle(store)
    await store.notes.note({"A": Cause(), "B": Cause()})
    slow = Slow(databases.service("graph").database["todo"])
    slow.told = asyncio.Event()
    working = Store(databases.service("graph"))
    working.notes = slow
    beside = Beside(databases, working)
    await eventually(lambda: beside.summarise_noted(ALL), lambda done: done == 2)
    assert (await close(store))["A"] == ["Bob"], "the older summary came last"
    slow.told.set()
    assert beside.theirs is not None
    await beside.theirs
    await settle(store)
    assert (await close(store))["A"] == ["Robert"]


@pytest.mark.parametrize("further", [(), ("Rob",), ("Bob",)])
async def test_a_worker_that_was_overtaken_leaves_no_older_summary(
    databases: System, store: Store, further: tuple[str, ...]
) -> None:
    await two_friends(store)
    await settle(store)
    await store.notes.note({"A": Cause(), "B": Cause()})
    overtaken = Overtaken(databases, store, *further)
    await eventually(lambda: overtaken.summarise_noted(ALL), lambda done: done == 2)
    await settle(store)
    assert (await close(store))["A"] == [[*further, "Robert"][0]]


async def test_two_workers_on_the_same_notes_come_to_the_same(store: Store) -> None:
    await two_friends(store)
    await asyncio.gather(*(settle(store) for _ in range(3)))
    assert await close(store) == {"A": ["Bob"], "B": ["Ada"]}
    assert await published(store, "A") == [1]
