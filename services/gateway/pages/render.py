"""View models in, the bytes of a page out. Nothing is read from disk after the import.

``base_url`` is where the site is reached, without a final slash.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from chassis.problems import Problem
from contracts.history import TrustHistory
from contracts.people.access import ALL_SCOPES
from services.gateway.pages import words
from services.gateway.pages.identifiers import identifier
from services.gateway.pages.linked_data import profile_linked_data, work_linked_data
from services.gateway.pages.listings import KINDS, listings
from services.gateway.pages.view.graph import GraphSlice, NodeKind
from services.gateway.pages.view.lists import (
    Holdings,
    InstitutionDetail,
    ResearcherList,
    TopicDetail,
)
from services.gateway.pages.view.paths import researcher_path
from services.gateway.pages.view.profile import ResearcherProfile
from services.gateway.pages.view.works import WorkDetail
from services.gateway.pages.viewer import Viewer

HERE = Path(__file__).parent
STATIC = HERE / "static"
"""Served under /static/."""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What every page is made to live under."""

DEPTHS = (1, 2)


def researcher_page(
    profile: ResearcherProfile,
    *,
    base_url: str,
    works_cursor: str | None = None,
    viewer: Viewer | None = None,
    problem: Problem | None = None,
    form: Mapping[str, Any] | None = None,
) -> bytes:
    """The profile. ``works_cursor`` says that its works do not begin with the newest.

    ``problem`` is what was wrong with the ``form`` that was sent from it.
    """
    return _page(
        "researcher.html",
        base_url,
        profile.links.html,
        viewer,
        profile=profile,
        works_cursor=works_cursor,
        problem=problem,
        form=form or {},
        linked_data=profile_linked_data(profile, base_url),
    )


def start_page(
    *,
    base_url: str,
    holdings: Holdings,
    query: str = "",
    results: ResearcherList | None = None,
    viewer: Viewer | None = None,
) -> bytes:
    """The search, and what it found once something was asked for."""
    return _page(
        "start.html", base_url, "/", viewer, holdings=holdings, query=query, results=results
    )


def explorer_page(
    graph: GraphSlice,
    *,
    base_url: str,
    name: str,
    depth: int = 1,
    kinds: Iterable[NodeKind] = tuple(KINDS),
    viewer: Viewer | None = None,
) -> bytes:
    """The research graph around the researcher called ``name``, as lists and as a drawing."""
    page = researcher_path(graph.center)
    return _page(
        "explorer.html",
        base_url,
        f"{page}/graph",
        viewer,
        graph=graph,
        name=name,
        profile_path=page,
        depth=depth,
        depths=DEPTHS,
        kinds=tuple(kinds),
        data=graph.model_dump(mode="json"),
        titles=KINDS,
        listings=listings(graph),
    )


def trust_page(
    profile: ResearcherProfile,
    history: TrustHistory | None,
    *,
    base_url: str,
    viewer: Viewer | None = None,
) -> bytes:
    """Every part of a score and every change of it; ``history`` is ``None`` while it is away."""
    path = f"{profile.links.html}/trust"
    return _page("trust.html", base_url, path, viewer, profile=profile, history=history)


def work_page(work: WorkDetail, *, base_url: str, viewer: Viewer | None = None) -> bytes:
    return _page(
        "work.html",
        base_url,
        work.url,
        viewer,
        work=work,
        linked_data=work_linked_data(work, base_url),
    )


def topic_page(
    topic: TopicDetail,
    researchers: ResearcherList,
    *,
    base_url: str,
    viewer: Viewer | None = None,
) -> bytes:
    return _page("topic.html", base_url, topic.url, viewer, topic=topic, researchers=researchers)


def institution_page(
    institution: InstitutionDetail,
    researchers: ResearcherList,
    *,
    base_url: str,
    viewer: Viewer | None = None,
) -> bytes:
    """Who is affiliated with an institution."""
    return _page(
        "institution.html",
        base_url,
        institution.url,
        viewer,
        institution=institution,
        researchers=researchers,
    )


def personal_page(template: str, *, base_url: str, viewer: Viewer | None, **context: Any) -> bytes:
    """A page for one person alone."""
    return _page(template, base_url, None, viewer, **context)


def error_page(
    status: int, title: str, detail: str = "", *, base_url: str, trace_id: str | None = None
) -> bytes:
    """What an RFC 9457 problem says, for people."""
    return _page(
        "error.html",
        base_url,
        None,
        None,
        status=status,
        retry=status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE),
        title=title,
        detail=detail,
        trace_id=trace_id,
    )


# What the templates call.


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _plural(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"


def _day(moment: date) -> str:
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def _time(moment: date) -> Markup:
    if isinstance(moment, datetime):
        moment = moment.replace(microsecond=0)
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), _day(moment))


def _web(url: str | None) -> str | None:
    """``url`` when it leads to a web page: what a source calls a link may be anything."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def _site(url: str) -> str:
    """What people read of a link: without the protocol and a final slash."""
    return url.split("://", 1)[-1].removeprefix("www.").rstrip("/")


def _with_query(path: str, **parameters: str | int) -> str:
    return f"{path}?{urlencode(parameters, safe='/:')}"


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
        plural=_plural, time=_time, web=_web, site=_site, identifier=identifier
    )
    environment.filters.update(in_words=words.in_words)
    environment.globals.update(static=_static_addresses(), with_query=_with_query)
    environment.globals.update(words=words, scopes=ALL_SCOPES)
    for name in environment.list_templates():
        environment.get_template(name)
    return environment


ENVIRONMENT = _environment()


def _page(
    template: str, base_url: str, path: str | None, viewer: Viewer | None, /, **context: Any
) -> bytes:
    canonical = None if path is None else base_url + path
    page = ENVIRONMENT.get_template(template)
    always = {"canonical": canonical, "viewer": viewer, "site_address": base_url}
    return page.render({"problem": None, "form": {}, **always, **context}).encode()
