"""The collection ``works`` of works: one record per work, a function of records and curations.

What feeds say is in ``holdings.py``, authors are in ``blocks.py``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice

from chassis.documents import Cause, Change, Contended, Document
from chassis.service import Service
from services.works.blocks import Blocks
from services.works.curations import Curations
from services.works.directory import Directory
from services.works.domain import introduced_in, living, made_of, merged, work_id
from services.works.harvest.store import Harvests
from services.works.holdings import Changes, Holdings, Known
from services.works.institutions import Institutions
from services.works.joining import Group, Partition, Ruling, partition
from services.works.nodes import Held
from services.works.records import (
    Deleted,
    InstitutionRecord,
    PersonRecord,
    Record,
    Rejected,
    Warned,
)

_MOST_TRIES = 20
_MOST_AT_ONCE = 250
"""Records whose works are settled together."""


@dataclass(slots=True)
class Counts:
    """What became of some records."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0
    warnings: list[Warned] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.new + other.new,
            self.revised + other.revised,
            self.unchanged + other.unchanged,
            self.warnings + other.warnings,
            self.rejected + other.rejected,
        )


class Store:
    """One record per work; ``blocks`` makes one per author."""

    def __init__(self, service: Service) -> None:
        self.works = service.documents("works")
        self.curations = Curations(service)
        self.institutions = Institutions(service)
        self.directory = Directory(service)
        self.holdings = Holdings(service)
        self.blocks = Blocks(service, self.curations, self.institutions)
        self.harvests = Harvests(service)
        self.collections = (
            self.works.collection,
            self.blocks.authors.collection,
            self.curations.documents.collection,
            self.institutions.documents.collection,
            self.directory.documents.collection,
            *self.harvests.collections,
        )

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.works.prepare()
        await self.curations.prepare()
        await self.institutions.prepare()
        await self.directory.prepare()
        await self.holdings.prepare()
        await self.blocks.prepare()
        await self.harvests.prepare()

    async def ingest(
        self,
        records: Sequence[Record | Deleted],
        causes: Mapping[str, Cause],
        changes: Changes | None = None,
    ) -> Counts:
        """Take records, each into its work; ``causes`` by record key.

        Who tries again what failed gives the ``changes`` of the first try, which are counted now.
        """
        now = datetime.now(UTC).replace(microsecond=0)
        changes = Changes() if changes is None else changes
        kept = await self.holdings.keep(records, now, changes)
        settled = await self.settle(kept.keys, causes, kept.held)
        return _counts(records, changes, settled)

    async def ingest_institutions(
        self, records: Sequence[InstitutionRecord], causes: Mapping[str, Cause]
    ) -> Counts:
        """Take institutions; ``causes`` by record key."""
        return _counts_of(await self.institutions.ingest(records, causes), len(records))

    async def ingest_people(
        self, records: Sequence[PersonRecord], causes: Mapping[str, Cause]
    ) -> Counts:
        """Take people whom a source tells apart, to their places; ``causes`` by record key.

        Who died half-way takes the same records again: what places do not know is noted.
        """
        changed = await self.directory.keep(records)
        untold = await self.directory.untold(records)
        places = {place for d in untold if d.state for place in d.state["untold"]}
        cause = next(iter(causes.values()), Cause())
        keys = iter(await self.holdings.standing_at(places))
        while some := list(islice(keys, _MOST_AT_ONCE)):
            await self.settle(map(str.lower, some), dict.fromkeys(some, cause))
        await self.directory.told(untold)
        return _counts_of(changed, len(records))

    async def settle(
        self, keys: Iterable[str], causes: Mapping[str, Cause], known: Known | None = None
    ) -> Partition:
        """Bring the works of all records that bear one of these keys level with their records.

        Who has just kept some records gives them as ``known``.

        What comes out is written only if nobody changed the work since it was read, and only by
        one who has seen every record, as it is now, that the work was made of. Whoever changed a
        record last has seen them all, so theirs is the last word
        ([0026](../../docs/decisions/0026-works-are-a-function.md)).

        Raises:
            Contended: others kept changing the same works; nothing was lost.
        """
        wanted = set(keys)
        for _ in range(_MOST_TRIES):
            family = await self.holdings.families(wanted, known)
            family_keys = {held.record.key for held in family}
            before = await self.works.get_many(map(work_id, sorted(family_keys)))
            rulings = await self.curations.rulings(family_keys)
            newer = _made_of_others(before.values(), family)
            more = newer | (_ruled(rulings) - wanted)
            if more:
                wanted |= more
                continue
            found = partition(await self.directory.introduce(family), rulings)
            groups = {work_id(key): group for group in found.groups for key in group.keys}
            overtaken = await self._write(groups, before, causes)
            if not overtaken:
                return found
        raise Contended(f"works of {len(wanted)} keys, first {min(wanted)}")

    async def _write(
        self,
        groups: Mapping[str, Group],
        before: Mapping[str, Document],
        causes: Mapping[str, Cause],
    ) -> set[str]:
        overtaken: set[str] = set()
        decisions = {}
        for work, group in groups.items():
            held = before.get(work, Document(work))
            if not _is_level(held, group):
                decide = partial(
                    _decide, before=held, group=group, causes=causes, overtaken=overtaken
                )
                decisions[work] = decide
        await self.works.update_many(decisions, read=before)
        return overtaken


