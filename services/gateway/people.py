"""The client of identity: everything about accounts, claims, follows and conversations.

Identity decides; the gateway passes on what is asked and what is answered, problems as they are.
"""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from cachetools import TTLCache
from pydantic import BaseModel, ValidationError

from chassis.problems import Problem
from contracts.people.exchange import Exchange, Exchanged
from services.gateway.upstream import Answer, Away, Upstream

_EXCHANGE_SECONDS = 3.0
_MOST_EXCHANGES = 10_000
_OF_PROBLEMS = {"type", "title", "status", "detail", "instance", "trace_id"}
_PASSED_ON = ("consistency-token", "retry-after", "www-authenticate", "cache-control")
_LIMITS = "ratelimit"
M = TypeVar("M", bound=BaseModel)


class People:
    """Asks identity; keeps for a moment whom a secret stands for."""

    def __init__(self, service: Upstream, what: str = "Accounts do") -> None:
        """``what`` does not answer, as people are told when the service is away."""
        self._service = service
        self._what = what
        self._known: TTLCache[str, Exchanged | None] = TTLCache(_MOST_EXCHANGES, _EXCHANGE_SECONDS)

    async def exchange(self, secret: str, author_id: str | None = None) -> Exchanged | None:
        """Whom a session or personal token stands for; ``None`` when for nobody any more.

        How somebody stands to an author is always asked anew: a button that was just pressed must
        not look as before.

        Raises:
            Problem: 503, identity is away.
        """
        key = hashlib.sha256(secret.encode()).hexdigest()
        if author_id is None and key in self._known:
            return self._known[key]
        asked = Exchange(secret=secret, author_id=author_id)
        try:
            found = await self.tell("/exchange", asked, Exchanged)
        except Problem as problem:
            if problem.status not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.GONE):
                raise
            found = None
        self._known[key] = found
        return found

    def forget(self, secret: str) -> None:
        """Ask anew whom a secret stands for: something about them has changed."""
        self._known.pop(hashlib.sha256(secret.encode()).hexdigest(), None)

    async def tell(
        self,
        path: str,
        body: BaseModel,
        answer: type[M],
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> M:
        """What identity answers to the gateway itself."""
        content = body.model_dump_json(exclude_none=True).encode()
        asked = await self.ask("POST", path, content=content, token=token, headers=headers)
        return read(asked, answer)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        query: str = "",
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """An answer of identity that is a success.

        Raises:
            Problem: what identity says, or 503 when it is away.
        """
        sent = {"Content-Type": "application/json", **(headers or {})}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        try:
            response = await self._service.ask(
                method, path, query=query, content=content, headers=sent
            )
        except Away as error:
            raise _away(self._what) from error
        if response.is_success:
            return response
        raise _problem(response, self._what)


def passed_on(response: Answer) -> dict[str, str]:
    """The headers of identity's answer that its reader is to have."""
    return {
        name: value
        for name, value in response.headers.items()
        if name.lower() in _PASSED_ON or name.lower().startswith(_LIMITS)
    }


def read(response: Answer, answer: type[M]) -> M:
    """The answer as its shape.

    Raises:
        Problem: 503, it has another shape: identity is of another version, or something in between
            answered for it.
    """
    try:
        return answer.model_validate_json(response.content)
    except ValidationError as error:
        raise _away() from error


def _problem(response: Answer, what: str) -> Problem:
    try:
        said: dict[str, Any] = response.json()
        title, detail = str(said["title"]), str(said["detail"])
    except (ValueError, KeyError, TypeError):
        return _away(what)
    headers = passed_on(response)
    if response.is_redirect:
        headers["Location"] = response.headers["location"]
    more = {name: value for name, value in said.items() if name not in _OF_PROBLEMS}
    return Problem(response.status, title, detail, headers, **more)


def _away(what: str = "Accounts do") -> Problem:
    return Problem(
        503,
        "Service Unavailable",
        f"{what} not answer just now; public records are complete.",
        {"Retry-After": "5"},
    )
