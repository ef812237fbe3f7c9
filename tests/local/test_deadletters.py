"""Dead letters on the command line, with the real servers."""

import asyncio
import base64
import json
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from typer.testing import CliRunner

from deploy.local.cli import app
from deploy.local.errors import StackError
from deploy.local.servers import Servers
from deploy.local.settings import StackSettings
from deploy.local.topics import create_topics


@pytest.fixture
def settings(servers: Servers) -> StackSettings:
    """A namespace with topics and two dead letters of graph."""
    chosen = StackSettings(namespace=f"t{uuid4().hex[:8]}")
    asyncio.run(create_topics(servers.kafka_bootstrap, chosen.namespace))
    asyncio.run(bury(servers, chosen, 5, b"\xff broken"))
    asyncio.run(bury(servers, chosen, 6, b"half a {"))
    return chosen


def letter_id(settings: StackSettings, offset: int) -> str:
    return f"{settings.topic('works.work')}/0/{offset}/{settings.group('graph')}"


async def bury(servers: Servers, settings: StackSettings, offset: int, body: bytes) -> None:
    label = {
        "reason": "undecodable",
        "error": "not JSON",
        "stack": "…",
        "topic": settings.topic("works.work"),
        "partition": "0",
        "offset": str(offset),
        "key": base64.b64encode(f"w{offset}".encode()).decode(),
        "group": settings.group("graph"),
        "handler": "works.work",
        "failed_at": f"2026-01-0{offset}T00:00:00+00:00",
    }
    producer = AIOKafkaProducer(bootstrap_servers=servers.kafka_bootstrap)
    await producer.start()
    await producer.send_and_wait(
        settings.topic("works.work.dead-letter"),
        body,
        key=letter_id(settings, offset).encode(),
        headers=[(name, value.encode()) for name, value in label.items()],
    )
    await producer.stop()


async def sent_again(servers: Servers, settings: StackSettings, count: int) -> dict[bytes, bytes]:
    reader = AIOKafkaConsumer(
        settings.topic("works.work"),
        bootstrap_servers=servers.kafka_bootstrap,
        auto_offset_reset="earliest",
    )
    await reader.start()
    found: dict[bytes, bytes] = {}
    try:
        while len(found) < count:
            for batch in (await reader.getmany(timeout_ms=500)).values():
                found |= {record.key or b"": record.value or b"" for record in batch}
    finally:
        await reader.stop()
    return found


def test_dead_letters_are_listed_shown_and_sent_again(
    servers: Servers, settings: StackSettings, tmp_path: Path
) -> None:
    env = {"KAFKA_BOOTSTRAP_SERVERS": servers.kafka_bootstrap, "NAMESPACE": settings.namespace}

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["dead-letters", *arguments], env=env)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.stdout

    first, second = letter_id(settings, 5), letter_id(settings, 6)
    listed = json.loads(run("list", "--json"))
    assert [(entry["id"], entry["reason"], entry["size"]) for entry in listed] == [
        (first, "undecodable", 8),
        (second, "undecodable", 8),
    ]
    assert first in run("list")
    shown = run("show", second)
    assert "half a {" in shown
    assert "handler: works.work" in shown

    mended = tmp_path / "mended.json"
    mended.write_bytes(b'{"whole": true}')
    run("redrive", second, "--body", str(mended))
    assert [entry["id"] for entry in json.loads(run("list", "--json"))] == [first]
    run("redrive", "--all")
    assert "no dead letters" in run("list")
    assert asyncio.run(sent_again(servers, settings, 2)) == {
        b"w5": b"\xff broken",
        b"w6": b'{"whole": true}',
    }
    with pytest.raises(StackError, match=f"no unresolved dead letter {first}"):
        run("redrive", first)
