"""HTTP of accounts: tokens, signing out, roles, and the keys that check access tokens."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Response

from chassis.http import IdempotencyKey
from chassis.problems import Problem
from contracts.people.access import (
    ACCESS_TOKEN,
    ALL_SCOPES,
    JWKS_PATH,
    PERSONAL_TOKEN,
    TOKEN_EXCHANGE,
    AccessToken,
    LinkedSignIns,
    MakeToken,
    SessionList,
    Token,
    TokenList,
)
from contracts.people.account import AccountList, SetRoles
from contracts.people.exchange import Exchange, Exchanged
from services.identity.access import Access
from services.identity.accounts import BROWSER
from services.identity.callers import Known, Network, Operator, Owner
from services.identity.exchange import Exchanger
from services.identity.limits import Limit
from services.identity.replies import PRIVATE, AnId, errors, open_errors

WRONG_TOKENS = Limit("wrong-tokens-from-here", 30, 600)


def router(access: Access, exchanger: Exchanger) -> APIRouter:
    """The routes."""
    grants, limits = access.grants, access.limits
    routes = APIRouter(tags=["accounts"])

    @routes.get(JWKS_PATH)
    async def get_keys(response: Response) -> dict[str, Any]:
        """The public keys of access tokens (RFC 7517)."""
        response.headers["Cache-Control"] = "public, max-age=300"
        return await access.keyring.published()

    @routes.post("/exchange", responses=errors())
    async def exchange(asked: Exchange, response: Response) -> Exchanged:
        """For the gateway: a session or a personal token for an access token."""
        response.headers.update(PRIVATE)
        return await exchanger.exchange(asked)

    @routes.post("/token", responses=open_errors(400, 429))
    async def token(
        response: Response,
        network: Network,
        grant_type: Annotated[str, Form(max_length=200)] = "",
        subject_token: Annotated[str, Form(max_length=500)] = "",
        subject_token_type: Annotated[str, Form(max_length=200)] = ACCESS_TOKEN,
        scope: Annotated[str | None, Form(max_length=500)] = None,
    ) -> AccessToken:
        """For programs: a personal token for an access token (RFC 8693)."""
        response.headers.update(PRIVATE)
        if grant_type != TOKEN_EXCHANGE:
            raise _oauth("unsupported_grant_type", f"grant_type must be {TOKEN_EXCHANGE}.")
        if subject_token_type != ACCESS_TOKEN:
            raise _oauth("invalid_request", f"subject_token_type must be {ACCESS_TOKEN}.")
        asked = frozenset(scope.split()) if scope is not None else None
        if asked is not None and not asked <= frozenset(ALL_SCOPES):
            raise _oauth("invalid_scope", f"Scopes are: {' '.join(ALL_SCOPES)}.")
        await limits.check(WRONG_TOKENS, network)
        personal = subject_token.startswith(PERSONAL_TOKEN)
        grant = await grants.opened_by(subject_token) if personal else None
        if grant is None:
            await limits.take(WRONG_TOKENS, network)
            raise _oauth("invalid_grant", "The personal token is not valid, or no longer.")
        made = await exchanger.token(grant, asked)
        if asked is not None and not asked <= frozenset(made.scope.split()):
            raise _oauth("invalid_scope", "The personal token does not go that far.")
        return made

    @routes.get("/me/tokens", responses=errors(403))
    async def get_tokens(who: Owner) -> TokenList:
        """The caller's personal tokens, newest first."""
        return TokenList(items=await grants.tokens_of(who.account_id))

    @routes.post("/me/tokens", status_code=201, responses=errors(403, 409))
    async def make_token(
        asked: MakeToken, who: Owner, response: Response, idempotency_key: IdempotencyKey = None
    ) -> Token:
        """A personal token for a program; its secret is told only now.

        With the key of an earlier command the answer is the token of then, without its secret.
        """
        response.headers.update(PRIVATE)
        if not who.session_id.startswith(BROWSER):
            raise Problem(403, "Forbidden", "A program cannot make tokens; sign in to do it.")
        return await grants.make_token(who.account_id, asked, idempotency_key)

    @routes.delete("/me/tokens/{token_id}", status_code=204, responses=errors(403, 404))
    async def revoke_token(token_id: AnId, who: Owner) -> None:
        """Take a personal token back."""
        if not await grants.revoke_token(who.account_id, token_id):
            raise Problem(404, "Not Found", f"You have no token {token_id}.")

    @routes.get("/me/sign-ins", responses=errors(403, 410))
    async def sign_ins(who: Owner) -> LinkedSignIns:
        """The sign-ins that open the caller's account, in the order in which they were added."""
        return await access.sign_in.linked(who.account_id)

    @routes.get("/me/sessions", responses=errors(403))
    async def sessions(who: Owner) -> SessionList:
        """Where the caller is signed in: the hundred sessions used last."""
        return SessionList(items=await grants.sessions_of(who))

    @routes.delete("/me/sessions/{session_id}", status_code=204, responses=errors(403, 404))
    async def end_session(session_id: AnId, who: Owner) -> None:
        """Sign out in one browser, at once."""
        if not await grants.end_session(who.account_id, session_id):
            raise Problem(404, "Not Found", f"You have no session {session_id}.")

    @routes.post("/me/sign-out", status_code=204, responses=errors())
    async def sign_out(who: Known) -> None:
        """End the session with which the caller came."""
        await grants.sign_out(who)

    @routes.post("/me/sign-out-everywhere", status_code=204, responses=errors(403))
    async def sign_out_everywhere(who: Owner) -> None:
        """End every session and take back every personal token, at once."""
        await grants.sign_out_everywhere(who.account_id)

    @routes.get("/accounts", responses=errors(403))
    async def accounts(
        _: Operator,
        who: Annotated[
            str | None, Query(max_length=100, description="An account's id or an ORCID iD.")
        ] = None,
    ) -> AccountList:
        """Accounts of that name, or else all that have a role, for operators."""
        return AccountList(items=await access.accounts.found(who))

    @routes.put("/accounts/{account_id}/roles", responses=errors(403, 404, 410))
    async def set_roles(account_id: AnId, asked: SetRoles, who: Operator) -> SetRoles:
        """Say which roles an account has, for operators."""
        return SetRoles(
            roles=await access.accounts.set_roles(account_id, asked.roles, who.account_id)
        )

    return routes


def _oauth(error: str, detail: str) -> Problem:
    """An error as RFC 6749 §5.2 has it, which is a problem as well."""
    return Problem(400, "Bad Request", detail, PRIVATE, error=error, error_description=detail)
