"""JSON is read record by record, whatever its shape and whatever is wrong with it."""

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import BinaryIO, cast

import pytest

from services.works.records import Outcome, Rejected, Warned
from services.works.sources import jsonfile
from services.works.sources.fields import Json
from services.works.sources.jsonfile import outline

ARRAYS = frozenset({("results",), ("message", "items")})


def convert(value: Json, place: str) -> Iterator[Outcome]:
    yield Warned(place, str(value.get("n")))


def read(data: bytes, step: int = 2**20) -> list[tuple[str, str]]:
    """The places and what was found there."""

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(step if size is None or size < 0 else min(size, step))

    found = jsonfile.read(Slow(data), "a file", ARRAYS, convert)
    return [(o.record, o.reason) for o in found if isinstance(o, Warned | Rejected)]


PAGE = {
    "meta": {"list": [1, {"n": "no record"}], "results": [{"n": "no record either"}]},
    "results": [{"n": 'quoted "]}\\'}, {"n": "二", "deep": [{"n": [{}]}]}, {"n": 3}],
}


@pytest.mark.parametrize("step", [1, 2, 7, 2**20])
@pytest.mark.parametrize("indent", [None, 2])
def test_the_records_of_a_page(step: int, indent: int | None) -> None:
    data = json.dumps(PAGE, indent=indent, ensure_ascii=False).encode()
    assert [what for _, what in read(data, step)] == ['quoted "]}\\', "二", "3"]


def test_a_page_in_a_page_an_array_and_a_single_record() -> None:
    assert [w for _, w in read(b'{"message": {"items": [{"n": 1}, {"n": 2}]}}')] == ["1", "2"]
    assert [w for _, w in read(b'[{"n": 1},\n {"n": 2}]')] == ["1", "2"]
    assert [w for _, w in read(b'{\n"n": 1, "items": [{"n": 2}]}')] == ["1"]
    assert read(b'{"results": []}') == read(b"[]") == read(b"") == []


def test_what_is_no_record_is_refused_one_by_one() -> None:
    assert read(b'[null, {"n": 1}, "x", 5,\n[{"n": 2}]]') == [
        ("record 1", "null: the source has no such record"),
        ("record 2", "1"),
        ("record 3", "not a JSON object"),
        ("record 4", "not a JSON object"),
        ("record 5", "not a JSON object"),
    ]


def test_a_bad_line_costs_only_itself() -> None:
    found = read(b'{"n": 1}\n\n{"n": [}\n{"n": \n{"n": tru}\n{"n": 5}\n')
    assert [place for place, _ in found] == [
        "line 1", "a file, line 3", "a file, line 4", "a file, line 5", "line 6",
    ]  # fmt: skip
    assert found[1][1] == found[2][1] == "the file ends in the middle of a record"
    assert found[3][1].startswith("not JSON: invalid literal")


@pytest.mark.parametrize("indent", [None, 2])
def test_records_before_the_cut_of_a_file_are_read(indent: int | None) -> None:
    data = json.dumps(PAGE, indent=indent, ensure_ascii=False).encode()
    *taken, fault = read(data[:-10])
    assert [what for _, what in taken] == ['quoted "]}\\', "二"]
    assert fault == ("a file", "the file ends in the middle of a record")


@pytest.mark.parametrize("data", [b"[" * 300_000, b'{"a":' * 300_000, b'{"a":"' + b"x" * 300_000])
def test_depth_and_length_do_no_harm(data: bytes) -> None:
    ((_, reason),) = read(data)
    assert reason == "the file ends in the middle of a record"
    assert len(outline(data[:65536])) < 10


def test_a_record_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonfile, "_LARGEST_RECORD", 100_000)
    ((_, reason),) = read(b'[\n{"n": [' + b'"x",' * 50_000)
    assert reason == "no record ends within 100,000 bytes"


def test_the_outline_of_a_start_that_is_cut_anywhere() -> None:
    seen = outline(b'\xef\xbb\xbf{"meta": {"n": 1}, "results": [{"id": "W1", "a": [1]}, {"b": nul')
    assert seen["meta.n"] == "1"
    assert seen["results.*.id"] == "W1"
    assert "results.*.b" in seen
    assert outline(b"<xml/>") == outline(b"") == {}


class Endless(io.RawIOBase):
    """An array in one line, which is made while it is read."""

    def __init__(self, records: int) -> None:
        self._left = records
        self._first = True

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        if not self._left:
            return b""
        count = min(self._left, 100)
        self._left -= count
        start, self._first = (b"[" if self._first else b","), False
        record = b'{"n": 1, "text": "' + b"x" * 500 + b'"}'
        return start + b",".join([record] * count) + (b"" if self._left else b"]")


def test_memory_stays_flat() -> None:
    """20 MB in one line never take more than some pieces of it."""
    tracemalloc.start()
    try:
        found = jsonfile.read(cast(BinaryIO, Endless(40_000)), "a file", ARRAYS, convert)
        assert sum(1 for _ in found) == 40_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12 * 2**20
