"""How often something may be done: ``limits`` counts, in windows of fixed length."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

from chassis.mongo import Collection, DuplicateKeyError, Row, hurried
from chassis.problems import Problem


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` times in each window of ``seconds``; ``name`` is told to whoever is over."""

    name: str
    most: int
    seconds: int


class Limits:
    """Counts what is done, for all copies of the service together.

    A count that a crash of the database loses lets somebody do a thing once more, no harm is done;
    so nobody waits for the disk.
    """

    def __init__(self, collection: Collection, clock: Callable[[], datetime]) -> None:
        self.collection = hurried(collection)
        self._clock = clock

    async def prepare(self) -> None:
        """Create the index that removes old counts."""
        await self.collection.create_index("ends_at", expireAfterSeconds=0)

    async def take(self, limit: Limit, who: str = "") -> None:
        """Count once more; ``who`` has a count of its own.

        Raises:
            Problem: 429, with the seconds to wait.
        """
        key, ends_at = self._window(limit, who)
        change = {"$inc": {"count": 1}, "$setOnInsert": {"ends_at": ends_at}}
        try:
            row = await self.collection.find_one_and_update(
                key, change, upsert=True, return_document=True
            )
        except DuplicateKeyError:  # another was quicker to begin the window
            row = await self.collection.find_one_and_update(key, change, return_document=True)
        if row is not None and row["count"] > limit.most:
            raise too_often(limit, ends_at - self._clock())

    async def check(self, limit: Limit, who: str = "") -> None:
        """Count nothing; for what is counted only when it fails.

        Raises:
            Problem: 429, it was done as often as it may.
        """
        key, ends_at = self._window(limit, who)
        row = await self.collection.find_one(key)
        if row is not None and row["count"] >= limit.most:
            raise too_often(limit, ends_at - self._clock())

    def _window(self, limit: Limit, who: str) -> tuple[Row, datetime]:
        """What counts now, and when it ends."""
        window = math.floor(self._clock().timestamp() / limit.seconds)
        ends_at = datetime.fromtimestamp((window + 1) * limit.seconds, UTC)
        return {"_id": f"{limit.name}|{limit.seconds}|{window}|{who}"}, ends_at

    async def forget(self, who: str) -> None:
        """Take away the counts of somebody."""
        await self.collection.delete_many({"_id": {"$regex": f"\\|{re.escape(who)}$"}})


def network_of(address: str) -> str:
    """What counts as one client: an address, of IPv6 the /64 that a single subscriber has."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Network((found, 64), strict=False))


def _in_words(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} seconds" if seconds > 1 else "a second"
    if seconds < 7200:
        return f"{math.ceil(seconds / 60)} minutes"
    return f"{math.ceil(seconds / 3600)} hours"


def too_often(limit: Limit, wait: timedelta) -> Problem:
    """The answer to one who is over a limit."""
    seconds = max(1, math.ceil(wait.total_seconds()))
    return Problem(
        429,
        "Too Many Requests",
        f"That was done too often. Try again in {_in_words(seconds)}.",
        {
            "Retry-After": str(seconds),
            "RateLimit-Policy": f'"{limit.name}";q={limit.most};w={limit.seconds}',
            "RateLimit": f'"{limit.name}";r=0;t={seconds}',
        },
        reason="too-often",
    )
