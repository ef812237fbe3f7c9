"""The collections ``mentions`` and ``authors`` of works: who wrote what, block by block.

``mentions`` holds of each work only what author resolution looks at, so that reading a block does
not read abstracts. It follows ``works`` and can be made anew from it at any time.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from chassis.documents import Cause, Change, Contended, Decide, Document
from chassis.mongo import InsertOne, ReplaceOne, Row, ignoring_duplicates
from chassis.service import Service
from contracts.envelope import Payload
from contracts.events.works import AuthorsWereMerged, AuthorWasRecorded
from services.works.affiliations import Registry, affiliated, keys_of
from services.works.constraints import Constraint
from services.works.curations import Curations
from services.works.institutions import Institutions
from services.works.mentions import READ, mentions_of, row_of
from services.works.resolution import Mention, addresses_of, author_id, describe, resolve

_MOST_TRIES = 10


class Blocks:
    """One record per author."""

    def __init__(self, service: Service, curations: Curations, institutions: Institutions) -> None:
        self._curations = curations
        self._institutions = institutions
        self.authors = service.documents("authors")
        self._works = service.database["works"]
        self._mentions = service.database["mentions"]

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.authors.prepare()
        await self._mentions.create_index("mentions.block")
        await self.authors.collection.create_index("state.block")

    async def learn(self, works: Iterable[str]) -> None:
        """Bring ``mentions`` level with some works."""
        wanted = sorted(set(works))
        for _ in range(_MOST_TRIES):
            cursor = self._mentions.find({"_id": {"$in": wanted}}, {"position": 1})
            held = {row["_id"]: row["position"] async for row in cursor}
            rows = [
                row
                async for row in self._works.find({"_id": {"$in": wanted}}, READ)
                if held.get(row["_id"], 0) < row["positions"]["works.work"]
            ]
            if not rows:
                return
            await self._write_mentions(rows, held)
        raise Contended(f"mentions of {len(rows)} works, first {rows[0]['_id']}")

    async def _write_mentions(self, rows: Sequence[Row], held: Mapping[str, int]) -> None:
        writes: list[InsertOne[Row] | ReplaceOne[Row]] = []
        for row in rows:
            mentions = row_of(row)
            older = {"_id": row["_id"], "position": {"$lt": mentions["position"]}}
            writes.append(
                ReplaceOne(older, mentions) if row["_id"] in held else InsertOne(mentions)
            )
        await ignoring_duplicates(self._mentions.bulk_write(writes, ordered=False))

    async def resolve(self, causes: Mapping[str, Cause]) -> None:
        """Work out the authors of some blocks; ``causes`` by block.

        What is held is read before the mentions it came from and written only if nobody changed it
        since, so a worker that was overtaken never puts an older outcome over a newer one.
        """
        left = dict(causes)
        for _ in range(_MOST_TRIES):
            held = await self._authors_in(left)
            mentions = await self._mentions_in(left)
            decided = await self._curations.constraints(left)
            registry = await self._registry(mentions)
            overtaken: set[str] = set()
            decisions: dict[str, Decide] = {}
            for block, cause in left.items():
                for author, state, event in _outcome(
                    block, mentions[block], held[block], decided, registry
                ):
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
            written = await self.authors.update_many(decisions)
            again = overtaken | await self._changed_since(
                {change.state["block"] for change in written.values()}, mentions
            )
            left = {block: cause for block, cause in left.items() if block in again}
            if not left:
                return
        raise Contended(f"{len(left)} blocks, first {next(iter(left))}")

    async def _registry(self, mentions: Mapping[str, Sequence[Mention]]) -> Registry:
        """The institutions that these mentions may name."""
        keys = {
            key
            for found in mentions.values()
            for mention in found
            if mention.affiliations or mention.institutions
            for key in keys_of(mention.affiliations, mention.institutions)
        }
        return await self._institutions.registry(keys) if keys else {}

    async def _changed_since(
        self, blocks: Iterable[str], read: Mapping[str, Sequence[Mention]]
    ) -> set[str]:
        """Blocks whose mentions are no longer as they were read: what was written may be old."""
        now: dict[str, set[tuple[str, int]]] = {block: set() for block in blocks}
        cursor = self._mentions.find(
            {"mentions.block": {"$in": list(now)}}, {"position": 1, "mentions.block": 1}
        )
        async for row in cursor.batch_size(5000):
            for mention in row["mentions"]:
                if mention["block"] in now:
                    now[mention["block"]].add((row["_id"], row["position"]))
        return {
            block
            for block, works in now.items()
            if works != {(mention.work_id, mention.position) for mention in read[block]}
        }

    async def state_of(self, author: str) -> Row | None:
        """The state of an author or a redirect."""
        row = await self.authors.collection.find_one({"_id": author}, {"state": 1})
        return row["state"] if row else None

    async def mentions_at(self, block: str, places: set[tuple[str, int]]) -> list[Mention]:
        """The mentions of a block at some places, in their order."""
        cursor = self._mentions.find({"_id": {"$in": sorted({work for work, _ in places})}})
        found = [mention async for row in cursor for mention in mentions_of(row, {block})]
        kept = (mention for mention in found if (mention.work_id, mention.place) in places)
        return sorted(kept, key=lambda mention: (mention.work_id, mention.place))

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
            for mention in mentions_of(row, found):
                found[mention.block].append(mention)
        return found


def _outcome(
    block: str,
    mentions: Sequence[Mention],
    held: Mapping[str, Document],
    decided: Sequence[Constraint],
    registry: Registry,
) -> Iterable[tuple[str, Row, Payload]]:
    """Every author and every redirect of a block: id, state, and the event that tells it."""
    told: set[str] = set()
    holders: dict[tuple[str, int], tuple[str, str]] = {}
    authors = resolve(mentions, decided)
    for author in authors:
        survivor = author_id(block, author.address)
        holders |= {(m.work_id, m.place): (survivor, m.name) for m in author.mentions}
        event = _with_affiliations(describe(author.mentions), author.mentions, registry)
        told.add(survivor)
        yield survivor, _author_state(block, event), event
    leads = {author_id(block, a): author_id(block, to) for a, to in addresses_of(authors).items()}
    for gone in sorted(held.keys() - told):
        was = held[gone].state or {}
        heir = leads.get(gone) or _heir(was.get("author"), holders) or was.get("merged_into")
        if heir is not None and heir != gone:
            state = {"block": block, "merged_into": heir}
            yield gone, state, AuthorsWereMerged(into=heir)
        elif "author" in was:
            nothing = AuthorWasRecorded(name=was["author"]["name"])
            yield gone, _author_state(block, nothing), nothing


def _with_affiliations(
    event: AuthorWasRecorded, mentions: Sequence[Mention], registry: Registry
) -> AuthorWasRecorded:
    found = affiliated(mentions, registry)
    known = {each.institution.ror: each.institution for each in found if each.institution}
    told = {"affiliated": found, "institutions": tuple(known.values())}
    return event.model_copy(update=told) if found else event


def _heir(author: Row | None, holders: Mapping[tuple[str, int], tuple[str, str]]) -> str | None:
    """Who has the works now of an author that is none any more, under a name of that author."""
    for item in author["works"] if author else ():
        holder, name = holders.get((item["work_id"], item["place"]), ("", ""))
        if author and name in author["names"]:
            return holder
    return None


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
