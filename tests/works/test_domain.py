"""Which records are one work, and what is told about it."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from contracts.envelope import Payload
from contracts.events.works import (
    Authorship,
    BlockWasChanged,
    Subject,
    WorkWasRecorded,
    WorkWasWithdrawn,
)
from services.works.domain import State, Taken, take, work_id
from services.works.records import Record

MONDAY = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
WORK = work_id("arxiv:2106.08254")
ADA, GRACE, ALAN = "Ada Lovelace", "Grace Hopper", "Alan Turing"


def by(*names: str) -> tuple[Authorship, ...]:
    return tuple(Authorship(name=name) for name in names)


def arxiv(version: int | None = 1, **more: Any) -> Record:
    """Version 1 is of 1 January 2021, version 2 of 1 February, …"""
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


def taken(state: State | None, record: Record, now: datetime = MONDAY) -> Taken:
    outcome = take(state, WORK, record, now)
    assert outcome is not None
    return outcome


def after(*records: Record) -> State:
    """The state once all have come in this order, all at the same time."""
    state: State | None = None
    for record in records:
        outcome = take(state, WORK, record, MONDAY)
        state = outcome.state if outcome else state
    assert state is not None
    return state


def told(outcome: Taken) -> Payload:
    """The event about the work itself."""
    event = outcome.events[0]
    assert isinstance(event, Payload)
    return event


def blocks(outcome: Taken) -> list[str]:
    """The blocks that are to be worked out again."""
    found = []
    for event in outcome.events[1:]:
        assert isinstance(event, tuple)
        data, block = event
        assert data == BlockWasChanged(work_id=WORK)
        found.append(block)
    return found


def test_a_new_work_is_recorded_with_everything_known_of_it() -> None:
    outcome = taken(None, arxiv(2, doi="10.1/x", url="https://arxiv.org/abs/2106.08254"))
    assert outcome.is_new
    event = told(outcome)
    assert isinstance(event, WorkWasRecorded)
    assert event.title == "A Title, version 2"
    assert event.identifiers == ("arxiv:2106.08254", "doi:10.1/x")
    assert [author.name for author in event.authors] == [ADA, GRACE]
    (source,) = event.sources
    assert (source.source, source.record_id, source.version) == ("arxiv", "2106.08254", 2)
    assert source.url == "https://arxiv.org/abs/2106.08254"
    assert source.imported_at == MONDAY
    assert outcome.state["work"] == event.model_dump(mode="json", exclude_none=True)
    assert blocks(outcome) == ["hopper g", "lovelace a"]


def test_the_same_record_again_says_nothing() -> None:
    state = after(arxiv(1))
    assert take(state, WORK, arxiv(1), TUESDAY) is None


def test_a_newer_version_replaces_an_older_one() -> None:
    outcome = taken(after(arxiv(1)), arxiv(2), TUESDAY)
    assert not outcome.is_new
    event = told(outcome)
    assert isinstance(event, WorkWasRecorded)
    assert event.title == "A Title, version 2"
    assert [source.version for source in event.sources] == [2]
    assert event.sources[0].imported_at == TUESDAY


def test_an_older_version_after_a_newer_one_changes_nothing() -> None:
    assert take(after(arxiv(2)), WORK, arxiv(1), TUESDAY) is None


def test_without_version_numbers_the_date_tells_which_is_older() -> None:
    old, new = arxiv(None, updated=date(2021, 1, 1)), arxiv(None, updated=date(2021, 2, 1))
    assert take(after(new), WORK, old, TUESDAY) is None
    assert after(old, new) == after(new)


def test_versions_in_any_order_give_the_same_work() -> None:
    versions = (arxiv(1), arxiv(2, title="Renamed"), arxiv(3, authors=by(ADA)))
    for order in permutations(versions):
        assert after(*order) == after(arxiv(3, authors=by(ADA)))


def test_taking_changes_nothing_that_was_handed_in() -> None:
    state = after(arxiv(1))
    taken(state, arxiv(2), TUESDAY)
    assert state == after(arxiv(1))


def test_all_feeds_of_one_paper_are_one_work_in_any_order() -> None:
    feeds = (
        arxiv(2),
        arxiv(2, feed="arxiv-oai", venue="A Journal", doi="10.1/x"),
        acl(abstract="As published.", doi="10.1/x"),
    )
    states = [after(*order) for order in permutations(feeds)]
    assert all(state == states[0] for state in states)
    work = states[0]["work"]
    assert work["identifiers"] == ["acl:2021.acl-long.1", "arxiv:2106.08254", "doi:10.1/x"]
    assert len(work["sources"]) == 3


def test_the_published_record_leads_and_others_fill_its_gaps() -> None:
    revised_later = arxiv(3, authors=by(ADA), updated=date(2023, 3, 1), year=2023)
    work = after(revised_later, acl())["work"]
    assert work["title"] == "A Title, as published"
    assert work["type"] == "proceedings-article"
    assert work["venue"] == "Proceedings"
    assert work["year"] == 2022
    assert [author["name"] for author in work["authors"]] == [ADA, GRACE]
    assert work["abstract"] == "An abstract, version 3."
    assert work["updated"] == "2023-03-01"
    assert [subject["id"] for subject in work["subjects"]] == ["arxiv:cs.CL"]
    assert [source["source"] for source in work["sources"]] == ["acl", "arxiv"]


def test_a_subject_named_by_two_feeds_is_one_subject() -> None:
    oai = arxiv(
        feed="arxiv-oai",
        subjects=(Subject(id="arxiv:cs.CV", name="cs.CV"), Subject(id="arxiv:cs.CL", name="cs.CL")),
    )
    subjects = after(arxiv(), oai)["work"]["subjects"]
    assert sorted(subject["id"] for subject in subjects) == ["arxiv:cs.CL", "arxiv:cs.CV"]


@pytest.mark.parametrize("standing", ["withdrawn", "retracted"])
def test_a_work_that_no_longer_stands_is_withdrawn_with_its_state(standing: str) -> None:
    gone = arxiv(2, standing=standing, standing_note="It was made up.")
    event = told(taken(after(arxiv(1)), gone))
    assert isinstance(event, WorkWasWithdrawn)
    assert event.reason == standing
    assert event.note == "It was made up."
    assert event.work is not None
    assert event.work.standing == standing
    assert event.work.title == "A Title, version 2"
    assert [author.name for author in event.work.authors] == [ADA, GRACE]


def test_a_work_that_stands_again_is_recorded() -> None:
    event = told(taken(after(arxiv(1, standing="withdrawn")), arxiv(2)))
    assert isinstance(event, WorkWasRecorded)
    assert event.standing == "current"


def test_one_retraction_is_enough_whichever_record_leads() -> None:
    for order in permutations((acl(), arxiv(1, standing="retracted"))):
        assert after(*order)["work"]["standing"] == "retracted"


def test_a_preprint_taken_back_leaves_the_published_paper_standing() -> None:
    for order in permutations((acl(), arxiv(1, standing="withdrawn"))):
        assert after(*order)["work"]["standing"] == "current"


def test_what_the_source_says_of_a_retraction_stays_whichever_record_comes_last() -> None:
    retracted = acl(standing="retracted", standing_note="Made up.")
    for first, last in permutations((retracted, arxiv(1))):
        event = told(taken(after(first), last))
        assert isinstance(event, WorkWasWithdrawn)
        assert event.note == "Made up."


def test_blocks_of_old_and_new_authors_are_worked_out_again() -> None:
    outcome = taken(after(arxiv(1)), arxiv(2, authors=by(ADA, ALAN)))
    assert blocks(outcome) == ["hopper g", "lovelace a", "turing a"]


def test_two_authors_of_one_block_touch_it_once() -> None:
    assert blocks(taken(None, arxiv(authors=by("Ada Lovelace", "Anna Lovelace")))) == ["lovelace a"]


@pytest.mark.parametrize("changed", [{"title": "Renamed"}, {"abstract": "Rewritten."}])
def test_what_does_not_concern_authors_touches_no_block(changed: dict[str, str]) -> None:
    outcome = taken(after(arxiv(1)), arxiv(2, **changed))
    assert isinstance(told(outcome), WorkWasRecorded)
    assert blocks(outcome) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"year": 2023},
        {"authors": (Authorship(name=ADA, identifiers=("orcid:1",)), Authorship(name=GRACE))},
        {"authors": (Authorship(name=ADA, affiliations=("London",)), Authorship(name=GRACE))},
        {"authors": by(GRACE, ADA)},
    ],
)
def test_whatever_a_record_of_an_author_shows_touches_the_blocks(changed: dict[str, Any]) -> None:
    assert blocks(taken(after(arxiv(1)), arxiv(2, **changed))) == ["hopper g", "lovelace a"]


def test_a_second_source_touches_the_blocks_because_it_attests_the_authors() -> None:
    assert blocks(taken(after(arxiv(1)), acl())) == ["hopper g", "lovelace a"]


def test_a_work_without_authors_is_a_work() -> None:
    outcome = taken(None, arxiv(authors=()))
    assert isinstance(told(outcome), WorkWasRecorded)
    assert blocks(outcome) == []


def test_ids_come_from_the_key_alone() -> None:
    assert work_id("arxiv:2106.08254") == "Wieyeiidkdslm55td"
    assert work_id("acl:2106.08254") != WORK
