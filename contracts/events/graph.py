"""What the graph service tells: who and what surrounds an author."""

from typing import Annotated

from pydantic import Field

from contracts.envelope import Payload


class Topic(Payload):
    """A distinct subject of the author's works."""

    id: str
    name: str
    works: Annotated[int, Field(ge=1, description="How many of the works carry it.")]


class Collaborator(Payload):
    """A co-author."""

    author_id: str
    name: str
    shared_works: Annotated[int, Field(ge=1)]
    weight: Annotated[
        float,
        Field(
            description="Σ 1/(n−1) over the shared works, n the number of authors of each "
            "(Newman, Phys. Rev. E 64, 016132, 2001), rounded to 6 places."
        ),
    ]


class NeighbourhoodWasSummarised(Payload):
    """The neighbourhood of an author changed. Carries the full summary."""

    works: Annotated[int, Field(ge=0, description="All works of the author.")]
    works_in_good_standing: Annotated[
        int, Field(ge=0, description="Those neither withdrawn nor retracted.")
    ]
    first_year: int | None = None
    last_year: int | None = None
    topics: Annotated[tuple[Topic, ...], Field(description="Most works first.")] = ()
    collaborators: Annotated[int, Field(ge=0, description="All co-authors.")] = 0
    close_collaborators: Annotated[
        tuple[Collaborator, ...],
        Field(description="At least two shared works and a weight of at least 1/3; closest first."),
    ] = ()


EVENTS: tuple[type[Payload], ...] = (NeighbourhoodWasSummarised,)
