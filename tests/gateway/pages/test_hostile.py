"""Text from outside stays text, on every page."""

import json
from typing import Any

import pytest

from contracts.events.trust import Component
from contracts.history import TrustHistory
from contracts.people.signin import local_path
from services.gateway.pages import render
from services.gateway.pages.view.graph import GraphNode, GraphSlice
from services.gateway.pages.view.lists import (
    Holdings,
    ResearcherList,
    ResearcherSummary,
    TopicDetail,
)
from services.gateway.pages.view.profile import (
    CloseCollaborator,
    Fact,
    ProfileTopic,
)
from services.gateway.pages.view.sources import Provenance, SourceCoverage
from services.gateway.pages.view.works import (
    WorkAuthor,
    WorkTopic,
)
from tests.gateway.pages.document import Document
from tests.gateway.pages.samples import (
    BASE,
    EVERY_PAGE,
    HISTORY,
    IMPORTED,
    TRUST,
    detail,
    profile,
    work,
)
from tests.gateway.personal import every_page

HOSTILE = """<script>alert("x")</script><img src=x onerror=alert(1)>&amp;'"</title><!--"""


def hostile_pages() -> dict[str, bytes]:
    author = WorkAuthor(name=HOSTILE, id=HOSTILE)
    origin = Provenance(
        source=HOSTILE, record_id=HOSTILE, imported_at=IMPORTED, url="javascript:alert(1)"
    )
    bad: dict[str, Any] = {
        "id": HOSTILE,
        "title": HOSTILE,
        "type": HOSTILE,
        "source": HOSTILE,
        "source_url": "javascript:alert(1)",
        "venue": HOSTILE,
        "abstract": HOSTILE,
        "authors": (author,),
        "identifiers": (HOSTILE, f"doi:{HOSTILE}", "javascript:alert(1)"),
        "provenance": (origin,),
    }
    people = ResearcherList(
        items=(ResearcherSummary(id=HOSTILE, name=HOSTILE, topics=(HOSTILE,), trust=HOSTILE),),
        next_cursor=HOSTILE,
    )
    graph = GraphSlice(
        center=HOSTILE,
        nodes=(
            GraphNode(id=HOSTILE, kind="author", label=HOSTILE),
            GraphNode(id="w-1", kind="work", label=HOSTILE),
        ),
    )
    return {
        "researcher": render.researcher_page(
            profile(
                id=HOSTILE,
                name=HOSTILE,
                names=(HOSTILE,),
                identifiers=(HOSTILE, f"orcid:{HOSTILE}"),
                affiliation=Fact(
                    label=HOSTILE, value=HOSTILE, status="imported", source=HOSTILE, as_of=IMPORTED
                ),
                topics=(ProfileTopic(id=HOSTILE, name=HOSTILE, works=1),),
                close_collaborators=(
                    CloseCollaborator(id=HOSTILE, name=HOSTILE, shared_works=2, weight=1),
                ),
                works=(work(**bad),),
                works_next_cursor=HOSTILE,
                provenance=(SourceCoverage(source=HOSTILE, works=1, as_of=IMPORTED),),
            ),
            base_url=BASE,
            works_cursor=HOSTILE,
        ),
        "work": render.work_page(
            detail(
                **bad,
                language=HOSTILE,
                topics=(WorkTopic(id=HOSTILE, name=HOSTILE),),
                standing="withdrawn",
                standing_note=HOSTILE,
            ),
            base_url=BASE,
        ),
        "start": render.start_page(
            base_url=BASE, holdings=Holdings(researchers=1), query=HOSTILE, results=people
        ),
        "topic": render.topic_page(
            TopicDetail(id=HOSTILE, name=HOSTILE, scheme=HOSTILE), people, base_url=BASE
        ),
        **trust_pages(),
        "explorer": render.explorer_page(graph, base_url=BASE, name=HOSTILE),
        **every_page(HOSTILE, profile(name=HOSTILE, works=(work(**bad),))),
        "error": render.error_page(500, HOSTILE, HOSTILE, base_url=BASE, trace_id=HOSTILE),
    }


def trust_pages() -> dict[str, bytes]:
    part = Component(
        name="breadth", points=1, of=10, input=HOSTILE, evidence=HOSTILE, raise_it=HOSTILE
    )
    change = HISTORY.items[0].model_copy(update={"reason": HOSTILE, "cause": HOSTILE})
    score = TRUST.model_copy(update={"components": (part,), "formula": HOSTILE})
    history = TrustHistory(items=(change,), next_cursor=HOSTILE)
    scored, unscored = (profile(id=HOSTILE, name=HOSTILE, trust=each) for each in (score, None))
    return {
        "trust": render.trust_page(scored, history, base_url=BASE),
        "trust without history": render.trust_page(unscored, None, base_url=BASE),
    }


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_text_from_outside_stays_text(name: str) -> None:
    page = Document(hostile_pages()[name])
    assert not page.all("img")
    assert all(
        script.get("src") or (script.get("type") or "").endswith("json")
        for script in page.all("script")
    )
    assert not [link for link in page.links() if link.lower().startswith("javascript:")]
    for block in page.scripts:
        json.loads(block)


@pytest.mark.parametrize(
    "path", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "", "/\t/evil"]
)
def test_login_sends_nobody_elsewhere(path: str) -> None:
    assert local_path(path) == "/"
