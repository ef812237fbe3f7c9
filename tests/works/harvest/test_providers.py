"""What each provider is asked, and where its real pages lead."""

import gzip
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import orjson
import pytest

from services.works.harvest.client import Identity, retry_after
from services.works.harvest.fetching import (
    Checkpoint,
    Expired,
    Incomplete,
    Refused,
    Turn,
    Wanted,
)
from services.works.harvest.plan import MOST_JOBS, Unwanted, plan
from services.works.harvest.providers import PROVIDERS
from services.works.records import Deleted, InstitutionRecord, Record
from services.works.sources import open_source
from tests.works.harvest.oai_shelf import FIXTURES, Shelf, real_records
from tests.works.harvest.standin import Asked

SINCE, UNTIL = date(2024, 1, 1), date(2024, 1, 7)
ESEARCH = (
    b"<?xml version='1.0'?><eSearchResult><Count>900</Count><RetMax>0</RetMax>"
    b"<RetStart>0</RetStart><QueryKey>1</QueryKey><WebEnv>MCID_6742</WebEnv></eSearchResult>"
)


def fixture(name: str) -> bytes:
    data = (FIXTURES / name).read_bytes()
    return gzip.decompress(data) if name.endswith(".gz") else data


def articles(number: int) -> bytes:
    """A page of PubMed's with so many articles."""
    return b"<PubmedArticleSet>%b</PubmedArticleSet>" % (
        b"<PubmedArticle></PubmedArticle>" * number
    )


def asked(source: str, at: Checkpoint, **more: Any) -> Mapping[str, str]:
    wanted = Wanted(source, since=SINCE, until=UNTIL, **more)
    ask = PROVIDERS[source].paging.ask(wanted, at)
    return {"": ask.path, **ask.params} if ask.path else ask.params


def turn(source: str, body: bytes, at: Checkpoint | None = None) -> Turn:
    return PROVIDERS[source].paging.turn(Wanted(source), at or {}, body)


def taken(body: bytes) -> int:
    """How many records the parsers make of a page."""
    outcomes = open_source(io.BytesIO(body), "page")
    return sum(isinstance(one, Record | InstitutionRecord | Deleted) for one in outcomes)


def test_openalex_leads_on_by_its_cursor() -> None:
    page = fixture("openalex-page.json.gz")
    assert asked("openalex", {}, set="type:article") == {
        "per-page": "100",
        "cursor": "*",
        "filter": "type:article,from_publication_date:2024-01-01,to_publication_date:2024-01-07",
    }
    following = turn("openalex", page).next
    assert following is not None
    assert following["cursor"] == orjson.loads(page)["meta"]["next_cursor"]
    assert asked("openalex", following)["cursor"] == following["cursor"]
    assert taken(page) == 2
    end = orjson.dumps({"meta": {"next_cursor": "more", "count": 0}, "results": []})
    assert turn("openalex", end) == Turn(None, has_records=False)


def test_openalex_works_with_too_many_authors_are_asked_for_one_by_one() -> None:
    page = orjson.loads(fixture("openalex-page.json.gz"))
    page["results"][0]["is_authors_truncated"] = True
    found = turn("openalex", orjson.dumps(page))
    (lone,) = found.also
    assert lone.ask.path == "/" + page["results"][0]["id"].rpartition("/")[2]
    assert taken(lone.instead) == 1
    assert found.body is not None
    assert taken(found.body) == 1


def test_crossref_is_asked_for_a_day_of_updates() -> None:
    page = fixture("crossref-cursor-0.json.gz")
    assert asked("crossref", {})["filter"] == (
        "from-update-date:2024-01-01,until-update-date:2024-01-07"
    )
    assert asked("crossref", {})["cursor"] == "*"
    cursor = orjson.loads(page)["message"]["next-cursor"]
    assert turn("crossref", page).next == {"cursor": cursor, "seen": 20, "total": 454}
    assert taken(page) == 20
    with pytest.raises(Incomplete):
        turn("crossref", fixture("crossref-cursor-invalid.json"))


