"""The two real servers: data and ports survive stops and kills."""

import os
import signal
import time
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import MongoClient

from deploy.local import kafka, mongod, processes
from deploy.local.home import Home
from deploy.local.servers import Servers, running_servers, start_servers
from deploy.local.settings import StackSettings

TOPIC = "kept"


async def write(servers: Servers, value: str) -> None:
    with MongoClient[dict[str, str]](servers.mongodb_uri) as client:
        client.test.kept.insert_one({"_id": value})
    producer = AIOKafkaProducer(bootstrap_servers=servers.kafka_bootstrap, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(TOPIC, value.encode())
    finally:
        await producer.stop()


async def read(servers: Servers) -> tuple[list[str], list[str]]:
    with MongoClient[dict[str, str]](servers.mongodb_uri) as client:
        documents = sorted(document["_id"] for document in client.test.kept.find())
    partition = TopicPartition(TOPIC, 0)
    reader = AIOKafkaConsumer(bootstrap_servers=servers.kafka_bootstrap)
    await reader.start()
    try:
        reader.assign([partition])
        await reader.seek_to_beginning(partition)
        end = (await reader.end_offsets([partition]))[partition]
        messages: list[str] = []
        while len(messages) < end:
            for batch in (await reader.getmany(timeout_ms=500)).values():
                messages += [(record.value or b"").decode() for record in batch]
    finally:
        await reader.stop()
    return documents, sorted(messages)


async def test_data_and_ports_survive_a_kill_and_a_stop(tmp_path: Path) -> None:
    home, settings = Home(tmp_path.resolve()), StackSettings()
    with running_servers(tmp_path) as servers:
        admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka_bootstrap)
        await admin.start()
        await admin.create_topics([NewTopic(TOPIC, 1, 1)])
        await admin.close()
        await write(servers, "a")
        for name in (kafka.NAME, mongod.NAME):
            os.kill(processes.known(home)[name].pid, signal.SIGKILL)
        killed = time.monotonic()
        assert start_servers(home, settings) == servers
        assert time.monotonic() - killed < 20  # 2 to 3 s on an idle machine
        await write(servers, "b")
    assert processes.known(home) == {}
    with running_servers(tmp_path) as again:
        assert again == servers
        assert await read(again) == (["a", "b"], ["a", "b"])


async def test_mongodb_follows_when_its_port_changes(tmp_path: Path) -> None:
    home = Home(tmp_path.resolve())
    for round_ in range(2):
        if round_:  # the remembered port can no longer be had
            with home.change_state() as state:
                state["ports"]["mongod"] = 1
        process = mongod.start(home, free(home))
        try:
            mongod.wait_until_ready(home, process)
            with MongoClient[dict[str, int]](mongod.uri(process.port)) as client:
                client.test.kept.insert_one({"port": process.port})
                assert client.is_primary
                assert len(list(client.test.kept.find())) == round_ + 1
        finally:
            processes.stop(home, [process])


def free(home: Home) -> int:
    from deploy.local.servers import remembered_ports

    return remembered_ports(home, ("mongod",))["mongod"]
