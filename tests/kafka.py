"""Topics as they are, beside the services: written, read to their end, and how far a group is."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient


async def write(bootstrap: str, topic: str, bodies: Iterable[tuple[str, bytes]]) -> None:
    """Put messages (key, body) on a topic."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        for key, body in bodies:
            await producer.send_and_wait(topic, body, key.encode())
    finally:
        await producer.stop()


async def read(bootstrap: str, topic: str) -> list[ConsumerRecord[bytes, bytes]]:
    """Everything on a topic."""
    async with _reader(bootstrap) as reader:
        partitions = _partitions(reader, topic)
        reader.assign(partitions)
        ends = await reader.end_offsets(partitions)
        found: list[ConsumerRecord[bytes, bytes]] = []
        while any([await reader.position(p) < end for p, end in ends.items()]):
            for records in (await reader.getmany(timeout_ms=500)).values():
                found += records
        return found


async def lag(bootstrap: str, group: str, topics: Iterable[str]) -> int:
    """How many messages a group has yet to read."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        committed = await admin.list_consumer_group_offsets(group)
        async with _reader(bootstrap) as reader:
            partitions = [p for topic in topics for p in _partitions(reader, topic)]
            ends = await reader.end_offsets(partitions)
        return sum(end - (committed[p].offset if p in committed else 0) for p, end in ends.items())
    finally:
        await admin.close()


@asynccontextmanager
async def _reader(bootstrap: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that knows which topics there are."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        await consumer._client.force_metadata_update()
        yield consumer
    finally:
        await consumer.stop()


def _partitions(consumer: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    return [TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic) or ()]
