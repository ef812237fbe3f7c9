"""What a reader finds on a researcher's page."""

import json
from itertools import chain
from typing import Any

import pytest
from pydantic import ValidationError

from services.gateway.pages import render
from services.gateway.pages.view.profile import (
    Counts,
    Fact,
    ProfileClaim,
)
from services.gateway.pages.view.works import (
    WorkAuthor,
)
from tests.gateway.pages.document import Document, in_order
from tests.gateway.pages.samples import (
    BASE,
    IMPORTED,
    TRUST,
    profile,
    researcher,
    work,
)
from tests.seed import PAGE, WORKS


def test_the_page_says_everything_in_the_promised_order() -> None:
    text = researcher().text
    in_order(text, *PAGE)
    assert "Follow researcher 0" in text
    works = (
        (str(year), "preprint", "arXiv", title, f"Abstract of {arxiv}.")
        for arxiv, year, title in WORKS
    )
    in_order(text, "7 published item(s)", *chain.from_iterable(works))


def test_one_of_each_is_singular() -> None:
    text = researcher(counts=Counts(works=1, followers=1, topics=1, close_collaborators=1)).text
    in_order(text, "1 work ", "1 follower ", "1 topic ", "1 close collaborator ")
    assert "1 works" not in text


def test_what_needs_an_account_leads_to_the_login_page_and_back() -> None:
    links = researcher().links()
    assert "/login?next=/researchers/a-1" in links
    assert "/login?next=/researchers/a-1/claim" in links


def test_people_topics_works_and_the_explorer_are_links() -> None:
    links = researcher().links()
    for link in ("/researchers/a-2", "/topics/arxiv:cs.CL", "/works/w-2106.08254"):
        assert link in links
    assert "/researchers/a-1/graph" in links


def test_every_part_of_the_score_is_explained() -> None:
    text = researcher().text
    for said in ("4 of 40", "8.75 of 25", "5 of 15", "3.33 of 10", "0 of 10", "Formula v1"):
        assert said in text
    assert "A claim with a proof." in text


def test_the_meter_can_be_heard() -> None:
    (meter,) = [e for _, e in researcher().elements if e.get("role") == "meter"]
    assert (meter["aria-valuenow"], meter["aria-valuetext"]) == ("21", "21 of 100, Emerging")


@pytest.mark.parametrize("score", [0, 1, 19, 20, 39, 40, 99, 100])
def test_any_score_can_be_drawn(score: int) -> None:
    page = researcher(trust=TRUST.model_copy(update={"score": score}))
    for rect in page.all("rect"):
        assert 0 <= float((rect["width"] or "").rstrip("%")) <= 100


def test_a_score_that_is_not_there_yet_is_not_a_zero() -> None:
    text = researcher(trust=None).text
    assert "Trust is being worked out" in text
    assert "Trust 0" not in text
    assert "Verification" not in text


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (Fact(label="Affiliation"), "Affiliation not imported"),
        (Fact(label="Affiliation", status="withheld"), "Affiliation withheld"),
        (
            Fact(
                label="Affiliation",
                value="Harbin Institute of Technology",
                status="imported",
                source="ACL Anthology",
                as_of=IMPORTED,
            ),
            "Harbin Institute of Technology from ACL Anthology, imported 23 Nov 2026",
        ),
        (
            Fact(label="Affiliation", value="Microsoft", status="self-stated"),
            "Microsoft self-stated",
        ),
    ],
)
def test_not_imported_is_neither_none_nor_withheld(fact: Fact, said: str) -> None:
    assert said in researcher(affiliation=fact).text


def test_an_affiliation_of_a_page_of_text_is_cut() -> None:
    printed = "Department of Things, Somewhere; " * 60
    fact = Fact(label="Affiliation", value=printed, status="imported", source="PubMed")
    text = researcher(affiliation=fact).text
    assert "Somewhere;… from PubMed" in text
    assert text.count("Department of Things") < 10


def test_a_withheld_fact_cannot_carry_its_value() -> None:
    with pytest.raises(ValidationError):
        Fact(label="Affiliation", value="Secret", status="withheld")


