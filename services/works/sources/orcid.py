"""ORCID's public records, version 3 and before (JSON): what a person says to have written.

Format: https://info.orcid.org/documentation/api-tutorials/api-tutorial-read-data-on-a-record/.
``orcid_xml`` reads the same in XML, by way of ``record``.

A record lists works, each in one group of summaries from several sources. It names the person that
it belongs to and seldom the co-authors, so a work's author list is not complete here; but that this
person is one of them is told by the person, with the ORCID iD, and so is who employed the person in
the year of the work.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import BinaryIO

from contracts.events.works import Authorship
from services.works.records import Outcome, Rejected, RelationKind
from services.works.sources.build import build
from services.works.sources.fields import Json, object_at, objects_at
from services.works.sources.jsonfile import outline, read
from services.works.sources.kinds import kind
from services.works.sources.markup import plain
from services.works.sources.orcid_employments import Employment, employed, employments
from services.works.sources.orcid_fields import is_public, value
from services.works.sources.people import author, author_as_printed
from services.works.sources.text import first_doi, quoted
from services.works.sources.values import (
    arxiv_id,
    digits,
    first,
    instant,
    language,
    milliseconds,
    orcid,
    pmcid,
    target,
)

FEED = "orcid"
ABOUT = "ORCID records (JSON)"

_CREDIT = re.compile(  # https://credit.niso.org, as addresses or as words
    r"conceptualization|data.curation|formal.analysis|funding.acquisition|investigation|methodology"
    r"|project.administration|resources|software|supervision|validation|visualization|writing"
)
_NO_ARRAYS: frozenset[tuple[str, ...]] = frozenset({("bulk",)})
_MARKS = ("orcid-identifier", "activities-summary", "work-summary", "put-code", "num-found")
_SHAPES = (
    {"last-modified-date", "path"},
    {"external-ids", "publication-date"},
    {"response-code", "developer-message"},
)


def recognises(head: bytes) -> bool:
    """Whether a file that begins so comes from ORCID."""
    seen = outline(head)
    if any(mark in seen or f"*.{mark}" in seen for mark in _MARKS):
        return True
    return "bulk.*.work" in seen or any(shape <= seen.keys() for shape in _SHAPES)


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """The works of a person's record, of a list of works, or single ones."""
    return read(stream, name, _NO_ARRAYS, _item)


def _item(item: Json, place: str) -> Iterator[Outcome]:
    """Works that are asked for together stand each in an object; so does the fault of one."""
    yield from record(object_at(item, "work") or object_at(item, "error") or item, place, FEED)


def record(item: Json, place: str, feed: str) -> Iterator[Outcome]:
    """The works in one document of ORCID's, in the form of its JSON."""
    if "developer-message" in item or "error-code" in item:
        told = value(item, "developer-message") or value(item, "error-code")
        yield Rejected(place, f"ORCID has no such record to show: {quoted(told)}")
        return
    owner = orcid(value(item, "orcid-identifier", "path")) or _owner(value(item, "path"))
    groups = objects_at(item, "activities-summary", "works", "group")
    groups = groups or objects_at(item, "works", "group") or objects_at(item, "group")
    works = [objects_at(group, "work-summary") for group in groups if "work-summary" in group]
    if not works and "title" in item and ("external-ids" in item or "put-code" in item):
        works = [[item]]
        owner = owner or orcid(value(item, "source", "source-orcid", "path"))  # only ever the owner
    if works:
        person = _person(object_at(item, "person"), owner) or _self_asserted(works, owner)
        hidden = "person" in item and person is None
        jobs = employments(item)
        for summaries in works:
            yield from _work(summaries, owner, person, jobs, place, feed, hidden=hidden)
    else:
        known = owner or place
        yield Rejected(known, "lists no work: a person alone, or other activities")


