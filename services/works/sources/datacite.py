"""DataCite: its API (JSON:API), its public data file, and single records in JSON.

Format: https://support.datacite.org/docs/api and https://schema.datacite.org/meta/kernel-4/.
``datacite_xml`` reads the same schema in XML, by way of ``record``.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from contracts.events.works import Standing
from services.works.records import Outcome, Rejected, RelationKind
from services.works.sources.build import build
from services.works.sources.datacite_csl import from_csl
from services.works.sources.datacite_people import creators
from services.works.sources.fields import Json, object_at, objects_at, text_at
from services.works.sources.jsonfile import outline, read
from services.works.sources.kinds import CONTAINERS, kind
from services.works.sources.markup import plain
from services.works.sources.text import first_doi, quoted, with_subtitle
from services.works.sources.values import (
    arxiv_id,
    digits,
    first,
    instant,
    iso_parts,
    language,
    pmcid,
    target,
)

FEED = "datacite"
ABOUT = "DataCite records (JSON)"

_ARRAYS = frozenset({("data",)})
_UNTOLD = re.compile(
    r"\W{0,2}:\W?(?:unac|unal|unap|unas|unav|unkn|none|null|tba|etal)\b.{0,30}", re.I
)
"""What the schema has written where there is nothing: `(:unav)`, its appendix 3."""
_RELATIONS: dict[str, RelationKind] = {
    "isversionof": "is-version-of",
    "isnewversionof": "is-version-of",
    "ispreviousversionof": "has-version",
    "hasversion": "has-version",
    "isvariantformof": "is-version-of",
    "isoriginalformof": "has-version",
    "isidenticalto": "is-version-of",
    "obsoletes": "is-version-of",
    "isobsoletedby": "has-version",
    "isprepublicationof": "is-preprint-of",
    "ispublishedin": "is-preprint-of",
}
_TYPES = {
    "journalarticle": "article",
    "conferencepaper": "proceedings-article",
    "conferenceproceeding": "proceedings",
    "bookchapter": "chapter",
    "book": "book",
    "preprint": "preprint",
    "dissertation": "thesis",
    "report": "report",
    "peerreview": "review",
    "dataset": "dataset",
    "datapaper": "article",
    "software": "software",
    "computationalnotebook": "software",
    "standard": "standard",
    "poster": "poster",
    "presentation": "presentation",
    "award": "grant",
}
_VAGUE = ("", "text", "other", "collection")
_THESIS = re.compile(r"thes[ei]s|dissertation|(?:bachelor|master|diplom)arbeit|habilitation", re.I)


def recognises(head: bytes) -> bool:
    """Whether a file that begins so comes from DataCite."""
    seen = outline(head)
    if seen.get("data.type", seen.get("data.*.type")) == "dois" or seen.get("type") == "dois":
        return True
    if (
        "errors.*.status" in seen
        or "attributes.creators" in seen
        or "data.attributes.creators" in seen
    ):
        return True
    return {"creators", "titles"} <= seen.keys() or {"DOI", "issued", "id"} <= seen.keys()


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """The records of a page, of lines or a single one, in their order."""
    return read(stream, name, _ARRAYS, _item)


def _item(item: Json, place: str) -> Iterator[Outcome]:
    for told in objects_at(item, "errors"):
        reason = text_at(told, "title") or text_at(told, "detail")
        yield Rejected(place, f"DataCite reports an error: {quoted(reason)}")
        return
    item = object_at(item, "data") or item
    attributes = object_at(item, "attributes")
    if attributes:
        yield from record(attributes, place, FEED, text_at(item, "id"))
    elif "DOI" in item:
        yield from record(from_csl(item), place, FEED)
    else:
        yield from record(item, place, FEED)


def record(item: Json, place: str, feed: str, known: str = "") -> Iterator[Outcome]:
    """The record of one set of DataCite attributes."""
    written = text_at(item, "doi") or known or _doi(item) or text_at(item, "id")
    doi = first_doi(written)
    if doi is None:
        yield Rejected(place, f"not a DOI: {quoted(written)}")
        return
    if text_at(item, "state") not in ("", "findable") or item.get("isActive") is False:
        yield Rejected(doi, "not findable: its owner has withdrawn it from view")
        return
    container = _container(item)
    if container:
        yield Rejected(doi, f"describes {container}")
        return
    type_ = _type(item, doi)
    standing, note = _standing(item)
    yield from build(
        source="datacite",
        feed=feed,
        record_id=doi,
        url=f"https://doi.org/{doi}",
        title=_title(item),
        abstract=_abstract(item),
        type=type_,
        when=_when(item),
        modified=instant(text_at(item, "updated")),
        venue=_venue(item),
        language=language(text_at(item, "language")),
        authors=[person for c in objects_at(item, "creators") for person in creators(c)],
        doi=doi,
        identifiers=_identifiers(item),
        relations=_relations(item, type_),
        standing=standing,
        standing_note=note,
    )


def _doi(item: Json) -> str:
    """The DOI among the identifiers, where repositories have it that export the schema's JSON."""
    dois = (i for i in objects_at(item, "identifiers") if text_at(i, "identifierType") == "DOI")
    return text_at(next(dois, {}), "identifier")


