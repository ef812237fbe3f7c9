"""Crossref's REST API, its public data file and single works (JSON).

Format: https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md.
"""

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from contracts.events.works import Authorship, Institution, Standing
from services.works.records import Outcome, Rejected, RelationKind
from services.works.sources.build import build
from services.works.sources.crossref_people import are_all
from services.works.sources.fields import Json, date_parts, object_at, objects_at, text_at, texts_at
from services.works.sources.jsonfile import outline, read
from services.works.sources.kinds import CONTAINERS, kind
from services.works.sources.markup import plain
from services.works.sources.people import affiliated, author
from services.works.sources.text import quoted, with_subtitle
from services.works.sources.values import first, instant, language, milliseconds, orcid, ror, target

FEED = "crossref-rest"
ABOUT = "Crossref works (JSON)"

_ARRAYS = frozenset({("items",), ("message", "items")})
_DATES = (
    "published",
    "published-print",
    "published-online",
    "published-other",
    "posted",
    "approved",
    "award-start",
)
_INVESTIGATORS = ("lead-investigator", "co-lead-investigator", "investigator")
_MARKS = ("indexed", "deposited", "reference-count", "prefix", "member", "content-domain", "score")
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")

RELATIONS: dict[str, RelationKind] = {
    "is-preprint-of": "is-preprint-of",
    "has-preprint": "has-preprint",
    "is-version-of": "is-version-of",
    "has-version": "has-version",
    "is-same-as": "is-version-of",
    "is-identical-to": "is-version-of",
    "is-variant-form-of": "is-version-of",
    "is-original-form-of": "has-version",
}
UPDATES: dict[str, tuple[RelationKind, RelationKind]] = {  # of the notice; of the work
    "retraction": ("retraction-of", "retracted-by"),
    "partial_retraction": ("correction-of", "corrected-by"),
    "withdrawal": ("retraction-of", "retracted-by"),
    "removal": ("retraction-of", "retracted-by"),
    "correction": ("correction-of", "corrected-by"),
    "corrigendum": ("correction-of", "corrected-by"),
    "erratum": ("correction-of", "corrected-by"),
    "new_version": ("is-version-of", "has-version"),
    "new_edition": ("is-version-of", "has-version"),
}
WITHDRAWALS: dict[str, Standing] = {
    "retraction": "retracted",
    "withdrawal": "withdrawn",
    "removal": "withdrawn",
}


def recognises(head: bytes) -> bool:
    """Whether a file that begins so comes from Crossref."""
    seen = outline(head)
    if "message-type" in seen or "items.*.DOI" in seen:
        return True
    return any(f"{at}DOI" in seen and any(f"{at}{m}" in seen for m in _MARKS) for at in ("", "*."))


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """The works of a page, a list or lines, in their order."""
    return read(stream, name, _ARRAYS, _item)


def _item(item: Json, place: str) -> Iterator[Outcome]:
    if "message-type" in item:
        problems = objects_at(item, "message")
        if text_at(item, "message-type") != "work" or "DOI" not in object_at(item, "message"):
            told = "; ".join(filter(None, (text_at(p, "message") for p in problems)))
            told = told or text_at(item, "message-type")
            yield Rejected(place, f"Crossref reports an error or no work: {quoted(told)}")
            return
        item = object_at(item, "message")
    written = text_at(item, "DOI")
    if not _DOI.fullmatch(written.strip()):
        told = f"not a DOI: {quoted(written)}" if written.strip() else "has no DOI: not a work"
        yield Rejected(place, told)
        return
    doi = written.strip().lower()
    type_ = text_at(item, "type")
    if type_ in CONTAINERS:
        yield Rejected(doi, f"describes {CONTAINERS[type_]}")
        return
    item = _granted(item) if type_ == "grant" else item
    title = _title(item)
    relations = list(_relations(item, doi))
    standing, note = _standing(item, doi)
    when, authors = _when(item), [_author(a) for a in objects_at(item, "author")]
    yield from build(
        source="crossref",
        feed=FEED,
        record_id=doi,
        url=f"https://doi.org/{doi}",
        title=title,
        abstract=text_at(item, "abstract"),
        type=_type(item, type_, relations),
        when=when,
        modified=instant(text_at(item, "deposited", "date-time"))
        or milliseconds(text_at(item, "deposited", "timestamp")),
        venue=_venue(item),
        language=language(text_at(item, "language")),
        authors=authors,
        authors_complete=are_all(authors, when),
        doi=doi,
        relations=relations,
        standing=standing,
        standing_note=note,
    )


