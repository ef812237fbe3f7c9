"""The collection of identity: ``authors``, every record that can be claimed."""

from chassis.documents import Document
from chassis.mongo import Row
from chassis.service import Service
from services.identity.evidence import Facts, is_close
from services.identity.refusals import Refused

_MOST_MERGES = 20
_MOST_SHARED = 200
_MOST_AUTHORS = 1000


class Store:
    """What the identity service knows; ``suffix`` names a second collection beside the live one."""

    def __init__(self, service: Service, suffix: str = "") -> None:
        self.authors = service.documents(f"authors{suffix}")
        self.collections = (self.authors.collection,)

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.authors.prepare()
        await self.authors.collection.create_index("state.works")
        await self.authors.collection.create_index("state.name")

    async def author(self, author_id: str) -> Document | None:
        """One author record, if it is known."""
        return (await self.authors.get_many([author_id])).get(author_id)

    async def survivor(self, author_id: str) -> tuple[str, Row]:
        """The record that an id leads to, and its state.

        Raises:
            Refused: there is none.
        """
        current = author_id
        for _ in range(_MOST_MERGES):
            known = await self.author(current)
            if known is None or known.state is None:
                break
            if "merged_into" not in known.state:
                return current, known.state
            current = known.state["merged_into"]
        raise Refused("unknown", f"No author {author_id} is known.")

    async def names(self, author_ids: list[str]) -> dict[str, str]:
        """The names of some records."""
        named = {"_id": {"$in": author_ids}, "state.name": {"$exists": True}}
        found = self.authors.collection.find(named, {"state.name": 1})
        return {row["_id"]: row["state"]["name"] async for row in found}

    async def is_merged(self, author_id: str) -> bool:
        """Whether a record was merged into another."""
        merged = {"_id": author_id, "state.merged_into": {"$exists": True}}
        return await self.authors.collection.find_one(merged, {"_id": 1}) is not None

    async def are_close(self, one: Row, other: Row) -> bool:
        """Whether two records (their states) belong to close collaborators."""
        shared = sorted({*one["works"]} & {*other["works"]})[:_MOST_SHARED]
        counts = [
            await self.authors.collection.count_documents(
                {"state.works": work_id}, limit=_MOST_AUTHORS
            )
            for work_id in shared
        ]
        return is_close(counts)


def facts_of(state: Row) -> Facts:
    """What the sources say of an author, from a row of ``authors``."""
    identifiers = state.get("identifiers", ())
    return Facts(
        name=state["name"],
        names=tuple(state.get("names", ())),
        orcids=tuple(i.removeprefix("orcid:") for i in identifiers if i.startswith("orcid:")),
        domains=tuple(state.get("domains", ())),
        printed=tuple(state.get("printed", ())),
    )
