"""OpenAlex: works of its API and of its snapshot (JSON lines).

Format: https://docs.openalex.org/api-entities/works/work-object. OpenAlex infers who its authors
are, and gives an author's ORCID iD to every work that it thinks theirs: only ``raw_orcid``, as the
publisher wrote it, is evidence. Its author ids and its matches of institutions are not taken.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from contracts.events.works import Authorship, Subject
from services.works.records import Outcome, Rejected, Warned
from services.works.sources.build import build
from services.works.sources.fields import Json, object_at, objects_at, text_at, texts_at
from services.works.sources.jsonfile import outline, read
from services.works.sources.kinds import CONTAINERS, kind
from services.works.sources.markup import plain
from services.works.sources.people import author_as_printed
from services.works.sources.text import first_doi, quoted
from services.works.sources.values import (
    arxiv_id,
    digits,
    implied,
    instant,
    iso_parts,
    language,
    orcid,
    pmcid,
)

FEED = "openalex"
ABOUT = "OpenAlex works (API page or snapshot lines)"

_ARRAYS = frozenset({("results",)})
_ID = re.compile(r"(?:https://openalex\.org/)?([A-Z])(\d{1,12})")
_TERM = re.compile(r"https://openalex\.org/(?!works/)([a-z-]+)/[\w%-]+")
_OTHERS = {
    "A": "an author of OpenAlex's, whose works and identifiers it infers",
    "I": "an institution of OpenAlex's; institutions are taken from ROR",
    "S": "a journal or repository, no work",
    "P": "a publisher, no work",
    "F": "a funder, no work",
    "T": "a topic, no work",
    "C": "a concept, no work",
    "G": "an award, no work",
    "V": "a journal or repository, no work",
}
_NOBODY = ("https://openalex.org/A9999999999", "https://openalex.org/A5317838346")
"""Stand for authors without a name and for deleted ones."""
_DELETED = "W4285719527"
_MOST_WORDS = 30_000
_MOST_ON_PAGE = 100
_PUBMED = re.compile(
    r"https?://(?:www\.)?(?:pubmed\.ncbi|ncbi)\.nlm\.nih\.gov/(?:pubmed/)?(\d+)", re.I
)
_CENTRAL = re.compile(
    r"https?://(?:www\.|pmc\.)?(?:ncbi\.nlm\.nih\.gov(?:/pmc)?|europepmc\.org)/articles/(?:pmc)?(\d+)",
    re.I,
)
_BLANKS = re.compile(r"#(?:R|N|TAB)#")  # ends of lines and tabs in texts of Microsoft Academic


def recognises(head: bytes) -> bool:
    """Whether a file that begins so comes from OpenAlex."""
    seen = outline(head)
    for at in ("id", "*.id", "results.*.id", "ids.openalex", "results.*.ids.openalex"):
        if seen.get(at, "").startswith("https://openalex.org/"):
            return True
    for at in ("cited_by_api_url", "works_api_url"):
        if seen.get(at, "").startswith("https://api.openalex.org/"):
            return True
    return {"group_by", "results"} <= seen.keys() or {"error", "message"} <= seen.keys()


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """The works of a page or of lines, in their order; authors and others are refused."""
    return read(stream, name, _ARRAYS, _item)


def _item(item: Json, place: str) -> Iterator[Outcome]:
    if "error" in item and "id" not in item:
        told = text_at(item, "message") or text_at(item, "error")
        yield Rejected(place, f"OpenAlex reports an error: {quoted(told)}")
        return
    identifier = text_at(item, "id") or text_at(item, "ids", "openalex")
    if term := _TERM.fullmatch(identifier):
        yield Rejected(identifier, f"an entry of OpenAlex's list of {term[1]}, no work")
        return
    found = _ID.fullmatch(identifier)
    if not found:
        told = f"not an id of OpenAlex's: {quoted(identifier)}" if identifier else "has no id"
        yield Rejected(place, told)
        return
    record_id = "".join(found.groups())
    if found[1] != "W":
        yield Rejected(record_id, _OTHERS.get(found[1], "no work"))
        return
    if record_id == _DELETED:
        yield Rejected(record_id, "stands for works that OpenAlex has deleted, no work")
        return
    type_ = text_at(item, "type")
    if item.get("is_paratext") is True:
        type_ = "paratext"
    if type_ in CONTAINERS:
        yield Rejected(record_id, f"describes {CONTAINERS[type_]}")
        return
    authorships = objects_at(item, "authorships")
    cut = item.get("is_authors_truncated") is True or _is_cut(authorships)
    if cut:
        yield Warned(record_id, f"lists only the first {len(authorships)} authors")
    doi = first_doi(text_at(item, "doi") or text_at(item, "ids", "doi"))
    retracted = item.get("is_retracted") is True
    yield from build(
        source="openalex",
        feed=FEED,
        record_id=record_id,
        url=f"https://openalex.org/{record_id}",
        title=text_at(item, "title") or text_at(item, "display_name"),
        abstract=_abstract(item),
        type="preprint" if type_ == "article" and _is_preprint(item) else _type(item, type_),
        when=iso_parts(_published(item)),
        modified=instant(text_at(item, "updated_date")),
        venue=_venue(item),
        language=language(text_at(item, "language")),
        authors=[_author(a) for a in authorships],
        authors_complete=isinstance(item.get("authorships"), list) and not cut,
        subjects=tuple(_subjects(item)),
        doi=doi,
        identifiers=_identifiers(item),
        standing="retracted" if retracted else "current",
        standing_note="OpenAlex lists it as retracted." if retracted else None,
    )


def _published(item: Json) -> str:
    """The day, or the year: OpenAlex writes the first of January where it knows no more."""
    day = text_at(item, "publication_date").removesuffix("-01-01")
    return day or text_at(item, "publication_year")


def _is_cut(authorships: list[Json]) -> bool:
    """Whether a list ends where pages end it; an answer with selected fields does not tell."""
    return len(authorships) == _MOST_ON_PAGE and (
        text_at(authorships[-1], "author_position") == "middle"
    )


def _type(item: Json, written: str) -> str:
    """OpenAlex calls papers of proceedings articles; Crossref's type or the place tells them."""
    crossref = text_at(item, "type_crossref") or text_at(item, "primary_location", "raw_type")
    place = text_at(item, "primary_location", "source", "type")
    if written == "article" and place == "conference" and crossref != "journal-article":
        return kind("proceedings-article")
    return kind(crossref) if crossref == "proceedings-article" else kind(written)


