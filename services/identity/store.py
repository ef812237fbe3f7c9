"""The collection of identity: ``authors``, every record that can be claimed."""

from chassis.documents import Document
from chassis.service import Service


class Store:
    """What the identity service knows."""

    def __init__(self, service: Service) -> None:
        self.authors = service.documents("authors")
        self.collections = (self.authors.collection,)

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.authors.prepare()

    async def author(self, author_id: str) -> Document | None:
        """One author record, if it is known."""
        return (await self.authors.get_many([author_id])).get(author_id)
