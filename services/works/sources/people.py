"""Authors as the sources print them: parts of a name, groups, and lists with errors in them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from contracts.events.works import Authorship, Institution
from services.works.records import Outcome, Warned
from services.works.sources.markup import plain
from services.works.sources.text import quoted

_LONGEST_NAME = 500

_GROUP = re.compile(
    r"\b(?:collaborations?|consorti(?:um|a)|(?:working|study|research|writing|task) (?:group|force)"
    r"|groups?|teams?|committees?|investigators|initiative|network|society|association|council"
    r"|foundation|institut(?:e|o|ion)|universi(?:ty|té|dad|tät)|ministry|department|centre|center"
    r"|laboratory|agency|organi[sz]ation|inc\.?|ltd\.?|gmbh)\W*$"
    r"|^(?:on behalf of|for) the\b|^team\b|^(?:university|department|ministry|institute) of\b"
    r"|\bcollaborations?\b.*\b(?:group|team)s?\b"
    r"|\b(?:cent(?:er|re)|institute|universit[yé]|department|school|office) (?:for|of|de|in)\b",
    re.I,
)
_WITH_INITIALS = re.compile(  # family names that are words for groups
    r"(?!(?:U\. ?[SKN]|E\. ?U)\. )(?:[^\W\d]+[ -])?(?:[A-Z]\.[ -]?){1,2}(?:Cent(?:er|re)|Council)"
)
_ON_BEHALF = re.compile(r"(\S+\s.{1,60}?),?\s+(?:for|on behalf of)\s+(?:the\s+)?(.{3,200})", re.I)
_NO_NAME = (
    r"(?:una[cpsv]|(?<=:)unal|unkn|unknown|none|null|tba|tbd|nn|n\.\s?n\.|etal|et al\.?|n/?a"
    r"|anonymous|anon\.?|(?:and )?others?|no authors?(?: listed)?|authors?|s\.n\.|sin autor"
    r"|not available)"
)
_NOBODY = re.compile(rf"\W*{_NO_NAME}(?:\W+{_NO_NAME})?\W*", re.I)
HAN = r"\u2e80-\u2fdf\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Chinese characters, for a regular expression."""
_FAMILY_FIRST = re.compile(rf"[{HAN}\uac00-\ud7a3\u3040-\u309f]+")
_GIVEN_LAST = re.compile(rf"[{HAN}\uac00-\ud7a3\u3040-\u30ff]+")
_DEGREE = re.compile(
    r"(?:(?:ph|pharm|m|ed|sc)\.?\s?d|d\.?\s?(?:phil|sc|v\.?m|d\.?s|m\.?d)|[bm]\.?\s?(?:sc?|a|b\.?a|p\.?h)"
    r"|frc\w{1,4}|fac[cps]|r\.?n|j\.?d|esq)\.?",
    re.I,
)
_SUFFIX = re.compile(r"(?:jr|sr)\.?|i{2,3}|iv|vi{0,3}", re.I)


def is_group(name: str) -> bool:
    """Whether a name is a consortium's or an institution's, by its words: not "David M. Center"."""
    return _GROUP.search(name) is not None and _WITH_INITIALS.fullmatch(name) is None


def on_behalf(name: str) -> tuple[str, tuple[str, ...]]:
    """`Ann Lee for the ATLAS Collaboration` as the person, and the group as her affiliation."""
    found = _ON_BEHALF.fullmatch(name)
    return (found[1], (found[2],)) if found and is_group(found[2]) else (name, ())


def author(
    name: str = "",
    *,
    given: str = "",
    family: str = "",
    suffix: str = "",
    group: bool | None = None,
    variants: Iterable[str] = (),
    identifiers: Iterable[str | None] = (),
    affiliations: Iterable[str] = (),
    institutions: Iterable[Institution] = (),
) -> Authorship:
    """One place in an author list, from the parts or from a whole name in reading order.

    ``group`` tells that the source says so, or says that it is a person; None when it does not say.
    """
    name, given, family, suffix = (plain(t[:_LONGEST_NAME]) for t in (name, given, family, suffix))
    after = filter(None, re.split(r"[,;/]\s*|(?<=[^.])\s+", suffix))
    if all(map(_DEGREE.fullmatch, after)):
        suffix = ""  # a degree is no part of a name
    name, behalf = on_behalf(name or _in_order(given, family, suffix))
    if group is None:
        group = is_group(name)
    told = dict.fromkeys(text for text in (*map(plain, affiliations), *behalf) if text)
    return Authorship(
        name=name,
        given=None if group or behalf else given or None,
        family=None if group or behalf else family or None,
        variants=tuple(dict.fromkeys(v for v in map(plain, variants) if v and v != name)),
        identifiers=() if group else tuple(sorted({i for i in identifiers if i})),
        affiliations=tuple(told),
        institutions=tuple({i.ror: i for i in institutions}.values()),
        is_group=group,
    )


