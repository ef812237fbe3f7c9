"""Why each work was put with an author: what speaks for it, piece by piece, in log-odds."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np
from pydantic import BaseModel, Field

from services.works.evidence import FEATURES, Evidence, Groups
from services.works.likeness import Named, links_between
from services.works.model import model
from services.works.names import meeting_words
from services.works.resolution import Mention


class Why(BaseModel):
    """One place in an author list, compared with all other works of the author."""

    work_id: str
    place: int
    name: str
    identifiers: list[str]
    same_name: bool = Field(description="Whether another work has the very same name.")
    shares: list[str] = Field(
        description="What joins it to works under a name of another block: `shares orcid:… with …`,"
        " `shares the words … and the co-authors … with …`."
    )
    evidence: float = Field(description="Sum of the pieces: above 0 it speaks for one person.")
    pieces: dict[str, float] = Field(description="What each kind of evidence adds to it.")


def why(mentions: Sequence[Mention]) -> list[Why]:
    """The reasons, in the order of the mentions; a single work needs none."""
    count = len(mentions)
    alike = _alike(mentions)
    scored = np.zeros(count)
    pieces = np.zeros((count, len(FEATURES)))
    if count > 1:
        evidence = Evidence([mention.surroundings for mention in mentions])
        for index in range(count):
            rest = [other for other in range(count) if other != index]
            pair = Groups(evidence, [[index], rest]).compare(np.array([0]), np.array([1]))
            scored[index] = model().evidence(pair)[0]
            pieces[index] = model().pieces(pair)[0]
    return [
        Why(
            work_id=mention.work_id,
            place=mention.place,
            name=mention.name,
            identifiers=list(mention.identifiers),
            same_name=any(o.key == mention.key for o in mentions if o is not mention),
            shares=_shares(mention, mentions) + alike[mention.work_id, mention.key],
            evidence=round(float(scored[n]), 3),
            pieces={f: round(float(v), 3) for f, v in zip(FEATURES, pieces[n], strict=True) if v},
        )
        for n, mention in enumerate(mentions)
    ]


def _shares(mention: Mention, mentions: Sequence[Mention]) -> list[str]:
    """Per identifier, the names in other blocks that have it too."""
    found = []
    for identifier in mention.identifiers:
        others = {
            o.name for o in mentions if o.block != mention.block if identifier in o.identifiers
        }
        if others:
            found.append(f"shares {identifier} with {', '.join(sorted(others))}")
    return found


def _alike(mentions: Sequence[Mention]) -> Mapping[Named, list[str]]:
    """Per mention, what it has in common with the one of each other spelling that is most alike."""
    printed = {(mention.work_id, mention.key): mention.name for mention in mentions}
    links = sorted(links_between(mentions), key=lambda link: (-link.weight, link))
    found: dict[Named, dict[str, str]] = defaultdict(dict)
    for link in links:
        words = sorted(meeting_words(link.one[1]) & meeting_words(link.other[1]))
        company = ", ".join(link.coauthors)
        shared = f"shares the words {' '.join(words)} and the co-authors {company} with"
        for one, other in permutations(link[:2]):
            found[one].setdefault(other[1], f"{shared} {printed[other]}")
    return defaultdict(list, {one: list(told.values()) for one, told in found.items()})
