"""OpenAlex's lists of merged ids (CSV): what it has taken back in favour of another record.

Format: https://docs.openalex.org/download-all-data/snapshot-data-format#merged-entities
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from services.works.records import Deleted, Outcome, Rejected
from services.works.sources.text import quoted
from services.works.sources.xml import Unreadable

FEED = "openalex-merged"
ABOUT = "an OpenAlex list of merged ids (CSV)"

_HEADER = b"merge_date,id,merge_into_id"
_WORK = re.compile(r"W\d{1,12}")


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is such a list."""
    return head.removeprefix(b"\xef\xbb\xbf").startswith(_HEADER)


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """A work that was merged is gone: its id never comes back, and the surviving record carries
    everything. Other rows are refused."""
    lines = io.TextIOWrapper(stream, "utf-8-sig", "replace")
    try:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            old, new = row.get("id") or "", row.get("merge_into_id") or ""
            if not old or old == new:
                yield Rejected(old or f"line {number}", "says of no record that it was merged")
                continue
            if _WORK.fullmatch(old):
                yield Deleted("openalex", FEED, old)
                continue
            told = f"OpenAlex merged it into {quoted(new)}, whose own record says everything"
            yield Rejected(old, told)
    except (Unreadable, csv.Error) as fault:
        yield Rejected(name, str(fault))
