"""What speaks for two groups of mentions being one person: co-authors, words, places, years.

Everything is worked out for many pairs at once, from sparse matrices with a row per mention. How
much a word or a name tells comes from `frequencies.json`, not from the corpus at hand, so that the
evidence for a pair depends on nothing but the pair.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray
from scipy import sparse

from services.works.frequencies import COMMON, commonness, frequencies

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEATURES = (
    "shared co-authors",
    "share of co-authors",
    "co-authors",
    "likeness of co-authors",
    "words of titles",
    "words of venues",
    "words of affiliations",
    "years between",
    "time",
    "to the end",
    "to the front",
    "works of the smaller",
    "works of the larger",
)
"""Columns of `Groups.compare`. Co-authors count by how rare their names are, and how often;
likeness is a cosine, -1 where one side has nothing, of titles beyond what any titles share; time is
the year at which the groups come nearest; to the end (front) is by how much more often the later
group signs last (first); works are logarithms."""

_WORD = re.compile(r"[a-z]{3,}")
_RARE = 1.0
_LEAST_OF_A_NAME = 0.2
"""Of the squared weight of a rare name: to share a very common name still says something."""
_MOST_CO_AUTHORS = 20.0
_RAREST_IN = 5
_UNDATED = 2010
_STEM = 6
_RARE_WORDS = 1.5
"""Exponent: how much more rare words of titles count."""
_DIGITS = 6
_SMALL = 200_000
"""Cells, of mentions by words and by mentions, up to which a matrix is worked with as a whole."""


class Surroundings(NamedTuple):
    """What stands around a mention: names of co-authors as keys, words, the year."""

    coauthors: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    venue: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    year: int | None = None
    front: bool = False
    """The first of several or the only one."""
    end: bool = False
    """The last of several."""


NOTHING = Surroundings()


@lru_cache(maxsize=5_000)
def words(text: str) -> tuple[str, ...]:
    """The distinct words of a text that can tell one from another, sorted."""
    return tuple(sorted(set(_WORD.findall(anyascii(text).lower()))))


@lru_cache(maxsize=4_000)
def name_weight(key: str) -> float:
    """Of a co-author who is shared; 1 for a name that hardly anybody else has."""
    rarity = _RARE / (1 + np.exp(commonness(key) - COMMON))
    return float(np.sqrt(max(_LEAST_OF_A_NAME, rarity)))


def _rarity(works: int) -> float:
    """Of what so many works have."""
    return float(np.log(frequencies()["works"] / max(_RAREST_IN, works + 1)))


@lru_cache(maxsize=4_000)
def _word_weight(word: str) -> float:
    return _rarity(frequencies()["words"].get(word, 0))


@lru_cache(maxsize=1)
def _stems() -> dict[str, int]:
    """How many works have a word of a title, by its first letters."""
    found: Counter[str] = Counter()
    for word, works in frequencies()["words"].items():
        found[word[:_STEM]] += works
    return found


@lru_cache(maxsize=4_000)
def _stem_weight(stem: str) -> float:
    return float(_rarity(_stems().get(stem, 0)) ** _RARE_WORDS)


@lru_cache(maxsize=4_000)
def _stem_share(stem: str) -> float:
    """The share of works that have it in their titles."""
    return float(_stems().get(stem, 0) / frequencies()["works"])


@lru_cache(maxsize=1)
def _expected() -> float:
    """What any two titles have in common."""
    return sum((_stem_weight(stem) * _stem_share(stem)) ** 2 for stem in _stems())


class Evidence:
    """The surroundings of mentions as matrices."""

    def __init__(self, surroundings: Sequence[Surroundings]) -> None:
        self.years = np.array([s.year or _UNDATED for s in surroundings], float)
        self.places = np.array([(s.front, s.end) for s in surroundings], float).reshape(-1, 2)
        stems = (sorted({word[:_STEM] for word in s.title}) for s in surroundings)
        self.columns = (
            _Column((s.coauthors for s in surroundings), name_weight),
            _Column(stems, _stem_weight, _stem_share),
            _Column((s.venue for s in surroundings), _word_weight),
            _Column((s.affiliations for s in surroundings), _word_weight),
        )


class _Column:
    def __init__(self, rows: Iterable[Sequence[str]], weight: Any, share: Any = None) -> None:
        known: dict[str, int] = {}
        indexes: list[int] = []
        ends = [0]
        for row in rows:
            indexes.extend(known.setdefault(item, len(known)) for item in row)
            ends.append(len(indexes))
        shape = (len(ends) - 1, max(1, len(known)))
        matrix = sparse.csr_matrix((np.ones(len(indexes)), indexes, ends), shape=shape)
        is_small = shape[0] * max(shape) <= _SMALL
        self.matrix: Any = matrix.toarray() if is_small else matrix
        self.weights = np.array([weight(item) for item in known] or [1.0])
        self.usual: Any = None
        """Per item, the weighted share of mentions that have it, if that is left out of account."""
        if share is not None:
            self.usual = np.array([share(item) for item in known] or [0.0]) * self.weights
            self.usual_of_others = _expected() - float(self.usual @ self.usual)


class Groups:
    """Groups of mentions, each seen as a whole."""

    def __init__(self, evidence: Evidence, groups: Sequence[Sequence[int]]) -> None:
        sizes = np.array([len(group) for group in groups])
        members = np.array([index for group in groups for index in group])
        ends = np.concatenate(([0], np.cumsum(sizes)))
        shape = (len(groups), len(evidence.years))
        of = sparse.csr_matrix((np.ones(len(members)), members, ends), shape=shape)
        self._sizes = np.log(sizes)
        years = evidence.years[members]
        self._first = np.minimum.reduceat(years, ends[:-1])
        self._last = np.maximum.reduceat(years, ends[:-1])
        self._mean = np.add.reduceat(years, ends[:-1]) / sizes
        self._places = np.add.reduceat(evidence.places[members], ends[:-1]) / sizes[:, None]
        self._alike = [
            (_Small if isinstance(column.matrix, np.ndarray) else _Large)(
                of, column, sizes.astype(float)
            )
            for column in evidence.columns
        ]

    def compare(self, one: Ints, other: Ints) -> Floats:
        """`FEATURES` of the pairs of groups, a row each."""
        alike = [(column, column.shared(one, other)) for column in self._alike]
        coauthors, shared = alike[0]
        fewest = np.minimum(coauthors.norms[one], coauthors.norms[other])
        begins = np.maximum(self._first[one], self._first[other])
        ends = np.minimum(self._last[one], self._last[other])
        return np.array(
            [
                shared,
                np.where(fewest > 0, shared / np.where(fewest > 0, fewest, 1), -1),
                np.minimum(fewest, _MOST_CO_AUTHORS),
                *(_cosine(column.norms[one], column.norms[other], both) for column, both in alike),
                np.maximum(0, begins - ends),
                (begins + ends) / 2,
                -self._more(-self._places[:, 1], one, other),
                self._more(self._places[:, 0], one, other),
                np.minimum(self._sizes[one], self._sizes[other]),
                np.maximum(self._sizes[one], self._sizes[other]),
            ]
        ).T

    def _more(self, values: Floats, one: Ints, other: Ints) -> Floats:
        """By how much the later group has more; of one time, by how much they differ."""
        more = values[other] - values[one]
        later = np.round(self._mean[other] - self._mean[one], _DIGITS)
        found: Floats = np.where(later == 0, np.abs(more), np.sign(later) * more)
        return found


def _cosine(one: Floats, other: Floats, shared: Floats) -> Floats:
    """From squared lengths and products; -1 where one side has nothing."""
    lengths = np.sqrt(one * other)
    return np.where(lengths > 0, shared / np.where(lengths > 0, lengths, 1), -1)


class _Large:
    """What groups have in common in one column; most of a large matrix is empty."""

    def __init__(self, of: Any, column: _Column, sizes: Floats) -> None:
        rows = (of @ column.matrix).tocsr()
        if column.usual is None:
            rows.data = np.log1p(rows.data)
        self._rows = rows.multiply(column.weights[None, :]).tocsr()
        self.norms = np.asarray(self._rows.multiply(self._rows).sum(1)).ravel()
        self._products: Any = None  # of few groups everything at once
        if len(sizes) ** 2 <= _SMALL:
            self._products = (self._rows @ self._rows.T).toarray()
        self._sizes, self._usual, self._expected = sizes, np.zeros(len(sizes)), 0.0
        if column.usual is not None:
            self._usual, self._expected = self._rows @ column.usual, _expected()
            beyond = self.norms - 2 * sizes * self._usual + sizes**2 * self._expected
            self.norms = np.where(self.norms > 0, beyond, 0)

    def shared(self, one: Ints, other: Ints) -> Floats:
        """Of pairs of groups."""
        if self._products is None:
            found = np.asarray(self._rows[one].multiply(self._rows[other]).sum(1), float).ravel()
        else:
            found = self._products[one, other]
        n, m = self._sizes[one], self._sizes[other]
        usual = n * self._usual[other] + m * self._usual[one] - n * m * self._expected
        beyond: Floats = found - usual
        return beyond


class _Small:
    """The same for a few mentions, as most blocks have: everything at once."""

    def __init__(self, of: Any, column: _Column, sizes: Floats) -> None:
        sums = of @ column.matrix
        if column.usual is None:
            rows = np.log1p(sums) * column.weights
            self._products = rows @ rows.T
            self.norms = np.diagonal(self._products)
        else:
            rows = sums * column.weights - np.outer(sizes, column.usual)
            self._products = rows @ rows.T + column.usual_of_others * np.outer(sizes, sizes)
            self.norms = np.where(sums.any(1), np.diagonal(self._products), 0)

    def shared(self, one: Ints, other: Ints) -> Floats:
        """Of pairs of groups."""
        return np.asarray(self._products[one, other], float)
