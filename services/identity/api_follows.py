"""HTTP of follows: whom a caller follows, mutes and blocks."""

from fastapi import APIRouter, Response

from contracts.people.follows import FollowerList, FollowingList, FollowState, HeardOf
from services.identity.callers import Follower, Reader
from services.identity.follow_lists import FollowLists
from services.identity.follow_store import TOPIC, Followed, Follows
from services.identity.paging import Cursor, Limit
from services.identity.people_store import People
from services.identity.refusals import Refused
from services.identity.replies import AnId, consistent, errors, open_errors
from services.identity.store import Store


def router(follows: Follows, lists: FollowLists, people: People, store: Store) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["follows"])

    @routes.put("/researchers/{author_id}/follow", responses=errors(403, 404, 409, 410, 429))
    async def follow(author_id: AnId, who: Follower, response: Response) -> FollowState:
        """Follow a researcher; a second time changes nothing."""
        return _told(await follows.follow(author_id, who.account_id), response)

    @routes.delete("/researchers/{author_id}/follow", responses=errors(403, 404))
    async def unfollow(author_id: AnId, who: Follower, response: Response) -> FollowState:
        """Follow a researcher no longer; a second time changes nothing."""
        return _told(await follows.unfollow(author_id, who.account_id), response)

    @routes.get("/researchers/{author_id}/followers", responses=open_errors(404, 410))
    async def followers(author_id: AnId, cursor: Cursor = None, limit: Limit = 20) -> FollowerList:
        """Who follows a researcher openly, newest first; private followers are only counted."""
        return await lists.followers(author_id, cursor, limit)

    @routes.get("/me/following", responses=errors(403))
    async def following(who: Reader, cursor: Cursor = None, limit: Limit = 20) -> FollowingList:
        """Whom the caller follows, newest first."""
        return await lists.following(who.account_id, cursor, limit)

    @routes.get("/me/heard-of", responses=errors(403))
    async def heard_of(who: Reader) -> HeardOf:
        """For the gateway: whose news the caller is to read."""
        return await lists.heard_of(who.account_id)

    @routes.put("/me/mutes/{author_id}", status_code=204, responses=errors(403, 404, 409))
    async def mute(author_id: AnId, who: Follower) -> None:
        """Hear no more of a researcher, without anybody knowing."""
        author_id, _ = await store.survivor(author_id)
        await people.add(who.account_id, "mutes", author_id, "muted")

    @routes.delete("/me/mutes/{author_id}", status_code=204, responses=errors(403))
    async def unmute(author_id: AnId, who: Follower) -> None:
        """Hear of a researcher again."""
        await people.remove(who.account_id, "mutes", author_id, "unmuted")

    @routes.put("/me/blocks/{account_id}", status_code=204, responses=errors(403, 409))
    async def block(account_id: AnId, who: Follower) -> None:
        """Somebody can no longer follow, invite or write to the caller."""
        if account_id == who.account_id:
            raise Refused("conflict", "Nobody can block themselves.")
        await people.add(who.account_id, "blocks", account_id, "blocked")
        await follows.keep_blocks(who.account_id)

    @routes.delete("/me/blocks/{account_id}", status_code=204, responses=errors(403))
    async def unblock(account_id: AnId, who: Follower) -> None:
        """They can again."""
        await people.remove(who.account_id, "blocks", account_id, "unblocked")

    return routes


def _told(now: Followed, response: Response) -> FollowState:
    consistent(response, TOPIC, now.author_id, now.position)
    return FollowState(author_id=now.author_id, following=now.following, followers=now.followers)
