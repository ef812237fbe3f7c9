"""The research graph as lists, for whoever does not look at the drawing."""

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from services.gateway.pages.view.graph import GraphNode, GraphSlice, NodeKind

KINDS: dict[NodeKind, str] = {"author": "Researchers", "work": "Works", "topic": "Topics"}
"""What a list of each kind is called, in the order of the lists."""


class Row(NamedTuple):
    node: GraphNode
    connections: int
    weight: float | None
    """Collaboration weight with the researcher in the middle."""
    follow: str
    """How they follow one another, in words."""


class Listing(NamedTuple):
    kind: NodeKind
    title: str
    rows: list[Row]

    @property
    def follows(self) -> bool:
        """Whether any of them follows the researcher or is followed."""
        return any(row.follow for row in self.rows)


def listings(graph: GraphSlice) -> list[Listing]:
    """The nodes around the one in the middle, the closest first, by kind."""
    connections = Counter(end for edge in graph.edges for end in (edge.source, edge.target))
    weights = {
        edge.target if edge.source == graph.center else edge.source: edge.weight
        for edge in graph.edges
        if edge.kind == "collaborated" and graph.center in (edge.source, edge.target)
    }
    follows = {(edge.source, edge.target) for edge in graph.edges if edge.kind == "followed"}
    rows = sorted(
        (
            Row(node, connections[node.id], weights.get(node.id), _follow(graph, node.id, follows))
            for node in graph.nodes
            if node.id != graph.center
        ),
        key=lambda row: (-(row.weight or 0), -row.connections, row.node.label),
    )
    found = [
        Listing(kind, title, [row for row in rows if row.node.kind == kind])
        for kind, title in KINDS.items()
    ]
    return [listing for listing in found if listing.rows]


def _follow(graph: GraphSlice, node: str, follows: Collection[tuple[str, str]]) -> str:
    theirs, back = (node, graph.center) in follows, (graph.center, node) in follows
    if theirs and back:
        return "Both ways"
    return "Follows" if theirs else "Followed" if back else ""
