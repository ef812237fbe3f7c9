"""Which mentions are one author: a pure function of the mentions of one block.

Version 1, simple and careful: mentions that share an identifier are one author; mentions without an
identifier are one author when their names are the same, and belong to an identified author when
exactly one of that name is known.

Ids are a function as well. Every identifier and every name in a block is an address; each resolves
to exactly one author (a name without mentions of its own to the one who bears it most), who has the
id of one of the addresses. The others redirect. So neither order nor repeats nor interruptions
change an id, and no id that was ever given out leads nowhere.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from contracts.events.works import Attestation, AuthoredWork, AuthorWasRecorded, Institution
from services.works.domain import stable_id

_MOST_AFFILIATIONS = 20


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in the author list of a work."""

    work_id: str
    place: int
    block: str
    key: str
    name: str
    identifiers: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    institutions: tuple[Institution, ...] = ()
    year: int | None = None
    sources: tuple[tuple[str, datetime], ...] = ()
    position: int = 0
    """Of the work when it was read."""


@dataclass(slots=True)
class Author:
    """Mentions that belong together, and the addresses that lead to them."""

    address: str
    aliases: set[str] = field(default_factory=set)
    mentions: list[Mention] = field(default_factory=list)


def author_id(block: str, address: str) -> str:
    """The id behind an address (``orcid:…``, ``acl:…``, ``name:…``) within a block."""
    return stable_id("A", f"{block}|{address}")


def resolve(mentions: Iterable[Mention]) -> list[Author]:
    """The authors of one block, in the order of their addresses."""
    ordered = sorted(mentions, key=lambda mention: (mention.work_id, mention.place))
    identified = _join_by_identifier(m for m in ordered if m.identifiers)
    bearers: dict[str, list[Author]] = defaultdict(list)
    for author in identified:
        for key in {mention.key for mention in author.mentions}:
            bearers[key].append(author)
    by_name: dict[str, Author] = {}
    for mention in ordered:
        if mention.identifiers:
            continue
        address = f"name:{mention.key}"
        sole = bearers.get(mention.key, [])
        author = sole[0] if len(sole) == 1 else by_name.setdefault(address, Author(address))
        author.mentions.append(mention)
    for key, authors in bearers.items():
        if f"name:{key}" not in by_name:
            largest = min(authors, key=lambda author: (-len(author.mentions), author.address))
            largest.aliases.add(f"name:{key}")
    return sorted([*identified, *by_name.values()], key=lambda author: author.address)


def _join_by_identifier(mentions: Iterable[Mention]) -> list[Author]:
    author_of: dict[str, Author] = {}
    for mention in mentions:
        known = {id(a): a for i in mention.identifiers if (a := author_of.get(i))}
        joined = Author("", set(mention.identifiers), [mention])
        for author in known.values():
            joined.aliases |= author.aliases
            joined.mentions += author.mentions
        for identifier in joined.aliases:
            author_of[identifier] = joined
    authors = list({id(author): author for author in author_of.values()}.values())
    for author in authors:
        author.address = min(author.aliases)
        author.aliases.discard(author.address)
    return authors


def describe(mentions: Sequence[Mention]) -> AuthorWasRecorded:
    """What is told about the author of these mentions."""
    printed = Counter(mention.name for mention in mentions)
    name = min(printed, key=lambda spelling: (-printed[spelling], -len(spelling), spelling))
    newest_first = sorted(mentions, key=lambda m: (-(m.year or 0), m.work_id, m.place))
    affiliations = dict.fromkeys(a for mention in newest_first for a in mention.affiliations)
    return AuthorWasRecorded(
        name=name,
        names=tuple(sorted({*printed, *(v for m in mentions for v in m.variants)})),
        identifiers=tuple(sorted({i for mention in mentions for i in mention.identifiers})),
        affiliations=tuple(affiliations)[:_MOST_AFFILIATIONS],
        works=tuple(
            AuthoredWork(work_id=work_id, place=place)
            for work_id, place in sorted((m.work_id, m.place) for m in mentions)
        ),
        attested_by=_attestations(mentions),
    )


def _attestations(mentions: Sequence[Mention]) -> tuple[Attestation, ...]:
    works: dict[str, set[str]] = defaultdict(set)
    latest: dict[str, datetime] = {}
    for mention in mentions:
        for source, imported_at in mention.sources:
            works[source].add(mention.work_id)
            latest[source] = max(imported_at, latest.get(source, imported_at))
    return tuple(
        Attestation(source=source, works=len(works[source]), imported_at=latest[source])
        for source in sorted(works)
    )