def test_each_work_says_where_it_came_from() -> None:
    page = researcher(works=(work(),))
    assert "From arXiv 2106.08254, version 2, imported 23 Nov 2026" in page.text
    assert {"datetime": "2026-11-23T14:50:03+00:00"} in page.all("time")


def test_a_work_without_year_or_abstract_says_so() -> None:
    text = researcher(works=(work(year=None, abstract=None),)).text
    assert "Year not imported" in text
    assert "Abstract not imported" in text


def test_a_retracted_work_is_marked() -> None:
    assert "Retracted" in researcher(works=(work(standing="retracted"),)).text


def test_a_work_of_3000_authors_shows_the_first_ones() -> None:
    authors = tuple(WorkAuthor(name=f"Author {n}") for n in range(20))
    page = researcher(works=(work(authors=authors, authors_total=3000),))
    assert "Author 19 and 2,980 more" in page.text
    assert "/works/w-2106.08254#authors" in page.links()


def test_nothing_at_all_is_still_a_page() -> None:
    page = researcher(
        counts=Counts(), trust=None, topics=(), close_collaborators=(), works=(), provenance=()
    )
    assert "0 published item(s) No source that we read lists a work" in page.text
    assert "No source attests this record now" in page.text


def test_more_works_are_a_link_away() -> None:
    page = render.researcher_page(
        profile(works_next_cursor="2020 x&y"), base_url=BASE, works_cursor="z"
    )
    links = Document(page).links()
    assert "/researchers/a-1?cursor=2020+x%26y#works" in links
    assert "/researchers/a-1#works" in links


def test_300_works_fit() -> None:
    many = tuple(work(id=f"w-{n}") for n in range(300))
    assert len(researcher(works=many).all("article")) == 300


@pytest.mark.parametrize(
    ("claim", "said", "unsaid"),
    [
        ("claimed", "Claimed author", "Log in to claim"),
        ("disputed", "Disputed author", "Log in to claim"),
    ],
)
def test_a_record_that_is_taken_cannot_be_claimed(claim: Any, said: str, unsaid: str) -> None:
    text = researcher(claim=ProfileClaim(status=claim)).text
    assert said in text
    assert unsaid not in text


@pytest.mark.parametrize("name", ["刘洋", "محمد بن موسى الخوارزمي", "Wolfeschlegelstein " * 10])
def test_a_name_in_any_script_keeps_its_own_direction(name: str) -> None:
    name = name.strip()
    page = researcher(name=name)
    assert page.all("h1")[0]["dir"] == "auto"
    assert f"{name} contributes to research discovery" in page.text
    assert len(page.all("bdi")) > 0


def test_the_owners_own_words_stand_alone() -> None:
    text = researcher(tagline="I make models small.", tagline_by_owner=True).text
    assert "I make models small." in text
    assert "contributes to research discovery" not in text


def test_the_page_describes_itself_to_machines() -> None:
    page = researcher()
    graph = json.loads(page.scripts[0])["@graph"]
    kinds = [part["@type"] for part in graph]
    assert kinds == ["ProfilePage", "Person", *["ScholarlyArticle"] * 7]
    assert graph[1]["name"] == "Hangbo Bao"
    assert graph[2]["headline"] == WORKS[0][2]
    links = {link["rel"]: link["href"] for link in page.all("link")}
    assert links["canonical"] == f"{BASE}/researchers/a-1"
    assert links["alternate"] == "/api/v1/researchers/a-1"


def test_json_and_page_are_the_same_words() -> None:
    data = profile().model_dump(mode="json")
    text = researcher().text
    said = (
        data["tagline"],
        data["role"],
        data["affiliation"]["text"],
        data["trust"]["text"],
        data["trust"]["verification_text"],
        data["claim"]["text"],
    )
    for words in said:
        assert words in text
    assert data["links"] == {
        "self": "/api/v1/researchers/a-1",
        "html": "/researchers/a-1",
        "graph": "/api/v1/researchers/a-1/graph",
    }
