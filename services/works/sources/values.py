"""Identifiers, dates and languages in the forms that records have them."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from stdnum import isni

from services.works.sources.text import first_doi

_ARXIV = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z]+(?:-[a-z]+)*/\d{7})")
_ORCID = re.compile(  # the hyphens may be dashes, or blanks
    r"(?:^|[/\s:])(\d{4})[-\u2010-\u2015\u2212 ]?(\d{4})[-\u2010-\u2015\u2212 ]?(\d{4})"
    r"[-\u2010-\u2015\u2212 ]?(\d{3}[\dXx])/?\s*$"
)
_ROR = re.compile(r"(?:https?://)?ror\.org/(0[a-hj-km-np-tv-z0-9]{6}\d{2})/?", re.I)
_FIRST_YEAR = 1000

_LANGUAGES = {
    "afr": "af", "alb": "sq", "sqi": "sq", "ara": "ar", "arm": "hy", "hye": "hy", "aze": "az",
    "baq": "eu", "eus": "eu", "bel": "be", "ben": "bn", "bos": "bs", "bul": "bg", "cat": "ca",
    "chi": "zh", "zho": "zh", "cze": "cs", "ces": "cs", "dan": "da", "dut": "nl", "nld": "nl",
    "eng": "en", "epo": "eo", "est": "et", "fin": "fi", "fre": "fr", "fra": "fr", "geo": "ka",
    "kat": "ka", "ger": "de", "deu": "de", "gle": "ga", "glg": "gl", "gre": "el", "ell": "el",
    "heb": "he", "hin": "hi", "hrv": "hr", "hun": "hu", "ice": "is", "isl": "is", "ind": "id",
    "ita": "it", "jpn": "ja", "kor": "ko", "lat": "la", "lav": "lv", "lit": "lt", "mac": "mk",
    "mkd": "mk", "may": "ms", "msa": "ms", "nor": "no", "per": "fa", "fas": "fa", "pol": "pl",
    "por": "pt", "rum": "ro", "ron": "ro", "rus": "ru", "slo": "sk", "slk": "sk", "slv": "sl",
    "spa": "es", "srp": "sr", "swe": "sv", "tha": "th", "tur": "tr", "ukr": "uk", "urd": "ur",
    "vie": "vi", "wel": "cy", "cym": "cy", "english": "en", "french": "fr", "german": "de",
    "spanish": "es", "portuguese": "pt", "italian": "it", "russian": "ru", "chinese": "zh",
    "japanese": "ja", "dutch": "nl",
}  # fmt: skip
_NO_LANGUAGE = frozenset({"und", "mul", "zxx", "mis", "unknown", "other", "xx"})


def orcid(text: str) -> str | None:
    """`0000-0001-5109-3700` from any way to write it; None if the check digit is wrong."""
    found = _ORCID.search(text[:200].strip())
    if not found:
        return None
    bare = "".join(found.groups()).upper()
    return f"{bare[:4]}-{bare[4:8]}-{bare[8:12]}-{bare[12:]}" if isni.is_valid(bare) else None


def ror(text: str) -> str | None:
    """`https://ror.org/05dxps055` from any way to write it."""
    found = _ROR.fullmatch(text.strip())
    return f"https://ror.org/{found[1].lower()}" if found else None


def arxiv_id(text: str) -> str | None:
    """`2106.03441` or `hep-th/9901001` from an address, `arXiv:…`, with or without version."""
    bare = re.sub(r"^(?:https?://(?:[\w-]+\.)?arxiv\.org/(?:abs|pdf)/|arxiv:)", "",
                  text.strip().lower())  # fmt: skip
    bare = re.sub(r"(?:v\d+)?(?:\.pdf)?/?$", "", bare)
    bare = re.sub(r"^([a-z]+(?:-[a-z]+)*)\.[a-z-]+/", r"\1/", bare)
    return bare if _ARXIV.fullmatch(bare) else None


def implied(doi: str | None) -> tuple[str, ...]:
    """The identifier that a DOI of arXiv's or of the ACL Anthology's contains."""
    if doi is None:
        return ()
    if doi.startswith("10.48550/arxiv."):
        found = arxiv_id(doi.removeprefix("10.48550/arxiv."))
        return (f"arxiv:{found}",) if found else ()
    paper = re.fullmatch(r"10\.(?:18653|3115)/v1/(?:([a-z]\d\d-\d{4})|(\d{4}\.[\w-]+\.\d+))", doi)
    if paper:
        return (f"acl:{paper[1].upper() if paper[1] else paper[2]}",)
    return ()


def identifiers(doi: str | None, *others: str | None) -> tuple[str, ...]:
    """All identifiers but the DOI itself, sorted, without those that are missing."""
    return tuple(sorted({*implied(doi), *(other for other in others if other)}))


def digits(scheme: str, text: str) -> str | None:
    """`pmid:123` from `123` or an address that ends in it."""
    found = re.search(r"(?:^|/)(\d{1,12})/?$", text.strip())
    return f"{scheme}:{int(found[1])}" if found else None


def pmcid(text: str) -> str | None:
    """`pmcid:PMC123` from `PMC123`, `123` or an address that ends in it."""
    found = re.search(r"(?:^|/)(?:PMC)?(\d{1,12})(?:\.\d+)?/?$", text.strip(), re.I)
    return f"pmcid:PMC{int(found[1])}" if found else None


def target(kind: str, value: str) -> str | None:
    """What a relation leads to: `doi:…`, `arxiv:…` or `pmid:…`; None for other kinds."""
    kind = kind.lower()
    if kind == "arxiv" or "arxiv.org/" in value.lower():
        found = arxiv_id(value)
        return f"arxiv:{found}" if found else None
    if kind == "pmid":
        return digits("pmid", value)
    doi = first_doi(value) if kind == "doi" or "doi.org/" in value.lower() else None
    return f"doi:{doi}" if doi else None


def partial(parts: Sequence[int | None]) -> tuple[date | None, int | None]:
    """The day, if it is known to the day, and the year of `[2016, 5, 3]`, `[2016]` or `[None]`.

    Years before 1000 or later than next year are none; neither is a day that no calendar has.
    """
    year = parts[0] if parts else None
    if year is None or not _FIRST_YEAR <= year <= date.today().year + 1:
        return None, None
    if len(parts) < 3 or parts[1] is None or parts[2] is None:
        return None, year
    try:
        return date(year, parts[1], parts[2]), year
    except (ValueError, OverflowError):
        return None, year


def iso_parts(text: str) -> list[int | None]:
    """`2016`, `2016-05`, `2016-05-03T…` or `2016/05/03` in parts; nothing for anything else."""
    found = re.match(r"\s*(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2})(?!\d))?)?(?!\d)", text)
    return [int(part) for part in found.groups() if part] if found else []


def instant(text: str) -> datetime | None:
    """An instant of ISO 8601, UTC when no zone is written; None when it is not one."""
    try:
        found = datetime.fromisoformat(text.strip())
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def milliseconds(value: object) -> datetime | None:
    """An instant from the milliseconds since 1970."""
    try:
        return datetime.fromtimestamp(int(str(value)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def language(code: str) -> str | None:
    """A BCP 47 tag of a language, from any ISO 639 code or its English name."""
    code = code.strip().replace("_", "-").lower()
    main, _, rest = code.partition("-")
    main = _LANGUAGES.get(main, main)
    if not re.fullmatch(r"[a-z]{2,3}", main) or main in _NO_LANGUAGE:
        return None
    region = re.fullmatch(r"[a-z]{2}", rest)
    return f"{main}-{rest.upper()}" if region else main


def first(values: Iterable[str | None]) -> str | None:
    """The first that is not empty."""
    return next((value for value in values if value), None)
