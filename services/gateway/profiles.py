"""Reads of the gateway that both its API and its pages need."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from cachetools import TTLCache
from pydantic import BaseModel, ValidationError

from chassis.mongo import pack, unpack
from chassis.problems import Problem
from contracts.history import TrustHistory
from services.gateway.answers import read_cursor, write_cursor
from services.gateway.cache import Made, Page, PageCache
from services.gateway.domain import search_words
from services.gateway.pages.view.graph import GraphSlice, NodeKind
from services.gateway.pages.view.lists import Holdings, ResearcherList
from services.gateway.pages.view.paths import ROR, researcher_path, work_path
from services.gateway.pages.view.profile import ResearcherProfile
from services.gateway.pages.view.works import WorkDetail
from services.gateway.profile_store import WORKS_PER_PAGE, Found, ProfileStore
from services.gateway.store import RESEARCHERS_PER_PAGE, Gone, MovedTo, Store
from services.gateway.upstream import Away, Upstream

_COUNTED_SECONDS = 10.0
Shape = TypeVar("Shape", bound=BaseModel)


class Profiles:
    """What is asked for again and again, by id, with the problems that are the same everywhere."""

    def __init__(
        self,
        store: Store,
        cache: PageCache,
        graph: Upstream,
        trust: Upstream,
    ) -> None:
        self.store = store
        self.cache = cache
        self._profiles = ProfileStore(store)
        self._graph = graph
        self._trust = trust
        self._counted: TTLCache[str, Holdings] = TTLCache(1, _COUNTED_SECONDS)

    async def rendered(
        self,
        author_id: str,
        form: str,
        prefix: str,
        render: Callable[[ResearcherProfile], Page],
        *,
        anew: bool = False,
    ) -> Page:
        """The first page of a profile in some form, from memory when it is there.

        ``anew``: made again, for memory hears of another copy's change later than the database.

        Raises:
            Problem: 404, or 308 to ``prefix`` and the address of the record it was merged into.
        """

        async def make() -> Made:
            found = await self._found(author_id, prefix)
            return render(with_cursor(found.profile)), {author_id, *found.others}

        key = f"{form} {author_id}"
        if anew:
            self.cache.forget(key)
        return await self.cache.get(key, make)

    async def _found(self, author_id: str, prefix: str) -> Found:
        """A profile, of which only the author's own record is read while memory has the rest."""
        found: Found | None = None

        async def look() -> Made:
            nonlocal found
            found = here(await self._profiles.find(author_id), author_id, prefix)
            return Page(pack(found.surroundings), "", "application/bson"), found.others

        key = f"around {author_id}"
        kept = await self.cache.get(key, look)
        if found is not None:
            return found
        around = unpack(kept.body)
        found = here(await self._profiles.find_in(author_id, around), author_id, prefix)
        if found.surroundings["of"] != around["of"]:
            self.cache.forget(key)
        return found

    async def profile(
        self,
        author_id: str,
        cursor: str | None,
        limit: int = WORKS_PER_PAGE,
        *,
        prefix: str = "",
        part: str = "",
    ) -> ResearcherProfile:
        """A profile whose works begin after a cursor; ``part`` of it is what was asked for."""
        after = read_cursor(cursor, str)[0] if cursor else ""
        found = here(await self._profiles.find(author_id, after, limit), author_id, prefix, part)
        return with_cursor(found.profile)

    async def holdings(self) -> Holdings:
        """How much there is, as it was some seconds ago: counting all of it takes a while."""
        held = self._counted.get("all")
        if held is None:
            held = await self.store.holdings()
            if held.researchers:  # the first that come are seen at once
                self._counted["all"] = held
        return held

    async def is_claimed(self, author_id: str) -> bool:
        """Whether somebody has shown that a record is theirs."""
        return (await self.profile(author_id, None, 1)).claim.status != "unclaimed"

    async def search(
        self,
        query: str,
        topic: str | None,
        cursor: str | None,
        limit: int = RESEARCHERS_PER_PAGE,
        *,
        institution: str | None = None,
    ) -> ResearcherList:
        """Researchers by name, topic and institution (its ROR id, with or without the address)."""
        if institution is not None:
            institution = ROR + institution.removeprefix(ROR)
        words = search_words(query)
        if query.strip() and not words:
            return ResearcherList()
        after: Any = tuple(read_cursor(cursor, int, str)) if cursor else None
        found, more = await self.store.search(words, topic, institution, after, limit)
        return found.model_copy(update={"next_cursor": write_cursor(*more) if more else None})

    async def graph(
        self, author_id: str, depth: int, kinds: Sequence[NodeKind], limit: int
    ) -> GraphSlice:
        """A slice from the graph service, without authors whose records are withheld.

        Raises:
            Problem: 404, or 503 while the graph service is away.
        """
        parameters: dict[str, Any] = {"depth": depth, "kinds": list(kinds), "limit": limit}
        path = f"/authors/{author_id}/graph"
        content = await _ask(self._graph, path, parameters, author_id, "The research graph")
        found = _read(GraphSlice, content, "The research graph")
        withheld = await self.store.withheld(
            node.id for node in found.nodes if node.kind == "author"
        )
        return without(found, withheld) if withheld else found

    async def trust_history(self, author_id: str, cursor: str | None, limit: int) -> TrustHistory:
        """How the trust score came about, from the trust service.

        Raises:
            Problem: 404, or 503 while the trust service is away.
        """
        parameters: dict[str, Any] = {"limit": limit}
        if cursor is not None:
            parameters["cursor"] = read_cursor(cursor, int)[0]
        path = f"/authors/{author_id}/trust/history"
        content = await _ask(self._trust, path, parameters, author_id, "The history of the score")
        found = _read(TrustHistory, content, "The history of the score")
        more = write_cursor(int(found.next_cursor)) if found.next_cursor else None
        return found.model_copy(update={"next_cursor": more})

    async def work(
        self, work_id: str, authors_from: int = 0, *, prefix: str = "", part: str = ""
    ) -> WorkDetail:
        """A work with one page of its authors; ``part`` of it is what was asked for.

        Raises:
            Problem: 404, 410 when it was erased, or 308 to ``prefix`` and the address of the work
                that it was merged into.
        """
        found = await self.store.find_work(work_id, authors_from)
        if isinstance(found, Gone):
            raise Problem(410, "Work erased", f"The work with the id {work_id} was erased.")
        if isinstance(found, MovedTo):
            location = f"{prefix}{work_path(found.id)}{part}"
            detail = f"The record was merged into {found.id}."
            raise Problem(308, "Permanent Redirect", detail, {"Location": location})
        if found is None:
            raise Problem(404, "Work not found", f"There is no work with the id {work_id}.")
        return found


