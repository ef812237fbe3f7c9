"""Where the owner of an ORCID record says to have worked, and when."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from contracts.events.works import Authorship, Institution
from services.works.countries import name_of
from services.works.sources.fields import Json, object_at, objects_at, text_at
from services.works.sources.markup import plain
from services.works.sources.orcid_fields import is_public, value
from services.works.sources.people import affiliated
from services.works.sources.values import ror

_FAR = 9999


class Employment(NamedTuple):
    """One employer; both years are included."""

    first_year: int
    last_year: int
    printed: str
    institutions: tuple[Institution, ...]
    """The employer, if the record names it by ROR id."""


def employments(item: Json) -> tuple[Employment, ...]:
    """The public employments in a record that say when they began."""
    return tuple(one for summary in _summaries(item) for one in _employment(summary))


def employed(person: Authorship, year: int | None, known: Sequence[Employment]) -> Authorship:
    """The person with the affiliations of a year, if none is told of the person otherwise."""
    then = [one for one in known if year and one.first_year <= year <= one.last_year]
    if not then or person.affiliations:
        return person
    institutions = {found.ror: found for one in then for found in one.institutions}
    told = {
        "affiliations": tuple(dict.fromkeys(one.printed for one in then)),
        "institutions": tuple(institutions.values()),
    }
    return person.model_copy(update=told)


def _summaries(item: Json) -> Iterator[Json]:
    """Grouped since version 3; in XML without a list between."""
    listed = object_at(item, "activities-summary", "employments") or object_at(item, "employments")
    groups = objects_at(listed, "affiliation-group")
    inner = (held for group in groups for held in objects_at(group, "summaries"))
    for held in (listed, *groups, *inner):
        yield from objects_at(held, "employment-summary")


def _employment(summary: Json) -> Iterator[Employment]:
    organization = object_at(summary, "organization")
    began, ended = (_year(summary, f"{which}-date") for which in ("start", "end"))
    name = text_at(organization, "name")
    if not is_public(summary) or not began or not name:
        return
    code = text_at(organization, "address", "country").upper()
    place = (text_at(organization, "address", part) for part in ("city", "region"))
    named = (text_at(summary, "department-name"), name, *place, name_of(code) or code)
    employer = object_at(organization, "disambiguated-organization")
    address = ror(text_at(employer, "disambiguated-organization-identifier"))
    yield Employment(
        began,
        ended or _FAR,
        ", ".join(dict.fromkeys(part for part in map(plain, named) if part)),
        tuple(affiliated(address, name, code)),
    )


def _year(summary: Json, which: str) -> int | None:
    year = value(summary, which, "year")
    return int(year) if year.isdecimal() and len(year) == 4 else None
