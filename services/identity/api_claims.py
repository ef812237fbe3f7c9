"""HTTP of claims: for claimants, for those who are asked to confirm, for moderators."""

from fastapi import APIRouter, Response

from chassis.http import IdempotencyKey
from chassis.tokens import Caller
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
from services.identity.callers import Claimant, Moderator, Reader
from services.identity.claim_evidence import Evidence
from services.identity.claim_lists import ClaimLists
from services.identity.claim_store import TOPIC, Done
from services.identity.claiming import Claiming
from services.identity.paging import Cursor, Limit
from services.identity.replies import AnId, consistent, errors


def router(claims: Claiming, evidence: Evidence, lists: ClaimLists) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["claims"])

    async def told(claim_id: str, done: Done, who: Caller, response: Response) -> Claim:
        consistent(response, TOPIC, done.author_id, done.positions.get(TOPIC, 0))
        return await lists.shown(done.author_id, done.record, claim_id, who, done.author_name)

    @routes.get("/researchers/{author_id}/claims", responses=errors(403, 404))
    async def options(author_id: AnId, who: Reader) -> ClaimOptions:
        """What claiming a record takes, and which proofs it can take."""
        return await lists.options(author_id, who.account_id)

    @routes.post(
        "/researchers/{author_id}/claims", status_code=201, responses=errors(403, 404, 409, 429)
    )
    async def open_claim(
        author_id: AnId,
        asked: OpenClaim,
        who: Claimant,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> Claim:
        """Say that an author record is the caller, once for each key.

        What the sign-in proves counts at once.
        """
        claim_id, done = await claims.open(author_id, who.account_id, asked.note, idempotency_key)
        response.headers["Location"] = f"/claims/{claim_id}"
        return await told(claim_id, done, who, response)

    @routes.get("/claims/{claim_id}", responses=errors(403, 404))
    async def get_claim(claim_id: AnId, who: Reader) -> Claim:
        """A claim: where it stands and why."""
        return await lists.one(claim_id, who)

    @routes.delete("/claims/{claim_id}", responses=errors(403, 404, 409))
    async def withdraw(claim_id: AnId, who: Claimant, response: Response) -> Claim:
        """Take an open claim back; give a claimed record up."""
        done = await claims.withdraw(claim_id, who.account_id)
        return await told(claim_id, done, who, response)

    @routes.post("/claims/{claim_id}/evidence", responses=errors(403, 404, 409, 429))
    async def offer(
        claim_id: AnId, offered: OfferEvidence, who: Claimant, response: Response
    ) -> Claim:
        """Offer a proof; what was found is in the answer."""
        done = await evidence.offer(claim_id, who.account_id, offered)
        return await told(claim_id, done, who, response)

    @routes.post(
        "/claims/{claim_id}/dispute", status_code=201, responses=errors(403, 404, 409, 429)
    )
    async def dispute(
        claim_id: AnId,
        why: Reason,
        who: Claimant,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> Claim:
        """Say that a claimed record is the caller's, once for each key.

        Answers the caller's own claim.
        """
        own_id, done = await claims.dispute(claim_id, who.account_id, why.reason, idempotency_key)
        response.headers["Location"] = f"/claims/{own_id}"
        return await told(own_id, done, who, response)

    @routes.post("/claims/{claim_id}/appeal", responses=errors(403, 404, 409))
    async def appeal(claim_id: AnId, why: Reason, who: Claimant, response: Response) -> Claim:
        """Ask another moderator to look at a decision, once."""
        done = await claims.appeal(claim_id, who.account_id, why.reason)
        return await told(claim_id, done, who, response)

    @routes.post("/claims/{claim_id}/decision", responses=errors(403, 404, 409))
    async def decide(
        claim_id: AnId, decision: DecideClaim, who: Moderator, response: Response
    ) -> Claim:
        """Decide a claim, for moderators who are no party to it."""
        done = await claims.decide(claim_id, decision, who.account_id)
        return await told(claim_id, done, who, response)

    @routes.get("/moderation/claims", responses=errors(403))
    async def queue(who: Moderator, cursor: Cursor = None, limit: Limit = 20) -> ClaimList:
        """Claims that wait for a moderator, those that wait longest first."""
        return await lists.queue(who.account_id, cursor, limit)

    @routes.get("/me/claims", responses=errors(403))
    async def own_claims(who: Reader) -> ClaimList:
        """The caller's claims, oldest first."""
        return await lists.of_account(who.account_id)

    @routes.get("/me/confirmations", responses=errors(403))
    async def confirmations(who: Reader) -> ConfirmationList:
        """What claimants ask the caller, a close collaborator, to confirm."""
        return await lists.confirmations(who.account_id)

    @routes.post(
        "/confirmations/{confirmation_id}/confirm", status_code=204, responses=errors(403, 404)
    )
    async def confirm(confirmation_id: AnId, who: Claimant, response: Response) -> None:
        """The claimant is who they say."""
        done = await evidence.answer(confirmation_id, who.account_id, yes=True)
        consistent(response, TOPIC, done.author_id, done.positions.get(TOPIC, 0))

    @routes.post(
        "/confirmations/{confirmation_id}/deny", status_code=204, responses=errors(403, 404)
    )
    async def deny(confirmation_id: AnId, who: Claimant, response: Response) -> None:
        """The claimant is not, or the caller cannot tell."""
        done = await evidence.answer(confirmation_id, who.account_id, yes=False)
        consistent(response, TOPIC, done.author_id, done.positions.get(TOPIC, 0))

    return routes
