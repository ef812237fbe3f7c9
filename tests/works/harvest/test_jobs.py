"""Who does a harvest, when and how fast: parked, taken over, shared, scheduled."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.events.works import HarvestJobWasPlanned
from deploy.local.servers import Servers
from services.works.harvest.fetching import Wanted
from services.works.harvest.requests import Harvest
from services.works.harvest.schedule import ask_if_due, due, read_schedule
from services.works.store import Store
from tests.outcomes import living
from tests.support import System, eventually, make_topics, new_system
from tests.works.harvest.oai_shelf import Shelf, real_records
from tests.works.harvest.standin import Answer, standing_in
from tests.works.harvest.support import EVERYTHING, HEADERS, SINCE, anthology, harvesting, operating


async def test_a_service_that_stops_leaves_its_job_to_whoever_comes(system: System) -> None:
    shelf = Shelf(real_records(), size=2)
    async with standing_in(shelf.answer) as arxiv:
        arxiv.pause = 0.2
        async with operating(system, ("arxiv", arxiv)) as operator:
            asked = await operator.ask(**EVERYTHING)
            await eventually(
                lambda: operator.look(asked["id"]), lambda found: found["counts"]["pages"] >= 2
            )
        async with system.database("works") as database:
            (job,) = await database["harvest_jobs"].find().to_list(2)
            slots = await database["harvest_slots"].count_documents({"owner": {"$ne": None}})
        assert (job["state"], job["owner"], slots) == ("waiting", None, 0)
        before = len(arxiv.asked)
        async with operating(system, ("arxiv", arxiv)) as operator:
            found = await operator.until(asked["id"], "done")
    assert arxiv.asked[before].params["resumptionToken"] == job["checkpoint"]["token"]
    assert found["counts"]["read"] == 12


async def test_a_refusal_parks_the_job_until_somebody_says_to_retry(system: System) -> None:
    async with harvesting(system, Shelf(real_records(), size=5)) as (arxiv, operator):
        arxiv.fails(None, Answer(status=403))
        asked = await operator.ask(**EVERYTHING)
        parked = await operator.until(asked["id"], "parked")
        assert "answered 403" in parked["reasons"][0]
        assert parked["counts"]["read"] == 5
        path = f"/harvests/{asked['id']}/retry"
        assert (await operator.http.post(path, headers=HEADERS)).json()["state"] == "running"
        found = await operator.until(asked["id"], "done")
    assert found["counts"]["read"] == 12, "it did not go on from its checkpoint"


async def test_a_fault_that_lasts_is_tried_again_then_parked(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.works.harvest.client._TRIES", 1)
    monkeypatch.setattr("services.works.harvest.worker._PAUSE_GROWS", 1)
    async with harvesting(system, Shelf(real_records())) as (arxiv, operator):
        arxiv.fails(*[Answer(status=500)] * 5)
        asked = await operator.ask(**EVERYTHING)
        parked = await operator.until(asked["id"], "parked")
    assert len(arxiv.asked) == 5
    assert parked["job_details"][0]["tries"] == 4
    assert parked["reasons"] == ["Busy: 500 -"]


async def test_a_long_retry_after_frees_the_worker(system: System) -> None:
    async with harvesting(system, Shelf(real_records())) as (arxiv, operator):
        arxiv.fails(Answer(status=503, headers={"Retry-After": "3600"}))
        asked = await operator.ask(**EVERYTHING)
        found = await eventually(
            lambda: operator.look(asked["id"]), lambda found: bool(found["reasons"])
        )
        (job,) = found["job_details"]
        left = datetime.fromisoformat(job["due"]) - datetime.now(UTC)
        assert 3500 < left.total_seconds() <= 3600
        assert (job["state"], job["tries"]) == ("waiting", 0)
        await asyncio.sleep(0.3)
        assert len(arxiv.asked) == 1


async def test_two_workers_at_once_give_what_one_gives(system: System, servers: Servers) -> None:
    wanted = {"source": "acl", "set": "2020.cl,2020.tacl,2020.sdp,2020.inlg"}
    async with new_system(servers) as alone:
        await make_topics(alone)
        async with (
            standing_in(anthology) as acl,
            operating(alone, ("acl", acl), harvest_workers=1) as one,
        ):
            await one.harvest(**wanted)
            await alone.caught_up("works")
        expected = living(await alone.state("works", "works", "authors"))
    async with (
        standing_in(anthology) as acl,
        operating(system, ("acl", acl), harvest_workers=1, contact="one@example.org") as one,
        operating(system, ("acl", acl), harvest_workers=1, contact="two@example.org"),
    ):
        acl.pause = 0.5
        await one.harvest(**wanted)
        await system.caught_up("works")
    assert {asked.headers["from"] for asked in acl.asked} == {"one@example.org", "two@example.org"}
    assert len(acl.asked) == 4
    assert living(await system.state("works", "works", "authors")) == expected


async def test_a_provider_learns_who_asks_and_is_asked_at_its_pace(system: System) -> None:
    shelf = Shelf(real_records())
    settings: dict[str, Any] = {"contact": "ops@example.org", "harvest_pause": 0.25}
    async with (
        standing_in(shelf.answer) as arxiv,
        operating(system, ("arxiv", arxiv), **settings) as one,
        operating(system, ("arxiv", arxiv), **settings) as other,
    ):
        asked = [
            await who.ask(source="arxiv", set=part, since=SINCE)
            for who, part in ((one, "cs"), (other, "math"))
        ]
        for harvest in asked:
            await one.until(harvest["id"], "done")
    assert {asked.headers["user-agent"] for asked in arxiv.asked} == {
        "BZPEER/1.0 (mailto:ops@example.org)"
    }
    times = [asked.at for asked in arxiv.asked]
    assert len(times) == 8
    assert times[-1] - times[0] > 7 * 0.25 - 0.2, "faster than the two of them may ask together"


async def test_what_cannot_be_had_is_refused_in_words(system: System) -> None:
    async with harvesting(system, Shelf([])) as (_, operator):
        for wanted, said in (
            ({"source": "scopus"}, "Nothing is harvested from 'scopus'"),
            ({"source": "arxiv", "until": "2026-01-01"}, "until a day"),
            ({"source": "orcid"}, "needs a set"),
            ({"source": "crossref", "since": "2999-01-01"}, "later than the end"),
        ):
            response = await operator.http.post("/harvests", json=wanted, headers=HEADERS)
            assert response.status_code == 422
            assert said in response.json()["detail"]
        assert (await operator.http.post("/harvests", json=EVERYTHING)).status_code == 401
        assert (await operator.http.get("/harvests")).status_code == 401
        missing = await operator.http.get("/harvests/Hnone", headers=HEADERS)
        assert missing.status_code == 404


async def test_a_schedule_goes_on_a_day_before_the_source_last_answered(system: System) -> None:
    shelf = Shelf(real_records(), day="2026-09-14")
    (every,) = read_schedule("arxiv:cs@24h")
    store = Store(system.service("works"))
    async with harvesting(system, shelf) as (_, operator):
        found = await operator.harvest(**EVERYTHING)
        requested = datetime.fromisoformat(found["requested_at"])
        assert await ask_if_due(store.harvests, every, requested) is None
        tomorrow = datetime.fromtimestamp(requested.timestamp() + 86_401, UTC)
        made = [await ask_if_due(store.harvests, every, tomorrow) for _ in range(2)]
        assert made[0] is not None
        assert str(made[0].wanted.since) == "2026-09-13"
        await operator.until(made[0].id, "done")
        listed = (await operator.http.get("/harvests", headers=HEADERS)).json()["items"]
    assert len(listed) == 2


def _ended(since: date | None, **sums: Any) -> Harvest:
    requested = datetime(2026, 9, 10, 12, tzinfo=UTC)
    return Harvest("H", Wanted("arxiv", "cs", since), requested, 1, 1, sums)


def test_a_schedule_leaves_no_day_out() -> None:
    (every,) = read_schedule("arxiv:cs@24h")
    now = datetime(2026, 9, 20, 12, tzinfo=UTC)
    first = due(every, [], now)
    assert first is not None
    assert first.since == now.date() - timedelta(1)
    for last, since in (
        (_ended(date(2026, 9, 1), done=1, as_of="2026-09-10"), date(2026, 9, 9)),
        (_ended(date(2026, 9, 1), parked=1, as_of="2026-09-10"), date(2026, 9, 1)),
        (_ended(None, parked=1), date(2026, 9, 9)),
        (_ended(None, parked=1, as_of="2026-09-08"), date(2026, 9, 7)),
    ):
        wanted = due(every, [last], now)
        assert wanted is not None
        assert wanted.since == since
    with pytest.raises(ValueError, match="orcid needs a set"):
        read_schedule("orcid@24h")


async def test_a_schedule_is_kept_once_however_many_copies_there_are(system: System) -> None:
    shelf = Shelf(real_records())
    daily = {"harvest_schedule": "arxiv:cs@24h"}
    async with (
        standing_in(shelf.answer) as arxiv,
        operating(system, ("arxiv", arxiv), **daily) as one,
        operating(system, ("arxiv", arxiv), **daily),
    ):

        async def listed() -> Any:
            return (await one.http.get("/harvests", headers=HEADERS)).json()["items"]

        (found,) = await eventually(listed, lambda items: [i["state"] for i in items] == ["done"])
    assert found["since"] == str(datetime.now(UTC).date() - timedelta(1))
    assert len(arxiv.asked) == 1


def test_a_schedule_that_cannot_be_read_is_refused() -> None:
    for text in ("arxiv", "arxiv@daily", "scopus@24h"):
        with pytest.raises(ValueError, match=text):
            read_schedule(text)


async def test_a_planned_job_told_twice_and_late_is_one_job(system: System) -> None:
    async with harvesting(system, Shelf(real_records())) as (arxiv, operator):
        found = await operator.harvest(**EVERYTHING)
        (message,) = await system.messages("works.harvest")
        assert message.key is not None
        assert HarvestJobWasPlanned.__name__.encode() in (message.value or b"")
        await system.publish("works.harvest", [(message.key.decode(), message.value or b"")] * 2)
        await system.caught_up("works")
        assert (await operator.look(found["id"]))["state"] == "done"
    assert len(arxiv.asked) == 4
