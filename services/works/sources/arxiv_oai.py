"""arXiv's OAI-PMH responses, metadataPrefix ``arXiv`` and ``arXivRaw``.

Format: https://info.arxiv.org/help/oa/index.html. Elements are found by their local names: real
responses have been stored with the metadata in OAI's own namespace.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import BinaryIO

from lxml import etree

from contracts.events.works import Authorship
from services.works.records import Deleted, Outcome, Rejected
from services.works.sources.arxiv_atom import MARK, Fields, paper, paper_id
from services.works.sources.people import is_group, on_behalf
from services.works.sources.text import display, quoted
from services.works.sources.values import instant
from services.works.sources.xml import read, root_tag, text_of

FEED = "arxiv-oai"
ABOUT = "an arXiv OAI-PMH response (metadataPrefix arXiv or arXivRaw)"

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_SCHEMA = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
_OWN = re.compile(
    rb"<(?:[\w.-]+:)?(?:request[^<>]*>\s*https?://[\w.-]*arxiv\.org/|identifier>\s*oai:arxiv\.org:)"
)
_RAISED = re.compile(r"\$\s*(?:\{\s*\}\s*)?\^\s*(?:\{[^{}$]*\}|\\?\w+|\*)\s*\$")
"""Marks that refer to an affiliation, as TeX raises them: `$^{1,2}$`, `${}^a$`."""
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV")
_LEGEND = re.compile(r"\(([\d*†‡§¶]+|[a-z])\)\s*([^()]*(?:\([^()]{2,}\)[^()]*)*)")


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is an OAI-PMH response of arXiv's: others hold its ids too."""
    start = head.replace(b"\0", b"").lower()  # also in UTF-16
    return _OWN.search(start) is not None and root_tag(head) == f"{_OAI}OAI-PMH"


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """The records of a response, in its order; also headers alone, as ``ListIdentifiers`` has."""
    return read(stream, name, (f"{_OAI}record", f"{_OAI}header", f"{_OAI}error"), _record)


def _record(record: etree._Element, place: str) -> Iterator[Outcome]:
    if record.tag == f"{_OAI}error":
        code = record.get("code", "error")
        yield Rejected(record=place, reason=f"arXiv reports {code}: {text_of(record)}")
        return
    header = record if record.tag == f"{_OAI}header" else record.find(f"{_OAI}header")
    identifier = "" if header is None else text_of(header.find(f"{_OAI}identifier"))
    known = identifier.rpartition(":")[2] or place
    if header is not None and header.get("status") == "deleted":
        deleted = paper_id(known)
        if deleted is None:
            yield Rejected(record=known, reason="deleted at the source, under no id of a paper")
        else:
            yield Deleted("arxiv", FEED, deleted, _datestamp(header))
        return
    metadata = record.find(f"{_OAI}metadata")
    entry = metadata[0] if metadata is not None and len(metadata) else None
    form = "" if entry is None else etree.QName(entry).localname
    if entry is None or form not in ("arXiv", "arXivRaw"):
        reason = f"metadata in the form {form}, not arXiv or arXivRaw" if form else "no metadata"
        yield Rejected(record=known, reason=reason)
        return
    written = _text(entry, "id") or known
    record_id = paper_id(written)
    if record_id is None:
        yield Rejected(record=place, reason=f"not the id of an arXiv paper: {quoted(written)}")
        return
    if form == "arXiv":
        version, withdrawn = None, False
        published, updated = _days(entry, record_id)
        authors = tuple(_author(a) for a in entry.iterfind("{*}authors/{*}author"))
    else:
        version, published, updated = _history(entry)
        withdrawn = _is_withdrawn(entry, version)
        authors = tuple(split_authors(_text(entry, "authors")))
    yield from paper(
        Fields(
            feed=FEED,
            record_id=record_id,
            version=version,
            title=_text(entry, "title"),
            abstract=_text(entry, "abstract"),
            published=published,
            updated=updated,
            authors=authors,
            categories=_text(entry, "categories").split(),
            doi=_text(entry, "doi"),
            journal=_text(entry, "journal-ref"),
            comment=_text(entry, "comments"),
            modified=_datestamp(header),
            withdrawn=withdrawn,
        )
    )


def _datestamp(header: etree._Element | None) -> datetime | None:
    """When arXiv last touched the record, by the day."""
    return None if header is None else instant(text_of(header.find(f"{_OAI}datestamp")))


def _text(element: etree._Element, name: str) -> str:
    return text_of(element.find(f"{{*}}{name}"))


def _author(author: etree._Element) -> Authorship:
    """An author in parts. A collaboration has neither given nor family name.

    arXiv cuts any name before its last word: `Collaboration`, `Ann Lee for the Belle`.
    """
    family, given, suffix = (
        display(" ".join(text_of(part) for part in author.iterfind(f"{{*}}{name}")))
        for name in ("keyname", "forenames", "suffix")
    )
    affiliations = (display(text_of(a)) for a in author.iterfind("{*}affiliation"))
    name, behalf = on_behalf(" ".join(part for part in (given, family, suffix) if part))
    group = is_group(name)
    return Authorship(
        name=name,
        given=None if group or behalf else given or None,
        family=None if group or behalf else family or None,
        affiliations=(*affiliations, *behalf),
        is_group=group,
    )


