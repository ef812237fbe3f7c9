"""What a reader finds on each page."""

import json
import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.events.trust import Component
from services.gateway.pages import render
from services.gateway.pages.identifiers import identifier
from services.gateway.pages.view.graph import GraphEdge, GraphNode, GraphSlice
from services.gateway.pages.view.lists import (
    Holdings,
    ResearcherList,
    ResearcherSummary,
    TopicDetail,
)
from services.gateway.pages.view.profile import (
    CloseCollaborator,
    Counts,
    Fact,
    ProfileClaim,
    ProfileTopic,
    ResearcherProfile,
    Trust,
    default_tagline,
)
from services.gateway.pages.view.sources import Provenance, SourceCoverage, source_name
from services.gateway.pages.view.works import (
    AUTHORS_PER_PAGE,
    Work,
    WorkAuthor,
    WorkDetail,
    WorkTopic,
)
from tests.gateway.personal import every_page

BASE = "https://bzpeer.example"
IMPORTED = datetime(2026, 11, 23, 14, 50, 3, 250_000, tzinfo=UTC)
HOSTILE = """<script>alert("x")</script><img src=x onerror=alert(1)>&amp;'"</title><!--"""

TITLES = (
    ("2106.03441", 2022, "Attention Temperature Matters in Abstractive Summarization Distillation"),
    ("2106.08254", 2022, "BEiT: BERT Pre-Training of Image Transformers"),
    (
        "2208.10442",
        2022,
        "Image as a Foreign Language: BEiT Pretraining for All Vision and Vision-Language Tasks",
    ),
    (
        "2206.00216",
        2022,
        "THE-X: Privacy-Preserving Transformer Inference with Homomorphic Encryption",
    ),
    (
        "2111.02358",
        2022,
        "VLMo: Unified Vision-Language Pre-Training with Mixture-of-Modality-Experts",
    ),
    (
        "2002.10957",
        2020,
        "MiniLM: Deep Self-Attention Distillation for Task-Agnostic Compression of Pre-Trained "
        "Transformers",
    ),
    (
        "2002.12804",
        2020,
        "UniLMv2: Pseudo-Masked Language Models for Unified Language Model Pre-Training",
    ),
)
CLOSE = ("Furu Wei", "Li Dong", "Wenhui Wang", "Songhao Piao")
TOPICS = ("cs.CL", "cs.CV", "cs.LG", "cs.CR")


class Document(HTMLParser):
    """A page as its reader's software sees it: the words, the elements, the data blocks."""

    def __init__(self, page: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._open: list[str] = []
        self.feed(page.decode())
        assert not self._open, f"left open: {self._open}"

    VOID = frozenset({"meta", "link", "input", "br", "path", "rect", "circle"})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1:] == [tag], f"</{tag}> closes nothing"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "script":
            self.scripts.append(data)
        elif "body" in self._open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def links(self) -> list[str]:
        return [a["href"] or "" for a in self.all("a")]

    def meta(self, name: str) -> list[str]:
        return [m["content"] or "" for m in self.all("meta") if m.get("name") == name]


def in_order(text: str, *parts: str) -> None:
    place = 0
    for part in parts:
        found = text.find(part, place)
        assert found >= 0, f"{part!r} does not follow in: …{text[place : place + 300]}"
        place = found + len(part)


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
                for arxiv, year, title in TITLES
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

EVERY_PAGE = {
    "researcher": render.researcher_page(profile(), base_url=BASE),
    "start": render.start_page(base_url=BASE, holdings=Holdings(researchers=24, works=7)),
    "explorer": render.explorer_page(SLICE, base_url=BASE, name="Hangbo Bao"),
    "work": render.work_page(detail(), base_url=BASE),
    "topic": render.topic_page(
        TopicDetail(id="arxiv:cs.CL", name="cs.CL", researchers=0), ResearcherList(), base_url=BASE
    ),
    **every_page("Ada 王伟", profile()),
    "error": render.error_page(404, "No such researcher", base_url=BASE),
}


# The researcher page.


