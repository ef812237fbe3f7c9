"""Any file people hand in is either read, or refused with a sentence that helps."""

import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from services.works.records import Record, Rejected
from services.works.sources import SOURCES, UnknownFormat, acl, open_source
from tests.works.sources.reading import FIXTURES, read_text

PAPER = "<paper id='{}'><title>T</title><author><last>X</last></author></paper>"


def collection(papers: int) -> bytes:
    body = "\n".join(PAPER.format(number) for number in range(1, papers + 1))
    return f"<collection id='2020.x'>\n<volume id='1'>\n{body}\n</volume></collection>".encode()


@pytest.mark.parametrize(
    ("file", "feed"),
    [("atom-old-id.xml", "arxiv-atom"), ("oai-raw.xml", "arxiv-oai"), ("acl-W17.xml", "acl-xml")],
)
@pytest.mark.parametrize("packed", [False, True])
def test_the_feed_is_told_from_the_file(file: str, feed: str, packed: bool) -> None:
    data = (FIXTURES / file).read_bytes()
    (record,) = open_source(io.BytesIO(gzip.compress(data) if packed else data), file)
    assert isinstance(record, Record)
    assert record.feed == feed
    assert [source.FEED for source in SOURCES if source.recognises(data[:4096])] == [feed]


@pytest.mark.parametrize(
    "data",
    [
        b"not XML",
        b"{}",
        b"<papers><paper id='1'/></papers>",
        b"<feed xmlns='http://www.w3.org/2005/Atom'><title>A blog</title></feed>",
        b"%PDF-1.7",
        gzip.compress(b"not XML"),
        b"\x00" * 100,
    ],
)
def test_another_format_is_refused_at_once_with_what_is_accepted(data: bytes) -> None:
    with pytest.raises(UnknownFormat, match=r"Atom.*OAI-PMH.*ACL Anthology"):
        open_source(io.BytesIO(data), "a file")


@pytest.mark.parametrize("data", [b"", gzip.compress(b"")])
def test_an_empty_file_has_no_records(data: bytes) -> None:
    assert list(open_source(io.BytesIO(data), "empty")) == []


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.99])
def test_of_a_cut_file_the_records_before_the_cut_are_kept(kept: float) -> None:
    data = collection(5_000)
    *records, fault = open_source(io.BytesIO(data[: int(len(data) * kept)]), "cut.xml")
    assert len(records) == pytest.approx(5_000 * kept, abs=60)
    assert all(isinstance(record, Record) for record in records)
    assert isinstance(fault, Rejected)
    assert fault.record.startswith("cut.xml, line ")
    assert "not well-formed: " in fault.reason


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (b"&nbsp;", "Entity 'nbsp' not defined"),
        (b"<oops>", "tag mismatch"),
        (b"\xff", "Invalid bytes"),
        (b"a < b", "invalid element name"),
    ],
)
@pytest.mark.parametrize("papers", [3, 5_000])
def test_a_fault_ends_the_reading_where_it_stands(fault: bytes, reason: str, papers: int) -> None:
    data = collection(papers).replace(b"<paper id='3'>", b"<paper id='3'>" + fault)
    first, second, told = open_source(io.BytesIO(data), "bad.xml")
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert isinstance(told, Rejected)
    assert told.record == "bad.xml, line 5"
    assert told.reason.startswith("not well-formed: ")
    assert reason.lower() in told.reason.lower()


def test_of_a_cut_gzip_the_records_before_the_cut_are_kept() -> None:
    packed = gzip.compress(collection(20_000))
    *records, fault = open_source(io.BytesIO(packed[: len(packed) // 2]), "cut.gz")
    assert len(records) > 5_000
    assert isinstance(fault, Rejected)
    assert fault.record == "cut.gz"
    assert "gzip data are damaged" in fault.reason


def test_a_damaged_gzip_is_told() -> None:
    (fault,) = open_source(io.BytesIO(b"\x1f\x8bnonsense"), "bad.gz")
    assert isinstance(fault, Rejected)
    assert "gzip data are damaged" in fault.reason


def test_a_file_larger_than_allowed_is_read_up_to_there() -> None:
    data = collection(5_000)
    packed = gzip.compress(data)
    *records, fault = open_source(io.BytesIO(packed), "big.gz", max_size=len(data) // 2)
    assert len(records) == pytest.approx(2_500, abs=60)
    assert fault == Rejected("big.gz", f"larger than {len(data) // 2:,} bytes when decompressed")
    whole = list(open_source(io.BytesIO(packed), "big.gz", max_size=len(data)))
    assert len(whole) == 5_000


def test_a_stream_may_give_a_byte_at_a_time() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(1)

    assert len(list(open_source(Slow(collection(20)), "slow"))) == 20


BOMB = (
    '<!DOCTYPE c [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">{}]>'
)


@pytest.mark.parametrize(
    "declaration",
    [BOMB.format(""), '<!DOCTYPE c SYSTEM "http://localhost/x.dtd">',
     '<!DOCTYPE c [<!ENTITY c SYSTEM "file:///etc/passwd">]>'],
)  # fmt: skip
@pytest.mark.parametrize("title", ["T", "&c;"])
def test_entities_and_dtds_are_refused(declaration: str, title: str) -> None:
    body = collection(1).decode().replace("T", title)
    (fault,) = read_text(declaration + body, "bomb.xml")
    assert isinstance(fault, Rejected)
    assert "document type" in fault.reason or "not well-formed" in fault.reason


def test_a_huge_text_is_refused() -> None:
    data = collection(1).replace(b"T", b"x" * 11_000_000)
    (fault,) = open_source(io.BytesIO(data), "huge.xml")
    assert isinstance(fault, Rejected)
    assert "not well-formed" in fault.reason


def test_a_record_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.works.sources.xml._LARGEST_RECORD", 1_000_000)
    data = collection(1).replace(b"<title>T</title>", b"<title>T</title>" + b"<b>x</b>" * 300_000)
    (fault,) = open_source(io.BytesIO(data), "endless.xml")
    assert fault == Rejected("endless.xml", "no record ends within 1,000,000 bytes")


class Endless(io.RawIOBase):
    """A collection made as it is read."""

    def __init__(self, papers: int) -> None:
        self._parts = self._made(papers)

    def _made(self, papers: int) -> Iterator[bytes]:
        yield b"<collection id='2020.x'><volume id='1'>"
        abstract = f"<abstract>{'word ' * 800}</abstract></paper>"
        for number in range(1, papers + 1):
            yield PAPER.format(number).replace("</paper>", abstract).encode()
        yield b"</volume></collection>"

    def read(self, size: int = -1) -> bytes:
        return next(self._parts, b"")


def test_memory_stays_flat() -> None:
    assert sum(1 for _ in acl.parse(cast(BinaryIO, Endless(1_000)))) == 1_000
    before = _resident()
    assert sum(1 for _ in acl.parse(cast(BinaryIO, Endless(15_000)))) == 15_000  # 60 MB
    assert _resident() - before < 15_000_000


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
