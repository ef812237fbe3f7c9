"""How the gateway answers: bytes with a strong ETag (RFC 9110), cursors, problems for people."""

import base64
import binascii
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.problems import Problem, current_trace_id, problem_response
from services.gateway.cache import Page
from services.gateway.pages import render

JSON = "application/json"
HTML = "text/html; charset=utf-8"
LARGEST_BODY = 256 * 1024
"""Bytes of a request."""
_LARGEST_NUMBER = 2**31
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Content-Security-Policy": render.CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
}


def page_of(view: BaseModel) -> Page:
    """A view as JSON."""
    return Page.of(view.model_dump_json(by_alias=True).encode(), JSON)


def answer(request: Request, page: Page) -> Response:
    """The page, or 304 when the client has it already."""
    headers = {"ETag": page.etag, "Cache-Control": "no-cache"}
    if page.media_type == HTML:
        headers["Vary"] = "Cookie"
    asked = request.headers.get("if-none-match")
    if asked is not None:
        known = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
        if page.etag in known or "*" in known:
            return Response(status_code=304, headers=headers)
    return Response(page.body, media_type=page.media_type, headers=headers)


def write_cursor(*values: str | int) -> str:
    """An opaque cursor."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def read_cursor(cursor: str, *types: type) -> list[Any]:
    """The values of a cursor.

    Raises:
        Problem: 400, it is none of ours.
    """
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise refused_cursor(cursor) from error
    if not isinstance(values, list) or tuple(map(type, values)) != types:
        raise refused_cursor(cursor)
    if any(isinstance(value, int) and not 0 <= value <= _LARGEST_NUMBER for value in values):
        raise refused_cursor(cursor)
    return values


def refused_cursor(cursor: str) -> Problem:
    """400: a cursor that no page of ours has told."""
    return Problem(400, "Bad Request", f"{cursor!r} is no cursor of this API.")


def wants_page(request: Request) -> bool:
    """Whether a person's browser asked."""
    path = request.url.path
    return not path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


class Presenter:
    """Shows a problem as a page to people, as problem+json to programs."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url

    def __call__(self, request: Request, problem: Problem) -> Response:
        """The answer; a fault is answered outside of all middleware, so headers are set here."""
        if problem.status == HTTPStatus.PERMANENT_REDIRECT and request.url.query:
            problem.headers["Location"] += f"?{request.url.query}"
        response = self._response(request, problem)
        response.headers.update(SAFE_HEADERS)
        return response

    def _response(self, request: Request, problem: Problem) -> Response:
        if not wants_page(request):
            return problem_response(request, problem)
        body = render.error_page(
            problem.status,
            problem.title,
            problem.detail,
            base_url=self._public_url,
            trace_id=current_trace_id(),
        )
        return Response(body, problem.status, problem.headers, HTML)


class Front:
    """ASGI middleware: safe headers for browsers, and HEAD answered as GET without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SAFE_HEADERS)
            await send(message)

        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self._app(scope, _bounded(receive), with_headers)


def _bounded(receive: Receive) -> Receive:
    """The same, refusing a body that is longer than any form or command of ours."""
    size = 0

    async def receive_some() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > LARGEST_BODY:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is too long.")
        return message

    return receive_some
