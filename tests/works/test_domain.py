"""What is kept of a work, and what is told about it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any

import pytest

from contracts.envelope import Payload
from contracts.events.works import (
    Authorship,
    BlockWasChanged,
    Subject,
    WorksWereMerged,
    WorkWasRecorded,
    WorkWasWithdrawn,
)
from services.works.domain import State, Told, living, merged, work_id
from services.works.joining import Group
from services.works.nodes import Held
from services.works.records import Record, Relation

MONDAY = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
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


def outcome(*records: Record, before: Sequence[Record] = ()) -> tuple[State, Told]:
    """The state of the work that records make, and what is told after the one before."""
    return living(WORK, state(*before) if before else None, group(*records))


def state(*records: Record) -> State:
    return living(WORK, None, group(*records))[0]


def group(*records: Record) -> Group:
    """The records as one work, all imported at the same time."""
    members = tuple(Held(f"{r.feed}:{r.record_id}", 1, r, MONDAY) for r in records)
    return Group(tuple(sorted({record.key for record in records})), members)


def told(events: Told) -> Payload:
    """The event about the work itself."""
    event = events[0]
    assert isinstance(event, Payload)
    return event


def blocks(events: Told) -> list[str]:
    """The blocks that are to be worked out again."""
    found = []
    for event in events[1:]:
        assert isinstance(event, tuple)
        data, block = event
        assert data == BlockWasChanged(work_id=WORK)
        found.append(block)
    return found


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


def test_all_feeds_of_one_paper_are_one_work_in_any_order() -> None:
    feeds = (
        arxiv(2),
        arxiv(2, feed="arxiv-oai", venue="A Journal", doi="10.1/x"),
        acl(abstract="As published.", doi="10.1/x"),
    )
    states = [state(*order) for order in permutations(feeds)]
    assert all(other == states[0] for other in states)
    work = states[0]["work"]
    assert work["identifiers"] == ["acl:2021.acl-long.1", "arxiv:2106.08254", "doi:10.1/x"]
    assert len(work["sources"]) == 3


def test_the_published_record_leads_and_others_fill_its_gaps() -> None:
    revised_later = arxiv(3, authors=by(ADA), updated=date(2023, 3, 1), year=2023)
    work = state(revised_later, acl())["work"]
    assert work["title"] == "A Title, as published"
    assert work["type"] == "proceedings-article"
    assert work["venue"] == "Proceedings"
    assert work["year"] == 2022
    assert [author["name"] for author in work["authors"]] == [ADA, GRACE]
    assert work["abstract"] == "An abstract, version 3."
    assert work["updated"] == "2023-03-01"
    assert [subject["id"] for subject in work["subjects"]] == ["arxiv:cs.CL"]
    assert [source["source"] for source in work["sources"]] == ["acl", "arxiv"]


def test_each_field_says_which_record_it_is_from_and_by_which_rule() -> None:
    work = state(arxiv(raw={"title": "A {T}itle", "abstract": "An $abstract$."}), acl())["work"]
    origins = {origin["field"]: origin for origin in work["origins"]}
    assert origins["title"]["source"] == "acl"
    assert origins["abstract"]["source"] == "arxiv"
    assert origins["abstract"]["raw"] == "An $abstract$."
    assert origins["abstract"]["record_id"] == "2106.08254"
    assert "published" in origins["title"]["rule"]
    assert origins.keys() >= {"type", "authors", "year", "venue", "published", "updated"}
    assert "language" not in origins


def test_a_single_record_says_only_what_it_has_in_other_words() -> None:
    (origin,) = state(arxiv(raw={"title": "A {T}itle"}))["work"]["origins"]
    assert (origin["field"], origin["raw"]) == ("title", "A {T}itle")


def test_the_earliest_first_version_and_the_latest_one_count() -> None:
    pair = (acl(published=date(2022, 5, 1), updated=date(2022, 5, 1)), arxiv(3))
    for order in permutations(pair):
        work = state(*order)["work"]
        assert (work["published"], work["updated"]) == ("2021-01-01", "2022-05-01")


def test_authors_of_the_leading_record_get_what_another_knows_of_the_same_people() -> None:
    known = (
        Authorship(name="A. Lovelace", identifiers=("orcid:1",), affiliations=("London",)),
        Authorship(name="G. Hopper"),
    )
    work = state(acl(), arxiv(authors=known))["work"]
    first, second = work["authors"]
    assert (first["name"], first["identifiers"], first["affiliations"]) == (
        ADA,
        ["orcid:1"],
        ["London"],
    )
    assert second["identifiers"] == []
    others = state(acl(), arxiv(authors=(known[1], known[0])))["work"]
    assert [author["identifiers"] for author in others["authors"]] == [[], []]


def test_a_list_of_one_of_several_authors_tells_whose_it_is_and_never_leads() -> None:
    owner = Authorship(name="Grace B. Hopper", identifiers=("orcid:0000-0002-1825-0097",))
    partial = acl(
        source="orcid", feed="orcid", record_id="0000-0002-1825-0097/7", authors=(owner,),
        authors_complete=False, identifiers=("arxiv:2106.08254",),
    )  # fmt: skip
    work = state(arxiv(), partial)["work"]
    assert [author["name"] for author in work["authors"]] == [ADA, GRACE]
    assert [author["identifiers"] for author in work["authors"]] == [[], list(owner.identifiers)]
    assert work["identifiers"] == ["arxiv:2106.08254"]
    alone = state(partial)["work"]
    assert [author["name"] for author in alone["authors"]] == ["Grace B. Hopper"]


def test_whom_a_partial_list_means_must_be_beyond_doubt() -> None:
    owner = Authorship(name="G. Hopper", identifiers=("orcid:0000-0002-1825-0097",))
    two = arxiv(authors=(Authorship(name=GRACE), Authorship(name="George Hopper")))
    partial = acl(source="orcid", feed="orcid", record_id="x/7", authors=(owner,),
                  authors_complete=False, identifiers=("arxiv:2106.08254",))  # fmt: skip
    authors = state(two, partial)["work"]["authors"]
    assert [author["identifiers"] for author in authors] == [[], []]


def test_of_two_ids_of_one_scheme_the_leading_record_has_the_last_word() -> None:
    leading = acl(authors=(Authorship(name=ADA, identifiers=("orcid:1",)),))
    other = arxiv(authors=(Authorship(name=ADA, identifiers=("orcid:2", "acl:ada")),))
    assert state(leading, other)["work"]["authors"][0]["identifiers"] == ["orcid:1", "acl:ada"]


def test_a_subject_named_by_two_feeds_is_one_subject() -> None:
    oai = arxiv(
        feed="arxiv-oai",
        subjects=(Subject(id="arxiv:cs.CV", name="cs.CV"), Subject(id="arxiv:cs.CL", name="cs.CL")),
    )
    subjects = state(arxiv(), oai)["work"]["subjects"]
    assert sorted(subject["id"] for subject in subjects) == ["arxiv:cs.CL", "arxiv:cs.CV"]


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


def test_one_retraction_is_enough_whichever_record_leads() -> None:
    for order in permutations((acl(), arxiv(1, standing="retracted"))):
        assert state(*order)["work"]["standing"] == "retracted"


def test_a_notice_of_another_work_retracts() -> None:
    notice = acl("2022.acl-long.9", title="Retraction: A Title, as published")
    members = group(acl())
    retracted = Group(members.keys, members.members, group(notice).members)
    event = told(living(WORK, state(acl()), retracted)[1])
    assert isinstance(event, WorkWasWithdrawn)
    assert (event.reason, event.note) == ("retracted", "Retraction: A Title, as published")


@pytest.mark.parametrize(
    ("kind", "target", "standing"),
    [
        ("retraction-of", "doi:10.1/x", "retracted"),
        ("retraction-of", "doi:10.1/another", "current"),
        ("retracted-by", "doi:10.1/notice", "retracted"),
        ("corrected-by", "doi:10.1/notice", "current"),
    ],
)
def test_a_record_that_names_its_retraction_or_is_one_in_place_is_retracted(
    kind: Any, target: str, standing: str
) -> None:
    record = acl(doi="10.1/x", relations=(Relation(kind=kind, target=target),))
    assert state(record)["work"]["standing"] == standing


def test_a_preprint_taken_back_leaves_the_published_paper_standing() -> None:
    for order in permutations((acl(), arxiv(1, standing="withdrawn"))):
        assert state(*order)["work"]["standing"] == "current"


def test_what_the_source_says_of_a_retraction_stays_whichever_record_comes_last() -> None:
    retracted = acl(standing="retracted", standing_note="Made up.")
    for first, last in permutations((retracted, arxiv(1))):
        event = told(outcome(first, last, before=[first])[1])
        assert isinstance(event, WorkWasWithdrawn)
        assert event.note == "Made up."


def test_a_merged_work_leads_to_the_other_and_gives_its_authors_up() -> None:
    merged_state, events = merged(WORK, state(arxiv()), "Wother")
    assert told(events) == WorksWereMerged(into="Wother")
    assert blocks(events) == ["hopper g", "lovelace a"]
    assert merged(WORK, merged_state, "Wother")[1] == ()


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
    assert work_id("acl:2106.08254") != WORK
