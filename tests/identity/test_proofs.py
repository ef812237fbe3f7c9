"""What proves that a record is somebody's: each kind of proof, over HTTP."""

import asyncio
import re

from tests.identity.claiming import HERS, claim, claimed, names, offer, owned_at_l3
from tests.identity.town import Town
from tests.signin import ADA, BOB, CY


async def test_an_orcid_sign_in_that_matches_is_approved_in_one_request(here: Town) -> None:
    await here.record("A1", **HERS)
    ada = await here.person(orcid=ADA, name="Ada Example")
    answer = await here.ask(ada, "POST", "/researchers/A1/claims", {})
    assert answer.headers["consistency-token"] == "identity.claim:A1:3"
    told = answer.json()
    assert (told["status"], told["level"], told["strength"]) == ("approved", "L2", 100)
    assert told["may"] == ["evidence", "unclaim"]
    assert told["evidence"][0]["reason"] == "orcid-matches"
    assert [step["what"] for step in told["steps"]] == ["opened", "evidence", "approved"]
    assert await names(here) == [
        "ClaimWasOpened",
        "ClaimEvidenceWasVerified",
        "ClaimWasApproved",
        "ResearcherProfileWasUpdated",
    ]
    log = await here.database["audit"].find({"account_id": ada}).to_list(20)
    assert {row["what"] for row in log} == {"claim opened", "claim evidence", "claim approved"}


async def test_a_code_proves_an_address_and_no_other_code_does(
    here: Town, mails: list[tuple[str, str]]
) -> None:
    ada, own = await claimed(here, affiliations=("Lab, {ada,bob}@cs.example.edu",))
    asked = await offer(here, ada, own["id"], kind="email", email="Ada@CS.example.edu")
    assert asked["evidence"][0]["state"] == "pending"
    to, text = mails[-1]
    assert to == "ada@cs.example.edu"
    code = re.findall(r"\b[0-9]{6}\b", text)[0]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert (await offer(here, ada, own["id"], 422, kind="email", code=wrong))["reason"]
    assert (await offer(here, ada, own["id"], 409, kind="email", code=code))[
        "reason"
    ] == "code-spent"
    await offer(here, ada, own["id"], kind="email", email="ada@cs.example.edu")
    code = re.findall(r"\b[0-9]{6}\b", mails[-1][1])[0]
    proved = await offer(here, ada, own["id"], kind="email", code=code)
    assert (proved["status"], proved["strength"], proved["place"]) == ("queued", 70, 1)
    assert proved["reasons"] == ["evidence-not-enough"]
    again = await offer(here, ada, own["id"], 409, kind="email", code=code)
    assert "ask for one" in again["detail"]
    kept = await here.database["claims"].find_one({"_id": "A1"})
    assert "ada@cs" not in str(kept), "the address is forgotten once it is proved"


async def test_no_mail_goes_to_an_address_that_proves_nothing(
    here: Town, mails: list[tuple[str, str]]
) -> None:
    ada, own = await claimed(here, domains=("example.edu",))
    seen = await offer(here, ada, own["id"], kind="email", email="ada@elsewhere.example")
    assert (seen["evidence"][0]["state"], mails) == ("failed", [])
    assert seen["evidence"][0]["reason"] == "email-not-on-record"


async def test_a_close_collaborator_confirms(here: Town) -> None:
    bob = await owned_at_l3(here, "A2", "Bob Example", BOB, works=("W1", "W2"))
    await owned_at_l3(here, "A3", "Cy Example", CY, works=("W1",))
    await here.record("A1", works=("W1", "W2"), affiliations=("ada@example.org",))
    ada = await here.person(name="Ada Example", email=None)
    own = await claim(here, ada)
    far = await offer(here, ada, own["id"], 409, kind="collaborator", author_id="A3")
    assert far["reason"] == "not-close"
    asked = await offer(here, ada, own["id"], kind="collaborator", author_id="A2")
    assert asked["evidence"][0]["state"] == "pending"
    waits = (await here.get(bob, "/me/confirmations"))["items"]
    assert [(one["author_id"], one["claimant_name"]) for one in waits] == [("A1", "Ada Example")]
    path = f"/confirmations/{waits[0]['id']}/confirm"
    assert (await here.ask(ada, "POST", path)).status_code == 404
    assert (await here.ask(bob, "POST", path)).status_code == 204
    assert (await here.ask(bob, "POST", path)).status_code == 404
    proved = await here.get(ada, f"/claims/{own['id']}")
    assert (proved["status"], proved["strength"]) == ("queued", 60)
    assert (await here.get(bob, "/me/confirmations"))["items"] == []


PAGE = b"""HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n
<a rel="nofollow me" href="https://bz.example/researchers/A1">me</a>"""


async def test_a_page_that_links_here_with_rel_me_counts(here: Town) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        moved = b"HTTP/1.1 302 Found\r\nLocation: /me\r\nConnection: close\r\n\r\n"
        writer.write(moved if b"/old" in line else PAGE)
        await writer.drain()
        writer.close()

    await here.record("A1")
    await here.record("A2")
    ada = await here.person(name="Ada Example")
    own, other = await claim(here, ada), await claim(here, ada, "A2")
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/old"
    async with server:
        seen = await offer(here, ada, own["id"], kind="rel-me", url=url)
        assert seen["evidence"][0]["reason"] == "page-elsewhere"
        none = await offer(here, ada, other["id"], kind="rel-me", url=url)
        assert none["evidence"][0]["reason"] == "page-links-not"


async def test_a_collaborator_who_says_no_proves_nothing(here: Town) -> None:
    bob = await owned_at_l3(here, "A2", "Bob Example", BOB, works=("W1", "W2"))
    ada, own = await claimed(here, works=("W1", "W2"))
    await offer(here, ada, own["id"], kind="collaborator", author_id="A2")
    waits = (await here.get(bob, "/me/confirmations"))["items"]
    assert (await here.ask(bob, "POST", f"/confirmations/{waits[0]['id']}/deny")).status_code == 204
    seen = await here.get(ada, f"/claims/{own['id']}")
    assert [(one["state"], one["reason"]) for one in seen["evidence"]] == [
        ("failed", "collaborator-denied")
    ]
    assert seen["status"] == "open"
