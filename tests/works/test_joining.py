"""Which records are one work, and which look so and are not."""

from datetime import timedelta
from typing import Any

import pytest

from services.works.joining import Ruling, partition
from services.works.nodes import MOST_BEARERS
from services.works.records import Relation
from tests.works.joined import APART, BOTH, PAPER, PREPRINT, TITLE, crossref, keys_of, works
from tests.works.papers import ADA, ALAN, GRACE, MONDAY, acl, arxiv, by, held


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
    assert keys_of(outcome) == APART
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
