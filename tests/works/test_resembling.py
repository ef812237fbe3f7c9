"""Records that are one work by title and authors, though sources have these otherwise."""

from typing import Any

import pytest

from tests.works.joined import APART, BOTH, PREPRINT, TITLE, crossref, works
from tests.works.papers import ADA, ALAN, GRACE, acl, arxiv, by

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


def test_a_title_of_a_word_joins_what_the_same_people_wrote_in_one_year() -> None:
    paper = acl("W15-4939", title="Tapadóir", year=2015)
    twin: dict[str, Any] = {"title": "TAPADOIR", "year": 2015}
    assert len(works(paper, crossref("10.1/x", **twin))) == 1
    assert len(works(paper, crossref("10.1/x", **twin | {"year": 2016}))) == 2
    assert len(works(paper, crossref("10.1/x", **twin, authors=by(GRACE, ADA)))) == 2
    again = acl("2015.eamt-1.40", title="Tapadóir", year=2015)
    assert len(works(paper, again, crossref("10.1/x", **twin))) == 3
    dated: dict[str, Any] = {"published": None, "updated": None, "year": 2014}
    assert len(works(paper, arxiv(None, title="Tapadóir", **dated))) == 2


def test_a_list_that_may_lack_authors_joins_the_whole_one() -> None:
    first = crossref("10.1/x", authors=by(ADA), authors_complete=False, year=1977)
    whole = acl(title=TITLE, authors=by(ADA, GRACE, ALAN), year=1977)
    assert len(works(first, whole)) == 1
    assert len(works(first.model_copy(update={"authors_complete": True}), whole)) == 2
    assert len(works(first.model_copy(update={"authors": by(GRACE)}), whole)) == 2


def test_what_one_source_calls_a_letter_is_an_article_of_another() -> None:
    assert len(works(crossref("10.1/x"), acl(title=TITLE, type="letter", year=2021))) == 1
