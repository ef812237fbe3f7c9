"""How right works are joined by title and authors alone: ``make bench-works``.

Reads the records below ``BZPEER_SHARED_DATA`` and hides every identifier and relation from the
joining. Papers of the ACL Anthology are shown once more as another source would have them, as
published or as a preprint, changed in ways that sources change them; the rest of the anthology is
what they may be joined with wrongly. Then the pairs of records as they are.
"""

import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from anyascii import anyascii

from contracts.events.works import Authorship
from services.works.joining import partition
from services.works.nodes import Held
from services.works.records import Record
from services.works.sources import UnknownFormat, open_source
from tests.bench.anthology import demand_all, records

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_PARTS = 8
_SLOW = {"acl-anthology", "names", "ror"}
Change = Callable[[Record], dict[str, Any]]


def _named(*names: str) -> tuple[Authorship, ...]:
    return tuple(Authorship(name=name) for name in names)


def _initials(record: Record) -> dict[str, Any]:
    words = [author.name.split() for author in record.authors]
    short = (" ".join([*(f"{word[0]}." for word in name[:-1]), name[-1]]) for name in words)
    return {"authors": _named(*short)}


def _without_accents(record: Record) -> dict[str, Any]:
    names = (anyascii(author.name) for author in record.authors)
    return {"authors": _named(*names)}


CHANGES: dict[str, Change] = {
    "nothing": lambda record: {},
    "capitals": lambda record: {"title": record.title.upper()},
    "no hyphens": lambda record: {"title": record.title.replace("-", "")},
    "a word more": lambda record: {"title": f"Towards {record.title}"},
    "no subtitle": lambda record: {"title": record.title.partition(":")[0]},
    "initials": _initials,
    "no accents": _without_accents,
    "first three authors": lambda record: {
        "authors": record.authors[:3],
        "authors_complete": len(record.authors) <= 3,
    },
    "an author more": lambda record: {"authors": (*record.authors, *_named("Zoe Newcomer"))},
    "another order": lambda record: {"authors": record.authors[::-1]},
    "three years earlier": lambda record: {"year": (record.year or 0) - 3},
}
"""How a source may have a paper otherwise than the anthology."""


def bare(record: Record, **more: Any) -> Held:
    """A record without identifiers and relations but the key of its own source."""
    hidden = {"doi": None, "identifiers": (), "relations": (), "published": None, "updated": None}
    shown = record.model_copy(update=hidden | more)
    return Held(f"{shown.feed}:{shown.record_id}", 1, shown, _NOW)


def stranger(record: Record, change: Change, **more: Any) -> Held:
    """A paper as another source has it."""
    return bare(record, source="other", feed="other", **{**more, **change(record)})


def _part(record: Record) -> int:
    return zlib.crc32(record.record_id.encode()) % _PARTS


def joined(held: Iterable[Held]) -> Iterator[tuple[str, str]]:
    """The pairs of records that are taken for one work."""
    for group in partition(held).groups:
        yield from combinations(group.keys, 2)


def score(papers: Sequence[Record], strangers: Sequence[Held]) -> str:
    """Precision and recall of what joins some papers, shown once more, with the anthology."""
    right = wrong = 0
    for pair in joined([*map(bare, papers), *strangers]):
        ours, theirs = (key.partition(":")[2] for key in pair)
        right, wrong = right + (ours == theirs), wrong + (ours != theirs)
    precision = f"{right / (right + wrong):.4f}" if right + wrong else "-"
    return f"{precision:>9}{right / len(strangers):9.4f}{wrong:7}"


def report_changes(papers: Sequence[Record]) -> None:
    """Print how many of an eighth of the anthology are found, whatever another source changed."""
    some = [paper for paper in papers if _part(paper) == 0]
    print(f"{len(some):,} of {len(papers):,} papers shown once more")
    print(f"{'':24}{'published: P':>14}{'R':>9}{'wrong':>7}{'preprint: P':>14}{'R':>9}{'wrong':>7}")
    for name, change in CHANGES.items():
        published = [stranger(paper, change) for paper in some]
        preprints = [
            stranger(
                paper, change, type="preprint", **({"year": paper.year - 1} if paper.year else {})
            )
            for paper in some
        ]
        print(f"{name:24}{score(papers, published):>30}{score(papers, preprints):>30}")


def report_strays(papers: Sequence[Record]) -> None:
    """Print how many preprints join another paper when their own is not at hand."""
    half = [paper for paper in papers if _part(paper) % 2]
    rest = [paper for paper in papers if not _part(paper) % 2]
    strays = [stranger(paper, CHANGES["nothing"], type="preprint") for paper in half]
    found = sum(1 for _ in joined([*map(bare, rest), *strays]))
    print(f"\nof {len(half):,} preprints whose own paper is not at hand {found} join another")


def others() -> Iterator[Record]:
    """Records of all sources but the anthology."""
    for path in sorted(Path(os.environ["BZPEER_SHARED_DATA"]).glob("*/*")):
        if path.parent.name not in _SLOW and path.is_file():
            with path.open("rb") as stream:
                try:
                    yield from (o for o in open_source(stream, path.name) if isinstance(o, Record))
                except UnknownFormat:
                    continue


def report_sources(papers: Sequence[Record]) -> None:
    """Print which pairs of real records that are one work are found without their identifiers."""
    newest = {f"{r.feed}:{r.record_id}": r for r in (*papers, *others())}
    known = [Held(name, 1, record, _NOW) for name, record in newest.items()]
    told = set(joined(known))
    found = set(joined(bare(record) for record in newest.values()))
    print(f"\n{len(told)} pairs of real records are one by identifiers, relations or titles,")
    print(f"{len(told & found)} of them by title and authors alone; missed:")
    for pair in sorted(told - found):
        print("  " + ", ".join(pair))
    titles: dict[str, str] = {record.key: record.title for record in newest.values()}
    print(f"{len(found - told)} pairs more are joined where identifiers are hidden:")
    for pair in sorted(found - told):
        print("  " + ", ".join(f"{key} {titles[key]!r}" for key in pair))


def main() -> None:
    """Measure and print."""
    demand_all()
    papers = [paper for paper in records() if paper.authors]
    report_changes(papers)
    report_strays(papers)
    report_sources(papers)


if __name__ == "__main__":
    main()
