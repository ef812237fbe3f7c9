"""What counts as evidence that a person is an author, how much, and why. All of it is in here."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from anyascii import anyascii
from rapidfuzz import fuzz

from contracts.events.identity import ProofKind
from contracts.events.trust import Level

NEEDED = 100
"""Strength at which a claim is approved at once."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What looking at a proof can find."""

    kind: ProofKind
    strength: int
    """0: it proves nothing."""
    detail: str


FINDINGS: dict[str, Finding] = {
    "orcid-matches": Finding("orcid", 100, "A source gives this author the ORCID iD you hold."),
    "orcid-one-of-several": Finding(
        "orcid", 60, "Sources give this author several ORCID iDs; yours is one of them."
    ),
    "orcid-differs": Finding("orcid", 0, "The sources give this author another ORCID iD."),
    "orcid-not-on-record": Finding("orcid", 0, "No source gives this author an ORCID iD."),
    "orcid-not-signed-in": Finding("orcid", 0, "You have not signed in with ORCID."),
    "email-printed": Finding("email", 70, "The address is printed beside this author's name."),
    "email-at-institution-named": Finding(
        "email", 60, "An address like the name, on a domain of an institution of this author."
    ),
    "email-at-institution": Finding(
        "email", 50, "An address on a domain of an institution of this author."
    ),
    "email-not-on-record": Finding(
        "email",
        0,
        "The address is neither printed in a paper of this author nor on a domain of one of the "
        "author's institutions.",
    ),
    "collaborator-confirmed": Finding(
        "collaborator", 60, "A close collaborator whose own record is at L3 or more says so."
    ),
    "collaborator-denied": Finding("collaborator", 0, "The collaborator did not confirm it."),
    "page-at-institution": Finding(
        "rel-me", 40, "A page on a domain of an institution links here with rel=me."
    ),
    "page-elsewhere": Finding("rel-me", 20, "A page of your own links here with rel=me."),
    "page-links-not": Finding("rel-me", 0, "The page has no rel=me link to this author's page."),
    "moderator-decided": Finding("moderator", 100, "A moderator looked at it."),
}
"""By reason code."""

LASTS: dict[ProofKind, timedelta] = {
    "orcid": timedelta(days=730),
    "email": timedelta(days=365),
    "collaborator": timedelta(days=730),
    "rel-me": timedelta(days=180),
    "moderator": timedelta(days=730),
}
"""How long a proof holds: addresses and pages change hands sooner than iDs."""
ENDS_SOON = timedelta(days=30)
"""For so long before a proof ends, whose it is hears of it."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What makes evidence count less, unless a finding answers it."""

    less: int
    detail: str
    answered_by: frozenset[str] = frozenset()


_OF_THIS_PERSON = frozenset({"orcid-matches", "email-printed", "moderator-decided"})
DOUBTS: dict[str, Doubt] = {
    "name-differs": Doubt(
        40, "The name you signed in with is unlike every spelling of this author.", _OF_THIS_PERSON
    ),
    "same-name-record": Doubt(
        30, "There is another author record of the same name.", _OF_THIS_PERSON
    ),
    "claims-many-records": Doubt(
        50, "The account has claimed several records lately.", frozenset({"moderator-decided"})
    ),
}
"""By reason code: look-alikes and haste."""

LEAST_SHARED_WORKS = 2
LEAST_WEIGHT = 1 / 3
_ROUNDING = 1e-9
_LIKE = 85
_PRINTED = re.compile(r"\{([^{}]+)\}@([\w.-]+\w)|([\w.+-]+)@([\w.-]+\w)")
_LEAST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sources say of an author, as far as it can prove something."""

    name: str
    names: tuple[str, ...] = ()
    orcids: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    """Of the author's institutions, from ROR."""
    printed: tuple[str, ...] = ()
    """E-mail addresses in the printed affiliations."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the evidence comes to."""

    strength: int
    level: Level
    kinds: tuple[ProofKind, ...]
    doubts: tuple[str, ...] = field(default=())
    """Those that nothing answers."""

    @property
    def is_sure(self) -> bool:
        """Whether it is enough without a moderator."""
        return self.strength >= NEEDED


