"""A slice of the graph around an author: what the explorer draws."""

from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.graph.domain import (
    AuthorNode,
    AuthorsOf,
    Follow,
    Tie,
    WorkNode,
    closest_first,
    ties,
    topics_of,
)

Kind = Literal["author", "work", "topic"]
EdgeKind = Literal["authored", "about", "collaborated", "followed"]
KINDS: tuple[Kind, ...] = ("author", "work", "topic")


class Node(BaseModel):
    """An author, a work or a topic."""

    id: str
    kind: Kind
    label: str
    weight: Annotated[float, Field(description="For size: works of an author or topic, else 1.")]


class Edge(BaseModel):
    """A relation between two nodes of the slice."""

    source: str
    target: str
    kind: EdgeKind
    weight: Annotated[float, Field(description="Σ 1/(n−1) for `collaborated`, else 1.")] = 1.0


class Slice(BaseModel):
    """Nodes and edges around `center`."""

    center: str
    nodes: list[Node]
    edges: list[Edge]
    truncated: Annotated[bool, Field(description="Whether `limit` left something out.")]


class Slicer:
    """Adds nodes until there are enough of them; edges only between nodes that are in."""

    def __init__(self, center: AuthorNode, kinds: Collection[Kind], limit: int) -> None:
        self._center = center.id
        self._kinds = kinds
        self._limit = limit
        self._nodes: dict[str, Node] = {}
        self._edges: dict[tuple[str, str, EdgeKind], Edge] = {}
        self._truncated = False
        self._add_author_node(center)

    def surround(
        self, author: AuthorNode, works: Mapping[str, WorkNode], authors_of: AuthorsOf
    ) -> list[Tie]:
        """Add what is next to an author, closest first; answers the ties that are in."""
        found = closest_first(ties(author, works, authors_of)) if "author" in self._kinds else []
        kept = [tie for tie in found if self._add_author(author, tie)]
        own = [works[work] for work in author.works & works.keys()]
        own.sort(key=lambda work: (-(work.year or 0), work.title, work.id))
        if "topic" in self._kinds:
            for topic in topics_of(own):
                self._add(Node(id=topic.id, kind="topic", label=topic.name, weight=topic.works))
        if "work" in self._kinds:
            for work in own:
                self._add_work(author, work, authors_of)
        elif "topic" in self._kinds:
            for topic in topics_of(own):
                self._connect(author.id, topic.id, "about", topic.works)
        return kept

    def beside(self, authors: Iterable[AuthorNode], *, all_told: bool) -> None:
        """Add authors who follow the center or are followed by it; ``all_told``: no more do."""
        self._truncated |= not all_told
        for other in authors if "author" in self._kinds else ():
            self._add_author_node(other)

    @property
    def authors(self) -> list[str]:
        """The authors that are in."""
        return [node.id for node in self._nodes.values() if node.kind == "author"]

    def result(self, follows: Iterable[Follow] = ()) -> Slice:
        """What was put together, and who of those that are in follows whom."""
        for follow in follows:
            self._connect(follow.follower, follow.followed, "followed")
        return Slice(
            center=self._center,
            nodes=list(self._nodes.values()),
            edges=list(self._edges.values()),
            truncated=self._truncated,
        )

    def _add_author(self, author: AuthorNode, tie: Tie) -> bool:
        if not self._add_author_node(tie.author):
            return False
        self._connect(author.id, tie.author.id, "collaborated", round(tie.weight, 6))
        return True

    def _add_author_node(self, author: AuthorNode) -> bool:
        return self._add(
            Node(id=author.id, kind="author", label=author.name, weight=len(author.works))
        )

    def _add_work(self, author: AuthorNode, work: WorkNode, authors_of: AuthorsOf) -> None:
        if not self._add(Node(id=work.id, kind="work", label=work.title, weight=1)):
            return
        self._connect(author.id, work.id, "authored")
        for other in authors_of.get(work.id, ()):
            self._connect(other.id, work.id, "authored")
        for subject in work.subjects:
            self._connect(work.id, subject.id, "about")

    def _add(self, node: Node) -> bool:
        if node.id in self._nodes:
            return True
        if len(self._nodes) >= self._limit:
            self._truncated = True
            return False
        self._nodes[node.id] = node
        return True

    def _connect(self, source: str, target: str, kind: EdgeKind, weight: float = 1.0) -> None:
        seen = (source, target, kind) in self._edges or (
            kind == "collaborated" and (target, source, kind) in self._edges
        )
        if not seen and source in self._nodes and target in self._nodes:
            self._edges[source, target, kind] = Edge(
                source=source, target=target, kind=kind, weight=weight
            )
