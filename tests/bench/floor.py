"""The floor under an ingest: the same documents by bare inserts, the same bytes by a producer."""

import time
from collections.abc import AsyncIterator

from chassis.mongo import Row
from chassis.producing import make_producer
from chassis.settings import Settings
from contracts.topics import topic_of_event
from deploy.local import kafka as kafka_server
from deploy.local import mongod
from deploy.local.servers import Servers
from tests.stack import Stack
from tests.support import ALL, System

_BATCH = 1000


def system_of(stack: Stack) -> System:
    """The stack as the other tests know a system."""
    kafka = f"127.0.0.1:{stack.process(kafka_server.NAME).port}"
    return System(Servers(kafka, mongod.uri(stack.process(mongod.NAME).port)), "bzpeer")


async def insert_again(system: System) -> tuple[int, float]:
    """Everything that the services hold by bare ``insert_many``: documents, seconds."""
    documents, seconds = 0, 0.0
    async with system.database("floor") as floor:
        async for batch in _batches(system):
            begun = time.perf_counter()
            await floor["all"].insert_many(batch, ordered=False)
            seconds += time.perf_counter() - begun
            documents += len(batch)
        await floor.client.drop_database(floor.name)
    return documents, seconds


async def _batches(system: System) -> AsyncIterator[list[Row]]:
    for service in ALL:
        async with system.database(service) as database:
            for name in await database.list_collection_names():
                batch: list[Row] = []
                async for row in database[name].find({}):
                    batch.append({**row, "_id": f"{service}/{name}/{row['_id']}"})
                    if len(batch) == _BATCH:
                        yield batch
                        batch = []
                if batch:
                    yield batch


async def produce_again(system: System) -> tuple[int, float]:
    """Every event that was published through a bare producer: events, seconds."""
    producer = make_producer(system.settings(Settings), "floor")
    await producer.start()
    beside = f"{system.namespace}.trust.score.dead-letter"
    events, seconds = 0, 0.0
    for topic in sorted(set(topic_of_event().values())):
        bodies = [record.value or b"" for record in await system.messages(topic)]
        begun = time.perf_counter()
        for start in range(0, len(bodies), _BATCH):
            sent = [
                await producer.send(beside, body, str(n).encode())
                for n, body in enumerate(bodies[start : start + _BATCH])
            ]
            for one in sent:
                await one
        seconds += time.perf_counter() - begun
        events += len(bodies)
    await producer.stop()
    return events, seconds
