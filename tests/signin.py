"""Signing in without a browser.

``sign_in`` seeds a session where the services run in the test's process;
``sign_in_at_the_provider`` and ``sign_in_by_mail`` go the whole way in a stack of real processes.
"""

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from chassis.mongo import close
from contracts.people.account import Role
from services.identity.access import Access
from services.identity.accounts import Identity, email_identity
from services.identity.settings import IdentitySettings
from tests.stack import Stack
from tests.support import System

ORCID_ISSUER = "https://orcid.org"
ADA, BOB, CY, DEE = (
    "0000-0002-1825-0097",
    "0000-0001-5109-3700",
    "0000-0002-1694-233X",
    "0000-0003-1415-9269",
)
"""ORCID iDs with right check digits."""


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in."""

    account_id: str
    secret: str
    """What the session cookie holds."""

    async def token(self, identity: httpx.AsyncClient) -> str:
        """An access token, from identity's own `/exchange`."""
        answer = await identity.post("/exchange", json={"secret": self.secret})
        assert answer.status_code == 200, answer.text
        signed: str = answer.json()["token"]["access_token"]
        return signed

    async def bearer(self, identity: httpx.AsyncClient) -> dict[str, str]:
        """The header that carries a fresh access token."""
        return {"Authorization": f"Bearer {await self.token(identity)}"}


@asynccontextmanager
async def access(system: System, now: datetime | None = None) -> AsyncIterator[Access]:
    """Identity's accounts, without the service; ``now`` stops the clock there."""
    service = system.service("identity")
    settings = system.settings(IdentitySettings)
    made = Access(service.database, settings, lambda: now or datetime.now(UTC))
    try:
        yield made
    finally:
        await close(service.database.client)


async def sign_in(
    system: System,
    *,
    orcid: str | None = None,
    email: str | None = None,
    name: str | None = None,
    roles: Iterable[Role] = (),
) -> Person:
    """A new session in a system whose services run in this process (identity need not run).

    With an ORCID iD, or an e-mail address; the same again is the same account.
    """
    assert orcid or email
    who = email_identity(email or "")
    if orcid:
        who = Identity(ORCID_ISSUER, orcid, name=name, email=email, orcid=orcid)
    async with access(system) as made:
        await made.prepare()
        account_id = await made.accounts.signed_in(who)
        if roles:
            await made.accounts.set_roles(account_id, tuple(roles), by="a test")
        session = await made.grants.open_session(account_id)
        return Person(account_id, session.secret)


def sign_in_at_the_provider(stack: Stack, orcid: str) -> Person:
    """A new session in a stack of real processes, by way of its local OpenID provider."""
    with httpx.Client(base_url=stack.address("identity"), timeout=30) as identity:
        back = f"{stack.gateway}/login/callback"
        asked = {"issuer": "orcid", "redirect_uri": back}
        started = identity.post("/signin/start", json=asked).raise_for_status().json()
        at_provider = httpx.post(started["authorize_url"], data={"sub": orcid}, timeout=30)
        sent_to = httpx.URL(at_provider.headers["location"])
        assert str(sent_to).startswith(back)
        answer = {name: sent_to.params[name] for name in ("code", "state")}
        secret = {"browser_secret": started["browser_secret"]}
        return _person(identity.post("/signin/finish", json=answer | secret))


def sign_in_by_mail(stack: Stack, email: str) -> Person:
    """A new session in a stack of real processes, by a code from its mail catcher."""
    with httpx.Client(base_url=stack.address("identity"), timeout=30) as identity:
        secret = identity.post("/signin/email", json={"email": email}).raise_for_status().json()
        code = re.search(r"\b\d{6}\b", stack.run("mail", email))
        assert code
        return _person(identity.post("/signin/email/finish", json={"code": code[0], **secret}))


def _person(answer: httpx.Response) -> Person:
    assert answer.status_code == 200, answer.text
    return Person(answer.json()["account_id"], answer.json()["session_secret"])
