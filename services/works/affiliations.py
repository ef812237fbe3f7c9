"""Which institutions an affiliation names, and where an author works or worked: pure rules.

A match is made only when it is sure: a part of what is printed, between commas, is exactly a name
of one institution in the registry, or of several of which one is in the place that is printed;
never of one in another country than is printed. A name may have a comma itself: two parts together
are looked for first. Of several that are named, those are meant that are in the one city that is
printed. Otherwise what is printed is shown as it is.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from contracts.events.works import Affiliation, Institution
from services.works.countries import country_of, may_be_in
from services.works.records import InstitutionRecord
from services.works.titles import is_east_asian, plain_title

_ACRONYM = r"\((?=[^\s()]{0,14}[A-Z][^\s()]{0,13}[A-Z])[^\s()]{2,15}\)"
_PARTS = re.compile(rf"{_ACRONYM}|[,;，；、\n/|—]+|\s[-–]\s")
_SEVERAL = re.compile("[;；]")
_UNIVERSITY = re.compile(r"\buniv\b")
_PEOPLE = re.compile(r"\((?:Drs?\.? |M[rs]s?\.? |[A-Z]\.[A-Z -]|[^(),]*, )")
"""Whose place it is, behind one of several: `(A.B.M., M.S.P.)`, `(Dr Hall)`, `(Cameron, Yang)`."""
_UNIT = re.compile(
    r"(?:institut[eo]?|istituto|school|faculty|college|department|cent(?:er|re|ro)|laboratory"
    r"|ministry) (?:of|for|fur|de|di|do|da)\b"
)
"""A name that a part of another institution may have too, as plain words."""
_LEAST_CHARACTERS = 6
_LEAST_EAST_ASIAN = 4  # 清华大学
_MOST = 20


@dataclass(frozen=True, slots=True)
class Known:
    """An institution of the registry, under one of its keys."""

    institution: Institution
    place: str = ""
    parents: tuple[str, ...] = ()


Registry = Mapping[str, Sequence[Known]]
"""Institutions by key."""


class Printed(Protocol):
    """What is asked of a mention."""

    @property
    def work_id(self) -> str: ...
    @property
    def year(self) -> int | None: ...
    @property
    def affiliations(self) -> tuple[str, ...]: ...
    @property
    def institutions(self) -> tuple[Institution, ...]: ...
    @property
    def sources(self) -> tuple[tuple[str, datetime], ...]: ...


def address_of(record_id: str) -> str:
    """A ROR id as the registry writes it."""
    return f"https://ror.org/{record_id}"


def institution_of(record: InstitutionRecord) -> Institution:
    """What is told of an institution."""
    return Institution(
        ror=address_of(record.record_id),
        name=record.name,
        country=record.country,
        domains=record.domains,
    )


def known_of(record: InstitutionRecord) -> Known:
    """An institution as affiliations are matched with it."""
    parents = tuple(map(address_of, record.parents))
    return Known(institution_of(record), record.place or "", parents)


def keys_of_record(record: InstitutionRecord) -> list[str]:
    """Where affiliations find an institution. One that was withdrawn is found by nobody."""
    if record.status == "withdrawn":
        return []
    names = {_name(name) for name in (record.name, *record.names)}
    named = {f"name:{name}" for name in names if _tells(name)}
    return sorted(named | {f"ror:{address_of(record.record_id)}"})


def keys_of(affiliations: Iterable[str], institutions: Iterable[Institution] = ()) -> list[str]:
    """Where the institutions of an authorship may be found."""
    parts = {part for printed in affiliations for one in _each(printed) for part in _parts(one)}
    return sorted({f"name:{p}" for p in parts} | {f"ror:{found.ror}" for found in institutions})


@lru_cache(maxsize=2_000)
def _each(printed: str) -> tuple[str, ...]:
    """One affiliation, or several between semicolons, if each of these says in which country."""
    several = tuple(one.strip() for one in _SEVERAL.split(printed) if one.strip())
    return several if len(several) > 1 and all(map(_countries, several)) else (printed,)


@lru_cache(maxsize=2_000)
def _parts(printed: str) -> Mapping[str, range]:
    """All that is printed, two parts together, single parts; each with the parts that it covers."""
    pieces = [piece for piece in map(_words, _PARTS.split(printed)) if piece]
    found: dict[str, range] = {}
    for length in dict.fromkeys((len(pieces), 2, 1)):
        for start in range(len(pieces) - length + 1):
            part = _bare(" ".join(pieces[start : start + length]))
            if _tells(part):
                found.setdefault(part, range(start, start + length))
    return found


def _tells(name: str) -> bool:
    """Whether a name is long enough to be one institution's."""
    if len(name) >= _LEAST_CHARACTERS:
        return True
    return len(name) >= _LEAST_EAST_ASIAN and is_east_asian(name)


def _name(text: str) -> str:
    """A name as a key: `The University of X` is `University of X`."""
    return _bare(_words(text))


def _bare(words: str) -> str:
    return words.removeprefix("the ")


def _words(text: str) -> str:
    words = plain_title(text.replace("&", " and "))
    return _UNIVERSITY.sub("university", words) if "univ" in words else words


