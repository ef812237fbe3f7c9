"""Mentions into people: what must be one is joined, then whoever is most alike, round by round.

In every round each pair of groups that are each other's best match is joined, if one person is more
likely than two. Groups are compared as wholes. Names that differ beyond a spelling, different
identifiers of one kind, two places in one work, and decisions of people keep groups apart.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np

from services.works.constraints import Obeyed
from services.works.evidence import Evidence, Floats, Groups, Surroundings
from services.works.frequencies import commonness
from services.works.model import Model
from services.works.naming import Names, Naming
from services.works.pairs import Pairs, Tile, portions

_MOST_ROUNDS = 100
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


class Clustering:
    """Groups of mentions (indexes), by the first of each."""

    def __init__(self, mentions: Sequence[Clusterable], obeyed: Obeyed, model: Model) -> None:
        self._mentions = mentions
        self._obeyed = obeyed
        self._model = model
        self._naming = Naming({mention.key for mention in mentions})
        self.groups = _begin(mentions, obeyed, model.common)
        self._keys: dict[int, Names] = {}
        self._identifiers = {
            g: frozenset(i for m in ms for i in mentions[m].identifiers)
            for g, ms in self.groups.items()
        }
        names_in = Counter(mention.work_id for mention in mentions)
        self._works = {
            g: frozenset(w for m in ms if names_in[w := mentions[m].work_id] > 1)
            for g, ms in self.groups.items()
        }
        """Of each group the works in which others may stand as well."""
        self._bound = np.zeros(len(mentions), bool)
        """Groups that something besides their names may keep apart from others."""
        for group in self.groups:
            apart = obeyed.apart.get(obeyed.find(group))
            self._bound[group] = bool(apart or self._identifiers[group] or self._works[group])
        self._named: dict[Names, set[int]] = defaultdict(set)
        self._with: dict[str, set[Names]] = defaultdict(set)
        for group, members in self.groups.items():
            self._name(group, Names(mentions[index].key for index in members))

    def run(self) -> list[list[int]]:
        """Join until nobody is likely to be somebody else."""
        changed = set(self.groups)
        scores: dict[tuple[int, int], float] = {}
        for _ in range(_MOST_ROUNDS):
            for pairs in self.candidates(changed):
                found = self._scores(pairs)
                for n in np.flatnonzero(found > 0):
                    scores[int(pairs.one[n]), int(pairs.other[n])] = float(found[n])
            merges = _mutual(scores)
            if not merges:
                break
            gone = {group for merge in merges for group in merge}
            for one, other in merges:
                self._join(one, other)
            changed = {one for one, _ in merges}
            scores = {pair: s for pair, s in scores.items() if not gone.intersection(pair)}
        return list(self.groups.values())

    def candidates(self, changed: set[int]) -> Iterator[Pairs]:
        """The pairs that may be one person and of which a group has changed, some at a time."""
        has_changed = np.zeros(len(self._mentions), bool)
        has_changed[list(changed)] = True
        for pairs in portions(self._tiles(changed)):
            twice = has_changed[pairs.other] & (pairs.other <= pairs.one)
            met = pairs.where(~twice)
            apart = self._bound[met.one] & self._bound[met.other]
            for n in np.flatnonzero(apart):
                apart[n] = self._are_apart(int(met.one[n]), int(met.other[n]))
            if not apart.all():
                yield met.where(~apart)

    def _tiles(self, changed: set[int]) -> Iterator[Tile]:
        by_names: dict[Names, list[int]] = defaultdict(list)
        for group in sorted(changed):
            by_names[self._keys[group]].append(group)
        for names, mine in by_names.items():
            met = names | self._naming.around(names)
            partners = set().union(*(self._with[name] for name in met))
            for theirs in sorted(partners, key=sorted):
                alike = self._naming.compare(names, theirs)
                others = sorted(self._named[theirs])
                is_alone = names == theirs and len(others) == 1
                if alike is not None and not is_alone:
                    yield mine, others, alike

    def compare(self, pairs: Pairs, evidence: Evidence) -> Floats:
        """The features of some pairs."""
        wanted, row = np.unique(np.concatenate([pairs.one, pairs.other]), return_inverse=True)
        groups = Groups(evidence, [self.groups[group] for group in wanted.tolist()])
        return groups.compare(row[: len(pairs)], row[len(pairs) :])

    @cached_property
    def _evidence(self) -> Evidence:
        return Evidence([mention.surroundings for mention in self._mentions])

    def _scores(self, pairs: Pairs) -> Floats:
        told = self._model.evidence(self.compare(pairs, self._evidence))
        scores = told + self._model.same_name(pairs.common)
        differ = pairs.differ
        if differ.any():
            scores[differ] = self._model.other_name(told[differ], pairs.where(differ).kinds)
        return np.round(scores, _DIGITS)

    def _are_apart(self, one: int, other: int) -> bool:
        return (
            self._obeyed.are_apart(one, other)
            or conflict(self._identifiers[one], self._identifiers[other])
            or not self._works[one].isdisjoint(self._works[other])
        )

    def _name(self, group: int, keys: Names) -> None:
        self._keys[group] = keys
        self._named[keys].add(group)
        for key in keys:
            self._with[key].add(keys)

    def _unname(self, group: int) -> Names:
        keys = self._keys.pop(group)
        self._named[keys].discard(group)
        if not self._named[keys]:
            for key in keys:
                self._with[key].discard(keys)
        return keys

    def _join(self, one: int, other: int) -> None:
        self.groups[one] = sorted(self.groups[one] + self.groups.pop(other))
        self._name(one, self._unname(one) | self._unname(other))
        for of in (self._identifiers, self._works):
            of[one] |= of.pop(other)
        self._bound[one] |= self._bound[other]
        self._obeyed.join(one, other)


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
