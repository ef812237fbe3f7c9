"""Which records are one work, and which look so and are not."""

import random
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from services.works.joining import Partition, Ruling, partition
from services.works.nodes import MOST_BEARERS
from services.works.records import Record, Relation
from tests.works.papers import ADA, ALAN, GRACE, MONDAY, acl, arxiv, by, held

TITLE = "On the computation of Bernoulli numbers"


def crossref(doi: str, **more: Any) -> Record:
    of_doi: dict[str, Any] = {
        "source": "crossref",
        "feed": "crossref-rest",
        "record_id": doi,
        "doi": doi,
        "title": TITLE,
        "type": "article",
        "year": 2021,
        "authors": by(ADA, GRACE),
    }
    return Record.model_validate(of_doi | more)


def works(*records: Record, rulings: tuple[Ruling, ...] = ()) -> list[tuple[str, ...]]:
    """The keys of each work; the same in any order of the records."""
    outcomes = [partition(held(*order), rulings) for order in _orders(records)]
    first = _keys(outcomes[0])
    assert all(_keys(outcome) == first for outcome in outcomes)
    return first


def _orders(records: tuple[Record, ...]) -> list[tuple[Record, ...]]:
    if len(records) <= 4:
        return list(permutations(records))
    return [tuple(random.Random(n).sample(records, len(records))) for n in range(10)]


def _keys(outcome: Partition) -> list[tuple[str, ...]]:
    return sorted(group.keys for group in outcome.groups)


PREPRINT = arxiv(title=TITLE)
PAPER = acl(title=TITLE)
BOTH = [("arxiv:2106.08254", "acl:2021.acl-long.1")]
APART = [("acl:2021.acl-long.1",), ("arxiv:2106.08254",)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"doi": "10.1/x"}, {"doi": "10.1/x"}),
        ({"identifiers": ("acl:2021.acl-long.1",)}, {}),
        ({"identifiers": ("acl:2021.ACL-long.1",)}, {}),
        ({}, {"identifiers": ("arxiv:2106.08254",)}),
        ({}, {"doi": "10.48550/arxiv.2106.08254"}),
        ({"identifiers": ("pmid:1",)}, {"identifiers": ("pmid:1",)}),
        ({"relations": (Relation(kind="is-preprint-of", target="acl:2021.acl-long.1"),)}, {}),
        ({}, {"relations": (Relation(kind="has-preprint", target="arxiv:2106.08254"),)}),
    ],
)
def test_an_identifier_or_a_relation_joins(one: dict[str, Any], other: dict[str, Any]) -> None:
    names: dict[str, Any] = {"title": "Another title, for all that", "authors": by(ADA, GRACE)}
    assert works(arxiv(title="Named quite otherwise", **one), acl(**names | other)) == BOTH


def test_an_identifier_joins_nothing_that_has_neither_title_nor_author_in_common() -> None:
    other = acl(title="Sorting networks of small depth", authors=by(ALAN), doi="10.1/x")
    outcome = partition(held(arxiv(title=TITLE, doi="10.1/x"), other))
    assert _keys(outcome) == APART
    assert outcome.doubts["arxiv:2106.08254"].startswith("DOI 10.1/x is that of another work")


def test_the_same_title_and_authors_join_a_preprint_and_its_publication() -> None:
    assert works(PREPRINT, PAPER) == BOTH


@pytest.mark.parametrize(
    "other",
    [
        {"title": f"Erratum: {TITLE}"},
        {"title": f"{TITLE}, part II"},
        {"title": f"Reply to “{TITLE}”"},
        {"title": f"A comment on {TITLE}"},
        {"type": "erratum"},
        {"type": "dataset"},
        {"year": 2027},
        {"year": None},
        {"authors": by(ADA)},
        {"authors": by(GRACE, ADA, ALAN)},
        {"authors": by(ALAN, GRACE)},
        {"authors": ()},
    ],
)
def test_a_title_alone_joins_nothing(other: dict[str, Any]) -> None:
    assert works(PREPRINT, acl(**{"title": TITLE} | other)) == APART


def test_a_list_that_may_lack_authors_joins_the_whole_one() -> None:
    first = crossref("10.1/x", authors=by(ADA), authors_complete=False, year=1977)
    whole = acl(title=TITLE, authors=by(ADA, GRACE, ALAN), year=1977)
    assert len(works(first, whole)) == 1
    assert len(works(first.model_copy(update={"authors_complete": True}), whole)) == 2
    assert len(works(first.model_copy(update={"authors": by(GRACE)}), whole)) == 2


