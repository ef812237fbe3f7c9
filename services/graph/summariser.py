"""Background work of graph: summarises the neighbourhoods that were noted."""

import asyncio
import time

import structlog

from chassis.documents import Contended
from chassis.leases import SECONDS, Leases
from chassis.mongo import Database, PyMongoError
from chassis.pending import RELAY_PARTITIONS
from services.graph.store import Store

_log = structlog.get_logger(__name__)
_BATCH = 500
_IDLE_SECONDS = 0.1
_BUSY_SECONDS = 1.0
"""Looking through thousands of notes for one that is due costs more than it waits."""
_INTENTS_SECONDS = 2.0


async def run(store: Store, database: Database) -> None:
    """Summarise until cancelled; copies of the service share the authors by lease."""
    leases = Leases(database, "summaries", RELAY_PARTITIONS, store.me)
    await leases.prepare()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(leases.keep())
        tasks.create_task(_summarise(store, leases))


async def _summarise(store: Store, leases: Leases) -> None:
    pause = _IDLE_SECONDS
    looked_at = 0.0
    while True:
        try:
            if await store.summarise_noted(leases.held, _BATCH) == 0:
                if time.monotonic() - looked_at > _INTENTS_SECONDS:
                    looked_at = time.monotonic()
                    await store.finish_intents(await leases.alive())
                many = await store.notes.many()
                await asyncio.sleep(_BUSY_SECONDS if many else _IDLE_SECONDS)
            pause = _IDLE_SECONDS
        except (PyMongoError, Contended) as error:
            _log.warning("summaries wait", error=repr(error), seconds=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, SECONDS)


async def run_until_done(store: Store, database: Database) -> None:
    """Summarise beside the running copies, if any, until nothing is noted any more."""
    work = asyncio.create_task(run(store, database))
    try:
        while await store.pending():  # noqa: ASYNC110 (what is waited for is in the database)
            await asyncio.sleep(_IDLE_SECONDS)
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
