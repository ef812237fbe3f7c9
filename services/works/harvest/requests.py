"""The collection ``harvests``: what was asked for. Its jobs go out as events."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from chassis.documents import Cause, Change, Document
from chassis.mongo import Row
from chassis.service import Service
from contracts.events.works import HarvestJobWasPlanned
from services.works.domain import stable_id
from services.works.harvest.fetching import Provider, Wanted
from services.works.harvest.jobs import STATES, Jobs
from services.works.harvest.plan import plan

MOST_LISTED = 100
MOST_LOOKED_BACK = 10


@dataclass(frozen=True, slots=True)
class Harvest:
    """A harvest and how far it is."""

    id: str
    wanted: Wanted
    requested_at: datetime
    run: int
    jobs: int
    sums: Row

    @property
    def state(self) -> Literal["planned", "running", "done", "parked", "stopped"]:
        """`planned` (nothing begun), `running`, or how it ended.

        `stopped`: somebody ended it; `parked`: it needs somebody's look.
        """
        done, parked, stopped = (self.sums.get(name, 0) for name in ("done", "parked", "stopped"))
        running = self.sums.get("running", 0)
        if done + parked + stopped == self.jobs and not running:
            return "stopped" if stopped else "parked" if parked else "done"
        begun = running or done or parked or stopped or self.sums.get("pages")
        return "running" if begun else "planned"

    @property
    def ended(self) -> bool:
        """Whether nothing will be done any more unless somebody says so."""
        return self.state in ("done", "parked", "stopped")


class Requests:
    """Harvests by id, which is made of what is wanted: asked for twice, it is the same one."""

    def __init__(self, service: Service, jobs: Jobs) -> None:
        self.documents = service.documents("harvests")
        self._jobs = jobs

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.documents.prepare()
        await self.documents.collection.create_index([("state.requested_at", -1)])

    async def request(self, wanted: Wanted, provider: Provider, cause: Cause) -> Harvest:
        """Ask for a harvest. One that is under way stays as it is; one that ended runs again.

        Raises:
            Unwanted: it cannot be had like this; the message says why.
        """
        now = datetime.now(UTC).replace(microsecond=0)
        jobs = plan(wanted, provider, now.date())
        harvest_id = stable_id("H", " ".join(map(str, _key(wanted))))
        held = await self.get(harvest_id)
        ended_run = held.run if held is not None and held.ended else 0

        def decide(document: Document) -> Change | None:
            run = document.state["run"] if document.state else 0
            if run > ended_run:
                return None
            state = {
                **_state(wanted),
                **{"requested_at": now, "run": run + 1, "jobs": len(jobs)},
            }
            events = tuple(_planned(harvest_id, job, run + 1) for job in jobs)
            return Change(state, events, seen={"requests": run + 1}, cause=cause)

        await self.documents.update(harvest_id, decide)
        found = await self.get(harvest_id)
        if found is None:
            raise LookupError(harvest_id)
        return found

    async def stop(self, harvest: Harvest, provider: Provider) -> None:
        """End the jobs of a harvest that are not done.

        Jobs whose messages have not come yet are written down, so that they change nothing later.
        """
        if sum(harvest.sums.get(state, 0) for state in STATES) < harvest.jobs:
            jobs = plan(harvest.wanted, provider, harvest.requested_at.date())
            planned = (_planned(harvest.id, job, harvest.run) for job in jobs)
            await self._jobs.write_down((ids[0], job, None) for job, ids in planned)
        await self._jobs.stop(harvest.id, harvest.run)

    async def get(self, harvest_id: str) -> Harvest | None:
        """One harvest."""
        found = await self._find({"_id": harvest_id}, 1)
        return found[0] if found else None

    async def newest(self) -> list[Harvest]:
        """The last harvests that were asked for, newest first."""
        return await self._find({}, MOST_LISTED)

    async def open_ended(self, source: str, part: str | None) -> list[Harvest]:
        """Harvests of a part of a source that went up to the day they were run, newest first."""
        same = {"state.source": source, "state.set": part, "state.until": None}
        return await self._find(same, MOST_LOOKED_BACK)

    async def _find(self, query: Row, most: int) -> list[Harvest]:
        cursor = self.documents.collection.find(query, {"state": 1})
        rows = await cursor.sort("state.requested_at", -1).to_list(most)
        sums = await self._jobs.sums(row["_id"] for row in rows)
        return [
            _harvest(row["_id"], state, sums.get((row["_id"], state["run"]), {}))
            for row, state in ((row, row["state"]) for row in rows)
        ]


def _key(wanted: Wanted) -> tuple[Any, ...]:
    return wanted.source, wanted.set, wanted.since, wanted.until


def _state(wanted: Wanted) -> Row:
    return {
        "source": wanted.source,
        "set": wanted.set,
        "since": wanted.since and wanted.since.isoformat(),
        "until": wanted.until and wanted.until.isoformat(),
    }


def _harvest(harvest_id: str, state: Row, sums: Row) -> Harvest:
    since, until = (state[name] and date.fromisoformat(state[name]) for name in ("since", "until"))
    wanted = Wanted(state["source"], state["set"], since, until)
    return Harvest(harvest_id, wanted, state["requested_at"], state["run"], state["jobs"], sums)


def _planned(harvest_id: str, job: Wanted, run: int) -> tuple[HarvestJobWasPlanned, tuple[str]]:
    seed = " ".join(map(str, (harvest_id, *_key(job))))
    planned = HarvestJobWasPlanned(
        harvest_id=harvest_id,
        run=run,
        source=job.source,
        set=job.set,
        since=job.since,
        until=job.until,
    )
    return planned, (stable_id("J", seed),)
