"""Spans: those of the command line are written as those of the services are read, as a tree."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
from opentelemetry.trace import Tracer

from deploy.local.home import Home

ROOT_SPAN = "bzpeer ingest"


@contextmanager
def tracer(home: Home) -> Iterator[Tracer]:
    """A tracer whose spans are appended to the traces of this home, one JSON object a line."""
    with home.trace("cli").open("a") as out:
        exporter = ConsoleSpanExporter(
            out=out, formatter=lambda span: span.to_json(indent=None) + "\n"
        )
        provider = TracerProvider(resource=Resource.create({"service.name": "bzpeer-cli"}))
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        try:
            yield provider.get_tracer("bzpeer")
        finally:
            provider.shutdown()


@dataclass
class Span:
    """One span of a trace and those below it."""

    id: str
    trace: str
    parent: str | None
    service: str
    name: str
    start: datetime
    milliseconds: float
    attributes: dict[str, Any] = field(default_factory=dict)
    children: list["Span"] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The form of `bzpeer trace --json`."""
        return {
            "service": self.service,
            "name": self.name,
            "span_id": self.id,
            "start": self.start.isoformat(),
            "ms": self.milliseconds,
            "attributes": self.attributes,
            "children": [child.as_json() for child in self.children],
        }


def newest_trace(folder: Path) -> str | None:
    """The id of the newest ingest; None when there was none."""
    roots = [span for span in _spans(folder, f'"{ROOT_SPAN}"') if span.name == ROOT_SPAN]
    return max(roots, key=lambda span: span.start).trace if roots else None


def read_trace(folder: Path, trace_id: str) -> list[Span]:
    """The roots of one trace as trees, oldest first; empty when nothing is known of it.

    A span of another trace that links into this one (a batch made of several traces' messages)
    stands below the span it links to.
    """
    trace_id = trace_id.lower().removeprefix("0x")
    spans = {span.id: span for span in _spans(folder, trace_id, trace_id)}
    roots: list[Span] = []
    for span in sorted(spans.values(), key=lambda span: span.start):
        parent = spans.get(span.parent or "")
        (parent.children if parent is not None else roots).append(span)
    return roots


def _spans(folder: Path, containing: str, trace_id: str | None = None) -> Iterator[Span]:
    for file in sorted(folder.glob("*.jsonl*")):
        with file.open(errors="replace") as lines:
            for line in lines:
                if containing in line:
                    try:
                        yield _parse(json.loads(line), trace_id)
                    except (ValueError, KeyError, TypeError):
                        continue  # the last line may be half written


def _parse(raw: dict[str, Any], trace_id: str | None) -> Span:
    parent = raw.get("parent_id")
    own_trace = _hex(raw["context"]["trace_id"])
    if trace_id is not None and own_trace != trace_id:
        linked = [link["context"] for link in raw.get("links", [])]
        parent = next((x["span_id"] for x in linked if _hex(x["trace_id"]) == trace_id), None)
    start = datetime.fromisoformat(raw["start_time"])
    end = datetime.fromisoformat(raw["end_time"])
    return Span(
        id=_hex(raw["context"]["span_id"]),
        trace=own_trace,
        parent=_hex(parent) if parent else None,
        service=str(raw["resource"]["attributes"].get("service.name", "?")),
        name=raw["name"],
        start=start,
        milliseconds=round((end - start).total_seconds() * 1000, 3),
        attributes=raw.get("attributes") or {},
    )


def _hex(value: str) -> str:
    return value.lower().removeprefix("0x")