def test_the_page_says_everything_in_the_promised_order() -> None:
    in_order(
        researcher().text,
        "Researcher profile",
        "Hangbo Bao",
        "Hangbo Bao contributes to research discovery and scholarly infrastructure.",
        "Researcher",
        "Affiliation not imported",
        "Open to collaborate",
        "Trust snapshot",
        "Quick read",
        "Trust 21 - Emerging",
        "Verification L1",
        "Unclaimed author",
        "7 works",
        "0 followers",
        "4 topics",
        "4 close collaborators",
        *CLOSE,
        "Actions",
        "Decide how to stay connected",
        "Follow researcher 0",
        "Identity and collaboration",
        "How to connect with this researcher",
        "Claiming links this public author record to a researcher profile and unlocks direct "
        "collaboration workflows.",
        "Log in to claim",
        "Direct collaboration",
        "Open a focused conversation when the fit is right",
        "Claim this author entity first to unlock direct invitations.",
        "Research graph",
        "See the researcher in context",
        "Open full explorer",
        "Published work",
        "7 published item(s)",
        *(
            part
            for arxiv, year, title in TITLES
            for part in (str(year), "preprint", "arXiv", title, f"Abstract of {arxiv}.")
        ),
    )


def test_one_of_each_is_singular() -> None:
    text = researcher(counts=Counts(works=1, followers=1, topics=1, close_collaborators=1)).text
    in_order(text, "1 work ", "1 follower ", "1 topic ", "1 close collaborator ")
    assert "1 works" not in text


def test_what_needs_an_account_leads_to_the_login_page_and_back() -> None:
    links = researcher().links()
    assert "/login?next=/researchers/a-1" in links
    assert "/login?next=/researchers/a-1/claim" in links


def test_people_topics_works_and_the_explorer_are_links() -> None:
    links = researcher().links()
    for link in ("/researchers/a-2", "/topics/arxiv:cs.CL", "/works/w-2106.08254"):
        assert link in links
    assert "/researchers/a-1/graph" in links


def test_every_part_of_the_score_is_explained() -> None:
    text = researcher().text
    for said in ("4 of 40", "8.75 of 25", "5 of 15", "3.33 of 10", "0 of 10", "Formula v1"):
        assert said in text
    assert "A claim with a proof." in text


def test_the_meter_can_be_heard() -> None:
    (meter,) = [e for _, e in researcher().elements if e.get("role") == "meter"]
    assert (meter["aria-valuenow"], meter["aria-valuetext"]) == ("21", "21 of 100, Emerging")


@pytest.mark.parametrize("score", [0, 1, 19, 20, 39, 40, 99, 100])
def test_any_score_can_be_drawn(score: int) -> None:
    page = researcher(trust=TRUST.model_copy(update={"score": score}))
    for rect in page.all("rect"):
        assert 0 <= float((rect["width"] or "").rstrip("%")) <= 100


def test_a_score_that_is_not_there_yet_is_not_a_zero() -> None:
    text = researcher(trust=None).text
    assert "Trust is being worked out" in text
    assert "Trust 0" not in text
    assert "Verification" not in text


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (Fact(label="Affiliation"), "Affiliation not imported"),
        (Fact(label="Affiliation", status="withheld"), "Affiliation withheld"),
        (
            Fact(
                label="Affiliation",
                value="Harbin Institute of Technology",
                status="imported",
                source="ACL Anthology",
                as_of=IMPORTED,
            ),
            "Harbin Institute of Technology from ACL Anthology, imported 23 Nov 2026",
        ),
        (
            Fact(label="Affiliation", value="Microsoft", status="self-stated"),
            "Microsoft self-stated",
        ),
    ],
)
def test_not_imported_is_neither_none_nor_withheld(fact: Fact, said: str) -> None:
    assert said in researcher(affiliation=fact).text


def test_a_withheld_fact_cannot_carry_its_value() -> None:
    with pytest.raises(ValidationError):
        Fact(label="Affiliation", value="Secret", status="withheld")


def test_each_work_says_where_it_came_from() -> None:
    page = researcher(works=(work(),))
    assert "From arXiv 2106.08254, version 2, imported 23 Nov 2026" in page.text
    assert {"datetime": "2026-11-23T14:50:03+00:00"} in page.all("time")


