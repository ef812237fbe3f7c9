"""When authors are worked out: at once after a small change, once things have settled in a bulk.

While a file of thousands of papers comes in, a block changes again and again, and each time all of
its authors are told anew to every other service. So blocks are noted, and worked out when there is
a pause; what a person decided never waits.
"""

from collections.abc import Awaitable, Callable, Mapping
from itertools import islice

import structlog

from chassis.documents import Cause, Contended
from chassis.leases import Leases
from chassis.mongo import Database, PyMongoError
from chassis.notes import Notes
from chassis.pending import RELAY_PARTITIONS

_log = structlog.get_logger(__name__)
_FEW = 100
"""So many blocks at a time are worked out at once."""
_IDLE_SECONDS = 0.5

Resolve = Callable[[Mapping[str, Cause]], Awaitable[None]]


class Settling:
    """Blocks that are to be worked out, shared by the copies of the service."""

    def __init__(self, database: Database, resolve: Resolve) -> None:
        self._database = database
        self._resolve = resolve
        self._notes = Notes(database["todo"])
        self.prepare = self._notes.prepare
        self.pending = self._notes.count

    async def changed(self, causes: Mapping[str, Cause]) -> None:
        """Work some blocks out, now or later; kept in either case."""
        at_once = causes
        if len(causes) > _FEW or self._notes.coming():
            at_once = {block: cause for block, cause in causes.items() if cause.actor is not None}
            await self._notes.note(
                {block: cause for block, cause in causes.items() if block not in at_once}
            )
        if at_once:
            await self._resolve(at_once)

    async def run(self) -> None:
        """Work out what was noted, until cancelled."""
        leases = Leases(self._database, "blocks", RELAY_PARTITIONS)

        async def settle() -> float:
            taken = await self._notes.due(leases.held)
            if not taken.causes:
                return _IDLE_SECONDS
            await self._work_out(taken.causes)
            await self._notes.done(taken)
            return 0

        await leases.work(settle)

    async def _work_out(self, causes: Mapping[str, Cause]) -> None:
        """Work out some blocks; one that cannot be worked out keeps no other one waiting."""
        try:
            await self._resolve(causes)
        except (PyMongoError, Contended):
            raise
        except Exception as error:
            if len(causes) == 1:
                [(block, cause)] = causes.items()
                _log.exception("authors not worked out", block=block, error=repr(error))
                await self._notes.put_off(block, cause)
                return
            blocks = iter(causes.items())
            await self._work_out(dict(islice(blocks, len(causes) // 2)))
            await self._work_out(dict(blocks))
