"""How common a name is, and what a name alone says."""

import numpy as np
import pytest

from services.works.frequencies import commonness, frequencies, origin
from services.works.model import model
from tests.bench import same_names
from tests.bench.frequencies import count
from tests.works.papers import acl, by


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("yang liu", "pinyin"),
        ("李伟", "pinyin"),
        ("huy nguyen", "vietnamese"),
        ("nguyen", "vietnamese"),
        ("john burger", "other"),
        ("j burger", "other"),
        ("", "other"),
    ],
)
def test_a_name_has_an_origin(name: str, expected: str) -> None:
    assert origin(name) == expected


def test_a_name_is_commoner_where_few_names_are_shared_by_many() -> None:
    counted = frequencies()
    assert counted["given"]["huy"] == counted["given"]["harshit"]
    assert counted["family"]["nguyen"] < 2 * counted["family"]["gupta"]
    assert commonness("huy nguyen") > commonness("harshit gupta") + 3


def test_a_name_that_many_have_says_less() -> None:
    names = ("ralph weischedel", "john burger", "yang liu", "huy nguyen")
    said = model().same_name(np.array([commonness(name) for name in names])).tolist()
    assert said == sorted(said, reverse=True)
    assert said[-1] < 0 < said[0]


def test_counts_are_of_papers_and_of_different_names() -> None:
    papers = [acl(title="On Parsing", authors=by("Wei Li", f"Ada B{n}")) for n in range(25)]
    counted = count(papers)
    assert counted["works"] == 25
    assert counted["words"] == {"parsing": 25}
    assert counted["family"] == {}
    assert counted["given"] == {"a": 25, "ada": 25}
    assert counted["names"] == {"other": 25, "pinyin": 1}


def test_what_a_name_says_is_learned_without_being_told_who_is_who() -> None:
    chance = np.random.default_rng(1)
    common = chance.uniform(-3, 3, 40_000)
    same = chance.random(40_000) < 1 / (1 + np.exp(1.2 * common - 0.5))
    told = chance.normal(np.where(same, 2, -2), 2)
    said = same_names.learn(told, common, np.ones(40_000))
    assert said.constant == pytest.approx(0.5, abs=0.1)
    assert said.slope == pytest.approx(-1.2, abs=0.1)
