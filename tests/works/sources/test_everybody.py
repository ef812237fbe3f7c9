"""What a title says of the standing of a work, and an affiliation of mail, in any source."""

import pytest

from contracts.events.works import Authorship, Standing
from services.works.records import Record, RelationKind
from services.works.sources.build import build
from services.works.sources.everybody import for_everybody
from services.works.titles import title_key
from tests.works.sources.reading import only, read_text, records

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
    (found,) = records(list(for_everybody(made)))
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
    assert [one.standing for one in records(list(for_everybody(made)))] == ["current"]


def places(written: str) -> tuple[str, ...]:
    """The affiliations of an author with this one."""
    person = Authorship(name="Ann Lee", affiliations=(written,))
    by_one = record(TITLE).model_copy(update={"authors": (person,)})
    (found,) = records(list(for_everybody(iter([by_one]))))
    return found.authors[0].affiliations


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Here, Germany. Electronic address: a.b@kit.edu.", "Here, Germany."),
        ("Here, Germany; a.b@kit.edu; c@kit.edu.", "Here, Germany"),
        ("Here (a@kit.edu), E-mail: B@KIT.EDU", "Here"),
        ("e-mail addresses: a@kit.edu, b@kit.edu", ""),
        ("LAB@Home, Here", "LAB@Home, Here"),
        ("Here @ There", "Here @ There"),
    ],
)
def test_an_address_of_mail_is_no_part_of_an_affiliation(written: str, shown: str) -> None:
    assert places(written) == ((shown,) if shown else ())


@pytest.mark.timeout(10)
@pytest.mark.parametrize("character", ["a", "@", "a@", "a@.", "e-mail: "])
def test_a_long_text_takes_time_in_proportion(character: str) -> None:
    assert len(places(character * 50_000)) <= 1


def test_both_hold_also_of_a_feed_that_puts_its_records_together_by_itself() -> None:
    text = f"""<collection id="2020.x"><volume id="1"><paper id="1">
      <title>RETRACTED: {TITLE}</title>
      <author><first>Ann</first><last>Lee</last><affiliation>Here, a@b.org</affiliation></author>
      </paper></volume></collection>"""
    found = only(read_text(text))
    assert (found.standing, found.standing_note) == ("retracted", SAYS_SO)
    assert found.authors[0].affiliations == ("Here",)
