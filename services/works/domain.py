"""The rules of works: what is kept of each, and what is told about it."""

from base64 import b32encode
from hashlib import sha256
from typing import Any

from contracts.envelope import Payload
from contracts.events.works import (
    Authorship,
    BlockWasChanged,
    WorksWereMerged,
    WorkWasRecorded,
    WorkWasWithdrawn,
)
from services.works.evidence import words
from services.works.joining import Group
from services.works.names import block_of, name_key
from services.works.precedence import Composed, compose

State = dict[str, Any]


def stable_id(letter: str, seed: str) -> str:
    """An id that depends on nothing but its seed: 80 bits of SHA-256 in base 32."""
    return letter + b32encode(sha256(seed.encode()).digest()[:10]).decode().lower()


def work_id(key: str) -> str:
    """The id of the work whose first record has this key."""
    return stable_id("W", key)


_LEVEL: State = {"made_of": None, "introduced": None}
"""What says how new a state is, and nothing else."""

Told = tuple[Payload | tuple[Payload, tuple[str, ...]], ...]


def made_of(group: Group) -> list[list[Any]]:
    """What a work is made of: the keys of records, each with the stamp it has."""
    found = {(held.record.key, held.stamp) for held in (*group.members, *group.notices)}
    return [list(part) for part in sorted(found)]


def introduced_in(group: Group) -> list[list[Any]]:
    """Whom the sources of a work know by an id of theirs, each with the stamp of what is said."""
    return [list(part) for part in sorted({p for held in group.members for p in held.introduced})]


def living(work: str, before: State | None, group: Group) -> tuple[State, Told]:
    """The state of the work that some records make, and what is told about it."""
    composed = compose(group)
    state = {
        "work": composed.work.model_dump(mode="json", exclude_none=True),
        "mentions": [mention_of(authorship) for authorship in composed.work.authors],
        "note": composed.note,
        "made_of": made_of(group),
        **({"introduced": introduced} if (introduced := introduced_in(group)) else {}),
    }
    if before is not None and before | _LEVEL == state | _LEVEL:
        return state, ()
    return state, (_event(composed), *_touched(work, before, state))


def merged(work: str, before: State | None, into: str) -> tuple[State, Told]:
    """The state of an id whose record is part of the work ``into``, and what is told about it."""
    state: State = {"merged_into": into, "mentions": [], "made_of": []}
    if before == state:
        return state, ()
    return state, (WorksWereMerged(into=into), *_touched(work, before, state))


def _touched(work: str, before: State | None, after: State) -> Told:
    return ((BlockWasChanged(work_id=work), _blocks_touched(before, after)),)


def _event(composed: Composed) -> Payload:
    work = composed.work
    if work.standing == "current":
        return WorkWasRecorded.model_construct(**dict(work))
    return WorkWasWithdrawn(reason=work.standing, note=composed.note, work=work)


def mention_of(authorship: Authorship) -> State:
    """What author resolution looks at of one place; a group is no person and has no block.

    Lists that are empty are left out: most are, and they are read again and again.
    """
    lists = {
        "variants": list(authorship.variants),
        "identifiers": list(authorship.identifiers),
        "affiliations": list(authorship.affiliations),
        "institutions": [found.model_dump(mode="json") for found in authorship.institutions],
    }
    return {
        "block": None if authorship.is_group else block_of(authorship.name),
        "key": name_key(authorship.name),
        "name": authorship.name,
        **{name: held for name, held in lists.items() if held},
    }


def _blocks_touched(before: State | None, after: State) -> tuple[str, ...]:
    """Blocks whose authors may come out differently."""
    if before is not None and _what_resolution_sees(before) == _what_resolution_sees(after):
        return ()
    mentions = after["mentions"] + (before["mentions"] if before else [])
    return tuple(sorted({mention["block"] for mention in mentions} - {None}))


def _what_resolution_sees(state: State) -> tuple[Any, ...]:
    work = state.get("work", {})
    sources = {item["source"] for item in work.get("sources", ())}
    said = (words(work.get(field) or "") for field in ("title", "venue"))
    return state["mentions"], work.get("year"), *said, sources
