"""What is told about a work that is new or changed, and whose authors are worked out again."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest

from contracts.envelope import Payload
from contracts.events.works import (
    Authorship,
    BlockWasChanged,
    WorksWereMerged,
    WorkWasRecorded,
    WorkWasWithdrawn,
)
from services.works.domain import State, Told, living, merged, work_id
from services.works.joining import Group
from services.works.records import Record
from tests.works.papers import ADA, ALAN, ARXIV, GRACE, MONDAY, acl, arxiv, by, group, state


def outcome(*records: Record, before: Sequence[Record] = ()) -> tuple[State, Told]:
    """The state of the work that records make, and what is told after the one before."""
    return living(ARXIV, state(*before) if before else None, group(*records))


def told(events: Told) -> Payload:
    """The event about the work itself."""
    event = events[0]
    assert isinstance(event, Payload)
    return event


def blocks(events: Told) -> list[str]:
    """The blocks that are to be worked out again."""
    (event,) = events[1:]
    assert isinstance(event, tuple)
    data, found = event
    assert data == BlockWasChanged(work_id=ARXIV)
    return list(found)


def test_a_new_work_is_recorded_with_everything_known_of_it() -> None:
    now, events = outcome(arxiv(2, doi="10.1/x", url="https://arxiv.org/abs/2106.08254"))
    event = told(events)
    assert isinstance(event, WorkWasRecorded)
    assert event.title == "A Title, version 2"
    assert event.identifiers == ("arxiv:2106.08254", "doi:10.1/x")
    assert [author.name for author in event.authors] == [ADA, GRACE]
    (source,) = event.sources
    assert (source.source, source.record_id, source.version) == ("arxiv", "2106.08254", 2)
    assert source.url == "https://arxiv.org/abs/2106.08254"
    assert source.imported_at == MONDAY
    assert now["work"] == event.model_dump(mode="json", exclude_none=True)
    assert blocks(events) == ["hopper g", "lovelace a"]


def test_the_same_again_says_nothing() -> None:
    assert outcome(arxiv(1), before=[arxiv(1)])[1] == ()


@pytest.mark.parametrize("standing", ["withdrawn", "retracted"])
def test_a_work_that_no_longer_stands_is_withdrawn_with_its_state(standing: str) -> None:
    gone = arxiv(2, standing=standing, standing_note="It was made up.")
    event = told(outcome(gone, before=[arxiv(1)])[1])
    assert isinstance(event, WorkWasWithdrawn)
    assert event.reason == standing
    assert event.note == "It was made up."
    assert event.work is not None
    assert event.work.standing == standing
    assert event.work.title == "A Title, version 2"
    assert [author.name for author in event.work.authors] == [ADA, GRACE]


def test_a_work_that_stands_again_is_recorded() -> None:
    event = told(outcome(arxiv(2), before=[arxiv(1, standing="withdrawn")])[1])
    assert isinstance(event, WorkWasRecorded)
    assert event.standing == "current"


def test_a_notice_of_another_work_retracts() -> None:
    notice = acl("2022.acl-long.9", title="Retraction: A Title, as published")
    members = group(acl())
    retracted = Group(members.keys, members.members, group(notice).members)
    event = told(living(ARXIV, state(acl()), retracted)[1])
    assert isinstance(event, WorkWasWithdrawn)
    assert (event.reason, event.note) == ("retracted", "Retraction: A Title, as published")


def test_what_the_source_says_of_a_retraction_stays_whichever_record_comes_last() -> None:
    retracted = acl(standing="retracted", standing_note="Made up.")
    for first, last in permutations((retracted, arxiv(1))):
        event = told(outcome(first, last, before=[first])[1])
        assert isinstance(event, WorkWasWithdrawn)
        assert event.note == "Made up."


def test_a_merged_work_leads_to_the_other_and_gives_its_authors_up() -> None:
    merged_state, events = merged(ARXIV, state(arxiv()), "Wother")
    assert told(events) == WorksWereMerged(into="Wother")
    assert blocks(events) == ["hopper g", "lovelace a"]
    assert merged(ARXIV, merged_state, "Wother")[1] == ()


def test_blocks_of_old_and_new_authors_are_worked_out_again() -> None:
    events = outcome(arxiv(2, authors=by(ADA, ALAN)), before=[arxiv(1)])[1]
    assert blocks(events) == ["hopper g", "lovelace a", "turing a"]


def test_two_authors_of_one_block_touch_it_once() -> None:
    assert blocks(outcome(arxiv(authors=by("Ada Lovelace", "Anna Lovelace")))[1]) == ["lovelace a"]


@pytest.mark.parametrize("changed", [{"title": "A title: Version 2"}, {"abstract": "Other."}])
def test_what_does_not_concern_authors_touches_no_block(changed: dict[str, str]) -> None:
    events = outcome(arxiv(2, **changed), before=[arxiv(1)])[1]
    assert isinstance(told(events), WorkWasRecorded)
    assert blocks(events) == []


def test_another_title_may_speak_for_other_authors() -> None:
    events = outcome(arxiv(2, title="Renamed"), before=[arxiv(1)])[1]
    assert blocks(events) == ["hopper g", "lovelace a"]


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
    events = outcome(arxiv(2, **changed), before=[arxiv(1)])[1]
    assert blocks(events) == ["hopper g", "lovelace a"]


def test_a_second_source_touches_the_blocks_because_it_attests_the_authors() -> None:
    assert blocks(outcome(arxiv(1), acl(), before=[arxiv(1)])[1]) == ["hopper g", "lovelace a"]


def test_a_work_without_authors_is_a_work() -> None:
    events = outcome(arxiv(authors=()))[1]
    assert isinstance(told(events), WorkWasRecorded)
    assert blocks(events) == []


def test_ids_come_from_the_key_alone() -> None:
    assert work_id("arxiv:2106.08254") == "Wieyeiidkdslm55td"
    assert work_id("acl:2106.08254") != ARXIV
