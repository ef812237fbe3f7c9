"""Spans of several files become one tree."""

import json
from pathlib import Path

from deploy.local.traces import newest_trace, read_trace


def span(trace: str, own: str, parent: str | None, service: str, name: str, second: int) -> str:
    context = {"trace_id": f"0x{trace}", "span_id": f"0x{own}"}
    return json.dumps(
        {
            "name": name,
            "context": context,
            "parent_id": f"0x{parent}" if parent else None,
            "start_time": f"2026-01-01T00:00:{second:02}.000000Z",
            "end_time": f"2026-01-01T00:00:{second:02}.250000Z",
            "attributes": {},
            "links": [],
            "resource": {"attributes": {"service.name": service}},
        }
    )


def test_the_newest_ingest_is_shown_across_services(tmp_path: Path) -> None:
    old, new = "a" * 32, "b" * 32
    (tmp_path / "cli.jsonl").write_text(
        span(old, "1" * 16, None, "bzpeer-cli", "bzpeer ingest", 1)
        + "\n"
        + span(new, "2" * 16, None, "bzpeer-cli", "bzpeer ingest", 2)
        + "\n"
    )
    linked = json.loads(span("c" * 32, "5" * 16, None, "bzpeer-gateway", "batch", 5))
    linked["links"] = [{"context": {"trace_id": f"0x{new}", "span_id": f"0x{'4' * 16}"}}]
    (tmp_path / "works.jsonl").write_text(
        span(new, "3" * 16, "2" * 16, "bzpeer-works", "POST /ingest", 3)
        + "\n"
        + span(new, "4" * 16, "3" * 16, "bzpeer-works", "publish works.work", 4)
        + "\n"
    )
    half_written = '{"name": "' + new
    (tmp_path / "gateway.jsonl").write_text(json.dumps(linked) + "\n" + half_written)

    assert newest_trace(tmp_path) == new
    (root,) = read_trace(tmp_path, new)
    seen = []
    while True:
        seen.append((root.service, root.name, root.milliseconds))
        if not root.children:
            break
        (root,) = root.children
    assert seen == [
        ("bzpeer-cli", "bzpeer ingest", 250.0),
        ("bzpeer-works", "POST /ingest", 250.0),
        ("bzpeer-works", "publish works.work", 250.0),
        ("bzpeer-gateway", "batch", 250.0),
    ]
