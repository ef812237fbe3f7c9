"""An HTTP client that costs next to nothing: who measures shares the processors with the measured.

Keep-alive connections to one server whose answers have a ``Content-Length``; nothing else.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in lower case) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        return orjson.loads(self.body)


class Asker:
    """As many connections as are asked at a time."""

    def __init__(self, base_url: str) -> None:
        self._address = urlsplit(base_url)
        self._free: list[Connection] = []

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """The answer to one request."""
        reader, writer = await self._connection()
        sent = {
            "Host": self._address.netloc,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **(headers or {}),
        }
        lines = [f"{method} {path} HTTP/1.1", *(f"{n}: {v}" for n, v in sent.items()), "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        told = (line.partition(": ") for line in head[1:] if line)
        found = {name.lower(): value for name, _, value in told}
        answered = await reader.readexactly(int(found.get("content-length", "0")))
        self._free.append((reader, writer))
        return Answer(int(head[0].split()[1]), found, answered)

    async def close(self) -> None:
        """End the connections."""
        for _, writer in self._free:
            writer.close()
            await writer.wait_closed()

    async def _connection(self) -> Connection:
        if self._free:
            return self._free.pop()
        return await asyncio.open_connection(self._address.hostname, self._address.port)
