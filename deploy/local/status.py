"""What the stack is doing: processes, records, backlog."""

import asyncio
from dataclasses import asdict, dataclass, field
from typing import Any

from deploy.local import deadletters, kafka, lag, mongod, processes, services
from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.http import NoAnswer, get_json
from deploy.local.processes import Process
from deploy.local.services import Copy
from deploy.local.settings import SERVICES, StackSettings


@dataclass(frozen=True)
class ProcessStatus:
    """One process that the stack started."""

    name: str
    pid: int
    port: int
    memory_bytes: int
    alive: bool


@dataclass(frozen=True)
class ServiceStatus:
    """What a service holds and has yet to do; None where nobody could be asked."""

    records: dict[str, int] = field(default_factory=dict)
    outbox: int | None = None
    pending: int | None = None
    lag: int | None = None
    dead_letters: int | None = None

    @property
    def caught_up(self) -> bool:
        return self.lag == 0 and self.pending == 0 and self.outbox == 0


@dataclass(frozen=True)
class Status:
    """The whole stack at one moment."""

    gateway: str | None
    processes: list[ProcessStatus]
    services: dict[str, ServiceStatus]

    @property
    def alive(self) -> bool:
        """Whether all that was started is alive, and there is anything at all."""
        return bool(self.processes) and all(process.alive for process in self.processes)

    @property
    def caught_up(self) -> bool:
        return all(service.caught_up for service in self.services.values())

    def as_json(self) -> dict[str, Any]:
        """The form of `bzpeer status --json`."""
        return {**asdict(self), "caught_up": self.caught_up}


def read_status(home: Home, settings: StackSettings) -> Status:
    """Ask every process, every service and Kafka; what does not answer is shown as unknown."""
    known = processes.known(home)
    shown = [
        ProcessStatus(p.name, p.pid, p.port, p.memory_bytes(), p.alive)
        for p in sorted(known.values(), key=lambda p: _position(p.name))
    ]
    behind: dict[str, int] = {}
    dead: dict[str, int] | None = None
    bootstrap = kafka_address(home, settings)
    if bootstrap:
        try:
            behind = asyncio.run(lag.read_lag(bootstrap, settings))
            letters = asyncio.run(deadletters.unresolved(bootstrap, settings))
            dead = deadletters.count_by_service(letters, settings)
        except StackError:
            pass
    gateway = known.get("gateway")
    return Status(
        gateway=services.address(gateway.port) if gateway and gateway.alive else None,
        processes=shown,
        services={
            service: _service(home, service, behind.get(service), dead) for service in SERVICES
        },
    )


def _service(
    home: Home, service: str, behind: int | None, dead: dict[str, int] | None
) -> ServiceStatus:
    answer = ask(home, service) or {}
    return ServiceStatus(
        records=answer.get("records", {}),
        outbox=answer.get("outbox"),
        pending=answer.get("pending"),
        lag=behind,
        dead_letters=None if dead is None else dead.get(service, 0),
    )


def ask(home: Home, service: str) -> dict[str, Any] | None:
    """What `GET /status` of the service says; None when no copy of it answers.

    Copies share their database; what one has pending, another may not see, so the most counts.
    """
    answers: list[dict[str, Any]] = []
    for process in _living(home, service):
        try:
            answers.append(get_json(f"{services.address(process.port)}/status", timeout=10))
        except NoAnswer:
            continue
    if not answers:
        return None
    most = {key: max(int(each.get(key) or 0) for each in answers) for key in ("outbox", "pending")}
    return {**answers[0], **most}


def runs(home: Home, service: str) -> bool:
    """Whether any copy of the service is alive."""
    return bool(_living(home, service))


def _living(home: Home, service: str) -> list[Process]:
    copies = services.copies_of(service, processes.known(home))
    return [process for process in copies if process.alive]


def kafka_address(home: Home, settings: StackSettings) -> str | None:
    """Where Kafka is, when it runs."""
    if settings.kafka_bootstrap_servers:
        return settings.kafka_bootstrap_servers
    process = processes.known(home).get(kafka.NAME)
    return f"127.0.0.1:{process.port}" if process is not None and process.alive else None


def mongodb_address(home: Home, settings: StackSettings) -> str | None:
    """Where MongoDB is, when it runs."""
    if settings.mongodb_uri:
        return settings.mongodb_uri
    process = processes.known(home).get(mongod.NAME)
    return mongod.uri(process.port) if process is not None and process.alive else None


def _position(name: str) -> tuple[int, str]:
    copy = Copy.of(name)
    return (SERVICES.index(copy.service) if copy else -1, name)
