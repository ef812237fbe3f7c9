"""The collection ``curations`` of works: what people decided, and whether it still holds."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from chassis.documents import Cause, Change, Document
from chassis.mongo import Row
from chassis.service import Service
from contracts.curations import Curation, Step
from contracts.envelope import Payload
from contracts.events.works import BlockWasChanged, CurationWasMade, CurationWasReversed
from services.works.constraints import Constraint, Ref, place_now
from services.works.curation import Decision
from services.works.joining import Ruling
from services.works.lists import Lists, lists_of
from services.works.names import block_of

OWNER = "owner"
_MOST = 200
_MOST_READ = 1000


class Curations:
    """Decisions by id; each holds from its last "made" until its next "reversed"."""

    def __init__(self, service: Service) -> None:
        self.documents = service.documents("curations")
        self._collection = self.documents.collection
        self._works = service.database["works"]

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.documents.prepare()
        for field in ("blocks", "named", "keys", "authors", "beside", "works"):
            await self._collection.create_index(f"state.{field}")

    async def find(self, curation_id: str) -> Row | None:
        """What is kept of a decision."""
        row = await self._collection.find_one({"_id": curation_id}, {"state": 1})
        return None if row is None else dict(row["state"])

    async def make(
        self,
        decision: Decision,
        note: str,
        role: str,
        actor: str,
        cause: Cause,
        beside: Iterable[str] = (),
    ) -> Curation:
        """Put a decision into force; it stays one however often it is made.

        ``beside`` are other records that change by it, and are told of it too.

        One that is in force is decided anew by whom an owner cannot contradict, and when another
        was made since about the same: that may have overruled it.
        """
        fresh = _state(decision)
        latest = await self._latest_about(fresh)

        def decide(document: Document) -> Change | None:
            state = document.state or fresh
            last = state["steps"][-1] if state["in_force"] else None
            if last and last["at"] >= latest and (role == OWNER or last["role"] == role):
                return None
            records = sorted({*state["beside"], *beside})
            state = {**state, "note": note, "beside": records}
            return _step(document, state, "made", role, actor, cause)

        await self.documents.update(decision.id, decide)
        return await self._shown(decision.id)

    async def reverse(self, curation_id: str, role: str, actor: str, cause: Cause) -> Curation:
        """Take a decision out of force; nothing happens when it is not in force."""

        def decide(document: Document) -> Change | None:
            if document.state is None or not document.state["in_force"]:
                return None
            return _step(document, document.state, "reversed", role, actor, cause)

        await self.documents.update(curation_id, decide)
        return await self._shown(curation_id)

    async def constraints(self, blocks: Iterable[str]) -> list[Constraint]:
        """What holds about places in these blocks, and about all places decided with them.

        A place is named as it is now: in the work into which its own was merged since, and where
        its name stands in the list.
        """
        wanted = {"state.in_force": True, "state.blocks": {"$in": sorted(set(blocks))}}
        rows = [row async for row in self._collection.find(wanted, {"state": 1})]
        pairs = [(row, n, *pair) for row in rows for n, pair in enumerate(row["state"]["places"])]
        lists = await lists_of(self._works, _works(rows))
        return [
            Constraint(
                id=f"{row['_id']}/{n}",
                kind=kind,
                left=_refs(left, lists),
                right=_refs(right, lists),
                decided_at=row["state"]["steps"][-1]["at"],
                moves=row["state"]["kind"] == "mine",
            )
            for row, n, kind, left, right in pairs
        ]

    async def rulings(self, keys: Iterable[str]) -> list[Ruling]:
        """What holds about works of records with these keys."""
        wanted = {"state.in_force": True, "state.keys": {"$in": sorted(keys)}}
        return [
            Ruling(
                id=f"{row['_id']}/{n}",
                kind=kind,
                left=tuple(left),
                right=tuple(right),
                decided_at=row["state"]["steps"][-1]["at"],
            )
            async for row in self._collection.find(wanted, {"state": 1})
            for n, (kind, left, right) in enumerate(row["state"]["records"])
        ]

    async def about(self, authors: Sequence[str], refs: Iterable[Ref]) -> list[Curation]:
        """Decisions that changed any of these author records, newest first, 200 at most.

        Those made about them, those by which they lost a place, and all about places (``refs``)
        that are in them now.
        """
        places = {ref[:2] for ref in refs}
        records = [{f"state.{field}": {"$in": list(authors)}} for field in ("authors", "beside")]
        named = {"state.named": {"$in": sorted({work for work, _ in places})}}
        rows = await self._newest({"$or": [*records, named]}, _MOST_READ)
        lists = await lists_of(self._works, _works(rows))
        found = []
        for row in rows:
            state = row["state"]
            is_about = not {*state["authors"], *state["beside"]}.isdisjoint(authors)
            if is_about or not places.isdisjoint(r[:2] for r in _refs(_places(state), lists)):
                found.append(shown(row["_id"], state))
        return found[:_MOST]

    async def naming(self, works: Sequence[str], keys: Sequence[str]) -> list[Curation]:
        """Decisions that name a work, by any of its ids or records, newest first, 200 at most."""
        named = [{"state.works": {"$in": list(works)}}, {"state.keys": {"$in": list(keys)}}]
        rows = await self._newest({"$or": named}, _MOST)
        return [shown(row["_id"], row["state"]) for row in rows]

    async def _newest(self, wanted: Row, most: int) -> list[Row]:
        """By the last step of each."""
        cursor = self._collection.find(wanted, {"state": 1})
        return await cursor.sort("state.steps.at", -1).to_list(most)

    async def _latest_about(self, state: Row) -> datetime:
        """When anything was last decided about the same blocks or records that is in force."""
        about = [{f"state.{field}": {"$in": state[field]}} for field in ("blocks", "keys")]
        cursor = self._collection.find({"state.in_force": True, "$or": about}, {"state.steps": 1})
        found = [row["state"]["steps"][-1]["at"] async for row in cursor]
        return max(found, default=datetime.min.replace(tzinfo=UTC))

    async def _shown(self, curation_id: str) -> Curation:
        state = await self.find(curation_id)
        if state is None:
            raise LookupError(curation_id)
        return shown(curation_id, state)

    async def follow(self, works: Iterable[str]) -> None:
        """Keep decisions about places in these works known where the places are now.

        A corrected name may be one of another block, and the work may have been merged.
        """
        wanted = {"state.named": {"$in": sorted(set(works))}}
        rows = [row async for row in self._collection.find(wanted, {"state": 1})]
        lists = await lists_of(self._works, _works(rows))
        decisions = {row["_id"]: partial(_followed, lists=lists) for row in rows}
        await self.documents.update_many(decisions)


def shown(curation_id: str, state: Mapping[str, Any]) -> Curation:
    """A decision as everybody may see it: in what role it was made, not by whom."""
    return Curation(
        id=curation_id,
        kind=state["kind"],
        authors=tuple(state["authors"]),
        works=tuple(state["works"]),
        note=state["note"],
        in_force=state["in_force"],
        steps=tuple(Step(what=s["what"], at=s["at"], role=s["role"]) for s in state["steps"]),
    )


def _state(decision: Decision) -> Row:
    refs = [ref for _, left, right in decision.constraints for ref in (*left, *right)]
    keys = [key for _, left, right in decision.rulings for key in (*left, *right)]
    return {
        "kind": decision.kind,
        "authors": list(decision.authors),
        "beside": [],
        "works": list(decision.works),
        "in_force": False,
        "steps": [],
        "blocks": sorted({block_of(ref.name) for ref in refs}),
        "named": sorted({ref.work_id for ref in refs}),
        "keys": sorted(set(keys)),
        "places": [
            [kind, _plain(left), _plain(right)] for kind, left, right in decision.constraints
        ],
        "records": [[kind, list(left), list(right)] for kind, left, right in decision.rulings],
    }


def _plain(refs: Iterable[Ref]) -> list[list[Any]]:
    return [list(ref) for ref in refs]


def _refs(rows: Iterable[Sequence[Any]], lists: Lists) -> tuple[Ref, ...]:
    """The places as they are now; who is in no list any more is left out."""
    found = []
    for ref in (Ref(*row) for row in rows):
        work, names = lists.get(ref.work_id, (ref.work_id, []))
        place = place_now(ref, names)
        if place is not None:
            found.append(Ref(work, place, names[place]))
    return tuple(found)


def _places(state: Row) -> list[list[Any]]:
    return [ref for _, left, right in state["places"] for ref in (*left, *right)]


def _works(rows: Iterable[Row]) -> set[str]:
    return {ref[0] for row in rows for ref in _places(row["state"])}


def _followed(document: Document, *, lists: Lists) -> Change | None:
    """The decision is known in the blocks and works in which its places are now."""
    if document.state is None:
        return None
    state = document.state
    now = _refs(_places(state), lists)
    blocks = {*state["blocks"], *(block_of(ref.name) for ref in now)}
    named = {*state["named"], *(ref.work_id for ref in now)}
    if len(blocks) == len(state["blocks"]) and len(named) == len(state["named"]):
        return None
    state = {**state, "blocks": sorted(blocks), "named": sorted(named)}
    return Change(state, seen={"works": document.seen.get("works", 0) + 1})


def _step(document: Document, state: Row, what: str, role: str, actor: str, cause: Cause) -> Change:
    """The decision comes into force or goes out of it: told about every record and every block."""
    at = datetime.now(UTC)
    step = {"what": what, "at": at, "role": role, "by": actor}
    event: Payload = CurationWasReversed(curation_id=document.id, role=role)
    if what == "made":
        event = CurationWasMade(
            curation_id=document.id,
            kind=state["kind"],
            authors=tuple(state["authors"]),
            works=tuple(state["works"]),
            role=role,
            note=state["note"],
        )
    first = next((ref[0] for _, left, _ in state["places"] for ref in left), "")
    told = event, tuple([*state["authors"], *state["beside"]] or state["works"])
    touched = BlockWasChanged(work_id=first), tuple(state["blocks"])
    now = {**state, "in_force": what == "made", "steps": [*state["steps"], step]}
    steps = document.seen.get("steps", 0) + 1
    return Change(now, (told, touched), seen={"steps": steps}, cause=cause)
