"""Pairs of groups of mentions to learn evidence from: those that a clustering of namesakes meets.

People of names so rare that one person bears each are put under one common name, all of one
origin and of one fold, and joined by a simple rule, round by round. Each pair of groups that the
rule looks at on its way is an example: mostly one person, or mostly two. So evidence is learned
without the names, on groups as they come up, among people as likely to meet as people are.
"""

import math
import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from services.works.clusters import Clustering
from services.works.constraints import Obeyed
from services.works.evidence import FEATURES, Floats
from services.works.frequencies import commonness
from services.works.model import KINDS, Model
from services.works.names import tokens
from services.works.pairs import Pairs
from services.works.resolution import Mention
from services.works.spellings import are_pinyin

FOLDS = 5
_RARE = -3.2
_COMMON_NAME = "wei wang"
_SEED = 3
_MOST_PEOPLE = 25
_MOST_MENTIONS = 220
_OFTEN = 0.7
"""Exponent: how much likelier a person of many works is taken."""
_SINGLES = 60
_PAIRS = 400
_CAUTIONS = (-0.5, -1.0, -1.5, -2.5)
_GUIDE = {
    "likeness of co-authors": {"limits": [0.03], "points": [0.0, 3.0]},
    "words of titles": {"limits": [0.05, 0.15], "points": [0.0, 0.7, 1.4]},
}
"""The simple rule: whoever shares co-authors is one, sometimes who writes on the same."""


class Example(NamedTuple):
    """Two groups of mentions, whether they are one person, and the fold of their people."""

    one: list[int]
    other: list[int]
    same: bool
    fold: int


def fold(block: str) -> int:
    """Blocks that train never test: each is in one fold."""
    return zlib.crc32(block.encode()) % FOLDS


def by_name(mentions: Sequence[Mention]) -> dict[str, list[int]]:
    """The mentions of each name."""
    named: dict[str, list[int]] = defaultdict(list)
    for index, mention in enumerate(mentions):
        named[mention.key].append(index)
    return named


def draw(mentions: Sequence[Mention], blocks: int) -> list[Example]:
    """Examples from so many blocks of namesakes per fold and origin."""
    chance = random.Random(_SEED)
    return [
        example
        for number, person in namesakes(mentions, blocks, chance)
        for example in _examples(mentions, person, number, chance)
    ]


def namesakes(
    mentions: Sequence[Mention], blocks: int, chance: random.Random
) -> Iterator[tuple[int, dict[int, int]]]:
    """Blocks of people to put under one name: their fold, and of each mention its person."""
    pools: dict[tuple[int, bool], list[list[int]]] = defaultdict(list)
    for key, group in by_name(mentions).items():
        words = tokens(key)
        if len(words) > 1 and len(words[0]) > 1 and commonness(key) < _RARE:
            pools[fold(mentions[group[0]].block), are_pinyin(words)].append(group)
    for (number, _), people in sorted(pools.items()):
        for _ in range(blocks):
            person = _some(mentions, people, chance)
            if len(person) <= _MOST_MENTIONS:
                yield number, person


def under_one_name(mentions: Sequence[Mention], chosen: Iterable[int]) -> list[Mention]:
    """Mentions as if all had one common name."""
    return [replace(mentions[index], key=_COMMON_NAME) for index in chosen]


def _some(
    mentions: Sequence[Mention], people: Sequence[list[int]], chance: random.Random
) -> dict[int, int]:
    """Some people's mentions, each with its person; of one work only one."""
    wanted = round(math.exp(chance.uniform(math.log(2), math.log(_MOST_PEOPLE))))
    weights = [len(group) ** _OFTEN for group in people]
    chosen: dict[int, None] = {}
    while len(chosen) < min(wanted, len(people)):
        chosen.update(dict.fromkeys(chance.choices(range(len(people)), weights)))
    by_work: dict[str, tuple[int, int]] = {}
    for person in chosen:
        for index in people[person]:
            by_work.setdefault(mentions[index].work_id, (index, person))
    return dict(by_work.values())


def _examples(
    mentions: Sequence[Mention], person: dict[int, int], number: int, chance: random.Random
) -> list[Example]:
    indexes = list(person)
    watched = _Watched(under_one_name(mentions, indexes), chance)
    watched.run()
    met = watched.met if len(watched.met) <= _PAIRS else chance.sample(watched.met, _PAIRS)
    sides = [[[indexes[n] for n in group] for group in pair] for pair in met]
    most = [[Counter(person[n] for n in group).most_common(1)[0][0] for group in s] for s in sides]
    return [
        Example(one, other, who[0] == who[1], number)
        for (one, other), who in zip(sides, most, strict=True)
    ]


class _Watched(Clustering):
    """A clustering by the simple rule that notes what it compares; of single works a part."""

    def __init__(self, mentions: Sequence[Mention], chance: random.Random) -> None:
        super().__init__(mentions, Obeyed(), _rule(chance.choice(_CAUTIONS)))
        self.met: list[tuple[list[int], list[int]]] = []
        self._chance, self._singles = chance, _SINGLES / len(mentions)

    def _scores(self, pairs: Pairs) -> Floats:
        for first, second in zip(pairs.one.tolist(), pairs.other.tolist(), strict=True):
            one, other = self.groups[first], self.groups[second]
            if len(one) + len(other) > 2 or self._chance.random() < self._singles:
                self.met.append((one, other))
        return super()._scores(pairs)


def _rule(caution: float) -> Model:
    nothing = {"limits": [], "points": [0.0]}
    parameters: dict[str, Any] = {
        "evidence": {
            "constant": caution,
            "tables": {feature: _GUIDE.get(feature, nothing) for feature in FEATURES},
        },
        "same name": {"common": _RARE, "base": 0.0, "per commonness": 0.0},
        "other name": {"constant": 0.0, "evidence": 0.0, "kinds": dict.fromkeys(KINDS, 0.0)},
    }
    return Model(parameters)
