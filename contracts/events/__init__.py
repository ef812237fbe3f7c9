"""Every event, one module per publisher. ``CATALOGUE`` is what a consumer decodes with."""

from contracts.codec import type_of
from contracts.envelope import Payload
from contracts.events import graph, identity, trust, works

EVENTS: tuple[type[Payload], ...] = (
    *works.EVENTS,
    *identity.EVENTS,
    *graph.EVENTS,
    *trust.EVENTS,
)
CATALOGUE: dict[str, type[Payload]] = {type_of(event): event for event in EVENTS}
