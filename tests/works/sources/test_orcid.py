"""ORCID's records: what a person says to have written, in JSON and in XML."""

import json
from typing import Any

import pytest

from services.works.records import Record, Rejected, Warned
from tests.works.sources.reading import only, read, read_text, records

IRI = "0000-0002-1825-0097"


def summary(code: int, **fields: Any) -> dict[str, Any]:
    return {"put-code": code, "title": {"title": {"value": "T"}}, "visibility": "public", **fields}


def doi(value: str, relationship: str = "self") -> dict[str, Any]:
    return {"external-id-type": "doi", "external-id-value": value,
            "external-id-relationship": relationship}  # fmt: skip


def person(*groups: list[dict[str, Any]], name: Any = "Josiah Carberry") -> str:
    given, _, family = name.partition(" ") if name else ("", "", "")
    names = {"given-names": {"value": given}, "family-name": {"value": family}} if name else None
    return json.dumps(
        {
            "orcid-identifier": {"path": IRI},
            "person": {"name": names, "other-names": {"other-name": [
                {"content": "J. S. Carberry", "visibility": "public"},
                {"content": "Secret", "visibility": "private"},
            ]}},
            "activities-summary": {"works": {"group": [{"work-summary": g} for g in groups]}},
        }
    )  # fmt: skip


def test_a_work_and_whose_it_is() -> None:
    ids = {"external-id": [doi("https://doi.org/10.1234/ABC"), doi("10.1234/book", "part-of")]}
    found = only(read_text(person([summary(7, **{"external-ids": ids})])))
    assert (found.key, found.doi) == (f"orcid:{IRI}/7", "10.1234/abc")
    (author,) = found.authors
    assert (author.name, author.given, author.family) == ("Josiah Carberry", "Josiah", "Carberry")
    assert author.identifiers == (f"orcid:{IRI}",)
    assert author.variants == ("J. S. Carberry",)
    assert not found.authors_complete


def test_one_group_is_one_work() -> None:
    late = summary(9, title={"title": "Preferred"}, **{
        "display-index": "2", "external-ids": {"external-id": [
            {"external-id-type": "arxiv", "external-id-value": "arXiv:2106.03441v2",
             "external-id-relationship": "self"}]}})  # fmt: skip
    early = summary(3, **{"external-ids": {"external-id": [doi("10.1234/x")]}})
    found = only(read_text(person([early, late])))
    assert (found.record_id, found.title) == (f"{IRI}/3", "Preferred")
    assert (found.doi, found.identifiers) == ("10.1234/x", ("arxiv:2106.03441",))


def work(*contributors: tuple[str, str]) -> Record:
    listed = [
        {
            "credit-name": {"value": name},
            "contributor-orcid": None,
            "contributor-attributes": {"contributor-role": role},
        }
        for name, role in contributors
    ]
    document = summary(7, path=f"/{IRI}/work/7", contributors={"contributor": listed})
    return only(read_text(json.dumps(document | {"external-ids": None})))


def test_contributors_with_the_family_name_first() -> None:
    found = work(("Beck, R.", "AUTHOR"), ("Ann Lee", "author"), ("Ed Itor", "editor"))
    assert [(a.name, a.family) for a in found.authors] == [("R. Beck", "Beck"), ("Ann Lee", None)]
    assert found.authors_complete


def test_one_contributor_alone_is_no_list_of_all() -> None:
    assert not work(("Josiah Carberry", "author")).authors_complete


def test_contributors_by_their_roles() -> None:
    address = "http://credit.niso.org/contributor-roles/writing-original-draft/"
    found = work(("J Li", "conceptualization"), ("J Li", "software"), ("Ann Lee", address))
    assert [a.name for a in found.authors] == ["J Li", "Ann Lee"]


def test_a_doi_wherever_it_stands() -> None:
    junk = {**doi("see the link"), "external-id-url": {"value": "https://doi.org/10.1234/ABC"}}
    uri = {**doi("https://doi.org/10.1234/abc"), "external-id-type": "uri"}
    spaced = doi("DOI: 10.1234/abc")
    page = {**doi("https://example.org/10.1234/abc"), "external-id-type": "uri"}
    for identifier, found in ((junk, True), (uri, True), (spaced, True), (page, False)):
        ids = {"external-id": [identifier]}
        record = only(read_text(person([summary(7, **{"external-ids": ids})])))
        assert record.doi == ("10.1234/abc" if found else None)


def test_the_preferred_of_several_dois() -> None:
    preprint = summary(1, **{"external-ids": {"external-id": [doi("10.1101/2021.04.15.440028")]}})
    article = summary(
        2,
        type="journal-article",
        **{"display-index": "1", "external-ids": {"external-id": [doi("10.1093/btac205")]}},
    )
    found = only(read_text(person([preprint, article])))
    assert (found.type, found.doi) == ("article", "10.1093/btac205")


@pytest.mark.parametrize(
    ("document", "record", "reason"),
    [
        (person([summary(1, visibility="private")]), "line 1",
         "private: shown to nobody or to few"),
        (person([summary(1)], name=None), f"{IRI}/1",
         "its owner keeps the name private, so nobody is named"),
        ('{"num-found": 1, "result": [{"orcid-identifier": {}}]}', "line 1",
         "lists no work: a person alone, or other activities"),
        (f'{{"last-modified-date": null, "affiliation-group": [], "path": "/{IRI}/educations"}}',
         IRI, "lists no work: a person alone, or other activities"),
        (person(), IRI, "lists no work: a person alone, or other activities"),
    ],
)  # fmt: skip
def test_what_is_not_shown(document: str, record: str, reason: str) -> None:
    assert read_text(document) == [Rejected(record, reason)]


