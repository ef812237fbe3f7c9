"""What author resolution looks at of a work: rows of the collection ``mentions``, and back."""

from collections.abc import Container, Iterator
from datetime import datetime
from typing import Any

from contracts.events.works import Institution
from services.works.affiliations import keys_of
from services.works.evidence import Surroundings, words
from services.works.resolution import Mention

Row = dict[str, Any]

READ = {
    "positions": 1,
    "state.mentions": 1,
    "state.merged_into": 1,
    "state.work.title": 1,
    "state.work.venue": 1,
    "state.work.year": 1,
    "state.work.sources.source": 1,
    "state.work.sources.imported_at": 1,
}
"""What `row_of` needs of a work's document."""

_MOST_AUTHORS = 100
"""Beyond, to have signed the same work says nothing."""


def row_of(work: Row) -> Row:
    """The row of a work: names and words, no texts."""
    state = work["state"]
    told = state.get("work", {})
    return {
        "_id": work["_id"],
        "position": work["positions"]["works.work"],
        "year": told.get("year"),
        "title": " ".join(words(told.get("title") or "")),
        "venue": " ".join(words(told.get("venue") or "")),
        "sources": told.get("sources", []),
        "mentions": state["mentions"],
        **({"affiliation_keys": keys} if (keys := _affiliation_keys(state)) else {}),
    }


def _affiliation_keys(state: Row) -> list[str]:
    found: set[str] = set()
    for mention in state["mentions"]:
        institutions = map(Institution.model_validate, mention.get("institutions", ()))
        found.update(keys_of(mention.get("affiliations", ()), institutions))
    return sorted(found)


def mentions_of(row: Row, blocks: Container[str] | None = None) -> Iterator[Mention]:
    """The mentions in a row, by default of all blocks. A group is nobody's co-author."""
    sources = tuple(
        (item["source"], datetime.fromisoformat(item["imported_at"])) for item in row["sources"]
    )
    keys = [None if mention["block"] is None else mention["key"] for mention in row["mentions"]]
    title, venue = (tuple(row.get(field, "").split()) for field in ("title", "venue"))
    for place, mention in enumerate(row["mentions"]):
        block = mention["block"]
        if block is None or (blocks is not None and block not in blocks):
            continue
        affiliations = tuple(mention.get("affiliations", ()))
        others = {*keys[:place], *keys[place + 1 :]} if len(keys) <= _MOST_AUTHORS else set()
        coauthors = tuple(sorted(key for key in others if key is not None))
        yield Mention(
            work_id=row["_id"],
            place=place,
            block=block,
            key=mention["key"],
            name=mention["name"],
            identifiers=tuple(mention.get("identifiers", ())),
            variants=tuple(mention.get("variants", ())),
            affiliations=affiliations,
            institutions=tuple(
                Institution.model_validate(item) for item in mention.get("institutions", ())
            ),
            year=row["year"],
            sources=sources,
            position=row["position"],
            surroundings=Surroundings(
                coauthors=coauthors,
                title=title,
                venue=venue,
                affiliations=tuple(sorted({w for a in affiliations for w in words(a)})),
                year=row["year"],
                front=place == 0,
                end=0 < place == len(keys) - 1,
            ),
        )
