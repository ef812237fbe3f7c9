"""What a reader finds on the start page, on works, and when there is nothing to find."""

import json
from datetime import date

import pytest

from services.gateway.pages import render
from services.gateway.pages.identifiers import identifier
from services.gateway.pages.view.lists import (
    Holdings,
    ResearcherList,
    ResearcherSummary,
)
from services.gateway.pages.view.sources import source_name
from services.gateway.pages.view.works import (
    AUTHORS_PER_PAGE,
    WorkAuthor,
    WorkTopic,
)
from tests.gateway.pages.document import Document, in_order
from tests.gateway.pages.samples import BASE, EVERY_PAGE, detail


def test_the_start_page_searches_by_name() -> None:
    page = Document(EVERY_PAGE["start"])
    assert [field["name"] for field in page.all("input")] == ["q"]
    assert "24 researchers and 7 works so far" in page.text


def test_results_show_what_tells_namesakes_apart() -> None:
    found = ResearcherList(
        items=(
            ResearcherSummary(
                id="a-2",
                name="Furu Wei",
                works=7,
                topics=("cs.CL", "cs.CV"),
                trust="Trust 20 - Emerging",
            ),
            ResearcherSummary(id="a-3", name="Wei Wang", works=1),
        ),
        next_cursor="c 2",
    )
    page = Document(
        render.start_page(
            base_url=BASE, holdings=Holdings(researchers=2, works=7), query="wei", results=found
        )
    )
    in_order(page.text, "Furu Wei", "7 works", "Trust 20 - Emerging", "cs.CL, cs.CV", "Wei Wang")
    in_order(page.text, "1 work", "Trust is being worked out", "Next")
    assert "/?q=wei&cursor=c+2" in page.links()


def test_an_empty_result_says_what_to_do() -> None:
    page = render.start_page(
        base_url=BASE, holdings=Holdings(researchers=1), query="Zzyx", results=ResearcherList()
    )
    in_order(Document(page).text, "Nobody here is named “Zzyx”", "Try the family name alone")


def test_an_empty_system_says_how_to_fill_it() -> None:
    page = render.start_page(base_url=BASE, holdings=Holdings())
    assert "bzpeer ingest" in Document(page).text


def test_a_work_says_everything_and_can_be_cited() -> None:
    page = Document(
        render.work_page(
            detail(
                venue="ICLR",
                identifiers=("doi:10.18653/v1/x", "arxiv:2106.08254", "acl:2020.acl-main.1"),
                published=date(2021, 6, 15),
                updated=date(2022, 9, 3),
                topics=(WorkTopic(id="arxiv:cs.CV", name="cs.CV"),),
            ),
            base_url=BASE,
        )
    )
    in_order(page.text, "Preprint, 2022", "BEiT", "2 authors", "Hangbo Bao", "Li Dong", "Abstract")
    in_order(page.text, "ICLR", "First published 15 Jun 2021, latest version 3 Sep 2022", "cs.CV")
    for link in (
        "https://doi.org/10.18653/v1/x",
        "https://arxiv.org/abs/2106.08254",
        "https://aclanthology.org/2020.acl-main.1",
        "/topics/arxiv:cs.CV",
    ):
        assert link in page.links()
    assert page.meta("citation_author") == ["Hangbo Bao", "Li Dong"]
    assert page.meta("citation_doi") == ["10.18653/v1/x"]
    assert page.meta("citation_publication_date") == ["2021/06/15"]
    assert json.loads(page.scripts[0])["@type"] == "ScholarlyArticle"


def test_3000_authors_are_read_page_by_page() -> None:
    some = tuple(WorkAuthor(name=f"Author {n}") for n in range(200, 200 + AUTHORS_PER_PAGE))
    page = Document(
        render.work_page(detail(authors=some, authors_total=3000, authors_from=200), base_url=BASE)
    )
    assert "Authors 201 to 400 of 3,000" in page.text
    assert "/works/w-2106.08254?authors_from=0#authors" in page.links()
    assert "/works/w-2106.08254?authors_from=400#authors" in page.links()
    assert page.all("ol")[0]["start"] == "201"


def test_a_retracted_work_says_so_before_anything_else() -> None:
    page = Document(render.work_page(detail(standing="retracted"), base_url=BASE))
    in_order(page.text, "Retracted.", "arXiv says that this work was retracted", "authors")


def test_an_error_says_what_happened_and_the_way_back() -> None:
    page = Document(
        render.error_page(
            503, "The profile cannot be read now", "Try later", base_url=BASE, trace_id="4bf92f"
        )
    )
    in_order(page.text, "503", "The profile cannot be read now", "Please try again", "4bf92f")
    assert "/" in page.links()


def test_login_says_that_it_is_off_and_leads_back() -> None:
    page = Document(EVERY_PAGE["no login"])
    assert "Sign-in is not switched on here" in page.text
    assert "/researchers/a-1" in Document(EVERY_PAGE["login"]).links()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("doi:10.1/a b?c", ("DOI", "10.1/a b?c", "https://doi.org/10.1/a%20b%3Fc")),
        (
            "arxiv:hep-th/9901001",
            ("arXiv", "hep-th/9901001", "https://arxiv.org/abs/hep-th/9901001"),
        ),
        (
            "orcid:0000-0002-1825-0097",
            ("ORCID", "0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"),
        ),
        (
            "pmcid:PMC5815332",
            (
                "PubMed Central",
                "PMC5815332",
                "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC5815332",
            ),
        ),
        ("acl:P19-1001", ("ACL Anthology", "P19-1001", "https://aclanthology.org/P19-1001")),
        (
            "acl:2021.acl-long.1",
            ("ACL Anthology", "2021.acl-long.1", "https://aclanthology.org/2021.acl-long.1"),
        ),
        (
            "acl:yang-liu-ict",
            ("ACL Anthology", "yang-liu-ict", "https://aclanthology.org/people/yang-liu-ict"),
        ),
        ("dblp:conf/er/X08", ("DBLP", "conf/er/X08", "https://dblp.org/rec/conf/er/X08")),
        ("isbn:123", ("isbn", "123", None)),
        ("plain", ("Identifier", "plain", None)),
    ],
)
def test_identifiers_lead_to_their_resolver(text: str, shown: tuple[str, str, str | None]) -> None:
    assert identifier(text) == shown


def test_sources_have_names() -> None:
    assert [source_name(each) for each in ("arxiv", "acl", "unheard-of")] == [
        "arXiv",
        "ACL Anthology",
        "unheard-of",
    ]
