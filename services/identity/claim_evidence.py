"""Proofs as people offer them: sign-ins, codes, collaborators, pages."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

from contracts.people.claims import OfferEvidence
from services.identity import proofs as rules
from services.identity.account_store import Accounts
from services.identity.accounts import normalised_email
from services.identity.claim_store import Claims, Done
from services.identity.credentials import new_code, new_secret
from services.identity.evidence import FINDINGS, judge_email, judge_orcid, judge_page
from services.identity.limits import Limit, Limits
from services.identity.owners import Owners
from services.identity.people_store import People
from services.identity.records import Outcome, Proof, Record
from services.identity.refusals import Refused
from services.identity.store import Store, facts_of
from services.identity.verdicts import Profiles, settle

OFFERS = Limit("evidence", most=60, seconds=3600)
CODES = Limit("claim codes", most=5, seconds=3600)
ASKED = Limit("confirmations", most=5, seconds=86_400)
CONFIRMS = frozenset({"L3", "L4"})

Send = Callable[[str, str, str], Awaitable[None]]
"""Sends a mail: to whom, subject, text."""
LinksOf = Callable[[str], Awaitable[Sequence[str]]]
"""The addresses that a page links to with rel=me."""


class Evidence:
    """Takes proofs and looks at them."""

    def __init__(
        self,
        claims: Claims,
        store: Store,
        owners: Owners,
        people: People,
        accounts: Accounts,
        limits: Limits,
        send: Send,
        links_of: LinksOf,
        public_url: str,
    ) -> None:
        self._claims = claims
        self._store = store
        self._owners = owners
        self._people = people
        self._accounts = accounts
        self._limits = limits
        self._send = send
        self._links_of = links_of
        self._public_url = public_url.rstrip("/")

    async def offer(self, claim_id: str, account_id: str, offered: OfferEvidence) -> Done:
        """Look at a proof for a claim of the caller.

        Raises:
            Refused: the claim is another's, takes no evidence, or something needed is not given.
            Problem: 429, too often; 503, no mail can be sent.
        """
        author_id = await self._claims.author_of(claim_id)
        await self._limits.take(OFFERS, account_id)
        match offered:
            case OfferEvidence(kind="orcid"):
                reason = judge_orcid(
                    facts_of((await self._store.survivor(author_id))[1]),
                    (await self._accounts.get(account_id))["orcid"],
                )
                return await self._found(author_id, claim_id, account_id, "orcid", reason)
            case OfferEvidence(kind="email", code=str(code)):
                return await self._take_code(author_id, claim_id, account_id, code)
            case OfferEvidence(kind="email", email=str(email)):
                return await self._send_code(author_id, claim_id, account_id, email)
            case OfferEvidence(kind="collaborator", author_id=str(other)):
                return await self._ask(author_id, claim_id, account_id, other)
            case OfferEvidence(kind="rel-me", url=str(url)):
                return await self._look_at_page(author_id, claim_id, account_id, url)
        raise Refused(
            "invalid", "Say what this kind of proof needs: email, code, author_id or url."
        )

    async def answer(self, proof_id: str, account_id: str, *, yes: bool) -> Done:
        """A collaborator who was asked confirms a claimant, or does not.

        Raises:
            Refused: nobody asked them, or their own record is not sure enough.
        """
        wanted = {"state.asked": account_id, "state.claims.proofs.id": proof_id}
        row = await self._claims.claims.collection.find_one(wanted, {"_id": 1})
        if row is None:
            raise Refused("unknown", "There is no confirmation of this id that waits for you.")
        owned = await self._owners.of_account(account_id)
        if yes and (owned is None or owned["level"] not in CONFIRMS):
            raise Refused("forbidden", "Only owners of a record at L3 or more can confirm.")
        reason = "collaborator-confirmed" if yes else "collaborator-denied"

        def command(record: Record, profiles: Profiles) -> Outcome:
            claim, proof = rules.asked_of(record, proof_id, account_id)
            now = self._claims.clock()
            outcome = rules.found(record, claim.id, proof, reason, now)
            return settle(outcome, claim.id, profiles, now)

        entry = self._people.audit.entry(account_id, reason.replace("-", " "), about=row["_id"])
        return await self._claims.change(row["_id"], command, also=[entry])

    async def _found(
        self, author_id: str, claim_id: str, account_id: str, kind: str, reason: str
    ) -> Done:
        now = self._claims.clock()
        proof = Proof.model_validate(
            {"id": uuid4().hex, "kind": kind, "state": "pending", "reason": reason, "at": now}
        )

        def command(record: Record, profiles: Profiles) -> Outcome:
            rules.own(record, claim_id, account_id)
            outcome = rules.found(record, claim_id, proof, reason, now)
            return settle(outcome, claim_id, profiles, now)

        return await self._claims.change(author_id, command, actor=account_id)

    async def _wait(self, author_id: str, claim_id: str, account_id: str, proof: Proof) -> Done:
        def command(record: Record, profiles: Profiles) -> Outcome:
            rules.own(record, claim_id, account_id)
            return rules.ask(record, claim_id, proof)

        return await self._claims.change(author_id, command, actor=account_id)

    async def _send_code(self, author_id: str, claim_id: str, account_id: str, email: str) -> Done:
        try:
            address = normalised_email(email)
        except ValueError:
            raise Refused("invalid", "There can be no such e-mail address.") from None
        _, author = await self._store.survivor(author_id)
        reason = judge_email(facts_of(author), address)
        if not FINDINGS[reason].strength:
            return await self._found(author_id, claim_id, account_id, "email", reason)
        await self._limits.take(CODES, account_id)
        await self._limits.take(CODES, address)
        code, now = new_code(), self._claims.clock()
        proof = rules.email_proof(uuid4().hex, address, new_secret(), code, now)
        done = await self._wait(author_id, claim_id, account_id, proof)
        await self._send(
            address, f"{code} is your code", _MAIL.format(name=author["name"], code=code)
        )
        return done

    async def _take_code(self, author_id: str, claim_id: str, account_id: str, code: str) -> Done:
        _, author = await self._store.survivor(author_id)
        right = False

        def command(record: Record, profiles: Profiles) -> Outcome:
            nonlocal right
            proof = rules.pending(rules.own(record, claim_id, account_id), "email")
            now = self._claims.clock()
            right = rules.try_code(proof, code, now)
            if not right:
                return rules.wrong_code(record, claim_id, proof)
            address = (proof.secret.email if proof.secret else None) or ""
            reason = judge_email(facts_of(author), address)
            outcome = rules.found(record, claim_id, proof, reason, now)
            return settle(outcome, claim_id, profiles, now)

        done = await self._claims.change(author_id, command, actor=account_id)
        if not right:
            raise Refused("invalid", "That is not the code that was sent.", code="wrong-code")
        return done

    async def _ask(self, author_id: str, claim_id: str, account_id: str, other: str) -> Done:
        author_id, author = await self._store.survivor(author_id)
        other, collaborator = await self._store.survivor(other)
        owner = await self._owners.of_author(other)
        if other == author_id or owner is None or owner["level"] not in CONFIRMS:
            detail = "Nobody has claimed that record with a level of L3 or more."
            raise Refused("conflict", detail, code="collaborator-not-verified")
        if owner["_id"] == account_id:
            raise Refused("forbidden", "Nobody can confirm themselves.")
        if not await self._store.are_close(author, collaborator):
            detail = "The two are no close collaborators: two shared works or more, in small teams."
            raise Refused("conflict", detail, code="not-close")
        await self._limits.take(ASKED, account_id)
        proof = rules.confirmation(uuid4().hex, owner["_id"], self._claims.clock())
        return await self._wait(author_id, claim_id, account_id, proof)

    async def _look_at_page(self, author_id: str, claim_id: str, account_id: str, url: str) -> Done:
        author_id, author = await self._store.survivor(author_id)
        rules.own(await self._claims.get(author_id), claim_id, account_id)
        ours = f"{self._public_url}/researchers/{author_id}"
        links = {link.split("#")[0].split("?")[0].rstrip("/") for link in await self._links_of(url)}
        reason = judge_page(facts_of(author), url) if ours in links else "page-links-not"
        return await self._found(author_id, claim_id, account_id, "rel-me", reason)


_MAIL = """\
Somebody, you we hope, says that the author record of {name} is theirs.

Your code: {code}

It holds for 15 minutes. If that was not you, do nothing, and tell nobody the code.
"""
