"""What becomes of the forms that people send."""

import re
from urllib.parse import parse_qs

import httpx

from contracts.events.identity import ResearcherWasFollowed
from contracts.people.access import LinkedSignIn, LinkedSignIns, OpenSession, SessionList
from contracts.people.account import Account, AccountList, SetRoles
from contracts.people.claims import ClaimList, ConfirmationList
from contracts.people.collaboration import InvitationList, MessageList
from contracts.people.follows import FollowerList, FollowingList, FollowState
from services.gateway.passing import csrf_token
from tests.gateway.personal import claim, invitation, options
from tests.gateway.site.browser import ADA, HOSTILE, PAGE, cookie, send, sign_in
from tests.gateway.standin import SECRET, WHEN, Identity
from tests.gateway.told import tell
from tests.support import System


async def test_following_with_and_without_a_script(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    sign_in(http, identity)
    state = FollowState(author_id=ADA, following=True, followers=1)
    identity.says("PUT", f"/researchers/{ADA}/follow", state)
    identity.says("DELETE", f"/researchers/{ADA}/follow", state)
    answer = await send(http, f"{PAGE}/follow", do="follow")
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    scripted = await http.post(
        f"{PAGE}/follow",
        data={"csrf": csrf_token(SECRET), "do": "unfollow"},
        headers={"Accept": "application/json"},
    )
    assert scripted.json()["followers"] == 1
    assert identity.last("DELETE", f"/researchers/{ADA}/follow")


async def test_a_page_that_is_behind_says_so_and_comes_again(
    http: httpx.AsyncClient, identity: Identity, databases: System
) -> None:
    sign_in(http, identity)
    state = FollowState(author_id=ADA, following=True, followers=1)
    token = f"identity.follow:{ADA}:1"
    identity.says("PUT", f"/researchers/{ADA}/follow", state, consistency_token=token)
    await send(http, f"{PAGE}/follow", do="follow")
    behind = (await http.get(PAGE)).text
    assert "This page shows it in a moment." in behind
    assert '<meta http-equiv="refresh" content="1">' in behind
    assert "This page shows it" not in await _seen_by_another(http)
    followed = ResearcherWasFollowed(account_id="U1", verified=False, followers=1)
    await tell(databases, ADA, followed)
    for _ in range(2):
        caught_up = (await http.get(PAGE)).text
        assert "<b data-followers>1</b>" in caught_up
        assert "refresh" not in caught_up


async def _seen_by_another(http: httpx.AsyncClient) -> str:
    return (await http.get(PAGE, headers={"Cookie": ""})).text


async def test_a_form_that_is_refused_comes_back_with_what_was_written(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    sign_in(http, identity, may_invite=True)
    identity.refuses("POST", f"/researchers/{ADA}/invitations", 429)
    path = f"{PAGE}/invitations"
    await tell_claimed(http, identity)
    answer = await send(http, path, purpose="review", message=f"Hello {HOSTILE}")
    assert answer.status_code == 429
    assert "It is 429." in answer.text
    assert HOSTILE not in answer.text
    assert "Hello &lt;script&gt;" in answer.text
    empty = await send(http, path, purpose="marriage", message="")
    assert empty.status_code == 422
    identity.says("POST", f"/researchers/{ADA}/invitations", invitation(id="i-9"), 201)
    sent = await send(http, path, purpose="review", message="One\r\ntwo")
    assert sent.headers["location"] == "/invitations/i-9"
    assert identity.last("POST", f"/researchers/{ADA}/invitations").json["message"] == "One\ntwo"


async def tell_claimed(http: httpx.AsyncClient, identity: Identity) -> None:
    """The form to invite is there."""
    assert "Send the invitation" in (await http.get(PAGE)).text


async def test_claiming_leads_to_the_claim(http: httpx.AsyncClient, identity: Identity) -> None:
    sign_in(http, identity)
    identity.says("GET", f"/researchers/{ADA}/claims", options())
    identity.says("POST", f"/researchers/{ADA}/claims", claim(id="c-7"), 201)
    page = (await http.get(f"{PAGE}/claim")).text
    assert "Claim this record" in page
    answer = await send(http, f"{PAGE}/claim", note="")
    assert answer.headers["location"] == "/claims/c-7"
    assert identity.last("POST", f"/researchers/{ADA}/claims").json == {}
    await send(http, f"{PAGE}/claim", note=" It is me. ")
    assert identity.last("POST", f"/researchers/{ADA}/claims").json == {"note": "It is me."}


async def test_a_claim_says_where_it_stands(http: httpx.AsyncClient, identity: Identity) -> None:
    sign_in(http, identity)
    identity.says("GET", "/claims/c-1", claim(author_id=ADA, may=("evidence",)))
    identity.says("GET", f"/researchers/{ADA}/claims", options())
    page = (await http.get("/claims/c-1")).text
    words = " ".join(re.sub(r"<[^>]+>", "", page).split())
    for said in (
        "waits for a moderator. It is number 2 in the moderators’ queue.",
        "The name signed in with is unlike every spelling",
        "60 of 100 needed",
        "Link from your own page",
    ):
        assert said in words
    identity.says("POST", "/claims/c-1/evidence", claim(author_id=ADA))
    await send(http, "/claims/c-1/evidence", kind="email", email="a@b.org", code="", more="x")
    assert identity.last("POST", "/claims/c-1/evidence").json == {
        "kind": "email", "email": "a@b.org",
    }  # fmt: skip
    wrong = await send(http, "/claims/c-1/evidence", kind="rel-me", url="javascript:alert(1)")
    assert wrong.status_code == 422


async def test_a_proof_that_ends_soon_is_in_the_inbox_and_can_be_shown_again(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    sign_in(http, identity)
    mine = claim(author_id=ADA, status="approved")
    identity.says("GET", "/me/claims", ClaimList(items=(mine,)))
    identity.says("GET", "/me/invitations", InvitationList(items=()))
    identity.says("GET", "/me/confirmations", ConfirmationList(items=()))
    inbox = (await http.get("/inbox")).text
    assert "Proofs that end soon" in inbox
    assert 'href="/claims/c-1#evidence">E-mail address</a>' in inbox
    identity.says("GET", "/claims/c-1", mine)
    identity.says("GET", f"/researchers/{ADA}/claims", options())
    assert 'name="kind" value="email"' in (await http.get("/claims/c-1")).text
    held = [each.model_copy(update={"ends_soon": False}) for each in mine.evidence]
    mine = mine.model_copy(update={"evidence": tuple(held)})
    identity.says("GET", "/claims/c-1", mine)
    identity.says("GET", "/me/claims", ClaimList(items=(mine,)))
    assert 'name="kind" value="email"' not in (await http.get("/claims/c-1")).text
    assert "Proofs that end soon" not in (await http.get("/inbox")).text


async def test_a_message_that_is_sent_twice_carries_the_same_key(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    sign_in(http, identity)
    path = "/invitations/i-1"
    identity.says("GET", path, invitation(status="accepted"))
    identity.says("GET", f"{path}/messages", MessageList(items=()))
    identity.says("POST", f"{path}/messages", {}, 201)
    key = re.search(r'name="key" value="(\w{32})"', (await http.get(path)).text)
    assert key
    for _ in range(2):
        answer = await send(http, f"{path}/messages", text="Hello", key=key[1])
        assert answer.headers["location"] == f"{path}#latest"
        assert identity.last("POST", f"{path}/messages").headers["idempotency-key"] == key[1]


async def test_settings_are_saved(http: httpx.AsyncClient, identity: Identity) -> None:
    sign_in(http, identity)
    identity.says("PATCH", "/me", identity.knows(author_id=ADA))
    answer = await send(
        http,
        "/settings/profile",
        tagline="",
        links="https://a.example\r\n\r\n https://b.example ",
        featured_works=["W1", "W2"],
    )
    assert answer.headers["location"] == "/settings?said=profile"
    assert identity.last("PATCH", "/me").json == {
        "tagline": "", "pronouns": "", "affiliation": "",
        "links": ["https://a.example", "https://b.example"], "featured_works": ["W1", "W2"],
    }  # fmt: skip
    await send(http, "/settings/privacy", shown=["private_follows", "public_record"],
               private_follows="on")  # fmt: skip
    assert identity.last("PATCH", "/me").json == {"private_follows": True, "public_record": False}
    wrong = await send(http, "/settings/profile", links="javascript:alert(1)")
    assert wrong.status_code == 422
    assert "javascript:alert(1)</textarea>" in wrong.text


async def test_sessions_are_ended_where_they_are_listed(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    sign_in(http, identity)
    here, elsewhere = (
        OpenSession(id=f"s-{name}", created_at=WHEN, used_at=WHEN, expires_at=WHEN, current=mine)
        for name, mine in (("here", True), ("elsewhere", False))
    )
    orcid = LinkedSignIn(issuer="https://orcid.org", name="ORCID", subject="0000-0002-1825-0097")
    identity.says("GET", "/me/sessions", SessionList(items=(here, elsewhere)))
    identity.says("GET", "/me/sign-ins", LinkedSignIns(items=(orcid,)))
    page = (await http.get("/settings/sessions")).text
    assert 'action="/logout"' in page
    assert "/settings/sessions/s-here/end" not in page
    assert "0000-0002-1825-0097" in page
    assert "Add ORCID" not in page
    identity.says("GET", "/me/sign-ins", LinkedSignIns(items=()))
    assert "Add ORCID" in (await http.get("/settings/sessions")).text
    identity.says("DELETE", "/me/sessions/s-elsewhere", status=204)
    done = await send(http, "/settings/sessions/s-elsewhere/end")
    assert (done.status_code, done.headers["location"]) == (303, "/settings/sessions")
    assert identity.last("DELETE", "/me/sessions/s-elsewhere")
    gone = await send(http, "/settings/sessions/s-gone/end")
    assert (gone.status_code, 'role="alert"' in gone.text) == (404, True)


async def test_an_operator_makes_a_moderator_and_leaves_other_roles_alone(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    sign_in(http, identity)
    assert "/operations/roles" not in (await http.get(PAGE)).text
    identity.knows(roles=("member", "operator"))
    account = Account(
        account_id="U2", roles=("member", "operator"), given=("operator",), created_at=WHEN
    )
    identity.says("GET", "/accounts", AccountList(items=(account,)))
    identity.says("PUT", "/accounts/U2/roles", SetRoles(roles=()))
    assert 'href="/operations/roles"' in (await http.get(PAGE)).text
    page = (await http.get("/operations/roles?who=U2")).text
    assert parse_qs(identity.asked[-2].query) == {"who": ["U2"]}
    assert page.count("Make a moderator") == 2
    given = await send(http, "/operations/roles/U2", do="give")
    assert (given.status_code, given.headers["location"]) == (303, "/operations/roles")
    assert identity.last("PUT", "/accounts/U2/roles").json == {"roles": ["moderator", "operator"]}
    await send(http, "/operations/roles/U2", do="take")
    assert identity.last("PUT", "/accounts/U2/roles").json == {"roles": ["operator"]}
    identity.says("GET", "/accounts", AccountList(items=()))
    assert (await send(http, "/operations/roles/U3", do="give")).status_code == 404


async def test_erasing_asks_twice_and_signs_out(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    sign_in(http, identity)
    identity.says("DELETE", "/me", status=204)
    unsure = await send(http, "/settings/erase", sure="")
    assert unsure.status_code == 422
    assert "Nothing was erased" in unsure.text
    done = await send(http, "/settings/erase", sure="erase")
    assert done.headers["location"] == "/goodbye"
    assert "Max-Age=0" in cookie(done, "bzpeer-session")
    assert identity.last("DELETE", "/me")


async def test_too_long_a_form_is_refused(http: httpx.AsyncClient, identity: Identity) -> None:
    sign_in(http, identity)
    answer = await send(http, "/settings/profile", tagline="x" * 300_000)
    assert answer.status_code == 413


async def test_a_cursor_asks_identity_for_a_cursor_and_nothing_else(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    sign_in(http, identity)
    path = f"/researchers/{ADA}/followers"
    identity.says("GET", path, FollowerList(items=(), total=0))
    identity.says("GET", "/me/following", FollowingList(items=()))
    for page, asked in ((f"{PAGE}/followers", path), ("/settings/following", "/me/following")):
        cursor = "c&limit=1#é%26"
        assert (await http.get(page, params={"cursor": cursor})).status_code == 200
        assert parse_qs(identity.last("GET", asked).query) == {"cursor": [cursor]}
