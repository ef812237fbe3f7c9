"""A warm page against the floor: the same bytes from a bare ASGI application in the same run.

Each is one uvicorn process; a bounded number of requests over a few kept-alive connections.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from deploy.local.ports import free_port
from tests.stack import Stack

pytestmark = pytest.mark.bench
REQUESTS = 2000
CONNECTIONS = 8
BARE = """
import sys, uvicorn
body = sys.stdin.buffer.read()
length = (b"content-length", str(len(body)).encode())
headers = [(b"content-type", b"text/html; charset=utf-8"), length]
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
"""


@contextmanager
def bare(body: bytes) -> Iterator[str]:
    """The same bytes from the barest application."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", BARE, str(port)], stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(body)
    process.stdin.close()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(10)


async def measure(url: str) -> tuple[float, float, float]:
    """Requests a second, median and 99th percentile in milliseconds."""
    took: list[float] = []

    async def ask(http: httpx.AsyncClient) -> None:
        for _ in range(REQUESTS // CONNECTIONS):
            started = time.perf_counter()
            assert (await http.get(url)).status_code == 200
            took.append((time.perf_counter() - started) * 1000)

    async with httpx.AsyncClient(timeout=30) as http:
        for _ in range(100):
            try:
                await http.get(url)
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.1)
        started = time.perf_counter()
        await asyncio.gather(*(ask(http) for _ in range(CONNECTIONS)))
        seconds = time.perf_counter() - started
    return len(took) / seconds, statistics.median(took), statistics.quantiles(took, n=100)[98]


async def test_warm_pages_against_the_floor(stack: Stack) -> None:
    figures = {}
    for name, url in {
        "page": stack.page,
        "json": stack.page.replace("/researchers/", "/api/v1/researchers/"),
    }.items():
        body = httpx.get(url).content
        with bare(body) as floor:
            rate, median, p99 = await measure(url)
            bare_rate, bare_median, bare_p99 = await measure(floor)
        figures[name] = {
            "bytes": len(body),
            "requests_per_second": round(rate),
            "floor_requests_per_second": round(bare_rate),
            "ratio": round(rate / bare_rate, 2),
            "median_ms": round(median, 2),
            "floor_median_ms": round(bare_median, 2),
            "p99_ms": round(p99, 2),
            "floor_p99_ms": round(bare_p99, 2),
        }
    print(json.dumps(figures, indent=2))
    assert figures["page"]["ratio"] > 0.1
