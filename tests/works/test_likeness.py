"""Names of different blocks are one person where they keep the same company, and else are not."""

from collections import defaultdict
from collections.abc import Hashable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.works.likeness import Link, links_between, links_through
from services.works.resolution import Mention
from tests.bench.authors import partition
from tests.works.mentions import signed

BONNIE, CLYDE = "Bonnie Quirrel", "Clyde Zobrist"
SHORT, LONG = "Gemma Boleda", "Gemma Boleda Torrent"
TWO = (BONNIE, CLYDE)
FIVE = (*TWO, "Dora Vukasin", "Emil Ostrander", "Fay Lindqvist")


def links(*lists: Sequence[str]) -> set[Link]:
    return links_between(signed(*lists))


def people(mentions: Sequence[Mention]) -> set[frozenset[str]]:
    """Who of those of several names is one person, by their names."""
    found: dict[Hashable, set[str]] = defaultdict(set)
    for mention, person in zip(mentions, partition(mentions), strict=True):
        found[person].add(mention.name)
    return {frozenset(names) for names in found.values() if len(names) > 1}


@pytest.mark.parametrize(
    ("one", "other", "company"),
    [
        (SHORT, LONG, (BONNIE,)),
        ("Anne De Roeck", "Anne DeRoeck", (BONNIE,)),
        ("T. Florian Jaeger", "Florian Jaeger", (BONNIE,)),
        ("Diego Mollá", "Diego Molla-Aliod", (BONNIE,)),
        ("Rila Mandala", "Mandala Rila", FIVE),
        ("Anh Tuan Luu", "Luu Anh Tuan", FIVE),
    ],
)
def test_names_of_two_words_in_common_are_linked_by_their_company(
    one: str, other: str, company: Sequence[str]
) -> None:
    assert links([one, *company], [other, *company])
    assert not links([one, *company[1:]], [other, *company[1:]])
    assert people(signed([one, *company], [other, *company])) == {frozenset((one, other))}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wei Yang", "Hsiu-Wei Yang"),
        ("Gemma Boleda", "Gemma Torrent"),
        ("Maria Boleda Torrent", "Gemma Boleda Torrent"),
        ("Gemma Boleda", "G. Boleda Torrent"),
        ("Feng-Long Huang", "Feng-Long Hwang"),
    ],
)
def test_other_differences_are_never_seen_across_blocks(one: str, other: str) -> None:
    assert not links([one, *FIVE], [other, *FIVE])


def test_co_authors_of_common_names_say_little() -> None:
    assert not links([SHORT, "Wei Wang", "Yang Liu"], [LONG, "Wei Wang", "Yang Liu"])


def test_a_common_name_needs_more_company() -> None:
    one, other = "Wei Zhang", "Wei Zhang Peterson"
    assert not links([one, *TWO], [other, *TWO])
    assert links([one, *FIVE], [other, *FIVE])


def test_a_group_is_nobody_s_co_author() -> None:
    lists = [SHORT, *TWO], [LONG, *TWO]
    assert links_between(signed(*lists, groups=TWO)) == set()


def test_two_places_in_one_work_are_two_people() -> None:
    lists = [SHORT, *TWO], [LONG, *TWO], [SHORT, LONG]
    assert links(*lists)
    assert people(signed(*lists)) == set()
    assert not links([SHORT, LONG, *TWO])


def test_different_identifiers_are_two_people() -> None:
    lists = [SHORT, *TWO], [LONG, *TWO]
    known = {SHORT: "orcid:0000-0002-1825-0097", LONG: "orcid:0000-0001-5109-3700"}
    assert people(signed(*lists, identifiers=known)) == set()
    assert people(signed(*lists, identifiers={SHORT: known[SHORT]})) == {frozenset((SHORT, LONG))}


def test_who_is_like_two_that_cannot_be_one_is_neither() -> None:
    lists = [SHORT, *TWO], [LONG, *TWO], ["Gemma Boleda Riera", *FIVE]
    assert people(signed(*lists)) == set()


def test_a_name_that_stands_twice_in_a_work_is_nobody_s() -> None:
    assert people(signed([SHORT, SHORT, *TWO], [LONG, *TWO])) == set()


_NAMES = (
    *("Ana Pérez Soto", "Ana Perez", "Pérez Ana", "A. Perez", "Ana Perezsoto", "Wei Zhang"),
    *("Zhang Wei", "Luu Anh Tuan", "Anh Tuan Luu", "Tuan Luu", *FIVE, "Quirrel Bonnie"),
)
_lists = st.lists(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=9), max_size=7)


@given(_lists)
def test_every_link_is_seen_from_the_block_of_a_co_author(lists: list[list[str]]) -> None:
    mentions = signed(*lists)
    blocks: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        blocks[mention.block].append(mention)
    seen = set().union(*(links_through(held) for held in blocks.values()))
    assert seen == links_between(mentions)
    assert links_between(mentions[::-1]) == seen
