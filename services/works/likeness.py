"""Names of different blocks that stand for one person, by the company they keep.

Two mentions are linked when their names have two full words in common and differ by nothing but
spaces, initials, family names more, or the order, and when their works have a co-author of a rare
name in common, or several of others; more than four, where the order differs or many people may
have the name. Who is linked is seen from the block of each such co-author, where both works
are, so no block has to look for others that may concern it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from services.works.evidence import name_weight
from services.works.frequencies import commonness
from services.works.model import model
from services.works.names import block_of, meeting_words, tokens
from services.works.resolution import Mention
from services.works.spellings import compare

_LEAST, _LEAST_IF_DOUBTFUL = 0.75, 4.0
"""What shared co-authors must weigh; one whose name hardly anybody else has weighs nearly 1."""
_SHARED_WORDS = 2

Named = tuple[str, str]
"""A work, and a name in its author list as a key."""


class Link(NamedTuple):
    """Two mentions that are one person, if nothing speaks against it."""

    one: Named
    other: Named
    coauthors: tuple[str, ...]

    @property
    def weight(self) -> float:
        """Of the co-authors."""
        return _weight(self.coauthors)

    @property
    def blocks(self) -> tuple[str, str]:
        """Of the two names."""
        return block_of(self.one[1]), block_of(self.other[1])


def links_through(mentions: Iterable[Mention]) -> set[Link]:
    """The links between co-authors of the same name among these mentions, which are of a block."""
    found: set[Link] = set()
    named: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        named[mention.key].append(mention)
    for key, same in named.items():
        if len(same) > 1:
            names = set().union(*[mention.surroundings.coauthors for mention in same])
            for one, other in _alike(names):
                found.update(_links(one, other, _signed(one, key, same), _signed(other, key, same)))
    return found


def links_between(mentions: Iterable[Mention]) -> set[Link]:
    """The links between these mentions."""
    found: set[Link] = set()
    beside: dict[str, dict[str, list[Mention]]] = defaultdict(lambda: defaultdict(list))
    for mention in mentions:
        for coauthor in mention.surroundings.coauthors:
            beside[coauthor][mention.key].append(mention)
    for named in beside.values():
        for one, other in _alike(named):
            works = [
                {mention.work_id: frozenset(mention.surroundings.coauthors) for mention in named[n]}
                for n in (one, other)
            ]
            found.update(_links(one, other, *works))
    return found


def _signed(name: str, key: str, same: Sequence[Mention]) -> dict[str, frozenset[str]]:
    """The works that the name has signed with that key, and who else has signed them."""
    return {
        mention.work_id: frozenset((*mention.surroundings.coauthors, key))
        for mention in same
        if name in mention.surroundings.coauthors
    }


def _links(
    one: str,
    other: str,
    ones: Mapping[str, frozenset[str]],
    others: Mapping[str, frozenset[str]],
) -> Iterator[Link]:
    for work, signed in ones.items():
        for work_too in others.keys() - {work}:
            shared = tuple(sorted((signed & others[work_too]) - {one, other}))
            if _weight(shared) >= _least(one, other):
                yield Link((work, one), (work_too, other), shared)


def _alike(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The names of different blocks that may be spellings of one, each pair in its order.

    Two names of two words are if they are turned; else one has more words and they meet.
    """
    held = set(names)
    longer: dict[str, set[str]] = defaultdict(set)
    found: set[tuple[str, str]] = set()
    for name in held:
        first, _, rest = name.partition(" ")
        if " " in rest:
            for word in name.split(" "):
                if len(word) > 1:
                    longer[word].add(name)
        elif first > rest and f"{rest} {first}" in held:
            found.add((f"{rest} {first}", name))
    for name in held if longer else ():
        words = name.split(" ")
        if not longer.keys().isdisjoint(words):
            for other in {long for word in words for long in longer.get(word, ())} - {name}:
                if len(meeting_words(name) & meeting_words(other)) >= _SHARED_WORDS:
                    found.add((min(name, other), max(name, other)))
    return (pair for pair in found if _may_be_one(*pair))


@lru_cache(maxsize=4_000)
def _may_be_one(one: str, other: str) -> bool:
    if block_of(one) == block_of(other):
        return False
    found = compare(tokens(one), tokens(other))
    if found is None or found.shared < _SHARED_WORDS:
        return False
    rest = found._replace(shared=0, spacing=0, extra_initial=0, extra_last=0, turned=0)
    return not any(rest)


@lru_cache(maxsize=4_000)
def _least(one: str, other: str) -> float:
    found = compare(tokens(one), tokens(other))
    is_turned = found is not None and found.turned
    is_common = max(commonness(one), commonness(other)) >= model().common
    return _LEAST_IF_DOUBTFUL if is_turned or is_common else _LEAST


def _weight(coauthors: Iterable[str]) -> float:
    return sum(name_weight(name) ** 2 for name in coauthors)
