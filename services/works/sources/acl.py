"""The ACL Anthology's collections, one XML file each.

Format: https://github.com/acl-org/acl-anthology, ``data/xml/schema.rnc``.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from contracts.events.works import Authorship, Standing
from services.works.records import Outcome, Record, Rejected, Warned
from services.works.sources.people import HAN, is_group, without_doubtful
from services.works.sources.text import first_doi, formula, quoted, tidy, untex
from services.works.sources.values import implied, language, orcid
from services.works.sources.xml import read, root_tag, source_of, text_of

FEED = "acl-xml"
ABOUT = "an ACL Anthology collection (XML)"

_OLD = re.compile(r"[A-Z]\d\d")
_JOURNALS = frozenset({"cl", "tacl", "tal", "lilt", "ijclclp", "nejlt"})
_HAN = re.compile(rf"[{HAN}\u00b7]+")
_NOWHERE = re.compile(r"\W*(?:n\W?a|none|null)?\W*", re.I)
"""What is printed where there is no affiliation: `NA`, `-`."""


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is a collection of the Anthology's."""
    return root_tag(head) == "collection"


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """The papers of a collection, in its order; front matter is no paper."""
    return read(stream, name, ("paper",), _Collection().paper)


class _Collection:
    """What has to be remembered from paper to paper: the ids seen, and the current volume."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._volume: etree._Element | None = None
        self._venue: str | None = None
        self._year: int | None = None

    def paper(self, paper: etree._Element, place: str) -> Iterator[Outcome]:
        """The record of one paper, after warnings of what looks wrong in it."""
        volume = paper.getparent()
        if volume is None or volume.tag != "volume":
            yield Rejected(record=place, reason="stands outside a volume")
            return
        collection = volume.getparent()
        collection_id = "" if collection is None else collection.get("id", "")
        record_id = anthology_id(collection_id, volume.get("id", ""), paper.get("id", ""))
        if record_id is None:
            yield Rejected(record=place, reason="the collection, volume or paper has no usable id")
            return
        if record_id in self._seen:
            yield Rejected(record=record_id, reason=f"a second paper with this id ({place})")
            return
        self._seen.add(record_id)
        title = _flat(paper.find("title"))
        if not title:
            yield Rejected(record=record_id, reason=f"has no title ({place})")
            return
        if volume is not self._volume:
            self._enter(volume)

        file = text_of(paper.find("url"))
        if file and "/" not in file and file != record_id:
            yield Warned(record=record_id, reason=f"its file has another name: {quoted(file)}")
        named = [_author(a) for a in paper.iterfind("author")]
        authors = tuple(author for author in named if author.name)
        if len(authors) < len(named):
            yield Warned(record=record_id, reason="left out an author without a name")
        if not authors:
            yield Warned(record=record_id, reason="has no authors")
        found: list[Outcome] = []
        authors = without_doubtful(record_id, authors, found)
        yield from found
        written = text_of(paper.find("doi"))
        doi = first_doi(written)
        if written and doi is None:
            yield Warned(record=record_id, reason=f"not a DOI: {quoted(written)}")
        standing, note = _standing(paper)
        yield Record(
            source="acl",
            feed=FEED,
            record_id=record_id,
            version=_version(paper),
            url=f"https://aclanthology.org/{record_id}/",
            title=title,
            abstract=_flat(paper.find("abstract")) or None,
            type="article" if _is_journal(volume, collection_id) else "proceedings-article",
            year=self._year,
            venue=_flat(paper.find("journal")) or self._venue,
            language=language(text_of(paper.find("language"))),
            authors=authors,
            doi=doi,
            identifiers=tuple(i for i in implied(doi) if i != f"acl:{record_id}"),
            standing=standing,
            standing_note=note,
        )

    def _enter(self, volume: etree._Element) -> None:
        self._volume = volume
        journal = _flat(volume.find("meta/journal-title"))
        self._venue = journal or _flat(volume.find("meta/booktitle")) or None
        year = text_of(volume.find("meta/year"))
        self._year = int(year) if re.fullmatch(r"\d{4}", year) else None


def anthology_id(collection: str, volume: str, paper: str) -> str | None:
    """`2020.acl-main.1`, or `P19-1001` and `W19-0101` before 2020; None when a part is missing.

    The old form has one digit of volume and three of paper, but two and two for workshops. Source:
    https://aclanthology.org/info/ids/.
    """
    if not (collection and re.fullmatch(r"[\w-]+", volume) and re.fullmatch(r"\d+", paper)):
        return None
    if not _OLD.fullmatch(collection):
        return f"{collection}-{volume}.{paper}"
    if not re.fullmatch(r"\d+", volume):
        return None
    workshop = (
        collection[0] == "W" or collection == "C69" or (collection == "D19" and int(volume) >= 5)
    )
    if workshop:
        return f"{collection}-{int(volume):02d}{int(paper):02d}"
    return f"{collection}-{int(volume)}{int(paper):03d}"


def _flat(element: etree._Element | None) -> str:
    """Text with inline markup taken off and formulas made readable."""
    return "" if element is None else tidy("".join(_pieces(element)))


def _pieces(element: etree._Element) -> Iterator[str]:
    if element.tag == "tex-math":
        yield formula(source_of(element))
        return
    if element.tag == "par":  # a new paragraph
        yield " "
    if element.text:
        yield element.text if element.tag == "url" else untex(element.text)
    for child in element:
        yield from _pieces(child)
        if child.tail:
            yield untex(child.tail)


def _author(author: etree._Element) -> Authorship:
    given, family = text_of(author.find("first")), text_of(author.find("last"))
    person, iri = author.get("id"), orcid(author.get("orcid", ""))
    affiliations = (text_of(a) for a in author.iterfind("affiliation"))
    name = printed(given, family)
    group = is_group(name)
    return Authorship(
        name=name,
        given=None if group else given or None,
        family=None if group else family or None,
        variants=tuple(_variants(author)),
        identifiers=tuple(
            f"{scheme}:{value}" for scheme, value in (("acl", person), ("orcid", iri)) if value
        ),
        affiliations=tuple(a for a in affiliations if not _NOWHERE.fullmatch(a)),
        is_group=group,
    )


def printed(given: str, family: str) -> str:
    """A name as it stands in an author list of the Anthology's."""
    return f"{given} {family}".strip()


