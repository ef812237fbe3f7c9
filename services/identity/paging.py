"""Pages of a list: what a cursor is, and what comes after it."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Query

from chassis.problems import Problem

MOST_ITEMS = 100
Cursor = Annotated[str | None, Query(max_length=300, description="`next_cursor` of a page.")]
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS)]


def cursor_of(*key: datetime | str) -> str:
    """An opaque cursor for the place after an item."""
    parts = [part.isoformat() if isinstance(part, datetime) else part for part in key]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def place_of(cursor: str | None) -> tuple[datetime, str] | None:
    """The moment and id that a cursor names.

    Raises:
        Problem: 422, it is none of ours.
    """
    if cursor is None:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        at, one = json.loads(text)
        moment = datetime.fromisoformat(at)
        if not isinstance(one, str) or moment.tzinfo is None:
            raise ValueError(cursor)
        moment = moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise Problem(422, "Unprocessable Content", "The cursor is none of ours.") from None
    return moment, one


def page_of(rows: Sequence[dict[str, Any]], limit: int, at: str) -> str | None:
    """The cursor after the first ``limit`` rows, when there are more; ``at`` names the moment."""
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return cursor_of(last[at], last["_id"])


def after(place: tuple[datetime, str] | None, at: str, *, newest_first: bool) -> dict[str, Any]:
    """The condition for what comes after a place, ordered by moment and id."""
    if place is None:
        return {}
    moment, one = place
    than = "$lt" if newest_first else "$gt"
    return {"$or": [{at: {than: moment}}, {at: moment, "_id": {than: one}}]}
