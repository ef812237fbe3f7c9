"""HTTP of signing in, for the gateway."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from chassis.problems import Problem
from chassis.tokens import Caller, caller_or_none
from contracts.people.signin import (
    FinishEmail,
    FinishSignIn,
    SignedIn,
    SignInOptions,
    StartedEmail,
    StartedSignIn,
    StartEmail,
    StartSignIn,
)
from services.identity.accounts import BROWSER
from services.identity.callers import Network
from services.identity.replies import PRIVATE, errors, open_errors
from services.identity.signin import SignIn


async def _adding(who: Annotated[Caller | None, Depends(caller_or_none)]) -> str | None:
    """The account to which a sign-in is added: that of a browser that is signed in."""
    if who is not None and not who.session_id.startswith(BROWSER):
        raise Problem(403, "Forbidden", "A program cannot add sign-ins; use a browser.")
    return who.account_id if who is not None else None


Adding = Annotated[str | None, Depends(_adding)]


def router(sign_in: SignIn) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/signin", tags=["sign-in"])

    @routes.get("")
    async def options() -> SignInOptions:
        """How one can sign in here."""
        return sign_in.options()

    @routes.post("/start", responses=errors(403, 404, 429, 503))
    async def start(
        asked: StartSignIn, adds_to: Adding, network: Network, response: Response
    ) -> StartedSignIn:
        """Begin at an issuer. With an access token, it is added to the caller's sign-ins."""
        response.headers.update(PRIVATE)
        return await sign_in.start(asked, adds_to, network)

    @routes.post("/finish", responses=open_errors(400, 409, 503))
    async def finish(asked: FinishSignIn, response: Response) -> SignedIn:
        """Come back from the issuer: a new session."""
        response.headers.update(PRIVATE)
        return await sign_in.finish(asked)

    @routes.post("/email", status_code=202, responses=errors(403, 404, 429, 503))
    async def start_email(
        asked: StartEmail, adds_to: Adding, network: Network, response: Response
    ) -> StartedEmail:
        """Send a code. The answer is the same whether there is an account or not."""
        response.headers.update(PRIVATE)
        return await sign_in.start_email(asked, adds_to, network)

    @routes.post("/email/finish", responses=open_errors(400, 409, 429))
    async def finish_email(asked: FinishEmail, network: Network, response: Response) -> SignedIn:
        """Type in the code: a new session."""
        response.headers.update(PRIVATE)
        return await sign_in.finish_email(asked, network)

    return routes
