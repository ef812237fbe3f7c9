"""Evidence for a pair depends on nothing but the pair."""

import numpy as np
import pytest

from services.works import evidence
from services.works.evidence import FEATURES, Evidence, Groups, Surroundings

STUDENT = Surroundings(("ann lee", "bo chen"), ("parsing", "trees"), (), (), 2004, front=True)
TEACHER = Surroundings(("ann lee", "cy doe"), ("parser", "forests"), (), (), 2015, end=True)
OTHER = Surroundings(("di fox",), ("speech", "summarization"), ("acl",), ("oslo",), 2011)
ALONE = Surroundings((), (), (), (), None, front=True)


def features(one: list[int], other: list[int], *around: Surroundings) -> list[float]:
    told = Evidence((STUDENT, TEACHER, OTHER, ALONE, *around))
    found: list[float] = (
        Groups(told, [one, other]).compare(np.array([0]), np.array([1]))[0].tolist()
    )
    return found


def test_neither_order_nor_others_nor_the_kind_of_matrix_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for one, other in ([0], [1]), ([0, 2], [1]), ([0, 1], [2, 3]), ([2], [3]):
        found = features(one, other)
        assert features(other, one) == pytest.approx(found, abs=1e-9)
        assert features(one, other, OTHER, TEACHER) == pytest.approx(found, abs=1e-9)
        with monkeypatch.context() as patched:
            patched.setattr(evidence, "_SMALL", 0)
            assert features(one, other) == pytest.approx(found, abs=1e-9)


def test_the_later_of_two_groups_is_the_one_that_moves() -> None:
    told = dict(zip(FEATURES, features([0], [1]), strict=True))
    assert told["to the end"] == 1
    assert told["to the front"] == -1
    assert told["time"] == (2004 + 2015) / 2
    assert told["words of titles"] > 0
