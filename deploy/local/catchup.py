"""Wait until every projection has caught up with what was ingested."""

import asyncio
import time
from collections.abc import Callable

from deploy.local import status
from deploy.local.errors import NotRunning, StackError
from deploy.local.home import Home
from deploy.local.lag import LagReader, lag_reader
from deploy.local.settings import PIPELINE, StackSettings

PAUSE = 0.4
PATIENCE = 60.0
"""Seconds for which something that does not answer is waited for: somebody may restart it."""


def wait_until_caught_up(
    home: Home,
    settings: StackSettings,
    timeout: float | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> None:
    """Return after one pass, in the order of the events, that found nothing left to do anywhere.

    Raises StackError when that takes more than `timeout` seconds, NotRunning when something does
    not answer for a minute.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    asyncio.run(_wait(home, settings, deadline, report))


async def _wait(
    home: Home,
    settings: StackSettings,
    deadline: float | None,
    report: Callable[[str], None],
) -> None:
    silent_since: float | None = None
    while True:
        try:
            async with lag_reader(_kafka(home, settings), settings) as reader:
                while (reason := await _backlog(home, reader)) is not None:
                    silent_since = None
                    report(reason)
                    _check(deadline, reason)
                    await asyncio.sleep(PAUSE)
                return
        except NotRunning as error:  # it may be about to come back
            silent_since = silent_since or time.monotonic()
            if time.monotonic() - silent_since > PATIENCE:
                raise
            report(str(error))
            _check(deadline, str(error))
            await asyncio.sleep(PAUSE)


def _check(deadline: float | None, reason: str) -> None:
    if deadline is not None and time.monotonic() > deadline:
        raise StackError(f"not caught up in time: {reason}", exit_code=4)


def _kafka(home: Home, settings: StackSettings) -> str:
    bootstrap = status.kafka_address(home, settings)
    if bootstrap is None:
        raise NotRunning("Kafka")
    return bootstrap


async def _backlog(home: Home, reader: LagReader) -> str | None:
    """The first thing that is not done yet, or None; NotRunning when a service is not there.

    Of each service lag is read first, then what it handles at the moment, then its outbox: what
    leaves one of them is in the next, or in a service that comes later in the pass.
    """
    for service in PIPELINE:
        if behind := await reader.lag(service):
            if not status.runs(home, service):
                raise NotRunning(service)
            return f"{service}: {behind} messages behind"
        answer = await asyncio.to_thread(status.ask, home, service)
        if answer is None:
            raise NotRunning(service)
        if answer["pending"]:
            return f"{service}: {answer['pending']} in work"
        if answer["outbox"]:
            return f"{service}: {answer['outbox']} events to publish"
    return None
