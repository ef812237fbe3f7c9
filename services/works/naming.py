"""How the names of groups of mentions compare; of each two sets of names worked out once."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import product
from typing import NamedTuple

from services.works.frequencies import commonness
from services.works.names import block_of
from services.works.spellings import Spelling, near

Names = frozenset[str]


class Alike(NamedTuple):
    """Two sets of names that may be those of one person."""

    common: float
    """How common the rarest name is that both have, or else the commoner of their rarest ones."""
    spelling: Spelling | None
    """``None``: they share a name."""
    rivals: int = 0
    """How many other names one of them may be a spelling of, and the other not."""


class Naming:
    """The names of some mentions."""

    def __init__(self, names: Iterable[str]) -> None:
        by_block: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names):
            by_block[block_of(name)].append(name)
        self._near: dict[str, dict[str, Spelling]] = {}
        for met in by_block.values():
            if len(met) > 1:
                self._near |= near(met)
        self._around: dict[Names, Names] = {}
        self._compared: dict[tuple[Names, Names], Alike | None] = {}

    def around(self, names: Names) -> Names:
        """The names that may be spellings of one of these."""
        found = self._around.get(names)
        if found is None:
            found = Names(n for name in names for n in self._near.get(name, ()))
            self._around[names] = found
        return found

    def compare(self, one: Names, other: Names) -> Alike | None:
        """``None`` if some name of one is no spelling of some name of the other."""
        pair = one, other
        if pair not in self._compared:
            self._compared[pair] = self._compare(one, other)
        return self._compared[pair]

    def _compare(self, one: Names, other: Names) -> Alike | None:
        spellings: list[Spelling] = []
        for a, b in product(one, other):
            if a != b:
                spelling = self._near.get(a, {}).get(b)
                if spelling is None:
                    return None
                spellings.append(spelling)
        shared = one & other
        if shared:
            return Alike(min(map(commonness, shared)), None)
        common = max(min(map(commonness, one)), min(map(commonness, other)))
        mine, others = self.around(one), self.around(other)
        rivals = max(len(mine - others - other), len(others - mine - one))
        return Alike(common, min(spellings, key=_differences), rivals)


def _differences(spelling: Spelling) -> tuple[int, Spelling]:
    return sum(spelling) - spelling.shared, spelling
