"""What people do with claims: open, dispute, withdraw and appeal them, and decide them."""

from chassis.documents import Document
from contracts.people.claims import DecideClaim
from services.identity import claims as rules
from services.identity.audit import Audit
from services.identity.claim_store import Claims, Done
from services.identity.openings import Openings
from services.identity.records import Objection, Outcome, Record, record_of
from services.identity.repeats import check_same, named, once
from services.identity.verdicts import Profiles


class Claiming:
    """The commands of claimants and moderators; proofs have a place of their own (`Evidence`)."""

    def __init__(self, claims: Claims, openings: Openings, audit: Audit) -> None:
        self._claims = claims
        self._openings = openings
        self._audit = audit

    async def open(
        self, author_id: str, account_id: str, note: str | None, key: str | None = None
    ) -> tuple[str, Done]:
        """An account claims a record, once for each ``key``; answers the claim's id.

        Raises:
            Refused: no such author, a rule says no, or the key was used with another note.
        """
        claim_id = f"C{named(key, author_id, account_id)}"

        async def opened() -> Done | None:
            document = await self._claimed_with(claim_id)
            if document is None:
                return None
            record = record_of(document.state)
            check_same(note, record.claim(claim_id).opened_with)
            return Done(document.id, record, document.positions)

        return claim_id, await once(
            key, opened, lambda: self._open(claim_id, author_id, account_id, note)
        )

    async def _open(self, claim_id: str, author_id: str, account_id: str, note: str | None) -> Done:
        opening = await self._openings.of(claim_id, author_id, account_id, note)
        claim, known = opening.claim, opening.known

        def command(record: Record, profiles: Profiles) -> Outcome:
            return rules.open_claim(record, claim, known, profiles, self._claims.clock())

        return await self._claims.change(
            opening.author_id, command, actor=account_id, opening=opening
        )

    async def dispute(
        self, claim_id: str, account_id: str, reason: str, key: str | None = None
    ) -> tuple[str, Done]:
        """An account says that a claimed record is theirs, once for each ``key``.

        Answers the id of its own claim.

        Raises:
            Refused: no such claim, a rule says no, or the key was used with another reason.
        """
        objection = Objection(id=named(key, claim_id, account_id), reason=reason)

        async def disputed() -> tuple[str, Done] | None:
            document = await self._claimed_with(claim_id)
            if document is None:
                return None
            record = record_of(document.state)
            own = record.claim_with(objection.id)
            if own is None:
                return None
            check_same(objection, own.objection)
            return own.id, Done(document.id, record, document.positions)

        return await once(key, disputed, lambda: self._dispute(claim_id, account_id, objection))

    async def _dispute(
        self, claim_id: str, account_id: str, objection: Objection
    ) -> tuple[str, Done]:
        author_id = await self._claims.author_of(claim_id)
        new_id = f"C{objection.id}"
        opening = await self._openings.of(new_id, author_id, account_id, objection.reason)
        claim = opening.claim.model_copy(update={"objection": objection})
        known = opening.known

        def command(record: Record, profiles: Profiles) -> Outcome:
            return rules.dispute(record, claim_id, claim, known, profiles, self._claims.clock())

        done = await self._claims.change(author_id, command, actor=account_id)
        own = done.record.live_claim_of(account_id)
        return own.id if own else claim.id, done

    async def withdraw(self, claim_id: str, account_id: str) -> Done:
        """Take a claim back, or give the record up."""

        def command(record: Record, profiles: Profiles) -> Outcome:
            return rules.withdraw(record, claim_id, account_id, profiles, self._claims.clock())

        author_id = await self._claims.author_of(claim_id)
        return await self._claims.change(author_id, command, actor=account_id)

    async def appeal(self, claim_id: str, account_id: str, reason: str) -> Done:
        """Ask another moderator to look again."""

        def command(record: Record, profiles: Profiles) -> Outcome:
            return rules.appeal(record, claim_id, account_id, reason, self._claims.clock())

        author_id = await self._claims.author_of(claim_id)
        return await self._claims.change(author_id, command, actor=account_id)

    async def decide(self, claim_id: str, decision: DecideClaim, moderator: str) -> Done:
        """A moderator decides; who that was is in no event."""

        def command(record: Record, profiles: Profiles) -> Outcome:
            return rules.decide(
                record, claim_id, decision, moderator, profiles, self._claims.clock()
            )

        entry = self._audit.entry(moderator, f"claim decided: {decision.outcome}", about=claim_id)
        author_id = await self._claims.author_of(claim_id)
        return await self._claims.change(author_id, command, also=[entry])

    async def _claimed_with(self, claim_id: str) -> Document | None:
        """What is claimed of the record that a claim is of."""
        wanted = {"state.claims.id": claim_id}
        row = await self._claims.claims.collection.find_one(wanted, {"outbox": 0})
        return Document.from_row(row) if row else None
