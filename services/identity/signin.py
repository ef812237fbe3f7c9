"""Signing in, step by step: ``signins`` holds what is under way, each to be finished once."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog

from chassis.mongo import Collection, Row
from chassis.problems import Problem
from contracts.people.access import LinkedSignIn, LinkedSignIns
from contracts.people.signin import (
    FinishEmail,
    FinishSignIn,
    Issuer,
    SignedIn,
    SignInOptions,
    StartedEmail,
    StartedSignIn,
    StartEmail,
    StartSignIn,
)
from services.identity.account_store import Accounts
from services.identity.accounts import EMAIL_ISSUER, Identity, email_identity, normalised_email
from services.identity.credentials import hashed, new_code, new_secret
from services.identity.grants import Grants
from services.identity.limits import Limit, Limits
from services.identity.mail import Mailer
from services.identity.oidc import Provider, Refused

_log = structlog.get_logger(__name__)

LIFETIME = timedelta(minutes=10)
MOST_TRIES = 5
STARTS_OF_A_NETWORK = Limit("sign-ins-from-here", 300, 600)
STARTS = Limit("sign-ins", 3000, 600)
CODES_OF_A_NETWORK = Limit("codes-from-here", 30, 3600)
CODES_OF_AN_ADDRESS = (Limit("codes", 3, 900), Limit("codes-a-day", 10, 86_400))
CODES = Limit("all-codes", 300, 900)
WRONG_CODES = Limit("wrong-codes-from-here", 30, 3600)


class SignIn:
    """The ways in."""

    def __init__(
        self,
        collection: Collection,
        providers: Mapping[str, Provider],
        mailer: Mailer,
        accounts: Accounts,
        grants: Grants,
        limits: Limits,
        public_url: str,
        clock: Callable[[], datetime],
    ) -> None:
        self.collection = collection
        self._providers = providers
        self._mailer = mailer
        self._accounts = accounts
        self._grants = grants
        self._limits = limits
        self._public_url = public_url
        self._clock = clock

    async def prepare(self) -> None:
        """Create the index that removes what was never finished."""
        await self.collection.create_index("expires_at", expireAfterSeconds=0)

    def options(self) -> SignInOptions:
        """How one can sign in here."""
        issuers = tuple(
            Issuer(id=provider.settings.id, name=provider.settings.name)
            for provider in self._providers.values()
        )
        return SignInOptions(issuers=issuers, email=bool(self._mailer))

    async def linked(self, account_id: str) -> LinkedSignIns:
        """The sign-ins that open an account.

        Raises:
            Problem: 404 or 410, there is no such account.
        """
        account = await self._accounts.get(account_id)
        names = {each.settings.issuer: each.settings.name for each in self._providers.values()}
        names[EMAIL_ISSUER] = "E-mail"
        keys = [key.partition("|") for key in account["identities"]]
        return LinkedSignIns(
            items=tuple(
                LinkedSignIn(issuer=issuer, name=names.get(issuer, issuer), subject=subject)
                for issuer, _, subject in keys
            )
        )

    async def start(
        self, asked: StartSignIn, account_id: str | None, network: str
    ) -> StartedSignIn:
        """Begin at an issuer; with ``account_id``, to add the sign-in to that account.

        Raises:
            Problem: 404, no such issuer; 422, the browser would come back elsewhere; 429, too
                often.
        """
        provider = self._providers.get(asked.issuer)
        if provider is None:
            raise Problem(404, "Not Found", f"One cannot sign in with {asked.issuer} here.")
        if _origin(asked.redirect_uri) != _origin(self._public_url):
            detail = f"redirect_uri does not lead to {self._public_url}."
            raise Problem(422, "Unprocessable Content", detail)
        await self._limits.take(STARTS_OF_A_NETWORK, network)
        await self._limits.take(STARTS)
        state, browser = new_secret(), new_secret()
        flow = {
            "issuer": asked.issuer,
            "nonce": new_secret(),
            "verifier": secrets.token_urlsafe(48),
            "redirect_uri": asked.redirect_uri,
        }
        url = await provider.authorize_url(
            state=state,
            nonce=flow["nonce"],
            verifier=flow["verifier"],
            redirect_uri=asked.redirect_uri,
        )
        await self._keep(hashed(state, browser), asked.next, account_id, flow)
        return StartedSignIn(authorize_url=url, browser_secret=browser)

    async def finish(self, asked: FinishSignIn) -> SignedIn:
        """Come back from an issuer.

        Raises:
            Problem: 400, this browser has no such sign-in under way, or the issuer refused.
        """
        flow = await self._take(hashed(asked.state, asked.browser_secret), {})
        provider = self._providers.get(flow["issuer"]) if flow else None
        if flow is None or provider is None:
            raise _begin_again()
        try:
            identity = await provider.identity(
                code=asked.code,
                verifier=flow["verifier"],
                nonce=flow["nonce"],
                redirect_uri=flow["redirect_uri"],
                issuer=asked.iss,
            )
        except Refused as refused:
            _log.warning("sign-in refused", issuer=flow["issuer"], why=str(refused))
            detail = f"{provider.settings.name} did not confirm who you are. Begin again."
            raise Problem(400, "Bad Request", detail, reason="issuer-refused") from refused
        return await self._finished(identity, flow)

    async def start_email(
        self, asked: StartEmail, account_id: str | None, network: str
    ) -> StartedEmail:
        """Send a code. Nothing in this depends on whether the address has an account.

        Raises:
            Problem: 404, not set up; 422, no address; 429, too often; 503, no mail goes out.
        """
        if not self._mailer:
            raise Problem(404, "Not Found", "One cannot sign in by e-mail here.")
        try:
            address = normalised_email(asked.email)
        except ValueError:
            raise Problem(422, "Unprocessable Content", "That is no e-mail address.") from None
        await self._limits.take(CODES_OF_A_NETWORK, network)
        for limit in CODES_OF_AN_ADDRESS:
            await self._limits.take(limit, hashed(address))
        await self._limits.take(CODES)
        code, browser = new_code(), new_secret()
        flow = {"email": address, "code_hash": hashed(code, browser), "tries": 0}
        await self._keep(hashed(browser), asked.next, account_id, flow)
        await self._mailer.send(
            address, f"{code} is your code for BZPEER", _letter(code, self._public_url)
        )
        return StartedEmail(browser_secret=browser)

    async def finish_email(self, asked: FinishEmail, network: str) -> SignedIn:
        """Type in the code.

        Raises:
            Problem: 400, it is not the code, or no code waits (any more); 429, wrong too often.
        """
        await self._limits.check(WRONG_CODES, network)
        flow_id = hashed(asked.browser_secret)
        flow = await self.collection.find_one_and_update(
            {"_id": flow_id, "tries": {"$lt": MOST_TRIES}, "expires_at": {"$gt": self._clock()}},
            {"$inc": {"tries": 1}},
            return_document=True,
        )
        if flow is None:
            raise _begin_again()
        right = hashed(asked.code, asked.browser_secret)
        if not secrets.compare_digest(right, flow["code_hash"]):
            await self._limits.take(WRONG_CODES, network)
            left = MOST_TRIES - flow["tries"]
            detail = (
                f"That is not the code. {left} tries are left."
                if left
                else ("That is not the code. Ask for a new one.")
            )
            raise Problem(400, "Bad Request", detail, reason="wrong-code", tries_left=left)
        taken = await self._take(flow_id, {"code_hash": right})
        if taken is None:
            raise _begin_again()
        return await self._finished(email_identity(taken["email"]), taken)

    async def _keep(
        self, flow_id: str, then: str, account_id: str | None, flow: Mapping[str, Any]
    ) -> None:
        expires_at = self._clock() + LIFETIME
        common = {"_id": flow_id, "next": then, "account_id": account_id}
        await self.collection.insert_one({**common, "expires_at": expires_at, **flow})

    async def _take(self, flow_id: str, more: Mapping[str, Any]) -> Row | None:
        """A flow that is under way, for the one who comes first."""
        return await self.collection.find_one_and_delete(
            {"_id": flow_id, "expires_at": {"$gt": self._clock()}, **more}
        )

    async def _finished(self, identity: Identity, flow: Row) -> SignedIn:
        account_id = await self._accounts.signed_in(identity, flow["account_id"])
        session = await self._grants.open_session(account_id)
        return SignedIn(
            session_secret=session.secret,
            account_id=account_id,
            next=flow["next"],
            expires_at=session.expires_at,
        )


def _begin_again() -> Problem:
    detail = (
        "This sign-in was begun in another browser, is finished already or took too long. "
        "Begin again."
    )
    return Problem(400, "Bad Request", detail, reason="sign-in-expired")


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _letter(code: str, public_url: str) -> str:
    return (
        f"Your code is {code}. It holds for ten minutes.\n\n"
        f"Type it in at {public_url}, where you asked for it, and nowhere else.\n"
        "If you did not ask for it, you need do nothing: without it nobody gets in.\n"
    )
