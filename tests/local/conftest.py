"""The embedded stack under test: the real servers, with stand-ins for the services."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local.home import REPO, Home
from deploy.local.processes import MARK
from deploy.local.settings import SERVICES

Bzpeer = Callable[..., "subprocess.CompletedProcess[str]"]

RUN = (
    "import sys; from pathlib import Path; from deploy.local import cli, services; "
    "cli.REPO = services.REPO = Path(sys.argv.pop(1)); cli.main()"
)


@pytest.fixture(scope="session")
def standins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `python -m services.works.main` and the others are stand-ins."""
    folder = tmp_path_factory.mktemp("standins")
    script = Path(__file__).with_name("standin.py")
    for service in SERVICES:
        package = folder / "services" / service
        package.mkdir(parents=True)
        (folder / "services" / "__init__.py").touch()
        (package / "__init__.py").touch()
        main = f"import runpy\nrunpy.run_path({str(script)!r}, run_name='__main__')\n"
        (package / "main.py").write_text(main)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home of one test module; whatever still runs at the end is stopped."""
    from deploy.local import stack

    place = Home(tmp_path_factory.mktemp("home").resolve())
    yield place
    stack.down(place)


@pytest.fixture(scope="module")
def command(home: Home, standins: Path) -> tuple[list[str], dict[str, str]]:
    """The beginning of a command line that runs `bzpeer` on this home, and its environment."""
    settings = ("KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URI", "NAMESPACE", "BZPEER_GATEWAY_PORT")
    env = {name: value for name, value in os.environ.items() if name not in settings}
    env |= {"BZPEER_HOME": str(home.root), "PYTHONPATH": str(REPO), "COLUMNS": "200"}
    return [sys.executable, "-c", RUN, str(standins)], env


@pytest.fixture(scope="module")
def bzpeer(command: tuple[list[str], dict[str, str]]) -> Bzpeer:
    """Run `bzpeer` with these arguments."""
    beginning, env = command

    def run(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*beginning, *arguments],
            env={**env, **more},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def started_by(home: Home) -> list[int]:
    """The pids of all living processes that the stack of this home started."""
    found = []
    for process in psutil.process_iter():
        try:
            marked = process.environ().get(MARK, "").endswith(f"@{home.root}")
            if marked and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found


@pytest.fixture(scope="module")
def left(home: Home) -> Callable[[], list[int]]:
    """Asks which processes of the home are alive."""
    return lambda: started_by(home)
