"""People whose names fall into several blocks: a pure function of the authors of those blocks.

What the blocks say is joined when a decision says so, when it shares an identifier that a source
asserted, or when it is alike (`likeness.py`): in this order, and the strongest likeness first.
Never when a decision keeps it apart, nor but by a decision when two places of one work would be
one person; nor by likeness alone when names or identifiers contradict. What is linked over more
than `MOST_BLOCKS` blocks stays apart.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from services.works.clusters import conflict
from services.works.constraints import Constraint, Obeyed, obey, placed
from services.works.likeness import Link, Named, links_between
from services.works.names import block_of, tokens
from services.works.resolution import Author, author_id
from services.works.spellings import compare

MOST_BLOCKS = 16
"""An identifier that links more is not one person's."""

_MOST_READ = 4 * MOST_BLOCKS
"""What came to be linked to too many is read as a whole, to part those who were one person."""

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Part:
    """What one block knows of a person."""

    block: str
    author: Author

    @property
    def id(self) -> str:
        """The id of the author, and of the whole person if this is the earliest part."""
        return author_id(self.block, self.author.address)

    @property
    def rank(self) -> tuple[int, str, str]:
        """Earlier comes first, whatever else was read."""
        return self.author.since, self.author.address, self.block

    @property
    def identifiers(self) -> set[str]:
        """All of its mentions."""
        return {i for mention in self.author.mentions for i in mention.identifiers}

    @property
    def keys(self) -> set[str]:
        """The names of its mentions."""
        return {mention.key for mention in self.author.mentions}

    @property
    def works(self) -> set[str]:
        """Of its mentions."""
        return {mention.work_id for mention in self.author.mentions}


@dataclass(frozen=True, slots=True)
class Family:
    """Parts that are linked, now or in what was told before, by index."""

    parts: frozenset[int]
    blocks: frozenset[str]
    """Where there is more of it now, read or not."""
    people: tuple[tuple[int, ...], ...]
    """Who is one person, the earliest part first."""
    wide: frozenset[int]
    """Parts that are linked to too many blocks, and left apart."""
    spans: Mapping[int, frozenset[str]]
    """The blocks of all to whom a part is linked, one person with them or not."""


