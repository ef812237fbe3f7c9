"""Fetches a page that a claimant names: nothing of our network, not much, not for long."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from itertools import islice
from urllib.parse import urljoin, urlsplit

import httpx
from lxml import etree, html

from services.identity.refusals import Refused

MOST_BYTES = 512 * 1024
MOST_REDIRECTS = 3
SECONDS = 8.0
_MOST_LINKS = 5000
_PORTS = {"http": 80, "https": 443}


class Pages:
    """Reads pages of the public internet; ``anywhere``, for development, also of this machine."""

    def __init__(self, *, anywhere: bool = False) -> None:
        self._anywhere = anywhere

    async def rel_me(self, url: str) -> Sequence[str]:
        """The addresses that a page links to with rel=me.

        Raises:
            Refused: the page cannot be read, or is not where pages of people are.
        """
        try:
            async with asyncio.timeout(SECONDS):
                final, body = await self._read(url)
        except (TimeoutError, httpx.HTTPError, OSError, ValueError) as error:
            raise Refused("conflict", "The page cannot be read.", code="page-unreadable") from error
        return rel_me_links(body, final)

    async def _read(self, url: str) -> tuple[str, bytes]:
        limits = httpx.Timeout(SECONDS / 2)
        async with httpx.AsyncClient(timeout=limits, trust_env=False) as http:
            for _ in range(MOST_REDIRECTS + 1):
                request = await self._request(http, url)
                answer = await http.send(request, stream=True)
                try:
                    if answer.has_redirect_location:
                        url = urljoin(url, answer.headers["location"])
                        continue
                    answer.raise_for_status()
                    if "html" not in answer.headers.get("content-type", ""):
                        raise ValueError("no HTML")
                    return url, await _beginning(answer)
                finally:
                    await answer.aclose()
        raise ValueError("too many redirects")

    async def _request(self, http: httpx.AsyncClient, url: str) -> httpx.Request:
        """A request to an address that was looked at: a name cannot lead elsewhere afterwards."""
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme, 0)
        if parts.scheme not in _PORTS or not host or parts.username or parts.password:
            raise ValueError("no address of a page")
        if not self._anywhere and port not in _PORTS.values():
            raise ValueError("no port of a page")
        address = await self._address(host, port)
        at = f"[{address}]" if ":" in address else address
        target = httpx.URL(url).copy_with(host=at)
        name = httpx.URL(url).netloc.decode()
        return http.build_request(
            "GET",
            target,
            headers={"Host": name, "Accept": "text/html", "User-Agent": "bzpeer (rel=me)"},
            extensions={"sni_hostname": host},
        )

    async def _address(self, host: str, port: int) -> str:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(item[4][0]) for item in found]
        if not addresses:
            raise ValueError("no such host")
        if not self._anywhere and not all(_is_public(address) for address in addresses):
            raise ValueError("not a public address")
        return addresses[0]


def rel_me_links(body: bytes, base: str) -> list[str]:
    """Where the links and anchors of a page that say rel=me lead."""
    try:
        root = html.document_fromstring(body)
    except etree.ParserError:
        return []  # nothing but space or comments
    elements = islice(root.iter("a", "link"), _MOST_LINKS)
    said = (e.get("href") for e in elements if "me" in (e.get("rel") or "").lower().split())
    return [link for href in said if href and (link := _absolute(base, href.strip()))]


def _absolute(base: str, href: str) -> str | None:
    try:
        return urljoin(base, href)
    except ValueError:
        return None


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.split("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if inner is not None and not inner.is_global:
        return False
    return found.is_global and not found.is_multicast


async def _beginning(answer: httpx.Response) -> bytes:
    body = b""
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            return body[:MOST_BYTES]
    return body
