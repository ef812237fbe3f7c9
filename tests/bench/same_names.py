"""What a name alone says for one person, learned without being told who is who.

Two works under one name are of one person or of two. What their surroundings say is learned from
made-up homonyms; how often they are of one person, by how common the name is, is then what makes
the works that there are likeliest: the share in a mixture of two kinds of pairs.
"""

import random
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from services.works.evidence import Evidence, Floats, Groups
from services.works.frequencies import commonness
from services.works.names import tokens
from services.works.resolution import Mention
from tests.bench.namesakes import by_name, fold

_NOT_RARE = -4.2
_MOST_WORKS = 60
_MOST_PAIRS = 20
_SEED = 3
_RIDGE = 0.01


class SameNames(NamedTuple):
    """Pairs of works under one name that is not rare, a row each."""

    features: Floats
    commonness: Floats
    weights: Floats
    """Each name counts as one, however many works it has."""
    folds: Floats


class Said(NamedTuple):
    """Log-odds of one person before any evidence: ``constant + slope * commonness``."""

    constant: float
    slope: float


def draw(mentions: Sequence[Mention], evidence: Evidence) -> SameNames:
    """Some pairs of works of every name that is not rare."""
    chance = random.Random(_SEED)
    sides: list[tuple[int, int]] = []
    about: list[tuple[float, float, int]] = []
    for key, indexes in by_name(mentions).items():
        pairs = list(combinations(indexes[:_MOST_WORKS], 2))
        if pairs and commonness(key) > _NOT_RARE and len(tokens(key)[0]) > 1:
            chosen = chance.sample(pairs, min(_MOST_PAIRS, len(pairs)))
            sides += chosen
            number = fold(mentions[indexes[0]].block)
            about += [(commonness(key), 1 / len(chosen), number)] * len(chosen)
    groups = Groups(evidence, [[index] for index in range(len(mentions))])
    one, other = np.array(sides).T
    return SameNames(groups.compare(one, other), *np.array(about).T)


def learn(told: Floats, common: Floats, weights: Floats) -> Said:
    """The likeliest share, given what the surroundings say of each pair in log-odds."""
    columns = np.stack([np.ones(len(common)), common], 1)

    def unlikely(line: Floats) -> float:
        said = columns @ line
        each = np.logaddexp(0, told + said) - np.logaddexp(0, said)
        return float(_RIDGE * line @ line - weights @ each)

    return Said(*map(float, minimize(unlikely, np.zeros(2), method="BFGS").x))
