"""Crossref's deposits as its XML API and doi.org hand them out.

That is unixref, alone or with a query result around it (unixsd).
Format: https://www.crossref.org/documentation/retrieve-metadata/xml-api/.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from contracts.events.works import Standing
from services.works.records import Outcome, Rejected, RelationKind
from services.works.sources.build import build
from services.works.sources.crossref import RELATIONS, UPDATES, WITHDRAWALS, earliest
from services.works.sources.crossref_people import are_all, authors_of, investigators_of
from services.works.sources.crossref_query import brief
from services.works.sources.kinds import CONTAINERS, kind
from services.works.sources.markup import inner, plain_of
from services.works.sources.text import quoted, with_subtitle
from services.works.sources.values import first, instant, iso_parts, language, target
from services.works.sources.xml import read, root_tag, text_of

FEED = "crossref-unixsd"
ABOUT = "Crossref deposits (unixsd or unixref XML)"

_RESULT = tuple(f"{{http://www.crossref.org/qrschema/{v}}}" for v in ("2.0", "3.0"))
_UNIXREF = ("", *(f"{{http://www.crossref.org/xschema/{v}}}" for v in ("1.0", "1.1")))
_ROOTS = (*(f"{r}crossref_result" for r in _RESULT), *(f"{u}doi_records" for u in _UNIXREF))
_RECORDS = (*(f"{r}query" for r in _RESULT), *(f"{u}doi_record" for u in _UNIXREF))
_PATHS = (  # the innermost first: an article stands beside the issue and the journal it is in
    ("journal", ("journal_article",), "article"),
    ("conference", ("conference_paper",), "proceedings-article"),
    ("conference", ("proceedings_metadata", "proceedings_series_metadata"), "proceedings"),
    ("book", ("content_item",), "chapter"),
    ("book", ("book_metadata", "book_series_metadata", "book_set_metadata"), "book"),
    ("report-paper", ("content_item",), "report"),
    ("report-paper", ("report-paper_metadata", "report-paper_series_metadata"), "report"),
    ("standard", ("standard_metadata",), "standard"),
    ("database", ("dataset", "database_metadata"), "dataset"),
    ("dissertation", (), "thesis"),
    ("posted_content", (), "preprint"),
    ("peer_review", (), "review"),
    ("grant", (), "grant"),
)
_DATES = (
    "publication_date",
    "posted_date",
    "approval_date",
    "review_date",
    "database_date/{*}publication_date",
)
_AROUND = (  # what a work is in tells its day when it does not itself
    "journal/{*}journal_issue",
    "conference/{*}proceedings_metadata",
    "conference/{*}proceedings_series_metadata",
    "book/{*}book_metadata",
    "book/{*}book_series_metadata",
    "book/{*}book_set_metadata",
    "report-paper/{*}report-paper_metadata",
    "database/{*}database_metadata",
)
_VENUES = (
    "journal/journal_metadata/full_title",
    "conference/proceedings_metadata/proceedings_title",
    "conference/proceedings_series_metadata/proceedings_title",
    "book/book_metadata/titles/title",
    "book/book_series_metadata/titles/title",
    "posted_content/institution/institution_name",
    "dissertation/institution/institution_name",
    "database/database_metadata/titles/title",
)
_UPDATES = ".//{*}updates/{*}update"
_RELATIONS = {re.sub(r"-(\w)", lambda found: found[1].upper(), n): k for n, k in RELATIONS.items()}
"""As the REST API has them, in the XML's way of writing: `isPreprintOf`."""
_CLAIMED: dict[str, RelationKind] = {
    "isPreprintOf": "has-preprint",
    "hasPreprint": "is-preprint-of",
    "isVersionOf": "has-version",
    "hasVersion": "is-version-of",
    "isSameAs": "is-version-of",
    "isIdenticalTo": "is-version-of",
    "isVariantFormOf": "has-version",
    "isOriginalFormOf": "is-version-of",
}


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is an answer of Crossref's XML API."""
    return root_tag(head) in _ROOTS


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """The works of an answer, in its order."""
    return read(stream, name, _RECORDS, _answer)


def _answer(answer: etree._Element, place: str) -> Iterator[Outcome]:
    """What a query of unixsd or a record of unixref says."""
    of = answer.find("{*}doi")
    deposit = answer.find("{*}doi_record/{*}crossref")
    if deposit is None:
        deposit = answer.find("{*}crossref")
    found = None if deposit is None else _work(deposit)
    written = text_of(of)
    if not written and found is not None:
        written = text_of(found[0].find("{*}doi_data/{*}doi"))
    if not written.startswith("10."):
        silent = deposit is not None and deposit.find("{*}error") is None
        told = f"Crossref has no such record: {quoted(_told(answer))}"
        yield Rejected(place, "holds no work" if silent else told)
        return
    doi = written.lower()
    of_type = "" if of is None else of.get("type", "")
    if deposit is None or found is None:
        if of_type in CONTAINERS:
            yield Rejected(doi, f"describes {CONTAINERS[of_type]}")
        elif deposit is not None:
            yield Rejected(doi, "holds no work")
        elif answer.get("status") == "resolved":
            yield from brief(answer, FEED, doi, of_type)
        else:
            yield Rejected(doi, f"Crossref has no such record: {quoted(_told(answer))}")
        return
    work, type_ = found
    title = _title(work)
    contributors = work if (listed := work.find("{*}contributors")) is None else listed
    relations = list(_relations(answer, work, doi))
    standing, note = _standing(work, doi)
    when = _when(deposit, work)
    authors = list(investigators_of(work) if type_ == "grant" else authors_of(contributors))
    yield from build(
        source="crossref",
        feed=FEED,
        record_id=doi,
        url=f"https://doi.org/{doi}",
        title=title,
        abstract=_abstract(work),
        type="erratum" if _is_notice(relations) else type_,
        when=when,
        modified=instant(_item(answer, "last-update") or answer.get("timestamp", "")),
        venue=_venue(deposit, work) or _server(answer, work),
        language=_language(deposit, work),
        authors=authors,
        authors_complete=are_all(authors, when),
        doi=doi,
        relations=relations,
        standing=standing,
        standing_note=note,
    )


