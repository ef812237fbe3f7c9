"""Following, for people: the button on a profile, who follows, what is new at whom one follows."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from contracts.people.follows import FollowerList, HeardOf
from services.gateway.answers import JSON
from services.gateway.desk import Desk, go
from services.gateway.feed import HEARD_OF, Feeds
from services.gateway.pages.view.paths import researcher_path
from services.gateway.passing import Id
from services.gateway.people import read
from services.gateway.profiles import Profiles
from services.gateway.questions import Cursor, query_after


def router(profiles: Profiles, feeds: Feeds, desk: Desk) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.post("/researchers/{author_id}/follow")
    async def follow(request: Request, author_id: Id) -> Response:
        viewer, form = await desk.submitted(request)
        path = f"/researchers/{author_id}/follow"
        method = "DELETE" if form.get("do") == "unfollow" else "PUT"
        state = await desk.command(viewer, method, path)
        if JSON in request.headers.get("accept", ""):
            return await desk.after(state, Response(state.content, media_type=JSON))
        return await desk.after(state, go(researcher_path(author_id)))

    @routes.post("/researchers/{author_id}/mute")
    async def mute(request: Request, author_id: Id) -> Response:
        viewer, form = await desk.submitted(request)
        method = "DELETE" if form.get("do") == "unmute" else "PUT"
        await desk.command(viewer, method, f"/me/mutes/{author_id}")
        return go("/settings/following")

    @routes.get("/me/feed")
    async def feed(request: Request, cursor: Cursor = None) -> Response:
        viewer = await desk.somebody(request)
        heard_of = await desk.get(viewer, HEARD_OF, HeardOf)
        found = await feeds.of(heard_of.author_ids, cursor)
        return desk.page("feed.html", viewer, feed=found)

    @routes.get("/researchers/{author_id}/followers")
    async def followers(request: Request, author_id: Id, cursor: Cursor = None) -> Response:
        profile = await profiles.profile(author_id, None, 1, part="/followers")
        query = query_after(cursor)
        found = await desk.people.ask("GET", f"/researchers/{author_id}/followers", query=query)
        return desk.page(
            "followers.html",
            await desk.viewer(request),
            profile=profile,
            followers=read(found, FollowerList),
        )

    return routes
