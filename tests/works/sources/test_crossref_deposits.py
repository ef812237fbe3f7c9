"""Crossref's works from the deposits themselves: unixsd, unixref and short answers (XML)."""

from datetime import UTC, date, datetime

import pytest

from services.works.records import Record, Rejected, Relation, Warned
from tests.works.sources.reading import FIXTURES, only, read, read_text, records


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


def test_a_lone_author_of_an_old_article_may_not_be_alone() -> None:
    author = "<person_name contributor_role='author'><surname>Wander</surname></person_name>"
    for year, whole in ((1977, False), (2001, True)):
        day = f"<publication_date><year>{year}</year></publication_date>"
        title = "<titles><title>Neurofibromatosis</title></titles>"
        found = deposited(f"{title}<contributors>{author}</contributors>{day}")
        assert (len(found.authors), found.authors_complete) == (1, whole)


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


def test_a_database_as_a_whole() -> None:
    about = """<titles><title>Base</title></titles>
        <database_date><publication_date><year>2011</year></publication_date></database_date>
        <doi_data><doi>10.1234/X</doi></doi_data>"""
    base = f"<database><database_metadata>{about}</database_metadata></database>"
    deposit = f"<doi_record><crossref>{base}</crossref></doi_record>"
    (found,) = records(read_text(f"<doi_records>{deposit}</doi_records>"))
    assert (found.title, found.type, found.year) == ("Base", "dataset", 2011)
    assert found.venue is None


def test_a_grant_is_what_the_api_says() -> None:
    def person(role: str, name: str, more: str = "") -> str:
        return f"""<person role="{role}"><givenName>Ann</givenName><familyName>{name}</familyName>
            {more}</person>"""

    place = """<affiliation><institution country="GB">Here</institution>
        <ROR>https://ror.org/05dxps055</ROR></affiliation>
        <ORCID>https://orcid.org/0000-0002-1825-0097</ORCID>"""
    people = person("investigator", "Ek") + person("lead_investigator", "Lee", place)
    grant = f"""<g:grant xmlns:g="http://www.crossref.org/grant_id/0.2.0"><project>
        <project-title>Seeds</project-title><investigators>{people}</investigators>
        <description>Of trees.</description></project><award-number>1</award-number>
        <award-start-date>2019-05-01</award-start-date>
        <doi_data><doi>10.1234/X</doi></doi_data></g:grant>"""
    deposit = f"<doi_record><crossref>{grant}</crossref></doi_record>"
    found = only(read_text(f"<doi_records>{deposit}</doi_records>"))
    assert (found.title, found.abstract, found.type) == ("Seeds", "Of trees.", "grant")
    assert found.published == date(2019, 5, 1)
    assert [a.name for a in found.authors] == ["Ann Lee", "Ann Ek"]
    assert found.authors[0].identifiers == ("orcid:0000-0002-1825-0097",)
    assert found.authors[0].affiliations == ("Here",)
    assert [i.ror for i in found.authors[0].institutions] == ["https://ror.org/05dxps055"]


@pytest.mark.parametrize(
    ("part", "type_"),
    [("chapter", "chapter"), ("section", "chapter"), ("reference_entry", "reference-entry")],
)
def test_parts_of_books(part: str, type_: str) -> None:
    item = f'''<content_item component_type="{part}"><titles><title>T</title></titles>
        <doi_data><doi>10.1234/X</doi></doi_data></content_item>'''
    book = f"<crossref><book><book_metadata/>{item}</book></crossref>"
    (found,) = records(read_text(f"<doi_records><doi_record>{book}</doi_record></doi_records>"))
    assert found.type == type_


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


def test_a_deposit_of_an_issue_alone() -> None:
    issue = "<crossref><journal><journal_metadata/><journal_issue/></journal></crossref>"
    (found,) = read_text(f"<doi_records><doi_record>{issue}</doi_record></doi_records>")
    assert isinstance(found, Rejected)
    assert found.reason == "holds no work"


def test_a_blank_given_name_is_none() -> None:
    found = only(read("crossref-unixsd/empty_given_name.xml"))
    assert (found.authors[3].name, found.authors[3].given) == ("Ehtisham-ul-Haq", None)


def test_an_article_is_in_the_language_of_its_journal() -> None:
    assert only(read("crossref-unixsd/author_literal.xml")).language == "en"


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
