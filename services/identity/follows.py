"""The rules of follows: what is told of a follower, and how many there are."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from contracts.envelope import Payload
from contracts.events.identity import ResearcherWasFollowed, ResearcherWasUnfollowed


@dataclass(frozen=True, slots=True)
class Face:
    """What is told of a follower."""

    told_as: str
    """The account, or a name used for this follow alone."""
    verified: bool = False
    own_author_id: str | None = None
    """Their own record, of those who follow openly."""
    private: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """How many follow after a change, and its events."""

    followers: int
    events: tuple[Payload, ...]


def face_of(
    account_id: str, owned: Mapping[str, Any] | None, *, private: bool, pseudonym: str
) -> Face:
    """What is told of an account that follows; ``owned`` is the record it owns."""
    if private:
        return Face(pseudonym, verified=owned is not None, private=True)
    shown = owned["author_id"] if owned is not None and not owned["withheld"] else None
    return Face(account_id, verified=owned is not None, own_author_id=shown)


def face_in(edge: Mapping[str, Any]) -> Face:
    """What was told of a follower, from a row of ``follows``."""
    return Face(**{name: edge[name] for name in Face.__dataclass_fields__})


def edge_of(face: Face) -> dict[str, Any]:
    """The part of a row of ``follows`` that says what was told."""
    return asdict(face)


def follow(followers: int, face: Face) -> Counted:
    """One more follower."""
    return Counted(followers + 1, (_followed(face, followers + 1),))


def unfollow(followers: int, face: Face) -> Counted:
    """One follower less."""
    left = max(0, followers - 1)
    return Counted(left, (ResearcherWasUnfollowed(account_id=face.told_as, followers=left),))


def tell_again(followers: int, before: Face, now: Face) -> Counted:
    """As many followers as before; something about one of them is otherwise."""
    again = _followed(now, followers)
    if before.told_as == now.told_as:
        return Counted(followers, (again,))
    return Counted(followers, (*unfollow(followers, before).events, again))


def _followed(face: Face, followers: int) -> ResearcherWasFollowed:
    return ResearcherWasFollowed(
        account_id=face.told_as,
        verified=face.verified,
        followers=followers,
        follower_author_id=face.own_author_id,
    )
