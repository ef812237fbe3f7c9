"""Each service of docker-compose.yml is given what its code reads, and no needless rights."""

import importlib
import importlib.util
import inspect
import re

import pytest

from chassis.service import serve
from chassis.settings import Settings
from deploy.local.settings import SERVICES
from tests.deploy.files import parts

OPTIONAL = {"TRACES_FILE"}
"""Settings that containers do without: their traces go to the collector."""

STANDARD = {"OTEL_EXPORTER_OTLP_ENDPOINT"}
"""Read by OpenTelemetry and chassis/telemetry.py, not by a Settings class."""


def settings_of(service: str) -> type[Settings]:
    module = importlib.import_module(f"services.{service}.settings")
    kind: type[Settings] = getattr(module, f"{service.title()}Settings")
    return kind


def seconds(duration: str) -> int:
    match = re.fullmatch(r"(\d+)s", duration)
    assert match, duration
    return int(match[1])


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_given_every_setting_it_reads(service: str) -> None:
    given = parts()[service]["environment"]
    read = {name.upper() for name in settings_of(service).model_fields}
    assert given.keys() >= read - OPTIONAL
    assert given.keys() <= read | STANDARD


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_takes_what_it_is_given(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = settings_of(service)
    for name, value in parts()[service]["environment"].items():
        monkeypatch.setenv(name, value)
    settings = kind()
    places = {
        "kafka_bootstrap_servers",
        "mongodb_uri",
        "host",
        "port",
        "public_url",
        "graph_url",
        "identity_url",
        "trust_url",
        "works_url",
    }
    for name, default in kind.model_fields.items():
        if name not in places | {"ingest_token"} and name.upper() not in OPTIONAL:
            assert getattr(settings, name) == default.get_default(call_default_factory=True), (
                f"{name} differs from the code's"
            )


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_its_own_module(service: str) -> None:
    part = parts()[service]
    assert part["command"] == [f"services.{service}.main"]
    assert importlib.util.find_spec(part["command"][0]) is not None
    assert "entrypoint" not in part
    assert part["build"] == {"context": ".", "dockerfile": "deploy/Dockerfile"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_no_rights_and_a_bound(service: str) -> None:
    part = parts()[service]
    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in part["security_opt"]
    writable = {*part["tmpfs"], *(volume["target"] for volume in part.get("volumes", []))}
    assert writable == {"/tmp"}
    assert part["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_finish_its_requests(service: str) -> None:
    match = re.search(r"timeout_graceful_shutdown=(\d+)", inspect.getsource(serve))
    assert match
    assert seconds(parts()[service]["stop_grace_period"]) > int(match[1])


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_can_have_several_copies(service: str) -> None:
    part = parts()[service]
    assert "container_name" not in part
    assert "hostname" not in part
    assert bool(part.get("ports")) == (service == "gateway")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_waits_for_its_servers_and_for_no_other_service(service: str) -> None:
    assert parts()[service]["depends_on"] == {
        "topics": {"condition": "service_completed_successfully"},
        "kafka": {"condition": "service_healthy"},
        "mongodb": {"condition": "service_healthy"},
    }
