"""What a title says of the standing of a work, whichever source has it."""

import pytest

from contracts.events.works import Standing
from services.works.records import Record, RelationKind
from services.works.sources.build import build
from services.works.titles import title_key

TITLE = "On the weight of very heavy things"
SAYS_SO = "Its title says so."


def record(title: str, standing: Standing = "current", note: str | None = None) -> Record:
    made = build(
        source="dblp",
        feed="dblp",
        record_id="x",
        title=title,
        type="article",
        standing=standing,
        standing_note=note,
    )
    (found,) = [one for one in made if isinstance(one, Record)]
    return found


@pytest.mark.parametrize(
    ("title", "standing"),
    [
        (f"RETRACTED: {TITLE}", "retracted"),
        (f"Retracted article: {TITLE}", "retracted"),
        (f"[RETRACTED] {TITLE}", "retracted"),
        (f"<b>RETRACTED CHAPTER:</b> {TITLE}", "retracted"),
        (f"{TITLE} (Retracted)", "retracted"),
        (f"{TITLE} [RETRACTED ARTICLE]", "retracted"),
        (f"{TITLE} (Retracted article. See vol. 3, pg 5, 2010)", "retracted"),
        (f"WITHDRAWN: {TITLE}", "withdrawn"),
        (f"REMOVED: {TITLE}", "withdrawn"),
        (TITLE, "current"),
        ("Removed: a study of what is left out", "current"),
        ("Retracted stories and what became of them", "current"),
        ("Which of these were (retracted) and why", "current"),
        ("The retracted: who reads them", "current"),
    ],
)
def test_a_title_says_that_its_work_is_retracted(title: str, standing: str) -> None:
    found = record(title)
    told = None if standing == "current" else SAYS_SO
    assert (found.standing, found.standing_note) == (standing, told)


@pytest.mark.parametrize(
    "title", [f"Retracted article: {TITLE}", f"{TITLE} (Retracted article. See vol. 3)"]
)
def test_such_a_mark_is_no_part_of_the_title_by_which_records_meet(title: str) -> None:
    assert title_key(record(title)) == title_key(record(TITLE))


def test_what_the_source_itself_says_holds() -> None:
    found = record(f"RETRACTED: {TITLE}", "withdrawn", "By its authors.")
    assert (found.standing, found.standing_note) == ("withdrawn", "By its authors.")


@pytest.mark.parametrize(
    ("type_", "relations"), [("erratum", []), ("article", [("retraction-of", "doi:10.1234/w")])]
)
def test_a_notice_named_like_the_work_is_not_retracted(
    type_: str, relations: list[tuple[RelationKind, str | None]]
) -> None:
    made = build(
        source="crossref",
        feed="crossref",
        record_id="x",
        title=f"Retracted: {TITLE}",
        type=type_,
        relations=relations,
    )
    assert [one.standing for one in made if isinstance(one, Record)] == ["current"]
