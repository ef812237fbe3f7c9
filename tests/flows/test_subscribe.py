"""The reader of ``docs/subscribe.md``, as it stands there, with nothing but what is committed."""

import ast
import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from contracts.generate import FOLDER
from tests.support import System

DOCUMENT = FOLDER.parent / "docs" / "subscribe.md"
OURS = {"chassis", "contracts", "deploy", "services", "tests"}
MOST_LINES = 20


def reader() -> str:
    """The code of the document."""
    return DOCUMENT.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]


def examples(topic: str) -> list[tuple[str, bytes]]:
    """The committed examples of a topic's events, in their order."""
    kinds = {"identity.claim": "Claim", "identity.follow": "ResearcherWas*ollowed"}
    found = [
        json.loads(file.read_bytes())
        for file in (FOLDER / "examples").glob(f"bzpeer.identity.{kinds[topic]}*.json")
    ]
    found.sort(key=lambda event: int(event["position"]))
    return [(event["subject"], json.dumps(event).encode()) for event in found]


@asynccontextmanager
async def reading(system: System, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The reader as a process of its own, in a folder that holds the contract and nothing else."""
    kept = folder / "contracts"
    shutil.copytree(FOLDER / "schemas", kept / "schemas")
    shutil.copy(FOLDER / "asyncapi.yaml", kept)
    (folder / "reader.py").write_text(reader(), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "reader.py",
        system.servers.kafka_bootstrap,
        cwd=folder,
        env={**os.environ, "NAMESPACE": system.namespace},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def lines(stream: asyncio.StreamReader | None, count: int) -> list[str]:
    """The next lines of a process."""
    assert stream is not None
    async with asyncio.timeout(60):
        return [(await stream.readline()).decode().rstrip() for _ in range(count)]


async def test_the_reader_of_the_document_says_each_event_once(
    system: System, tmp_path: Path
) -> None:
    claims, follows = examples("identity.claim"), examples("identity.follow")
    damaged = json.loads(follows[0][1])
    damaged |= {"position": 90, "data": {"account_id": 7}}
    stranger = json.loads(follows[0][1])
    stranger |= {"position": 91, "type": "bzpeer.identity.ResearcherWasGreeted.v1"}
    key = follows[0][0]
    await system.publish("identity.claim", [*claims, claims[0], *claims])
    await system.publish("identity.follow", [*follows, *follows])
    await system.publish(
        "identity.follow",
        [(key, b"{"), (key, json.dumps(damaged).encode()), (key, json.dumps(stranger).encode())],
    )
    async with reading(system, tmp_path) as process:
        told = await lines(process.stdout, len(claims) + len(follows))
        put_aside = await lines(process.stderr, 2)
        later = json.loads(follows[-1][1])
        later |= {"position": 92, "data": {"account_id": "U1", "followers": 4}}
        await system.publish("identity.follow", [(key, json.dumps(later).encode())])
        told += await lines(process.stdout, 1)
    events = [json.loads(body) for _, body in [*claims, *follows]]
    events.append(later)
    assert sorted(told) == sorted(
        f"{event['subject']} {event['type']} {json.dumps(event['data'])}" for event in events
    )
    assert [line.split()[0] for line in put_aside] == [f"{system.namespace}.identity.follow"] * 2


def test_the_reader_imports_nothing_of_ours_and_is_short() -> None:
    tree = ast.parse(reader())
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not imported & OURS
    after_imports = reader().split("jsonschema import")[1].splitlines()[1:]
    assert len([line for line in after_imports if line]) <= MOST_LINES
