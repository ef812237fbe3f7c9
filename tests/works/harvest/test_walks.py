"""How a client walks through the pages of a provider that is not always well."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import count

import httpx
import pytest

from services.works.harvest.client import Client, Identity, Page
from services.works.harvest.fetching import Checkpoint, Incomplete, Refused, Wanted
from services.works.harvest.providers import PROVIDERS
from services.works.harvest.slots import Pace, Slots
from tests.works.harvest.oai_shelf import Shelf, real_records
from tests.works.harvest.standin import Asked
from tests.works.harvest.test_providers import ESEARCH, articles

Responds = Callable[[httpx.Request], httpx.Response]


class NoPace(Pace):
    """In no need of a database."""

    async def turn(self) -> None:
        """At once."""

    async def hold(self, seconds: float) -> None:
        """Not at all."""


@asynccontextmanager
async def asking(
    source: str, respond: Responds, slots: Slots | None = None
) -> AsyncIterator[Client]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(respond)) as http:
        pace = NoPace(slots or object.__new__(Slots), "owner", f"{source}/0", 0)
        yield Client(http, PROVIDERS[source], pace, Identity(), retry_pause=0.001)


async def walked(source: str, respond: Responds, at: Checkpoint | None = None) -> list[Page]:
    """All pages from a checkpoint."""
    async with asking(source, respond) as client:
        return [page async for page in client.fetch(Wanted(source), at or {})]


class Scroll:
    """Twelve pages of Crossref's, whose cursor moves on with every request that it hears."""

    def __init__(self, faults: Iterable[httpx.Response | None] = ()) -> None:
        self.place = 0
        self.begun = 0
        self.faults = iter(faults)

    def respond(self, request: httpx.Request) -> httpx.Response:
        fault = next(self.faults, None)
        if fault is not None:
            return fault
        self.begun += request.url.params["cursor"] == "*"
        self.place = 1 if request.url.params["cursor"] == "*" else self.place + 1
        items = [{"DOI": f"10.5555/{self.place}"}] if self.place <= 12 else []
        message = {"items": items, "next-cursor": "same", "total-results": 12}
        return httpx.Response(200, json={"message": message})


async def test_a_scroll_survives_any_number_of_kills() -> None:
    scroll, further = Scroll(), 0
    at: Checkpoint = {}
    for _ in range(20):
        async with asking("crossref", scroll.respond) as client:
            async for page in client.fetch(Wanted("crossref"), at):
                assert page.next is not None
                at, further = page.next, further + page.further
                if scroll.place == 2:
                    break
    assert further == 2, "pages that were read before count as progress"
    assert len(await walked("crossref", scroll.respond, at)) == 13


async def test_a_request_that_was_not_heard_does_not_begin_a_scroll_again() -> None:
    scroll = Scroll(
        [None, None, httpx.Response(429), httpx.Response(429, headers={"Retry-After": "0"})]
    )
    assert len(await walked("crossref", scroll.respond)) == 13
    assert scroll.begun == 1


async def test_a_scroll_that_ends_too_early_is_begun_again() -> None:
    nothing = {"message": {"items": [], "next-cursor": "same", "total-results": 12}}
    scroll = Scroll([None, None, None, httpx.Response(200, json=nothing)])
    assert len(await walked("crossref", scroll.respond)) == 3 + 13
    assert scroll.begun == 2


async def test_a_search_that_pubmed_forgot_is_made_again() -> None:
    lost = b"<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>"
    answers = iter([ESEARCH, articles(500), lost, ESEARCH, articles(500), articles(400)])
    asked = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path.rpartition("/")[2])
        return httpx.Response(200, content=next(answers))

    await walked("pubmed", respond)
    search, fetch = "esearch.fcgi", "efetch.fcgi"
    assert asked == [search, fetch, fetch, search, fetch, fetch]


@pytest.mark.parametrize("length", [1, 2, 7, 30])
async def test_a_list_that_leads_in_a_circle_has_an_end(length: int) -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        cursor = request.url.params["cursor"]
        following = (0 if cursor == "*" else int(cursor) + 1) % length
        meta = {"next_cursor": str(following), "count": 10**6}
        return httpx.Response(200, json={"meta": meta, "results": [{"id": "W1"}]})

    with pytest.raises(Incomplete, match="in a circle"):
        await walked("openalex", respond)


async def test_a_scroll_that_repeats_a_page_for_ever_has_an_end() -> None:
    message = {"items": [{"DOI": "10.5555/1"}], "next-cursor": "same", "total-results": 12}

    with pytest.raises(Incomplete, match="in a circle"):
        await walked("crossref", lambda _: httpx.Response(200, json={"message": message}))


async def test_an_expired_token_that_is_not_replaced_is_given_up() -> None:
    shelf = Shelf(real_records()[::-1], size=5)

    def respond(request: httpx.Request) -> httpx.Response:
        params = dict(request.url.params)
        if "resumptionToken" in params:
            return httpx.Response(200, content=shelf.error("badResumptionToken", "expired").body)
        return httpx.Response(200, content=shelf.answer(Asked("/api", params, {}, 0)).body)

    with pytest.raises(Incomplete, match="begun again 2 times: badResumptionToken"):
        await walked("arxiv", respond)


async def test_a_clock_that_is_ahead_is_not_believed() -> None:
    ahead = format_datetime(datetime(2999, 1, 1, tzinfo=UTC), usegmt=True)
    page = {"number_of_results": 0, "items": []}
    (found,) = await walked(
        "ror", lambda _: httpx.Response(200, json=page, headers={"Date": ahead})
    )
    assert found.as_of <= datetime.now(UTC).date()
    (found,) = await walked(
        "arxiv",
        lambda _: httpx.Response(
            200,
            content=Shelf(real_records(), size=99, day="2999-01-01")
            .answer(Asked("/api", {}, {}, 0))
            .body,
        ),
    )
    assert found.as_of <= datetime.now(UTC).date()


async def test_redirects_without_end_are_a_fault_and_others_are_told() -> None:
    tries = count()

    def in_circles(request: httpx.Request) -> httpx.Response:
        if next(tries) < 30:
            return httpx.Response(302, headers={"Location": str(request.url)})
        return httpx.Response(200, json={"number_of_results": 0, "items": []})

    assert len(await walked("ror", in_circles)) == 1

    def away(_: httpx.Request) -> httpx.Response:
        return httpx.Response(301, headers={"Location": "https://elsewhere.example/x?api_key=k1"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(away)) as http:
        pace = NoPace(object.__new__(Slots), "owner", "openalex/0", 0)
        identity = Identity(keys={"openalex": "k1"}, urls={"openalex": "http://me:secret@here"})
        client = Client(http, PROVIDERS["openalex"], pace, identity)
        with pytest.raises(Refused, match=r"leads to https://elsewhere\.example/x$") as told:
            await anext(client.fetch(Wanted("openalex"), {}))
    assert "k1" not in str(told.value)
    assert "secret" not in str(told.value)


async def test_openalex_says_403_when_it_is_asked_too_often() -> None:
    page = {"meta": {"next_cursor": None, "count": 0}, "results": []}
    answers = iter([httpx.Response(403), httpx.Response(200, json=page)])
    assert len(await walked("openalex", lambda _: next(answers))) == 1
