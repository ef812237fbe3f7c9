"""Everything a researcher's page shows."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, computed_field, model_validator

from contracts.events.trust import Band, Component, Level
from services.gateway.pages.view.base import View
from services.gateway.pages.view.paths import researcher_path, topic_path
from services.gateway.pages.view.sources import SourceCoverage
from services.gateway.pages.view.works import Work

ClaimStatus = Literal["unclaimed", "claimed", "disputed"]
FactStatus = Literal["imported", "self-stated", "not imported", "withheld"]


def default_tagline(name: str) -> str:
    """The line under a name until the owner of the profile writes one."""
    return f"{name} contributes to research discovery and scholarly infrastructure."


class Fact(View):
    """A statement about the researcher, or the reason why there is none.

    `not imported`: no source we read says it, which does not mean that it is not so.
    `withheld`: it is known and the researcher chose not to show it.
    """

    label: Annotated[str, Field(description="What the fact is about, `Affiliation`.")]
    value: str | None = None
    status: FactStatus = "not imported"
    source: Annotated[str | None, Field(description="Name of the source, `arXiv`.")] = None
    as_of: Annotated[datetime | None, Field(description="When it was imported or stated.")] = None
    years: Annotated[str | None, Field(description="Of the works that say so: `2019–2021`.")] = None
    url: Annotated[str | None, Field(description="Page of what the fact names.")] = None

    @model_validator(mode="after")
    def _value_only_when_shown(self) -> Self:
        if (self.value is None) == (self.status in ("imported", "self-stated")):
            raise ValueError("a fact has a value exactly when it is imported or self-stated")
        return self

    @computed_field(description="What people read, `Affiliation not imported`.")
    @property
    def text(self) -> str:
        return f"{self.label} {self.status}" if self.value is None else self.value


class Trust(View):
    """The trust score and every part of it."""

    score: Annotated[int, Field(ge=0, le=100)]
    band: Band
    level: Annotated[Level, Field(description="How far the person behind it is verified.")]
    formula: Annotated[str, Field(description="Version of the formula, `v1`.")]
    components: tuple[Component, ...] = ()

    @computed_field(description="What people read, `Trust 21 - Emerging`.")
    @property
    def text(self) -> str:
        return f"Trust {self.score} - {self.band}"

    @computed_field(description="What people read, `Verification L1`.")
    @property
    def verification_text(self) -> str:
        return f"Verification {self.level}"


class ProfileClaim(View):
    """Whether a person has shown that this author record is theirs."""

    status: ClaimStatus = "unclaimed"

    @computed_field(description="What people read, `Unclaimed author`.")
    @property
    def text(self) -> str:
        return f"{self.status.capitalize()} author"


class Counts(View):
    works: Annotated[int, Field(ge=0)] = 0
    followers: Annotated[int, Field(ge=0)] = 0
    topics: Annotated[int, Field(ge=0)] = 0
    close_collaborators: Annotated[int, Field(ge=0)] = 0


class ProfileTopic(View):
    """A distinct subject of the works."""

    id: str
    name: str
    works: Annotated[int, Field(ge=0, description="How many of the works carry it.")]

    @computed_field(description="Its page.")
    @property
    def url(self) -> str:
        return topic_path(self.id)


class CloseCollaborator(View):
    """Shares at least two works with the researcher, with a weight of at least 1/3."""

    id: str
    name: str
    shared_works: Annotated[int, Field(ge=1)]
    weight: Annotated[
        float, Field(description="Σ 1/(n−1) over the shared works of n authors (Newman 2001).")
    ]

    @computed_field(description="Their profile.")
    @property
    def url(self) -> str:
        return researcher_path(self.id)


class ProfileLinks(View):
    model_config = ConfigDict(serialize_by_alias=True)

    self_: str = Field(alias="self", description="This profile as JSON.")
    html: Annotated[str, Field(description="This profile as a page.")]
    graph: Annotated[str, Field(description="The research graph around it, as JSON.")]


class ResearcherProfile(View):
    """Everything a researcher's page shows."""

    id: str
    name: Annotated[str, Field(description="The spelling printed most often.")]
    names: Annotated[tuple[str, ...], Field(description="Other spellings.")] = ()
    tagline: str
    tagline_by_owner: Annotated[bool, Field(description="The owner of the profile wrote it.")] = (
        False
    )
    role: Literal["Researcher"] = "Researcher"
    pronouns: Annotated[str | None, Field(description="As the owner says.")] = None
    websites: Annotated[tuple[str, ...], Field(description="Links the owner gives.")] = ()
    affiliation: Fact = Fact(label="Affiliation")
    affiliations: Annotated[
        tuple[Fact, ...], Field(description="All that sources say, newest first; 20 at most.")
    ] = ()
    open_to_collaborate: bool = True
    identifiers: Annotated[tuple[str, ...], Field(description="`orcid:…`, `acl:…`.")] = ()
    trust: Annotated[Trust | None, Field(description="Null: being worked out.")] = None
    claim: ProfileClaim = ProfileClaim()
    counts: Counts = Counts()
    topics: Annotated[tuple[ProfileTopic, ...], Field(description="Most works first.")] = ()
    close_collaborators: Annotated[
        tuple[CloseCollaborator, ...], Field(description="Closest first.")
    ] = ()
    featured_works: Annotated[
        tuple[Work, ...], Field(description="What the owner puts first, in their order.")
    ] = ()
    works: Annotated[
        tuple[Work, ...], Field(description="Newest year first, then by title; one page of them.")
    ] = ()
    works_next_cursor: Annotated[str | None, Field(description="Where the next page begins.")] = (
        None
    )
    provenance: tuple[SourceCoverage, ...] = ()
    updated_at: datetime

    @computed_field
    @property
    def links(self) -> ProfileLinks:
        page = researcher_path(self.id)
        api = f"/api/v1{page}"
        return ProfileLinks(self=api, html=page, graph=f"{api}/graph")
