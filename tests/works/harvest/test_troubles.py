"""Providers in trouble for long, and answers that are hard to take in."""

import asyncio
import gzip

import orjson
import pytest

from services.works.harvest.providers import PROVIDERS
from services.works.harvest.slots import Busy, Pace, Slots
from tests.support import System
from tests.works.harvest.oai_shelf import FIXTURES, Shelf, real_records
from tests.works.harvest.standin import Answer, Asked, standing_in
from tests.works.harvest.support import EVERYTHING, HEADERS, harvesting, operating, titles


def _dblp(inside: str) -> bytes:
    return gzip.compress(f'<?xml version="1.0"?>\n<dblp>{inside}</dblp>'.encode())


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults are not waited out."""
    monkeypatch.setattr("services.works.harvest.client._TRIES", 1)
    monkeypatch.setattr("services.works.harvest.worker._PAUSE_GROWS", 1)


async def test_a_scroll_that_failed_for_long_goes_on_when_somebody_says_so(
    system: System, impatient: None
) -> None:
    page = orjson.loads(gzip.decompress((FIXTURES / "crossref-cursor-0.json.gz").read_bytes()))
    work = page["message"]["items"][0]
    well = False

    def scroll(asked: Asked) -> Answer:
        place = 1 if asked.params["cursor"] == "*" else len(crossref.asked) - begun[-1] + 1
        if place == 1:
            begun.append(len(crossref.asked))
        elif not well:
            return Answer(status=500)
        item = {**work, "DOI": f"10.5555/{place}", "title": [f"Paper {place}"]}
        items = [item] if place < 4 else []
        message = {**page["message"], "items": items, "total-results": 3}
        return Answer(orjson.dumps({**page, "message": message}))

    begun: list[int] = []
    async with (
        standing_in(scroll) as crossref,
        operating(system, ("crossref", crossref)) as operator,
    ):
        asked = await operator.ask(source="crossref", since="2024-01-01", until="2024-01-01")
        parked = await operator.until(asked["id"], "parked")
        assert "500" in parked["reasons"][0]
        assert 10 < len(crossref.asked) < 40
        well = True
        await operator.http.post(f"/harvests/{asked['id']}/retry", headers=HEADERS)
        await operator.until(asked["id"], "done")
    assert await titles(system) == ["Paper 1", "Paper 2", "Paper 3"]


async def test_a_page_that_breaks_off_is_asked_for_again_then_taken_as_far_as_it_goes(
    system: System, impatient: None
) -> None:
    shelf = Shelf(real_records(), size=4)
    first = shelf.answer(Asked("/api", {}, {}, 0)).body
    broken = Answer(first.replace(b"</title>", b"</titel>", 1))
    async with harvesting(system, shelf) as (arxiv, operator):
        arxiv.fails(broken)
        found = await operator.harvest(**EVERYTHING)
        assert (found["counts"]["read"], found["counts"]["rejected"]) == (12, 0)
        arxiv.fails(*[broken] * 5)
        again = await operator.harvest(source="arxiv", set="math", since="2015-01-01")
    assert again["counts"]["rejected"] == 1
    assert "an answer of arxiv, line" in again["job_details"][0]["rejected"][0]["record"]


async def test_a_dump_may_be_large_and_hold_much_that_is_no_work(system: System) -> None:
    homes = "".join(f'<www key="homepages/{"x" * 480}/{number}"/>' for number in range(36_000))
    paper = (
        '<article key="a/1"><author>A B</author><title>A paper</title><year>2020</year></article>'
    )
    dump = _dblp(homes + paper)
    async with (
        standing_in(lambda _: Answer(dump)) as dblp,
        operating(system, ("dblp", dblp), ingest_largest_file=1000) as operator,
    ):
        found = await operator.harvest(source="dblp")
    assert found["counts"]["rejected"] == 36_000
    assert len(found["job_details"][0]["rejected"]) == 100
    assert await titles(system) == ["A paper"]


async def test_a_long_pause_that_another_connection_was_told_is_not_slept_through(
    system: System,
) -> None:
    async with system.database("works") as database:
        slots = Slots(database)
        await slots.prepare(PROVIDERS["datacite"])
        one, two = [await slots.take(owner, 60, "datacite") or "" for owner in "ab"]
        assert {one, two} == {"datacite/0", "datacite/1"}
        await Pace(slots, "a", one, 0.1).hold(3600)
        with pytest.raises(Busy) as told:
            async with asyncio.timeout(5):
                await Pace(slots, "b", two, 0.1).turn()
        assert 3500 < (told.value.seconds or 0) <= 3600


async def test_all_interfaces_of_arxiv_share_one_connection(system: System) -> None:
    async with system.database("works") as database:
        slots = Slots(database)
        await slots.prepare(*PROVIDERS.values())
        assert await slots.take("a", 60, "arxiv")
        assert await slots.take("b", 60, "arxiv-api") is None
        assert await slots.take("b", 60, "openalex")
