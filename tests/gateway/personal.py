"""Every personal page, with one text wherever somebody may write one."""

from typing import Any

from chassis.problems import Problem
from contracts.curations import Curation, History, Step, WorkHistory
from contracts.people.access import (
    LinkedSignIn,
    LinkedSignIns,
    OpenSession,
    SessionList,
    Token,
    TokenList,
)
from contracts.people.account import Account, AuditEntry, AuditLog, Me, Settings
from contracts.people.claims import (
    Claim,
    ClaimList,
    ClaimOptions,
    ClaimStep,
    Confirmation,
    ConfirmationList,
    Evidence,
    ProofOption,
)
from contracts.people.collaboration import (
    Invitation,
    InvitationList,
    Message,
    MessageList,
    Reported,
    ReportList,
)
from contracts.people.exchange import Relation
from contracts.people.follows import Follower, FollowerList, Following, FollowingList
from contracts.people.signin import Issuer, SignInOptions
from services.gateway.pages import render
from services.gateway.pages.view.feed import Change, ChangedResearcher, Feed
from services.gateway.pages.view.lists import ResearcherSummary
from services.gateway.pages.view.profile import ResearcherProfile
from services.gateway.pages.view.works import Work, WorkDetail
from services.gateway.pages.viewer import Viewer
from services.gateway.passing import csrf_token
from tests.gateway.standin import SECRET, TOKEN, WHEN

BASE = "https://bzpeer.example"


def viewer(text: str = "Ada", **relation: Any) -> Viewer:
    """Somebody who is signed in, a moderator and an operator."""
    me = Me(
        account_id="U1",
        name=text,
        email="ada@example.org",
        orcid="0000-0002-1825-0097",
        roles=("member", "moderator", "operator"),
        author_id="a-1",
        level="L3",
        settings=Settings.model_construct(
            tagline=text, pronouns=text, affiliation=text, links=(text,), featured_works=("w-1",),
            open_to_collaborate=True, private_follows=False, public_record=True,
        ),
        unread=3,
        created_at=WHEN,
    )  # fmt: skip
    stands = Relation(author_id="a-1", **relation) if relation else None
    return Viewer(me, TOKEN, SECRET, csrf_token(SECRET), stands)


def claim(text: str = "Ada", **more: Any) -> Claim:
    """A claim that may take everything."""
    fields: dict[str, Any] = {
        "id": "c-1", "author_id": "a-1", "author_name": text, "account_id": "U1",
        "status": "queued", "level": "L2", "strength": 60, "needed": 100, "place": 2,
        "reasons": (text, "name-differs"), "note": text, "opened_at": WHEN, "try_again_at": WHEN,
        "may": ("evidence", "withdraw", "appeal", "decide"), "disputes": "c-0",
        "evidence": (
            Evidence(kind="email", state="verified", strength=60, reason=text, detail=text,
                     at=WHEN, expires_at=WHEN, ends_soon=True),
            Evidence(kind="rel-me", state="failed", strength=0, reason=text, detail=text, at=WHEN),
        ),
        "steps": (ClaimStep(at=WHEN, what="opened", by="claimant"),
                  ClaimStep(at=WHEN, what=text, by="moderator", reasons=(text,))),
    }  # fmt: skip
    return Claim(**fields | more)


def options(text: str = "What it needs.", *, claimed: bool = False) -> ClaimOptions:
    """A record that can take every proof but one."""
    kinds = ("orcid", "email", "collaborator", "rel-me", "moderator")
    return ClaimOptions(
        author_id="a-1",
        author_name=text,
        claimed=claimed,
        needed=100,
        proofs=tuple(
            ProofOption(kind=kind, possible=kind != "moderator", strength=60, detail=text)
            for kind in kinds
        ),
    )


def invitation(text: str = "Ada", **more: Any) -> Invitation:
    """An invitation that the viewer got."""
    fields: dict[str, Any] = {
        "id": "i-1", "author_id": "a-1", "author_name": text, "from_account_id": "U2",
        "from_name": text, "from_author_id": "a-2", "purpose": "review", "message": text,
        "status": "sent", "mine": False, "sent_at": WHEN, "unread": 2,
    }  # fmt: skip
    return Invitation(**fields | more)


