"""The authors that Crossref lists: whether they are all, and how deposits have them (XML)."""

from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from contracts.events.works import Authorship
from services.works.sources.people import affiliated, author
from services.works.sources.values import orcid, ror
from services.works.sources.xml import text_of

_INVESTIGATORS = ("lead_investigator", "co-lead_investigator", "investigator")
_SINCE = 2000
"""Of the articles before, publishers deposited later, and many of them the first author only."""


def are_all(authors: Sequence[Authorship], when: Sequence[int | None]) -> bool:
    """Whether a list can be taken for that of all authors of a work of this day."""
    return len(authors) != 1 or (next(iter(when), None) or _SINCE) >= _SINCE


def authors_of(contributors: Iterable[etree._Element]) -> Iterator[Authorship]:
    """Those of them that are authors, in their order."""
    for person in contributors:
        if person.get("contributor_role") != "author":
            continue
        if etree.QName(person).localname == "organization":
            yield author(text_of(person), group=True)
            continue
        iri = orcid(text_of(person.find("{*}ORCID")))
        places = [*person.iterfind("{*}affiliation")]
        institutions = [*person.iterfind("{*}affiliations/{*}institution")]
        yield author(
            given=text_of(person.find("{*}given_name")),
            family=text_of(person.find("{*}surname")),
            suffix=text_of(person.find("{*}suffix")),
            identifiers=(iri and f"orcid:{iri}",),
            affiliations=[
                *(text_of(place) for place in places),
                *(text_of(place.find("{*}institution_name")) for place in institutions),
            ],
            institutions=[
                found
                for place in institutions
                for identifier in place.iterfind("{*}institution_id")
                for found in affiliated(
                    ror(text_of(identifier)), text_of(place.find("{*}institution_name"))
                )
            ],
        )


def investigators_of(grant: etree._Element) -> Iterator[Authorship]:
    """The people of a grant's first project, who leads it first."""
    project = grant.find("{*}project")
    people = [] if project is None else list(project.iterfind("{*}investigators/{*}person"))
    for person in (p for role in _INVESTIGATORS for p in people if p.get("role") == role):
        iri = orcid(text_of(person.find("{*}ORCID")))
        places = list(person.iterfind("{*}affiliation"))
        yield author(
            given=text_of(person.find("{*}givenName")),
            family=text_of(person.find("{*}familyName")),
            identifiers=(iri and f"orcid:{iri}",),
            affiliations=[text_of(place.find("{*}institution")) for place in places],
            institutions=[
                found
                for place in places
                for found in affiliated(
                    ror(text_of(place.find("{*}ROR"))), text_of(place.find("{*}institution"))
                )
            ],
        )
