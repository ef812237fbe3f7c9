"""Signed access tokens: who calls, and what they may do.

JWT access tokens (RFC 9068) signed with ES256; the public keys are a JWKS (RFC 7517). Errors are
told as RFC 6750 asks. A service calls ``install(app, Verifier(keys_at(url), …))``; its routes ask
for ``Annotated[Caller, Depends(caller)]``, ``caller_or_none`` or ``needs(scope=…)``.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any

import httpx
import structlog
from cachetools import LRUCache
from fastapi import Depends, FastAPI, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, Field, ValidationError

from chassis.problems import Problem

_log = structlog.get_logger(__name__)

ALGORITHM = "ES256"
TYPE = "at+jwt"
LEEWAY = 10
"""Seconds by which the clocks of two of our machines may differ."""
LONGEST = 8192
_KEYS_FOR = 600.0
_MOST_DECODED = 10_000
_BETWEEN_FETCHES = 5.0
_BETWEEN_FIRST_TRIES = 0.5

Keys = Callable[[], Awaitable[dict[str, Any]]]
"""Answers the JWKS of whoever signs."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as their access token says."""

    account_id: str
    roles: frozenset[str]
    scopes: frozenset[str]
    authors: tuple[str, ...]
    """Author records that the account owns."""
    session_id: str
    issued_at: datetime
    expires_at: datetime
    token: str
    """The token itself, to pass on."""


Current = Callable[[Caller], Awaitable[Caller | None]]
"""The caller as of now; ``None`` when the token holds no longer though it has not expired."""


class _Claims(BaseModel):
    iss: str
    aud: str
    sub: Annotated[str, Field(min_length=1)]
    iat: int
    exp: int
    jti: str
    sid: str
    roles: frozenset[str] = frozenset()
    scope: str = ""
    authors: tuple[str, ...] = ()


class Invalid(Exception):
    """The token is not one of ours, or is one no longer; the text says why."""


class KeySource:
    """The public keys of one issuer: fetched once, again when they are old or one is unknown.

    What a key has vouched for is remembered as long: people come with a token many times.
    """

    def __init__(self, fetch: Keys) -> None:
        self._fetch = fetch
        self._keys: KeySet | None = None
        self._decoded: LRUCache[str, jwt.Token] = LRUCache(_MOST_DECODED)
        self._fetched = float("-inf")
        self._tried = float("-inf")
        self._fetching = asyncio.Lock()

    async def decode(self, token: str, algorithms: Collection[str]) -> jwt.Token:
        """A token whose signature holds.

        Raises:
            Invalid: it is no token, was changed, or is signed by somebody else.
            Problem: 503, no key could be fetched yet.
        """
        keys = await self._key_set()
        known = f"{sha256(token.encode()).hexdigest()} {algorithms}"
        if known in self._decoded:
            return self._decoded[known]
        try:
            found = _decoded(token, keys, algorithms)
        except InvalidKeyIdError:
            newer = await self._key_set(newer_than=keys)
            try:
                found = _decoded(token, newer, algorithms)
            except InvalidKeyIdError:
                raise Invalid("the token is signed by an unknown key") from None
        self._decoded[known] = found
        return found

    async def _key_set(self, newer_than: KeySet | None = None) -> KeySet:
        """The keys, fetched when there are none, they are old, or newer ones are asked for."""
        async with self._fetching:
            now = time.monotonic()
            held = self._keys
            wanted = held is None or held is newer_than or now - self._fetched > _KEYS_FOR
            pause = _BETWEEN_FIRST_TRIES if held is None else _BETWEEN_FETCHES
            if wanted and now - self._tried > pause:
                self._tried = now
                try:
                    found: Any = await self._fetch()  # anything; looked at as it is imported
                    self._keys = held = KeySet.import_key_set(found)
                    self._decoded.clear()
                    self._fetched = now
                except (httpx.HTTPError, JoseError, ValueError) as error:
                    _log.warning("no keys of the issuer of tokens", error=repr(error))
            if held is None:
                detail = "Tokens cannot be checked at the moment; try again soon."
                raise Problem(503, "Service Unavailable", detail, {"Retry-After": "2"})
            return held


