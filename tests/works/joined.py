"""Records that may be one work, and the works that they are, in any order."""

import random
from itertools import permutations
from typing import Any

from services.works.joining import Partition, Ruling, partition
from services.works.records import Record
from tests.works.papers import ADA, GRACE, acl, arxiv, by, held

TITLE = "On the computation of Bernoulli numbers"


def crossref(doi: str, **more: Any) -> Record:
    """The published paper, as Crossref has it."""
    of_doi: dict[str, Any] = {
        "source": "crossref",
        "feed": "crossref-rest",
        "record_id": doi,
        "doi": doi,
        "title": TITLE,
        "type": "article",
        "year": 2021,
        "authors": by(ADA, GRACE),
    }
    return Record.model_validate(of_doi | more)


def works(*records: Record, rulings: tuple[Ruling, ...] = ()) -> list[tuple[str, ...]]:
    """The keys of each work; the same in any order of the records."""
    outcomes = [partition(held(*order), rulings) for order in _orders(records)]
    first = keys_of(outcomes[0])
    assert all(keys_of(outcome) == first for outcome in outcomes)
    return first


def _orders(records: tuple[Record, ...]) -> list[tuple[Record, ...]]:
    if len(records) <= 4:
        return list(permutations(records))
    return [tuple(random.Random(n).sample(records, len(records))) for n in range(10)]


def keys_of(outcome: Partition) -> list[tuple[str, ...]]:
    """The keys of each work."""
    return sorted(group.keys for group in outcome.groups)


PREPRINT = arxiv(title=TITLE)
PAPER = acl(title=TITLE)
BOTH = [("arxiv:2106.08254", "acl:2021.acl-long.1")]
APART = [("acl:2021.acl-long.1",), ("arxiv:2106.08254",)]
