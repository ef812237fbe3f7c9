"""Send files to the works service and read its progress while it works."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from opentelemetry.trace import Span, Tracer, set_span_in_context

from deploy.local.traces import ROOT_SPAN

if TYPE_CHECKING:  # slow to import, and only an ingest needs it
    import httpx

SUFFIXES = tuple(
    kind + packed
    for kind in (".xml", ".atom", ".json", ".jsonl", ".csv", "people.yaml", "name_variants.yaml")
    for packed in ("", ".gz")
)
"""Of the Anthology's YAML only its people are read."""
CHUNK = 64 * 1024
PATIENCE = 60.0
"""Seconds for which a connection that was refused or dropped is tried again."""

TRACED_FILES = 4
"""Files of one ingest that are traced all the way to the pages; the rest carry the trace's id."""

COUNTED = ("read", "new", "revised", "unchanged")


@dataclass
class FileReport:
    """What became of one file. `error` says why it could not be read at all."""

    path: Path
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    rejected: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None

    def add(self, line: dict[str, Any]) -> None:
        """Count one line of progress: it holds what was added since the line before."""
        for name in COUNTED:
            self.counts[name] += int(line.get(name, 0))
        self.rejected += line.get("rejected", [])
        self.warnings += line.get("warnings", [])


@dataclass(frozen=True)
class Progress:
    """Called while files are sent: bytes sent of a file, and its report after each line."""

    sent: Callable[[Path, int], None] = lambda _path, _total: None
    counted: Callable[[FileReport], None] = lambda _report: None
    finished: Callable[[FileReport], None] = lambda _report: None
    waiting: Callable[[str], None] = lambda _why: None


def find_files(paths: Iterable[Path]) -> tuple[list[Path], list[FileReport]]:
    """The files to send (those of a folder by their suffix), and a report for each bad path."""
    files: dict[Path, None] = {}
    bad: list[FileReport] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.name.endswith(SUFFIXES) and p.is_file())
            files.update(dict.fromkeys(inside))
            if not inside:
                bad.append(FileReport(path, error=f"no {', '.join(SUFFIXES)} file in this folder"))
        elif path.is_file():
            files[path] = None
        else:
            bad.append(FileReport(path, error="no such file or folder"))
    return list(files), bad


class _Dropped(Exception):
    """The answer did not come, or not to its end: the whole file goes again."""