def test_a_work_without_year_or_abstract_says_so() -> None:
    text = researcher(works=(work(year=None, abstract=None),)).text
    assert "Year not imported" in text
    assert "Abstract not imported" in text


def test_a_retracted_work_is_marked() -> None:
    assert "Retracted" in researcher(works=(work(standing="retracted"),)).text


def test_a_work_of_3000_authors_shows_the_first_ones() -> None:
    authors = tuple(WorkAuthor(name=f"Author {n}") for n in range(20))
    page = researcher(works=(work(authors=authors, authors_total=3000),))
    assert "Author 19 and 2,980 more" in page.text
    assert "/works/w-2106.08254#authors" in page.links()


def test_nothing_at_all_is_still_a_page() -> None:
    page = researcher(
        counts=Counts(), trust=None, topics=(), close_collaborators=(), works=(), provenance=()
    )
    assert "0 published item(s) No source that we read lists a work" in page.text
    assert "No source attests this record now" in page.text


def test_more_works_are_a_link_away() -> None:
    page = render.researcher_page(
        profile(works_next_cursor="2020 x&y"), base_url=BASE, works_cursor="z"
    )
    links = Document(page).links()
    assert "/researchers/a-1?cursor=2020+x%26y#works" in links
    assert "/researchers/a-1#works" in links


def test_300_works_fit() -> None:
    many = tuple(work(id=f"w-{n}") for n in range(300))
    assert len(researcher(works=many).all("article")) == 300


@pytest.mark.parametrize(
    ("claim", "said", "unsaid"),
    [
        ("claimed", "Claimed author", "Log in to claim"),
        ("disputed", "Disputed author", "Log in to claim"),
    ],
)
def test_a_record_that_is_taken_cannot_be_claimed(claim: Any, said: str, unsaid: str) -> None:
    text = researcher(claim=ProfileClaim(status=claim)).text
    assert said in text
    assert unsaid not in text


@pytest.mark.parametrize("name", ["刘洋", "محمد بن موسى الخوارزمي", "Wolfeschlegelstein " * 10])
def test_a_name_in_any_script_keeps_its_own_direction(name: str) -> None:
    name = name.strip()
    page = researcher(name=name)
    assert page.all("h1")[0]["dir"] == "auto"
    assert f"{name} contributes to research discovery" in page.text
    assert len(page.all("bdi")) > 0


def test_the_owners_own_words_stand_alone() -> None:
    text = researcher(tagline="I make models small.", tagline_by_owner=True).text
    assert "I make models small." in text
    assert "contributes to research discovery" not in text


def test_the_page_describes_itself_to_machines() -> None:
    page = researcher()
    graph = json.loads(page.scripts[0])["@graph"]
    kinds = [part["@type"] for part in graph]
    assert kinds == ["ProfilePage", "Person", *["ScholarlyArticle"] * 7]
    assert graph[1]["name"] == "Hangbo Bao"
    assert graph[2]["headline"] == TITLES[0][2]
    links = {link["rel"]: link["href"] for link in page.all("link")}
    assert links["canonical"] == f"{BASE}/researchers/a-1"
    assert links["alternate"] == "/api/v1/researchers/a-1"


def test_json_and_page_are_the_same_words() -> None:
    data = profile().model_dump(mode="json")
    text = researcher().text
    said = (
        data["tagline"],
        data["role"],
        data["affiliation"]["text"],
        data["trust"]["text"],
        data["trust"]["verification_text"],
        data["claim"]["text"],
    )
    for words in said:
        assert words in text
    assert data["links"] == {
        "self": "/api/v1/researchers/a-1",
        "html": "/researchers/a-1",
        "graph": "/api/v1/researchers/a-1/graph",
    }


# Hostile text.


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
        "explorer": render.explorer_page(graph, base_url=BASE, name=HOSTILE),
        **every_page(HOSTILE, profile(name=HOSTILE, works=(work(**bad),))),
        "error": render.error_page(500, HOSTILE, HOSTILE, base_url=BASE, trace_id=HOSTILE),
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
    assert render.local_path(path) == "/"


# The other pages.


