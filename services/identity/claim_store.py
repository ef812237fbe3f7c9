"""Claims of author records: ``claims`` has a document per record, so that one write decides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.documents import Cause, Change, Document
from chassis.service import Service
from chassis.telemetry import traceparent
from chassis.transactions import Beside, Unmet
from services.identity.audit import By
from services.identity.openings import Opening
from services.identity.owners import Owners
from services.identity.people_store import People
from services.identity.records import By as StepBy
from services.identity.records import Outcome, Record, record_of
from services.identity.refusals import Busy, Refused
from services.identity.store import Store
from services.identity.verdicts import Profiles

TOPIC = "identity.claim"
_TRIES = 5
_BY: Mapping[StepBy, By] = {
    "claimant": "you",
    "another person": "somebody else",
    "moderator": "a moderator",
    "system": "the system",
}

Command = Callable[[Record, Profiles], Outcome]


@dataclass(frozen=True, slots=True)
class Done:
    """A record after a command, and the position of the last event about it on each topic."""

    author_id: str
    record: Record
    positions: Mapping[str, int]
    author_name: str | None = None
    """If it was read with the record."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A record that was merged, whose claims come along."""

    author_id: str
    record: Record


class Claims:
    """Every claim of every record."""

    def __init__(
        self,
        service: Service,
        store: Store,
        owners: Owners,
        people: People,
        clock: Callable[[], datetime],
    ) -> None:
        self.claims = service.documents("claims")
        self.clock = clock
        self._store = store
        self._owners = owners
        self._people = people

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.claims.prepare()
        for field in ("claims.id", "claims.account_id", "claims.decided_by", "asked", "expires_at"):
            await self.claims.collection.create_index(f"state.{field}")
        await self.claims.collection.create_index([("state.waiting.since", 1), ("_id", 1)])

    async def author_of(self, claim_id: str) -> str:
        """The record that a claim is of.

        Raises:
            Refused: there is no such claim.
        """
        wanted = {"state.claims.id": claim_id}
        row = await self.claims.collection.find_one(wanted, {"_id": 1})
        if row is None:
            raise Refused("unknown", f"There is no claim {claim_id}.")
        return str(row["_id"])

    async def get(self, author_id: str) -> Record:
        """All claims of a record."""
        return record_of((await self._read(author_id)).state)

    async def _read(self, author_id: str) -> Document:
        return (await self.claims.get_many([author_id])).get(author_id, Document(author_id))

    async def change(
        self,
        author_id: str,
        command: Command,
        *,
        actor: str | None = None,
        also: Sequence[Beside] = (),
        carried: Carried | None = None,
        moving: bool = False,
        opening: Opening | None = None,
    ) -> Done:
        """Let a rule change a record; owners, logs and notes go with it in one transaction.

        ``moving``: its claims are being carried to another record, and only that changes it.
        ``opening`` is what the command begins with; what was read for it is not read again.

        Raises:
            Refused: the rule says no, or the claimant owns another record.
        """
        for _ in range(_TRIES):
            try:
                return await self._change(author_id, command, actor, also, carried, moving, opening)
            except _NotedAtTheSameInstant:
                opening = None
        raise Busy("Others are changing this record; try again.")

    async def _change(
        self,
        author_id: str,
        command: Command,
        actor: str | None,
        also: Sequence[Beside],
        carried: Carried | None,
        moving: bool,
        opening: Opening | None,
    ) -> Done:
        read = opening.held if opening else await self._read(author_id)
        profiles = dict(opening.profiles) if opening else {}
        held = record_of(read.state)
        concerned = held.claims + (carried.record.claims if carried else ())
        wanted = {claim.account_id for claim in concerned} | ({actor} if actor else set())
        if opening is not None:
            wanted -= {opening.claim.account_id}
        if wanted:
            profiles |= await self._people.profiles(wanted)
        before = held

        def decide(document: Document) -> Change | None:
            nonlocal before
            before = record_of(document.state)
            if before.moving_to and not moving:
                raise Busy("This record is being merged with another; try again.")
            outcome = command(before, profiles)
            if outcome.record == before and not outcome.events:
                return None
            seen = {"commands": document.seen.get("commands", 0) + 1}
            cause = Cause(traceparent(), actor=actor)
            return Change(outcome.record.row(), outcome.events, seen, cause=cause)

        owned: list[Beside] = []

        def beside(made: Change) -> Sequence[Beside]:
            now = record_of(made.state)
            if not moving:
                old = carried.author_id if carried else None
                owned[:] = self._owners.level_with(author_id, before, now, carried_from=old)
            notes = [
                self._people.note("owner", one) for one in _whose_standing_changed(before, now)
            ]
            return [*owned, *self._log(author_id, before, now), *also, *notes]

        try:
            made = await self.claims.update(author_id, decide, beside, read)
        except Unmet as unmet:
            if unmet.number > len(owned):
                raise _NotedAtTheSameInstant from unmet
            raise Refused(
                "conflict", "This account owns another record already.", code="owns-another"
            ) from unmet
        if made is None:
            return Done(author_id, before, {})
        await self._look_again(author_id)
        name = opening.author_name if opening else None
        return Done(author_id, record_of(made.state), made.positions, name)

    def _log(self, author_id: str, before: Record, now: Record) -> list[Beside]:
        """An entry in each claimant's log for each new step of their claim."""
        held = {claim.id: len(claim.steps) for claim in before.claims}
        return [
            self._people.audit.entry(
                claim.account_id, f"claim {step.what}", about=author_id, by=_BY[step.by]
            )
            for claim in now.claims
            for step in claim.steps[held.get(claim.id, 0) :]
        ]

    async def _look_again(self, author_id: str) -> None:
        """The record may have been merged into another one meanwhile."""
        if await self._store.is_merged(author_id):
            await self._people.make_note("merged", author_id)


class _NotedAtTheSameInstant(Exception):
    """Two changes noted the same at once; the second is made again."""


def _whose_standing_changed(before: Record, now: Record) -> set[str]:
    """Accounts that own the record now or did, where something others are told has changed."""

    def told(record: Record) -> tuple[str, bool] | None:
        return (record.owner.account_id, record.withheld) if record.owner else None

    was, is_now = told(before), told(now)
    return {one[0] for one in (was, is_now) if one and was != is_now}
