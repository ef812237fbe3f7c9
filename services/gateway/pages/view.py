"""What the JSON API answers and the pages show. One shape for both, so they cannot disagree.

Texts and addresses that follow from other fields are computed, never passed in. Addresses are
paths on this site.
"""

# mypy: disable-error-code="prop-decorator"

from datetime import date, datetime
from typing import Annotated, Literal, Self
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, computed_field, model_validator

from contracts.events.trust import Band, Component, Level
from contracts.events.works import Standing

AUTHORS_SHOWN = 20
"""Authors of a work that a list of works shows; the work's own page shows all."""
AUTHORS_PER_PAGE = 200
"""Authors of a work that one page of the work shows."""

ROR = "https://ror.org/"
SOURCE_NAMES = {
    "arxiv": "arXiv",
    "acl": "ACL Anthology",
    "crossref": "Crossref",
    "datacite": "DataCite",
    "dblp": "DBLP",
    "openalex": "OpenAlex",
    "orcid": "ORCID",
    "pubmed": "PubMed",
    "ror": "ROR",
    "s2": "Semantic Scholar",
}

ClaimStatus = Literal["unclaimed", "claimed", "disputed"]
FactStatus = Literal["imported", "self-stated", "not imported", "withheld"]
NodeKind = Literal["author", "work", "topic"]
EdgeKind = Literal["authored", "about", "collaborated", "followed"]


def source_name(source: str) -> str:
    """What people call a source: `arXiv` for `arxiv`; a source without a name keeps its own."""
    return SOURCE_NAMES.get(source, source)


def default_tagline(name: str) -> str:
    """The line under a name until the owner of the profile writes one."""
    return f"{name} contributes to research discovery and scholarly infrastructure."


def researcher_path(author_id: str) -> str:
    return f"/researchers/{quote(author_id, safe=':')}"


def work_path(work_id: str) -> str:
    return f"/works/{quote(work_id, safe=':')}"


def topic_path(topic_id: str) -> str:
    return f"/topics/{quote(topic_id, safe=':')}"


def institution_path(ror: str) -> str:
    return f"/institutions/{quote(ror.removeprefix(ROR), safe='')}"


class View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Provenance(View):
    """One record that a fact came from."""

    source: Annotated[str, Field(description="Name of the source, `arXiv`.")]
    record_id: Annotated[str, Field(description="The source's own id of the record.")]
    version: Annotated[int | None, Field(description="Version of the record, from 1.")] = None
    imported_at: Annotated[datetime, Field(description="When this content first came in.")]
    url: Annotated[str | None, Field(description="Where a person can read the record.")] = None


ORIGIN_LABELS = {
    "title": "Title",
    "type": "Type",
    "authors": "Authors",
    "abstract": "Abstract",
    "year": "Year",
    "venue": "Venue",
    "language": "Language",
    "published": "First version",
    "updated": "Latest version",
}


class Origin(View):
    """The record that a field of a work was taken from, and why that one."""

    field: Annotated[str, Field(description="Name of the field: `title`, `abstract`, …")]
    source: Annotated[str, Field(description="Name of the source, `arXiv`.")]
    record_id: Annotated[str, Field(description="The source's own id of the record.")]
    imported_at: Annotated[datetime, Field(description="When this content first came in.")]
    raw: Annotated[
        str | None, Field(description="As the source has it, where that reads otherwise.")
    ] = None
    rule: Annotated[str, Field(description="Which record this field is taken from.")]

    @property
    def label(self) -> str:
        """The field as people call it."""
        return ORIGIN_LABELS[self.field]


class SourceCoverage(View):
    """How much of a profile one source attests."""

    source: Annotated[str, Field(description="Name of the source, `arXiv`.")]
    works: Annotated[int, Field(ge=0, description="How many of the works it holds.")]
    as_of: Annotated[datetime, Field(description="Latest import among them.")]


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


class Claim(View):
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
    open_to_collaborate: bool = True
    identifiers: Annotated[tuple[str, ...], Field(description="`orcid:…`, `acl:…`.")] = ()
    trust: Annotated[Trust | None, Field(description="Null: being worked out.")] = None
    claim: Claim = Claim()
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


class GraphNode(View):
    id: str
    kind: NodeKind
    label: Annotated[str, Field(description="A name or a title.")]
    weight: float = 1.0

    @computed_field(description="Its page.")
    @property
    def url(self) -> str:
        path = {"author": researcher_path, "work": work_path, "topic": topic_path}[self.kind]
        return path(self.id)


class GraphEdge(View):
    source: str
    target: str
    kind: EdgeKind
    weight: float = 1.0


class GraphSlice(View):
    """The part of the research graph around one node."""

    center: Annotated[str, Field(description="Id of the node in the middle.")]
    nodes: tuple[GraphNode, ...] = ()
    edges: tuple[GraphEdge, ...] = ()
    truncated: Annotated[bool, Field(description="There is more than what is given here.")] = False
