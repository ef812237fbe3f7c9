"""The rules of the graph: what surrounds an author, and who is close."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.events.graph import Collaborator, NeighbourhoodWasSummarised, Topic
from contracts.events.works import Standing, Subject

LEAST_SHARED_WORKS = 2
LEAST_WEIGHT = 1 / 3
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class WorkNode:
    """What the graph knows of a work."""

    id: str
    title: str
    year: int | None
    authors: int
    subjects: tuple[Subject, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class AuthorNode:
    """What the graph knows of an author."""

    id: str
    name: str
    works: frozenset[str]


@dataclass(frozen=True, slots=True)
class Follow:
    """An author whose account follows another author; it makes nobody a collaborator."""

    follower: str
    followed: str


@dataclass(slots=True)
class Tie:
    """How strongly another author is tied to the one looked at."""

    author: AuthorNode
    shared_works: int = 0
    weight: float = 0.0

    @property
    def is_close(self) -> bool:
        """At least two shared works and a weight of at least 1/3."""
        return self.shared_works >= LEAST_SHARED_WORKS and self.weight >= LEAST_WEIGHT - _ROUNDING


AuthorsOf = Mapping[str, Sequence[AuthorNode]]
"""Work id to its authors."""


def ties(author: AuthorNode, works: Mapping[str, WorkNode], authors_of: AuthorsOf) -> list[Tie]:
    """All co-authors with their weight.

    The weight of a pair is Σ 1/(n−1) over their shared works, n being the number of authors of each
    (Newman, *Scientific collaboration networks II*, Phys. Rev. E 64, 016132, 2001).
    """
    found: dict[str, Tie] = {}
    for work_id in sorted(author.works & works.keys()):
        each = 1 / max(1, works[work_id].authors - 1)
        for other in authors_of.get(work_id, ()):
            if other.id != author.id:
                tie = found.setdefault(other.id, Tie(other))
                tie.shared_works += 1
                tie.weight += each
    return list(found.values())


def closest_first(found: Iterable[Tie]) -> list[Tie]:
    """Ties in the order people see them: by weight, then by name."""
    return sorted(found, key=lambda tie: (-round(tie.weight, 6), tie.author.name, tie.author.id))


def summarise(
    author: AuthorNode, works: Mapping[str, WorkNode], authors_of: AuthorsOf
) -> NeighbourhoodWasSummarised:
    """The neighbourhood of an author, from the works that are known of."""
    own = [works[work_id] for work_id in sorted(author.works & works.keys())]
    found = ties(author, works, authors_of)
    years = [work.year for work in own if work.year is not None]
    return NeighbourhoodWasSummarised(
        works=len(own),
        works_in_good_standing=sum(work.standing == "current" for work in own),
        first_year=min(years, default=None),
        last_year=max(years, default=None),
        topics=topics_of(own),
        collaborators=len(found),
        close_collaborators=tuple(
            Collaborator(
                author_id=tie.author.id,
                name=tie.author.name,
                shared_works=tie.shared_works,
                weight=round(tie.weight, 6),
            )
            for tie in closest_first(tie for tie in found if tie.is_close)
        ),
    )


def topics_of(works: Iterable[WorkNode]) -> tuple[Topic, ...]:
    """The distinct subjects of some works, most works first."""
    count: dict[str, int] = defaultdict(int)
    names: dict[str, str] = {}
    for work in works:
        for subject in work.subjects:
            count[subject.id] += 1
            names[subject.id] = subject.name
    ordered = sorted(count, key=lambda topic: (-count[topic], topic))
    return tuple(Topic(id=topic, name=names[topic], works=count[topic]) for topic in ordered)
