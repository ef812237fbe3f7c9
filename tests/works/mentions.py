"""Mentions of people in made-up author lists."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from contracts.events.works import Authorship
from services.works.domain import mention_of
from services.works.mentions import mentions_of, row_of
from services.works.names import name_key
from services.works.resolution import Mention

BLOCK = "smith j"
SPELLINGS = {
    "john smith": ("John Smith", "JOHN SMITH", "Smith, John"),
    "jane smith": ("Jane Smith", "Jané Smith"),
    "j smith": ("J. Smith",),
}
MONDAY = datetime(2026, 9, 14, tzinfo=UTC)
TUESDAY = datetime(2026, 9, 15, tzinfo=UTC)


def mention(work: int, key: str = "john smith", *identifiers: str, name: str = "") -> Mention:
    """Somebody of the block, first in the author list of a work."""
    return Mention(
        work_id=f"W{work}",
        place=0,
        block=BLOCK,
        key=key,
        name=name or SPELLINGS[key][0],
        identifiers=identifiers,
    )


def rare(work: int, *identifiers: str, year: int | None = None) -> Mention:
    """Somebody whose name hardly anybody else has."""
    name = "Hangbo Bao"
    return Mention(f"W{work}", 0, "bao h", name_key(name), name, identifiers, year=year)


def signed(
    *lists: Sequence[str],
    identifiers: Mapping[str, str] | None = None,
    groups: Collection[str] = (),
) -> list[Mention]:
    """Everybody who has signed works with these author lists; who of them has which identifier."""
    known = identifiers or {}
    found: list[Mention] = []
    for number, names in enumerate(lists, 1):
        authors = [
            Authorship(
                name=name,
                identifiers=(known[name],) if name in known else (),
                is_group=name in groups,
            )
            for name in names
        ]
        state = {"work": {"year": 2000 + number}, "mentions": [mention_of(a) for a in authors]}
        row = {"_id": f"W{number}", "positions": {"works.work": 1}, "state": state}
        found += mentions_of(row_of(row))
    return found
