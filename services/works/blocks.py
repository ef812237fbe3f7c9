"""The collections ``mentions`` and ``authors`` of works: who wrote what, block by block.

``mentions`` holds of each work only what author resolution looks at, so that reading a block does
not read abstracts. It follows ``works`` and can be made anew from it at any time.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from itertools import permutations

import structlog

from chassis.documents import Cause, Change, Contended, Decide, Document
from chassis.mongo import InsertOne, ReplaceOne, Row, ignoring_duplicates
from chassis.service import Service
from services.works.affiliations import Registry, keys_of
from services.works.constraints import Constraint
from services.works.curations import Curations
from services.works.institutions import Institutions
from services.works.likeness import Link, Named, links_through
from services.works.lists import lists_of
from services.works.mentions import READ, mentions_of, row_of
from services.works.outcomes import Known, Outcome, Told, places, spans, tell, works_gone
from services.works.people import Families, Part, Place
from services.works.resolution import Author, Mention, resolve

_log = structlog.get_logger(__name__)

_MOST_TRIES = 30
"""More than there are blocks in the longest chain."""

_LARGE = 1000
"""So many mentions take a tenth of a second."""

Clustered = dict[str, tuple[list[tuple[str, int, int]], Sequence[Constraint], list[Author]]]
"""By block: what was read, what people had decided, and what came of it."""


@dataclass(slots=True)
class Seen:
    """What one working out has come to know, over all its readings."""

    clustered: Clustered = field(default_factory=dict)
    links: set[Link] = field(default_factory=set)
    """Between co-authors of somebody in a block that was due."""
    alike: set[str] = field(default_factory=set)
    """Blocks in which somebody is linked to another block, or was when that was told."""


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
        await self._mentions.create_index("mentions.identifiers")
        await self.authors.collection.create_index("state.block")

    async def learn(self, works: Iterable[str]) -> None:
        """Bring ``mentions`` level with some works, and know the decisions about them.

        A merged work goes with the one it was merged into: whoever leaves the one is in the other.
        """
        wanted = set(works)
        await self._curations.follow(wanted)
        for _ in range(_MOST_TRIES):
            these = {"_id": {"$in": sorted(wanted)}}
            known = self._mentions.find(these, {"position": 1})
            held = {row["_id"]: row["position"] async for row in known}
            found = [row async for row in self._works.find(these, READ)]
            rows = [r for r in found if held.get(r["_id"], 0) < r["positions"]["works.work"]]
            if not rows:
                return
            await self._write_mentions(rows, held)
            wanted |= {row["state"].get("merged_into", row["_id"]) for row in rows}
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

    async def resolve(self, causes: Mapping[str, Cause]) -> int:
        """Work out the authors of some blocks, and of those to which they are linked.

        Answers how many mentions were read at a time, at most.

        What is held is read before the mentions it came from and written only if nobody changed it
        since, so a worker that was overtaken never puts an older outcome over a newer one. Blocks
        that prove to be linked to others are read again together with them.
        """
        left = dict(causes)
        beside: set[str] = set()
        seen = Seen()
        most = 0
        for _ in range(_MOST_TRIES):
            told, missing = await self._outcome(set(left), left.keys() | beside, seen)
            most = max(most, sum(map(len, told.mentions.values())))
            overtaken: set[str] = set()
            decisions: dict[str, Decide] = {
                each.author: partial(
                    _settle,
                    told=each,
                    cause=left[min(each.due)],
                    overtaken=overtaken,
                )
                for each in told.outcomes
            }
            written = await self.authors.update_many(decisions)
            changed = [each for each in told.outcomes if each.author in written]
            stale = await self._changed_since(
                {block for each in changed for block in each.blocks}, told.mentions
            )
            for each in changed:
                overtaken |= each.due if each.blocks & stale else set()
            beside |= missing
            also = {block: left[due] for block, due in told.also.items()}
            left = {b: cause for b, cause in left.items() if b in overtaken | told.postponed}
            left = also | left
            if not left:
                if told.wide:
                    _log.warning("links over too many blocks left apart", authors=told.wide)
                return most
        raise Contended(f"{len(left)} blocks, first {next(iter(left))}")

    async def _outcome(self, due: set[str], read: Set[str], seen: Seen) -> tuple[Told, set[str]]:
        """What is to be told of the blocks that are due, and which blocks must be read for it."""
        held = await self._authors_in(read)
        mentions = await self._mentions_in(read)
        decided = await self._curations.constraints(read)
        registry = await self._registry(mentions)
        authors = {b: await _once(seen.clustered, b, mentions[b], decided) for b in read}
        through = {link: block for block in sorted(due) for link in links_through(mentions[block])}
        fresh = through.keys() - seen.links
        seen.links |= fresh
        seen.alike.update(block for link in fresh for block in link.blocks)
        seen.alike.update(*(spans(one) for of in held.values() for one in of.values()))
        families = Families(
            (Part(block, author) for block, found in authors.items() for author in found),
            decided,
            seen.alike,
        )
        beside = {
            (block, other)
            for link in seen.links
            for block, other in permutations(link.blocks)
            if block in due and other not in read
        }
        waiting = {block for block, _ in beside}
        lists = await lists_of(self._works, works_gone(held, mentions))
        known = Known(due - waiting, held, mentions, authors, families, registry, lists)
        families.tie(known.told_together())
        bearers = await self._bearers(families.identifiers(known.seeds()))
        told, missing = tell(known, bearers)
        told.postponed |= waiting
        elsewhere = {link for link in fresh if due.isdisjoint(link.blocks)}
        for link in sorted(await self._untold(elsewhere)):
            told.also |= dict.fromkeys(link.blocks, through[link])
        return told, missing | {other for _, other in beside}

    async def _untold(self, links: Set[Link]) -> set[Link]:
        """Those of which nothing is held at the places that they link."""
        if not links:
            return set()
        works = {work for link in links for work, _ in (link.one, link.other)}
        at: dict[Named, list[Place]] = defaultdict(list)
        async for row in self._mentions.find({"_id": {"$in": sorted(works)}}, {"mentions.key": 1}):
            for number, mention in enumerate(row["mentions"]):
                at[row["_id"], mention["key"]].append((row["_id"], number))
        blocks = {block for link in links for block in link.blocks}
        spread: dict[Place, set[str]] = defaultdict(set)
        spanning = {"state.block": {"$in": sorted(blocks)}, "state.spans": {"$exists": True}}
        fields = {"state.spans": 1, "state.author.works": 1}
        async for row in self.authors.collection.find(spanning, fields):
            for place in places(row["state"]):
                spread[place].update(row["state"]["spans"])
        return {
            link
            for link in links
            for place in (*at[link.one], *at[link.other])
            if not spread[place].issuperset(link.blocks)
        }

    async def _bearers(self, identifiers: set[str]) -> dict[str, set[str]]:
        """The blocks in which there are these identifiers."""
        found: dict[str, set[str]] = defaultdict(set)
        if identifiers:
            cursor = self._mentions.find(
                {"mentions.identifiers": {"$in": sorted(identifiers)}},
                {"mentions.block": 1, "mentions.identifiers": 1},
            )
            async for row in cursor.batch_size(5000):
                for mention in row["mentions"]:
                    if mention["block"] is not None:
                        for identifier in identifiers.intersection(mention.get("identifiers", ())):
                            found[identifier].add(mention["block"])
        return found

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

    async def mentions_at(self, places: set[tuple[str, int]]) -> list[Mention]:
        """The mentions at some places, in their order."""
        cursor = self._mentions.find({"_id": {"$in": sorted({work for work, _ in places})}})
        found = [mention async for row in cursor for mention in mentions_of(row)]
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
        cursor = self._mentions.find({"mentions.block": {"$in": list(found)}}).batch_size(500)
        async for row in cursor:
            for mention in mentions_of(row, found):
                found[mention.block].append(mention)
        return found


async def _once(
    clustered: Clustered, block: str, mentions: list[Mention], decided: Sequence[Constraint]
) -> list[Author]:
    """The authors of a block, worked out once for all readings that find the same.

    A large block takes seconds, in which requests and leases must not wait.
    """
    read = [(mention.work_id, mention.place, mention.position) for mention in mentions]
    if block not in clustered or clustered[block][:2] != (read, decided):
        if len(mentions) < _LARGE:
            authors = resolve(mentions, decided)
        else:
            authors = await asyncio.to_thread(resolve, mentions, decided)
        clustered[block] = read, decided, authors
    return clustered[block][2]


def _settle(
    document: Document, *, told: Outcome, cause: Cause, overtaken: set[str]
) -> Change | None:
    if document.state == told.state:
        return None
    if document.positions != told.before.positions:
        overtaken |= told.due
        return None
    return Change(told.state, told.events, cause=cause)
