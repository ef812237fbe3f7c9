"""A browser whose requests go now to one copy of the gateway, now to another."""

from collections.abc import AsyncIterator

import httpx
import pytest

from contracts.events.identity import ResearcherWasFollowed
from contracts.people.account import Settings
from contracts.people.follows import FollowState
from tests.gateway.asking import HTML
from tests.gateway.personal import claim
from tests.gateway.site.browser import ADA, PAGE, cookie, send, sign_in
from tests.gateway.standin import Identity
from tests.gateway.told import tell
from tests.support import System, client

TOKEN = f"identity.follow:{ADA}:1"
Pair = tuple[httpx.AsyncClient, httpx.AsyncClient]


@pytest.fixture
async def copies(databases: System, identity: Identity, ada: None) -> AsyncIterator[Pair]:
    """The same browser at each copy; the cookies of the first are to be taken along."""
    one, other = (
        databases.app("gateway", identity_url=identity.address, consistency_wait=0.2)
        for _ in range(2)
    )
    async with client(one) as here, client(other) as there:
        for http in (here, there):
            http.headers.update(HTML)
            sign_in(http, identity)
        yield here, there


async def test_each_copy_knows_that_its_pages_are_behind(
    copies: Pair, identity: Identity, databases: System
) -> None:
    here, there = copies
    state = FollowState(author_id=ADA, following=True, followers=1)
    identity.says("PUT", f"/researchers/{ADA}/follow", state, consistency_token=TOKEN)
    await send(here, f"{PAGE}/follow", do="follow")
    there.cookies.update(here.cookies)
    behind = (await there.get(PAGE)).text
    assert "This page shows it in a moment." in behind
    assert '<meta http-equiv="refresh" content="1">' in behind
    followed = ResearcherWasFollowed(account_id="U1", verified=False, followers=1)
    await tell(databases, ADA, followed)
    for http in copies:
        caught_up = (await http.get(PAGE)).text
        assert "<b data-followers>1</b>" in caught_up
        assert "refresh" not in caught_up


@pytest.mark.parametrize(
    ("form", "method", "command", "fields"),
    [
        (f"{PAGE}/claim", "POST", f"/researchers/{ADA}/claims", {}),
        ("/claims/c-1/evidence", "POST", "/claims/c-1/evidence", {"kind": "orcid"}),
        ("/claims/c-1/withdraw", "DELETE", "/claims/c-1", {}),
        ("/claims/c-1/appeal", "POST", "/claims/c-1/appeal", {"reason": "Look again"}),
        ("/moderation/claims/c-1", "POST", "/claims/c-1/decision", {"outcome": "approve"}),
        ("/confirmations/f-1/confirm", "POST", "/confirmations/f-1/confirm", {}),
        ("/settings/profile", "PATCH", "/me", {"tagline": "New words"}),
    ],
)
async def test_pages_wait_for_what_a_form_changed(
    http: httpx.AsyncClient,
    identity: Identity,
    form: str,
    method: str,
    command: str,
    fields: dict[str, str],
) -> None:
    sign_in(http, identity)
    token = f"identity.claim:{ADA}:9"
    identity.says(method, command, claim(author_id=ADA), consistency_token=token)
    done = await send(http, form, **fields)
    assert done.status_code == 303
    assert cookie(done, "bzpeer-late").startswith(f"bzpeer-late={token};")


async def test_a_cookie_that_is_none_of_ours_is_not_waited_for(copies: Pair) -> None:
    here, _ = copies
    for value in ("nonsense", "identity.follow:A:x"):
        here.cookies.set("bzpeer-late", value)
        page = await here.get(PAGE)
        assert page.status_code == 200
        assert "refresh" not in page.text


async def test_settings_show_what_was_saved_at_another_copy(
    copies: Pair, identity: Identity
) -> None:
    here, there = copies
    identity.knows(author_id=ADA, settings=Settings(tagline="Old words"))
    assert "Old words" in (await there.get("/settings")).text
    said = identity.knows(author_id=ADA, settings=Settings(tagline="New words"))
    identity.says("PATCH", "/me", said)
    saved = await send(here, "/settings/profile", tagline="New words")
    assert "New words" in (await there.get(saved.headers["location"])).text