def match(printed: str, registry: Registry) -> tuple[Institution, ...]:
    """The institutions that are printed, as far as that is sure.

    Of an institution and its parent the former is meant, and of `University of X, Y` that of Y.
    None is sure if one that is named can only be in another country, or if it is printed who of
    several people is where.
    """
    found = _found(printed, registry)
    if found and len(_PEOPLE.findall(printed)) > 1:
        return ()
    meant = found if len(found) < 2 else _together(found, printed)
    return tuple(known.institution for _, known in meant)


def _found(printed: str, registry: Registry) -> list[tuple[str, Known]]:
    """Parts of what is printed, and the institution of which each can only be the name."""
    found: list[tuple[str, Known]] = []
    told: set[int] = set()
    for part, covered in _parts(printed).items():
        bearers = registry.get(f"name:{part}", ())
        if not bearers or told.intersection(covered):
            continue
        told.update(covered)
        countries = _countries(printed)
        bearers = [each for each in bearers if may_be_in(each.institution.country, countries)]
        if not bearers:
            return []
        if len(bearers) > 1:
            cities = _cities(printed)
            bearers = [each for each in bearers if plain_title(each.place) in cities]
        if len(bearers) == 1:
            found.append((part, bearers[0]))
    return found


def _together(named: Sequence[tuple[str, Known]], printed: str) -> list[tuple[str, Known]]:
    """Of several institutions those that are meant: in the one city that is printed.

    Beside another one there, a name that some part of it may have as well says nothing. In several
    cities or countries there may be several people.
    """
    parents = {parent for _, known in named for parent in known.parents}
    left = {known.institution.ror: (part, known) for part, known in named}
    meant = [each for ror, each in left.items() if ror not in parents]
    if len(meant) == 1:
        return meant
    if not _in_one_country([known for _, known in meant], printed):
        return []
    cities = _cities(printed)
    meant = [(part, known) for part, known in meant if plain_title(known.place) in cities]
    if len(meant) > 1:
        meant = [(part, known) for part, known in meant if not _UNIT.match(part)]
    return meant if len({plain_title(known.place) for _, known in meant}) == 1 else []


def _in_one_country(institutions: Iterable[Known], printed: str) -> bool:
    """Whether they are in one country, and no other one is printed."""
    countries = {known.institution.country for known in institutions} - {None}
    told = _countries(printed)
    return len(countries) < 2 and all(may_be_in(c, (code,)) for c in countries for code in told)


def _cities(printed: str) -> set[str]:
    return {plain_title(_without_numbers(piece)) for piece in _PARTS.split(printed)} - {""}


def _without_numbers(piece: str) -> str:
    """A city without its postcode."""
    return " ".join(word for word in piece.split() if not any(map(str.isdigit, word)))


@lru_cache(maxsize=2_000)
def _countries(printed: str) -> frozenset[str]:
    pieces = map(_words, _PARTS.split(printed))
    return frozenset(code for piece in pieces if (code := country_of(piece)))


def affiliated(mentions: Iterable[Printed], registry: Registry) -> tuple[Affiliation, ...]:
    """Where an author works or worked, newest first, with the years and sources that say so."""
    spells: dict[str, list[tuple[int, str, Institution | None, Printed]]] = defaultdict(list)
    for mention in mentions:
        for printed, institution in _told(mention, registry):
            key = institution.ror if institution else plain_title(printed)
            spells[key].append((mention.year or 0, printed, institution, mention))
    found = [_affiliation(spell) for spell in spells.values()]
    found.sort(key=_newest_first)
    return tuple(found[:_MOST])


def _newest_first(one: Affiliation) -> tuple[int, str, str]:
    return -(one.last_year or 0), one.printed, one.institution.name if one.institution else ""


def _told(mention: Printed, registry: Registry) -> list[tuple[str, Institution | None]]:
    """What a mention says: an institution that its source names holds, else what is printed."""
    given = [_of_registry(institution, registry) for institution in mention.institutions]
    if len(given) == len(mention.affiliations) == 1:
        return [(mention.affiliations[0], given[0])]
    known = {_name(i.name): found for i, found in zip(mention.institutions, given, strict=True)}
    each = (one for printed in mention.affiliations for one in _each(printed))
    matched = [
        (one, found)
        for one in each
        for found in _named(one, known) or match(one, registry) or (None,)
    ]
    seen = {found.ror for _, found in matched if found is not None}
    return matched + [(found.name, found) for found in given if found.ror not in seen]


def _named(printed: str, known: Mapping[str, Institution]) -> tuple[Institution, ...]:
    """Those of these institutions whose names are parts of what is printed."""
    parts = map(_name, _PARTS.split(printed)) if known else ()
    return tuple({known[name].ror: known[name] for name in parts if name in known}.values())


def _of_registry(institution: Institution, registry: Registry) -> Institution:
    known = registry.get(f"ror:{institution.ror}", ())
    return known[0].institution if known else institution


def _affiliation(spell: Sequence[tuple[int, str, Institution | None, Any]]) -> Affiliation:
    year, printed, institution, _ = max(spell, key=lambda each: each[:2])
    years = [each[0] for each in spell if each[0]]
    sources = {source for *_, mention in spell for source, _ in mention.sources}
    return Affiliation(
        printed=printed,
        institution=institution,
        first_year=min(years, default=None),
        last_year=year or None,
        sources=tuple(sorted(sources)),
    )