def every_page(text: str, profile: ResearcherProfile) -> dict[str, bytes]:
    """All of them, by name."""
    somebody = viewer(text)
    wrong = Problem(422, text, text, try_again_at=text)
    listed = claim(text)
    token = Token(
        id="t-1", name=text, scopes=("read",), created_at=WHEN, expires_at=WHEN, secret=text
    )
    curation = Curation(
        id="C1", kind="split", authors=(text, "a-2"), works=(text,), note=text, in_force=True,
        steps=(Step(what="made", at=WHEN, role="moderator"),),
    )  # fmt: skip
    work = WorkDetail(**{name: getattr(profile.works[0], name) for name in Work.model_fields})
    account = Account(
        account_id=text, name=text, orcid=text, roles=("member", "moderator"),
        given=("moderator",), created_at=WHEN,
    )  # fmt: skip
    reported = Reported(
        id="r-1", invitation_id="i-1", by_account_id=text, about_account_id=text, reason=text,
        message=text, at=WHEN,
    )  # fmt: skip
    confirmation = Confirmation(
        id="f-1", author_id="a-1", author_name=text, claimant_name=text, asked_at=WHEN
    )
    message = Message(id="m-1", mine=True, text=text, at=WHEN)
    by_issuer = SignInOptions(issuers=(Issuer(id="orcid", name=text),), email=True)
    changed = ChangedResearcher(id="a-2", name=text)
    follower = Follower(account_id="U2", name=text, author_id="a-2", verified=True, since=WHEN)

    def page(template: str, who: Viewer | None = somebody, **context: Any) -> bytes:
        more = {"problem": wrong, "form": {}, **context}
        return render.personal_page(f"{template}.html", base_url=BASE, viewer=who, **more)

    def signed_in(**relation: Any) -> bytes:
        who = viewer(text, **relation)
        return render.researcher_page(profile, base_url=BASE, viewer=who, problem=wrong)

    return {
        "login": page("login", None, options=by_issuer, next_path="/researchers/a-1"),
        "no login": page(
            "login", None, options=SignInOptions(issuers=(), email=False), next_path="/"
        ),
        "code": page("login_code", None),
        "claim start": page("claim_start", profile=profile, options=options(text, claimed=True)),
        "claim": page(
            "claim", claim=listed, path="/researchers/a-1", profile=profile, options=options(text)
        ),
        "moderation": page(
            "moderation",
            claims=ClaimList(items=(listed,), next_cursor="n"),
            reports=ReportList(items=(reported,)),
        ),
        "inbox": page(
            "inbox",
            said="confirm",
            invitations=InvitationList(items=(invitation(text),), next_cursor="n"),
            confirmations=ConfirmationList(items=(confirmation,)),
            claims=ClaimList(items=(listed,)),
        ),
        "invitation": page("invitation", invitation=invitation(text), messages=None, key="k"),
        "conversation": page(
            "invitation",
            invitation=invitation(text, status="accepted"),
            messages=MessageList(items=(message,), next_cursor="n"),
            key="k",
        ),
        "settings": page(
            "settings", said="profile", settings=somebody.me.settings, profile=profile
        ),
        "history": page(
            "history",
            profile=profile,
            alike=(ResearcherSummary(id=text, name=text, works=1, topics=(text,)),),
            history=History(author="a-1", curations=(curation,), former_ids=(text,)),
        ),
        "work history": page(
            "work_history",
            work=work,
            records={text: work.provenance[0], "acl:1": work.provenance[0]},
            history=WorkHistory(work="w-1", curations=(curation,)),
        ),
        "history of nothing": page(
            "history",
            None,
            profile=profile,
            alike=(),
            history=History(author="a-1", curations=(), former_ids=()),
        ),
        "roles": page("roles", found=(account,), have=(account,)),
        "no roles": page("roles", found=(), have=()),
        "sessions": page(
            "settings_sessions",
            sessions=SessionList(
                items=tuple(
                    OpenSession(
                        id=f"s-{n}", created_at=WHEN, used_at=WHEN, expires_at=WHEN, current=not n
                    )
                    for n in range(2)
                )
            ),
            sign_ins=LinkedSignIns(items=(LinkedSignIn(issuer=text, name=text, subject=text),)),
            addable=by_issuer.issuers,
        ),
        "tokens": page("settings_tokens", tokens=TokenList(items=(token,)), made=token),
        "following": page(
            "settings_following",
            following=FollowingList(
                items=(Following(author_id="a-2", name=text, since=WHEN, muted=True),),
                next_cursor="n",
            ),
        ),
        "feed": page(
            "feed",
            feed=Feed(
                items=(
                    Change(
                        id="w-1",
                        kind="work",
                        at=WHEN,
                        title=text,
                        work_id="w-1",
                        researchers=(changed, changed),
                    ),
                    Change(
                        id="a-2/claimed",
                        kind="claimed",
                        at=WHEN,
                        title=text,
                        researchers=(changed,) * 7,
                    ),
                ),
                next_cursor="n",
            ),
        ),
        "empty feed": page("feed", feed=Feed()),
        "activity": page(
            "settings_activity",
            log=AuditLog(
                items=(AuditEntry(at=WHEN, what=text, about=text, by="you"),), next_cursor="n"
            ),
        ),
        "followers": page(
            "followers",
            profile=profile,
            followers=FollowerList(items=(follower,), total=3, next_cursor="n"),
        ),
        "goodbye": page("goodbye", None),
        "profile of another": signed_in(following=True, may_invite=True),
        "own profile": signed_in(mine=True, claim_id="c-1", claim_status="approved"),
        "profile claimed by the viewer": signed_in(claim_id="c-1", claim_status="queued"),
    }
