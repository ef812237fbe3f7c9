"""What all feeds do when a record is put together: limits, warnings, and the raw text beside."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from contracts.events.works import Authorship, Standing
from services.works.records import Outcome, Record, Rejected, Relation, RelationKind, Warned
from services.works.sources import markup
from services.works.sources.people import listed
from services.works.sources.values import implied, partial

_LONGEST_TITLE = 5_000
_LONGEST_ABSTRACT = 60_000
_MOST_AUTHORS = 20_000


def build(
    *,
    source: str,
    feed: str,
    record_id: str,
    title: str,
    abstract: str = "",
    authors: Sequence[Authorship] = (),
    when: Sequence[int | None] = (),
    doi: str | None = None,
    identifiers: Iterable[str | None] = (),
    relations: Iterable[tuple[RelationKind, str | None]] = (),
    standing: Standing = "current",
    **other: Any,
) -> Iterator[Outcome]:
    """The record, after warnings of what looks wrong in it; or why there is none.

    ``title`` and ``abstract`` come as written. ``when`` is the day of publication in parts, as far
    as it is known; ``identifiers`` and ``relations`` may hold None for what is missing.
    """
    shown = markup.plain(title)
    if not any(c.isalnum() for c in shown):
        yield Rejected(record_id, "has no title")
        return
    if len(shown) > _LONGEST_TITLE or len(authors) > _MOST_AUTHORS:
        yield Rejected(record_id, "has a title or a list of authors too long for one work")
        return
    found: list[Outcome] = []
    people = listed(record_id, authors, found)
    if not people:
        found.append(Warned(record_id, "has no authors"))
    published, year = partial(when)
    if when and when[0] is not None and year is None:
        found.append(Warned(record_id, f"published in {when[0]}, which cannot be"))
    text = markup.abstract(abstract)
    if len(text) > _LONGEST_ABSTRACT:
        found.append(Warned(record_id, "left out an abstract longer than a paper"))
        text = ""
    written = {"title": (title.strip(), shown), "abstract": (abstract.strip(), text)}
    related = {(kind, to) for kind, to in relations if to and to != f"doi:{doi}"}
    yield from found
    yield Record(
        source=source,
        feed=feed,
        record_id=record_id,
        title=shown,
        abstract=text or None,
        authors=people,
        published=published,
        year=year,
        doi=doi,
        identifiers=tuple(sorted({*implied(doi), *(i for i in identifiers if i)})),
        relations=tuple(Relation(kind=kind, target=to) for kind, to in sorted(related)),
        standing=standing,
        raw={name: raw for name, (raw, now) in written.items() if now and raw != now},
        **other,
    )
