"""Writes what is derived from the models and ``topics.yaml``: ``python -m contracts.generate``.

``--check`` writes nothing and fails when a file is not what would be written. A change that would
break readers of a published event is refused either way: the committed schemas are the promise.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contracts.compatibility import breaking_changes
from contracts.generators.asyncapi import asyncapi
from contracts.generators.files import as_json, put
from contracts.generators.schemas import schemas

FOLDER = Path(__file__).parent
_ADVICE = (
    "Published events stay readable for ever: leave this version as it is and add the next one "
    "with an upcaster (contracts/README.md). Only if no event of this version was ever published, "
    "delete its committed schema and generate it anew."
)


def promises_broken(folder: Path, new: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What the new schemas, by name, would break of those committed in ``folder``."""
    found = []
    for path in sorted(folder.glob("*.json")):
        name = path.name.removesuffix(".json")
        if name not in new:
            found.append(f"{name}: no event has this type any more; stored ones become unreadable")
            continue
        old = json.loads(path.read_text(encoding="utf-8"))
        found += [f"{name}: {change}" for change in breaking_changes(old, new[name])]
    return found


def main(arguments: Sequence[str] | None = None, folder: Path = FOLDER) -> int:
    """The command; answers its exit status."""
    parser = ArgumentParser("python -m contracts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    check = parser.parse_args(arguments).check
    new = schemas()
    broken = promises_broken(folder / "schemas", new)
    if broken:
        sys.stderr.write("\n".join([*broken, _ADVICE, ""]))
        return 1
    texts = {folder / "schemas" / f"{name}.json": as_json(schema) for name, schema in new.items()}
    return put({**texts, folder / "asyncapi.yaml": asyncapi()}, check=check)


if __name__ == "__main__":
    sys.exit(main())