def test_what_one_source_calls_a_letter_is_an_article_of_another() -> None:
    assert len(works(crossref("10.1/x"), acl(title=TITLE, type="letter", year=2021))) == 1


@pytest.mark.parametrize("title", ["Introduction", "Book reviews", "In memoriam"])
def test_a_title_that_many_have_joins_nothing(title: str) -> None:
    assert works(arxiv(title=title), acl(title=title)) == APART


def test_parts_of_one_paper_are_two_works() -> None:
    first, second = (f"{TITLE} {part}" for part in ("I", "II"))
    assert works(arxiv(title=first), acl(title=second)) == APART


def test_two_papers_of_one_source_are_two_works_whatever_their_title() -> None:
    twins = [acl(f"2021.acl-long.{number}", title=TITLE) for number in (1, 2)]
    assert works(*twins) == [("acl:2021.acl-long.1",), ("acl:2021.acl-long.2",)]
    joined = works(PREPRINT, *twins)
    assert joined == [("acl:2021.acl-long.2",), ("arxiv:2106.08254", "acl:2021.acl-long.1")]


def test_two_preprints_of_one_source_are_two_works() -> None:
    assert len(works(PREPRINT, arxiv(title=TITLE, record_id="2106.1"))) == 2


def test_a_preprint_joins_the_publication_nearest_in_time() -> None:
    far = acl("2019.x-1.1", title=TITLE, year=2019)
    near = crossref("10.1/near", year=2021)
    assert works(PREPRINT, far, near) == [
        ("acl:2019.x-1.1",),
        ("arxiv:2106.08254", "crossref:10.1/near"),
    ]


def test_a_paper_and_its_journal_version_with_other_dois_are_two_works() -> None:
    journal = crossref("10.1/journal", year=2022)
    assert len(works(acl(title=TITLE, doi="10.1/conference"), journal)) == 2
    assert len(works(acl(title=TITLE, doi="10.1/conference"), journal, PREPRINT)) == 2


def test_a_relation_joins_two_records_of_one_source() -> None:
    preprint = crossref(
        "10.1101/1",
        type="preprint",
        title="As first written",
        relations=(Relation(kind="is-preprint-of", target="doi:10.1/Y"),),
    )
    assert works(preprint, crossref("10.1/y")) == [("crossref:10.1/y", "crossref:10.1101/1")]


def test_a_doi_that_two_records_of_one_source_bear_is_of_the_one_it_fits() -> None:
    part = arxiv(record_id="2106.00001", title="Supplement to another thing", doi="10.1/x")
    whole = arxiv(record_id="2106.00002", title=TITLE, doi="10.1/x")
    assert works(part, whole, crossref("10.1/x")) == [
        ("arxiv:2106.00001",),
        ("arxiv:2106.00002", "crossref:10.1/x"),
    ]


def test_two_people_who_list_one_work_in_orcid_list_one_work() -> None:
    lists = [
        crossref("10.1/x", source="orcid", record_id=f"0000-0001-5109-370{n}/7") for n in (0, 1)
    ]
    assert len(works(*lists)) == 1


def test_a_key_that_very_many_bear_says_nothing() -> None:
    many = [
        acl(f"2021.x-1.{n}", title=f"Paper number {n} of many", doi="10.1/all", source=f"s{n}")
        for n in range(MOST_BEARERS + 1)
    ]
    assert len(partition(held(*many)).groups) == len(many)
    assert len(partition(held(*many[1:])).groups) == 1


def rule(kind: Any, left: str, right: str, day: int = 0) -> Ruling:
    return Ruling(f"C{day}", kind, (left,), (right,), MONDAY + timedelta(days=day))


def test_what_people_decide_is_stronger_than_all_evidence() -> None:
    pair = "arxiv:2106.08254", "acl:2021.acl-long.1"
    same_doi = arxiv(doi="10.1/x"), acl(doi="10.1/x")
    assert works(*same_doi, rulings=(rule("different", *pair),)) == APART
    unlike = arxiv(title="Something else"), acl(authors=by(ALAN))
    assert works(*unlike, rulings=(rule("same", *pair),)) == BOTH


def test_of_two_decisions_the_later_one_holds() -> None:
    pair = "arxiv:2106.08254", "acl:2021.acl-long.1"
    same, different = rule("same", *pair, day=1), rule("different", *pair, day=2)
    assert works(PREPRINT, PAPER, rulings=(same, different)) == APART
    assert works(PREPRINT, PAPER, rulings=(different, rule("same", *pair, day=3))) == BOTH


