"""Where the owner of an ORCID record worked in the year of a work."""

import json
from typing import Any

import pytest

from contracts.events.works import Institution
from services.works.records import Record
from tests.works.sources.reading import read_text, records

IRI = "0000-0002-1825-0097"
BROWN = "https://ror.org/05gq02987"


def job(name: str, start: str | None, end: str | None = None, **more: Any) -> dict[str, Any]:
    """One employment as ORCID's JSON has it."""
    dates = {"start-date": start, "end-date": end}
    told = {n: {"year": {"value": y}, "month": None} if y else None for n, y in dates.items()}
    organization = {
        "name": name,
        "address": {"city": "Providence", "region": "RI", "country": "US"},
        "disambiguated-organization": more.pop("known", None),
    }
    return {"organization": organization, "visibility": "public", **told, **more}


def work(code: int, year: int | None, **more: Any) -> dict[str, Any]:
    date = {"publication-date": {"year": {"value": str(year)}}} if year else {}
    summary = {"put-code": code, "title": {"title": {"value": f"Of {year}"}}, **date, **more}
    return {"work-summary": [summary]}


def read_jobs(employments: dict[str, Any], *works: dict[str, Any]) -> list[Record]:
    name = {"given-names": {"value": "Josiah"}, "family-name": {"value": "Carberry"}}
    told = {
        "orcid-identifier": {"path": IRI},
        "person": {"name": name},
        "activities-summary": {"employments": employments, "works": {"group": list(works)}},
    }
    return records(read_text(json.dumps(told)))


def grouped(*jobs: dict[str, Any]) -> dict[str, Any]:
    """As in version 3."""
    return {"affiliation-group": [{"summaries": [{"employment-summary": one}]} for one in jobs]}


def where(*found: Record) -> list[tuple[int | None, tuple[str, ...]]]:
    """By work its year and where its first author worked."""
    return [(one.year, one.authors[0].affiliations) for one in found]


JOBS = (
    job("Brown University", "1999", "2004", **{"department-name": "Psychoceramics"}),
    job("Wesleyan University", "2004"),
)
AT_BROWN = "Psychoceramics, Brown University, Providence, RI, United States"
AT_WESLEYAN = "Wesleyan University, Providence, RI, United States"


@pytest.mark.parametrize("employments", [grouped(*JOBS), {"employment-summary": [*JOBS]}])
def test_a_work_is_from_where_its_author_was_employed_that_year(
    employments: dict[str, Any],
) -> None:
    years = (1998, 1999, 2004, 2020, None)
    found = read_jobs(employments, *(work(n, year) for n, year in enumerate(years, 1)))
    assert where(*found) == [
        (1998, ()),
        (1999, (AT_BROWN,)),
        (2004, (AT_BROWN, AT_WESLEYAN)),
        (2020, (AT_WESLEYAN,)),
        (None, ()),
    ]


def test_what_is_hidden_or_has_no_beginning_tells_nothing() -> None:
    hidden = job("Secret University", "1999", visibility="limited")
    undated = job("Timeless University", None, "2010")
    odd = job("Odd University", "19xx")
    (found,) = read_jobs(grouped(hidden, undated, odd, {}), work(1, 2001))
    assert where(found) == [(2001, ())]


def test_an_employer_with_a_ror_id_is_known_for_sure() -> None:
    ror = {"disambiguated-organization-identifier": BROWN, "disambiguation-source": "ROR"}
    grid = {"disambiguated-organization-identifier": "grid.40263.33"}
    jobs = grouped(job("Brown", "1999", known=ror), job("Wesleyan", "1999", known=grid))
    (found,) = read_jobs(jobs, work(1, 2001))
    (author,) = found.authors
    assert author.institutions == (Institution(ror=BROWN, name="Brown", country="US"),)
    assert len(author.affiliations) == 2


def test_only_the_owner_of_the_record_was_employed_there() -> None:
    written = [("Ann Lee", "0000-0001-5109-3700"), ("Josiah Carberry", IRI), ("Bo Ek", "")]
    contributors = [
        {"credit-name": {"value": name}, "contributor-orcid": {"path": iri}}
        for name, iri in written
    ]
    (found,) = read_jobs(grouped(*JOBS), work(1, 2001, contributors={"contributor": contributors}))
    assert [author.affiliations for author in found.authors] == [(), (AT_BROWN,), ()]


def test_the_same_in_xml() -> None:
    text = f"""<record:record xmlns:record="http://www.orcid.org/ns/record"
      xmlns:a="http://www.orcid.org/ns/activities" xmlns:e="http://www.orcid.org/ns/employment"
      xmlns:c="http://www.orcid.org/ns/common" xmlns:p="http://www.orcid.org/ns/person"
      xmlns:pd="http://www.orcid.org/ns/personal-details" xmlns:w="http://www.orcid.org/ns/work">
      <c:orcid-identifier><c:path>{IRI}</c:path></c:orcid-identifier>
      <p:person><p:name><pd:given-names>Josiah</pd:given-names>
        <pd:family-name>Carberry</pd:family-name></p:name></p:person>
      <a:activities-summary><a:employments><a:affiliation-group>
        <e:employment-summary visibility="public">
          <c:department-name>Psychoceramics</c:department-name>
          <c:start-date><c:year>1999</c:year></c:start-date>
          <c:organization><c:name>Brown University</c:name><c:address><c:city>Providence</c:city>
            <c:region>RI</c:region><c:country>US</c:country></c:address></c:organization>
        </e:employment-summary></a:affiliation-group></a:employments>
      <a:works><a:group><w:work-summary put-code="1" visibility="public">
        <w:title><c:title>Of 2001</c:title></w:title>
        <c:publication-date><c:year>2001</c:year></c:publication-date>
      </w:work-summary></a:group></a:works></a:activities-summary></record:record>"""
    (found,) = records(read_text(text))
    assert where(found) == [(2001, (AT_BROWN,))]
    (found,) = records(read_text(text.replace("Psychoceramics", "Pots &amp;amp; Pans")))
    assert where(found) == [(2001, (AT_BROWN.replace("Psychoceramics", "Pots & Pans"),))]
