"""Read your own writes: a read that carries a consistency token waits for the projection."""

import time
from typing import Annotated

from fastapi import Header

from chassis.problems import Problem
from services.gateway.consumers import ABOUT_AUTHORS
from services.gateway.news import Ear, News
from services.gateway.store import Store

HEADER = "Consistency-Token"
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 0.2
_LONGEST_TOKEN = 300

Asked = Annotated[
    str | None,
    Header(
        alias=HEADER,
        max_length=_LONGEST_TOKEN,
        description="What a command answered with: the answer is not older than that.",
    ),
]


class Consistency:
    """Waits, no longer than ``longest`` seconds, until an event is on the pages.

    What this copy puts there it hears of; for what another one does it looks again and again,
    though not at once: what was just done is hardly ever there yet.
    """

    def __init__(self, store: Store, news: News, longest: float) -> None:
        self._store = store
        self._news = news
        self._longest = longest

    async def __call__(self, token: Asked = None) -> None:
        """Wait for what a reader asks for, as a dependency of routes.

        Raises:
            Problem: 400, it is no token; 503, the projection is behind.
        """
        if token is not None and not await self.reached(token):
            raise Problem(
                503,
                "Not caught up yet",
                "What you changed is recorded and not on the page yet; try again in a moment.",
                {"Retry-After": "1"},
            )

    async def reached(self, token: str) -> bool:
        """Whether the event is in the projection, waiting for it if need be.

        Raises:
            Problem: 400, it is no token.
        """
        topic, author_id, position = _parts(token)
        if topic not in ABOUT_AUTHORS:
            return True
        give_up = time.monotonic() + self._longest
        pause = _FIRST_PAUSE
        with self._news.about(author_id) as ear:
            while not ear.has_heard(topic, position):
                left = give_up - time.monotonic()
                if left <= 0:
                    return False
                await ear.listen(min(pause, left))
                if await self._is_there(ear, author_id, topic, position):
                    return True
                pause = min(2 * pause, _LONGEST_PAUSE)
        return True

    async def _is_there(self, ear: Ear, author_id: str, topic: str, position: int) -> bool:
        heard = ear.has_heard(topic, position)
        return heard or await self._store.has_seen(author_id, topic, position)


def _parts(token: str) -> tuple[str, str, int]:
    topic, _, rest = token.partition(":")
    author_id, _, position = rest.rpartition(":")
    if not (topic and author_id and position.isascii() and position.isdigit()):
        raise Problem(400, "Bad Request", f"{token!r} is no consistency token of this API.")
    return topic, author_id, int(position)
