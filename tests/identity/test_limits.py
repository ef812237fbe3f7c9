"""Who did something too often reads when they may again."""

from datetime import timedelta

import pytest

from services.identity.limits import Limit, too_often


@pytest.mark.parametrize(
    ("wait", "said"),
    [
        (timedelta(0), "a second"),
        (timedelta(seconds=119), "119 seconds"),
        (timedelta(seconds=121), "3 minutes"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(minutes=647), "11 hours"),
        (timedelta(days=1), "24 hours"),
    ],
)
def test_the_wait_is_told_in_a_unit_that_people_use(wait: timedelta, said: str) -> None:
    problem = too_often(Limit("claims", most=10, seconds=86_400), wait)
    assert problem.detail == f"That was done too often. Try again in {said}."
    assert problem.headers["Retry-After"] == str(max(1, int(wait.total_seconds())))
