"""A researcher's way in real Chromium: log in, claim, be disputed, be followed, talk, be erased.

One story on a stack of its own, told in order: each test begins where the one before it ended.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from deploy.local.development import OPERATOR
from playwright.async_api import Browser, expect

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
loop = pytest_asyncio.fixture(loop_scope="session", scope="module")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose seed author has an ORCID iD, by the record of another source."""
    made = Stack(tmp_path_factory.mktemp("people"))
    made.page = made.run("up", "--detach").splitlines()[-1]
    made.run("ingest", "--wait", str(WITH_IDENTIFIER))
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
    async with httpx.AsyncClient(base_url=stack.gateway, timeout=30) as http:
        answer = await http.get(f"/api/v1{path(stack)}")
        return answer.json() if answer.status_code == 200 else {"status": answer.status_code}


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
