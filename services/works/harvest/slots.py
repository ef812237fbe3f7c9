"""The connections to each provider, shared among all workers: who has one, when it may be used."""

import asyncio
from dataclasses import dataclass

from chassis.mongo import Database, InsertOne, ignoring_duplicates
from services.works.harvest.claims import Claims, in_seconds
from services.works.harvest.fetching import Provider

LONGEST_WAIT = 60.0
"""Seconds: who is asked to wait longer does something else meanwhile."""


class Lost(Exception):
    """The claim has gone to another worker."""


class Busy(Exception):
    """The provider cannot answer now.

    ``seconds``: how long it asks to be left alone. ``unheard``: it did not look at the request.
    """

    def __init__(self, reason: str, seconds: float | None = None, *, unheard: bool = False) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.unheard = unheard


class Slots:
    """The collection ``harvest_slots``: one document per connection, with ``ready_at``."""

    def __init__(self, database: Database) -> None:
        self.collection = database["harvest_slots"]
        self.claims = Claims(self.collection)
        self._providers: dict[str, Provider] = {}

    async def prepare(self, *providers: Provider) -> None:
        """Create the documents that are missing."""
        self._providers = {one.name: one for one in providers}
        rows = [
            InsertOne({"_id": slot, "source": slot.partition("/")[0], "owner": None})
            for slot in sorted({slot for one in providers for slot in _slots(one)})
        ]
        await ignoring_duplicates(self.collection.bulk_write(rows, ordered=False))

    async def take(self, owner: str, seconds: float, source: str) -> str | None:
        """A free connection to a provider that does not ask for a long pause; its id."""
        soon = {"$expr": {"$lt": [{"$ifNull": ["$ready_at", "$$NOW"]}, in_seconds(LONGEST_WAIT)]}}
        among = {"_id": {"$in": _slots(self._providers[source])}, **soon}
        row = await self.claims.take(owner, seconds, among, order="ready_at")
        return None if row is None else str(row["_id"])


@dataclass(frozen=True, slots=True)
class Pace:
    """The pace at which the owner of one connection may ask."""

    slots: Slots
    owner: str
    slot: str
    pause: float

    async def turn(self) -> None:
        """Return when the next request may be sent.

        Raises:
            Lost: another worker has the connection now.
            Busy: the provider asked, by another connection, for a long pause.
        """
        ready = {"$max": [{"$ifNull": ["$ready_at", "$$NOW"]}, "$$NOW"]}
        pause = {"startDate": ready, "unit": "millisecond", "amount": round(self.pause * 1000)}
        row = await self.slots.collection.find_one_and_update(
            {"_id": self.slot, "owner": self.owner},
            [
                {"$set": {"wait": {"$subtract": [ready, "$$NOW"]}}},
                {"$set": {"ready_at": {"$dateAdd": pause}}},
            ],
            return_document=True,
        )
        if row is None:
            raise Lost(self.slot)
        seconds = row["wait"] / 1000
        if seconds > LONGEST_WAIT:
            raise Busy("it asked to be left alone", seconds)
        await asyncio.sleep(seconds)

    async def hold(self, seconds: float) -> None:
        """Nobody asks this provider for a while."""
        later = {"$max": ["$ready_at", in_seconds(seconds)]}
        await self.slots.collection.update_many(
            {"source": self.slot.partition("/")[0]}, [{"$set": {"ready_at": later}}]
        )


def _slots(provider: Provider) -> list[str]:
    name = provider.shares or provider.name
    return [f"{name}/{number}" for number in range(provider.connections)]
