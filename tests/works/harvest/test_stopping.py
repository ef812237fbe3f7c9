"""Harvests that an operator stops, and lets go on."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chassis.documents import Cause
from services.works.harvest import worker
from services.works.harvest.fetching import Wanted
from services.works.harvest.providers import PROVIDERS
from services.works.harvest.requests import Harvest
from services.works.harvest.schedule import ask_if_due, due, read_schedule
from services.works.ingest import ingest
from services.works.store import Store
from tests.support import System, eventually
from tests.works.harvest.oai_shelf import Shelf, real_records
from tests.works.harvest.standin import Answer, StandIn, standing_in
from tests.works.harvest.support import (
    EVERYTHING,
    HEADERS,
    Operator,
    harvesting,
    operating,
    titles,
)

NOTICED = 5.0
"""Seconds; a worker finds out after a quarter of one."""


def _counts(found: Any) -> tuple[int, ...]:
    return tuple(found["counts"][name] for name in ("pages", "read", "new", "unchanged"))


async def _asked(standin: StandIn, times: int) -> None:
    async def count() -> int:
        return len(standin.asked)

    await eventually(count, lambda asked: asked >= times)


@pytest.mark.parametrize(
    ("fault", "settings"),
    [
        (Answer(silent=True), {}),
        (Answer(status=503, headers={"Retry-After": "50"}), {}),
        (None, {"harvest_pause": 50.0}),
    ],
    ids=["in the middle of an answer", "asked to wait", "at the source's pace"],
)
async def test_whoever_works_on_a_job_stops_behind_the_page_before(
    system: System, fault: Answer | None, settings: dict[str, Any]
) -> None:
    """The worker is in another copy than the one that is told."""
    shelf = Shelf(real_records(), size=5)
    async with standing_in(shelf.answer) as arxiv:
        arxiv.fails(None, fault)
        async with (
            operating(system, ("arxiv", arxiv), **settings),
            operating(system, harvest_workers=0) as operator,
        ):
            asked = await operator.ask(**EVERYTHING)
            await eventually(
                lambda: operator.look(asked["id"]), lambda found: found["counts"]["pages"] == 1
            )
            await _asked(arxiv, 2 if fault else 1)
            assert (await operator.stop(asked["id"]))["stopped"] == 1
            found = await operator.until(asked["id"], "stopped", timeout=NOTICED)
            assert (found["running"], found["job_details"][0]["state"]) == (0, "stopped")
            assert found["job_details"][0]["checkpoint"]["token"]
        async with system.database("works") as database:
            await database["harvest_slots"].update_many({}, {"$unset": {"ready_at": ""}})
        async with operating(system, ("arxiv", arxiv)) as operator:
            await operator.retry(asked["id"])
            found = await operator.until(asked["id"], "done")
    assert _counts(found) == (3, 12, 12, 0)
    assert [one.params.get("from") for one in arxiv.asked].count("2015-01-01") == 1


class _SlowIngest:
    """Stops the harvest when the first page begins to come in, and takes its time with it."""

    def __init__(self, operator: Operator, seconds: float) -> None:
        self._operator, self._seconds = operator, seconds

    async def __call__(self, *given: Any) -> AsyncIterator[Any]:
        listed = (await self._operator.http.get("/harvests", headers=HEADERS)).json()["items"]
        await self._operator.stop(listed[0]["id"])
        await asyncio.sleep(self._seconds)
        async for progress in ingest(*given):
            yield progress


@pytest.mark.parametrize(("claim", "longest", "pages"), [(1, 60, 1), (40, 60, 1), (1, 0.2, 0)])
async def test_a_page_that_is_being_taken_in_is_so_to_its_end_unless_it_takes_too_long(
    system: System, monkeypatch: pytest.MonkeyPatch, claim: float, longest: float, pages: int
) -> None:
    async with (
        standing_in(Shelf(real_records(), size=5).answer) as arxiv,
        operating(system, ("arxiv", arxiv), harvest_claim_seconds=claim) as operator,
    ):
        with monkeypatch.context() as patched:
            patched.setattr(worker, "_LONGEST_REST", longest)
            patched.setattr(worker, "ingest", _SlowIngest(operator, 1.0))
            asked = await operator.ask(**EVERYTHING)
            stopped = await operator.until(asked["id"], "stopped", timeout=NOTICED)
        assert _counts(stopped) == (pages, 5 * pages, 5 * pages, 0)
        assert len(arxiv.asked) == 1
        await operator.retry(asked["id"])
        assert _counts(await operator.until(asked["id"], "done")) == (3, 12, 12, 0)
    assert len(await titles(system)) == 12


async def test_what_nobody_works_on_is_stopped_at_once_and_never_begun(system: System) -> None:
    async with harvesting(system, Shelf(real_records(), size=5)) as (arxiv, operator):
        arxiv.fails(Answer(status=503, headers={"Retry-After": "3600"}))
        asked = await operator.ask(**{**EVERYTHING, "set": "cs,math"})
        await eventually(lambda: operator.look(asked["id"]), lambda found: bool(found["reasons"]))
        await eventually(lambda: operator.look(asked["id"]), lambda found: not found["running"])
        stopped = await operator.stop(asked["id"])
        assert (stopped["state"], stopped["stopped"]) == ("stopped", 2)
        assert await operator.stop(asked["id"]) == stopped
        async with system.database("works") as database:
            await database["harvest_slots"].update_many({}, {"$unset": {"ready_at": ""}})
        await asyncio.sleep(0.5)
        assert await operator.look(asked["id"]) == stopped
        assert len(arxiv.asked) == 1


async def test_one_that_has_ended_stays_as_it_is(system: System) -> None:
    async with harvesting(system, Shelf(real_records())) as (arxiv, operator):
        done = await operator.harvest(**EVERYTHING)
        assert (await operator.stop(done["id"])) == done
        arxiv.fails(Answer(status=403))
        asked = await operator.ask(**EVERYTHING)
        parked = await operator.until(asked["id"], "parked")
        assert (await operator.stop(asked["id"])) == parked
        for headers, status in ((HEADERS, 404), ({}, 401)):
            answer = await operator.http.post("/harvests/Hnone/stop", headers=headers)
            assert answer.status_code == status


async def test_a_message_that_comes_after_the_stop_begins_nothing(system: System) -> None:
    store = Store(system.service("works"))
    requests, provider = store.harvests.requests, PROVIDERS["arxiv"]
    wanted = Wanted("arxiv", "cs,math", date(2015, 1, 1))
    harvest = await requests.request(wanted, provider, Cause())
    await requests.stop(harvest, provider)
    known = await requests.get(harvest.id)
    assert known is not None
    assert known.state == "stopped"
    async with harvesting(system, Shelf(real_records(), size=5)) as (arxiv, operator):
        await eventually(lambda: system.messages("works.harvest"), lambda told: len(told) == 2)
        await system.caught_up("works")
        found = await operator.look(harvest.id)
        assert (found["state"], found["stopped"], arxiv.asked) == ("stopped", 2, [])
        await operator.retry(harvest.id)
        found = await operator.until(harvest.id, "done")
    assert found["counts"]["read"] == 24


async def test_a_killed_worker_does_not_revive_a_stopped_job(system: System) -> None:
    store = Store(system.service("works"))
    requests, jobs, provider = store.harvests.requests, store.harvests.jobs, PROVIDERS["arxiv"]
    await store.harvests.prepare()
    harvest = await requests.request(Wanted("arxiv", "cs"), provider, Cause())
    await requests.stop(harvest, provider)
    await jobs.retry(harvest.id, harvest.run)
    claimed = await jobs.take(2)
    assert claimed is not None
    await requests.stop(harvest, provider)

    async def state() -> str:
        found = await requests.get(harvest.id)
        return found.state if found else ""

    assert await state() == "running"
    await eventually(state, lambda found: found == "stopped")
    await jobs.put_off(claimed, "the source is busy", 0)
    assert await state() == "stopped"
    assert await jobs.take(0.3) is None


async def test_jobs_of_an_earlier_run_stay_as_they_are(system: System) -> None:
    store = Store(system.service("works"))
    requests, jobs, provider = store.harvests.requests, store.harvests.jobs, PROVIDERS["arxiv"]
    harvest = await requests.request(Wanted("arxiv", "cs"), provider, Cause())
    await requests.stop(harvest, provider)
    again = await requests.request(Wanted("arxiv", "cs"), provider, Cause())
    await jobs.retry(again.id, again.run)
    assert [job["state"] for job in await jobs.of(harvest.id, harvest.run)] == ["stopped"]


async def test_a_schedule_lets_a_stopped_harvest_be_for_as_long_as_between_two(
    system: System,
) -> None:
    store, now = Store(system.service("works")), datetime.now(UTC)
    requests, (every,) = store.harvests.requests, read_schedule("arxiv:cs@1h")
    harvest = await ask_if_due(store.harvests, every, now)
    assert harvest is not None
    began = {"$set": {"state.requested_at": now - timedelta(hours=2)}}
    await requests.documents.collection.update_one({"_id": harvest.id}, began)
    await requests.stop(harvest, PROVIDERS["arxiv"])
    assert await ask_if_due(store.harvests, every, now + timedelta(minutes=59)) is None
    again = await ask_if_due(store.harvests, every, now + timedelta(minutes=61))
    assert again is not None
    assert (again.wanted.since, again.run) == (harvest.wanted.since, 2)


def _ended(since: date | None, at: datetime, **sums: Any) -> Harvest:
    return Harvest("H", Wanted("arxiv", "cs", since), at, 1, 1, {"ended_at": at, **sums})


def test_a_schedule_goes_on_from_before_a_stopped_harvest() -> None:
    (every,) = read_schedule("arxiv:cs@24h")
    now = datetime(2026, 9, 20, 12, tzinfo=UTC)
    daily = _ended(date(2026, 9, 1), now - timedelta(9), done=1, as_of="2026-09-10")
    mistake = _ended(date(1999, 1, 1), now - timedelta(2), stopped=1, as_of="2026-09-18")
    everything = _ended(None, now - timedelta(2), stopped=1)
    at_work = _ended(date(2026, 9, 1), now - timedelta(9))
    for recent, since in (
        ([mistake, daily], date(2026, 9, 9)),
        ([everything, mistake, daily], date(2026, 9, 9)),
        ([mistake], date(1999, 1, 1)),
        ([mistake, at_work], None),
    ):
        wanted = due(every, recent, now)
        assert (wanted and wanted.since) == since
