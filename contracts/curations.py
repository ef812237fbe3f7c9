"""What works answers over HTTP about curations: what people decided about authors and works.

The gateway passes these shapes on under ``/api/v1``, at the same paths.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from contracts.people.shape import Id, Line, Shape

CurationKind = Literal["merge", "split", "not-mine", "mine", "merge-works", "split-work"]
Note = Annotated[Line, Field(description="Why, for the record's history. Public.")]


class MergeAuthors(Shape):
    """These records are one person."""

    kind: Literal["merge"]
    authors: Annotated[tuple[Id, ...], Field(min_length=2, max_length=20)]
    note: Note = ""


class SplitAuthor(Shape):
    """These works in an author's record are another person's."""

    kind: Literal["split"]
    author: Id
    works: Annotated[tuple[Id, ...], Field(min_length=1, max_length=500)]
    note: Note = ""


class NotMine(Shape):
    """One work in an author's record is somebody else's."""

    kind: Literal["not-mine"]
    author: Id
    work: Id
    note: Note = ""


class Mine(Shape):
    """One place in the author list of a work is this author."""

    kind: Literal["mine"]
    author: Id
    work: Id
    place: Annotated[int, Field(ge=0, le=100_000, description="From 0.")]
    note: Note = ""


class MergeWorks(Shape):
    """These records are one work."""

    kind: Literal["merge-works"]
    works: Annotated[tuple[Id, ...], Field(min_length=2, max_length=20)]
    note: Note = ""


class SplitWork(Shape):
    """These records of sources are another work than the rest."""

    kind: Literal["split-work"]
    work: Id
    records: Annotated[
        tuple[Annotated[str, Field(min_length=3, max_length=500)], ...],
        Field(min_length=1, max_length=50, description="`<source>:<record id>`, `arxiv:…`."),
    ]
    note: Note = ""


MakeCuration = Annotated[
    MergeAuthors | SplitAuthor | NotMine | Mine | MergeWorks | SplitWork,
    Field(discriminator="kind"),
]


class Step(Shape):
    """When a curation was made or taken back, and in what role."""

    what: Literal["made", "reversed"]
    at: datetime
    role: Annotated[str, Field(description="`moderator` or `owner`.")]


class Curation(Shape):
    """One decision. It holds whatever is ingested later, until it is reversed."""

    id: str
    kind: CurationKind
    authors: Annotated[tuple[str, ...], Field(description="The records it was made about.")]
    works: tuple[str, ...]
    note: str = ""
    in_force: bool
    steps: Annotated[tuple[Step, ...], Field(description="Oldest first.")]


class History(Shape):
    """What happened to an author's record."""

    author: str
    curations: Annotated[
        tuple[Curation, ...], Field(description="Those that changed it, newest first, 200 at most.")
    ]
    former_ids: Annotated[
        tuple[str, ...], Field(description="Ids that lead to this record, 200 at most.")
    ]


class WorkHistory(Shape):
    """What happened to a work's record."""

    work: str
    curations: Annotated[
        tuple[Curation, ...], Field(description="Those that name it, newest first, 200 at most.")
    ]
