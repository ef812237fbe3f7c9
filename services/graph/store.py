"""The collections of graph: ``works``, ``authors``, ``follows``, ``todo`` and ``summaries``.

The first three, nodes and who follows whom, are a projection of what works and identity tell.
``todo`` names the authors whose neighbourhood is to be summarised anew, ``intents`` the works whose
authors were about to be noted there; ``summaries`` is what was told last about each.
"""

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from uuid import uuid4

from chassis.documents import Cause, Change, Document
from chassis.mongo import Row
from chassis.notes import Notes
from chassis.service import Service
from contracts.events.graph import NeighbourhoodWasSummarised
from contracts.events.works import Subject
from services.graph.domain import AuthorNode, AuthorsOf, Follow, WorkNode, summarise

_INTENT_SECONDS = 10.0
_CHUNK = 2000
_WORKS = 500
"""Of which the authors are read at a time."""
_SAID: Row = {"state.follower": {"$type": "string"}}


class Store:
    """What the graph service knows; ``suffix`` names a second set of nodes beside the live one."""

    def __init__(self, service: Service, suffix: str = "") -> None:
        self.works = service.documents(f"works{suffix}")
        self.authors = service.documents(f"authors{suffix}")
        self.follows = service.documents(f"follows{suffix}")
        self.summaries = service.documents("summaries")
        self.nodes = tuple(each.collection for each in (self.works, self.authors, self.follows))
        self.collections = (*self.nodes, self.summaries.collection)
        self.notes = Notes(service.database["todo"])
        self._intents = service.database["intents"]
        self._intending: set[str] = set()
        self.me = uuid4().hex

    async def prepare(self) -> None:
        """Create the indexes."""
        for documents in (self.works, self.authors, self.follows, self.summaries):
            await documents.prepare()
        for end in ("followed", "follower"):
            await self.follows.collection.create_index([(f"state.{end}", 1), ("state.at", -1)])
        await self.authors.collection.create_index("state.works")
        await self.notes.prepare()

    async def pending(self) -> int:
        """Authors whose neighbourhood is to be summarised."""
        return await self.notes.count() + await self._intents.count_documents({})

    @asynccontextmanager
    async def intending(self, authors: Iterable[str], works: Iterable[str]) -> AsyncIterator[None]:
        """Change these authors, and with them these works, and note whom it concerns.

        Should that fail or the process die in between, the intent is left, and whoever looks
        after it (see `finish_intents`) notes them all.
        """
        intent: Row = {"_id": uuid4().hex, "authors": sorted(authors), "works": sorted(works)}
        await self._intents.insert_one({**intent, "at": time.time(), "by": self.me})
        self._intending.add(intent["_id"])
        try:
            yield
            await self._intents.delete_one({"_id": intent["_id"]})
        finally:
            self._intending.discard(intent["_id"])

    async def finish_intents(self, alive: Collection[str] = ()) -> None:
        """Note everyone whom a change concerns that a copy began and did not live to finish."""
        left: Row = {
            "at": {"$lt": time.time() - _INTENT_SECONDS},
            "by": {"$nin": [*set(alive) - {self.me}]},
            "_id": {"$nin": list(self._intending)},
        }
        for intent in await self._intents.find(left).to_list(100):
            await self.notes.note(dict.fromkeys(intent["authors"], Cause()))
            await self.note_authors_of(dict.fromkeys(intent["works"], Cause()))
            await self._intents.delete_one({"_id": intent["_id"]})

    async def note_authors_of(
        self, works: Mapping[str, Cause], others: Mapping[str, Cause] | None = None
    ) -> None:
        """Note everyone who wrote one of these works, with what happened to it, and some others."""
        authors_of = await self.authors_of(works)
        noted = {author.id: works[work] for work, found in authors_of.items() for author in found}
        await self.notes.note(noted | dict(others or {}))

    async def note_everyone(self) -> None:
        """Note every author there is."""
        chunk: dict[str, Cause] = {}
        async for row in self.authors.collection.find({}, {"_id": 1}):
            chunk[row["_id"]] = Cause()
            if len(chunk) == _CHUNK:
                await self.notes.note(chunk)
                chunk = {}
        await self.notes.note(chunk)

    async def authors_of(self, works: Iterable[str]) -> dict[str, list[AuthorNode]]:
        """Work id to its authors."""
        wanted = set(works)
        found: dict[str, list[AuthorNode]] = defaultdict(list)
        cursor = self.authors.collection.find(
            {"state.works": {"$in": sorted(wanted)}}, {"state.name": 1, "state.works": 1}
        ).batch_size(500)
        async for row in cursor:
            author = _author_node(row["_id"], row["state"])
            for work in author.works & wanted:
                found[work].append(author)
        return found

    async def work_nodes(self, works: Iterable[str]) -> dict[str, WorkNode]:
        """Those of the works that are known; one that was merged is part of another."""
        documents = await self.works.get_many(works)
        return {
            work: _work_node(work, d.state)
            for work, d in documents.items()
            if d.state and "merged_into" not in d.state
        }

    async def author_nodes(self, authors: Iterable[str]) -> dict[str, AuthorNode]:
        """Those of the authors that are known; merged ones have no works."""
        documents = await self.authors.get_many(authors)
        return {author: _author_node(author, d.state) for author, d in documents.items() if d.state}

    async def neighbourhood(
        self, authors: Iterable[AuthorNode]
    ) -> tuple[dict[str, WorkNode], AuthorsOf]:
        """The works of some authors and everyone who wrote them."""
        works = {work for author in authors for work in author.works}
        return await self.work_nodes(works), await self.authors_of(works)

    async def follows_of(self, author: str, most: int) -> list[Follow]:
        """Who follows an author and whom the author follows, the latest of each first."""
        found: list[Follow] = []
        for condition in ({"state.followed": author, **_SAID}, {"state.follower": author}):
            cursor = self.follows.collection.find(condition).sort("state.at", -1)
            found += [_follow(row) for row in await cursor.to_list(most)]
        return found

    async def follows_among(self, authors: Sequence[str]) -> list[Follow]:
        """Who of some authors follows whom of them."""
        both = {"state.follower": {"$in": authors}, "state.followed": {"$in": authors}}
        cursor = self.follows.collection.find(both).sort("_id", 1)
        return [_follow(row) for row in await cursor.to_list(_CHUNK)]

    async def summarise_noted(self, partitions: Iterable[int]) -> int:
        """Summarise authors that are noted, a batch of them; answers how many these were."""
        taken = await self.notes.due(partitions)
        if not taken.causes:
            return 0
        authors = await self.author_nodes(taken.causes)
        for some in _portions(authors.values()):
            works, authors_of = await self.neighbourhood(some)
            await self.summaries.update_many(
                {
                    author.id: partial(
                        _tell,
                        summary=summarise(author, works, authors_of),
                        cause=taken.causes[author.id],
                    )
                    for author in some
                }
            )
        await self.notes.done(taken)
        return len(taken.causes)


def _portions(authors: Iterable[AuthorNode]) -> Iterator[list[AuthorNode]]:
    """Authors with so many works together that what surrounds them is read at once."""
    portion: list[AuthorNode] = []
    works = 0
    for author in authors:
        if portion and works + len(author.works) > _WORKS:
            yield portion
            portion, works = [], 0
        portion.append(author)
        works += len(author.works)
    if portion:
        yield portion


def _tell(
    document: Document, *, summary: NeighbourhoodWasSummarised, cause: Cause
) -> Change | None:
    state = summary.model_dump(mode="json", exclude_none=True)
    return None if document.state == state else Change(state, (summary,), cause=cause)


def _follow(row: Row) -> Follow:
    return Follow(row["state"]["follower"], row["state"]["followed"])


def _author_node(author_id: str, state: Row) -> AuthorNode:
    return AuthorNode(author_id, state["name"], frozenset(state["works"]))


def _work_node(work_id: str, state: Row) -> WorkNode:
    return WorkNode(
        id=work_id,
        title=state["title"],
        year=state["year"],
        authors=state["authors"],
        subjects=tuple(Subject.model_construct(**subject) for subject in state["subjects"]),
        standing=state["standing"],
    )
