"""Files sent to the works service, and what it answers."""

from collections.abc import AsyncIterator

import httpx

from services.works.ingest import Progress
from tests.support import TOKEN, System

SENDER = {"Authorization": f"Bearer {TOKEN}"}
ENTRY = """<entry>
  <id>http://arxiv.org/abs/2401.{number:05d}v1</id>
  <published>2024-01-01T00:00:00Z</published><updated>2024-01-01T00:00:00Z</updated>
  <title>Title {number}</title><summary>Text.</summary><author><name>Ada Lovelace</name></author>
</entry>"""
NO_ADDRESS = "<entry><id>nowhere</id><title>Lost</title></entry>"


def feed(*entries: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom">'
        "<id>http://arxiv.org/api/1</id>" + "".join(entries) + "</feed>"
    ).encode()


def entries(count: int) -> list[str]:
    return [ENTRY.format(number=number) for number in range(1, count + 1)]


async def send(
    http: httpx.AsyncClient,
    content: bytes | AsyncIterator[bytes],
    headers: dict[str, str] = SENDER,
    name: str = "a.xml",
) -> httpx.Response:
    return await http.post("/ingest", params={"name": name}, content=content, headers=headers)


def lines(response: httpx.Response) -> list[Progress]:
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/x-ndjson"
    assert response.text.endswith("\n")
    return [Progress.model_validate_json(line) for line in response.text.splitlines()]


async def held(system: System) -> int:
    """How many works there are."""
    async with system.database("works") as database:
        return await database["works"].count_documents({})


def is_problem(response: httpx.Response, status: int) -> str:
    """The detail of the problem that was answered."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["instance"] == "/ingest"
    return str(problem["detail"])
