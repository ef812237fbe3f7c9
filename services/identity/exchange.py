"""A session or a personal token for a signed access token, and for who that is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from chassis.tokens import unauthorized
from contracts.people.access import TOKEN_AUDIENCE, TOKEN_ISSUER, AccessToken
from contracts.people.account import Me
from contracts.people.exchange import Exchange, Exchanged, Relation
from services.identity.account_store import Accounts
from services.identity.accounts import me_of, roles_of, scopes_of
from services.identity.grants import Grant, Grants
from services.identity.keyring import Keyring
from services.identity.keys import TOKEN_LIFETIME


@dataclass(frozen=True, slots=True)
class Around:
    """What the other parts of identity know about an account."""

    authors: Callable[[str], Awaitable[tuple[str, ...]]]
    """The author records that it owns."""
    me: Callable[[Me], Awaitable[Me]]
    """The same with claim, level, settings and what is unread."""
    relation: Callable[[str, str], Awaitable[Relation]]
    """How an account stands to an author."""


class Exchanger:
    """Makes access tokens of what browsers and programs hold."""

    def __init__(
        self,
        accounts: Accounts,
        grants: Grants,
        keyring: Keyring,
        around: Around,
        clock: Callable[[], datetime],
    ) -> None:
        self._accounts = accounts
        self._grants = grants
        self._keyring = keyring
        self._around = around
        self._clock = clock

    async def exchange(self, asked: Exchange) -> Exchanged:
        """What a page needs to know of the one who looks at it.

        Raises:
            Problem: 401, the secret opens nothing (any more).
        """
        grant = await self._grants.opened_by(asked.secret)
        if grant is None:
            raise unauthorized("The session or token has ended, or there never was one.")
        me = await self._around.me(me_of(grant.account, self._accounts.operators))
        relation = None
        if asked.author_id is not None:
            relation = await self._around.relation(me.account_id, asked.author_id)
        return Exchanged(token=await self.token(grant), me=me, relation=relation)

    async def token(self, grant: Grant, asked: frozenset[str] | None = None) -> AccessToken:
        """A signed token for ten minutes; ``asked`` narrows its scopes."""
        account_id = grant.account["_id"]
        roles = roles_of(grant.account, self._accounts.operators)
        allowed = scopes_of(frozenset(roles), grant.scopes)
        scope = " ".join(one for one in allowed if asked is None or one in asked)
        issued = int(self._clock().timestamp())
        lifetime = int(TOKEN_LIFETIME.total_seconds())
        claims = {
            "iss": TOKEN_ISSUER,
            "aud": TOKEN_AUDIENCE,
            "sub": account_id,
            "client_id": "bzpeer",
            "iat": issued,
            "exp": issued + lifetime,
            "jti": uuid4().hex,
            "sid": grant.id,
            "roles": roles,
            "scope": scope,
            "authors": await self._around.authors(account_id),
        }
        signed = await self._keyring.sign(claims)
        return AccessToken(access_token=signed, expires_in=lifetime, scope=scope)
