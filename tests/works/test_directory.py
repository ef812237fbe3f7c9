"""Whom a source tells apart: by which names and ids its records lead to them, in any order."""

import asyncio
import random
from collections.abc import Iterable
from itertools import permutations
from typing import Any

import pytest

from chassis.documents import Cause
from contracts.events.works import Authorship
from services.works.directory import Found, Known, introduced, places_of_person
from services.works.records import PersonRecord, Record
from services.works.store import Counts, Store
from tests.outcomes import timeless
from tests.support import System
from tests.works.papers import acl, arxiv, by
from tests.works.taking_in import authors, published, resolve, take_in, works

ORCID = "orcid:0000-0002-1825-0097"


def person(record_id: str, *names: str, **more: Any) -> PersonRecord:
    """Somebody whom the Anthology knows."""
    known: dict[str, Any] = {
        "source": "acl",
        "feed": "acl-people",
        "record_id": record_id,
        "identifier": f"acl:{record_id}",
        "names": names,
    }
    return PersonRecord.model_validate(known | more)


SUSAN = person("susan-armstrong", "Susan Armstrong", "Susan Warwick", known_as=(ORCID,))


def found(*people: PersonRecord) -> Found:
    led: dict[str, list[Known]] = {}
    for one in people:
        for place in places_of_person(one):
            led.setdefault(place, []).append(Known(one, 1))
    return led


def identified(record: Record, *people: PersonRecord) -> list[tuple[str, ...]]:
    return [author.identifiers for author in introduced(record, found(*people)).authors]


def with_id(name: str, *identifiers: str) -> Authorship:
    return Authorship(name=name, identifiers=identifiers)


def test_a_name_leads_to_the_person_who_bears_it() -> None:
    record = acl(authors=by("Susan Warwick", "Susan Smith"))
    assert identified(record, SUSAN) == [("acl:susan-armstrong",), ()]


def test_an_orcid_id_is_taken_over_only_where_the_source_put_its_own() -> None:
    record = acl(authors=(with_id("S. Armstrong", "acl:susan-armstrong"),))
    assert identified(record, SUSAN) == [("acl:susan-armstrong", ORCID)]
    own = "orcid:0000-0001-5109-3700"
    record = acl(authors=(with_id("S. Armstrong", "acl:susan-armstrong", own),))
    assert identified(record, SUSAN) == [("acl:susan-armstrong", own)]


def test_a_name_of_two_people_leads_to_neither() -> None:
    record = acl(authors=by("Susan Warwick"))
    assert identified(record, SUSAN, person("other", "Susan Warwick")) == [()]
    nobody = person("all", "Susan Warwick", is_several=True)
    assert identified(record, SUSAN, nobody) == [()]


def test_a_name_that_many_have_leads_to_nobody() -> None:
    assert identified(acl(authors=by("Wei Wang")), person("wei-wang", "Wei Wang")) == [()]


def test_a_person_whose_name_says_nothing_is_known_by_the_id_alone() -> None:
    silent = person("pranav-anand", "Pranav Anand", by_name=False)
    record = acl(authors=(*by("Pranav Anand"), with_id("P. Anand", "acl:pranav-anand")))
    assert identified(record, silent) == [(), ("acl:pranav-anand",)]


def test_an_id_that_several_share_is_nobodys() -> None:
    shared = person("fei-liu", "Fei Liu", is_several=True)
    record = acl(authors=(with_id("Fei Liu", "acl:fei-liu", ORCID),))
    assert identified(record, shared) == [(ORCID,)]


def test_a_former_id_becomes_the_one_in_use() -> None:
    wei = person(
        "homepages/1/2",
        source="dblp",
        identifier="dblp-author:Wei Wang 0010",
        former=("dblp-author:Wei Wang 0077",),
    )
    record = acl(source="dblp", authors=(with_id("Wei Wang", "dblp-author:Wei Wang 0077"),))
    assert identified(record, wei) == [("dblp-author:Wei Wang 0010",)]


def test_nobody_stands_in_a_list_twice() -> None:
    record = acl(authors=by("Susan Armstrong", "Susan Warwick"))
    assert identified(record, SUSAN) == [(), ()]


def test_another_source_is_not_told_of() -> None:
    assert identified(arxiv(authors=by("Susan Warwick")), SUSAN) == [()]
    group = Authorship(name="Susan Warwick", is_group=True)
    assert identified(acl(authors=(group,)), SUSAN) == [()]


async def introduce(store: Store, *people: PersonRecord) -> Counts:
    """One batch of an ingest."""
    return await store.ingest_people(people, {one.key: Cause() for one in people})


def papers() -> list[Record]:
    """By one woman under two family names and nobody else in common, and by others."""
    return [
        acl("2001.a-1.1", title="First things first", authors=by("Susan Warwick", "Ada Lovelace")),
        acl("2011.a-1.1", title="Second things next", authors=by("Susan Armstrong", "Al Turing")),
        acl("2012.a-1.1", title="Third things last", authors=by("Pranav Anand", "Al Turing")),
    ]


PEOPLE = (SUSAN, person("al-turing", "Al Turing"))


