"""Counts how common names and words are: ``python -m tests.bench.frequencies``.

Writes ``services/works/frequencies.json`` from all of the ACL Anthology (``BZPEER_SHARED_DATA``).
Nothing of who is who goes into it: only titles, and the different names as they are printed.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from services.works.evidence import words
from services.works.frequencies import origin
from services.works.names import name_key, tokens
from services.works.records import Record
from tests.bench.anthology import records

FILE = Path(__file__).parents[2] / "services" / "works" / "frequencies.json"
_FEWEST_WORKS = 20
_FEWEST_NAMES = 5


def count(papers: Iterable[Record]) -> dict[str, Any]:
    """How many papers there are and have a word in their titles; how many different names there
    are of an origin, and with a family name, a given name or an initial."""
    works = 0
    of: dict[str, Counter[str]] = {
        kind: Counter() for kind in ("words", "family", "given", "names")
    }
    keys: dict[str, None] = {}
    for paper in papers:
        works += 1
        of["words"].update(words(paper.title))
        keys.update((name_key(author.name), None) for author in paper.authors)
    for key in keys:
        parts = tokens(key)
        if len(parts) > 1:
            of["family"][parts[-1]] += 1
            of["given"].update({parts[0], "".join(parts[:-1]), parts[0][0]})
            of["names"].update([origin(key)] if len(parts[0]) > 1 else [])
    return {
        "works": works,
        "names": dict(sorted(of["names"].items())),
        "words": _most(of["words"], _FEWEST_WORKS),
        "family": _most(of["family"], _FEWEST_NAMES),
        "given": _most(of["given"], _FEWEST_NAMES),
    }


def _most(counts: Mapping[str, int], fewest: int) -> dict[str, int]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {item: number for item, number in ordered if number >= fewest}


def main() -> None:
    """Count and write."""
    if not os.environ.get("BZPEER_SHARED_DATA"):
        sys.exit("the sample in the repo is too small to count: set BZPEER_SHARED_DATA")
    lines = (
        f"{json.dumps(name)}: {json.dumps(counted, separators=(',', ':'))}"
        for name, counted in count(records()).items()
    )
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
