"""Everything kept about harvests, as the service's context has it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from chassis.service import Service
from contracts.envelope import Event
from contracts.events.works import HarvestJobWasPlanned
from services.works.harvest.jobs import Jobs
from services.works.harvest.providers import PROVIDERS
from services.works.harvest.requests import Requests


class Harvests:
    """What was asked for, the jobs it was split into, and a bell for the workers of this copy."""

    def __init__(self, service: Service) -> None:
        self.jobs = Jobs(service.database)
        self.requests = Requests(service, self.jobs)
        self.collections = (self.requests.documents.collection, self.jobs.collection)
        self._bell = asyncio.Event()

    async def prepare(self) -> None:
        """Create the indexes and the providers' connections."""
        await self.requests.prepare()
        await self.jobs.prepare(*PROVIDERS.values())

    async def note(self, events: Sequence[Event[HarvestJobWasPlanned]]) -> None:
        """Write down planned jobs and wake the workers."""
        await self.jobs.note(events)
        self.wake()

    def wake(self) -> None:
        """There may be something to do."""
        self._bell.set()

    async def something_to_do(self, seconds: float) -> None:
        """Return when there may be, at the latest after some seconds."""
        self._bell.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._bell.wait()
