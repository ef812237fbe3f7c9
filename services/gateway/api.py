"""The public JSON API of the gateway."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from chassis.problems import Problem
from contracts.history import TrustHistory
from services.gateway.answers import answer, page_of
from services.gateway.consistency import Asked, Consistency
from services.gateway.pages.listings import KINDS
from services.gateway.pages.view.graph import GraphSlice, NodeKind
from services.gateway.pages.view.lists import ResearcherList
from services.gateway.pages.view.profile import ResearcherProfile, Trust
from services.gateway.pages.view.works import Work, WorkDetail
from services.gateway.passing import PREFIX, ProblemDetails
from services.gateway.profile_store import WORKS_PER_PAGE
from services.gateway.profiles import Profiles
from services.gateway.questions import Cursor
from services.gateway.store import RESEARCHERS_PER_PAGE

AuthorId = Annotated[str, Path(min_length=1, max_length=100, description="Id of a researcher.")]


class WorkList(BaseModel):
    """One page of works."""

    items: tuple[Work, ...]
    next_cursor: Annotated[str | None, Field(description="Null on the last page.")] = None


_MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": ProblemDetails},
    308: {"description": "Merged into another record."},
    410: {"model": ProblemDetails, "description": "Withheld by the researcher."},
}


def router(profiles: Profiles, consistency: Consistency) -> APIRouter:
    """The routes. Each waits for the event that a consistency token names."""
    routes = APIRouter(
        prefix=PREFIX,
        tags=["researchers"],
        dependencies=[Depends(consistency)],
        responses={400: {"model": ProblemDetails}, 503: {"model": ProblemDetails}},
    )

    @routes.get("/researchers", response_model=ResearcherList)
    async def search(
        request: Request,
        q: Annotated[
            str, Query(max_length=200, description="Words of a name, or how they begin.")
        ] = "",
        topic: Annotated[str | None, Query(max_length=200, description="Id of a topic.")] = None,
        institution: Annotated[
            str | None, Query(max_length=200, description="ROR id of an institution.")
        ] = None,
        cursor: Cursor = None,
        limit: Annotated[int, Query(ge=1, le=100)] = RESEARCHERS_PER_PAGE,
    ) -> Response:
        """Researchers by name, topic and institution, most works first."""
        return answer(
            request,
            page_of(await profiles.search(q, topic, cursor, limit, institution=institution)),
        )

    @routes.get(
        "/researchers/{author_id}",
        response_model=ResearcherProfile,
        responses=_MISSING,
    )
    async def researcher(
        request: Request, author_id: AuthorId, consistent: Asked = None
    ) -> Response:
        """Everything a researcher's page shows."""
        page = await profiles.rendered(
            author_id, "json", PREFIX, page_of, anew=consistent is not None
        )
        return answer(request, page)

    @routes.get(
        "/researchers/{author_id}/works",
        response_model=WorkList,
        responses=_MISSING,
    )
    async def works(
        request: Request,
        author_id: AuthorId,
        cursor: Cursor = None,
        limit: Annotated[int, Query(ge=1, le=WORKS_PER_PAGE)] = WORKS_PER_PAGE,
    ) -> Response:
        """The works of a researcher, newest year first, then by title."""
        profile = await profiles.profile(author_id, cursor, limit, prefix=PREFIX, part="/works")
        page = WorkList(items=profile.works, next_cursor=profile.works_next_cursor)
        return answer(request, page_of(page))

    @routes.get("/researchers/{author_id}/trust", response_model=Trust, responses=_MISSING)
    async def trust(request: Request, author_id: AuthorId) -> Response:
        """The trust score: every component, its input, its evidence, what would raise it."""
        scored = (await profiles.profile(author_id, None, 1, prefix=PREFIX, part="/trust")).trust
        if scored is None:
            raise Problem(
                404, "Not scored yet", "The trust of this researcher is being worked out."
            )
        return answer(request, page_of(scored))

    @routes.get(
        "/researchers/{author_id}/trust/history",
        response_model=TrustHistory,
        responses=_MISSING,
    )
    async def trust_history(
        request: Request,
        author_id: AuthorId,
        cursor: Cursor = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Response:
        """Every change of the trust score and what caused it, newest first."""
        profile = await profiles.profile(author_id, None, 1, prefix=PREFIX, part="/trust/history")
        return answer(request, page_of(await profiles.trust_history(profile.id, cursor, limit)))

    @routes.get(
        "/researchers/{author_id}/graph",
        response_model=GraphSlice,
        responses=_MISSING,
    )
    async def graph(
        request: Request,
        author_id: AuthorId,
        depth: Annotated[int, Query(ge=1, le=2)] = 1,
        kinds: Annotated[list[NodeKind] | None, Query()] = None,
        limit: Annotated[int, Query(ge=2, le=300, description="Nodes at most.")] = 60,
    ) -> Response:
        """The research graph around a researcher, closest collaborators first."""
        profile = await profiles.profile(author_id, None, 1, prefix=PREFIX, part="/graph")
        wanted: list[NodeKind] = list(kinds or KINDS)
        return answer(request, page_of(await profiles.graph(profile.id, depth, wanted, limit)))

    @routes.get(
        "/works/{work_id}",
        response_model=WorkDetail,
        responses={**_MISSING, 410: {"model": ProblemDetails}},
    )
    async def work(
        request: Request,
        work_id: Annotated[str, Path(min_length=1, max_length=100)],
        authors_from: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ) -> Response:
        """A work with one page of its authors."""
        return answer(request, page_of(await profiles.work(work_id, authors_from, prefix=PREFIX)))

    return routes
