"""Which names of a block are compared: all that may be one name, and few others."""

from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.works import spellings
from services.works.names import block_of, tokens
from services.works.spellings import Spelling, Words, compare, near

# Short words of few letters: beginnings, slips, and two words in one are all there.
WORDS = st.sampled_from(["a", "b", "ab", "ba", "aba", "abab", "abba", "ababa", "bill", "william"])
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


@settings(max_examples=500)
@given(st.sets(NAMES, min_size=2, max_size=20), WORDS)
@example({"ab el aal", "abelaal"}, "nasser")
@example({"baa", "babaa"}, "ba")
def test_all_are_found_that_comparing_each_with_each_would_find(some: set[str], last: str) -> None:
    names = {f"{own} {last}" for own in some}
    found = {
        (one, other): spelling
        for block in {block_of(name) for name in names}
        for one, others in near(sorted(n for n in names if block_of(n) == block)).items()
        for other, spelling in others.items()
    }
    expected: dict[tuple[str, str], Spelling] = {}
    for one, other in combinations(sorted(names), 2):
        spelling = compare(tokens(one), tokens(other))
        if block_of(one) == block_of(other) and spelling is not None:
            expected |= {(one, other): spelling, (other, one): spelling}
    assert found == expected


def test_names_that_have_nothing_in_common_are_not_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[tuple[Words, Words]] = []

    def watched(one: Words, other: Words) -> Spelling | None:
        compared.append((one, other))
        return compare(one, other)

    monkeypatch.setattr(spellings, "compare", watched)
    syllables = [first + second for first in "bdfgklmnprst" for second in "aeiou"]
    names = [f"y{one}{other} wang" for one in syllables for other in syllables[::3]]
    near(names)
    assert len(compared) < len(names) * len(names) / 2 / 20
