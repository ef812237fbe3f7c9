"""Which mentions are one author: a function of the mentions, whatever their order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from contracts.events.works import Attestation, AuthoredWork, AuthorWasRecorded
from services.works.constraints import Constraint, Ref
from services.works.evidence import Surroundings
from services.works.names import block_of, name_key
from services.works.resolution import (
    Author,
    Mention,
    addresses_of,
    author_id,
    describe,
    resolve,
)

BLOCK = "smith j"
SPELLINGS = {
    "john smith": ("John Smith", "JOHN SMITH", "Smith, John"),
    "jane smith": ("Jane Smith", "Jané Smith"),
    "j smith": ("J. Smith",),
}
MONDAY = datetime(2026, 9, 14, tzinfo=UTC)
TUESDAY = datetime(2026, 9, 15, tzinfo=UTC)

Outcome = dict[str, AuthorWasRecorded]


def mention(
    work: int | str, key: str = "john smith", *identifiers: str, name: str = "", place: int = 0
) -> Mention:
    return Mention(
        work_id=work if isinstance(work, str) else f"W{work}",
        place=place,
        block=BLOCK,
        key=key,
        name=name or SPELLINGS[key][0],
        identifiers=identifiers,
    )


@st.composite
def mentions(draw: st.DrawFn) -> list[Mention]:
    """Up to a dozen places in author lists, each once."""
    places = draw(st.sets(st.tuples(st.integers(1, 8), st.integers(0, 1)), max_size=12))
    made = []
    for work, place in sorted(places):
        key = draw(st.sampled_from(sorted(SPELLINGS)))
        made.append(
            Mention(
                work_id=f"W{work}",
                place=place,
                block=BLOCK,
                key=key,
                name=draw(st.sampled_from(SPELLINGS[key])),
                identifiers=tuple(
                    draw(st.lists(st.sampled_from(IDENTIFIERS), max_size=2, unique=True))
                ),
                affiliations=tuple(draw(st.lists(st.sampled_from("ABC"), max_size=2))),
                year=draw(st.sampled_from([None, 2020, 2021])),
                sources=draw(st.sampled_from([(), (("arxiv", MONDAY),), (("acl", TUESDAY),)])),
            )
        )
    return made


IDENTIFIERS = ("acl:a", "acl:b", "orcid:1", "orcid:2")


def told(found: Sequence[Author]) -> Outcome:
    """What the world learns: per id the record."""
    return {author_id(BLOCK, a.address): describe(a.mentions) for a in found}


def works_of(author: Author) -> list[str]:
    return sorted(m.work_id for m in author.mentions)


def author_of(found: Sequence[Author], wanted: Mention) -> Author:
    (author,) = (author for author in found if wanted in author.mentions)
    return author


@given(st.data())
def test_the_order_of_mentions_changes_nothing(data: st.DataObject) -> None:
    some = data.draw(mentions())
    shuffled = data.draw(st.permutations(some))
    assert told(resolve(shuffled)) == told(resolve(some))


@given(mentions())
def test_each_mention_is_in_exactly_one_author(some: list[Mention]) -> None:
    placed = [(m.work_id, m.place) for author in resolve(some) for m in author.mentions]
    assert sorted(placed) == sorted((m.work_id, m.place) for m in some)
    assert all(author.mentions for author in resolve(some))


@given(mentions())
def test_mentions_that_share_an_identifier_are_one_author(some: list[Mention]) -> None:
    found = resolve(some)
    for one, other in combinations(some, 2):
        if set(one.identifiers) & set(other.identifiers):
            assert author_of(found, one) is author_of(found, other)


@given(mentions())
def test_different_identifiers_of_one_kind_are_joined_by_nothing_but_identifiers(
    some: list[Mention],
) -> None:
    for author in resolve(some):
        kinds: dict[str, set[str]] = {}
        for identifier in {i for m in author.mentions for i in m.identifiers}:
            kinds.setdefault(identifier.partition(":")[0], set()).add(identifier)
        for same_kind in kinds.values():
            assert same_kind <= linked(some, min(same_kind))


def linked(some: Sequence[Mention], identifier: str) -> set[str]:
    """All identifiers that mentions link to this one."""
    reached = {identifier}
    while more := {
        i for m in some if reached & set(m.identifiers) for i in m.identifiers if i not in reached
    }:
        reached |= more
    return reached


@given(mentions())
def test_every_address_leads_to_exactly_one_author(some: list[Mention]) -> None:
    found = resolve(some)
    leads = addresses_of(found)
    assert len(leads) == len(some)
    assert set(leads.values()) == {author.address for author in found}
    assert all(leads[author.address] == author.address for author in found)


def test_identifiers_join_across_names_and_over_a_third_mention() -> None:
    one = mention(1, "john smith", "acl:a")
    link = mention(2, "jane smith", "acl:a", "orcid:1")
    other = mention(3, "j smith", "orcid:1")
    (author,) = resolve([one, other, link])
    assert works_of(author) == ["W1", "W2", "W3"]


def test_a_rare_name_without_identifiers_is_one_author() -> None:
    (author,) = resolve([rare(2), rare(1)])
    assert works_of(author) == ["W1", "W2"]


def test_a_rare_name_joins_the_only_one_known_by_it() -> None:
    (author,) = resolve([rare(1), rare(2, "acl:a")])
    assert works_of(author) == ["W1", "W2"]


def test_a_rare_name_is_not_evidence_enough_when_two_are_known_by_it() -> None:
    found = resolve([rare(1, year=1999), rare(2, "acl:a"), rare(3, "acl:b")])
    assert len({id(author_of(found, m)) for a in found for m in a.mentions if m.identifiers}) == 2


def rare(work: int, *identifiers: str, year: int | None = None) -> Mention:
    name = "Hangbo Bao"
    return Mention(f"W{work}", 0, "bao h", name_key(name), name, identifiers, year=year)


def yang(work: int, *coauthors: str, title: str = "", year: int = 2020) -> Mention:
    """Of a name that many people have."""
    around = Surroundings(tuple(sorted(coauthors)), tuple(sorted(title.split())), year=year)
    name = "Yang Liu"
    return Mention(f"W{work}", 0, "liu y", name_key(name), name, year=year, surroundings=around)


def test_a_common_name_is_one_author_only_where_something_speaks_for_it() -> None:
    here = [yang(n, "maosong sun", "huanbo luan", title="neural translation") for n in (1, 2)]
    there = [yang(n, "elizabeth shriberg", title="speech disfluency", year=2003) for n in (3, 4)]
    assert sorted(map(works_of, resolve(here + there))) == [["W1", "W2"], ["W3", "W4"]]


def test_a_spelling_joins_the_full_name_it_stands_for_and_no_other() -> None:
    def marie(work: int, name: str) -> Mention:
        around = Surroundings(("emil unusualname", "hanna seldomheard"), ("rare", "words"))
        key = name_key(name)
        return Mention(f"W{work}", 0, block_of(name), key, name, surroundings=around)

    found = resolve([marie(1, "Dragomir R. Radev"), marie(2, "Dragomir Radev")])
    assert [works_of(author) for author in found] == [["W1", "W2"]]
    found = resolve([marie(1, "Dragomir R. Radev"), marie(2, "Dragomir K. Radev")])
    assert len(found) == 2


def test_decisions_of_people_stand_over_all_evidence() -> None:
    one, two, three = rare(1), rare(2), rare(3)
    refs = [(Ref(m.work_id, m.place),) for m in (one, two)]
    apart = Constraint("C1", "different", refs[0], refs[1], MONDAY)
    found = resolve([one, two, three], [apart])
    assert author_of(found, one) is not author_of(found, two)
    smiths = [mention(1, "john smith", "acl:a"), mention(2, "jane smith", "acl:b")]
    same = Constraint("C2", "same", refs[0], refs[1], MONDAY)
    (author,) = resolve(smiths, [same])
    assert works_of(author) == ["W1", "W2"]


def test_an_author_has_the_id_of_the_oldest_work() -> None:
    (author,) = resolve([rare(1, year=2020), rare(2, year=2010)])
    assert author.address == "W2#0"


def test_a_person_seen_twice_in_one_work_is_listed_at_both_places() -> None:
    (author,) = resolve([rare(1), replace(rare(1), place=4)])
    assert describe(author.mentions).works == (
        AuthoredWork(work_id="W1", place=0),
        AuthoredWork(work_id="W1", place=4),
    )


def test_an_id_depends_on_nothing_but_block_and_address() -> None:
    assert author_id("bao h", "W1#0") == author_id("bao h", "W1#0")
    assert author_id("bao h", "W1#0") != author_id("bao j", "W1#0")


def test_nobody_from_nothing() -> None:
    assert resolve([]) == []


def test_the_name_shown_is_the_one_printed_most_often() -> None:
    def shown(*names: str) -> str:
        return describe([mention(n, name=name) for n, name in enumerate(names)]).name

    assert shown("J. Smith", "John Smith", "J. Smith") == "J. Smith"
    assert shown("J. Smith", "John Smith") == "John Smith"
    assert shown("Jon Smith", "Jan Smith") == "Jan Smith"


def test_a_description_gathers_what_all_mentions_say() -> None:
    old = Mention(
        work_id="W1",
        place=2,
        block=BLOCK,
        key="john smith",
        name="John Smith",
        identifiers=("acl:b", "acl:a"),
        variants=("约翰",),
        affiliations=("Old College", "Both"),
        year=2019,
        sources=(("arxiv", TUESDAY), ("acl", MONDAY)),
    )
    new = Mention(
        work_id="W2",
        place=0,
        block=BLOCK,
        key="john smith",
        name="JOHN SMITH",
        identifiers=("acl:a",),
        affiliations=("New College", "Both"),
        year=2024,
        sources=(("arxiv", MONDAY),),
    )
    undated = Mention(
        work_id="W0",
        place=1,
        block=BLOCK,
        key="john smith",
        name="John Smith",
        affiliations=("Nowhere",),
    )
    assert describe([old, new, undated]) == AuthorWasRecorded(
        name="John Smith",
        names=("JOHN SMITH", "John Smith", "约翰"),
        identifiers=("acl:a", "acl:b"),
        affiliations=("New College", "Both", "Old College", "Nowhere"),
        works=(
            AuthoredWork(work_id="W0", place=1),
            AuthoredWork(work_id="W1", place=2),
            AuthoredWork(work_id="W2", place=0),
        ),
        attested_by=(
            Attestation(source="acl", works=1, imported_at=MONDAY),
            Attestation(source="arxiv", works=2, imported_at=TUESDAY),
        ),
    )


def test_a_work_counts_once_for_a_source_however_often_it_names_the_author() -> None:
    twice = [
        Mention("W1", place, BLOCK, "john smith", "John Smith", sources=(("acl", MONDAY),))
        for place in (0, 1)
    ]
    assert describe(twice).attested_by == (Attestation(source="acl", works=1, imported_at=MONDAY),)


def test_no_more_affiliations_than_twenty() -> None:
    many = Mention(
        "W1",
        0,
        BLOCK,
        "john smith",
        "John Smith",
        affiliations=tuple(f"University {n}" for n in range(30)),
    )
    assert describe([many]).affiliations == many.affiliations[:20]
