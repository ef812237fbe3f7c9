"""One Apache Kafka node in KRaft mode: broker and controller in one process."""

import asyncio
import base64
import subprocess
import time
import uuid
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local import jars, ports, processes
from deploy.local.errors import Ended, StackError
from deploy.local.home import Home
from deploy.local.java import Java, find_java
from deploy.local.processes import Process

NAME = "kafka"

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=CLIENTS://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=CLIENTS://127.0.0.1:{port}
listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENTS
controller.listener.names=CONTROLLER
log.dirs={data}

# Back within two seconds of a kill -9: the broker's old session ends sooner.
broker.session.timeout.ms=1000
broker.heartbeat.interval.ms=200
# Consumers begin at once, and may notice a dead member sooner than after ten seconds.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000

auto.create.topics.enable=false
num.partitions=1
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
# A reader that pauses for a month keeps its place.
offsets.retention.minutes=43200
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4

message.max.bytes=8388608
replica.fetch.max.bytes=8388608
num.network.threads=2
num.io.threads=4
log.cleaner.threads=1
log.cleaner.dedupe.buffer.size=33554432
background.threads=4
"""

LOGGING = """\
rootLogger.level = WARN
rootLogger.appenderRefs = stdout
rootLogger.appenderRef.stdout.ref = stdout
appender.stdout.type = Console
appender.stdout.name = stdout
appender.stdout.layout.type = PatternLayout
appender.stdout.layout.pattern = %d{ISO8601} %-5p %c{1} %m%n
"""


def start(home: Home, port: int, controller_port: int) -> Process:
    """Start the broker on data of this home, formatted at the first start."""
    java = find_java()
    class_path = ":".join(str(jar) for jar in jars.class_path())
    _keep_class_archive(home, java)
    properties = _configure(home, port, controller_port)
    data = home.kafka / "data"
    if not (data / "meta.properties").exists():
        _format(home, java, class_path, properties)
    options = [
        "-Xms128m",
        "-Xmx512m",
        "-Xmn40m",  # nearly all is garbage at once: more room only takes memory
        "-XX:+UseSerialGC",
        "-Djava.awt.headless=true",
        "-XX:+ExitOnOutOfMemoryError",
    ]
    # The quick compiler only: as many messages a second, and half the work at every start.
    options.append("-XX:TieredStopAtLevel=1")
    options.append(f"-Dlog4j2.configurationFile={home.kafka / 'log4j2.properties'}")
    if java.version >= 24:  # says at every start what it will refuse in later versions
        options += ["--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"]
    options += _class_archive_options(home, java)
    command: list[str | Path] = [java.path, *options, "-cp", class_path, "kafka.Kafka", properties]
    return processes.start(home, NAME, command, port)


def _configure(home: Home, port: int, controller_port: int) -> Path:
    (home.kafka / "log4j2.properties").write_text(LOGGING)
    properties = home.kafka / "server.properties"
    properties.write_text(
        PROPERTIES.format(port=port, controller_port=controller_port, data=home.kafka / "data")
    )
    return properties


def _format(home: Home, java: Java, class_path: str, properties: Path) -> None:
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    if cluster.startswith("-"):  # would be read as an option
        cluster = "A" + cluster[1:]
    # fmt: off
    command: list[str | Path] = [
        java.path, "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp", class_path,
        f"-Dlog4j2.configurationFile={home.kafka / 'log4j2.properties'}",
        "kafka.tools.StorageTool", "format", "-t", cluster, "-c", properties,
    ]
    # fmt: on
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(f"Kafka's data folder could not be formatted:\n{done.stdout}{done.stderr}")


def _class_archive(java: Java) -> Path:
    """An archive of the loaded classes, with which the broker starts in half the time."""
    return jars.cache_folder() / f"kafka-classes-{jars.sha256(jars.LOCK)[:12]}-{java.key}.jsa"


def _class_archive_options(home: Home, java: Java) -> list[str]:
    archive = _class_archive(java)
    if archive.exists():
        return [f"-XX:SharedArchiveFile={archive}", "-Xshare:auto", "-Xlog:disable"]
    return [f"-XX:ArchiveClassesAtExit={home.kafka / 'classes.jsa'}", "-Xlog:disable"]


def _keep_class_archive(home: Home, java: Java) -> None:
    """The archive that the first clean stop left goes to the cache, for every later start."""
    fresh = home.kafka / "classes.jsa"
    if fresh.exists():
        archive = _class_archive(java)
        if not archive.exists():
            partial = archive.with_suffix(f".{uuid.uuid4().hex[:8]}")
            partial.write_bytes(fresh.read_bytes())  # the cache may be on another file system
            partial.replace(archive)
        fresh.unlink()


def wait_until_ready(home: Home, process: Process, timeout: float = 60) -> None:
    """Return when the broker answers; StackError with the end of its log when it died."""
    deadline = time.monotonic() + timeout
    while True:
        if not process.alive:
            raise Ended(NAME, process.pid, last_lines(home.log(NAME)))
        if ports.is_listening(process.port) and asyncio.run(answers(f"127.0.0.1:{process.port}")):
            return
        if time.monotonic() > deadline:
            raise StackError(f"Kafka gave no answer in {timeout:.0f} s: see {home.log(NAME)}.")
        time.sleep(0.1)


async def answers(bootstrap_servers: str, timeout: float = 5) -> bool:
    """Whether a broker answers there, and knows who controls the cluster."""
    admin = AIOKafkaAdminClient(
        bootstrap_servers=bootstrap_servers, request_timeout_ms=int(timeout * 1000)
    )
    try:
        async with asyncio.timeout(timeout):
            await admin.start()
            cluster = await admin.describe_cluster()
            return bool(cluster["brokers"])
    except (KafkaError, TimeoutError, OSError):
        return False
    finally:
        await admin.close()


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for an error message."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 400 * count))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])
    except OSError:
        return ""
