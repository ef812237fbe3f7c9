"""Which mentions are one author: a function of the mentions, whatever their order."""

from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events.works import AuthorWasRecorded
from services.works import pairs as pairs_of
from services.works.clusters import Clustering
from services.works.constraints import Constraint, Ref
from services.works.evidence import Floats, Surroundings
from services.works.names import block_of, name_key
from services.works.pairs import Pairs
from services.works.resolution import Author, Mention, addresses_of, author_id, describe, resolve
from tests.works.mentions import BLOCK, MONDAY, SPELLINGS, TUESDAY, mention, rare

Outcome = dict[str, AuthorWasRecorded]


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


def yang(work: int, *coauthors: str, title: str = "", year: int = 2020) -> Mention:
    """Of a name that many people have."""
    around = Surroundings(tuple(sorted(coauthors)), tuple(sorted(title.split())), year=year)
    name = "Yang Liu"
    return Mention(f"W{work}", 0, "liu y", name_key(name), name, year=year, surroundings=around)


def test_a_common_name_is_one_author_only_where_something_speaks_for_it() -> None:
    here = [yang(n, "maosong sun", "huanbo luan", title="neural translation") for n in (1, 2)]
    there = [yang(n, "elizabeth shriberg", title="speech disfluency", year=2003) for n in (3, 4)]
    assert sorted(map(works_of, resolve(here + there))) == [["W1", "W2"], ["W3", "W4"]]


def test_pairs_are_looked_at_a_few_at_a_time_and_come_out_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    circles = [f"{one}{other}" for one in "bcdfg" for other in "aeiou"]
    some = [
        yang(n, f"{c}na un{c}sual", title=f"{c}{c}{c}{c}s", year=1990 + n % 30)
        for n, c in enumerate(circles * 3)
    ]
    whole = told(resolve(some))
    assert 1 < len(whole) < len(some)
    together: list[int] = []
    scores = Clustering._scores

    def watched(self: Clustering, pairs: Pairs) -> Floats:
        together.append(len(pairs))
        return scores(self, pairs)

    monkeypatch.setattr(pairs_of, "_ROWS", 10)
    monkeypatch.setattr(pairs_of, "_COLUMNS", 10)
    monkeypatch.setattr(Clustering, "_scores", watched)
    assert told(resolve(some)) == whole
    assert max(together) == 100
    assert sum(together) >= len(some) * (len(some) - 1) // 2


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


def test_an_id_depends_on_nothing_but_block_and_address() -> None:
    assert author_id("bao h", "W1#0") == author_id("bao h", "W1#0")
    assert author_id("bao h", "W1#0") != author_id("bao j", "W1#0")


def test_nobody_from_nothing() -> None:
    assert resolve([]) == []
