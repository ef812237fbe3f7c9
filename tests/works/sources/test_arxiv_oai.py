"""An OAI-PMH response of arXiv's becomes the same records as its API gives."""

import io
from datetime import UTC, date, datetime

import pytest

from services.works.records import Deleted, Record, Rejected, Warned
from services.works.sources import open_source
from services.works.sources.arxiv_oai import split_authors
from tests.works.sources.reading import only, read, read_text, records


def response(*records: str) -> str:
    return (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        "<request>http://oaipmh.arxiv.org/oai</request>"
        f"<ListRecords>{''.join(records)}</ListRecords></OAI-PMH>"
    )


def record(body: str, attributes: str = "") -> str:
    return (
        f"<record><header{attributes}><identifier>oai:arXiv.org:0704.0001</identifier></header>"
        f"{body}</record>"
    )


def metadata(fields: str) -> str:
    return record(
        f'<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/">{fields}</arXiv></metadata>'
    )


def test_records_of_a_list() -> None:
    first, second, third = records(read("oai-list.xml"))
    assert first.key == "arxiv:1706.05371"
    assert first.title == (
        "Evaluation of Silicon Photomultipliers for use as Photosensors in Liquid Xenon Detectors"
    )
    assert (first.published, first.updated, first.year) == (
        date(2017, 6, 16), date(2017, 12, 12), 2017,
    )  # fmt: skip
    assert [s.name for s in first.subjects] == ["physics.ins-det", "hep-ex"]
    author = first.authors[0]
    assert (author.name, author.given, author.family) == ("Tyler Anderson", "Tyler", "Anderson")
    assert second.doi == "10.1140/epjc/s10052-017-5414-4"
    assert second.venue == "Eur. Phys. J. C (2017) 77:856"
    assert third.abstract is not None
    assert "m_{Z′} ∼ 5.5 TeV" in third.abstract


def test_the_version_history_of_arxivraw() -> None:
    found = only(read("oai-raw.xml"))
    assert found.version == 2
    assert (found.published, found.updated) == (date(2018, 10, 22), date(2019, 1, 13))
    assert [a.name for a in found.authors] == [
        "Raphael Chetrite", "Shamik Gupta", "Izaak Neri", "Édgar Roldán",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("size", "kind", "comment", "note"),
    [
        ("0kb", "SI", "", "The latest version is withdrawn."),
        ("0kb", "I", "Theorem 2 is wrong", "Theorem 2 is wrong"),
        ("12kb", "D", "Theorem 2 is wrong", None),
    ],
)
def test_a_latest_version_without_source_is_withdrawn(
    size: str, kind: str, comment: str, note: str | None
) -> None:
    versions = (
        f'<version version="v10"><date>Tue, 9 Sep 2008 10:00:00 GMT</date><size>{size}</size>'
        f"<source_type>{kind}</source_type></version>"
        '<version version="v9"><date>Mon, 8 Sep 2008 10:00:00 GMT</date><size>9kb</size></version>'
    )
    fields = (
        f"<id>0704.0001</id>{versions}<title>T</title><authors>A. B</authors>"
        f"<comments>{comment}</comments>"
    )
    found = only(read_text(response(metadata(fields).replace("arXiv xmlns", "arXivRaw xmlns")
                                    .replace("/arXiv>", "/arXivRaw>"))))  # fmt: skip
    assert found.standing == ("withdrawn" if note else "current")
    assert found.standing_note == note


def test_metadata_in_the_namespace_of_oai_is_read_too() -> None:
    found = only(read("oai-three-dois.xml"))
    assert found.doi == "10.1103/physrevd.93.016005"
    assert found.authors[0].name == "Planck Collaboration"
    assert found.authors[0].family is None
    assert found.authors[0].is_group


def test_a_response_with_prefixes_and_one_in_utf_16() -> None:
    plain = response(metadata("<id>0704.0001</id><title>T</title><authors/>"))
    prefixed = plain.replace('xmlns="http://www.open', 'xmlns:o="http://www.open')
    for name in ("OAI-PMH", "request", "ListRecords", "record", "header", "identifier", "metadata"):
        prefixed = prefixed.replace(f"<{name}", f"<o:{name}").replace(f"</{name}>", f"</o:{name}>")
    assert records(read_text(prefixed)) == records(read_text(plain))
    wide = io.BytesIO(f'<?xml version="1.0" encoding="UTF-16"?>{plain}'.encode("utf-16"))
    assert records(list(open_source(wide, "wide.xml"))) == records(read_text(plain))


