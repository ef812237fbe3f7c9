"""A source's record, as every parser hands it on, and the refusal of one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.events.works import Authorship, Standing, Subject

RelationKind = Literal[
    "is-preprint-of",
    "has-preprint",
    "is-version-of",
    "has-version",
    "retraction-of",
    "retracted-by",
    "correction-of",
    "corrected-by",
]


class Relation(BaseModel):
    """What a source says that its record is to another one: "this `is-preprint-of` `doi:…`"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: RelationKind
    target: Annotated[str, Field(description="An identifier: `doi:…` (lower case), `arxiv:…`.")]


class Record(BaseModel):
    """What one source says about one work, ready for display, accents and TeX converted.

    ``source`` and ``record_id`` are the identity of the work within its source: all versions of
    one arXiv paper share them, whichever feed (``feed``) brought them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, Field(description="`arxiv`, `acl`, …: who keeps the record.")]
    feed: Annotated[str, Field(description="`arxiv-atom`, `arxiv-oai`, `acl-xml`, …")]
    record_id: Annotated[str, Field(min_length=1, description="`2106.03441`, `2020.acl-main.1`.")]
    version: int | None = None
    url: str | None = None
    title: Annotated[str, Field(min_length=1)]
    abstract: str | None = None
    type: Annotated[str, Field(description="One of `services.works.sources.kinds.TYPES`.")]
    published: date | None = None
    updated: Annotated[date | None, Field(description="Day of the latest version.")] = None
    modified: Annotated[
        AwareDatetime | None,
        Field(description="When the source last touched the record, which may change nothing."),
    ] = None
    year: int | None = None
    venue: str | None = None
    language: str | None = None
    authors: tuple[Authorship, ...] = ()
    authors_complete: Annotated[
        bool, Field(description="False if the source lists only some of the work's authors.")
    ] = True
    subjects: tuple[Subject, ...] = ()
    doi: Annotated[str | None, Field(description="Lower case, without `https://doi.org/`.")] = None
    identifiers: Annotated[
        tuple[str, ...],
        Field(
            description="Others that the source gives the same work, sorted: `arxiv:…` (without "
            "version), `acl:…`, `pmid:…`, `pmcid:PMC…`, `openalex:W…`, `s2:…`, `dblp:…`, `mag:…`."
        ),
    ] = ()
    relations: tuple[Relation, ...] = ()
    standing: Standing = "current"
    standing_note: str | None = None
    raw: Annotated[
        dict[str, str], Field(description="`title` and `abstract` as written, where they differ.")
    ] = {}

    @property
    def key(self) -> str:
        """`<source>:<record id>`, which no other work bears."""
        return f"{self.source}:{self.record_id}"


class InstitutionRecord(BaseModel):
    """What a registry says about one institution."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, Field(description="`ror`.")]
    feed: str
    record_id: Annotated[str, Field(min_length=1, description="ROR id without address.")]
    name: Annotated[str, Field(min_length=1, description="The one that the registry shows.")]
    names: Annotated[
        tuple[str, ...], Field(description="Labels in other languages and aliases, sorted.")
    ] = ()
    acronyms: tuple[str, ...] = ()
    kinds: Annotated[tuple[str, ...], Field(description="`education`, `company`, …")] = ()
    status: Literal["active", "inactive", "withdrawn"] = "active"
    country: Annotated[str | None, Field(description="ISO 3166-1, two letters.")] = None
    place: Annotated[str | None, Field(description="City, as the registry names it.")] = None
    domains: Annotated[tuple[str, ...], Field(description="Hosts that are its own, sorted.")] = ()
    website: str | None = None
    identifiers: Annotated[
        tuple[str, ...], Field(description="`grid:…`, `isni:…`, `wikidata:…`, `fundref:…`, sorted.")
    ] = ()
    parents: Annotated[tuple[str, ...], Field(description="ROR ids.")] = ()
    successors: Annotated[tuple[str, ...], Field(description="ROR ids.")] = ()
    modified: date | None = None

    @property
    def key(self) -> str:
        """`ror:<id>`."""
        return f"{self.source}:{self.record_id}"


class PersonRecord(BaseModel):
    """What a source says about one of the people whom it tells apart."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, Field(description="`acl`, `dblp`.")]
    feed: str
    record_id: Annotated[str, Field(min_length=1, description="`bill-byrne`, `homepages/g/Og`.")]
    identifier: Annotated[
        str, Field(description="What stands at the person's places: `acl:…`, `dblp-author:…`.")
    ]
    former: Annotated[
        tuple[str, ...], Field(description="Identifiers of the same kind that mean the same.")
    ] = ()
    names: Annotated[tuple[str, ...], Field(description="As the source prints them.")] = ()
    by_name: Annotated[
        bool, Field(description="Whether the name alone is the person, where no id stands.")
    ] = True
    known_as: Annotated[tuple[str, ...], Field(description="Of other kinds: `orcid:…`.")] = ()
    is_several: Annotated[bool, Field(description="Whether nobody knows who bears the id.")] = False
    modified: AwareDatetime | None = None

    @property
    def key(self) -> str:
        """`<source>:<record id>`."""
        return f"{self.source}:{self.record_id}"


@dataclass(frozen=True, slots=True)
class Deleted:
    """The source has taken a record back. It says nothing else about the work."""

    source: str
    feed: str
    record_id: str
    modified: datetime | None = None

    @property
    def key(self) -> str:
        """`<source>:<record id>`, as of the ``Record`` that may have come before."""
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


Outcome = Record | InstitutionRecord | PersonRecord | Deleted | Rejected | Warned
"""What may come of a record. Every record of a file is exactly one of these but ``Warned``."""