async def _ask(
    service: Upstream, path: str, parameters: dict[str, Any], author_id: str, what: str
) -> bytes:
    """What another service answers about an author.

    Raises:
        Problem: 404, or 503 while the service is away.
    """
    try:
        answer = await service.ask("GET", path, query=urlencode(parameters, doseq=True))
    except Away as error:
        raise _away(what) from error
    if answer.status == 404:
        raise nobody(author_id)
    if not answer.is_success:
        raise _away(what)
    return answer.content


def _read(shape: type[Shape], content: bytes, what: str) -> Shape:
    try:
        return shape.model_validate_json(content)
    except ValidationError as error:
        raise _away(what) from error


def _away(what: str) -> Problem:
    detail = f"{what} does not answer just now; the profile itself is complete."
    return Problem(503, "Service Unavailable", detail, {"Retry-After": "5"})


def without(graph: GraphSlice, authors: Collection[str]) -> GraphSlice:
    """A slice without some authors and the edges that lead to them."""
    return graph.model_copy(
        update={
            "nodes": tuple(node for node in graph.nodes if node.id not in authors),
            "edges": tuple(
                edge
                for edge in graph.edges
                if edge.source not in authors and edge.target not in authors
            ),
        }
    )


def with_cursor(profile: ResearcherProfile) -> ResearcherProfile:
    """The profile with an opaque cursor in place of the sort key it comes with."""
    if profile.works_next_cursor is None:
        return profile
    return profile.model_copy(update={"works_next_cursor": write_cursor(profile.works_next_cursor)})


def here(
    found: Found | MovedTo | Gone | None, author_id: str, prefix: str = "", part: str = ""
) -> Found:
    """What was found.

    Raises:
        Problem: there is nothing, or it is elsewhere now.
    """
    if found is None:
        raise nobody(author_id)
    if isinstance(found, Gone):
        raise Problem(410, "Record withheld", "The researcher has chosen not to show this record.")
    if isinstance(found, MovedTo):
        location = f"{prefix}{researcher_path(found.id)}{part}"
        detail = f"The record was merged into {found.id}."
        raise Problem(308, "Permanent Redirect", detail, {"Location": location})
    return found


def nobody(author_id: str) -> Problem:
    """404 for a researcher."""
    return Problem(404, "Researcher not found", f"There is no researcher with the id {author_id}.")
