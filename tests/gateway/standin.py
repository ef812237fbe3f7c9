"""A stand-in for identity: answers what a test tells it to, and keeps what it was asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response

from contracts.people.access import AccessToken
from contracts.people.account import Me, Settings
from contracts.people.exchange import Exchanged, Relation
from tests.support import serving

WHEN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SECRET = "the-secret-of-a-session"
TOKEN = "the.signed.token"


@dataclass
class Asked:
    """One request that reached identity."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """What was sent."""
        return orjson.loads(self.body)


@dataclass
class Identity:
    """Who is known, what is answered, what was asked."""

    address: str = ""
    sessions: dict[str, Me] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    answers: dict[tuple[str, str], tuple[int, Any, dict[str, str]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def knows(self, secret: str = SECRET, **more: Any) -> Me:
        """Somebody with a session."""
        me = Me(**{"account_id": "U1", "name": "Ada", "roles": ("member",),
                   "settings": Settings(), "created_at": WHEN, **more})  # fmt: skip
        self.sessions[secret] = me
        return me

    def says(
        self, method: str, path: str, body: Any = None, status: int = 200, **headers: str
    ) -> None:
        """Answer a request so."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[method, path] = (status, body, named)

    def refuses(self, method: str, path: str, status: int, **more: Any) -> None:
        """Answer a request with a problem."""
        problem = {"type": "about:blank", "title": "No", "status": status,
                   "detail": f"It is {status}.", "instance": path, **more}  # fmt: skip
        self.says(method, path, problem, status)

    def last(self, method: str, path: str) -> Asked:
        """The last such request."""
        return [each for each in self.asked if (each.method, each.path) == (method, path)][-1]

    def clear(self) -> None:
        """Know nobody and nothing."""
        for each in (self.sessions, self.relations, self.answers, self.asked):
            each.clear()

    def _exchange(self, asked: Asked) -> Response:
        me = self.sessions.get(asked.json["secret"])
        if me is None:
            return _problem(401)
        author = asked.json.get("author_id")
        known = Exchanged(
            token=AccessToken(access_token=TOKEN, expires_in=600, scope="follow"),
            me=me,
            relation=self.relations.get(author, Relation(author_id=author)) if author else None,
        )
        return Response(known.model_dump_json(), media_type="application/json")

    def _answer(self, asked: Asked) -> Response:
        if asked.path == "/exchange":
            return self._exchange(asked)
        if (asked.method, asked.path) not in self.answers:
            return _problem(404)
        status, body, headers = self.answers[asked.method, asked.path]
        if status == 204:
            return Response(status_code=204, headers=headers)
        if hasattr(body, "model_dump_json"):
            body = orjson.loads(body.model_dump_json())
        return Response(orjson.dumps(body), status, headers, "application/json")


def _problem(status: int) -> Response:
    body = {"title": "No", "status": status, "detail": "Not known here.", "instance": "/"}
    return Response(orjson.dumps(body), status, media_type="application/problem+json")


@asynccontextmanager
async def stand_in() -> AsyncIterator[Identity]:
    """The stand-in behind a real socket."""
    identity = Identity()
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    async def everything(request: Request) -> Response:
        asked = Asked(
            request.method,
            request.url.path,
            request.url.query,
            dict(request.headers),
            await request.body(),
        )
        identity.asked.append(asked)
        return identity._answer(asked)

    async with serving(app) as address:
        identity.address = address
        yield identity
