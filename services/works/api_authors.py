"""HTTP of works: who wrote what, line by line, and why a work was put with an author."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from chassis.problems import Problem
from services.works.export import authorships
from services.works.store import Store
from services.works.why import Why, why


class Explained(BaseModel):
    """Every place in author lists that one author has, and why."""

    author: str
    merged_into: Annotated[str | None, Field(description="Set when this id redirects.")] = None
    authorships: list[Why] = []


def router(store: Store) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["authors"])

    @routes.get("/authors/{author_id}/authorships", responses={404: {"description": "Nobody."}})
    async def get_authorships(
        author_id: Annotated[str, Path(pattern="^A[a-z2-7]{16}$")],
    ) -> Explained:
        """What speaks for each work of an author, worked out anew from the mentions."""
        state = await store.blocks.state_of(author_id)
        if state is None:
            raise Problem(404, "Not Found", f"There is no author {author_id}.")
        if "author" not in state:
            return Explained(author=author_id, merged_into=state["merged_into"])
        places = {(item["work_id"], item["place"]) for item in state["author"]["works"]}
        mentions = await store.blocks.mentions_at(places)
        found = await asyncio.to_thread(why, mentions)  # of a thousand works it takes a second
        return Explained(author=author_id, authorships=found)

    @routes.get(
        "/export/authorships",
        response_class=StreamingResponse,
        responses={200: {"content": {"application/x-ndjson": {}}, "description": "One a line."}},
    )
    async def get_export(after: str = "") -> StreamingResponse:
        """Every authorship, author by author; `after`: go on behind this author id."""

        async def lines() -> AsyncIterator[bytes]:
            async for line in authorships(store, after):
                yield line.model_dump_json().encode() + b"\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    return routes
