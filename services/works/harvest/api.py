"""HTTP of harvests, for operators."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field

from chassis import telemetry
from chassis.documents import Cause
from chassis.problems import Problem
from services.works.harvest.fetching import Wanted
from services.works.harvest.jobs import COUNTED
from services.works.harvest.plan import Unwanted
from services.works.harvest.providers import PROVIDERS
from services.works.harvest.requests import Harvest
from services.works.harvest.store import Harvests

HarvestState = Literal["planned", "running", "done", "parked", "stopped"]
JobState = Literal["waiting", "running", "done", "parked", "stopped"]


_AS_KEPT = ("set", "since", "until", "tries", "due", "moved_at", "reason", "checkpoint")


class HarvestRequest(BaseModel):
    """What to harvest."""

    source: Annotated[str, Field(max_length=40, description="`arxiv`, `crossref`, …")]
    set: Annotated[
        str | None,
        Field(min_length=1, max_length=2000, description="A part of the source, as it names it."),
    ] = None
    since: Annotated[date | None, Field(description="First day of change; none: everything.")] = (
        None
    )
    until: Annotated[date | None, Field(description="Last day of change; none: today.")] = None


class HarvestSummary(HarvestRequest):
    """A harvest and how far it is."""

    id: str
    state: Annotated[
        HarvestState, Field(description="`parked`: it needs a look; `stopped`: on request.")
    ]
    requested_at: datetime
    jobs: Annotated[int, Field(description="Into how many jobs it is split.")]
    done: int = 0
    running: int = 0
    parked: int = 0
    stopped: int = 0
    counts: Annotated[
        dict[str, int],
        Field(description="Pages and records, of pages that were stored to the end."),
    ]
    reasons: Annotated[list[str], Field(description="Why jobs do not get on.")] = []


class HarvestList(BaseModel):
    """The newest harvests."""

    items: list[HarvestSummary]


class JobDetail(BaseModel):
    """One job."""

    id: str
    state: JobState
    set: str | None
    since: date | None
    until: date | None
    tries: Annotated[int, Field(description="In vain, since it last got on.")]
    due: Annotated[datetime, Field(description="When it may be worked on.")]
    moved_at: Annotated[datetime, Field(description="When its checkpoint was last written.")]
    reason: str | None
    checkpoint: dict[str, Any] | None
    counts: dict[str, int]
    rejected: Annotated[list[dict[str, str]], Field(description="The last 100 refused records.")]


class HarvestDetail(HarvestSummary):
    """A harvest and its jobs."""

    job_details: list[JobDetail]


_Token = Annotated[str, Header(alias="Authorization")]


def router(harvests: Harvests, authorise: Callable[[str], None]) -> APIRouter:
    """The routes; ``authorise`` raises a ``Problem`` unless the header may harvest."""
    routes = APIRouter(
        prefix="/harvests",
        tags=["harvest"],
        responses={401: {"description": "No or a wrong token."}},
    )

    @routes.post("", status_code=202, responses={422: {"description": "It cannot be had so."}})
    async def post_harvest(wanted: HarvestRequest, authorization: _Token = "") -> HarvestSummary:
        """Ask for a harvest; one like it that is under way is answered instead."""
        authorise(authorization)
        provider = PROVIDERS.get(wanted.source)
        if provider is None:
            detail = f"Nothing is harvested from {wanted.source!r}: {', '.join(PROVIDERS)} are."
            raise Problem(422, "Unprocessable Content", detail)
        asked = Wanted(wanted.source, wanted.set, wanted.since, wanted.until)
        try:
            made = await harvests.requests.request(asked, provider, Cause(telemetry.traceparent()))
        except Unwanted as error:
            raise Problem(422, "Unprocessable Content", str(error)) from error
        return _summary(made)

    @routes.get("")
    async def get_harvests(authorization: _Token = "") -> HarvestList:
        """The newest harvests, at most 100."""
        authorise(authorization)
        return HarvestList(items=[_summary(one) for one in await harvests.requests.newest()])

    @routes.get("/{harvest_id}", responses={404: {"description": "No such harvest."}})
    async def get_harvest(harvest_id: str, authorization: _Token = "") -> HarvestDetail:
        """One harvest with its jobs."""
        authorise(authorization)
        return await _detail(harvests, harvest_id)

    @routes.post("/{harvest_id}/retry", responses={404: {"description": "No such harvest."}})
    async def post_retry(harvest_id: str, authorization: _Token = "") -> HarvestDetail:
        """Let jobs that were parked or stopped go on from where they were."""
        authorise(authorization)
        found = await _found(harvests, harvest_id)
        await harvests.jobs.retry(found.id, found.run)
        harvests.wake()
        return await _detail(harvests, harvest_id)

    @routes.post("/{harvest_id}/stop", responses={404: {"description": "No such harvest."}})
    async def post_stop(harvest_id: str, authorization: _Token = "") -> HarvestDetail:
        """End the jobs of a harvest that are not done.

        Until pages that are being taken in are so, it is `running`. One that has ended stays as it
        is.
        """
        authorise(authorization)
        found = await _found(harvests, harvest_id)
        await harvests.requests.stop(found, PROVIDERS[found.wanted.source])
        return await _detail(harvests, harvest_id)

    return routes


async def _found(harvests: Harvests, harvest_id: str) -> Harvest:
    found = await harvests.requests.get(harvest_id)
    if found is None:
        raise Problem(404, "Not Found", f"There is no harvest {harvest_id}.")
    return found


async def _detail(harvests: Harvests, harvest_id: str) -> HarvestDetail:
    found = await _found(harvests, harvest_id)
    jobs = [_job(row) for row in await harvests.jobs.of(harvest_id, found.run)]
    return HarvestDetail(**_summary(found).model_dump(), job_details=jobs)


def _summary(harvest: Harvest) -> HarvestSummary:
    sums, wanted = harvest.sums, harvest.wanted
    return HarvestSummary(
        source=wanted.source,
        set=wanted.set,
        since=wanted.since,
        until=wanted.until,
        id=harvest.id,
        state=harvest.state,
        requested_at=harvest.requested_at,
        jobs=harvest.jobs,
        done=sums.get("done", 0),
        running=sums.get("running", 0),
        parked=sums.get("parked", 0),
        stopped=sums.get("stopped", 0),
        counts={name: sums.get(name, 0) for name in COUNTED},
        reasons=sorted(filter(None, sums.get("reasons", [])))[:20],
    )


def _job(row: dict[str, Any]) -> JobDetail:
    return JobDetail(
        id=row["_id"],
        state="running" if row["held"] else row["state"],
        counts={name: row["counts"].get(name, 0) for name in COUNTED},
        rejected=row["notices"],
        **{name: row[name] for name in _AS_KEPT},
    )
