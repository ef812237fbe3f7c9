"""Signing in and out, for people. Identity does it; the browser's cookies are the gateway's."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from chassis.problems import Problem
from contracts.people.signin import (
    FinishEmail,
    FinishSignIn,
    SignedIn,
    SignInOptions,
    StartedEmail,
    StartedSignIn,
    StartEmail,
    StartSignIn,
    local_path,
)
from services.gateway.desk import Desk, asked, from_this_site, go, sent_by_us
from services.gateway.passing import Id, of_client
from services.gateway.people import read

_CALLBACK = "/login/callback"
Next = Annotated[str, Query(max_length=2000)]
Given = Annotated[str, Query(max_length=4000)]
Field = Annotated[str, Form(max_length=2000)]


def router(desk: Desk) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)

    async def page(then: str, problem: Problem | None = None, email: str = "") -> Response:
        options = read(await desk.people.ask("GET", "/signin"), SignInOptions)
        context = {"options": options, "next_path": local_path(then)}
        return desk.page("login.html", None, problem=problem, form={"email": email}, **context)

    def enter(signed_in: SignedIn) -> Response:
        seconds = int((signed_in.expires_at - datetime.now(UTC)).total_seconds())
        response = go(signed_in.next)
        desk.cookies.enter(response, signed_in.session_secret, max(1, seconds))
        return response

    @routes.get("/login")
    async def login(request: Request, next: Next = "/") -> Response:
        if await desk.viewer(request) is not None:
            return go(local_path(next))
        return await page(next)

    @routes.get("/login/with/{issuer}")
    async def start(request: Request, issuer: Id, next: Next = "/") -> Response:
        """To the issuer. Who is signed in adds it to their account, if they meant to."""
        viewer = await desk.viewer(request) if sent_by_us(request) else None
        redirect_uri = f"{desk.base_url}{_CALLBACK}"
        body = asked(StartSignIn, issuer=issuer, next=next, redirect_uri=redirect_uri)
        try:
            token = viewer.token if viewer else None
            started = await desk.people.tell(
                "/signin/start", body, StartedSignIn, token, of_client(request)
            )
        except Problem as problem:
            return await page(next, problem)
        response = go(started.authorize_url)
        desk.cookies.begin(response, started.browser_secret)
        return response

    @routes.get(_CALLBACK)
    async def callback(
        request: Request,
        state: Given = "",
        code: Given = "",
        iss: Given | None = None,
        error: Given = "",
    ) -> Response:
        secret = desk.cookies.sign_in(request)
        if error:
            return await page("/", _denied(error))
        if secret is None:
            return await page("/", _begun_elsewhere())
        body = asked(FinishSignIn, state=state, code=code, iss=iss, browser_secret=secret)
        try:
            return enter(await desk.people.tell("/signin/finish", body, SignedIn))
        except Problem as problem:
            return await page("/", problem)

    @routes.post("/login/email")
    async def email(request: Request, email: Field, next: Field = "/") -> Response:
        from_this_site(request)
        try:
            body = asked(StartEmail, email=email, next=next)
            started = await desk.people.tell(
                "/signin/email", body, StartedEmail, headers=of_client(request)
            )
        except Problem as problem:
            return await page(next, problem, email)
        response = go("/login/code")
        desk.cookies.begin(response, started.browser_secret)
        return response

    @routes.get("/login/code")
    async def ask_code() -> Response:
        return desk.page("login_code.html", None)

    @routes.post("/login/code")
    async def code(request: Request, code: Field) -> Response:
        from_this_site(request)
        secret = desk.cookies.sign_in(request)
        if secret is None:
            return await page("/", _begun_elsewhere())
        try:
            body = asked(FinishEmail, code="".join(code.split()), browser_secret=secret)
            return enter(
                await desk.people.tell(
                    "/signin/email/finish", body, SignedIn, headers=of_client(request)
                )
            )
        except Problem as problem:
            return desk.page("login_code.html", None, problem=problem)

    @routes.post("/logout")
    async def logout(request: Request) -> Response:
        viewer, _ = await desk.submitted(request)
        await desk.command(viewer, "POST", "/me/sign-out")
        response = go("/")
        desk.cookies.leave(response)
        return response

    return routes


def _denied(error: str) -> Problem:
    if error == "access_denied":
        return Problem(403, "Not signed in", "You said no there, so nobody is signed in here.")
    return Problem(502, "Not signed in", "The other site could not sign you in. Try again.")


def _begun_elsewhere() -> Problem:
    detail = "It took too long, or was begun in another browser. Begin again here."
    return Problem(400, "Not signed in", detail)
