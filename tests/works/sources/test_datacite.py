"""DataCite's records, in JSON and in XML."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.works.records import Deleted, Record, Rejected, Relation, Warned
from tests.works.sources.reading import only, read, read_text, records


def page() -> dict[str, Record]:
    return {record.record_id: record for record in records(read("datacite/page.json"))}


def test_several_people_in_one_name() -> None:
    found = page()["10.7910/dvn/eqtqyo"]
    assert [(a.given, a.family, a.affiliations) for a in found.authors] == [
        ("Ryan", "Enos", ("Harvard University",)),
        ("Anthony", "Fowler", ("University Of Chicago",)),
        ("Lynn", "Vavreck", ("UCLA",)),
    ]
    assert (found.type, found.year, found.published) == ("dataset", 2017, None)


def test_orcid_ids_by_their_scheme() -> None:
    authors = page()["10.2314/coscv1"].authors
    assert authors[0].identifiers == ("orcid:0000-0003-0232-7085",)
    assert authors[2].identifiers == ()


def test_an_arxiv_paper_is_known_by_its_doi() -> None:
    found = page()["10.48550/arxiv.2201.06719"]
    assert found.identifiers == ("arxiv:2201.06719",)
    assert (found.type, found.published) == ("preprint", date(2022, 1, 18))
    assert "5s ²S_{1/2}" in found.title
    assert "$5s~^2S_{1/2}$" in found.raw["title"]


def test_a_year_of_another_calendar_is_not_taken() -> None:
    found = read("datacite/page.json")
    assert Warned("10.14457/kmitl.res.2006.17", "published in 2549, which cannot be") in found
    assert page()["10.14457/kmitl.res.2006.17"].year is None
    assert page()["10.14457/kmitl.res.2006.17"].authors[0].name == "กัญจนา แซ่เตียว"


@pytest.mark.parametrize(
    ("creator", "name", "group"),
    [
        ({"name": "CERN", "nameType": "Organizational"}, "CERN", True),
        ({"name": "Doe, Jane", "nameType": "Personal"}, "Jane Doe", False),
        ({"name": "The GTEx Consortium"}, "The GTEx Consortium", True),
        ({"name": "Madonna"}, "Madonna", False),
        ({"name": "Steven S. Smith (Northwestern University)"}, "Steven S. Smith", False),
        ({"name": "Center For Genomics (JCSG)"}, "Center For Genomics (JCSG)", True),
        ({"givenName": "Jane", "familyName": "Doe"}, "Jane Doe", False),
    ],
)
def test_people_and_groups(creator: dict[str, Any], name: str, group: bool) -> None:
    document = {"doi": "10.1234/x", "titles": [{"title": "T"}], "creators": [creator]}
    (found,) = only(read_text(json.dumps(document))).authors
    assert (found.name, found.is_group) == (name, group)


def test_versions_are_related() -> None:
    related = [
        {"relationType": "IsVersionOf", "relatedIdentifierType": "DOI",
         "relatedIdentifier": "https://doi.org/10.1234/ALL"},
        {"relationType": "References", "relatedIdentifierType": "DOI",
         "relatedIdentifier": "10.1234/other"},
    ]  # fmt: skip
    attributes = {"doi": "10.1234/x", "titles": [{"title": "T"}], "relatedIdentifiers": related,
                  "creators": [{"name": "Doe, Jane"}]}  # fmt: skip
    found = only(read_text(json.dumps({"data": {"type": "dois", "attributes": attributes}})))
    assert found.relations == (Relation(kind="is-version-of", target="doi:10.1234/all"),)


@pytest.mark.parametrize(
    ("general", "targets"),
    [("Preprint", ["doi:10.1234/a", "doi:10.1234/book"]), ("BookChapter", ["doi:10.1234/a"])],
)
def test_a_chapter_is_no_version_of_the_book_it_is_published_in(
    general: str, targets: list[str]
) -> None:
    related = "".join(
        f'<relatedIdentifier relatedIdentifierType="DOI" relationType="{relation}">{doi}'
        "</relatedIdentifier>"
        for relation, doi in (("IsVersionOf", "10.1234/a"), ("IsPublishedIn", "10.1234/book"))
    )
    related = f"<relatedIdentifiers>{related}</relatedIdentifiers>"
    found = only(read_text(kernel(f'<resourceType resourceTypeGeneral="{general}"/>{related}')))
    assert sorted(r.target for r in found.relations) == targets


def test_what_cannot_be_taken_is_told() -> None:
    hidden = {"doi": "10.1234/x", "titles": [{"title": "T"}], "creators": [], "state": "registered"}
    (rejected,) = read_text(json.dumps(hidden))
    assert rejected == Rejected("10.1234/x", "not findable: its owner has withdrawn it from view")
    (rejected,) = read_text(json.dumps({"doi": "?", "titles": [], "creators": []}))
    assert rejected == Rejected("line 1", "not a DOI: '?'")
    (rejected,) = read_text('{"errors": [{"status": "404", "title": "Not there."}]}')
    assert rejected == Rejected("line 1", "DataCite reports an error: 'Not there.'")


def test_a_doi_among_the_identifiers() -> None:
    identifiers = [{"identifierType": "oai", "identifier": "oai:zenodo.org:123"},
                   {"identifierType": "DOI", "identifier": "https://doi.org/10.5281/zenodo.123"},
                   {"identifierType": "PMCID", "identifier": "PMC4321"}]  # fmt: skip
    document = {"titles": [{"title": "T"}], "creators": [{"name": "Doe, Jane"}]}
    found = only(read_text(json.dumps({**document, "identifiers": identifiers})))
    assert (found.doi, found.identifiers) == ("10.5281/zenodo.123", ("pmcid:PMC4321",))


DOE = "<creator><creatorName>Doe, Jane</creatorName></creator>"


def kernel(inside: str, creators: str = DOE) -> str:
    return f"""<resource xmlns="http://datacite.org/schema/kernel-4">
        <identifier identifierType="DOI">10.1234/x</identifier><titles><title>T</title></titles>
        <creators>{creators}</creators>
        <publisher>A repository</publisher>{inside}</resource>"""


def test_a_namespace_with_the_minor_version() -> None:
    assert only(read_text(kernel("").replace("kernel-4", "kernel-4.1"))).title == "T"


def test_a_day_of_withdrawal() -> None:
    date_ = '<date dateType="Withdrawn" dateInformation="{}">2024-05-06</date>'
    found = only(read_text(kernel(f"<dates>{date_.format('Wrong data')}</dates>")))
    told = ("withdrawn", "Withdrawn 2024-05-06: Wrong data")
    assert (found.standing, found.standing_note) == told
    found = only(read_text(kernel(f"<dates>{date_.format('')}</dates>")))
    assert found.standing_note == "Withdrawn 2024-05-06."
    assert (
        only(read_text(kernel('<dates><date dateType="Withdrawn"/></dates>'))).standing == "current"
    )


def test_the_journal_that_an_article_is_published_in() -> None:
    found = only(read("datacite/datacite-example-relateditem1-v4.xml"))
    assert (found.venue, found.type) == ("Journal of Metadata Examples", "article")
    assert found.authors[0].institutions[0].ror == "https://ror.org/03efmqc40"
    supplement = """<relatedItems><relatedItem relationType="IsSupplementTo"><titles><title>J
        </title></titles></relatedItem></relatedItems>"""
    assert only(read_text(kernel(supplement))).venue == "A repository"


def test_the_form_of_citation_processors() -> None:
    found = only(read("datacite/citeproc.json"))
    assert (found.doi, found.venue) == ("10.5438/4k3m-nyvg", "DataCite Blog")
    assert (found.published, found.authors[0].family) == (date(2016, 12, 20), "Fenner")


def test_creators_in_one_element_of_the_xml() -> None:
    found = only(read("datacite/datacite_malformed_creator.xml"))
    assert (found.source, found.feed) == ("datacite", "datacite-xml")
    assert found.title == "Učinkovitost kanabinoidov pri zdravljenju raka: mit ali resnica"
    assert [a.name for a in found.authors] == ["Blaž Grošelj", "Miha Oražem", "Viljem Kovač"]
    assert (found.type, found.published) == ("article", date(2018, 6, 20))


def test_an_answer_of_oai_pmh() -> None:
    deleted, found = read("datacite/oai.xml")
    assert deleted == Rejected("oai:oai.datacite.org:25469", "deleted at the source, under no DOI")
    assert isinstance(found, Record)
    assert (found.key, found.type) == ("datacite:10.1594/wdcc/clm_c20_3_d3", "dataset")
    assert (len(found.authors), found.year, found.language) == (8, 2011, "en")
    assert found.modified == datetime(2011, 6, 8, 8, 57, 11, tzinfo=UTC)


def oai(inside: str) -> str:
    request = '<request verb="GetRecord" metadataPrefix="oai_datacite">https://x.org/oai</request>'
    return f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{request}{inside}</OAI-PMH>'


def test_what_oai_pmh_says_of_no_record() -> None:
    (found,) = read_text(
        oai("""<ListRecords><record><header status="deleted"><identifier>
        doi:10.1234/X</identifier><datestamp>2024-05-06</datestamp></header></record></ListRecords>""")
    )
    day = datetime(2024, 5, 6, tzinfo=UTC)
    assert found == Deleted("datacite", "datacite-xml", "10.1234/x", day)
    (found,) = read_text(oai('<error code="noRecordsMatch">none</error>'))
    assert isinstance(found, Rejected)
    assert found.reason == "the repository reports noRecordsMatch: none"
    (found,) = read_text(
        oai("""<ListRecords><record><header><identifier>oai:x:1</identifier>
        </header><metadata/></record></ListRecords>""")
    )
    assert found == Rejected("oai:x:1", "no metadata in DataCite's form")


def test_institutions_with_ror_ids_in_the_xml() -> None:
    (found,) = records(read("datacite/datacite-example-ROR-nameIdentifiers.xml"))
    assert any(i.ror.startswith("https://ror.org/0") for a in found.authors for i in a.institutions)


@pytest.mark.parametrize("untold", ["(:unav)", ":{unav)", "(:unkn) unknown", ":tba", "(:none)"])
def test_what_the_schema_says_where_there_is_nothing(untold: str) -> None:
    title, creator = {"title": "T"}, {"name": untold}
    document = {"doi": "10.1234/x", "titles": [{"title": untold}, title], "creators": [creator],
                "publisher": untold}  # fmt: skip
    (found,) = records(read_text(json.dumps(document)))
    assert (found.title, found.venue, found.authors) == ("T", None, ())
    (found,) = records(read_text(json.dumps({**document, "publisher": "Unpublished"})))
    assert found.venue is None
    (rejected,) = read_text(json.dumps({**document, "titles": [{"title": untold}]}))
    assert rejected == Rejected("10.1234/x", "has no title")


@pytest.mark.parametrize(
    ("general", "written", "type_"),
    [
        ("Text", "Journal contribution", "article"),
        ("Text", "Technical Report", "report"),
        ("Text", "Doctoral Thesis", "thesis"),
        ("Other", "Thesis (PhD)", "thesis"),
        ("Text", "Bachelorarbeit", "thesis"),
        ("Collection", "doctoralThesis", "thesis"),
        ("Text", "conferencePaper", "proceedings-article"),
        ("Text", "Paper", "other"),
        ("Image", "Thesis", "other"),
    ],
)
def test_types_of_texts(general: str, written: str, type_: str) -> None:
    types = {"resourceTypeGeneral": general, "resourceType": written}
    document = {"doi": "10.1234/x", "titles": [{"title": "T"}], "creators": [{"name": "Doe, J."}]}
    assert only(read_text(json.dumps({**document, "types": types}))).type == type_


@pytest.mark.parametrize(
    ("general", "written", "told"),
    [
        ("Text", "SaComponent", "a part of a work, such as a figure"),
        ("Text", "Journal Issue", "an issue of a journal"),
        ("Journal", "Periodical", "a journal"),
    ],
)
def test_what_is_no_work_is_told(general: str, written: str, told: str) -> None:
    types = {"resourceTypeGeneral": general, "resourceType": written}
    document = {"doi": "10.1234/x", "titles": [{"title": "T"}], "creators": [], "types": types}
    assert read_text(json.dumps(document)) == [Rejected("10.1234/x", f"describes {told}")]


def test_a_subtitle_that_the_title_has_already() -> None:
    titles = [{"title": "How: So"}, {"title": "So", "titleType": "Subtitle"}]
    document = {"doi": "10.1234/x", "titles": titles, "creators": [{"name": "Doe, Jane"}]}
    assert only(read_text(json.dumps(document))).title == "How: So"


def test_identifiers_of_people_and_institutions_as_they_are_written() -> None:
    creators = """<creator><creatorName nameType="personal">Lee, Ann</creatorName>
        <nameIdentifier nameIdentifierScheme="URL">https://orcid.org/0000-0002-1825-0097
        </nameIdentifier><affiliation affiliationIdentifier="03efmqc40"
        affiliationIdentifierScheme="ROR">Arizona State University</affiliation></creator>
        <creator><creatorName nameType="organizational">Lee, Ann</creatorName></creator>"""
    ann, firm = only(read_text(kernel("", creators))).authors
    assert ann.identifiers == ("orcid:0000-0002-1825-0097",)
    assert [i.ror for i in ann.institutions] == ["https://ror.org/03efmqc40"]
    assert firm.is_group


def test_no_translation_is_the_title() -> None:
    found = only(read("datacite/datacite-example-complicated-v4.1.xml"))
    assert (found.title, found.language) == ("Właściwości rzutowań podprzestrzeniowych", "de")
