"""Kafka's jars: fetched once into the user's cache, and checked against `kafka.lock`.

`python -m deploy.local.jars` resolves them again and writes the lock.
"""

import hashlib
import os
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.local.errors import StackError

KAFKA = ("org.apache.kafka", "kafka_2.13", "4.3.1")
LOG_BACKEND = ("org.apache.logging.log4j", "log4j-slf4j-impl", "2.25.4")
"""Kafka logs through slf4j, whose jar alone discards everything."""

LOCK = Path(__file__).with_name("kafka.lock")

Locked = dict[str, str]
"""Coordinates `group:artifact:version` to the sha256 of the jar."""


def read_lock(path: Path = LOCK) -> Locked:
    """The lock: a line `<sha256>  <group>:<artifact>:<version>` for each jar."""
    lines = [line.split() for line in path.read_text().splitlines()]
    return {line[1]: line[0] for line in lines if len(line) == 2 and line[0] != "#"}


def file_name(coordinates: str) -> str:
    """The name of the jar with these coordinates."""
    _, artifact, version = coordinates.split(":")
    return f"{artifact}-{version}.jar"


def cache_folder() -> Path:
    """Where what is downloaded is kept for every checkout of this user."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "bzpeer"


def class_path(locked: Locked | None = None, cache: Path | None = None) -> list[Path]:
    """The verified jars, downloaded when the cache does not hold them.

    Raises StackError when a jar cannot be had or is not the one in the lock.
    """
    locked = locked if locked is not None else read_lock()
    key = hashlib.sha256(repr(sorted(locked.items())).encode()).hexdigest()[:12]
    folder = (cache or cache_folder()) / f"kafka-{key}"
    if not folder.exists():
        _download(locked, folder)
    jars = [folder / file_name(coordinates) for coordinates in sorted(locked)]
    verify(locked, folder)
    return jars


def verify(locked: Locked, folder: Path) -> None:
    """Raise StackError naming the first jar that is missing or has another sha256."""
    for coordinates, expected in locked.items():
        jar = folder / file_name(coordinates)
        if not jar.exists():
            raise StackError(f"{jar.name} is missing: delete {folder} and start again.")
        if sha256(jar) != expected:
            raise StackError(
                f"{jar.name} is not the file that {LOCK.name} names "
                f"(another sha256): delete {folder} and start again."
            )


def sha256(path: Path) -> str:
    """The hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(locked: Locked, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="download-") as scratch:
        fetched = Path(scratch) / "jars"
        fetched.mkdir()

        def fetch(coordinates: str) -> None:
            jar = _fetch(coordinates, Path(scratch) / "repository")
            shutil.copyfile(jar, fetched / file_name(coordinates))

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(fetch, locked))
        verify(locked, fetched)
        try:
            fetched.rename(folder)
        except OSError:  # another start was faster; its jars were verified too
            if not folder.exists():
                raise


def _fetch(coordinates: str, repository: Path, attempts: int = 4) -> Path:
    from jgo.maven import MavenContext  # slow to import, and rarely needed

    group, artifact, version = coordinates.split(":")
    for attempt in range(1, attempts + 1):
        context = MavenContext(repo_cache=repository, timeout=60)
        try:
            found = context.project(group, artifact).at_version(version).artifact()
            return Path(found.resolve())
        except Exception as error:  # jgo raises whatever its HTTP library does
            if attempt == attempts:
                raise StackError(f"could not download {file_name(coordinates)}: {error}") from error
            time.sleep(attempt)
    raise AssertionError("unreachable")


def write_lock() -> None:
    """Resolve Kafka and all it needs, class path and module path together, and lock it."""
    from dataclasses import replace

    from jgo.maven import MavenContext
    from jgo.parse import Coordinate

    with tempfile.TemporaryDirectory() as scratch:
        context = MavenContext(repo_cache=Path(scratch), timeout=60)
        kafka = replace(Coordinate.parse(":".join(KAFKA)), scope="compile")
        direct, transitive = context.resolver.resolve([context.create_dependency(kafka)])
        needed = [*direct, *(item for item in transitive if item.scope in ("compile", "runtime"))]
        names = {":".join(LOG_BACKEND)}
        names |= {f"{item.groupId}:{item.artifactId}:{item.version}" for item in needed}
        lines = ["# Kafka and all it needs. Written by `make lock`: sha256, coordinates."]
        lines += [f"{sha256(_fetch(name, Path(scratch)))}  {name}" for name in sorted(names)]
    LOCK.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    write_lock()
