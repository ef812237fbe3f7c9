"""Titles as keys: when two records have the same title, and whether that says anything."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz import fuzz

from services.works.names import tokens
from services.works.records import Record

_WORD = re.compile(r"[^\W_\u02b0-\u02ff]+(?:\+\+|#(?!\w))?")
_LOOSE_ACCENT = re.compile("[\u0300-\u036f]")
"""One that no letter has taken up, as on the dotless i of "Garcı́a"."""
_GREEK = re.compile("(?<![\u0370-\u03ff])[\u03b1-\u03c9](?![\u0370-\u03ff])")
_MARKS = re.compile(
    r"^\W*(?:retracted|withdrawn|removed)(?:\s+(?:article|paper|chapter))?\W*[:\]]\s*"
    r"|\s*[(\[](?:retracted(?:\s+(?:article|paper|chapter))?(?:\.[^()\[\]]*)?"
    r"|(?:short|long|full) paper|(?:full|extended) version"
    r"|in (?:chinese|french|german|japanese|korean|portuguese|russian|spanish))[)\]]\W*$",
    re.IGNORECASE,
)
"""What stands before or after a title and is no part of it."""
_TELLING = re.compile(
    r"errat(?:um|a)|corrigendum|corrections?|retraction|reply|response|comments?|rejoinder|addendum"
    r"|supplement(?:ary)?|appendix|part|[ivx]+|poster|demo|tutorial|abstract|report|further|extended"
    r"|.*\d.*"
)
"""A word that, in one of two titles, makes another work of it."""
_OF_MANY = re.compile(
    r"an?|acknowledge?ments|addendum|and|book|comment(?:ary|s)?|conclusions?|contents|corrections?"
    r"|corrigend(?:a|um)|discussion|editor(?:ial|s)?|errat(?:a|um)|foreword|guest|index"
    r"|introduct(?:ion|ory)|letters?|message|news|notes?|of|overview|preface|remarks|reply|report"
    r"|response|review|s|summary|the|to|welcome"
)
"""A word of short titles that the same people give again and again."""
_SUBTITLE = re.compile(r":\s|\s[-\u2013\u2014]\s")
_LEAST_WORDS = 3
_LEAST_CHARACTERS = 15
_LEAST_CHARACTERS_SHORT = 4
_LEAST_WORDS_ALONE = 5
_LEAST_CHARACTERS_ALONE = 30
_LEAST_WORDS_SHARED = 5
_LEAST_SHARE = 0.75
_LEAST_SHARE_REPLACED = 0.8
_LONGEST_KEY = 500
_MOST_COMPARED = 50
_UNLIKE = 55.0


@lru_cache(maxsize=10_000)
def plain_title(title: str) -> str:
    """Lower-case words without accents and punctuation; characters that are no letters of the
    Latin alphabet stay as they are, because their transliterations meet by chance."""
    text = unicodedata.normalize("NFKC", title).casefold()
    if text.isascii():
        return " ".join(_WORD.findall(text))
    text = _LOOSE_ACCENT.sub("", text)
    return " ".join(
        anyascii(word).lower() if _is_latin(word) else word for word in _WORD.findall(text)
    )


def is_east_asian(text: str) -> bool:
    """Whether there are characters of which two or three make a word."""
    return any(ord(character) > 0x2E80 for character in text)


def _is_latin(word: str) -> bool:
    return all(ord(character) < 0x250 or 0x1E00 <= ord(character) <= 0x1EFF for character in word)


def title_key(record: Record) -> str | None:
    """The key under which records meet that may be one work by title and authors.

    It has no spaces: "pre-training" is "pretraining". A title so short that others have it by
    chance counts with the family names of its authors; ``None`` if there are not two of them.
    """
    title = _title(record)
    key = f"title:{title.replace(' ', '')}"
    if _is_long(title, alone=False):
        return key[:_LONGEST_KEY]
    if not 2 <= len(record.authors) <= _MOST_COMPARED or not _tells(title):
        return None
    return f"{key} by {_families(record)}"[:_LONGEST_KEY]


def authors_key(record: Record) -> str | None:
    """The key under which records meet that may be one work under a title that has changed.

    ``None`` for fewer than three authors, who write several works of like titles, and for very
    many, who write everything together.
    """
    if not record.authors_complete or not 3 <= len(record.authors) <= _MOST_COMPARED:
        return None
    return f"authors:{_families(record)[:_LONGEST_KEY]}"


def _families(record: Record) -> str:
    return " ".join((tokens(author.name) or ("",))[-1] for author in record.authors)


def is_weak(record: Record) -> bool:
    """Whether a title says little: it is short, and shorter still if there is one author."""
    return not _is_long(_title(record), alone=len(record.authors) == 1)


@lru_cache(maxsize=10_000)
def _without_marks(title: str) -> str:
    text = unicodedata.normalize("NFKC", _MARKS.sub("", title)).casefold().replace("&", " and ")
    return plain_title(_GREEK.sub(_named, text))


def _named(letter: re.Match[str]) -> str:
    """The name of a Greek letter; Unicode spells one of them "lamda"."""
    return unicodedata.name(letter[0]).split()[-1].lower().replace("lamda", "lambda")


def _title(record: Record) -> str:
    return _without_marks(record.title) if record.authors else ""


def _is_long(title: str, *, alone: bool) -> bool:
    """Three words; five, if they have to stand for themselves. East Asian writing counts
    characters as words."""
    words = len(title.split())
    characters = len(title)
    if is_east_asian(title):
        words, characters = characters // 2, characters * 3
    return words >= (_LEAST_WORDS_ALONE if alone else _LEAST_WORDS) and characters >= (
        _LEAST_CHARACTERS_ALONE if alone else _LEAST_CHARACTERS
    )


def _tells(title: str) -> bool:
    """Whether a short title is more than the name of a part: "Preface", "Guest Editorial"."""
    return len(title) >= _LEAST_CHARACTERS_SHORT and not all(map(_OF_MANY.fullmatch, title.split()))


def near_titles(one: str, other: str) -> bool:
    """Whether one title may have become the other.

    Three words of four are in both, four of five if words stand for others, and no word or number
    that makes another work of it is in one alone.
    """
    first, second = set(_without_marks(one).split()), set(_without_marks(other).split())
    shared, changed = first & second, first ^ second
    least = _LEAST_SHARE if first <= second or second <= first else _LEAST_SHARE_REPLACED
    return len(shared) >= max(_LEAST_WORDS_SHARED, least * len(first | second)) and not any(
        _TELLING.fullmatch(word) for word in changed
    )


def differ_by_subtitle(one: str, other: str) -> bool:
    """Whether one title is the other without its subtitle, and says enough by itself."""
    shorter, longer = sorted((one, other), key=len)
    head = _without_marks(_SUBTITLE.split(longer)[0])
    return _is_long(head, alone=False) and head == _without_marks(shorter)


def same_authors(one: Record, other: Record) -> bool:
    """Whether two lists of authors are those of one work.

    Of two authors or more all are in the longer list, which has the same first author or the same
    length; or the first names agree, and of the shorter list all but one in four, and complete
    lists differ in length by at most one in four.
    """
    if not one.authors or not other.authors:
        return False
    shorter, longer = sorted((one, other), key=lambda record: len(record.authors))
    few, many = len(shorter.authors), len(longer.authors)
    same_first = _agree(one.authors[0].name, other.authors[0].name)
    if 2 <= few <= _MOST_COMPARED and (same_first or few == many) and _all_in(shorter, longer):
        return True
    if not same_first:
        return False
    if shorter.authors_complete and longer.authors_complete and many - few > few // 4:
        return False
    words = {word for author in longer.authors for word in _words(author.name)}
    known = sum(bool(_words(author.name) & words) for author in shorter.authors)
    return known >= few - few // 4


def same_list(one: Record, other: Record) -> bool:
    """Whether two lists name the same authors in the same order."""
    return len(one.authors) == len(other.authors) and all(
        _agree(mine.name, theirs.name)
        for mine, theirs in zip(one.authors, other.authors, strict=True)
    )


def _all_in(shorter: Record, longer: Record) -> bool:
    """Whether each author of one list is another one of the other."""
    left = [author.name for author in longer.authors]
    for author in shorter.authors:
        found = next((name for name in left if _agree(author.name, name)), None)
        if found is None:
            return False
        left.remove(found)
    return True


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
