"""Pairwise and B³ precision, recall and F1 of a partition against the true one.

B³: Bagga and Baldwin, *Entity-based cross-document coreferencing*, ACL 1998.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple


class Score(NamedTuple):
    """Precision and recall."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def pairwise(found: Sequence[Hashable], true: Sequence[Hashable]) -> Score:
    """Of pairs of mentions that are put together, and that belong together."""
    both, put, belong = (_pairs(Counter(x)) for x in (zip(found, true, strict=True), found, true))
    return Score(both / put if put else 1.0, both / belong if belong else 1.0)


def b_cubed(found: Sequence[Hashable], true: Sequence[Hashable]) -> Score:
    """Averaged over mentions."""
    both = Counter(zip(found, true, strict=True))
    put, belong = Counter(found), Counter(true)
    size = max(1, len(found))
    precision = sum(n * n / put[cluster] for (cluster, _), n in both.items()) / size
    recall = sum(n * n / belong[person] for (_, person), n in both.items()) / size
    return Score(precision, recall)


def _pairs(counts: Counter[Hashable]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())
