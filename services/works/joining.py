"""Which records are one work: a pure function of the records and of what people decided.

Records meet in a family, all that share a key directly or through others; a family falls into
works. In the order of their strength these join two records:

1. what people decided (``Ruling``);
2. an identifier that both bear. Within one source a key names one record: a second one that bears
   it is a slip of the source and stays a work of its own;
3. a relation that a source asserts: preprint of, version of;
4. the same title and authors, of types and years that go together (``resembling.py``).

Two published records of one source are two works, unless the source relates them. Neither an
identifier nor a relation joins records that have neither a title nor an author in common.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Literal

from services.works.nodes import Held, Node, as_key, bearers_of, nodes_of
from services.works.resembling import by_near_title, by_title, go_together
from services.works.titles import disagree, title_key

_SAME_WORK = {"is-preprint-of", "has-preprint", "is-version-of", "has-version"}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What somebody decided about works, named by the keys of their records."""

    id: str
    kind: Literal["same", "different"]
    left: tuple[str, ...]
    right: tuple[str, ...]
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """The records of one work; ``notices`` are records of other works that retract it."""

    keys: tuple[str, ...]
    """Of its records; the first gives the work its id."""
    members: tuple[Held, ...]
    notices: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class Partition:
    """The works of a family, and by record key what was doubtful."""

    groups: tuple[Group, ...]
    doubts: Mapping[str, str]


def partition(family: Iterable[Held], rulings: Iterable[Ruling] = ()) -> Partition:
    """The works of a family, whatever the order of its records."""
    nodes = nodes_of(family)
    joining = _Joining(nodes)
    joining.rule(rulings)
    bearers = bearers_of(nodes)
    for one, other, why in _by_identifier(nodes, bearers, joining.doubts):
        joining.join(one, other, why)
    for one, other, why in _by_relation(nodes, bearers):
        joining.join(one, other, why, related=True)
    for one, other in by_title(nodes):
        if joining.may_have_one_title(one, other):
            joining.join(one, other, None)
    for one, other in by_near_title(nodes):
        if joining.may_have_changed_title(one, other):
            joining.join(one, other, None)
    return Partition(_groups(nodes, joining, bearers), joining.doubts)


def _by_identifier(
    nodes: Mapping[str, Node], bearers: Mapping[str, Sequence[Node]], doubts: dict[str, str]
) -> Iterable[tuple[Node, Node, str]]:
    for name, bearing in bearers.items():
        if len(bearing) > 1:
            speakers = _one_of_each_source(name, bearing, doubts)
            for one, other in combinations(speakers, 2):
                yield one, other, name


def _one_of_each_source(
    name: str, bearing: Sequence[Node], doubts: dict[str, str]
) -> Sequence[Node]:
    """The record that a source means by a key: its own, else the one that fits others' best."""
    by_source: dict[str, list[Node]] = defaultdict(list)
    for node in bearing:
        by_source[node.source].append(node)
    speakers = []
    for source, rivals in by_source.items():
        others = [node for node in bearing if node.source != source]
        first = min(
            rivals,
            key=lambda node: (
                node.key.lower() != name,
                not any(title_key(node.lead) == title_key(other.lead) for other in others),
                node.place,
            ),
        )
        speakers.append(first)
        for rival in rivals:
            if rival is not first:
                doubts[rival.key] = f"{_named(name)} already belongs to {first.key}"
    return speakers


def _by_relation(
    nodes: Mapping[str, Node], bearers: Mapping[str, Sequence[Node]]
) -> Iterable[tuple[Node, Node, str]]:
    for node in nodes.values():
        for target in _targets(node, _SAME_WORK):
            for other in bearers.get(target, ()):
                if other is not node:
                    yield node, other, target


def _targets(node: Node, kinds: set[str]) -> list[str]:
    found = {as_key(r.target) for h in node.held for r in h.record.relations if r.kind in kinds}
    return sorted(found)