def _work(
    summaries: list[Json],
    owner: str | None,
    person: Authorship | None,
    jobs: Sequence[Employment],
    place: str,
    feed: str,
    *,
    hidden: bool,
) -> Iterator[Outcome]:
    """One work, of which the preferred summary leads and each adds its own identifiers.

    ``hidden`` tells that its owner shows no name, as against a list that names nobody.
    """
    public = [s for s in summaries if is_public(s)]
    codes = sorted(int(c) for s in public if (c := value(s, "put-code")).isdecimal())
    known = f"{owner}/{codes[0]}" if owner and codes else place
    if not public:
        yield Rejected(known, "private: shown to nobody or to few")
        return
    if not owner or not codes:
        missing = "a number of its own" if owner else "an ORCID iD to tell whose work it is"
        yield Rejected(known, f"is without {missing}")
        return
    lead = max(public, key=_preference)
    authors = _authors(objects_at(lead, "contributors", "contributor"))
    if not authors and hidden:
        yield Rejected(known, "its owner keeps the name private, so nobody is named")
        return
    led = [lead, *(s for s in public if s is not lead)]  # others may have the preprint's DOI
    ids = [i for s in led for i in objects_at(s, "external-ids", "external-id")]
    own = [i for i in ids if value(i, "external-id-relationship").lower() == "self"]
    touched = [moment for s in public if (moment := _moment(s)) is not None]
    subtitle = value(lead, "title", "subtitle")
    title = value(lead, "title", "title") or value(lead, "title")
    date = object_at(lead, "publication-date")
    when = [int(n) for p in ("year", "month", "day") if (n := value(date, p)).isdecimal()]
    owners = f"orcid:{owner}"
    authors = [
        employed(one, when[0] if when else None, jobs) if owners in one.identifiers else one
        for one in authors or ([person] if person else [])
    ]
    yield from build(
        source="orcid",
        feed=feed,
        record_id=known,
        url=f"https://orcid.org/{owner}",
        title=f"{title}: {subtitle}" if title and subtitle else title,
        abstract=value(lead, "short-description"),
        type=kind(value(lead, "type").lower().replace("_", "-")),
        when=when,
        modified=max(touched, default=None),
        venue=plain(value(lead, "journal-title")) or None,
        language=language(value(lead, "language-code")),
        authors=authors,
        authors_complete=len(authors) > 1,  # one alone is mostly the owner
        doi=first(map(_doi, own)),
        identifiers=[_identifier(i) for i in own],
        relations=_relations(ids),
    )


def _owner(path: str) -> str | None:
    """The ORCID iD in `/0000-0002-1825-0097/works`."""
    return first(map(orcid, path.split("/")))


def _preference(summary: Json) -> int:
    """The greater, the more its owner prefers this one of several."""
    index = value(summary, "display-index")
    return int(index) if index.lstrip("-").isdecimal() and len(index) < 10 else 0


def _moment(summary: Json) -> datetime | None:
    written = value(summary, "last-modified-date")
    return milliseconds(written) if written.isdecimal() else instant(written)


def _person(person: Json, owner: str | None) -> Authorship | None:
    """The person whose record it is; the other names count as spellings of this one."""
    name = object_at(person, "name")
    given, family = value(name, "given-names"), value(name, "family-name")
    credit = value(name, "credit-name")
    if not owner or not (given or family or credit):
        return None
    others = objects_at(person, "other-names", "other-name")
    spellings = [credit, *(value(other, "content") for other in others if is_public(other))]
    return author(
        "" if given or family else credit,
        given=given,
        family=family,
        group=False,
        variants=spellings,
        identifiers=(f"orcid:{owner}",),
    )


def _self_asserted(works: list[list[Json]], owner: str | None) -> Authorship | None:
    """The name under which the owner has added one of the works."""
    for summary in filter(is_public, chain.from_iterable(works)):
        for kind_ in ("source", "assertion-origin"):
            iri = value(summary, "source", f"{kind_}-orcid", "path")
            name = value(summary, "source", f"{kind_}-name")
            if name and owner and orcid(iri) == owner:
                return author(name, group=False, identifiers=(f"orcid:{owner}",))
    return None


def _authors(contributors: list[Json]) -> list[Authorship]:
    """Those who wrote the work; who has several of the roles of CRediT stands once."""
    found: list[Authorship] = []
    for contributor in contributors:
        role = value(contributor, "contributor-attributes", "contributor-role").lower()
        person = _contributor(contributor)
        writes = not role or "author" in role
        credited = _CREDIT.search(role) is not None and person not in found
        if person.name and (writes or credited):
            found.append(person)
    return found


def _contributor(contributor: Json) -> Authorship:
    iri = orcid(value(contributor, "contributor-orcid", "path"))
    name = plain(value(contributor, "credit-name"))
    return author_as_printed(name, identifiers=(iri and f"orcid:{iri}",))


def _doi(identifier: Json) -> str | None:
    type_ = value(identifier, "external-id-type").lower()
    if type_ == "uri":
        return first_doi(value(identifier, "external-id-value"))  # none if it leads elsewhere
    if type_ != "doi":
        return None
    normal = value(identifier, "external-id-normalized")
    written = (normal, value(identifier, "external-id-value"), value(identifier, "external-id-url"))
    return first(map(first_doi, written))


def _identifier(identifier: Json) -> str | None:
    type_ = value(identifier, "external-id-type").lower()
    written = value(identifier, "external-id-normalized") or value(identifier, "external-id-value")
    if type_ == "arxiv":
        found = arxiv_id(written)
        return f"arxiv:{found}" if found else None
    if type_ == "pmid":
        return digits("pmid", written)
    return pmcid(written) if type_ == "pmc" else None


def _relations(identifiers: list[Json]) -> Iterator[tuple[RelationKind, str | None]]:
    for identifier in identifiers:
        if value(identifier, "external-id-relationship").lower() == "version-of":
            type_ = value(identifier, "external-id-type")
            yield "is-version-of", target(type_, value(identifier, "external-id-value"))