def _told(answer: etree._Element) -> str:
    """Why an answer holds no record, in Crossref's words."""
    told = (answer.find("{*}msg"), answer.find("{*}crossref/{*}error"))
    return first(map(text_of, told)) or answer.get("status", "") or "no DOI"


def _work(deposit: etree._Element) -> tuple[etree._Element, str] | None:
    """The element that describes the work, and the type it tells."""
    for outer, inside, type_ in _PATHS:
        container = deposit.find(f"{{*}}{outer}")
        if container is None:
            continue
        if outer == "posted_content":
            type_ = kind(container.get("type", "") or "preprint")
        if not inside:
            return container, type_
        for name in inside:
            work = container.find(f"{{*}}{name}")
            if work is not None:
                part = work.get("component_type", "") if outer == "book" else ""
                return work, kind(part, type_)
    return None


def _language(deposit: etree._Element, work: etree._Element) -> str | None:
    """Of the work, or of what it is in, as the REST API has it."""
    told = (element.get("language", "") for element in (work, deposit[0], *deposit[0]))
    return first(map(language, told))


def _title(work: etree._Element) -> str:
    """As the REST API has it: the title in the journal's language, or else in the work's own."""
    titles = work.find("{*}titles")
    if titles is None:
        named = (work.find("{*}proceedings_title"), work.find("{*}project/{*}project-title"))
        return first(map(text_of, named)) or ""
    names = ("title", "original_language_title", "subtitle")
    main, original, sub = (titles.find(f"{{*}}{name}") for name in names)
    title = main if text_of(main) else original
    return with_subtitle(*("" if part is None else inner(part) for part in (title, sub)))


def _abstract(work: etree._Element) -> str:
    """The first abstract for scholars; one for laypeople has a type."""
    abstracts = [*work.iterfind("{*}abstract"), *work.iterfind("{*}project/{*}description")]
    plain = [a for a in abstracts if not a.get("abstract-type")]
    return next((inner(a) for a in plain or abstracts), "")


def _when(deposit: etree._Element, work: etree._Element) -> list[int | None]:
    """The earliest date of publication, as Crossref's `issued` is."""
    around = (part for path in _AROUND for part in deposit.iterfind(f"{{*}}{path}"))
    awarded = iso_parts(text_of(work.find("{*}award-start-date")))
    return next(filter(None, map(_earliest, (work, *around))), awarded)


def _earliest(element: etree._Element) -> list[int | None]:
    found = (date for name in _DATES for date in element.iterfind(f"{{*}}{name}"))
    return earliest(map(_parts, found))


def _parts(date: etree._Element) -> list[int | None]:
    numbers: list[int | None] = []
    for name in ("year", "month", "day"):
        text = text_of(date.find(f"{{*}}{name}"))
        if not text.isdecimal() or len(text) > 4:
            break
        numbers.append(int(text))
    return numbers


def _venue(deposit: etree._Element, work: etree._Element) -> str | None:
    for path in _VENUES:
        found = deposit.find("/".join(f"{{*}}{name}" for name in path.split("/")))
        if found is not None and not _is_inside(found, work) and text_of(found):
            return plain_of(found)
    return None


def _server(answer: etree._Element, work: etree._Element) -> str | None:
    """Who posts the preprints of a group, which is named by its subject."""
    return None if work.find("{*}group_title") is None else _item(answer, "publisher-name") or None


def _is_inside(element: etree._Element, work: etree._Element) -> bool:
    """Whether it is the work's own title."""
    parent = element.getparent()
    return parent is not None and etree.QName(parent).localname == "titles" and (
        parent.getparent() is work
    )  # fmt: skip


def _relations(
    answer: etree._Element, work: etree._Element, doi: str
) -> Iterator[tuple[RelationKind, str | None]]:
    for relation in work.iter("{*}intra_work_relation", "{*}inter_work_relation"):
        kind_ = _RELATIONS.get(relation.get("relationship-type", ""))
        if kind_:
            yield kind_, target(relation.get("identifier-type", ""), text_of(relation))
    for update in work.iterfind(_UPDATES):
        kinds = UPDATES.get(update.get("type", "").lower())
        if kinds and text_of(update).lower() != doi:
            yield kinds[0], target("doi", text_of(update))
    for item in answer.iterfind("{*}crm-item[@name='relation']"):  # what others say of it
        kind_ = _CLAIMED.get(item.get("claim", ""))
        if kind_:
            yield kind_, target(item.get("type", ""), text_of(item))


def _is_notice(relations: list[tuple[RelationKind, str | None]]) -> bool:
    return any(kind_ in ("retraction-of", "correction-of") for kind_, _ in relations)


def _standing(work: etree._Element, doi: str) -> tuple[Standing, str | None]:
    """What a work says of itself: some are replaced by their notice."""
    for update in work.iterfind(_UPDATES):
        type_ = update.get("type", "").lower()
        if type_ in WITHDRAWALS and text_of(update).lower() == doi:
            return WITHDRAWALS[type_], f"{type_.capitalize()}: https://doi.org/{doi}"
    return "current", None


def _item(answer: etree._Element, name: str) -> str:
    return text_of(answer.find(f"{{*}}crm-item[@name='{name}']"))
