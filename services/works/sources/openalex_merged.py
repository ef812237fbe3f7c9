"""OpenAlex's lists of merged ids (CSV). They name no work that its own record does not name."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from services.works.records import Outcome, Rejected
from services.works.sources.text import quoted
from services.works.sources.xml import Unreadable

FEED = "openalex-merged"
ABOUT = "an OpenAlex list of merged ids (CSV)"

_HEADER = b"merge_date,id,merge_into_id"


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is such a list."""
    return head.removeprefix(b"\xef\xbb\xbf").startswith(_HEADER)


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """A refusal of every row: the surviving record carries everything, and is ingested itself."""
    lines = io.TextIOWrapper(stream, "utf-8-sig", "replace")
    try:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            old, new = row.get("id") or "", row.get("merge_into_id") or ""
            told = f"OpenAlex merged it into {quoted(new)}, whose own record says everything"
            yield Rejected(old or f"line {number}", told)
    except (Unreadable, csv.Error) as fault:
        yield Rejected(name, str(fault))