def _is_preprint(item: Json) -> bool:
    """Whether it stands in repositories only, as it was submitted."""
    places = objects_at(item, "locations")
    versions = {text_at(p, "version") for p in places} - {""}
    kinds = {text_at(p, "source", "type") for p in places}
    return versions == {"submittedVersion"} and kinds == {"repository"}


def _abstract(item: Json) -> str:
    """The words of the inverted index, each at its places."""
    words: dict[int, str] = {}
    index: dict[str, Any] = object_at(item, "abstract_inverted_index")
    for word, places in object_at(index, "InvertedIndex").items() or index.items():
        for at in places if isinstance(places, list) else ():
            if isinstance(at, int) and 0 <= at < _MOST_WORDS:
                words[at] = word
    return _BLANKS.sub(" ", " ".join(words[at] for at in sorted(words)))


def _venue(item: Json) -> str | None:
    place = object_at(item, "primary_location") or object_at(item, "host_venue")
    name = text_at(place, "source", "display_name") or text_at(place, "raw_source_name")
    return plain(name or text_at(place, "display_name")) or None


def _author(authorship: Json) -> Authorship:
    """The author as printed, sometimes `Family, Given`; never what OpenAlex makes of them."""
    printed = text_at(authorship, "raw_author_name")
    if not printed and text_at(authorship, "author", "id") not in _NOBODY:
        printed = text_at(authorship, "author", "display_name")
    iri = orcid(text_at(authorship, "raw_orcid"))
    affiliations = texts_at(authorship, "raw_affiliation_strings") or texts_at(
        authorship, "raw_affiliation_string"
    )
    return author_as_printed(
        printed,
        identifiers=(iri and f"orcid:{iri}",),
        affiliations=[_BLANKS.sub(" ", told) for told in affiliations],
    )


def _subjects(item: Json) -> Iterator[Subject]:
    for topic in objects_at(item, "topics")[:5]:
        found = _ID.fullmatch(text_at(topic, "id"))
        if found and text_at(topic, "display_name"):
            name = plain(text_at(topic, "display_name"))
            yield Subject(id=f"openalex:{found[1]}{found[2]}", name=name)


def _identifiers(item: Json) -> Iterator[str | None]:
    """Those that it gives the work, and what the addresses of its copies say beyond them."""
    ids = object_at(item, "ids")
    pubmed, central = text_at(ids, "pmid"), text_at(ids, "pmcid")
    yield digits("mag", text_at(ids, "mag"))
    for address in _addresses(item):
        yield from implied(first_doi(address))
        if "arxiv.org/" in address:
            found = arxiv_id(address)
            yield found and f"arxiv:{found}"
        elif in_pubmed := _PUBMED.match(address):
            pubmed = pubmed or in_pubmed[1]
        elif in_central := _CENTRAL.match(address):
            central = central or in_central[1]
    yield digits("pmid", pubmed)
    yield pmcid(central)


def _addresses(item: Json) -> Iterator[str]:
    """Where its copies stand. Until 2023 places were called host venues."""
    for place in objects_at(item, "locations"):
        yield text_at(place, "landing_page_url")
    for name in ("host_venue", "alternate_host_venues"):
        for place in objects_at(item, name):
            yield text_at(place, "url")
