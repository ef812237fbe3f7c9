"""Ingest to the last projection against the floor, in the same run.

The floor: the same works by bare ``insert_many``, and the same event bytes through a bare producer.
"""

import json
import time
from typing import Any

import pytest

from chassis.broker import make_producer
from chassis.settings import Settings
from tests.support import ACL, System, ingest, started

pytestmark = pytest.mark.bench


async def test_ingest_against_the_floor(system: System) -> None:
    begun = time.perf_counter()
    async with (
        system.running("graph", "trust", "identity", "gateway"),
        started(system.app("works")) as works,
    ):
        begun = time.perf_counter()
        counts = await ingest(works, *sorted(ACL.glob("*.xml.gz")))
        taken = time.perf_counter() - begun
        await system.caught_up()
        whole = time.perf_counter() - begun
    documents, bodies = await _what_was_written(system)
    inserted = await _insert(system, documents)
    produced = await _produce(system, bodies)
    figures = {
        "works": counts["read"],
        "events": len(bodies),
        "seconds_to_taken": round(taken, 2),
        "seconds_to_last_projection": round(whole, 2),
        "floor_insert_seconds": round(inserted, 2),
        "floor_produce_seconds": round(produced, 2),
        "times_the_floor": round(whole / (inserted + produced), 1),
    }
    print(json.dumps(figures, indent=2))
    assert counts["new"] == counts["read"]


async def _what_was_written(system: System) -> tuple[list[Any], list[bytes]]:
    documents = []
    for service in ("works", "graph", "trust", "identity", "gateway"):
        async with system.database(service) as database:
            for name in await database.list_collection_names():
                documents += [
                    {**row, "_id": f"{service}/{name}/{row['_id']}"}
                    async for row in database[name].find({})
                ]
    topics = await system.ends()
    bodies = [r.value or b"" for topic in topics for r in await system.messages(topic)]
    return documents, bodies


async def _insert(system: System, documents: list[Any]) -> float:
    async with system.database("floor") as database:
        begun = time.perf_counter()
        for start in range(0, len(documents), 1000):
            await database["all"].insert_many(documents[start : start + 1000], ordered=False)
        return time.perf_counter() - begun


async def _produce(system: System, bodies: list[bytes]) -> float:
    producer = make_producer(system.settings(Settings), "floor")
    await producer.start()
    begun = time.perf_counter()
    topic = f"{system.namespace}.trust.score.dead-letter"
    for start in range(0, len(bodies), 1000):
        sent = [
            await producer.send(topic, body, str(n).encode())
            for n, body in enumerate(bodies[start : start + 1000])
        ]
        for one in sent:
            await one
    seconds = time.perf_counter() - begun
    await producer.stop()
    return seconds
