"""Works per second on real processes, file to last projection, at growing sizes, and the floor.

One growing run: an empty system takes papers up to each size in turn. Printed for each stretch:
works per second, what a work costs (milliseconds of wall clock and of processor, by process) and
what each process holds in memory at its end. Files come in an order drawn once, so that every
stretch is of the same kind of papers, of all years.

``BZPEER_SHARED_DATA`` names the folder with the whole ACL Anthology (else the repository's sample),
``BZPEER_SIZES`` the sizes (`10000,30000,66000`).
"""

import gzip
import json
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.local import kafka as kafka_server
from deploy.local import mongod
from deploy.local.servers import Servers
from tests.bench.floor import insert_again, produce_again
from tests.stack import Stack
from tests.support import ACL, System

pytestmark = pytest.mark.bench
HOURS = 4 * 3600
MOST_GROWTH = 1.2
_MEGABYTE = 1024 * 1024


@dataclass
class Mark:
    """What was used up to a moment: seconds, processor seconds and bytes of each process."""

    works: int
    at: float
    cpu: dict[str, float]
    memory: dict[str, int]


def papers() -> list[tuple[Path, int]]:
    """The files in an order drawn once, each with its number of papers."""
    shared = os.environ.get("BZPEER_SHARED_DATA")
    folder = Path(shared) / "acl-anthology" / "xml" if shared else ACL
    files = sorted(folder.glob("*.xml.gz"))
    random.Random(1).shuffle(files)
    return [(file, gzip.decompress(file.read_bytes()).count(b"<paper ")) for file in files]


def stretches() -> Iterator[list[Path]]:
    """The files that bring the system to each size in turn."""
    found = papers()
    total = sum(count for _, count in found)
    asked = os.environ.get("BZPEER_SIZES", "10000,30000,66000").split(",")
    sizes = sorted({min(int(size), total) for size in asked})
    held = 0
    for size in sizes:
        files = []
        while held < size and found:
            file, count = found.pop(0)
            files.append(file)
            held += count
        yield files


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Stack]:
    """A stack of one process for each service that holds nothing but its sample."""
    made = Stack(tmp_path)
    made.run("up", "--detach")
    yield made
    made.run("down")


def mark(stack: Stack) -> Mark:
    """What was used until now."""
    now = stack.status()
    found = {row["name"]: psutil.Process(row["pid"]) for row in now["processes"]}
    cpu = {name: sum(process.cpu_times()[:2]) for name, process in found.items()}
    memory = {name: process.memory_info().rss for name, process in found.items()}
    works = now["services"]["works"]["records"]["works"]
    return Mark(works, time.perf_counter(), cpu, memory)


def take(stack: Stack, files: list[Path]) -> None:
    """Ingest files, until the last projection has caught up."""
    ingesting = stack.begin("ingest", *map(str, files), "--wait", "--json")
    output, _ = ingesting.communicate(timeout=HOURS)
    assert '"failed": []' in output, output[-2000:]


def cost(before: Mark, after: Mark) -> dict[str, Any]:
    """What one work cost between two marks."""
    works, seconds = after.works - before.works, after.at - before.at
    each = {name: 1000 * (after.cpu[name] - before.cpu.get(name, 0)) for name in after.cpu}
    return {
        "works": after.works,
        "works_per_second": round(works / seconds, 1),
        "ms_per_work": round(1000 * seconds / works, 2),
        "cpu_ms_per_work": round(sum(each.values()) / works, 2),
        "cpu_ms_per_work_of": {name: round(cpu / works, 2) for name, cpu in each.items()},
        "megabytes": {name: round(held / _MEGABYTE) for name, held in after.memory.items()},
    }


@pytest.mark.timeout(HOURS)
async def test_throughput_as_the_corpus_grows(empty: Stack) -> None:
    marks = [mark(empty)]
    for files in stretches():
        take(empty, files)
        marks.append(mark(empty))
        print(json.dumps(cost(marks[-2], marks[-1])), flush=True)
    whole = marks[-1].at - marks[0].at
    costs = [cost(*pair) for pair in pairwise(marks)]
    growth = costs[-1]["cpu_ms_per_work"] / costs[0]["cpu_ms_per_work"]
    kafka = f"127.0.0.1:{empty.process(kafka_server.NAME).port}"
    uri = mongod.uri(empty.process(mongod.NAME).port)
    system = System(Servers(kafka, uri), "bzpeer")
    documents, inserted = await insert_again(system)
    events, produced = await produce_again(system)
    figures = {
        "load": os.getloadavg()[0],
        "works": marks[-1].works - marks[0].works,
        "works_per_second": round((marks[-1].works - marks[0].works) / whole, 1),
        "growth_of_cpu_per_work": round(growth, 2),
        "documents": documents,
        "events": events,
        "floor_insert_seconds": round(inserted, 2),
        "floor_produce_seconds": round(produced, 2),
        "times_the_floor": round(whole / (inserted + produced), 1),
        "cpu_seconds": round(sum(marks[-1].cpu.values()) - sum(marks[0].cpu.values()), 1),
    }
    print(json.dumps(figures, indent=2))
    assert growth < MOST_GROWTH, figures
