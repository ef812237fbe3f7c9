"""The one place that knows the MongoDB driver.

Motor, used only through what PyMongo's own asyncio client offers as well (``find``, ``find_one``,
``bulk_write``, ``update_one``, ``create_index``). Calls that differ between them (``aggregate``,
``watch``, ``close``) are wrapped here, so that moving to PyMongo changes this file alone; so is
``in_thread``, for several calls that follow one another: each by itself would cost a switch of
threads there and back.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import bson
from bson.codec_options import CodecOptions
from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne
from pymongo.client_session import ClientSession as Session
from pymongo.collection import Collection as SyncCollection
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WriteConcernError,
    WTimeoutError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

Row = dict[str, Any]
Client = AsyncIOMotorClient[Row]
Database = AsyncIOMotorDatabase[Row]
Collection = AsyncIOMotorCollection[Row]
Blocking = SyncCollection[Row]
"""A collection whose calls block their thread."""
T = TypeVar("T")

TRANSIENT = (
    AutoReconnect,
    ConnectionFailure,
    ExecutionTimeout,
    NotPrimaryError,
    ServerSelectionTimeoutError,
    WriteConcernError,
    WTimeoutError,
)
"""Faults that pass by themselves: the server is away, changes role or is overloaded."""

_LARGEST_READ = 2000
"""Values that are asked for at a time."""
_CODEC: CodecOptions[Row] = CodecOptions(tz_aware=True)
DUPLICATE_KEY = 11000
_RETRYABLE_CODES = {
    50,  # MaxTimeMSExpired
    91,  # ShutdownInProgress
    112,  # WriteConflict
    175,  # QueryPlanKilled: the collection was swapped under the query
    189,  # PrimarySteppedDown
    10107,  # NotWritablePrimary
    11600,  # InterruptedAtShutdown
    11602,  # InterruptedDueToReplStateChange
    13388,  # StaleConfig
    13435,  # NotPrimaryNoSecondaryOk
}

__all__ = [
    "DUPLICATE_KEY",
    "TRANSIENT",
    "Blocking",
    "BulkWriteError",
    "Client",
    "Collection",
    "Database",
    "DeleteMany",
    "DeleteOne",
    "DuplicateKeyError",
    "InsertOne",
    "OperationFailure",
    "PyMongoError",
    "ReplaceOne",
    "Row",
    "Session",
    "UpdateMany",
    "UpdateOne",
    "aggregate",
    "close",
    "connect",
    "having",
    "hurried",
    "ignoring_duplicates",
    "in_thread",
    "is_transient",
    "pack",
    "unpack",
    "watch",
]


def connect(uri: str) -> Client:
    """A client that waits for a majority to have each write on disk, and for nothing forever.

    The driver does not retry writes by itself: all of ours are conditional or sets, callers try
    again, and the server's book-keeping for such retries costs a third of every update.
    """
    return AsyncIOMotorClient(
        uri,
        w="majority",
        journal=True,
        readConcernLevel="majority",
        retryWrites=False,
        serverSelectionTimeoutMS=5_000,
        connectTimeoutMS=5_000,
        socketTimeoutMS=60_000,
        tz_aware=True,
    )


def hurried(collection: Collection) -> Collection:
    """A collection whose writes do not wait for the disk: a crash may lose the last of them.

    What is read is what was written last, whether or not it is safe by now.
    """
    return collection.with_options(
        write_concern=WriteConcern(w=1, j=False), read_concern=ReadConcern("local")
    )


async def close(client: Client) -> None:
    """Close the connections."""
    client.close()


def is_transient(error: BaseException) -> bool:
    """Whether trying again later may succeed without any change."""
    if isinstance(error, BulkWriteError):
        codes = {item.get("code") for item in (error.details or {}).get("writeErrors", [])}
        return bool(codes) and codes <= _RETRYABLE_CODES
    if isinstance(error, OperationFailure) and error.code in _RETRYABLE_CODES:
        return True
    return isinstance(error, TRANSIENT) or (
        isinstance(error, PyMongoError) and error.has_error_label("TransientTransactionError")
    )


async def aggregate(collection: Collection, pipeline: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The results of an aggregation; the pipeline bounds their number."""
    return [row async for row in collection.aggregate(list(pipeline), maxTimeMS=30_000)]


async def having(
    collection: Collection, field: str, values: Iterable[str], fields: Row | None = None
) -> list[Row]:
    """The rows in which a field has one of these values, or holds one in a list, by their ids.

    A row that has several of them comes once.
    """
    wanted, found = sorted(set(values)), {}
    for start in range(0, len(wanted), _LARGEST_READ):
        part = {field: {"$in": wanted[start : start + _LARGEST_READ]}}
        async for row in collection.find(part, fields).batch_size(5000):
            found[row["_id"]] = row
    return [found[row_id] for row_id in sorted(found)]


def pack(row: Row) -> bytes:
    """A row as the bytes it has in the database."""
    return bson.encode(row)


def unpack(packed: bytes) -> Row:
    """The row that was packed."""
    return bson.decode(packed, _CODEC)


async def in_thread(
    collections: Sequence[Collection], work: Callable[[Sequence[Blocking]], T]
) -> T:
    """What ``work`` answers, which makes its calls to these collections in a thread of its own.

    It goes on to its end when nobody waits for it any more.
    """
    return await asyncio.to_thread(work, [collection.delegate for collection in collections])


async def watch(
    database: Database, pipeline: Sequence[Mapping[str, Any]]
) -> AsyncGenerator[Row | None, None]:
    """Changes from now on in all collections of a database.

    Yields ``None`` first: what was read before that moment may have missed a change, what changes
    after it is told. Reading a busy stream costs the server as much as a read of every write, so
    keep one open only while somebody waits for it.
    """
    now = (await database.command("ping"))["operationTime"]
    yield None
    options: dict[str, Any] = {"start_at_operation_time": now, "max_await_time_ms": 1_000}
    async with database.watch(list(pipeline), **options) as stream:
        async for change in stream:
            yield change


async def ignoring_duplicates(write: Awaitable[object]) -> None:
    """A bulk write whose inserts may find that somebody else was quicker."""
    try:
        await write
    except BulkWriteError as error:
        if any(item["code"] != DUPLICATE_KEY for item in error.details["writeErrors"]):
            raise
