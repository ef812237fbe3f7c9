"""Requests of the JSON API that identity answers: who asks is made known, the rest passed on."""

import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Path, Request
from fastapi.responses import Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from chassis.problems import Problem
from contracts.people.access import PERSONAL_TOKEN
from contracts.people.signin import CLIENT
from services.gateway.people import People, passed_on, read

PREFIX = "/api/v1"
KEY = "idempotency-key"
PRIVATE = "private, no-store"
M = TypeVar("M", bound=BaseModel)
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_:~-]{1,100}$")]

_bearer = HTTPBearer(
    auto_error=False, description="A signed access token, or a personal token (`bzp_…`)."
)
Given = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


class ProblemDetails(BaseModel):
    """RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str


_WHY = {
    400: "It makes no sense.",
    401: "Nobody is signed in, or not any more.",
    403: "The caller may not do this.",
    404: "There is no such thing.",
    409: "It does not fit how things stand.",
    410: "It was erased.",
    422: "It is not what is asked for here.",
    429: "Too often; the headers say when again.",
    503: "Accounts do not answer just now.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems a route may answer with, for its documentation."""
    return {
        status: {"model": ProblemDetails, "description": _WHY[status]}
        for status in (*statuses, 422, 503)
    }


def of_client(request: Request) -> dict[str, str]:
    """The header that tells identity from where somebody asks, so that it counts by that."""
    return {CLIENT: request.client.host} if request.client is not None else {}


def csrf_token(secret: str) -> str:
    """What a form of a session carries: made of the session's secret, so no other site knows it."""
    return hmac.new(secret.encode(), b"csrf", sha256).hexdigest()


class Passing:
    """One request that is to be passed on in somebody's name."""

    def __init__(
        self, people: People, request: Request, token: str | None, secret: str | None
    ) -> None:
        self.token = token
        self._people = people
        self._request = request
        self._secret = secret

    async def on(self, to: People | None = None) -> Response:
        """Identity's answer, or that of another service.

        Raises:
            Problem: what the service says.
        """
        request = self._request
        try:
            answer = await (to or self._people).ask(
                request.method,
                request.scope["path"].removeprefix(PREFIX),
                token=self.token,
                query=request.url.query,
                content=await request.body(),
                headers={n: v for n, v in request.headers.items() if n == KEY},
            )
        except Problem as problem:
            if "Location" in problem.headers:
                problem.headers["Location"] = PREFIX + problem.headers["Location"]
            raise
        if self._secret is not None and request.method != "GET":
            self._people.forget(self._secret)
        headers = {"cache-control": PRIVATE, **passed_on(answer)}
        return Response(answer.content, answer.status, headers, answer.headers.get("content-type"))

    async def read(self, path: str, shape: type[M]) -> M:
        """What identity says to the caller at another path.

        Raises:
            Problem: what identity says.
        """
        return read(await self._people.ask("GET", path, token=self.token), shape)


class Callers:
    """In whose name a request is passed on: by token, or else by the session's cookie."""

    def __init__(self, people: People, session: Callable[[Request], str | None]) -> None:
        self._people = people
        self._session = session

    async def anyone(self, request: Request, given: Given) -> Passing:
        """Somebody or nobody, as dependency of a route."""
        if given is not None and not given.credentials.startswith(PERSONAL_TOKEN):
            return Passing(self._people, request, given.credentials, None)
        secret = given.credentials if given is not None else self._session(request)
        if secret is None:
            return Passing(self._people, request, None, None)
        if given is None and request.method != "GET":
            _by_this_site(request, secret)
        known = await self._people.exchange(secret)
        if known is None:
            challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            raise Problem(401, "Unauthorized", "The session or token has ended.", challenge)
        return Passing(self._people, request, known.token.access_token, secret)

    async def somebody(self, request: Request, given: Given) -> Passing:
        """Somebody, as dependency of a route."""
        found = await self.anyone(request, given)
        if found.token is None:
            detail = "Sign in, or send an access token."
            raise Problem(401, "Unauthorized", detail, {"WWW-Authenticate": "Bearer"})
        return found


def _by_this_site(request: Request, secret: str) -> None:
    """Raises a problem when another site may have made the browser send its cookie."""
    sent = request.headers.get("x-csrf-token", "")
    if not hmac.compare_digest(sent.encode(), csrf_token(secret).encode()):
        detail = "With a cookie, the header X-CSRF-Token must carry the token of a form."
        raise Problem(403, "Forbidden", detail)
