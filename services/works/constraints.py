"""What people have decided about authors, as author resolution obeys it.

A curation becomes constraints. Merge: ``same(all of A, all of B)``. Split: ``same`` within the part
and within the rest, ``different(part, rest)``. "Not my work": ``different((ref,), the rest)``.
"My work": ``same((ref,), the author's)``; what was decided before does not concern that place any
more. Where two contradict, the later one holds.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from services.works.names import tokens
from services.works.spellings import compare


class Ref(NamedTuple):
    """A place in the author list of a work, from 0, and the name that was printed there."""

    work_id: str
    place: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One decision: the places on the left and on the right are one person, or no pair of them is.

    ``same`` also means that those on one side are one person; ``different`` says nothing of them.
    """

    id: str
    kind: Literal["same", "different"]
    left: tuple[Ref, ...]
    right: tuple[Ref, ...]
    decided_at: datetime
    moves: bool = False
    """The places on the left are taken out of whatever was decided of them before."""


def place_now(ref: Ref, names: Sequence[str]) -> int | None:
    """Where the person of a place stands now in the author list of the work.

    The list may have been corrected, or be that of a work into which this one was merged. The name
    is looked for, else a spelling of it: at the place, then anywhere, if only one person has it.
    """
    for is_same in (str.__eq__, _is_spelling):
        having = [place for place, name in enumerate(names) if is_same(name, ref.name)]
        if ref.place in having:
            return ref.place
        if len(having) == 1:
            return having[0]
    return None


def _is_spelling(one: str, other: str) -> bool:
    return compare(tokens(one), tokens(other)) is not None


class Placed(Protocol):
    """What is asked of a mention."""

    @property
    def work_id(self) -> str: ...
    @property
    def place(self) -> int: ...


@dataclass(slots=True)
class Obeyed:
    """What the constraints say of some mentions, by index.

    ``root`` leads every mention that is named by a constraint to one of its group; ``apart`` has
    for a root the roots that are other people. ``by`` names the constraints that said so.
    """

    root: dict[int, int] = field(default_factory=dict)
    apart: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    by: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def find(self, index: int) -> int:
        """The root of a mention; itself when no constraint names it."""
        while self.root.setdefault(index, index) != index:
            index = self.root[index]
        return index

    def are_apart(self, one: int, other: int) -> bool:
        """Whether two mentions are different people."""
        return self.find(other) in self.apart.get(self.find(one), ())

    def join(self, one: int, other: int) -> bool:
        """Make two mentions one person, unless a later decision keeps them apart."""
        first, second = sorted((self.find(one), self.find(other)))
        if first == second:
            return True
        if second in self.apart.get(first, ()):
            return False
        self.root[second] = first
        for third in self.apart.pop(second, set()):
            self.apart[third].discard(second)
            self.part(first, third)
        return True

    def part(self, one: int, other: int) -> None:
        """Keep two mentions apart, unless a later decision made them one person."""
        first, second = self.find(one), self.find(other)
        if first != second:
            self.apart[first].add(second)
            self.apart[second].add(first)


def obey(
    mentions: Sequence[Placed],
    constraints: Iterable[Constraint],
    owner: Sequence[int] | None = None,
) -> Obeyed:
    """Apply the constraints to mentions, the latest first: an earlier one cannot undo a later one.

    With ``owner`` the mentions are in groups that stay whole, and the numbers of their groups are
    joined and parted instead.
    """
    obeyed = Obeyed()
    for constraint, left, right in placed(mentions, constraints):
        if owner is not None:
            left, right = ([owner[index] for index in side] for side in (left, right))
        if constraint.kind == "same":
            _join_all(obeyed, left + right)
        else:
            roots = {obeyed.find(index) for index in right}
            for one in {obeyed.find(index) for index in left}:
                for other in roots:
                    obeyed.part(one, other)
        for index in (*left, *right):
            obeyed.by[index].add(constraint.id)
    return obeyed


def placed(
    mentions: Sequence[Placed], constraints: Iterable[Constraint]
) -> Iterator[tuple[Constraint, list[int], list[int]]]:
    """The constraints, the latest first, and which mentions they name on either side.

    Places that no mention has (of a work in no block at hand, or gone) are passed over, and so are
    those that a later decision has moved.
    """
    at = {(mention.work_id, mention.place): index for index, mention in enumerate(mentions)}
    # At one moment "same" comes first: a split is then few groups apart, not many pairs.
    latest_first = sorted(constraints, key=lambda c: (c.decided_at, c.kind, c.id), reverse=True)
    for constraint in latest_first:
        left, right = (
            [at[ref[:2]] for ref in side if ref[:2] in at]
            for side in (constraint.left, constraint.right)
        )
        yield constraint, left, right
        if constraint.moves:
            for ref in constraint.left:
                at.pop(ref[:2], None)


def _join_all(obeyed: Obeyed, indexes: Sequence[int]) -> None:
    """One person, or the fewest that later decisions allow."""
    people: list[int] = []
    for index in indexes:
        if not any(obeyed.join(person, index) for person in people):
            people.append(index)
