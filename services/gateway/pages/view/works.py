"""A work, as lists show it and with everything about it."""

from datetime import date
from typing import Annotated

from pydantic import Field, computed_field

from contracts.events.works import Standing
from services.gateway.pages.view.base import View
from services.gateway.pages.view.paths import researcher_path, topic_path, work_path
from services.gateway.pages.view.sources import Origin, Provenance

AUTHORS_SHOWN = 20
"""Authors of a work that a list of works shows; the work's own page shows all."""
AUTHORS_PER_PAGE = 200
"""Authors of a work that one page of the work shows."""


class WorkAuthor(View):
    """A name in a work's author list."""

    name: Annotated[str, Field(description="As printed.")]
    id: Annotated[str | None, Field(description="The author record, once it is resolved.")] = None

    @computed_field(description="Their profile.")
    @property
    def url(self) -> str | None:
        return None if self.id is None else researcher_path(self.id)


class Work(View):
    """A published work as a list shows it."""

    id: str
    title: str
    type: Annotated[str, Field(description="`preprint`, `article`, `proceedings-article`, …")]
    year: Annotated[int | None, Field(description="Of the latest version.")] = None
    source: Annotated[str, Field(description="Name of the source, `arXiv`.")]
    source_url: Annotated[str | None, Field(description="The work at its source.")] = None
    venue: str | None = None
    abstract: Annotated[str | None, Field(description="Null: not imported.")] = None
    authors: Annotated[
        tuple[WorkAuthor, ...], Field(description="In printed order; the first ones when many.")
    ] = ()
    authors_total: Annotated[int, Field(ge=0, description="How many authors it has in all.")] = 0
    standing: Standing = "current"
    identifiers: Annotated[tuple[str, ...], Field(description="`doi:…`, `arxiv:…`, `acl:…`.")] = ()
    provenance: tuple[Provenance, ...] = ()

    @computed_field(description="Its page.")
    @property
    def url(self) -> str:
        return work_path(self.id)


class WorkTopic(View):
    id: str
    name: str

    @computed_field(description="Its page.")
    @property
    def url(self) -> str:
        return topic_path(self.id)


class WorkDetail(Work):
    """A published work with everything public about it; ``authors`` is one page of them."""

    authors_from: Annotated[
        int, Field(ge=0, description="Place of the first author given here, from 0.")
    ] = 0
    topics: tuple[WorkTopic, ...] = ()
    published: Annotated[date | None, Field(description="First version.")] = None
    updated: Annotated[date | None, Field(description="Latest version.")] = None
    language: Annotated[str | None, Field(description="BCP 47 tag.")] = None
    standing_note: Annotated[
        str | None, Field(description="What the source says about a withdrawal.")
    ] = None
    origins: Annotated[
        tuple[Origin, ...], Field(description="Of each field where it came from, and why.")
    ] = ()

    @computed_field(description="`authors_from` of the next page of authors.")
    @property
    def authors_next(self) -> int | None:
        end = self.authors_from + len(self.authors)
        return end if self.authors and end < self.authors_total else None

    @computed_field(description="`authors_from` of the previous page of authors.")
    @property
    def authors_previous(self) -> int | None:
        return max(0, self.authors_from - AUTHORS_PER_PAGE) if self.authors_from else None