def assess(reasons: Iterable[str], doubts: Sequence[str]) -> Assessment:
    """What verified findings and doubts (reason codes) come to; of each kind the best counts."""
    best: dict[ProofKind, str] = {}
    for reason in reasons:
        finding = FINDINGS[reason]
        held = best.get(finding.kind)
        if finding.strength and (held is None or FINDINGS[held].strength < finding.strength):
            best[finding.kind] = reason
    counted = frozenset(best.values())
    open_doubts = tuple(doubt for doubt in doubts if not DOUBTS[doubt].answered_by & counted)
    total = sum(FINDINGS[reason].strength for reason in counted)
    total -= sum(DOUBTS[doubt].less for doubt in open_doubts)
    return Assessment(max(0, total), level_of(counted), tuple(sorted(best)), open_doubts)


def level_of(reasons: Iterable[str]) -> Level:
    """The level that kinds of proof give a claimed record; e-mail alone is one kind."""
    found = frozenset(reasons)
    kinds = {FINDINGS[reason].kind for reason in found}
    identifying = "orcid" in kinds or any(r.startswith("email-at-institution") for r in found)
    if len(kinds) >= 3 and identifying:
        return "L4"
    if len(kinds) >= 2:
        return "L3"
    return "L2" if kinds else "L1"


def printed_addresses(affiliations: Iterable[str]) -> tuple[str, ...]:
    """E-mail addresses in printed affiliations, also ``{one,two}@example.org``; lower case."""
    found = set()
    for affiliation in affiliations:
        for several, domain, one, its_domain in _PRINTED.findall(affiliation):
            for local in re.split(r"[,;\s|]+", several or one):
                if local:
                    found.add(f"{local}@{domain or its_domain}".lower())
    return tuple(sorted(found))


def judge_orcid(facts: Facts, orcid: str | None) -> str:
    """What an ORCID sign-in says: a reason code."""
    if orcid is None:
        return "orcid-not-signed-in"
    if not facts.orcids:
        return "orcid-not-on-record"
    if orcid not in facts.orcids:
        return "orcid-differs"
    return "orcid-matches" if len(facts.orcids) == 1 else "orcid-one-of-several"


def judge_email(facts: Facts, email: str) -> str:
    """What it would say that a person reads the mail of an address: a reason code."""
    address = email.lower()
    local, _, domain = address.rpartition("@")
    if address in facts.printed:
        return "email-printed"
    if not _is_within(domain, facts.domains):
        return "email-not-on-record"
    return "email-at-institution-named" if _named(local, facts) else "email-at-institution"


def judge_page(facts: Facts, url: str) -> str:
    """What a page that links here with rel=me says: a reason code."""
    host = (urlsplit(url).hostname or "").lower()
    return "page-at-institution" if _is_within(host, facts.domains) else "page-elsewhere"


def is_close(authors_of_shared_works: Sequence[int]) -> bool:
    """Whether two authors are close: two shared works or more, Σ 1/(n−1) of 1/3 or more.

    Source: Newman, *Scientific collaboration networks II*, Phys. Rev. E 64, 016132, 2001.
    """
    weight = sum(1 / max(1, authors - 1) for authors in authors_of_shared_works)
    enough = len(authors_of_shared_works) >= LEAST_SHARED_WORKS
    return enough and weight >= LEAST_WEIGHT - _ROUNDING


def names_differ(name: str | None, facts: Facts) -> bool:
    """Whether a person's name is unlike every spelling; an unknown name differs from nothing."""
    if not name or not _letters(name):
        return False
    return not any(_alike(name, other) for other in (facts.name, *facts.names))


def _alike(one: str, other: str) -> bool:
    first, second = _words(one), _words(other)
    if fuzz.token_set_ratio(" ".join(first), " ".join(second)) >= _LIKE:
        return True
    if _abbreviates(first, second) or _abbreviates(second, first):
        return True
    # In Chinese and Korean script the words of a name are not apart, and the family comes first.
    return any(
        fuzz.ratio("".join(first), "".join(order)) >= _LIKE for order in (second, second[::-1])
    )


def _abbreviates(short: list[str], long: list[str]) -> bool:
    """``h bao`` for ``hangbo bao``: one whole word and an initial of another."""
    whole = {word for word in short if len(word) > 1} & set(long)
    initials = {word for word in short if len(word) == 1}
    return bool(whole) and bool(initials) and initials <= {word[0] for word in long}


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z]+", anyascii(name).lower())


def _letters(text: str) -> str:
    return "".join(_words(text))


def _named(local: str, facts: Facts) -> bool:
    letters = _letters(local)
    return any(
        len(word) >= _LEAST_NAMED and word in letters
        for name in (facts.name, *facts.names)
        for word in _words(name)
    )


def _is_within(host: str, domains: Iterable[str]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
