"""A slice of the graph: what is in it, what is left out, and that it says so."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.graph.domain import closest_first
from services.graph.slice import KINDS, Kind, Slice, Slicer
from tests.graph.test_domain import Graph, graphs, subjects, work

# A wrote four works: two with B, one with C, one with D and E. C and D wrote one without A.
PAPERS = {
    "W1": ("A", "B"),
    "W2": ("A", "B"),
    "W3": ("A", "C"),
    "W4": ("A", "D", "E"),
    "W5": ("C", "D"),
}
NODES = [
    work("W1", 2, subjects=subjects("cs.CL", "cs.CV"), year=2020),
    work("W2", 2, subjects=subjects("cs.CL"), year=2022),
    work("W3", 2, subjects=(), year=None),
    work("W4", 3, subjects=subjects("cs.LG"), year=2021),
    work("W5", 2, subjects=subjects("math.CO"), year=2021),
]


@pytest.fixture
def graph() -> Graph:
    return Graph(PAPERS, NODES)


def cut(
    graph: Graph,
    center: str = "A",
    *,
    depth: int = 1,
    kinds: Sequence[Kind] = KINDS,
    limit: int = 60,
) -> Slice:
    """As the API does it."""
    slicer = Slicer(graph.authors[center], kinds, limit)
    near = slicer.surround(graph.authors[center], graph.works, graph.authors_of)
    if depth == 2:
        for tie in closest_first(near):
            slicer.surround(tie.author, graph.works, graph.authors_of)
    return slicer.result()


def ids(found: Slice, kind: Kind) -> list[str]:
    return [node.id for node in found.nodes if node.kind == kind]


def edges(found: Slice, kind: str) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in found.edges if edge.kind == kind}


def test_everything_next_to_an_author(graph: Graph) -> None:
    found = cut(graph)
    assert found.center == "A"
    assert not found.truncated
    assert ids(found, "author") == ["A", "B", "C", "D", "E"]
    assert ids(found, "topic") == ["arxiv:cs.CL", "arxiv:cs.CV", "arxiv:cs.LG"]
    assert ids(found, "work") == ["W2", "W4", "W1", "W3"]
    assert edges(found, "collaborated") == {("A", other) for other in "BCDE"}
    assert edges(found, "authored") == {(a, w) for w in ids(found, "work") for a in PAPERS[w]}
    assert edges(found, "about") == {
        ("W1", "arxiv:cs.CL"),
        ("W1", "arxiv:cs.CV"),
        ("W2", "arxiv:cs.CL"),
        ("W4", "arxiv:cs.LG"),
    }


def test_weights_say_how_large_a_node_and_how_strong_a_tie_is(graph: Graph) -> None:
    found = cut(graph)
    sizes = {node.id: node.weight for node in found.nodes}
    assert (sizes["A"], sizes["B"], sizes["D"]) == (4, 2, 2)
    assert (sizes["arxiv:cs.CL"], sizes["arxiv:cs.LG"], sizes["W1"]) == (2, 1, 1)
    ties = {edge.target: edge.weight for edge in found.edges if edge.kind == "collaborated"}
    assert ties == {"B": 2, "C": 1, "D": 0.5, "E": 0.5}
    assert {node.label for node in found.nodes if node.id == "A"} == {"Name of A"}


@pytest.mark.parametrize("limit", range(2, 14))
def test_the_limit_counts_nodes_of_all_kinds_closest_first(graph: Graph, limit: int) -> None:
    whole = cut(graph)
    found = cut(graph, limit=limit)
    assert found.nodes == whole.nodes[:limit]
    assert found.truncated == (limit < len(whole.nodes))
    present = {node.id for node in found.nodes}
    assert {(e.source, e.target) for e in found.edges} == {
        (e.source, e.target) for e in whole.edges if {e.source, e.target} <= present
    }


def test_a_limit_that_is_just_met_leaves_nothing_out(graph: Graph) -> None:
    assert len(cut(graph).nodes) == 12
    assert not cut(graph, limit=12).truncated
    assert cut(graph, limit=11).truncated


@pytest.mark.parametrize(
    "kinds",
    [
        ("author",),
        ("work",),
        ("topic",),
        ("author", "work"),
        ("author", "topic"),
        ("work", "topic"),
    ],
)
def test_only_the_kinds_asked_for_and_the_one_in_the_middle(
    graph: Graph, kinds: tuple[Kind, ...]
) -> None:
    found = cut(graph, kinds=kinds)
    whole = cut(graph)
    for kind in KINDS:
        assert ids(found, kind) == (
            ids(whole, kind) if kind in kinds else ["A"] if kind == "author" else []
        )
    assert not found.truncated


def test_without_works_an_author_is_tied_to_topics_directly(graph: Graph) -> None:
    found = cut(graph, kinds=["topic"])
    assert {(e.source, e.target, e.weight) for e in found.edges if e.kind == "about"} == {
        ("A", "arxiv:cs.CL", 2),
        ("A", "arxiv:cs.CV", 1),
        ("A", "arxiv:cs.LG", 1),
    }


def test_depth_two_adds_what_surrounds_the_collaborators(graph: Graph) -> None:
    found = cut(graph, depth=2)
    assert "W5" in ids(found, "work")
    assert "arxiv:math.CO" in ids(found, "topic")
    assert {("C", "W5"), ("D", "W5")} <= edges(found, "authored")
    between = {frozenset(edge) for edge in edges(found, "collaborated")}
    assert frozenset("CD") in between
    assert len(between) == len(edges(found, "collaborated")), "a tie is told twice"
    assert "W5" not in ids(cut(graph), "work")


def test_depth_two_reaches_people_the_center_never_wrote_with(graph: Graph) -> None:
    assert ids(cut(graph, "B"), "author") == ["B", "A"]
    assert ids(cut(graph, "B", depth=2), "author") == ["B", "A", "C", "D", "E"]


def test_depth_two_keeps_to_the_limit(graph: Graph) -> None:
    found = cut(graph, depth=2, limit=13)
    assert len(found.nodes) == 13
    assert found.truncated
    assert not cut(graph, depth=2, limit=14).truncated


def test_an_author_without_works_stands_alone() -> None:
    graph = Graph({"W1": ("A",)}, [work("W1", 1)])
    del graph.works["W1"]
    found = cut(graph)
    assert [node.id for node in found.nodes] == ["A"]
    assert found.edges == []


@given(graphs(), st.integers(2, 12), st.sampled_from([1, 2]), st.sets(st.sampled_from(KINDS)))
def test_edges_join_nodes_that_are_there_and_no_node_comes_twice(
    graph: Graph, limit: int, depth: int, kinds: set[Kind]
) -> None:
    for center in graph.authors:
        found = cut(graph, center, depth=depth, kinds=sorted(kinds), limit=limit)
        present = [node.id for node in found.nodes]
        assert present[0] == center
        assert len(present) == len(set(present)) <= limit
        assert {end for e in found.edges for end in (e.source, e.target)} <= set(present)
        assert len({(e.source, e.target) for e in found.edges}) == len(found.edges)
        assert {node.kind for node in found.nodes[1:]} <= kinds
        whole = cut(graph, center, depth=depth, kinds=sorted(kinds), limit=500)
        assert found.truncated == (len(whole.nodes) > limit)
