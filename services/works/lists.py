"""Author lists as they are now, also those of works that were merged into others since."""

from collections.abc import Iterable, Mapping, Sequence

from chassis.mongo import Collection, Row
from services.works.constraints import Ref, place_now
from services.works.people import Place

Lists = Mapping[str, tuple[str, Sequence[str]]]
"""By work, the one into which it was merged or itself, and the names in the list of that."""


async def lists_of(collection: Collection, works: Iterable[str]) -> Lists:
    """The author lists of some works; ``collection`` is that of works."""
    found = await _states(collection, works)
    into = {work: state.get("merged_into", work) for work, state in found.items()}
    found |= await _states(collection, set(into.values()) - found.keys())
    return {work: (now, _names(found[now])) for work, now in into.items() if now in found}


def place_in(lists: Lists, author: Row, item: Row) -> Place | None:
    """Where a place of an author is now, if its work is among these."""
    if item["work_id"] not in lists:
        return None
    work, printed = lists[item["work_id"]]
    refs = (Ref(item["work_id"], item["place"], name) for name in author["names"])
    found = (place_now(ref, printed) for ref in refs)
    return next(((work, place) for place in found if place is not None), None)


async def _states(collection: Collection, works: Iterable[str]) -> dict[str, Row]:
    wanted = sorted(works)
    if not wanted:
        return {}
    fields = {"state.merged_into": 1, "state.mentions.name": 1, "state.mentions.block": 1}
    cursor = collection.find({"_id": {"$in": wanted}}, fields)
    return {row["_id"]: row["state"] for row in await cursor.to_list(None)}


def _names(state: Row) -> list[str]:
    """The names in an author list; nobody stands where a group is."""
    return [mention["name"] if mention["block"] else "" for mention in state["mentions"]]