class _Joining:
    """Groups of nodes while they are being joined."""

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self.nodes = nodes
        self.doubts: dict[str, str] = {}
        self._group = {key: [node] for key, node in nodes.items()}
        self._apart: dict[str, set[str]] = defaultdict(set)

    def group(self, key: str) -> list[Node]:
        """The group of a node."""
        return self._group[key]

    def rule(self, rulings: Iterable[Ruling]) -> None:
        """What people decided; where two decisions contradict, the later one holds."""
        for ruling in sorted(rulings, key=lambda r: (r.decided_at, r.id), reverse=True):
            pairs = [
                (one, other)
                for one in ruling.left
                for other in ruling.right
                if one in self.nodes and other in self.nodes
            ]
            for one, other in pairs:
                if ruling.kind == "same" and not self._kept_apart(one, other):
                    self._unite(one, other)
                elif ruling.kind == "different" and self._group[one] is not self._group[other]:
                    self._apart[one].add(other)
                    self._apart[other].add(one)

    def join(self, one: Node, other: Node, why: str | None, *, related: bool = False) -> None:
        """Make one group of two, unless that would join what cannot be one work."""
        if self._group[one.key] is self._group[other.key] or self._kept_apart(one.key, other.key):
            return
        if why is not None and disagree(one.lead, other.lead):
            self._doubt(one, other, f"{_named(why)} is that of another work, {{}}")
        elif not related and self._two_of_one_source(one, other):
            if why is not None:
                self._doubt(one, other, f"{_named(why)} is also that of {{}}")
        else:
            self._unite(one.key, other.key)

    def may_have_one_title(self, one: Node, other: Node) -> bool:
        """Whether nothing tells two groups apart: all that is published in them goes together, and
        together they have one identifier of each kind."""
        here, there = (
            [node for node in self.group(of.key) if node.is_published] for of in (one, other)
        )
        return all(
            go_together(mine, theirs) for mine in here for theirs in there
        ) and self._named_once(one, other)

    def may_have_changed_title(self, one: Node, other: Node) -> bool:
        """Whether nothing tells two groups apart, and of a preprint no published version is known,
        of a published record no preprint."""
        if one.is_published and other.is_published:
            return self.may_have_one_title(one, other)
        here, there = ({n.is_published for n in self.group(of.key)} for of in (one, other))
        return len(here) == len(there) == 1 and here != there and self._named_once(one, other)

    def _named_once(self, one: Node, other: Node) -> bool:
        """Whether two groups together have one identifier of each kind.

        A preprint's own DOI is not that of the published version; arXiv's says what became of it.
        """
        kinds: dict[str, set[str]] = defaultdict(set)
        for node in (*self.group(one.key), *self.group(other.key)):
            if node.is_published or node.source == "arxiv":
                for name in node.names:
                    kinds[name.partition(":")[0]].add(name)
        return all(len(found) == 1 for found in kinds.values())

    def _kept_apart(self, one: str, other: str) -> bool:
        there = {node.key for node in self._group[other]}
        return any(self._apart.get(node.key, set()) & there for node in self._group[one])

    def _two_of_one_source(self, one: Node, other: Node) -> bool:
        here = {n.source for n in self.group(one.key) if n.is_published}
        there = {n.source for n in self.group(other.key) if n.is_published}
        return bool(here & there)

    def _unite(self, one: str, other: str) -> None:
        here, there = self._group[one], self._group[other]
        if here is not there:
            here += there
            for node in there:
                self._group[node.key] = here

    def _doubt(self, one: Node, other: Node, reason: str) -> None:
        for here, there in ((one, other), (other, one)):
            self.doubts.setdefault(here.key, reason.format(there.key))


def _named(key: str) -> str:
    scheme, _, value = key.partition(":")
    return f"DOI {value}" if scheme == "doi" else key


def _groups(
    nodes: Mapping[str, Node], joining: _Joining, bearers: Mapping[str, Sequence[Node]]
) -> tuple[Group, ...]:
    notices: dict[str, dict[str, Held]] = defaultdict(dict)
    for node in nodes.values():
        for target in _targets(node, {"retraction-of"}):
            for other in bearers.get(target, ()):
                if joining.group(other.key) is not joining.group(node.key):
                    first = min(n.place for n in joining.group(other.key))[1]
                    notices[first] |= {item.id: item for item in node.held}
    groups = []
    for group in {id(g): g for g in map(joining.group, nodes)}.values():
        found = sorted(group, key=lambda node: node.place)
        told = notices.get(found[0].key, {})
        groups.append(
            Group(
                keys=tuple(node.key for node in found),
                members=tuple(item for node in found for item in node.held),
                notices=tuple(told[one] for one in sorted(told)),
            )
        )
    return tuple(groups)
