"""Which mentions are one author: a pure function of the mentions of a block and of decisions.

What must be one person is joined first, then what is likely to be (`clusters.py`). An author has
the id of the earliest of their mentions: of the oldest work, so that new works change no id.
Neither order nor repeats nor interruptions change an id.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from contracts.events.works import Attestation, AuthoredWork, AuthorWasRecorded, Institution
from services.works.clusters import Clustering
from services.works.constraints import Constraint, obey
from services.works.domain import stable_id
from services.works.evidence import NOTHING, Surroundings
from services.works.model import Model, model

_MOST_AFFILIATIONS = 20
_UNDATED = 9999


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
    surroundings: Surroundings = NOTHING


@dataclass(slots=True)
class Author:
    """Mentions that belong together, and the address that leads to them."""

    address: str
    mentions: list[Mention] = field(default_factory=list)
    since: int = _UNDATED
    """The year of the mention that has the address."""


@lru_cache(maxsize=10_000)
def author_id(block: str, address: str) -> str:
    """The id behind an address within a block."""
    return stable_id("A", f"{block}|{address}")


def resolve(
    mentions: Iterable[Mention],
    constraints: Iterable[Constraint] = (),
    weights: Model | None = None,
) -> list[Author]:
    """The authors of one block, in the order of their addresses; by the model in use or another."""
    ordered = sorted(mentions, key=lambda mention: (mention.work_id, mention.place))
    named = _addresses(ordered)
    authors = []
    for group in Clustering(ordered, obey(ordered, constraints), weights or model()).run():
        since, address = min((ordered[index].year or _UNDATED, named[index]) for index in group)
        authors.append(Author(address, [ordered[index] for index in group], since))
    return sorted(authors, key=lambda author: author.address)


def addresses_of(authors: Iterable[Author]) -> dict[str, str]:
    """Every address there is in a block, and the address of the author to whom it leads."""
    placed = [(mention, author.address) for author in authors for mention in author.mentions]
    placed.sort(key=lambda item: (item[0].work_id, item[0].place))
    named = _addresses([mention for mention, _ in placed])
    return dict(zip(named, (address for _, address in placed), strict=True))


def _addresses(mentions: Iterable[Mention]) -> list[str]:
    """For each mention of a block `<work id>#<n>`: the n-th name of this block in the work, from 0.

    Neither a corrected spelling nor a name put in before it changes the address of a mention.
    """
    seen: Counter[str] = Counter()
    found = []
    for mention in mentions:
        found.append(f"{mention.work_id}#{seen[mention.work_id]}")
        seen[mention.work_id] += 1
    return found


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
