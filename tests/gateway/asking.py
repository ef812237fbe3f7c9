"""How pages and answers are asked for, and what a problem looks like."""

from typing import Any

import httpx

HTML, JSON, PROBLEM = {"Accept": "text/html"}, "application/json", "application/problem+json"
NOBODY_LISTENS = "http://127.0.0.1:9"


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]
    assert body["instance"] == response.request.url.path
    return body