def test_the_start_page_searches_by_name() -> None:
    page = Document(EVERY_PAGE["start"])
    assert [field["name"] for field in page.all("input")] == ["q"]
    assert "24 researchers and 7 works so far" in page.text


def test_results_show_what_tells_namesakes_apart() -> None:
    found = ResearcherList(
        items=(
            ResearcherSummary(
                id="a-2",
                name="Furu Wei",
                works=7,
                topics=("cs.CL", "cs.CV"),
                trust="Trust 20 - Emerging",
            ),
            ResearcherSummary(id="a-3", name="Wei Wang", works=1),
        ),
        next_cursor="c 2",
    )
    page = Document(
        render.start_page(
            base_url=BASE, holdings=Holdings(researchers=2, works=7), query="wei", results=found
        )
    )
    in_order(page.text, "Furu Wei", "7 works", "Trust 20 - Emerging", "cs.CL, cs.CV", "Wei Wang")
    in_order(page.text, "1 work", "Trust is being worked out", "Next")
    assert "/?q=wei&cursor=c+2" in page.links()


def test_an_empty_result_says_what_to_do() -> None:
    page = render.start_page(
        base_url=BASE, holdings=Holdings(researchers=1), query="Zzyx", results=ResearcherList()
    )
    in_order(Document(page).text, "Nobody here is named “Zzyx”", "Try the family name alone")


def test_an_empty_system_says_how_to_fill_it() -> None:
    page = render.start_page(base_url=BASE, holdings=Holdings())
    assert "bzpeer ingest" in Document(page).text


def test_the_explorer_lists_everything_it_draws_closest_first() -> None:
    page = Document(EVERY_PAGE["explorer"])
    in_order(page.text, "Researchers 2", "Furu Wei 1.33", "Li Dong –", "Works 1", "BEiT", "Topics")
    assert json.loads(page.scripts[0])["center"] == "a-1"
    assert [f["value"] for f in page.all("input") if "checked" in f] == [
        "1",
        "author",
        "work",
        "topic",
    ]


def test_the_explorer_says_who_follows_whom() -> None:
    assert "Follow" not in Document(EVERY_PAGE["explorer"]).text
    follows = (
        GraphEdge(source="a-2", target="a-1", kind="followed"),
        GraphEdge(source="a-1", target="a-2", kind="followed"),
        GraphEdge(source="a-9", target="a-1", kind="followed"),
    )
    slice_ = SLICE.model_copy(update={"edges": (*SLICE.edges, *follows)})
    page = Document(render.explorer_page(slice_, base_url=BASE, name="Hangbo Bao"))
    in_order(page.text, "Follow", "Furu Wei", "Both ways", "Li Dong", "Follows", "Works")


def test_the_explorer_says_when_there_is_more_or_nothing() -> None:
    more = SLICE.model_copy(update={"truncated": True})
    assert (
        "There is more"
        in Document(render.explorer_page(more, base_url=BASE, name="Hangbo Bao")).text
    )
    nothing = GraphSlice(center="a-1", nodes=SLICE.nodes[:1])
    page = render.explorer_page(nothing, base_url=BASE, name="Hangbo Bao", kinds=("topic",))
    assert "Nothing of the chosen kinds" in Document(page).text


def test_a_work_says_everything_and_can_be_cited() -> None:
    page = Document(
        render.work_page(
            detail(
                venue="ICLR",
                identifiers=("doi:10.18653/v1/x", "arxiv:2106.08254", "acl:2020.acl-main.1"),
                published=date(2021, 6, 15),
                updated=date(2022, 9, 3),
                topics=(WorkTopic(id="arxiv:cs.CV", name="cs.CV"),),
            ),
            base_url=BASE,
        )
    )
    in_order(page.text, "Preprint, 2022", "BEiT", "2 authors", "Hangbo Bao", "Li Dong", "Abstract")
    in_order(page.text, "ICLR", "First published 15 Jun 2021, latest version 3 Sep 2022", "cs.CV")
    for link in (
        "https://doi.org/10.18653/v1/x",
        "https://arxiv.org/abs/2106.08254",
        "https://aclanthology.org/2020.acl-main.1",
        "/topics/arxiv:cs.CV",
    ):
        assert link in page.links()
    assert page.meta("citation_author") == ["Hangbo Bao", "Li Dong"]
    assert page.meta("citation_doi") == ["10.18653/v1/x"]
    assert page.meta("citation_publication_date") == ["2021/06/15"]
    assert json.loads(page.scripts[0])["@type"] == "ScholarlyArticle"


