"""The people side of identity, put together once: claims, follows, collaboration, own data."""

from collections.abc import Sequence
from functools import partial

from chassis.service import Service
from services.identity import api_claims, api_collaboration, api_follows, api_me
from services.identity.access import Access
from services.identity.chores import Chores
from services.identity.claim_evidence import Evidence
from services.identity.claim_lists import ClaimLists
from services.identity.claim_store import Claims
from services.identity.claim_upkeep import Upkeep
from services.identity.claiming import Claiming
from services.identity.collaboration_lists import CollaborationLists
from services.identity.collaboration_store import Collaboration
from services.identity.follow_lists import FollowLists
from services.identity.follow_store import Follows
from services.identity.joined import Joined
from services.identity.openings import Openings
from services.identity.own_data import OwnData
from services.identity.owners import Owners
from services.identity.people_store import People
from services.identity.settings import IdentitySettings
from services.identity.standing import Standing
from services.identity.store import Store
from services.identity.webpage import Pages


class Community:
    """What people do with author records and with one another."""

    def __init__(
        self, service: Service, settings: IdentitySettings, store: Store, access: Access
    ) -> None:
        clock, limits, accounts = access.clock, access.limits, access.accounts
        self.store = store
        self.people = People(service.database, access.audit, clock)
        self.owners = Owners(service.database)
        joined = Joined(service.database, store)
        self.follows = Follows(service, joined, self.owners, self.people, limits, clock)
        self.follow_lists = FollowLists(self.follows, store, self.owners, self.people, accounts)
        self.claims = Claims(service, store, self.owners, self.people, clock)
        self.claiming = Claiming(self.claims, Openings(joined, limits, clock), access.audit)
        pages = Pages(anywhere=settings.environment == "development")
        self.evidence = Evidence(
            self.claims,
            store,
            self.owners,
            self.people,
            accounts,
            limits,
            access.mailer.send,
            pages.rel_me,
            settings.public_url,
        )
        self.claim_lists = ClaimLists(self.claims, store, accounts)
        self.upkeep = Upkeep(self.claims, store, self.owners)
        self.collaboration = Collaboration(service, store, self.owners, self.people, limits, clock)
        self.collaboration_lists = CollaborationLists(
            self.collaboration, store, self.owners, accounts
        )
        self.standing = Standing(
            store,
            self.owners,
            self.people,
            self.claims,
            self.follows,
            self.collaboration,
            self.collaboration_lists,
            clock,
        )
        self.own_data = OwnData(
            access,
            store,
            self.owners,
            self.people,
            self.upkeep,
            self.follows,
            self.collaboration,
            self.standing,
            self.claims.claims.collection,
        )
        chores = {
            "owner": self.follows.owner_changed,
            "profile": self._tell_of_person,
            "merged": self._carry,
            "erased": self.own_data.finish_erasing,
        }
        self.chores = Chores(self.people, chores, self.upkeep.expire)
        self.run = partial(self.chores.run, service.database)
        self.routers = (
            api_claims.router(self.claiming, self.evidence, self.claim_lists),
            api_follows.router(self.follows, self.follow_lists, self.people, store),
            api_collaboration.router(self.collaboration, self.collaboration_lists),
            api_me.router(self.own_data),
        )
        self.outboxes = (self.follows.followed, self.claims.claims, self.collaboration.invited)
        self.collections = (
            self.people.collection,
            self.owners.collection,
            self.claims.claims.collection,
            self.follows.followed.collection,
            self.follows.follows,
            self.collaboration.invited.collection,
            self.collaboration.invitations,
            self.collaboration.messages,
            self.collaboration.reports.collection,
        )

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.people.prepare()
        await self.owners.prepare()
        await self.claims.prepare()
        await self.follows.prepare()
        await self.collaboration.prepare()

    async def merged(self, author_ids: Sequence[str]) -> None:
        """Note those of some merged records that people have had to do with."""
        wanted = {"_id": {"$in": list(author_ids)}}
        known = set()
        for documents in (self.claims.claims, self.follows.followed):
            known |= {row["_id"] async for row in documents.collection.find(wanted, {"_id": 1})}
        muted = {"mutes": {"$in": list(author_ids)}}
        async for row in self.people.collection.find(muted, {"mutes": 1}):
            known |= {*row["mutes"]} & {*author_ids}
        for author_id in sorted(known):
            await self.people.make_note("merged", author_id)

    async def _tell_of_person(self, account_id: str) -> None:
        await self.follows.tell_of(account_id)
        await self.own_data.tell_profile(account_id)

    async def _carry(self, old: str) -> None:
        new, _ = await self.store.survivor(old)
        if new != old:
            await self.upkeep.carry(old)
            await self.follows.carry(old, new)
            await self.people.carry_mutes(old, new)
