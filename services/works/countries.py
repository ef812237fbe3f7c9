"""Countries as affiliations print them, and their codes."""

from collections.abc import Collection, Mapping
from functools import cache

from babel import Locale

from services.works.titles import plain_title

_OTHERWISE = {
    "US": "usa|u s a|us|u s|united states of america|estados unidos",
    "GB": "uk|u k|great britain|england|scotland|wales|northern ireland|reino unido|regno unito"
    "|royaume uni",
    "CN": "pr china|p r china|peoples republic of china|people s republic of china|p r of china",
    "KR": "korea|republic of korea|korea republic of|s korea",
    "HK": "hong kong|hong kong sar|hksar",
    "MO": "macau|macao",
    "TW": "republic of china|taiwan roc|roc|r o c",
    "TR": "turkey",
    "CZ": "czech republic",
    "SK": "slovak republic",
    "RU": "russian federation|россия",
    "VN": "viet nam",
    "IR": "islamic republic of iran|iran islamic republic of",
    "AE": "uae|u a e",
    "CI": "cote d ivoire|ivory coast",
    "CD": "democratic republic of the congo|democratic republic of congo",
    "MM": "myanmar|burma",
    "MK": "macedonia",
    "PS": "palestine",
    "SA": "kingdom of saudi arabia|ksa",
    "BR": "brasil",
    "ES": "espana",
    "DE": "deutschland",
    "IT": "italia",
    "NL": "nederland",
    "BE": "belgique",
    "CH": "schweiz|suisse|svizzera",
    "AT": "osterreich",
    "TN": "tunisie",
    "MA": "maroc",
    "DZ": "algerie",
    "CM": "cameroun",
}
"""Names that are printed and are not CLDR's English ones, as plain words. Not all that CLDR has in
other languages: Columbia and Granada are cities, and Norfolk is a county."""

_PART_OF = {
    **dict.fromkeys(("HK", "MO"), "CN"),
    **dict.fromkeys(("PR", "GU", "VI"), "US"),
    **dict.fromkeys(("GF", "GP", "MQ", "NC", "PF", "RE"), "FR"),
    **dict.fromkeys(("FO", "GL"), "DK"),
}
"""Territories that a registry has by a code of their own, and of which the country is printed."""

_ALSO_STATES = {"georgia"}
_NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


def country_of(words: str) -> str | None:
    """The code (ISO 3166-1 alpha-2) of the country that some plain words name."""
    return _codes().get(words.removeprefix("the "))


def name_of(code: str) -> str | None:
    """The English name of the country with a code (ISO 3166-1 alpha-2)."""
    return Locale("en").territories.get(code)


def may_be_in(country: str | None, printed: Collection[str]) -> bool:
    """Whether what is in one country may be printed with these; not known is possible."""
    return not printed or country is None or country in printed or _PART_OF.get(country) in printed


@cache
def _codes() -> Mapping[str, str]:
    told = {
        plain_title(name.replace("&", " and ")): code
        for code, name in Locale("en").territories.items()
        if len(code) == 2
    }
    printed = {name: code for code, names in _OTHERWISE.items() for name in names.split("|")}
    return {
        name: code
        for name, code in (told | printed).items()
        if code not in _NO_COUNTRIES and name not in _ALSO_STATES
    }
