"""What changed at researchers, as what is kept of them has it: the last change of each thing.

So a feed is made anew with the projection, and an event that comes twice is in it once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.gateway.domain import claim_status, trust_of
from services.gateway.pages.view.feed import Change, ChangedResearcher, ChangeKind

Row = Mapping[str, Any]
Place = tuple[datetime, str]
"""When something changed, and its id: where a page of changes ends."""

_OF_STANDING: Mapping[str, ChangeKind] = {"withdrawn": "withdrawn", "retracted": "retracted"}
_CLAIMS: Mapping[str, tuple[str, ChangeKind, str]] = {
    "claimed": ("approved", "claimed", "Somebody has shown that this record is theirs"),
    "disputed": ("disputes", "disputed", "Two people say that this record is theirs"),
}
"""By status of a record: the claims that made it so, and what to say of it."""


def newest(rows: Iterable[Row], before: Place | None, most: int) -> Sequence[Change]:
    """The newest changes before a place.

    ``rows`` have ``_id``, ``state`` and ``works`` of an author; of the works at least the ``most``
    newest before the place.
    """
    found: dict[str, Change] = {}
    for row in rows:
        for change in _changes(row):
            shared = found.get(change.id)
            if shared is not None:
                both = (*shared.researchers, *change.researchers)
                change = shared.model_copy(update={"researchers": both})
            found[change.id] = change
    earlier = (each for each in found.values() if before is None or place_of(each) < before)
    return sorted(earlier, key=place_of, reverse=True)[:most]


def place_of(change: Change) -> Place:
    """Where a change is among all."""
    return change.at, change.id


def _changes(row: Row) -> Iterator[Change]:
    author_id, author = row["_id"], row["state"]
    researchers = (ChangedResearcher(id=author_id, name=author["name"]),)
    for work in row["works"]:
        yield Change(
            id=work["_id"],
            kind=_OF_STANDING.get(work["state"]["standing"], "work"),
            at=work["state"]["changed_at"],
            title=work["state"]["title"],
            work_id=work["_id"],
            researchers=researchers,
        )

    def side(kind: ChangeKind, at: datetime, title: str) -> Change:
        name = f"{author_id}/{kind}"
        return Change(id=name, kind=kind, at=at, title=title, researchers=researchers)

    trust = trust_of(author)
    if trust is not None and "told_at" in author["trust"]:
        title = f"{trust.text}, {trust.verification_text}"
        yield side("trust", author["trust"]["told_at"], title)
    said = author.get("profile", {})
    if "told_at" in said:
        yield side("profile", said["told_at"], "Says something else of themselves")
    claims = author.get("claims", {})
    if (status := claim_status(claims)) in _CLAIMS:
        told, kind, title = _CLAIMS[status]
        moments = [
            each["told_at"]
            for each in claims.values()
            if each["status"] == told and "told_at" in each
        ]
        if moments:
            yield side(kind, max(moments), title)
