"""Ask the works service for harvests, and how far they are."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from deploy.local.errors import NotNow, NotRunning, StackError
from deploy.local.home import Home
from deploy.local.works import works_token, works_url

if TYPE_CHECKING:  # slow to import, and only a harvest needs it
    import httpx

LEFT = ("parked", "stopped")
"""States in which `retry` lets a harvest go on."""
ENDED = ("done", *LEFT)
PATIENCE = 60.0
"""Seconds for which a works service that does not answer is waited for."""

_PAUSE = 1.0
Harvest = dict[str, Any]


def begin(home: Home, wanted: Mapping[str, str]) -> Harvest:
    """Ask for a harvest; StackError in the service's words when it cannot be had."""
    found: Harvest = _ask(home, "POST", "/harvests", wanted)
    return found


def newest(home: Home) -> list[Harvest]:
    """The newest harvests."""
    items: list[Harvest] = _ask(home, "GET", "/harvests")["items"]
    return items


def one(home: Home, harvest: str) -> Harvest:
    """A harvest with its jobs."""
    found: Harvest = _ask(home, "GET", f"/harvests/{quote(harvest, safe='')}")
    return found


def retry(home: Home, harvest: str) -> Harvest:
    """Let its jobs that were parked or stopped go on."""
    found: Harvest = _ask(home, "POST", f"/harvests/{quote(harvest, safe='')}/retry")
    return found


def stop(home: Home, harvest: str) -> Harvest:
    """End its jobs that are not done."""
    found: Harvest = _ask(home, "POST", f"/harvests/{quote(harvest, safe='')}/stop")
    return found


def wait_until_ended(
    home: Home, harvest: str, timeout: float | None, report: Callable[[str], None]
) -> Harvest:
    """The harvest once it is done, parked or stopped; StackError when that takes too long."""
    deadline = None if timeout is None else time.monotonic() + timeout
    silent_since: float | None = None
    while True:
        try:
            found = one(home, harvest)
            if found["state"] in ENDED:
                return found
            silent_since = None
            read, done = found["counts"]["read"], found["done"]
            report(f"{read:,} records, {done:,} of {found['jobs']:,} jobs done")
        except NotNow as error:
            silent_since = silent_since or time.monotonic()
            if time.monotonic() - silent_since > PATIENCE:
                raise
            report(str(error))
        if deadline is not None and time.monotonic() > deadline:
            raise StackError(f"{harvest} goes on; it has not ended in time.", exit_code=4)
        time.sleep(_PAUSE)


def _ask(home: Home, method: str, path: str, body: Mapping[str, str] | None = None) -> Any:
    import httpx

    headers = {"Authorization": f"Bearer {works_token(home)}"}
    url = f"{works_url(home)}{path}"
    try:
        answer = httpx.request(method, url, json=body, headers=headers, timeout=30, trust_env=False)
    except httpx.TransportError as error:
        raise NotRunning("the works service") from error
    if answer.status_code >= 500:
        raise NotNow(_problem(answer))
    if answer.status_code >= 400:
        raise StackError(_problem(answer))
    return answer.json()


def _problem(answer: "httpx.Response") -> str:
    """What problem+json says, else the status line."""
    try:
        said = answer.json().get("detail")
    except (ValueError, AttributeError):
        said = None
    return str(said or f"works answered {answer.status_code}")
