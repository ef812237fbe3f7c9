"""The history of a record says what changed it, whomever the decision was made about."""

from typing import Any

from contracts.events.works import CurationWasMade
from services.works.domain import work_id
from tests.outboxes import waiting
from tests.works.desk import Desk
from tests.works.papers import GRACE

FIRST, SECOND, THIRD, FOURTH = (work_id(f"arxiv:2106.0000{n}") for n in range(1, 5))


async def kinds(desk: Desk, author: str) -> list[str]:
    """What happened to a record, the newest first."""
    history = (await desk.http.get(f"/authors/{author}/history")).json()
    return [each["kind"] for each in history["curations"]]


async def test_a_record_that_a_decision_brought_forth_says_so(desk: Desk) -> None:
    ada = await desk.who([1, 2, 3])
    split = await desk.make(kind="split", author=ada, works=[SECOND])
    kept, other = await desk.who([1, 3]), await desk.who([2])
    assert await kinds(desk, kept) == await kinds(desk, other) == ["split"]
    history = (await desk.http.get(f"/authors/{other}/history")).json()
    assert (history["curations"][0]["id"], history["curations"][0]["authors"]) == (
        split["id"],
        [ada],
    )


async def test_so_does_one_that_lost_a_work_to_another(desk: Desk) -> None:
    ada = await desk.who([1, 2, 3])
    await desk.make(kind="split", author=ada, works=[SECOND])
    loser, winner = await desk.who([1, 3]), await desk.who([2])
    mine: dict[str, Any] = {"kind": "mine", "author": winner, "work": THIRD, "place": 0}
    made = await desk.make(**mine)
    wrote = await desk.authors()
    assert (wrote[loser], wrote[winner]) == ([1], [2, 3])
    assert await kinds(desk, loser) == await kinds(desk, winner) == ["mine", "split"]
    assert made["authors"] == [winner]
    rows = [row async for row in desk.store.curations.documents.collection.find({})]
    told = [one for one in waiting(rows) if isinstance(one.data, CurationWasMade)]
    assert {one.subject for one in told if "mine" in one.data.kind} == {loser, winner}
    await desk.reverse(made["id"])
    assert await kinds(desk, loser) == ["mine", "split"]
    assert await desk.who([1, 3]) == loser


async def test_also_if_it_had_the_work_under_a_name_of_another_block(desk: Desk) -> None:
    ada, other = await desk.who([1, 2, 3]), await desk.who([4])
    await desk.make(kind="split", author=ada, works=[SECOND])
    second = await desk.who([2])
    await desk.make(kind="merge", authors=[second, other])
    await desk.correct(4, "Lovelace Adda")
    winner = await desk.who([1, 3])
    await desk.make(kind="mine", author=winner, work=FOURTH, place=0)
    assert await desk.who([1, 3, 4]) == winner
    assert await kinds(desk, await desk.who([2])) == ["mine", "merge", "split"]


async def test_what_concerned_only_others_of_the_same_work_is_not_shown(desk: Desk) -> None:
    ada = await desk.who([1, 2, 3])
    await desk.make(kind="not-mine", author=ada, work=FIRST)
    async with desk.system.database("works") as database:
        grace = await database["authors"].find_one({"state.author.name": GRACE})
    assert grace is not None
    assert await kinds(desk, grace["_id"]) == []
