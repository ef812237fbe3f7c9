"""ORCID's public records in XML, as its API and its public data file have them.

It is brought into the form of the JSON API and read by ``orcid``.
"""

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from services.works.records import Outcome
from services.works.sources import orcid
from services.works.sources.fields import Json
from services.works.sources.xml import read, root_tag, source_of

FEED = "orcid-xml"
ABOUT = "ORCID records (XML)"

_NAMESPACE = "http://www.orcid.org/ns"
_ACTIVITIES = (  # besides works; the public data file has each by itself
    "distinction education employment funding invited-position membership peer-review "
    "qualification research-resource service"
)
_DOCUMENTS = tuple(
    f"{{{_NAMESPACE}/{space}}}{name}"
    for space, names in (
        ("record", "record"),
        (
            "activities",
            "activities-summary works distinctions educations employments fundings memberships "
            "invited-positions peer-reviews qualifications research-resources services",
        ),
        ("work", "work"),
        ("error", "error"),
        ("search", "search"),
        ("person", "person"),
        ("personal-details", "personal-details"),
        ("other-name", "other-names"),
        ("external-identifier", "external-identifiers"),
        ("email", "emails"),
        ("keyword", "keywords"),
        ("address", "addresses"),
        ("researcher-url", "researcher-urls"),
        ("expanded-search", "expanded-search"),
        *((activity, activity) for activity in _ACTIVITIES.split()),
    )
    for name in names.split()
)
_BULK = f"{{{_NAMESPACE}/bulk}}bulk"
_DEEPEST = 20


def recognises(head: bytes) -> bool:
    """Whether a file that begins so comes from ORCID."""
    return root_tag(head) in (*_DOCUMENTS, _BULK)


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """The works of a person's record, of a list of works, or single ones."""
    return read(stream, name, _DOCUMENTS, _document)


def _document(element: etree._Element, place: str) -> Iterator[Outcome]:
    yield from orcid.record(_as_json(element, _DEEPEST), place, FEED)


def _as_json(element: etree._Element, depth: int) -> Json:
    """Children by their names, several of one name as a list; text as ORCID's JSON has it."""
    found: Json = {str(name): text for name, text in element.attrib.items()}
    for child in element if depth else ():
        name = etree.QName(child).localname
        inside: Json | str = _as_json(child, depth - 1)
        if not len(child) and not child.attrib:
            inside = source_of(child).strip()
        elif not len(child) and isinstance(inside, dict):
            inside["value"] = source_of(child).strip()
        if name not in found:
            found[name] = inside
        elif isinstance(found[name], list):
            found[name].append(inside)
        else:
            found[name] = [found[name], inside]
    return found
