"""Titles as keys: when two records have the same title, and whether that says anything."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz import fuzz

from services.works.names import tokens
from services.works.records import Record

_WORD = re.compile(r"\w+")
_LEAST_WORDS = 3
_LEAST_CHARACTERS = 15
_LEAST_WORDS_ALONE = 5
_LEAST_CHARACTERS_ALONE = 30
_UNLIKE = 55.0


@lru_cache(maxsize=10_000)
def plain_title(title: str) -> str:
    """Lower-case words without accents and punctuation; characters that are no letters of the
    Latin alphabet stay as they are, because their transliterations meet by chance."""
    text = unicodedata.normalize("NFKC", title).casefold()
    if text.isascii():
        return " ".join(_WORD.findall(text))
    return " ".join(
        anyascii(word).lower() if _is_latin(word) else word for word in _WORD.findall(text)
    )


def is_east_asian(text: str) -> bool:
    """Whether there are characters of which two or three make a word."""
    return any(ord(character) > 0x2E80 for character in text)


def _is_latin(word: str) -> bool:
    return all(ord(character) < 0x250 for character in word)


def title_key(record: Record) -> str | None:
    """The key under which records meet that may be one work by title and authors.

    ``None`` when the title is so short that others have it by chance: fewer than three words for
    several authors, five for one. East Asian writing counts characters as words.
    """
    if not record.authors:
        return None
    title = plain_title(record.title)
    words = len(title.split())
    characters = len(title)
    if is_east_asian(title):
        words, characters = characters // 2, characters * 3
    alone = len(record.authors) == 1
    if words < (_LEAST_WORDS_ALONE if alone else _LEAST_WORDS):
        return None
    if characters < (_LEAST_CHARACTERS_ALONE if alone else _LEAST_CHARACTERS):
        return None
    return f"title:{title[:500]}"


def same_authors(one: Record, other: Record) -> bool:
    """Whether two lists of authors are those of one work.

    The first names agree, and of the shorter list all but one in four; complete lists differ in
    length by at most one in four.
    """
    if not one.authors or not other.authors:
        return False
    if not _agree(one.authors[0].name, other.authors[0].name):
        return False
    shorter, longer = sorted((one, other), key=lambda record: len(record.authors))
    few, many = len(shorter.authors), len(longer.authors)
    if shorter.authors_complete and longer.authors_complete and many - few > few // 4:
        return False
    words = {word for author in longer.authors for word in _words(author.name)}
    known = sum(bool(_words(author.name) & words) for author in shorter.authors)
    return known >= few - few // 4


def disagree(one: Record, other: Record) -> bool:
    """Whether two records cannot be of one work, whatever identifier they share.

    Their titles are unlike, and no name of one author's family is in both lists. In different
    scripts titles say nothing.
    """
    first, second = plain_title(one.title), plain_title(other.title)
    if _is_latin(first) != _is_latin(second) or not one.authors or not other.authors:
        return False
    if first in second or second in first or fuzz.token_set_ratio(first, second) >= _UNLIKE:
        return False
    words = {word for author in one.authors for word in _words(author.name)}
    return not any(_words(author.name) & words for author in other.authors)


def _agree(one: str, other: str) -> bool:
    """Whether two printed names may be one person's: the last word of one is in the other."""
    first, second = tokens(one), tokens(other)
    return bool(first and second) and (first[-1] in second or second[-1] in first)


def _words(name: str) -> set[str]:
    return {word for word in tokens(name) if len(word) > 1}