def test_semantic_scholar_leads_on_by_its_token() -> None:
    assert asked("semanticscholar", {}, set="kubernetes")["query"] == "kubernetes"
    assert "token" not in asked("semanticscholar", {}, set="kubernetes")
    following = turn("semanticscholar", fixture("semanticscholar-bulk-0.json")).next
    assert following is not None
    assert asked("semanticscholar", following)["token"].startswith("PCOKWV")
    assert taken(fixture("semanticscholar-bulk-1.json")) == 5


def test_datacite_leads_on_by_the_cursor_of_its_next_link() -> None:
    assert asked("datacite", {})["query"] == "updated:[2024-01-01 TO 2024-01-07]"
    following = turn("datacite", fixture("datacite-page.json")).next
    assert following == {"cursor": "MTQ1Niw3MjYx", "seen": 1, "total": 2}
    assert asked("datacite", following)["page[cursor]"] == "MTQ1Niw3MjYx"
    assert taken(fixture("datacite-page.json")) == 1


def test_pubmed_searches_then_fetches() -> None:
    assert asked("pubmed", {}) == {
        "": "/esearch.fcgi",
        "db": "pubmed",
        "term": "all[sb]",
        "usehistory": "y",
        "datetype": "mdat",
        "mindate": "2024/01/01",
        "maxdate": "2024/01/07",
        "retmax": "0",
    }
    searched = turn("pubmed", ESEARCH)
    assert searched.next is not None
    assert not searched.has_records
    assert asked("pubmed", searched.next)["WebEnv"] == "MCID_6742"
    second = turn("pubmed", articles(500), searched.next).next
    assert second is not None
    assert second["start"] == 500
    assert turn("pubmed", articles(400), second).next is None
    assert taken(fixture("pubmed-fetch.xml")) == 4
    gone = b"<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>"
    with pytest.raises(Expired):
        turn("pubmed", gone, second)


def test_the_arxiv_api_counts_entries() -> None:
    page = fixture("atom-10.xml")
    assert asked("arxiv-api", {}, set="cat:cs.CL")["search_query"] == (
        "cat:cs.CL AND submittedDate:[202401010000 TO 202401072359]"
    )
    following = turn("arxiv-api", page, {"start": 10}).next
    assert following is not None
    assert following["start"] == 20
    assert turn("arxiv-api", page, {"start": 214_871}).next is None
    empty = page[: page.index(b"<entry>")] + b"</feed>"
    with pytest.raises(Incomplete, match="empty page"):
        turn("arxiv-api", empty, {"start": 10})


def test_ror_counts_pages() -> None:
    page = fixture("ror-page.json")
    assert asked("ror", {}) == {
        "query.advanced": "admin.last_modified.date:[2024-01-01 TO 2024-01-07]",
        "page": "1",
    }
    assert taken(page) == 3
    assert turn("ror", page).next is None
    more = page.replace(b'"number_of_results": 3', b'"number_of_results": 7')
    assert turn("ror", more).next == {"page": 2, "seen": 3, "total": 7}
    assert turn("ror", more, {"page": 3, "seen": 6}).next is None


