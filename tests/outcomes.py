"""What services made of what they were told, to compare one run with another."""

from collections.abc import Mapping
from typing import Any

VISIBLE = {
    "works": ("works", "authors"),
    "graph": ("works", "authors", "follows", "summaries"),
    "trust": ("inputs", "scores"),
    "identity": ("authors",),
    "gateway": ("authors", "works"),
}
"""By service the collections that hold what people see."""
_WHEN = {"imported_at", "as_of", "updated_at", "changed_at", "told_at", "cause", "history"}
"""Moments of imports and events, and which of several came last: they differ from run to run."""


def timeless(value: Any) -> Any:
    """Without what differs from run to run."""
    if isinstance(value, dict):
        return {name: timeless(item) for name, item in value.items() if name not in _WHEN}
    if isinstance(value, list):
        return [timeless(item) for item in value]
    return value


def living(found: Mapping[str, Any]) -> dict[str, Any]:
    """Everything but redirects of authors and what the others keep of them.

    Which ids were given out on the way depends on what came first; who is who does not.
    """
    gone = {
        key.rpartition("/")[2]
        for key, state in found.items()
        if key.rpartition("/")[0].endswith("authors") and state.get("merged_into")
    }
    return {key: state for key, state in found.items() if key.rpartition("/")[2] not in gone}
