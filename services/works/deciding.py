"""Takes what people decide about authors and works: who may, what it means, what follows."""

from collections.abc import Collection, Iterable, Sequence

from chassis.documents import Cause
from chassis.problems import Problem
from chassis.tokens import Caller
from contracts.curations import (
    Curation,
    History,
    MergeAuthors,
    MergeWorks,
    Mine,
    NotMine,
    SplitAuthor,
    SplitWork,
    WorkHistory,
)
from services.works.constraints import Ref
from services.works.curation import Command, Decision, KnownAuthor, KnownWork, Refused, decide
from services.works.curations import OWNER
from services.works.domain import work_id as id_of_work
from services.works.names import block_of
from services.works.store import Store

MODERATOR = "moderator"
_OPPOSED = {
    "mine": {"not-mine", "split"},
    "not-mine": {"mine"},
    "split": {"mine"},
    "merge-works": {"split-work"},
    "split-work": {"merge-works"},
}
"""What says the opposite about a work."""
_MOST_HOPS = 5
_MOST_IDS = 200


class Deciding:
    """The desk where decisions are handed in."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def make(self, command: Command, caller: Caller, cause: Cause) -> Curation:
        """Put a decision into force; made twice it is still one.

        Raises:
            Problem: 403 not the caller's to decide, 404 no such record, 409 it does not fit.
        """
        authors = {one: await self._author(one) for one in _authors_of(command)}
        works = {one: await self._work(one) for one in _works_of(command)}
        concerned = tuple(author.id for author in authors.values())
        role = await self._role(caller, concerned, works.values())
        try:
            decision = decide(command, authors, works)
        except Refused as why:
            raise Problem(409, "Conflict", str(why)) from why
        if role == OWNER and decision.kind in _OPPOSED:
            await self._check_unopposed(decision, works.values())
        beside = await self._losers(decision)
        made = await self._store.curations.make(
            decision, command.note, role, caller.account_id, cause, beside
        )
        await self._settle(made.id, cause)
        return made

    async def reverse(self, curation_id: str, caller: Caller, cause: Cause) -> Curation:
        """Take a decision back. What a moderator decided only a moderator takes back.

        Raises:
            Problem: 403 not the caller's to decide, 404 no such decision.
        """
        state = await self._store.curations.find(curation_id)
        if state is None:
            raise Problem(404, "Not Found", f"There is no curation {curation_id}.")
        works = [await self._work(work) for work in state["works"] if not state["authors"]]
        role = await self._role(caller, state["authors"], works)
        if role != MODERATOR and state["steps"][-1]["role"] == MODERATOR:
            raise _decided_by_a_moderator()
        undone = await self._store.curations.reverse(curation_id, role, caller.account_id, cause)
        await self._settle(curation_id, cause)
        return undone

    async def history(self, author_id: str) -> History:
        """What people decided about an author's record, and the ids that lead to it.

        Raises:
            Problem: 404.
        """
        author = await self._author(author_id)
        former = await self._former(author.id)
        curations = await self._store.curations.about([author.id, *former], author.refs)
        return History(author=author.id, curations=tuple(curations), former_ids=tuple(former))

    async def work_history(self, work_id: str) -> WorkHistory:
        """What people decided about a work.

        Raises:
            Problem: 404.
        """
        work = await self._work(work_id)
        ids = {work.id, *map(id_of_work, work.keys)}
        curations = await self._store.curations.naming(sorted(ids), work.keys)
        return WorkHistory(work=work.id, curations=tuple(curations))

    async def _check_unopposed(self, decision: Decision, works: Collection[KnownWork]) -> None:
        """Raise a Problem, 403, if what a moderator decided about a work says the opposite."""
        keys = {key for work in works for key in work.keys}
        ids = {*(work.id for work in works), *map(id_of_work, keys)}
        own = {one for author in decision.authors for one in (author, *await self._former(author))}
        for made in await self._store.curations.naming(sorted(ids), sorted(keys)):
            opposed = made.kind in _OPPOSED[decision.kind]
            theirs = not made.authors or own.intersection(made.authors)
            if opposed and theirs and made.in_force and made.steps[-1].role == MODERATOR:
                raise _decided_by_a_moderator()

    async def _losers(self, decision: Decision) -> set[str]:
        """Whose record loses the place that somebody says is theirs, by all ids that it has."""
        if decision.kind != "mine":
            return set()
        [(_, (ref,), _)] = decision.constraints
        authors = self._store.blocks.authors.collection
        of_its_block = {"state.block": block_of(ref.name)}
        at_it = {"state.author.works": {"$elemMatch": {"work_id": ref.work_id, "place": ref.place}}}
        leads = await authors.distinct("state.merged_into", of_its_block)
        anywhere = {"$or": [of_its_block, {"_id": {"$in": leads}}]}
        holder = await authors.find_one({**anywhere, **at_it}, {"_id": 1})
        if holder is None or holder["_id"] in decision.authors:
            return set()
        return {holder["_id"], *await self._former(holder["_id"])}

    async def _former(self, author_id: str) -> list[str]:
        """The ids that lead to a record, directly or through others."""
        found: list[str] = []
        leads = [author_id]
        for _ in range(_MOST_HOPS):
            cursor = self._store.blocks.authors.collection.find(
                {"state.merged_into": {"$in": leads}}, {"_id": 1}
            )
            leads = [row["_id"] for row in await cursor.to_list(_MOST_IDS)]
            found += leads
        return sorted(found)[:_MOST_IDS]

    async def _settle(self, curation_id: str, cause: Cause) -> None:
        state = await self._store.curations.find(curation_id)
        if state is not None and state["keys"]:
            await self._store.settle(
                {key.lower() for key in state["keys"]}, dict.fromkeys(state["keys"], cause)
            )

    async def _role(
        self, caller: Caller, authors: Sequence[str], works: Iterable[KnownWork]
    ) -> str:
        """Moderators decide about everything, people about the records they have claimed."""
        if MODERATOR in caller.roles:
            return MODERATOR
        own = {known.id: known for known in await self._own(caller)}
        current = [await self._author(author) for author in authors]
        if current and all(author.id in own for author in current):
            return OWNER
        wrote = {ref.work_id for known in own.values() for ref in known.refs}
        if not current and all(work.id in wrote for work in works):
            return OWNER
        detail = "Only a moderator or whoever has claimed the records may decide this."
        raise Problem(403, "Forbidden", detail)

    async def _own(self, caller: Caller) -> list[KnownAuthor]:
        found = []
        for author_id in caller.authors[:_MOST_IDS]:
            try:
                found.append(await self._author(author_id))
            except Problem:
                continue
        return found

    async def _author(self, author_id: str) -> KnownAuthor:
        for _ in range(_MOST_HOPS):
            documents = await self._store.blocks.authors.get_many([author_id])
            state = documents[author_id].state if author_id in documents else None
            if state is None:
                break
            if "merged_into" not in state:
                author = state["author"]
                names = (author["name"], *author.get("names", ()))
                refs = await self._refs(author.get("works", ()), names)
                return KnownAuthor(author_id, names, refs)
            author_id = state["merged_into"]
        raise Problem(404, "Not Found", f"There is no author {author_id}.")

    async def _refs(
        self, places: Sequence[dict[str, object]], own: Sequence[str]
    ) -> tuple[Ref, ...]:
        """The places, unless somebody else stands there since they were worked out."""
        wanted = sorted({str(item["work_id"]) for item in places})
        cursor = self._store.works.collection.find(
            {"_id": {"$in": wanted}}, {"state.mentions.name": 1}
        )
        printed = {row["_id"]: row["state"].get("mentions", []) async for row in cursor}
        found = []
        for item in places:
            work, place = str(item["work_id"]), int(str(item["place"]))
            names = printed.get(work, [])
            if place < len(names) and names[place]["name"] in own:
                found.append(Ref(work, place, names[place]["name"]))
        return tuple(found)

    async def _work(self, work_id: str) -> KnownWork:
        for _ in range(_MOST_HOPS):
            documents = await self._store.works.get_many([work_id])
            state = documents[work_id].state if work_id in documents else None
            if state is None:
                break
            if "merged_into" not in state:
                sources = state["work"]["sources"]
                keys = sorted({f"{s['source']}:{s['record_id']}" for s in sources})
                names = tuple(mention["name"] for mention in state["mentions"])
                return KnownWork(work_id, names, tuple(keys))
            work_id = state["merged_into"]
        raise Problem(404, "Not Found", f"There is no work {work_id}.")


def _decided_by_a_moderator() -> Problem:
    return Problem(403, "Forbidden", "A moderator decided this; ask one to take it back.")


def _authors_of(command: Command) -> tuple[str, ...]:
    match command:
        case MergeAuthors():
            return command.authors
        case SplitAuthor() | NotMine() | Mine():
            return (command.author,)
        case _:
            return ()


def _works_of(command: Command) -> tuple[str, ...]:
    match command:
        case SplitAuthor() | MergeWorks():
            return command.works
        case NotMine() | Mine() | SplitWork():
            return (command.work,)
        case _:
            return ()
