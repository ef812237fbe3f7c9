"""Crossref's works, from its REST API and its public data file (JSON)."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.works.records import Record, Rejected, Relation, Warned
from tests.works.sources.reading import read, read_text, records


def works() -> dict[str, Record]:
    return {record.record_id: record for record in records(read("crossref/works.jsonl"))}


def work(**fields: Any) -> str:
    return json.dumps({"DOI": "10.1234/X", "title": ["T"], "indexed": {}, **fields})


def test_a_preprint_with_its_relations() -> None:
    found = works()["10.26434/chemrxiv-2022-w0jzh-v2"]
    assert found.key == "crossref:10.26434/chemrxiv-2022-w0jzh-v2"
    assert (found.type, found.venue) == ("preprint", "American Chemical Society (ACS)")
    assert (found.published, found.year) == (date(2023, 1, 18), 2023)
    assert found.modified == datetime(2025, 4, 16, 5, 19, 33, tzinfo=UTC)
    assert found.authors[0].identifiers == ("orcid:0000-0002-2805-5690",)
    assert (found.authors[0].given, found.authors[0].family) == ("Benjamin", "Mudrak")
    assert Relation(kind="is-preprint-of", target="doi:10.1002/anie.202215847") in found.relations


def test_groups_and_people_with_one_name() -> None:
    group = works()["10.1101/2025.04.10.647997"].authors
    assert [a.name for a in group if a.is_group] == ["The MoTrPAC Study Group"]
    one = works()["10.1101/2023.07.06.547934"].authors
    assert any(a.given is None and a.family and not a.is_group for a in one)


def test_a_new_version_and_a_correction() -> None:
    version = works()["10.12688/wellcomeopenres.18006.2"].relations
    earlier = "doi:10.12688/wellcomeopenres.18006.1"
    assert Relation(kind="is-version-of", target=earlier) in version
    (corrected,) = works()["10.1371/journal.pone.0033693"].relations
    assert corrected.kind == "corrected-by"


def test_relations_to_the_same_work() -> None:
    other = [{"id-type": "doi", "id": "10.1234/Y", "asserted-by": "subject"}]
    relation = {"is-same-as": other, "is-translation-of": other}
    (found,) = records(read_text(work(relation=relation)))
    assert found.relations == (Relation(kind="is-version-of", target="doi:10.1234/y"),)


@pytest.mark.parametrize(
    ("names", "year", "whole"),
    [("A", 1977, False), ("AB", 1977, True), ("A", 2000, True), ("A", None, True)],
)
def test_of_older_articles_many_are_deposited_with_the_first_author_only(
    names: str, year: int | None, whole: bool
) -> None:
    people = [{"family": name} for name in names]
    issued = {"date-parts": [[year]]}
    (found,) = records(read_text(work(author=people, issued=issued)))
    assert (len(found.authors), found.authors_complete) == (len(names), whole)


def test_no_date_is_no_year() -> None:
    found = works()["10.1017/9781316535783.011"]
    assert (found.title, found.published, found.year) == ("Testing Inflation", None, None)


def test_a_day_of_publication_without_a_day_of_issue() -> None:
    dates = {"published-print": {"date-parts": [[2012, 4]]},
             "published-online": {"date-parts": [[2012, 4, 20]]}}  # fmt: skip
    (found,) = records(read_text(work(**dates)))
    assert (found.published, found.year) == (date(2012, 4, 20), 2012)
    (found,) = records(read_text(work(issued={"date-parts": [[2012]]}, **dates)))
    assert (found.published, found.year) == (None, 2012)


def test_an_answer_of_2014_tells_the_instant_in_milliseconds() -> None:
    (found,) = records(read_text(work(deposited={"date-parts": [[2014, 3, 6]],
                                                 "timestamp": 1394064000000})))  # fmt: skip
    assert found.modified == datetime(2014, 3, 6, tzinfo=UTC)


def test_titles_with_markup_and_lost_spaces() -> None:
    found = works()["10.1101/2023.07.06.547934"]
    assert found.title.startswith("Exploring G-quadruplex structure in PRCC-TFE3 fusion Oncogene")
    assert "<i>" in found.raw["title"]


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"title": ["How?"], "subtitle": ["So"]}, "How? So"),
        ({"title": ["How"], "subtitle": ["So"]}, "How: So"),
        ({"title": ["How: So"], "subtitle": ["So"]}, "How: So"),
        ({"title": [""], "original-title": ["自己組織化マップ"]}, "自己組織化マップ"),
        ({"title": ["Maps"], "original-title": ["自己組織化マップ"]}, "Maps"),
    ],
)
def test_titles_with_subtitles_and_in_the_language_of_the_work(
    fields: dict[str, Any], title: str
) -> None:
    (found,) = records(read_text(work(**fields)))
    assert found.title == title


def test_what_is_no_work_is_told() -> None:
    assert Rejected("10.31489/2518-1998", "describes a journal") in read("crossref/works.jsonl")
    (error,) = read("crossref/error.json")
    assert isinstance(error, Rejected)
    assert "This route does not support field query parameters" in error.reason
    (no_doi,) = read_text(work(DOI="x"))
    assert no_doi == Rejected("line 1", "not a DOI: 'x'")
    (journal,) = read_text(json.dumps({"message-type": "journal-list", "message": {"items": [
        {"title": "Physics", "publisher": "P", "ISSN": ["1234-5679"]}]}}))  # fmt: skip
    assert journal == Rejected("line 1", "has no DOI: not a work")
    (agency,) = read_text(json.dumps({"status": "ok", "message-type": "work-agency", "message": {
        "DOI": "10.1038/jid.2009.428", "agency": {"id": "crossref"}}}))  # fmt: skip
    told = "Crossref reports an error or no work: 'work-agency'"
    assert agency == Rejected("line 1", told)
    (series,) = read_text(work(type="standard-series"))
    assert series == Rejected("10.1234/x", "describes a series of standards")
    (untitled,) = read_text(work(title=[]))
    assert untitled == Rejected("10.1234/x", "has no title")


@pytest.mark.parametrize(
    ("fields", "standing"),
    [
        ({"updated-by": [{"type": "retraction", "DOI": "10.1234/R"}]}, "retracted"),
        ({"updated-by": [{"type": "withdrawal", "DOI": "10.1234/R"}]}, "withdrawn"),
        ({"status": {"type": "withdrawn"}}, "withdrawn"),
        ({"status": "ok"}, "current"),
        ({"title": ["RETRACTED: T"]}, "retracted"),
        ({"title": ["<b>RETRACTED CHAPTER:</b> T"]}, "retracted"),
        ({"title": ["[Retracted] T"]}, "retracted"),
        ({"title": ["WITHDRAWN: T"]}, "withdrawn"),
        ({"title": ["Withdrawn: a life"]}, "current"),
        ({"title": ["Retracted stories"]}, "current"),
        ({"title": ["Retracted: T"], "update-to": [{"type": "retraction", "DOI": "10.1234/W"}]},
         "current"),
        ({"updated-by": [{"type": "correction", "DOI": "10.1234/C"}]}, "current"),
    ],
)  # fmt: skip
def test_retractions(fields: dict[str, Any], standing: str) -> None:
    (found,) = records(read_text(work(**fields)))
    assert found.standing == standing
    assert found.doi == "10.1234/x"


def test_a_notice_of_retraction_is_not_the_retracted_work() -> None:
    notice = work(**{"update-to": [{"type": "retraction", "DOI": "10.1234/W"}]})
    (found,) = records(read_text(notice))
    assert (found.type, found.standing) == ("erratum", "current")
    assert found.relations == (Relation(kind="retraction-of", target="doi:10.1234/w"),)


def test_a_work_that_is_replaced_by_its_own_notice() -> None:
    own = [{"type": "removal", "DOI": "10.1234/X", "label": "Removal"}]
    (found,) = records(read_text(work(type="journal-article", **{"update-to": own})))
    assert (found.type, found.standing, found.relations) == ("article", "withdrawn", ())
    assert found.standing_note == "Removal: https://doi.org/10.1234/x"


@pytest.mark.parametrize(
    ("fields", "type_"),
    [
        ({"type": "posted-content", "subtype": "preprint"}, "preprint"),
        ({"type": "posted-content", "subtype": "working_paper"}, "report"),
        ({"type": "paper-conference"}, "proceedings-article"),
        ({"type": "entry-encyclopedia"}, "reference-entry"),
    ],
)
def test_types_as_crossref_and_as_citation_processors_write_them(
    fields: dict[str, Any], type_: str
) -> None:
    (found,) = records(read_text(work(**fields)))
    assert found.type == type_


def test_a_grant() -> None:
    lead = {"given": "Ann", "family": "Lee", "ORCID": "https://orcid.org/0000-0002-1825-0097"}
    project = {"project-title": [{"title": "Malaria in Mali", "language": "en"}],
               "project-description": [{"description": "We study it."}],
               "investigator": [{"given": "Bo", "family": "Ek"}],
               "lead-investigator": [lead],
               "award-start": [{"date-parts": [[2020, 8, 1]]}]}  # fmt: skip
    grant = {"DOI": "10.35802/218300", "type": "grant", "member": "13928", "project": [project]}
    (found,) = records(read_text(json.dumps(grant)))
    assert (found.type, found.title, found.abstract) == ("grant", "Malaria in Mali", "We study it.")
    assert [a.name for a in found.authors] == ["Ann Lee", "Bo Ek"]
    assert found.authors[0].identifiers == ("orcid:0000-0002-1825-0097",)
    assert found.published == date(2020, 8, 1)


def test_an_organisation_as_citation_processors_have_it() -> None:
    (found,) = records(read_text(work(author=[{"literal": "The MoTrPAC Study Group"}])))
    assert [(a.name, a.is_group) for a in found.authors] == [("The MoTrPAC Study Group", True)]


def test_an_institution_that_the_publisher_identifies() -> None:
    affiliation = {"name": "MIT", "id": [{"id": "https://ror.org/042nb2s44", "id-type": "ROR"}]}
    authors = [{"given": "A", "family": "B", "affiliation": [affiliation, {"name": "Elsewhere"}]}]
    (found,) = records(read_text(work(author=authors)))
    assert found.authors[0].affiliations == ("MIT", "Elsewhere")
    assert [i.ror for i in found.authors[0].institutions] == ["https://ror.org/042nb2s44"]


def test_lists_of_every_shape() -> None:
    item = json.loads(work())
    assert len(records(read_text(json.dumps({"items": [item, item]})))) == 2
    page = {"status": "ok", "message-type": "work-list", "message": {"items": [item]}}
    assert len(records(read_text(json.dumps(page, indent=1)))) == 1
    single = {"status": "ok", "message-type": "work", "message": item}
    assert len(records(read_text(json.dumps(single)))) == 1


def test_nothing_else_is_said_of_whole_works() -> None:
    warned = [o for o in read("crossref/works.jsonl") if isinstance(o, Warned)]
    assert warned == [Warned("10.1007/978-1-4302-0197-7_9", "has no authors")]
