"""Author lists as sources print them, with groups, doubles and ORCID iDs in the wrong places."""

import pytest

from contracts.events.works import Authorship
from services.works.records import Outcome, Warned
from services.works.sources.people import author, in_parts, is_group, listed

JOSIAH = "orcid:0000-0002-1825-0097"


@pytest.mark.parametrize(
    "name",
    ["ATLAS Collaboration", "The GTEx Consortium", "WISDOM team",
     "U.S. Preventive Services Task Force", "on behalf of the XY investigators",
     "University of Texas", "Forum Working Group", "U.S. Council", "U. K. Centre",
     "H.E.S.S. Collaboration",
     "Center for Coastal Resources Management, Virginia"],
)  # fmt: skip
def test_groups(name: str) -> None:
    assert is_group(name)


@pytest.mark.parametrize("name", ["Jane Doe", "王伟", "Group, Jane K. M.", "P. Teamer", "Ng",
                                  "David M. Center", "D.M. Center", "J.-P. Council"])  # fmt: skip
def test_people_are_no_groups(name: str) -> None:
    assert not is_group(name)


def test_a_group_has_neither_parts_nor_an_orcid() -> None:
    group = author("ATLAS Collaboration", identifiers=(JOSIAH,))
    assert group == Authorship(name="ATLAS Collaboration", is_group=True)


@pytest.mark.parametrize(
    "name",
    ["Ann Lee for the ATLAS Collaboration", "Ann Lee, on behalf of the ATLAS Collaboration"],
)
def test_a_person_who_writes_for_a_group_is_a_person(name: str) -> None:
    assert author(name) == Authorship(name="Ann Lee", affiliations=("ATLAS Collaboration",))
    assert not author("Ann Lee for Short").affiliations
    cut = author(given="Ann", family="Lee for the ATLAS Collaboration")
    assert cut == author("Ann Lee for the ATLAS Collaboration")


def test_names_written_backwards() -> None:
    assert in_parts("Davis, Sammy, Jr.") == in_parts("Davis, Jr., Sammy") == (
        "Sammy", "Davis", "Jr.",
    )  # fmt: skip
    assert in_parts("Davis, Sammy") == ("Sammy", "Davis", "")
    assert in_parts("Davis Jr.") == in_parts("Davis, Jr.") == ("", "", "")
    assert in_parts("Lab of X, University of Y") == ("", "", "")
    assert author(given="Sammy", family="Davis", suffix="Jr.").name == "Sammy Davis Jr."


def test_one_orcid_at_two_authors_is_nobodys() -> None:
    found: list[Outcome] = []
    people = [author("Ann Lee", identifiers=(JOSIAH,)), author("Bo Ek", identifiers=(JOSIAH,))]
    assert [p.identifiers for p in listed("r", people, found)] == [(), ()]
    assert found == [Warned("r", f"{JOSIAH} stands at 2 authors")]


def test_the_same_author_twice_stands_once() -> None:
    found: list[Outcome] = []
    first = author("Ann Lee", identifiers=(JOSIAH,), affiliations=("Here",))
    again = author("Ann Lee", identifiers=(JOSIAH,), affiliations=("There",))
    assert [p.affiliations for p in listed("r", [first, again], found)] == [("Here", "There")]
    assert found == [Warned("r", "lists 'Ann Lee' more than once")]
    assert len(listed("r", [author("Ann Lee")] * 2, [])) == 1


def test_namesakes_on_one_work_stay_two() -> None:
    found: list[Outcome] = []
    namesakes = [author("S Takahashi"), author("S Takahashi")]
    assert len(listed("r", namesakes, found)) == 2
    elsewhere = [author("Wei Wang", affiliations=(place,)) for place in ("Here", "There")]
    assert len(listed("r", elsewhere, found)) == 2
    assert found == []


@pytest.mark.parametrize("name", ["", ":", "(:Unav)", "et al.", "Anonymous", "[s.n.]", "NN", "12"])
def test_nobody_is_left_out(name: str) -> None:
    found: list[Outcome] = []
    assert listed("r", [author(name), author("Ann Lee")], found) == (author("Ann Lee"),)
    assert isinstance(found[0], Warned)


def test_a_place_without_a_name_is_told_in_words() -> None:
    found: list[Outcome] = []
    assert listed("r", [author()], found) == ()
    assert found == [Warned("r", "left out an author without a name")]


def test_a_family_name_that_looks_like_a_code_is_one() -> None:
    found: list[Outcome] = []
    unal = author(family="Unal")
    assert listed("r", [unal, author("(:unal)")], found) == (unal,)


@pytest.mark.parametrize(
    ("given", "family", "name"),
    [
        ("俊", "张", "张俊"),
        ("太郎", "山田", "山田太郎"),
        ("エリカ", "山田", "山田エリカ"),
        ("철수", "김", "김철수"),
        ("ジョン", "スミス", "ジョン スミス"),
        ("Jun", "张", "Jun 张"),
        ("Иван", "Петров", "Иван Петров"),
    ],
)
def test_names_are_in_reading_order(given: str, family: str, name: str) -> None:
    found = author(given=given, family=family)
    assert (found.name, found.given, found.family) == (name, given, family)


@pytest.mark.parametrize("suffix", ["Ph.D", "PhD", "M.D.", "MD, PhD", "MSc", "FRCP", "MD MPH"])
def test_a_degree_is_no_part_of_a_name(suffix: str) -> None:
    assert author(given="Ann", family="Lee", suffix=suffix).name == "Ann Lee"


@pytest.mark.parametrize("suffix", ["Jr.", "III", "Sr", "Filho", "2nd"])
def test_a_generation_is_part_of_a_name(suffix: str) -> None:
    assert author(given="Ann", family="Lee", suffix=suffix).name == f"Ann Lee {suffix}"
