"""One work from all records about it: which record each field is taken from, and the rule why."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from contracts.events.works import (
    Authorship,
    FieldOrigin,
    Source,
    Standing,
    WorkState,
)
from services.works.joining import Group
from services.works.names import tokens
from services.works.nodes import Held, as_key, identifiers
from services.works.records import Record

AUTHORITY = (
    "acl",
    "pubmed",
    "crossref",
    "datacite",
    "arxiv",
    "dblp",
    "orcid",
    "openalex",
    "s2",
)
"""Of two published records (or two preprints) the one that stands first here leads: who publishes
or catalogues by hand before who collects from others."""

_KEYS_OF_OTHERS = frozenset({"crossref", "datacite", "pubmed", "orcid"})
"""Sources whose own id is a DOI, a PMID or a place in a list, and names no work besides."""

LEADS = "the published record before the preprint, then by source, then the newest"
FIRST = "the leading record that has it"
WHOLE = "the leading record that lists all authors, else the leading one that lists any"
EARLIEST = "the earliest that any record gives"
LATEST = "the latest that any record gives"


class Rule(NamedTuple):
    """How the value of a field is chosen from the records, which come in the order of ``LEADS``."""

    text: str
    choose: Callable[[str, Sequence[Held]], Held | None]


def _lead(field: str, ordered: Sequence[Held]) -> Held | None:
    return ordered[0]


def _first(field: str, ordered: Sequence[Held]) -> Held | None:
    return next((h for h in ordered if getattr(h.record, field) is not None), None)


def _whole(field: str, ordered: Sequence[Held]) -> Held | None:
    listing = [h for h in ordered if h.record.authors]
    whole = (h for h in listing if h.record.authors_complete)
    return next(whole, next(iter(listing), ordered[0]))


def _earliest(field: str, ordered: Sequence[Held]) -> Held | None:
    having = [h for h in ordered if getattr(h.record, field) is not None]
    return min(having, key=lambda h: str(getattr(h.record, field)), default=None)


def _latest(field: str, ordered: Sequence[Held]) -> Held | None:
    having = [h for h in ordered if getattr(h.record, field) is not None]
    return max(having, key=lambda h: str(getattr(h.record, field)), default=None)


RULES: Mapping[str, Rule] = {
    "title": Rule(LEADS, _lead),
    "type": Rule(LEADS, _lead),
    "authors": Rule(WHOLE, _whole),
    "abstract": Rule(FIRST, _first),
    "year": Rule(FIRST, _first),
    "venue": Rule(FIRST, _first),
    "language": Rule(FIRST, _first),
    "published": Rule(EARLIEST, _earliest),
    "updated": Rule(LATEST, _latest),
}
"""Besides: subjects and identifiers are those of all records; a retraction by any source holds, a
withdrawal holds when it is that of the leading record."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A work, and what its source says about its standing."""

    work: WorkState
    note: str | None


def compose(group: Group) -> Composed:
    """The work that all records of a group make."""
    ordered = sorted(group.members, key=_rank, reverse=True)
    records = [held.record for held in ordered]
    chosen = {field: rule.choose(field, ordered) for field, rule in RULES.items()}
    values = {f: getattr(held.record, f) for f, held in chosen.items() if held is not None}
    listing = chosen["authors"] or ordered[0]
    standing, note = _standing(ordered, group.notices)
    work = WorkState(
        **values | {"authors": _authors(listing.record, records)},
        subjects=tuple({s.id: s for record in records for s in record.subjects}.values()),
        identifiers=_named(records),
        sources=tuple(
            Source(
                source=held.record.source,
                record_id=held.record.record_id,
                version=held.record.version,
                url=held.record.url,
                imported_at=held.imported_at,
            )
            for held in ordered
        ),
        origins=_origins(chosen, single=len(ordered) == 1),
        standing=standing,
    )
    return Composed(work, note)


def _rank(held: Held) -> tuple[Any, ...]:
    record = held.record
    known = record.source in AUTHORITY
    return (
        record.type != "preprint",
        -AUTHORITY.index(record.source) if known else -len(AUTHORITY),
        record.authors_complete,
        record.updated or date(record.year or 1, 1, 1),
        record.version or 0,
        held.id,
    )


