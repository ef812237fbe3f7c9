"""Claims, follows and profiles replayed from the beginning give what was there before."""

from importlib import import_module
from typing import Any

from contracts.codec import encode
from tests.flows.happened import history
from tests.support import System

READERS = ("identity", "graph", "trust", "gateway")


async def documents(system: System, name: str) -> dict[str, Any]:
    """What a service holds, delivery fields and the history of scores included."""
    collections = {
        "graph": ("works", "authors", "follows", "summaries"),
        "identity": ("authors",),
        "trust": ("inputs", "scores"),
        "gateway": ("authors", "works"),
    }[name]
    async with system.database(name) as database:
        return {
            f"{collection}/{row['_id']}": {part: row[part] for part in ("state", "seen")}
            for collection in collections
            async for row in database[collection].find({})
        }


async def test_a_replay_of_what_people_did_changes_nothing(system: System) -> None:
    told = [m for m in history() if m.topic.split(".")[0] in ("works", "identity")]
    for topic in sorted({message.topic for message in told}):
        bodies = [
            (m.event.subject, encode(m.event.data, subject=m.event.subject,
                                     position=m.event.position, time=m.event.time))
            for m in told
            if m.topic == topic
        ]  # fmt: skip
        await system.publish(topic, [*bodies, *bodies[:5]])
    async with system.running(*READERS):
        await system.caught_up(*READERS)
    before = {name: await documents(system, name) for name in READERS}
    published = await system.ends()
    assert any("follows/" in key for key in before["graph"])
    for name in READERS:
        main = import_module(f"services.{name}.main")
        settings = import_module(f"services.{name}.settings")
        kind = getattr(settings, f"{name.capitalize()}Settings")
        await main.make_anew(system.settings(kind))
        assert await documents(system, name) == before[name], name
    assert await system.ends() == published
