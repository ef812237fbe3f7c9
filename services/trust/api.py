"""HTTP of trust: the score of an author, for operators and tests; pages read it from events."""

from fastapi import APIRouter

from chassis.problems import Problem
from contracts.events.trust import TrustWasScored
from services.trust.store import Store


def router(store: Store) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["trust"])

    @routes.get("/authors/{author_id}/trust", responses={404: {"description": "No such author."}})
    async def get_trust(author_id: str) -> TrustWasScored:
        """The score with its components."""
        found = (await store.scores.get_many([author_id])).get(author_id)
        if found is None or found.state is None:
            raise Problem(404, "Not Found", f"No score of an author {author_id}.")
        return TrustWasScored.model_validate(found.state)

    return routes