async def state_of(store: Store) -> tuple[Any, ...]:
    return timeless(await works(store)), await authors(store)


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_changed_family_name_is_one_person_whatever_comes_first(
    store: Store, other: Store, order: tuple[int, ...]
) -> None:
    first, *rest = papers()
    steps = (
        lambda: take_in(store, first),
        lambda: take_in(store, *rest),
        lambda: introduce(store, *PEOPLE),
    )
    for number in order:
        await steps[number]()
        await resolve(store)
    await introduce(other, *PEOPLE)
    await take_in(other, *papers())
    await resolve(other)
    assert await state_of(store) == await state_of(other)
    assert sorted(map(len, (await authors(store)).values())) == [1, 1, 2, 2]


async def test_a_person_whose_places_are_read_in_portions_is_still_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.mongo._LARGEST_READ", 1)
    await introduce(store, *PEOPLE)
    await take_in(store, *papers())
    await resolve(store)
    assert sorted(map(len, (await authors(store)).values())) == [1, 1, 2, 2]


async def test_the_same_people_again_change_nothing(store: Store) -> None:
    await take_in(store, *papers())
    counts = await introduce(store, *PEOPLE)
    assert (counts.new, counts.revised, counts.unchanged) == (2, 0, 0)
    before = await published(store, "works")
    counts = await introduce(store, *PEOPLE)
    assert (counts.new, counts.revised, counts.unchanged) == (0, 0, 2)
    await take_in(store, *papers())
    assert await published(store, "works") == before


async def test_a_name_that_proves_to_be_somebody_elses_parts_them(store: Store) -> None:
    await take_in(store, *papers())
    await introduce(store, *PEOPLE)
    counts = await introduce(store, person("susan-armstrong", "Susan Armstrong", "S. Armstrong"))
    assert (counts.new, counts.revised) == (0, 1)
    await resolve(store)
    assert sorted(map(len, (await authors(store)).values())) == [1, 1, 1, 1, 2]


async def test_an_older_page_of_a_person_never_replaces_a_newer_one(store: Store) -> None:
    newer = person("susan-armstrong", *SUSAN.names, modified="2024-05-06T00:00:00Z")
    older = person("susan-armstrong", "Susan Armstrong", modified="2020-05-06T00:00:00Z")
    for batch in ([newer, older], [older]):
        await introduce(store, *batch)
    await take_in(store, *papers())
    await resolve(store)
    assert sorted(map(len, (await authors(store)).values())) == [1, 1, 2, 2]


class Killed(RuntimeError):
    """The service died."""


async def test_who_died_before_the_places_knew_is_finished_by_the_next(
    databases: System, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await take_in(store, *papers())

    async def killed(_: Iterable[str]) -> list[str]:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(store.holdings, "standing_at", killed)
        with pytest.raises(Killed):
            await introduce(store, *PEOPLE)
    counts = await introduce(Store(databases.service("works")), *PEOPLE)
    assert counts.unchanged == 2
    await resolve(store)
    assert sorted(map(len, (await authors(store)).values())) == [1, 1, 2, 2]


NAMES = ("Susan Armstrong", "Susan Warwick", "S. Warwick", "Susan Armstrong-Warwick")
IDS = ("acl:susan-armstrong", "acl:susan-other", "acl:susan")


def made_up(chance: random.Random) -> tuple[list[Record], list[PersonRecord]]:
    """Versions of papers by few names, some with ids, and what is said of these, twice."""
    records = []
    for number in range(8):
        for version in (1, 2):
            listed = [
                with_id(name, *chance.sample(IDS, chance.choice((0, 0, 0, 1))))
                for name in chance.sample(NAMES, chance.choice((1, 2)))
            ]
            records.append(
                acl(
                    f"20{number:02d}.a-1.1",
                    title=f"On {'abcdefgh'[number] * 3} and other things",
                    version=version,
                    year=2000 + number,
                    authors=(*listed, *by(chance.choice(("Bo Quirrel", "Al Zobrist")))),
                )
            )
    people = [
        person(
            one.removeprefix("acl:"),
            *chance.sample(NAMES, chance.choice((1, 2, 3))),
            is_several=chance.random() < 0.2,
            by_name=chance.random() < 0.8,
            known_as=(ORCID,) if chance.random() < 0.3 else (),
            modified=f"202{day}-01-01T00:00:00Z",
        )
        for one in IDS
        for day in (1, 2)
    ]
    return records, people


@pytest.mark.parametrize("seed", range(6))
async def test_papers_and_people_in_any_order_give_the_same(
    store: Store, other: Store, seed: int
) -> None:
    chance = random.Random(seed)
    records, people = made_up(chance)
    await introduce(other, *people)
    await take_in(other, *records)
    await resolve(other)
    mixed: list[Record | PersonRecord] = [*records, *people]
    chance.shuffle(mixed)
    for start in range(0, len(mixed), 5):
        part = mixed[start : start + 5]
        await introduce(store, *(one for one in part if isinstance(one, PersonRecord)))
        await take_in(store, *(one for one in part if isinstance(one, Record)))
        if chance.random() < 0.3:
            await resolve(store, seed)
    await resolve(store, seed)
    assert await state_of(store) == await state_of(other)


async def test_papers_and_people_at_the_same_instant_give_the_same(
    store: Store, other: Store
) -> None:
    records, people = made_up(random.Random(7))
    await introduce(other, *people)
    await take_in(other, *records)
    await resolve(other)
    await asyncio.gather(
        *(introduce(store, *people[start : start + 2]) for start in range(0, len(people), 2)),
        *(take_in(store, *records[start : start + 4]) for start in range(0, len(records), 4)),
    )
    await resolve(store)
    assert await state_of(store) == await state_of(other)
