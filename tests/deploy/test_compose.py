"""docker-compose.yml fits the code: it cannot be run where these tests run, so it is checked."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.local import kafka, mongod
from deploy.local.settings import SERVICES
from deploy.local.topics import LARGEST_MESSAGE
from tests.deploy.files import COMPOSE, REQUIRED, ROOT, compose, load_yaml, parts, stages

WITHOUT_SHELL = {"otel-collector", "tempo"}
"""Images in which there is nothing that a health check could run."""

ONE_SHOT = {"topics", "ingest"}

SERVICE_KEYS = {
    *("build", "cap_drop", "command", "depends_on", "deploy", "entrypoint", "environment"),
    *("healthcheck", "hostname", "image", "networks", "ports", "profiles", "read_only", "restart"),
    *("security_opt", "stop_grace_period", "tmpfs", "user", "volumes"),
}
HEALTH_KEYS = {"test", "interval", "timeout", "retries", "start_period", "start_interval"}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


def limits(part: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = part["deploy"]["resources"]["limits"]
    return found


def test_it_is_a_compose_file() -> None:
    document = compose()
    known = {"name", "services", "networks", "volumes"}
    assert {key for key in document if not key.startswith("x-")} == known
    for name, part in document["services"].items():
        assert part.keys() <= SERVICE_KEYS, name
        assert part.get("healthcheck", {}).keys() <= HEALTH_KEYS, name
        assert set(part["networks"]) <= document["networks"].keys(), name
        assert isinstance(part.get("command", []), list), name
        for value in part.get("environment", {}).values():
            assert isinstance(value, str), (name, value)
        for volume in part.get("volumes", []):
            source = volume.split(":")[0] if isinstance(volume, str) else "."
            assert source in document["volumes"] or (ROOT / source).exists(), (name, source)
    if has_compose():
        run = ["docker", "compose", "--file", str(COMPOSE), "--profile", "*", "config", "--quiet"]
        done = subprocess.run(
            run, env={**os.environ, **REQUIRED}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def has_compose() -> bool:
    """Whether the docker client here knows Compose; it needs no engine to read a file."""
    if shutil.which("docker") is None:
        return False
    version = ["docker", "compose", "version"]
    return subprocess.run(version, capture_output=True, check=False).returncode == 0


def test_ports_agree() -> None:
    everything = parts()
    final = stages()[-1]
    port = final.environment["PORT"]
    assert final.all("EXPOSE") == [port]
    assert {everything[name]["environment"]["PORT"] for name in SERVICES} == {port}
    assert everything["gateway"]["ports"] == [f"127.0.0.1:8000:{port}"]
    assert everything["gateway"]["environment"]["PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert everything["gateway"]["environment"]["GRAPH_URL"] == f"http://graph:{port}"
    assert everything["gateway"]["environment"]["TRUST_URL"] == f"http://trust:{port}"
    assert f"http://works:{port}/ingest" in everything["ingest"]["entrypoint"][2]
    for name in SERVICES:
        check = " ".join(everything[name]["healthcheck"]["test"])
        assert "os.environ['PORT']" in check
        assert "'/health/ready'" in check


def test_another_port_on_the_host_changes_the_public_address() -> None:
    gateway = compose({**REQUIRED, "GATEWAY_PORT": "8123"})["services"]["gateway"]
    assert gateway["ports"] == ["127.0.0.1:8123:8000"]
    assert gateway["environment"]["PUBLIC_URL"] == "http://127.0.0.1:8123"


def test_servers_are_where_the_services_look_for_them() -> None:
    everything = parts()
    told = everything["works"]["environment"]
    assert told["KAFKA_BOOTSTRAP_SERVERS"] == "kafka:9092"
    broker = everything["kafka"]["environment"]
    assert broker["KAFKA_ADVERTISED_LISTENERS"] == "CLIENTS://kafka:9092"
    assert "CLIENTS://:9092" in broker["KAFKA_LISTENERS"].split(",")
    assert told["MONGODB_URI"] == f"mongodb://mongodb:27017/?replicaSet={mongod.REPLICA_SET}"
    assert f"--replSet={mongod.REPLICA_SET}" in everything["mongodb"]["command"]
    assert everything["mongodb"]["hostname"] == "mongodb"
    initiate = everything["mongodb"]["healthcheck"]["test"][-1]
    assert f'_id: "{mongod.REPLICA_SET}"' in initiate
    assert '"mongodb:27017"' in initiate
    assert "isWritablePrimary" in initiate


def test_kafka_is_set_up_as_the_embedded_one() -> None:
    lines = [line for line in kafka.PROPERTIES.splitlines() if "=" in line and "#" not in line]
    embedded = dict(line.split("=", 1) for line in lines)
    given = parts()["kafka"]["environment"]
    same = {name: value for name, value in embedded.items() if _variable(name) in given}
    places = {"controller.quorum.voters", "listeners", "advertised.listeners", "log.dirs"}
    for name in same.keys() - places:
        assert given[_variable(name)] == embedded[name], name
    assert {"auto.create.topics.enable", "offsets.retention.minutes"} <= same.keys()
    assert int(given["KAFKA_MESSAGE_MAX_BYTES"]) >= LARGEST_MESSAGE


def _variable(name: str) -> str:
    return "KAFKA_" + name.upper().replace(".", "_")


def test_what_is_waited_for_can_be_waited_for() -> None:
    everything = parts()
    for name, part in everything.items():
        waited = part.get("depends_on", {})
        for other, how in waited.items() if isinstance(waited, dict) else []:
            assert how["condition"] in CONDITIONS
            if how["condition"] == "service_healthy":
                assert "healthcheck" in everything[other], (name, other)
            if how["condition"] == "service_completed_successfully":
                assert everything[other]["restart"] == "no", (name, other)
        assert set(waited) <= everything.keys()


def test_every_part_is_checked_and_bounded() -> None:
    for name, part in parts().items():
        assert float(limits(part)["cpus"]) > 0, name
        assert re.fullmatch(r"\d+[MG]", limits(part)["memory"]), name
        assert ("healthcheck" in part) == (name not in WITHOUT_SHELL | ONE_SHOT), name
        assert part["cap_drop"] == ["ALL"], name
        assert part["security_opt"] == ["no-new-privileges:true"], name


def test_images_are_pinned() -> None:
    for name, part in parts().items():
        if "build" not in part:
            tag = part["image"].rpartition(":")[2]
            assert re.search(r"\d+\.\d+\.\d+", tag), f"{name}: {part['image']}"


def test_only_the_gateway_and_grafana_are_reached_from_outside_and_on_loopback() -> None:
    document = compose()
    published = {name: part["ports"] for name, part in parts().items() if part.get("ports")}
    assert published.keys() == {"gateway", "grafana"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert document["networks"]["backend"] == {"internal": True}
    in_front = {name for name, part in parts().items() if "frontend" in part["networks"]}
    assert in_front == {"gateway", "grafana"}


def test_secrets_come_from_the_environment() -> None:
    with pytest.raises(KeyError, match="INGEST_TOKEN"):
        compose({})
    secret = re.compile("TOKEN|SECRET|PASSW|API_KEY")
    for name, part in load_yaml(COMPOSE.name)["services"].items():
        for variable, value in part.get("environment", {}).items():
            if secret.search(variable):
                asked = value.startswith(f"${{{variable}:?") or value == f"${{{variable}:-}}"
                assert asked, (name, variable)


def test_the_example_of_settings_names_all_of_them_and_no_secret() -> None:
    text = (ROOT / ".env.example").read_text()
    named = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.MULTILINE))
    used = {match for value in strings(load_yaml(COMPOSE.name)) for match in _used(value)}
    assert named.keys() == used | {"COMPOSE_PROFILES"}
    assert named["INGEST_TOKEN"] == ""
    profiles = {profile for part in parts().values() for profile in part.get("profiles", [])}
    assert set(named["COMPOSE_PROFILES"].split(",")) <= profiles


def _used(value: str) -> list[str]:
    return re.findall(r"(?<!\$)\$\{(\w+)", value)


def test_observability_is_all_in_one_profile_and_services_run_without_it() -> None:
    watching = {"otel-collector", "tempo", "prometheus", "grafana"}
    for name, part in parts().items():
        assert (part.get("profiles") == ["observability"]) == (name in watching), name
        if name not in watching:
            assert not watching & set(part.get("depends_on", {})), name
    assert parts()["works"]["environment"]["OTEL_EXPORTER_OTLP_ENDPOINT"] == ""
