"""Shares numbered work among the copies of a service: each number has one owner at a time.

A copy that stops renewing (killed, cut off) loses its numbers after ``SECONDS``. A paused owner may
wake up and work beside its successor, so the work itself must bear being done twice. For the same
reason nobody waits for the disk: a renewal that a crash of the database loses is soon made again.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

import structlog
from aiokafka.errors import KafkaError

from chassis.documents import Contended
from chassis.mongo import Collection, Database, DuplicateKeyError, PyMongoError, hurried

_log = structlog.get_logger(__name__)

SECONDS = 5.0
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0

Step = Callable[[], Awaitable[float]]
"""Does what there is to do for the numbers held; answers how many seconds to rest after it."""


class Leases:
    """The numbers ``0 … count-1`` under one name, as this copy sees them."""

    def __init__(self, database: Database, name: str, count: int, me: str | None = None) -> None:
        self._collection: Collection = hurried(database["leases"])
        self._name = name
        self._count = count
        self.me = me or uuid4().hex
        self.held: frozenset[int] = frozenset()

    async def prepare(self) -> None:
        """Create the lease documents, free, where they are missing; forget copies long gone."""
        await self._collection.delete_many({"copy_of": self._name, **_LONG_GONE})
        for number in range(self._count):
            try:
                await self._collection.insert_one(
                    {"_id": self._id(number), "name": self._name, "owner": None}
                )
            except DuplicateKeyError:
                continue

    async def renew(self) -> frozenset[int]:
        """Renew what is held, give back more than a fair share, take what is free."""
        await self._say_alive()
        share = math.ceil(self._count / max(1, await self._copies_alive()))
        if len(self.held) == share and await self._renew_held():
            return self.held
        held: set[int] = set()
        numbers = sorted(range(self._count), key=lambda number: number not in self.held)
        for number in numbers:
            if len(held) < share and await self._take(number):
                held.add(number)
        for number in self.held - held:
            await self._give_back(number)
        self.held = frozenset(held)
        return self.held

    async def keep(self) -> None:
        """Renew until cancelled, then give everything back."""
        try:
            while True:
                try:
                    await self.renew()
                except PyMongoError as error:
                    _log.warning("leases not renewed", error=repr(error))
                await asyncio.sleep(SECONDS / 4)
        finally:
            with suppress(PyMongoError):
                await asyncio.shield(self.release())

    async def work(self, step: Step) -> None:
        """Take step after step until cancelled; faults of database and broker are waited out."""
        await self.prepare()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.keep())
            tasks.create_task(self._take_steps(step))

    async def _take_steps(self, step: Step) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                await asyncio.sleep(await step())
                pause = _FIRST_PAUSE
            except (PyMongoError, KafkaError, Contended) as error:
                _log.warning("work waits", work=self._name, error=repr(error), seconds=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def release(self) -> None:
        """Give everything back at once, so that another copy need not wait."""
        for number in self.held:
            await self._give_back(number)
        self.held = frozenset()
        await self._collection.delete_one({"_id": self._presence})

    def _id(self, number: int) -> str:
        return f"{self._name}/{number}"

    @property
    def _presence(self) -> str:
        return f"{self._name}/copy/{self.me}"

    async def _renew_held(self) -> bool:
        """All at once, as nearly always; whether this copy still owns every one of them."""
        mine = {"_id": {"$in": [self._id(number) for number in self.held]}, "owner": self.me}
        result = await self._collection.update_many(mine, [{"$set": {"until": _UNTIL}}])
        return result.matched_count == len(self.held)

    async def _take(self, number: int) -> bool:
        free = {"$or": [{"owner": self.me}, {"owner": None}, _EXPIRED]}
        result = await self._collection.update_one(
            {"_id": self._id(number), **free}, [{"$set": {"owner": self.me, "until": _UNTIL}}]
        )
        return result.matched_count == 1

    async def _give_back(self, number: int) -> None:
        await self._collection.update_one(
            {"_id": self._id(number), "owner": self.me}, {"$set": {"owner": None}}
        )

    async def _say_alive(self) -> None:
        result = await self._collection.update_one(
            {"_id": self._presence}, [{"$set": {"until": _UNTIL}}]
        )
        if result.matched_count == 0:
            await self._collection.insert_one({"_id": self._presence, "copy_of": self._name})
            await self._say_alive()

    async def alive(self) -> set[str]:
        """The copies (their ``me``) that renewed lately."""
        prefix = f"{self._name}/copy/"
        living = {"copy_of": self._name, "$expr": {"$gte": ["$until", "$$NOW"]}}
        rows = await self._collection.find(living, {"_id": 1}).to_list(1000)
        return {row["_id"].removeprefix(prefix) for row in rows}

    async def _copies_alive(self) -> int:
        return len(await self.alive())


_UNTIL = {"$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": SECONDS * 1000}}
_EXPIRED = {"$expr": {"$lt": ["$until", "$$NOW"]}}
_LONG_GONE = {
    "until": {"$exists": True},
    "$expr": {
        "$lt": ["$until", {"$dateSubtract": {"startDate": "$$NOW", "unit": "hour", "amount": 1}}]
    },
}
