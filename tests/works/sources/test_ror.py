"""ROR's institutions, in both versions of its schema."""

import json
from datetime import date

from services.works.records import InstitutionRecord, Rejected
from tests.works.sources.reading import read, read_text

MODERN = {
    "id": "https://ror.org/05dxps055",
    "names": [
        {"value": "California Institute of Technology", "types": ["label", "ror_display"],
         "lang": "en"},
        {"value": "Caltech", "types": ["acronym"], "lang": None},
        {"value": "Instituto de Tecnología de California", "types": ["label"], "lang": "es"},
    ],
    "types": ["education", "funder"],
    "status": "inactive",
    "domains": ["caltech.edu"],
    "links": [{"type": "wikipedia", "value": "http://en.wikipedia.org/wiki/Caltech"},
              {"type": "website", "value": "https://www.caltech.edu"}],
    "locations": [{"geonames_details": {"country_code": "US", "name": "Pasadena"}}],
    "external_ids": [{"type": "grid", "all": ["grid.20861.3d"], "preferred": "grid.20861.3d"},
                     {"type": "isni", "all": ["0000 0001 0706 8890"], "preferred": None}],
    "relationships": [{"type": "parent", "id": "https://ror.org/042nb2s44", "label": "MIT"}],
    "admin": {"last_modified": {"date": "2024-01-02"}},
}  # fmt: skip


def test_version_1() -> None:
    first, *others = read("ror/v1.json")
    assert isinstance(first, InstitutionRecord)
    assert (first.key, first.name) == ("ror:019wvm592", "Australian National University")
    assert (first.acronyms, first.country, first.place) == (("ANU",), "AU", "Canberra")
    assert first.domains == ("anu.edu.au",)
    assert "grid:grid.1001.0" in first.identifiers
    assert len(others) == 2


def test_version_2() -> None:
    (found,) = read_text(json.dumps({"number_of_results": 1, "items": [MODERN]}, indent=1))
    assert found == InstitutionRecord(
        source="ror",
        feed="ror",
        record_id="05dxps055",
        name="California Institute of Technology",
        names=("Instituto de Tecnología de California",),
        acronyms=("Caltech",),
        kinds=("education", "funder"),
        status="inactive",
        country="US",
        place="Pasadena",
        domains=("caltech.edu",),
        website="https://www.caltech.edu",
        identifiers=("grid:grid.20861.3d", "isni:0000000107068890"),
        parents=("042nb2s44",),
        modified=date(2024, 1, 2),
    )


def test_answers_to_an_affiliation() -> None:
    matched = {"substring": "Caltech", "score": 0.9, "chosen": True, "organization": MODERN}
    (found,) = read_text(json.dumps({"number_of_results": 1, "items": [matched]}))
    assert isinstance(found, InstitutionRecord)
    assert found.record_id == "05dxps055"


def test_an_answer_without_institutions_is_valid() -> None:
    assert read_text('{"number_of_results": 0, "time_taken": 3, "items": [], "meta": {}}') == []


def test_an_error_of_the_api_is_told() -> None:
    assert read_text('{"errors": ["\'test\' is not a valid ROR ID"]}') == [
        Rejected("line 1", "ROR reports an error: 'test' is not a valid ROR ID")
    ]


def test_what_cannot_be_taken_is_told() -> None:
    found = read_text(json.dumps([MODERN, {**MODERN, "names": []}, {"id": "x"}]))
    assert found[1:] == [
        Rejected("05dxps055", "has no name"),
        Rejected("line 1, record 3", "not a ROR id: 'x'"),
    ]
