"""Consumer lag, asked of Kafka itself: it is known while a service is down, too."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata

from contracts.topics import load_topics
from deploy.local.errors import NotRunning
from deploy.local.settings import SERVICES, StackSettings

_ATTEMPTS = 40


class LagReader:
    """Open connections to a broker, for asking more than once."""

    def __init__(
        self,
        admin: AIOKafkaAdminClient,
        reader: "AIOKafkaConsumer[bytes, bytes]",
        settings: StackSettings,
        partitions: dict[str, list[TopicPartition]],
    ) -> None:
        self._admin = admin
        self._reader = reader
        self._settings = settings
        self._partitions = partitions

    async def lag(self, service: str) -> int:
        """Messages that the service's group has yet to handle, over all topics it consumes."""
        partitions = [
            partition
            for topic in load_topics().values()
            if service in topic.consumers
            for partition in self._partitions.get(self._settings.topic(topic.name), ())
        ]
        if not partitions:
            return 0
        group = self._settings.group(service)
        # First what was handled, then how much there is: never less lag than there was.
        committed = await self._committed(group, partitions)
        starts = await self._reader.beginning_offsets(partitions)
        ends = await self._reader.end_offsets(partitions)
        lag = 0
        for partition in partitions:
            offset = committed[partition].offset if partition in committed else -1
            # Without a committed offset (-1) the group begins at the oldest message; an offset
            # older than that one was overtaken by retention.
            lag += max(0, ends[partition] - max(offset, starts[partition]))
        return lag

    async def _committed(
        self, group: str, partitions: list[TopicPartition]
    ) -> dict[TopicPartition, OffsetAndMetadata]:
        for attempt in range(_ATTEMPTS):
            try:
                found: dict[TopicPartition, OffsetAndMetadata]
                found = await self._admin.list_consumer_group_offsets(group, partitions=partitions)
                return found
            except KafkaError as error:  # a fresh broker is still making the topic of offsets
                if not error.retriable or attempt == _ATTEMPTS - 1:
                    raise
                await asyncio.sleep(0.25)
        raise AssertionError("unreachable")


@asynccontextmanager
async def lag_reader(bootstrap_servers: str, settings: StackSettings) -> AsyncIterator[LagReader]:
    """Connect to the broker; NotRunning when it does not answer or stops answering."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=10_000)
    reader = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, enable_auto_commit=False)
    try:
        await admin.start()
        await reader.start()
        described = await admin.describe_topics()
        partitions = {
            topic["topic"]: [
                TopicPartition(topic["topic"], part["partition"]) for part in topic["partitions"]
            ]
            for topic in described
        }
        yield LagReader(admin, reader, settings, partitions)
    except (KafkaError, OSError) as error:
        raise NotRunning(f"Kafka ({bootstrap_servers})") from error
    finally:
        await reader.stop()
        await admin.close()


async def read_lag(bootstrap_servers: str, settings: StackSettings) -> dict[str, int]:
    """The lag of every service."""
    async with lag_reader(bootstrap_servers, settings) as reader:
        return {service: await reader.lag(service) for service in SERVICES}
