"""What operators see of harvesting; each by ``source``."""

from opentelemetry import metrics

_meter = metrics.get_meter("bzpeer")
records = _meter.create_counter("bzpeer.harvest.records", description="Records taken in.")
pages = _meter.create_counter("bzpeer.harvest.pages", description="Pages stored.")
retries = _meter.create_counter("bzpeer.harvest.retries", description="Requests sent again.")
failures = _meter.create_counter(
    "bzpeer.harvest.failures", description="Jobs that stopped at a fault; some are tried again."
)
page_seconds = _meter.create_histogram(
    "bzpeer.harvest.page.duration",
    unit="s",
    description="From asking for a page to having it whole.",
    explicit_bucket_boundaries_advisory=(0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800),
)
checkpoint_age = _meter.create_gauge(
    "bzpeer.harvest.checkpoint.age",
    unit="s",
    description="Since the job that waits longest for its next page got on; 0: none is running.",
)
