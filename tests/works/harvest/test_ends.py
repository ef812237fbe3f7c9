"""A list that seems to end, or a page that seems to be one: when it is not believed."""

import codecs

import orjson
import pytest

from services.works.harvest.fetching import Expired, Incomplete, Refused, Wanted
from services.works.harvest.providers import PROVIDERS
from tests.works.harvest.oai_shelf import Shelf, real_records
from tests.works.harvest.standin import Asked
from tests.works.harvest.test_providers import ESEARCH, articles, fixture, turn

PAGES = {
    "openalex": (b'{"meta":{"count":%d,"next_cursor":%b},"results":[%b]}', b'{"id":"W1"}'),
    "crossref": (b'{"message":{"total-results":%d,"next-cursor":%b,"items":[%b]}}', b'{"DOI":"1"}'),
    "datacite": (
        b'{"meta":{"total":%d},"links":{"next":%b},"data":[%b]}',
        b'{"id":"10.5555/1"}',
    ),
}
CURSORS = {"datacite": b'"https://elsewhere.example/?page%5Bcursor%5D=x"'}


def page(source: str, total: int, *, leads_on: bool = True, records: int = 1) -> bytes:
    form, record = PAGES[source]
    cursor = CURSORS.get(source, b'"x"') if leads_on else b"null"
    return form % (total, cursor, b",".join([record] * records))


@pytest.mark.parametrize("source", PAGES)
def test_a_list_ends_when_what_was_told_of_is_there(source: str) -> None:
    at = turn(source, page(source, 100, records=60)).next
    assert at is not None
    for records, leads_on in ((0, True), (0, False), (20, False)):
        for total in (100, 0):
            with pytest.raises(Incomplete, match=r"ends after \d+ of 100 records"):
                turn(source, page(source, total, leads_on=leads_on, records=records), at)
    assert turn(source, page(source, 100, leads_on=False, records=40), at).next is None
    at = turn(source, page(source, 100, records=38), at).next
    assert turn(source, page(source, 100, leads_on=False, records=0), at).next is None
    assert turn(source, page(source, 0, leads_on=False, records=0)).next is None


def test_semantic_scholar_does_not_lead_on_from_nothing() -> None:
    with pytest.raises(Incomplete, match="empty page"):
        turn("semanticscholar", b'{"total": 1, "token": "T", "data": []}')
    assert turn("semanticscholar", b'{"total": 9, "token": null, "data": []}').next is None


def test_a_numbered_list_that_changed_is_begun_again() -> None:
    def ror(total: int, records: int) -> bytes:
        return orjson.dumps({"number_of_results": total, "items": [{}] * records})

    at = turn("ror", ror(50, 20)).next
    assert at is not None
    for total in (49, 0):
        with pytest.raises(Expired, match=f"50 records became {total}"):
            turn("ror", ror(total, 20), at)
    with pytest.raises(Incomplete, match="ends after 20 of 50"):
        turn("ror", ror(50, 0), at)
    with pytest.raises(Refused, match="120,000 records in one search"):
        turn("ror", ror(120_000, 20))


def test_a_search_of_arxiv_that_became_shorter_is_begun_again() -> None:
    feed = fixture("atom-10.xml")
    at = turn("arxiv-api", feed).next
    assert at is not None
    empty = feed[: feed.index(b"<entry>")] + b"</feed>"
    nothing = empty.replace(b">%d<" % at["total"], b">0<")
    assert nothing != empty
    with pytest.raises(Expired, match="became 0"):
        turn("arxiv-api", nothing, at)


def test_pubmed_in_trouble_is_asked_again() -> None:
    failed = b"<eSearchResult><ERROR>Search Backend failed: no address</ERROR></eSearchResult>"
    with pytest.raises(Incomplete, match="Search Backend failed"):
        turn("pubmed", failed)
    searched = turn("pubmed", ESEARCH).next
    for records in (0, 4, 470):
        with pytest.raises(Incomplete, match=f"ends after {records} of 500 records"):
            turn("pubmed", articles(records), searched)
    assert turn("pubmed", articles(490), searched).next is not None


def test_oai_does_not_end_in_the_middle() -> None:
    shelf = Shelf(real_records(), size=5)
    first = shelf.answer(Asked("/api", {}, {}, 0)).body
    at = turn("arxiv", first).next
    for code in ("noRecordsMatch", "badArgument", "badResumptionToken"):
        with pytest.raises(Expired, match=code):
            turn("arxiv", shelf.error(code, "no").body, at)
    start, end = first.index(b"<ListRecords>"), first.index(b"</OAI-PMH>")
    with pytest.raises(Incomplete, match="lists nothing"):
        turn("arxiv", first[:start] + first[end:])
    with pytest.raises(Incomplete, match="token cannot be read"):
        turn("arxiv", first.replace(b"</title>", b"<![CDATA[", 1), at)
    assert turn("arxiv", first.replace(b"</title>", b"</titel>", 1)).next == at


def test_a_byte_order_mark_is_no_fault() -> None:
    body = fixture("ror-page.json")
    assert turn("ror", codecs.BOM_UTF8 + body) == turn("ror", body)


def test_no_provider_is_asked_more_often_than_it_allows_anybody() -> None:
    requests_a_second = {
        "arxiv": 1 / 3,
        "crossref": 1,
        "datacite": 500 / 300,
        "semanticscholar": 1,
        "pubmed": 3,
        "ror": 50 / 300,
        "orcid": 12,
        "openalex": 100,
    }
    for name, most in requests_a_second.items():
        provider = PROVIDERS[name]
        assert provider.connections / provider.pause <= most * 1.001, name
    assert PROVIDERS["openalex"].paging.ask(Wanted("openalex"), {}).params["per-page"] == "100"