def _title(item: Json) -> str:
    """The main title with its subtitle in the same language; never a translation of it."""
    titles = [t for t in objects_at(item, "titles") if _told(text_at(t, "title"))]
    main = next((t for t in titles if not text_at(t, "titleType")), None) or next(iter(titles), {})
    tongue = text_at(main, "lang")
    for title in titles:
        if text_at(title, "titleType") == "Subtitle" and text_at(title, "lang") == tongue:
            return with_subtitle(text_at(main, "title"), text_at(title, "title"))
    return text_at(main, "title")


def _told(text: str) -> str:
    """The text, empty when it says that there is none."""
    return "" if _UNTOLD.fullmatch(text.strip()) else text


def _abstract(item: Json) -> str:
    described = objects_at(item, "descriptions")
    found = (d for d in described if text_at(d, "descriptionType") == "Abstract")
    return _told(text_at(next(found, {}), "description"))


def _type(item: Json, doi: str) -> str:
    general = text_at(item, "types", "resourceTypeGeneral").lower()
    if general in _TYPES:
        return _TYPES[general]
    written = text_at(item, "types", "resourceType")
    if general not in _VAGUE:
        return "other"
    if doi.startswith("10.48550/arxiv."):
        return "preprint"
    found = kind(_hyphened(written), kind(written))
    return "thesis" if found == "other" and _THESIS.search(written) else found


def _container(item: Json) -> str | None:
    """What is described, if that is no work."""
    general = text_at(item, "types", "resourceTypeGeneral").lower()
    written = _hyphened(text_at(item, "types", "resourceType"))
    return CONTAINERS.get(written if general in ("", "text", "other") else general)


def _hyphened(written: str) -> str:
    """`JournalArticle` and `Journal article` as `journal-article`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", written.strip().replace(" ", "-")).lower()


def _when(item: Json) -> list[int | None]:
    """The day it was issued, or made available in the same year; else the year."""
    year = iso_parts(text_at(item, "publicationYear"))
    dates: dict[str, list[int | None]] = {}
    for date in objects_at(item, "dates"):
        dates.setdefault(text_at(date, "dateType"), iso_parts(text_at(date, "date")))
    for type_ in ("Issued", "Available", "Submitted", "Created"):
        parts = dates.get(type_, [])
        if len(parts) == 3 and (not year or parts[0] == year[0]):
            return parts
    return year or dates.get("Issued", [])


def _standing(item: Json) -> tuple[Standing, str | None]:
    """Withdrawn, if a day of withdrawal is told; perhaps with the reason."""
    for date in objects_at(item, "dates"):
        if text_at(date, "dateType") == "Withdrawn" and text_at(date, "date").strip():
            reason = plain(text_at(date, "dateInformation"))
            day = text_at(date, "date").strip()
            return "withdrawn", f"Withdrawn {day}: {reason}" if reason else f"Withdrawn {day}."
    return "current", None


def _venue(item: Json) -> str | None:
    publisher = item.get("publisher")
    name = text_at(item, "container", "title") or _around(item) or text_at(publisher, "name")
    place = _told(plain(name or (publisher if isinstance(publisher, str) else "")))
    return None if place.casefold() == "unpublished" else place or None


def _around(item: Json) -> str:
    """The title of the journal or the book that the work is published in."""
    for other in objects_at(item, "relatedItems"):
        if text_at(other, "relationType") == "IsPublishedIn":
            titles = (text_at(t, "title") for t in objects_at(other, "titles"))
            return first(titles) or ""
    return ""


def _identifiers(item: Json) -> Iterator[str | None]:
    for other in (*objects_at(item, "identifiers"), *objects_at(item, "alternateIdentifiers")):
        type_ = (
            text_at(other, "identifierType") or text_at(other, "alternateIdentifierType")
        ).lower()
        value = text_at(other, "identifier") or text_at(other, "alternateIdentifier")
        if type_ == "arxiv":
            found = arxiv_id(value)
            yield found and f"arxiv:{found}"
        elif type_ == "pmid":
            yield digits("pmid", value)
        elif type_ == "pmcid":
            yield pmcid(value)


def _relations(item: Json, type_: str) -> Iterator[tuple[RelationKind, str | None]]:
    """Other works than a preprint are published in a journal, a book, a series."""
    for other in objects_at(item, "relatedIdentifiers"):
        written = text_at(other, "relationType").lower()
        relation = _RELATIONS.get(written)
        if relation and (written != "ispublishedin" or type_ == "preprint"):
            scheme = text_at(other, "relatedIdentifierType")
            yield relation, target(scheme, text_at(other, "relatedIdentifier"))
