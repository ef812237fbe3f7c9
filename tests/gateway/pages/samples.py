"""What the pages under test show, and each of the pages."""

from datetime import UTC, datetime
from typing import Any

from contracts.events.trust import Component
from contracts.history import ComponentChange, TrustChange, TrustHistory
from services.gateway.pages import render
from services.gateway.pages.view.graph import GraphEdge, GraphNode, GraphSlice
from services.gateway.pages.view.lists import (
    Holdings,
    ResearcherList,
    TopicDetail,
)
from services.gateway.pages.view.profile import (
    CloseCollaborator,
    Counts,
    ProfileTopic,
    ResearcherProfile,
    Trust,
    default_tagline,
)
from services.gateway.pages.view.sources import Provenance, SourceCoverage
from services.gateway.pages.view.works import (
    Work,
    WorkAuthor,
    WorkDetail,
)
from tests.gateway.pages.document import Document
from tests.gateway.personal import every_page
from tests.seed import CLOSE, WORKS

BASE = "https://bzpeer.example"
IMPORTED = datetime(2026, 11, 23, 14, 50, 3, 250_000, tzinfo=UTC)

TOPICS = ("cs.CL", "cs.CV", "cs.LG", "cs.CR")


def work(**changes: Any) -> Work:
    return Work(
        **{
            "id": "w-2106.08254",
            "title": "BEiT: BERT Pre-Training of Image Transformers",
            "type": "preprint",
            "year": 2022,
            "source": "arXiv",
            "source_url": "https://arxiv.org/abs/2106.08254v2",
            "abstract": "We introduce a self-supervised vision representation model.",
            "authors": (WorkAuthor(name="Hangbo Bao", id="a-1"), WorkAuthor(name="Li Dong")),
            "authors_total": 2,
            "identifiers": ("arxiv:2106.08254",),
            "provenance": (
                Provenance(
                    source="arXiv",
                    record_id="2106.08254",
                    version=2,
                    imported_at=IMPORTED,
                    url="https://arxiv.org/abs/2106.08254v2",
                ),
            ),
        }
        | changes
    )


TRUST = Trust(
    score=21,
    band="Emerging",
    level="L1",
    formula="v1",
    components=(
        Component(
            name="verification",
            points=4,
            of=40,
            input="L1",
            evidence="A source attests the record.",
            raise_it="A claim with a proof.",
        ),
        Component(
            name="published record", points=8.75, of=25, input="7", evidence="7 works that stand."
        ),
        Component(
            name="collaboration", points=5, of=15, input="4", evidence="4 close collaborators."
        ),
        Component(name="breadth", points=3.33, of=10, input="4", evidence="4 topics."),
        Component(name="community", points=0, of=10, input="0", evidence="No verified followers."),
    ),
)


def profile(**changes: Any) -> ResearcherProfile:
    name = changes.get("name", "Hangbo Bao")
    return ResearcherProfile(
        **{
            "id": "a-1",
            "name": name,
            "tagline": default_tagline(name),
            "trust": TRUST,
            "counts": Counts(works=7, followers=0, topics=4, close_collaborators=4),
            "topics": tuple(ProfileTopic(id=f"arxiv:{t}", name=t, works=1) for t in TOPICS),
            "close_collaborators": tuple(
                CloseCollaborator(id=f"a-{place}", name=each, shared_works=2, weight=0.5)
                for place, each in enumerate(CLOSE, start=2)
            ),
            "works": tuple(
                work(id=f"w-{arxiv}", title=title, year=year, abstract=f"Abstract of {arxiv}.")
                for arxiv, year, title in WORKS
            ),
            "provenance": (SourceCoverage(source="arXiv", works=7, as_of=IMPORTED),),
            "updated_at": IMPORTED,
        }
        | changes
    )


def researcher(**changes: Any) -> Document:
    return Document(render.researcher_page(profile(**changes), base_url=BASE))


def detail(**changes: Any) -> WorkDetail:
    fields = {name: getattr(work(), name) for name in Work.model_fields}
    return WorkDetail(**(fields | changes))


SLICE = GraphSlice(
    center="a-1",
    nodes=(
        GraphNode(id="a-1", kind="author", label="Hangbo Bao"),
        GraphNode(id="a-2", kind="author", label="Furu Wei"),
        GraphNode(id="a-9", kind="author", label="Li Dong"),
        GraphNode(id="w-1", kind="work", label="BEiT </script>"),
        GraphNode(id="arxiv:cs.CL", kind="topic", label="cs.CL"),
    ),
    edges=(
        GraphEdge(source="a-1", target="w-1", kind="authored"),
        GraphEdge(source="a-9", target="w-1", kind="authored"),
        GraphEdge(source="w-1", target="arxiv:cs.CL", kind="about"),
        GraphEdge(source="a-2", target="a-1", kind="collaborated", weight=1.33),
    ),
)

HISTORY = TrustHistory(
    items=(
        TrustChange(
            position=2,
            at=IMPORTED,
            score=21,
            before=22,
            band="Emerging",
            level="L1",
            cause="bzpeer.graph.NeighbourhoodWasSummarised.v1",
            reason="Works, topics or close collaborators changed.",
            components=(ComponentChange(name="breadth", points=3.33, before=4.12),),
        ),
        TrustChange(
            position=1,
            at=IMPORTED,
            score=22,
            band="Emerging",
            level="L1",
            cause="bzpeer.works.AuthorWasRecorded.v1",
            reason="The record changed at its sources.",
            components=(ComponentChange(name="breadth", points=4.12),),
        ),
    ),
    next_cursor="n",
)

EVERY_PAGE = {
    "researcher": render.researcher_page(profile(), base_url=BASE),
    "start": render.start_page(base_url=BASE, holdings=Holdings(researchers=24, works=7)),
    "explorer": render.explorer_page(SLICE, base_url=BASE, name="Hangbo Bao"),
    "trust": render.trust_page(profile(), HISTORY, base_url=BASE),
    "trust without history": render.trust_page(profile(trust=None), None, base_url=BASE),
    "work": render.work_page(detail(), base_url=BASE),
    "topic": render.topic_page(
        TopicDetail(id="arxiv:cs.CL", name="cs.CL", researchers=0), ResearcherList(), base_url=BASE
    ),
    **every_page("Ada 王伟", profile()),
    "error": render.error_page(404, "No such researcher", base_url=BASE),
}