def test_3000_authors_are_read_page_by_page() -> None:
    some = tuple(WorkAuthor(name=f"Author {n}") for n in range(200, 200 + AUTHORS_PER_PAGE))
    page = Document(
        render.work_page(detail(authors=some, authors_total=3000, authors_from=200), base_url=BASE)
    )
    assert "Authors 201 to 400 of 3,000" in page.text
    assert "/works/w-2106.08254?authors_from=0#authors" in page.links()
    assert "/works/w-2106.08254?authors_from=400#authors" in page.links()
    assert page.all("ol")[0]["start"] == "201"


def test_a_retracted_work_says_so_before_anything_else() -> None:
    page = Document(render.work_page(detail(standing="retracted"), base_url=BASE))
    in_order(page.text, "Retracted.", "arXiv says that this work was retracted", "authors")


def test_an_error_says_what_happened_and_the_way_back() -> None:
    page = Document(
        render.error_page(
            503, "The profile cannot be read now", "Try later", base_url=BASE, trace_id="4bf92f"
        )
    )
    in_order(page.text, "503", "The profile cannot be read now", "Please try again", "4bf92f")
    assert "/" in page.links()


def test_login_says_that_it_is_off_and_leads_back() -> None:
    page = Document(EVERY_PAGE["no login"])
    assert "Sign-in is not switched on here" in page.text
    assert "/researchers/a-1" in Document(EVERY_PAGE["login"]).links()


# Every page.


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_every_page_stands_on_its_own_under_a_strict_policy(name: str) -> None:
    page = Document(EVERY_PAGE[name])
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
    assert page.meta("description")[0]
    assert page.links()[0] == "#main"
    for _, attributes in page.elements:
        assert "style" not in attributes
        assert not [each for each in attributes if each.startswith("on")]
    for element in (*page.all("script"), *page.all("link"), *page.all("img")):
        address = element.get("src") or element.get("href") or ""
        assert not address.startswith("http") or element.get("rel") == "canonical"
        if address.startswith("/static/"):
            assert re.search(r"\?v=[0-9a-f]{12}$", address)


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_headings_and_ids_are_in_order(name: str) -> None:
    page = Document(EVERY_PAGE[name])
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        for reference in ("aria-labelledby", "for"):
            assert attributes.get(reference) in {None, *ids}


def test_static_files_need_nobody_else() -> None:
    for file in render.STATIC.iterdir():
        outside = re.sub(r"http://www\.w3\.org/2000/svg", "", file.read_text())
        assert not re.search(r"https?://", outside), file.name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("doi:10.1/a b?c", ("DOI", "10.1/a b?c", "https://doi.org/10.1/a%20b%3Fc")),
        (
            "arxiv:hep-th/9901001",
            ("arXiv", "hep-th/9901001", "https://arxiv.org/abs/hep-th/9901001"),
        ),
        (
            "orcid:0000-0002-1825-0097",
            ("ORCID", "0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"),
        ),
        (
            "pmcid:PMC5815332",
            (
                "PubMed Central",
                "PMC5815332",
                "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC5815332",
            ),
        ),
        ("dblp:conf/er/X08", ("DBLP", "conf/er/X08", "https://dblp.org/rec/conf/er/X08")),
        ("isbn:123", ("isbn", "123", None)),
        ("plain", ("Identifier", "plain", None)),
    ],
)
def test_identifiers_lead_to_their_resolver(text: str, shown: tuple[str, str, str | None]) -> None:
    assert identifier(text) == shown


def test_sources_have_names() -> None:
    assert [source_name(each) for each in ("arxiv", "acl", "unheard-of")] == [
        "arXiv",
        "ACL Anthology",
        "unheard-of",
    ]
