"""Pages that claimants name: read with care, and never of our own network."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.identity import webpage
from services.identity.refusals import Refused
from services.identity.webpage import Pages, rel_me_links

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
LINK = b'<p><a rel="me" href="https://bz.example/researchers/A1">me</a>'


@asynccontextmanager
async def serving(answer: bytes, *, hangs: bool = False) -> AsyncIterator[str]:
    """The address of a page that answers so."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        if hangs:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/me"
    finally:
        server.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[2002:7f00:1::]/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://0/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://224.0.0.1/",
        "http://8.8.8.8:6379/",
        "http://user:secret@8.8.8.8/",
        "file:///etc/passwd",
        "ftp://8.8.8.8/",
        "http:///nowhere",
        "http://8.8.8.8:99999/",
    ],
)
async def test_nothing_but_pages_of_the_public_internet_is_asked_for(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object, **__: object) -> None:
        raise AssertionError("a request went out")

    monkeypatch.setattr("httpx.AsyncClient.send", never)
    with pytest.raises(Refused, match="cannot be read"):
        await Pages().rel_me(url)


async def test_a_name_that_leads_to_our_network_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def lookup(*_: object, **__: object) -> list[object]:
        return [(2, 1, 6, "", ("93.184.215.14", 80)), (2, 1, 6, "", ("10.1.2.3", 80))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lookup)
    with pytest.raises(Refused):
        await Pages().rel_me("http://rebinding.example/")


async def test_a_redirect_into_our_network_is_not_followed() -> None:
    class Public(Pages):
        """Takes the test's own server for a public one, and nothing else."""

        async def _address(self, host: str, port: int) -> str:
            return host if port == public else await Pages()._address(host, port)

    async with serving(HEAD + LINK) as private:
        moved = f"HTTP/1.1 302 Found\r\nLocation: {private}\r\nConnection: close\r\n\r\n"
        async with serving(moved.encode()) as url:
            public = int(url.split(":")[2].split("/")[0])
            with pytest.raises(Refused):
                await Public(anywhere=True).rel_me(url)


async def test_redirects_size_and_time_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Pages(anywhere=True)
    again = b"HTTP/1.1 302 Found\r\nLocation: /me\r\nConnection: close\r\n\r\n"
    async with serving(again) as url:
        with pytest.raises(Refused):
            await reader.rel_me(url)
    monkeypatch.setattr(webpage, "MOST_BYTES", 1000)
    async with serving(HEAD + b" " * 5000 + LINK) as url:
        assert await reader.rel_me(url) == []
    monkeypatch.setattr(webpage, "SECONDS", 0.3)
    async with serving(HEAD + LINK, hangs=True) as url:
        with pytest.raises(Refused):
            await reader.rel_me(url)


async def test_what_is_no_page_says_nothing() -> None:
    reader = Pages(anywhere=True)
    for head in (b"HTTP/1.1 404 Not Found\r\n", b"HTTP/1.1 200 OK\r\nContent-Type: a/pdf\r\n"):
        async with serving(head + b"Connection: close\r\n\r\n" + LINK) as url:
            with pytest.raises(Refused):
                await reader.rel_me(url)


def test_links_and_anchors_that_say_me_are_found() -> None:
    page = b"""<head><link rel="ME" href="/about"></head>
    <a rel='nofollow me' href=' https://x.example '><a rel=me href="http://[::1">
    <a rel="menu" href="https://no.example"><a rel=me>"""
    found = rel_me_links(page, "https://home.example/a/b")
    assert found == ["https://home.example/about", "https://x.example"]
    assert rel_me_links(b"", "https://home.example") == []
    assert rel_me_links(b"<!-- -->", "https://home.example") == []
    assert rel_me_links(b"\x00\xff<<<", "https://home.example") == []