def test_punctuation_is_no_author() -> None:
    warned, found = read("oai-collaboration.xml")
    assert warned == Warned("1606.07538", "left out an author named ':'")
    assert isinstance(found, Record)
    assert [a.name for a in found.authors][:2] == ["Super-Kamiokande Collaboration", "K. Abe"]
    assert len(found.authors[0].affiliations) == 2


def test_a_suffix_ends_the_name() -> None:
    author = (
        r"<author><keyname>Dupr\'e</keyname><forenames>Jo</forenames><suffix>IV</suffix></author>"
    )
    found = only(
        read_text(
            response(
                metadata(
                    f"<id>0704.0001</id><created>2007-04-01</created><authors>{author}</authors>"
                    "<title>T</title><categories>hep-th cs.CL</categories>"
                    "<comments>This paper has been withdrawn.</comments>"
                )
            )
        )
    )
    assert (found.authors[0].name, found.authors[0].family) == ("Jo Dupré IV", "Dupré")
    assert (found.published, found.updated, found.year) == (
        date(2007, 4, 1), date(2007, 4, 1), 2007,
    )  # fmt: skip
    assert found.standing == "withdrawn"


def test_a_collaboration_cut_in_two_is_a_group() -> None:
    authors = (
        "<author><keyname>Abe</keyname><forenames>K.</forenames></author>"
        "<author><keyname>Collaboration</keyname><forenames>H. E. S. S.</forenames></author>"
        "<author><keyname>Collaboration</keyname>"
        "<forenames>Ann Lee for the Belle</forenames></author>"
    )
    found = only(
        read_text(
            response(metadata(f"<id>0704.0001</id><title>T</title><authors>{authors}</authors>"))
        )
    )
    assert [(a.name, a.given, a.family, a.is_group) for a in found.authors] == [
        ("K. Abe", "K.", "Abe", False),
        ("H. E. S. S. Collaboration", None, None, True),
        ("Ann Lee", None, None, False),
    ]
    assert found.authors[2].affiliations == ("Belle Collaboration",)


def test_initials_with_a_hyphen_stay_together() -> None:
    author = "<author><keyname>Yuan</keyname><forenames>C. -P.</forenames></author>"
    fields = f"<id>0704.0001</id><title>T</title><authors>{author}</authors>"
    (found,) = only(read_text(response(metadata(fields)))).authors
    assert (found.name, found.given, found.family) == ("C.-P. Yuan", "C.-P.", "Yuan")


