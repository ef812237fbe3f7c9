"""What identity does by itself: it tells what follows from changes, and lets old proofs expire."""

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog

from chassis.documents import Contended
from chassis.leases import Leases
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
        await self._people.done([note for note in notes if await self._do(note)])
        return len(notes)

    async def _do(self, note: Row) -> bool:
        """Whether what a note asks for is done, or never can be."""
        try:
            await self._kinds[note["kind"]](note["key"])
        except (PyMongoError, Contended):
            raise
        except Busy:
            await self._people.put_back(note)
            return False
        except Refused as refused:
            _log.warning("what a note asks for cannot be", note=note["_id"], why=refused.detail)
        except Exception as error:
            _log.error("a note is put back", note=note["_id"], exc_info=error)
            await self._people.put_back(note)
            return False
        return True

    async def run(self, database: Database) -> None:
        """Do it until cancelled; one copy of the service at a time, by lease."""
        leases = Leases(database, "chores", 1)
        expired_at = float("-inf")

        async def work() -> float:
            nonlocal expired_at
            if not leases.held:
                return _IDLE_SECONDS
            now = time.monotonic()
            if now - expired_at > _EXPIRY_EVERY:
                await self._expire()
                expired_at = now
            return 0 if await self.do() else _IDLE_SECONDS

        await leases.work(work)
