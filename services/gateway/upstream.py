"""The client of one service behind the gateway.

aiohttp, because every click goes through it: a request costs a tenth of one of httpx.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

_PLAIN = "/:~"
_KEEP_ALIVE_SECONDS = 30
"""Shorter than the services keep an idle connection."""


class Away(Exception):
    """The service does not answer, or not in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answers."""

    status: int
    headers: Mapping[str, str]
    """By name, in capitals or not."""
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether it is what was asked for."""
        return 200 <= self.status < 300

    @property
    def is_redirect(self) -> bool:
        """Whether it sends on to elsewhere."""
        return 300 <= self.status < 400 and "location" in self.headers

    def json(self) -> Any:
        """The content.

        Raises:
            ValueError: it is no JSON.
        """
        return orjson.loads(self.content)


class Upstream:
    """Asks one service; its connections are opened when they are needed."""

    def __init__(self, base_url: str, timeout: float) -> None:
        """``timeout``: seconds for an answer as a whole."""
        self._base_url = base_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """What it answers; ``path`` is plain text, ``query`` is encoded.

        Raises:
            Away: nothing, or too late.
        """
        url = f"{self._base_url}{quote(path, safe=_PLAIN)}{'?' if query else ''}{query}"
        try:
            async with self._connected().request(
                method, URL(url, encoded=True), data=content, headers=headers, allow_redirects=False
            ) as response:
                return Answer(response.status, response.headers, await response.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Away(self._base_url) from error

    async def close(self) -> None:
        """End the connections."""
        if self._session is not None:
            await self._session.close()

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(keepalive_timeout=_KEEP_ALIVE_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
            )
        return self._session
