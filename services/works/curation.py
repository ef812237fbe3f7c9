"""The rules of curation: what people may decide about authors and works, and what it means.

A decision about authors becomes constraints on places in author lists (``constraints.py``), one
about works becomes rulings on records (``joining.py``). Both are obeyed whenever authors or works
are worked out again, so no ingest undoes a decision, and without them evidence decides again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from contracts.curations import (
    MergeAuthors,
    MergeWorks,
    Mine,
    NotMine,
    SplitAuthor,
    SplitWork,
)
from services.works.constraints import Ref
from services.works.domain import stable_id
from services.works.names import block_of, tokens
from services.works.people import MOST_BLOCKS

Command = MergeAuthors | SplitAuthor | NotMine | Mine | MergeWorks | SplitWork
Kind = Literal["same", "different"]
Pair = tuple[Kind, tuple[Any, ...], tuple[Any, ...]]


class Refused(ValueError):
    """The decision does not fit how things stand; the text says why."""


@dataclass(frozen=True, slots=True)
class KnownAuthor:
    """An author record as it stands."""

    id: str
    names: tuple[str, ...]
    refs: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class KnownWork:
    """A work as it stands: the names printed on it, and the keys of its records."""

    id: str
    names: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command means. ``constraints`` are of places, ``rulings`` of keys of records."""

    kind: str
    authors: tuple[str, ...]
    works: tuple[str, ...]
    constraints: tuple[Pair, ...] = ()
    rulings: tuple[Pair, ...] = field(default=())

    @property
    def id(self) -> str:
        """The same for the same decision: made twice it is still one."""
        return stable_id("C", repr((self.kind, self.authors, self.constraints, self.rulings)))


def decide(
    command: Command, authors: Mapping[str, KnownAuthor], works: Mapping[str, KnownWork]
) -> Decision:
    """What a command means for records as they stand.

    Raises:
        Refused: it would change nothing, or the records are not as the command supposes.
    """
    match command:
        case MergeAuthors():
            return _merge(list(authors.values()))
        case SplitAuthor():
            return _split(authors[command.author], {works[work].id for work in command.works})
        case NotMine():
            return _not_mine(authors[command.author], works[command.work])
        case Mine():
            return _mine(authors[command.author], works[command.work], command.place)
        case MergeWorks():
            return _merge_works(list(works.values()))
        case SplitWork():
            return _split_work(works[command.work], command.records)


def _merge(authors: Sequence[KnownAuthor]) -> Decision:
    ordered = sorted({author.id: author for author in authors}.values(), key=lambda a: a.id)
    if len(ordered) < 2:
        raise Refused("These are one record already.")
    first, *rest = ordered
    others = tuple(ref for author in rest for ref in author.refs)
    if not first.refs or not others:
        raise Refused("A record without works cannot be merged.")
    _check_not_too_wide((*first.refs, *others))
    ids = tuple(author.id for author in ordered)
    return Decision("merge", ids, (), (("same", first.refs, others),))


def _split(author: KnownAuthor, works: set[str]) -> Decision:
    part = tuple(ref for ref in author.refs if ref.work_id in works)
    rest = tuple(ref for ref in author.refs if ref.work_id not in works)
    missing = works - {ref.work_id for ref in part}
    if missing:
        raise Refused(f"The work {min(missing)} is not in the record of this author.")
    if not rest:
        raise Refused("A split must leave the record at least one work.")
    constraints: tuple[Pair, ...] = (("same", part, ()), ("same", rest, ()))
    return Decision(
        "split", (author.id,), tuple(sorted(works)), (*constraints, ("different", part, rest))
    )


def _not_mine(author: KnownAuthor, work: KnownWork) -> Decision:
    part = tuple(ref for ref in author.refs if ref.work_id == work.id)
    rest = tuple(ref for ref in author.refs if ref.work_id != work.id)
    if not part:
        raise Refused("This work is not in the record of this author.")
    if not rest:
        raise Refused("It is the only work of this record, so the record is somebody else's.")
    return Decision("not-mine", (author.id,), (work.id,), (("different", part, rest),))


def _mine(author: KnownAuthor, work: KnownWork, place: int) -> Decision:
    if place >= len(work.names):
        raise Refused("The list of authors of this work ends before that place.")
    ref = Ref(work.id, place, work.names[place])
    if any(known.work_id == work.id for known in author.refs):
        raise Refused("This work is in the record of this author already.")
    if not any(may_be_one_name(ref.name, name) for name in author.names):
        raise Refused(f"{ref.name} is not a way to write the name of this author.")
    if not author.refs:
        raise Refused("The record has no works to which this one could be added.")
    _check_not_too_wide((ref, *author.refs))
    return Decision("mine", (author.id,), (work.id,), (("same", (ref,), author.refs),))


def _merge_works(works: Sequence[KnownWork]) -> Decision:
    ordered = sorted({work.id: work for work in works}.values(), key=lambda work: work.id)
    if len(ordered) < 2:
        raise Refused("These are one work already.")
    first, *rest = ordered
    others = tuple(key for work in rest for key in work.keys)
    ids = tuple(work.id for work in ordered)
    return Decision("merge-works", (), ids, rulings=(("same", first.keys, others),))


def _split_work(work: KnownWork, records: Iterable[str]) -> Decision:
    part = tuple(sorted(set(records)))
    rest = tuple(key for key in work.keys if key not in part)
    missing = set(part) - set(work.keys)
    if missing:
        raise Refused(f"The record {min(missing)} is not part of this work.")
    if not rest:
        raise Refused("A split must leave the work at least one record.")
    return Decision("split-work", (), (work.id,), rulings=(("different", part, rest),))


def _check_not_too_wide(refs: Iterable[Ref]) -> None:
    """Raise Refused if these places are of more names than can be joined."""
    found = {block_of(ref.name) for ref in refs}
    if len(found) > MOST_BLOCKS:
        raise Refused(
            f"The names are too different: by family name and first initial they are {len(found)}, "
            f"and at most {MOST_BLOCKS} can be one record."
        )


def may_be_one_name(one: str, other: str) -> bool:
    """Whether two printed names may be one person's: a family name in common, and given names of
    which none contradicts its initial."""
    first, second = tokens(one), tokens(other)
    for family in {first[-1:], first[:1]} & {second[-1:], second[:1]} - {()}:
        mine = [word for word in first if word not in family]
        theirs = [word for word in second if word not in family]
        if all(a[0] == b[0] for a, b in zip(mine, theirs, strict=False)):
            return True
    return False
