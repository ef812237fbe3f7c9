"""Records of made-up papers, and the works they make."""

from datetime import UTC, date, datetime
from typing import Any

from contracts.events.works import Authorship, Subject
from services.works.domain import State, living, work_id
from services.works.joining import Group
from services.works.nodes import Held
from services.works.records import Record
from services.works.resolution import author_id

MONDAY = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
ADA, GRACE, ALAN, JOHN = "Ada Lovelace", "Grace Hopper", "Alan Turing", "John Smith"
DOI = "10.18653/v1/2021.acl-long.1"
ARXIV, ACL = work_id("arxiv:2106.08254"), work_id("acl:2021.acl-long.1")
ADA_ID = author_id("lovelace a", f"{ARXIV}#0")
GRACE_ID = author_id("hopper g", f"{ARXIV}#0")
ALAN_ID = author_id("turing a", f"{ARXIV}#0")


def by(*names: str) -> tuple[Authorship, ...]:
    """Authors of these names."""
    return tuple(Authorship(name=name) for name in names)


def arxiv(version: int | None = 1, **more: Any) -> Record:
    """A preprint: version 1 is of 1 January 2021, version 2 of 1 February, …"""
    of_version: dict[str, Any] = {
        "source": "arxiv",
        "feed": "arxiv-atom",
        "record_id": "2106.08254",
        "version": version,
        "title": f"A Title, version {version}",
        "abstract": f"An abstract, version {version}.",
        "type": "preprint",
        "published": date(2021, 1, 1),
        "updated": date(2021, version or 1, 1),
        "year": 2021,
        "authors": by(ADA, GRACE),
        "subjects": (Subject(id="arxiv:cs.CL", name="cs.CL"),),
    }
    return Record.model_validate(of_version | more)


def acl(record_id: str = "2021.acl-long.1", **more: Any) -> Record:
    """The paper that the preprint of ``arxiv`` became."""
    published: dict[str, Any] = {
        "source": "acl",
        "feed": "acl-xml",
        "record_id": record_id,
        "version": 1,
        "title": "A Title, as published",
        "type": "proceedings-article",
        "year": 2022,
        "venue": "Proceedings",
        "authors": by(ADA, GRACE),
    }
    return Record.model_validate(published | more)


def john(number: int, *identifiers: str, name: str = JOHN, year: int = 2022) -> Record:
    """A paper of the one John Smith or of another."""
    named = (Authorship(name=name, identifiers=identifiers),)
    return acl(f"2021.x-1.{number}", authors=named, year=year)


def wrote(number: int) -> str:
    """The id that an author has whose oldest work this is."""
    work = work_id(f"acl:2021.x-1.{number}")
    return author_id("smith j", f"{work}#0")


def held(*records: Record) -> tuple[Held, ...]:
    """The records as the store holds them, all imported at the same time."""
    return tuple(Held(f"{r.feed}:{r.record_id}", 1, r, MONDAY) for r in records)


def group(*records: Record) -> Group:
    """The records as one work."""
    return Group(tuple(sorted({record.key for record in records})), held(*records))


def state(*records: Record) -> State:
    """What is kept of the work that the records make."""
    return living(ARXIV, None, group(*records))[0]


DELIVERED = (
    arxiv(1, record_id="2107.1", title="A work that has two versions", doi="10.1/j"),
    arxiv(2, record_id="2107.1", title="A work that has two versions"),
    acl("2021.j-1.1", title="A work that has two versions", authors=by(ADA, GRACE)),
    acl("2021.j-1.2", title="A work of another name", doi="10.1/j", authors=by(ADA, GRACE)),
    arxiv(1, record_id="2107.2", title="A work of another name", doi="10.1/k"),
    acl("2021.j-1.3", title="Something else again", doi="10.1/k", authors=by(GRACE)),
    arxiv(
        1,
        record_id="2107.3",
        title="Towards a title of words that changed",
        authors=by(ADA, GRACE, ALAN),
    ),
    acl("2021.j-1.4", title="A title of words that changed", authors=by(ADA, GRACE, ALAN)),
    acl("2021.j-1.5", title="A title of words that changed greatly", authors=by(ADA, GRACE, ALAN)),
    john(1),
    john(2, "acl:a"),
    john(3, "acl:b"),
    john(4, "acl:b", "orcid:1", name="Jane Smith"),
    john(5, name="Jane Smith"),
    arxiv(1, authors=by(ADA, JOHN)),
    arxiv(2, authors=by(GRACE, "J. Smith")),
    acl(authors=by(ALAN)),
)
"""Records of few works and fewer people, in several versions, that join in more than one way."""
