"""What holds for every source: one parser per file, nothing lost, nothing that makes one crash."""

import io
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.works.records import InstitutionRecord, PersonRecord, Record, Rejected, Warned
from services.works.sources import SOURCES, open_source
from services.works.sources.kinds import TYPES
from tests.works.sources.count_records import count
from tests.works.sources.reading import FIXTURES
from tests.works.sources.table import page

FILES = sorted(
    p for p in FIXTURES.rglob("*") if p.is_file() and p.name not in ("README.md", "atom-error.xml")
)
SHARED = Path(os.environ.get("BZPEER_SHARED_DATA", ""))
TABLE = Path(__file__).parents[3] / "docs" / "sources.md"
_BYTES = {path: path.read_bytes() for path in FILES}


def name_of(path: Path) -> str:
    return path.relative_to(FIXTURES).as_posix()


def test_every_source_has_a_name_of_its_own() -> None:
    feeds = [source.FEED for source in SOURCES]
    assert len(set(feeds)) == len(feeds) == len({source.ABOUT for source in SOURCES})


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_one_source_recognises_a_file_and_loses_no_record(path: Path) -> None:
    data = _BYTES[path]
    assert len([source for source in SOURCES if source.recognises(data[: 64 * 1024])]) == 1
    found = list(open_source(io.BytesIO(data), path.name))
    assert len([o for o in found if not isinstance(o, Warned)]) == count(path)
    for outcome in found:
        if isinstance(outcome, Rejected | Warned):
            assert outcome.record.strip()
            assert outcome.reason.strip()
        elif isinstance(outcome, Record):
            assert outcome.type in TYPES
            assert Record.model_validate_json(outcome.model_dump_json()) == outcome
        elif isinstance(outcome, InstitutionRecord):
            assert outcome.source == "ror"
        elif isinstance(outcome, PersonRecord):
            assert outcome.source in ("acl", "dblp")


@given(data=st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_damaged_files_never_make_a_parser_crash(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(FILES))
    damaged = bytearray(_BYTES[path])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(damaged) - 1)))
        kind = data.draw(st.sampled_from(("cut", "change", "drop", "repeat", "insert")))
        length = data.draw(st.integers(1, 200))
        if kind == "cut":
            del damaged[at:]
        elif kind == "drop":
            del damaged[at : at + length]
        elif kind == "repeat":
            damaged[at:at] = damaged[at : at + length]
        elif kind == "insert":
            damaged[at:at] = data.draw(st.sampled_from(_INSERTED))
        elif damaged:
            damaged[at] = data.draw(st.integers(0, 255))
    source = next(s for s in SOURCES if s.recognises(_BYTES[path][: 64 * 1024]))
    for outcome in source.parse(io.BytesIO(bytes(damaged)), "damaged"):
        if isinstance(outcome, Record):
            outcome.model_dump_json()  # no half of a character, which no store would take


_INSERTED = (
    b"null", b"[]", b"{}", b'""', b"-1", b"1e999", b"9" * 400, b'"\\ud800"', b'"\\u0000"', b"true",
    b"&lt;i&gt;", b"&#0;", b"&#x10ffff;", b"<a/>", b"</a>", b"]]>", b"<!--", b"\xff\xfe", b"\\",
    b'{"a":[{"b":', b"[" * 2_000, b"<x>" * 300,
)  # fmt: skip


if "BZPEER_SHARED_DATA" in os.environ:  # the whole collection, on machines that have it

    def test_the_table_of_the_sources_is_right() -> None:
        written = TABLE.read_text(encoding="utf-8").rstrip("\n").split("\n")
        assert "\n".join(page(SHARED)).split("\n") == written
