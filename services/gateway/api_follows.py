"""The public JSON API of follows; identity answers."""

from fastapi import APIRouter, Depends, Response

from contracts.people.follows import FollowerList, FollowingList, FollowState, HeardOf
from services.gateway.answers import JSON
from services.gateway.feed import CHANGES_PER_PAGE, HEARD_OF, Feeds
from services.gateway.pages.view.feed import Feed
from services.gateway.passing import PREFIX, PRIVATE, Callers, Id, Passing, problems
from services.gateway.questions import Cursor, Limit


def router(callers: Callers, feeds: Feeds) -> APIRouter:
    """The routes."""
    passing, anyone = Depends(callers.somebody), Depends(callers.anyone)
    routes = APIRouter(prefix=PREFIX, tags=["follows"])

    @routes.put(
        "/researchers/{author_id}/follow",
        response_model=FollowState,
        responses=problems(401, 403, 404, 410, 429),
    )
    async def follow(author_id: Id, to: Passing = passing) -> Response:
        """Follow a researcher. Again changes nothing."""
        return await to.on()

    @routes.delete(
        "/researchers/{author_id}/follow",
        response_model=FollowState,
        responses=problems(401, 403, 404, 410, 429),
    )
    async def unfollow(author_id: Id, to: Passing = passing) -> Response:
        """Follow a researcher no longer. Again changes nothing."""
        return await to.on()

    @routes.get(
        "/researchers/{author_id}/followers",
        response_model=FollowerList,
        responses=problems(404, 410),
    )
    async def followers(
        author_id: Id,
        cursor: Cursor = None,
        limit: Limit = 50,
        to: Passing = anyone,
    ) -> Response:
        """Who follows a researcher, newest first; private followers only count."""
        return await to.on()

    @routes.get("/me/following", response_model=FollowingList, responses=problems(401, 403))
    async def following(
        cursor: Cursor = None, limit: Limit = 50, to: Passing = passing
    ) -> Response:
        """Whom the caller follows, newest first."""
        return await to.on()

    @routes.get("/me/feed", response_model=Feed, responses=problems(400, 401, 403))
    async def feed(
        cursor: Cursor = None, limit: Limit = CHANGES_PER_PAGE, to: Passing = passing
    ) -> Response:
        """What changed at those whom the caller follows and has not muted, newest first."""
        heard_of = await to.read(HEARD_OF, HeardOf)
        found = await feeds.of(heard_of.author_ids, cursor, limit)
        return Response(found.model_dump_json(), 200, {"cache-control": PRIVATE}, JSON)

    @routes.put("/me/mutes/{author_id}", status_code=204, responses=problems(401, 403, 404))
    async def mute(author_id: Id, to: Passing = passing) -> Response:
        """Hear nothing of a researcher, and go on following."""
        return await to.on()

    @routes.delete("/me/mutes/{author_id}", status_code=204, responses=problems(401, 403, 404))
    async def unmute(author_id: Id, to: Passing = passing) -> Response:
        """Hear of a researcher again."""
        return await to.on()

    @routes.put("/me/blocks/{account_id}", status_code=204, responses=problems(401, 403, 404))
    async def block(account_id: Id, to: Passing = passing) -> Response:
        """Let an account neither follow nor invite the caller; what there is ends."""
        return await to.on()

    @routes.delete("/me/blocks/{account_id}", status_code=204, responses=problems(401, 403, 404))
    async def unblock(account_id: Id, to: Passing = passing) -> Response:
        """Take a block back."""
        return await to.on()

    return routes
