"""The relay: takes events from the outboxes of documents to the broker.

Publish, wait until the broker has them, then pull them from the outbox. Killed in between, the
next relay publishes them again: readers know a repeat by its position.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from contextlib import aclosing, suppress
from typing import Any

from aiokafka.errors import KafkaError

from chassis.leases import Leases
from chassis.mongo import Collection, Database, PyMongoError, Row, UpdateMany, UpdateOne, watch
from chassis.pending import RELAY_PARTITIONS, Bell
from chassis.producing import Message, Producer
from contracts.codec import about_each

_BATCH = 1000
_SCAN_SECONDS = 2.0
_PACE_SECONDS = 0.05
_HAS_PENDING: list[dict[str, Any]] = [
    {
        "$match": {
            "$or": [
                {"fullDocument.pending": {"$exists": True}},
                {"updateDescription.updatedFields.pending": {"$exists": True}},
            ]
        }
    },
    {"$project": {"_id": 1}},
]


class Relay:
    """One copy's share of relaying the outboxes of some collections of one database."""

    def __init__(
        self,
        database: Database,
        collections: Sequence[Collection],
        producer: Producer,
        namespace: str,
        bell: Bell | None = None,
    ) -> None:
        self._database = database
        self._collections = collections
        self._producer = producer
        self._namespace = namespace
        self._bell = bell or Bell()
        self._all_seen_at = float("-inf")
        self._leases = Leases(database, "relay", RELAY_PARTITIONS)

    async def run(self) -> None:
        """Relay until cancelled; faults of database and broker are waited out."""
        await self._leases.work(self._relay)

    async def _relay(self) -> float:
        """Relay what there is; what follows at once gathers, and goes together for one effort."""
        try:
            if len(self._leases.held) == RELAY_PARTITIONS:
                return await self._relay_alone()
            await self._relay_beside_others()
        except (PyMongoError, KafkaError):
            self._all_seen_at = float("-inf")
            raise
        return 0

    async def _relay_alone(self) -> float:
        """What is put in is put in by this process; now and then look whether all else is empty."""
        look_at = self._all_seen_at + _SCAN_SECONDS
        rung = await self._bell.heard(max(0.0, look_at - time.monotonic()))
        begun = time.monotonic()
        if begun >= look_at:
            rung, self._all_seen_at = frozenset(), begun
        while await self.relay_once(rung) >= _BATCH:
            pass
        return max(0.0, begun + _PACE_SECONDS - time.monotonic())

    async def _relay_beside_others(self) -> None:
        """Another copy may put in what this one is to relay: only the database tells."""
        while await self.relay_once():
            pass
        await self._wait_for_change()

    async def _wait_for_change(self) -> None:
        """Return when something is put into an outbox, and now and then without."""
        with suppress(TimeoutError):
            async with (
                asyncio.timeout(_SCAN_SECONDS),
                aclosing(watch(self._database, _HAS_PENDING)) as changes,
            ):
                async for change in changes:
                    if change is not None or await self.relay_once():
                        return

    async def relay_once(self, names: Set[str] = frozenset()) -> int:
        """Publish one batch per collection (of these, or of all); how many events there were."""
        wanted = [one for one in self._collections if not names or one.name in names]
        return sum(await asyncio.gather(*map(self._relay_from, wanted)))

    async def _relay_from(self, collection: Collection) -> int:
        mine = {"pending": {"$in": list(self._leases.held)}}
        rows = await collection.find(mine, {"outbox": 1}).to_list(_BATCH)
        if rows:
            await self._producer.publish(self._messages(rows))
            await self._pull(collection, rows)
        return sum(len(row["outbox"]) for row in rows)

    def _messages(self, rows: Sequence[Row]) -> Iterator[Message]:
        for row in rows:
            for entry in row["outbox"]:
                topic = f"{self._namespace}.{entry['topic']}"
                for key, body in messages(entry):
                    yield Message(topic, key.encode(), body)

    async def _pull(self, collection: Collection, rows: Sequence[Row]) -> None:
        """Take out what was published; an outbox that has grown meanwhile keeps the rest."""
        result = await collection.bulk_write(_cleared(rows), ordered=False)
        if result.matched_count < len(rows):
            await collection.bulk_write(
                [_pulled(row["_id"], [entry["id"] for entry in row["outbox"]]) for row in rows],
                ordered=False,
            )


def messages(entry: Row) -> Iterator[tuple[str, bytes]]:
    """Keys and bodies of what an entry of an outbox asks to be told."""
    body = bytes(entry["body"])
    if "subjects" in entry:
        yield from zip(entry["subjects"], about_each(body, entry["subjects"]), strict=True)
    else:
        yield entry["key"], body


def _cleared(rows: Sequence[Row]) -> list[UpdateMany]:
    """Empty the outboxes that hold what was read of them and nothing else.

    A write puts its events into an outbox once and at once, so entries of no other write than those
    that were read are the entries that were read.
    """
    by_writes: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in rows:
        by_writes[tuple(sorted({entry["id"] for entry in row["outbox"]}))].append(row["_id"])
    return [
        UpdateMany(
            {"_id": {"$in": ids}, "outbox": {"$not": {"$elemMatch": {"id": {"$nin": [*writes]}}}}},
            {"$set": {"outbox": []}, "$unset": {"pending": ""}},
        )
        for writes, ids in by_writes.items()
    ]


def _pulled(document_id: str, entry_ids: list[str]) -> UpdateOne:
    """Take published events out of an outbox, and ``pending`` with the last of them."""
    rest = {
        "$filter": {
            "input": "$outbox",
            "as": "entry",
            "cond": {"$not": [{"$in": ["$$entry.id", entry_ids]}]},
        }
    }
    unset_when_empty: dict[str, Any] = {"$cond": [{"$eq": ["$outbox", []]}, "$$REMOVE", "$pending"]}
    return UpdateOne(
        {"_id": document_id}, [{"$set": {"outbox": rest}}, {"$set": {"pending": unset_when_empty}}]
    )
