"""The collection ``harvest_jobs``: what is to be fetched, who does it, how far it got."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from chassis.mongo import Database, ReplaceOne, Row, aggregate, ignoring_duplicates
from contracts.envelope import Event
from contracts.events.works import HarvestJobWasPlanned
from services.works.harvest.claims import HELD, Claims, in_seconds
from services.works.harvest.fetching import Checkpoint, Provider, Wanted
from services.works.harvest.plan import MOST_JOBS
from services.works.harvest.slots import Slots

MOST_TRIES = 5
MOST_TAKES = 100
"""Times that a job may be taken without getting on: it may be what kills the process."""
STATES = ("waiting", "done", "parked", "stopped")
COUNTED = ("pages", "read", "new", "revised", "unchanged", "rejected", "warnings")
NOTICES_KEPT = 100


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job and the connection to work on it with, both this worker's for now."""

    owner: str
    seconds: float
    slot: str
    job: str
    wanted: Wanted
    checkpoint: Checkpoint
    tries: int
    takes: int
    reason: str | None
    traceparent: str | None


class Jobs:
    """Jobs are noted from the topic and taken by whoever is free.

    A job is ``waiting``, ``done``, ``parked`` (by a fault) or ``stopped`` (by somebody). While it
    has an owner it is being worked on; one that was stopped only to the end of the page at hand.
    """

    def __init__(self, database: Database) -> None:
        self.collection = database["harvest_jobs"]
        self.slots = Slots(database)
        self._claims = Claims(self.collection)

    async def prepare(self, *providers: Provider) -> None:
        """Create the indexes and the connections."""
        await self.collection.create_index([("state", 1), ("source", 1), ("due", 1)])
        await self.collection.create_index("harvest")
        await self.slots.prepare(*providers)

    async def note(self, events: Sequence[Event[HarvestJobWasPlanned]]) -> None:
        """Write down jobs that a message tells of."""
        await self.write_down((one.subject, one.data, one.traceparent) for one in events)

    async def write_down(
        self, planned: Iterable[tuple[str, HarvestJobWasPlanned, str | None]]
    ) -> None:
        """Write down planned jobs (id, job, trace); one that is known stays as it is."""
        writes = [
            ReplaceOne({"_id": job, "run": {"$lt": data.run}}, _fresh(data, trace), upsert=True)
            for job, data, trace in planned
        ]
        if writes:
            await ignoring_duplicates(self.collection.bulk_write(writes, ordered=False))

    async def take(self, seconds: float) -> Claimed | None:
        """A job that is due and a connection to its provider, if both are free.

        Both are this worker's for some seconds, and for as long as it says that it goes on.
        """
        due = {"state": "waiting", "$expr": {"$lte": ["$due", "$$NOW"]}}
        owner = uuid4().hex
        sources = await aggregate(
            self.collection, [{"$match": due}, {"$group": {"_id": "$source"}}]
        )
        random.shuffle(sources)  # a source with many jobs must not keep others waiting
        for source in (row["_id"] for row in sources):
            slot = await self.slots.take(owner, seconds, source)
            if slot is None:
                continue
            takes = {"takes": {"$add": ["$takes", 1]}}
            row = await self._claims.take(
                owner, seconds, {**due, "source": source}, order="due", changes=takes
            )
            if row is not None:
                return _claimed(owner, seconds, slot, row)
            await self.slots.claims.release(owner, slot)
        return None

    async def keep(self, claimed: Claimed) -> str | None:
        """Say that the work goes on; the job's state, ``None`` if a claim was lost."""
        owner, seconds = claimed.owner, claimed.seconds
        job = await self._claims.keep(owner, seconds, claimed.job)
        slot = job and await self.slots.claims.keep(owner, seconds, claimed.slot)
        return str(job["state"]) if job and slot else None

    async def release(self, claimed: Claimed) -> None:
        """Give both back at once."""
        await self._claims.release(claimed.owner, claimed.job)
        await self.slots.claims.release(claimed.owner, claimed.slot)

    async def stored(
        self,
        claimed: Claimed,
        following: Checkpoint | None,
        as_of: date,
        counts: Mapping[str, int],
        notices: Iterable[Mapping[str, str]] = (),
        *,
        further: bool = True,
    ) -> str | None:
        """A page is stored: the job's state then, ``None`` if it was lost.

        Only a page that is ``further`` than all before wipes out what was tried in vain.
        """
        anew = {"tries": 0, "takes": 0} if further else {}
        now = datetime.now(UTC)
        done: Row = {"state": "done", "owner": None, "ended_at": now} if following is None else {}
        kept = {"$each": list(notices), "$slice": -NOTICES_KEPT}
        written: Row | None = await self.collection.find_one_and_update(
            {"_id": claimed.job, "owner": claimed.owner},
            {
                "$set": {
                    **{"checkpoint": following, "moved_at": now, "reason": None},
                    **{**anew, **done},
                },
                "$min": {"as_of": as_of.isoformat()},
                "$inc": {f"counts.{name}": number for name, number in counts.items()},
                "$push": {"notices": kept},
            },
            projection={"state": 1},
            return_document=True,
        )
        return str(written["state"]) if written else None

    async def put_off(
        self, claimed: Claimed, reason: str, seconds: float, *, tried: bool = True
    ) -> None:
        """Try again later; ``tried`` counts towards being parked."""
        due = {"due": in_seconds(seconds), "reason": {"$literal": reason}, "owner": None}
        tries = {"tries": {"$add": ["$tries", int(tried)]}}
        await self._settle(claimed, [{"$set": {**due, **tries}}])

    async def park(self, claimed: Claimed, reason: str) -> None:
        """Leave it until somebody says to try again."""
        parked = {"state": "parked", "owner": None, "reason": reason, "ended_at": datetime.now(UTC)}
        await self._settle(claimed, {"$set": parked})

    async def _settle(self, claimed: Claimed, update: Any) -> None:
        await self.collection.update_one({"_id": claimed.job, "owner": claimed.owner}, update)

    async def stop(self, harvest: str, run: int) -> None:
        """End the jobs that are not done. Who has one keeps it and finds out."""
        among = {"harvest": harvest, "run": run, "state": "waiting"}
        stopped = {"state": "stopped", "ended_at": datetime.now(UTC)}
        await self.collection.update_many(among, {"$set": stopped})

    async def retry(self, harvest: str, run: int) -> None:
        """Jobs that were parked or stopped wait again, from their checkpoints."""
        among = {"harvest": harvest, "run": run, "state": {"$in": ["parked", "stopped"]}}
        again = {"state": "waiting", "tries": 0, "takes": 0, "due": datetime.now(UTC)}
        await self.collection.update_many(among, {"$set": {**again, "ended_at": None}})

    async def of(self, harvest: str, run: int) -> list[Row]:
        """The jobs of a run of a harvest, in the order of what they fetch.

        ``held``: whether somebody works on it.
        """
        ordered = {"$sort": {"set": 1, "since": 1}}
        among = {"$match": {"harvest": harvest, "run": run}}
        held = {"$set": {"held": HELD}}
        return await aggregate(self.collection, [among, ordered, {"$limit": MOST_JOBS}, held])

    async def sums(self, harvests: Iterable[str]) -> dict[tuple[str, int], Row]:
        """Per run of a harvest: jobs by state, those being worked on, and what was counted."""
        states = {state: {"$sum": {"$toInt": {"$eq": ["$state", state]}}} for state in STATES}
        sums = {
            "_id": {"harvest": "$harvest", "run": "$run"},
            "running": {"$sum": {"$toInt": HELD}},
            "as_of": {"$min": "$as_of"},
            "ended_at": {"$max": "$ended_at"},
            "reasons": {"$addToSet": "$reason"},
            **states,
            **{name: {"$sum": f"$counts.{name}"} for name in COUNTED},
        }
        among = {"$match": {"harvest": {"$in": list(harvests)}}}
        rows = await aggregate(self.collection, [among, {"$group": sums}])
        return {(row["_id"]["harvest"], row["_id"]["run"]): row for row in rows}

    async def oldest_checkpoint(self) -> float:
        """Seconds since the running job that waits longest for its next page got on."""
        running = {"state": "waiting", "owner": {"$ne": None}}
        row = await self.collection.find_one(running, {"moved_at": 1}, sort=[("moved_at", 1)])
        return (datetime.now(UTC) - row["moved_at"]).total_seconds() if row else 0.0


def _fresh(wanted: HarvestJobWasPlanned, traceparent: str | None) -> Row:
    now = datetime.now(UTC)
    return {
        "harvest": wanted.harvest_id,
        "run": wanted.run,
        "source": wanted.source,
        "set": wanted.set,
        "since": wanted.since and wanted.since.isoformat(),
        "until": wanted.until and wanted.until.isoformat(),
        "traceparent": traceparent,
        "state": "waiting",
        "owner": None,
        "due": now,
        "moved_at": now,
        "ended_at": None,
        "tries": 0,
        "takes": 0,
        "reason": None,
        "checkpoint": {},
        "counts": {},
        "notices": [],
    }


def _claimed(owner: str, seconds: float, slot: str, row: Row) -> Claimed:
    since, until = (row[name] and date.fromisoformat(row[name]) for name in ("since", "until"))
    return Claimed(
        owner=owner,
        seconds=seconds,
        slot=slot,
        job=row["_id"],
        wanted=Wanted(row["source"], row["set"], since, until),
        checkpoint=row["checkpoint"] or {},
        tries=row["tries"],
        takes=row["takes"],
        reason=row["reason"],
        traceparent=row["traceparent"],
    )
