"""Stands in for each of the five services: answers what the stack asks, and counts entries."""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

NAME = os.environ["OTEL_SERVICE_NAME"].removeprefix("bzpeer-")
KEPT = Path(os.environ["TRACES_FILE"]).with_suffix(".count")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, code: int, body: str, kind: str = "application/json") -> None:
        data = body.encode()
        self.send_response(code)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        path = urlparse(self.path).path
        if path == "/status":
            count = int(KEPT.read_text()) if KEPT.exists() else 0
            answer: dict[str, Any] = {"service": NAME, "records": {"works": count}}
            self.reply(200, json.dumps(answer | {"outbox": 0, "pending": 0}))
        elif path == "/api/v1/researchers":
            self.reply(200, json.dumps({"items": [{"id": "r1", "name": "Hangbo Bao"}]}))
        elif path in ("/health/ready", "/health/live", "/researchers/r1"):
            self.reply(200, "{}")
        else:
            self.reply(404, "{}")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers["authorization"] != f"Bearer {os.environ['INGEST_TOKEN']}":
            self.reply(401, json.dumps({"detail": "wrong token"}), "application/problem+json")
            return
        entries = body.count(b"<entry>")
        KEPT.write_text(str(entries))
        print("traceparent", self.headers["traceparent"], flush=True)
        lines = [{"read": entries, "new": entries}, {"read": 0, "done": True}]
        self.reply(200, "".join(json.dumps(line) + "\n" for line in lines), "application/x-ndjson")

    def log_message(self, format: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    if sys.argv[1:] == ["rebuild"]:
        print(f"rebuilding {NAME} from {os.environ['KAFKA_BOOTSTRAP_SERVERS']}")
        sys.exit(0)
    print(f"{NAME} on {os.environ['PORT']}", flush=True)
    address = (os.environ["HOST"], int(os.environ["PORT"]))
    ThreadingHTTPServer(address, Handler).serve_forever()
