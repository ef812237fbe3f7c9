"""Which documents have something in their outbox, and how their relay hears of it at once."""

import asyncio
import zlib
from contextlib import suppress

RELAY_PARTITIONS = 4


def relay_partition(document_id: str) -> int:
    """The relay partition of a document: stable, spread evenly."""
    return zlib.crc32(document_id.encode()) % RELAY_PARTITIONS


class Bell:
    """Rung by who has put something into an outbox, heard by the relay of the same process."""

    def __init__(self) -> None:
        self._rung: set[str] = set()
        self._event = asyncio.Event()

    def ring(self, collection: str) -> None:
        """Something was put into an outbox of this collection."""
        self._rung.add(collection)
        self._event.set()

    async def heard(self, seconds: float) -> frozenset[str]:
        """The collections it was rung for since it was last asked, as soon as there is one.

        None of them when that takes longer than ``seconds``.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        rung = frozenset(self._rung)
        self._rung.clear()
        self._event.clear()
        return rung
