"""Counts how common names and words are: ``python -m tests.bench.frequencies``.

Writes ``services/works/frequencies.json`` from all of the ACL Anthology (``BZPEER_SHARED_DATA``).
Nothing of who is who goes into it: only titles, and the different names as they are printed.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from services.works.evidence import words
from services.works.frequencies import origin
from services.works.names import name_key, tokens
from services.works.records import Record
from tests.bench.anthology import demand_all, records

FILE = Path(__file__).parents[2] / "services" / "works" / "frequencies.json"
_FEWEST_WORKS = 20
_FEWEST_NAMES = 5


def count(papers: Iterable[Record]) -> dict[str, Any]:
    """How many papers there are, and of these with a word in the title; how many different names.

    Names are counted by origin, family name, given name and initial.
    """
    works = 0
    of: dict[str, Counter[str]] = {
        kind: Counter() for kind in ("words", "family", "given", "names")
    }
    keys: set[str] = set()
    for paper in papers:
        works += 1
        of["words"].update(words(paper.title))
        keys.update(name_key(author.name) for author in paper.authors)
    for key in keys:
        parts = tokens(key)
        if len(parts) > 1:
            of["family"][parts[-1]] += 1
            of["given"].update({parts[0], "".join(parts[:-1]), parts[0][0]})
            if len(parts[0]) > 1:
                of["names"][origin(key)] += 1
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
    demand_all()
    lines = (
        f"{json.dumps(name)}: {json.dumps(counted, separators=(',', ':'))}"
        for name, counted in count(records()).items()
    )
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
