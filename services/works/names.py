"""Personal names as keys: when two spellings are the same, and where they may meet."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from anyascii import anyascii

_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
_NUMERALS = {"ii", "iii", "iv"}
_EAST_ASIAN = re.compile(r"[぀-ヿ㐀-鿿豈-﫿가-힯]")
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]{2,4}")
_TWO_CHARACTERS = frozenset(
    ("欧阳", "歐陽", "司马", "司馬", "诸葛", "諸葛", "上官", "夏侯", "皇甫", "令狐", "慕容")
)
_WORD = re.compile(r"[a-z0-9]+")
_UMLAUT = re.compile(r"(?<![qgxy])([aou])e(?!l?$)")
_MOST_WORDS = 5


@lru_cache(maxsize=4_000)
def tokens(name: str) -> tuple[str, ...]:
    """A name as plain lower-case ASCII words in reading order, without suffixes like "Jr.".

    An East Asian name is read without its spaces: whether it was printed with one says nothing. Of
    two to four Chinese characters the family name, which comes first, is put last, as in pinyin.
    """
    name = unicodedata.normalize("NFKC", name)
    if _EAST_ASIAN.search(name):
        name = "".join(name.split())
        if _CHINESE.fullmatch(name):
            length = 2 if name[:2] in _TWO_CHARACTERS and len(name) > 2 else 1
            family, given = anyascii(name[:length]).lower(), anyascii(name[length:]).lower()
            return given, family
        return tuple(_WORD.findall(anyascii(name).lower()))
    family, comma, given = name.partition(",")
    if comma and not set(_WORD.findall(anyascii(given).lower())) <= _SUFFIXES:
        name = f"{given} {family}"
    words = _WORD.findall(anyascii(name).lower())
    return tuple(_without_suffixes(words))


def _without_suffixes(words: list[str]) -> list[str]:
    """ "Ii" and "Iv" are family names as well: a numeral is a suffix after two words at least."""
    kept = [word for word in words if word not in _SUFFIXES]
    if len(kept) >= 2:
        return kept
    kept = [word for word in words if word not in _SUFFIXES - _NUMERALS]
    return kept or words


@lru_cache(maxsize=4_000)
def name_key(name: str) -> str:
    """Equal for spellings that are the same name.

    Case, accents, punctuation and "Family, Given" order do not count. East Asian characters do:
    different characters that sound alike are different names.
    """
    name = unicodedata.normalize("NFKC", name)
    if _EAST_ASIAN.search(name):
        return "".join(name.split())
    return " ".join(tokens(name)) or name.strip()


@lru_cache(maxsize=4_000)
def folded(word: str) -> str:
    """An umlaut written out is one that was left out: "schuetze" as "schutze"."""
    return _UMLAUT.sub(r"\1", word)


@lru_cache(maxsize=1)
def nicknames() -> frozenset[tuple[str, ...]]:
    """Pairs of given names that one person may use, each in alphabetical order."""
    lines = Path(__file__).with_name("nicknames.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(tuple(sorted(line.split())) for line in lines if not line.startswith("#"))


def other_forms(word: str) -> Sequence[str]:
    """The given names that a person of this one may use instead."""
    return _other_forms().get(word, ())


@lru_cache(maxsize=1)
def _other_forms() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one, other in nicknames():
        found[one].append(other)
        found[other].append(one)
    return found


def full_name(word: str) -> str:
    """The given name behind a short one that begins otherwise ("bill": "william"), or the word."""
    return _full_names().get(word, word)


@lru_cache(maxsize=1)
def _full_names() -> dict[str, str]:
    pairs = [sorted(pair, key=len) for pair in nicknames()]
    return {short: full for short, full in pairs if short[0] != full[0]}


@lru_cache(maxsize=4_000)
def block_of(name: str) -> str:
    """The coarse key under which most spellings of a person meet: last word and first initial.

    The initial is that of the full name: "Bill Byrne" meets "William Byrne" and "W. Byrne".
    """
    words = tokens(name)
    if not words:
        return "?"
    last = folded(words[-1])
    return last if len(words) == 1 else f"{last} {full_name(words[0])[0]}"


@lru_cache(maxsize=4_000)
def meeting_words(name: str) -> frozenset[str]:
    """The full words of a name: spellings that fall into different blocks share two of them.

    "Hangbo Bao" and "Bao Hangbo" do, "José García" and "José García López" as well, "Anne De Roeck"
    and "Anne DeRoeck" too.
    """
    words = [folded(word) for word in tokens(name)][:_MOST_WORDS]
    full = {word for word in words if len(word) > 1}
    if len(words) > 2:
        full |= {one + other for one, other in pairwise(words)}
    return frozenset(full)
