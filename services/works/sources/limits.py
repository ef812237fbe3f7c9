"""What one record may hold: more than this no store and no topic would take.

A work is kept as a document and told as an event; of both there is a largest size.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from contracts.events.works import Authorship
from services.works.records import (
    Deleted,
    InstitutionRecord,
    Outcome,
    PersonRecord,
    Record,
    Rejected,
    Warned,
)

LARGEST = 4_000_000
"""Bytes of a record as JSON: 20,000 authors have 3.5 million."""
_LONGEST_ID = 500
_LONGEST_TOLD = 500
_LONGEST_LINE = 1_000
"""Characters of what stands on one line of a page."""
_MOST_SUBJECTS = 200
_TOO_LARGE = f"larger than {LARGEST:,} bytes when put together"


def limited(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """The same; what is too large is left out of a record or rejected, long messages are cut."""
    for outcome in outcomes:
        if isinstance(outcome, Rejected | Warned):
            yield replace(outcome, record=_cut(outcome.record), reason=_cut(outcome.reason))
        elif not 0 < len(outcome.record_id) <= _LONGEST_ID:
            yield Rejected(_cut(outcome.record_id), "its id is empty or too long for one")
        elif isinstance(outcome, Deleted):
            yield outcome
        else:
            if isinstance(outcome, Record):
                outcome, warnings = _in_lines(outcome)
                yield from warnings
            yield from (outcome,) if _fits(outcome) else _reduced(outcome)


def _in_lines(record: Record) -> tuple[Record, list[Warned]]:
    """The record without a venue or subjects that fill pages, and what is to be said of it."""
    left_out: dict[str, Any] = {}
    warnings = []
    if record.venue and len(record.venue) > _LONGEST_LINE:
        left_out["venue"] = None
        warnings.append(Warned(record.record_id, "left out a venue longer than a line"))
    lines = (s for s in record.subjects if max(len(s.id), len(s.name)) <= _LONGEST_LINE)
    subjects = tuple(islice(lines, _MOST_SUBJECTS))
    if len(subjects) < len(record.subjects):
        left_out["subjects"] = subjects
        told = f"kept {len(subjects)} of {len(record.subjects)} subjects"
        warnings.append(Warned(record.record_id, told))
    return (record.model_copy(update=left_out) if left_out else record), warnings


def _reduced(outcome: Record | InstitutionRecord | PersonRecord) -> Iterator[Outcome]:
    """A work without its affiliations, if they are what makes it too large."""
    if isinstance(outcome, Record):
        authors = tuple(map(_unaffiliated, outcome.authors))
        reduced = outcome.model_copy(update={"authors": authors})
        if _fits(reduced):
            yield Warned(outcome.record_id, f"left out affiliations: with them {_TOO_LARGE}")
            yield reduced
            return
    yield Rejected(outcome.record_id, _TOO_LARGE)


def _unaffiliated(author: Authorship) -> Authorship:
    return author.model_copy(update={"affiliations": (), "institutions": ()})


def _fits(outcome: Record | InstitutionRecord | PersonRecord) -> bool:
    return len(outcome.model_dump_json()) <= LARGEST


def _cut(text: str) -> str:
    """A text as it is told; a place without a name is told as such."""
    told = text if text.strip() else repr(text)
    return told if len(told) <= _LONGEST_TOLD else f"{told[: _LONGEST_TOLD - 1]}…"
