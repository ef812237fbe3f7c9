"""A provider on this machine that replays responses, and misbehaves when told to."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    at: float


@dataclass(frozen=True)
class Answer:
    """A response; ``cut`` sends only so many bytes of it, ``silent`` nothing at all."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    says_length: bool = True
    silent: bool = False


@dataclass
class StandIn:
    """What was asked, and what goes wrong before the next answers."""

    answer: Callable[[Asked], Answer]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    faults: list[Answer | None] = field(default_factory=list)
    pause: float = 0

    def fails(self, *faults: Answer | None) -> None:
        """Answer the next requests like this; ``None`` is an answer as it should be."""
        self.faults += faults

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: one request, one answer."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._serve(reader, writer)
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        target = urlsplit(head[0].split(" ")[1])
        headers = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
        asked = Asked(
            target.path,
            dict(parse_qsl(target.query, keep_blank_values=True)),
            {name.lower(): value for name, value in headers.items()},
            asyncio.get_running_loop().time(),
        )
        self.asked.append(asked)
        await asyncio.sleep(self.pause)
        fault = self.faults.pop(0) if self.faults else None
        answer = fault or self.answer(asked)
        if answer.silent:
            await reader.read()
            return
        sent = {"Date": formatdate(usegmt=True), "Connection": "close", **answer.headers}
        if answer.says_length:
            sent["Content-Length"] = str(len(answer.body))
        lines = [f"HTTP/1.1 {answer.status} -", *(f"{k}: {v}" for k, v in sent.items()), "", ""]
        writer.write("\r\n".join(lines).encode() + answer.body[: answer.cut])
        await writer.drain()


@asynccontextmanager
async def standing_in(answer: Callable[[Asked], Answer]) -> AsyncIterator[StandIn]:
    """A provider while the block runs."""
    made = StandIn(answer)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api"
    try:
        yield made
    finally:
        server.close()
