"""What stands in for ORCID and for a mail server while one develops, as processes of their own."""

import os
import sys
import time
from collections.abc import Callable, Mapping

from deploy.local import ports, processes
from deploy.local.errors import StackError
from deploy.local.home import REPO, Home
from deploy.local.processes import Process
from deploy.local.servers import remembered_ports

OPERATOR = "0000-0003-1415-9269"
"""Whoever signs in with this made-up iD is an operator of a stack for development."""

PROVIDER, MAILBOX = "orcid", "mail"
_INSTEAD = {PROVIDER: "ORCID_CLIENT_ID", MAILBOX: "SMTP_URL"}
"""Who has set this variable uses the real thing."""

_PASSED_ON = (
    *("ORCID_ISSUER", "ORCID_CLIENT_ID", "ORCID_CLIENT_SECRET", "ISSUERS"),
    *("SMTP_URL", "MAIL_FROM", "OPERATORS"),
)


def start_missing(home: Home, skip: frozenset[str]) -> dict[str, int]:
    """Start what is not running, and stop what is not wanted; the ports by name.

    They answer a moment later: see `wait_until_ready`.
    """
    found: dict[str, int] = {}
    for name in (PROVIDER, MAILBOX):
        running = processes.known(home).get(name)
        if os.environ.get(_INSTEAD[name]):
            if running is not None:
                processes.stop(home, [running])
        elif running is not None and (running.alive or name in skip):
            found[name] = running.port
        else:
            found[name] = _START[name](home, remembered_ports(home, (name,))[name]).port
    return found


def _start_provider(home: Home, port: int) -> Process:
    command = [sys.executable, "-m", "deploy.local.provider", str(port)]
    return processes.start(home, PROVIDER, command, port, cwd=REPO)


def _start_mailbox(home: Home, port: int) -> Process:
    command = [sys.executable, "-m", "deploy.local.mailbox", str(port), str(home.mail)]
    return processes.start(home, MAILBOX, command, port, cwd=REPO)


_START: Mapping[str, Callable[[Home, int], Process]] = {
    PROVIDER: _start_provider,
    MAILBOX: _start_mailbox,
}


def wait_until_ready(at: Mapping[str, int], timeout: float = 30) -> None:
    """Return when each takes connections.

    Raises:
        StackError: one does not in time.
    """
    deadline = time.monotonic() + timeout
    for name, port in at.items():
        while not ports.is_listening(port):
            if time.monotonic() > deadline:
                raise StackError(f"{name} did not start; see `bzpeer logs {name}`.")
            time.sleep(0.05)


def environment(at: Mapping[str, int]) -> dict[str, str]:
    """What identity is told; `at` holds the ports by name."""
    env = {"ENVIRONMENT": "development", "OPERATORS": OPERATOR}
    if PROVIDER in at:
        env |= {
            "ORCID_ISSUER": f"http://{ports.HOST}:{at[PROVIDER]}",
            "ORCID_CLIENT_ID": "bzpeer",
            "ORCID_CLIENT_SECRET": "for-development-only",
        }
    if MAILBOX in at:
        env["SMTP_URL"] = f"smtp://{ports.HOST}:{at[MAILBOX]}"
    return env | {name: os.environ[name] for name in _PASSED_ON if os.environ.get(name)}
