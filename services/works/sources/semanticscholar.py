"""Semantic Scholar: its Graph and Recommendations APIs, its datasets (JSON).

Format: https://api.semanticscholar.org/api-docs/graph. Its authors are clusters that it infers, so
neither their ids nor their identifiers are taken, nor which part of a name is which. A response has
only the fields asked for.
"""

from collections.abc import Iterator
from typing import BinaryIO

from contracts.events.works import Authorship, Subject
from services.works.records import Outcome, Rejected
from services.works.sources.build import build
from services.works.sources.fields import Json, object_at, objects_at, text_at
from services.works.sources.fields import texts_at as texts
from services.works.sources.jsonfile import outline, read
from services.works.sources.kinds import kind
from services.works.sources.markup import plain
from services.works.sources.people import author
from services.works.sources.semanticscholar_corpora import MARKS, as_graph
from services.works.sources.text import first_doi, quoted
from services.works.sources.values import arxiv_id, digits, iso_parts, pmcid

FEED = "semanticscholar"
ABOUT = "Semantic Scholar papers (JSON of its APIs and datasets)"

_ARRAYS = frozenset({("data",), ("recommendedPapers",)})
_INSIDE = ("citingPaper", "citedPaper")
_SITE = "https://www.semanticscholar.org/paper/"
_API = "https://api.semanticscholar.org/"  # leads on from a number of the corpus
_PREPRINTS = ("10.48550/", "10.1101/")  # DOIs of arXiv, bioRxiv, medRxiv
_ERRORS = ({"error"}, {"message", "code"})
_EMPTY = ({"data"}, {"offset", "data"})
_MARKS = ("paperId", "authorId", *_INSIDE, *MARKS)


def recognises(head: bytes) -> bool:
    """Whether a file that begins so comes from Semantic Scholar."""
    seen = outline(head)
    if "recommendedPapers" in seen or {"total", "data"} <= seen.keys():
        return True
    if seen.keys() in _ERRORS or seen.keys() in _EMPTY:
        return True
    return any(f"{at}{mark}" in seen for at in ("", "*.", "data.*.") for mark in _MARKS)


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """The papers of a response, in its order; authors are refused."""
    return read(stream, name, _ARRAYS, _item)


def _item(item: Json, place: str) -> Iterator[Outcome]:
    if item.keys() in _ERRORS or ("error" in item and "paperId" not in item):
        told = quoted(text_at(item, "error") or text_at(item, "message"))
        yield Rejected(place, f"Semantic Scholar reports an error: {told}")
        return
    for name in _INSIDE:
        item = object_at(item, name) or item
    item = as_graph(item)
    record_id = text_at(item, "paperId").strip()
    if not record_id:
        known = (text_at(item, "authorId") or text_at(item, "authorid")).strip()
        reason = (
            "an author of Semantic Scholar's, whose works it infers"
            if known
            else "has no id: not among its papers"
        )
        yield Rejected(known or place, reason)
        return
    if "corpusid" in item and "title" not in item:
        told = "names no work: of Semantic Scholar's datasets only `papers` does"
        yield Rejected(record_id, told)
        return
    ids = object_at(item, "externalIds")
    doi = first_doi(text_at(ids, "DOI"))
    types = [t for t in map(kind, texts(item, "publicationTypes")) if t != "other"]
    arxiv = arxiv_id(text_at(ids, "ArXiv"))
    acl, dblp, mag = (text_at(ids, scheme).strip() for scheme in ("ACL", "DBLP", "MAG"))
    yield from build(
        source="s2",
        feed=FEED,
        record_id=record_id,
        url=f"{_API if record_id.startswith('CorpusID:') else _SITE}{record_id}",
        title=text_at(item, "title"),
        abstract=text_at(item, "abstract"),
        type=_type(item, types, doi),
        when=iso_parts(text_at(item, "publicationDate") or text_at(item, "year")),
        venue=plain(text_at(item, "venue") or text_at(item, "journal", "name")) or None,
        authors=[_author(a) for a in objects_at(item, "authors")],
        authors_complete=isinstance(item.get("authors"), list),
        subjects=tuple(
            Subject(id=f"s2:{field}", name=field)
            for field in dict.fromkeys(map(plain, texts(item, "fieldsOfStudy")))
        ),
        doi=doi,
        identifiers=(
            arxiv and f"arxiv:{arxiv}",
            acl and f"acl:{acl}",
            dblp and f"dblp:{dblp}",
            mag and digits("mag", mag),
            digits("pmid", text_at(ids, "PubMed")),
            pmcid(text_at(ids, "PubMedCentral")),
        ),
    )


def _type(item: Json, types: list[str], doi: str | None) -> str:
    venue = f"{text_at(item, 'venue')} {text_at(item, 'journal', 'name')}".lower()
    if "rxiv" in venue and (not doi or doi.startswith(_PREPRINTS)):
        return "preprint"
    if "proceedings-article" in types:  # beside JournalArticle, which nearly all papers have
        return "proceedings-article"
    return types[0] if types else "other"


def _author(person: Json) -> Authorship:
    parts = [part for name in ("first", "middle", "last", "suffix") for part in texts(person, name)]
    return author(
        text_at(person, "name") or " ".join(parts), affiliations=texts(person, "affiliations")
    )
