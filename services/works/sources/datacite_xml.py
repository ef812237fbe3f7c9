"""DataCite's metadata schema in XML, kernel 2 to 4: one record, or several in an OAI-PMH answer.

Format: https://schema.datacite.org/meta/kernel-4/ and https://schema.datacite.org/oai/oai-1.1/. It
is brought into the form of the JSON API and read by ``datacite``.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from services.works.records import Deleted, Outcome, Rejected
from services.works.sources import datacite
from services.works.sources.fields import Json
from services.works.sources.markup import inner
from services.works.sources.text import first_doi
from services.works.sources.values import instant
from services.works.sources.xml import read, root_tag, text_of

FEED = "datacite-xml"
ABOUT = "DataCite records (XML)"

_KERNELS = tuple(
    f"{{http://datacite.org/schema/kernel-{version}}}resource"
    for version in (
        *("2.0", "2.1", "2.2", "2.3", "3", "3.0", "3.1", "4"),
        *(f"4.{minor}" for minor in range(10)),  # the schema says "4" to all of these
    )
)
_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_ENVELOPES = tuple(
    f"{{http://schema.datacite.org/oai/oai-{v}/}}oai_datacite" for v in ("1.0", "1.1")
)
_IN_OAI = re.compile(
    rb"""metadataPrefix=["'](?:oai_)?datacite|<oai_datacite\b"""
    rb"""|<(?:\w+:)?resource\s[^<>]*["']http://datacite\.org/schema/kernel-"""
    rb"""|<request[^<>]*>\s*https?://oai\.datacite\.org/"""
)
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def recognises(head: bytes) -> bool:
    """Whether a file that begins so holds such records."""
    root = root_tag(head)
    return root in (*_KERNELS, *_ENVELOPES) or (
        root == f"{_OAI}OAI-PMH" and _IN_OAI.search(head) is not None
    )


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """The records, in their order."""
    return read(stream, name, (f"{_OAI}record", f"{_OAI}error", *_KERNELS), _record)


def _record(element: etree._Element, place: str) -> Iterator[Outcome]:
    """A record by itself, or one in an answer of OAI-PMH, where it may be deleted."""
    if element.tag in _KERNELS:
        yield from _resource(element, place)
        return
    if element.tag == f"{_OAI}error":
        told = f"{element.get('code', 'error')}: {text_of(element)}"
        yield Rejected(place, f"the repository reports {told}")
        return
    known = text_of(element.find(f"{_OAI}header/{_OAI}identifier"))
    changed = text_of(element.find(f"{_OAI}header/{_OAI}datestamp"))
    if element.find(f"{_OAI}header[@status='deleted']") is not None:
        doi = first_doi(known[known.find("10.") :]) if "10." in known else None
        if doi is None:
            yield Rejected(known or place, "deleted at the source, under no DOI")
        else:
            yield Deleted("datacite", FEED, doi, instant(changed))
        return
    resource = next(element.iter(*_KERNELS), None)
    if resource is None:
        yield Rejected(known or place, "no metadata in DataCite's form")
    else:
        yield from _resource(resource, known or place, changed)


def _resource(resource: etree._Element, place: str, changed: str = "") -> Iterator[Outcome]:
    type_ = resource.find("{*}resourceType")
    item: Json = {
        "doi": _text(resource, "identifier"),
        "updated": changed,
        "titles": [
            {
                "title": inner(title),
                "titleType": title.get("titleType", ""),
                "lang": title.get(_LANG, ""),
            }
            for title in resource.iterfind("{*}titles/{*}title")
            if text_of(title)
        ],
        "descriptions": [
            {"descriptionType": d.get("descriptionType", ""), "description": inner(d)}
            for d in resource.iterfind("{*}descriptions/{*}description")
        ],
        "types": {
            "resourceTypeGeneral": "" if type_ is None else type_.get("resourceTypeGeneral", ""),
            "resourceType": text_of(type_),
        },
        "publicationYear": _text(resource, "publicationYear"),
        "dates": [
            {
                "dateType": date.get("dateType", ""),
                "date": text_of(date),
                "dateInformation": date.get("dateInformation", ""),
            }
            for date in resource.iterfind("{*}dates/{*}date")
        ],
        "publisher": _text(resource, "publisher"),
        "language": _text(resource, "language"),
        "creators": [
            creator
            for element in resource.iterfind("{*}creators/{*}creator")
            for creator in _creators(element)
        ],
        "alternateIdentifiers": [
            {
                "alternateIdentifierType": other.get("alternateIdentifierType", ""),
                "alternateIdentifier": text_of(other),
            }
            for other in resource.iterfind("{*}alternateIdentifiers/{*}alternateIdentifier")
        ],
        "relatedIdentifiers": [
            {
                "relationType": other.get("relationType", ""),
                "relatedIdentifierType": other.get("relatedIdentifierType", ""),
                "relatedIdentifier": text_of(other),
            }
            for other in resource.iterfind("{*}relatedIdentifiers/{*}relatedIdentifier")
        ],
        "relatedItems": [
            {
                "relationType": other.get("relationType", ""),
                "titles": [{"title": inner(t)} for t in other.iterfind("{*}titles/{*}title")],
            }
            for other in resource.iterfind("{*}relatedItems/{*}relatedItem")
        ],
    }
    yield from datacite.record(item, place, FEED)


def _text(element: etree._Element, name: str) -> str:
    return text_of(element.find(f"{{*}}{name}"))


def _creators(element: etree._Element) -> Iterator[Json]:
    """The creator; several when their names have been put into one element by mistake."""
    creator: Json = {}
    for part in element:
        name = etree.QName(part).localname
        if name == "creatorName":
            if creator:
                yield creator
            creator = {
                "name": text_of(part),
                "nameType": part.get("nameType", ""),
                "nameIdentifiers": [],
                "affiliation": [],
            }
        elif name in ("givenName", "familyName"):
            creator[name] = text_of(part)
        elif name == "nameIdentifier":
            identifier = {
                "nameIdentifierScheme": part.get("nameIdentifierScheme", ""),
                "schemeUri": part.get("schemeURI", ""),
                "nameIdentifier": text_of(part),
            }
            creator.setdefault("nameIdentifiers", []).append(identifier)
        elif name == "affiliation":
            affiliation = {
                "name": text_of(part),
                "affiliationIdentifier": part.get("affiliationIdentifier", ""),
                "affiliationIdentifierScheme": part.get("affiliationIdentifierScheme", ""),
            }
            creator.setdefault("affiliation", []).append(affiliation)
    if creator:
        yield creator
