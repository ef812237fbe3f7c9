"""The collection ``people`` of works: whom a source tells apart, and under which names.

The Anthology and DBLP say which names in their records are one person and which ids are shared by
several. So a place in such a record leads to a person: by the id that stands there, else by the
name that is printed, unless many people may have it. What others call a person (an ORCID iD) is
taken over only where the source put the id itself.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from chassis.documents import Change, Document
from chassis.mongo import having
from chassis.service import Service
from contracts.events.works import Authorship
from services.works.frequencies import COMMON, commonness
from services.works.names import name_key
from services.works.nodes import Held
from services.works.records import PersonRecord, Record

_SCHEMES = {"acl": "acl:", "dblp": "dblp-author:"}


class Known(NamedTuple):
    """A person, and the stamp that grows with every change of what is said."""

    person: PersonRecord
    stamp: int


Found = Mapping[str, Sequence[Known]]
"""People by what stands at their places."""


def places_of(record: Record) -> list[str]:
    """What stands at the places of a record of a source that tells people apart."""
    if record.source not in _SCHEMES:
        return []
    return sorted({_place(record.source, author) for author in record.authors})


def _place(source: str, author: Authorship) -> str:
    own = (i for i in author.identifiers if i.startswith(_SCHEMES[source]))
    return next(own, _printed(source, author.name))


def _printed(source: str, name: str) -> str:
    return f"{source} prints {name}"


def places_of_person(person: PersonRecord) -> list[str]:
    """What may lead to a person. A name that many may have leads to nobody."""
    rare = (name for name in person.names if commonness(name_key(name)) < COMMON)
    names = (_printed(person.source, name) for name in rare)
    return sorted({person.identifier, *person.former, *names})


def introduced(record: Record, found: Found) -> Record:
    """The record with each author under the id of the person to whom the place leads.

    Nobody stands in one author list twice: where that came of it, the list stays as it is.
    """
    authors = [_introduced(record.source, author, found) for author in record.authors]
    times = Counter(identifier for author in authors for identifier in author.identifiers)
    kept = tuple(
        author if all(times[i] == 1 for i in author.identifiers) else before
        for before, author in zip(record.authors, authors, strict=True)
    )
    return record if kept == record.authors else record.model_copy(update={"authors": kept})


def _introduced(source: str, author: Authorship, found: Found) -> Authorship:
    place = _place(source, author)
    known = found.get(place, ())
    if author.is_group or len(known) != 1:
        return author
    person, scheme = known[0].person, _SCHEMES[source]
    has_id = place.startswith(scheme)
    if not (has_id or person.by_name):
        return author
    others = [i for i in author.identifiers if not i.startswith(scheme)]
    kinds = {identifier.partition(":")[0] for identifier in others}
    if has_id:
        others += [i for i in person.known_as if i.partition(":")[0] not in kinds]
    own = [] if person.is_several else [person.identifier]
    return author.model_copy(update={"identifiers": tuple(sorted(own + others))})


class Directory:
    """People by the ids that their source gives them."""

    def __init__(self, service: Service) -> None:
        self.documents = service.documents("people")

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.documents.prepare()
        await self.documents.collection.create_index("state.places")

    async def introduce(self, family: Sequence[Held]) -> list[Held]:
        """The records with the people whom their sources know, and by whom they were told."""
        places = [places_of(held.record) for held in family]
        found = await self._found({place for each in places for place in each})
        return [
            _with_people(held, each, found) if found else held
            for held, each in zip(family, places, strict=True)
        ]

    async def _found(self, places: Iterable[str]) -> Found:
        found = defaultdict(list)
        collection = self.documents.collection
        for row in await having(collection, "state.places", places, {"outbox": 0}):
            person = PersonRecord.model_validate(row["state"]["content"])
            for place in row["state"]["places"]:
                found[place].append(Known(person, row["seen"]["records"]))
        return found

    async def keep(self, records: Sequence[PersonRecord]) -> dict[str, bool]:
        """Keep what is new of a batch; an older version never replaces a newer one.

        Answers the keys of the records that said something new, each with whether the person was
        not known before.
        """
        latest: dict[str, PersonRecord] = {}
        for record in records:
            if record.key not in latest or not _is_older(record, latest[record.key]):
                latest[record.key] = record
        changed = await self.documents.update_many(
            {key: partial(_keep, record=record) for key, record in latest.items()}
        )
        return {key: made.seen["records"] == 1 for key, made in changed.items()}

    async def untold(self, records: Iterable[PersonRecord]) -> list[Document]:
        """Those of some people of whom their places do not know yet."""
        held = await self.documents.get_many(sorted({record.key for record in records}))
        return [d for d in held.values() if d.state and d.state["untold"]]

    async def told(self, documents: Iterable[Document]) -> None:
        """The places of these people know what was said."""
        await self.documents.update_many({d.id: partial(_tell, of=d) for d in documents})


def _with_people(held: Held, places: Iterable[str], found: Found) -> Held:
    known = {known for place in places for known in found.get(place, ())}
    if not known:
        return held
    told = tuple(sorted((each.person.key, each.stamp) for each in known))
    return replace(held, record=introduced(held.record, found), introduced=told)


def _is_older(record: PersonRecord, than: PersonRecord) -> bool:
    return record.modified is not None is not than.modified and record.modified < than.modified


def _keep(document: Document, *, record: PersonRecord) -> Change | None:
    before: set[str] = set()
    if document.state is not None:
        held = PersonRecord.model_validate(document.state["content"])
        if held == record or _is_older(record, held):
            return None
        before = {*document.state["places"], *document.state["untold"]}
    places = places_of_person(record)
    state = {
        "content": record.model_dump(mode="json"),
        "places": places,
        "untold": sorted({*places, *before}),
    }
    return Change(state, seen={"records": document.seen.get("records", 0) + 1})


def _tell(document: Document, *, of: Document) -> Change | None:
    if document.state is None or document.seen != of.seen:
        return None
    state = {**document.state, "untold": []}
    return Change(state, seen={"told": document.seen.get("told", 0) + 1})
