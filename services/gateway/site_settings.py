"""The own account, for people: profile, privacy, tokens, activity, export, erasure."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from chassis.problems import Problem
from contracts.people.access import MakeToken, Token, TokenList
from contracts.people.account import AuditLog, Settings
from contracts.people.follows import FollowingList
from services.gateway.desk import Desk, asked, go
from services.gateway.pages.view.profile import ResearcherProfile
from services.gateway.pages.viewer import Viewer
from services.gateway.passing import PRIVATE, Id
from services.gateway.people import read
from services.gateway.profiles import Profiles
from services.gateway.questions import Cursor, Said

_ERASE_WORD = "erase"
_SWITCHES = ("open_to_collaborate", "private_follows", "public_record")


def router(profiles: Profiles, desk: Desk) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)

    async def own_profile(viewer: Viewer) -> ResearcherProfile | None:
        """The claimed record, unless it is withheld or away."""
        if viewer.me.author_id is None:
            return None
        try:
            return await profiles.profile(viewer.me.author_id, None)
        except Problem:
            return None

    async def page(
        viewer: Viewer,
        said: str = "",
        problem: Problem | None = None,
        form: FormData | None = None,
    ) -> Response:
        return desk.page(
            "settings.html",
            viewer,
            problem=problem,
            form=form,
            said=said,
            settings=viewer.me.settings,
            profile=await own_profile(viewer),
        )

    async def change(viewer: Viewer, form: FormData, said: str, **fields: Any) -> Response:
        try:
            done = await desk.command(viewer, "PATCH", "/me", asked(Settings, **fields))
        except Problem as problem:
            return await page(viewer, "", problem, form)
        return await desk.after(done, go(f"/settings?said={said}"))

    @routes.get("/settings")
    async def settings(request: Request, said: Said = "") -> Response:
        return await page(await desk.somebody(request), said)

    @routes.post("/settings/profile")
    async def profile(request: Request) -> Response:
        viewer, form = await desk.submitted(request)
        links = [line.strip() for line in str(form.get("links", "")).splitlines()]
        fields: dict[str, Any] = {
            name: str(form.get(name, "")) for name in ("tagline", "pronouns", "affiliation")
        }
        fields["links"] = tuple(link for link in links if link)
        fields["featured_works"] = tuple(str(work) for work in form.getlist("featured_works"))
        return await change(viewer, form, "profile", **fields)

    @routes.post("/settings/privacy")
    async def privacy(request: Request) -> Response:
        viewer, form = await desk.submitted(request)
        shown = [name for name in _SWITCHES if name in form.getlist("shown")]
        return await change(
            viewer, form, "privacy", **{name: form.get(name) == "on" for name in shown}
        )

    async def tokens_page(
        viewer: Viewer,
        made: Token | None = None,
        problem: Problem | None = None,
        form: FormData | None = None,
    ) -> Response:
        tokens = await desk.get(viewer, "/me/tokens", TokenList)
        return desk.page(
            "settings_tokens.html", viewer, problem=problem, form=form, tokens=tokens, made=made
        )

    @routes.get("/settings/tokens")
    async def tokens(request: Request) -> Response:
        return await tokens_page(await desk.somebody(request))

    @routes.post("/settings/tokens")
    async def make_token(request: Request) -> Response:
        viewer, form = await desk.submitted(request)
        try:
            body = asked(
                MakeToken,
                name=form.get("name", ""),
                scopes=form.getlist("scopes"),
                days=form.get("days", ""),
            )
            made = read(await desk.command(viewer, "POST", "/me/tokens", body), Token)
        except Problem as problem:
            return await tokens_page(viewer, None, problem, form)
        return await tokens_page(viewer, made)

    @routes.post("/settings/tokens/{token_id}/revoke")
    async def revoke_token(request: Request, token_id: Id) -> Response:
        viewer, _ = await desk.submitted(request)
        await desk.command(viewer, "DELETE", f"/me/tokens/{token_id}")
        return go("/settings/tokens")

    @routes.get("/settings/following")
    async def following(request: Request, cursor: Cursor = None) -> Response:
        viewer = await desk.somebody(request)
        found = await desk.get(viewer, "/me/following", FollowingList, cursor)
        return desk.page("settings_following.html", viewer, following=found)

    @routes.get("/settings/activity")
    async def activity(request: Request, cursor: Cursor = None) -> Response:
        viewer = await desk.somebody(request)
        log = await desk.get(viewer, "/me/audit", AuditLog, cursor)
        return desk.page("settings_activity.html", viewer, log=log)

    @routes.get("/settings/export")
    async def export(request: Request) -> Response:
        viewer = await desk.somebody(request)
        found = await desk.people.ask("GET", "/me/export", token=viewer.token)
        headers = {
            "Cache-Control": PRIVATE,
            "Content-Disposition": 'attachment; filename="bzpeer-export.json"',
        }
        return Response(found.content, headers=headers, media_type="application/json")

    @routes.post("/settings/sign-out-everywhere")
    async def sign_out_everywhere(request: Request) -> Response:
        viewer, _ = await desk.submitted(request)
        await desk.command(viewer, "POST", "/me/sign-out-everywhere")
        return leave("/")

    @routes.post("/settings/erase")
    async def erase(request: Request) -> Response:
        viewer, form = await desk.submitted(request)
        if str(form.get("sure", "")).strip().lower() != _ERASE_WORD:
            detail = f"Nothing was erased: type the word {_ERASE_WORD} to say that you mean it."
            return await page(viewer, "", Problem(422, "Not erased", detail), form)
        done = await desk.command(viewer, "DELETE", "/me")
        return await desk.after(done, leave("/goodbye"))

    @routes.get("/goodbye")
    async def goodbye() -> Response:
        return desk.page("goodbye.html", None)

    def leave(path: str) -> Response:
        response = go(path)
        desk.cookies.leave(response)
        return response

    return routes
