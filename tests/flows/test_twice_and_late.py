"""Every event may come twice and late: whatever the order, the documents come out the same."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence

import pytest

import services.works.consumers
import services.works.store
from chassis.documents import Cause
from contracts.topics import consumed_by, load_topics
from deploy.local.servers import Servers
from tests.flows.happened import Told
from tests.flows.readers import READERS, Reader, State, messages_for, unlike
from tests.outboxes import waiting
from tests.support import System, event, new_system, started
from tests.works.papers import DELIVERED


@pytest.fixture(scope="module")
async def in_order(servers: Servers) -> Mapping[str, State]:
    """What each service makes of every event once and in order."""
    outcomes: dict[str, State] = {}
    async with new_system(servers) as made:
        for name in READERS:
            reader = Reader(made, name)
            for message in messages_for(name):
                await reader.reads([message])
            outcomes[name] = await reader.outcome()
    return outcomes


@pytest.mark.parametrize("name", READERS)
def test_the_history_holds_every_event_a_service_reads(name: str) -> None:
    topics = consumed_by(name)
    assert set(topics) == {message.topic for message in messages_for(name)}
    told = {type(message.event.data).__name__ for message in messages_for(name)}
    assert told == {kind for topic in topics for kind in load_topics()[topic].events}


@pytest.mark.parametrize("name", READERS)
def test_a_service_reads_the_topics_the_contract_says(name: str, servers: Servers) -> None:
    reader = Reader(System(servers, "nowhere"), name)
    assert set(reader.handlers) == set(consumed_by(name))


@pytest.mark.parametrize("name", READERS)
async def test_in_order_once_says_something(name: str, in_order: Mapping[str, State]) -> None:
    assert len(in_order[name]) >= 6
    assert all(document["state"] is not None for document in in_order[name].values())


@pytest.mark.parametrize("name", READERS)
async def test_each_event_twice(
    databases: System, in_order: Mapping[str, State], name: str
) -> None:
    reader = Reader(databases, name)
    for message in messages_for(name):
        await reader.reads([message, message])
        await reader.reads([message])
    assert unlike(await reader.outcome(), in_order[name]) == {}


@pytest.mark.parametrize("name", READERS)
async def test_everything_twice_and_in_one_batch(
    databases: System, in_order: Mapping[str, State], name: str
) -> None:
    reader = Reader(databases, name)
    for _ in range(2):
        await reader.reads(messages_for(name))
        await reader.rests()
    assert unlike(await reader.outcome(), in_order[name]) == {}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("batch", [1, 1000])
async def test_last_things_first(
    databases: System, in_order: Mapping[str, State], name: str, batch: int
) -> None:
    reader = Reader(databases, name)
    backwards = messages_for(name)[::-1]
    for start in range(0, len(backwards), batch):
        await reader.reads(backwards[start : start + batch])
        await reader.rests()
    assert unlike(await reader.outcome(), in_order[name]) == {}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("seed", range(5))
async def test_any_order_with_repeats_in_any_batches(
    databases: System, in_order: Mapping[str, State], name: str, seed: int
) -> None:
    chance = random.Random(seed)
    reader = Reader(databases, name)
    messages = messages_for(name)
    messages += chance.sample(messages, len(messages) // 2)
    chance.shuffle(messages)
    while messages:
        size = chance.choice([1, 2, 5, 20])
        await reader.reads(messages[:size])
        del messages[:size]
        if chance.random() < 0.2:
            await reader.rests()
    assert unlike(await reader.outcome(), in_order[name]) == {}


@pytest.mark.parametrize("name", ["graph", "trust", "gateway"])
@pytest.mark.parametrize("seed", range(3))
async def test_each_topic_in_order_but_topics_interleaved_at_will(
    databases: System, in_order: Mapping[str, State], name: str, seed: int
) -> None:
    chance = random.Random(seed)
    reader = Reader(databases, name)
    queues: dict[str, list[Told]] = defaultdict(list)
    for message in messages_for(name):
        queues[message.topic].append(message)
    while queues:
        topic = chance.choice(sorted(queues))
        await reader.reads(queues[topic][:4])
        del queues[topic][:4]
        if not queues[topic]:
            del queues[topic]
    assert unlike(await reader.outcome(), in_order[name]) == {}


@pytest.mark.parametrize("name", READERS)
async def test_two_copies_at_the_same_instant(
    databases: System, in_order: Mapping[str, State], name: str
) -> None:
    readers = [Reader(databases, name) for _ in range(2)]
    messages = messages_for(name)
    async with asyncio.TaskGroup() as tasks:
        for reader, order in zip(readers, (messages, messages[::-1]), strict=True):
            tasks.create_task(_read_one_by_one(reader, order))
    assert unlike(await readers[0].outcome(), in_order[name]) == {}


async def _read_one_by_one(reader: Reader, messages: Sequence[Told]) -> None:
    for start in range(0, len(messages), 3):
        await reader.reads(messages[start : start + 3])


async def test_over_the_broker_twice_and_in_the_wrong_order(
    system: System, in_order: Mapping[str, State]
) -> None:
    messages = messages_for("gateway") * 2
    random.Random(7).shuffle(messages)
    for topic in consumed_by("gateway"):
        await system.publish(
            topic, [(m.event.subject, _bytes(m)) for m in messages if m.topic == topic]
        )
    async with started(system.app("gateway")):
        await system.caught_up("gateway")
    outcome = await Reader(system, "gateway").outcome()
    assert unlike(outcome, in_order["gateway"]) == {}


def _bytes(told: Told) -> bytes:
    """What is on the broker, the same each time that it comes."""
    one = told.event
    return event(one.data, one.subject, one.position, time=one.time)


@pytest.mark.parametrize("seed", range(3))
async def test_blocks_named_twice_and_in_any_order_give_the_same_authors(
    databases: System, seed: int
) -> None:
    store = services.works.store.Store(databases.service("works"))
    await store.ingest(DELIVERED, {record.key: Cause() for record in DELIVERED})
    rows = [row async for row in store.works.collection.find({}).sort("_id", 1)]
    named = [found for found in waiting(rows) if found.position == 0]
    assert len({found.subject for found in named}) >= 4
    resolve = services.works.consumers.handlers(store)["works.block"]
    await resolve(named)
    before = [row async for row in store.blocks.authors.collection.find({}).sort("_id", 1)]

    again = named * 2
    random.Random(seed).shuffle(again)
    await resolve(again[:3])
    await resolve(again[3:])
    assert [row async for row in store.blocks.authors.collection.find({}).sort("_id", 1)] == before

    await store.blocks.authors.collection.delete_many({})
    for found in again:
        await resolve([found])
    anew = [row async for row in store.blocks.authors.collection.find({}).sort("_id", 1)]
    assert [(row["_id"], row["state"]) for row in anew] == [
        (row["_id"], row["state"]) for row in before
    ]
