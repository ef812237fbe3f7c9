"""What the gateway keeps of what identity tells: whose a record is, who is shown, who is not."""

import itertools
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest
from fastapi import FastAPI, Response

import services.gateway.consumers
import services.gateway.store
from contracts.codec import decode, type_of
from contracts.envelope import Payload
from contracts.events import CATALOGUE
from contracts.events.graph import Collaborator
from contracts.events.identity import (
    ClaimWasApproved,
    ClaimWasDisputed,
    ClaimWasOpened,
    ClaimWasRejected,
    ClaimWasRevoked,
    ClaimWasWithdrawn,
    ResearcherProfileWasUpdated,
    ResearcherWasErased,
    ResearcherWasFollowed,
)
from contracts.events.works import AuthoredWork, WorksWereMerged, WorkWasWithdrawn
from contracts.topics import topic_of_event
from services.gateway.pages.view.graph import GraphEdge, GraphNode, GraphSlice
from tests.gateway.asking import HTML, problem
from tests.gateway.told import person, tell, titled
from tests.support import System, client, event, example, serving, unique

OPENED = ClaimWasOpened(claim_id="c1", account_id="a1")
APPROVED = ClaimWasApproved(claim_id="c1", account_id="a1", level="L2")
RAISED = ClaimWasApproved(claim_id="c1", account_id="a1", level="L3")
DISPUTED = ClaimWasDisputed(claim_id="c1", by_claim_id="c2")
STORIES: dict[str, tuple[Sequence[Payload], str]] = {
    "opened": ([OPENED], "unclaimed"),
    "approved": ([OPENED, APPROVED, RAISED], "claimed"),
    "rejected": ([OPENED, ClaimWasRejected(claim_id="c1")], "unclaimed"),
    "revoked": ([APPROVED, ClaimWasRevoked(claim_id="c1")], "unclaimed"),
    "taken back": ([APPROVED, ClaimWasWithdrawn(claim_id="c1")], "unclaimed"),
    "disputed": ([APPROVED, DISPUTED], "disputed"),
    "dispute rejected": ([APPROVED, DISPUTED, ClaimWasRejected(claim_id="c2")], "claimed"),
    "dispute taken back": ([APPROVED, DISPUTED, ClaimWasWithdrawn(claim_id="c2")], "claimed"),
    "dispute over": ([APPROVED, DISPUTED, RAISED], "claimed"),
    "disputed again": ([APPROVED, DISPUTED, RAISED, DISPUTED], "disputed"),
    "dispute won": (
        [
            APPROVED,
            DISPUTED,
            ClaimWasRevoked(claim_id="c1"),
            ClaimWasApproved(claim_id="c2", account_id="a2", level="L2"),
        ],
        "claimed",
    ),
    "claimed anew": ([APPROVED, ClaimWasRevoked(claim_id="c1"), APPROVED], "claimed"),
    "nobody's after a dispute": (
        [APPROVED, DISPUTED, ClaimWasRevoked(claim_id="c1"), ClaimWasWithdrawn(claim_id="c2")],
        "unclaimed",
    ),
}


@pytest.fixture(scope="module")
async def http(databases: System) -> AsyncIterator[httpx.AsyncClient]:
    async with client(databases.app("gateway")) as made:
        yield made


async def claim_of(http: httpx.AsyncClient, author: str) -> str:
    status: str = (await http.get(f"/api/v1/researchers/{author}")).json()["claim"]["status"]
    return status


@pytest.mark.parametrize("story", STORIES)
async def test_a_claim_is_what_was_told_last_in_whatever_order_it_comes(
    databases: System, http: httpx.AsyncClient, story: str
) -> None:
    events, outcome = STORIES[story]
    handle = services.gateway.consumers.handlers(
        services.gateway.store.Store(databases.service("gateway"))
    )["identity.claim"]
    told = list(enumerate(events, 1))
    for order in itertools.permutations(told):
        author = f"A{unique()}"
        await tell(databases, author, person("Ada", "W1"))
        for position, data in (*order, *told):
            await handle([decode(event(data, author, position), CATALOGUE)])
        assert await claim_of(http, author) == outcome


async def test_every_event_of_identity_counts_as_seen(databases: System) -> None:
    author = f"A{unique()}"
    await tell(databases, author, person("Ada", "W1"))
    told = (OPENED, example("identity.ClaimEvidenceWasVerified"), APPROVED)
    for position, data in enumerate(told, 1):
        await tell(databases, author, data, first=position)
        store = services.gateway.store.Store(databases.service("gateway"))
        assert await store.has_seen(author, topic_of_event()[type_of(type(data))], position)
        assert not await store.has_seen(author, "identity.claim", position + 1)


