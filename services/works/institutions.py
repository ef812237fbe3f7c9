"""The collection ``institutions`` of works: a registry (ROR) that affiliations are matched with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from chassis.documents import Cause, Change, Document
from chassis.mongo import Row, having
from chassis.service import Service
from contracts.events.works import BlockWasChanged
from services.works.affiliations import Registry, keys_of_record, known_of
from services.works.records import InstitutionRecord


class Institutions:
    """Institutions by ROR id."""

    def __init__(self, service: Service) -> None:
        self.documents = service.documents("institutions")
        self._mentions = service.database["mentions"]

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.documents.prepare()
        await self.documents.collection.create_index("state.keys")
        await self._mentions.create_index("affiliation_keys", sparse=True)

    async def registry(self, keys: Iterable[str]) -> Registry:
        """The institutions with these keys."""
        found = defaultdict(list)
        collection = self.documents.collection
        for row in await having(collection, "state.keys", keys, {"state": 1}):
            known = known_of(InstitutionRecord.model_validate(row["state"]["content"]))
            for key in row["state"]["keys"]:
                found[key].append(known)
        return found

    async def ingest(
        self, records: Sequence[InstitutionRecord], causes: Mapping[str, Cause]
    ) -> dict[str, bool]:
        """Keep what is new of a batch, and have the authors concerned described anew.

        Answers the keys of the records that said something new, each with whether the institution
        was not known before.
        """
        latest = {record.record_id: record for record in records}
        changed = await self.documents.update_many(
            {one: partial(_keep, record=record) for one, record in latest.items()}
        )
        held = await self.documents.get_many(latest)
        untold = {one: d.state for one, d in held.items() if d.state and not d.state["told"]}
        concerned = {key for state in untold.values() for key in state["concerned"]}
        blocks = await self._blocks(concerned)
        await self.documents.update_many(
            {
                one: partial(
                    _tell, blocks=blocks, cause=causes.get(latest[one].key, Cause()), of=state
                )
                for one, state in untold.items()
            }
        )
        return {latest[one].key: made.seen["records"] == 1 for one, made in changed.items()}

    async def _blocks(self, keys: set[str]) -> dict[str, list[tuple[str, str]]]:
        """By key the works and blocks of the people whose mentions have it."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        fields = {"affiliation_keys": 1, "mentions.block": 1}
        rows = self._mentions.find({"affiliation_keys": {"$in": sorted(keys)}}, fields)
        async for row in rows:
            people = [(row["_id"], m["block"]) for m in row["mentions"] if m["block"] is not None]
            for key in keys.intersection(row["affiliation_keys"]):
                found[key] += people
        return found


def _keep(document: Document, *, record: InstitutionRecord) -> Change | None:
    content = record.model_dump(mode="json")
    if document.state is not None and document.state["content"] == content:
        return None
    keys = keys_of_record(record)
    before = document.state["keys"] if document.state else []
    state = {
        "content": content,
        "keys": keys,
        "concerned": sorted({*keys, *before}),
        "told": False,
    }
    return Change(state, seen={"records": document.seen.get("records", 0) + 1})


def _tell(
    document: Document, *, blocks: Mapping[str, Sequence[tuple[str, str]]], cause: Cause, of: Row
) -> Change | None:
    if document.state != of:
        return None
    works = {block: work for key in of["concerned"] for work, block in blocks.get(key, ())}
    told = tuple((BlockWasChanged(work_id=work), (block,)) for block, work in sorted(works.items()))
    seen = {"records": document.seen.get("records", 0) + 1}
    return Change({**of, "told": True}, told, seen=seen, cause=cause)