def test_single_answers_have_an_address() -> None:
    def path(source: str, part: str | None) -> str:
        return PROVIDERS[source].paging.ask(Wanted(source, part), {}).path

    assert path("orcid", "0000-0002-1825-0097") == "/0000-0002-1825-0097/record"
    assert path("acl", "2024.acl") == "/2024.acl.xml"
    assert path("acl", "../../etc") == "/..%2F..%2Fetc.xml"
    assert path("dblp", None) == "/dblp.xml.gz"
    assert path("acl-people", None) == "/people.yaml"


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("arxiv", Shelf(real_records()).answer(Asked("", {}, {}, 0)).body),
        ("arxiv-api", fixture("atom-10.xml")),
        ("openalex", fixture("openalex-page.json.gz")),
        ("crossref", fixture("crossref-cursor-1.json.gz")),
        ("datacite", fixture("datacite-page.json")),
        ("semanticscholar", fixture("semanticscholar-bulk-0.json")),
        ("pubmed", ESEARCH),
        ("ror", fixture("ror-page.json")),
    ],
)
def test_a_page_that_was_cut_anywhere_is_noticed(source: str, body: bytes) -> None:
    whole = body.rstrip()
    turn(source, whole)
    for length in range(0, len(whole) - 1, max(1, len(whole) // 50)):
        with pytest.raises((Incomplete, Refused)):
            turn(source, whole[:length])


def test_a_harvest_is_split_by_days_and_sets() -> None:
    today = date(2024, 1, 20)
    jobs = plan(Wanted("openalex", since=SINCE), PROVIDERS["openalex"], today)
    assert [(str(job.since)[5:], job.until and str(job.until)[5:]) for job in jobs] == [
        ("01-01", "01-07"),
        ("01-08", "01-14"),
        ("01-15", None),
    ]
    everything = plan(Wanted("arxiv"), PROVIDERS["arxiv"], today)
    assert [job.set for job in everything][:3] == ["cs", "econ", "eess"]
    some = plan(Wanted("arxiv", "cs, math,cs", SINCE), PROVIDERS["arxiv"], today)
    assert [(job.set, job.since) for job in some] == [("cs", SINCE), ("math", SINCE)]
    one_day = plan(Wanted("crossref", "a,b", SINCE, SINCE), PROVIDERS["crossref"], today)
    assert one_day == (Wanted("crossref", "a,b", SINCE, SINCE),)


def test_a_plan_covers_every_day_once() -> None:
    for source in ("crossref", "openalex", "arxiv-api"):
        wanted = Wanted(source, since=date(1990, 1, 1), until=date(2026, 9, 14))
        jobs = plan(wanted, PROVIDERS[source], date(2026, 9, 14))
        assert len(jobs) <= MOST_JOBS
        assert (jobs[0].since, jobs[-1].until) == (wanted.since, wanted.until)
        for job, following in pairwise(jobs):
            assert job.until is not None
            assert following.since is not None
            assert (following.since - job.until).days == 1


def test_a_plan_reaches_the_last_day_there_is() -> None:
    wanted = Wanted("openalex", since=date.min, until=date.max)
    jobs = plan(wanted, PROVIDERS["openalex"], date(2024, 1, 20))
    assert (jobs[0].since, jobs[-1].until) == (date.min, date.max)


def test_a_plan_that_makes_no_sense_is_refused() -> None:
    today = date(2024, 1, 20)
    for wanted in (
        Wanted("orcid"),
        Wanted("dblp", since=SINCE),
        Wanted("arxiv", until=UNTIL),
        Wanted("crossref", until=UNTIL),
        Wanted("crossref", since=UNTIL, until=SINCE),
        Wanted("acl", ",".join(map(str, range(MOST_JOBS + 1)))),
    ):
        with pytest.raises(Unwanted):
            plan(wanted, PROVIDERS[wanted.source], today)


def test_a_provider_is_told_who_asks_the_way_it_wants() -> None:
    keys = {"openalex": "k1", "semanticscholar": "k2"}
    identity = Identity("ops@example.org", keys, {"crossref": "http://127.0.0.1/works/"})
    assert identity.params(PROVIDERS["openalex"]) == {"mailto": "ops@example.org", "api_key": "k1"}
    assert identity.params(PROVIDERS["semanticscholar"]) == {}
    assert identity.headers(PROVIDERS["semanticscholar"])["x-api-key"] == "k2"
    assert identity.params(PROVIDERS["pubmed"]) == {"email": "ops@example.org"}
    assert identity.url(PROVIDERS["crossref"]) == "http://127.0.0.1/works"
    assert Identity().headers(PROVIDERS["arxiv"]) == {"User-Agent": "BZPEER/1.0"}


def test_retry_after_is_a_number_or_a_date() -> None:
    now = datetime(2026, 9, 14, 12, 0, tzinfo=UTC)
    assert retry_after("120", now) == 120
    assert retry_after("Mon, 14 Sep 2026 12:01:30 GMT", now) == 90
    assert retry_after("Mon, 14 Sep 2026 11:00:00 GMT", now) == 0
    assert retry_after("99999999", now) == 86_400
    assert retry_after("soon", now) is None
    assert retry_after("-5", now) is None
    assert retry_after("\u00b2", now) is None
    assert retry_after(f"Mon, {10**20} Sep 2026 11:00:00 GMT", now) is None
    assert retry_after(None, now) is None
