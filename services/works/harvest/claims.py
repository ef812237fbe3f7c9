"""Documents that one worker at a time has, for as long as it is heard of.

A claim that is not kept up (the process was killed, or cut off) is free after some seconds. Whoever
lost one finds out with the next write, since every write names the owner. The clock is the
database's.
"""

from collections.abc import Mapping
from typing import Any

from chassis.mongo import Collection, Row


def in_seconds(seconds: float) -> Row:
    """An aggregation expression: that many seconds from now."""
    return {
        "$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": round(seconds * 1000)}
    }


HELD: Row = {"$and": [{"$gt": ["$owner", None]}, {"$gt": ["$owned_until", "$$NOW"]}]}
"""An aggregation expression: somebody who is heard of has the document."""


class Claims:
    """Claims on the documents of one collection: fields ``owner`` and ``owned_until``."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def take(
        self,
        owner: str,
        seconds: float,
        among: Mapping[str, Any],
        *,
        order: str,
        changes: Mapping[str, Any] | None = None,
    ) -> Row | None:
        """Claim one free document; ``changes`` are expressions. The document as it is then."""
        free = {"$or": [{"owner": None}, {"$expr": {"$lt": ["$owned_until", "$$NOW"]}}]}
        found: Row | None = await self._collection.find_one_and_update(
            {"$and": [free, among]},
            [{"$set": {"owner": owner, "owned_until": in_seconds(seconds), **(changes or {})}}],
            sort=[(order, 1)],
            return_document=True,
        )
        return found

    async def keep(self, owner: str, seconds: float, document_id: str) -> Row | None:
        """Keep a claim up; the document as it is, ``None`` if the claim was lost."""
        kept: Row | None = await self._collection.find_one_and_update(
            {"_id": document_id, "owner": owner},
            [{"$set": {"owned_until": in_seconds(seconds)}}],
        )
        return kept

    async def release(self, owner: str, document_id: str) -> None:
        """Give a claim back at once."""
        await self._collection.update_one(
            {"_id": document_id, "owner": owner}, {"$set": {"owner": None}}
        )
