"""The five services as processes: their ports, their environment, their health."""

import hashlib
import os
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deploy.local import development, ports, processes
from deploy.local.errors import Ended, StackError
from deploy.local.home import REPO, Home
from deploy.local.http import NoAnswer, get
from deploy.local.kafka import last_lines
from deploy.local.processes import Process
from deploy.local.servers import Servers, remembered_ports
from deploy.local.settings import SERVICES, StackSettings

DEFAULT_GATEWAY_PORT = 8000


@dataclass(frozen=True)
class Copy:
    """One process of a service: `works` is the first copy, `works-2` the second."""

    service: str
    number: int = 1

    @property
    def name(self) -> str:
        return self.service if self.number == 1 else f"{self.service}-{self.number}"

    @classmethod
    def of(cls, name: str) -> "Copy | None":
        """The copy with this process name; None when it is no service's."""
        service, _, number = name.partition("-")
        if service not in SERVICES or not (number or "1").isdigit():
            return None
        return cls(service, int(number or 1))


def wanted_copies(scale: Mapping[str, int]) -> list[Copy]:
    """Every copy to run, when `scale` names services with more than one."""
    return [
        Copy(service, number)
        for service in SERVICES
        for number in range(1, scale.get(service, 1) + 1)
    ]


def copies_of(service: str, processes: Mapping[str, Process]) -> list[Process]:
    """The copies of a service among processes by name."""
    copies = [copy for copy in map(Copy.of, processes) if copy and copy.service == service]
    return [processes[copy.name] for copy in copies]


def choose_ports(
    home: Home, copies: Iterable[Copy], running: Mapping[str, Process], settings: StackSettings
) -> dict[str, int]:
    """A port for each copy: that of the running process, else as remembered, else a free one.

    The first gateway copy prefers 8000, or must have the port that was asked for.
    """
    names = [copy.name for copy in copies]
    chosen = {name: running[name].port for name in names if name in running}
    gateway = running.get("gateway")
    if settings.gateway_port is not None:
        chosen["gateway"] = settings.gateway_port
    elif gateway is None:
        remembered = home.read_state().get("ports", {}).get("gateway")
        if remembered is not None and ports.is_free(remembered):
            chosen["gateway"] = remembered
        else:
            chosen["gateway"] = ports.next_free_port(DEFAULT_GATEWAY_PORT)
    with home.change_state() as state:
        state.setdefault("ports", {}).update(chosen)
    missing = tuple(name for name in names if name not in chosen)
    return chosen | remembered_ports(home, missing)


def check_gateway_port(settings: StackSettings, running: Mapping[str, Process]) -> None:
    """StackError when a port was asked for that something else holds."""
    own = {process.port for process in copies_of("gateway", running)}
    if settings.gateway_port is not None and settings.gateway_port not in own:
        ports.require_free(settings.gateway_port)


def environment(
    home: Home, settings: StackSettings, servers: Servers, copy: Copy, at: Mapping[str, int]
) -> dict[str, str]:
    """What a copy is told; `at` holds the port of each copy by name."""
    env = {
        "KAFKA_BOOTSTRAP_SERVERS": servers.kafka_bootstrap,
        "MONGODB_URI": servers.mongodb_uri,
        "NAMESPACE": settings.namespace,
        "HOST": ports.HOST,
        "MALLOC_ARENA_MAX": "2",  # the driver's threads would each keep memory of their own
        "OPENBLAS_NUM_THREADS": "1",  # for small matrices a second thread only waits, busily
        "PORT": str(at[copy.name]),
        "LOG_LEVEL": settings.log_level,
        "OTEL_SERVICE_NAME": f"bzpeer-{copy.service}",
        "TRACES_FILE": str(home.trace(copy.name)),
    }
    if copy.service == "works":
        env["INGEST_TOKEN"] = os.environ.get("INGEST_TOKEN") or home.ingest_token()
        env |= {k: v for k, v in os.environ.items() if k == "CONTACT" or k.startswith("HARVEST_")}
        env["IDENTITY_URL"] = address(at["identity"])
    if copy.service == "identity":
        env |= development.environment(at)
        env["PUBLIC_URL"] = os.environ.get("PUBLIC_URL") or address(at["gateway"])
    if copy.service == "gateway":
        env["GRAPH_URL"] = address(at["graph"])
        env["IDENTITY_URL"] = address(at["identity"])
        env["TRUST_URL"] = address(at["trust"])
        env["WORKS_URL"] = address(at["works"])
        env["TRUSTED_PROXIES"] = os.environ.get("TRUSTED_PROXIES") or ""
        env["PUBLIC_URL"] = os.environ.get("PUBLIC_URL") or address(at["gateway"])
    return env


def fingerprint(env: Mapping[str, str]) -> str:
    """Tells whether a running process was started with these settings."""
    return hashlib.sha256(repr(sorted(env.items())).encode()).hexdigest()[:16]


def start(home: Home, copy: Copy, env: Mapping[str, str]) -> Process:
    """Start one copy of a service."""
    command = [sys.executable, "-m", f"services.{copy.service}.main"]
    processes.rotate(home.trace(copy.name))
    whole = {**os.environ, "PYTHONUNBUFFERED": "1", **env}
    return processes.start(
        home, copy.name, command, int(env["PORT"]), whole, REPO, fingerprint(env)
    )


def wait_until_ready(home: Home, started: Iterable[Process], timeout: float = 60) -> None:
    """Return when each answers 200 on /health/ready; StackError when one died or takes too long.

    An answer of another process counts for nothing: it may have taken the port a moment before.
    """
    deadline = time.monotonic() + timeout
    waiting = list(started)
    while waiting:
        for process in list(waiting):
            if not process.alive:
                log = last_lines(home.log(process.name))
                raise Ended(process.name, process.pid, log)
            if process.listens and is_ready(process.port):
                waiting.remove(process)
        if waiting and time.monotonic() > deadline:
            names = ", ".join(process.name for process in waiting)
            raise StackError(f"not ready after {timeout:.0f} s: {names}; see `bzpeer logs`.")
        if waiting:
            time.sleep(0.1)


def is_ready(port: int) -> bool:
    """Whether the service on this port says that it is ready."""
    try:
        get(f"{address(port)}/health/ready", timeout=5)
    except NoAnswer:
        return False
    return True


def address(port: int) -> str:
    """The base address of what listens on the port."""
    return f"http://{ports.HOST}:{port}"
