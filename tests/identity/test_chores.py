"""What is noted gets done, also when something else cannot be; proofs that are too old end."""

from datetime import UTC, datetime, timedelta

import pytest
from pymongo.errors import ConnectionFailure

from contracts.people.claims import OfferEvidence
from services.identity.accounts import me_of
from services.identity.chores import Chores
from services.identity.refusals import Busy
from tests.identity.town import Town
from tests.signin import ADA, BOB, CY


async def test_a_note_that_cannot_be_done_keeps_no_other_waiting(here: Town) -> None:
    done: list[str] = []

    async def do(key: str) -> None:
        if key == "bad":
            raise ZeroDivisionError
        done.append(key)

    people = here.community.people
    chores = Chores(people, {"it": do}, here.community.upkeep.expire)
    for key in ("bad", "good"):
        await people.make_note("it", key)
    assert await chores.do() == 2
    assert done == ["good"]
    assert await chores.do() == 0, "put back for a while"
    assert await here.database["notes"].count_documents({}) == 1, "and not forgotten"


async def test_a_note_that_must_wait_for_others_is_put_back(here: Town) -> None:
    async def do(_: str) -> None:
        raise Busy("Others are at it.")

    people = here.community.people
    chores = Chores(people, {"it": do}, here.community.upkeep.expire)
    await people.make_note("it", "one")
    assert [await chores.do(), await chores.do()] == [1, 0]
    assert await here.database["notes"].count_documents({}) == 1, "and not forgotten"


async def test_a_note_stays_while_the_database_is_away_or_it_is_noted_again(here: Town) -> None:
    people = here.community.people
    away = True

    async def do(key: str) -> None:
        if away:
            raise ConnectionFailure
        await people.make_note("it", key)

    chores = Chores(people, {"it": do}, here.community.upkeep.expire)
    await people.make_note("it", "one")
    with pytest.raises(ConnectionFailure):
        await chores.do()
    away = False
    await chores.do()
    assert await here.database["notes"].count_documents({}) == 1


async def test_who_has_a_proof_that_ends_soon_is_told_and_can_show_it_again(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await here.record("A1", identifiers=(f"orcid:{ADA}",))
    ada = await here.person(orcid=ADA)
    own = (await here.ask(ada, "POST", "/researchers/A1/claims", {})).json()

    async def told(days: int) -> tuple[int, list[bool]]:
        later = datetime.now(UTC) + timedelta(days=days)
        monkeypatch.setattr(here.community.claims, "clock", lambda: later)
        monkeypatch.setattr(here.community.standing, "_clock", lambda: later)
        me = me_of(await here.access.accounts.get(ada), frozenset())
        (claim,) = (await here.community.claim_lists.of_account(ada)).items
        soon = [proof.ends_soon for proof in claim.evidence]
        return (await here.community.standing.me(me)).unread, soon

    assert await told(699) == (0, [False])
    assert await told(701) == (1, [True])
    await here.community.evidence.offer(own["id"], ada, OfferEvidence(kind="orcid"))
    assert await told(702) == (0, [False])
    assert await told(731) == (0, [False])
    assert await here.community.upkeep.expire() == 0


async def test_a_claim_ends_when_its_last_proof_is_too_old(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await here.record("A1", identifiers=(f"orcid:{ADA}",))
    ada = await here.person(orcid=ADA)
    own = (await here.ask(ada, "POST", "/researchers/A1/claims", {})).json()
    assert await here.community.upkeep.expire() == 0
    later = datetime.now(UTC) + timedelta(days=731)
    monkeypatch.setattr(here.community.claims, "clock", lambda: later)
    assert await here.community.upkeep.expire() == 1
    assert await here.community.upkeep.expire() == 0
    ended = await here.get(ada, f"/claims/{own['id']}")
    assert (ended["status"], ended["reasons"]) == ("revoked", ["proofs-expired"])
    assert await here.database["owners"].count_documents({}) == 0
    assert (await here.http.get("/authors/A1")).json()["status"] == "unclaimed"


async def test_a_record_that_would_go_to_the_owner_of_another_stops_no_other_from_expiring(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def days_from_now(days: int) -> None:
        then = datetime.now(UTC) + timedelta(days=days)
        monkeypatch.setattr(here.community.claims, "clock", lambda: then)

    for author, orcid in (("A1", ADA), ("A2", BOB), ("A3", CY)):
        await here.record(author, name=author, identifiers=(f"orcid:{orcid}",))
    ada, bob, cy = [await here.person(orcid=orcid) for orcid in (ADA, BOB, CY)]
    claims = here.community.claiming
    hers, _ = await claims.open("A1", ada, None)
    last, _ = await claims.open("A3", cy, None)
    days_from_now(100)
    await here.record("A1", name="A1", identifiers=(f"orcid:{BOB}",))
    for author in ("A1", "A2"):
        await claims.open(author, bob, None)
    days_from_now(731)
    await here.community.upkeep.expire()
    assert (await here.get(cy, f"/claims/{last}"))["status"] == "revoked"
    assert (await here.get(ada, f"/claims/{hers}"))["status"] == "disputed"
    owned = await here.database["owners"].find_one({"_id": bob})
    assert owned is not None
    assert owned["author_id"] == "A2"
