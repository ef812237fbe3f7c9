"""The creators of DataCite's records, in JSON or brought into its form."""

import re
from collections.abc import Iterator

from contracts.events.works import Authorship, Institution
from services.works.sources.fields import Json, objects_at, text_at, texts_at
from services.works.sources.markup import plain
from services.works.sources.people import (
    affiliated,
    author,
    author_as_printed,
    in_parts,
    is_group,
)
from services.works.sources.values import orcid, ror

_SEVERAL = re.compile(r"\s*;\s*")
_IN_BRACKETS = re.compile(r"(.+?)\s*\(([^()]+)\)")


def creators(creator: Json) -> Iterator[Authorship]:
    """One author, or several that were written into one name: `A, B (Place); C, D`."""
    name = plain(text_at(creator, "name"))
    parts = [part for part in _SEVERAL.split(name) if part]
    several = len(parts) > 1 and all("," in part for part in parts)
    placed = _IN_BRACKETS.fullmatch(name) if len(parts) == 1 else None
    if several or (placed and is_group(placed[2]) and not is_group(placed[1])):
        for part in parts:
            bracket = _IN_BRACKETS.fullmatch(part)
            printed, places = (bracket[1], (bracket[2],)) if bracket else (part, ())
            yield author_as_printed(printed, affiliations=places)
        return
    yield _creator(creator, parts[0] if parts else "")


def _creator(creator: Json, name: str) -> Authorship:
    type_ = (text_at(creator, "nameType") or text_at(creator, "type")).lower()
    group = True if type_ in ("organizational", "organization") else None
    given, family, suffix = text_at(creator, "givenName"), text_at(creator, "familyName"), ""
    if not (given and family) and not group:
        given, family, suffix = in_parts(name)
    person = bool(family) and not group
    return author(
        "" if person else name,
        given=given if person else "",
        family=family if person else "",
        suffix=suffix,
        group=group,
        identifiers=_orcids(creator),
        affiliations=_affiliations(creator),
        institutions=_institutions(creator),
    )


def _orcids(creator: Json) -> Iterator[str | None]:
    for identifier in objects_at(creator, "nameIdentifiers"):
        scheme = text_at(identifier, "nameIdentifierScheme") + text_at(identifier, "schemeUri")
        written = text_at(identifier, "nameIdentifier")
        if "orcid" in scheme.lower() or "orcid.org/" in written.lower():
            found = orcid(written)
            yield found and f"orcid:{found}"
    if "orcid.org/" in text_at(creator, "id"):
        found = orcid(text_at(creator, "id"))
        yield found and f"orcid:{found}"


def _affiliations(creator: Json) -> Iterator[str]:
    yield from texts_at(creator, "affiliation")
    for affiliation in objects_at(creator, "affiliation"):
        yield text_at(affiliation, "name")


def _institutions(creator: Json) -> Iterator[Institution]:
    for affiliation in objects_at(creator, "affiliation"):
        written = text_at(affiliation, "affiliationIdentifier").strip()
        if text_at(affiliation, "affiliationIdentifierScheme").upper() == "ROR":
            written = written if "/" in written else f"ror.org/{written}"
        yield from affiliated(ror(written), text_at(affiliation, "name"))
