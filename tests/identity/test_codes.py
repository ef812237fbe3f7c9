"""Signing in by a code sent by e-mail."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.ports import free_port
from services.identity import signin
from services.identity.limits import Limit
from tests.signin import sign_in
from tests.support import System, client


class Post:
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: list[tuple[str, EmailMessage]] = []

    async def handle_RCPT(
        self, _: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        assert isinstance(content, bytes)
        parsed = BytesParser(policy=policy.default).parsebytes(content)
        assert isinstance(parsed, EmailMessage)
        self.mails.append((envelope.rcpt_tos[0], parsed))
        return "250 OK"

    def code(self) -> str:
        """The code in the newest mail."""
        found = re.search(r"\b\d{6}\b", self.mails[-1][1].get_content())
        assert found
        return found[0]


@pytest.fixture
def post() -> Iterator[Post]:
    made = Post()
    server = Controller(made, hostname="127.0.0.1", port=made.port)
    server.start()
    yield made
    server.stop()


@pytest.fixture
async def http(databases: System, post: Post) -> AsyncIterator[httpx.AsyncClient]:
    url = f"smtp://127.0.0.1:{post.port}"
    async with client(databases.app("identity", environment="development", smtp_url=url)) as made:
        yield made


async def ask(http: httpx.AsyncClient, email: str, then: str = "/") -> str:
    answer = await http.post("/signin/email", json={"email": email, "next": then})
    assert answer.status_code == 202, answer.text
    secret: str = answer.json()["browser_secret"]
    return secret


async def type_in(http: httpx.AsyncClient, code: str, secret: str) -> httpx.Response:
    asked = {"code": code, "browser_secret": secret}
    return await http.post("/signin/email/finish", json=asked)


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_a_code_signs_its_reader_in_once(http: httpx.AsyncClient, post: Post) -> None:
    assert (await http.get("/signin")).json() == {"issuers": [], "email": True}
    secret = await ask(http, " Ada@Example.org ", "/researchers/A1")
    (to, mail) = post.mails[0]
    assert to == "ada@example.org"
    assert post.code() in mail["Subject"]
    assert "http://127.0.0.1:8000" in mail.get_content()
    done = await type_in(http, post.code(), secret)
    assert done.status_code == 200
    assert done.json()["next"] == "/researchers/A1"
    told = await http.post("/exchange", json={"secret": done.json()["session_secret"]})
    assert told.json()["me"]["email"] == "ada@example.org"
    again = await type_in(http, post.code(), secret)
    assert (again.status_code, again.json()["reason"]) == (400, "sign-in-expired")


async def test_two_who_type_it_in_at_once_are_one(http: httpx.AsyncClient, post: Post) -> None:
    secret = await ask(http, "ada@example.org")
    answers = await asyncio.gather(*(type_in(http, post.code(), secret) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]


async def test_a_wrong_code_may_be_tried_five_times(http: httpx.AsyncClient, post: Post) -> None:
    secret = await ask(http, "ada@example.org")
    for left in (4, 3, 2, 1, 0):
        answer = await type_in(http, other(post.code()), secret)
        assert (answer.json()["reason"], answer.json()["tries_left"]) == ("wrong-code", left)
    right = await type_in(http, post.code(), secret)
    assert (right.status_code, right.json()["reason"]) == (400, "sign-in-expired")


async def test_a_code_is_of_no_use_in_another_browser(http: httpx.AsyncClient, post: Post) -> None:
    await ask(http, "ada@example.org")
    code = post.code()
    mine = await ask(http, "eve@example.org")
    assert code != post.code()
    assert (await type_in(http, code, mine)).json()["reason"] == "wrong-code"
    assert (await type_in(http, code, "made-up")).json()["reason"] == "sign-in-expired"


async def test_a_code_holds_for_ten_minutes(
    databases: System, http: httpx.AsyncClient, post: Post
) -> None:
    secret = await ask(http, "ada@example.org")
    async with databases.database("identity") as database:
        kept = await database["signins"].find_one({})
        assert kept is not None
        assert 590 < (kept["expires_at"] - datetime.now(UTC)).total_seconds() <= 600
        assert post.code() not in str(kept)
        over = {"$set": {"expires_at": datetime.now(UTC)}}
        await database["signins"].update_one({"_id": kept["_id"]}, over)
    assert (await type_in(http, post.code(), secret)).json()["reason"] == "sign-in-expired"


async def test_nobody_learns_who_has_an_account(
    databases: System, http: httpx.AsyncClient, post: Post
) -> None:
    """Known, unknown and refused by the mail server: the same answer, after the same work."""
    await sign_in(databases, email="known@example.org")
    answers = [
        await http.post("/signin/email", json={"email": email})
        for email in ("known@example.org", "unknown@example.org", "nobody@example.org")
    ]
    assert {answer.status_code for answer in answers} == {202}
    assert len({tuple(answer.json()) for answer in answers}) == 1
    assert len({len(answer.content) for answer in answers}) == 1
    known, unknown = (mail for _, mail in post.mails)
    assert known.get_content().split(".")[1:] == unknown.get_content().split(".")[1:]
    async with databases.database("identity") as database:
        assert await database["signins"].count_documents({}) == 3
        assert await database["accounts"].count_documents({}) == 1  # nobody is made by asking


async def test_one_address_gets_three_codes_in_a_quarter_of_an_hour(
    databases: System, http: httpx.AsyncClient, post: Post
) -> None:
    await sign_in(databases, email="known@example.org")
    for email in ("known@example.org", "unknown@example.org"):
        for spelling in (email, email.upper(), f" {email}"):
            await ask(http, spelling)
        over = await http.post("/signin/email", json={"email": email})
        assert over.status_code == 429
        assert 0 < int(over.headers["retry-after"]) <= 900
        assert over.headers["ratelimit-policy"] == '"codes";q=3;w=900'
    assert len(post.mails) == 6


async def test_all_addresses_together_have_a_limit(
    http: httpx.AsyncClient, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signin, "CODES", Limit("all-codes", 2, 86_400))
    for number in range(2):
        await ask(http, f"a{number}@example.org")
    over = await http.post("/signin/email", json={"email": "a9@example.org"})
    assert over.status_code == 429
    assert len(post.mails) == 2


def at(address: str) -> dict[str, str]:
    """What the gateway tells of somebody there."""
    return {"Client-Address": address}


async def test_one_network_gets_no_more_codes_whatever_the_addresses(
    http: httpx.AsyncClient, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signin, "CODES_OF_A_NETWORK", Limit("codes-from-here", 2, 86_400))
    answers = [
        await http.post("/signin/email", json={"email": f"a{n}@b.org"}, headers=at(address))
        for n, address in enumerate(
            ("2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::", "2001:db8:0:1::1", "192.0.2.1")
        )
    ]
    assert [answer.status_code for answer in answers] == [202, 202, 429, 202, 202]
    assert answers[2].headers["ratelimit-policy"] == '"codes-from-here";q=2;w=86400'
    assert int(answers[2].headers["retry-after"]) > 0
    assert len(post.mails) == 4


async def test_who_types_in_wrong_codes_too_often_may_not_go_on_from_there(
    databases: System, http: httpx.AsyncClient, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signin, "WRONG_CODES", Limit("wrong-codes-from-here", 3, 86_400))
    secret = await ask(http, "ada@example.org")
    code = post.code()

    async def type_in_at(address: str, typed: str) -> int:
        body = {"code": typed, "browser_secret": secret}
        answer = await http.post("/signin/email/finish", json=body, headers=at(address))
        return answer.status_code

    wrong = [await type_in_at("192.0.2.1", other(code)) for _ in range(3)]
    assert wrong == [400, 400, 400]
    assert await type_in_at("192.0.2.1", code) == 429
    async with databases.database("identity") as database:
        assert "192.0.2.1" not in str([row async for row in database["limits"].find({})])
    assert await type_in_at("::ffff:192.0.2.2", code) == 200


@pytest.mark.parametrize(
    "email",
    ["ada", "ada@", "@example.org", "a b@example.org", "a@b\r\nBcc: x@y.org", "a@b@", "é@b..c"],
)
async def test_what_is_no_address_gets_no_mail(
    http: httpx.AsyncClient, post: Post, email: str
) -> None:
    assert (await http.post("/signin/email", json={"email": email})).status_code == 422
    assert post.mails == []


async def test_without_a_mail_server_it_is_not_offered_and_one_that_is_away_is_told(
    databases: System,
) -> None:
    async with client(databases.app("identity")) as http:
        assert (await http.get("/signin")).json()["email"] is False
        assert (await http.post("/signin/email", json={"email": "a@b.org"})).status_code == 404
    away = databases.app("identity", environment="development", smtp_url="smtp://127.0.0.1:9")
    async with client(away) as http:
        answer = await http.post("/signin/email", json={"email": "a@b.org"})
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
