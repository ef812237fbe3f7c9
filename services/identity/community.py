"""The people side of identity, put together once: claims, follows, collaboration, own data."""

from chassis.service import Service
from services.identity import api_follows
from services.identity.access import Access
from services.identity.follow_lists import FollowLists
from services.identity.follow_store import Follows
from services.identity.owners import Owners
from services.identity.people_store import People
from services.identity.store import Store


class Community:
    """What people do with author records and with one another."""

    def __init__(self, service: Service, store: Store, access: Access) -> None:
        self.store = store
        self.people = People(service.database, access.audit, access.clock)
        self.owners = Owners(service.database)
        self.follows = Follows(
            service, store, self.owners, self.people, access.limits, access.clock
        )
        self.follow_lists = FollowLists(self.follows, store, self.people, access.accounts)
        self.routers = (api_follows.router(self.follows, self.follow_lists, self.people, store),)
        self.outboxes = (self.follows.followed,)
        self.collections = (
            self.people.collection,
            self.owners.collection,
            self.follows.followed.collection,
            self.follows.follows,
        )

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.people.prepare()
        await self.owners.prepare()
        await self.follows.prepare()
