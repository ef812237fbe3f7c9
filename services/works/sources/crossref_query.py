"""What Crossref's query service says of a DOI when it is not asked for the deposit (`xsd_xml`).

Format: https://www.crossref.org/documentation/schema-library/xml-schema/query-schema/.
"""

from collections.abc import Iterator

from lxml import etree

from services.works.records import Outcome
from services.works.sources.build import build
from services.works.sources.crossref_people import authors_of
from services.works.sources.kinds import kind
from services.works.sources.markup import inner, plain_of
from services.works.sources.values import iso_parts
from services.works.sources.xml import text_of

_TYPES = {
    "book_title": "book",
    "book_content": "chapter",
    "conference_title": "proceedings",
    "standard_title": "standard",
    "report-paper_content": "report",
}
_TITLES = ("article_title", "volume_title")
_VENUES = ("journal_title", "volume_title", "series_title")


def brief(query: etree._Element, feed: str, doi: str, type_: str) -> Iterator[Outcome]:
    """The work of a resolved query. Nobody says that its contributors are all of them."""
    told = {name: query.find(f"{{*}}{name}") for name in {*_TITLES, *_VENUES}}
    title = next((told[name] for name in _TITLES if text_of(told[name])), None)
    venue = next((told[n] for n in _VENUES if text_of(told[n]) and told[n] is not title), None)
    yield from build(
        source="crossref",
        feed=feed,
        record_id=doi,
        url=f"https://doi.org/{doi}",
        title="" if title is None else inner(title),
        type=_TYPES.get(type_) or kind(type_),
        when=iso_parts(text_of(query.find("{*}year"))),
        venue=plain_of(venue) or None,
        authors=list(authors_of(query.iterfind("{*}contributors/*"))),
        authors_complete=False,
        doi=doi,
    )
