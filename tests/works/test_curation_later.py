"""What people decided stays with the people it was about, whatever is decided or read later."""

from typing import Any

from services.works.domain import work_id
from services.works.records import Record
from tests.works.desk import Desk, paper
from tests.works.papers import ADA, ALAN, GRACE, acl, by
from tests.works.taking_in import one_by_one, take_in

FIRST, SECOND, THIRD, FOURTH = (work_id(f"arxiv:2106.0000{n}") for n in range(1, 5))
MODERATOR: dict[str, Any] = {"account_id": "U9", "roles": ("moderator",)}


async def test_a_decision_that_was_overruled_can_be_made_again(desk: Desk) -> None:
    ada = await desk.who([1, 2, 3])
    not_mine: dict[str, Any] = {"kind": "not-mine", "author": ada, "work": SECOND}
    made = await desk.make(**not_mine)
    await desk.make(kind="mine", author=ada, work=SECOND, place=0)
    assert await desk.who([1, 2, 3]) == ada
    again = await desk.make(**not_mine)
    assert again["id"] == made["id"]
    assert await desk.who([1, 3]) == ada
    assert [step["what"] for step in again["steps"]] == ["made", "made"]
    history = (await desk.http.get(f"/authors/{ada}/history")).json()
    assert [each["kind"] for each in history["curations"]] == ["not-mine", "mine"]


async def test_a_merge_can_be_made_again_after_a_split(desk: Desk) -> None:
    ada, initial = await desk.who([1, 2, 3]), await desk.who([4])
    for _ in range(2):
        await desk.make(kind="merge", authors=[ada, initial])
        await desk.make(kind="split", author=await desk.who([1, 2, 3, 4]), works=[FOURTH])
    assert await desk.who([1, 2, 3]) == ada


async def test_a_decision_made_twice_is_one(desk: Desk) -> None:
    ada = await desk.who([1, 2, 3])
    command: dict[str, Any] = {"kind": "split", "author": ada, "works": [SECOND]}
    await desk.make(**command)
    ada, other = await desk.who([1, 3]), await desk.who([2])
    merge: dict[str, Any] = {"kind": "merge", "authors": [other, await desk.who([4])]}
    first = await desk.make(settled=False, **merge)
    again = await desk.make(settled=False, **merge)
    assert again == first


async def test_what_a_moderator_confirms_only_a_moderator_takes_back(desk: Desk) -> None:
    ada = await desk.who([1, 2, 3])
    owner = {"account_id": "U3", "roles": ("member",), "authors": (ada,)}
    not_mine: dict[str, Any] = {"kind": "not-mine", "author": ada, "work": SECOND}
    made = await desk.make(settled=False, by=owner, **not_mine)
    confirmed = await desk.make(settled=False, by=MODERATOR, **not_mine)
    assert [step["role"] for step in confirmed["steps"]] == ["owner", "moderator"]
    await desk.make(settled=False, by=owner, **not_mine)
    await desk.reverse(made["id"], 403, owner)
    assert not (await desk.reverse(made["id"]))["in_force"]


async def test_an_owner_does_not_decide_the_opposite_of_what_a_moderator_did(desk: Desk) -> None:
    ada, other = await desk.who([1, 2, 3]), await desk.who([4])
    owner = {"account_id": "U3", "roles": ("member",), "authors": (ada,)}
    mine: dict[str, Any] = {"kind": "mine", "author": ada, "work": SECOND, "place": 0}
    not_mine = await desk.make(kind="not-mine", author=ada, work=SECOND)
    await desk.make(403, by=owner, **mine)
    added = await desk.make(kind="mine", author=ada, work=FOURTH, place=0)
    await desk.make(403, by=owner, kind="not-mine", author=ada, work=FOURTH)
    await desk.make(403, by=owner, kind="split", author=ada, works=[FOURTH])
    assert await desk.who([1, 3, 4]) == ada
    for made in (not_mine, added):
        await desk.reverse(made["id"])
    await desk.make(by=owner, kind="not-mine", author=ada, work=SECOND)
    await desk.make(by=owner, **mine)
    assert (await desk.who([1, 2, 3]), await desk.who([4])) == (ada, other)


async def test_nor_of_what_a_moderator_did_with_works(desk: Desk) -> None:
    ada = await desk.who([1, 2, 3])
    owner = {"account_id": "U3", "roles": ("member",), "authors": (ada,)}
    split: dict[str, Any] = {"kind": "split-work", "work": FIRST, "records": ["arxiv:2106.00002"]}
    merged = await desk.make(kind="merge-works", works=[FIRST, SECOND])
    await desk.make(403, by=owner, **split)
    await desk.reverse(merged["id"])
    await desk.make(by=owner, kind="merge-works", works=[FIRST, SECOND])
    await desk.make(by=owner, **split)


async def test_a_name_corrected_into_another_block_stays_decided(desk: Desk) -> None:
    ada, other = await desk.who([1, 2, 3]), await desk.who([4])
    merged = await desk.make(kind="merge", authors=[ada, other])
    await desk.correct(4, "Lovelace Adda")
    await desk.who([1, 2, 3, 4])
    await desk.reverse(merged["id"])
    assert await desk.who([1, 2, 3]) == ada


async def test_so_does_one_in_a_work_that_got_another_id(desk: Desk) -> None:
    first, second = one_work("openalex"), one_work("acl", "King Augusta")
    await take_in(desk.store, first)
    await desk.resolve()
    king = await desk.only(work_id(first.key))
    await desk.make(kind="merge", authors=[await desk.only(FOURTH), king])
    await take_in(desk.store, second)
    await one_by_one(desk.store, 0)
    assert await desk.only(FOURTH, work_id(second.key))


async def test_a_decision_never_passes_to_who_stands_at_the_place_now(desk: Desk) -> None:
    ada, other = await desk.who([1, 2, 3]), await desk.who([4])
    await desk.make(kind="merge", authors=[ada, other])
    await desk.correct(1, GRACE, ADA)
    await desk.correct(3, ALAN)
    assert sorted((await desk.authors()).values()) == [[1], [1, 2, 4], [3]]


async def test_nobody_decides_about_who_has_taken_a_place_meanwhile(desk: Desk) -> None:
    ada = await desk.who([1, 2, 3])
    await take_in(desk.store, paper(1, GRACE, ADA, version=2))
    not_mine: dict[str, Any] = {"kind": "not-mine", "author": ada, "work": FIRST}
    refused = await desk.make(409, settled=False, **not_mine)
    assert refused["detail"] == "This work is not in the record of this author."
    await desk.resolve()
    await desk.make(**not_mine)
    assert sorted((await desk.authors()).values()) == [[1], [1], [2, 3], [3], [4]]


async def test_a_works_history_has_what_was_decided_under_another_id(desk: Desk) -> None:
    first, second, third = (one_work(source) for source in ("openalex", "acl", "arxiv"))
    await take_in(desk.store, first, second)
    made = await desk.make(kind="split-work", work=work_id(second.key), records=[first.key])
    await desk.reverse(made["id"])
    await take_in(desk.store, third)
    history = (await desk.http.get(f"/works/{work_id(second.key)}/history")).json()
    assert history["work"] == work_id(third.key)
    assert [each["id"] for each in history["curations"]] == [made["id"]]


def one_work(source: str, author: str = "Augusta King") -> Record:
    """The same work, as several sources have it."""
    return acl(
        "2021.y-1.1", source=source, feed=source, title="One", authors=by(author), doi="10.1/x"
    )
