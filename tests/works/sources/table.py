"""What becomes of every file of a folder of real records, as the table `docs/sources.md`.

python -m tests.works.sources.table path/to/data > docs/sources.md
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from services.works.records import Deleted, Rejected, Warned
from services.works.sources import UnknownFormat, open_source
from tests.works.sources.count_records import count

_HEAD = """# What the sources give

Every file of a collection of real records of each source was read: single records, pages of APIs,
lines of snapshots, dumps, files cut short, and answers that hold no work. A count that shares no
code with the importer confirms for each file that every record is kept, deleted or rejected.

The collection is not in the repository. `python -m tests.works.sources.table <folder>` writes this
page; with `BZPEER_SHARED_DATA=<folder>` the tests check it.

| source | files | records read | kept | deleted | rejected | warnings |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
"""


@dataclass
class Tally:
    """What was found in the files of one source."""

    files: int = 0
    kept: int = 0
    deleted: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    warned: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)


def tally(folder: Path) -> tuple[dict[str, Tally], list[str]]:
    """The tallies by the name of the folder below, and the files that no parser takes."""
    found: dict[str, Tally] = defaultdict(Tally)
    unknown = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).parts[0]
        try:
            _read(path, found[name])
        except UnknownFormat:
            unknown.append(path.relative_to(folder).as_posix())
    return {name: held for name, held in found.items() if held.files}, unknown


def _read(path: Path, held: Tally) -> None:
    records = 0
    with path.open("rb") as stream:
        for outcome in open_source(stream, path.name):
            if isinstance(outcome, Warned):
                held.warned[_kind(outcome.reason)] += 1
            elif isinstance(outcome, Rejected) and outcome.record.startswith(path.name):
                held.faults[_kind(outcome.reason)] += 1
            else:
                records += 1
                held.deleted += isinstance(outcome, Deleted)
                held.kept += not isinstance(outcome, Deleted | Rejected)
                if isinstance(outcome, Rejected):
                    held.rejected[_kind(outcome.reason)] += 1
    held.files += 1
    if records != count(path):
        held.lost.append(f"{path.name}: {records} of {count(path)}")


def _kind(reason: str) -> str:
    """A reason without what is special to one record."""
    reason = re.sub(r"(?<!\w)(['\"]).*\1(?!\w)", "“…”", reason)
    reason = re.sub(r"orcid:[\dX-]+", "an ORCID iD", reason)
    return re.sub(r"\(?\b(?:paper|entry|record|line) \d+\b\)?|\d{2,}", "…", reason).strip()


def page(folder: Path) -> Iterator[str]:
    """The page, line by line."""
    tallies, unknown = tally(folder)
    yield _HEAD.rstrip("\n")
    for name, held in tallies.items():
        rejected = sum(held.rejected.values())
        read = held.kept + held.deleted + rejected
        numbers = (held.files, read, held.kept, held.deleted, rejected, sum(held.warned.values()))
        yield f"| {name} | " + " | ".join(f"{number:,}" for number in numbers) + " |"
    for name, held in tallies.items():
        groups = (("rejected", held.rejected), ("file", held.faults), ("warned", held.warned))
        if any(counted for _, counted in groups):
            yield f"\n## {name}\n"
        for label, counted in groups:
            for reason, times in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
                yield f"- {label} {times:,}: {reason}"
    lost = [line for held in tallies.values() for line in held.lost]
    if lost:
        yield "\n## LOST\n"
        yield from (f"- {line}" for line in lost)
    yield "\n## Of no kind that is read\n\nThese answer 415 with the list of what is accepted.\n"
    for file in unknown:
        yield f"- {file}"


if __name__ == "__main__":
    print("\n".join(page(Path(sys.argv[1]))))
