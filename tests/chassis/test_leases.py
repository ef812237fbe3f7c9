"""Numbered work shared by copies."""

from chassis.leases import Leases
from tests.support import System, eventually


async def test_two_copies_share_and_the_survivor_takes_over(system: System) -> None:
    async with system.database("trust") as database:
        one, other = Leases(database, "relay", 4), Leases(database, "relay", 4)
        await one.prepare()
        await other.prepare()
        assert await one.renew() == {0, 1, 2, 3}
        assert await other.renew() == frozenset()
        await one.renew()
        await other.renew()
        assert len(one.held) == len(other.held) == 2
        assert not one.held & other.held
        await one.renew()
        # `one` is never heard of again, as after kill -9
        await eventually(other.renew, lambda held: held == {0, 1, 2, 3}, timeout=15)


async def test_what_is_released_is_free_at_once(system: System) -> None:
    async with system.database("trust") as database:
        one, other = Leases(database, "relay", 4), Leases(database, "relay", 4)
        await one.prepare()
        await one.renew()
        await one.release()
        assert await other.renew() == {0, 1, 2, 3}