class Ingest:
    """Sends files to one works service, a few at a time."""

    def __init__(
        self, url: Callable[[], str], token: str, tracer: Tracer, progress: Progress | None = None
    ) -> None:
        self._url = url  # asked for every attempt: a restarted service may have another port
        self._token = token
        self._tracer = tracer
        self._progress = progress or Progress()
        self._stop = threading.Event()
        self._unreachable = threading.Event()  # nobody waits twice for the same dead service

    def run(self, files: list[Path], concurrency: int = 2) -> list[FileReport]:
        """Send all files; the reports are in their order. One that fails does not stop the rest."""
        with self._tracer.start_as_current_span(ROOT_SPAN) as root:
            root.set_attribute("bzpeer.files", len(files))
            context = set_span_in_context(root)
            pool = ThreadPoolExecutor(max(1, concurrency))
            try:
                tasks = [
                    pool.submit(self._file, path, context, number < TRACED_FILES)
                    for number, path in enumerate(files)
                ]
                return [task.result() for task in tasks]
            finally:  # after Ctrl-C some are still sending: do not wait for them
                self._stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                self._http.close()

    @cached_property
    def _http(self) -> "httpx.Client":
        """For all files: making one reads every certificate that the machine trusts."""
        import httpx

        # No limit on the answer: a service that works through a large file may be silent.
        return httpx.Client(
            timeout=httpx.Timeout(10, read=600, write=600),
            limits=httpx.Limits(max_keepalive_connections=0),
            trust_env=False,
        )

    def _file(self, path: Path, context: Any, traced: bool) -> FileReport:
        with self._tracer.start_as_current_span("POST /ingest", context=context) as span:
            span.set_attribute("bzpeer.file", path.name)
            report = self._persist(path, _traceparent(span, traced))
            for name, count in report.counts.items():
                span.set_attribute(f"bzpeer.{name}", count)
        self._progress.finished(report)
        return report

    def _persist(self, path: Path, traceparent: str) -> FileReport:
        failing_since: float | None = None
        pause = 0.5
        while True:
            report = FileReport(path)
            try:
                self._send(path, report, traceparent)
                self._unreachable.clear()
                return report
            except OSError as error:
                return FileReport(path, error=error.strerror or str(error))
            except _Dropped as dropped:
                # An answer that got somewhere shows a living service: patience begins anew.
                if failing_since is None or report.counts["read"]:
                    failing_since, pause = time.monotonic(), 0.5
                patience = 0 if self._unreachable.is_set() else PATIENCE
                if time.monotonic() - failing_since + pause > patience or self._stop.is_set():
                    self._unreachable.set()
                    report.error = f"the works service cannot take it now: {dropped}"
                    return report
                self._progress.waiting(f"{path.name}: {dropped}; again in {pause:g} s")
                self._stop.wait(pause)
                pause = min(pause * 2, 8)

    def _send(self, path: Path, report: FileReport, traceparent: str) -> None:
        import httpx

        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/x-ndjson"}
        headers["Content-Type"] = (  # works tells by the first bytes what it is
            "application/gzip" if path.name.endswith(".gz") else "application/octet-stream"
        )
        headers["Content-Length"] = str(path.stat().st_size)
        headers["traceparent"] = traceparent
        url = f"{self._url()}/ingest?{urlencode({'name': path.name})}"
        sending = self._http.stream("POST", url, content=self._chunks(path), headers=headers)
        try:
            with sending as answer:
                if answer.status_code >= 500:
                    answer.read()
                    raise _Dropped(_problem(answer))
                if answer.status_code != 200:
                    answer.read()
                    report.error = _problem(answer)
                    return
                self._count(answer.iter_lines(), report)
        except httpx.TransportError as error:
            raise _Dropped(str(error) or type(error).__name__) from error

    def _count(self, lines: Iterable[str], report: FileReport) -> None:
        done = False
        for text in lines:
            if text.strip():
                try:
                    line = json.loads(text)
                except ValueError:
                    raise _Dropped("its answer ended in the middle of a line") from None
                report.add(line)
                if line.get("error"):
                    raise _Dropped(str(line["error"]))
                done = done or bool(line.get("done"))
                self._progress.counted(report)
        if not done:
            raise _Dropped("its answer ended early")

    def _chunks(self, path: Path) -> Iterator[bytes]:
        sent = 0
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                if self._stop.is_set():
                    raise _Dropped("stopped")
                yield chunk
                sent += len(chunk)
                self._progress.sent(path, sent)


def _traceparent(span: Span, sampled: bool) -> str:
    """W3C Trace Context, with the one flag that says whether spans are wanted."""
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{sampled:02x}"


def _problem(answer: "httpx.Response") -> str:
    """What problem+json says, else the status line."""
    try:
        body = answer.json()
        said = body.get("detail") or body.get("title")
    except (ValueError, AttributeError):
        said = None
    return f"{said or answer.reason_phrase} ({answer.status_code})"


def total(reports: Iterable[FileReport]) -> dict[str, int]:
    """The counts of all files together, with the records rejected and the files failed."""
    sums = dict.fromkeys((*COUNTED, "rejected", "warnings", "failed_files"), 0)
    for report in reports:
        for name in COUNTED:
            sums[name] += report.counts[name]
        sums["rejected"] += len(report.rejected)
        sums["warnings"] += len(report.warnings)
        sums["failed_files"] += report.error is not None
    return sums


def exit_code(reports: Iterable[FileReport]) -> int:
    """0 when all was read, 1 when records were rejected, 2 when a file was not read at all."""
    sums = total(reports)
    return 2 if sums["failed_files"] else 1 if sums["rejected"] else 0
