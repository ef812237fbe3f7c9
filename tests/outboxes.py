"""What waits in outboxes, as it would be told."""

from collections.abc import Iterable
from typing import Any

from chassis.mongo import Row
from chassis.outbox import messages
from contracts.codec import decode
from contracts.envelope import Event
from contracts.events import CATALOGUE


def waiting(rows: Iterable[Row]) -> list[Event[Any]]:
    """The events in the outboxes of some documents, in the order of each."""
    return [
        decode(body, CATALOGUE)
        for row in rows
        for entry in row["outbox"]
        for _, body in messages(entry)
    ]
