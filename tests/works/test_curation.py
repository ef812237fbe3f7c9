"""What people decide about authors and works, and that no ingest undoes it."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from contracts.curations import MakeCuration
from contracts.events.works import BlockWasChanged, CurationWasMade, CurationWasReversed
from services.works.constraints import Ref
from services.works.curation import (
    Decision,
    KnownAuthor,
    KnownWork,
    Refused,
    decide,
    may_be_one_name,
)
from services.works.domain import work_id
from tests.outboxes import waiting
from tests.works.desk import Desk
from tests.works.papers import ADA, ALAN, GRACE

COMMAND: TypeAdapter[Any] = TypeAdapter(MakeCuration)
REFS = tuple(Ref(f"W{n}", 0, ADA) for n in range(3))
AUTHORS = {
    "A1": KnownAuthor("A1", (ADA, "A. Lovelace"), REFS),
    "A2": KnownAuthor("A2", ("Ada Byron",), (Ref("W8", 1, "Ada Byron"),)),
}
WORKS = {
    "W0": KnownWork("W0", (ADA, GRACE), ("arxiv:1", "acl:1")),
    "W1": KnownWork("W1", (ADA,), ("arxiv:2",)),
    "W9": KnownWork("W9", (GRACE, "Ada K. Lovelace", ALAN), ("arxiv:9",)),
}


def decided(**command: Any) -> Decision:
    return decide(COMMAND.validate_python(command), AUTHORS, WORKS)


def test_a_merge_makes_all_places_one_person() -> None:
    decision = decided(kind="merge", authors=["A1", "A2"])
    assert decision.constraints == (("same", REFS, AUTHORS["A2"].refs),)
    assert decision.id == decided(kind="merge", authors=["A2", "A1"]).id


def test_a_split_keeps_two_people_apart_and_each_together() -> None:
    decision = decided(kind="split", author="A1", works=["W0"])
    part, rest = REFS[:1], REFS[1:]
    assert decision.constraints == (
        ("same", part, ()),
        ("same", rest, ()),
        ("different", part, rest),
    )


def test_not_mine_keeps_one_place_apart() -> None:
    decision = decided(kind="not-mine", author="A1", work="W0")
    assert decision.constraints == (("different", REFS[:1], REFS[1:]),)


def test_mine_joins_a_place_under_a_name_that_fits() -> None:
    decision = decided(kind="mine", author="A1", work="W9", place=1)
    assert decision.constraints == (("same", (Ref("W9", 1, "Ada K. Lovelace"),), REFS),)


def test_works_are_merged_and_split_by_the_keys_of_their_records() -> None:
    assert decided(kind="merge-works", works=["W0", "W1"]).rulings[0][0] == "same"
    split = decided(kind="split-work", work="W0", records=["acl:1"])
    assert split.rulings == (("different", ("acl:1",), ("arxiv:1",)),)


@pytest.mark.parametrize(
    "command",
    [
        {"kind": "mine", "author": "A1", "work": "W9", "place": 0},
        {"kind": "mine", "author": "A1", "work": "W9", "place": 3},
        {"kind": "mine", "author": "A1", "work": "W0", "place": 1},
        {"kind": "not-mine", "author": "A1", "work": "W9"},
        {"kind": "not-mine", "author": "A2", "work": "W9"},
        {"kind": "split", "author": "A1", "works": ["W0", "W1", "W9"]},
        {"kind": "split-work", "work": "W1", "records": ["arxiv:2"]},
        {"kind": "split-work", "work": "W0", "records": ["acl:7"]},
    ],
)
def test_what_does_not_fit_is_refused(command: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        decided(**command)


def test_no_more_names_are_joined_than_are_read_together() -> None:
    names = [f"Ada {letter}ove" for letter in "ABCDEFGHIJKLMNOPQ"]
    refs = tuple(Ref(f"W{n}", 0, name) for n, name in enumerate(names))
    wide = {"A3": KnownAuthor("A3", tuple(names[1:]), refs[1:])}
    narrow = {"A4": KnownAuthor("A4", tuple(names[:1]), refs[:1])}
    merge = COMMAND.validate_python({"kind": "merge", "authors": ["A3", "A4"]})
    with pytest.raises(Refused, match="17"):
        decide(merge, wide | narrow, {})
    fits = {"A3": KnownAuthor("A3", tuple(names[2:]), refs[2:])}
    assert decide(merge, fits | narrow, {}).constraints
    mine = COMMAND.validate_python({"kind": "mine", "author": "A3", "work": "W0", "place": 0})
    with pytest.raises(Refused, match="17"):
        decide(
            mine,
            {"A3": KnownAuthor("A3", ("Aove Ada", *names[1:]), refs[1:])},
            {"W0": KnownWork("W0", ("Ada Aove",), ("arxiv:0",))},
        )


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        (ADA, "A. Lovelace", True),
        (ADA, "Lovelace Ada", True),
        (ADA, "Ada K. Lovelace", True),
        (ADA, "Byron Lovelace", False),
        (ADA, GRACE, False),
        ("包航波", "包航波", True),
        ("包航波", "董力", False),
    ],
)
def test_names_that_may_be_one(one: str, other: str, may: bool) -> None:
    assert may_be_one_name(one, other) is may


async def test_decisions_outlive_every_ingest_and_are_reversed_in_one_step(desk: Desk) -> None:
    before = await desk.authors()
    ada, initial = await desk.who([1, 2, 3]), await desk.who([4])

    mine = await desk.make(kind="not-mine", author=ada, work=work_id("arxiv:2106.00002"))
    merged = await desk.make(kind="merge", authors=[ada, initial], note="One person.")
    assert await desk.who([1, 3, 4]) in (ada, initial)
    other = await desk.who([2])
    decided = await desk.authors()
    await desk.ingest(version=2)
    await desk.ingest(version=1)
    assert await desk.authors() == decided

    for curation in (merged["id"], mine["id"]):
        undone = await desk.reverse(curation)
        assert not undone["in_force"]
    assert await desk.authors() == before
    assert await desk.leads_to(other) == ada

    history = (await desk.http.get(f"/authors/{ada}/history")).json()
    kinds = [(one["kind"], [step["what"] for step in one["steps"]]) for one in history["curations"]]
    assert ("not-mine", ["made", "reversed"]) in kinds
    assert ("merge", ["made", "reversed"]) in kinds
    assert other in history["former_ids"]
    assert "U1" not in str(history)


async def test_a_split_is_told_before_what_is_left(desk: Desk) -> None:
    ada, initial = await desk.who([1, 2, 3]), await desk.who([4])
    await desk.make(kind="not-mine", author=ada, work=work_id("arxiv:2106.00002"))
    other = await desk.who([2])
    assert await desk.told(ada) == [None, (other,), None]

    merged = await desk.make(kind="merge", authors=[ada, initial])
    survivor = await desk.who([1, 3, 4])
    await desk.reverse(merged["id"])
    (gone,) = {ada, initial} - {survivor}
    assert (await desk.told(survivor))[-2:] == [(gone,), None]


async def test_works_are_merged_and_split_by_decision(desk: Desk) -> None:
    one, two = (work_id(f"arxiv:2106.0000{n}") for n in (1, 2))
    made = await desk.make(kind="merge-works", works=[one, two])
    ada = await desk.who([1, 3])
    async with desk.system.database("works") as database:
        merged = await database["works"].find_one({"_id": two})
        assert merged is not None
        assert merged["state"]["merged_into"] == one
    await desk.ingest(version=2)
    assert await desk.who([1, 3]) == ada
    for either in (one, two):
        history = (await desk.http.get(f"/works/{either}/history")).json()
        assert history["work"] == one
        assert [each["id"] for each in history["curations"]] == [made["id"]]
    await desk.reverse(made["id"])
    assert await desk.who([1, 2, 3]) == ada
    history = (await desk.http.get(f"/works/{two}/history")).json()
    assert (history["work"], history["curations"][0]["in_force"]) == (two, False)
    assert (await desk.http.get("/works/Wnone/history")).status_code == 404


async def test_only_moderators_and_owners_decide(desk: Desk) -> None:
    ada, initial = await desk.who([1, 2, 3]), await desk.who([4])
    work = work_id("arxiv:2106.00002")
    stranger = {"account_id": "U2", "roles": ("member",)}
    owner = {"account_id": "U3", "roles": ("member",), "authors": (ada,)}
    not_mine: dict[str, Any] = {"kind": "not-mine", "author": ada, "work": work}
    await desk.make(403, **not_mine, by=stranger)
    await desk.make(403, kind="merge", authors=[ada, initial], by=owner)
    await desk.make(403, **not_mine, by={**owner, "scopes": ("read",)})
    await desk.make(404, kind="not-mine", author="Anobody", work=work)
    await desk.make(409, kind="not-mine", author=ada, work=work_id("arxiv:2106.00004"))
    made = await desk.make(**not_mine, by=owner)
    assert made["steps"][0]["role"] == "owner"
    await desk.reverse(made["id"], 403, stranger)
    await desk.reverse(made["id"], by=owner)
    by_moderator = await desk.make(**not_mine)
    await desk.reverse(by_moderator["id"], 403, owner)
    assert (await desk.http.post("/curations", json=not_mine)).status_code == 401

    rows = [row async for row in desk.store.curations.documents.collection.find({})]
    told = [event for event in waiting(rows) if not isinstance(event.data, BlockWasChanged)]
    kinds = [type(event.data) for event in told]
    assert kinds == [CurationWasMade, CurationWasReversed, CurationWasMade]
    assert {event.subject for event in told} == {ada}
    assert [event.actor for event in told] == ["U3", "U3", "U1"]
