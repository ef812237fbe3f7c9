"""Works processes that start quickly: forked from one in which everything is imported."""

import multiprocessing
import os
import sys
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

CONTEXT: ForkServerContext = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.chaos.works_process", "services.works.main"])


def serve(environment: dict[str, str]) -> None:
    """What ``python -m services.works.main`` does."""
    from chassis.service import main
    from services.works.main import build
    from services.works.settings import WorksSettings

    os.environ.update(environment)
    sys.argv = ["services.works.main"]
    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (as long as it runs)
    main("works", WorksSettings(), build)


class Works:
    """One works process, begun again as often as wanted."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self.start()

    def start(self) -> None:
        """Begin; it takes a moment until it works."""
        self._process: ForkServerProcess = CONTEXT.Process(
            target=serve, args=(self._environment,), daemon=True
        )
        self._process.start()

    def kill(self) -> None:
        """As `kill -9` does."""
        self._process.kill()
        self._process.join()
