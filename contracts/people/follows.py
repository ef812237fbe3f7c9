"""Who follows whom."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from contracts.people.shape import Shape


class FollowState(Shape):
    """Whether the caller follows an author, and how many do."""

    author_id: str
    following: bool
    followers: Annotated[int, Field(ge=0)]


class Follower(Shape):
    """Somebody who follows and says so."""

    account_id: str
    name: str | None = None
    author_id: Annotated[str | None, Field(description="Their own record, once claimed.")] = None
    verified: bool = False
    since: datetime


class FollowerList(Shape):
    """Followers, newest first. Private ones are in ``total`` and not in ``items``."""

    items: tuple[Follower, ...]
    total: Annotated[int, Field(ge=0)]
    next_cursor: str | None = None


class Following(Shape):
    """An author the caller follows."""

    author_id: str
    name: str | None = None
    since: datetime
    muted: bool = False


class HeardOf(Shape):
    """Whose news the caller is to read: whom they followed last comes first."""

    author_ids: Annotated[
        tuple[str, ...], Field(description="Neither the muted nor records of blocked accounts.")
    ]


class FollowingList(Shape):
    """Whom the caller follows, newest first."""

    items: tuple[Following, ...]
    next_cursor: str | None = None
