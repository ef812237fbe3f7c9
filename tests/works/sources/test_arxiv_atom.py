"""An arXiv API response becomes records that say what the entry says."""

import io
from datetime import date

import pytest

from services.works.records import Record, Rejected, Warned
from services.works.sources import open_source
from tests.works.sources.reading import only, read, read_text, records


def feed(*entries: str) -> str:
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">'
        "<id>http://arxiv.org/api/x</id>" + "".join(entries) + "</feed>"
    )


def entry(
    address: str = "http://arxiv.org/abs/2106.03441v3",
    title: str = "A title",
    authors: str = "<author><name>Ada Lovelace</name></author>",
    more: str = "",
) -> str:
    return (
        f"<entry><id>{address}</id><title>{title}</title><summary>Text.</summary>"
        f"<published>2021-06-07T09:18:21Z</published><updated>2022-03-01T14:27:55Z</updated>"
        f"{authors}{more}</entry>"
    )


def test_an_entry_of_the_api() -> None:
    record = only(read("atom-old-id.xml"))
    assert record.key == "arxiv:astro-ph/0601001"
    assert record.version == 1
    assert record.url == "https://arxiv.org/abs/astro-ph/0601001"
    assert record.title.startswith("Frequency of Hot Jupiters and Very Hot Jupiters")
    assert record.abstract is not None
    assert record.abstract.startswith("We derive the frequencies")
    assert (record.published, record.updated, record.year) == (
        date(2006, 1, 2), date(2006, 1, 2), 2006,
    )  # fmt: skip
    assert record.venue == "ActaAstron.56:1-50,2006"
    assert record.type == "preprint"
    assert [s.id for s in record.subjects] == ["arxiv:astro-ph"]
    assert [a.name for a in record.authors][:2] == ["Andrew Gould", "Susan Dorsher"]
    assert record.authors[2].affiliations == ("CfA",)
    assert record.authors[0].family is None
    assert record.standing == "current"


def test_the_year_is_that_of_the_latest_version() -> None:
    record = only(read_text(feed(entry())))
    assert (record.version, record.year) == (3, 2022)
    assert (record.published, record.updated) == (date(2021, 6, 7), date(2022, 3, 1))


def test_a_response_without_entries_is_valid() -> None:
    assert read("atom-no-entries.xml") == []


def test_an_error_of_the_api_is_told() -> None:
    (outcome,) = read("atom-error.xml")
    assert outcome == Rejected(
        "entry 1, line 9", "arXiv reports an error: incorrect id format for abc"
    )


def test_money_is_no_formula() -> None:
    (record,) = records(read("atom-money.xml"))
    assert record.abstract is not None
    assert "awarded $35,000 in total" in record.abstract


@pytest.mark.parametrize(
    ("address", "record_id", "version"),
    [
        ("http://arxiv.org/abs/2106.03441v3", "2106.03441", 3),
        ("https://arxiv.org/abs/0704.0001", "0704.0001", None),
        ("http://arxiv.org/abs/hep-th/9901001v12", "hep-th/9901001", 12),
        ("http://arxiv.org/abs/solv-int/9901001v1", "solv-int/9901001", 1),
        ("http://arxiv.org/abs/solv-int/9901001", "solv-int/9901001", None),
        ("http://arxiv.org/abs/math.GT/0309136v1", "math/0309136", 1),
    ],
)
def test_ids(address: str, record_id: str, version: int | None) -> None:
    record = only(read_text(feed(entry(address))))
    assert (record.record_id, record.version) == (record_id, version)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (entry("http://example.org/abs/1"), "not the address of an arXiv paper"),
        (entry("http://arxiv.org/abs/nonsense"), "not the address of an arXiv paper"),
        (entry(title=" "), "has no title"),
        ("<entry/>", "not the address of an arXiv paper"),
    ],
)
def test_one_bad_entry_does_not_spoil_the_others(broken: str, reason: str) -> None:
    rejected, record = read_text(feed(broken, entry("http://arxiv.org/abs/2106.00001v1")))
    assert isinstance(rejected, Rejected)
    assert reason in rejected.reason
    assert isinstance(record, Record)


def test_what_is_missing_or_odd_is_warned_of() -> None:
    more = "<arxiv:doi>not a doi</arxiv:doi>"
    *warnings, record = read_text(feed(entry(authors="", more=more)))
    assert [w.reason for w in warnings if isinstance(w, Warned)] == [
        "has no authors",
        "not a DOI: 'not a doi'",
    ]
    assert isinstance(record, Record)
    assert record.doi is None


