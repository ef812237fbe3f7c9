"""What the gateway keeps of each event, and the views it makes of what it keeps."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from anyascii import anyascii

from contracts.events.works import AuthorWasRecorded, WorkState
from services.gateway.pages.origins import origins_of
from services.gateway.pages.view.lists import ResearcherSummary
from services.gateway.pages.view.paths import institution_path
from services.gateway.pages.view.profile import (
    ClaimStatus,
    CloseCollaborator,
    Counts,
    Fact,
    ProfileClaim,
    ProfileTopic,
    ResearcherProfile,
    Trust,
    default_tagline,
)
from services.gateway.pages.view.sources import Provenance, SourceCoverage, source_name
from services.gateway.pages.view.works import AUTHORS_SHOWN, Work, WorkAuthor, WorkDetail, WorkTopic

Row = Mapping[str, Any]
AuthorIds = Mapping[tuple[str, int], str]
"""Work id and place in its author list to the author's id."""

_LAST_YEAR = 9999
_NEVER_TOLD: Row = {"status": "open", "position": 0}
_LIST_TOPICS = 4


def search_words(text: str) -> list[str]:
    """A name or a query as plain lower-case ASCII words, each once."""
    spaced = "".join(c if c.isalnum() else " " for c in anyascii(text).lower())
    return sorted(set(spaced.split()))


def author_row(author: AuthorWasRecorded) -> dict[str, Any]:
    """What is kept of an author."""
    return {
        "name": author.name,
        "names": [name for name in author.names if name != author.name],
        "words": search_words(" ".join((author.name, *author.names))),
        "identifiers": list(author.identifiers),
        "affiliations": list(author.affiliations[:1]),
        "affiliated": [item.model_dump(mode="json") for item in author.affiliated],
        "institutions": [item.model_dump(mode="json") for item in author.institutions],
        "authored": [{"work_id": item.work_id, "place": item.place} for item in author.works],
        "size": len({item.work_id for item in author.works}),
        "attested_by": [item.model_dump(mode="json") for item in author.attested_by],
        "merged_into": None,
    }


AUTHOR_FIELDS = frozenset(author_row(AuthorWasRecorded(name="")))
"""What an author's own event sets."""


def work_row(
    work_id: str, work: WorkState, note: str | None = None, ended_at: datetime | None = None
) -> dict[str, Any]:
    """What is kept of a work. ``order`` sorts newest year first, then by title.

    ``changed_at`` is when it came in, or ended.
    """
    row = work.model_dump(mode="json", exclude={"authors"})
    year = _LAST_YEAR - work.year if work.year is not None else _LAST_YEAR
    return {
        **row,
        "authors": [author.name for author in work.authors],
        "order": f"{year:04d} {work.title.casefold()} {work_id}",
        "note": note,
        "changed_at": ended_at or min(source.imported_at for source in work.sources),
    }


def claim_status(claims: Mapping[str, Row]) -> ClaimStatus:
    """Whose a record is, from the last that was told of each claim.

    A dispute is over once the claim it is against is told as approved again, or has ended.
    """
    for claim in claims.values():
        if claim["status"] == "disputes":
            against = claims.get(claim["against"], _NEVER_TOLD)
            if against["status"] != "ended" and against["position"] < claim["position"]:
                return "disputed"
    owned = any(claim["status"] == "approved" for claim in claims.values())
    return "claimed" if owned else "unclaimed"


def profile(
    author_id: str,
    author: Row,
    works: Sequence[Row],
    author_ids: AuthorIds,
    next_cursor: str | None,
    *,
    featured: Sequence[Row] = (),
    withheld: Collection[str] = (),
) -> ResearcherProfile:
    """A researcher's page; ``works`` are rows with ``_id`` and ``state``, already in order.

    ``featured`` are such rows, in any order; ``withheld`` the authors whom no page links to.
    """
    neighbourhood = author.get("neighbourhood", {})
    close = neighbourhood.get("close_collaborators", ())
    topics = neighbourhood.get("topics", ())
    owner = author.get("profile", {})
    chosen = {row["_id"]: row["state"] for row in featured}
    tagline = owner.get("tagline")
    affiliations = _affiliations(author)
    return ResearcherProfile(
        id=author_id,
        name=author["name"],
        names=tuple(author["names"]),
        tagline=tagline or default_tagline(author["name"]),
        tagline_by_owner=bool(tagline),
        pronouns=owner.get("pronouns") or None,
        websites=tuple(owner.get("links", ())),
        affiliation=_affiliation(owner.get("affiliation"), affiliations),
        affiliations=affiliations,
        open_to_collaborate=owner.get("open_to_collaborate", True),
        identifiers=tuple(author["identifiers"]),
        trust=trust_of(author),
        claim=ProfileClaim(status=claim_status(author.get("claims", {}))),
        counts=Counts(
            works=author["size"],
            followers=author.get("followers", {}).get("count", 0),
            topics=len(topics),
            close_collaborators=len(close),
        ),
        topics=tuple(ProfileTopic(**topic) for topic in topics),
        close_collaborators=tuple(
            CloseCollaborator(
                id=other["author_id"],
                name=other["name"],
                shared_works=other["shared_works"],
                weight=other["weight"],
            )
            for other in close
            if other["author_id"] not in withheld
        ),
        featured_works=tuple(
            work(work_id, chosen[work_id], author_ids)
            for work_id in owner.get("featured_works", ())
            if work_id in chosen
        ),
        works=tuple(work(row["_id"], row["state"], author_ids) for row in works),
        works_next_cursor=next_cursor,
        provenance=tuple(
            SourceCoverage(
                source=source_name(item["source"]), works=item["works"], as_of=item["imported_at"]
            )
            for item in author["attested_by"]
        ),
        updated_at=_as_of(author),
    )


