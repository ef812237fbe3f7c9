"""What the image holds runs by itself: the same files, in a folder, on real servers."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from contracts.topics import load_topics
from deploy.local import ports
from deploy.local.servers import Servers
from deploy.local.settings import SERVICES
from tests.deploy.files import ROOT, compose, make_image_tree
from tests.support import System

IMPORTS = """
import importlib, importlib.metadata, json, re, sys

locked, own = set(json.loads(sys.argv[1])), {"contracts", "chassis", "services", "deploy"}
packages = importlib.metadata.packages_distributions()

class OnlyLocked:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        known = {re.sub("[-_.]+", "-", each).lower() for each in packages.get(top, [])}
        if known and not known & locked and top not in own:
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, OnlyLocked())
for name in sys.argv[2:]:
    importlib.import_module(name)
files = {module.__file__ for name, module in sys.modules.items() if name.partition(".")[0] in own}
print(json.dumps([file for file in files if file]))
"""
"""Imports modules as if only what the lock names were installed."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image's /app."""
    folder = tmp_path_factory.mktemp("image")
    make_image_tree(folder)
    return folder


def environment(service: str, **changed: str) -> dict[str, str]:
    """What Compose gives a container, on other servers."""
    given = compose()["services"][service]["environment"]
    return {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **given, **changed}


def command(part: dict[str, Any]) -> list[str]:
    """What the container runs."""
    whole = [*part.get("entrypoint", ["python", "-m"]), *part["command"]]
    return [sys.executable if word == "python" else word for word in whole]


def is_healthy(part: dict[str, Any], env: dict[str, str]) -> bool:
    check = [sys.executable if word == "python" else word for word in part["healthcheck"]["test"]]
    assert check.pop(0) == "CMD"
    return subprocess.run(check, env=env, capture_output=True, check=False).returncode == 0


def test_it_holds_all_that_is_imported_and_the_lock_names_the_rest(app: Path) -> None:
    modules = [f"services.{name}.main" for name in SERVICES] + ["deploy.local.topics"]
    lock = (ROOT / "requirements" / "services.txt").read_text()
    locked = json.dumps(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE))
    run = [sys.executable, "-c", IMPORTS, locked, *modules]
    done = subprocess.run(run, cwd=app, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [file for file in json.loads(done.stdout) if not Path(file).is_relative_to(app)] == []


async def test_the_topics_job_creates_the_topics_of_the_contract(
    app: Path, servers: Servers
) -> None:
    namespace = f"image{os.getpid()}"
    env = environment(
        "topics", KAFKA_BOOTSTRAP_SERVERS=servers.kafka_bootstrap, NAMESPACE=namespace
    )
    run = command(compose()["services"]["topics"])
    for _ in range(2):  # the second time there is nothing to do
        done = subprocess.run(run, cwd=app, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka_bootstrap)
    await admin.start()
    try:
        made = {name for name in await admin.list_topics() if name.startswith(f"{namespace}.")}
        topics = load_topics().values()
        names = {name for topic in topics for name in (topic.name, topic.dead_letter)}
        assert made == {f"{namespace}.{name}" for name in names}
        await admin.delete_topics(list(made))
    finally:
        await admin.close()


def test_the_topics_job_fails_without_a_broker(app: Path) -> None:
    env = environment("topics", KAFKA_BOOTSTRAP_SERVERS=f"127.0.0.1:{ports.free_port()}")
    run = command(compose()["services"]["topics"])
    done = subprocess.run(run, cwd=app, env=env, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "does not answer" in done.stderr


async def test_a_service_becomes_healthy_writes_nothing_beside_it_and_ends_in_time(
    app: Path, system: System
) -> None:
    part = compose()["services"]["trust"]
    env = environment(
        "trust",
        KAFKA_BOOTSTRAP_SERVERS=system.servers.kafka_bootstrap,
        MONGODB_URI=system.servers.mongodb_uri,
        NAMESPACE=system.namespace,
        PORT=str(ports.free_port()),
    )
    before = sorted(app.rglob("*"))
    assert not is_healthy(part, env)
    with subprocess.Popen(command(part), cwd=app, env=env) as process:
        try:
            deadline = time.monotonic() + 60
            while not is_healthy(part, env):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.2)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=int(part["stop_grace_period"].removesuffix("s")))
    assert process.returncode in (0, -signal.SIGTERM)
    assert sorted(app.rglob("*")) == before
