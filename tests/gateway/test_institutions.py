"""Where researchers work, as far as that is sure: on their page, on its own page, in the search."""

from collections.abc import AsyncIterator

import httpx
import pytest

from contracts.events.works import Affiliation, Institution
from tests.gateway.asking import HTML
from tests.gateway.told import person, tell
from tests.support import System, client

HARBIN = Institution(
    ror="https://ror.org/01yqg2h08",
    name="Harbin <Institute> of Technology",
    country="CN",
    domains=("hit.edu.cn",),
)
SURE = Affiliation(
    printed="HIT", institution=HARBIN, first_year=2019, last_year=2021, sources=("acl", "arxiv")
)
PRINTED = Affiliation(printed="Somewhere, Mars", last_year=2020, sources=("arxiv",))


@pytest.fixture(scope="module")
async def http(databases: System) -> AsyncIterator[httpx.AsyncClient]:
    ada, bob = person("Ada", "W1"), person("Bob", "W2")
    sure = {"affiliations": ("HIT",), "affiliated": (SURE,), "institutions": (HARBIN,)}
    await tell(databases, "Aada", ada.model_copy(update=sure))
    raw = {"affiliations": ("Somewhere, Mars",), "affiliated": (PRINTED,)}
    await tell(databases, "Abob", bob.model_copy(update=raw))
    async with client(databases.app("gateway")) as made:
        yield made


async def test_an_affiliation_says_since_when_and_from_where(http: httpx.AsyncClient) -> None:
    said = (await http.get("/api/v1/researchers/Aada")).json()["affiliation"]
    assert said["value"] == HARBIN.name
    assert (said["years"], said["source"]) == ("2019–2021", "ACL Anthology, arXiv")
    page = (await http.get("/researchers/Aada", headers=HTML)).text
    assert "Harbin &lt;Institute&gt; of Technology" in page
    assert 'href="/institutions/01yqg2h08"' in page


async def test_all_affiliations_are_there_newest_first(databases: System) -> None:
    told = {"affiliations": ("HIT", "Somewhere, Mars"), "affiliated": (SURE, PRINTED)}
    moved = person("Eve", "W3").model_copy(update=told)
    await tell(databases, "Aeve", moved)
    async with client(databases.app("gateway")) as http:
        data = (await http.get("/api/v1/researchers/Aeve")).json()
        page = (await http.get("/researchers/Aeve", headers=HTML)).text
        alone = (await http.get("/researchers/Abob", headers=HTML)).text
    said = [(one["value"], one["years"], one["source"]) for one in data["affiliations"]]
    assert said == [
        (HARBIN.name, "2019–2021", "ACL Anthology, arXiv"),
        ("Somewhere, Mars", "2020", "arXiv"),
    ]
    assert data["affiliation"] == data["affiliations"][0]
    more = "All affiliations that sources give"
    assert page.index(more) < page.index("Somewhere, Mars")
    assert more not in alone


async def test_what_is_not_sure_is_shown_as_printed(http: httpx.AsyncClient) -> None:
    said = (await http.get("/api/v1/researchers/Abob")).json()["affiliation"]
    assert (said["value"], said["years"], said["url"]) == ("Somewhere, Mars", "2020", None)


async def test_an_institution_has_a_page_and_finds_its_people(http: httpx.AsyncClient) -> None:
    page = (await http.get("/institutions/01yqg2h08", headers=HTML)).text
    assert "1 researcher" in page
    assert "/researchers/Aada" in page
    assert "/researchers/Abob" not in page
    assert (await http.get("/institutions/nowhere")).status_code == 404
    for institution in ("01yqg2h08", HARBIN.ror):
        found = await http.get("/api/v1/researchers", params={"institution": institution})
        assert [each["id"] for each in found.json()["items"]] == ["Aada"]