def work(work_id: str, row: Row, author_ids: AuthorIds) -> Work:
    """A work as a list shows it."""
    return Work(**_work_fields(work_id, row), authors=_authors(work_id, row, author_ids))


def work_detail(
    work_id: str, row: Row, author_ids: AuthorIds, authors_from: int, authors_shown: int
) -> WorkDetail:
    """A work as its own page shows it, with one page of its authors."""
    return WorkDetail(
        **_work_fields(work_id, row),
        authors=_authors(work_id, row, author_ids, authors_from, authors_shown),
        authors_from=authors_from,
        topics=tuple(WorkTopic(**subject) for subject in row["subjects"]),
        published=row["published"],
        updated=row["updated"],
        language=row["language"],
        standing_note=row["note"],
        origins=origins_of(row),
    )


def summary(author_id: str, author: Row) -> ResearcherSummary:
    """A researcher in a list."""
    trust = trust_of(author)
    topics: Iterable[Row] = author.get("neighbourhood", {}).get("topics", ())
    return ResearcherSummary(
        id=author_id,
        name=author["name"],
        works=author["size"],
        topics=tuple(topic["name"] for topic in topics)[:_LIST_TOPICS],
        trust=trust.text if trust else None,
    )


def _affiliation(stated: str | None, imported: Sequence[Fact]) -> Fact:
    """What the owner says, else the newest that sources say."""
    if stated:
        return Fact(label="Affiliation", value=stated, status="self-stated")
    return next(iter(imported), Fact(label="Affiliation"))


def _affiliations(author: Row) -> tuple[Fact, ...]:
    """What sources say, newest first; a source that stands alone is also that of undated ones."""
    dated = author.get("affiliated") or [{"printed": one} for one in author["affiliations"]]
    attesting = [item["source"] for item in author["attested_by"]]
    alone = attesting if len(attesting) == 1 else ()
    as_of = _as_of(author)
    return tuple(_imported(one, one.get("sources") or alone, as_of) for one in dated)


def _imported(said: Row, sources: Iterable[str], as_of: datetime) -> Fact:
    institution = said.get("institution") or {}
    ror = institution.get("ror")
    return Fact(
        label="Affiliation",
        value=institution.get("name") or said["printed"],
        status="imported",
        source=", ".join(map(source_name, sources)) or None,
        as_of=as_of,
        years=_years(said),
        url=institution_path(ror) if ror else None,
    )


def _years(dated: Row) -> str | None:
    first, last = dated.get("first_year"), dated.get("last_year")
    if not last:
        return None
    return str(last) if first in (None, last) else f"{first}–{last}"


def trust_of(author: Row) -> Trust | None:
    """The score of an author, once there is one."""
    scored = author.get("trust")
    return None if scored is None else Trust(**{k: scored[k] for k in Trust.model_fields})


def _as_of(author: Row) -> datetime:
    moments = [datetime.fromisoformat(item["imported_at"]) for item in author["attested_by"]]
    return max(moments, default=datetime.fromtimestamp(0, UTC))


def _work_fields(work_id: str, row: Row) -> dict[str, Any]:
    sources = row["sources"]
    return {
        "id": work_id,
        "title": row["title"],
        "type": row["type"],
        "year": row["year"],
        "source": source_name(sources[0]["source"]),
        "source_url": sources[0].get("url"),
        "venue": row["venue"],
        "abstract": row["abstract"],
        "authors_total": row.get("authors_total", len(row["authors"])),
        "standing": row["standing"],
        "identifiers": tuple(row["identifiers"]),
        "provenance": tuple(
            Provenance(**{**source, "source": source_name(source["source"])}) for source in sources
        ),
    }


def _authors(
    work_id: str, row: Row, author_ids: AuthorIds, first: int = 0, shown: int = AUTHORS_SHOWN
) -> tuple[WorkAuthor, ...]:
    return tuple(
        WorkAuthor(name=name, id=author_ids.get((work_id, place)))
        for place, name in enumerate(row["authors"][first : first + shown], first)
    )