class Families:
    """Parts of several blocks, and how they hang together."""

    def __init__(
        self,
        parts: Iterable[Part],
        constraints: Sequence[Constraint],
        alike: Collection[str] = (),
    ) -> None:
        """``alike``: the blocks among which likeness is looked for."""
        self.parts = sorted(parts, key=lambda part: part.rank)
        mentions = [mention for part in self.parts for mention in part.author.mentions]
        owner = [n for n, part in enumerate(self.parts) for _ in part.author.mentions]
        self._at = {(m.work_id, m.place): n for m, n in zip(mentions, owner, strict=True)}
        self._bearers: dict[str, list[int]] = defaultdict(list)
        for n, part in enumerate(self.parts):
            for identifier in part.identifiers:
                self._bearers[identifier].append(n)
        self._linked = Obeyed()
        for bearers in self._bearers.values():
            _chain(self._linked, bearers)
        self._alike = self._links(alike)
        for pair in self._alike:
            _chain(self._linked, pair)
        self._decided: dict[int, set[str]] = defaultdict(set)
        for constraint, left, right in placed(mentions, constraints):
            if constraint.kind == "same":
                named = [owner[index] for index in (*left, *right)]
                _chain(self._linked, named)
                blocks = {block_of(r.name) for r in (*constraint.left, *constraint.right)}
                for n in named:
                    self._decided[n] |= blocks
        self._tied = Obeyed(root=dict(self._linked.root))
        self._obeyed = obey(mentions, constraints, owner)

    def _links(self, blocks: Collection[str]) -> dict[tuple[int, int], tuple[float, Link]]:
        """The parts in some blocks that are alike, each pair with its strongest link.

        A name that stands in a work twice links nobody.
        """
        mentions = {
            n: part.author.mentions for n, part in enumerate(self.parts) if part.block in blocks
        }
        named: dict[Named, list[int]] = defaultdict(list)
        for n, group in mentions.items():
            for mention in group:
                named[mention.work_id, mention.key].append(n)
        found: dict[tuple[int, int], tuple[float, Link]] = {}
        for link in links_between(mention for group in mentions.values() for mention in group):
            ends = named[link.one] + named[link.other]
            if len(ends) == 2:
                pair = min(ends), max(ends)
                found[pair] = min((-link.weight, link), found.get(pair, (0.0, link)))
        return found

    def at(self, places: Iterable[Place]) -> set[int]:
        """The parts that have these places."""
        return {self._at[place] for place in places if place in self._at}

    def tie(self, told_together: Iterable[set[int]]) -> None:
        """Look at parts together that were linked when they were told, linked now or not."""
        for group in told_together:
            _chain(self._tied, sorted(group))

    def identifiers(self, seeds: Iterable[int]) -> set[str]:
        """What may link the families of some parts to other blocks."""
        return {
            identifier
            for linked in self._families_of(seeds)
            for group in linked
            for n in group
            for identifier in self.parts[n].identifiers
        }

    def touched(self, seeds: Iterable[int], bearers: Mapping[str, set[str]]) -> list[Family]:
        """The families of some parts. ``bearers``: in which blocks there are these identifiers."""
        return [self._family(linked, bearers) for linked in self._families_of(seeds)]

    def _families_of(self, seeds: Iterable[int]) -> list[list[list[int]]]:
        """Per family the groups that are linked now."""
        wanted = {self._tied.find(n) for n in seeds}
        found: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for n in range(len(self.parts)):
            if self._tied.find(n) in wanted:
                found[self._tied.find(n)][self._linked.find(n)].append(n)
        return [list(linked.values()) for linked in found.values()]

    def _family(self, linked: Iterable[Sequence[int]], bearers: Mapping[str, set[str]]) -> Family:
        blocks: set[str] = set()
        people: list[tuple[int, ...]] = []
        wide: set[int] = set()
        spans: dict[int, frozenset[str]] = {}
        for group in linked:
            own = frozenset(self.parts[n].block for n in group)
            reach = set(own)
            for n in group:
                reach |= self._decided.get(n, set())
                for identifier in self.parts[n].identifiers:
                    reach |= bearers.get(identifier, set())
            if len(reach) <= _MOST_READ:
                blocks |= reach
                spans |= dict.fromkeys(group, own)
            if len(reach) > MOST_BLOCKS:
                people += [(n,) for n in group]
                wide.update(group)
            else:
                people += self._people(group)
        parts = frozenset(n for person in people for n in person)
        return Family(parts, frozenset(blocks), tuple(people), frozenset(wide), spans)

    def _people(self, group: Sequence[int]) -> Iterable[tuple[int, ...]]:
        if len(group) == 1:
            return [tuple(group)]
        works: dict[int, set[str]] = defaultdict(set)
        for n in group:
            works[self._obeyed.find(n)] |= self.parts[n].works
        for identifier in sorted({i for n in group for i in self.parts[n].identifiers}):
            people: list[int] = []
            for n in self._bearers[identifier]:
                if not any(self._join(one, n, works) for one in people):
                    people.append(n)
        within = set(group)
        alike = {pair: self._alike[pair] for pair in self._alike if within.issuperset(pair)}
        for pair in sorted(alike, key=lambda pair: alike[pair]):
            one, other = ([n for n in group if self._is_one(n, end)] for end in pair)
            if self._agree(one, other) and not self._has_rival(pair, alike):
                self._join(*pair, works)
        found: dict[int, list[int]] = defaultdict(list)
        for n in group:
            found[self._obeyed.find(n)].append(n)
        return [tuple(sorted(person)) for person in found.values()]

    def _is_one(self, one: int, other: int) -> bool:
        return self._obeyed.find(one) == self._obeyed.find(other)

    def _agree(self, one: Sequence[int], other: Sequence[int]) -> bool:
        """Whether no two names are more than spellings apart, and no identifiers contradict."""
        sides = [[self.parts[n] for n in side] for side in (one, other)]
        known = (frozenset(i for part in side for i in part.identifiers) for side in sides)
        names = ({tokens(key) for part in side for key in part.keys} for side in sides)
        return not conflict(*known) and all(
            compare(mine, others) is not None for mine, others in product(*names)
        )

    def _has_rival(self, pair: tuple[int, int], alike: Iterable[tuple[int, int]]) -> bool:
        """Whether one of the two is as well like somebody who cannot be the other."""
        for third in alike:
            ends = sorted({*pair} ^ {*third})
            if len(ends) == 2 and not self._is_one(*ends):
                works = [self.parts[n].works for n in ends]
                if works[0] & works[1] or not self._agree(ends[:1], ends[1:]):
                    return True
        return False

    def _join(self, one: int, other: int, works: dict[int, set[str]]) -> bool:
        first, second = self._obeyed.find(one), self._obeyed.find(other)
        if first == second:
            return True
        if not works[first].isdisjoint(works[second]) or not self._obeyed.join(first, second):
            return False
        works[self._obeyed.find(first)] = works[first] | works[second]
        return True


def _chain(links: Obeyed, indexes: Sequence[int]) -> None:
    for one in indexes[1:]:
        links.join(indexes[0], one)
