"""Reading the fixtures, and documents written out in a test."""

import io
from pathlib import Path

from services.works.records import Outcome, Record
from services.works.sources import open_source

FIXTURES = Path(__file__).parent / "fixtures"


def read(file: str) -> list[Outcome]:
    """Everything that comes of a fixture."""
    with (FIXTURES / file).open("rb") as stream:
        return list(open_source(stream, file))


def read_text(text: str, name: str = "a file") -> list[Outcome]:
    """Everything that comes of a document."""
    return list(open_source(io.BytesIO(text.encode()), name))


def only(found: list[Outcome]) -> Record:
    """The one record, when nothing else came of it."""
    (record,) = found
    assert isinstance(record, Record)
    return record


def records(found: list[Outcome]) -> list[Record]:
    """The records among them."""
    return [outcome for outcome in found if isinstance(outcome, Record)]
