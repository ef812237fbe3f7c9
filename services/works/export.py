"""All authorships, author by author, with as little in memory as one page of authors."""

from collections.abc import AsyncIterator

from pydantic import BaseModel

from services.works.store import Store

_PAGE = 200


class Line(BaseModel):
    """One place in an author list: ids of the work at its sources, place from 0, name, author."""

    work: list[str]
    position: int
    name: str
    author: str


async def authorships(store: Store, after: str = "") -> AsyncIterator[Line]:
    """Every authorship of the authors whose id comes behind ``after``."""
    authors, works = store.blocks.authors.collection, store.works.collection
    while True:
        wanted = {"_id": {"$gt": after}, "state.author.works.0": {"$exists": True}}
        rows = await authors.find(wanted, {"state.author.works": 1}).sort("_id", 1).to_list(_PAGE)
        if not rows:
            return
        ids = {item["work_id"] for row in rows for item in row["state"]["author"]["works"]}
        shown = {"state.work.sources.source": 1, "state.work.sources.record_id": 1}
        cursor = works.find({"_id": {"$in": sorted(ids)}}, {**shown, "state.mentions.name": 1})
        found = {row["_id"]: row["state"] async for row in cursor}
        for row in rows:
            for item in row["state"]["author"]["works"]:
                state = found.get(item["work_id"])
                if state is None or "work" not in state or item["place"] >= len(state["mentions"]):
                    continue  # changed since; its author follows
                sources = state["work"]["sources"]
                yield Line(
                    work=sorted({f"{s['source']}:{s['record_id']}" for s in sources}),
                    position=item["place"],
                    name=state["mentions"][item["place"]]["name"],
                    author=row["_id"],
                )
        after = rows[-1]["_id"]
