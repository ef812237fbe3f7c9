"""Claims over HTTP, as people and moderators make them."""

from typing import Any

from tests.identity.town import Town
from tests.signin import ADA

HERS = {"identifiers": (f"orcid:{ADA}",)}
MODERATOR = {"roles": ("member", "moderator")}


async def claim(here: Town, who: str, author: str = "A1", **body: Any) -> Any:
    answer = await here.ask(who, "POST", f"/researchers/{author}/claims", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def claimed(here: Town, **facts: Any) -> tuple[str, Any]:
    """Ada, who claims a record of these facts, and her claim."""
    await here.record("A1", **facts)
    ada = await here.person(name="Ada Example")
    return ada, await claim(here, ada)


async def offer(here: Town, who: str, claim_id: str, status: int = 200, **body: Any) -> Any:
    answer = await here.ask(who, "POST", f"/claims/{claim_id}/evidence", body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def decide(here: Town, by: str, claim_id: str, outcome: str) -> Any:
    body = {"outcome": outcome, "reasons": ["looked at it"]}
    return await here.ask(by, "POST", f"/claims/{claim_id}/decision", body, **MODERATOR)


async def names(here: Town, author: str = "A1") -> list[str]:
    return [type(event.data).__name__ for event in await here.told("claims", author)]


async def owned_at_l3(here: Town, author: str, name: str, orcid: str, **facts: Any) -> str:
    """Somebody who owns a record at level L3."""
    await here.record(author, name=name, identifiers=(f"orcid:{orcid}",), **facts)
    who = await here.person(orcid=orcid, name=name)
    own = await claim(here, who, author)
    assert own["status"] == "approved"
    mailed = here.community.evidence._found
    await mailed(author, own["id"], who, "email", "email-printed")
    return who
