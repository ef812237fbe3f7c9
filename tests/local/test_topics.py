"""Topics as the contracts say, on the real servers."""

from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from contracts.topics import Topic, load_topics
from deploy.local.errors import StackError
from deploy.local.lag import read_lag
from deploy.local.servers import Servers
from deploy.local.settings import StackSettings
from deploy.local.topics import create_topics


async def partitions_and_configs(
    bootstrap: str, names: list[str]
) -> dict[str, tuple[int, dict[str, str]]]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        described = await admin.describe_topics(names)
        counts = {topic["topic"]: len(topic["partitions"]) for topic in described}
        found = {}
        for name in names:
            resource = ConfigResource(ConfigResourceType.TOPIC, name)
            (answer,) = await admin.describe_configs([resource])
            configs = {entry[0]: entry[1] for entry in answer.resources[0][4]}
            found[name] = (counts[name], configs)
        return found
    finally:
        await admin.close()


async def test_every_topic_and_its_dead_letter_topic_is_created_once(servers: Servers) -> None:
    namespace = f"t{uuid4().hex[:8]}"
    created = await create_topics(servers.kafka_bootstrap, namespace)
    topics = load_topics().values()
    wanted = {f"{namespace}.{t.name}" for t in topics} | {
        f"{namespace}.{t.dead_letter}" for t in topics
    }
    assert set(created) == wanted
    assert await create_topics(servers.kafka_bootstrap, namespace) == []

    found = await partitions_and_configs(servers.kafka_bootstrap, sorted(wanted))
    for topic in topics:
        count, configs = found[f"{namespace}.{topic.name}"]
        assert count == topic.partitions
        assert configs["cleanup.policy"] == topic.cleanup
        if topic.cleanup == "delete":
            assert configs["retention.ms"] == str(topic.retention_ms or -1)
        count, configs = found[f"{namespace}.{topic.dead_letter}"]
        assert (count, configs["cleanup.policy"]) == (1, "compact")


async def test_a_topic_with_fewer_partitions_than_the_contract_says_is_named(
    servers: Servers,
) -> None:
    namespace = f"t{uuid4().hex[:8]}"
    topic = next(iter(load_topics().values()))
    await create_topics(servers.kafka_bootstrap, namespace, [topic])
    more: Topic = topic.model_copy(update={"partitions": topic.partitions + 1})
    with pytest.raises(StackError, match=rf"{topic.name} has {topic.partitions} partitions"):
        await create_topics(servers.kafka_bootstrap, namespace, [more])


async def test_lag_is_known_while_nobody_consumes(servers: Servers) -> None:
    settings = StackSettings(namespace=f"t{uuid4().hex[:8]}")
    await create_topics(servers.kafka_bootstrap, settings.namespace)
    topic = settings.topic("works.work")
    producer = AIOKafkaProducer(bootstrap_servers=servers.kafka_bootstrap)
    await producer.start()
    for number in range(10):
        await producer.send_and_wait(topic, b"x", key=str(number).encode())
    await producer.stop()
    assert await read_lag(servers.kafka_bootstrap, settings) == {
        "identity": 0, "works": 0, "trust": 0, "graph": 10, "gateway": 10,
    }  # fmt: skip

    reader = AIOKafkaConsumer(
        topic,
        bootstrap_servers=servers.kafka_bootstrap,
        group_id=settings.group("graph"),
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await reader.start()
    try:
        handled = 0
        while handled < 10:
            handled += sum(map(len, (await reader.getmany(timeout_ms=500)).values()))
        await reader.commit()
    finally:
        await reader.stop()
    lag = await read_lag(servers.kafka_bootstrap, settings)
    assert (lag["graph"], lag["gateway"]) == (0, 10)
