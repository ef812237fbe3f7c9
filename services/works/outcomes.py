"""What is told of the authors of some blocks: a pure function of what was read of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from chassis.documents import Document
from chassis.mongo import Row
from contracts.envelope import Payload
from contracts.events.works import AuthorsWereMerged, AuthorWasRecorded, AuthorWasSplit
from services.works.affiliations import Registry, affiliated
from services.works.lists import Lists, place_in
from services.works.names import block_of
from services.works.people import Families, Family, Place
from services.works.resolution import Author, Mention, addresses_of, author_id, describe

Survivor = tuple[str, frozenset[str], frozenset[str]]
"""An author, and as in its `Outcome` for whose sake and from what."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An author or a redirect as it is to be held."""

    author: str
    before: Document
    state: Row
    events: tuple[Payload, ...]
    due: frozenset[str]
    """The blocks for whose sake it is told."""
    blocks: frozenset[str]
    """What it was worked out from."""


@dataclass(slots=True)
class Told:
    """All that is told after one reading."""

    mentions: Mapping[str, Sequence[Mention]]
    outcomes: list[Outcome] = field(default_factory=list)
    postponed: set[str] = field(default_factory=set)
    """Blocks that are due and linked to some that were not read."""
    also: dict[str, str] = field(default_factory=dict)
    """Blocks that are due as well, each with one that was due and says so."""
    wide: list[str] = field(default_factory=list)
    """Authors that are left apart from others because they are linked to too many."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was read: of the blocks that are due, and of some beside them."""

    due: set[str]
    held: Mapping[str, Mapping[str, Document]]
    mentions: Mapping[str, Sequence[Mention]]
    authors: Mapping[str, Sequence[Author]]
    families: Families
    registry: Registry
    lists: Lists
    """Of works that have nobody in these blocks any more."""

    def seeds(self) -> set[int]:
        """The parts of which something is to be told, and those that were one person with them."""
        parts = self.families.parts
        found = {n for n, part in enumerate(parts) if part.block in self.due}
        for state in self._spanning():
            if state["block"] in self.due:
                found |= self.families.at(places(state) | self.places(state.get("merged_into")))
        for block in self.due:
            found |= self.families.at(self.moved(block))
        return found

    def moved(self, block: str) -> dict[Place, str]:
        """Places to which those of the authors of a block have moved, and their names."""
        found = {}
        for document in self.held[block].values() if self.lists else ():
            author = (document.state or {}).get("author", {})
            for item in author.get("works", ()):
                if place := place_in(self.lists, author, item):
                    found[place] = self.lists[item["work_id"]][1][place[1]]
        return found

    def told_together(self) -> list[set[int]]:
        """Parts that were linked when they were told: they are spread over the same blocks."""
        found: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for state in self._spanning():
            found[tuple(state["spans"])] |= self.families.at(places(state))
        return list(found.values())

    def spans(self, author: str, block: str) -> set[str]:
        """The blocks over which an author was spread."""
        document = self.held[block].get(author)
        return spans(document) if document else set()

    def places(self, author: str | None) -> set[Place]:
        """What is held to be written by an author."""
        for held in self.held.values():
            if author is not None and author in held:
                return places(held[author].state or {})
        return set()

    def _spanning(self) -> Iterator[Row]:
        for held in self.held.values():
            for document in held.values():
                if document.state and "spans" in document.state:
                    yield document.state


def tell(known: Known, bearers: Mapping[str, set[str]]) -> tuple[Told, set[str]]:
    """What is to be told, and which blocks have to be read for the rest."""
    told = Told(known.mentions)
    missing: set[str] = set()
    parts = known.families.parts
    spread = {
        block: {span for author in known.held[block] for span in known.spans(author, block)}
        | {block_of(name) for name in known.moved(block).values()}
        for block in known.due
    }
    whole: list[tuple[Family, frozenset[str]]] = []
    for family in known.families.touched(known.seeds(), bearers):
        mine = [parts[n] for n in family.parts]
        was = {block for part in mine for block in known.spans(part.id, part.block)}
        blocks = family.blocks | was | {part.block for part in mine}
        due = (known.due & blocks) or known.due
        told.wide += sorted(parts[n].id for n in family.wide)
        unread = (family.blocks | was) - known.held.keys()
        if unread:
            missing |= unread
            told.postponed |= due
        else:
            whole.append((family, frozenset(due)))
    for block in known.due:
        if elsewhere := spread[block] - known.held.keys():
            missing |= elsewhere
            told.postponed.add(block)
    holders: dict[Place, tuple[str, str]] = {}
    found = list(_outcomes(known, whole, known.due - told.postponed, holders))
    told.outcomes = [
        _with_split(each, holders, known.lists) for each in found if each.before.state != each.state
    ]
    return told, missing


