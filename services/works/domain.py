"""The rules of works: which records are one work, and what is told about it."""

from base64 import b32encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, TypeVar

from contracts.envelope import Payload
from contracts.events.works import (
    Authorship,
    BlockWasChanged,
    Source,
    Subject,
    WorkState,
    WorkWasRecorded,
    WorkWasWithdrawn,
)
from services.works.names import block_of, name_key
from services.works.records import Record

State = dict[str, Any]
T = TypeVar("T")


def stable_id(letter: str, seed: str) -> str:
    """An id that depends on nothing but its seed: 80 bits of SHA-256 in base 32."""
    return letter + b32encode(sha256(seed.encode()).digest()[:10]).decode().lower()


def work_id(key: str) -> str:
    """The id of the work that the record with this key was the first to describe."""
    return stable_id("W", key)


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking a record does to a work."""

    state: State
    events: tuple[Payload | tuple[Payload, str], ...]
    is_new: bool


def take(state: State | None, work: str, record: Record, now: datetime) -> Taken | None:
    """Add a record to the work with this id; ``None`` when it says nothing new.

    An older version never replaces a newer one. Of two that differ though version and date are the
    same, the one that came last holds: the source has corrected it.
    """
    held: dict[str, Any] = dict(state["records"]) if state else {}
    feed_key = f"{record.feed}:{record.record_id}"
    content = record.model_dump(mode="json")
    if feed_key in held:
        before = Record.model_validate(held[feed_key]["content"])
        if _says(before) == _says(record) or _age(record) < _age(before):
            return None
    held[feed_key] = {"content": content, "imported_at": now}
    composed = compose(held)
    new_state = {
        "records": held,
        "work": composed.model_dump(mode="json", exclude_none=True),
        "mentions": [_mention(authorship) for authorship in composed.authors],
    }
    blocks = _blocks_touched(state, new_state)
    told: tuple[Payload | tuple[Payload, str], ...] = (_event(composed, held),)
    touched = tuple((BlockWasChanged(work_id=work), block) for block in blocks)
    return Taken(new_state, told + touched, is_new=state is None)


def compose(held: Mapping[str, Mapping[str, Any]]) -> WorkState:
    """One work from all records about it: the published record leads, then the latest."""
    records = [
        (Record.model_validate(item["content"]), item["imported_at"])
        for _, item in sorted(held.items())
    ]
    records.sort(key=lambda pair: _rank(pair[0]), reverse=True)
    ordered = [record for record, _ in records]
    lead = ordered[0]
    return WorkState(
        title=lead.title,
        abstract=_first(record.abstract for record in ordered),
        type=lead.type,
        year=_first(record.year for record in ordered),
        published=_first(record.published for record in ordered),
        updated=_first(record.updated for record in ordered),
        venue=_first(record.venue for record in ordered),
        language=_first(record.language for record in ordered),
        authors=lead.authors,
        subjects=_distinct_subjects(ordered),
        identifiers=_identifiers(ordered),
        sources=tuple(
            Source(
                source=record.source,
                record_id=record.record_id,
                version=record.version,
                url=record.url,
                imported_at=imported_at,
            )
            for record, imported_at in records
        ),
        standing=_first(r.standing for r in ordered if r.standing == "retracted") or lead.standing,
    )


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)


def _rank(record: Record) -> tuple[bool, date, int, str]:
    return (
        record.type != "preprint",
        record.updated or date(record.year or 1, 1, 1),
        record.version or 0,
        record.feed,
    )


def _says(record: Record) -> Record:
    """The record without the instant of its last touch, which moves on its own."""
    return record.model_copy(update={"modified": None})


def _age(record: Record) -> tuple[int, date, bool, float]:
    """Later is greater. A page that cuts author lists never replaces the whole record."""
    touched = record.modified.timestamp() if record.modified else 0
    return record.version or 0, record.updated or date.min, record.authors_complete, touched


def _distinct_subjects(records: Iterable[Record]) -> tuple[Subject, ...]:
    return tuple({s.id: s for record in records for s in record.subjects}.values())


def _identifiers(records: Iterable[Record]) -> tuple[str, ...]:
    found = {record.key for record in records}
    return tuple(sorted(found | {f"doi:{record.doi}" for record in records if record.doi}))


def _event(work: WorkState, held: Mapping[str, Mapping[str, Any]]) -> Payload:
    if work.standing == "current":
        return WorkWasRecorded.model_validate(work.model_dump())
    contents = [held[key]["content"] for key in sorted(held)]
    note = _first(c.get("standing_note") for c in contents if c["standing"] == work.standing)
    return WorkWasWithdrawn(reason=work.standing, note=note, work=work)


def _mention(authorship: Authorship) -> State:
    return {
        "block": block_of(authorship.name),
        "key": name_key(authorship.name),
        "name": authorship.name,
        "variants": list(authorship.variants),
        "identifiers": list(authorship.identifiers),
        "affiliations": list(authorship.affiliations),
    }


def _blocks_touched(before: State | None, after: State) -> list[str]:
    """Blocks whose authors may come out differently."""
    if before is not None and _what_resolution_sees(before) == _what_resolution_sees(after):
        return []
    mentions = after["mentions"] + (before["mentions"] if before else [])
    return sorted({mention["block"] for mention in mentions})


def _what_resolution_sees(state: State) -> tuple[Any, ...]:
    work = state["work"]
    return state["mentions"], work.get("year"), {item["source"] for item in work["sources"]}
