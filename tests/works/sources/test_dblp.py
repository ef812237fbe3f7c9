"""DBLP's entries, with the characters that its DTD names and without reading a DTD."""

from datetime import UTC, datetime

import pytest

from services.works.records import PersonRecord, Rejected, Warned
from services.works.sources import UnknownFormat
from tests.works.sources.reading import only, read, read_text, records

NOTHING_NEW = "a person's home page that says nothing of other names, no work"


def entry(inside: str, start: str = '<article key="journals/x/1" mdate="2020-01-02">') -> str:
    tag = start[1:].split()[0].rstrip(">")
    return (
        '<!DOCTYPE dblp SYSTEM "dblp.dtd">\n<dblp>' + start + "<title>T.</title>" + inside
        + f"</{tag}></dblp>"
    )  # fmt: skip


def test_an_excerpt() -> None:
    first, volume, article, paper = records(read("dblp/example.xml"))
    assert (first.key, first.type) == ("dblp:conf/er/Norrie08", "proceedings-article")
    assert [a.name for a in first.authors] == ["Moira C. Norrie", "Michael H. Böhlen"]
    assert (first.title, first.venue, first.year) == ("PIM Meets Web 2.0", "ER", 2008)
    assert first.doi is None  # its address has a blank, and what stands before is the volume's
    assert volume.type == "proceedings"
    assert article.doi == "10.1145/1666420.1666444"
    assert paper.doi == "10.1109/sfcs.1982.45"
    others = [o for o in read("dblp/example.xml") if isinstance(o, Rejected)]
    assert others == [Rejected("homepages/g/OdedGoldreich", NOTHING_NEW)]


def test_namesakes_and_orcid_ids() -> None:
    authors = '<author orcid="0000-0002-1825-0097">Wei Wang 0010</author><author>Jo Doe</author>'
    first, second = only(read_text(entry(authors))).authors
    assert first.name == "Wei Wang"
    assert first.identifiers == ("dblp-author:Wei Wang 0010", "orcid:0000-0002-1825-0097")
    assert second.identifiers == ()


def test_a_paper_of_corr_is_arxivs() -> None:
    start = '<article key="journals/corr/abs-2106-03441" publtype="informal" mdate="2021-06-10">'
    found = read_text(entry("<author>A B</author><volume>abs/2106.03441</volume>", start))
    assert only(found).identifiers == ("arxiv:2106.03441",)
    assert only(found).type == "preprint"


def typed(start: str) -> str:
    return only(read_text(entry("<author>A B</author>", start))).type


def test_types() -> None:
    assert typed('<article key="tr/x/1" publtype="informal">') == "report"
    assert typed('<article key="journals/iacr/1" publtype="informal survey">') == "preprint"
    assert typed('<inproceedings key="conf/x/1" publtype="informal">') == "proceedings-article"
    start = '<incollection key="reference/crypt/1" publtype="encyclopedia">'
    assert typed(start) == "reference-entry"
    assert typed('<data key="data/10/x" publtype="software">') == "software"


def test_a_web_page_that_is_nobodys_home() -> None:
    assert typed('<www key="www/org/w3/TR/x">') == "other"
    home = entry("<author>A B</author>", '<www key="homepages/b/AB">')
    assert read_text(home) == [Rejected("homepages/b/AB", NOTHING_NEW)]


ORCID = "<url>https://orcid.org/0000-0002-1825-0097</url>"


def home(inside: str, start: str = '<www key="homepages/1/2" mdate="2024-05-06">') -> PersonRecord:
    (person,) = read_text(entry(inside, start))
    assert isinstance(person, PersonRecord)
    return person


def test_the_names_on_a_home_page_are_one_person() -> None:
    names = "<author>Jane Doe-Smith</author><author>Jane Smith 0003</author><author>J. Doe</author>"
    old = '<url type="deprecated">https://orcid.org/0000-0001-5109-3700</url>'
    assert home(names + old + ORCID) == PersonRecord(
        source="dblp",
        feed="dblp",
        record_id="homepages/1/2",
        identifier="dblp-author:Jane Doe-Smith",
        former=("dblp-author:Jane Smith 0003",),
        names=("Jane Doe-Smith", "J. Doe"),
        known_as=("orcid:0000-0002-1825-0097",),
        modified=datetime(2024, 5, 6, tzinfo=UTC),
    )


