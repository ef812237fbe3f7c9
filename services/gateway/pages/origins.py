"""Where each fact about a work came from, as its page shows it."""

from collections.abc import Mapping
from typing import Any

from services.gateway.pages.view.sources import ORIGIN_LABELS, Origin, source_name

ONLY = "the only record of this work"


def origins_of(work: Mapping[str, Any]) -> tuple[Origin, ...]:
    """The origin of each field that a work has; what its event does not name is of its source."""
    told = {origin["field"]: origin for origin in work.get("origins", ())}
    if len(work["sources"]) == 1:
        sole = {name: work["sources"][0][name] for name in ("source", "record_id", "imported_at")}
        told = {
            field: {**sole, "raw": told.get(field, {}).get("raw"), "rule": ONLY}
            for field in ORIGIN_LABELS
        }
    return tuple(
        Origin(**told[field] | {"field": field, "source": source_name(told[field]["source"])})
        for field in ORIGIN_LABELS
        if field in told and work.get(field)
    )
