"""Small requests to the services of this machine, without the weight of a whole HTTP client."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit


class NoAnswer(Exception):
    """Nothing answered, or not with 200 and what was asked for."""


def get(url: str, timeout: float = 5) -> bytes:
    """The body of a 200 answer; NoAnswer otherwise."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(str(error)) from error
    finally:
        connection.close()
    if answer.status != 200:
        raise NoAnswer(f"{url} answered {answer.status}")
    return body


def get_json(url: str, timeout: float = 5) -> Any:
    """The JSON of a 200 answer; NoAnswer otherwise."""
    try:
        return json.loads(get(url, timeout))
    except ValueError as error:
        raise NoAnswer(f"{url} did not answer in JSON") from error
