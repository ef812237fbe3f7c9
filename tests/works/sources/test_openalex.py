"""OpenAlex's works; what it infers about people is not taken."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.works.records import Deleted, Record, Rejected, Warned
from tests.works.sources.reading import read, read_text, records


def work(**fields: Any) -> str:
    return json.dumps({"id": "https://openalex.org/W1", "title": "T", **fields})


def only_record(text: str) -> Record:
    (found,) = records(read_text(text))
    return found


def test_a_page() -> None:
    first, second, third = records(read("openalex/page.json"))
    assert first.key == "openalex:W2741809807"
    assert first.title.startswith("The state of OA")
    assert first.abstract is not None
    assert first.abstract.startswith("Despite growing interest in Open Access (OA) to scholarly")
    assert first.doi == "10.7717/peerj.4375"
    assert first.identifiers == ("mag:2741809807", "pmcid:PMC5815332", "pmid:29456894")
    assert (first.published, first.type, first.venue) == (date(2018, 2, 13), "article", "PeerJ")
    assert [a.name for a in first.authors][:2] == ["Heather Piwowar", "Jason Priem"]
    assert second.modified == datetime(2025, 11, 6, 6, 51, 31, 235846, tzinfo=UTC)
    assert (third.language, third.authors[0].name) == (None, "Willem J. M. Levelt")


def test_an_orcid_that_openalex_infers_is_no_evidence() -> None:
    inferred = {"id": "https://openalex.org/A1", "orcid": "https://orcid.org/0000-0001-5109-3700"}
    asserted = "https://orcid.org/0000-0002-1825-0097"
    authorships = [
        {"author": {**inferred, "display_name": "Ann Lee"}, "raw_author_name": "Lee, Ann B."},
        {"author": inferred, "raw_author_name": "Bo Ek", "raw_orcid": asserted},
    ]
    ann, bo = only_record(work(authorships=authorships)).authors
    assert (ann.name, ann.given, ann.family) == ("Ann B. Lee", "Ann B.", "Lee")
    assert ann.identifiers == ()
    assert bo.identifiers == ("orcid:0000-0002-1825-0097",)


def test_what_stands_for_nobody_is_no_author_and_no_work() -> None:
    """The records that OpenAlex names for authors without a name, deleted authors and works."""
    null, deleted = "https://openalex.org/A9999999999", "https://openalex.org/A5317838346"
    authorships = [
        {"author": {"id": deleted, "display_name": "Deleted Author"}},
        {"author": {"id": null, "display_name": "Null"}, "raw_author_name": "Unknown Author"},
        {"author": {"id": null, "display_name": "Null"}, "raw_author_name": "Bo Ek"},
    ]
    assert [a.name for a in only_record(work(authorships=authorships)).authors] == ["Bo Ek"]
    gone = work(id="https://openalex.org/W4285719527", title="Deleted Work")
    assert read_text(gone) == [
        Rejected("W4285719527", "stands for works that OpenAlex has deleted, no work")
    ]


def test_a_list_that_is_cut_is_told() -> None:
    found = read_text(work(is_authors_truncated=True, authorships=[{"raw_author_name": "Ann"}]))
    assert found[0] == Warned("W1", "lists only the first 1 authors")
    assert [r.authors_complete for r in records(found)] == [False]


def test_a_list_that_ends_with_a_middle_author_is_cut() -> None:
    """An answer with selected fields has the list of a page without the word that it was cut, or
    no list at all.
    """
    people = [{"raw_author_name": f"Ann {c}{d}ee", "author_position": "middle"}
              for c in "ABCDEFGHIJ" for d in "abcdefghij"]  # fmt: skip
    found = read_text(work(authorships=people))
    assert found[0] == Warned("W1", "lists only the first 100 authors")
    assert [r.authors_complete for r in records(found)] == [False]
    people[-1]["author_position"] = "last"
    assert only_record(work(authorships=people)).authors_complete
    assert only_record(work(authorships=[])).authors_complete
    assert not only_record(work(doi="https://doi.org/10.1000/a")).authors_complete


def test_snapshot_lines() -> None:
    found = read("openalex/snapshot.jsonl")
    assert [record.record_id for record in records(found)] == [
        "W4206759534", "W4312307182", "W4312354161",
    ]  # fmt: skip
    assert found[-1] == Rejected("W4312233861", "has no title")


def test_a_retracted_work_and_a_preprint_elsewhere() -> None:
    assert only_record(work(is_retracted=True)).standing == "retracted"
    place = {"landing_page_url": "http://arxiv.org/abs/2106.03441v2", "version": "submittedVersion",
             "source": {"type": "repository"}}  # fmt: skip
    found = only_record(work(locations=[place], type="article"))
    assert (found.identifiers, found.type) == (("arxiv:2106.03441",), "preprint")


def test_the_first_of_january_stands_for_a_year() -> None:
    """W1614298861, arXiv:1301.3781, came on the 16th; OpenAlex has the first."""
    found = only_record(work(publication_date="2013-01-01", publication_year=2013))
    assert (found.published, found.year) == (None, 2013)
    found = only_record(work(publication_date="2013-01-16", publication_year=2013))
    assert (found.published, found.year) == (date(2013, 1, 16), 2013)
    assert only_record(work(publication_year=2013)).year == 2013


def test_a_paper_of_a_conference() -> None:
    """As W2783557622 in 2023, without Crossref's type."""
    source = {"display_name": "2017 Winter Simulation Conference (WSC)", "type": "conference"}
    found = only_record(work(type="article", primary_location={"source": source}))
    assert (found.type, found.venue) == ("proceedings-article", source["display_name"])


