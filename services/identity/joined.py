"""An author record and what other collections say beside it, in one question to the database."""

from collections.abc import Callable, Sequence
from typing import Any

from chassis.mongo import Database, Row, aggregate
from services.identity.store import Store

_LIVING: Row = {"state": {"$type": "object"}, "state.merged_into": {"$exists": False}}
Joins = Callable[[str], Sequence[Row]]
"""The stages that join other collections to an author of that id."""


class Joined:
    """Asks it of the collections of identity."""

    def __init__(self, database: Database, store: Store) -> None:
        self._authors = database["authors"]
        self._store = store

    async def ask(self, author_id: str, joins: Joins) -> tuple[str, Row]:
        """The id of an author, or of the one it was merged into, and the row with what is joined.

        Raises:
            Refused: there is no such author.
        """
        row = await self._ask(author_id, joins)
        if row is None:
            author_id, _ = await self._store.survivor(author_id)
            row = await self._ask(author_id, joins)
        return author_id, row or {}

    async def _ask(self, author_id: str, joins: Joins) -> Row | None:
        stages = [{"$match": {"_id": author_id, **_LIVING}}, *joins(author_id)]
        rows = await aggregate(self._authors, stages)
        return rows[0] if rows else None


def join(
    collection: str, name: str, wanted: Row, fields: Row | None = None, *, most: int = 1
) -> Row:
    """The stage that adds, as ``name``, the rows of a collection that are wanted."""
    pipeline: list[Row] = [{"$match": wanted}, {"$limit": most}]
    if fields is not None:
        pipeline.append({"$project": fields})
    return {"$lookup": {"from": collection, "as": name, "pipeline": pipeline}}


def first(row: Row, name: str) -> Any | None:
    """The one row that was joined as ``name``, if there is one."""
    found = row.get(name) or [None]
    return found[0]
