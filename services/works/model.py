"""How much each piece of evidence counts: the tables of `model.json` (see docs/authors.md).

All weights are log-odds and are added up, so what decided can be shown piece by piece.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from services.works.evidence import FEATURES, Floats
from services.works.spellings import Spelling

MOST_SAID = 4.0
"""Of names that differ, what surroundings say counts no more than this, for or against."""

KINDS = (*Spelling._fields, "commonness", "rivals")
"""What counts besides the evidence where two names differ."""


class Table(NamedTuple):
    """Points by the range in which a value lies: one more than there are limits."""

    limits: Floats
    points: Floats

    def score(self, values: Floats) -> Floats:
        """The points of each value."""
        points: Floats = self.points[np.searchsorted(self.limits, values, side="left")]
        return points


class Model:
    """Scores in log-odds: above zero, one person is more likely than two."""

    def __init__(self, parameters: Any) -> None:
        self._constant: float = parameters["evidence"]["constant"]
        tables = parameters["evidence"]["tables"]
        self._tables = [
            Table(np.array(tables[f]["limits"], float), np.array(tables[f]["points"], float))
            for f in FEATURES
        ]
        same = parameters["same name"]
        self.common: float = same["common"]
        """Commonness from which mentions of the very same name need evidence to be one person."""
        self._same_base: float = same["base"]
        self._same_slope: float = same["per commonness"]
        other = parameters["other name"]
        self._other_constant: float = other["constant"]
        self._other_evidence: float = other["evidence"]
        self._other = np.array([other["kinds"][kind] for kind in KINDS], float)

    def pieces(self, features: Floats) -> Floats:
        """What each feature adds, a column each."""
        return np.stack([t.score(features[:, n]) for n, t in enumerate(self._tables)], 1)

    def evidence(self, features: Floats) -> Floats:
        """What the surroundings say."""
        pieces = (t.score(features[:, n]) for n, t in enumerate(self._tables))
        told: Floats = sum(pieces, np.full(len(features), self._constant))
        return told

    def same_name(self, commonness: Floats) -> Floats:
        """What is added because the names are the same: less, the more people have it."""
        return self._same_base - self._same_slope * (commonness - self.common)

    def other_name(self, evidence: Floats, kinds: Floats) -> Floats:
        """The score of two spellings that differ; the columns of `kinds` are `KINDS`."""
        said = np.clip(evidence, -MOST_SAID, MOST_SAID)
        score: Floats = self._other_constant + self._other_evidence * said + kinds @ self._other
        return score


@lru_cache(maxsize=1)
def model() -> Model:
    """The one in use."""
    return Model(json.loads(Path(__file__).with_name("model.json").read_text(encoding="utf-8")))
