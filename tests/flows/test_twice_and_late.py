"""Every event may come twice and late: whatever the order, the documents come out the same."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import services.gateway.consumers
import services.gateway.store
import services.graph.consumers
import services.graph.store
import services.identity.consumers
import services.identity.store
import services.trust.consumers
import services.trust.store
import services.works.consumers
import services.works.store
from chassis.documents import Cause, Documents
from chassis.inbox import Handler
from chassis.pending import RELAY_PARTITIONS
from contracts.codec import decode, type_of
from contracts.envelope import Event, Payload
from contracts.events import CATALOGUE
from contracts.events.identity import (
    ClaimEvidenceWasVerified,
    ClaimWasApproved,
    ClaimWasDisputed,
    ClaimWasOpened,
    ClaimWasRevoked,
    ClaimWasWithdrawn,
    ResearcherProfileWasUpdated,
    ResearcherWasFollowed,
    ResearcherWasUnfollowed,
)
from contracts.events.works import (
    AuthoredWork,
    AuthorsWereMerged,
    AuthorWasRecorded,
    AuthorWasSplit,
    WorkWasRecorded,
    WorkWasWithdrawn,
)
from contracts.topics import consumed_by, load_topics, topic_of_event
from deploy.local.servers import Servers
from tests.support import System, event, eventually, started, unique
from tests.works.test_store import DELIVERED

EXAMPLES = Path(__file__).parents[2] / "contracts" / "examples"
HANGBO, ALIAS, ADA = "A55xbwctnt3llbbju", "Ae7me5ekygh3xjpcw", "Airt4plgu4ga3xfrs"
BEIT, MADE_UP, DOUBLE = "Wieyeiidkdslm55td", "Wvkddoflteglhavi6", "Wcfxnnxrupios3oqs"
WHEN = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
State = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """One message: its topic and its event."""

    topic: str
    event: Event[Any]


def example(name: str) -> Any:
    """The data of a committed example."""
    return decode((EXAMPLES / f"bzpeer.{name}.v1.json").read_bytes(), CATALOGUE).data


def revised(data: Payload, **changes: Any) -> Any:
    """A variation of an example."""
    return type(data).model_validate(data.model_dump() | changes)


def history() -> list[Told]:
    """What happened to some works and authors, in the order of each."""
    told = []
    for subject, happened in {**_of_works(), **_of_authors()}.items():
        positions: dict[str, int] = defaultdict(int)
        for data in happened:
            topic = topic_of_event()[type_of(type(data))]
            positions[topic] += 1
            body = event(data, subject, positions[topic], time=WHEN)
            told.append(Told(topic, decode(body, CATALOGUE)))
    return told


def _of_works() -> dict[str, Sequence[Payload]]:
    beit: WorkWasRecorded = example("works.WorkWasRecorded")
    withdrawn: WorkWasWithdrawn = example("works.WorkWasWithdrawn")
    assert withdrawn.work is not None
    made_up = WorkWasRecorded.model_validate(withdrawn.work.model_dump() | {"standing": "current"})
    return {
        BEIT: (
            beit,
            revised(beit, title="BEiT, revised", authors=beit.authors[:2]),
            WorkWasWithdrawn(reason="withdrawn", note="In error.", work=revised(beit, year=2023)),
            revised(beit, year=2024, subjects=beit.subjects[:1]),
        ),
        MADE_UP: (
            made_up,
            withdrawn,
            WorkWasWithdrawn(
                reason="retracted", work=revised(withdrawn.work, standing="retracted", year=2022)
            ),
        ),
        DOUBLE: (revised(beit, title="A second record"), example("works.WorksWereMerged")),
        "Werased": (made_up, WorkWasWithdrawn(reason="erased")),
    }


def _of_authors() -> dict[str, Sequence[Payload]]:
    hangbo: AuthorWasRecorded = example("works.AuthorWasRecorded")
    merged: AuthorsWereMerged = example("works.AuthorsWereMerged")
    split: AuthorWasSplit = example("works.AuthorWasSplit")
    summary = example("graph.NeighbourhoodWasSummarised")
    scored = example("trust.TrustWasScored")
    approved: ClaimWasApproved = example("identity.ClaimWasApproved")
    updated: ResearcherProfileWasUpdated = example("identity.ResearcherProfileWasUpdated")
    return {
        HANGBO: (
            hangbo,
            revised(hangbo, works=(*hangbo.works, AuthoredWork(work_id=MADE_UP, place=1))),
            revised(hangbo, name="H. Bao", names=("H. Bao", "Hangbo Bao"), identifiers=("acl:h",)),
            summary,
            revised(summary, works_in_good_standing=6, topics=summary.topics[:3]),
            revised(summary, close_collaborators=summary.close_collaborators[:2]),
            scored,
            revised(scored, score=20, cause="bzpeer.graph.NeighbourhoodWasSummarised.v1"),
            revised(scored, score=47, band="Established", level="L3"),
            *_claims_of_hangbo(approved),
            *_follows(),
            revised(updated, tagline="First"),
            revised(updated, tagline=None, affiliation="Elsewhere"),
        ),
        ALIAS: (
            revised(hangbo, name="Bao", works=(AuthoredWork(work_id=BEIT, place=0),)),
            merged,
            summary,
            revised(summary, works=0, works_in_good_standing=0, close_collaborators=()),
            revised(approved, level="L2"),
            example("identity.ResearcherWasErased"),
            updated,
        ),
        ADA: (
            _author("Ada", MADE_UP, BEIT, "Werased"),
            _author("Ada Example", MADE_UP, BEIT, DOUBLE),
            split,
            _author("Ada Example", MADE_UP),
            *_claims_of_ada(approved),
            example("identity.ResearcherWasFollowed"),
            updated,
            example("identity.ResearcherWasErased"),
            revised(example("identity.ResearcherWasErased"), withheld=True),
            updated,
            revised(example("identity.ResearcherWasErased"), withheld=True),
        ),
        "Asplit": (_author("Two People", BEIT, DOUBLE), split),
        "Areturned": (_author("Back", BEIT), merged, _author("Back Again", BEIT, MADE_UP)),
        "Anever": (merged,),
        "Aempty": (_author("Empty", BEIT), AuthorWasRecorded(name="Empty")),
    }


def _author(name: str, *works: str) -> AuthorWasRecorded:
    hangbo: AuthorWasRecorded = example("works.AuthorWasRecorded")
    return AuthorWasRecorded(
        name=name,
        names=(name,),
        works=tuple(AuthoredWork(work_id=work, place=place) for place, work in enumerate(works)),
        attested_by=hangbo.attested_by,
    )


def _claims_of_hangbo(approved: ClaimWasApproved) -> Sequence[Payload]:
    mine, other = approved.claim_id, "Cother"
    return (
        example("identity.ClaimWasOpened"),
        example("identity.ClaimEvidenceWasVerified"),
        ClaimEvidenceWasVerified(claim_id=mine, kind="rel-me"),
        approved,
        ClaimWasOpened(claim_id=other, account_id="Uother"),
        ClaimWasDisputed(claim_id=mine, by_claim_id=other),
        revised(approved, level="L4"),
        ClaimWasDisputed(claim_id=mine, by_claim_id=other),
        ClaimWasRevoked(claim_id=mine, reasons=("proof-expired",)),
        ClaimWasApproved(claim_id=other, account_id="Uother", level="L2"),
        ClaimEvidenceWasVerified(claim_id=other, kind="email"),
    )


def _claims_of_ada(approved: ClaimWasApproved) -> Sequence[Payload]:
    return (
        ClaimWasOpened(claim_id="C1", account_id="U1"),
        example("identity.ClaimWasRejected"),
        ClaimWasOpened(claim_id="C2", account_id="U2"),
        revised(approved, level="L4"),
        example("identity.ClaimWasWithdrawn"),
        example("identity.ClaimWasDisputed"),
        example("identity.ClaimWasRevoked"),
        ClaimWasWithdrawn(claim_id="C3"),
    )


def _follows() -> Sequence[Payload]:
    return (
        example("identity.ResearcherWasFollowed"),
        example("identity.ResearcherWasUnfollowed"),
        ResearcherWasFollowed(
            account_id="U3", verified=True, followers=1, follower_author_id="Aempty"
        ),
        ResearcherWasFollowed(account_id="U4", verified=False, followers=2),
        ResearcherWasFollowed(account_id="U2rzv4orglylo5yb7", verified=True, followers=3),
        ResearcherWasUnfollowed(account_id="U4", followers=2),
        ResearcherWasFollowed(account_id="U4", verified=True, followers=3, follower_author_id=ADA),
        ResearcherWasUnfollowed(account_id="U3", followers=2),
        ResearcherWasFollowed(account_id="U5", verified=False, followers=3),
        ResearcherWasFollowed(
            account_id="U5", verified=True, followers=3, follower_author_id="Aempty"
        ),
        ResearcherWasFollowed(account_id="U5", verified=False, followers=3),
    )


class Reader:
    """A service that reads other services' events, without its broker."""

    def __init__(self, system: System, name: str) -> None:
        context = system.service(name)
        self.name = name
        self.rests: Callable[[], Awaitable[None]] = _at_once
        self.handlers: Mapping[str, Handler]
        self.documents: Mapping[str, Documents]
        match name:
            case "identity":
                identity = services.identity.store.Store(context)
                self.handlers = services.identity.consumers.handlers(identity)
                self.documents = {"authors": identity.authors}
            case "graph":
                graph = services.graph.store.Store(context)
                self.handlers = services.graph.consumers.handlers(graph)
                self.documents = {
                    "works": graph.works, "authors": graph.authors,
                    "follows": graph.follows, "summaries": graph.summaries,
                }  # fmt: skip
                self.rests = lambda: _summarised(graph)
            case "trust":
                trust = services.trust.store.Store(context)
                self.handlers = services.trust.consumers.handlers(trust)
                self.documents = {"inputs": trust.inputs, "scores": trust.scores}
            case _:
                gateway = services.gateway.store.Store(context)
                self.handlers = services.gateway.consumers.handlers(gateway)
                self.documents = {"authors": gateway.authors, "works": gateway.works}

    async def reads(self, messages: Sequence[Told]) -> None:
        """Handle one batch, as the inbox does: topic by topic."""
        by_topic: dict[str, list[Event[Any]]] = defaultdict(list)
        for message in messages:
            by_topic[message.topic].append(message.event)
        for topic, events in by_topic.items():
            await self.handlers[topic](events)

    async def outcome(self) -> State:
        """Every document: its state, and which events it has seen."""
        await self.rests()
        found: State = {}
        for name, documents in self.documents.items():
            async for row in documents.collection.find({}):
                seen = {topic: at for topic, at in row["seen"].items() if "late" not in topic}
                state = {k: v for k, v in row["state"].items() if k not in {"cause", "history"}}
                found[f"{name}/{row['_id']}"] = {"state": state, "seen": seen}
        return found


