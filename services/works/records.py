"""A source's record, as every parser hands it on, and the refusal of one."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.events.works import Authorship, Standing, Subject


class Record(BaseModel):
    """What one source says about one work, ready for display, accents and TeX converted.

    ``source`` and ``record_id`` are the identity of the work within its source: all versions of
    one arXiv paper share them, whichever feed (``feed``) brought them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, Field(description="`arxiv` or `acl`: who keeps the record.")]
    feed: Annotated[str, Field(description="`arxiv-atom`, `arxiv-oai`, `acl-xml`.")]
    record_id: Annotated[str, Field(min_length=1, description="`2106.03441`, `2020.acl-main.1`.")]
    version: int | None = None
    url: str | None = None
    title: Annotated[str, Field(min_length=1)]
    abstract: str | None = None
    type: str
    published: date | None = None
    updated: date | None = None
    year: int | None = None
    venue: str | None = None
    language: str | None = None
    authors: tuple[Authorship, ...] = ()
    subjects: tuple[Subject, ...] = ()
    doi: Annotated[str | None, Field(description="Lower case, without `https://doi.org/`.")] = None
    standing: Standing = "current"
    standing_note: str | None = None

    @property
    def key(self) -> str:
        """`<source>:<record id>`, which no other work bears."""
        return f"{self.source}:{self.record_id}"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be taken, and why. ``record`` lets a person find it in the file."""

    record: str
    reason: str


@dataclass(frozen=True, slots=True)
class Warned:
    """A record that was taken, though something in it looks wrong."""

    record: str
    reason: str