def test_a_third_record_does_not_join_what_people_keep_apart() -> None:
    pair = "arxiv:2106.08254", "acl:2021.acl-long.1"
    third = crossref("10.1/x", identifiers=("arxiv:2106.08254",))
    found = works(
        PREPRINT, acl(title=TITLE, doi="10.1/x"), third, rulings=(rule("different", *pair),)
    )
    assert len(found) == 2


THREE = by(ADA, GRACE, ALAN)
CHANGED = f"Towards {TITLE}"


def test_the_same_authors_join_a_preprint_and_its_publication_though_the_title_changed() -> None:
    assert works(arxiv(title=CHANGED, authors=THREE), acl(title=TITLE, authors=THREE)) == BOTH


@pytest.mark.parametrize(
    ("preprint", "published"),
    [
        ({"authors": by(ADA, GRACE)}, {"authors": by(ADA, GRACE)}),
        ({}, {"authors": by(GRACE, ADA, ALAN)}),
        ({}, {"year": 2024}),
        ({}, {"type": "erratum"}),
        ({"type": "article"}, {}),
        ({"doi": "10.1/x"}, {"doi": "10.1/y"}),
    ],
)
def test_a_title_that_changed_joins_nothing_else(
    preprint: dict[str, Any], published: dict[str, Any]
) -> None:
    one = arxiv(**{"title": CHANGED, "authors": THREE} | preprint)
    other = acl(**{"title": TITLE, "authors": THREE} | published)
    assert works(one, other) == APART


def test_a_preprint_joins_the_publication_of_its_own_title_not_the_near_one() -> None:
    preprint = arxiv(title=CHANGED, authors=THREE)
    near = acl("2021.x-1.1", title=TITLE, authors=THREE, year=2021)
    own = crossref("10.1/own", title=CHANGED, authors=THREE, year=2022)
    assert works(preprint, near, own) == [
        ("acl:2021.x-1.1",),
        ("arxiv:2106.08254", "crossref:10.1/own"),
    ]


def test_a_publication_takes_no_second_preprint_under_a_title_that_changed() -> None:
    first = arxiv(title=TITLE, authors=THREE)
    second = arxiv(title=CHANGED, authors=THREE, record_id="2106.1")
    assert works(first, second, acl(title=TITLE, authors=THREE)) == [
        ("arxiv:2106.08254", "acl:2021.acl-long.1"),
        ("arxiv:2106.1",),
    ]


WHOLE = f"{TITLE}: a history"


def test_a_subtitle_that_a_source_leaves_out_keeps_no_records_apart() -> None:
    assert works(arxiv(title=WHOLE, authors=THREE), acl(title=TITLE, authors=THREE)) == BOTH
    published = crossref("10.1/x", title=WHOLE, authors=THREE)
    assert len(works(published, acl(title=TITLE, authors=THREE, year=2021))) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"year": 2022},
        {"doi": "10.1/y"},
        {"authors": by(ADA, ALAN, GRACE)},
        {"type": "dataset"},
        {"title": CHANGED},
    ],
)
def test_a_subtitle_less_joins_no_other_publication(other: dict[str, Any]) -> None:
    published = crossref("10.1/x", title=WHOLE, authors=THREE)
    told: dict[str, Any] = {"title": TITLE, "authors": THREE, "year": 2021}
    assert len(works(published, acl(**told | other))) == 2


def test_a_preprint_may_be_published_four_years_later() -> None:
    assert works(PREPRINT, acl(title=TITLE, year=2025)) == BOTH
    assert works(PREPRINT, acl(title=TITLE, year=2026)) == APART


AGERRI: dict[str, Any] = {
    "title": "Metaphor in Textual Entailment",
    "authors": by("Rodrigo Agerri"),
}


def test_a_short_title_of_one_author_joins_within_a_year() -> None:
    paper = acl("C08-2001", year=2008, **AGERRI)
    assert len(works(paper, crossref("10.1/x", year=2008, **AGERRI))) == 1
    assert len(works(paper, arxiv(None, **AGERRI, published=None, updated=None, year=2007))) == 2


def test_a_short_title_that_one_author_gives_again_and_again_joins_nothing() -> None:
    again: dict[str, Any] = {
        "title": "The Finite String Newsletter",
        "authors": by("Kwee Tjoe-Liong"),
    }
    issues = [acl(f"J86-{n}", year=1986, **again) for n in (1, 2)]
    assert len(works(*issues, crossref("10.1/x", year=1986, **again))) == 3
