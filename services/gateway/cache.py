"""Rendered pages in memory: a warm page touches no database.

Bounded in bytes. A change stream on the projection drops what changed; while the stream is away
nothing is served from here. It is opened by the first request and given up when nobody asks and
no page is kept or very much changes, so that a bulk ingest does not pay for it.
"""

import asyncio
import hashlib
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import structlog
from cachetools import LRUCache

from chassis.mongo import Database, PyMongoError, Row, watch

_log = structlog.get_logger(__name__)
_RECONNECT_SECONDS = 0.5
_IDLE_SECONDS = 5.0
_MOST_UNASKED = 1000
"""Changes looked at between two requests. Each costs; to make a page anew costs one find."""
_AUTHORED = {
    "$getField": {
        "field": {"$literal": "state.authored"},
        "input": "$updateDescription.updatedFields",
    }
}
"""An update names what it set by a path, and a path is one name with dots in it."""
_CHANGES: list[dict[str, Any]] = [
    {
        "$project": {
            "operationType": 1,
            "documentKey": 1,
            "works": {
                "$ifNull": [
                    "$fullDocument.state.authored.work_id",
                    "$updateDescription.updatedFields.state.authored.work_id",
                    {"$let": {"vars": {"authored": _AUTHORED}, "in": "$$authored.work_id"}},
                ]
            },
        }
    }
]
_ONE_DOCUMENT = {"insert", "update", "replace", "delete"}


@dataclass(frozen=True, slots=True)
class Page:
    """The bytes of an answer and their strong ETag (RFC 9110)."""

    body: bytes
    etag: str
    media_type: str

    @classmethod
    def of(cls, body: bytes, media_type: str) -> "Page":
        """A page with the ETag of its bytes."""
        return cls(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"', media_type)


Made = tuple[Page, Iterable[str]]
"""A page and the ids of the records it was made of."""


class PageCache:
    """The pages of one copy of the gateway."""

    def __init__(self, most_bytes: int) -> None:
        self._pages: LRUCache[str, Page] = LRUCache(most_bytes, getsizeof=_size)
        self._used_by: dict[str, set[str]] = defaultdict(set)
        self._parts: dict[str, frozenset[str]] = {}
        self._being_made = 0
        self._changed_meanwhile: set[str] = set()
        self._live = False
        self._times_cleared = 0
        self._asked = asyncio.Event()
        self._asked_at = 0.0
        self._unasked = 0

    async def get(self, key: str, make: Callable[[], Awaitable[Made]]) -> Page:
        """The page under a key, made when it is not there."""
        self._unasked = 0
        page = self._pages.get(key) if self._live else None
        if page is not None:
            return page
        self._asked_at = time.monotonic()
        self._asked.set()
        self._being_made += 1
        times_cleared = self._times_cleared
        try:
            page, made_of = await make()
            parts = frozenset(made_of)
            unchanged = times_cleared == self._times_cleared and not parts & self._changed_meanwhile
            if self._live and unchanged:
                self._keep(key, page, parts)
            return page
        finally:
            self._being_made -= 1
            if self._being_made == 0:
                self._changed_meanwhile.clear()

    async def follow(self, database: Database) -> None:
        """Drop what changes, until cancelled."""
        while True:
            await self._asked.wait()
            try:
                async with aclosing(watch(database, _CHANGES)) as changes:
                    async for change in changes:
                        if change is None:
                            self._live = True
                        else:
                            self._on_change(change)
                        if self._is_idle():
                            self._asked.clear()
                            break
            except PyMongoError as error:
                _log.warning("change stream lost, pages are made anew", error=str(error))
                await asyncio.sleep(_RECONNECT_SECONDS)
            finally:
                self._live = False
                self._clear()

    def _is_idle(self) -> bool:
        since = time.monotonic() - self._asked_at
        of_no_use = self._unasked > _MOST_UNASKED or not self._pages
        return of_no_use and not self._being_made and since > _IDLE_SECONDS

    def _on_change(self, change: Row) -> None:
        self._unasked += 1
        if change["operationType"] not in _ONE_DOCUMENT:
            self._clear()
            return
        self.drop({change["documentKey"]["_id"], *(change.get("works") or ())})

    def drop(self, changed: set[str]) -> None:
        """Some records have changed: what was made of them holds no longer."""
        if self._being_made:
            self._changed_meanwhile |= changed
        for part in changed:
            for key in list(self._used_by.get(part, ())):
                self._drop(key)

    def forget(self, key: str) -> None:
        """The page under a key is to be made anew."""
        self._drop(key)

    def _keep(self, key: str, page: Page, parts: frozenset[str]) -> None:
        if _size(page) > self._pages.maxsize:
            return
        self._pages[key] = page
        self._parts[key] = parts
        for part in parts:
            self._used_by[part].add(key)
        if len(self._parts) > 2 * len(self._pages) + 100:
            self._forget_evicted()

    def _forget_evicted(self) -> None:
        for key in self._parts.keys() - self._pages.keys():
            self._drop(key)

    def _drop(self, key: str) -> None:
        self._pages.pop(key, None)
        for part in self._parts.pop(key, ()):
            self._used_by[part].discard(key)
            if not self._used_by[part]:
                del self._used_by[part]

    def _clear(self) -> None:
        self._times_cleared += 1
        self._pages.clear()
        self._parts.clear()
        self._used_by.clear()


def _size(page: Page) -> int:
    return len(page.body) + 500
