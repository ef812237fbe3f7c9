"""The rules of collaboration: who may invite whom, who may write to whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contracts.events.trust import Level
from services.identity.refusals import Refused

A_DAY: Mapping[Level | None, int] = {None: 3, "L0": 3, "L1": 3, "L2": 10, "L3": 20, "L4": 40}
"""Invitations a day, by the level of the inviter's own record: trust is earned."""
MESSAGES_A_DAY = 200
AFTER_DECLINED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Between:
    """How one who would invite stands to the researcher."""

    owner: str | None
    is_own: bool = False
    is_open: bool = True
    is_blocked: bool = False
    """By either of them."""
    invitation: Mapping[str, Any] | None = None
    """The last one between the two."""


def check_invitation(between: Between, now: datetime) -> None:
    """Whether an invitation may be sent; nobody can tell a block from not being open.

    Raises:
        Refused: it may not, and why.
    """
    last = between.invitation
    if between.owner is None:
        detail = "Nobody has claimed this record yet: there is nobody to invite."
        raise Refused("conflict", detail, code="unclaimed")
    if between.is_own:
        raise Refused("conflict", "This record is your own.", code="own-record")
    if last is not None and last["status"] == "accepted":
        detail = "You are in a conversation with this researcher already."
        raise Refused("conflict", detail, code="in-conversation")
    if between.is_blocked or not between.is_open:
        raise Refused("conflict", "This researcher takes no invitations now.", code="not-open")
    if last is not None and last["status"] == "sent":
        raise Refused("conflict", "An invitation between you waits for an answer.", code="waits")
    again = last["answered_at"] + AFTER_DECLINED if last is not None else now
    if again > now:
        detail = "The last invitation between you was declined not long ago."
        raise Refused("later", detail, code="declined", try_again_at=again)


def other_party(invitation: Mapping[str, Any], account_id: str) -> str:
    """The other of the two whom an invitation is between.

    Raises:
        Refused: the account is neither of them.
    """
    two = (invitation["from_account"], invitation["to_account"])
    if account_id not in two:
        raise Refused("unknown", "There is no such invitation of yours.")
    return str(two[0] if account_id == two[1] else two[1])
