"""The whole stack: start what is missing, stop everything."""

import asyncio
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import psutil

from deploy.local import development, kafka, mongod, processes, services
from deploy.local.errors import Ended
from deploy.local.home import Home
from deploy.local.processes import Process
from deploy.local.servers import Servers, start_servers
from deploy.local.services import Copy
from deploy.local.settings import StackSettings
from deploy.local.topics import create_topics

Report = Callable[[str], None]


@dataclass(frozen=True)
class Stack:
    """A stack that was brought up: where things are, and what this call had to start."""

    servers: Servers
    ports: dict[str, int]
    started: tuple[str, ...]

    @property
    def gateway(self) -> str:
        return services.address(self.ports["gateway"])


def start_missing(
    home: Home,
    settings: StackSettings,
    scale: Mapping[str, int] | None,
    report: Report,
    skip: frozenset[str] = frozenset(),
    wait: bool = True,
) -> Stack:
    """Start every server and service that is not running with the current settings.

    `scale` is how many copies a service has (None: as many as last time); what is in `skip` is
    left alone; `wait` returns only when the services are ready.
    """
    with home.lock("start"):
        processes.adopt_orphans(home)
        _stop_unknown(home)
        services.check_gateway_port(settings, _running(home))
        before = {process.pid for process in processes.known(home).values()}
        servers = start_servers(home, settings)
        if created := asyncio.run(create_topics(servers.kafka_bootstrap, settings.namespace)):
            report(f"created {len(created)} topics")
        copies = services.wanted_copies(_remember_scale(home, scale))
        helpers = development.start_missing(home, skip)
        at = services.choose_ports(home, copies, _running(home), settings) | helpers
        envs = {
            copy: services.environment(home, settings, servers, copy, at)
            for copy in copies
            if copy.name not in skip
        }
        _stop_stale(home, {copy.name for copy in copies}, envs)
        _start_services(home, envs, wait)
        if wait:
            development.wait_until_ready(helpers)
        known = processes.known(home)
        started = sorted(n for n, process in known.items() if process.pid not in before)
        return Stack(servers, at, tuple(started))


def _start_services(home: Home, envs: Mapping[Copy, Mapping[str, str]], wait: bool) -> None:
    while True:
        missing = [copy for copy in envs if copy.name not in _running(home)]
        started = {services.start(home, copy, envs[copy]).pid for copy in missing}
        if not wait:
            return
        try:
            services.wait_until_ready(home, _running(home).values())
            return
        except Ended as ended:
            if ended.pid in started:
                raise
            # It was about to end, from a kill a moment ago.


def _running(home: Home) -> dict[str, Process]:
    """The living service processes by name."""
    return {
        name: process
        for name, process in processes.known(home).items()
        if Copy.of(name) and process.alive
    }


def _stop_unknown(home: Home) -> None:
    """Orphans have no known port, so they cannot be used."""
    processes.stop(
        home, [process for process in processes.known(home).values() if not process.port]
    )


def _stop_stale(
    home: Home, wanted: Collection[str], envs: Mapping[Copy, Mapping[str, str]]
) -> None:
    """Stop, or forget, copies that are no longer wanted or that run with other settings."""
    current = {copy.name: services.fingerprint(env) for copy, env in envs.items()}
    stale = [
        process
        for name, process in processes.known(home).items()
        if Copy.of(name)
        and (name not in wanted or process.fingerprint != current.get(name, process.fingerprint))
    ]
    if stale:
        processes.stop(home, stale)


def _remember_scale(home: Home, scale: Mapping[str, int] | None) -> dict[str, int]:
    with home.change_state() as state:
        if scale is not None:
            state["copies"] = dict(scale)
        copies: dict[str, int] = state.get("copies", {})
        return copies


def stop_everything(home: Home) -> list[str]:
    """Stop services, then Kafka, then mongod, after a crash as well; returns what it stopped."""
    processes.adopt_orphans(home)
    everything = processes.known(home)
    stopped = sorted(name for name, process in everything.items() if process.alive)
    last = (kafka.NAME, mongod.NAME)
    processes.stop(home, [p for name, p in everything.items() if name.split(".")[0] not in last])
    for server in last:
        processes.stop(
            home, [p for name, p in everything.items() if name.split(".")[0] == server], patience=30
        )
    with home.change_state() as state:
        state.pop("copies", None)
    return stopped


def down(home: Home) -> list[str]:
    """Stop everything, a watching `up` first: it would start again what is stopped."""
    if not home.root.exists():
        return []
    watcher = watcher_of(home)
    if watcher is not None and watcher.pid != os.getpid():
        stopped = sorted(n for n, process in processes.known(home).items() if process.alive)
        handle = watcher.handle()
        if handle is not None:
            handle.terminate()
            for process in processes.wait_until_ended([handle], timeout=75):
                process.kill()
        forget_watcher(home, watcher)
        return sorted({*stopped, *stop_everything(home)})
    return stop_everything(home)


def watcher_of(home: Home) -> Process | None:
    """The living `bzpeer up` that starts or watches this stack, if there is one."""
    values = home.read_state().get("watcher")
    watcher = Process(**values) if values else None
    return watcher if watcher is not None and watcher.alive else None


def become_watcher(home: Home) -> Process | None:
    """Note that this process starts or watches the stack; returns the one that already does."""
    own = Process("up", os.getpid(), psutil.Process().create_time(), 0)
    with home.change_state() as state:
        current = Process(**state["watcher"]) if "watcher" in state else own
        if current.pid != own.pid and current.alive:
            return current
        state["watcher"] = own.as_state()
        return None


def forget_watcher(home: Home, watcher: Process | None = None) -> None:
    """Take the note back: this process's own, or that of the given one."""
    pid = watcher.pid if watcher is not None else os.getpid()
    with home.change_state() as state:
        if state.get("watcher", {}).get("pid") == pid:
            del state["watcher"]
