"""Pairs of groups of mentions, many at a time: a thousand mentions make half a million of them.

Whoever has the same names meets the same others, so pairs come as rectangles: every group of some
names with every group of others.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.works.evidence import Floats, Ints
from services.works.naming import Alike
from services.works.spellings import Spelling

Bools = NDArray[np.bool_]

_ROWS, _COLUMNS = 128, 256
"""What is worked with at a time: more does not fit into the caches of a processor."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of groups that may be one person, by their first mentions, and how their names compare.

    ``which`` has for each pair the number of what is said of its names in ``alike``.
    """

    one: Ints
    other: Ints
    which: Ints
    alike: Sequence[Alike]

    def __len__(self) -> int:
        return len(self.one)

    @property
    def common(self) -> Floats:
        """How common the names of each pair are."""
        return np.array([alike.common for alike in self.alike])[self.which]

    @property
    def differ(self) -> Bools:
        """Which pairs share no name."""
        return np.array([alike.spelling is not None for alike in self.alike])[self.which]

    @property
    def kinds(self) -> Floats:
        """The columns `model.KINDS`; zeros where a name is shared."""
        return np.array([_kinds(alike) for alike in self.alike])[self.which]

    def where(self, these: Bools) -> "Pairs":
        """Some of the pairs, in each the earlier group first."""
        one, other = self.one[these], self.other[these]
        first, last = np.minimum(one, other), np.maximum(one, other)
        return Pairs(first, last, self.which[these], self.alike)


Tile = tuple[Sequence[int], Sequence[int], Alike]
"""Groups of the same names, as many of the same other names, and how the two compare."""


def portions(tiles: Iterable[Tile]) -> Iterator[Pairs]:
    """The pairs of all tiles: a part of a large one at a time, or many small ones together."""
    for together in _together(tiles):
        yield _pairs(together)


def _cut(tiles: Iterable[Tile]) -> Iterator[Tile]:
    for mine, others, alike in tiles:
        for row in range(0, len(mine), _ROWS):
            for column in range(0, len(others), _COLUMNS):
                yield mine[row : row + _ROWS], others[column : column + _COLUMNS], alike


def _together(tiles: Iterable[Tile]) -> Iterator[list[Tile]]:
    """As many small tiles together as have no more pairs than a large one."""
    portion: list[Tile] = []
    size = 0
    for tile in _cut(tiles):
        more = len(tile[0]) * len(tile[1])
        if portion and size + more > _ROWS * _COLUMNS:
            yield portion
            portion, size = [], 0
        portion.append(tile)
        size += more
    if portion:
        yield portion


def _pairs(tiles: Sequence[Tile]) -> Pairs:
    """Every group of each tile with every other one of it, tile by tile and row by row."""
    mine = np.array([group for tile in tiles for group in tile[0]])
    others = np.array([group for tile in tiles for group in tile[1]])
    rows, columns = np.array([(len(tile[0]), len(tile[1])) for tile in tiles]).T
    cells = rows * columns
    which = np.repeat(np.arange(len(tiles)), cells)
    cell = np.arange(len(which)) - _starts(cells)[which]
    row, column = np.divmod(cell, columns[which])
    one, other = mine[_starts(rows)[which] + row], others[_starts(columns)[which] + column]
    return Pairs(one, other, which, [tile[2] for tile in tiles])


def _starts(sizes: Ints) -> Ints:
    starts: Ints = np.cumsum(sizes) - sizes
    return starts


def _kinds(alike: Alike) -> tuple[float, ...]:
    if alike.spelling is None:
        return (0.0,) * (len(Spelling._fields) + 2)
    return (*alike.spelling, alike.common, float(np.log1p(alike.rivals)))
