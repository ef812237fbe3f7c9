"""HTTP of graph: slices, for the gateway."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.problems import Problem
from services.graph.domain import closest_first
from services.graph.slice import KINDS, Kind, Slice, Slicer
from services.graph.store import Store

_MOST_EXPANDED = 20


def router(store: Store) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["graph"])

    @routes.get("/authors/{author_id}/graph", responses={404: {"description": "No such author."}})
    async def get_slice(
        author_id: str,
        depth: Annotated[int, Query(ge=1, le=2)] = 1,
        kinds: Annotated[list[Kind], Query()] = list(KINDS),  # noqa: B006 (FastAPI copies it)
        limit: Annotated[int, Query(ge=2, le=500, description="Nodes at most.")] = 60,
    ) -> Slice:
        """The nodes around an author, closest collaborators first."""
        center = (await store.author_nodes([author_id])).get(author_id)
        if center is None:
            raise Problem(404, "Not Found", f"The graph holds no author {author_id}.")
        slicer = Slicer(center, kinds, limit)
        near = slicer.surround(center, *await store.neighbourhood([center]))
        if depth == 2:
            others = [tie.author for tie in closest_first(near)[:_MOST_EXPANDED]]
            around = await store.neighbourhood(others)
            for other in others:
                slicer.surround(other, *around)
        return slicer.result()

    return routes
