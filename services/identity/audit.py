"""What was done by a person or to them: ``audit``. Only they read it."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Literal
from uuid import uuid4

from chassis.mongo import Collection, InsertOne
from chassis.transactions import Beside

By = Literal["you", "somebody else", "a moderator", "the system"]


class Audit:
    """The log of every account."""

    def __init__(self, collection: Collection, clock: Callable[[], datetime]) -> None:
        self.collection = collection
        self._clock = clock

    async def prepare(self) -> None:
        """Create the index by which a person's entries are read, newest first."""
        await self.collection.create_index([("account_id", 1), ("at", -1), ("_id", -1)])

    def entry(
        self, account_id: str, what: str, *, about: str | None = None, by: By = "you"
    ) -> Beside:
        """The write that logs something, for the transaction that does it."""
        row = {
            "_id": f"{time.time_ns():016x}{uuid4().hex[:16]}",  # in order within a millisecond
            "account_id": account_id,
            "at": self._clock(),
            "what": what,
            "about": about,
            "by": by,
        }
        return self.collection, InsertOne(row)
