"""What surrounds an author, and who is close."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events.graph import NeighbourhoodWasSummarised, Topic
from contracts.events.works import Standing, Subject
from services.graph.domain import (
    AuthorNode,
    Tie,
    WorkNode,
    closest_first,
    summarise,
    ties,
    topics_of,
)
from services.works.records import Record
from services.works.sources import open_source
from tests.support import SEED

EXAMPLES = Path(__file__).parents[2] / "contracts" / "examples"
Papers = Mapping[str, tuple[str, ...]]
"""Work id to the ids of its authors."""


def work(work_id: str, authors: int = 2, **more: Any) -> WorkNode:
    fields: dict[str, Any] = {
        "title": work_id,
        "year": 2021,
        "subjects": (),
        "standing": "current",
    }
    return WorkNode(id=work_id, authors=authors, **(fields | more))


def subjects(*codes: str) -> tuple[Subject, ...]:
    return tuple(Subject(id=f"arxiv:{code}", name=code) for code in codes)


class Graph:
    """Works and their authors, as the domain is given them."""

    def __init__(self, papers: Papers, works: Iterable[WorkNode] = ()) -> None:
        self.works = {w: work(w, len(found)) for w, found in papers.items()}
        self.works |= {node.id: node for node in works}
        of: dict[str, set[str]] = defaultdict(set)
        for paper, found in papers.items():
            for author in found:
                of[author].add(paper)
        self.authors = {a: AuthorNode(a, f"Name of {a}", frozenset(ws)) for a, ws in of.items()}
        self.authors_of = {
            w: [self.authors[a] for a in dict.fromkeys(found)] for w, found in papers.items()
        }

    def ties(self, author: str) -> dict[str, Tie]:
        found = ties(self.authors[author], self.works, self.authors_of)
        assert len({tie.author.id for tie in found}) == len(found)
        return {tie.author.id: tie for tie in found}

    def summary(self, author: str) -> NeighbourhoodWasSummarised:
        return summarise(self.authors[author], self.works, self.authors_of)

    def close(self, author: str) -> list[str]:
        return [other.author_id for other in self.summary(author).close_collaborators]


def crowd(size: int, *authors: str) -> tuple[str, ...]:
    """Some authors among others, ``size`` in all."""
    return (*authors, *(f"X{n}" for n in range(size - len(authors))))


def test_two_shared_works_and_exactly_a_third_are_close() -> None:
    graph = Graph({"W1": crowd(7, "A", "B"), "W2": crowd(7, "A", "B")})
    tie = graph.ties("A")["B"]
    assert tie.shared_works == 2
    assert tie.weight == pytest.approx(1 / 3)
    assert "B" in graph.close("A")
    assert "A" in graph.close("B")


@pytest.mark.parametrize(
    "sizes",
    [(7, 7), (5, 13), (4, 1000), (10, 10, 10), (13, 13, 13, 13), (31,) * 10],
)
def test_a_third_is_reached_in_many_ways(sizes: tuple[int, ...]) -> None:
    graph = Graph({f"W{n}": crowd(size, "A", "B") for n, size in enumerate(sizes)})
    assert "B" in graph.close("A")


@pytest.mark.parametrize("sizes", [(8, 7), (5, 14), (10, 10, 11), (31,) * 9])
def test_a_little_less_than_a_third_is_not_close(sizes: tuple[int, ...]) -> None:
    graph = Graph({f"W{n}": crowd(size, "A", "B") for n, size in enumerate(sizes)})
    assert graph.ties("A")["B"].weight >= 0.3
    assert graph.close("A") == []


def test_one_shared_work_is_not_enough_whatever_its_weight() -> None:
    graph = Graph({"W1": ("A", "B"), "W2": ("A", "C"), "W3": ("B", "C")})
    assert graph.ties("A")["B"].weight == 1
    assert graph.close("A") == []


def test_a_paper_of_three_thousand_makes_nobody_close() -> None:
    graph = Graph({"W1": crowd(3000, "A"), "W2": crowd(3000, "A")})
    summary = graph.summary("A")
    assert summary.collaborators == 2999
    assert summary.close_collaborators == ()
    assert graph.ties("A")["X0"].shared_works == 2


def test_unresolved_names_in_the_author_list_weigh_down_as_well() -> None:
    papers = {"W1": ("A", "B"), "W2": ("A", "B")}
    assert Graph(papers).close("A") == ["B"]
    assert Graph(papers, [work("W1", 100), work("W2", 100)]).close("A") == []


def test_an_author_alone_has_no_ties() -> None:
    summary = Graph({"W1": ("A",)}).summary("A")
    assert (summary.works, summary.collaborators, summary.close_collaborators) == (1, 0, ())


def test_works_not_yet_known_count_for_nothing() -> None:
    graph = Graph({"W1": ("A", "B"), "W2": ("A", "B")})
    del graph.works["W2"]
    assert graph.summary("A").works == 1
    assert graph.close("A") == []


def test_close_collaborators_come_by_weight_then_by_name() -> None:
    papers = {
        "W1": ("A", "B", "C", "D"),
        "W2": ("A", "B", "C", "D"),
        "W3": ("A", "D"),
    }
    graph = Graph(papers)
    graph.authors_of = {
        paper: [
            AuthorNode(a.id, {"B": "Zoe", "C": "Abe"}.get(a.id, a.name), a.works) for a in found
        ]
        for paper, found in graph.authors_of.items()
    }
    found = graph.summary("A").close_collaborators
    assert [(other.author_id, other.shared_works, other.weight) for other in found] == [
        ("D", 3, 1.666667),
        ("C", 2, 0.666667),
        ("B", 2, 0.666667),
    ]


def test_people_of_one_name_and_weight_keep_one_order() -> None:
    twins = [Tie(AuthorNode(i, "Twin", frozenset()), 2, 0.5) for i in ("A2", "A1", "A3")]
    assert [tie.author.id for tie in closest_first(twins)] == ["A1", "A2", "A3"]


def test_topics_come_by_number_of_works_then_by_id() -> None:
    works = [
        work("W1", subjects=subjects("cs.LG", "cs.CL")),
        work("W2", subjects=subjects("cs.CL", "cs.AI")),
        work("W3", subjects=()),
    ]
    assert topics_of(works) == (
        Topic(id="arxiv:cs.CL", name="cs.CL", works=2),
        Topic(id="arxiv:cs.AI", name="cs.AI", works=1),
        Topic(id="arxiv:cs.LG", name="cs.LG", works=1),
    )
    assert topics_of(reversed(works)) == topics_of(works)


@pytest.mark.parametrize("standing", ["withdrawn", "retracted"])
def test_a_summary_tells_works_in_good_standing_from_all(standing: Standing) -> None:
    papers = {"W1": ("A",), "W2": ("A",), "W3": ("A",)}
    nodes = [work("W1", year=2019), work("W2", year=None), work("W3", standing=standing)]
    summary = Graph(papers, nodes).summary("A")
    assert (summary.works, summary.works_in_good_standing) == (3, 2)
    assert (summary.first_year, summary.last_year) == (2019, 2021)


def test_an_author_without_works_has_an_empty_summary() -> None:
    nobody = summarise(AuthorNode("A", "", frozenset()), {}, {})
    assert nobody == NeighbourhoodWasSummarised(works=0, works_in_good_standing=0)


def test_the_seed_author_has_four_close_collaborators() -> None:
    papers: dict[str, tuple[str, ...]] = {}
    nodes: list[WorkNode] = []
    with SEED.open("rb") as stream:
        for record in open_source(stream, SEED.name):
            assert isinstance(record, Record)
            papers[record.key] = tuple(author.name for author in record.authors)
            nodes.append(
                work(
                    record.key,
                    len(record.authors),
                    year=record.year,
                    subjects=record.subjects,
                )
            )
    summary = Graph(papers, nodes).summary("Hangbo Bao")
    example = json.loads(
        (EXAMPLES / "bzpeer.graph.NeighbourhoodWasSummarised.v1.json").read_text()
    )["data"]
    told = summary.model_dump(mode="json")
    for collaborator, expected in zip(
        told.pop("close_collaborators"), example.pop("close_collaborators"), strict=True
    ):
        assert collaborator["author_id"] == expected["name"]
        assert collaborator["shared_works"] == expected["shared_works"]
        assert collaborator["weight"] == expected["weight"]
    assert told == example


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """A few papers by a few people."""
    authors = st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=5, unique=True)
    papers = draw(st.lists(authors.map(tuple), min_size=1, max_size=8))
    return Graph({f"W{n}": found for n, found in enumerate(papers)})


@given(graphs())
def test_closeness_is_mutual_and_counts_each_shared_work_once(graph: Graph) -> None:
    for author in graph.authors:
        for other, tie in graph.ties(author).items():
            shared = graph.authors[author].works & graph.authors[other].works
            assert tie.shared_works == len(shared)
            assert tie.weight == pytest.approx(
                sum(1 / (graph.works[w].authors - 1) for w in shared)
            )
            assert (other in graph.close(author)) == (author in graph.close(other))
        assert author not in graph.ties(author)


@given(graphs())
def test_the_weights_of_an_author_add_up_to_the_works_with_others(graph: Graph) -> None:
    for author, node in graph.authors.items():
        with_others = sum(graph.works[w].authors > 1 for w in node.works)
        assert sum(t.weight for t in graph.ties(author).values()) == pytest.approx(with_others)
