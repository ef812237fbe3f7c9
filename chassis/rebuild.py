"""Makes a read model anew from the broker, beside the live one, and swaps it in.

1. Fill collections of other names from the earliest event on.
2. Rename them over the live ones: the running service writes into the new ones from now on.
3. Apply once more, to the live ones, everything up to the end of the topics as it was *after* the
   rename. What the running service had put into the old collections is before that end, so nothing
   is missed; what is applied twice changes nothing.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from chassis import mongo
from chassis.documents import Change, Document, Documents
from chassis.inbox import Events, Handler, Inbox
from chassis.mongo import PyMongoError
from chassis.service import Service, Work
from contracts.envelope import Event

_log = structlog.get_logger(__name__)
SUFFIX = "__rebuild"


class Projection:
    """A read model as a service can make it under any collection names."""

    def __init__(
        self,
        collections: Sequence[mongo.Collection],
        prepare: Work,
        handlers: Mapping[str, Handler],
    ) -> None:
        self.collections = collections
        self.prepare = prepare
        self.handlers = handlers


class Store(Protocol):
    """A store that is a projection and nothing else."""

    @property
    def collections(self) -> Sequence[mongo.Collection]:
        """All that it holds."""

    async def prepare(self) -> None:
        """Create the indexes."""


S = TypeVar("S", bound=Store)


def all_of(
    make: Callable[[str], S], handlers: Callable[[S], Mapping[str, Handler]]
) -> Callable[[str], Projection]:
    """Everything that a store holds, under any collection names."""

    def projection(suffix: str) -> Projection:
        store = make(suffix)
        return Projection(store.collections, store.prepare, handlers(store))

    return projection


class _Dropped:
    """In place of dead letters: what is replayed has already been buried once."""

    @property
    def flooded(self) -> bool:
        return False

    async def bury(
        self, record: ConsumerRecord[Any, Any], reason: str, error: BaseException, handler: str
    ) -> None:
        _log.warning(
            "passed over", topic=record.topic, offset=record.offset, reason=reason, error=str(error)
        )


class Replay:
    """Reads topics from the earliest message on, without a group."""

    def __init__(self, service: Service, topics: Sequence[str]) -> None:
        self._settings = service.settings
        self._names = [f"{service.settings.namespace}.{topic}" for topic in topics]
        self._service = service
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=service.settings.kafka_bootstrap_servers,
            client_id=f"{service.group}.rebuild",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=4 * 1024 * 1024,
            request_timeout_ms=60_000,
        )

    async def __aenter__(self) -> "Replay":
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def to_the_end(self, handlers: Mapping[str, Handler], *, again: bool) -> int:
        """Apply everything up to the present end; ``again``: from the earliest message on."""
        if again:
            self._consumer.assign(await self._partitions())
        partitions = list(self._consumer.assignment())
        ends = await self._consumer.end_offsets(partitions)
        inbox = Inbox(
            handlers,
            self._service.catalogue,
            _Dropped(),
            namespace=self._settings.namespace,
            group=self._service.group,
        )
        applied = 0
        while await self._behind(ends):
            batches = await self._consumer.getmany(
                timeout_ms=500, max_records=self._settings.batch_size
            )
            records = [record for batch in batches.values() for record in batch]
            await inbox.handle(records)
            applied += len(records)
        return applied

    async def _partitions(self) -> list[TopicPartition]:
        client = self._consumer
        return [
            TopicPartition(name, number)
            for name in self._names
            for number in await _partition_numbers(client, name)
        ]

    async def _behind(self, ends: Mapping[TopicPartition, int]) -> bool:
        for partition, end in ends.items():
            if await self._consumer.position(partition) < end:
                return True
        return False


async def _partition_numbers(consumer: AIOKafkaConsumer, topic: str) -> list[int]:
    await consumer._client.force_metadata_update()
    numbers = consumer.partitions_for_topic(topic)
    if not numbers:
        raise LookupError(f"topic {topic} does not exist")
    return sorted(numbers)


async def rebuild(service: Service, make: Callable[[str], Projection]) -> None:
    """Rebuild what ``make(suffix)`` describes and swap it in; prints what it does."""
    live, fresh = make(""), make(SUFFIX)
    for collection in fresh.collections:
        await collection.drop()
    await fresh.prepare()
    async with Replay(service, list(live.handlers)) as replay:
        applied = await replay.to_the_end(fresh.handlers, again=True)
        print(f"{service.name}: {applied} events replayed into a fresh projection", flush=True)
        for collection, target in zip(fresh.collections, live.collections, strict=True):
            await _rename(collection, target.name)
        applied = await replay.to_the_end(live.handlers, again=False)
        print(f"{service.name}: swapped in, {applied} newer events applied", flush=True)


async def restore(
    service: Service, topic: str, documents: Documents, keep: Collection[str] = ()
) -> None:
    """Bring a ledger of what was told level with the topic it was told on.

    A ledger (a collection whose state is the data of its last event) is not made anew: the
    positions in it must go on rising. What it lost is put back from the topic; fields of the state
    named in ``keep`` are the service's own, never told, and stay as they are.
    """

    async def put_back(events: Events) -> None:
        latest = {event.subject: event for event in events}
        await documents.update_many(
            {
                subject: partial(_put_back, topic=topic, event=event, keep=keep)
                for subject, event in latest.items()
            }
        )

    async with Replay(service, [topic]) as replay:
        await replay.to_the_end({topic: put_back}, again=True)


def _put_back(
    document: Document, *, topic: str, event: Event[Any], keep: Collection[str]
) -> Change | None:
    held_state = document.state or {}
    own = {name: held_state[name] for name in keep if name in held_state}
    state = event.data.model_dump(mode="json", exclude_none=True) | own
    held = document.positions.get(topic, 0)
    if held > event.position or (held == event.position and document.state == state):
        return None
    return Change(state, positions={topic: event.position})


async def _rename(collection: mongo.Collection, name: str) -> None:
    try:
        await collection.rename(name, dropTarget=True)
    except PyMongoError:
        _log.error("swap failed, the live projection stays", collection=name)
        raise
