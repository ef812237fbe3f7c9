"""The collections of works: ``works``, ``authors``, ``keys`` and ``mentions``.

``keys`` says which work a record belongs to. ``mentions`` holds of each work only what author
resolution looks at, so that reading a block does not read abstracts.
"""

from collections import defaultdict
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from chassis.documents import Cause, Change, Contended, Decide, Document
from chassis.mongo import (
    DUPLICATE_KEY,
    BulkWriteError,
    InsertOne,
    ReplaceOne,
    Row,
    UpdateOne,
)
from chassis.service import Service
from contracts.envelope import Payload
from contracts.events.works import AuthorsWereMerged, AuthorWasRecorded
from services.works.domain import Taken, take, work_id
from services.works.records import Record, Warned
from services.works.resolution import Mention, author_id, describe, resolve

_MOST_TRIES = 10


@dataclass(slots=True)
class Counts:
    """What became of some records."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0
    warnings: list[Warned] = field(default_factory=list)


class Store:
    """One record per work, one per author."""

    def __init__(self, service: Service) -> None:
        self.works = service.documents("works")
        self.authors = service.documents("authors")
        self._keys = service.database["keys"]
        self._mentions = service.database["mentions"]
        self.collections = (self.works.collection, self.authors.collection)

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.works.prepare()
        await self.authors.prepare()
        await self._mentions.create_index("mentions.block")
        await self.authors.collection.create_index("state.block")

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
            await _ignoring_duplicates(self._keys.bulk_write(claims, ordered=False))
        return await self._claimed(free)

    async def learn_mentions(self, works: Iterable[str]) -> None:
        """Bring ``mentions`` level with some works."""
        wanted = sorted(set(works))
        for _ in range(_MOST_TRIES):
            cursor = self._mentions.find({"_id": {"$in": wanted}}, {"position": 1})
            held = {row["_id"]: row["position"] async for row in cursor}
            rows = [
                row
                async for row in self.works.collection.find({"_id": {"$in": wanted}}, _RESOLVED)
                if held.get(row["_id"], 0) < row["positions"]["works.work"]
            ]
            if not rows:
                return
            await self._write_mentions(rows, held)
        raise Contended(f"mentions of {len(rows)} works, first {rows[0]['_id']}")

    async def _write_mentions(self, rows: Sequence[Row], held: Mapping[str, int]) -> None:
        writes: list[InsertOne[Row] | ReplaceOne[Row]] = []
        for row in rows:
            mentions = _mentions_row(row)
            older = {"_id": row["_id"], "position": {"$lt": mentions["position"]}}
            writes.append(
                ReplaceOne(older, mentions) if row["_id"] in held else InsertOne(mentions)
            )
        await _ignoring_duplicates(self._mentions.bulk_write(writes, ordered=False))

    async def resolve_blocks(self, causes: Mapping[str, Cause]) -> None:
        """Work out the authors of some blocks; ``causes`` by block.

        What is held is read before the mentions it came from and written only if nobody changed it
        since, so a worker that was overtaken never puts an older outcome over a newer one.
        """
        left = dict(causes)
        for _ in range(_MOST_TRIES):
            held = await self._authors_in(left)
            mentions = await self._mentions_in(left)
            overtaken: set[str] = set()
            decisions: dict[str, Decide] = {}
            for block, cause in left.items():
                for author, state, event in _outcome(block, mentions[block], held[block]):
                    before = held[block].get(author, Document(author))
                    if before.state != state:
                        decisions[author] = partial(
                            _settle,
                            before=before,
                            state=state,
                            event=event,
                            cause=cause,
                            overtaken=overtaken,
                        )
            await self.authors.update_many(decisions)
            left = {block: cause for block, cause in left.items() if block in overtaken}
            if not left:
                return
        raise Contended(f"{len(left)} blocks, first {next(iter(left))}")

    async def _authors_in(self, blocks: Iterable[str]) -> dict[str, dict[str, Document]]:
        found: dict[str, dict[str, Document]] = {block: {} for block in blocks}
        cursor = self.authors.collection.find({"state.block": {"$in": list(found)}}, {"outbox": 0})
        async for row in cursor:
            found[row["state"]["block"]][row["_id"]] = Document.from_row(row)
        return found

    async def _mentions_in(self, blocks: Iterable[str]) -> dict[str, list[Mention]]:
        found: dict[str, list[Mention]] = {block: [] for block in blocks}
        cursor = self._mentions.find({"mentions.block": {"$in": list(found)}}).batch_size(5000)
        async for row in cursor:
            for mention in _mentions_of(row):
                if mention.block in found:
                    found[mention.block].append(mention)
        return found


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


_RESOLVED = {
    "positions": 1,
    "state.mentions": 1,
    "state.work.year": 1,
    "state.work.sources.source": 1,
    "state.work.sources.imported_at": 1,
}


def _mentions_row(work: Row) -> Row:
    state = work["state"]
    return {
        "_id": work["_id"],
        "position": work["positions"]["works.work"],
        "year": state["work"].get("year"),
        "sources": state["work"]["sources"],
        "mentions": state["mentions"],
    }


def _mentions_of(row: Row) -> Iterable[Mention]:
    sources = tuple(
        (item["source"], datetime.fromisoformat(item["imported_at"])) for item in row["sources"]
    )
    for place, mention in enumerate(row["mentions"]):
        yield Mention(
            work_id=row["_id"],
            place=place,
            block=mention["block"],
            key=mention["key"],
            name=mention["name"],
            identifiers=tuple(mention["identifiers"]),
            variants=tuple(mention["variants"]),
            affiliations=tuple(mention["affiliations"]),
            year=row["year"],
            sources=sources,
        )


async def _ignoring_duplicates(write: Awaitable[object]) -> None:
    """A bulk write whose inserts may find that somebody else was quicker."""
    try:
        await write
    except BulkWriteError as error:
        if any(item["code"] != DUPLICATE_KEY for item in error.details["writeErrors"]):
            raise


def _outcome(
    block: str, mentions: Sequence[Mention], held: Mapping[str, Document]
) -> Iterable[tuple[str, Row, Payload]]:
    """Every author and every redirect of a block: id, state, and the event that tells it."""
    told: set[str] = set()
    for author in resolve(mentions):
        survivor = author_id(block, author.address)
        event = describe(author.mentions)
        told.add(survivor)
        yield survivor, _author_state(block, event), event
        for alias in map(partial(author_id, block), sorted(author.aliases)):
            told.add(alias)
            yield alias, {"block": block, "merged_into": survivor}, AuthorsWereMerged(into=survivor)
    for gone in sorted(held.keys() - told):
        was = (held[gone].state or {}).get("author")
        if was is not None:
            nothing = AuthorWasRecorded(name=was["name"])
            yield gone, _author_state(block, nothing), nothing


def _author_state(block: str, event: AuthorWasRecorded) -> Row:
    return {"block": block, "author": event.model_dump(mode="json", exclude_none=True)}


def _settle(
    document: Document,
    *,
    before: Document,
    state: Row,
    event: Payload,
    cause: Cause,
    overtaken: set[str],
) -> Change | None:
    if document.state == state:
        return None
    if document.positions != before.positions:
        overtaken.add(state["block"])
        return None
    return Change(state, (event,), cause=cause)
