"""What this copy has just put on the pages: who waits for it in the same process hears at once.

Of what another copy puts there it hears nothing; for that there are the database and its stream.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from cachetools import LRUCache

_MOST_REMEMBERED = 10_000
Drop = Callable[[set[str]], None]


class Ear:
    """Hears of one author; ``heard`` is what was told before, the last position by topic."""

    def __init__(self, heard: Mapping[str, int]) -> None:
        self._positions = {**heard}
        self._told = asyncio.Event()

    def hear(self, topic: str, position: int) -> None:
        """An event of a topic is on the pages, and with it all before it."""
        self._positions[topic] = max(position, self._positions.get(topic, 0))
        self._told.set()

    def has_heard(self, topic: str, position: int) -> bool:
        """Whether an event, or a later one of its topic, is known to be on the pages."""
        return self._positions.get(topic, 0) >= position

    async def listen(self, seconds: float) -> None:
        """Return with the next news, or when the time is over."""
        self._told.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._told.wait()


class News:
    """Of every author."""

    def __init__(self, drop: Drop) -> None:
        """``drop`` forgets what was made of some records, before others hear of their change."""
        self._drop = drop
        self._ears: dict[str, set[Ear]] = defaultdict(set)
        self._told: LRUCache[str, dict[str, int]] = LRUCache(_MOST_REMEMBERED)

    def tell(self, topic: str, positions: Mapping[str, int]) -> None:
        """Events of a topic are on the pages: the last position of each author."""
        self._drop({*positions})
        for author, position in positions.items():
            told = self._told.setdefault(author, {})
            told[topic] = max(position, told.get(topic, 0))
            for ear in self._ears.get(author, ()):
                ear.hear(topic, position)

    @contextmanager
    def about(self, author: str) -> Iterator[Ear]:
        """Hear of an author from now on, and know what was told lately."""
        ear = Ear(self._told.get(author, {}))
        self._ears[author].add(ear)
        try:
            yield ear
        finally:
            self._ears[author].discard(ear)
            if not self._ears[author]:
                del self._ears[author]
