"""Documents that change one at a time, each with its events."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from chassis.documents import Change, Decide, Document, Documents
from chassis.mongo import DeleteOne, InsertOne, Row
from chassis.transactions import Beside, Unmet
from contracts.events.trust import TrustWasScored
from contracts.events.works import BlockWasChanged
from contracts.topics import topic_of_event
from tests.outboxes import waiting
from tests.support import System


def scored(number: int) -> TrustWasScored:
    return TrustWasScored(
        score=number, band="New", level="L0", formula="v1", components=(), cause="test"
    )


def count_up(document: Document) -> Change:
    number = (document.state or {"n": 0})["n"] + 1
    return Change({"n": number}, (scored(number),))


def always(change: Change) -> Decide:
    """Decides so, whatever there is."""
    return lambda _: change


async def test_each_change_carries_its_event_with_the_next_position(system: System) -> None:
    async with system.database("trust") as database:
        documents = Documents(database["scores"], topic_of_event())
        for _ in range(3):
            await documents.update("A1", count_up)
        row = await database["scores"].find_one({"_id": "A1"})
    assert row is not None
    assert row["state"] == {"n": 3}
    assert row["positions"] == {"trust.score": 3}
    events = waiting([row])
    assert [event.position for event in events] == [1, 2, 3]
    assert [event.data.model_dump()["score"] for event in events] == [1, 2, 3]
    assert {event.subject for event in events} == {"A1"}


async def test_what_is_told_about_others_is_kept_once_and_has_no_place_in_an_order(
    system: System,
) -> None:
    changed = BlockWasChanged(work_id="W1")
    events = ((changed, ("lovelace a", "hopper g")), (changed, ()))
    change = Change({}, events, seen={"records": 1})
    async with system.database("works") as database:
        documents = Documents(database["works"], topic_of_event())
        made = await documents.update("W1", always(change))
        row = await database["works"].find_one({"_id": "W1"})
    assert made is not None
    assert made.positions == {}
    assert row is not None
    assert len(row["outbox"]) == 1
    told = waiting([row])
    assert [(event.subject, event.position) for event in told] == [
        ("lovelace a", 0),
        ("hopper g", 0),
    ]
    assert {event.data for event in told} == {changed}


async def test_changes_at_the_same_instant_lose_no_event(system: System) -> None:
    async with system.database("trust") as database:
        documents = Documents(database["scores"], topic_of_event())
        await asyncio.gather(*(documents.update("A1", count_up) for _ in range(12)))
        row = await database["scores"].find_one({"_id": "A1"})
    assert row is not None
    assert row["state"] == {"n": 12}
    assert len(row["outbox"]) == 12
    assert {entry["key"] for entry in row["outbox"]} == {"A1"}


async def test_nothing_to_do_writes_nothing(system: System) -> None:
    async with system.database("trust") as database:
        documents = Documents(database["scores"], topic_of_event())
        assert await documents.update_many({"A1": lambda _: None}) == {}
        assert await database["scores"].count_documents({}) == 0


async def test_a_batch_is_written_though_one_document_was_overtaken(system: System) -> None:
    async with system.database("trust") as database:
        documents = Documents(database["scores"], topic_of_event())
        await documents.update_many({f"A{n}": count_up for n in range(50)})
        await asyncio.gather(
            documents.update_many({f"A{n}": count_up for n in range(50)}),
            documents.update("A7", count_up),
        )
        found = await documents.get_many(f"A{n}" for n in range(50))
    assert found["A7"].state == {"n": 3}
    assert all((d.state or {})["n"] >= 2 for d in found.values())


async def test_who_was_overtaken_since_reading_decides_again(system: System) -> None:
    async with system.database("trust") as database:
        documents = Documents(database["scores"], topic_of_event())
        await documents.update("A1", count_up)
        read = await documents.get_many(["A1", "A2"])
        await documents.update_many({"A1": count_up, "A2": count_up})
        made = await documents.update_many({"A1": count_up, "A2": count_up}, read=read)
        found = await documents.get_many(["A1", "A2"])
    assert {one: document.state for one, document in found.items()} == {
        "A1": {"n": 3},
        "A2": {"n": 2},
    }
    assert {one: change.positions for one, change in made.items()} == {
        "A1": {"trust.score": 3},
        "A2": {"trust.score": 2},
    }


async def test_only_differences_make_the_same_state(system: System) -> None:
    states: tuple[Row, ...] = (
        {"name": "Ada", "works": [1], "trust": {"score": 3}},
        {"name": "Ada", "works": [1, 2], "size": 0},
        {},
        {"name": "Ada"},
    )
    async with system.database("trust") as database:
        documents = Documents(database["scores"], topic_of_event())
        for number, state in enumerate(states, 1):
            change = Change(state, seen={"works.author": number}, only_differences=True)
            await documents.update("A1", always(change))
            (found,) = (await documents.get_many(["A1"])).values()
            assert found.state == state
            assert found.seen == {"works.author": number}


async def test_what_goes_beside_a_change_is_written_with_it_or_not_at_all(system: System) -> None:
    async with system.database("trust") as database:
        documents = Documents(database["scores"], topic_of_event())
        edges = database["edges"]
        await edges.create_index("of")

        def beside(_: Change) -> Sequence[Beside]:
            return [(edges, InsertOne({"_id": "E1", "of": "A1"}))]

        made = await documents.update("A1", count_up, beside)
        assert made is not None
        assert made.positions == {"trust.score": 1}
        with pytest.raises(Unmet) as unmet:
            await documents.update("A1", count_up, beside)
        assert unmet.value.number == 1
        found = await documents.get_many(["A1"])
        assert found["A1"].state == {"n": 1}
        assert await edges.count_documents({}) == 1
        with pytest.raises(Unmet):
            await documents.update("A1", count_up, lambda _: [(edges, DeleteOne({"_id": "E2"}))])
        assert await documents.update("A1", lambda _: None, beside) is None
        assert (await documents.get_many(["A1"]))["A1"].positions == {"trust.score": 1}


async def test_copies_that_change_two_collections_at_the_same_instant_lose_nothing(
    system: System,
) -> None:
    async with system.database("trust") as database:
        copies = [Documents(database["scores"], topic_of_event()) for _ in range(3)]
        edges = database["edges"]
        await edges.create_index("of")

        def beside(name: str) -> Callable[[Change], Sequence[Beside]]:
            return lambda _: [(edges, InsertOne({"_id": name, "of": "A1"}))]

        await asyncio.gather(
            *(copies[n % 3].update("A1", count_up, beside(f"E{n}")) for n in range(18))
        )
        row = await database["scores"].find_one({"_id": "A1"})
        assert row is not None
        assert row["state"] == {"n": 18}
        assert len(row["outbox"]) == 18
        assert await edges.count_documents({}) == 18
