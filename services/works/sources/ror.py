"""ROR's registry of institutions, schema versions 1 and 2 (JSON): its data dump and its API.

Format: https://ror.readme.io/docs/ror-data-structure.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from services.works.records import InstitutionRecord, Outcome, Rejected
from services.works.sources.fields import Json, object_at, objects_at, text_at
from services.works.sources.fields import texts_at as texts
from services.works.sources.jsonfile import outline, read
from services.works.sources.markup import plain
from services.works.sources.text import quoted
from services.works.sources.values import instant, ror

FEED = "ror"
ABOUT = "ROR institutions (JSON)"

_ARRAYS = frozenset({("items",)})
_SCHEMES = {"grid": "grid", "isni": "isni", "wikidata": "wikidata", "fundref": "fundref"}
_SHARED_HOSTS = re.compile(
    r"(?:^|\.)(?:wikipedia\.org|facebook\.com|linkedin\.com|twitter\.com|x\.com|google\.com"
    r"|github\.io|wordpress\.com|blogspot\.com)$"
)


def recognises(head: bytes) -> bool:
    """Whether a file that begins so comes from ROR."""
    seen = outline(head)
    if ("number_of_results" in seen and "items" in seen) or "ROR ID" in seen.get("errors.*", ""):
        return True  # answers of the API
    return any(ror(seen.get(at, "")) for at in ("id", "*.id", "items.*.id"))


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """The institutions of a dump, a page or a single one, in their order."""
    return read(stream, name, _ARRAYS, _item)


def _item(item: Json, place: str) -> Iterator[Outcome]:
    item = object_at(item, "organization") or item  # as a match of an affiliation has it
    if errors := texts(item, "errors"):
        yield Rejected(place, f"ROR reports an error: {'; '.join(errors)}")
        return
    address = ror(text_at(item, "id"))
    if address is None:
        yield Rejected(place, f"not a ROR id: {quoted(text_at(item, 'id'))}")
        return
    record_id = address.rpartition("/")[2]
    names = _names_of_2(item) if "names" in item else _names_of_1(item)
    if not names["name"]:
        yield Rejected(record_id, "has no name")
        return
    status = text_at(item, "status")
    yield InstitutionRecord(
        source="ror",
        feed=FEED,
        record_id=record_id,
        name=names["name"],
        names=names["names"],
        acronyms=names["acronyms"],
        kinds=tuple(sorted(kind.lower() for kind in texts(item, "types"))),
        status=status if status in ("inactive", "withdrawn") else "active",
        country=_country(item),
        place=_place(item),
        domains=_domains(item),
        website=_website(item),
        identifiers=tuple(sorted(_identifiers(item))),
        parents=_related(item, "parent"),
        successors=_related(item, "successor"),
        modified=(moment := instant(text_at(item, "admin", "last_modified", "date")))
        and moment.date(),
    )


def _names(name: str, others: list[str], acronyms: list[str]) -> Json:
    shown = plain(name)
    return {
        "name": shown,
        "names": tuple(sorted({plain(other) for other in others} - {shown, ""})),
        "acronyms": tuple(sorted({plain(acronym) for acronym in acronyms} - {""})),
    }


def _names_of_1(item: Json) -> Json:
    labels = [text_at(label, "label") for label in objects_at(item, "labels")]
    return _names(text_at(item, "name"), labels + texts(item, "aliases"), texts(item, "acronyms"))


def _names_of_2(item: Json) -> Json:
    named = [(text_at(n, "value"), texts(n, "types")) for n in objects_at(item, "names")]
    shown = next((value for value, types in named if "ror_display" in types), "")
    shown = shown or next((value for value, types in named if "label" in types), "")
    acronyms = [value for value, types in named if "acronym" in types]
    return _names(shown, [v for v, types in named if "acronym" not in types], acronyms)


def _country(item: Json) -> str | None:
    code = text_at(item, "country", "country_code")
    for location in objects_at(item, "locations"):
        code = code or text_at(location, "geonames_details", "country_code")
    return code.upper() if re.fullmatch(r"[A-Za-z]{2}", code) else None


def _place(item: Json) -> str | None:
    city = next((text_at(a, "city") for a in objects_at(item, "addresses")), "")
    for location in objects_at(item, "locations"):
        city = city or text_at(location, "geonames_details", "name")
    return plain(city) or None


def _website(item: Json) -> str | None:
    addresses = texts(item, "links")
    addresses += [
        text_at(link, "value")
        for link in objects_at(item, "links")
        if text_at(link, "type") == "website"
    ]
    return next(
        (a.strip() for a in addresses if a.strip().startswith(("http://", "https://"))), None
    )


def _domains(item: Json) -> tuple[str, ...]:
    """Those that ROR lists; version 1 lists none, so the host of the website."""
    found = {domain.strip().lower() for domain in texts(item, "domains")}
    if "domains" not in item:
        try:
            host = (urlsplit(_website(item) or "").hostname or "").lower().removeprefix("www.")
        except ValueError:
            host = ""
        if "." in host and not _SHARED_HOSTS.search(host):
            found.add(host)
    return tuple(sorted(found))


def _identifiers(item: Json) -> set[str]:
    """All ids of an institution elsewhere, those of version 2 as of version 1."""
    found: set[str] = set()
    held: dict[str, list[Any]] = {}
    for scheme, value in object_at(item, "external_ids").items():
        held[scheme.lower()] = [value]
    for value in objects_at(item, "external_ids") if "names" in item else ():
        held.setdefault(text_at(value, "type").lower(), []).append(value)
    for scheme, values in held.items():
        for value in values if scheme in _SCHEMES else ():
            for text in (*texts(value, "all"), text_at(value, "preferred")):
                if text.strip():
                    found.add(f"{scheme}:{text.replace(' ', '')}")
    return found


def _related(item: Json, kind: str) -> tuple[str, ...]:
    ids = {
        found.rpartition("/")[2]
        for other in objects_at(item, "relationships")
        if text_at(other, "type").lower() == kind and (found := ror(text_at(other, "id")))
    }
    return tuple(sorted(ids))
