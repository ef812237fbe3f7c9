"""What happened to some works and authors: every kind of event that services read."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contracts.codec import decode, type_of
from contracts.envelope import Event, Payload
from contracts.events import CATALOGUE
from contracts.events.identity import (
    ClaimEvidenceWasVerified,
    ClaimWasApproved,
    ClaimWasDisputed,
    ClaimWasOpened,
    ClaimWasRevoked,
    ClaimWasWithdrawn,
    ResearcherProfileWasUpdated,
    ResearcherWasFollowed,
    ResearcherWasUnfollowed,
)
from contracts.events.works import (
    AuthoredWork,
    AuthorsWereMerged,
    AuthorWasRecorded,
    AuthorWasSplit,
    WorkWasRecorded,
    WorkWasWithdrawn,
)
from contracts.topics import topic_of_event
from tests.support import event, example

HANGBO, ALIAS, ADA = "A55xbwctnt3llbbju", "Ae7me5ekygh3xjpcw", "Airt4plgu4ga3xfrs"
BEIT, MADE_UP, DOUBLE = "Wieyeiidkdslm55td", "Wvkddoflteglhavi6", "Wcfxnnxrupios3oqs"
WHEN = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """One message: its topic and its event."""

    topic: str
    event: Event[Any]


def revised(data: Payload, **changes: Any) -> Any:
    """A variation of an example."""
    return type(data).model_validate(data.model_dump() | changes)


def history() -> list[Told]:
    """What happened to some works and authors, in the order of each."""
    told = []
    for subject, happened in {**_of_works(), **_of_authors()}.items():
        positions: dict[str, int] = defaultdict(int)
        for data in happened:
            topic = topic_of_event()[type_of(type(data))]
            positions[topic] += 1
            body = event(data, subject, positions[topic], time=WHEN)
            told.append(Told(topic, decode(body, CATALOGUE)))
    return told


def _of_works() -> dict[str, Sequence[Payload]]:
    beit: WorkWasRecorded = example("works.WorkWasRecorded")
    withdrawn: WorkWasWithdrawn = example("works.WorkWasWithdrawn")
    assert withdrawn.work is not None
    made_up = WorkWasRecorded.model_validate(withdrawn.work.model_dump() | {"standing": "current"})
    return {
        BEIT: (
            beit,
            revised(beit, title="BEiT, revised", authors=beit.authors[:2]),
            WorkWasWithdrawn(reason="withdrawn", note="In error.", work=revised(beit, year=2023)),
            revised(beit, year=2024, subjects=beit.subjects[:1]),
        ),
        MADE_UP: (
            made_up,
            withdrawn,
            WorkWasWithdrawn(
                reason="retracted", work=revised(withdrawn.work, standing="retracted", year=2022)
            ),
        ),
        DOUBLE: (revised(beit, title="A second record"), example("works.WorksWereMerged")),
        "Werased": (made_up, WorkWasWithdrawn(reason="erased")),
    }


def _of_authors() -> dict[str, Sequence[Payload]]:
    hangbo: AuthorWasRecorded = example("works.AuthorWasRecorded")
    merged: AuthorsWereMerged = example("works.AuthorsWereMerged")
    split: AuthorWasSplit = example("works.AuthorWasSplit")
    summary = example("graph.NeighbourhoodWasSummarised")
    scored = example("trust.TrustWasScored")
    approved: ClaimWasApproved = example("identity.ClaimWasApproved")
    updated: ResearcherProfileWasUpdated = example("identity.ResearcherProfileWasUpdated")
    return {
        HANGBO: (
            hangbo,
            revised(hangbo, works=(*hangbo.works, AuthoredWork(work_id=MADE_UP, place=1))),
            revised(hangbo, name="H. Bao", names=("H. Bao", "Hangbo Bao"), identifiers=("acl:h",)),
            summary,
            revised(summary, works_in_good_standing=6, topics=summary.topics[:3]),
            revised(summary, close_collaborators=summary.close_collaborators[:2]),
            scored,
            revised(scored, score=20, cause="bzpeer.graph.NeighbourhoodWasSummarised.v1"),
            revised(scored, score=47, band="Established", level="L3"),
            *_claims_of_hangbo(approved),
            *_follows(),
            revised(updated, tagline="First"),
            revised(updated, tagline=None, affiliation="Elsewhere"),
        ),
        ALIAS: (
            revised(hangbo, name="Bao", works=(AuthoredWork(work_id=BEIT, place=0),)),
            merged,
            summary,
            revised(summary, works=0, works_in_good_standing=0, close_collaborators=()),
            revised(approved, level="L2"),
            example("identity.ResearcherWasErased"),
            updated,
        ),
        ADA: (
            _author("Ada", MADE_UP, BEIT, "Werased"),
            _author("Ada Example", MADE_UP, BEIT, DOUBLE),
            split,
            _author("Ada Example", MADE_UP),
            *_claims_of_ada(approved),
            example("identity.ResearcherWasFollowed"),
            updated,
            example("identity.ResearcherWasErased"),
            revised(example("identity.ResearcherWasErased"), withheld=True),
            updated,
            revised(example("identity.ResearcherWasErased"), withheld=True),
        ),
        "Asplit": (_author("Two People", BEIT, DOUBLE), split),
        "Areturned": (_author("Back", BEIT), merged, _author("Back Again", BEIT, MADE_UP)),
        "Anever": (merged,),
        "Aempty": (_author("Empty", BEIT), AuthorWasRecorded(name="Empty")),
    }


def _author(name: str, *works: str) -> AuthorWasRecorded:
    hangbo: AuthorWasRecorded = example("works.AuthorWasRecorded")
    return AuthorWasRecorded(
        name=name,
        names=(name,),
        works=tuple(AuthoredWork(work_id=work, place=place) for place, work in enumerate(works)),
        attested_by=hangbo.attested_by,
    )


def _claims_of_hangbo(approved: ClaimWasApproved) -> Sequence[Payload]:
    mine, other = approved.claim_id, "Cother"
    return (
        example("identity.ClaimWasOpened"),
        example("identity.ClaimEvidenceWasVerified"),
        ClaimEvidenceWasVerified(claim_id=mine, kind="rel-me"),
        approved,
        ClaimWasOpened(claim_id=other, account_id="Uother"),
        ClaimWasDisputed(claim_id=mine, by_claim_id=other),
        revised(approved, level="L4"),
        ClaimWasDisputed(claim_id=mine, by_claim_id=other),
        ClaimWasRevoked(claim_id=mine, reasons=("proof-expired",)),
        ClaimWasApproved(claim_id=other, account_id="Uother", level="L2"),
        ClaimEvidenceWasVerified(claim_id=other, kind="email"),
    )


def _claims_of_ada(approved: ClaimWasApproved) -> Sequence[Payload]:
    return (
        ClaimWasOpened(claim_id="C1", account_id="U1"),
        example("identity.ClaimWasRejected"),
        ClaimWasOpened(claim_id="C2", account_id="U2"),
        revised(approved, level="L4"),
        example("identity.ClaimWasWithdrawn"),
        example("identity.ClaimWasDisputed"),
        example("identity.ClaimWasRevoked"),
        ClaimWasWithdrawn(claim_id="C3"),
    )


def _follows() -> Sequence[Payload]:
    return (
        example("identity.ResearcherWasFollowed"),
        example("identity.ResearcherWasUnfollowed"),
        ResearcherWasFollowed(
            account_id="U3", verified=True, followers=1, follower_author_id="Aempty"
        ),
        ResearcherWasFollowed(account_id="U4", verified=False, followers=2),
        ResearcherWasFollowed(account_id="U2rzv4orglylo5yb7", verified=True, followers=3),
        ResearcherWasUnfollowed(account_id="U4", followers=2),
        ResearcherWasFollowed(account_id="U4", verified=True, followers=3, follower_author_id=ADA),
        ResearcherWasUnfollowed(account_id="U3", followers=2),
        ResearcherWasFollowed(account_id="U5", verified=False, followers=3),
        ResearcherWasFollowed(
            account_id="U5", verified=True, followers=3, follower_author_id="Aempty"
        ),
        ResearcherWasFollowed(account_id="U5", verified=False, followers=3),
    )
