"""Researchers in lists, and what the lists are about."""

from typing import Annotated

from pydantic import Field, computed_field

from services.gateway.pages.view.base import View
from services.gateway.pages.view.paths import institution_path, researcher_path, topic_path


class ResearcherSummary(View):
    """A researcher in a list."""

    id: str
    name: str
    works: Annotated[int, Field(ge=0)] = 0
    topics: Annotated[tuple[str, ...], Field(description="Names, most works first.")] = ()
    trust: Annotated[
        str | None, Field(description="`Trust 21 - Emerging`; null: being worked out.")
    ] = None

    @computed_field(description="Their profile.")
    @property
    def url(self) -> str:
        return researcher_path(self.id)


class ResearcherList(View):
    """One page of researchers."""

    items: tuple[ResearcherSummary, ...] = ()
    next_cursor: Annotated[str | None, Field(description="Null on the last page.")] = None


class Holdings(View):
    """How much this installation holds."""

    researchers: Annotated[int, Field(ge=0)] = 0
    works: Annotated[int, Field(ge=0)] = 0


class TopicDetail(View):
    """A topic and how much there is about it."""

    id: str
    name: str
    scheme: Annotated[str | None, Field(description="Who names it, `arXiv`.")] = None
    researchers: Annotated[int, Field(ge=0)] = 0

    @computed_field(description="Its page.")
    @property
    def url(self) -> str:
        return topic_path(self.id)


class InstitutionDetail(View):
    """An institution and how many researchers are affiliated with it."""

    id: Annotated[str, Field(description="ROR id, `https://ror.org/…`.")]
    name: str
    country: Annotated[str | None, Field(description="ISO 3166-1 alpha-2.")] = None
    domains: tuple[str, ...] = ()
    researchers: Annotated[int, Field(ge=0)] = 0

    @computed_field(description="Its page.")
    @property
    def url(self) -> str:
        return institution_path(self.id)
