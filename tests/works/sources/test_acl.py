"""A collection of the ACL Anthology becomes records that say what the XML says."""

import os
from pathlib import Path

import pytest

from services.works.records import Record, Rejected, Warned
from services.works.sources import open_source
from services.works.sources.acl import anthology_id
from tests.works.count_acl import count
from tests.works.sources.reading import FIXTURES, only, read, read_text, records

SHARED = os.environ.get("BZPEER_SHARED_DATA")
"""A folder with the whole Anthology, to compare with an independent count. Else the fixtures."""
FILES = (
    sorted(Path(SHARED).glob("acl-anthology/xml/*.xml.gz"))
    if SHARED
    else sorted(FIXTURES.glob("acl-*.xml"))
)


def collection(papers: str, collection_id: str = "2020.x", volume: str = "main") -> str:
    return (
        f'<collection id="{collection_id}"><volume id="{volume}"><meta><booktitle>B</booktitle>'
        f"<year>2020</year></meta><frontmatter><url>x.0</url></frontmatter>{papers}</volume>"
        "</collection>"
    )


def paper(more: str = "", title: str = "T", number: str = "1") -> str:
    return f'<paper id="{number}"><title>{title}</title>{more}</paper>'


def test_a_paper_of_a_volume() -> None:
    record = records(read("acl-2020.acl.xml"))[0]
    assert record.key == "acl:2020.acl-main.1"
    assert record.url == "https://aclanthology.org/2020.acl-main.1/"
    assert record.doi == "10.18653/v1/2020.acl-main.1"
    assert (record.type, record.year, record.version) == ("proceedings-article", 2020, 1)
    assert record.venue is not None
    assert record.venue.endswith("Association for Computational Linguistics")
    assert (record.published, record.updated, record.subjects) == (None, None, ())
    author = record.authors[0]
    assert author.name == f"{author.given} {author.family}"


def test_retractions_keep_their_notice() -> None:
    _, bare, told = records(read("acl-2020.acl.xml"))
    assert (bare.standing, bare.standing_note) == ("retracted", "Retracted on 2021-08-09.")
    assert told.standing == "retracted"
    assert told.standing_note is not None
    assert told.standing_note.startswith("The authors found an error")
    assert told.version == 2


def test_a_removed_paper_is_withdrawn() -> None:
    more = '<author><last>X</last></author><removed date="2021-10-05">Because.</removed>'
    record = only(read_text(collection(paper(more))))
    assert (record.standing, record.standing_note) == ("withdrawn", "Because.")


def test_the_version_is_that_of_the_latest_revision() -> None:
    assert only(read("acl-2021.acl.xml")).version == 4


def test_han_names_have_the_family_name_first() -> None:
    record = only(read("acl-2020.ccl.xml"))
    assert record.authors[0].name == "Yu Wang"
    assert record.authors[0].variants == ("王昱",)
    assert record.language == "zh"


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [("丁,", "佳玙", "丁佳玙"), ("山·吾买尔", "艾", "艾山·吾买尔"), ("さくら", "森", "さくら 森")],
)
def test_names_in_another_script(first: str, last: str, name: str) -> None:
    variant = f'<variant script="hani"><first>{first}</first><last>{last}</last></variant>'
    more = f"<author><first>X</first><last>Y</last>{variant}</author>"
    assert only(read_text(collection(paper(more)))).authors[0].variants == (name,)


def test_a_group_with_a_first_name_is_a_group() -> None:
    more = "<author><first>Isaric</first><last>Clinical Characterisation Group</last></author>"
    (author,) = only(read_text(collection(paper(more)))).authors
    assert (author.name, author.is_group) == ("Isaric Clinical Characterisation Group", True)
    assert (author.given, author.family) == (None, None)


def test_markup_in_a_title_is_taken_off() -> None:
    (record,) = records(read("acl-2024.lchange.xml"))
    assert record.title == "Invited paper: Computer-Assisted Language Comparison with EDICTOR 3"
    assert record.abstract is None
    assert record.authors[0].affiliations == ("University of Passau",)


def test_tex_in_an_abstract_is_read() -> None:
    first, second = records(read("acl-2023.semeval.xml"))
    assert first.abstract is not None
    assert second.abstract is not None
    assert "an F₁-score of 0.50" in first.abstract
    assert "found at https://github.com/bhavyajeet/Multilingual-tweet-intimacy" in second.abstract


def test_paragraphs_of_an_abstract_stay_apart() -> None:
    more = "<author><last>X</last></author><abstract>One.<par/><i>Two</i>.<par/>Three.</abstract>"
    assert only(read_text(collection(paper(more)))).abstract == "One. Two. Three."


def test_formulas_in_a_title() -> None:
    title = (
        "Parsing in <tex-math>O(n^2)</tex-math> for <fixed-case>LTAG</fixed-case>s, "
        "<i>fast <b>and</b></i> for $100"
    )
    record = only(read_text(collection(paper("<author><last>Xu</last></author>", title))))
    assert record.title == "Parsing in O(n²) for LTAGs, fast and for $100"
    assert (record.authors[0].name, record.authors[0].given) == ("Xu", None)


def test_journals_give_articles() -> None:
    assert only(read("acl-J19.xml")).type == "article"


def test_the_paper_may_name_its_journal() -> None:
    more = "<author><last>X</last></author><journal>Baltic Journal</journal>"
    assert only(read_text(collection(paper(more)))).venue == "Baltic Journal"


