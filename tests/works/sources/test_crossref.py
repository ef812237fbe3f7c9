"""Crossref's works, from its REST API and from the deposits themselves."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.works.records import Record, Rejected, Relation, Warned
from tests.works.sources.reading import FIXTURES, only, read, read_text, records


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
    (untitled,) = read_text(work(title=[]))
    assert untitled == Rejected("10.1234/x", "has no title")


@pytest.mark.parametrize(
    ("fields", "standing"),
    [
        ({"updated-by": [{"type": "retraction", "DOI": "10.1234/R"}]}, "retracted"),
        ({"updated-by": [{"type": "withdrawal", "DOI": "10.1234/R"}]}, "withdrawn"),
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


# --- deposits -----------------------------------------------------------------------------------


def deposited(inside: str, outside: str = "") -> Record:
    """The record of an article that is deposited with this, in an issue with something else."""
    article = (
        f"<journal_article>{inside}<doi_data><doi>10.1234/X</doi></doi_data></journal_article>"
    )
    journal = f"<journal><journal_metadata/>{outside}{article}</journal>"
    deposit = f"<doi_record><crossref>{journal}</crossref></doi_record>"
    (found,) = records(read_text(f"<doi_records>{deposit}</doi_records>"))
    return found


def test_a_deposit_is_the_same_record_as_the_api_gives() -> None:
    found = only(read("crossref-unixsd/author_literal.xml"))
    assert (found.key, found.feed) == ("crossref:10.1038/ng.3834", "crossref-unixsd")
    assert (found.venue, found.published) == ("Nature Genetics", date(2017, 4, 3))
    assert found.authors[0].name == "GTEx Consortium"
    assert found.authors[0].is_group
    assert found.authors[2].identifiers == ("orcid:0000-0002-1930-9265",)
    # the preprint claims to be one of this article, not this article to be a preprint
    assert found.relations == (Relation(kind="has-preprint", target="doi:10.1101/055962"),)


def test_a_preprint_and_a_review() -> None:
    preprint = only(read("crossref-unixsd/posted_content_copernicus.xml"))
    assert preprint.type == "preprint"
    assert preprint.title.startswith("The Atmospheric Bridge Communicated the δ¹³C Decline")
    review = only(read("crossref-unixsd/peer_review.xml"))
    assert (review.type, review.authors[0].affiliations[0][:10]) == ("review", "Center for")


def test_deposits_alone_as_doi_org_gives_them() -> None:
    thesis, warned, review, untitled = read("crossref-unixsd/unixref.xml")
    assert isinstance(thesis, Record)
    assert (thesis.key, thesis.type) == ("crossref:10.17077/etd.xnw0xnau", "thesis")
    assert (thesis.authors[0].name, thesis.year) == ("Joseph Emil Kasper", 1958)
    assert thesis.modified == datetime(2018, 11, 29, 17, 31, 41, tzinfo=UTC)
    assert isinstance(review, Record)
    assert (review.doi, review.published) == ("10.21468/scipost.report.10", date(2016, 9, 8))
    assert warned == Warned("10.21468/scipost.report.10", "has no authors")
    assert untitled == Rejected("10.4086/cjtcs.2012.002", "has no title")
    error = "<crossref><error>doi:10.1234/nowhere</error></crossref>"
    (nowhere,) = read_text(f"<doi_records><doi_record>{error}</doi_record></doi_records>")
    assert isinstance(nowhere, Rejected)
    assert nowhere.reason == "Crossref has no such record: 'doi:10.1234/nowhere'"


@pytest.mark.parametrize(
    ("titles", "title"),
    [
        ("<title>How?</title><subtitle>So</subtitle>", "How? So"),
        ("<title>How: So</title><subtitle>So</subtitle>", "How: So"),
        ("<title>How</title><subtitle/>", "How"),
        ('<title/><original_language_title language="ja">自己組織化マップ'
         "</original_language_title>", "自己組織化マップ"),
    ],
)  # fmt: skip
def test_titles_of_deposits(titles: str, title: str) -> None:
    assert deposited(f"<titles>{titles}</titles>").title == title


def test_what_a_deposit_is_in_tells_its_day() -> None:
    titles = "<titles><title>T</title></titles>"
    day = "<publication_date><month>04</month><day>20</day><year>{}</year></publication_date>"
    issue = f"<journal_issue>{day.format(2013)}</journal_issue>"
    assert deposited(titles, issue).published == date(2013, 4, 20)
    assert deposited(titles + day.format(2012), issue).published == date(2012, 4, 20)


def test_a_dataset_in_a_database() -> None:
    (found,) = read("crossref-unixsd/dataset.xml")
    assert isinstance(found, Record)
    assert (found.type, found.venue) == ("dataset", "Forest Service Research Data Archive")
    assert found.authors[1].identifiers == ("orcid:0000-0003-4606-044X",)
    dated = (FIXTURES / "crossref-unixsd/dataset.xml").read_text(encoding="utf-8").replace(
        "<doi_data>", "<database_date><publication_date><year>2018</year></publication_date>"
        "</database_date><doi_data>",
    )  # fmt: skip
    assert [r.year for r in records(read_text(dated))] == [2018]


def test_a_preprint_is_in_no_subject() -> None:
    found = only(read("crossref-unixsd/posted_content_copernicus.xml"))
    assert found.venue == "Copernicus GmbH"


@pytest.mark.parametrize(
    ("title", "update", "expected"),
    [
        ("T", '<update type="retraction">10.1234/W</update>', ("erratum", "current")),
        ("T", '<update type="retraction">10.1234/x</update>', ("article", "retracted")),
        ("RETRACTED ARTICLE: T", "", ("article", "retracted")),
        ("WITHDRAWN: T", "", ("article", "withdrawn")),
        ("Retracted: T", '<update type="retraction">10.1234/W</update>', ("erratum", "current")),
    ],
)
def test_retractions_in_deposits(title: str, update: str, expected: tuple[str, str]) -> None:
    mark = f"<crossmark><updates>{update}</updates></crossmark>"
    found = deposited(f"<titles><title>{title}</title></titles>{mark}")
    assert (found.type, found.standing) == expected


def test_a_blank_given_name_is_none() -> None:
    found = only(read("crossref-unixsd/empty_given_name.xml"))
    assert (found.authors[3].name, found.authors[3].given) == ("Ehtisham-ul-Haq", None)


def test_a_figure_is_no_work() -> None:
    assert read("crossref-unixsd/component.xml") == [
        Rejected(
            "10.1371/journal.pmed.0030277.g001", "describes a part of a work, such as a figure"
        )
    ]


def query(status: str, inside: str) -> str:
    schema = "http://www.crossref.org/qrschema/2.0"
    answer = f'<query status="{status}" fl_count="0">{inside}</query>'
    body = f"<query_result><body>{answer}</body></query_result>"
    return f'<crossref_result xmlns="{schema}" version="2.0">{body}</crossref_result>'


def test_an_answer_without_the_deposit() -> None:
    found = only(read("crossref-unixsd/query.xml"))
    assert (found.key, found.type) == ("crossref:10.17352/ojps.000010", "article")
    assert (found.title, found.year) == ("Open Journal of Plant Science", 2018)
    assert found.venue == "Open Journal of Plant Science"
    assert [(a.given, a.family) for a in found.authors] == [("Peertechz", "Publications")]
    assert not found.authors_complete


def test_a_chapter_in_an_answer_without_the_deposit() -> None:
    found = only(
        read_text(
            query(
                "resolved",
                """<doi type="book_content">10.1234/X.1</doi>
        <series_title>Lectures</series_title><volume_title>A Book</volume_title><contributors>
        <contributor contributor_role="editor"><surname>Ed</surname></contributor>
        <contributor contributor_role="author"><given_name>A.</given_name><surname>B</surname>
        </contributor></contributors><article_title>A Chapter</article_title>""",
            )
        )
    )
    assert (found.title, found.venue, found.type) == ("A Chapter", "A Book", "chapter")
    assert [a.name for a in found.authors] == ["A. B"]


def test_a_doi_that_crossref_does_not_know() -> None:
    (found,) = read_text(
        query(
            "unresolved",
            """<doi type="journal_article">10.1234/X</doi>
        <msg>DOI not found in CrossRef</msg>""",
        )
    )
    told = "Crossref has no such record: 'DOI not found in CrossRef'"
    assert found == Rejected("10.1234/x", told)


def test_nothing_else_is_said_of_whole_works() -> None:
    warned = [o for o in read("crossref/works.jsonl") if isinstance(o, Warned)]
    assert warned == [Warned("10.1007/978-1-4302-0197-7_9", "has no authors")]
