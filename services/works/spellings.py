"""How two different names may be spellings of one: word by word."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import OSA

from services.works.names import folded, full_name, nicknames, other_forms, tokens

_SHORTEST_PREFIX = 3
_SHORTEST_WITH_SLIP = 4
_MOST_WORDS = 6
_COST = {
    "": 0.0,
    "spacing": 0.3,
    "extra_initial": 0.6,
    "initial": 1.0,
    "extra_first": 1.0,
    "extra_middle": 1.0,
    "extra_last": 1.0,
    "turned": 1.0,
    "prefix": 1.2,
    "nickname": 1.5,
    "slip": 2.0,
}
_DEAREST = 4.0
_ONE_LETTER = frozenset({"prefix", "slip"})

_SYLLABLE = (
    "(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?"
    "(?:[iu]ang|iong|[aeio]ng|i?ao|u?ai|[iu]?an|[aeiou]n|i[aeu]|u[aeio]|ei|ou|[aeiouv])"
)
_PINYIN = re.compile(rf"(?:(?:{_SYLLABLE})+ )+{_SYLLABLE}")

Words = tuple[str, ...]


class Spelling(NamedTuple):
    """What it takes to see two names as one: how often each kind of difference."""

    spacing: int = 0
    extra_initial: int = 0
    initial: int = 0
    extra_first: int = 0
    extra_middle: int = 0
    extra_last: int = 0
    turned: int = 0
    prefix: int = 0
    nickname: int = 0
    slip: int = 0
    shared: int = 0
    """Words of two letters or more that both have."""


def near(names: Sequence[str]) -> dict[str, dict[str, Spelling]]:
    """For each name of a block the others that may be spellings of it.

    Not every name is compared with every other one. Of two spellings a word before the last of one
    meets such a word of the other, or two words in one; or else some word meets the last.
    """
    words = {name: tuple(map(folded, tokens(name))) for name in names if tokens(name)}
    offered: dict[str, list[str]] = defaultdict(list)
    for name, own in words.items():
        for offer in {*_offers(own)}:
            offered[offer].append(name)
    met: set[tuple[str, str]] = set()
    for name, own in words.items():
        others: Iterable[str] = words if _meets_its_last(own) else _found(own, offered)
        met.update((min(name, other), max(name, other)) for other in others if other != name)
    found: dict[str, dict[str, Spelling]] = defaultdict(dict)
    for one, other in met:
        spelling = compare(tokens(one), tokens(other))
        if spelling is not None:
            found[one][other] = found[other][one] = spelling
    return found


def _offers(words: Words) -> Iterator[str]:
    yield from _joined(words)
    for word in words[:-1]:
        yield from (word, f"{word[0]}.", f"{full_name(word)[0]}.", *_with_slips(word))
        yield from (f"{word[:length]}-" for length in range(_SHORTEST_PREFIX, len(word)))


def _found(words: Words, offered: Mapping[str, Sequence[str]]) -> set[str]:
    return {name for sought in _seeks(words) for name in offered.get(sought, ())}


def _seeks(words: Words) -> Iterator[str]:
    yield from _joined(words)
    for word in words[:-1]:
        yield from (word, f"{word}.", f"{word}-", *other_forms(word), *_with_slips(word))


def _joined(words: Words) -> Iterator[str]:
    yield from map("".join, pairwise((*words, words[0])))
    yield "".join(words[:-1])


def _with_slips(word: str) -> Iterator[str]:
    """Of two words of which one is the other with a slip, the same may be left."""
    if len(word) >= _SHORTEST_WITH_SLIP:
        yield f"{word}~"
        yield from (f"{word[:at]}{word[at + 1 :]}~" for at in range(len(word)))


def _meets_its_last(words: Words) -> bool:
    return any(_difference(word, words[-1]) is not None for word in words[:-1])


@lru_cache(maxsize=4_000)
def compare(one: Words, other: Words) -> Spelling | None:
    """The cheapest way to see two names as one; ``None`` when they are different names."""
    shorter, longer = sorted((tuple(map(folded, one)), tuple(map(folded, other))), key=len)
    if not shorter or len(longer) > _MOST_WORDS:
        return None
    if "".join(shorter) == "".join(longer):
        return Spelling(spacing=int(shorter != longer), shared=len(shorter))
    best: tuple[float, tuple[str, ...], int] | None = None
    for turn, words in _arrangements(shorter):
        found = _align(words, longer, 0, 0)
        if found is not None and found[2]:
            cost = found[0] + _COST[turn]
            if cost <= _DEAREST and (best is None or cost < best[0]):
                best = cost, (*found[1], turn), found[2]
    if best is None or (_ONE_LETTER.intersection(best[1]) and are_pinyin(shorter, longer)):
        return None
    counts = {kind: best[1].count(kind) for kind in Spelling._fields if kind != "shared"}
    return Spelling(**counts, shared=best[2])


def are_pinyin(*names: Words) -> bool:
    """Whether the names are Chinese ones transcribed, where a letter more is another name."""
    return all(_PINYIN.fullmatch(" ".join(name)) for name in names)


def _arrangements(words: Words) -> Iterator[tuple[str, Words]]:
    yield "", words
    if len(words) > 1:
        yield "turned", (words[-1], *words[:-1])
    if len(words) > 2:
        yield "turned", (*words[1:], words[0])


def _align(one: Words, other: Words, i: int, j: int) -> tuple[float, tuple[str, ...], int] | None:
    """Every word of ``one`` in ``other``, in order: cost, differences, and full words shared."""
    if j == len(other):
        return (0.0, (), 0) if i == len(one) else None
    options: list[tuple[float, tuple[str, ...], int]] = []

    def step(kind: str, more_i: int, more_j: int, shared: int) -> None:
        rest = _align(one, other, i + more_i, j + more_j)
        if rest is not None:
            options.append((rest[0] + _COST[kind], (kind, *rest[1]), rest[2] + shared))

    if i < len(one):
        kind = _difference(one[i], other[j])
        if kind is not None:
            step(kind, 1, 1, int(kind == "" and len(one[i]) > 1))
        if j + 1 < len(other) and one[i] == other[j] + other[j + 1]:
            step("spacing", 1, 2, 1)
        if i + 1 < len(one) and other[j] == one[i] + one[i + 1]:
            step("spacing", 2, 1, 1)
    if len(other[j]) == 1:
        step("extra_initial", 0, 1, 0)
    else:
        place = "first" if i == 0 else "last" if i == len(one) else "middle"
        step(f"extra_{place}", 0, 1, 0)
    return min(options) if options else None


@lru_cache(maxsize=4_000)
def _difference(one: str, other: str) -> str | None:
    """What makes two words differ that may stand for the same; ``None`` if they may not."""
    if one == other:
        return ""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) == 1:
        return "initial" if shorter in (longer[0], full_name(longer)[0]) else None
    if full_name(shorter) == longer:
        return "prefix"
    if len(shorter) >= _SHORTEST_PREFIX and longer.startswith(shorter):
        return "prefix"
    if tuple(sorted((one, other))) in nicknames():
        return "nickname"
    if len(shorter) >= _SHORTEST_WITH_SLIP and OSA.distance(one, other, score_cutoff=1) <= 1:
        return "slip"
    return None