def test_a_numbered_name_with_an_orcid_id_says_something() -> None:
    person = home(f"<author>Wei Wang 0010</author>{ORCID}")
    assert (person.identifier, person.names) == ("dblp-author:Wei Wang 0010", ())
    alone = entry(f"<author>Oded Goldreich</author>{ORCID}", '<www key="homepages/g/OG">')
    assert read_text(alone) == [Rejected("homepages/g/OG", NOTHING_NEW)]


@pytest.mark.parametrize("kind", ["disambiguation", "group"])
def test_a_page_of_several_people_is_no_persons(kind: str) -> None:
    start = f'<www key="homepages/w/WW" publtype="{kind}">'
    (rejected,) = read_text(entry("<author>Wei Wang</author><author>W. Wang</author>", start))
    assert isinstance(rejected, Rejected)
    assert "several people" in rejected.reason


def test_a_paper_of_the_anthology() -> None:
    for link in (
        "https://aclanthology.org/P19-1001/",
        "https://www.aclweb.org/anthology/P19-1001.pdf",
        "https://aclanthology.info/papers/P19-1001/",
        "https://aclanthology.org/P19-1001",
    ):
        found = only(read_text(entry(f"<author>A B</author><ee>{link}</ee>")))
        assert found.identifiers == ("acl:P19-1001",)
    other = "<ee>https://aclanthology.org/events/acl-2019/</ee>"
    assert only(read_text(entry(f"<author>A B</author>{other}"))).identifiers == ()


def test_the_page_of_a_person() -> None:
    paper = '<r><article key="journals/x/1"><author>A B</author><title>T.</title></article></r>'
    person = '<person key="homepages/1"><author>A B</author><author>A C</author></person>'
    found = read_text(f'<dblpperson name="A B">{person}{paper}</dblpperson>')
    assert isinstance(found[0], PersonRecord)
    assert found[0].names == ("A B", "A C")
    assert [record.record_id for record in records(found)] == ["journals/x/1"]


def test_a_record_without_the_list_around_it() -> None:
    alone = '<article mdate="2020-01-02" key="journals/x/1"><author>A B</author>'
    found = read_text(f'<?xml version="1.0"?>\n{alone}<title>T.</title></article>')
    assert only(found).record_id == "journals/x/1"
    with pytest.raises(UnknownFormat):
        read_text("<article><front><article-meta/></front></article>")


@pytest.mark.parametrize("title", ["A <i>B.</i>", "A <i>B</i>. ", "A <i>B</i>"])
def test_the_full_stop_after_a_title_is_left_out(title: str) -> None:
    document = entry("<author>A B</author>").replace("T.</title>", f"{title}</title>")
    assert only(read_text(document)).title == "A B"


def test_a_note_of_dblps_own_is_no_work() -> None:
    (rejected,) = read_text(entry("", '<article key="dblpnote/neveronline">'))
    assert rejected == Rejected("dblpnote/neveronline", "a note for the pages of DBLP, no work")


def test_the_keys_of_a_person_are_no_works() -> None:
    found = read_text('<dblpperson name="A B"><dblpkey>journals/x/1</dblpkey></dblpperson>')
    assert found == [Rejected("dblpkey 1, line 1", "the key of a record alone")]


def test_a_withdrawn_paper() -> None:
    for types in ("withdrawn", "informal withdrawn"):
        start = f'<article key="journals/x/1" publtype="{types}">'
        found = read_text(entry("<author>A B</author>", start))
        assert Warned("journals/x/1", "DBLP lists it as withdrawn") in found
        assert records(found)[0].standing == "withdrawn"


def test_characters_by_name_wherever_the_bytes_are_cut() -> None:
    names = "".join(
        f"<author>{'x' * (n % 7)} &Aacute;&szlig;&yuml;</author>" for n in range(20_000)
    )
    found = records(read_text(entry(names)))[0]
    assert {a.name.partition(" ")[2] or a.name for a in found.authors} == {"Áßÿ"}


def test_names_that_the_dtd_does_not_have_are_not_read() -> None:
    assert (
        only(read_text(entry("<author>A &nothing; B</author>"))).authors[0].name == "A &nothing; B"
    )


def test_entities_of_ones_own_are_refused() -> None:
    bomb = entry("<author>&a;</author>").replace(
        'SYSTEM "dblp.dtd"', '[<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]'
    )
    (rejected,) = read_text(bomb)
    assert isinstance(rejected, Rejected)
    assert "document type declaration" in rejected.reason
