"""What holds of the records of all feeds, however each of them puts its records together.

A title that says it is retracted says so whichever source has it, and an address of somebody's mail
is no part of an affiliation that everybody reads.
"""

import re
from collections.abc import Iterator
from typing import Any

from contracts.events.works import Authorship, Standing
from services.works.records import Outcome, Record

_OF = r"(?:\s+(?:ARTICLE|PAPER|CHAPTER|[Aa]rticle|[Pp]aper|[Cc]hapter))?"
_MARKED = re.compile(rf"\W*(?:(RETRACTED|Retracted)|WITHDRAWN|REMOVED){_OF}\s*[:\]]")
_MARKED_AFTER = re.compile(rf"[(\[](?:RETRACTED|Retracted){_OF}(?:\.[^()\[\]]*)?[)\]]\W*$")
_MAIL = re.compile(
    r"(?:\b(?:electronic address|e-?mail(?: address)?)(?:es|s)?\s*:\s*)?"
    r"[^\s@]{1,64}@[^\s@]*\.[^\s@]+",
    re.I,
)


def for_everybody(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """The same, the records as everybody may read them."""
    for outcome in outcomes:
        yield _public(outcome) if isinstance(outcome, Record) else outcome


def _public(record: Record) -> Record:
    changes: dict[str, Any] = {}
    if standing := _told_by_title(record):
        changes |= {"standing": standing, "standing_note": "Its title says so."}
    if any("@" in place for author in record.authors for place in author.affiliations):
        changes["authors"] = tuple(map(_without_mail, record.authors))
    return record.model_copy(update=changes) if changes else record


def _told_by_title(record: Record) -> Standing | None:
    """What `RETRACTED:` before a title says, or `(Retracted article)` after it.

    A notice may be named like the work that it is about.
    """
    is_notice = record.type == "erratum" or any(
        relation.kind == "retraction-of" for relation in record.relations
    )
    if record.standing != "current" or is_notice:
        return None
    if before := _MARKED.match(record.title):
        return "retracted" if before[1] else "withdrawn"
    return "retracted" if _MARKED_AFTER.search(record.title) else None


def _without_mail(author: Authorship) -> Authorship:
    places = (_MAIL.sub("", place).strip(" ;,") for place in author.affiliations)
    return author.model_copy(update={"affiliations": tuple(dict.fromkeys(filter(None, places)))})
