"""The ACL Anthology as a test of author resolution: its mentions, and who they really are.

The anthology's own ids of people and its lists of name variants are hidden from the resolver and
are the truth: a mention with an explicit id is that person; a name listed in ``name_variants.yaml``
that person; any other name string is one person. (The lists are not complete: a spelling that they
leave out counts as a person of its own, and joining it rightly as an error.)
"""

import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from services.works.domain import mention_of
from services.works.mentions import mentions_of, row_of
from services.works.records import Record
from services.works.resolution import Mention
from services.works.sources import open_source

_UNLISTED = "name "
SMALL = Path(__file__).parents[1] / "data" / "acl"


@dataclass(frozen=True)
class Truth:
    """Who a mention is, and whether the anthology says so at the mention itself."""

    person: str
    explicit: bool


def files() -> list[Path]:
    """All collections below ``BZPEER_SHARED_DATA``; without it those in the repo."""
    shared = os.environ.get("BZPEER_SHARED_DATA")
    folder = Path(shared) / "acl-anthology" / "xml" if shared else SMALL
    return sorted(folder.glob("*.xml*"))


def demand_all() -> None:
    """End the program unless all of the anthology is at hand."""
    if not os.environ.get("BZPEER_SHARED_DATA"):
        sys.exit("the sample in the repo is too small for this: set BZPEER_SHARED_DATA")


def records() -> Iterator[Record]:
    """Every paper."""
    for path in files():
        with path.open("rb") as stream:
            for item in open_source(stream, path.name):
                if isinstance(item, Record):
                    yield item


def variants() -> dict[str, str]:
    """Names as printed that the anthology lists, each with its person; without ambiguous ones."""
    shared = os.environ.get("BZPEER_SHARED_DATA")
    if not shared:
        return {}
    text = (Path(shared) / "acl-anthology" / "name_variants.yaml").read_text(encoding="utf-8")
    people: dict[str, set[str]] = defaultdict(set)
    for number, item in enumerate(yaml.load(text, Loader=yaml.CSafeLoader)):
        person = item.get("id") or f"listed {number}"
        for name in (item["canonical"], *item.get("variants", ())):
            people[f"{name.get('first') or ''} {name['last']}".strip()].add(person)
    return {name: min(found) for name, found in people.items() if len(found) == 1}


def hidden(record: Record) -> Record:
    """The record without what the resolver must not see."""
    authors = (a.model_copy(update={"identifiers": (), "variants": ()}) for a in record.authors)
    return record.model_copy(update={"authors": tuple(authors)})


def truth_of(record: Record, listed: dict[str, str]) -> Iterator[Truth]:
    """Who the authors of a record are, in their order."""
    for author in record.authors:
        ids = [i for i in author.identifiers if i.startswith("acl:")]
        if ids:
            yield Truth(ids[0].removeprefix("acl:"), explicit=True)
        else:
            yield Truth(listed.get(author.name, f"{_UNLISTED}{author.name}"), explicit=False)


def is_unlisted(person: str) -> bool:
    """Whether nothing is known of a person but one name."""
    return person.startswith(_UNLISTED)


def read(papers: Iterable[Record]) -> tuple[list[Mention], list[Truth]]:
    """All mentions as the resolver sees them, and beside each who it is."""
    listed = variants()
    mentions: list[Mention] = []
    people: list[Truth] = []
    for record in papers:
        seen = list(mentions_in(record))
        told = list(truth_of(record, listed))
        mentions += seen
        people += [told[mention.place] for mention in seen]
    return mentions, people


def mentions_in(record: Record) -> Iterator[Mention]:
    """The mentions of a record as the resolver sees them."""
    record = hidden(record)
    work = {"title": record.title, "venue": record.venue, "year": record.year}
    return mentions_of(
        row_of(
            {
                "_id": record.record_id,
                "positions": {"works.work": 1},
                "state": {"work": work, "mentions": [mention_of(a) for a in record.authors]},
            }
        )
    )
