"""A researcher's profile, read from ``authors`` and ``works``.

Beside the author's own record a profile shows works, the records of those named in them, and close
collaborators: the surroundings. They seldom change, and the author's own record often does, with
each follow, claim and score; so whoever still has the surroundings has only that record read.
"""

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from chassis.mongo import Row, aggregate
from services.gateway import domain
from services.gateway.pages.view.profile import ResearcherProfile
from services.gateway.pages.view.works import AUTHORS_SHOWN
from services.gateway.store import SHOWN, Gone, MovedTo, Store

WORKS_PER_PAGE = 100
_MOST_FEATURED = 6
_SET: Row = {"$exists": True}
_NAMED: Row = {"$set": {"named": {"$concatArrays": [[""], "$works._id"]}}}
"""The works that are shown, and one that is none: no works at all would join all who have none."""


@dataclass(frozen=True, slots=True)
class Found:
    """A profile, and what surrounds the author's own record."""

    profile: ResearcherProfile
    surroundings: Row
    others: Set[str]
    """The ids of the records in the surroundings."""


class ProfileStore:
    """Reads profiles."""

    def __init__(self, store: Store) -> None:
        self._authors, self._works = store.collections

    async def find(
        self, author_id: str, after: str = "", limit: int = WORKS_PER_PAGE
    ) -> Found | MovedTo | Gone | None:
        """A researcher with one page of works, in one query."""
        rows = await aggregate(
            self._authors,
            [
                {"$match": {"_id": author_id}},
                {"$project": {"state": 1}},
                self._join_works("works", "state.authored.work_id", after, limit + 1),
                self._join_works("featured", "state.profile.featured_works", "", _MOST_FEATURED),
                _NAMED,
                self._join_co_authors(),
                self._join_withheld(),
            ],
        )
        read = rows[0] if rows else {"state": {}}
        surroundings = {part: read.get(part, []) for part in _PARTS}
        return _found(author_id, read["state"], surroundings, limit)

    async def find_in(self, author_id: str, surroundings: Row) -> Found | MovedTo | Gone | None:
        """The same with its first page of works, in one find if the surroundings are still its own.

        ``surroundings`` are of a profile that was found, and nothing in them has changed since.
        """
        row = await self._authors.find_one({"_id": author_id}, {"state": 1})
        author = row["state"] if row is not None else {}
        if _surrounded_by(author) != surroundings["of"]:
            return await self.find(author_id)
        return _found(author_id, author, surroundings, WORKS_PER_PAGE)

    def _join_works(self, name: str, ids: str, after: str, limit: int) -> Row:
        return {
            "$lookup": {
                "from": self._works.name,
                "localField": ids,
                "foreignField": "_id",
                "as": name,
                "pipeline": [
                    {"$match": {"state.order": {"$gt": after}}},
                    {"$sort": {"state.order": 1}},
                    {"$limit": limit},
                    {
                        "$set": {
                            "state.authors_total": {"$size": "$state.authors"},
                            "state.authors": {"$slice": ["$state.authors", AUTHORS_SHOWN]},
                        }
                    },
                    {"$project": {"state": 1}},
                ],
            }
        }

    def _join_co_authors(self) -> Row:
        shown: Row = {
            "$filter": {
                "input": "$state.authored",
                "as": "item",
                "cond": {
                    "$and": [
                        {"$lt": ["$$item.place", AUTHORS_SHOWN]},
                        {"$in": ["$$item.work_id", "$$works"]},
                    ]
                },
            }
        }
        return {
            "$lookup": {
                "from": self._authors.name,
                "localField": "named",
                "foreignField": "state.authored.work_id",
                "let": {"works": "$works._id"},
                "as": "co_authors",
                "pipeline": [
                    {"$match": SHOWN},
                    {"$project": {"authored": shown}},
                    {"$match": {"authored.0": _SET}},
                ],
            }
        }

    def _join_withheld(self) -> Row:
        return {
            "$lookup": {
                "from": self._authors.name,
                "localField": "state.neighbourhood.close_collaborators.author_id",
                "foreignField": "_id",
                "as": "withheld",
                "pipeline": [{"$match": {"state.withheld": True}}, {"$project": {"_id": 1}}],
            }
        }


_PARTS = ("works", "featured", "co_authors", "withheld")


def _surrounded_by(author: Row) -> list[list[Any]]:
    """What of an author's own record says which others surround it."""
    close = author.get("neighbourhood", {}).get("close_collaborators", ())
    return [
        [[item["work_id"], item["place"]] for item in author.get("authored", ())],
        list(author.get("profile", {}).get("featured_works", ())),
        [other["author_id"] for other in close],
    ]


def _found(
    author_id: str, author: Row, surroundings: Row, limit: int
) -> Found | MovedTo | Gone | None:
    if author.get("merged_into"):
        return MovedTo(author["merged_into"])
    if "name" not in author:
        return None
    if author.get("withheld"):
        return Gone()
    works, co_authors = surroundings["works"], surroundings["co_authors"]
    shown = works[:limit]
    of = _surrounded_by(author)
    authored = {work_id for work_id, _ in of[0]}
    profile = domain.profile(
        author_id,
        author,
        shown,
        {(i["work_id"], i["place"]): row["_id"] for row in co_authors for i in row["authored"]},
        shown[-1]["state"]["order"] if len(works) > limit else None,
        featured=[row for row in surroundings["featured"] if row["_id"] in authored],
        withheld={row["_id"] for row in surroundings["withheld"]},
    )
    others = {*(row["_id"] for row in co_authors), *of[-1]} - {author_id}
    return Found(profile, {**surroundings, "of": of}, authored | others)
