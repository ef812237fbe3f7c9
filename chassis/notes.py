"""Notes of what is to be worked out anew: written at once, done once things have settled.

Whoever changes what something is made of notes it, as often as that happens; background work takes
the notes that are due and deletes each unless it was renewed meanwhile. A few notes are due at
once. While there are many and more are coming, they wait for a pause, so that a burst costs each
but one time, though not for longer than ``LONGEST_WAIT_SECONDS``.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from chassis.documents import Cause
from chassis.mongo import Collection, DeleteMany, Row, UpdateOne
from chassis.pending import relay_partition

MANY = 500
"""So many notes at a time, and so many before they wait for a pause."""
LONGEST_WAIT_SECONDS = 120.0
_SETTLED_SECONDS = 0.05
_PAUSE_SECONDS = 1.0
_PUT_OFF_SECONDS = 600.0


class Notes:
    """A collection of notes ``{_id, partition, since, noted, mark, cause}``, shared by copies."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._noted_at = float("-inf")

    async def prepare(self) -> None:
        """Create the index."""
        await self._collection.create_index([("partition", 1), ("since", 1)])

    async def count(self) -> int:
        """How many there are."""
        return await self._collection.count_documents({})

    async def many(self) -> bool:
        """Whether there are so many that they wait for a pause."""
        return await self._collection.count_documents({}, limit=MANY) == MANY

    def coming(self) -> bool:
        """Whether this copy noted something a moment ago."""
        return time.monotonic() - self._noted_at < _PAUSE_SECONDS

    async def note(self, causes: Mapping[str, Cause]) -> None:
        """Note what is to be worked out anew, each with what made it so."""
        now, mark = time.time(), uuid4().hex
        notes = [
            UpdateOne(
                {"_id": noted},
                {
                    "$set": {"cause": _cause_row(cause), "noted": now, "mark": mark},
                    "$setOnInsert": {"since": now, "partition": relay_partition(noted)},
                },
                upsert=True,
            )
            for noted, cause in causes.items()
        ]
        if notes:
            self._noted_at = time.monotonic()
            await self._collection.bulk_write(notes, ordered=False)

    async def due(self, partitions: Iterable[int]) -> list[Row]:
        """Notes that are due, up to ``MANY``, those that have waited for longest first."""
        now = time.time()
        waited = {"since": {"$lt": now - LONGEST_WAIT_SECONDS}}
        due: dict[str, Any] = waited
        if not (self.coming() and await self.many()):
            due = {"$or": [{"noted": {"$lt": now - _SETTLED_SECONDS}}, waited]}
        due["partition"] = {"$in": list(partitions)}
        return await self._collection.find(due).sort("since", 1).to_list(MANY)

    async def put_off(self, note: Row) -> None:
        """Leave a note that cannot be done as things are until it is renewed, or ten minutes."""
        later = time.time() + _PUT_OFF_SECONDS
        as_taken = {"_id": note["_id"], "mark": note["mark"]}
        await self._collection.update_one(as_taken, {"$set": {"since": later, "noted": later}})

    async def done(self, notes: Sequence[Row]) -> None:
        """Remove notes; those that were renewed or removed meanwhile are noted again.

        Somebody else may be working on them, or have worked on them, from newer things than ours
        and have been overwritten by us: the newest have the last word.
        """
        marks = {note["_id"]: note["mark"] for note in notes}
        held = self._collection.find({"_id": {"$in": list(marks)}}, {"mark": 1})
        ours = [row["_id"] async for row in held if row["mark"] == marks[row["_id"]]]
        by_mark: dict[str, list[str]] = defaultdict(list)
        for noted in ours:
            by_mark[marks[noted]].append(noted)
        removed = 0
        if ours:
            deletes = [DeleteMany({"_id": {"$in": n}, "mark": m}) for m, n in by_mark.items()]
            removed = (await self._collection.bulk_write(deletes, ordered=False)).deleted_count
        done = set(ours) if removed == len(ours) else set()
        await self.note({one: cause for one, cause in causes_of(notes).items() if one not in done})


def causes_of(notes: Iterable[Row]) -> dict[str, Cause]:
    """By what was noted: what made it so."""
    return {note["_id"]: Cause(**note["cause"]) for note in notes}


def _cause_row(cause: Cause) -> Row:
    return {"traceparent": cause.traceparent, "correlationid": cause.correlationid}