def _is_level(held: Document, group: Group) -> bool:
    survivor = work_id(group.keys[0])
    if held.state is None:
        return False
    if held.id != survivor:
        return bool(held.state.get("merged_into") == survivor)
    level = held.state["made_of"], held.state.get("introduced", [])
    return bool(level == (made_of(group), introduced_in(group)))


def _decide(
    document: Document,
    *,
    before: Document,
    group: Group,
    causes: Mapping[str, Cause],
    overtaken: set[str],
) -> Change | None:
    if (document.positions, document.seen) != (before.positions, before.seen):
        overtaken.add(document.id)
        return None
    survivor = work_id(group.keys[0])
    if document.id == survivor:
        state, events = living(document.id, document.state, group)
    else:
        state, events = merged(document.id, document.state, survivor)
    cause = next((causes[key] for key in reversed(group.keys) if key in causes), Cause())
    written = document.seen.get("records", 0) + 1
    return Change(state, events, seen={"records": written}, cause=cause)


def _ruled(rulings: Iterable[Ruling]) -> set[str]:
    return {key.lower() for ruling in rulings for key in (*ruling.left, *ruling.right)}


def _made_of_others(works: Iterable[Document], family: Iterable[Held]) -> set[str]:
    """Keys of records that these works were made of and that were not seen, or not as new."""
    seen = {held.record.key: held.stamp for held in family}
    return {
        key.lower()
        for work in works
        for key, stamp in (work.state or {}).get("made_of", ())
        if seen.get(key, 0) < stamp
    }


def _counts_of(changed: Mapping[str, bool], count: int) -> Counts:
    """``changed``: by record key, whether it was not known before."""
    new = sum(changed.values())
    return Counts(new, len(changed) - new, count - len(changed))


def _counts(records: Sequence[Record | Deleted], changes: Changes, settled: Partition) -> Counts:
    counts = Counts()
    doubted: set[str] = set()
    for group in settled.groups:
        rows = [held.id for held in group.members]
        added = changes.added.intersection(rows)
        steps = len(added) + sum(changes.revised.pop(row, 0) for row in rows)
        is_new = bool(rows) and len(added) == len(rows)
        counts.new += is_new
        counts.revised += steps - is_new
        changes.added -= added
    counts.unchanged = len(records) - counts.new - counts.revised
    for record in records:
        doubt = settled.doubts.get(record.key)
        if doubt and record.key not in doubted:
            doubted.add(record.key)
            counts.warnings.append(Warned(record.record_id, doubt))
    return counts
