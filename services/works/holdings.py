"""The collection ``records`` of works: the newest version of each record that a feed brought.

Everything else in the service can be worked out from it and from ``curations``.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chassis.documents import Contended
from chassis.mongo import DUPLICATE_KEY, BulkWriteError, InsertOne, ReplaceOne, Row, having
from chassis.service import Service
from services.works.directory import places_of
from services.works.nodes import MOST_BEARERS, Held, keys
from services.works.records import Deleted, Record

_MOST_TRIES = 10
_MOST_ROUNDS = 20
_LARGEST_READ = 2000
_LARGEST_FAMILY = 10_000
_NEVER = (-1, None)


@dataclass(slots=True)
class Changes:
    """What a batch changed and nobody has counted yet, over all tries to take it."""

    added: set[str] = field(default_factory=set)
    """Ids of rows that are new."""
    revised: Counter[str] = field(default_factory=Counter)
    """Ids of rows that hold something new, and how often the batch brought it."""


@dataclass(slots=True)
class Kept:
    """Every key that some records concern, and what their rows hold."""

    keys: set[str] = field(default_factory=set)
    held: "Known" = field(default_factory=dict)


Known = dict[str, tuple[int, Record]]
"""What rows hold, by their id, with the number of their last change: it need not be read again."""


class Holdings:
    """Records by feed."""

    def __init__(self, service: Service) -> None:
        self.collection = service.database["records"]

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.collection.create_index("keys")
        await self.collection.create_index("places", sparse=True)

    async def keep(
        self, items: Sequence[Record | Deleted], now: datetime, changes: Changes
    ) -> Kept:
        """Keep what is new in a batch; the keys are those of all its records, old and new.

        An older version never replaces a newer one. Of two that differ though version and date are
        the same, the one that came last holds: the source has corrected it.
        """
        kept = Kept()
        by_id: dict[str, list[Record | Deleted]] = defaultdict(list)
        for item in items:
            by_id[f"{item.feed}:{item.record_id}"].append(item)
            kept.keys.update(_keys(item))
        left = dict(by_id)
        for _ in range(_MOST_TRIES):
            before = {
                row["_id"]: row
                async for row in self.collection.find({"_id": {"$in": sorted(left)}})
            }
            after: dict[str, tuple[Row, int]] = {}
            holds: Known = {}
            for row_id, versions in left.items():
                held = before.get(row_id)
                kept.keys.update(held["keys"] if held else ())
                row, steps = held, 0
                for item in versions:
                    changed = _with(row, row_id, item, now)
                    row, steps = (changed, steps + 1) if changed else (row, steps)
                    if changed and isinstance(item, Record):
                        holds[row_id] = changed["seq"], item
                if steps and row is not None:
                    after[row_id] = row, steps
            overtaken = await self._save(before, {one: row for one, (row, _) in after.items()})
            kept.held |= {one: record for one, record in holds.items() if one not in overtaken}
            for row_id, (_, steps) in after.items():
                if row_id not in overtaken:
                    is_new = row_id not in before
                    changes.added |= {row_id} if is_new else set()
                    changes.revised[row_id] += steps - is_new
            left = {row_id: left[row_id] for row_id in overtaken}
            if not left:
                return kept
        raise Contended(f"{len(left)} records, first {next(iter(left))}")

    async def _save(self, before: Mapping[str, Row], after: Mapping[str, Row]) -> set[str]:
        """The ids of rows that somebody else changed meanwhile.

        The server counts the replacements that found nothing but does not name them, so then all
        of them are looked at again; what was written then proves to be there.
        """
        if not after:
            return set()
        replaced = {row_id for row_id in after if row_id in before}
        writes: list[InsertOne[Row] | ReplaceOne[Row]] = [
            ReplaceOne({"_id": row_id, "seq": before[row_id]["seq"]}, row)
            if row_id in replaced
            else InsertOne(row)
            for row_id, row in after.items()
        ]
        ids, overtaken = list(after), set()
        try:
            result = await self.collection.bulk_write(writes, ordered=False)
            matched = result.matched_count
        except BulkWriteError as error:
            if any(item["code"] != DUPLICATE_KEY for item in error.details["writeErrors"]):
                raise
            overtaken = {ids[item["index"]] for item in error.details["writeErrors"]}
            matched = error.details["nMatched"]
        return overtaken | replaced if matched < len(replaced) else overtaken

    async def families(self, wanted: Iterable[str], known: Known | None = None) -> list[Held]:
        """All records that share a key with these, directly or through others.

        Texts are read only of rows that are not ``known`` as they are now.
        """
        known = known or {}
        fields = {"content": 0} if known else None
        rows: dict[str, Row] = {}
        seen: set[str] = set()
        bearers: Counter[str] = Counter()
        frontier = set(wanted)
        for _ in range(_MOST_ROUNDS):
            seen |= frontier
            reached: set[str] = set()
            for row in await self._read("keys", frontier, fields):
                if row["_id"] not in rows:
                    rows[row["_id"]] = row
                    bearers.update(row["keys"])
                    reached.update(row["keys"])
            frontier = {key for key in reached - seen if bearers[key] <= MOST_BEARERS}
            if not frontier or len(rows) > _LARGEST_FAMILY:
                break
        left = [
            row_id
            for row_id, row in rows.items()
            if "content" not in row and known.get(row_id, _NEVER)[0] != row["seq"]
        ]
        rows.update((row["_id"], row) for row in await self._read("_id", left))
        return _held(rows.values(), known)

    async def standing_at(self, places: Iterable[str]) -> list[str]:
        """The keys of the records in which one of these stands at a place."""
        rows = await having(self.collection, "places", places, {"key": 1})
        return sorted({row["key"] for row in rows})

    async def _read(
        self, field: str, wanted: Iterable[str], fields: Row | None = None
    ) -> list[Row]:
        """The rows in which a field has one of these values."""
        ordered = sorted(wanted)
        found: list[Row] = []
        for start in range(0, len(ordered), _LARGEST_READ):
            part = {field: {"$in": ordered[start : start + _LARGEST_READ]}}
            rows = self.collection.find(part, fields).batch_size(5000)
            found += await rows.to_list(_LARGEST_FAMILY)
        return found


def _keys(item: Record | Deleted) -> tuple[str, ...]:
    return keys(item) if isinstance(item, Record) else (item.key.lower(),)


def _with(row: Row | None, row_id: str, item: Record | Deleted, now: datetime) -> Row | None:
    """The row once it holds what is new; ``None`` when nothing is."""
    held: Row = row or {"_id": row_id, "seq": 0, "key": item.key, "keys": [], "content": None}
    gone: datetime | None = held.get("deleted_at")
    if isinstance(item, Deleted):
        if gone is not None and (item.modified is None or _second(item.modified) <= gone):
            return None
        moment = _second(item.modified or now)
        names = sorted({*held["keys"], *_keys(item)})
        return {**held, "seq": held["seq"] + 1, "deleted_at": moment, "keys": names}
    if held["content"] is not None:
        before = Record.model_validate(held["content"])
        if _age(item) < _age(before):
            return None
        returns = gone is not None and _touched_after(item, gone)
        if says(before) == says(item) and (not returns or _touched_after(before, gone)):
            return None
    content = item.model_dump(mode="json")
    fields: Row = {"content": content, "imported_at": now, "keys": list(_keys(item))}
    if (places := places_of(item)) or "places" in held:
        fields["places"] = places
    return {**held, **fields, "seq": held["seq"] + 1}


def says(record: Record) -> Record:
    """The record without the instant of its last touch, which moves on its own."""
    return record.model_copy(update={"modified": None})


def _age(record: Record) -> tuple[int, str, bool, float]:
    """Later is greater. A page that cuts author lists never replaces the whole record."""
    touched = record.modified.timestamp() if record.modified else 0
    return record.version or 0, str(record.updated or ""), record.authors_complete, touched


def _held(rows: Iterable[Row], known: Known) -> list[Held]:
    """What is known of each record; a deletion is of all feeds of its source."""
    by_key: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_key[row["key"]].append(row)
    found = []
    for same in by_key.values():
        stamp = sum(row["seq"] for row in same)
        gone = max((row["deleted_at"] for row in same if row.get("deleted_at")), default=None)
        for row in same:
            record = _record_in(row, known)
            if record is not None:
                deleted = gone is not None and not _touched_after(record, gone)
                found.append(Held(row["_id"], stamp, record, row["imported_at"], deleted))
    return found


def _record_in(row: Row, known: Known) -> Record | None:
    if "content" not in row:
        return known[row["_id"]][1]
    return None if row["content"] is None else Record.model_validate(row["content"])


def _touched_after(record: Record, moment: datetime | None) -> bool:
    """Whether the source touched a record after it had taken it back."""
    touched = record.modified
    if touched is None and record.updated is not None:
        touched = datetime(*record.updated.timetuple()[:3], tzinfo=UTC)
    return touched is not None and moment is not None and touched > moment


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