class Verifier:
    """Checks access tokens of one issuer for one audience."""

    def __init__(
        self, keys: Keys, *, issuer: str, audience: str, current: Current | None = None
    ) -> None:
        self._keys = KeySource(keys)
        self._issuer = issuer
        self._audience = audience
        self._current = current

    async def verify(self, token: str) -> Caller:
        """The caller that a token stands for.

        Raises:
            Invalid: it is tampered with, expired, for others, by others, or taken back.
            Problem: 503, no key could be fetched yet.
        """
        if len(token) > LONGEST:
            raise Invalid("the token is too long")
        claims = self._check(await self._keys.decode(token, [ALGORITHM]))
        caller = Caller(
            account_id=claims.sub,
            roles=claims.roles,
            scopes=frozenset(claims.scope.split()),
            authors=claims.authors,
            session_id=claims.sid,
            issued_at=datetime.fromtimestamp(claims.iat, UTC),
            expires_at=datetime.fromtimestamp(claims.exp, UTC),
            token=token,
        )
        now = await self._current(caller) if self._current is not None else caller
        if now is None:
            raise Invalid("the session has ended")
        return now

    def _check(self, token: jwt.Token) -> _Claims:
        if token.header.get("typ") != TYPE:
            raise Invalid("this is no access token")
        try:
            claims = _Claims.model_validate(token.claims)
        except ValidationError:
            raise Invalid("the token lacks claims") from None
        now = time.time()
        if claims.iss != self._issuer:
            raise Invalid("the token is of another issuer")
        if claims.aud != self._audience:
            raise Invalid("the token is for another audience")
        if claims.exp <= now - LEEWAY:
            raise Invalid("the token has expired")
        if claims.iat > now + LEEWAY:
            raise Invalid("the token is of the future")
        return claims


def _decoded(token: str, keys: KeySet, algorithms: Collection[str]) -> jwt.Token:
    try:
        return jwt.decode(token, keys, algorithms=algorithms)
    except InvalidKeyIdError:
        raise
    except (JoseError, ValueError) as error:
        if isinstance(error, BadSignatureError) and "kid" not in _header(token):
            raise InvalidKeyIdError() from error  # it may be of a key that came later
        raise Invalid("the token is malformed or was changed") from error


def _header(token: str) -> Mapping[str, Any]:
    return jws.extract_compact(token.encode()).headers()


def keys_at(url: str) -> Keys:
    """Fetches a JWKS from an address."""

    async def fetch() -> dict[str, Any]:
        async with httpx.AsyncClient(timeout=3) as http:
            response = await http.get(url)
            response.raise_for_status()
            keys: dict[str, Any] = response.json()
            return keys

    return fetch


def install(app: FastAPI, verifier: Verifier) -> None:
    """Let the routes of an application ask who calls."""
    app.state.verifier = verifier


_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="A signed access token.")


async def caller_or_none(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller | None:
    """Who calls; ``None`` without a token. A bad token is an error even where none is needed."""
    if given is None:
        if "authorization" in request.headers:
            raise unauthorized("The Authorization header is not `Bearer <token>`.")
        return None
    verifier: Verifier = request.app.state.verifier
    try:
        return await verifier.verify(given.credentials)
    except Invalid as why:
        raise unauthorized(f"The access token is not valid: {why}.") from why


async def caller(known: Annotated[Caller | None, Depends(caller_or_none)]) -> Caller:
    """Who calls; nobody is an error."""
    if known is None:
        challenge = {"WWW-Authenticate": "Bearer"}
        raise Problem(401, "Unauthorized", "Sign in, or send an access token.", challenge)
    return known


def needs(*, scope: str | None = None, role: str | None = None) -> Callable[..., Awaitable[Caller]]:
    """A dependency: the caller, who must have a scope or a role."""

    async def allowed(who: Annotated[Caller, Depends(caller)]) -> Caller:
        if scope is not None and scope not in who.scopes:
            challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
            detail = f"The access token lacks the scope `{scope}`."
            raise Problem(403, "Forbidden", detail, {"WWW-Authenticate": challenge})
        if role is not None and role not in who.roles:
            raise Problem(403, "Forbidden", f"Only a {role} may do this.")
        return who

    return allowed


def unauthorized(detail: str) -> Problem:
    """The answer to a token that does not hold (RFC 6750 §3.1)."""
    challenge = 'Bearer error="invalid_token"'
    return Problem(401, "Unauthorized", detail, {"WWW-Authenticate": challenge})
