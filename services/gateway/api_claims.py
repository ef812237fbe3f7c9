"""The public JSON API of claims; identity answers."""

from fastapi import APIRouter, Depends, Response

from chassis.http import IdempotencyKey
from contracts.people.claims import (
    Claim,
    ClaimList,
    ClaimOptions,
    ConfirmationList,
    DecideClaim,
    OfferEvidence,
    OpenClaim,
    Reason,
)
from contracts.people.collaboration import ReportList
from services.gateway.passing import PREFIX, Callers, Id, Passing, problems
from services.gateway.questions import Cursor, Limit


def router(callers: Callers) -> APIRouter:
    """The routes."""
    passing = Depends(callers.somebody)
    routes = APIRouter(prefix=PREFIX, tags=["claims"])
    changes = problems(401, 403, 404, 409, 410, 429)

    @routes.get(
        "/researchers/{author_id}/claims",
        response_model=ClaimOptions,
        responses=problems(401, 404, 410),
    )
    async def options(author_id: Id, to: Passing = passing) -> Response:
        """What claiming a record takes: which proofs it can have, and what they count."""
        return await to.on()

    @routes.post(
        "/researchers/{author_id}/claims",
        response_model=Claim,
        status_code=201,
        responses=changes,
    )
    async def open_claim(
        author_id: Id,
        body: OpenClaim,
        idempotency_key: IdempotencyKey = None,
        to: Passing = passing,
    ) -> Response:
        """Say that a record is about the caller, once for each key.

        Of a claimed record this opens a dispute.
        """
        return await to.on()

    @routes.get("/claims/{claim_id}", response_model=Claim, responses=problems(401, 403, 404))
    async def claim(claim_id: Id, to: Passing = passing) -> Response:
        """A claim as its claimant or a moderator sees it."""
        return await to.on()

    @routes.delete("/claims/{claim_id}", response_model=Claim, responses=changes)
    async def withdraw(claim_id: Id, to: Passing = passing) -> Response:
        """Take a claim back, also one that was approved."""
        return await to.on()

    @routes.post("/claims/{claim_id}/evidence", response_model=Claim, responses=changes)
    async def offer(claim_id: Id, body: OfferEvidence, to: Passing = passing) -> Response:
        """Offer a proof. Enough of them approve the claim at once."""
        return await to.on()

    @routes.post(
        "/claims/{claim_id}/dispute", response_model=Claim, status_code=201, responses=changes
    )
    async def dispute(
        claim_id: Id,
        body: Reason,
        idempotency_key: IdempotencyKey = None,
        to: Passing = passing,
    ) -> Response:
        """Say that a record somebody has claimed is about the caller, once for each key."""
        return await to.on()

    @routes.post("/claims/{claim_id}/appeal", response_model=Claim, responses=changes)
    async def appeal(claim_id: Id, body: Reason, to: Passing = passing) -> Response:
        """Ask another moderator to decide again."""
        return await to.on()

    @routes.post("/claims/{claim_id}/decision", response_model=Claim, responses=changes)
    async def decide(claim_id: Id, body: DecideClaim, to: Passing = passing) -> Response:
        """Decide a claim that waits, for moderators."""
        return await to.on()

    @routes.get("/me/claims", response_model=ClaimList, responses=problems(401, 403))
    async def own(to: Passing = passing) -> Response:
        """The caller's own claims."""
        return await to.on()

    @routes.get("/me/confirmations", response_model=ConfirmationList, responses=problems(401, 403))
    async def confirmations(to: Passing = passing) -> Response:
        """Claimants who ask the caller to confirm who they are."""
        return await to.on()

    @routes.post("/confirmations/{confirmation_id}/confirm", status_code=204, responses=changes)
    async def confirm(confirmation_id: Id, to: Passing = passing) -> Response:
        """Confirm that a claimant is who they say."""
        return await to.on()

    @routes.post("/confirmations/{confirmation_id}/deny", status_code=204, responses=changes)
    async def deny(confirmation_id: Id, to: Passing = passing) -> Response:
        """Say that a claimant is not who they say."""
        return await to.on()

    @routes.get("/moderation/claims", response_model=ClaimList, responses=problems(401, 403))
    async def queue(cursor: Cursor = None, limit: Limit = 50, to: Passing = passing) -> Response:
        """Claims that wait for a moderator, oldest first."""
        return await to.on()

    @routes.get("/moderation/reports", response_model=ReportList, responses=problems(401, 403))
    async def reports(cursor: Cursor = None, limit: Limit = 50, to: Passing = passing) -> Response:
        """What was reported to moderators, oldest first."""
        return await to.on()

    @routes.delete(
        "/moderation/reports/{report_id}", status_code=204, responses=problems(401, 403, 404)
    )
    async def close_report(report_id: Id, to: Passing = passing) -> Response:
        """Be done with a report."""
        return await to.on()

    return routes
