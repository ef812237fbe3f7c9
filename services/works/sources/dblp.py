"""DBLP: its dump and excerpts of it (XML). Format: https://dblp.org/faq/1474679.html.

Its DTD is never read: the Latin-1 names that it defines are put in the place of its entities. DBLP
tells namesakes apart by a number after the name, which is its own id of the person.
"""

import re
from collections.abc import Iterator, Sequence
from html.entities import name2codepoint
from typing import BinaryIO

from lxml import etree

from contracts.events.works import Authorship
from services.works.records import Outcome, PersonRecord, Rejected, Warned
from services.works.sources.build import build
from services.works.sources.kinds import kind
from services.works.sources.markup import inner, plain_of, without_full_stop
from services.works.sources.people import author
from services.works.sources.text import first_doi
from services.works.sources.values import arxiv_id, first, instant, orcid
from services.works.sources.xml import read, root_tag, text_of

FEED = "dblp"
ABOUT = "DBLP (XML)"

_ENTITIES = {name: code for name, code in name2codepoint.items() if 160 <= code <= 255}
_WORKS = (
    "article",
    "inproceedings",
    "proceedings",
    "book",
    "incollection",
    "phdthesis",
    "mastersthesis",
    "data",
    "www",
)
_OTHERS = {
    "person": "a person, no work",
    "person_record": "a person, no work",
    "dblpkey": "the key of a record alone",
}
_ALONE = re.compile(  # a record without the list around it, told by its key
    rb"[^<]*(?:<[?!][^>]*>\s*)*<[a-z]+\s[^>]*\bkey=\"[a-z]+/[^\">]+\""
)
_NAMESAKE = re.compile(r"(.+?)\s+(\d{4})")
_ANTHOLOGY = re.compile(
    r"https?://(?:www\.)?(?:aclanthology\.(?:org|info/papers)|aclweb\.org/anthology)/(?:papers/)?"
    r"([A-Z]\d\d-\d{4}|\d{4}\.[\w-]+\.\d+)(?:/|\.pdf)?"
)
_SHORT_DOI = re.compile(r"https?://doi\.(?:acm|ieeecomputersociety)\.org/(10\.\S+)")


def recognises(head: bytes) -> bool:
    """Whether a file that begins so comes from DBLP."""
    root = root_tag(head)
    return root in ("dblp", "dblpperson") or (root in _WORKS and _ALONE.match(head) is not None)


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """The works and the people, in their order."""
    return read(stream, name, (*_WORKS, *_OTHERS), _entry, _ENTITIES)


def _entry(entry: etree._Element, place: str) -> Iterator[Outcome]:
    key = entry.get("key", "")
    if key.startswith("homepages/"):
        yield _person(entry, key)
        return
    if entry.tag in _OTHERS:
        yield Rejected(key or place, _OTHERS[str(entry.tag)])
        return
    if not key:
        yield Rejected(place, "has no key")
        return
    if key.startswith("dblpnote/"):
        yield Rejected(key, "a note for the pages of DBLP, no work")
        return
    types = entry.get("publtype", "").split()
    withdrawn = "withdrawn" in types
    if withdrawn:
        yield Warned(key, "DBLP lists it as withdrawn")
    year = text_of(entry.find("year"))
    links = [text_of(link) for link in entry.iterfind("ee")]
    title = entry.find("title")
    yield from build(
        source="dblp",
        feed=FEED,
        record_id=key,
        url=f"https://dblp.org/rec/{key}",
        title="" if title is None else without_full_stop(inner(title)),
        type=_type(str(entry.tag), key, types),
        when=[int(year)] if re.fullmatch(r"\d{4}", year) else [],
        modified=instant(entry.get("mdate", "")),
        venue=plain_of(_first(entry, "journal", "booktitle", "school")) or None,
        authors=[_author(a) for a in entry.iterfind("author")],
        doi=first(map(_doi, links)),
        identifiers=[*map(_arxiv, links), *map(_acl, links), _corr(entry)],
        standing="withdrawn" if withdrawn else "current",
        standing_note="DBLP lists it as withdrawn." if withdrawn else None,
    )


def _person(entry: etree._Element, key: str) -> Outcome:
    """Whom a home page is of: all names on it are one person's, the first is the one in use."""
    names = [text_of(a) for a in entry.iterfind("author")]
    links = (u for u in entry.iterfind("url") if u.get("type") != "deprecated")
    iri = first(orcid(link) for link in map(text_of, links) if "orcid.org/" in link)
    types = entry.get("publtype", "").split()
    if "disambiguation" in types or "group" in types:
        return Rejected(key, "a page of several people under one name, or of a group")
    if len(names) < 2 and not (iri and names and _NAMESAKE.fullmatch(names[0])):
        return Rejected(key, "a person's home page that says nothing of other names, no work")
    numbered = [name for name in names if _NAMESAKE.fullmatch(name)]
    return PersonRecord(
        source="dblp",
        feed=FEED,
        record_id=key,
        identifier=f"dblp-author:{names[0]}",
        former=tuple(f"dblp-author:{name}" for name in numbered if name != names[0]),
        names=tuple(author(name).name for name in names if name not in numbered),
        known_as=(f"orcid:{iri}",) if iri else (),
        modified=instant(entry.get("mdate", "")),
    )


def _first(entry: etree._Element, *names: str) -> etree._Element | None:
    return next((found for name in names if (found := entry.find(name)) is not None), None)


def _type(tag: str, key: str, types: Sequence[str]) -> str:
    """``types`` are the words of `publtype`; a paper of an informal conference is no preprint."""
    if tag == "article" and key.startswith("tr/"):
        return "report"
    if key.startswith("journals/corr/") or (tag == "article" and "informal" in types):
        return "preprint"
    if "encyclopedia" in types:
        return "reference-entry"
    return "software" if "software" in types else kind(tag)


def _doi(link: str) -> str | None:
    """The DOI in an address of DOI's own or of a publisher that had one for it."""
    short = _SHORT_DOI.fullmatch(link)
    if " " in link or not (short or "doi.org/" in link):
        return None  # what stands before a blank may be the DOI of the whole volume
    return first_doi(short[1] if short else link)


def _arxiv(link: str) -> str | None:
    found = arxiv_id(link) if "arxiv.org/" in link else None
    return f"arxiv:{found}" if found else None


def _acl(link: str) -> str | None:
    found = _ANTHOLOGY.fullmatch(link)
    return f"acl:{found[1]}" if found else None


def _corr(entry: etree._Element) -> str | None:
    """The arXiv id of a paper of CoRR's, which stands in its volume: `abs/2106.03441`."""
    volume = text_of(entry.find("volume"))
    found = arxiv_id(volume.removeprefix("abs/")) if volume.startswith("abs/") else None
    return f"arxiv:{found}" if found else None


def _author(element: etree._Element) -> Authorship:
    name = text_of(element)
    numbered = _NAMESAKE.fullmatch(name)
    iri = orcid(element.get("orcid", ""))
    return author(
        numbered[1] if numbered else name,
        identifiers=(iri and f"orcid:{iri}", numbered and f"dblp-author:{name}"),
    )