async def test_the_owner_speaks_and_is_forgotten(
    databases: System, http: httpx.AsyncClient
) -> None:
    author = f"A{unique()}"
    works = [f"W{author}{number}" for number in range(3)]
    for number, work in enumerate(works):
        await tell(databases, work, titled(f"Work {number}", 2020))
    await tell(databases, "Wother", titled("Of somebody else", 2020))
    await tell(databases, author, person("Ada", *works))
    said = ResearcherProfileWasUpdated(
        tagline="I make models small.",
        pronouns="she/her",
        links=("https://ada.example/",),
        affiliation="At home",
        featured_works=(works[2], "Wother", works[0], "Wnone"),
        open_to_collaborate=False,
    )
    await tell(databases, author, said)
    page = (await http.get(f"/researchers/{author}", headers=HTML)).text
    for words in (*(said.tagline, said.pronouns, said.affiliation), "Not open to collaborate now"):
        assert words is not None
        assert words in page
    assert 'href="https://ada.example/" rel="me nofollow' in page
    found = (await http.get(f"/api/v1/researchers/{author}")).json()
    assert [work["id"] for work in found["featured_works"]] == [works[2], works[0]]
    await tell(databases, author, ResearcherWasErased(), first=2)
    await tell(databases, author, said, first=1)
    found = (await http.get(f"/api/v1/researchers/{author}")).json()
    assert (found["featured_works"], found["websites"], found["pronouns"]) == ([], [], None)
    assert "models small" not in found["tagline"]


async def test_a_withheld_record_is_nowhere_until_its_owner_shows_it(
    databases: System, http: httpx.AsyncClient
) -> None:
    name = f"Hidden{unique()}"
    hidden, other, joint = f"A{unique()}", f"A{unique()}", f"W{unique()}"
    close = Collaborator(author_id=hidden, name=name, shared_works=2, weight=1)
    summary = example("graph.NeighbourhoodWasSummarised")
    await tell(databases, joint, titled("Joint", 2021, name, "Bob"))
    await tell(databases, hidden, person(name, joint))
    second = (AuthoredWork(work_id=joint, place=1),)
    await tell(databases, other, person("Bob").model_copy(update={"works": second}))
    await tell(databases, other, summary.model_copy(update={"close_collaborators": (close,)}))
    places = (f"/researchers/{other}", f"/works/{joint}", f"/?q={name}")

    async def linked() -> list[bool]:
        return [
            f'href="/researchers/{hidden}"' in (await http.get(place, headers=HTML)).text
            for place in places
        ]

    assert await linked() == [True, True, True]
    await tell(databases, hidden, ResearcherWasErased(withheld=True))
    assert await linked() == [False, False, False]
    assert (await http.get(f"/researchers/{hidden}", headers=HTML)).status_code == 410
    for part in ("", "/works", "/trust", "/graph"):
        problem(await http.get(f"/api/v1/researchers/{hidden}{part}"), 410)
    assert (await http.get("/api/v1/researchers", params={"q": name})).json()["items"] == []
    await tell(databases, hidden, ResearcherProfileWasUpdated(), first=2)
    await tell(databases, hidden, ResearcherWasErased(withheld=True))
    assert await linked() == [True, True, True]


async def test_a_withheld_record_is_not_in_the_graph_of_others(databases: System) -> None:
    center, hidden, other = f"A{unique()}", f"A{unique()}", f"A{unique()}"
    for author in (center, hidden, other):
        await tell(databases, author, person(f"Person {author}", "W1"))
    await tell(databases, hidden, ResearcherWasErased(withheld=True))
    everybody = GraphSlice(
        center=center,
        nodes=tuple(GraphNode(id=a, kind="author", label=a) for a in (center, hidden, other)),
        edges=tuple(
            GraphEdge(source=center, target=a, kind="collaborated") for a in (hidden, other)
        ),
    )
    graph = FastAPI()

    @graph.get("/authors/{author_id}/graph")
    async def slice_of(author_id: str) -> Response:
        return Response(everybody.model_dump_json(exclude={"nodes": {"__all__": {"url"}}}))

    async with (
        serving(graph) as address,
        client(databases.app("gateway", graph_url=address)) as http,
    ):
        found = (await http.get(f"/api/v1/researchers/{center}/graph")).json()
    assert [node["id"] for node in found["nodes"]] == [center, other]
    assert [edge["target"] for edge in found["edges"]] == [other]


async def test_an_erased_work_is_gone_not_missing(
    databases: System, http: httpx.AsyncClient
) -> None:
    work = f"W{unique()}"
    await tell(databases, work, titled("Erased", 2020))
    await tell(databases, work, WorkWasWithdrawn(reason="erased"), first=2)
    problem(await http.get(f"/api/v1/works/{work}"), 410)
    page = await http.get(f"/works/{work}", headers=HTML)
    assert page.status_code == 410
    assert "was erased" in page.text


async def test_a_merged_work_leads_to_the_survivor(
    databases: System, http: httpx.AsyncClient
) -> None:
    work, into, author = f"W{unique()}", f"W{unique()}", f"A{unique()}"
    await tell(databases, author, person("Ada", work, into))
    await tell(databases, into, titled("Survivor", 2020))
    await tell(databases, work, titled("Preprint", 2020))
    await tell(databases, work, WorksWereMerged(into=into), first=2)
    answer = await http.get(f"/api/v1/works/{work}")
    assert (answer.status_code, answer.headers["location"]) == (308, f"/api/v1/works/{into}")
    page = await http.get(f"/works/{work}", headers=HTML)
    assert (page.status_code, page.headers["location"]) == (308, f"/works/{into}")
    shown = (await http.get(f"/api/v1/researchers/{author}")).json()["works"]
    assert [each["id"] for each in shown] == [into]


async def test_followers_are_counted_as_told(databases: System, http: httpx.AsyncClient) -> None:
    author = f"A{unique()}"
    await tell(databases, author, person("Ada", "W1"))
    await tell(
        databases, author, ResearcherWasFollowed(account_id="a1", verified=False, followers=1234)
    )
    assert "1,234" in (await http.get(f"/researchers/{author}", headers=HTML)).text
