"""Notes: each thing once for a burst, nothing lost that is noted while it is worked on."""

import asyncio

from chassis.documents import Cause
from chassis.notes import AT_A_TIME, MANY, Notes, Taken
from chassis.pending import RELAY_PARTITIONS
from tests.support import System, eventually

ALL = range(RELAY_PARTITIONS)
BURST = {f"thing {n}": Cause() for n in range(MANY + 100)}


async def notes_of(system: System) -> Notes:
    made = Notes(system.service("works").database["todo"])
    await made.prepare()
    return made


async def take(notes: Notes, most: int = AT_A_TIME) -> Taken:
    return await eventually(lambda: notes.due(ALL, most), lambda taken: bool(taken.causes))


async def take_all(notes: Notes) -> list[str]:
    """Everything there is, done."""
    names: list[str] = []
    while await notes.count():
        taken = await take(notes)
        names += taken.causes
        await notes.done(taken)
    return names


async def test_what_is_noted_often_is_taken_once_with_its_last_cause(databases: System) -> None:
    notes = await notes_of(databases)
    await notes.note({"one": Cause("first"), "two": Cause("first")})
    await notes.note({"one": Cause("second")})
    assert await notes.count() == 3
    taken = await take(notes)
    assert taken.causes == {"one": Cause("second"), "two": Cause("first")}
    await notes.done(taken)
    assert await notes.count() == 0


async def test_a_burst_is_taken_in_portions_each_thing_once(databases: System) -> None:
    notes = await notes_of(databases)
    for _ in range(3):
        await notes.note(BURST)
    names = await take_all(notes)
    assert len(names) == len(BURST)
    assert set(names) == BURST.keys()


async def test_how_much_is_taken_at_a_time_may_change_with_each(databases: System) -> None:
    notes = await notes_of(databases)
    await notes.note(BURST)
    names: list[str] = []
    for most in (1, 20, 300, 300):
        taken = await take(notes, most)
        assert len(taken.causes) == min(most, len(BURST) - len(names))
        names += taken.causes
        await notes.done(taken)
    assert set(names) == BURST.keys()
    assert await notes.count() == 0


async def test_a_burst_waits_for_a_pause(databases: System) -> None:
    notes = await notes_of(databases)
    await notes.note(BURST)
    await asyncio.sleep(0.1)
    assert not (await notes.due(ALL)).causes
    assert notes.many()
    assert (await take(notes)).causes


async def test_what_is_not_done_is_taken_again(databases: System) -> None:
    notes = await notes_of(databases)
    await notes.note({"one": Cause()})
    first = await take(notes)
    assert (await take(notes)).causes == first.causes


async def test_what_is_noted_meanwhile_stays(databases: System) -> None:
    notes = await notes_of(databases)
    await notes.note({"one": Cause()})
    taken = await take(notes)
    await notes.note({"one": Cause()})
    await notes.done(taken)
    assert await take_all(notes) == ["one"]


async def test_what_another_copy_did_meanwhile_is_noted_again(databases: System) -> None:
    mine, theirs = await notes_of(databases), await notes_of(databases)
    await mine.note({"one": Cause(), "two": Cause()})
    taken = await take(mine)
    await theirs.done(await take(theirs))
    assert await mine.count() == 0
    await mine.done(taken)
    assert sorted(await take_all(theirs)) == ["one", "two"]


async def test_what_is_put_off_is_counted_and_not_due(databases: System) -> None:
    notes = await notes_of(databases)
    await notes.note({"one": Cause()})
    taken = await take(notes)
    await notes.put_off("one", Cause())
    await notes.put_off("one", Cause())
    await notes.done(taken)
    assert await notes.count() == 1
    await asyncio.sleep(0.1)
    assert not (await notes.due(ALL)).causes
    await notes.note({"one": Cause()})
    assert (await take(notes)).causes == {"one": Cause()}