@pytest.mark.parametrize(
    "last", ["B. Aubert et al", "B. Aubert</name></author><author><name>et al."]
)
def test_those_who_are_not_listed_are_no_author(last: str) -> None:
    authors = f"<author><name>R. Etal</name></author><author><name>{last}</name></author>"
    warned, record = read_text(feed(entry(authors=authors)))
    assert warned == Warned("2106.03441", 'lists some of its authors only: "et al"')
    assert isinstance(record, Record)
    assert [a.name for a in record.authors] == ["R. Etal", "B. Aubert"]
    assert not record.authors_complete


def test_a_group_is_named_without_what_leads_to_it() -> None:
    names = ("K. Abe", "for the DES Collaboration", "Team GLM")
    authors = "".join(f"<author><name>{name}</name></author>" for name in names)
    found = only(read_text(feed(entry(authors=authors)))).authors
    assert [(a.name, a.is_group) for a in found] == [
        ("K. Abe", False), ("DES Collaboration", True), ("Team GLM", True),
    ]  # fmt: skip


def test_a_mark_is_no_affiliation() -> None:
    marks = "".join(f"<arxiv:affiliation>{a}</arxiv:affiliation>" for a in ("a", "1,2", "CfA"))
    authors = f"<author><name>Ada Lovelace</name>{marks}</author>"
    assert only(read_text(feed(entry(authors=authors)))).authors[0].affiliations == ("CfA",)


def test_the_doi_is_the_first_of_several() -> None:
    record = only(read_text(feed(entry(more="<arxiv:doi>10.1000/AbC 10.1000/x</arxiv:doi>"))))
    assert record.doi == "10.1000/abc"


def test_subjects_are_arxiv_categories_only() -> None:
    scheme = 'scheme="http://arxiv.org/schemas/atom"'
    terms = ["cs.CL", "68T50", "I.2.7", "F.2.2; I.2.7", "cond-mat.stat-mech", "hep-th", "cs.CL"]
    more = "".join(f'<category term="{term}" {scheme}/>' for term in terms)
    more += '<category term="cmp-lg"/><category term="secondary"/><category term="stat.ML"/>'
    record = only(read_text(feed(entry(more=more))))
    assert [s.id for s in record.subjects] == [
        "arxiv:cs.CL", "arxiv:cond-mat.stat-mech", "arxiv:hep-th", "arxiv:cmp-lg", "arxiv:stat.ML",
    ]  # fmt: skip
    assert record.subjects[0].name == "cs.CL"


@pytest.mark.parametrize(
    ("comment", "withdrawn"),
    [
        ("This paper has been withdrawn by the author due to an error in eq. 3", True),
        ("Withdrawn", True),
        ("Paper withdrawn; superseded by arXiv:2106.00001", True),
        ("The paper was temporarily withdrawn", True),
        ("This submission has been withdrawn by arXiv administrators", True),
        ("12 pages, withdrawn by the authors", True),
        ("Paper has been withdrawn", True),
        ("The authors have withdrawn this paper due to an error", True),
        ("We withdraw the manuscript from the conference", False),
        (
            "arXiv admin note: This version has been removed by arXiv administrators as the "
            "submitter did not have the right to agree to the license at the time of submission",
            True,
        ),
        ("Version 1 was withdrawn, this is a new proof", False),
        ("This paper was withdrawn from the conference after acceptance", False),
        ("This paper has been retracted: Lemma 2 is wrong", True),
        ("Retracted by the author(s)", True),
        ("The author(s) withdrew this paper", True),
        ("A retracted argument is replaced", False),
        ("12 pages, 3 figures", False),
    ],
)
def test_a_withdrawal_is_told_in_the_comment(comment: str, withdrawn: bool) -> None:
    more = f"<arxiv:comment>{comment}</arxiv:comment>"
    record = only(read_text(feed(entry(more=more))))
    assert record.standing == ("withdrawn" if withdrawn else "current")
    assert record.standing_note == (comment if withdrawn else None)


def test_a_feed_in_utf_16_is_read() -> None:
    plain = feed(entry())
    wide = io.BytesIO(f'<?xml version="1.0" encoding="UTF-16"?>{plain}'.encode("utf-16"))
    assert list(open_source(wide, "wide.xml")) == read_text(plain)


def test_tex_in_titles_and_names_is_read() -> None:
    authors = r"<author><name>J{\"o}rg M\'arquez</name></author>"
    record = only(read_text(feed(entry(title=r"On\n  $\alpha$ &lt; 1".replace(r"\n", "\n"),
                                       authors=authors))))  # fmt: skip
    assert record.title == "On α < 1"
    assert record.authors[0].name == "Jörg Márquez"
