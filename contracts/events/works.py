"""What the works service tells: one record per scholarly work and per author."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from contracts.envelope import Payload

Standing = Literal["current", "withdrawn", "retracted"]


class Source(Payload):
    """One record that a fact came from."""

    source: Annotated[str, Field(description="`arxiv`, `acl`, …")]
    record_id: Annotated[str, Field(description="The source's own id of the record.")]
    version: Annotated[int | None, Field(description="Version of the record, from 1.")] = None
    url: Annotated[str | None, Field(description="Where a person can read it.")] = None
    imported_at: Annotated[datetime, Field(description="When this content first came in.")]


class Subject(Payload):
    """A topic as its source names it."""

    id: Annotated[str, Field(description="`<scheme>:<code>`, such as `arxiv:cs.CL`.")]
    name: Annotated[str, Field(description="What people read, such as `cs.CL`.")]


class Institution(Payload):
    """An organisation that somebody works for."""

    ror: Annotated[str, Field(description="`https://ror.org/…`, as https://ror.org gives it.")]
    name: Annotated[str, Field(description="What people read.")]
    country: Annotated[str | None, Field(description="ISO 3166-1 alpha-2.")] = None
    domains: Annotated[
        tuple[str, ...], Field(description="Internet domains it owns, from ROR, lower case.")
    ] = ()


class Authorship(Payload):
    """One place in the author list: a mention of a person, as the source printed it."""

    name: Annotated[str, Field(description="Full name in reading order.")]
    given: str | None = None
    family: str | None = None
    variants: Annotated[
        tuple[str, ...], Field(description="The same name in another script, from the source.")
    ] = ()
    identifiers: Annotated[
        tuple[str, ...],
        Field(description="Asserted by the source: `orcid:…`, `acl:<person id>`."),
    ] = ()
    affiliations: Annotated[tuple[str, ...], Field(description="As printed.")] = ()
    institutions: Annotated[
        tuple[Institution, ...],
        Field(description="Of these affiliations, those that the source itself identifies."),
    ] = ()
    is_group: Annotated[
        bool, Field(description="A consortium or an organisation: never a person.")
    ] = False


class FieldOrigin(Payload):
    """Where the value of a field of a work came from."""

    field: Annotated[str, Field(description="`title`, `year`, …")]
    source: str
    record_id: str
    imported_at: datetime
    raw: Annotated[
        str | None, Field(description="As the source has it, where that reads otherwise.")
    ] = None
    rule: Annotated[str, Field(description="Why this record and no other.")]


class WorkState(Payload):
    """Everything public about a work."""

    title: str
    abstract: str | None = None
    type: Annotated[str, Field(description="`preprint`, `article`, `proceedings-article`, …")]
    year: Annotated[int | None, Field(description="Of the latest version.")] = None
    published: Annotated[date | None, Field(description="First version.")] = None
    updated: Annotated[date | None, Field(description="Latest version.")] = None
    venue: str | None = None
    language: Annotated[str | None, Field(description="BCP 47 tag.")] = None
    authors: Annotated[tuple[Authorship, ...], Field(description="In printed order.")] = ()
    subjects: tuple[Subject, ...] = ()
    identifiers: Annotated[
        tuple[str, ...], Field(description="`doi:…` (lower case), `arxiv:…`, `acl:…`.")
    ] = ()
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    origins: Annotated[
        tuple[FieldOrigin, ...],
        Field(
            description="Of each field where it came from. What is not named came from the only "
            "source, as that has it."
        ),
    ] = ()
    standing: Standing = "current"


class WorkWasRecorded(WorkState):
    """A work is new or revised. Carries the full state."""


class WorkWasWithdrawn(Payload):
    """A work no longer stands."""

    reason: Literal["withdrawn", "retracted", "erased"]
    note: Annotated[str | None, Field(description="What the source says about it.")] = None
    work: Annotated[WorkState | None, Field(description="The full state; absent if erased.")] = None


class WorksWereMerged(Payload):
    """The subject turned out to be another record of the work `into`."""

    into: Annotated[str, Field(description="Id of the surviving work.")]


class AuthoredWork(Payload):
    """One authorship that belongs to an author."""

    work_id: str
    place: Annotated[int, Field(ge=0, description="Index in the work's author list, from 0.")]


class Attestation(Payload):
    """A source that shows this author."""

    source: str
    works: Annotated[int, Field(ge=1, description="How many of the author's works it holds.")]
    imported_at: Annotated[datetime, Field(description="Latest import among them.")]


class Affiliation(Payload):
    """Where an author works or worked, by the works that say so."""

    printed: Annotated[str, Field(description="As the newest of the works has it.")]
    institution: Annotated[
        Institution | None, Field(description="Which it is; absent unless that is sure.")
    ] = None
    first_year: Annotated[int | None, Field(description="Of the works that say so.")] = None
    last_year: int | None = None
    sources: Annotated[tuple[str, ...], Field(description="Who holds these works, sorted.")] = ()


class AuthorWasRecorded(Payload):
    """An author record is new or revised. Carries the full state."""

    name: Annotated[str, Field(description="The spelling printed most often.")]
    names: Annotated[tuple[str, ...], Field(description="All spellings, sorted.")] = ()
    identifiers: tuple[str, ...] = ()
    affiliations: Annotated[tuple[str, ...], Field(description="As printed, newest first.")] = ()
    affiliated: Annotated[
        tuple[Affiliation, ...], Field(description="The same with dates and sources, newest first.")
    ] = ()
    institutions: Annotated[
        tuple[Institution, ...], Field(description="Those of `affiliated` that are known.")
    ] = ()
    works: tuple[AuthoredWork, ...] = ()
    attested_by: tuple[Attestation, ...] = ()


class AuthorsWereMerged(Payload):
    """The subject is another address of the author `into`."""

    into: Annotated[str, Field(description="Id of the surviving author.")]


class AuthorWasSplit(Payload):
    """Some authorships of the subject now belong to other authors."""

    into: Annotated[tuple[str, ...], Field(min_length=1, description="Ids of the other authors.")]


class CurationWasMade(Payload):
    """Somebody decided which records or authorships belong together. Told of each record concerned.

    It holds whatever is ingested later, until it is reversed; what it changes is told by the events
    of works and authors.
    """

    curation_id: str
    kind: Annotated[
        str,
        Field(
            description="`merge`, `split`, `not-mine`, `mine` (of authors), `merge-works`, "
            "`split-work`."
        ),
    ]
    authors: Annotated[tuple[str, ...], Field(description="Author records it was made about.")] = ()
    works: Annotated[tuple[str, ...], Field(description="Works it was made about.")] = ()
    role: Annotated[str, Field(description="`moderator` or `owner`: in what role it was made.")]
    note: Annotated[str, Field(description="Why, as they said.")] = ""


class CurationWasReversed(Payload):
    """A curation no longer holds: evidence decides again."""

    curation_id: str
    role: Annotated[str, Field(description="`moderator` or `owner`: in what role.")]


class BlockWasChanged(Payload):
    """Mentions in a block changed: its authors are to be worked out again. Internal to works."""

    work_id: Annotated[str, Field(description="The work whose mentions changed.")]


class HarvestJobWasPlanned(Payload):
    """A part of a source is to be fetched. Internal to works."""

    harvest_id: Annotated[str, Field(description="The harvest that it is a part of.")]
    run: Annotated[int, Field(ge=1, description="How often this harvest was asked for.")]
    source: Annotated[str, Field(description="`arxiv`, `crossref`, …")]
    set: Annotated[str | None, Field(description="A part of the source, as it names it.")] = None
    since: Annotated[date | None, Field(description="First day of change.")] = None
    until: Annotated[date | None, Field(description="Last day of change.")] = None


EVENTS: tuple[type[Payload], ...] = (
    WorkWasRecorded,
    WorkWasWithdrawn,
    WorksWereMerged,
    AuthorWasRecorded,
    AuthorsWereMerged,
    AuthorWasSplit,
    CurationWasMade,
    CurationWasReversed,
    BlockWasChanged,
    HarvestJobWasPlanned,
)
