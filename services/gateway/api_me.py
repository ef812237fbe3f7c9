"""The public JSON API of the caller's own account; identity answers."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from chassis.http import IdempotencyKey
from contracts.people.access import (
    AccessToken,
    LinkedSignIns,
    MakeToken,
    SessionList,
    Token,
    TokenList,
)
from contracts.people.account import AccountList, AuditLog, Me, SetRoles, Settings
from services.gateway.passing import PREFIX, PRIVATE, Callers, Id, Passing, of_client, problems
from services.gateway.people import People
from services.gateway.questions import Cursor, Limit


def router(callers: Callers, people: People) -> APIRouter:
    """The routes."""
    passing = Depends(callers.somebody)
    routes = APIRouter(prefix=PREFIX, tags=["own account"])

    @routes.get("/me", response_model=Me, responses=problems(401, 403))
    async def me(to: Passing = passing) -> Response:
        """The caller's own account."""
        return await to.on()

    @routes.patch("/me", response_model=Me, responses=problems(401, 403, 409))
    async def change(body: Settings, to: Passing = passing) -> Response:
        """Change settings; what is not named stays as it is."""
        return await to.on()

    @routes.delete("/me", status_code=204, responses=problems(401, 403))
    async def erase(to: Passing = passing) -> Response:
        """Erase the account and everything that it said and did here."""
        return await to.on()

    @routes.get("/me/audit", response_model=AuditLog, responses=problems(401, 403))
    async def audit(cursor: Cursor = None, limit: Limit = 50, to: Passing = passing) -> Response:
        """What was done by the caller and to them, newest first."""
        return await to.on()

    @routes.get("/me/export", responses=problems(401, 403, 429))
    async def export(to: Passing = passing) -> Response:
        """Everything that is kept about the caller."""
        return await to.on()

    @routes.get("/me/tokens", response_model=TokenList, responses=problems(401, 403))
    async def tokens(to: Passing = passing) -> Response:
        """The caller's personal tokens, without their secrets."""
        return await to.on()

    @routes.post(
        "/me/tokens", response_model=Token, status_code=201, responses=problems(401, 403, 409)
    )
    async def make_token(
        body: MakeToken, idempotency_key: IdempotencyKey = None, to: Passing = passing
    ) -> Response:
        """A personal token for a program; its secret is told only now.

        With the key of an earlier command the answer is the token of then, without its secret.
        """
        return await to.on()

    @routes.delete("/me/tokens/{token_id}", status_code=204, responses=problems(401, 403, 404))
    async def revoke_token(token_id: Id, to: Passing = passing) -> Response:
        """Take a personal token back."""
        return await to.on()

    @routes.get("/me/sign-ins", response_model=LinkedSignIns, responses=problems(401, 403, 410))
    async def sign_ins(to: Passing = passing) -> Response:
        """The sign-ins that open the caller's account, in the order in which they were added."""
        return await to.on()

    @routes.get("/me/sessions", response_model=SessionList, responses=problems(401, 403))
    async def sessions(to: Passing = passing) -> Response:
        """Where the caller is signed in: the hundred sessions used last."""
        return await to.on()

    @routes.delete("/me/sessions/{session_id}", status_code=204, responses=problems(401, 403, 404))
    async def end_session(session_id: Id, to: Passing = passing) -> Response:
        """Sign out in one browser."""
        return await to.on()

    @routes.post("/me/sign-out", status_code=204, responses=problems(401))
    async def sign_out(to: Passing = passing) -> Response:
        """End this session."""
        return await to.on()

    @routes.post("/me/sign-out-everywhere", status_code=204, responses=problems(401, 403))
    async def sign_out_everywhere(to: Passing = passing) -> Response:
        """End every session and take back every personal token, at once."""
        return await to.on()

    @routes.get("/accounts", response_model=AccountList, responses=problems(401, 403))
    async def accounts(
        who: Annotated[
            str | None, Query(max_length=100, description="An account's id or an ORCID iD.")
        ] = None,
        to: Passing = passing,
    ) -> Response:
        """Accounts of that name, or else all that have a role, for operators."""
        return await to.on()

    @routes.put(
        "/accounts/{account_id}/roles",
        response_model=SetRoles,
        responses=problems(401, 403, 404, 410),
    )
    async def set_roles(account_id: Id, body: SetRoles, to: Passing = passing) -> Response:
        """Say which roles an account has, for operators."""
        return await to.on()

    @routes.post("/token", response_model=AccessToken, responses=problems(400, 429))
    async def token(
        request: Request,
        grant_type: Annotated[str, Form(max_length=200)],
        subject_token: Annotated[str, Form(max_length=500)],
        subject_token_type: Annotated[str | None, Form(max_length=200)] = None,
        scope: Annotated[str | None, Form(max_length=500)] = None,
    ) -> Response:
        """A personal token for a signed access token of ten minutes (RFC 8693)."""
        asked = {
            "grant_type": grant_type,
            "subject_token": subject_token,
            "subject_token_type": subject_token_type,
            "scope": scope,
        }
        content = urlencode({name: value for name, value in asked.items() if value is not None})
        form = {"Content-Type": "application/x-www-form-urlencoded", **of_client(request)}
        made = await people.ask("POST", "/token", content=content.encode(), headers=form)
        return Response(made.content, made.status, {"cache-control": PRIVATE}, "application/json")

    return routes
