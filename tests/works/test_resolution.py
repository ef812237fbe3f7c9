"""Which mentions are one author: a function of the mentions, whatever their order."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from contracts.events.works import Attestation, AuthoredWork, AuthorWasRecorded
from services.works.resolution import Author, Mention, author_id, describe, resolve

BLOCK = "smith j"
SPELLINGS = {
    "john smith": ("John Smith", "JOHN SMITH", "Smith, John"),
    "jane smith": ("Jane Smith", "Jané Smith"),
    "j smith": ("J. Smith",),
}
MONDAY = datetime(2026, 9, 14, tzinfo=UTC)
TUESDAY = datetime(2026, 9, 15, tzinfo=UTC)

Outcome = dict[str, tuple[frozenset[str], AuthorWasRecorded]]


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
    """What the world learns: per id the redirects to it and the record."""
    return {
        author_id(BLOCK, author.address): (
            frozenset(author_id(BLOCK, alias) for alias in author.aliases),
            describe(author.mentions),
        )
        for author in found
    }


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
def test_identified_authors_are_joined_by_nothing_but_identifiers(some: list[Mention]) -> None:
    for author in resolve(some):
        left = [m for m in author.mentions if m.identifiers]
        reached: set[str] = set(left[0].identifiers) if left else set()
        while near := [m for m in left if reached & set(m.identifiers)]:
            reached.update(i for m in near for i in m.identifiers)
            left = [m for m in left if m not in near]
        assert left == []


@given(mentions())
def test_every_address_resolves_to_exactly_one_author(some: list[Mention]) -> None:
    found = resolve(some)
    addresses = [address for author in found for address in (author.address, *author.aliases)]
    assert len(addresses) == len(set(addresses))
    assert {i for m in some for i in m.identifiers} <= set(addresses)
    assert {f"name:{m.key}" for m in some if not m.identifiers} <= set(addresses)


@given(mentions())
def test_a_name_alone_belongs_to_its_sole_identified_bearer(some: list[Mention]) -> None:
    found = resolve(some)
    for plain in (m for m in some if not m.identifiers):
        bearers = [
            author
            for author in found
            if any(m.identifiers and m.key == plain.key for m in author.mentions)
        ]
        author = author_of(found, plain)
        if len(bearers) == 1:
            assert author is bearers[0]
        else:
            assert author.address == f"name:{plain.key}"
            assert author not in bearers
            assert {m.key for m in author.mentions} == {plain.key}


def test_identifiers_join_across_names_and_over_a_third_mention() -> None:
    one = mention(1, "john smith", "acl:a")
    link = mention(2, "jane smith", "acl:a", "orcid:1")
    other = mention(3, "j smith", "orcid:1")
    (author,) = resolve([one, other, link])
    assert works_of(author) == ["W1", "W2", "W3"]
    assert author.address == "acl:a"
    assert author.aliases == {"orcid:1", "name:john smith", "name:jane smith", "name:j smith"}


def test_the_same_name_without_identifiers_is_one_author() -> None:
    (author,) = resolve([mention(2), mention(1, name="SMITH, JOHN")])
    assert author.address == "name:john smith"
    assert works_of(author) == ["W1", "W2"]


def test_a_name_alone_joins_the_only_one_known_by_it() -> None:
    (author,) = resolve([mention(1), mention(2, "john smith", "acl:a")])
    assert author.address == "acl:a"
    assert author.aliases == {"name:john smith"}
    assert works_of(author) == ["W1", "W2"]


def test_a_name_alone_stays_apart_when_two_are_known_by_it() -> None:
    found = resolve(
        [mention(1), mention(2, "john smith", "acl:a"), mention(3, "john smith", "acl:b")]
    )
    works = {author.address: works_of(author) for author in found}
    assert works == {"acl:a": ["W2"], "acl:b": ["W3"], "name:john smith": ["W1"]}


def test_a_person_seen_twice_in_one_work_is_listed_at_both_places() -> None:
    (author,) = resolve([mention(1, place=0), mention(1, place=4)])
    assert describe(author.mentions).works == (
        AuthoredWork(work_id="W1", place=0),
        AuthoredWork(work_id="W1", place=4),
    )


def test_an_id_depends_on_nothing_but_block_and_address() -> None:
    assert author_id("bao h", "name:hangbo bao") == "A55xbwctnt3llbbju"
    assert author_id("bao h", "name:hangbo bao") != author_id("bao j", "name:hangbo bao")


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