def listing(*groups: Any) -> str:
    return json.dumps({"last-modified-date": None, "group": groups, "path": f"/{IRI}/works"})


def test_a_list_of_works_names_its_owner_where_the_owner_added_one() -> None:
    crossref = {"source": {"source-client-id": {"path": "0000-0001-9884-1913"},
                           "source-name": {"value": "Crossref"}}}  # fmt: skip
    own = {"source": {"source-orcid": {"path": IRI}, "source-name": {"value": "J. Carberry"}}}
    groups = [{"work-summary": [summary(1, **crossref)]}, {"work-summary": [summary(2, **own)]}]
    found = records(read_text(listing(*groups)))
    assert [r.authors[0].name for r in found] == ["J. Carberry", "J. Carberry"]
    (warned, nameless) = read_text(listing(groups[0]))
    assert isinstance(warned, Warned)
    assert isinstance(nameless, Record)
    assert (nameless.title, nameless.authors, nameless.authors_complete) == ("T", (), False)


def test_a_work_alone_tells_its_owner_by_who_added_it() -> None:
    source = {"source-orcid": {"path": IRI}, "source-name": {"value": "J. Carberry"}}
    found = only(read_text(json.dumps(summary(5, path=None, source=source))))
    assert (found.record_id, found.authors[0].name) == (f"{IRI}/5", "J. Carberry")
    reason = "is without an ORCID iD to tell whose work it is"
    assert read_text(json.dumps(summary(5, path=None))) == [Rejected("line 1", reason)]


def test_groups_of_grants_are_no_works() -> None:
    grants = json.dumps({"group": [{"funding-summary": []}], "path": f"/{IRI}/fundings",
                         "last-modified-date": None})  # fmt: skip
    reason = "lists no work: a person alone, or other activities"
    assert read_text(grants) == [Rejected(IRI, reason)]


def test_samples_of_orcids_own() -> None:
    found = records(read("orcid/works-3.0.xml"))
    assert [r.title for r in found] == ["Work # 0", "Work # 1", "Work # 2"]
    assert found[0].authors[0].name == "User One Credit name"
    record = only(read("orcid/record.json"))
    assert record.authors[0].identifiers == ("orcid:0000-0002-7319-2192",)
    for file in ("work-full-3.0.xml", "other-names-3.0.xml", "personal-details-no-name.json"):
        (rejected,) = read(f"orcid/{file}")
        assert isinstance(rejected, Rejected)


def test_json_and_xml_say_the_same() -> None:
    xml = f"""<record:record xmlns:record="http://www.orcid.org/ns/record" path="/{IRI}"
     xmlns:c="http://www.orcid.org/ns/common" xmlns:p="http://www.orcid.org/ns/person"
     xmlns:d="http://www.orcid.org/ns/personal-details" xmlns:w="http://www.orcid.org/ns/work"
     xmlns:a="http://www.orcid.org/ns/activities">
     <p:person><p:name><d:given-names>Josiah</d:given-names>
       <d:family-name>Carberry</d:family-name></p:name></p:person>
     <a:activities-summary><a:works><a:group><w:work-summary put-code="7" visibility="public">
       <w:title><c:title>T</c:title></w:title><c:external-ids><c:external-id>
       <c:external-id-type>doi</c:external-id-type>
       <c:external-id-value>10.1234/ABC</c:external-id-value>
       <c:external-id-relationship>self</c:external-id-relationship></c:external-id>
       </c:external-ids></w:work-summary></a:group></a:works></a:activities-summary>
     </record:record>"""
    (found,) = records(read_text(xml))
    ids = {"external-id": [doi("10.1234/abc")]}
    same = only(read_text(person([summary(7, **{"external-ids": ids})])))
    assert _without_variants(found) == _without_variants(same)


def _without_variants(record: Record) -> dict[str, Any]:
    authors = tuple(author.model_copy(update={"variants": ()}) for author in record.authors)
    return record.model_copy(update={"feed": "", "authors": authors}).model_dump()


@pytest.mark.parametrize("activity", ["employment", "peer-review", "funding", "expanded-search"])
def test_other_activities_by_themselves_are_no_works(activity: str) -> None:
    start = f'<a:{activity} xmlns:a="http://www.orcid.org/ns/{activity}" put-code="1"'
    document = f'{start} path="/{IRI}/{activity}/1"/>'
    reason = "lists no work: a person alone, or other activities"
    assert read_text(document) == [Rejected(IRI, reason)]


def test_types_of_orcids() -> None:
    for written, kind in (("technical-standard", "standard"), ("BOOK_REVIEW", "article")):
        (found,) = records(read_text(person([summary(1, type=written)])))
        assert found.type == kind


def test_works_asked_for_together_and_one_that_is_not_there() -> None:
    source = {"source-orcid": {"path": IRI}, "source-name": {"value": "J. Carberry"}}
    fault = {"response-code": 404, "developer-message": "404 Not Found", "error-code": 9016}
    both = [{"work": summary(5, source=source, **{"external-ids": None})}, {"error": fault}]
    found, missing = read_text(json.dumps({"bulk": both}))
    assert isinstance(found, Record)
    assert found.record_id == f"{IRI}/5"
    reason = "ORCID has no such record to show: '404 Not Found'"
    assert missing == Rejected("line 1, record 2", reason)


def test_an_error_is_told() -> None:
    (rejected,) = read_text(
        '<error:error xmlns:error="http://www.orcid.org/ns/error"><error:developer-message>'
        "409 Conflict: locked</error:developer-message></error:error>"
    )
    assert isinstance(rejected, Rejected)
    assert "409 Conflict: locked" in rejected.reason
