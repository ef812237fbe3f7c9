"""What the gateway keeps of each event, and the views it makes of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.events.works import (
    Attestation,
    AuthoredWork,
    Authorship,
    AuthorWasRecorded,
    Source,
    WorkState,
)
from services.gateway import domain
from services.gateway.domain import author_row, profile, search_words, summary, work_row
from services.gateway.pages.view.profile import ResearcherProfile
from services.gateway.pages.view.works import AUTHORS_SHOWN

MONDAY = datetime(2026, 9, 14, tzinfo=UTC)
TUESDAY = datetime(2026, 9, 15, tzinfo=UTC)


def author(**more: Any) -> AuthorWasRecorded:
    fields: dict[str, Any] = {
        "name": "Ada Example",
        "names": ("A. Example", "Ada Example"),
        "works": (AuthoredWork(work_id="W1", place=0),),
        "attested_by": (Attestation(source="arxiv", works=1, imported_at=MONDAY),),
    }
    return AuthorWasRecorded.model_validate(fields | more)


def work(**more: Any) -> WorkState:
    fields: dict[str, Any] = {
        "title": "A Title",
        "type": "preprint",
        "year": 2021,
        "authors": (Authorship(name="Ada Example"), Authorship(name="Grace Example")),
        "sources": (
            Source(
                source="arxiv", record_id="1", url="https://arxiv.org/abs/1", imported_at=MONDAY
            ),
        ),
    }
    return WorkState.model_validate(fields | more)


def page(state: dict[str, Any], *works: tuple[str, dict[str, Any]]) -> ResearcherProfile:
    rows = [{"_id": work_id, "state": row} for work_id, row in works]
    return profile("A1", state, rows, {("W1", 0): "A1"}, None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hangbo Bao", ["bao", "hangbo"]),
        ("  BAO,  hangbo ", ["bao", "hangbo"]),
        ("José García-Márquez", ["garcia", "jose", "marquez"]),
        ("Łukasz O’Brien", ["brien", "lukasz", "o"]),
        ("王伟", ["wangwei"]),
        ("Bao Bao", ["bao"]),
        ("ß", ["ss"]),
        ("...", []),
        ("", []),
        ("C3PO", ["c3po"]),
    ],
)
def test_words_to_search_by(text: str, words: list[str]) -> None:
    assert search_words(text) == words


def test_an_author_is_found_by_every_spelling() -> None:
    row = author_row(author(names=("Ada Example", "Ada Exámple-Smith", "王伟")))
    assert row["words"] == ["ada", "example", "smith", "wangwei"]
    assert row["names"] == ["Ada Exámple-Smith", "王伟"]


def test_the_size_of_an_author_counts_each_work_once() -> None:
    places = (("W1", 0), ("W1", 3), ("W2", 0))
    works = tuple(AuthoredWork(work_id=work_id, place=place) for work_id, place in places)
    row = author_row(author(works=works))
    assert row["size"] == 2
    assert row["authored"] == [{"work_id": work_id, "place": place} for work_id, place in places]


def test_works_stand_newest_year_first_then_by_title() -> None:
    titles = {
        "W1": work(title="banana", year=2020),
        "W2": work(title="Apple", year=2020),
        "W3": work(title="Cherry", year=2021),
        "W4": work(title="Undated", year=None),
        "W5": work(title="Apple", year=2020),
        "W6": work(title="apple pie", year=2020),
        "W7": work(title="Old", year=1960),
    }
    order = {work_id: work_row(work_id, state)["order"] for work_id, state in titles.items()}
    assert sorted(order, key=order.__getitem__) == ["W3", "W2", "W5", "W6", "W1", "W7", "W4"]
    assert len(set(order.values())) == len(order)


def test_a_work_keeps_the_note_about_its_withdrawal() -> None:
    gone = work(standing="retracted")
    row = work_row("W1", gone, "Made up.")
    assert (row["standing"], row["note"]) == ("retracted", "Made up.")
    detail = domain.work_detail("W1", row, {}, 0, 200)
    assert (detail.standing, detail.standing_note) == ("retracted", "Made up.")


def test_a_profile_of_an_author_of_whom_little_is_known() -> None:
    shown = page(author_row(author()))
    assert shown.trust is None
    assert shown.tagline == (
        "Ada Example contributes to research discovery and scholarly infrastructure."
    )
    assert not shown.tagline_by_owner
    assert shown.affiliation.text == "Affiliation not imported"
    assert shown.affiliation.status == "not imported"
    assert shown.claim.text == "Unclaimed author"
    assert shown.open_to_collaborate
    assert shown.counts.model_dump() == {
        "works": 1, "followers": 0, "topics": 0, "close_collaborators": 0,
    }  # fmt: skip
    assert (shown.topics, shown.close_collaborators, shown.works) == ((), (), ())


def test_what_others_told_is_on_the_profile() -> None:
    state = author_row(author()) | {
        "claims": {"c1": {"position": 4, "status": "approved"}},
        "followers": {"position": 9, "count": 12},
        "neighbourhood": {
            "topics": [{"id": "arxiv:cs.CL", "name": "cs.CL", "works": 1}],
            "close_collaborators": [
                {"author_id": "A2", "name": "Grace", "shared_works": 2, "weight": 0.5}
            ],
        },
        "trust": {
            "score": 47, "band": "Established", "level": "L3", "formula": "v1",
            "components": [], "cause": "test",
        },
    }  # fmt: skip
    shown = page(state)
    assert shown.claim.text == "Claimed author"
    assert shown.counts.model_dump() == {
        "works": 1, "followers": 12, "topics": 1, "close_collaborators": 1,
    }  # fmt: skip
    assert [topic.url for topic in shown.topics] == ["/topics/arxiv:cs.CL"]
    assert [other.url for other in shown.close_collaborators] == ["/researchers/A2"]
    assert shown.trust is not None
    assert (shown.trust.text, shown.trust.verification_text) == (
        "Trust 47 - Established",
        "Verification L3",
    )


def test_the_owner_speaks_for_the_profile() -> None:
    owner = {"tagline": "Counts things.", "affiliation": "At home", "open_to_collaborate": False}
    shown = page(author_row(author(affiliations=("Imported",))) | {"profile": owner})
    assert (shown.tagline, shown.tagline_by_owner) == ("Counts things.", True)
    assert (shown.affiliation.text, shown.affiliation.status) == ("At home", "self-stated")
    assert [each.text for each in shown.affiliations] == ["Imported"]
    assert not shown.open_to_collaborate


def test_an_erased_profile_is_as_if_the_owner_had_said_nothing() -> None:
    assert page(author_row(author()) | {"profile": {}}) == page(author_row(author()))


def test_an_imported_affiliation_says_where_it_came_from_when_that_is_certain() -> None:
    one = page(author_row(author(affiliations=("New", "Old")))).affiliation
    assert (one.text, one.status, one.source, one.as_of) == ("New", "imported", "arXiv", MONDAY)
    two = (
        Attestation(source="arxiv", works=1, imported_at=TUESDAY),
        Attestation(source="acl", works=1, imported_at=MONDAY),
    )
    other = page(author_row(author(affiliations=("New",), attested_by=two))).affiliation
    assert (other.source, other.as_of) == (None, TUESDAY)


def test_a_profile_says_who_attests_it_and_how_fresh_it_is() -> None:
    two = (
        Attestation(source="acl", works=3, imported_at=MONDAY),
        Attestation(source="arxiv", works=1, imported_at=TUESDAY),
    )
    shown = page(author_row(author(attested_by=two)))
    assert [(item.source, item.works) for item in shown.provenance] == [
        ("ACL Anthology", 3),
        ("arXiv", 1),
    ]
    assert shown.updated_at == TUESDAY


def test_a_work_links_the_authors_who_are_resolved() -> None:
    shown = page(author_row(author()), ("W1", work_row("W1", work()))).works[0]
    assert [(a.name, a.url) for a in shown.authors] == [
        ("Ada Example", "/researchers/A1"),
        ("Grace Example", None),
    ]
    assert shown.authors_total == 2
    assert (shown.source, shown.source_url) == ("arXiv", "https://arxiv.org/abs/1")


def test_a_list_shows_the_first_authors_and_the_work_itself_pages_through_all() -> None:
    many = tuple(Authorship(name=f"Author {n}") for n in range(450))
    row = work_row("W1", work(authors=many))
    listed = domain.work("W1", row, {})
    assert len(listed.authors) == AUTHORS_SHOWN
    assert listed.authors_total == 450
    names: list[str] = []
    at: int | None = 0
    while at is not None:
        detail = domain.work_detail("W1", row, {("W1", 201): "A201"}, at, 200)
        names += [a.name for a in detail.authors]
        assert [a.id for a in detail.authors if a.name == "Author 201"] == ["A201"] * (at == 200)
        at = detail.authors_next
    assert names == [f"Author {n}" for n in range(450)]


def test_a_researcher_in_a_list() -> None:
    state = author_row(author())
    assert (summary("A1", state).trust, summary("A1", state).topics) == (None, ())
    topics = [{"id": f"arxiv:{n}", "name": str(n), "works": 1} for n in range(6)]
    shown = summary("A1", state | {"neighbourhood": {"topics": topics}})
    assert shown.topics == ("0", "1", "2", "3")
    assert (shown.name, shown.works, shown.url) == ("Ada Example", 1, "/researchers/A1")
