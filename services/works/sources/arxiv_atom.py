"""arXiv's API: an Atom feed. Format: https://info.arxiv.org/help/api/user-manual.html."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import BinaryIO, NamedTuple

from lxml import etree

from contracts.events.works import Authorship, Subject
from services.works.records import Outcome, Record, Rejected, Warned
from services.works.sources.people import is_group, on_behalf
from services.works.sources.text import display, first_doi, quoted
from services.works.sources.values import implied
from services.works.sources.xml import day, read, root_tag, text_of

FEED = "arxiv-atom"
ABOUT = "an arXiv API response (Atom)"

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_SCHEME = "http://arxiv.org/schemas/atom"

_ID = re.compile(r"(?:\d{4}\.\d{4,5}|([a-z]+(?:-[a-z]+)*)(?:\.[A-Za-z-]+)?/(\d{7}))")
_ENTRY_ID = re.compile(r"https?://(?:[\w-]+\.)?arxiv\.org/abs/(?P<id>\S+?)(?:v(?P<version>\d+))?/?")
_CATEGORY = re.compile(r"([a-z]+(?:-[a-z]+)*)(?:\.[A-Za-z]+(?:-[A-Za-z]+)*)?")
_OPEN_ARCHIVES = (
    "astro-ph cond-mat cs econ eess gr-qc hep-ex hep-lat hep-ph hep-th math math-ph nlin nucl-ex "
    "nucl-th physics q-bio q-fin quant-ph stat"
)
_CLOSED_ARCHIVES = (  # their papers keep the name
    "acc-phys adap-org alg-geom ao-sci atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas dg-ga "
    "funct-an mtrl-th patt-sol plasm-ph q-alg solv-int supr-con"
)
_ARCHIVES = frozenset((*_OPEN_ARCHIVES.split(), *_CLOSED_ARCHIVES.split()))
MARK = re.compile(r"[\d*,;\s†‡§¶&]+|\d+(?:\s*(?:,|and|&)\s*\d+)+|[a-z]")
"""What refers to an affiliation and is none: `1, 2`, `a`, `*`."""
_OTHERS = re.compile(
    r"^et\.?\s*al\.?$|^others$|,?\s+(?:(?:and\s+)?et\.?\s+al\.?|and\s+others)$", re.I
)
_FOR = re.compile(r"^(?:for|on\s+behalf\s+of)\s+(?:the\s+)?", re.I)
_PAPER = "paper|article|manuscript|submission|preprint"
_WITHDRAWN = re.compile(
    rf"(?:^\W*(?:(?:{_PAPER})\s+)?(?:is\s+|was\s+|has\s+been\s+)?(?:temporarily\s+)?"
    r"(?:withdrawn|retracted)\b"
    rf"|\b(?:this|the)\s+(?:\w+\s+){{0,2}}?(?:{_PAPER}|work|"
    r"report|thesis|note|comment|document|letter)\s+(?:\w+\s+){0,2}?(?:is|was|has\s+been|been|"
    r"being)\s+(?:\w+\s+)?(?:withdrawn|retracted)\b"
    rf"|\b(?:I|we|author(?:s|\(s\))?)\s+(?:\w+\s+)?withdr(?:aws?|awn|ew)\s+"
    rf"(?:this|the|our|my)\s+(?:{_PAPER})\b"
    r"|\bwithdrawn\s+by\s+(?:the\s+)?(?:\w+\s+)?(?:author|arxiv|submitter)"
    r"|\bremoved\s+by\s+(?:the\s+)?arxiv\b)"
    r"(?!\s+from\s+(?!arxiv|the\s+arxiv))",
    re.I,
)


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is an Atom feed of arXiv's."""
    start = head.replace(b"\0", b"")  # also in UTF-16
    return b"arxiv.org" in start and root_tag(head) == f"{_ATOM}feed"


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """The entries of a feed, in its order. A feed without any is valid and gives nothing."""
    return read(stream, name, (f"{_ATOM}entry",), _entry)


def _entry(entry: etree._Element, place: str) -> Iterator[Outcome]:
    title = text_of(entry.find(f"{_ATOM}title"))
    address = text_of(entry.find(f"{_ATOM}id"))
    summary = text_of(entry.find(f"{_ATOM}summary"))
    if title == "Error" and not _ENTRY_ID.fullmatch(address):
        yield Rejected(record=place, reason=f"arXiv reports an error: {summary or address}")
        return
    found = _ENTRY_ID.fullmatch(address)
    record_id = found and paper_id(found["id"])
    if not found or not record_id:
        yield Rejected(record=place, reason=f"not the address of an arXiv paper: {quoted(address)}")
        return
    version = int(found["version"]) if found["version"] else None
    dates = _dates(entry)
    yield from paper(
        Fields(
            feed=FEED,
            record_id=record_id,
            version=version,
            title=title,
            abstract=summary,
            published=dates[0],
            updated=dates[1],
            authors=tuple(_authors(entry)),
            categories=_categories(entry),
            doi=text_of(entry.find(f"{_ARXIV}doi")),
            journal=text_of(entry.find(f"{_ARXIV}journal_ref")),
            comment=text_of(entry.find(f"{_ARXIV}comment")),
        )
    )


def _dates(entry: etree._Element) -> tuple[str, str]:
    return text_of(entry.find(f"{_ATOM}published")), text_of(entry.find(f"{_ATOM}updated"))


