"""What is new at some researchers: for who follows them, and for readers of one."""

from collections.abc import Sequence
from datetime import UTC, datetime

from chassis.mongo import Row, aggregate
from services.gateway.answers import read_cursor, refused_cursor, write_cursor
from services.gateway.changes import Place, newest, place_of
from services.gateway.pages.view.feed import Feed
from services.gateway.store import SHOWN, Store

CHANGES_PER_PAGE = 20
HEARD_OF = "/me/heard-of"
"""Where identity says whose news somebody is to read."""
_FIELDS = ("name", "trust", "profile", "claims", "authored.work_id")
_OF_WORKS = ("title", "standing", "changed_at")


class Feeds:
    """Reads them from the projection."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(
        self, author_ids: Sequence[str], cursor: str | None, limit: int = CHANGES_PER_PAGE
    ) -> Feed:
        """What changed last at some researchers, newest first, but for withheld records.

        One query: researchers and their works are found by id, and of each no more works are read
        than a page has.

        Raises:
            Problem: 400, the cursor is none of ours.
        """
        before = _place(cursor) if cursor else None
        authors = self._store.authors.collection
        rows = await aggregate(authors, self.pipeline(author_ids, before, limit + 1))
        found = newest(rows, before, limit + 1)
        shown = tuple(found[:limit])
        more = len(found) > limit
        return Feed(items=shown, next_cursor=_cursor(*place_of(shown[-1])) if more else None)

    def pipeline(self, author_ids: Sequence[str], before: Place | None, most: int) -> list[Row]:
        """The query; ``most`` works of each researcher."""
        known: Row = {"_id": {"$in": list(author_ids)}, "state.name": {"$exists": True}}
        return [
            {"$match": known | SHOWN},
            {"$project": {f"state.{name}": 1 for name in _FIELDS}},
            {
                "$lookup": {
                    "from": self._store.works.collection.name,
                    "localField": "state.authored.work_id",
                    "foreignField": "_id",
                    "as": "works",
                    "pipeline": [
                        {"$match": _before(before)},
                        {"$sort": {"state.changed_at": -1, "_id": -1}},
                        {"$limit": most},
                        {
                            "$project": {
                                f"state.{n}": 1 for n in ("title", "standing", "changed_at")
                            }
                        },
                    ],
                }
            },
            {"$project": {"state.authored": 0}},
        ]


def _before(place: Place | None) -> Row:
    if place is None:
        return {"state.changed_at": {"$exists": True}}
    at, work_id = place
    earlier: Row = {"state.changed_at": {"$lt": at}}
    return {"$or": [earlier, {"state.changed_at": at, "_id": {"$lt": work_id}}]}


def _cursor(at: datetime, one: str) -> str:
    return write_cursor(at.isoformat(), one)


def _place(cursor: str) -> Place:
    at, one = read_cursor(cursor, str, str)
    try:
        return datetime.fromisoformat(at).astimezone(UTC), one
    except (ValueError, OverflowError) as error:
        raise refused_cursor(cursor) from error
