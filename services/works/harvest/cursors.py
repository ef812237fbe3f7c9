"""Providers that answer in JSON and lead on by a cursor, a token or a place in the list."""

from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from services.works.harvest.fetching import (
    Ask,
    Checkpoint,
    Expired,
    Incomplete,
    Lone,
    Refused,
    Turn,
    Wanted,
)

Params = Callable[[Wanted], Mapping[str, str]]
_MOST_OF = 0.95


@dataclass(frozen=True, slots=True)
class Cursor:
    """``items``, ``follow`` and ``total`` take the records, the next cursor and the number of all
    records out of a page.

    A page without records or cursor is the last, unless many that the first page told of are
    missing. Without ``total``, a page without records that leads on is not believed.
    """

    params: Params
    parameter: str
    items: Callable[[Any], list[Any]]
    follow: Callable[[Any], str | None]
    total: Callable[[Any], int] | None
    first: str | None = "*"
    path: str = ""
    lone: Callable[[Any], tuple[bytes | None, tuple[Lone, ...]]] = lambda _page: (None, ())
    """Records that the page has only in part: the page without them, and each of them."""

    def ask(self, wanted: Wanted, at: Checkpoint) -> Ask:
        """The parameters of the job and the cursor."""
        cursor = at.get("cursor") or self.first
        return Ask(
            {**self.params(wanted), **({self.parameter: cursor} if cursor else {})}, self.path
        )

    def turn(self, wanted: Wanted, at: Checkpoint, body: bytes) -> Turn:
        """The next cursor."""
        page = read_json(body)
        try:
            items, cursor = self.items(page), self.follow(page)
            rest, also = self.lone(page)
            total = at.get("total") if at.get("cursor") else self.total and self.total(page)
        except (KeyError, TypeError, AttributeError) as error:
            raise Incomplete(f"the answer has no {error}") from error
        seen = at.get("seen", 0) + len(items)
        if items and cursor:
            return Turn({"cursor": cursor, "seen": seen, "total": total}, body=rest, also=also)
        if self.total is None and cursor:
            raise Incomplete("an empty page that leads on")
        all_there(seen, total)
        return Turn(None, has_records=bool(items), body=rest, also=also)

    def again(self, wanted: Wanted, at: Checkpoint) -> Checkpoint:
        """The beginning: a cursor says nothing about what came before it."""
        return {}


@dataclass(frozen=True, slots=True)
class Numbered:
    """Pages by number, from 1; ``total`` takes the number of all records out of a page.

    When that number changes, records may have moved from one page to another: the list is begun
    again. No more than ``most`` records can be had.
    """

    params: Params
    items: Callable[[Any], list[Any]]
    total: Callable[[Any], int]
    most: int

    def ask(self, wanted: Wanted, at: Checkpoint) -> Ask:
        """The parameters of the job and the number."""
        return Ask({**self.params(wanted), "page": str(at.get("page", 1))})

    def turn(self, wanted: Wanted, at: Checkpoint, body: bytes) -> Turn:
        """The next number, while there is more."""
        page = read_json(body)
        try:
            found, total = len(self.items(page)), self.total(page)
        except (KeyError, TypeError, AttributeError) as error:
            raise Incomplete(f"the answer has no {error}") from error
        if total > self.most:
            raise Refused(
                f"{total:,} records in one search; only the first {self.most:,} are given"
            )
        if at.get("total", total) != total:
            raise Expired(f"{at['total']:,} records became {total:,}")
        seen = at.get("seen", 0) + found
        if found and seen < total:
            following = {"page": at.get("page", 1) + 1, "seen": seen, "total": total}
            return Turn(following)
        all_there(seen, total)
        return Turn(None, has_records=found > 0)

    def again(self, wanted: Wanted, at: Checkpoint) -> Checkpoint:
        """The beginning."""
        return {}


@dataclass(frozen=True, slots=True)
class Single:
    """One answer, without pages. ``ask`` makes the request."""

    request: Callable[[Wanted], Ask]

    def ask(self, wanted: Wanted, at: Checkpoint) -> Ask:
        """The one request."""
        return self.request(wanted)

    def turn(self, wanted: Wanted, at: Checkpoint, body: bytes) -> Turn:
        """It leads nowhere."""
        return Turn(None)

    def again(self, wanted: Wanted, at: Checkpoint) -> Checkpoint:
        """The beginning."""
        return {}


def all_there(seen: int, total: int | None) -> None:
    """A list changes while it is read, so that a few of its records may be missing.

    Raises:
        Incomplete: too many are.
    """
    if total is not None and seen < _MOST_OF * total:
        raise Incomplete(f"it ends after {seen:,} of {total:,} records")


def read_json(body: bytes) -> Any:
    """A page.

    Raises:
        Incomplete: cut off, or no JSON.
    """
    try:
        return orjson.loads(body.removeprefix(BOM_UTF8))
    except orjson.JSONDecodeError as error:
        raise Incomplete(f"the answer is cut off or no JSON: {error}") from error
