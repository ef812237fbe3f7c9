"""Mentions of people in made-up author lists."""

from datetime import UTC, datetime

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