@pytest.mark.parametrize(
    ("broken", "locator", "reason"),
    [
        (record("", ' status="deleted"').replace("0704.0001", "x"), "x",
         "deleted at the source, under no id of a paper"),
        (record(""), "0704.0001", "no metadata"),
        (record("<metadata/>"), "0704.0001", "no metadata"),
        (
            record('<metadata><dc xmlns="http://purl.org/dc/"/></metadata>'),
            "0704.0001",
            "metadata in the form dc, not arXiv or arXivRaw",
        ),
        (metadata("<id>0704.0001</id>"), "0704.0001", "has no title"),
        (metadata("<id>abc</id><title>T</title>"), "record 1, line 1",
         "not the id of an arXiv paper: 'abc'"),
        ("<error code='badResumptionToken'>expired</error>", "error 1, line 1",
         "arXiv reports badResumptionToken: expired"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_told(broken: str, locator: str, reason: str) -> None:
    good = metadata("<id>0704.0002</id><title>T</title>")
    rejected, _, taken = read_text(response(broken, good))
    assert rejected == Rejected(locator, reason)
    assert isinstance(taken, Record)


def test_a_deleted_record_is_told_as_deleted() -> None:
    gone = record("", ' status="deleted"').replace(
        "</header>", "<datestamp>2024-05-01</datestamp></header>"
    )
    (deleted,) = read_text(response(gone))
    assert deleted == Deleted("arxiv", "arxiv-oai", "0704.0001", datetime(2024, 5, 1, tzinfo=UTC))
    assert deleted.key == "arxiv:0704.0001"


def test_a_list_of_identifiers_tells_of_deletions_only() -> None:
    headers = (
        "<header><identifier>oai:arXiv.org:0704.0001</identifier></header>"
        '<header status="deleted"><identifier>oai:arXiv.org:0704.0002</identifier></header>'
    )
    assert read_text(response(headers).replace("ListRecords", "ListIdentifiers")) == [
        Rejected("0704.0001", "no metadata"),
        Deleted("arxiv", "arxiv-oai", "0704.0002", None),
    ]


NEW_SERVICE = (
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
    '"http://arxiv.org/OAI/arXiv/ https://oaipmh.arxiv.org/OAI/arXiv.xsd"'
)


@pytest.mark.parametrize(
    ("record_id", "schema", "published", "updated"),
    [
        ("2511.11447", "", date(2025, 11, 17), date(2026, 1, 18)),
        ("2511.11447", NEW_SERVICE, date(2025, 11, 17), date(2025, 11, 17)),
        ("2301.00001", NEW_SERVICE, None, date(2025, 11, 17)),
        ("hep-th/9901001", "", None, date(2025, 11, 17)),
    ],
)
def test_what_is_created_may_be_the_latest_version(
    record_id: str, schema: str, published: date | None, updated: date
) -> None:
    dates = "<created>2025-11-17</created><updated>2026-01-18</updated>"
    authors = "<authors><author><keyname>Daly</keyname></author></authors>"
    fields = f"<id>{record_id}</id>{dates}{authors}<title>T</title>"
    text = response(metadata(fields)).replace("<arXiv ", f"<arXiv {schema} ")
    found = only(read_text(text))
    assert (found.published, found.updated, found.year) == (published, updated, updated.year)


def test_a_date_that_is_none_is_warned_of() -> None:
    found = read_text(response(metadata("<id>0704.0002</id><title>T</title><created>x</created>")))
    reasons = [outcome.reason for outcome in found if isinstance(outcome, Warned)]
    assert "published on 'x', which is no date" in reasons


@pytest.mark.parametrize(
    ("line", "names", "affiliations"),
    [
        ("A. Author, B. Author (Affil), and C. Author", ["A. Author", "B. Author", "C. Author"],
         [(), ("Affil",), ()]),
        ("A. Author and B. Author", ["A. Author", "B. Author"], [(), ()]),
        ("A. Author & B. Author; C. Author", ["A. Author", "B. Author", "C. Author"],
         [(), (), ()]),
        ("Sammy Davis, Jr., Ann Other III", ["Sammy Davis, Jr.", "Ann Other III"], [(), ()]),
        ("A. Author (1), B. Author (1 and 2) ((1) Here, Town, (2) There (Lab), City)",
         ["A. Author", "B. Author"],
         [("Here, Town",), ("Here, Town", "There (Lab), City")]),
        ("A. Author (Univ. of X, Y and Z), B. Sand", ["A. Author", "B. Sand"],
         [("Univ. of X, Y and Z",), ()]),
        (r"\'Edgar Rold\'an and J. M{\"u}ller", ["Édgar Roldán", "J. Müller"], [(), ()]),
        ("The ATLAS Collaboration", ["The ATLAS Collaboration"], [()]),
        ("D0 Collaboration: V. M. Abazov (69), B. Abbott (a)",
         ["D0 Collaboration", "V. M. Abazov", "B. Abbott"], [(), (), ()]),
        ("Fernando Anderson, Alexandra Brandt", ["Fernando Anderson", "Alexandra Brandt"],
         [(), ()]),
        ("A. Author (open", ["A. Author (open"], [()]),
        ("A. Author$^{1,2}$, B. Author${}^a$", ["A. Author", "B. Author"], [(), ()]),
        ("", [], []),
    ],
)  # fmt: skip
def test_a_line_of_authors(
    line: str, names: list[str], affiliations: list[tuple[str, ...]]
) -> None:
    found = list(split_authors(line))
    assert [a.name for a in found] == names
    assert [a.affiliations for a in found] == affiliations
