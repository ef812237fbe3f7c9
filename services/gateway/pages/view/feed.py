"""What changed at some researchers."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, computed_field

from services.gateway.pages.view.base import View
from services.gateway.pages.view.paths import researcher_path, work_path

ChangeKind = Literal["work", "withdrawn", "retracted", "trust", "claimed", "disputed", "profile"]


class ChangedResearcher(View):
    """At whom something changed."""

    id: str
    name: str

    @computed_field(description="Their profile.")
    @property
    def url(self) -> str:
        return researcher_path(self.id)


class Change(View):
    """The last change of one thing: of a work, or of one side of a record."""

    id: Annotated[str, Field(description="Of the thing that changed.")]
    kind: Annotated[ChangeKind, Field(description="`work`: it is new or revised.")]
    at: datetime
    title: Annotated[str, Field(description="Of the work, or what people read of the change.")]
    work_id: Annotated[str | None, Field(description="Null where it is no work.")] = None
    researchers: Annotated[
        tuple[ChangedResearcher, ...], Field(description="Those who were asked about.")
    ]

    @computed_field(description="The page that shows it.")
    @property
    def url(self) -> str:
        return work_path(self.work_id) if self.work_id else self.researchers[0].url


class Feed(View):
    """One page of changes, newest first."""

    items: tuple[Change, ...] = ()
    next_cursor: Annotated[str | None, Field(description="Null on the last page.")] = None
