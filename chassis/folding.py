"""What events make of a document: its state replaced by the newest, or each folded into it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chassis.documents import Change, Document
from chassis.mongo import Row
from contracts.envelope import Event


def replace(document: Document, *, topic: str, position: int, state: Row) -> Change | None:
    """Replace the state by what an event says, unless a later one of the topic was applied."""
    if document.seen.get(topic, 0) >= position:
        return None
    return Change(state, seen={topic: position})


def fold(
    document: Document,
    *,
    topics: Mapping[str, str],
    events: Sequence[Event[Any]],
    apply: Callable[[Row, Event[Any], bool], Row],
) -> Change | None:
    """Apply some events to a document, one after the other; ``topics`` by event type.

    ``apply(state, event, is_newest)`` answers the new state; an event that is not the newest of its
    topic is a repeat or late, and changes at most a fact that keeps the position of its own last
    event. The names of the fields of a state are plain, and ``apply`` changes nothing in place.
    """
    state = dict(document.state or {})
    seen: dict[str, int] = {}
    for event in events:
        topic = topics[event.type]
        held = seen.get(topic, document.seen.get(topic, 0))
        state = apply(state, event, event.position > held)
        seen[topic] = max(held, event.position)
    newer = {topic: last for topic, last in seen.items() if last > document.seen.get(topic, 0)}
    if newer:
        return Change(state, seen=newer, only_differences=True)
    if state == (document.state or {}):
        return None
    late = f"{min(seen)} late"
    number = document.seen.get(late, 0) + 1
    return Change(state, seen={late: number}, only_differences=True)
