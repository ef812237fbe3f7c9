"""View models in, the bytes of a page out. Nothing is read from disk after the import."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.gateway.pages.view import (
    GraphNode,
    GraphSlice,
    Holdings,
    NodeKind,
    ResearcherList,
    ResearcherProfile,
    TopicDetail,
    Work,
    WorkDetail,
    researcher_path,
)

HERE = Path(__file__).parent
STATIC = HERE / "static"
"""Served under /static/."""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What every page is made to live under."""

DEPTHS = (1, 2)
KINDS: dict[NodeKind, str] = {"author": "Researchers", "work": "Works", "topic": "Topics"}


class Identifier(NamedTuple):
    label: str
    value: str
    url: str | None


RESOLVERS = {
    "doi": ("DOI", "https://doi.org/"),
    "arxiv": ("arXiv", "https://arxiv.org/abs/"),
    "acl": ("ACL Anthology", "https://aclanthology.org/"),
    "orcid": ("ORCID", "https://orcid.org/"),
}


def researcher_page(
    profile: ResearcherProfile, *, base_url: str, works_cursor: str | None = None
) -> bytes:
    """The profile. ``works_cursor`` says that its works do not begin with the newest."""
    return _page(
        "researcher.html",
        base_url,
        profile.links.html,
        profile=profile,
        works_cursor=works_cursor,
        linked_data=_profile_linked_data(profile, base_url),
    )


def start_page(
    *, base_url: str, holdings: Holdings, query: str = "", results: ResearcherList | None = None
) -> bytes:
    """The search, and what it found once something was asked for."""
    return _page("start.html", base_url, "/", holdings=holdings, query=query, results=results)


def explorer_page(
    graph: GraphSlice,
    *,
    base_url: str,
    name: str,
    depth: int = 1,
    kinds: Iterable[NodeKind] = tuple(KINDS),
) -> bytes:
    """The research graph around the researcher called ``name``, as lists and as a drawing."""
    page = researcher_path(graph.center)
    return _page(
        "explorer.html",
        base_url,
        f"{page}/graph",
        graph=graph,
        name=name,
        profile_path=page,
        depth=depth,
        depths=DEPTHS,
        kinds=tuple(kinds),
        data=graph.model_dump(mode="json"),
        titles=KINDS,
        listings=_listings(graph),
    )


def work_page(work: WorkDetail, *, base_url: str) -> bytes:
    return _page(
        "work.html",
        base_url,
        work.url,
        work=work,
        linked_data={"@context": "https://schema.org", **_article(work, base_url)},
    )


def topic_page(topic: TopicDetail, researchers: ResearcherList, *, base_url: str) -> bytes:
    return _page("topic.html", base_url, topic.url, topic=topic, researchers=researchers)


def login_page(*, base_url: str, next_path: str = "/") -> bytes:
    """Says that there is no signing in yet, with the way back to ``next_path``."""
    return _page("login.html", base_url, "/login", next_path=local_path(next_path))


def error_page(
    status: int, title: str, detail: str = "", *, base_url: str, trace_id: str | None = None
) -> bytes:
    """What an RFC 9457 problem says, for people."""
    return _page(
        "error.html",
        base_url,
        None,
        status=status,
        retry=status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE),
        title=title,
        detail=detail,
        trace_id=trace_id,
    )


def local_path(path: str) -> str:
    """``path`` when it stays on this site, else the start page: nobody is sent elsewhere."""
    plain = path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"


# What the templates call.


def _plural(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _day(moment: date) -> str:
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _time(moment: date) -> Markup:
    if isinstance(moment, datetime):
        moment = moment.replace(microsecond=0)
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), _day(moment))