def _standing(ordered: Sequence[Held], notices: Sequence[Held]) -> tuple[Standing, str | None]:
    names = frozenset().union(*(identifiers(held.record) for held in ordered))
    for held in ordered:
        if held.record.standing == "retracted" or _says_retracted(held.record, names):
            return "retracted", _first_note(ordered, "retracted")
    if notices:
        return "retracted", _first_note(ordered, "retracted") or notices[0].record.title
    lead = ordered[0]
    if lead.deleted:
        return "withdrawn", lead.record.standing_note or "The source has taken its record back."
    if lead.record.standing == "withdrawn":
        return "withdrawn", _first_note(ordered, "withdrawn")
    return "current", None


def _says_retracted(record: Record, names: frozenset[str]) -> bool:
    """Whether a record names its retraction, or is one in place, under the work's own DOI."""
    return any(
        relation.kind == "retracted-by"
        or (relation.kind == "retraction-of" and as_key(relation.target) in names)
        for relation in record.relations
    )


def _first_note(ordered: Iterable[Held], standing: Standing) -> str | None:
    notes = (h.record.standing_note for h in ordered if h.record.standing == standing)
    return next((note for note in notes if note), None)


def _named(records: Iterable[Record]) -> tuple[str, ...]:
    """The identifiers as their sources spell them, DOIs lower case."""
    found: dict[str, str] = {}
    for record in records:
        mine = (*record.identifiers, *([f"doi:{record.doi}"] if record.doi else []))
        if record.source not in _KEYS_OF_OTHERS:
            mine = (record.key, *mine)
        for name in mine:
            found.setdefault(name.lower(), name)
    return tuple(sorted(found.values()))


def _authors(listing: Record, records: Sequence[Record]) -> tuple[Authorship, ...]:
    """The chosen list; what it lacks of a person is taken from other lists of the same people.

    A list that is not complete tells only about those whom it names.
    """
    lead = listing.authors
    others = [r.authors for r in records if r is not listing and _same_people(lead, r.authors)]
    partial = [a for r in records if r is not listing and not r.authors_complete for a in r.authors]
    told = [[other[place] for other in others] for place in range(len(lead))]
    for person in partial:
        places = [place for place, author in enumerate(lead) if _is_one(author, person)]
        if len(places) == 1:
            told[places[0]].append(person)
    return tuple(
        _completed(author, also) if also else author
        for author, also in zip(lead, told, strict=True)
    )


def _is_one(one: Authorship, other: Authorship) -> bool:
    """Whether two names may be one person's: the same last word and the same first letter."""
    left, right = tokens(one.name), tokens(other.name)
    return bool(left and right) and (left[-1], left[0][0]) == (right[-1], right[0][0])


def _same_people(lead: Sequence[Authorship], other: Sequence[Authorship]) -> bool:
    return len(lead) == len(other) and all(
        set(tokens(one.name)) & set(tokens(two.name)) for one, two in zip(lead, other, strict=True)
    )


def _completed(author: Authorship, others: Sequence[Authorship]) -> Authorship:
    named = list(author.identifiers)
    schemes = {name.partition(":")[0] for name in named}
    for other in others:
        more = [n for n in other.identifiers if n.partition(":")[0] not in schemes]
        named += more
        schemes |= {name.partition(":")[0] for name in more}
    changes: dict[str, Any] = {"identifiers": tuple(named)}
    for field in ("affiliations", "institutions", "variants"):
        if not getattr(author, field):
            filled = (getattr(other, field) for other in others)
            changes[field] = next((value for value in filled if value), ())
    return author.model_copy(update=changes)


def _origins(chosen: Mapping[str, Held | None], *, single: bool) -> tuple[FieldOrigin, ...]:
    """Where each field came from; of a single record only what it has in other words."""
    return tuple(
        FieldOrigin(
            field=field,
            source=held.record.source,
            record_id=held.record.record_id,
            imported_at=held.imported_at,
            raw=held.record.raw.get(field),
            rule=RULES[field].text,
        )
        for field, held in chosen.items()
        if held is not None
        and (not single or field in held.record.raw)
        and getattr(held.record, field) not in (None, ())
    )
