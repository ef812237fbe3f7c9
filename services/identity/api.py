"""HTTP of identity."""

from fastapi import APIRouter

from chassis.problems import Problem
from services.identity.claim_store import Claims
from services.identity.domain import Standing, standing
from services.identity.store import Store


def router(store: Store, claims: Claims) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["identity"])

    @routes.get("/authors/{author_id}", responses={404: {"description": "No such author."}})
    async def get_author(author_id: str) -> Standing:
        """Whether an author record is claimed, and how sure that is."""
        known = await store.author(author_id)
        if known is None or known.state is None:
            raise Problem(404, "Not Found", f"No author {author_id} is known.")
        if "merged_into" in known.state:
            into = known.state["merged_into"]
            raise Problem(
                308,
                "Permanent Redirect",
                f"The author is {into}.",
                {"Location": f"/authors/{into}"},
            )
        return standing(author_id, known.state["sources"], await claims.get(author_id))

    return routes