def _web(url: str | None) -> str | None:
    """``url`` when it leads to a web page: what a source calls a link may be anything."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def _identifier(text: str) -> Identifier:
    scheme, _, value = text.partition(":")
    if scheme not in RESOLVERS or not value:
        return Identifier(scheme if value else "Identifier", value or text, None)
    label, resolver = RESOLVERS[scheme]
    return Identifier(label, value, resolver + quote(value, safe="/:;().-_"))


def _host(url: str) -> str:
    return urlsplit(url).netloc.removeprefix("www.")


def _with_query(path: str, **parameters: str | int) -> str:
    return f"{path}?{urlencode(parameters)}"


def _static_addresses() -> dict[str, str]:
    """Address of each static file; its hash lets it be cached for ever."""
    return {
        file.name: f"/static/{file.name}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
        for file in sorted(STATIC.iterdir())
        if file.is_file()
    }


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    environment.filters.update(
        plural=_plural, time=_time, web=_web, identifier=_identifier, host=_host
    )
    environment.globals.update(static=_static_addresses(), with_query=_with_query)
    for name in environment.list_templates():
        environment.get_template(name)
    return environment


ENVIRONMENT = _environment()


def _page(template: str, base_url: str, path: str | None, /, **context: Any) -> bytes:
    base_url = base_url.rstrip("/")
    canonical = None if path is None else base_url + path
    return ENVIRONMENT.get_template(template).render(canonical=canonical, **context).encode()


# Linked data, https://schema.org.


def _profile_linked_data(profile: ResearcherProfile, base_url: str) -> dict[str, Any]:
    base_url = base_url.rstrip("/")
    page = base_url + profile.links.html
    person: dict[str, Any] = {
        "@type": "Person",
        "@id": f"{page}#person",
        "name": profile.name,
        "url": page,
        "description": profile.tagline,
        "jobTitle": profile.role,
    }
    if profile.names:
        person["alternateName"] = list(profile.names)
    if profile.identifiers:
        person["identifier"] = list(profile.identifiers)
    same = [url for _, _, url in map(_identifier, profile.identifiers) if url]
    if same:
        person["sameAs"] = same
    if profile.affiliation.value and profile.affiliation.status != "withheld":
        person["affiliation"] = {"@type": "Organization", "name": profile.affiliation.value}
    if profile.topics:
        person["knowsAbout"] = [topic.name for topic in profile.topics]
    about = {
        "@type": "ProfilePage",
        "@id": page,
        "url": page,
        "dateModified": profile.updated_at.isoformat(),
        "mainEntity": {"@id": person["@id"]},
        "hasPart": [{"@id": f"{base_url}{work.url}#work"} for work in profile.works],
    }
    works = [_article(work, base_url) for work in profile.works]
    return {"@context": "https://schema.org", "@graph": [about, person, *works]}


def _article(work: Work, base_url: str) -> dict[str, Any]:
    base_url = base_url.rstrip("/")
    article: dict[str, Any] = {
        "@type": "ScholarlyArticle",
        "@id": f"{base_url}{work.url}#work",
        "url": base_url + work.url,
        "headline": work.title,
        "name": work.title,
        "author": [
            {"@type": "Person", "name": author.name}
            | ({"@id": f"{base_url}{author.url}#person"} if author.url else {})
            for author in work.authors
        ],
    }
    if work.year is not None:
        article["datePublished"] = str(work.year)
    if work.abstract:
        article["abstract"] = work.abstract
    if work.venue:
        article["isPartOf"] = {"@type": "PublicationIssue", "name": work.venue}
    if work.identifiers:
        article["identifier"] = list(work.identifiers)
    same = [url for _, _, url in map(_identifier, work.identifiers) if url]
    if same:
        article["sameAs"] = same
    if work.standing != "current":
        article["creativeWorkStatus"] = work.standing
    return article


# The graph as lists.


class Row(NamedTuple):
    node: GraphNode
    connections: int
    weight: float | None
    """Collaboration weight with the researcher in the middle."""


class Listing(NamedTuple):
    kind: NodeKind
    title: str
    rows: list[Row]


def _listings(graph: GraphSlice) -> list[Listing]:
    """The nodes around the one in the middle, the closest first, by kind."""
    connections = Counter(end for edge in graph.edges for end in (edge.source, edge.target))
    weights = {
        edge.target if edge.source == graph.center else edge.source: edge.weight
        for edge in graph.edges
        if edge.kind == "collaborated" and graph.center in (edge.source, edge.target)
    }
    rows = sorted(
        (
            Row(node, connections[node.id], weights.get(node.id))
            for node in graph.nodes
            if node.id != graph.center
        ),
        key=lambda row: (-(row.weight or 0), -row.connections, row.node.label),
    )
    listings = [
        Listing(kind, title, [row for row in rows if row.node.kind == kind])
        for kind, title in KINDS.items()
    ]
    return [listing for listing in listings if listing.rows]
