"""Works reads its own topic of blocks: one worker at a time per block, more for more blocks."""

from collections.abc import Awaitable, Callable, Mapping

from chassis.documents import Cause
from chassis.inbox import Events, Handler
from chassis.telemetry import is_sampled
from services.works.store import Store

Changed = Callable[[Mapping[str, Cause]], Awaitable[object]]


def handlers(store: Store, changed: Changed | None = None) -> Mapping[str, Handler]:
    """What to do with the events of each topic.

    ``changed`` decides when blocks are worked out; without it they are at once.
    """

    async def resolve_blocks(events: Events) -> None:
        causes: dict[str, Cause] = {}
        for event in events:
            if event.subject not in causes or is_sampled(event.traceparent):
                causes[event.subject] = Cause.of(event)
        await store.blocks.learn(event.data.work_id for event in events)
        await (changed or store.blocks.resolve)(causes)

    async def note_jobs(events: Events) -> None:
        await store.harvests.note(events)

    return {"works.block": resolve_blocks, "works.harvest": note_jobs}
