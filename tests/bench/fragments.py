"""Pairs of groups of mentions to learn evidence from: parts of one person, and of two people.

Two parts of one person: of a name so rare that one person bears it. Two people: of two different
names that are about as common as homonyms are. So evidence is learned without the names, from all
of the corpus, and the sizes of the groups are spread alike on both sides.
"""

import math
import random
import zlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from services.works.evidence import commonness
from services.works.names import tokens
from services.works.resolution import Mention

FOLDS = 5
_LARGEST = 60
_RARE = 6.5
_HOMONYMS = (3.0, 9.5)
_RARE_ENOUGH = 7.5


class Example(NamedTuple):
    """Two groups of mentions, whether they are one person, and the fold of their block."""

    one: list[int]
    other: list[int]
    same: bool
    fold: int


def fold(block: str) -> int:
    """Blocks that train never test: each is in one fold."""
    return zlib.crc32(block.encode()) % FOLDS


class Fragments:
    """Draws examples."""

    def __init__(self, mentions: Sequence[Mention], seed: int = 1) -> None:
        self._mentions = mentions
        self._chance = random.Random(seed)
        named: dict[str, list[int]] = defaultdict(list)
        for index, mention in enumerate(mentions):
            parts = tokens(mention.key)
            if len(parts) > 1 and len(parts[0]) > 1:
                named[mention.key].append(index)
        by_size = sorted(named.values(), key=len)
        self._rare = [g for g in by_size if len(g) > 1 and self._common(g) < _RARE]
        self._common_in = {
            number: [
                g
                for g in by_size
                if _HOMONYMS[0] < self._common(g) < _HOMONYMS[1]
                and fold(mentions[g[0]].block) == number
            ]
            for number in range(FOLDS)
        }

    def draw(self, count: int) -> list[Example]:
        """About as many of each kind."""
        found: list[Example] = []
        while len(found) < count:
            sizes = self._size(), self._size() if self._chance.random() < 0.6 else 1
            group = self._pick(self._rare, sum(sizes))
            if group is not None:
                one = self._grow(group, sizes[0])
                rest = sorted(set(group) - set(one))
                self._add(found, one, self._grow(rest, sizes[1]), same=True)
            among = self._common_in[self._chance.randrange(FOLDS)]
            pair = [self._pick(among, size) for size in sizes]
            if pair[0] is not None and pair[1] is not None and pair[0] is not pair[1]:
                one, other = self._grow(pair[0], sizes[0]), self._grow(pair[1], sizes[1])
                self._add(found, one, other, same=False)
        return found

    def _common(self, group: Sequence[int]) -> float:
        return commonness(self._mentions[group[0]].key)

    def _size(self) -> int:
        return round(math.exp(self._chance.uniform(0, math.log(_LARGEST))))

    def _pick(self, groups: Sequence[list[int]], size: int) -> list[int] | None:
        start = bisect_left(groups, size, key=len)
        if start >= len(groups):
            return None
        end = max(bisect_left(groups, 3 * size + 2, key=len), start + 5)
        return groups[self._chance.randrange(start, min(end, len(groups)))]

    def _grow(self, group: Sequence[int], size: int) -> list[int]:
        """So many of a group: by chance, or those that share co-authors first."""
        if self._chance.random() < 0.4:
            return self._chance.sample(list(group), size)
        together = self._together(group)
        self._chance.shuffle(together)
        return [index for part in together for index in part][:size]

    def _together(self, group: Sequence[int]) -> list[list[int]]:
        part = {index: [index] for index in group}
        first: dict[str, int] = {}
        for index in group:
            for name in self._mentions[index].surroundings.coauthors:
                if commonness(name) < _RARE_ENOUGH:
                    held = part[first.setdefault(name, index)]
                    if held is not part[index]:
                        held += part[index]
                        for moved in part[index]:
                            part[moved] = held
        return list({id(held): held for held in part.values()}.values())

    def _add(self, found: list[Example], one: list[int], other: list[int], *, same: bool) -> None:
        works = [{self._mentions[index].work_id for index in side} for side in (one, other)]
        if works[0].isdisjoint(works[1]):
            number = fold(self._mentions[one[0]].block)
            found.append(Example(one, other, same, number))
