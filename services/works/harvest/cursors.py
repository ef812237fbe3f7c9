"""Providers that answer in JSON and lead on by a cursor, a token or a place in the list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from services.works.harvest.fetching import Ask, Checkpoint, Incomplete, Lone, Turn, Wanted

Params = Callable[[Wanted], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Cursor:
    """``items`` and ``follow`` take the records and the next cursor out of a page.

    A page without records is the last, whatever cursor it names.
    """

    params: Params
    parameter: str
    items: Callable[[Any], list[Any]]
    follow: Callable[[Any], str | None]
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
            if not items:
                return Turn(None, has_records=False)
            rest, also = self.lone(page)
        except (KeyError, TypeError, AttributeError) as error:
            raise Incomplete(f"the answer has no {error}") from error
        return Turn({"cursor": cursor} if cursor else None, body=rest, also=also)

    def again(self, wanted: Wanted, at: Checkpoint) -> Checkpoint:
        """The beginning: a cursor says nothing about what came before it."""
        return {}


@dataclass(frozen=True, slots=True)
class Numbered:
    """Pages by number, from 1; ``total`` takes the number of all records out of a page."""

    params: Params
    items: Callable[[Any], list[Any]]
    total: Callable[[Any], int]

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
        before = at.get("seen", 0) + found
        more = {"page": at.get("page", 1) + 1, "seen": before} if found and before < total else None
        return Turn(more, has_records=found > 0)

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


def read_json(body: bytes) -> Any:
    """A page.

    Raises:
        Incomplete: cut off, or no JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Incomplete(f"the answer is cut off or no JSON: {error}") from error
