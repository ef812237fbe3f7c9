"""A collection whose documents change one at a time, each change with its events.

A document is ``{_id, state, seen, positions, outbox, pending}``:

- ``state`` is the domain's; the rest is delivery.
- ``seen`` holds per consumed topic the position of the last event that was applied.
- ``positions`` holds per published topic the position of the last event that was put out.
  Every change raises one of the two, and every write is conditional on both as they were read.
- ``outbox`` holds events not yet known to be on the broker, each with the ``id`` of its write, and
  with ``subjects`` if it is to be told about each of these; ``pending`` is there while it is not
  empty and names the relay partition.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as with_
from datetime import UTC, datetime
from uuid import uuid4
from weakref import WeakValueDictionary

from chassis.mongo import DUPLICATE_KEY, BulkWriteError, Collection, InsertOne, Row, UpdateOne
from chassis.pending import Bell, relay_partition
from chassis.transactions import Beside, Unmet, all_or_none, make_way
from contracts.codec import encode, type_of
from contracts.envelope import Envelope, Payload

_MOST_TRIES = 20
_LARGEST_READ = 1000


class Contended(RuntimeError):
    """Others kept changing the same documents; nothing was lost, try again later."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What made a change happen; its events carry it on."""

    traceparent: str | None = None
    correlationid: str | None = None
    actor: str | None = None

    @classmethod
    def of(cls, event: Envelope) -> "Cause":
        """The cause that a change made by this event has."""
        return cls(event.traceparent, event.correlationid, event.actor)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was read; ``state`` is ``None`` while there is none."""

    id: str
    state: Row | None = None
    seen: Mapping[str, int] = field(default_factory=dict)
    positions: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_row(cls, row: Row) -> "Document":
        """From what the database holds."""
        return cls(row["_id"], row["state"], row["seen"], row["positions"])


@dataclass(frozen=True, slots=True)
class Change:
    """What a decision asks for: the new state, the events it publishes, what it has now seen.

    It publishes something or has seen something; else nobody could tell that it was made.

    ``positions`` is given only when a ledger is restored from the topic it was told on. In a change
    that was made ``seen`` and ``positions`` are those of the document after it.

    An event about other subjects (a work item such as "these blocks changed") is given as a pair
    with them; it is told about each, with position 0.

    With ``only_differences`` the fields of the state that are as they were are not written again;
    ``state`` must then share nothing with the old one that was changed in place.
    """

    state: Row
    events: tuple[Payload | tuple[Payload, tuple[str, ...]], ...] = ()
    seen: Mapping[str, int] = field(default_factory=dict)
    positions: Mapping[str, int] = field(default_factory=dict)
    cause: Cause = Cause()
    only_differences: bool = False


Decide = Callable[[Document], Change | None]
Also = Callable[[Change], Sequence[Beside]]


class Documents:
    """One collection of such documents."""

    def __init__(
        self, collection: Collection, topics: Mapping[str, str], bell: Bell | None = None
    ) -> None:
        """``topics`` maps an event type to its topic; ``bell`` wakes the relay of this process."""
        self.collection = collection
        self._topics = topics
        self._bell = bell or Bell()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def prepare(self) -> None:
        """Create the indexes that delivery needs."""
        await self.collection.create_index("pending", sparse=True)

    async def get_many(self, ids: Iterable[str]) -> dict[str, Document]:
        """The documents that exist among ``ids``, by id."""
        wanted = list(ids)
        found: dict[str, Document] = {}
        for start in range(0, len(wanted), _LARGEST_READ):
            cursor = self.collection.find(
                {"_id": {"$in": wanted[start : start + _LARGEST_READ]}}, {"outbox": 0}
            )
            for row in await cursor.to_list(None):
                found[row["_id"]] = Document.from_row(row)
        return found

    async def update(
        self,
        document_id: str,
        decide: Decide,
        also: Also | None = None,
        read: Document | None = None,
    ) -> Change | None:
        """Load, decide, save once, with the events in the same write; answers the change made.

        ``also`` names writes to other collections that go with a change, in one transaction.
        Who has just read the document gives it as ``read``: one trip less.

        Raises:
            Contended: still overtaken by others after many tries.
            Unmet: a write beside found things otherwise; nothing was changed. Numbered from 1.
        """
        if also is None:
            known = None if read is None else {document_id: read}
            return (await self.update_many({document_id: decide}, known)).get(document_id)
        # Copies of the service meet in the database; within one, waiting is cheaper than trying.
        turn = self._turns.setdefault(document_id, asyncio.Lock())
        if turn.locked():
            read = None  # who goes first changes it
        async with turn:
            for tried in range(_MOST_TRIES):
                if read is None:
                    read = (await self.get_many([document_id])).get(document_id)
                document, read = read or Document(document_id), None
                change = decide(document)
                if change is None:
                    return None
                write, made = self._write(document, change, uuid4().hex)
                try:
                    await all_or_none([(self.collection, write), *also(made)])
                    self._ring(made)
                    return made
                except Unmet as unmet:
                    if unmet.number:
                        raise
                    await make_way(tried)
        raise Contended(f"{self.collection.name}: {document_id}")

    async def update_many(
        self, decisions: Mapping[str, Decide], read: Mapping[str, Document] | None = None
    ) -> dict[str, Change]:
        """The same for many documents with two round trips; answers the changes made.

        A decision is made again when somebody else changed its document meanwhile, so it must be
        a pure function of the document that answers ``None`` when there is nothing left to do.
        Who has just read all of the documents that exist gives them as ``read``: one trip less.

        Raises:
            Contended: still overtaken by others after many tries.
        """
        made: dict[str, Change] = {}
        left = dict(decisions)
        for _ in range(_MOST_TRIES):
            before, read = await self.get_many(left) if read is None else read, None
            changes: dict[str, Change] = {}
            writes: dict[str, InsertOne[Row] | UpdateOne] = {}
            mark = uuid4().hex
            for document_id, decide in left.items():
                document = before.get(document_id, Document(document_id))
                change = decide(document)
                if change is not None:
                    writes[document_id], changes[document_id] = self._write(document, change, mark)
            overtaken = await self._save(writes) if writes else set()
            self._ring(*changes.values())
            made |= {one: change for one, change in changes.items() if one not in overtaken}
            if not overtaken:
                return made
            left = {document_id: left[document_id] for document_id in overtaken}
        raise Contended(f"{self.collection.name}: {len(left)} documents, first {next(iter(left))}")

    def _ring(self, *made: Change) -> None:
        if any(change.events for change in made):
            self._bell.ring(self.collection.name)

    async def _save(self, writes: Mapping[str, InsertOne[Row] | UpdateOne]) -> set[str]:
        """The ids to decide again: others changed the documents that were decided on.

        The server counts the updates that found nothing but does not name them, so then all of
        them are decided again.
        """
        ids = list(writes)
        overtaken: set[str] = set()
        try:
            result = await self.collection.bulk_write(list(writes.values()), ordered=False)
            matched = result.matched_count
        except BulkWriteError as error:
            errors = error.details["writeErrors"]
            if any(item["code"] != DUPLICATE_KEY for item in errors):
                raise
            overtaken = {ids[item["index"]] for item in errors}
            matched = error.details["nMatched"]
        updates = {one for one, write in writes.items() if isinstance(write, UpdateOne)}
        return overtaken | updates if matched < len(updates) else overtaken

    def _write(
        self, document: Document, change: Change, mark: str
    ) -> tuple[InsertOne[Row] | UpdateOne, Change]:
        positions = {**document.positions, **change.positions}
        entries = [
            {"id": mark, **self._entry(document.id, event, positions, change)}
            for event in change.events
            if not isinstance(event, tuple) or event[1]
        ]
        seen = {**document.seen, **change.seen}
        made = with_(change, seen=seen, positions=positions)
        fields: Row = {"seen": seen, "positions": positions}
        if entries:
            fields["pending"] = relay_partition(document.id)
        if document.state is None:
            row = {"_id": document.id, "state": change.state, **fields, "outbox": entries}
            return InsertOne(row), made
        if change.only_differences:
            update = _differences(document.state, change.state)
            update["$set"] |= fields
        else:
            update = {"$set": {"state": change.state, **fields}}
        if entries:
            update["$push"] = {"outbox": {"$each": entries}}
        as_read = {"seen": document.seen, "positions": document.positions}
        return UpdateOne({"_id": document.id, **as_read}, update), made

    def _entry(
        self,
        document_id: str,
        event: Payload | tuple[Payload, tuple[str, ...]],
        positions: dict[str, int],
        change: Change,
    ) -> Row:
        data, subjects = event if isinstance(event, tuple) else (event, ())
        topic = self._topics[type_of(type(data))]
        if not subjects:
            positions[topic] = positions.get(topic, 0) + 1
        body = encode(
            data,
            subject=document_id,
            position=0 if subjects else positions[topic],
            time=datetime.now(UTC),
            traceparent=change.cause.traceparent,
            correlationid=change.cause.correlationid,
            actor=change.cause.actor,
        )
        about = {"subjects": [*subjects]} if subjects else {}
        return {"topic": topic, "key": document_id, "body": body, **about}


def _differences(before: Row, after: Row) -> Row:
    """The update that makes one state of the other."""
    changed = {
        f"state.{name}": value
        for name, value in after.items()
        if name not in before or before[name] != value
    }
    gone: Row = {f"state.{name}": "" for name in before.keys() - after.keys()}
    return {"$set": changed, **({"$unset": gone} if gone else {})}
