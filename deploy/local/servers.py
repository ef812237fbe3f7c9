"""The two servers, MongoDB and Kafka: started side by side, unless they run elsewhere."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local import kafka, mongod, ports, processes
from deploy.local.home import Home
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
    process = processes.known(home).get(mongod.NAME)
    if process is None or not process.alive:
        port = remembered_ports(home, (mongod.NAME,))[mongod.NAME]
        process = mongod.start(home, port)
    mongod.wait_until_ready(home, process)
    return mongod.uri(process.port)


def _kafka(home: Home, settings: StackSettings) -> str:
    if settings.kafka_bootstrap_servers:
        _stop(home, kafka.NAME)
        return settings.kafka_bootstrap_servers
    process = processes.known(home).get(kafka.NAME)
    if process is None or not process.alive:
        chosen = remembered_ports(home, (kafka.NAME, "kafka-controller"))
        process = kafka.start(home, chosen[kafka.NAME], chosen["kafka-controller"])
    kafka.wait_until_ready(home, process)
    return f"127.0.0.1:{process.port}"


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
