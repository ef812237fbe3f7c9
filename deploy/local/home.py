"""The `.bzpeer` folder: what the stack keeps between two runs."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.errors import StackError

REPO = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Home:
    """Paths and the remembered state of one embedded stack."""

    root: Path

    @classmethod
    def from_environment(cls) -> "Home":
        """The folder named by BZPEER_HOME, else `.bzpeer` in the repository."""
        return cls(Path(os.environ.get("BZPEER_HOME") or REPO / ".bzpeer").expanduser().resolve())

    @property
    def logs(self) -> Path:
        return self._folder("logs")

    @property
    def traces(self) -> Path:
        return self._folder("traces")

    @property
    def mongodb(self) -> Path:
        return self._folder("mongodb")

    @property
    def kafka(self) -> Path:
        return self._folder("kafka")

    @property
    def mail(self) -> Path:
        """What was sent by e-mail while developing."""
        return self._folder("mail")

    @property
    def rejected(self) -> Path:
        """The report of the records that the last ingest rejected."""
        return self.root / "rejected.jsonl"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def trace(self, name: str) -> Path:
        return self.traces / f"{name}.jsonl"

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def ingest_token(self) -> str:
        """The secret that `POST /ingest` asks for: made once, readable by its owner only."""
        path = self.root / "ingest-token"
        self.root.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
        return path.read_text().strip()

    def read_state(self) -> dict[str, Any]:
        """What was remembered: ports, processes, copies; empty when nothing was."""
        try:
            state = json.loads((self.root / "state.json").read_text())
        except FileNotFoundError:
            return {}
        except ValueError:  # half a file cannot be written (see change), so somebody edited it
            return {}
        return state if isinstance(state, dict) else {}

    @contextmanager
    def change_state(self) -> Iterator[dict[str, Any]]:
        """Read, change and write the state while no other process does."""
        with self.lock("state"):
            state = self.read_state()
            yield state
            fresh = self.root / "state.json.new"
            fresh.write_text(json.dumps(state, indent=2, sort_keys=True) + "\n")
            fresh.replace(self.root / "state.json")

    @contextmanager
    def lock(self, name: str, wait: bool = True) -> Iterator[None]:
        """Hold a lock that ends with this process, however it ends.

        Raises StackError when another process holds it and `wait` is false.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / f"{name}.lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                raise StackError(f"another `bzpeer` holds the {name} of {self.root}.") from None
            yield