def author_as_printed(
    printed: str, *, identifiers: Iterable[str | None] = (), affiliations: Iterable[str] = ()
) -> Authorship:
    """One place in an author list from a name in reading order or as `Family, Given`."""
    given, family, suffix = in_parts(printed)
    return author(
        "" if family else printed,
        given=given,
        family=family,
        suffix=suffix,
        identifiers=identifiers,
        affiliations=affiliations,
    )


def _in_order(given: str, family: str, suffix: str) -> str:
    """The name as it is read: in Chinese, Japanese and Korean letters family first, no space."""
    if _FAMILY_FIRST.fullmatch(family) and _GIVEN_LAST.fullmatch(given):
        return family + given
    return " ".join(part for part in (given, family, suffix) if part)


def in_parts(name: str) -> tuple[str, str, str]:
    """Given name, family name and suffix of `Family, Given` or `Family, Given, Jr.`

    All empty when the name is not written so.
    """
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[2]):
        return parts[1], parts[0], parts[2]
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[1]):
        return parts[2], parts[0], parts[1]
    if len(parts) != 2 or not all(parts) or _SUFFIX.fullmatch(parts[1]) or is_group(name):
        return "", "", ""
    return parts[1], parts[0], ""


def affiliated(ror: str | None, name: str, country: str | None = None) -> Iterator[Institution]:
    """The institution, if the source gives its ROR id and a name."""
    if ror and (name := plain(name)):
        yield Institution(ror=ror, name=name, country=country or None)


def listed(
    record: str, authors: Sequence[Authorship], found: list[Outcome]
) -> tuple[Authorship, ...]:
    """The author list with what is surely wrong in it put right; ``found`` gets the warnings.

    Left out: who has no name, and who is listed again in the same words. An ORCID iD on two
    authors of one work is an error of the source, and nobody knows whose it is: neither keeps it.
    """
    kept: list[Authorship] = []
    for person in authors:
        if not any(c.isalpha() for c in person.name) or _NOBODY.fullmatch(person.name):
            told = f"named {quoted(person.name)}" if person.name else "without a name"
            found.append(Warned(record, f"left out an author {told}"))
        else:
            kept.append(person)
    once = _once(kept)
    if len(once) < len(kept):
        again = [n for n, times in Counter(p.name for p in kept).items() if times > 1]
        found.append(Warned(record, f"lists {quoted(again[0])} more than once"))
    return without_doubtful(record, once, found)


def without_doubtful(
    record: str, authors: Sequence[Authorship], found: list[Outcome]
) -> tuple[Authorship, ...]:
    """The authors without any ORCID iD that stands at two of them; ``found`` gets the warnings."""
    times = Counter(i for one in authors for i in set(one.identifiers) if i.startswith("orcid:"))
    doubtful = {identifier for identifier, count in times.items() if count > 1}
    found.extend(Warned(record, f"{i} stands at {times[i]} authors") for i in sorted(doubtful))
    if not doubtful:
        return tuple(authors)
    return tuple(
        person.model_copy(
            update={"identifiers": tuple(i for i in person.identifiers if i not in doubtful)}
        )
        for person in authors
    )


def _is_telling(person: Authorship) -> bool:
    """Whether the given name is more than initials."""
    given = person.given or person.name.rpartition(" ")[0]
    return person.is_group or any(len(word) > 2 for word in re.split(r"[\W\d_]+", given))


def _once(authors: Sequence[Authorship]) -> list[Authorship]:
    """Who is listed twice in the same words, or under the same name and ORCID iD, stands once.

    Two with the same initials and family name and nothing else may well be two people.
    """
    places: dict[object, int] = {}
    once: list[Authorship] = []
    for person in authors:
        iris = tuple(i for i in person.identifiers if i.startswith("orcid:"))
        key: object = (person.name.casefold(), iris) if iris else person
        if key not in places or not (iris or person.affiliations or _is_telling(person)):
            places[key] = len(once)
            once.append(person)
            continue
        first = once[places[key]]
        once[places[key]] = first.model_copy(
            update={
                "affiliations": tuple(dict.fromkeys(first.affiliations + person.affiliations)),
                "institutions": tuple(dict.fromkeys(first.institutions + person.institutions)),
            }
        )
    return once
