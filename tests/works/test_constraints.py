"""What people decided holds, and the later decision where two contradict."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Literal, NamedTuple

import pytest

from services.works.constraints import Constraint, Ref, obey, place_now

MONDAY = datetime(2026, 9, 14, tzinfo=UTC)


class Place(NamedTuple):
    work_id: str
    place: int = 0
    name: str = "Ada"


PLACES = [Place(f"W{n}") for n in range(6)]


def decided(
    day: int, kind: Literal["same", "different"], left: str, right: str, name: str = ""
) -> Constraint:
    first, second = (tuple(Ref(f"W{n}", 0, name) for n in side) for side in (left, right))
    return Constraint(f"C{day}{kind}", kind, first, second, MONDAY + timedelta(days=day))


def groups(*constraints: Constraint) -> set[frozenset[int]]:
    """The groups, whatever the order in which the constraints come."""
    found = set()
    for order in permutations(constraints):
        obeyed = obey(PLACES, order)
        roots: dict[int, set[int]] = {}
        for index in range(len(PLACES)):
            roots.setdefault(obeyed.find(index), set()).add(index)
        found.add(frozenset(map(frozenset, roots.values())))
    (only,) = found
    return {group for group in only if len(group) > 1}


def test_a_merge_makes_all_of_both_one_person() -> None:
    assert groups(decided(1, "same", "01", "23")) == {frozenset({0, 1, 2, 3})}


def test_a_split_undoes_an_earlier_merge_and_a_later_merge_undoes_the_split() -> None:
    merge = decided(1, "same", "01", "23")
    split = (
        decided(2, "different", "01", "23"),
        decided(2, "same", "01", ""),
        decided(2, "same", "23", ""),
    )
    assert groups(merge, *split) == {frozenset({0, 1}), frozenset({2, 3})}
    assert groups(merge, *split, decided(3, "same", "0", "3")) == {frozenset({0, 1, 2, 3})}


def test_not_my_work_takes_one_out_of_a_merge() -> None:
    found = groups(decided(1, "same", "01", "23"), decided(2, "different", "1", "023"))
    assert found == {frozenset({0, 2, 3})}


def test_my_work_moves_one_place_and_nobody_else() -> None:
    split = (
        decided(1, "different", "01", "23"),
        decided(1, "same", "01", ""),
        decided(1, "same", "23", ""),
    )
    merge = decided(2, "same", "3", "4")
    mine = replace(decided(3, "same", "3", "01"), moves=True)
    assert groups(*split, mine) == {frozenset({0, 1, 3})}
    assert groups(*split, merge, mine) == {frozenset({0, 1, 3})}
    assert obey(PLACES, [*split, mine]).are_apart(2, 3)
    theirs = replace(decided(4, "same", "3", "5"), moves=True)
    assert groups(*split, mine, theirs) == {frozenset({0, 1}), frozenset({3, 5})}


def test_people_kept_apart_stay_apart_from_whom_they_are_joined_with() -> None:
    obeyed = obey(PLACES, [decided(2, "different", "0", "1"), decided(1, "same", "1", "2")])
    assert obeyed.are_apart(0, 2)
    assert obeyed.are_apart(2, 0)
    assert not obeyed.are_apart(0, 3)


@pytest.mark.parametrize(
    ("names", "now"),
    [
        (["Ada Lovelace", "Grace Hopper"], 0),
        (["Grace Hopper", "Ada Lovelace"], 1),
        (["A. Lovelace", "Grace Hopper"], 0),
        (["Lovelace Ada", "Grace Hopper"], 0),
        (["Grace Hopper", "Alan Turing", "A. Lovelace"], 2),
        (["Grace Hopper", "A. Lovelace", "Ada K. Lovelace"], None),
        (["Grace Hopper", "Ada Lovelace", "Ada Lovelace"], None),
        (["Grace Hopper"], None),
        (["", "Grace Hopper"], None),
        ([], None),
    ],
)
def test_a_place_is_where_its_name_stands_now(names: list[str], now: int | None) -> None:
    assert place_now(Ref("W1", 0, "Ada Lovelace"), names) == now


def test_a_place_that_nobody_has_is_passed_over() -> None:
    assert groups(decided(1, "same", "0", "19")) == {frozenset({0, 1})}