def test_copies_tell_identifiers_that_the_work_itself_lacks() -> None:
    """OpenAlex names numbers of PubMed Central only there since 2025."""
    pages = [
        "https://doi.org/10.48550/arxiv.1706.03762",
        "https://pubmed.ncbi.nlm.nih.gov/872112",
        "https://www.ncbi.nlm.nih.gov/pmc/articles/1156926",
        "http://europepmc.org/articles/PMC1",
    ]
    places = [{"landing_page_url": page} for page in pages]
    assert only_record(work(locations=places)).identifiers == (
        "arxiv:1706.03762", "pmcid:PMC1156926", "pmid:872112",
    )  # fmt: skip
    ids = {"pmid": "https://pubmed.ncbi.nlm.nih.gov/1", "pmcid": "PMC2"}
    assert only_record(work(locations=places, ids=ids)).identifiers == (
        "arxiv:1706.03762", "pmcid:PMC2", "pmid:1",
    )  # fmt: skip
    venues = [{"url": "https://arxiv.org/abs/2102.11388"},
              {"url": "http://europepmc.org/articles/pmc5815332?pdf=render"}]  # fmt: skip
    assert only_record(work(alternate_host_venues=venues)).identifiers == (
        "arxiv:2102.11388", "pmcid:PMC5815332",
    )  # fmt: skip


def test_an_abstract_with_impossible_places() -> None:
    index = {"second": [1], "first": [0, "x", -3, 10**12], "third": None, "last": [7]}
    assert only_record(work(abstract_inverted_index=index)).abstract == "first second last"


def test_marks_of_microsoft_academic_are_blanks() -> None:
    """Affiliations as OpenAlex has them in W2783557622 and others, ends of lines and tabs."""
    told = ["Fujitsu Laboratories Ltd., Kawasaki 211-8588, Japan#TAB#", "#N##TAB##TAB#",
            "Santa Clara University, CA 95053,#N#USA"]  # fmt: skip
    found = only_record(
        work(
            authorships=[{"raw_author_name": "Shohei Yamane", "raw_affiliation_strings": told}],
            abstract_inverted_index={"first.#R##N#Then": [0], "second": [1]},
        )
    )
    assert found.authors[0].affiliations == (
        "Fujitsu Laboratories Ltd., Kawasaki 211-8588, Japan",
        "Santa Clara University, CA 95053, USA",
    )
    assert found.abstract == "first. Then second"


def test_what_is_no_work_is_told() -> None:
    (author,) = read("openalex/author.jsonl")
    assert author == Rejected(
        "A5023888391", "an author of OpenAlex's, whose works and identifiers it infers"
    )
    merged = read("openalex/merged-authors.csv")
    assert len(merged) == 4
    assert merged[0] == Rejected(
        "A3125154712", "OpenAlex merged it into 'A4317838346', whose own record says everything"
    )
    (paratext,) = read_text(work(is_paratext=True))
    assert paratext == Rejected("W1", "describes paratext (a cover, a table of contents), no work")
    (error,) = read_text('{"error": "Invalid query", "message": "x is not a field"}')
    assert error == Rejected("line 1", "OpenAlex reports an error: 'x is not a field'")
    (limit,) = read_text('{"error": "Rate limit exceeded", "message": "Wait", "retryAfter": 30}')
    assert limit == Rejected("line 1", "OpenAlex reports an error: 'Wait'")


def test_a_work_that_was_merged_is_gone() -> None:
    found = read_text("merge_date,id,merge_into_id\n2022-06-06,W4234160582,W2504148978\n")
    assert found == [Deleted("openalex", "openalex-merged", "W4234160582")]


@pytest.mark.parametrize(
    ("row", "told"), [("2022-01-01,,W2", "line 2"), ("2022-01-01,W2,W2", "W2")]
)
def test_a_row_that_merges_nothing_takes_nothing_back(row: str, told: str) -> None:
    found = read_text(f"merge_date,id,merge_into_id\n{row}\n")
    assert found == [Rejected(told, "says of no record that it was merged")]


def test_awards_and_terms_are_no_works() -> None:
    """As the API answered in 2024 and 2026."""
    award = '{"id": "https://openalex.org/G2087396116", "display_name": null}'
    assert read_text(award) == [Rejected("G2087396116", "an award, no work")]
    keyword = '{"id": "https://openalex.org/keywords/cardiac-imaging", "works_count": 0}'
    assert read_text(keyword) == [
        Rejected(
            "https://openalex.org/keywords/cardiac-imaging",
            "an entry of OpenAlex's list of keywords, no work",
        )
    ]
    selected = '{"meta": {}, "results": [{"doi": "https://doi.org/10.1/a"}], "group_by": []}'
    assert read_text(selected) == [Rejected("line 1", "has no id")]