def _granted(item: Json) -> Json:
    """A grant as other works are: its project has the title, the abstract and the people."""
    project = next(iter(objects_at(item, "project")), {})
    titles = [text_at(title, "title") for title in objects_at(project, "project-title")]
    told = [text_at(d, "description") for d in objects_at(project, "project-description")]
    people = [person for role in _INVESTIGATORS for person in objects_at(project, role)]
    starts = objects_at(project, "award-start")
    known = {"title": titles, "abstract": next(iter(told), ""), "author": people}
    return {**known, "award-start": next(iter(starts), {}), **item}


def _title(item: Json) -> str:
    """Title and subtitle; a second title is the same in other words or in another language.

    A work that has no title in the journal's language may have one in its own.
    """
    titles = texts_at(item, "title") or texts_at(item, "original-title")
    return with_subtitle(next(iter(titles), ""), next(iter(texts_at(item, "subtitle")), ""))


def _when(item: Json) -> list[int | None]:
    """The day of issue; the earliest of the others where it is not among the fields asked for."""
    issued = date_parts(item, "issued")
    if any(issued):
        return issued
    return earliest(date_parts(item, name) for name in _DATES)


def earliest(found: Iterable[list[int | None]]) -> list[int | None]:
    """Of several days in parts the first; a month without day comes after its days."""
    known = [parts for parts in found if parts and parts[0]]
    return min(known, key=lambda parts: [*(p or 99 for p in parts), 99], default=[])


def _type(item: Json, written: str, relations: list[tuple[RelationKind, str | None]]) -> str:
    if any(kind_ in ("retraction-of", "correction-of") for kind_, _ in relations):
        return "erratum"
    if written == "posted-content":
        subtype = text_at(item, "subtype")
        return kind(subtype, "other") if subtype else "preprint"
    return kind(written)


def _venue(item: Json) -> str | None:
    names = texts_at(item, "container-title")
    if not names and text_at(item, "type") in ("posted-content", "dissertation"):
        names = [text_at(i, "name") for i in objects_at(item, "institution")]
        names.append(text_at(item, "group-title") and text_at(item, "publisher"))
    return plain(first(names) or "") or None


def _author(person: Json) -> Authorship:
    """A person, or an organisation, which has a `name` (for citations: `literal`) alone."""
    organisation = text_at(person, "name") or text_at(person, "literal")
    group = bool(organisation) and not (text_at(person, "given") or text_at(person, "family"))
    iri = orcid(text_at(person, "ORCID"))
    places = objects_at(person, "affiliation")
    return author(
        organisation if group else "",
        given=text_at(person, "given"),
        family=text_at(person, "family"),
        suffix=text_at(person, "suffix"),
        group=True if group else None,
        identifiers=(iri and f"orcid:{iri}",),
        affiliations=(text_at(p, "name") for p in places),
        institutions=[found for p in places for found in _institutions(p)],
    )


def _institutions(affiliation: Json) -> Iterator[Institution]:
    for identifier in objects_at(affiliation, "id"):
        yield from affiliated(ror(text_at(identifier, "id")), text_at(affiliation, "name"))


def _relations(item: Json, doi: str) -> Iterator[tuple[RelationKind, str | None]]:
    for name, kind_ in RELATIONS.items():
        for other in objects_at(item, "relation", name):
            yield kind_, target(text_at(other, "id-type"), text_at(other, "id"))
    for field, side in (("update-to", 0), ("updated-by", 1)):
        for update in objects_at(item, field):
            kinds = UPDATES.get(text_at(update, "type").lower())
            if kinds and text_at(update, "DOI").lower() != doi:
                yield kinds[side], target("doi", text_at(update, "DOI"))


def _standing(item: Json, doi: str) -> tuple[Standing, str | None]:
    """What others say of the work, or the work of itself: some are replaced by their notice."""
    own = (u for u in objects_at(item, "update-to") if text_at(u, "DOI").lower() == doi)
    for update in (*objects_at(item, "updated-by"), *own):
        type_ = text_at(update, "type").lower()
        if type_ in WITHDRAWALS:
            label = text_at(update, "label") or type_.capitalize()
            notice = text_at(update, "DOI").lower()
            return WITHDRAWALS[type_], f"{label}: https://doi.org/{notice}"
    if text_at(item, "status", "type").lower() in ("withdrawn", "removed"):  # of posted content
        told = (text_at(d, "description") for d in objects_at(item, "status", "status-description"))
        return "withdrawn", plain(first(told) or "") or None
    return "current", None
