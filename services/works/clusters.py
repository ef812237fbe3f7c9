"""Mentions into people: what must be one is joined, then whoever is most alike, round by round.

In every round each pair of groups that are each other's best match is joined, if one person is more
likely than two. Groups are compared as wholes. Names that differ beyond a spelling, different
identifiers of one kind, two places in one work, and decisions of people keep groups apart.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import NamedTuple, Protocol

import numpy as np

from services.works.constraints import Obeyed
from services.works.evidence import Evidence, Floats, Groups, Surroundings
from services.works.frequencies import commonness
from services.works.model import Model
from services.works.naming import Naming
from services.works.spellings import Spelling

_MOST_ROUNDS = 100
_PAIRS = 50_000
_DIGITS = 6
"""Scores are rounded, so that the order of an addition never decides."""


class Clusterable(Protocol):
    """What is asked of a mention."""

    @property
    def work_id(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def identifiers(self) -> tuple[str, ...]: ...
    @property
    def surroundings(self) -> Surroundings: ...


class Pair(NamedTuple):
    """Two groups that may be one person, by their first mentions, and how their names compare."""

    one: int
    other: int
    common: float
    spelling: Spelling | None
    """None: they share a name."""
    rivals: int = 0


class Clustering:
    """Groups of mentions (indexes), by the first of each."""

    def __init__(self, mentions: Sequence[Clusterable], obeyed: Obeyed, model: Model) -> None:
        self._mentions = mentions
        self._obeyed = obeyed
        self._model = model
        self._naming = Naming({mention.key for mention in mentions})
        self.groups = _begin(mentions, obeyed, model.common)
        self._keys = {g: frozenset(mentions[m].key for m in ms) for g, ms in self.groups.items()}
        self._identifiers = {
            g: frozenset(i for m in ms for i in mentions[m].identifiers)
            for g, ms in self.groups.items()
        }
        self._works = {
            g: frozenset(mentions[m].work_id for m in ms) for g, ms in self.groups.items()
        }
        self._with: dict[str, set[int]] = defaultdict(set)
        for group, keys in self._keys.items():
            for key in keys:
                self._with[key].add(group)

    def run(self) -> list[list[int]]:
        """Join until nobody is likely to be somebody else."""
        changed = set(self.groups)
        scores: dict[tuple[int, int], float] = {}
        for _ in range(_MOST_ROUNDS):
            for pairs in _portions(self.candidates(changed)):
                for pair, score in zip(pairs, self._scores(pairs), strict=True):
                    if score > 0:
                        scores[pair.one, pair.other] = score
            merges = _mutual(scores)
            if not merges:
                break
            gone = {group for merge in merges for group in merge}
            for one, other in merges:
                self._join(one, other)
            changed = {one for one, _ in merges}
            scores = {pair: s for pair, s in scores.items() if not gone.intersection(pair)}
        return list(self.groups.values())

    def candidates(self, changed: set[int]) -> Iterator[Pair]:
        """The pairs that may be one person, of which at least one group has changed."""
        for group in sorted(changed):
            names = self._keys[group]
            met = names | self._naming.around(names)
            partners = set().union(*(self._with[name] for name in met))
            for partner in sorted(partners):
                if partner == group or (partner in changed and partner < group):
                    continue
                pair = self._pair(min(group, partner), max(group, partner))
                if pair is not None:
                    yield pair

    def compare(self, pairs: Sequence[Pair], evidence: Evidence) -> Floats:
        """The features of some pairs."""
        wanted = sorted({group for pair in pairs for group in pair[:2]})
        row = {group: n for n, group in enumerate(wanted)}
        groups = Groups(evidence, [self.groups[group] for group in wanted])
        one = np.array([row[pair.one] for pair in pairs], np.int64)
        return groups.compare(one, np.array([row[pair.other] for pair in pairs], np.int64))

    @cached_property
    def _evidence(self) -> Evidence:
        return Evidence([mention.surroundings for mention in self._mentions])

    def _scores(self, pairs: Sequence[Pair]) -> list[float]:
        told = self._model.evidence(self.compare(pairs, self._evidence))
        same = told + self._model.same_name(np.array([pair.common for pair in pairs]))
        other = self._model.other_name(told, kinds(pairs))
        shared = np.array([pair.spelling is None for pair in pairs])
        scores: list[float] = np.round(np.where(shared, same, other), _DIGITS).tolist()
        return scores

    def _pair(self, one: int, other: int) -> Pair | None:
        if self._obeyed.apart and self._obeyed.are_apart(one, other):
            return None
        if conflict(self._identifiers[one], self._identifiers[other]):
            return None
        if not self._works[one].isdisjoint(self._works[other]):
            return None
        alike = self._naming.compare(self._keys[one], self._keys[other])
        return None if alike is None else Pair(one, other, *alike)

    def _join(self, one: int, other: int) -> None:
        self.groups[one] = sorted(self.groups[one] + self.groups.pop(other))
        for key in self._keys[other]:
            self._with[key].discard(other)
            self._with[key].add(one)
        for of in (self._keys, self._identifiers, self._works):
            of[one] |= of.pop(other)
        self._obeyed.join(one, other)


def _portions(pairs: Iterator[Pair]) -> Iterator[list[Pair]]:
    """Some pairs at a time: of a thousand mentions there are half a million."""
    while portion := list(islice(pairs, _PAIRS)):
        yield portion


def kinds(pairs: Sequence[Pair]) -> Floats:
    """The columns `model.KINDS` of pairs whose names differ; zeros for the others."""
    none = (0.0,) * (len(Spelling._fields) + 2)
    rows = [
        none if p.spelling is None else (*p.spelling, p.common, float(np.log1p(p.rivals)))
        for p in pairs
    ]
    return np.array(rows, float).reshape(len(rows), len(none))


def _begin(mentions: Sequence[Clusterable], obeyed: Obeyed, common: float) -> dict[int, list[int]]:
    """What is one person without looking further, by the first mention of each.

    Decisions; a shared identifier; the very same name, unless many people have it or it has
    bearers with different identifiers.
    """
    first: dict[str, int] = {}
    for index, mention in enumerate(mentions):
        for identifier in mention.identifiers:
            obeyed.join(first.setdefault(identifier, index), index)
    named: dict[str, list[int]] = defaultdict(list)
    for index, mention in enumerate(mentions):
        named[mention.key].append(index)
    for key, indexes in named.items():
        if len(indexes) > 1 and commonness(key) < common:
            bearers = {obeyed.find(i) for i in indexes if mentions[i].identifiers}
            decided = any(obeyed.apart.get(obeyed.find(i)) for i in indexes)
            if len(bearers) < 2 and not decided:
                for index in indexes:
                    obeyed.join(indexes[0], index)
    groups: dict[int, list[int]] = defaultdict(list)
    for index in range(len(mentions)):
        groups[obeyed.find(index)].append(index)
    return dict(groups)


def conflict(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both have identifiers of one kind and share none of it."""
    if not one or not other or not one.isdisjoint(other):
        return False
    kinds_of = [{identifier.partition(":")[0] for identifier in side} for side in (one, other)]
    return not kinds_of[0].isdisjoint(kinds_of[1])


def _mutual(scores: Mapping[tuple[int, int], float]) -> list[tuple[int, int]]:
    """The pairs of which each is the other's best match."""
    best: dict[int, tuple[float, int, int]] = {}
    for (one, other), score in scores.items():
        entry = (-score, one, other)
        for group in (one, other):
            if group not in best or entry < best[group]:
                best[group] = entry
    found = {(one, other) for _, one, other in best.values()}
    return sorted(p for p in found if best[p[0]][1:] == p and best[p[1]][1:] == p)
