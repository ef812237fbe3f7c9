"""The ACL Anthology's people, as it lists them now and as it did before 2025."""

import pytest

from services.works.records import PersonRecord, Rejected
from services.works.sources import UnknownFormat
from tests.works.sources.reading import read, read_text

NOW = """# People who are told apart.
susan-armstrong:
  names:
  - first: Susan
    last: Armstrong
  - {first: Susan, last: Warwick}
  orcid: 0000-0002-1825-0097
pranav-anand:
  comment: Dayta AI
  disable_name_matching: true
  names:
  - first: Pranav
    last: Anand
sukhada:
  names:
  - last: Sukhada
"""


def people(text: str) -> list[PersonRecord]:
    found = read_text(text)
    assert [outcome for outcome in found if not isinstance(outcome, PersonRecord)] == []
    return [outcome for outcome in found if isinstance(outcome, PersonRecord)]


def test_the_list_of_before() -> None:
    found = [o for o in read("acl-people/name_variants.yaml") if isinstance(o, PersonRecord)]
    assert len(found) == 9
    jose, susan = found[6], found[8]
    assert (jose.identifier, jose.names) == (
        "acl:jose-m-guirao",
        ("José M. Guirao", "José María Guirao"),
    )
    assert susan == PersonRecord(
        source="acl",
        feed="acl-people",
        record_id="susan-armstrong",
        identifier="acl:susan-armstrong",
        names=("Susan Armstrong", "Susan Warwick-Armstrong", "Susan Warwick"),
    )
    assert {person.names for person in found[2:6]} == {("Yang Liu",)}


def test_the_list_of_now() -> None:
    susan, pranav, sukhada = people(NOW)
    assert susan.names == ("Susan Armstrong", "Susan Warwick")
    assert susan.known_as == ("orcid:0000-0002-1825-0097",)
    assert susan.by_name
    assert (pranav.record_id, pranav.by_name) == ("pranav-anand", False)
    assert sukhada.names == ("Sukhada",)


def test_an_id_of_all_who_are_not_told_apart() -> None:
    (fei,) = people(
        "- canonical: {first: Fei, last: Liu}\n"
        "  comment: May refer to several people\n"
        "  id: fei-liu\n"
    )
    assert fei.is_several


def test_a_bad_entry_costs_no_other_one() -> None:
    found = read_text(
        "- canonical: {first: Ada, last: Lovelace}\n"
        "- canonical: {first: Grace\n"
        "- canonical: {first: Alan}\n"
        "- variants: []\n"
        "nobody:\n"
        "  names: " + "[" * 5_000 + "\n"
        "ada-lovelace:\n  names:\n  - {first: Ada, last: Byron}\n"
        "grace-hopper:\n  names:\n  - {first: Grace, last: Hopper}\n"
    )  # fmt: skip
    kept = [outcome.record_id for outcome in found if isinstance(outcome, PersonRecord)]
    assert kept == ["ada-lovelace", "grace-hopper"]
    refused = [outcome for outcome in found if isinstance(outcome, Rejected)]
    assert [each.record for each in refused] == [
        "line 2", "line 3", "line 4", "line 5", "ada-lovelace",
    ]  # fmt: skip
    assert refused[0].reason.startswith("cannot be read: while parsing a flow mapping")
    assert refused[1].reason == "cannot be read: canonical.last: Field required"
    assert refused[2].reason == "cannot be read: has no name"
    assert refused[4].reason == "a second person with this id (line 7)"


def test_an_entry_without_end_is_refused() -> None:
    endless = "x:\n  names:\n" + "  - {first: A, last: B}\n" * 50_000
    (rejected,) = read_text(endless)
    assert rejected == Rejected("line 1", "cannot be read: longer than 100,000 characters")


def test_a_file_of_empty_lines_is_told_at_once() -> None:
    with pytest.raises(UnknownFormat):
        read_text("\n" * 60_000 + "x: y\n")
    assert people("\n \n# a list\n---\n" * 3_000 + NOW)[0].record_id == "susan-armstrong"


def test_other_yaml_is_none_of_the_anthologys_people() -> None:
    for text in ("acronym: ACL\nname: Annual Meeting\n", "- a\n- b\n", "x:\n  y: z\n"):
        with pytest.raises(UnknownFormat):
            read_text(text)
