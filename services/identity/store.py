"""The collection of identity: ``authors``, every record that can be claimed."""

from chassis.documents import Document
from chassis.service import Service


class Store:
    """What the identity service knows; ``suffix`` names a second collection beside the live one."""

    def __init__(self, service: Service, suffix: str = "") -> None:
        self.authors = service.documents(f"authors{suffix}")
        self.collections = (self.authors.collection,)

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.authors.prepare()

    async def author(self, author_id: str) -> Document | None:
        """One author record, if it is known."""
        return (await self.authors.get_many([author_id])).get(author_id)
