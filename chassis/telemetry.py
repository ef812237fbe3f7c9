"""OpenTelemetry: traces that follow a record across the services, and metrics for operators.

A span is made for an event only when its ``traceparent`` is sampled, so bulk ingest costs little.
Names follow the OpenTelemetry semantic conventions for messaging.
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SimpleSpanProcessor,
)
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
from opentelemetry.trace import Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chassis.settings import Settings
from contracts.envelope import Event

_propagator = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("bzpeer")
_meter = metrics.get_meter("bzpeer")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_process_duration = _meter.create_histogram(
    "messaging.process.duration",
    unit="s",
    description="Handling of one batch of one topic.",
    explicit_bucket_boundaries_advisory=_BUCKETS,
)
_delay = _meter.create_histogram(
    "bzpeer.event.delay",
    unit="s",
    description="From what happened to its being applied here.",
    explicit_bucket_boundaries_advisory=_BUCKETS,
)
outbox_depth = _meter.create_gauge(
    "bzpeer.outbox.depth", description="Documents with events not yet on the broker."
)
consumer_lag = _meter.create_gauge(
    "bzpeer.consumer.lag", description="Messages not yet handled by this copy."
)
dead_letters = _meter.create_counter(
    "bzpeer.dead_letters", description="Messages that this copy could not handle."
)
_ROOT_RATIO = 0.01
_SAMPLED = 0x01


def setup(service: str, settings: Settings) -> None:
    """Install the providers; spans go to ``OTEL_EXPORTER_OTLP_ENDPOINT`` and to the traces file."""
    name = os.environ.get("OTEL_SERVICE_NAME") or f"bzpeer-{service}"
    resource = Resource.create({"service.name": name})
    tracers = TracerProvider(resource=resource, sampler=ParentBasedTraceIdRatio(_ROOT_RATIO))
    if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        # Slow to import, and only needed where there is a collector.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    if settings.traces_file is not None:
        settings.traces_file.parent.mkdir(parents=True, exist_ok=True)
        lines = settings.traces_file.open("a", encoding="utf-8", buffering=1)
        exporter = ConsoleSpanExporter(
            out=lines, formatter=lambda span: span.to_json(indent=None) + "\n"
        )
        tracers.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(tracers)
    metrics.set_meter_provider(
        MeterProvider(resource=resource, metric_readers=[PrometheusMetricReader()])
    )


def traceparent(span: Span | None = None) -> str | None:
    """W3C ``traceparent`` of a span (by default the current one), if there is one."""
    carrier: dict[str, str] = {}
    context = trace.set_span_in_context(span) if span is not None else None
    _propagator.inject(carrier, context)
    return carrier.get("traceparent")


def is_sampled(parent: str | None) -> bool:
    """Whether a ``traceparent`` asks for spans."""
    return parent is not None and bool(_flags(parent) & _SAMPLED)


def unsampled(parent: str | None) -> str | None:
    """The same ``traceparent``, asking for no more spans."""
    return None if parent is None else f"{parent[:-2]}{_flags(parent) & ~_SAMPLED:02x}"


def _flags(parent: str) -> int:
    try:
        return int(parent[-2:], 16)
    except ValueError:
        return 0


@contextmanager
def span(
    name: str,
    parent: str | None,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: Mapping[str, str | int] | None = None,
) -> Iterator[Span]:
    """A span under a ``traceparent``, current while the block runs."""
    context = _propagator.extract({"traceparent": parent}) if parent else None
    with _tracer.start_as_current_span(
        name, context=context, kind=kind, attributes=attributes
    ) as made:
        yield made


@contextmanager
def processing(topic: str, group: str, events: Sequence[Event[Any]]) -> Iterator[list[Event[Any]]]:
    """Measure the handling of a batch; sampled events come back with their own span as parent."""
    traced: list[Event[Any]] = []
    spans: list[Span] = []
    for event in events:
        if not is_sampled(event.traceparent):
            traced.append(event)
            continue
        made = _tracer.start_span(
            f"process {topic}",
            context=_propagator.extract({"traceparent": event.traceparent or ""}),
            kind=SpanKind.CONSUMER,
            attributes={
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.destination.name": topic,
                "messaging.consumer.group.name": group,
                "messaging.message.id": event.id,
                "bzpeer.subject": event.subject,
            },
        )
        spans.append(made)
        traced.append(event.model_copy(update={"traceparent": traceparent(made)}))
    started = time.perf_counter()
    try:
        # What is logged meanwhile belongs to the first of the traces.
        with trace.use_span(spans[0], end_on_exit=False) if spans else nullcontext():
            yield traced
    finally:
        labels = {"messaging.destination.name": topic, "messaging.consumer.group.name": group}
        _process_duration.record(time.perf_counter() - started, labels)
        if events:
            oldest = min(event.time for event in events)
            _delay.record((datetime.now(UTC) - oldest).total_seconds(), labels)
        for made in spans:
            made.end()
