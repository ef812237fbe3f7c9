"""Claims for people to read: one, one's own, the moderators' queue, what is asked of somebody."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from chassis.mongo import Row, aggregate
from chassis.tokens import Caller
from contracts.people import claims as answers
from services.identity.account_store import Accounts
from services.identity.claim_store import Claims
from services.identity.claim_view import Viewer, proof_options, view, viewer_of
from services.identity.evidence import NEEDED
from services.identity.paging import cursor_of, place_of
from services.identity.records import WAITS, Claim, Record, record_of
from services.identity.store import Store, facts_of

_MOST = 1000
Found = tuple[str, Record, Claim]
"""A claim, with its record and the id of that."""


class ClaimLists:
    """What there is to read about claims."""

    def __init__(self, claims: Claims, store: Store, accounts: Accounts) -> None:
        self._claims = claims
        self._store = store
        self._accounts = accounts

    async def one(self, claim_id: str, who: Caller) -> answers.Claim:
        """A claim, if it is the caller's to see.

        Raises:
            Refused: there is none, or it is not.
        """
        author_id = await self._claims.author_of(claim_id)
        return await self.shown(author_id, await self._claims.get(author_id), claim_id, who)

    async def shown(
        self,
        author_id: str,
        record: Record,
        claim_id: str,
        who: Caller,
        author_name: str | None = None,
    ) -> answers.Claim:
        """A claim of a record as it was read, if it is the caller's to see.

        The author's name is looked up where it is not known.

        Raises:
            Refused: it is not.
        """
        claim = record.claim(claim_id)
        viewer = viewer_of(record, claim, who.account_id, moderates="moderator" in who.roles)
        places = await self._places([claim])
        names = {author_id: author_name} if author_name else await self._store.names([author_id])
        found = [(author_id, record, claim)]
        return self._views(found, viewer, who.account_id, places, names)[0]

    async def of_account(self, account_id: str) -> answers.ClaimList:
        """Every claim of an account, oldest first."""
        rows = self._claims.claims.collection.find({"state.claims.account_id": account_id})
        found = [
            (row["_id"], record, claim)
            async for row in rows.limit(_MOST)
            for record in [record_of(row["state"])]
            for claim in record.claims
            if claim.account_id == account_id
        ]
        found.sort(key=lambda one: (one[2].opened_at, one[2].id))
        places = await self._places([claim for *_, claim in found])
        names = await self._names(found)
        items = self._views(found, "claimant", account_id, places, names)
        return answers.ClaimList(items=items)

    async def queue(self, account_id: str, cursor: str | None, limit: int) -> answers.ClaimList:
        """What waits for a moderator, longest first."""
        after = place_of(cursor)
        later: list[Row] = []
        if after is not None:
            moment, one = after
            later = [{"since": {"$gt": moment}}, {"since": moment, "claim_id": {"$gt": one}}]
        stages: list[Row] = [
            {"$match": {"state.waiting.0": {"$exists": True}}},
            {"$unwind": "$state.waiting"},
            {"$replaceRoot": {"newRoot": {"$mergeObjects": [{"a": "$_id"}, "$state.waiting"]}}},
            *([{"$match": {"$or": later}}] if later else []),
            {"$sort": {"since": 1, "claim_id": 1}},
            {"$limit": limit + 1},
        ]
        rows = await aggregate(self._claims.claims.collection, stages)
        shown = rows[:limit]
        records = await self._claims.claims.get_many([row["a"] for row in shown])
        found = [
            (row["a"], record, claim)
            for row in shown
            if row["a"] in records
            for record in [record_of(records[row["a"]].state)]
            for claim in record.claims
            if claim.id == row["claim_id"] and claim.status in WAITS  # else decided since
        ]
        first = await self._places([claim for *_, claim in found[:1]])
        start = min(first.values(), default=1)
        places = {claim.id: place for place, (*_, claim) in enumerate(found, start)}
        last = shown[-1] if len(rows) > limit else None
        return answers.ClaimList(
            items=self._views(found, "moderator", account_id, places, await self._names(found)),
            next_cursor=cursor_of(last["since"], last["claim_id"]) if last else None,
        )

    async def confirmations(self, account_id: str) -> answers.ConfirmationList:
        """What an account is asked to confirm, oldest first."""
        rows = self._claims.claims.collection.find({"state.asked": account_id}).limit(_MOST)
        items = []
        async for row in rows:
            for claim in record_of(row["state"]).claims:
                for proof in claim.proofs:
                    asked = proof.secret.account_id if proof.secret else None
                    if proof.state == "pending" and asked == account_id:
                        items.append((row["_id"], claim.account_id, proof.id, proof.at))
        names = await self._store.names([author_id for author_id, *_ in items])
        accounts = await self._accounts.find_many(claimant for _, claimant, *_ in items)
        found = (
            answers.Confirmation(
                id=proof_id,
                author_id=author_id,
                author_name=names.get(author_id, author_id),
                claimant_name=accounts.get(claimant, {}).get("name"),
                asked_at=at,
            )
            for author_id, claimant, proof_id, at in sorted(items, key=lambda one: one[3])
        )
        return answers.ConfirmationList(items=tuple(found))

    async def options(self, author_id: str, account_id: str) -> answers.ClaimOptions:
        """What claiming a record takes.

        Raises:
            Refused: no such author.
        """
        author_id, author = await self._store.survivor(author_id)
        account = await self._accounts.get(account_id)
        return answers.ClaimOptions(
            author_id=author_id,
            author_name=author["name"],
            claimed=(await self._claims.get(author_id)).owner is not None,
            needed=NEEDED,
            proofs=proof_options(facts_of(author), has_orcid=account["orcid"] is not None),
        )

    async def _names(self, found: Sequence[Found]) -> dict[str, str]:
        return await self._store.names([author_id for author_id, *_ in found])

    def _views(
        self,
        found: Sequence[Found],
        viewer: Viewer,
        account_id: str,
        places: Mapping[str, int],
        names: Mapping[str, str],
    ) -> tuple[answers.Claim, ...]:
        now = self._claims.clock()
        return tuple(
            view(
                record,
                claim,
                author=(author_id, names.get(author_id, author_id)),
                viewer=viewer,
                account_id=account_id,
                place=places.get(claim.id),
                now=now,
            )
            for author_id, record, claim in found
        )

    async def _places(self, claims: Iterable[Claim]) -> dict[str, int]:
        """The places in the moderators' queue of those claims that wait there."""
        return {
            claim.id: await self._place(claim.waits_since, claim.id)
            for claim in claims
            if claim.status in WAITS and claim.waits_since
        }

    async def _place(self, since: datetime, claim_id: str) -> int:
        before: Sequence[Row] = [
            {"$match": {"state.waiting.since": {"$lte": since}}},
            {"$unwind": "$state.waiting"},
            {
                "$match": {
                    "$or": [
                        {"state.waiting.since": {"$lt": since}},
                        {
                            "state.waiting.since": since,
                            "state.waiting.claim_id": {"$lt": claim_id},
                        },
                    ]
                }
            },
            {"$count": "count"},
        ]
        found = await aggregate(self._claims.claims.collection, before)
        return 1 + (found[0]["count"] if found else 0)
