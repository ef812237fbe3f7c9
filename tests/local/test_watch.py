"""Pauses between restarts grow, and are bounded."""

from deploy.local.watch import pause_after


def test_pauses_grow_up_to_half_a_minute() -> None:
    assert [pause_after(count) for count in (1, 2, 3, 4, 9)] == [0.5, 1, 2, 4, 30]
