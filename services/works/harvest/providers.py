"""Every provider that can be harvested, with its rules: the one table of them."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import orjson

from services.works.harvest.atom import Atom
from services.works.harvest.cursors import Cursor, Numbered, Single
from services.works.harvest.fetching import Ask, Lone, Provider, Wanted
from services.works.harvest.oai import Oai
from services.works.harvest.pubmed import Entrez

_OPENALEX_PAGE, _CROSSREF_PAGE, _DATACITE_PAGE, _ATOM_PAGE, _PUBMED_PAGE = 100, 500, 500, 200, 500
_S2_FIELDS = (
    "paperId,corpusId,externalIds,url,title,abstract,venue,publicationVenue,year,"
    "publicationDate,publicationTypes,journal,s2FieldsOfStudy,authors,authors.externalIds"
)


def _openalex(wanted: Wanted) -> Mapping[str, str]:
    days = _days(wanted, "from_publication_date:{}", "to_publication_date:{}")
    filters = [*filter(None, [wanted.set]), *days]
    size = {"per-page": str(_OPENALEX_PAGE)}
    return {**size, **({"filter": ",".join(filters)} if filters else {})}


def _openalex_lone(page: Any) -> tuple[bytes | None, tuple[Lone, ...]]:
    """Lists cut authorships at 100; the single record has all of them."""
    cut = [work for work in page["results"] if work.get("is_authors_truncated")]
    if not cut:
        return None, ()
    whole = [work for work in page["results"] if not work.get("is_authors_truncated")]
    return orjson.dumps({**page, "results": whole}), tuple(
        Lone(Ask(path="/" + work["id"].rpartition("/")[2]), orjson.dumps(work)) for work in cut
    )


def _crossref(wanted: Wanted) -> Mapping[str, str]:
    days = _days(wanted, "from-update-date:{}", "until-update-date:{}")
    filters = [*filter(None, [wanted.set]), *days]
    size = {"rows": str(_CROSSREF_PAGE)}
    return {**size, **({"filter": ",".join(filters)} if filters else {})}


def _datacite(wanted: Wanted) -> Mapping[str, str]:
    last = wanted.until.isoformat() if wanted.until else "*"
    changed = f"updated:[{wanted.since.isoformat()} TO {last}]" if wanted.since else None
    query = " AND ".join(filter(None, [wanted.set, changed]))
    return {"page[size]": str(_DATACITE_PAGE), **({"query": query} if query else {})}


def _datacite_next(page: Any) -> str | None:
    following = (page.get("links") or {}).get("next")
    cursors = parse_qs(urlsplit(following or "").query).get("page[cursor]")
    return cursors[0] if cursors else None


def _ror(wanted: Wanted) -> Mapping[str, str]:
    if wanted.since is None:
        return {}
    last = wanted.until.isoformat() if wanted.until else "*"
    return {"query.advanced": f"admin.last_modified.date:[{wanted.since.isoformat()} TO {last}]"}


def _semantic_scholar(wanted: Wanted) -> Mapping[str, str]:
    last = wanted.until.isoformat() if wanted.until else ""
    days = {"publicationDateOrYear": f"{wanted.since}:{last}"} if wanted.since else {}
    return {"query": wanted.set or "", "fields": _S2_FIELDS, **days}


def _days(wanted: Wanted, since: str, until: str) -> list[str]:
    pairs: list[tuple[str, date | None]] = [(since, wanted.since), (until, wanted.until)]
    return [form.format(day.isoformat()) for form, day in pairs if day is not None]


_ALL = (
    Provider(  # https://info.arxiv.org/help/oa/index.html, https://info.arxiv.org/help/api/tou.html
        name="arxiv",
        url="https://oaipmh.arxiv.org/oai",
        paging=Oai("arXiv"),
        pause=3,
        sets=("cs", "econ", "eess", "math", "physics", "q-bio", "q-fin", "stat"),
    ),
    Provider(
        name="arxiv-api",
        url="https://export.arxiv.org/api/query",
        paging=Atom(_ATOM_PAGE),
        pause=3,
        shares="arxiv",  # one connection to all of arXiv's interfaces
        window=30,
    ),
    Provider(  # https://developers.openalex.org/api-reference/authentication
        name="openalex",
        url="https://api.openalex.org/works",
        paging=Cursor(
            params=_openalex,
            parameter="cursor",
            items=lambda page: list(page["results"]),
            follow=lambda page: page["meta"]["next_cursor"],
            total=lambda page: int(page["meta"]["count"]),
            lone=_openalex_lone,
        ),
        pause=0.2,
        connections=2,
        window=7,
        busy=(403,),
        mailto="mailto",
        key="api_key",
    ),
    Provider(  # https://www.crossref.org/documentation/retrieve-metadata/rest-api/access-and-authentication/
        name="crossref",
        url="https://api.crossref.org/works",
        paging=Cursor(
            params=_crossref,
            parameter="cursor",
            items=lambda page: list(page["message"]["items"]),
            follow=lambda page: page["message"].get("next-cursor"),
            total=lambda page: int(page["message"]["total-results"]),
        ),
        pause=1,
        window=1,
        repeatable=False,  # a cursor is a place in a scroll, and moves on with every request
        mailto="mailto",
        key="header:Crossref-Plus-API-Token",
    ),
    Provider(  # https://support.datacite.org/docs/pagination, …/docs/rate-limit: 500 in 5 minutes
        name="datacite",
        url="https://api.datacite.org/dois",
        paging=Cursor(
            params=_datacite,
            parameter="page[cursor]",
            first="1",
            items=lambda page: list(page["data"]),
            follow=_datacite_next,
            total=lambda page: int(page["meta"]["total"]),
        ),
        pause=1.2,
        connections=2,
        window=7,
        mailto="mailto",
    ),
    Provider(  # https://api.semanticscholar.org/api-docs/graph#tag/Paper-Data/operation/get_graph_paper_bulk_search
        name="semanticscholar",
        url="https://api.semanticscholar.org/graph/v1/paper/search/bulk",
        paging=Cursor(
            params=_semantic_scholar,
            parameter="token",
            first=None,
            items=lambda page: list(page["data"]),
            follow=lambda page: page.get("token"),
            total=None,  # its `total` is approximate
        ),
        pause=1.1,
        window=30,
        needs_set="a search, such as `neural machine translation`",
        key="header:x-api-key",
    ),
    Provider(  # https://www.ncbi.nlm.nih.gov/books/NBK25497/
        name="pubmed",
        url="https://eutils.ncbi.nlm.nih.gov/entrez/eutils",
        paging=Entrez(_PUBMED_PAGE),
        pause=0.4,
        window=1,
        mailto="email",
        key="api_key",
    ),
    Provider(  # https://info.orcid.org/documentation/api-tutorials/api-tutorial-read-data-on-a-record/
        name="orcid",
        url="https://pub.orcid.org/v3.0",
        paging=Single(lambda wanted: Ask(path=f"/{quote(wanted.set or '', safe='')}/record")),
        pause=0.1,
        dated=False,
        needs_set="one or more ORCID iDs, separated by commas",
        key="header:Authorization",
        headers={"Accept": "application/json"},
    ),
    Provider(  # https://ror.readme.io/docs/rest-api
        name="ror",
        url="https://api.ror.org/v2/organizations",
        paging=Numbered(
            params=_ror,
            items=lambda page: list(page["items"]),
            total=lambda page: int(page["number_of_results"]),
            most=10_000,
        ),
        pause=6,  # 50 in 5 minutes, without a client id
        window=30,
        key="header:Client-Id",
    ),
    Provider(  # https://dblp.org/faq/How+can+I+download+the+whole+dblp+dataset.html
        name="dblp",
        url="https://dblp.org/xml",
        paging=Single(lambda wanted: Ask(path=f"/{quote(wanted.set or 'dblp.xml.gz', safe='')}")),
        pause=2,
        dated=False,
        whole_file=True,
        largest=8 * 2**30,
    ),
    Provider(  # https://github.com/acl-org/acl-anthology
        name="acl",
        url="https://raw.githubusercontent.com/acl-org/acl-anthology/master/data/xml",
        paging=Single(lambda wanted: Ask(path=f"/{quote(wanted.set or '', safe='')}.xml")),
        pause=0.5,
        connections=2,
        dated=False,
        needs_set="one or more collections, such as `2024.acl`, separated by commas",
        whole_file=True,
    ),
    Provider(
        name="acl-people",
        url="https://raw.githubusercontent.com/acl-org/acl-anthology/master/data/yaml",
        paging=Single(lambda wanted: Ask(path=f"/{quote(wanted.set or 'people.yaml', safe='')}")),
        pause=0.5,
        connections=2,
        shares="acl",
        dated=False,
        whole_file=True,
    ),
)
PROVIDERS: Mapping[str, Provider] = {provider.name: provider for provider in _ALL}
