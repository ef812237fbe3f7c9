"""Where facts come from: sources, their records, and the fields taken from them."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.gateway.pages.view.base import View

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


def source_name(source: str) -> str:
    """What people call a source: `arXiv` for `arxiv`; a source without a name keeps its own."""
    return SOURCE_NAMES.get(source, source)


_CODES = {name: source for source, name in SOURCE_NAMES.items()}


class Provenance(View):
    """One record that a fact came from."""

    source: Annotated[str, Field(description="Name of the source, `arXiv`.")]
    record_id: Annotated[str, Field(description="The source's own id of the record.")]
    version: Annotated[int | None, Field(description="Version of the record, from 1.")] = None
    imported_at: Annotated[datetime, Field(description="When this content first came in.")]
    url: Annotated[str | None, Field(description="Where a person can read the record.")] = None

    @property
    def key(self) -> str:
        """The record among all of all sources, `arxiv:2106.08254`, as curations name it."""
        return f"{_CODES.get(self.source, self.source)}:{self.record_id}"


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
