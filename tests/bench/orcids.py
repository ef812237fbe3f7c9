"""How right author resolution is by the ORCID iDs in any files.

``python -m tests.bench.orcids FILE...``

Whatever identifies the authors of the records is hidden from the resolver. What comes out is
measured on the mentions to which a source had put an iD, beside names alone.
"""

import sys
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path

from services.works.records import Record
from services.works.resolution import Mention
from services.works.sources import open_source
from tests.bench.anthology import mentions_in
from tests.bench.authors import line, partition
from tests.bench.measures import b_cubed, pairwise

_ORCID = "orcid:"


def read(paths: Sequence[Path]) -> Iterator[tuple[Mention, str | None]]:
    """All mentions in some files as the resolver sees them, each with its iD if it has one."""
    for path in paths:
        with path.open("rb") as stream:
            for item in open_source(stream, path.name):
                if isinstance(item, Record):
                    orcids = [
                        next((i for i in author.identifiers if i.startswith(_ORCID)), None)
                        for author in item.authors
                    ]
                    for mention in mentions_in(item):
                        yield mention, orcids[mention.place]


def main() -> None:
    """Measure and print."""
    if len(sys.argv) < 2:
        sys.exit("name the files: python -m tests.bench.orcids FILE...")
    told = list(read([Path(name) for name in sys.argv[1:]]))
    mentions = [mention for mention, _ in told]
    chosen = [n for n, (_, orcid) in enumerate(told) if orcid]
    people = [told[n][1] for n in chosen]
    print(f"{len(mentions):,} mentions, {len(chosen):,} with an iD, {len({*people}):,} people")
    print(f"{'':18}{'pairs P':>9}{'R':>9}{'F1':>9}{'B³ P':>9}{'R':>9}{'F1':>9}")
    partitions: dict[str, Sequence[Hashable]] = {
        "resolved": partition(mentions),
        "exact name": [mention.name for mention in mentions],
        "normalised name": [mention.key for mention in mentions],
        "first initial": [mention.block for mention in mentions],
    }
    for name, authors in partitions.items():
        found = [authors[n] for n in chosen]
        print(f"{name:18}{line(pairwise(found, people))}{line(b_cubed(found, people))}")


if __name__ == "__main__":
    main()
