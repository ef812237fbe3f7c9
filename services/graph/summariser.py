"""Background work of graph: summarises the neighbourhoods that were noted."""

import asyncio
import time

from chassis.leases import Leases
from chassis.mongo import Database
from chassis.pending import RELAY_PARTITIONS
from services.graph.store import Store

_IDLE_SECONDS = 0.1
_BUSY_SECONDS = 0.5
"""Looking through thousands of notes for one that is due costs more than it waits."""
_INTENTS_SECONDS = 2.0


async def run(store: Store, database: Database) -> None:
    """Summarise until cancelled; copies of the service share the authors by lease."""
    leases = Leases(database, "summaries", RELAY_PARTITIONS, store.me)
    looked_at = 0.0

    async def summarise() -> float:
        nonlocal looked_at
        if await store.summarise_noted(leases.held):
            return 0
        if time.monotonic() - looked_at > _INTENTS_SECONDS:
            looked_at = time.monotonic()
            await store.finish_intents(await leases.alive())
        return _BUSY_SECONDS if store.notes.many() else _IDLE_SECONDS

    await leases.work(summarise)


async def run_until_done(store: Store, database: Database) -> None:
    """Summarise beside the running copies, if any, until nothing is noted any more."""
    work = asyncio.create_task(run(store, database))
    try:
        while await store.pending():  # noqa: ASYNC110 (what is waited for is in the database)
            await asyncio.sleep(_IDLE_SECONDS)
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
