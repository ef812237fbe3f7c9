"""How a source is fetched: what to ask for, and where a page leads. Pure: the asking is elsewhere.

A checkpoint is a small document that says where to go on; ``{}`` is the beginning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

Checkpoint = Mapping[str, Any]


class Incomplete(Exception):
    """The body ends too early or is not what was asked for: ask again."""


class Expired(Exception):
    """The provider no longer knows the checkpoint: begin again before it."""


class Refused(Exception):
    """The provider says no, and would say so again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one job fetches: a part of a source, changed within some days (both included)."""

    source: str
    set: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: ``path`` goes behind the provider's address."""

    params: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lone:
    """A record to be asked for by itself, and what the page says of it, should it be gone."""

    ask: Ask
    instead: bytes


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a page leads.

    ``next`` is ``None`` after the last page. ``body`` stands in for what came, without the
    records in ``also``. ``as_of`` is the day on which the source answered.
    """

    next: Checkpoint | None
    has_records: bool = True
    body: bytes | None = None
    also: tuple[Lone, ...] = ()
    as_of: date | None = None


class Paging(Protocol):
    """How to walk through the pages of a provider."""

    def ask(self, wanted: Wanted, at: Checkpoint) -> Ask:
        """The request for the page at a checkpoint."""
        ...

    def turn(self, wanted: Wanted, at: Checkpoint, body: bytes) -> Turn:
        """What the page at a checkpoint leads to.

        Raises:
            Incomplete: the body is cut off or no page at all.
            Expired: the checkpoint is no longer known.
            Refused: the provider will not answer this.
        """
        ...

    def again(self, wanted: Wanted, at: Checkpoint) -> Checkpoint:
        """Where to begin again when a checkpoint is no longer good, without losing a record."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One provider's address and rules.

    ``pause`` are the seconds between two requests over one of its ``connections``, held across
    all workers. ``window`` is the number of days in a job; without one a harvest cannot be split
    by days, nor end on a day. ``repeatable``: the same checkpoint gives the same page again.
    ``mailto`` and ``key`` name the parameter or (``header:…``) header for contact and API key.
    ``shares`` is the provider whose connections are used, where one rule holds for several.
    ``busy`` are statuses that mean here, beside the usual ones, that we asked too often.
    """

    name: str
    url: str
    paging: Paging
    pause: float
    connections: int = 1
    window: int | None = None
    dated: bool = True
    sets: tuple[str, ...] = ()
    needs_set: str | None = None
    repeatable: bool = True
    whole_file: bool = False
    largest: int = 64 * 2**20
    shares: str | None = None
    busy: tuple[int, ...] = ()
    mailto: str | None = None
    key: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
