"""How common names and words are: `frequencies.json`, counted once, whatever corpus is at hand."""

import json
import math
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from services.works.names import tokens
from services.works.spellings import are_pinyin

COMMON = -2.2
"""Commonness of a name that tells half of what a rare one does; a single word counts as one."""
_VIETNAMESE = re.compile(
    "bui|dang|dinh|do|doan|duong|hoang|huynh|le|ngo|nguyen|pham|phan|tran|trinh|truong|vo|vu"
)
"""Family names of most Vietnamese people."""


@lru_cache(maxsize=1)
def frequencies() -> Any:
    """How many works have a word, how many different names a family name, a given name, an origin.

    `tests/bench/frequencies.py` counts them.
    """
    return json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


@lru_cache(maxsize=4_000)
def commonness(key: str) -> float:
    """How many people may have this name: ln(family names + 1) + ln(given names + 1) - ln(names).

    That is how often it is to be expected among the names of its origin, were given and family
    names independent. Where few names are shared by many, one is common that is rare elsewhere.
    """
    known = frequencies()
    parts = tokens(key)
    if len(parts) < 2:
        return COMMON
    given = known["given"].get(parts[0], 1)
    if len(parts) > 2:
        given = min(given, known["given"].get("".join(parts[:-1]), 1))
    family = known["family"].get(parts[-1], 1)
    return math.log(family + 1) + math.log(given + 1) - math.log(known["names"][origin(key)])


def origin(key: str) -> str:
    """Where a name may come from, as far as it matters how common it is."""
    parts = tokens(key)
    if are_pinyin(parts):
        return "pinyin"
    return "vietnamese" if parts and _VIETNAMESE.fullmatch(parts[-1]) else "other"
