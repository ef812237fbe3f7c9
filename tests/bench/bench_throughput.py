"""Works per second on real processes, file to last projection, at growing sizes, and the floor.

For each size an empty system takes so many papers. Printed: works per second, what a work costs
(milliseconds of wall clock and of processor, by process), what each process holds in memory at the
end, and the floor: the same documents by bare ``insert_many`` and the same events by a bare
producer, on the same servers. Files come in an order drawn once, so that every size is of the same
kind of papers, of all years.

``BZPEER_SHARED_DATA`` names the folder with the whole ACL Anthology (else the repository's sample),
``BZPEER_SIZES`` the sizes (`10000,30000,66000`).
"""

import gzip
import json
import os
import random
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.local import mongod
from tests.bench.floor import insert_again, produce_again, system_of
from tests.stack import Stack
from tests.support import ACL

pytestmark = pytest.mark.bench
HOURS = 4 * 3600
MOST_GROWTH = 1.2
MOST_TIMES_THE_FLOOR = 4
FILLS_ITS_CACHE = {f"megabytes of {mongod.NAME}"}
"""The database takes memory up to the limit that it is started with."""
_MEGABYTE = 1024 * 1024


@dataclass
class Mark:
    """What was used up to a moment: processor seconds and bytes of each process."""

    works: int
    cpu: dict[str, float]
    memory: dict[str, int]


def papers() -> list[tuple[Path, int]]:
    """The files in an order drawn once, each with its number of papers."""
    shared = os.environ.get("BZPEER_SHARED_DATA")
    folder = Path(shared) / "acl-anthology" / "xml" if shared else ACL
    files = sorted(folder.glob("*.xml.gz"))
    random.Random(1).shuffle(files)
    return [(file, gzip.decompress(file.read_bytes()).count(b"<paper ")) for file in files]


def portions() -> Iterator[list[Path]]:
    """The files of each size, the smallest first."""
    found = papers()
    held = list(accumulate(count for _, count in found))
    asked = os.environ.get("BZPEER_SIZES", "10000,30000,66000").split(",")
    for size in sorted({min(int(size), held[-1]) for size in asked}):
        yield [file for file, _ in found[: bisect_left(held, size) + 1]]


@contextmanager
def empty(home: Path) -> Iterator[Stack]:
    """A stack of one process for each service that holds nothing but its sample."""
    made = Stack(home)
    try:
        made.run("up", "--detach")
        yield made
    finally:
        made.run("down")


def mark(stack: Stack) -> Mark:
    """What was used until now."""
    now = stack.status()
    found = {row["name"]: psutil.Process(row["pid"]) for row in now["processes"]}
    cpu = {name: sum(process.cpu_times()[:2]) for name, process in found.items()}
    memory = {name: process.memory_info().rss for name, process in found.items()}
    works = now["services"]["works"]["records"]["works"]
    return Mark(works, cpu, memory)


def take(stack: Stack, files: list[Path]) -> float:
    """Ingest files, until the last projection has caught up; how many seconds it took."""
    begun = time.perf_counter()
    ingesting = stack.begin("ingest", *map(str, files), "--wait", "--json")
    output, _ = ingesting.communicate(timeout=HOURS)
    assert '"failed": []' in output, output[-2000:]
    return time.perf_counter() - begun


def cost(before: Mark, after: Mark, seconds: float) -> dict[str, Any]:
    """What one work cost between two marks, of so many seconds."""
    works = after.works - before.works
    each = {name: 1000 * (after.cpu[name] - before.cpu.get(name, 0)) for name in after.cpu}
    return {
        "works": after.works,
        "works_per_second": round(works / seconds, 1),
        "ms_per_work": round(1000 * seconds / works, 2),
        "cpu_ms_per_work": round(sum(each.values()) / works, 2),
        "cpu_ms_per_work_of": {name: round(cpu / works, 2) for name, cpu in each.items()},
        "megabytes": {name: round(held / _MEGABYTE) for name, held in after.memory.items()},
    }


async def floor(stack: Stack) -> dict[str, Any]:
    """What the stack's own servers take for the same documents and events, and nothing else."""
    system = system_of(stack)
    documents, inserted = await insert_again(system)
    events, produced = await produce_again(system)
    return {
        "documents": documents,
        "events": events,
        "floor_insert_seconds": round(inserted, 2),
        "floor_produce_seconds": round(produced, 2),
    }


@pytest.mark.timeout(HOURS)
async def test_a_work_costs_the_same_in_a_small_corpus_and_a_large_one(tmp_path: Path) -> None:
    found: list[dict[str, Any]] = []
    for number, files in enumerate(portions()):
        with empty(tmp_path / str(number)) as stack:
            before = mark(stack)
            seconds = take(stack, files)
            after = mark(stack)
            figures = (
                cost(before, after, seconds) | await floor(stack) | {"load": os.getloadavg()[0]}
            )
        least = figures["floor_insert_seconds"] + figures["floor_produce_seconds"]
        figures["times_the_floor"] = round(seconds / least, 1)
        print(json.dumps(figures, indent=2), flush=True)
        found.append(figures)
    growth = {"cpu_ms_per_work": found[-1]["cpu_ms_per_work"] / found[0]["cpu_ms_per_work"]}
    for process, megabytes in found[0]["megabytes"].items():
        growth[f"megabytes of {process}"] = found[-1]["megabytes"][process] / megabytes
    print("from the smallest to the largest:", json.dumps(growth, indent=2), flush=True)
    grown = [name for name, times in growth.items() if times >= MOST_GROWTH]
    assert not {*grown} - FILLS_ITS_CACHE
    assert all(figures["times_the_floor"] <= MOST_TIMES_THE_FLOOR for figures in found)
