"""One record that is far too large, has no id, or breaks its parser costs only itself."""

import json
from typing import Any

import pytest

from contracts.events.works import Subject
from services.works.records import Record, Rejected, Warned
from services.works.sources import limits
from services.works.sources.build import build
from services.works.sources.limits import LARGEST
from tests.works.sources.reading import read_text, records

LONG = "x" * 70_000


def paper(number: int, authors: int = 1, affiliations: int = 0, **more: Any) -> dict[str, Any]:
    """A record of Crossref's; an affiliation has 400 characters."""
    people = [
        {
            "given": "Ada",
            "family": f"Lovelace{n}",
            "affiliation": [{"name": f"{n} {k} " + "x" * 400} for k in range(affiliations)],
        }
        for n in range(authors)
    ]
    return {
        "DOI": f"10.5555/{number}",
        "type": "journal-article",
        "title": [f"Title {number}"],
        "issued": {"date-parts": [[2020, 1, 2]]},
        "author": people,
        **more,
    }


def page(*papers: dict[str, Any]) -> str:
    answer = {"status": "ok", "message-type": "work-list", "message": {"items": papers}}
    return json.dumps(answer)


def test_affiliations_that_make_a_record_too_large_are_left_out() -> None:
    found = read_text(page(paper(1), paper(2, 5_000, 3), paper(3)))
    kept = records(found)
    assert [record.record_id for record in kept] == ["10.5555/1", "10.5555/2", "10.5555/3"]
    assert len(kept[1].authors) == 5_000
    assert not any(author.affiliations for author in kept[1].authors)
    assert [outcome for outcome in found if isinstance(outcome, Warned)] == [
        Warned("10.5555/2", f"left out affiliations: with them larger than {LARGEST:,} bytes "
               "when put together")
    ]  # fmt: skip


def test_twenty_thousand_authors_are_taken() -> None:
    (record,) = records(read_text(page(paper(1, 20_000))))
    assert len(record.authors) == 20_000


def test_what_is_too_large_without_affiliations_is_rejected_alone() -> None:
    huge = paper(2, 15_000, suffix="x")
    for person in huge["author"]:
        person["given"] = "x" * 300
    found = read_text(page(paper(1), huge, paper(3)))
    assert [record.record_id for record in records(found)] == ["10.5555/1", "10.5555/3"]
    assert [o for o in found if isinstance(o, Rejected)] == [
        Rejected("10.5555/2", f"larger than {LARGEST:,} bytes when put together")
    ]


@pytest.mark.parametrize("written", ["", " ", LONG])
def test_a_record_without_an_id_of_its_own_is_rejected(written: str) -> None:
    *_, found = read_text(json.dumps({"data": [{"paperId": written, "title": "A title"}]}))
    assert isinstance(found, Rejected)
    assert found.record.strip()
    assert len(found.record) <= 500


def test_messages_about_a_record_are_short() -> None:
    for outcome in limits.limited(iter([Rejected(LONG, LONG), Warned(" ", LONG)])):
        assert isinstance(outcome, Rejected | Warned)
        assert outcome.record.strip()
        assert len(outcome.record) <= 500
        assert len(outcome.reason) <= 500


@pytest.mark.parametrize("fault", [TypeError, KeyError, AttributeError, OverflowError])
def test_a_record_that_breaks_its_parser_is_rejected_alone(
    fault: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(**fields: Any) -> Any:
        if fields["record_id"] == "10.5555/2":
            raise fault("of the parser")
        return build(**fields)

    monkeypatch.setattr("services.works.sources.crossref.build", breaks)
    found = read_text(page(paper(1), paper(2), paper(3)))
    assert [record.record_id for record in records(found)] == ["10.5555/1", "10.5555/3"]
    (refused,) = [outcome for outcome in found if isinstance(outcome, Rejected)]
    assert refused.record == "line 1, record 2"
    assert "of the parser" in refused.reason


def test_a_day_that_no_calendar_has_is_left_out_however_large() -> None:
    issued = {"date-parts": [[2020, 10**30, 1]]}
    (record,) = records(read_text(page(paper(1, issued=issued))))
    assert isinstance(record, Record)
    assert (record.published, record.year) == (None, 2020)


def test_a_venue_and_subjects_that_fill_pages_are_left_out() -> None:
    (paper_of_one,) = records(read_text(page(paper(1))))
    record = paper_of_one.model_copy(update={"venue": "A venue " * 100})
    subjects = tuple(Subject(id=f"x:{n}", name="A subject") for n in range(300))
    many = record.model_copy(update={"venue": LONG, "subjects": subjects[:199]})
    more = record.model_copy(
        update={"subjects": (Subject(id="x:x", name=LONG), *subjects[:100], *subjects)}
    )
    found = list(limits.limited(iter([record, many, more])))
    kept = records(found)
    assert kept[0] == record
    assert (kept[1].venue, kept[1].subjects) == (None, subjects[:199])
    assert kept[2].subjects == (*subjects[:100], *subjects[:100])
    assert [outcome for outcome in found if isinstance(outcome, Warned)] == [
        Warned("10.5555/1", "left out a venue longer than a line"),
        Warned("10.5555/1", "kept 200 of 401 subjects"),
    ]