def _days(entry: etree._Element, record_id: str) -> tuple[str, str]:
    """The day of the first version, as far as it is told, and that of the latest.

    arXiv's service of 2025 writes the latter under ``created``, and under ``updated`` when it last
    touched the record. That it is not the first version's tells the month in the paper's id.
    """
    created = _text(entry, "created")
    number = record_id.rpartition("/")[2]
    month = f"{19 if number[0] == '9' else 20}{number[:2]}-{number[2:4]}"
    later = re.match(r"\d{4}-\d{2}-", created) is not None and created[:7] > month
    if later or "//oaipmh.arxiv.org/" in entry.get(_SCHEMA, ""):
        return "" if later else created, created
    return created, _text(entry, "updated") or created


def _history(entry: etree._Element) -> tuple[int | None, str, str]:
    """The latest version, the day of the first and the day of the latest."""
    days: dict[int, str] = {}
    for version in entry.iterfind("{*}version"):
        number = version.get("version", "").removeprefix("v")
        if number.isdecimal():
            days[int(number)] = _iso_day(_text(version, "date"))
    if not days:
        return None, "", ""
    return max(days), days[min(days)], days[max(days)]


def _is_withdrawn(entry: etree._Element, latest: int | None) -> bool:
    """Whether the latest version has no source, which is how arXiv marks a withdrawal."""
    found = entry.find(f"{{*}}version[@version='v{latest}']")
    if found is None or _text(found, "size") != "0kb":
        return False
    return _text(found, "source_type").endswith("I")


def _iso_day(text: str) -> str:
    """`Mon, 22 Oct 2018 22:41:50 GMT` as `2018-10-22`; left as it is when it is not such a date."""
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError, OverflowError):
        return text


def split_authors(line: str) -> Iterator[Authorship]:
    """The authors of one line, such as `A. Author, B. Author (Affiliation), and C. Author`.

    A bracket after a name is its affiliation; numbers in it refer to the bracket at the end of
    the line, `((1) Here, (2) There)`, or to nothing.
    Format: https://info.arxiv.org/help/prep.html#author.
    """
    parts = _parts(display(_RAISED.sub("", line)))
    legend: dict[str, str] = {}
    if parts and parts[-1][0] == "" and len(parts) > 1:
        for bracket in parts.pop()[1]:
            legend |= {mark: place.strip(" ,;.") for mark, place in _LEGEND.findall(bracket)}
    elif parts and (last := [b for b in parts[-1][1] if b.startswith("(")]):
        for bracket in last:
            legend |= {mark: place.strip(" ,;.") for mark, place in _LEGEND.findall(bracket)}
        parts[-1] = (parts[-1][0], [b for b in parts[-1][1] if b not in last])
    for name, brackets in parts:
        if name:
            name, behalf = on_behalf(name)
            affiliations = (*_affiliations(brackets, legend), *behalf)
            yield Authorship(name=name, affiliations=affiliations, is_group=is_group(name))


def _affiliations(brackets: list[str], legend: dict[str, str]) -> Iterator[str]:
    for bracket in brackets:
        if not MARK.fullmatch(bracket):
            if bracket:
                yield bracket
            continue
        for mark in re.findall(r"\d+|[*†‡§¶]+|\b[a-z]\b", bracket):
            if mark in legend:
                yield legend[mark]


def _parts(line: str) -> list[tuple[str, list[str]]]:
    """Names with the brackets after them, split at commas, semicolons, colons and "and"."""
    parts: list[tuple[str, list[str]]] = []
    name, brackets, depth, start = "", [], 0, 0
    for token in re.finditer(r"[()]|[,;:]|\s+(?:and|&)\s+|(?<=,)\s*and\s+|[^(),;:\s]+|\s+", line):
        word = token[0]
        if word == "(":
            depth += 1
            start = token.end() if depth == 1 else start
        elif word == ")" and depth:
            depth -= 1
            if depth == 0:
                brackets.append(line[start : token.start()].strip())
        elif depth:
            continue
        elif word in ",;:" or word.strip() in ("and", "&"):
            _add(parts, name, brackets)
            name, brackets = "", []
        else:
            name += word
    if depth:  # a bracket that is not closed
        name += "(" + line[start:]
    _add(parts, name, brackets)
    return parts


def _add(parts: list[tuple[str, list[str]]], name: str, brackets: list[str]) -> None:
    name = " ".join(name.split())
    if _SUFFIX.fullmatch(name) and parts:
        before = parts[-1]
        parts[-1] = (f"{before[0]}, {name}", before[1] + brackets)
    elif name or brackets:
        parts.append((name, brackets))
