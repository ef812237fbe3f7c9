"""The collections of trust: ``inputs`` (a projection of events) and ``scores`` (what was told)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from chassis.documents import Cause, Change, Contended, Document
from chassis.mongo import Row
from chassis.service import Service
from contracts.events.trust import Level
from services.trust.domain import Inputs, score
from services.trust.history import extended

_CHUNK = 1000
_MOST_TRIES = 10
HISTORY = "history"
"""Field of a score's state that is not told: how it came about."""
Learn = Callable[[Document], Change | None]


class Store:
    """What the trust service knows; ``suffix`` names a second set of inputs beside the live one."""

    def __init__(self, service: Service, suffix: str = "") -> None:
        self.inputs = service.documents(f"inputs{suffix}")
        self.scores = service.documents("scores")
        self.collections = (self.inputs.collection, self.scores.collection)

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.inputs.prepare()
        await self.scores.prepare()

    async def learn(self, decisions: Mapping[str, Learn]) -> dict[str, Document]:
        """Change the inputs of some authors; answers those that changed as they are now."""
        changed = await self.inputs.update_many(decisions)
        return {author: Document(author, to.state, to.seen) for author, to in changed.items()}

    async def score(
        self,
        causes: Mapping[str, tuple[str, Cause]],
        known: Mapping[str, Document] | None = None,
    ) -> None:
        """Score some authors again; ``causes`` names the event type that moved each, and its cause.

        Who has just learnt the inputs of some gives them as ``known``.

        Always from the inputs as they are now, so it may be done once too often or too late. Not
        before the author's neighbourhood is known: half a score would only be corrected at once.
        Whoever wrote a score looks once more: had another copy learned something meanwhile, the
        inputs as they are now have the last word.
        """
        left, inputs = dict(causes), dict(known or {})
        for _ in range(_MOST_TRIES):
            inputs |= await self.inputs.get_many(left.keys() - inputs.keys())
            written = await self.scores.update_many(
                {
                    author: partial(_tell, inputs=inputs_of(inputs[author]), cause=cause)
                    for author, cause in left.items()
                    if author in inputs and "works" in (inputs[author].state or {})
                }
            )
            now = await self.inputs.get_many(written)
            left = {a: causes[a] for a in written if now[a].seen != inputs[a].seen}
            if not left:
                return
            inputs = now
        raise Contended(f"scores of {len(left)} authors, first {next(iter(left))}")

    async def score_everyone(self) -> None:
        """Score every author again."""
        chunk: dict[str, tuple[str, Cause]] = {}
        async for row in self.inputs.collection.find({}, {"_id": 1}):
            chunk[row["_id"]] = ("rebuild", Cause())
            if len(chunk) == _CHUNK:
                await self.score(chunk)
                chunk = {}
        await self.score(chunk)


def inputs_of(document: Document) -> Inputs:
    """What the formula looks at, from a row of ``inputs``."""
    state = document.state or {}
    attested: Level = "L1" if state.get("attested") else "L0"
    level: Level = state.get("claim", {}).get("level") or attested
    return Inputs(
        level=level,
        works=state.get("works", 0),
        close_collaborators=state.get("close_collaborators", 0),
        topics=state.get("topics", 0),
        verified_followers=sum(
            follower["verified"] for follower in state.get("followers", {}).values()
        ),
    )


def _tell(document: Document, *, inputs: Inputs, cause: tuple[str, Cause]) -> Change | None:
    event_type, origin = cause
    scored = score(inputs, event_type)
    state = scored.model_dump(mode="json", exclude_none=True)
    held: Row = document.state or {}
    kept = held.get(HISTORY, [])
    if {**held, "cause": "", HISTORY: []} == {**state, "cause": "", HISTORY: []}:
        return None
    position = document.positions.get("trust.score", 0) + 1
    told = {HISTORY: extended(kept, scored, position, datetime.now(UTC))}
    return Change(state | told, (scored,), cause=origin)
