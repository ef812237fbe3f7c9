"""Notes of what is to be worked out anew: written at once, done once things have settled.

Whoever changes what something is made of notes it, as often as that happens; background work takes
all notes that there are, does what they name, each thing once, and removes them. A few notes are
due at once. While there are many and more are coming, they wait for a pause, so that a burst costs
each thing but one time, though not for longer than ``LONGEST_WAIT_SECONDS``.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import uuid4

from chassis.documents import Cause
from chassis.mongo import Collection, Row, UpdateOne, aggregate
from chassis.pending import relay_partition

MANY = 500
"""So many things wait for a pause."""
AT_A_TIME = 250
LONGEST_WAIT_SECONDS = 600.0
_MOST = 50_000
"""Things that are remembered at a time, so that each is done once though it is noted often."""
_SETTLED_SECONDS = 0.05
_SHORTEST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 5.0
_CALMING = 0.8
_READ = 20
"""Notes at a time: some name thousands of things."""
_LOOK_SECONDS = 0.5
"""Where this copy noted nothing and there was nothing, another may have noted something by then."""
_PUT_OFF_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Taken:
    """Some of what is noted, each thing with what made it so."""

    causes: Mapping[str, Cause] = field(default_factory=dict)
    last_of: "_Window | None" = None


@dataclass(slots=True)
class _Window:
    """Notes that are being done, and all that they name."""

    notes: list[str] = field(default_factory=list)
    causes: dict[str, Cause] = field(default_factory=dict)
    taken: int = 0
    """How many of them, from the first on."""

    @property
    def done_with(self) -> bool:
        """Whether nothing is left to take."""
        return self.taken == len(self.causes)

    def take(self, most: int) -> Taken:
        """The next of what they name."""
        some = dict(islice(self.causes.items(), self.taken, self.taken + most))
        self.taken += len(some)
        return Taken(some, self if self.done_with else None)


class Notes:
    """A collection of notes ``{_id, partition, since, size, noted}``, shared by copies.

    A note names all things of one partition that were noted at a time. ``since`` is a moment of the
    database's clock.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._noted_at = float("-inf")
        self._apart = 0.0
        self._seen = 0
        self._look_at = float("-inf")
        self._partitions: frozenset[int] = frozenset()
        self._window = _Window()
        self._under_way = False

    async def prepare(self) -> None:
        """Create the index, which alone tells how much is noted and since when."""
        await self._collection.create_index([("partition", 1), ("since", 1), ("size", 1)])

    async def count(self) -> int:
        """How much is noted; what is noted twice counts twice."""
        size, _, _ = await self._extent({})
        return size

    def many(self) -> bool:
        """Whether there was so much, when last looked at, that it waits for a pause."""
        return self._seen >= MANY

    def coming(self) -> bool:
        """Whether this copy noted something a moment ago."""
        return time.monotonic() - self._noted_at < self._pause

    @property
    def _pause(self) -> float:
        """Longer than notes are apart while more are coming: the busier the machine, the longer."""
        return min(max(_SHORTEST_PAUSE_SECONDS, 2 * self._apart), _LONGEST_PAUSE_SECONDS)

    async def note(self, causes: Mapping[str, Cause]) -> None:
        """Note what is to be worked out anew, each thing with what made it so."""
        by_partition: dict[int, dict[Cause, list[str]]] = defaultdict(lambda: defaultdict(list))
        for noted, cause in causes.items():
            by_partition[relay_partition(noted)][cause].append(noted)
        notes = [_note(uuid4().hex, number, noted) for number, noted in by_partition.items()]
        if notes:
            await self._collection.bulk_write(notes, ordered=False)
            now, self._look_at = time.monotonic(), float("-inf")
            apart, self._noted_at = now - self._noted_at, now
            self._apart = (
                max(apart, _CALMING * self._apart) if apart < _LONGEST_PAUSE_SECONDS else 0.0
            )

    async def due(self, partitions: Iterable[int], most: int = AT_A_TIME) -> Taken:
        """Some of what is due, what has waited for longest first; for one worker at a time.

        What was taken before and is not done by now is taken again.
        """
        held = frozenset(partitions)
        if self._under_way or held != self._partitions or self._window.done_with:
            self._partitions = held
            self._window = await self._open(held)
        taken = self._window.take(most)
        self._under_way = bool(taken.causes)
        return taken

    async def put_off(self, noted: str, cause: Cause) -> None:
        """Note what cannot be done as things are for when ten minutes have passed."""
        cause_and_noted = {cause: [noted]}
        later = _note(f"{noted} put off", relay_partition(noted), cause_and_noted, _PUT_OFF_SECONDS)
        await self._collection.bulk_write([later])

    async def done(self, taken: Taken) -> None:
        """Remove notes once all that they name is done; if any is gone by now, note all again.

        Somebody else was working on them, perhaps from older things than ours, and may have
        written last: things as they are now have the last word.
        """
        self._under_way = False
        window = taken.last_of
        if window is None:
            return
        removed = await self._collection.delete_many({"_id": {"$in": window.notes}})
        if removed.deleted_count < len(window.notes):
            await self.note(window.causes)

    async def _open(self, partitions: frozenset[int]) -> _Window:
        """What is noted, if it is due."""
        window = _Window()
        if time.monotonic() < self._look_at:
            return window
        self._look_at = time.monotonic() + _LOOK_SECONDS
        there: Row = {"partition": {"$in": sorted(partitions)}, **_DUE}
        size, oldest, newest = await self._extent(there)
        self._seen, many = size, size >= MANY
        settled = newest > (self._pause if many else _SETTLED_SECONDS)
        waited = oldest > (LONGEST_WAIT_SECONDS if many else _SHORTEST_PAUSE_SECONDS)
        if size:
            self._look_at = float("-inf")
        if size and (settled or waited):
            async for note in self._collection.find(there).sort("since", 1).batch_size(_READ):
                window.notes.append(note["_id"])
                for same in note["noted"]:
                    window.causes.update(dict.fromkeys(same["names"], Cause(**same["cause"])))
                if len(window.causes) >= _MOST:
                    break
        return window

    async def _extent(self, which: Row) -> tuple[int, float, float]:
        """How much is noted, how many seconds ago the first of it and the last."""
        pipeline = [{"$match": which}, _EXTENT, _AGES]
        for row in await aggregate(self._collection, pipeline):
            return row["size"], row["oldest"] / 1000, row["newest"] / 1000
        return 0, 0.0, 0.0


def _note(
    note: str, partition: int, noted: Mapping[Cause, list[str]], seconds: float = 0
) -> UpdateOne:
    names = [{"cause": _cause_row(cause), "names": names} for cause, names in noted.items()]
    fields: dict[str, Any] = {
        "partition": partition,
        "since": {"$add": ["$$NOW", seconds * 1000]},
        "size": sum(map(len, noted.values())),
        "noted": {"$literal": names},
    }
    return UpdateOne({"_id": note}, [{"$set": fields}], upsert=True)


def _cause_row(cause: Cause) -> Row:
    return {"traceparent": cause.traceparent, "correlationid": cause.correlationid}


_DUE: Row = {"$expr": {"$lte": ["$since", "$$NOW"]}}
_EXTENT: Row = {
    "$group": {
        "_id": None,
        "size": {"$sum": "$size"},
        "oldest": {"$min": "$since"},
        "newest": {"$max": "$since"},
    }
}
_AGES: Row = {
    "$project": {
        "size": 1,
        "oldest": {"$subtract": ["$$NOW", "$oldest"]},
        "newest": {"$subtract": ["$$NOW", "$newest"]},
    }
}
