"""Neighbourhoods on a real MongoDB: whoever is concerned by a change is summarised anew."""

from collections.abc import Iterable

from chassis.documents import Cause
from chassis.pending import relay_partition
from contracts.events.works import (
    AuthorsWereMerged,
    WorksWereMerged,
    WorkWasWithdrawn,
)
from services.graph.domain import AuthorNode, AuthorsOf, WorkNode
from services.graph.store import Store
from tests.graph.telling import (
    ALL,
    close,
    paper,
    person,
    published,
    settle,
    summaries,
    tell,
    two_friends,
)
from tests.support import System, eventually

SIZES = {"A": 3, "B": 400, "C": 90, "D": 700, "E": 1, "F": 300}
"""How many works some people have written."""


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
    await store.notes.note({"A": Cause(), "B": Cause(), "never heard of": Cause()})
    await settle(store)
    assert await published(store, "A") == [1]
    assert set(await summaries(store)) == {"A", "B"}


async def test_notes_are_shared_by_partition(store: Store) -> None:
    await two_friends(store)
    mine = [n for n in ALL if n in {relay_partition("A")}]
    others = [n for n in ALL if n not in mine]
    assert relay_partition("B") in others

    async def done(partitions: list[int]) -> int:
        return await store.summarise_noted(partitions)

    await eventually(lambda: done(mine), bool)
    assert set(await summaries(store)) == {"A"}
    await eventually(lambda: done(others), bool)
    assert set(await summaries(store)) == {"A", "B"}
    assert await store.pending() == 0


class Watched(Store):
    """Remembers of how many works it read the authors at a time."""

    def __init__(self, system: System) -> None:
        super().__init__(system.service("graph"))
        self.read: list[int] = []

    async def neighbourhood(
        self, authors: Iterable[AuthorNode]
    ) -> tuple[dict[str, WorkNode], AuthorsOf]:
        some = list(authors)
        self.read.append(sum(len(author.works) for author in some))
        return await super().neighbourhood(some)


async def test_people_of_many_works_are_summarised_a_few_at_a_time(
    databases: System, store: Store
) -> None:
    many = {name: [f"{name} {n}" for n in range(size)] for name, size in SIZES.items()}
    for name, works in many.items():
        await tell(store, name, 1, person(name, *works))
    watched = Watched(databases)
    await eventually(lambda: watched.summarise_noted(ALL), lambda done: done == len(many))
    assert sum(watched.read) == sum(SIZES.values())
    assert max(watched.read) == max(SIZES.values())
    assert sorted(watched.read)[-2] <= 500
    assert len(watched.read) < len(many)
    assert (await summaries(store)).keys() == many.keys()
    assert await store.pending() == 0
