"""What identity does by itself: it tells what follows from changes, and lets old proofs expire."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog

from chassis.documents import Contended
from chassis.leases import SECONDS, Leases
from chassis.mongo import Database, PyMongoError, Row
from services.identity.people_store import People
from services.identity.refusals import Busy, Refused

_log = structlog.get_logger(__name__)
_BATCH = 100
_IDLE_SECONDS = 0.25
_EXPIRY_EVERY = timedelta(minutes=1).total_seconds()

Chore = Callable[[str], Awaitable[object]]
"""Does what a note asks for; doing it again changes nothing."""


class Chores:
    """Works off notes, by kind, and now and then calls ``expire``."""

    def __init__(
        self, people: People, kinds: Mapping[str, Chore], expire: Callable[[], Awaitable[int]]
    ) -> None:
        self._people = people
        self._kinds = kinds
        self._expire = expire

    async def do(self) -> int:
        """Work off what is noted; answers how much that was."""
        notes = await self._people.noted(_BATCH)
        for note in notes:
            await self._do(note)
        return len(notes)

    async def _do(self, note: Row) -> None:
        try:
            await self._kinds[note["kind"]](note["key"])
        except (PyMongoError, Contended):
            raise
        except Busy:
            await self._people.put_back(note)
            return
        except Refused as refused:
            _log.warning("what a note asks for cannot be", note=note["_id"], why=refused.detail)
        except Exception as error:
            _log.error("a note is put back", note=note["_id"], exc_info=error)
            await self._people.put_back(note)
            return
        await self._people.done(note)

    async def run(self, database: Database) -> None:
        """Do it until cancelled; one copy of the service at a time, by lease."""
        leases = Leases(database, "chores", 1)
        await leases.prepare()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(leases.keep())
            tasks.create_task(self._work(leases))

    async def _work(self, leases: Leases) -> None:
        expired_at = float("-inf")
        pause = _IDLE_SECONDS
        while True:
            try:
                now = asyncio.get_running_loop().time()
                if leases.held and now - expired_at > _EXPIRY_EVERY:
                    await self._expire()
                    expired_at = now
                if not leases.held or not await self.do():
                    await asyncio.sleep(_IDLE_SECONDS)
                pause = _IDLE_SECONDS
            except (PyMongoError, Contended) as error:
                _log.warning("chores wait", error=repr(error), seconds=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, SECONDS)
