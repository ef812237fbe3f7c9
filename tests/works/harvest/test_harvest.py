"""Harvests of a provider on this machine, from the request to the works."""

import gzip

import pytest

from tests.support import System
from tests.works.harvest.oai_shelf import FIXTURES, Shelf, deleted, real_records
from tests.works.harvest.standin import Answer, Asked, standing_in
from tests.works.harvest.support import EVERYTHING, SINCE, anthology, harvesting, operating, titles


async def test_every_page_is_taken_in_once_and_again_changes_nothing(system: System) -> None:
    async with harvesting(system, Shelf(real_records(), size=5)) as (arxiv, operator):
        found = await operator.harvest(**EVERYTHING)
        assert (found["counts"]["pages"], found["counts"]["read"]) == (3, 12)
        assert found["counts"]["new"] == 12
        assert arxiv.asked[0].params == {
            "verb": "ListRecords",
            "metadataPrefix": "arXiv",
            "set": "cs",
            "from": SINCE,
        }
        assert [asked.params.keys() for asked in arxiv.asked[1:]] == [
            {"verb", "resumptionToken"}
        ] * 2
        await system.caught_up("works")
        before = await system.state("works", "works", "authors")
        again = await operator.harvest(**EVERYTHING)
        assert again["id"] == found["id"]
        assert (again["counts"]["read"], again["counts"]["unchanged"]) == (12, 12)
        await system.caught_up("works")
        assert await system.state("works", "works", "authors") == before


async def test_a_provider_that_misbehaves_changes_nothing_in_the_end(system: System) -> None:
    shelf = Shelf(real_records(), size=2)
    whole = shelf.answer(Asked("/api", {}, {}, 0)).body
    async with harvesting(system, shelf) as (arxiv, operator):
        arxiv.fails(
            Answer(whole, cut=700),
            Answer(whole[:700], says_length=False),
            Answer(status=503, headers={"Retry-After": "1"}),
            Answer(status=500),
            None,
            Answer(b"<html>Sorry, we are busy</html>"),
            Answer(cut=0),
            None,
            None,
            Answer(status=429, headers={"Retry-After": "0"}),
            shelf.answer(Asked("/api", {"resumptionToken": f"{SINCE}|4"}, {}, 0)),
        )
        found = await operator.harvest(**EVERYTHING)
    assert found["counts"]["read"] == found["counts"]["new"] == 12
    held = [asked.at for asked in arxiv.asked]
    assert held[3] - held[2] >= 1, "Retry-After was not obeyed"
    assert len(await titles(system)) == 12


async def test_a_timeout_is_waited_out(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.works.harvest.worker.TIMEOUT", 0.5)
    async with harvesting(system, Shelf(real_records())) as (arxiv, operator):
        arxiv.fails(Answer(silent=True), None, Answer(silent=True))
        found = await operator.harvest(**EVERYTHING)
    assert found["counts"]["read"] == 12


async def test_an_expired_token_begins_again_at_the_last_safe_day(system: System) -> None:
    shelf = Shelf(real_records(), size=5, expired={f"{SINCE}|5"})
    async with harvesting(system, shelf) as (arxiv, operator):
        found = await operator.harvest(**EVERYTHING)
    froms = [asked.params["from"] for asked in arxiv.asked if "from" in asked.params]
    assert froms == [SINCE, "2016-03-22"]
    assert len(await titles(system)) == found["counts"]["new"] == 12


async def test_an_unordered_list_begins_again_at_the_beginning(system: System) -> None:
    async with harvesting(system, Shelf(real_records()[::-1], size=5)) as (arxiv, operator):
        arxiv.fails(None, Answer(status=404))
        await operator.harvest(**EVERYTHING)
    froms = [asked.params["from"] for asked in arxiv.asked if "from" in asked.params]
    assert froms == [SINCE, SINCE]
    assert len(await titles(system)) == 12


async def test_deleted_records_are_told_and_the_rest_goes_on(system: System) -> None:
    shelf = Shelf(real_records())
    async with harvesting(system, shelf) as (_, operator):
        await operator.harvest(**EVERYTHING)
        shelf.records.append(deleted("1601.03238", "2026-01-01"))
        found = await operator.harvest(source="arxiv", set="cs", since="2026-01-01")
        await system.caught_up("works")
    assert found["counts"]["read"] == found["counts"]["revised"] == 1
    told = [message.value or b"" for message in await system.messages("works.work")]
    assert sum(b"WorkWasWithdrawn" in event for event in told) == 1


async def test_nothing_new_is_a_harvest_that_is_done(system: System) -> None:
    async with harvesting(system, Shelf(real_records())) as (_, operator):
        found = await operator.harvest(source="arxiv", set="cs", since="2026-01-01")
    assert (found["counts"]["pages"], found["counts"]["read"]) == (1, 0)


async def test_files_are_fetched_whole(system: System) -> None:
    whole = anthology(Asked("/api/2020.cl.xml", {}, {}, 0)).body
    async with standing_in(anthology) as acl, operating(system, ("acl", acl)) as operator:
        acl.fails(Answer(whole[: len(whole) // 2], says_length=False), Answer(b"<html>Busy</html>"))
        found = await operator.harvest(source="acl", set="2020.cl, 2020.tacl")
        assert found["jobs"] == 2
        assert len(acl.asked) == 4
        assert found["counts"]["read"] == len(await titles(system)) > 50
        asked = await operator.ask(source="acl", set="2020.nothing")
        assert (await operator.until(asked["id"], "parked"))["parked"] == 1


async def test_a_list_of_people_says_who_is_one_author(system: System) -> None:
    listed = b"""tiago-pimentel:
  names:
  - {first: Tiago, last: Pimentel}
  - {first: Xiaojun, last: Wan}
"""
    async with (
        standing_in(anthology) as acl,
        standing_in(lambda _: Answer(listed)) as people,
        operating(system, ("acl", acl), ("acl-people", people)) as operator,
    ):
        people.fails(Answer(b"<html>Busy</html>"))
        await operator.harvest(source="acl", set="2020.tacl")
        found = await operator.harvest(source="acl-people")
        assert (found["counts"]["read"], found["counts"]["new"]) == (1, 1)
        await system.caught_up("works")
    authors = (await system.state("works", "authors")).values()
    names = [row["author"]["names"] for row in authors if "author" in row]
    assert ["Tiago Pimentel", "Xiaojun Wan"] in names


async def test_no_page_of_a_scroll_is_lost_when_an_answer_is(system: System) -> None:
    """Crossref's cursor moves on with every request, whether its answer arrived or not."""
    bodies = [
        gzip.decompress((FIXTURES / f"crossref-cursor-{number}.json.gz").read_bytes()).replace(
            b'"total-results":454', b'"total-results":60'
        )
        for number in range(3)
    ]
    place = 0

    def scroll(asked: Asked) -> Answer:
        nonlocal place
        place = 1 if asked.params["cursor"] == "*" else place + 1
        if place > len(bodies):
            return Answer(b'{"message": {"items": [], "next-cursor": "x", "total-results": 60}}')
        return Answer(bodies[place - 1], cut=900 if len(crossref.asked) == 3 else None)

    async with (
        standing_in(scroll) as crossref,
        operating(system, ("crossref", crossref)) as operator,
    ):
        found = await operator.harvest(source="crossref", since="2024-01-01", until="2024-01-01")
    assert [asked.params["cursor"] == "*" for asked in crossref.asked].count(True) == 2
    assert found["counts"]["read"] == 100
    async with system.database("works") as database:
        assert await database["records"].count_documents({}) == 60
