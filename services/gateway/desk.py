"""What personal pages and forms have in common: who it is, and whether they meant it.

A form of another site must not act for somebody: the browser says where a form came from, and each
form carries a token made of the session's secret.
"""

import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from chassis.problems import Problem
from contracts.people.signin import local_path
from services.gateway.answers import HTML
from services.gateway.consistency import HEADER, Consistency
from services.gateway.cookies import Cookies
from services.gateway.pages import render
from services.gateway.pages.viewer import Viewer
from services.gateway.passing import KEY, PRIVATE, csrf_token
from services.gateway.people import People, read
from services.gateway.questions import query_after
from services.gateway.upstream import Answer

_MOST_FIELDS = 200
_SEE_OTHER = 303
M = TypeVar("M", bound=BaseModel)


class Desk:
    """Serves signed-in people."""

    def __init__(
        self, people: People, consistency: Consistency, cookies: Cookies, base_url: str
    ) -> None:
        self.people = people
        self.cookies = cookies
        self.base_url = base_url
        self._consistency = consistency

    async def viewer(self, request: Request, author_id: str | None = None) -> Viewer | None:
        """Who is signed in, and how they stand to an author; nobody while identity is away.

        Who changed something that pages did not show in time waits for it once more.
        """
        try:
            viewer = await self._viewer(request, author_id)
        except Problem:
            return None
        late = self.cookies.late(request)
        if viewer is None or late is None or await self._is_shown(late):
            return viewer
        return replace(viewer, is_ahead=True)

    async def _is_shown(self, late: str) -> bool:
        try:
            return await self._consistency.reached(late)
        except Problem:  # the cookie is none of ours
            return True

    async def seen(self, request: Request) -> Viewer | None:
        """Who is signed in, as dependency of a page."""
        return await self.viewer(request)

    async def somebody(self, request: Request, author_id: str | None = None) -> Viewer:
        """Who is signed in; for a page asked anew, for another copy may have changed it.

        Raises:
            Problem: 303 to the page where one signs in; 503, identity is away.
        """
        viewer = await self._viewer(request, author_id, anew=request.method == "GET")
        if viewer is None:
            back = request.url.path if request.method == "GET" else _came_from(request)
            location = f"/login?next={quote(back)}"
            raise Problem(_SEE_OTHER, "Log in", "Log in first.", {"Location": location})
        return viewer

    async def _viewer(
        self, request: Request, author_id: str | None, *, anew: bool = False
    ) -> Viewer | None:
        secret = self.cookies.session(request)
        if secret and anew:
            self.people.forget(secret)
        known = await self.people.exchange(secret, author_id) if secret else None
        if secret is None or known is None:
            return None
        return Viewer(
            known.me, known.token.access_token, secret, csrf_token(secret), known.relation
        )

    async def submitted(self, request: Request) -> tuple[Viewer, FormData]:
        """Who sent a form, and what is in it.

        Raises:
            Problem: 303 to signing in; 403, it was not sent from a page of theirs.
        """
        from_this_site(request)
        viewer = await self.somebody(request)
        form = await request.form(max_fields=_MOST_FIELDS, max_files=0)
        sent = str(form.get("csrf", ""))
        if not hmac.compare_digest(sent.encode(), viewer.csrf.encode()):
            detail = "This form is from an earlier session. Open the page again and resend it."
            raise Problem(403, "The form is out of date", detail)
        return viewer, form

    async def command(
        self,
        viewer: Viewer,
        method: str,
        path: str,
        body: BaseModel | None = None,
        key: str | None = None,
    ) -> Answer:
        """Ask identity for a change; what pages are to show of it comes `after`.

        ``key``: with the same again nothing is done again.

        Raises:
            Problem: what identity says.
        """
        content = body.model_dump_json(exclude_unset=True).encode() if body is not None else b""
        headers = {KEY: key} if key else {}
        answer = await self.people.ask(
            method, path, token=viewer.token, content=content, headers=headers
        )
        self.people.forget(viewer.secret)
        return answer

    async def after(self, done: Answer, response: Response) -> Response:
        """The response to a form, once pages show what was done.

        Should that take too long, the browser is told what its next pages wait for.
        """
        token = done.headers.get(HEADER)
        if token is not None and not await self._consistency.reached(token):
            self.cookies.wait_for(response, token)
        return response

    async def get(self, viewer: Viewer, path: str, shape: type[M], cursor: str | None = None) -> M:
        """What identity says to somebody; of a list, what comes after ``cursor``.

        Raises:
            Problem: what identity says.
        """
        query = query_after(cursor)
        return read(await self.people.ask("GET", path, token=viewer.token, query=query), shape)

    def page(
        self,
        template: str,
        viewer: Viewer | None,
        *,
        problem: Problem | None = None,
        form: Mapping[str, Any] | None = None,
        **context: Any,
    ) -> Response:
        """A page for one person alone; ``problem`` is what was wrong with the form they sent."""
        body = render.personal_page(
            template,
            base_url=self.base_url,
            viewer=viewer,
            problem=problem,
            form=form or {},
            **context,
        )
        status, headers = (200, {}) if problem is None else (problem.status, problem.headers)
        return Response(body, status, {**headers, "cache-control": PRIVATE}, HTML)


def go(path: str) -> Response:
    """Show another page, after a form was dealt with."""
    return RedirectResponse(path, _SEE_OTHER, {"Cache-Control": PRIVATE})


def asked(shape: type[M], **fields: Any) -> M:
    """A form as the body of a command.

    Raises:
        Problem: 422, with what is wrong in words.
    """
    try:
        return shape.model_validate(fields)
    except ValidationError as error:
        wrong = "; ".join(
            f"{' '.join(str(part) for part in item['loc'])}: {item['msg']}".replace("_", " ")
            for item in error.errors()
        )
        raise Problem(422, "That cannot be taken", f"{wrong}.") from error


def sent_by_us(request: Request) -> bool:
    """Whether a request came from a page of this site, as browsers tell."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def from_this_site(request: Request) -> None:
    """Let a form pass only if a page of this site sent it.

    Raises:
        Problem: 403, another site did.
    """
    if not sent_by_us(request):
        raise Problem(403, "Not from here", "This form was sent by another site.")


def _came_from(request: Request) -> str:
    """The page of this site that a form was on."""
    referer = urlsplit(request.headers.get("referer", ""))
    here = referer.netloc == request.headers.get("host")
    return local_path(referer.path) if here else "/"
