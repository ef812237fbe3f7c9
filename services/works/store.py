"""The collections ``works`` and ``keys`` of works: one record per work.

``keys`` says which work a record belongs to. Authors are in ``blocks.py``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from chassis.documents import Cause, Change, Document
from chassis.mongo import UpdateOne, ignoring_duplicates
from chassis.service import Service
from services.works.blocks import Blocks
from services.works.domain import Taken, take, work_id
from services.works.harvest.store import Harvests
from services.works.records import Record, Warned

_MOST_TRIES = 10


@dataclass(slots=True)
class Counts:
    """What became of some records."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0
    warnings: list[Warned] = field(default_factory=list)


class Store:
    """One record per work; ``blocks`` makes one per author."""

    def __init__(self, service: Service) -> None:
        self.works = service.documents("works")
        self.blocks = Blocks(service)
        self._keys = service.database["keys"]
        self.harvests = Harvests(service)
        self.collections = (
            self.works.collection,
            self.blocks.authors.collection,
            *self.harvests.collections,
        )

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.works.prepare()
        await self.blocks.prepare()
        await self.harvests.prepare()

    async def ingest(self, records: Sequence[Record], causes: Mapping[str, Cause]) -> Counts:
        """Take records, each into its work; ``causes`` by record key."""
        counts = Counts()
        homes = await self._homes(records, counts)
        by_work: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            by_work[homes[record.key]].append(record)
        now = datetime.now(UTC).replace(microsecond=0)
        outcomes: dict[str, list[Taken]] = {}
        changed = await self.works.update_many(
            {
                home: partial(_take_all, taken=outcomes, records=group, causes=causes, now=now)
                for home, group in by_work.items()
            }
        )
        for home, group in by_work.items():
            taken = outcomes.get(home, []) if home in changed else []
            counts.new += sum(item.is_new for item in taken)
            counts.revised += sum(not item.is_new for item in taken)
            counts.unchanged += len(group) - len(taken)
        return counts

    async def _homes(self, records: Sequence[Record], counts: Counts) -> dict[str, str]:
        """The id of the work that each record belongs to, by record key.

        A key, once claimed for a work, is never claimed for another, whoever ingests at the same
        time. A DOI joins records of different sources; within one source it names one record, and
        a second one that bears it is a slip of the source.
        """
        by_key = {record.key: record for record in records}
        slots = {key: f"{r.source} doi:{r.doi}" for key, r in by_key.items() if r.doi}
        dois = {key: f"doi:{r.doi}" for key, r in by_key.items() if r.doi}
        known = await self._claimed([*by_key, *slots.values(), *dois.values()])
        known |= await self._claim(known, {slots[key]: key for key in reversed(slots)})
        named = {key for key, slot in slots.items() if known[slot] == key}
        homes = {key: known.get(key) or work_id(key) for key in by_key}
        known |= await self._claim(
            known, {dois[key]: homes[key] for key in reversed(slots) if key in named}
        )
        joined = {key: known[dois[key]] if key in named else homes[key] for key in by_key}
        known |= await self._claim(known, joined)
        for key in slots:
            reason = None
            if key not in named:
                reason = f"DOI {by_key[key].doi} already belongs to {known[slots[key]]}"
            elif known[key] != joined[key]:
                reason = f"DOI {by_key[key].doi} is that of another work, {joined[key]}"
            if reason:
                counts.warnings.append(Warned(by_key[key].record_id, reason))
        return {key: known[key] for key in by_key}

    async def _claimed(self, keys: Iterable[str]) -> dict[str, str]:
        cursor = self._keys.find({"_id": {"$in": sorted(set(keys))}})
        return {row["_id"]: row["for"] async for row in cursor}

    async def _claim(self, known: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
        """Claim the keys that are free; answers for each new one who has it."""
        free = {key: value for key, value in wanted.items() if key not in known}
        claims = [
            UpdateOne({"_id": key}, {"$setOnInsert": {"for": value}}, upsert=True)
            for key, value in free.items()
        ]
        if claims:
            await ignoring_duplicates(self._keys.bulk_write(claims, ordered=False))
        return await self._claimed(free)


def _take_all(
    document: Document,
    *,
    taken: dict[str, list[Taken]],
    records: Sequence[Record],
    causes: Mapping[str, Cause],
    now: datetime,
) -> Change | None:
    state = document.state
    steps: list[Taken] = []
    cause = Cause()
    for record in records:
        step = take(state, document.id, record, now)
        if step is not None:
            steps.append(step)
            state = step.state
            cause = causes[record.key]
    taken[document.id] = steps
    if not steps or state is None:
        return None
    return Change(state, tuple(event for step in steps for event in step.events), cause=cause)
