"""An embedded stack of real processes, driven by the command line as a person would."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local import services
from deploy.local.home import Home
from deploy.local.processes import Process, known

BZPEER = [sys.executable, "-c", "from deploy.local.cli import main; main()"]


@dataclass
class Stack:
    """An embedded stack in a folder of its own; ``page`` is the address that `up` printed."""

    home: Path
    page: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "BZPEER_HOME": str(self.home), "COLUMNS": "200"}

    def run(self, *arguments: str) -> str:
        """Run `bzpeer`; its output."""
        done = subprocess.run(
            [*BZPEER, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        said = f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        assert done.returncode == 0, f"bzpeer {arguments}: {said}\n{self._last_words()}"
        return done.stdout

    def _last_words(self) -> str:
        """The ends of all logs: what went wrong may have gone wrong somewhere else."""
        ends = [
            f"{log.name}:\n{log.read_text(errors='replace')[-3000:]}"
            for log in sorted((self.home / "logs").glob("*.log"))
        ]
        return "\n".join(ends)

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """Begin `bzpeer`."""
        return subprocess.Popen(
            [*BZPEER, *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def status(self) -> Any:
        """What `bzpeer status --json` says."""
        done = subprocess.run(
            [*BZPEER, "status", "--json"],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return json.loads(done.stdout)

    def process(self, name: str) -> Process:
        """What was started last under a name; asks no process, unlike `status`."""
        return known(Home(self.home))[name]

    def address(self, service: str) -> str:
        """Where a service, or `orcid`, answers."""
        return services.address(self.process(service).port)

    @property
    def gateway(self) -> str:
        """Address of the gateway."""
        return self.address("gateway")
