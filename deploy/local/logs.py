"""The logs of the stack: their ends, and what is added to them."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.kafka import last_lines


def show_logs(home: Home, name: str | None, lines: int, follow: bool) -> None:
    """Print the last lines of one log or of all; with `follow`, go on until Ctrl-C."""
    found = sorted(home.logs.glob(f"{name}.log" if name else "*.log"))
    if not found:
        known = ", ".join(sorted(log.stem for log in home.logs.glob("*.log")))
        what = f"no log of {name}" if name else "no logs yet"
        raise StackError(f"{what}; there are: {known}." if known else f"{what}.")
    positions = {log: log.stat().st_size for log in found}
    for log in found:
        for line in last_lines(log, lines).splitlines():
            _print(log, line, found)
    while follow:
        time.sleep(0.3)
        for log in found:
            positions[log] = _print_new(log, positions[log], found)


def _print_new(log: Path, position: int, shown: Sequence[Path]) -> int:
    """Print whole lines from `position`; returns where the next ones begin."""
    size = log.stat().st_size if log.exists() else 0
    if size < position:  # rotated
        position = 0
    if size == position:
        return position
    with log.open("rb") as file:
        file.seek(position)
        fresh = file.read(size - position)
    whole = fresh[: fresh.rfind(b"\n") + 1]
    for line in whole.decode(errors="replace").splitlines():
        _print(log, line, shown)
    return position + len(whole)


def _print(log: Path, line: str, shown: Sequence[Path]) -> None:
    prefix = f"{log.stem:10} " if len(shown) > 1 else ""
    sys.stdout.write(f"{prefix}{line}\n")
    sys.stdout.flush()
