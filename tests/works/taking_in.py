"""Records taken in by the store of works, and what it then holds and tells."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from chassis.documents import Cause
from contracts.envelope import Event
from deploy.local.servers import Servers
from services.works.consumers import handlers
from services.works.records import Record
from services.works.store import Counts, Store
from tests.outboxes import waiting
from tests.support import System, new_system


async def new_store(system: System) -> Store:
    """The store of works in these databases."""
    made = Store(system.service("works"))
    await made.prepare()
    return made


@asynccontextmanager
async def store_apart(servers: Servers) -> AsyncIterator[Store]:
    """A store in databases of its own, which are gone afterwards."""
    async with new_system(servers) as made:
        yield await new_store(made)


async def take_in(store: Store, *records: Record) -> Counts:
    """One batch of an ingest."""
    return await store.ingest(records, {record.key: Cause() for record in records})


async def resolve(store: Store, seed: int | None = None) -> None:
    """What the service does with the blocks its works named; in any order when there is a seed."""
    events = await due(store)
    if seed is not None:
        random.Random(seed).shuffle(events)
    await handlers(store)["works.block"](events)


async def one_by_one(store: Store, seed: int, *blocks: str) -> None:
    """Each block on its own, in any order, as different workers would; all of them, or some."""
    events = await due(store)
    random.Random(seed).shuffle(events)
    for event in events:
        if not blocks or event.subject in blocks:
            await handlers(store)["works.block"]([event])


async def due(store: Store) -> list[Event[Any]]:
    """The events that name blocks."""
    return [event for event in await published(store, "works") if event.position == 0]


async def newly_due(store: Store, chance: random.Random, handled: set[str]) -> list[Event[Any]]:
    """Those that are not yet ``handled``, in any order; from now on they are."""
    fresh = [event for event in await due(store) if event.id not in handled]
    chance.shuffle(fresh)
    handled |= {event.id for event in fresh}
    return fresh


async def published(store: Store, collection: str) -> list[Event[Any]]:
    """The events waiting in the outboxes, in the order of each document."""
    documents = {"works": store.works, "authors": store.blocks.authors}[collection]
    return waiting([row async for row in documents.collection.find({}).sort("_id", 1)])


async def works(store: Store) -> dict[str, Any]:
    """What is told of each work."""
    found = store.works.collection.find({"state.work": {"$exists": True}})
    return {row["_id"]: row["state"]["work"] async for row in found}


async def authors(store: Store) -> dict[str, list[str]]:
    """Everyone who has a work: id to the works."""
    return {
        row["_id"]: [item["work_id"] for item in row["state"]["author"]["works"]]
        async for row in store.blocks.authors.collection.find(
            {"state.author.works.0": {"$exists": True}}
        )
    }


async def redirects(store: Store) -> dict[str, str]:
    """Ids that were given out, and where each leads now."""
    found = store.blocks.authors.collection.find({"state.merged_into": {"$exists": True}})
    return {row["_id"]: row["state"]["merged_into"] async for row in found}
