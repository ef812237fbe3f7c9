"""A researcher's way in real Chromium: log in, claim, be disputed, be followed, talk, be erased.

One story on a stack of its own, told in order: each test begins where the one before it ended.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from deploy.local.development import OPERATOR
from tests.browser.people import Person, person
from tests.stack import Stack
from tests.support import eventually

pytestmark = pytest.mark.browser
WITH_IDENTIFIER = Path(__file__).parent / "data" / "hangbo-bao.openalex.json"
HANGBO, LENA, MING, JOSIAH = (
    "0000-0001-2345-6789",
    "0000-0001-5109-3700",
    "0000-0002-1694-233X",
    "0000-0002-1825-0097",
)
_HTTP = httpx.AsyncClient(timeout=30)
loop = pytest_asyncio.fixture(loop_scope="session", scope="module")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose seed author has an ORCID iD, by the record of another source."""
    made = Stack(tmp_path_factory.mktemp("people"))
    made.page = made.run("up", "--detach").splitlines()[-1]
    made.run("ingest", "--wait", str(WITH_IDENTIFIER))
    made.page = str(httpx.get(made.page, follow_redirects=True, timeout=30).url)
    yield made
    made.run("down")


@loop
async def hangbo(stack: Stack, browser: Browser) -> AsyncIterator[Person]:
    async with person(browser, stack, HANGBO, "Hangbo Bao") as made:
        yield made


@loop
async def lena(stack: Stack, browser: Browser) -> AsyncIterator[Person]:
    async with person(browser, stack, LENA, "Lena Example") as made:
        yield made


@loop
async def moderator(stack: Stack, browser: Browser) -> AsyncIterator[Person]:
    async with person(browser, stack, OPERATOR, "Olga Operator") as made:
        await made.log_in_on("/")
        yield made


def path(stack: Stack) -> str:
    return stack.page.removeprefix(stack.gateway)


async def anonymous(stack: Stack) -> Any:
    """What everybody reads of the seed author."""
    answer = await _HTTP.get(stack.page.replace("/researchers", "/api/v1/researchers"))
    return answer.json()


def report(what: str, since: float) -> None:
    print(f"\n{what}: {1000 * (time.monotonic() - since):.0f} ms after the click")


async def shown(stack: Stack, what: str, since: float, holds: Callable[[Any], bool]) -> None:
    """Wait until everybody reads it, and print how long it took."""
    await eventually(lambda: anonymous(stack), holds, timeout=30)
    report(f"{what} on everybody's page", since)


async def test_the_seed_page_asks_to_log_in(stack: Stack, hangbo: Person) -> None:
    await hangbo.goto(path(stack))
    await hangbo.sees(
        "Unclaimed author", "Verification L1", "Follow researcher", "0000-0001-2345-6789"
    )
    await hangbo.page.get_by_role("link", name="Log in to claim").click()
    await hangbo.sees("Say who you are")
    await hangbo.looks("login")


async def test_an_orcid_sign_in_that_a_source_asserts_claims_the_record_at_once(
    stack: Stack, hangbo: Person
) -> None:
    await hangbo.goto(path(stack))
    await hangbo.log_in(hangbo.page.get_by_role("link", name="Log in to claim"))
    await expect(hangbo.page).to_have_url(f"{stack.page}/claim")
    await hangbo.looks("claim-start")
    before = (await anonymous(stack))["trust"]["score"]
    clicked = time.monotonic()
    everybody = asyncio.create_task(
        shown(stack, "claim", clicked, lambda it: it["claim"]["status"] == "claimed")
    )
    await hangbo.press("Claim this record")
    await hangbo.sees("This claim is approved.", "verified at L2")
    report("claim approved on its own page", clicked)
    await everybody
    await shown(stack, "level and trust", clicked, lambda it: it["trust"]["level"] == "L2")
    assert (await anonymous(stack))["trust"]["score"] == before + 12
    await hangbo.looks("claim-approved")
    await hangbo.page.get_by_role("link", name="See your profile").click()
    await hangbo.sees("Claimed author", "Verification L2", "This is your own record.")
    await hangbo.looks("profile-own")


async def test_the_owner_speaks_on_the_page(stack: Stack, hangbo: Person) -> None:
    await hangbo.goto("/settings")
    await hangbo.page.get_by_label("Line under your name").fill("I make models small & fast.")
    await hangbo.page.get_by_label("Links, one a line").fill("https://hangbo.example/")
    await hangbo.page.get_by_label("BEiT: BERT Pre-Training of Image Transformers").check()
    await hangbo.page.get_by_role("button", name="Save").first.click()
    await hangbo.sees("Saved.")
    await hangbo.looks("settings")
    await hangbo.goto(f"{path(stack)}/trust")
    await hangbo.sees("What it is made of", "How it changed", "The record was claimed")
    await hangbo.looks("trust")
    await hangbo.goto(path(stack))
    await hangbo.sees("I make models small & fast.", "hangbo.example", "Featured work")
    for tab in ("following", "sessions", "tokens", "activity"):
        await hangbo.goto(f"/settings/{tab}")
        await hangbo.looks(f"settings-{tab}")


