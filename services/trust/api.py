"""HTTP of trust: the score of an author, for operators and tests; pages read it from events."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.mongo import Row
from chassis.problems import Problem
from contracts.events.trust import TrustWasScored
from contracts.history import TrustHistory
from services.trust.history import changes
from services.trust.store import HISTORY, Store


def router(store: Store) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["trust"])

    @routes.get("/authors/{author_id}/trust", responses={404: {"description": "No such author."}})
    async def get_trust(author_id: str) -> TrustWasScored:
        """The score with its components."""
        return TrustWasScored.model_validate(await _state(store, author_id))

    @routes.get(
        "/authors/{author_id}/trust/history", responses={404: {"description": "No such author."}}
    )
    async def get_history(
        author_id: str,
        cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,9}$")] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> TrustHistory:
        """Every change of the score and what caused it, newest first."""
        state = await _state(store, author_id)
        older = [
            change
            for change in changes(state.get(HISTORY, []))
            if cursor is None or change.position < int(cursor)
        ]
        shown = older[:limit]
        more = str(shown[-1].position) if len(older) > limit else None
        return TrustHistory(items=tuple(shown), next_cursor=more)

    return routes


async def _state(store: Store, author_id: str) -> Row:
    found = (await store.scores.get_many([author_id])).get(author_id)
    if found is None or found.state is None:
        raise Problem(404, "Not Found", f"No score of an author {author_id}.")
    return found.state
