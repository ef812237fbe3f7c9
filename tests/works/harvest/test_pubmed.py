"""A search of PubMed that finds more than can be had of one."""

import random
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

import httpx
import pytest

from services.works.harvest.fetching import Incomplete
from tests.works.harvest.test_providers import ESEARCH
from tests.works.harvest.test_walks import walked

MOST = 9_999
LOST = b"<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>"


@dataclass
class PubMed:
    """It gives the first 9,999 records of a search, and forgets some searches."""

    pmids: list[int]
    forgets: set[int] = field(default_factory=set)
    """The numbers of the requests at which a search is lost."""
    searches: list[list[int]] = field(default_factory=list)
    asked: int = 0

    def respond(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        self.asked += 1
        if request.url.path.endswith("/efetch.fcgi"):
            if self.asked in self.forgets:
                return httpx.Response(200, content=LOST)
            start, most = int(asked["retstart"]), int(asked["retmax"])
            assert start < MOST
            return httpx.Response(200, content=page(self.found(asked)[start : start + most]))
        self.searches.append(self.within(asked["term"]))
        count = len(self.searches[-1])
        told = ESEARCH.replace(b">900<", b">%d<" % count)
        key = b"<QueryKey>%d</QueryKey>" % len(self.searches)
        return httpx.Response(200, content=re.sub(rb"<QueryKey>\d+</QueryKey>", key, told))

    def within(self, term: str) -> list[int]:
        ranged = re.fullmatch(r"\(all\[sb\]\) AND (\d+):(\d+)\[uid\]", term)
        if ranged is None:
            assert term == "all[sb]"
            return self.pmids
        first, last = map(int, ranged.groups())
        return self.pmids[bisect_left(self.pmids, first) : bisect_right(self.pmids, last)]

    def found(self, asked: httpx.QueryParams) -> list[int]:
        return self.searches[int(asked["query_key"]) - 1]


def page(pmids: list[int]) -> bytes:
    records = b"".join(b"<PubmedArticle><PMID>%d</PMID></PubmedArticle>" % pmid for pmid in pmids)
    return b"<PubmedArticleSet>" + records + b"</PubmedArticleSet>"


async def taken(pubmed: PubMed) -> list[int]:
    """The PMIDs on all pages, in their order."""
    pages = await walked("pubmed", pubmed.respond)
    bodies = [body.read() for one in pages for body in one.bodies]
    return [int(pmid) for body in bodies for pmid in re.findall(rb"<PMID>(\d+)", body)]


def drawn(seed: int, count: int, first: int, last: int) -> list[int]:
    return sorted(random.Random(seed).sample(range(first, last), count))


@pytest.mark.parametrize(
    "pmids",
    [
        [],
        drawn(1, 9_999, 1, 41_000_000),
        drawn(2, 10_000, 1, 41_000_000),
        drawn(3, 45_000, 40_000_000, 41_000_000),
        [*range(1, 12_000), *drawn(4, 15_000, 30_000_000, 30_020_000), 99_999_999],
    ],
)
async def test_every_record_of_a_search_is_had_once(pmids: list[int]) -> None:
    pubmed = PubMed(pmids)
    assert await taken(pubmed) == pmids
    assert len(pubmed.searches) <= (1 if len(pmids) <= MOST else 60)


async def test_a_search_that_is_forgotten_in_a_range_is_made_again_for_that_range() -> None:
    pmids = drawn(5, 25_000, 1, 41_000_000)
    undisturbed = PubMed(pmids)
    assert await taken(undisturbed) == pmids
    pubmed = PubMed(pmids, forgets={undisturbed.asked - 5})
    found = await taken(pubmed)
    assert sorted(set(found)) == pmids
    assert len(found) - len(pmids) < MOST
    assert len(pubmed.searches) == len(undisturbed.searches) + 1


async def test_a_search_that_no_range_makes_smaller_ends_with_the_reason() -> None:
    many = ESEARCH.replace(b">900<", b">12000<")
    with pytest.raises(Incomplete, match="12000 records under one PMID"):
        await walked("pubmed", lambda _: httpx.Response(200, content=many))
