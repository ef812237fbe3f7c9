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
from chassis.notes import AT_A_TIME, Notes
from chassis.pending import RELAY_PARTITIONS

_log = structlog.get_logger(__name__)
_FEW = 100
"""So many blocks at a time are worked out at once."""
_FIRST = 20
"""So many blocks at a time, as long as it is not known what is in them."""
_MENTIONS = 1000
"""So many at a time: one block has a single one, another a thousand."""
_IDLE_SECONDS = 0.5

Resolve = Callable[[Mapping[str, Cause]], Awaitable[int]]
"""Works some blocks out and answers how many mentions there are in them."""


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
        left = iter(at_once.items())
        while some := dict(islice(left, _FIRST)):
            await self._resolve(some)

    async def run(self) -> None:
        """Work out what was noted, until cancelled."""
        leases = Leases(self._database, "blocks", RELAY_PARTITIONS)
        at_a_time = _FIRST

        async def settle() -> float:
            nonlocal at_a_time
            taken = await self._notes.due(leases.held, at_a_time)
            if not taken.causes:
                return _IDLE_SECONDS
            mentions = await self._work_out(taken.causes)
            await self._notes.done(taken)
            at_a_time = _fitting(len(taken.causes), mentions)
            return 0

        await leases.work(settle)

    async def _work_out(self, causes: Mapping[str, Cause]) -> int:
        """Work out some blocks; one that cannot be worked out keeps no other one waiting."""
        try:
            return await self._resolve(causes)
        except (PyMongoError, Contended):
            raise
        except Exception as error:
            if len(causes) == 1:
                [(block, cause)] = causes.items()
                _log.exception("authors not worked out", block=block, error=repr(error))
                await self._notes.put_off(block, cause)
                return 0
            blocks = iter(causes.items())
            mentions = await self._work_out(dict(islice(blocks, len(causes) // 2)))
            return mentions + await self._work_out(dict(blocks))


def _fitting(blocks: int, mentions: int) -> int:
    """How many blocks to take next, if they are like these."""
    return max(1, min(AT_A_TIME, blocks * _MENTIONS // max(1, mentions)))
