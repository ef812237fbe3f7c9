"""The collection ``curations`` of works: what people decided, and whether it still holds."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from chassis.documents import Cause, Change, Document
from chassis.mongo import Row
from chassis.service import Service
from contracts.curations import Curation, Step
from contracts.envelope import Payload
from contracts.events.works import BlockWasChanged, CurationWasMade, CurationWasReversed
from services.works.constraints import Constraint, Ref
from services.works.curation import Decision
from services.works.joining import Ruling
from services.works.names import block_of

_MOST = 200


class Curations:
    """Decisions by id; each holds from its last "made" until its next "reversed"."""

    def __init__(self, service: Service) -> None:
        self.documents = service.documents("curations")
        self._collection = self.documents.collection
        self._works = service.database["works"]

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.documents.prepare()
        for field in ("blocks", "keys", "authors", "works"):
            await self._collection.create_index(f"state.{field}")

    async def find(self, curation_id: str) -> Row | None:
        """What is kept of a decision."""
        row = await self._collection.find_one({"_id": curation_id}, {"state": 1})
        return None if row is None else dict(row["state"])

    async def make(
        self, decision: Decision, note: str, role: str, actor: str, cause: Cause
    ) -> Curation:
        """Put a decision into force; it stays one however often it is made."""
        fresh = _state(decision, note)

        def decide(document: Document) -> Change | None:
            state = document.state or fresh
            if state["in_force"]:
                return None
            return _step(document, {**state, "note": note}, "made", role, actor, cause)

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

        A place in a work that was merged since is one of the work it was merged into, to be found
        there by its name.
        """
        wanted = {"state.in_force": True, "state.blocks": {"$in": sorted(set(blocks))}}
        rows = [row async for row in self._collection.find(wanted, {"state": 1})]
        pairs = [(row, n, *pair) for row in rows for n, pair in enumerate(row["state"]["places"])]
        works = {ref[0] for _, _, _, left, right in pairs for ref in (*left, *right)}
        moved = await self._moved(works)
        return [
            Constraint(
                id=f"{row['_id']}/{n}",
                kind=kind,
                left=_refs(left, moved),
                right=_refs(right, moved),
                decided_at=row["state"]["steps"][-1]["at"],
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

    async def about(self, authors: Sequence[str]) -> list[Curation]:
        """Decisions about any of these author records, newest first, 200 at most."""
        return await self._newest({"state.authors": {"$in": list(authors)}})

    async def naming(self, work_id: str) -> list[Curation]:
        """Decisions that name a work, newest first, 200 at most."""
        return await self._newest({"state.works": work_id})

    async def _newest(self, wanted: Row) -> list[Curation]:
        cursor = self._collection.find(wanted, {"state": 1})
        rows = await cursor.sort("state.steps.0.at", -1).to_list(_MOST)
        return [shown(row["_id"], row["state"]) for row in rows]

    async def _shown(self, curation_id: str) -> Curation:
        state = await self.find(curation_id)
        if state is None:
            raise LookupError(curation_id)
        return shown(curation_id, state)

    async def _moved(self, works: set[str]) -> dict[str, str]:
        merged = {"_id": {"$in": sorted(works)}, "state.merged_into": {"$exists": True}}
        cursor = self._works.find(merged, {"state.merged_into": 1})
        return {row["_id"]: row["state"]["merged_into"] async for row in cursor}


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


def _state(decision: Decision, note: str) -> Row:
    refs = [ref for _, left, right in decision.constraints for ref in (*left, *right)]
    keys = [key for _, left, right in decision.rulings for key in (*left, *right)]
    return {
        "kind": decision.kind,
        "authors": list(decision.authors),
        "works": list(decision.works),
        "note": note,
        "in_force": False,
        "steps": [],
        "blocks": sorted({block_of(ref.name) for ref in refs}),
        "keys": sorted(set(keys)),
        "places": [
            [kind, _plain(left), _plain(right)] for kind, left, right in decision.constraints
        ],
        "records": [[kind, list(left), list(right)] for kind, left, right in decision.rulings],
    }


def _plain(refs: Iterable[Ref]) -> list[list[Any]]:
    return [list(ref) for ref in refs]


def _refs(rows: Iterable[Sequence[Any]], moved: Mapping[str, str]) -> tuple[Ref, ...]:
    return tuple(Ref(moved.get(work, work), place, name) for work, place, name in rows)


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
    told = event, tuple(state["authors"] or state["works"])
    touched = BlockWasChanged(work_id=first), tuple(state["blocks"])
    now = {**state, "in_force": what == "made", "steps": [*state["steps"], step]}
    steps = document.seen.get("steps", 0) + 1
    return Change(now, (told, touched), seen={"steps": steps}, cause=cause)