def _authors(entry: etree._Element) -> Iterator[Authorship]:
    for author in entry.iterfind(f"{_ATOM}author"):
        affiliations = (display(text_of(a)) for a in author.iterfind(f"{_ARXIV}affiliation"))
        name, behalf = on_behalf(display(text_of(author.find(f"{_ATOM}name"))))
        yield Authorship(
            name=name,
            affiliations=(*affiliations, *behalf),
            is_group=is_group(name),
        )


def _categories(entry: etree._Element) -> list[str]:
    """Terms of arXiv's own scheme and of none. ACM and MSC classes come under the same scheme."""
    return [
        category.get("term", "")
        for category in entry.iterfind(f"{_ATOM}category")
        if category.get("scheme") in (None, "", _SCHEME, f"{_SCHEME}/")
    ]


# --- what both of arXiv's feeds share -----------------------------------------------------------


class Fields(NamedTuple):
    """What an arXiv feed says of a paper, as written there."""

    feed: str
    record_id: str
    version: int | None
    title: str
    abstract: str
    published: str
    updated: str
    authors: tuple[Authorship, ...]
    categories: Iterable[str]
    doi: str
    journal: str
    comment: str
    modified: datetime | None = None
    withdrawn: bool = False


def paper_id(text: str) -> str | None:
    """`2106.03441`, `hep-th/9901001`; None when it is neither.

    A subject class is no part of the id: `math.GT/0309136` is the paper `math/0309136`.
    """
    found = _ID.fullmatch(text)
    if found is None:
        return None
    return f"{found[1]}/{found[2]}" if found[1] else text


def paper(fields: Fields) -> Iterator[Outcome]:
    """The record of an arXiv paper, after warnings of what looks wrong in it."""
    record_id = fields.record_id
    title = display(fields.title)
    if not title:
        yield Rejected(record=record_id, reason="has no title")
        return
    dates: list[date | None] = []
    for label, text in (("published", fields.published), ("updated", fields.updated)):
        try:
            dates.append(day(text))
        except ValueError:
            dates.append(None)
            yield Warned(record=record_id, reason=f"{label} on {quoted(text)}, which is no date")
    published, updated = dates
    named = tuple(_named(author) for author in fields.authors)
    complete = not any(_OTHERS.search(author.name) for author in fields.authors)
    if not complete:
        yield Warned(record=record_id, reason='lists some of its authors only: "et al"')
    authors = tuple(a for a in named if any(c.isalpha() for c in a.name))
    for author in fields.authors:
        if not any(c.isalpha() for c in author.name):
            yield Warned(record=record_id, reason=f"left out an author named {quoted(author.name)}")
    if not authors:
        yield Warned(record=record_id, reason="has no authors")
    doi = first_doi(fields.doi)
    if fields.doi and doi is None:
        yield Warned(record=record_id, reason=f"not a DOI: {quoted(fields.doi)}")
    note = _withdrawal(fields.comment, fields.abstract)
    if fields.withdrawn and not note:
        note = display(fields.comment) or "The latest version is withdrawn."
    latest = updated or published
    abstract = display(fields.abstract)
    written = {"title": (fields.title, title), "abstract": (fields.abstract, abstract)}
    yield Record(
        source="arxiv",
        feed=fields.feed,
        record_id=record_id,
        version=fields.version,
        url=f"https://arxiv.org/abs/{record_id}",
        title=title,
        abstract=abstract or None,
        type="preprint",
        published=published,
        updated=updated,
        modified=fields.modified,
        year=latest.year if latest else None,
        venue=display(fields.journal) or None,
        authors=authors,
        authors_complete=complete,
        subjects=_subjects(fields.categories),
        doi=doi,
        identifiers=tuple(i for i in implied(doi) if i != f"arxiv:{record_id}"),
        standing="withdrawn" if note else "current",
        standing_note=note,
        raw={name: raw for name, (raw, shown) in written.items() if raw != shown},
    )


def _named(author: Authorship) -> Authorship:
    """The author without words that stand for those who are not listed, or before a group.

    arXiv itself puts a space after every dot: `C. -P. Yuan`. What refers to an affiliation is none.
    """
    affiliations = tuple(a for a in author.affiliations if a and not MARK.fullmatch(a))
    printed = author.name.replace(". -", ".-")
    given, family = author.given and author.given.replace(". -", ".-"), author.family
    name = _OTHERS.sub("", printed)
    if author.is_group:
        name = _FOR.sub("", name)
    if name != printed:
        given = family = None
    parts = {"name": name, "given": given, "family": family}
    return author.model_copy(update={**parts, "affiliations": affiliations})


def _subjects(categories: Iterable[str]) -> tuple[Subject, ...]:
    """arXiv categories only: neither ACM classes (`I.2.7`) nor MSC ones (`68T50`)."""
    names = []
    for term in categories:
        found = _CATEGORY.fullmatch(term.strip())
        if found and found[1] in _ARCHIVES:
            names.append(found[0])
    return tuple(Subject(id=f"arxiv:{name}", name=name) for name in dict.fromkeys(names))


def _withdrawal(comment: str, abstract: str) -> str | None:
    """The sentence that withdraws the paper: in the comment, or in the abstract's place."""
    if _WITHDRAWN.search(comment):
        return display(comment)
    opening = re.split(r"(?<=\.)\s", abstract, maxsplit=1)[0]
    found = _WITHDRAWN.search(opening)
    return display(opening) if found and found.start() == 0 else None