@pytest.mark.parametrize("printed", ["NA", "N/A", "-", "None", ""])
def test_no_affiliation_is_none(printed: str) -> None:
    more = f"<author><last>X</last><affiliation>{printed}</affiliation></author>"
    assert only(read_text(collection(paper(more)))).authors[0].affiliations == ()


def test_explicit_ids_of_authors() -> None:
    more = '<author id="yang-liu-ict"><first>Yang</first><last>Liu</last></author>'
    record = only(read_text(collection(paper(more))))
    assert record.authors[0].identifiers == ("acl:yang-liu-ict",)


def test_editors_and_front_matter_are_no_authors_and_no_papers() -> None:
    warned, record = read_text(collection(paper("<editor><last>E</last></editor>")))
    assert warned == Warned("2020.x-main.1", "has no authors")
    assert isinstance(record, Record)
    assert record.authors == ()


def test_who_has_only_a_first_name_is_an_author() -> None:
    more = "<author><first>Mausam</first><last/></author><author><first/><last/></author>"
    warned, record = read_text(collection(paper(more)))
    assert warned == Warned("2020.x-main.1", "left out an author without a name")
    assert isinstance(record, Record)
    assert [(a.name, a.given, a.family) for a in record.authors] == [("Mausam", "Mausam", None)]


def test_orcid_ids_of_authors() -> None:
    record = only(read("acl-2025.acl.xml"))
    assert [author.identifiers for author in record.authors] == [
        ("acl:seunghee-kim", "orcid:0009-0003-8940-9055"),
        (),
        ("acl:taeuk-kim", "orcid:0000-0001-6919-7727"),
    ]


def test_an_orcid_id_of_two_authors_stays_with_neither() -> None:
    more = (
        '<author id="x" orcid="0000-0001-6919-7727"><last>X</last></author>'
        '<author orcid="0000-0001-6919-7727"><last>Y</last></author>'
    )
    warned, record = read_text(collection(paper(more)))
    assert warned == Warned("2020.x-main.1", "orcid:0000-0001-6919-7727 stands at 2 authors")
    assert isinstance(record, Record)
    assert [author.identifiers for author in record.authors] == [("acl:x",), ()]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("2020.acl", "main", "1"), "2020.acl-main.1"),
        (("P19", "1", "1"), "P19-1001"),
        (("L18", "1", "700"), "L18-1700"),
        (("W17", "8", "1"), "W17-0801"),
        (("W05", "13", "7"), "W05-1307"),
        (("C69", "1", "1"), "C69-0101"),
        (("D19", "1", "12"), "D19-1012"),
        (("D19", "50", "1"), "D19-5001"),
        (("D18", "1", "256"), "D18-1256"),
        (("", "1", "1"), None),
        (("2020.acl", "main", ""), None),
        (("P19", "x", "1"), None),
        (("P19", "1", "x"), None),
    ],
)
def test_ids(parts: tuple[str, str, str], expected: str | None) -> None:
    assert anthology_id(*parts) == expected


@pytest.mark.parametrize(
    ("broken", "locator", "reason"),
    [
        (paper(title=""), "2020.x-main.1", "has no title (paper 1, line 1)"),
        ("<paper id='1'/>", "2020.x-main.1", "has no title (paper 1, line 1)"),
        ("<paper><title>T</title></paper>", "paper 1, line 1", "no usable id"),
    ],
)
def test_one_bad_paper_does_not_spoil_the_others(broken: str, locator: str, reason: str) -> None:
    good = paper("<author><last>X</last></author>", number="2")
    rejected, record = read_text(collection(broken + good))
    assert isinstance(rejected, Rejected)
    assert rejected.record == locator
    assert reason in rejected.reason
    assert isinstance(record, Record)


def test_of_two_papers_with_one_id_the_first_is_taken() -> None:
    twice = paper("<author><last>X</last></author>")
    first, second = read_text(collection(twice + twice))
    assert isinstance(first, Record)
    assert second == Rejected("2020.x-main.1", "a second paper with this id (paper 2, line 1)")


def test_a_file_named_otherwise_is_only_warned_of() -> None:
    more = "<author><last>X</last></author><url>2020.x-panels.1</url>"
    warned, record = read_text(collection(paper(more)))
    assert warned == Warned("2020.x-main.1", "its file has another name: '2020.x-panels.1'")
    assert isinstance(record, Record)


def test_a_broken_doi_is_warned_of() -> None:
    more = "<author><last>X</last></author><doi>http://hdl.handle.net/2065/12202</doi>"
    warned, record = read_text(collection(paper(more)))
    assert warned == Warned("2020.x-main.1", "not a DOI: 'http://hdl.handle.net/2065/12202'")
    assert isinstance(record, Record)
    assert record.doi is None


def test_a_volume_without_papers_gives_nothing() -> None:
    assert read_text(collection("")) == []


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_nothing_is_lost(file: Path) -> None:
    counted = count([file])
    with file.open("rb") as stream:
        found = records(list(open_source(stream, file.name)))
    assert {record.record_id for record in found} == counted["papers"]
    by_name: dict[str, set[str]] = {}
    for record in found:
        for author in record.authors:
            by_name.setdefault(author.name, set()).add(record.record_id)
    assert by_name == counted["authors"]
    assert sum(len(record.authors) for record in found) == counted["mentions"]
    assert sum(record.standing == "retracted" for record in found) == counted["retracted"]
