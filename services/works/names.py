"""Personal names as keys: when two spellings are the same, and where they may meet."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
_EAST_ASIAN = re.compile(r"[぀-ヿ㐀-鿿豈-﫿가-힯]")
_WORD = re.compile(r"[a-z0-9]+")


@lru_cache(maxsize=200_000)
def tokens(name: str) -> tuple[str, ...]:
    """A name as plain lower-case ASCII words in reading order, without suffixes like "Jr.".

    An East Asian name is one word: whether it was printed with a space says nothing.
    """
    if _EAST_ASIAN.search(name):
        return tuple(_WORD.findall(anyascii("".join(name.split())).lower()))
    family, comma, given = name.partition(",")
    if comma and not set(_WORD.findall(anyascii(given).lower())) <= _SUFFIXES:
        name = f"{given} {family}"
    words = _WORD.findall(anyascii(unicodedata.normalize("NFKC", name)).lower())
    return tuple(word for word in words if word not in _SUFFIXES) or tuple(words)


@lru_cache(maxsize=200_000)
def name_key(name: str) -> str:
    """Equal for spellings that are the same name.

    Case, accents, punctuation and "Family, Given" order do not count. East Asian characters do:
    different characters that sound alike are different names.
    """
    if _EAST_ASIAN.search(name):
        return "".join(unicodedata.normalize("NFKC", name).split())
    return " ".join(tokens(name)) or unicodedata.normalize("NFKC", name).strip()


def block_of(name: str) -> str:
    """The coarse key under which all spellings of a person meet: last word and first initial."""
    words = tokens(name)
    if not words:
        return "?"
    return words[-1] if len(words) == 1 else f"{words[-1]} {words[0][0]}"