def unlike(outcome: State, expected: State) -> State:
    """The documents that differ: as they are, and as they should be."""
    return {
        key: (outcome.get(key), expected.get(key))
        for key in outcome.keys() | expected.keys()
        if outcome.get(key) != expected.get(key)
    }


async def _at_once() -> None:
    """Nothing is left to do."""


async def _summarised(store: services.graph.store.Store) -> None:
    async def left() -> int:
        await store.summarise_noted(range(RELAY_PARTITIONS), 500)
        return await store.pending()

    await eventually(left, lambda count: count == 0)


READERS = ("identity", "graph", "trust", "gateway")


def messages_for(name: str) -> list[Told]:
    topics = consumed_by(name)
    return sorted((m for m in history() if m.topic in topics), key=lambda m: topics.index(m.topic))


@pytest.fixture
async def databases(servers: Servers) -> AsyncIterator[System]:
    """Databases nobody else uses, without topics."""
    made = System(servers, f"t{unique()}")
    yield made
    await made.drop()


@pytest.fixture(scope="module")
async def in_order(servers: Servers) -> AsyncIterator[Mapping[str, State]]:
    """What each service makes of every event once and in order."""
    made = System(servers, f"t{unique()}")
    outcomes: dict[str, State] = {}
    for name in READERS:
        reader = Reader(made, name)
        for message in messages_for(name):
            await reader.reads([message])
        outcomes[name] = await reader.outcome()
    yield outcomes
    await made.drop()


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
            topic,
            [
                (m.event.subject, event(m.event.data, m.event.subject, m.event.position))
                for m in messages
                if m.topic == topic
            ],
        )
    async with started(system.app("gateway")):
        await system.caught_up("gateway")
    outcome = await Reader(system, "gateway").outcome()
    assert unlike(outcome, in_order["gateway"]) == {}


@pytest.mark.parametrize("seed", range(3))
async def test_blocks_named_twice_and_in_any_order_give_the_same_authors(
    databases: System, seed: int
) -> None:
    store = services.works.store.Store(databases.service("works"))
    await store.ingest(DELIVERED, {record.key: Cause() for record in DELIVERED})
    named = [
        found
        async for row in store.works.collection.find({}).sort("_id", 1)
        for entry in row["outbox"]
        if (found := decode(bytes(entry["body"]), CATALOGUE)).position == 0
    ]
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
