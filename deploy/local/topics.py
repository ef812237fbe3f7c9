"""Create the topics of `contracts/topics.yaml` on the broker."""

import asyncio
import sys
from collections.abc import Iterable, Mapping

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from chassis.settings import Settings
from contracts.topics import Topic, load_topics
from deploy.local.errors import StackError

LARGEST_MESSAGE = 8 * 1024 * 1024
SEGMENT = 64 * 1024 * 1024  # compaction leaves the newest segment alone, so keep it small


async def create_topics(
    bootstrap_servers: str, namespace: str, topics: Iterable[Topic] | None = None
) -> list[str]:
    """Create what does not exist yet, dead-letter topics too; returns the names created.

    Raises StackError when an existing topic has fewer partitions than the contract says, or when
    no broker answers.
    """
    try:
        return await _create(bootstrap_servers, namespace, topics)
    except (KafkaError, OSError) as error:
        raise StackError(f"Kafka at {bootstrap_servers} does not answer: {error}") from error


async def _create(
    bootstrap_servers: str, namespace: str, topics: Iterable[Topic] | None
) -> list[str]:
    wanted = _new_topics(namespace, load_topics().values() if topics is None else topics)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    try:
        await admin.start()
        existing = set(await admin.list_topics())
        await _check_partitions(admin, {n: t for n, t in wanted.items() if n in existing})
        missing = {name: topic for name, topic in wanted.items() if name not in existing}
        if missing:
            answer = await admin.create_topics(list(missing.values()))
            for name, code, *detail in answer.topic_errors:
                error = for_code(code)
                if code and error is not TopicAlreadyExistsError:
                    raise StackError(f"topic {name} was not created: {error.__name__} {detail}")
            await _wait_for_leaders(admin, list(missing))
        return sorted(missing)
    finally:
        await admin.close()


def _new_topics(namespace: str, topics: Iterable[Topic]) -> dict[str, NewTopic]:
    wanted: dict[str, NewTopic] = {}
    for topic in topics:
        configs: dict[str, str] = {"cleanup.policy": topic.cleanup}
        if topic.cleanup == "delete":
            configs["retention.ms"] = str(topic.retention_ms or -1)
        _add(wanted, f"{namespace}.{topic.name}", topic.partitions, configs)
        if topic.dead_letter:
            compact = {"cleanup.policy": "compact"}
            _add(wanted, f"{namespace}.{topic.dead_letter}", 1, compact)
    return wanted


def _add(wanted: dict[str, NewTopic], name: str, partitions: int, configs: dict[str, str]) -> None:
    configs |= {"max.message.bytes": str(LARGEST_MESSAGE), "segment.bytes": str(SEGMENT)}
    topic = NewTopic(name, partitions, 1, topic_configs=configs)
    topic.replication_factor = -1  # the broker's own default: one here, three on a cluster
    wanted[name] = topic


async def _check_partitions(admin: AIOKafkaAdminClient, wanted: Mapping[str, NewTopic]) -> None:
    for described in await admin.describe_topics(list(wanted)) if wanted else []:
        name, have = described["topic"], len(described["partitions"])
        need = wanted[name].num_partitions
        if have < need:
            raise StackError(
                f"topic {name} has {have} partitions, contracts/topics.yaml says {need}: more "
                "partitions would send a key to another one, so create the topic anew or take "
                "another NAMESPACE."
            )


async def _wait_for_leaders(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    for _ in range(100):
        described = await admin.describe_topics(names)
        partitions = [part for topic in described for part in topic["partitions"]]
        if partitions and all(
            part["leader"] >= 0 and not part["error_code"] for part in partitions
        ):
            return
        await asyncio.sleep(0.05)
    raise StackError(f"the new topics have no leader yet: {', '.join(names)}")


def main() -> None:
    """Create the topics on the broker that the environment names, as a service would find it."""
    settings = Settings()
    made = asyncio.run(create_topics(settings.kafka_bootstrap_servers, settings.namespace))
    sys.stdout.write(f"created {len(made)} topics\n")


if __name__ == "__main__":
    main()
