"""Collector, Prometheus, Tempo, Grafana and the dashboard fit each other and the metrics."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy.local.settings import SERVICES
from tests.deploy.files import ROOT, compose, load_yaml

DASHBOARD = ROOT / "deploy" / "dashboards" / "operations.json"

SCRAPE = """
import asyncio, sys
from pathlib import Path
import httpx
from chassis import http, problems, telemetry
from chassis.settings import Settings
from contracts.codec import decode
from contracts.events import CATALOGUE
from services.works.harvest import metrics as harvest

async def nothing():
    return []

async def main():
    telemetry.setup("test", Settings())
    event = decode(Path(sys.argv[1]).read_bytes(), CATALOGUE)
    with telemetry.processing("works.work", "bzpeer.graph", [event]):
        pass
    telemetry.outbox_depth.set(1)
    telemetry.consumer_lag.set(1, {"messaging.destination.name": "bzpeer.works.work"})
    harvest.records.add(1, {"source": "arxiv"})
    harvest.checkpoint_age.set(1)
    app = http.make_app("test", "", problems.problem_response)
    app.include_router(http.operations(nothing, nothing))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        await client.get("/health/live")
        print((await client.get("/metrics")).text)

asyncio.run(main())
"""
"""What /metrics says after a batch was handled and a request answered, in a process of its own."""

SCRAPER = {"up": {"job", "instance", "service"}}
"""What whoever reads the metrics adds."""

PROCESS = {"process_resident_memory_bytes": set[str](), "process_cpu_seconds_total": set[str]()}
"""Of the Prometheus client, on Linux."""


@pytest.fixture(scope="module")
def metrics() -> dict[str, set[str]]:
    """The labels of every metric a service has, by name."""
    example = next((ROOT / "contracts" / "examples").rglob("*WorkWasRecorded*.json"))
    run = [sys.executable, "-c", SCRAPE, str(example)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, set[str]] = {**SCRAPER, **PROCESS}
    for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", done.stdout, re.MULTILINE):
        found.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
    return found


def panels() -> Iterator[dict[str, Any]]:
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        yield panel
        yield from panel.get("panels", [])


def queries() -> list[str]:
    targets = [target for panel in panels() for target in panel.get("targets", [])]
    return [target["expr"] for target in targets if "expr" in target]


def test_the_dashboard_asks_only_for_what_the_services_measure(
    metrics: dict[str, set[str]],
) -> None:
    added = {"job", "instance", "service"}
    for query in queries():
        bare = re.sub(r"\bby \([^)]*\)|\{[^}]*\}|\[[^\]]*\]", "", query)
        names = re.findall(r"\b[a-z_:][\w:]*\b(?!\s*\()", bare)
        assert names, query
        (name,) = names
        assert name in metrics, query
        grouped = re.findall(r"\bby \(([^)]*)\)", query)
        labels = {label.strip() for group in grouped for label in group.split(",")}
        labels |= set(re.findall(r"(\w+)\s*[=!]~?\"", query))
        assert labels <= metrics[name] | added, query


def test_the_dashboard_shows_what_an_operator_needs() -> None:
    asked = " ".join(queries())
    for name in (
        "bzpeer_consumer_lag",
        "bzpeer_outbox_depth",
        "messaging_process_duration_seconds_bucket",
        "bzpeer_event_delay_seconds_bucket",
        "http_server_request_duration_seconds_bucket",
    ):
        assert name in asked
    for name in ("messaging_process_duration_seconds", "bzpeer_event_delay_seconds"):
        for quantile in ("0.5", "0.99"):
            assert re.search(rf"histogram_quantile\({quantile}, .*{name}_bucket", asked)


def test_the_dashboard_is_whole() -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    assert dashboard["title"] == "BZPEER operations"
    ids = [panel["id"] for panel in panels()]
    assert len(ids) == len(set(ids))
    known = {source["uid"] for source in datasources()}
    for panel in panels():
        if panel["type"] != "row":
            assert panel["datasource"]["uid"] in known
            assert all(target["datasource"]["uid"] in known for target in panel["targets"])
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
    variables = {variable["name"] for variable in dashboard["templating"]["list"]}
    own = {name for name in re.findall(r"\$(\w+)", json.dumps(dashboard)) if "__" not in name}
    assert own <= variables


def datasources() -> list[dict[str, Any]]:
    sources: list[dict[str, Any]] = load_yaml("deploy/otel/grafana/datasources.yaml")["datasources"]
    return sources


def test_grafana_finds_datasources_and_dashboards() -> None:
    parts = compose()["services"]
    assert listens("prometheus") == 9090
    for source in datasources():
        address = urlsplit(source["url"])
        assert address.port == listens(str(address.hostname))
        assert meet("grafana", str(address.hostname))
    (provider,) = load_yaml("deploy/otel/grafana/dashboards.yaml")["providers"]
    folder = provider["options"]["path"]
    mounts = dict(reversed(volume.split(":")[:2]) for volume in parts["grafana"]["volumes"])
    assert ROOT / mounts[folder] == DASHBOARD.parent
    home = parts["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == f"{folder}/{DASHBOARD.name}"


def listens(part: str) -> int:
    """Where Prometheus and Tempo answer queries."""
    if part == "tempo":
        port: int = load_yaml("deploy/otel/tempo.yaml")["server"]["http_listen_port"]
        return port
    watched = load_yaml("deploy/otel/prometheus.yaml")["scrape_configs"]
    (itself,) = [job for job in watched if job["job_name"] == "prometheus"]
    return int(itself["static_configs"][0]["targets"][0].rpartition(":")[2])


def meet(one: str, other: str) -> bool:
    """Whether two containers share a network."""
    parts = compose()["services"]
    return bool(set(parts[one]["networks"]) & set(parts[other]["networks"]))


def collector() -> dict[str, Any]:
    config: dict[str, Any] = load_yaml("deploy/otel/collector.yaml")
    return config


def test_the_collector_uses_what_it_defines_and_defines_what_it_uses() -> None:
    config = collector()
    pipelines = config["service"]["pipelines"]
    assert pipelines.keys() == {"traces", "metrics"}
    for kind in ("receivers", "processors", "exporters"):
        used = {name for pipeline in pipelines.values() for name in pipeline[kind]}
        assert used == config[kind].keys(), kind
    for pipeline in pipelines.values():
        assert pipeline["processors"] == ["memory_limiter", "batch"]
    bound = compose()["services"]["otel-collector"]["deploy"]["resources"]["limits"]["memory"]
    assert config["processors"]["memory_limiter"]["limit_mib"] < int(bound.removesuffix("M"))


def test_the_collector_reads_the_metrics_of_every_copy_of_every_service() -> None:
    (job,) = collector()["receivers"]["prometheus"]["config"]["scrape_configs"]
    assert job["job_name"] == "bzpeer"
    assert job["metrics_path"] == "/metrics"
    (names,) = job["dns_sd_configs"]
    assert sorted(names["names"]) == sorted(SERVICES)
    for service in SERVICES:
        assert int(compose()["services"][service]["environment"]["PORT"]) == names["port"]
        assert meet("otel-collector", service)
    assert job["relabel_configs"] == [
        {"source_labels": ["__meta_dns_name"], "target_label": "service"}
    ]


def test_traces_and_metrics_arrive() -> None:
    config = collector()
    text = (ROOT / ".env.example").read_text()
    (endpoint,) = re.findall(r"^OTEL_EXPORTER_OTLP_ENDPOINT=(.+)$", text, re.MULTILINE)
    address = urlsplit(endpoint)
    assert address.hostname == "otel-collector"
    assert config["receivers"]["otlp"]["protocols"]["http"]["endpoint"] == f"0.0.0.0:{address.port}"
    traces = config["exporters"]["otlp"]["endpoint"]
    receiver = load_yaml("deploy/otel/tempo.yaml")["distributor"]["receivers"]["otlp"]["protocols"]
    assert traces.split(":")[0] == "tempo"
    assert receiver["grpc"]["endpoint"].split(":")[1] == traces.split(":")[1]
    writes = urlsplit(config["exporters"]["prometheusremotewrite"]["endpoint"])
    assert (writes.hostname, writes.port) == ("prometheus", listens("prometheus"))
    assert "--web.enable-remote-write-receiver" in compose()["services"]["prometheus"]["command"]
    assert meet("otel-collector", "tempo")
    assert meet("otel-collector", "prometheus")


def test_every_mounted_file_is_where_the_part_is_told_to_look() -> None:
    parts = compose()["services"]
    for name, flag in (("otel-collector", "--config="), ("tempo", "-config.file=")):
        (told,) = [word for word in parts[name]["command"] if word.startswith(flag)]
        mounted = [volume.split(":")[1] for volume in parts[name]["volumes"]]
        assert told.removeprefix(flag) in mounted
    paths = {
        load_yaml("deploy/otel/tempo.yaml")["storage"]["trace"][k]["path"] for k in ("wal", "local")
    }
    assert all(path.startswith("/var/tempo/") for path in paths)
    assert "tempo:/var/tempo" in parts["tempo"]["volumes"]
