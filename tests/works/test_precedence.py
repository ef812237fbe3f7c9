"""Which record of a work leads, and what the others add to it."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from contracts.events.works import (
    Authorship,
    Subject,
)
from services.works.records import Relation
from tests.works.papers import ADA, GRACE, acl, arxiv, by, state


def test_all_feeds_of_one_paper_are_one_work_in_any_order() -> None:
    feeds = (
        arxiv(2),
        arxiv(2, feed="arxiv-oai", venue="A Journal", doi="10.1/x"),
        acl(abstract="As published.", doi="10.1/x"),
    )
    states = [state(*order) for order in permutations(feeds)]
    assert all(other == states[0] for other in states)
    work = states[0]["work"]
    assert work["identifiers"] == ["acl:2021.acl-long.1", "arxiv:2106.08254", "doi:10.1/x"]
    assert len(work["sources"]) == 3


def test_the_published_record_leads_and_others_fill_its_gaps() -> None:
    revised_later = arxiv(3, authors=by(ADA), updated=date(2023, 3, 1), year=2023)
    work = state(revised_later, acl())["work"]
    assert work["title"] == "A Title, as published"
    assert work["type"] == "proceedings-article"
    assert work["venue"] == "Proceedings"
    assert work["year"] == 2022
    assert [author["name"] for author in work["authors"]] == [ADA, GRACE]
    assert work["abstract"] == "An abstract, version 3."
    assert work["updated"] == "2023-03-01"
    assert [subject["id"] for subject in work["subjects"]] == ["arxiv:cs.CL"]
    assert [source["source"] for source in work["sources"]] == ["acl", "arxiv"]


def test_each_field_says_which_record_it_is_from_and_by_which_rule() -> None:
    work = state(arxiv(raw={"title": "A {T}itle", "abstract": "An $abstract$."}), acl())["work"]
    origins = {origin["field"]: origin for origin in work["origins"]}
    assert origins["title"]["source"] == "acl"
    assert origins["abstract"]["source"] == "arxiv"
    assert origins["abstract"]["raw"] == "An $abstract$."
    assert origins["abstract"]["record_id"] == "2106.08254"
    assert "published" in origins["title"]["rule"]
    assert origins.keys() >= {"type", "authors", "year", "venue", "published", "updated"}
    assert "language" not in origins


def test_a_single_record_says_only_what_it_has_in_other_words() -> None:
    (origin,) = state(arxiv(raw={"title": "A {T}itle"}))["work"]["origins"]
    assert (origin["field"], origin["raw"]) == ("title", "A {T}itle")


def test_the_earliest_first_version_and_the_latest_one_count() -> None:
    pair = (acl(published=date(2022, 5, 1), updated=date(2022, 5, 1)), arxiv(3))
    for order in permutations(pair):
        work = state(*order)["work"]
        assert (work["published"], work["updated"]) == ("2021-01-01", "2022-05-01")


def test_authors_of_the_leading_record_get_what_another_knows_of_the_same_people() -> None:
    known = (
        Authorship(name="A. Lovelace", identifiers=("orcid:1",), affiliations=("London",)),
        Authorship(name="G. Hopper"),
    )
    work = state(acl(), arxiv(authors=known))["work"]
    first, second = work["authors"]
    assert (first["name"], first["identifiers"], first["affiliations"]) == (
        ADA,
        ["orcid:1"],
        ["London"],
    )
    assert second["identifiers"] == []
    others = state(acl(), arxiv(authors=(known[1], known[0])))["work"]
    assert [author["identifiers"] for author in others["authors"]] == [[], []]


def test_a_list_of_one_of_several_authors_tells_whose_it_is_and_never_leads() -> None:
    owner = Authorship(name="Grace B. Hopper", identifiers=("orcid:0000-0002-1825-0097",))
    partial = acl(
        source="orcid", feed="orcid", record_id="0000-0002-1825-0097/7", authors=(owner,),
        authors_complete=False, identifiers=("arxiv:2106.08254",),
    )  # fmt: skip
    work = state(arxiv(), partial)["work"]
    assert [author["name"] for author in work["authors"]] == [ADA, GRACE]
    assert [author["identifiers"] for author in work["authors"]] == [[], list(owner.identifiers)]
    assert work["identifiers"] == ["arxiv:2106.08254"]
    alone = state(partial)["work"]
    assert [author["name"] for author in alone["authors"]] == ["Grace B. Hopper"]


def test_whom_a_partial_list_means_must_be_beyond_doubt() -> None:
    owner = Authorship(name="G. Hopper", identifiers=("orcid:0000-0002-1825-0097",))
    two = arxiv(authors=(Authorship(name=GRACE), Authorship(name="George Hopper")))
    partial = acl(source="orcid", feed="orcid", record_id="x/7", authors=(owner,),
                  authors_complete=False, identifiers=("arxiv:2106.08254",))  # fmt: skip
    authors = state(two, partial)["work"]["authors"]
    assert [author["identifiers"] for author in authors] == [[], []]


def test_of_two_ids_of_one_scheme_the_leading_record_has_the_last_word() -> None:
    leading = acl(authors=(Authorship(name=ADA, identifiers=("orcid:1",)),))
    other = arxiv(authors=(Authorship(name=ADA, identifiers=("orcid:2", "acl:ada")),))
    assert state(leading, other)["work"]["authors"][0]["identifiers"] == ["orcid:1", "acl:ada"]


def test_a_subject_named_by_two_feeds_is_one_subject() -> None:
    oai = arxiv(
        feed="arxiv-oai",
        subjects=(Subject(id="arxiv:cs.CV", name="cs.CV"), Subject(id="arxiv:cs.CL", name="cs.CL")),
    )
    subjects = state(arxiv(), oai)["work"]["subjects"]
    assert sorted(subject["id"] for subject in subjects) == ["arxiv:cs.CL", "arxiv:cs.CV"]


def test_one_retraction_is_enough_whichever_record_leads() -> None:
    for order in permutations((acl(), arxiv(1, standing="retracted"))):
        assert state(*order)["work"]["standing"] == "retracted"


@pytest.mark.parametrize(
    ("kind", "target", "standing"),
    [
        ("retraction-of", "doi:10.1/x", "retracted"),
        ("retraction-of", "doi:10.1/another", "current"),
        ("retracted-by", "doi:10.1/notice", "retracted"),
        ("corrected-by", "doi:10.1/notice", "current"),
    ],
)
def test_a_record_that_names_its_retraction_or_is_one_in_place_is_retracted(
    kind: Any, target: str, standing: str
) -> None:
    record = acl(doi="10.1/x", relations=(Relation(kind=kind, target=target),))
    assert state(record)["work"]["standing"] == standing


def test_a_preprint_taken_back_leaves_the_published_paper_standing() -> None:
    for order in permutations((acl(), arxiv(1, standing="withdrawn"))):
        assert state(*order)["work"]["standing"] == "current"