def _variants(author: etree._Element) -> Iterator[str]:
    """Names in another script. In Han characters the family name comes first, without a space.

    What ends in a comma was meant as the family name.
    """
    for variant in author.iterfind("variant"):
        given, family = text_of(variant.find("first")), text_of(variant.find("last"))
        if given.endswith(","):
            given, family = family, given.rstrip(", ")
        if _HAN.fullmatch(given) and _HAN.fullmatch(family):
            yield family + given
        elif given or family:
            yield f"{given} {family}".strip()


def _standing(paper: etree._Element) -> tuple[Standing, str | None]:
    """Retracted by its venue, or removed from the Anthology."""
    standings: tuple[tuple[str, Standing], ...] = (
        ("retracted", "retracted"),
        ("removed", "withdrawn"),
    )
    for tag, standing in standings:
        notice = paper.find(tag)
        if notice is not None:
            on = f" on {notice.get('date')}" if notice.get("date") else ""
            return standing, text_of(notice) or f"{tag.capitalize()}{on}."
    return "current", None


def _version(paper: etree._Element) -> int:
    """The highest revision; the original, which is revision 1, is listed only with others."""
    numbers = [r.get("id", "") for r in paper.iterfind("revision")]
    return max((int(n) for n in numbers if n.isdecimal()), default=1)


def _is_journal(volume: etree._Element, collection: str) -> bool:
    if volume.get("type") == "journal" or collection.partition(".")[2] in _JOURNALS:
        return True
    return _OLD.fullmatch(collection) is not None and collection[0] in "JQ"