def _outcomes(
    known: Known,
    whole: Iterable[tuple[Family, frozenset[str]]],
    done: set[str],
    holders: dict[Place, tuple[str, str]],
) -> Iterator[Outcome]:
    """What changed or not; ``holders`` comes to hold who has each place, under which name."""
    parts = known.families.parts
    done_with: set[str] = set()
    survivors: dict[tuple[str, str], Survivor] = {}
    for family, due in whole:
        read = frozenset(family.blocks | {parts[n].block for n in family.parts})
        for person in family.people:
            first, *others = (parts[n] for n in person)
            spans = _spans(family.spans.get(person[0], frozenset()))
            mentions = [m for n in person for m in parts[n].author.mentions]
            for n in person:
                survivors[parts[n].block, parts[n].author.address] = first.id, due, read
            holders |= {(m.work_id, m.place): (first.id, m.name) for m in mentions}
            event = _with_affiliations(describe(mentions), mentions, known.registry)
            state = {**_author_state(first.block, event), **spans}
            yield _outcome(known, first.id, state, event, due, read)
            for part in others:
                state = {"block": part.block, "merged_into": first.id, **spans}
                yield _outcome(known, part.id, state, AuthorsWereMerged(into=first.id), due, read)
            done_with.update(parts[n].id for n in person)
    yield from _vanished(known, survivors, done, done_with, holders)


def _vanished(
    known: Known,
    survivors: Mapping[tuple[str, str], Survivor],
    done: set[str],
    done_with: set[str],
    holders: Mapping[Place, tuple[str, str]],
) -> Iterator[Outcome]:
    """What became of ids that belong to nobody any more: each leads to its heir, or is empty."""
    found: dict[str, tuple[str, str | None, frozenset[str], frozenset[str]]] = {}
    for block, authors in known.authors.items():
        own = frozenset({block})
        vanished = sorted(known.held[block].keys() - done_with)
        leads = {
            author_id(block, address): survivors[block, to]
            for address, to in (addresses_of(authors) if vanished else {}).items()
            if (block, to) in survivors
        }
        for gone in vanished:
            was = known.held[block][gone].state or {}
            if gone in leads:
                found[gone] = block, *leads[gone]
            elif block in done:
                heirs = _heirs(was.get("author"), holders, known.lists)
                found[gone] = block, next(iter(heirs), was.get("merged_into")), own, own
    heirs_of = {gone: heir for gone, (_, heir, _, _) in found.items() if heir is not None}
    for gone, (block, _, due, read) in found.items():
        heir = _last(heirs_of, gone)
        was = known.held[block][gone].state or {}
        if heir != gone:
            state = {"block": block, "merged_into": heir}
            yield _outcome(known, gone, state, AuthorsWereMerged(into=heir), due, read)
        elif "author" in was:
            nothing = AuthorWasRecorded(name=was["author"]["name"])
            yield _outcome(known, gone, _author_state(block, nothing), nothing, due, read)


def _last(heirs: Mapping[str, str], author: str) -> str:
    """Where the ids that lead on from one end."""
    seen: set[str] = set()
    while author in heirs and author not in seen:
        seen.add(author)
        author = heirs[author]
    return author


def _outcome(
    known: Known,
    author: str,
    state: Row,
    event: Payload,
    due: frozenset[str],
    read: frozenset[str],
) -> Outcome:
    before = known.held[state["block"]].get(author, Document(author))
    return Outcome(author, before, state, (event,), due, read)


def _with_split(
    outcome: Outcome, holders: Mapping[Place, tuple[str, str]], lists: Lists
) -> Outcome:
    """The same, saying first to whom authorships went, unless the whole author is theirs."""
    heirs = _heirs((outcome.before.state or {}).get("author"), holders, lists)
    into = tuple(sorted({*heirs} - {outcome.author}))
    if not into or "merged_into" in outcome.state:
        return outcome
    return replace(outcome, events=(AuthorWasSplit(into=into), *outcome.events))


def spans(document: Document) -> set[str]:
    """The blocks over which an author or a redirect was spread when it was told."""
    return set((document.state or {}).get("spans", ()))


def _spans(blocks: Set[str]) -> Row:
    return {"spans": sorted(blocks)} if len(blocks) > 1 else {}


def places(state: Row) -> set[Place]:
    """What an author has written."""
    works = state["author"].get("works", ()) if "author" in state else ()
    return {(item["work_id"], item["place"]) for item in works}


def _with_affiliations(
    event: AuthorWasRecorded, mentions: Sequence[Mention], registry: Registry
) -> AuthorWasRecorded:
    found = affiliated(mentions, registry)
    known = {each.institution.ror: each.institution for each in found if each.institution}
    told = {"affiliated": found, "institutions": tuple(known.values())}
    return event.model_copy(update=told) if found else event


def works_gone(
    held: Mapping[str, Mapping[str, Document]], mentions: Mapping[str, Sequence[Mention]]
) -> set[str]:
    """Works of authors in some blocks that have nobody any more where these authors are."""
    there = {block: {mention.work_id for mention in found} for block, found in mentions.items()}
    gone: set[str] = set()
    for block, documents in held.items():
        for document in documents.values():
            own = [there.get(each, set()) for each in {block} | spans(document)]
            works = {work for work, _ in places(document.state or {})}
            gone |= {work for work in works if not any(work in each for each in own)}
    return gone


def _heirs(author: Row | None, holders: Mapping[Place, tuple[str, str]], lists: Lists) -> list[str]:
    """Who has the works of an author now under a name of that author, in their order."""
    found = []
    for item in author["works"] if author else ():
        moved = place_in(lists, author, item) if author else None
        holder, name = holders.get(moved or (item["work_id"], item["place"]), ("", ""))
        if holder and author and (moved or name in author["names"]):
            found.append(holder)
    return found


def _author_state(block: str, event: AuthorWasRecorded) -> Row:
    return {"block": block, "author": event.model_dump(mode="json", exclude_none=True)}
