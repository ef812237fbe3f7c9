"""The two servers, MongoDB and Kafka: started side by side, unless they run elsewhere."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local import kafka, mongod, ports, processes
from deploy.local.errors import Ended
from deploy.local.home import Home
from deploy.local.processes import Process
from deploy.local.settings import StackSettings


@dataclass(frozen=True)
class Servers:
    """Where the two servers are."""

    kafka_bootstrap: str
    mongodb_uri: str


def remembered_ports(home: Home, names: tuple[str, ...]) -> dict[str, int]:
    """A free port for each name: the one of last time where it is still free."""
    with home.change_state() as state:
        saved: dict[str, int] = state.setdefault("ports", {})
        for name in names:
            others = frozenset(port for other, port in saved.items() if other != name)
            saved[name] = ports.free_port(saved.get(name), others)
        return {name: saved[name] for name in names}


def start_servers(home: Home, settings: StackSettings) -> Servers:
    """Start what is missing of the two, and return when both answer."""
    with ThreadPoolExecutor(2) as pool:
        mongodb = pool.submit(_mongodb, home, settings)
        bootstrap = pool.submit(_kafka, home, settings)
        return Servers(kafka_bootstrap=bootstrap.result(), mongodb_uri=mongodb.result())


def _mongodb(home: Home, settings: StackSettings) -> str:
    if settings.mongodb_uri:
        _stop(home, mongod.NAME)
        return settings.mongodb_uri

    def start() -> Process:
        return mongod.start(home, remembered_ports(home, (mongod.NAME,))[mongod.NAME])

    return mongod.uri(_ready(home, mongod.NAME, start, mongod.wait_until_ready).port)


def _kafka(home: Home, settings: StackSettings) -> str:
    if settings.kafka_bootstrap_servers:
        _stop(home, kafka.NAME)
        return settings.kafka_bootstrap_servers

    def start() -> Process:
        chosen = remembered_ports(home, (kafka.NAME, "kafka-controller"))
        return kafka.start(home, chosen[kafka.NAME], chosen["kafka-controller"])

    return f"127.0.0.1:{_ready(home, kafka.NAME, start, kafka.wait_until_ready).port}"


def _ready(
    home: Home, name: str, start: Callable[[], Process], wait: Callable[[Home, Process], None]
) -> Process:
    """The running process once it is ready, started when there is none."""
    running = processes.known(home).get(name)
    if running is not None and running.alive:
        try:
            wait(home, running)
            return running
        except Ended:  # it was about to end, from a kill a moment ago
            pass
    started = start()
    wait(home, started)
    return started


def stop_servers(home: Home) -> None:
    """Stop Kafka, then mongod."""
    for name in (kafka.NAME, mongod.NAME):
        _stop(home, name)


def _stop(home: Home, name: str) -> None:
    process = processes.known(home).get(name)
    if process is not None:
        processes.stop(home, [process], patience=30)


@contextmanager
def running_servers(home: Path | str) -> Iterator[Servers]:
    """One mongod and one Kafka in a folder of their own, stopped at the end.

    For tests. Servers named by KAFKA_BOOTSTRAP_SERVERS and MONGODB_URI are used instead.
    """
    place = Home(Path(home).resolve())
    try:
        yield start_servers(place, StackSettings.from_environment())
    finally:
        processes.adopt_orphans(place)
        stop_servers(place)
