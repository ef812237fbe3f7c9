"""The client of `POST /ingest` against a service that behaves in every way it may."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlparse

import pytest

from deploy.local import ingest, traces
from deploy.local.home import Home
from deploy.local.ingest import FileReport, Ingest, Progress

Answer = Callable[["Works"], None]


class Works(BaseHTTPRequestHandler):
    """Answers with what `answers` holds next, else with success."""

    answers: ClassVar[list[Answer]]
    received: ClassVar[list[tuple[str, bytes, dict[str, str]]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        name = parse_qs(urlparse(self.path).query)["name"][0]
        self.received.append((name, body, dict(self.headers)))
        (self.answers.pop(0) if self.answers else success)(self)

    def reply(self, code: int, body: bytes, kind: str) -> None:
        self.send_response(code)
        self.send_header("content-type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def lines(*items: dict[str, Any]) -> bytes:
    return "".join(json.dumps(item) + "\n" for item in items).encode()


def success(works: Works) -> None:
    works.reply(200, lines({"read": 2, "new": 2}, {"done": True}), "application/x-ndjson")


def dropped(works: Works) -> None:
    works.reply(200, lines({"read": 1, "new": 1}), "application/x-ndjson")


def cut(works: Works) -> None:
    works.reply(200, b'{"read": 1, "ne', "application/x-ndjson")


def failing(works: Works) -> None:
    answer = lines({"read": 1, "new": 1}, {"error": "the database gives no answer"})
    works.reply(200, answer, "application/x-ndjson")


def rejecting(works: Works) -> None:
    rejected = {"record": "oai:x", "reason": "no title"}
    answer = lines({"read": 1, "new": 1}, {"read": 1, "rejected": [rejected], "done": True})
    works.reply(200, answer, "application/x-ndjson")


def unknown_format(works: Works) -> None:
    problem = {"title": "Unsupported Media Type", "detail": "no source reads <html>"}
    works.reply(415, json.dumps(problem).encode(), "application/problem+json")


@pytest.fixture
def works() -> Iterator[type[Works]]:
    """A works service of this test."""

    class Own(Works):
        answers: ClassVar[list[Answer]] = []
        received: ClassVar[list[tuple[str, bytes, dict[str, str]]]] = []
        url = ""

    with ThreadingHTTPServer(("127.0.0.1", 0), Own) as server:
        Own.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Own
        server.shutdown()


Send = Callable[..., list[FileReport]]


@pytest.fixture
def send(works: Any, tmp_path: Path) -> Send:
    """Send files with these contents."""

    def run(*contents: bytes, suffix: str = ".xml") -> list[FileReport]:
        files = []
        for number, content in enumerate(contents):
            files.append(tmp_path / f"{number}{suffix}")
            files[-1].write_bytes(content)
        with traces.tracer(Home(tmp_path / "home")) as tracer:
            return Ingest(lambda: works.url, "secret", tracer, Progress()).run(files)

    return run


def test_bytes_arrive_as_they_are_with_token_and_trace(
    send: Send, works: Any, tmp_path: Path
) -> None:
    packed = gzip.compress(b"<feed/>")
    (report,) = send(packed, suffix=".xml.gz")
    ((name, body, headers),) = works.received
    assert (name, body) == ("0.xml.gz", packed)
    assert headers["Authorization"] == "Bearer secret"
    assert headers["Content-Type"] == "application/gzip"
    trace_id = traces.newest_trace(tmp_path / "home" / "traces")
    assert headers["traceparent"].split("-")[1] == trace_id
    assert headers["traceparent"].endswith("-01")
    assert report.counts == {"read": 2, "new": 2, "revised": 0, "unchanged": 0}


def test_only_the_first_files_are_traced_to_the_pages(send: Send, works: Any) -> None:
    send(*[b"<feed/>"] * 6)
    flags = sorted(headers["traceparent"][-2:] for _, _, headers in works.received)
    assert flags == ["00", "00", "01", "01", "01", "01"]


@pytest.mark.parametrize("fault", [dropped, cut, failing])
def test_an_answer_without_an_end_sends_the_whole_file_again(
    send: Send, works: Any, fault: Answer
) -> None:
    works.answers.append(fault)
    (report,) = send(b"<feed/>")
    assert report.error is None
    assert report.counts["read"] == 2  # of the second try alone
    assert [body for _, body, _ in works.received] == [b"<feed/>"] * 2
    assert ingest.exit_code([report]) == 0


def test_a_refused_file_is_reported_and_the_rest_goes_on(send: Send, works: Any) -> None:
    works.answers += [unknown_format]
    reports = send(b"<html/>", b"<feed/>")
    errors = [report.error for report in reports if report.error]
    assert errors == ["no source reads <html> (415)"]
    assert ingest.exit_code(reports) == 2
    assert ingest.total(reports)["read"] == 2


def test_rejected_records_are_told_with_their_reason(send: Send, works: Any) -> None:
    works.answers.append(rejecting)
    (report,) = send(b"<feed/>")
    assert report.rejected == [{"record": "oai:x", "reason": "no title"}]
    assert ingest.exit_code([report]) == 1


def test_a_service_that_stays_away_ends_after_a_while(
    send: Send, works: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "PATIENCE", 1.0)
    works.url = "http://127.0.0.1:1"
    (report,) = send(b"<feed/>")
    assert "cannot take it now: [Errno 111] Connection refused" in (report.error or "")
    assert ingest.exit_code([report]) == 2


def test_folders_give_what_looks_like_a_source_and_names_give_anything(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("a.xml", "deep/b.xml.gz", "c.atom", "d.txt", "people.yaml", "venue.yaml"):
        (tmp_path / name).touch()
    files, bad = ingest.find_files([tmp_path, tmp_path / "d.txt", tmp_path / "a.xml"])
    assert [file.name for file in files] == ["a.xml", "c.atom", "b.xml.gz", "people.yaml", "d.txt"]
    assert bad == []
    _, bad = ingest.find_files([tmp_path / "nowhere"])
    assert bad[0].error == "no such file or folder"
