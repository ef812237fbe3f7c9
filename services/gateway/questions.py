"""What many routes may be asked with."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

Cursor = Annotated[str | None, Query(max_length=4000, description="`next_cursor` of a page.")]
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
Said = Annotated[str, Query(max_length=20, description="Code of what has just been done.")]


def query_after(cursor: str | None) -> str:
    """The query of a request for what comes after a cursor, whatever is in it."""
    return urlencode({"cursor": cursor}) if cursor else ""