async def test_three_people_follow_one_of_them_without_scripts(
    stack: Stack, browser: Browser, lena: Person
) -> None:
    assert (await anonymous(stack))["counts"]["followers"] == 0
    await lena.goto(path(stack))
    await lena.log_in(lena.page.get_by_role("link", name="Follow researcher"))
    await expect(lena.page).to_have_url(stack.page)
    button = lena.page.get_by_role("button", name=re.compile("Follow researcher"))
    await button.focus()
    clicked = time.monotonic()
    everybody = asyncio.create_task(
        shown(stack, "follow", clicked, lambda it: it["counts"]["followers"] == 1)
    )
    await lena.page.keyboard.press("Enter")
    following = lena.page.get_by_role("button", name=re.compile("^Following"))
    await expect(following).to_be_focused()
    report("follow on the own page", clicked)
    await expect(lena.page.locator("[data-said]")).to_contain_text("You follow this researcher")
    await everybody
    for count, (orcid, name) in enumerate(((MING, "陈明"), (JOSIAH, "Josiah Carberry")), 2):
        async with person(browser, stack, orcid, name, scripts=False) as other:
            await other.log_in_on(path(stack))
            await other.page.get_by_role("button", name=re.compile("Follow researcher")).click()
            await other.sees("Following", f"{count} followers")
    await eventually(lambda: anonymous(stack), lambda it: it["counts"]["followers"] == 3)
    await lena.goto(f"{path(stack)}/followers")
    await lena.sees("Lena Example", "陈明", "Josiah Carberry")
    await lena.looks("followers")


async def test_a_conversation_needs_a_yes(stack: Stack, hangbo: Person, lena: Person) -> None:
    await lena.goto(path(stack))
    await lena.page.get_by_label("What it is about").select_option("Review")
    await lena.page.get_by_label("Your message").fill("Would you read our draft?")
    await lena.looks("profile-invite")
    await lena.press("Send the invitation")
    await lena.sees("They have not answered yet")
    await hangbo.goto("/inbox")
    await hangbo.looks("inbox")
    await hangbo.page.get_by_role("link", name="Lena Example").click()
    await hangbo.sees("Would you read our draft?")
    await hangbo.looks("invitation")
    await hangbo.press("Accept")
    await hangbo.page.get_by_label("Write").fill("Gladly.")
    await hangbo.press("Send")
    await hangbo.sees("Gladly.")
    await lena.goto("/inbox")
    await lena.sees("1 new message")
    await lena.page.get_by_role("main").get_by_role("link", name="Hangbo Bao").first.click()
    await lena.page.get_by_label("Write").fill("Here it is: <i>draft</i>.")
    await lena.press("Send")
    await lena.sees("Gladly.", "Here it is: <i>draft</i>.")
    await lena.looks("conversation")


async def test_a_second_claim_is_a_dispute_that_a_moderator_decides_and_the_loser_appeals(
    stack: Stack, lena: Person, moderator: Person
) -> None:
    await make_moderator(stack, moderator)
    await lena.goto(path(stack))
    await lena.page.get_by_role("link", name="Dispute the claim").click()
    await lena.page.get_by_label("A note for the moderator").fill("I am the one who wrote these.")
    await lena.looks("dispute-start")
    await lena.press("Dispute the claim")
    claim = lena.page.url
    await lena.sees("waits for")
    await lena.looks("claim-disputing")
    await lena.goto(path(stack))
    await lena.sees("Disputed author", "Your claim of this record")
    await moderator.goto(f"{path(stack)}/history")
    await moderator.sees("Merge with another record", "Split off works of another person")
    await moderator.looks("history-moderator")
    await moderator.goto("/moderation")
    await moderator.sees("Hangbo Bao", "I am the one who wrote these.")
    await moderator.looks("moderation")
    case = moderator.page.locator("article.case", has_text="I am the one who wrote these.")
    await case.get_by_label("Reasons").fill("The iD is the other person's.")
    await case.get_by_role("button", name="Reject").click()
    await moderator.sees("No claim waits")
    await moderator.looks("moderation-empty")
    await lena.page.goto(claim)
    await lena.sees("not approved", "The iD is the other person's.")
    await lena.page.get_by_label("Why the decision is wrong").fill("I can show my papers.")
    clicked = time.monotonic()
    await lena.press("Appeal")
    await shown(stack, "appeal", clicked, lambda it: it["claim"]["status"] == "disputed")
    await lena.sees("appealed")
    await lena.looks("claim-appealed")
    clicked = time.monotonic()
    await lena.press("Take it back")
    await shown(stack, "owner alone", clicked, lambda it: it["claim"]["status"] == "claimed")


async def make_moderator(stack: Stack, operator: Person) -> None:
    """The operator makes a moderator of their own account."""
    me = await (await operator.page.request.get(f"{stack.gateway}/api/v1/me")).json()
    await operator.goto("/operations/roles")
    await operator.page.get_by_label("ORCID iD or account").fill(me["account_id"])
    await operator.press("Find")
    await operator.looks("roles")
    await operator.page.get_by_role("button", name="Make a moderator").first.click()
    await operator.sees("No longer a moderator")


async def test_an_erased_account_is_gone_everywhere(stack: Stack, hangbo: Person) -> None:
    await hangbo.goto("/settings")
    await hangbo.page.get_by_label("Type the word erase").fill("erase")
    clicked = time.monotonic()
    await hangbo.press("Erase my account")
    await hangbo.sees("Your account is erased")
    await hangbo.looks("goodbye")
    await shown(stack, "erasure", clicked, lambda it: it["claim"]["status"] == "unclaimed")
    await shown(stack, "lower level", clicked, lambda it: it["trust"]["level"] == "L1")
    page = await anonymous(stack)
    assert (page["websites"], page["featured_works"]) == ([], [])
    assert "models small" not in page["tagline"]
    await hangbo.goto("/inbox")
    await expect(hangbo.page).to_have_url(re.compile("/login"))
    await hangbo.goto(path(stack))
    await hangbo.sees("Unclaimed author", "Log in to claim")
