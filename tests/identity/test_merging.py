"""What becomes of claims and follows when records are merged."""

import pytest

from contracts.events.works import AuthorsWereMerged
from services.identity.records import Record
from tests.identity.claiming import HERS, claim, names
from tests.identity.town import Town
from tests.signin import ADA, BOB, CY


async def test_claims_go_over_to_the_survivor_of_a_merge(here: Town) -> None:
    await here.record("A1", **HERS)
    await here.record("A2", identifiers=(f"orcid:{BOB}",))
    ada, bob = await here.person(orcid=ADA), await here.person(orcid=BOB)
    hers, his = await claim(here, ada, "A1"), await claim(here, bob, "A2")
    await here.merge("A1", "A2")
    await here.community.chores.do()
    await here.community.upkeep.carry("A1")
    assert (await here.get(ada, f"/claims/{hers['id']}"))["author_id"] == "A2"
    assert (await here.get(ada, f"/claims/{hers['id']}"))["status"] == "queued"
    assert (await here.get(bob, f"/claims/{his['id']}"))["status"] == "disputed"
    rows = await here.database["owners"].find({}).to_list(10)
    assert [(row["_id"], row["author_id"]) for row in rows] == [(bob, "A2")]
    assert (await names(here, "A1"))[-2:] == ["ClaimWasRevoked", "ResearcherWasErased"]
    assert (await names(here, "A2")).count("ClaimWasDisputed") == 1
    assert (await claim_by_old_id(here)) == "A2"


async def claim_by_old_id(here: Town) -> str:
    made = await claim(here, await here.person(name="Cy"), "A1")
    return str(made["author_id"])


@pytest.mark.parametrize("order", ["AB BC", "BC AB", "AB BC AB BC"])
async def test_merges_in_any_order_and_twice_bring_everything_to_the_same_place(
    here: Town, order: str
) -> None:
    for author, orcid in (("A", ADA), ("B", BOB), ("C", CY)):
        await here.record(author, name=f"{author} Example", identifiers=(f"orcid:{orcid}",))
    ada, bob = await here.person(orcid=ADA), await here.person(name="Bob")
    own = await claim(here, ada, "A")
    await here.ask(bob, "PUT", "/researchers/A/follow")
    await here.ask(bob, "PUT", "/me/mutes/A")
    for old, new in map(tuple, order.split()):
        await here.hear(old, AuthorsWereMerged(into=new), position=2)
        await here.community.chores.do()
    while await here.community.chores.do():
        pass
    seen = await here.get(ada, f"/claims/{own['id']}")
    assert (seen["author_id"], seen["status"]) == ("C", "approved")
    rows = await here.database["owners"].find({}).to_list(10)
    assert [(row["_id"], row["author_id"]) for row in rows] == [(ada, "C")]
    following = (await here.get(bob, "/me/following"))["items"]
    assert [(one["author_id"], one["muted"]) for one in following] == [("C", True)]
    assert (await here.get(None, "/researchers/C/followers"))["total"] == 1
    assert (await names(here, "C")).count("ClaimWasApproved") == 1
    for left in ("A", "B"):
        assert await here.community.claims.get(left) == Record()
