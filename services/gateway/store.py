"""The collections of the gateway: ``authors`` and ``works``, made of what the others tell.

An author and a work are joined when they are read, in one query, so the order in which their events
came does not matter.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from chassis.mongo import Row
from chassis.service import Service
from services.gateway import domain
from services.gateway.pages.view.lists import (
    Holdings,
    InstitutionDetail,
    ResearcherList,
    TopicDetail,
)
from services.gateway.pages.view.sources import source_name
from services.gateway.pages.view.works import AUTHORS_PER_PAGE, WorkDetail

RESEARCHERS_PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class MovedTo:
    """The record was merged into another one."""

    id: str


class Gone:
    """There was a record, and it is not to be shown any more."""


class Store:
    """What the gateway knows; ``suffix`` names a second set of collections beside the live one."""

    def __init__(self, service: Service, suffix: str = "") -> None:
        self.authors = service.documents(f"authors{suffix}")
        self.works = service.documents(f"works{suffix}")
        self.collections = (self.authors.collection, self.works.collection)

    async def prepare(self) -> None:
        """Create the indexes."""
        authors, works = self.collections
        await self.authors.prepare()
        await self.works.prepare()
        await authors.create_index("state.authored.work_id")
        await authors.create_index([("state.words", 1), ("state.size", -1)])
        await authors.create_index([("state.size", -1), ("_id", 1)])
        await authors.create_index([("state.neighbourhood.topics.id", 1), ("state.size", -1)])
        await authors.create_index([("state.institutions.ror", 1), ("state.size", -1)])
        await works.create_index("state.order")

    async def has_seen(self, author_id: str, topic: str, position: int) -> bool:
        """Whether an event about an author, or a later one of its topic, is in the projection."""
        row = await self.authors.collection.find_one({"_id": author_id}, {"seen": 1})
        return row is not None and row["seen"].get(topic, 0) >= position

    async def find_work(
        self, work_id: str, authors_from: int = 0
    ) -> WorkDetail | MovedTo | Gone | None:
        """A work with one page of its authors."""
        row = await self.works.collection.find_one({"_id": work_id}, {"state": 1})
        if row is None:
            return None
        if row["state"].get("erased"):
            return Gone()
        if row["state"].get("merged_into"):
            return MovedTo(row["state"]["merged_into"])
        until = authors_from + AUTHORS_PER_PAGE
        cursor = self.authors.collection.find(
            SHOWN
            | {
                "state.authored": {
                    "$elemMatch": {
                        "work_id": work_id,
                        "place": {"$gte": authors_from, "$lt": until},
                    }
                }
            },
            {"state.authored": 1},
        )
        author_ids = {
            (work_id, item["place"]): author["_id"]
            async for author in cursor
            for item in author["state"]["authored"]
            if item["work_id"] == work_id
        }
        return domain.work_detail(work_id, row["state"], author_ids, authors_from, AUTHORS_PER_PAGE)

    async def holder(self, work_id: str, place: int) -> str | None:
        """Whose record a place in the author list of a work is in."""
        there = {"$elemMatch": {"work_id": work_id, "place": place}}
        row = await self.authors.collection.find_one({"state.authored": there}, {"_id": 1})
        return None if row is None else str(row["_id"])

    async def search(
        self,
        words: Iterable[str],
        topic: str | None,
        institution: str | None,
        after: tuple[int, str] | None,
        limit: int,
    ) -> tuple[ResearcherList, tuple[int, str] | None]:
        """Researchers whose names hold words that begin so, most works first."""
        conditions: list[Row] = [_LISTED]
        conditions += [{"state.words": {"$regex": f"^{re.escape(word)}"}} for word in words]
        if topic is not None:
            conditions.append({"state.neighbourhood.topics.id": topic})
        if institution is not None:
            conditions.append({"state.institutions.ror": institution})
        if after is not None:
            size, author_id = after
            conditions.append(
                {
                    "$or": [
                        {"state.size": {"$lt": size}},
                        {"state.size": size, "_id": {"$gt": author_id}},
                    ]
                }
            )
        fields = {f"state.{name}": 1 for name in ("name", "size", "neighbourhood.topics", "trust")}
        cursor = self.authors.collection.find({"$and": conditions}, fields)
        rows = await cursor.sort([("state.size", -1), ("_id", 1)]).to_list(limit + 1)
        shown = rows[:limit]
        items = tuple(domain.summary(row["_id"], row["state"]) for row in shown)
        more = (shown[-1]["state"]["size"], shown[-1]["_id"]) if len(rows) > limit else None
        return ResearcherList(items=items), more

    async def withheld(self, author_ids: Iterable[str]) -> frozenset[str]:
        """Those of some authors whose records are not to be shown."""
        wanted = {"_id": {"$in": list(author_ids)}, "state.withheld": True}
        return frozenset(
            [row["_id"] async for row in self.authors.collection.find(wanted, {"_id": 1})]
        )

    async def find_topic(self, topic_id: str) -> TopicDetail | None:
        """A topic, if any researcher has it."""
        with_topic = {"state.neighbourhood.topics.id": topic_id, **_LISTED}
        row = await self.authors.collection.find_one(with_topic, {"state.neighbourhood.topics": 1})
        if row is None:
            return None
        topics = row["state"]["neighbourhood"]["topics"]
        scheme, _, code = topic_id.partition(":")
        return TopicDetail(
            id=topic_id,
            name=next(topic["name"] for topic in topics if topic["id"] == topic_id),
            scheme=source_name(scheme) if code else None,
            researchers=await self.authors.collection.count_documents(with_topic),
        )

    async def find_institution(self, ror: str) -> InstitutionDetail | None:
        """An institution, if any researcher is affiliated with it."""
        with_it = {"state.institutions.ror": ror, **_LISTED}
        row = await self.authors.collection.find_one(with_it, {"state.institutions": 1})
        if row is None:
            return None
        found = next(each for each in row["state"]["institutions"] if each["ror"] == ror)
        return InstitutionDetail(
            id=ror,
            name=found["name"],
            country=found.get("country"),
            domains=tuple(found.get("domains", ())),
            researchers=await self.authors.collection.count_documents(with_it),
        )

    async def holdings(self) -> Holdings:
        """How much there is."""
        authors, works = self.collections
        return Holdings(
            researchers=await authors.count_documents(_LISTED),
            works=await works.count_documents({"state.order": {"$gt": ""}}),
        )


SHOWN: Row = {"state.withheld": {"$ne": True}}
"""Records that are not withheld."""
_LISTED: Row = {"state.size": {"$gte": 1}, **SHOWN}
