"""HTTP of graph: slices, for the gateway."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from chassis.problems import Problem
from services.graph.domain import Follow, closest_first
from services.graph.slice import KINDS, Kind, Slice, Slicer
from services.graph.store import Store

_MOST_EXPANDED = 20
_MOST_FOLLOWS = 10
"""Followers, and as many followed, who are in although they wrote nothing together."""


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
        follows = await store.follows_of(author_id, _MOST_FOLLOWS + 1)
        await _add_followers(store, slicer, author_id, follows)
        near = slicer.surround(center, *await store.neighbourhood([center]))
        if depth == 2:
            others = [tie.author for tie in closest_first(near)[:_MOST_EXPANDED]]
            around = await store.neighbourhood(others)
            for other in others:
                slicer.surround(other, *around)
        return slicer.result(await store.follows_among(slicer.authors))

    return routes


async def _add_followers(
    store: Store, slicer: Slicer, author_id: str, follows: Sequence[Follow]
) -> None:
    followers = [follow.follower for follow in follows if follow.followed == author_id]
    followed = [follow.followed for follow in follows if follow.follower == author_id]
    shown = dict.fromkeys(followers[:_MOST_FOLLOWS] + followed[:_MOST_FOLLOWS])
    nodes = await store.author_nodes(shown)
    all_told = max(len(followers), len(followed)) <= _MOST_FOLLOWS
    slicer.beside(
        (nodes[one] for one in shown if one in nodes and nodes[one].name), all_told=all_told
    )
