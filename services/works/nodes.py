"""Records as they are compared: under which keys they meet, and what speaks for each of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.works.records import Record
from services.works.titles import authors_key, title_key

MOST_BEARERS = 50
"""A key that more records bear than this says nothing about any of them."""
PUBLISHED = frozenset({"article", "proceedings-article", "chapter", "book", "letter", "editorial"})
"""Types of what a preprint becomes; one source calls an article what another calls a letter."""
_ARXIV_DOI = "10.48550/arxiv."
_OLDEST_FIRST = ("arxiv", "acl", "crossref", "pubmed", "datacite", "dblp", "orcid", "openalex")
"""Whose record gives a work its id: those first that know a work first, and never give an id up."""


@dataclass(frozen=True, slots=True)
class Held:
    """A record as it is kept: the newest version that a feed brought."""

    id: str
    """`<feed>:<record id>`."""
    stamp: int
    """Raised with every change of it, in whichever feed."""
    record: Record
    imported_at: datetime
    deleted: bool = False
    """The source has taken it back."""
    introduced: tuple[tuple[str, int], ...] = ()
    """Who of the source's people stands in it, each with the stamp of what is said of them."""


def identifiers(record: Record) -> frozenset[str]:
    """Everything that names this very work, lower case."""
    named = {record.key.lower(), *(identifier.lower() for identifier in record.identifiers)}
    if record.doi:
        named.add(as_key(f"doi:{record.doi}"))
    return frozenset(named)


def keys(record: Record) -> tuple[str, ...]:
    """Where a record meets others that may be the same work, or that say something about it."""
    found = identifiers(record) | {as_key(relation.target) for relation in record.relations}
    return tuple(sorted({*found, *filter(None, (title_key(record), authors_key(record)))}))


def as_key(identifier: str) -> str:
    """An identifier in the spelling that is compared: the DOI of an arXiv paper is its number."""
    plain = identifier.lower()
    scheme, _, value = plain.partition(":")
    if scheme == "doi" and value.startswith(_ARXIV_DOI):
        return f"arxiv:{value.removeprefix(_ARXIV_DOI)}"
    return plain


@dataclass(slots=True)
class Node:
    """All that feeds of one source say about one of its records."""

    key: str
    held: list[Held]
    lead: Record = field(init=False)
    names: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.held.sort(key=lambda item: item.id)
        newest = max(self.held, key=lambda h: (h.record.version or 0, str(h.record.updated), h.id))
        self.lead = newest.record
        self.names = frozenset().union(*(identifiers(item.record) for item in self.held))

    @property
    def place(self) -> tuple[int, str]:
        """Smaller for the record that gives its work the id."""
        return place(self.key)

    @property
    def source(self) -> str:
        """Who keeps it. In ORCID everybody keeps a list of their own."""
        source, _, record_id = self.key.partition(":")
        return f"orcid:{record_id.partition('/')[0]}" if source == "orcid" else source

    @property
    def is_published(self) -> bool:
        """Whether it is more than a preprint."""
        return self.lead.type != "preprint"

    @property
    def years(self) -> set[int]:
        """Of its first and its latest version, as far as they are known."""
        dates = [day.year for day in (self.lead.published, self.lead.updated) if day]
        return {*dates, *([self.lead.year] if self.lead.year else [])}


def place(key: str) -> tuple[int, str]:
    """The order in which the keys of a work would give it its id."""
    source = key.partition(":")[0]
    known = source in _OLDEST_FIRST
    return _OLDEST_FIRST.index(source) if known else len(_OLDEST_FIRST), key


def nodes_of(family: Iterable[Held]) -> dict[str, Node]:
    """The records of a family by their keys."""
    by_key: dict[str, list[Held]] = defaultdict(list)
    for item in family:
        by_key[item.record.key].append(item)
    return {key: Node(key, by_key[key]) for key in sorted(by_key, key=place)}


def bearers_of(nodes: Mapping[str, Node]) -> dict[str, list[Node]]:
    """Who bears each identifier, unless too many do."""
    found: dict[str, list[Node]] = defaultdict(list)
    for node in nodes.values():
        for name in node.names:
            found[name].append(node)
    return {name: found[name] for name in sorted(found) if len(found[name]) <= MOST_BEARERS}
