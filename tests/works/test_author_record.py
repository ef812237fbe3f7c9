"""What an author's record says: all that the mentions say, however often."""

from dataclasses import replace

from contracts.events.works import Attestation, AuthoredWork, AuthorWasRecorded
from services.works.resolution import Mention, describe, resolve
from tests.works.mentions import BLOCK, MONDAY, TUESDAY, mention, rare


def test_a_person_seen_twice_in_one_work_is_listed_at_both_places() -> None:
    (author,) = resolve([rare(1), replace(rare(1), place=4)])
    assert describe(author.mentions).works == (
        AuthoredWork(work_id="W1", place=0),
        AuthoredWork(work_id="W1", place=4),
    )


def test_the_name_shown_is_the_one_printed_most_often() -> None:
    def shown(*names: str) -> str:
        return describe([mention(n, name=name) for n, name in enumerate(names)]).name

    assert shown("J. Smith", "John Smith", "J. Smith") == "J. Smith"
    assert shown("J. Smith", "John Smith") == "John Smith"
    assert shown("Jon Smith", "Jan Smith") == "Jan Smith"


def test_a_description_gathers_what_all_mentions_say() -> None:
    old = Mention(
        work_id="W1",
        place=2,
        block=BLOCK,
        key="john smith",
        name="John Smith",
        identifiers=("acl:b", "acl:a"),
        variants=("约翰",),
        affiliations=("Old College", "Both"),
        year=2019,
        sources=(("arxiv", TUESDAY), ("acl", MONDAY)),
    )
    new = Mention(
        work_id="W2",
        place=0,
        block=BLOCK,
        key="john smith",
        name="JOHN SMITH",
        identifiers=("acl:a",),
        affiliations=("New College", "Both"),
        year=2024,
        sources=(("arxiv", MONDAY),),
    )
    undated = Mention(
        work_id="W0",
        place=1,
        block=BLOCK,
        key="john smith",
        name="John Smith",
        affiliations=("Nowhere",),
    )
    assert describe([old, new, undated]) == AuthorWasRecorded(
        name="John Smith",
        names=("JOHN SMITH", "John Smith", "约翰"),
        identifiers=("acl:a", "acl:b"),
        affiliations=("New College", "Both", "Old College", "Nowhere"),
        works=(
            AuthoredWork(work_id="W0", place=1),
            AuthoredWork(work_id="W1", place=2),
            AuthoredWork(work_id="W2", place=0),
        ),
        attested_by=(
            Attestation(source="acl", works=1, imported_at=MONDAY),
            Attestation(source="arxiv", works=2, imported_at=TUESDAY),
        ),
    )


def test_a_work_counts_once_for_a_source_however_often_it_names_the_author() -> None:
    twice = [
        Mention("W1", place, BLOCK, "john smith", "John Smith", sources=(("acl", MONDAY),))
        for place in (0, 1)
    ]
    assert describe(twice).attested_by == (Attestation(source="acl", works=1, imported_at=MONDAY),)


def test_no_more_affiliations_than_twenty() -> None:
    many = Mention(
        "W1",
        0,
        BLOCK,
        "john smith",
        "John Smith",
        affiliations=tuple(f"University {n}" for n in range(30)),
    )
    assert describe([many]).affiliations == many.affiliations[:20]
