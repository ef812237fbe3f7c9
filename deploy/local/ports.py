"""Ports: remembered, free ones picked, and a clear word about a taken one."""

import secrets
import socket

import psutil

from deploy.local.errors import StackError

HOST = "127.0.0.1"

LOWEST, HIGHEST = 20_000, 32_000
"""Below the range from which the system takes the ports of clients: a client that tries again and
again to reach a server that is down could otherwise be given the server's own port."""


def is_free(port: int) -> bool:
    """Whether a server may listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def is_listening(port: int) -> bool:
    """Whether somebody accepts connections on the port (asked without touching the port itself)."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def free_port(preferred: int | None = None, taken: frozenset[int] = frozenset()) -> int:
    """The preferred port when it is free and not in `taken`, else any free one."""
    if preferred is not None and preferred not in taken and is_free(preferred):
        return preferred
    while True:
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        if port not in taken and is_free(port):
            return port


def next_free_port(first: int, taken: frozenset[int] = frozenset()) -> int:
    """The first free port from `first` upwards."""
    for port in range(first, min(first + 200, 65536)):
        if port not in taken and is_free(port):
            return port
    return free_port(taken=taken)


def require_free(port: int) -> int:
    """The port, when it is free; StackError that names who holds it otherwise."""
    if is_free(port):
        return port
    raise StackError(f"port {port} is taken{holder(port)}; choose another or stop what holds it.")


def holder(port: int) -> str:
    """` by name (pid n)` for the process that listens on the port, or nothing if unknown."""
    try:
        for connection in psutil.net_connections("tcp"):
            listening = connection.status == psutil.CONN_LISTEN
            if listening and connection.laddr and connection.laddr.port == port and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except (psutil.Error, OSError):
        pass
    return ""
