"""The ACL Anthology's people (YAML): `people.yaml`, and `name_variants.yaml` before 2025.

Format: https://github.com/acl-org/acl-anthology, ``data/yaml``. Every person begins where a line
does, so each is read alone.
"""

import io
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from services.works.names import tokens
from services.works.records import Outcome, PersonRecord, Rejected
from services.works.sources.acl import printed
from services.works.sources.text import tidy
from services.works.sources.values import orcid
from services.works.sources.xml import Unreadable

FEED = "acl-people"
ABOUT = "the ACL Anthology's people (YAML)"

_RECOGNISED = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[ \t\r]*(?:#[^\n]*|---[^\n]*)?\n)*"
    rb"(?:- (?:canonical|comment|id|similar|variants):"
    rb"|[\w-]+:[ \r]*\n +(?:comment|degree|disable_name_matching|names|orcid|similar):)"
)
_SEVERAL = re.compile(r"may refer to", re.I)
_LARGEST = 100_000
"""Characters of one person."""


class _Name(BaseModel):
    first: str = ""
    last: str


class _Entry(BaseModel):
    """A person of either file; ``id`` is left out in the older one where the name is enough."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str = ""
    canonical: _Name | None = None
    variants: list[_Name] = []
    names: list[_Name] = []
    orcid: str = ""
    comment: str = ""
    disable_name_matching: bool = False


def recognises(head: bytes) -> bool:
    """Whether a file that begins so lists the people."""
    return _RECOGNISED.match(head) is not None


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """The people, in their order."""
    text = io.TextIOWrapper(stream, "utf-8-sig", "replace")
    seen: set[str] = set()
    try:
        for place, entry in _entries(iter(lambda: text.readline(_LARGEST), "")):
            try:
                person = _person(entry)
            except (ValueError, RecursionError, yaml.YAMLError) as fault:
                yield Rejected(place, f"cannot be read: {_told(fault)}")
                continue
            if person.record_id in seen:
                yield Rejected(person.record_id, f"a second person with this id ({place})")
                continue
            seen.add(person.record_id)
            yield person
    except Unreadable as fault:
        yield Rejected(name, str(fault))


def _entries(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Where each person stands, and all from there to where the next one begins."""
    place = held = ""
    for number, line in enumerate(lines, start=1):
        if line.startswith("---"):
            continue
        if not line[0].isspace() and line[0] != "#":
            if held:
                yield place, held
            place, held = f"line {number}", line
        elif held and len(held) <= _LARGEST:
            held += line
    if held:
        yield place, held


def _told(fault: Exception) -> str:
    if isinstance(fault, ValidationError):
        first = fault.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")
    return tidy(str(fault))


def _person(text: str) -> PersonRecord:
    """Raises ``ValueError``, ``RecursionError``, or an error of YAML's."""
    if len(text) > _LARGEST:
        raise ValueError(f"longer than {_LARGEST:,} characters")
    read = yaml.safe_load(text)
    if isinstance(read, list) and len(read) == 1:
        entry = _Entry.model_validate(read[0])
    elif isinstance(read, dict) and len(read) == 1:
        [(identifier, fields)] = read.items()
        entry = _Entry.model_validate(fields).model_copy(update={"id": identifier})
    else:
        raise ValueError("neither a person with an id nor one with a canonical name")
    told = [*([entry.canonical] if entry.canonical else []), *entry.variants, *entry.names]
    names = [printed(tidy(one.first), tidy(one.last)) for one in told]
    record_id = entry.id or "-".join(tokens(next(iter(names), "")))
    if not record_id or not all(names):
        raise ValueError("has no name")
    iri = orcid(entry.orcid)
    return PersonRecord(
        source="acl",
        feed=FEED,
        record_id=record_id,
        identifier=f"acl:{record_id}",
        names=tuple(dict.fromkeys(names)),
        by_name=not entry.disable_name_matching,
        known_as=(f"orcid:{iri}",) if iri else (),
        is_several=_SEVERAL.match(entry.comment) is not None,
    )
