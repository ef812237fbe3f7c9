"""PubMed: its baseline and update files, and answers of EFetch (XML).

Format: https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from lxml import etree

from contracts.events.works import Authorship, Institution, Subject
from services.works.records import Deleted, Outcome, Rejected, RelationKind
from services.works.sources.build import build
from services.works.sources.markup import inner, plain_of, without_full_stop
from services.works.sources.people import affiliated, author
from services.works.sources.text import first_doi
from services.works.sources.values import arxiv_id, digits, first, language, orcid, pmcid, ror
from services.works.sources.xml import read, root_tag, text_of

FEED = "pubmed"
ABOUT = "PubMed articles (XML)"

_DELETIONS = ("DeleteCitation", "DeleteDocument")  # of articles, of books
_ENTRIES = ("PubmedArticle", "PubmedBookArticle", "MedlineCitation", *_DELETIONS)
_ROOTS = ("PubmedArticleSet", "PubmedBookArticleSet", "MedlineCitationSet", *_ENTRIES)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_TYPES = (  # by the UI of the publication type; the first that an article has counts
    ("D016441", "article"),  # Retracted Publication
    ("D016440", "erratum"),  # Retraction of Publication
    ("D016425", "erratum"),  # Published Erratum
    ("D000076942", "preprint"),  # Preprint
    ("D016422", "letter"),  # Letter
    ("D016421", "editorial"),  # Editorial
    ("D064886", "dataset"),  # Dataset
)
_UIS = {  # of those types, by the names that older answers give alone
    "retracted publication": "D016441",
    "retraction of publication": "D016440",
    "published erratum": "D016425",
    "letter": "D016422",
    "editorial": "D016421",
}
_RELATIONS: dict[str, RelationKind] = {
    "RetractionOf": "retraction-of",
    "RetractionIn": "retracted-by",
    "ErratumFor": "correction-of",
    "ErratumIn": "corrected-by",
    "UpdateOf": "is-version-of",
    "UpdateIn": "has-version",
}
_RETRACTED = "D016441"
_PREPRINT = "D000076942"
_INITIAL = re.compile(r"\b[A-Z]\b")
_SERVER = re.compile(  # begins where a preprint was posted
    r"(?:bioRxiv|medRxiv|arXiv|ChemRxiv|PsyArXiv|Res(?:earch)? Sq|SSRN|Preprints)\b", re.I
)
_NO_TITLE = re.compile(r"\[?not available\]?\.?", re.I)
_NOTE = re.compile(
    r"(?<=\S)\s*(?:\(author's transl\)|\[(?:proceedings|letter|editorial)\])\.?$", re.I
)


def recognises(head: bytes) -> bool:
    """Whether a file that begins so comes from PubMed."""
    return root_tag(head) in _ROOTS


def parse(stream: BinaryIO, name: str = FEED) -> Iterator[Outcome]:
    """The articles and deletions, in their order."""
    return read(stream, name, _ENTRIES, _entry, {})


def _entry(entry: etree._Element, place: str) -> Iterator[Outcome]:
    if entry.tag in _DELETIONS:
        for pmid in entry.iterfind("PMID"):
            yield Deleted(source="pubmed", feed=FEED, record_id=text_of(pmid))
        return
    book = entry.tag == "PubmedBookArticle"
    whole = entry.tag == "MedlineCitation"  # as the baselines until 2016 had it
    citation = entry if whole else entry.find("BookDocument" if book else "MedlineCitation")
    article = citation if book or citation is None else citation.find("Article")
    record_id = "" if citation is None else text_of(citation.find("PMID"))
    if citation is None or article is None or not record_id.isdecimal():
        yield Rejected(record_id or place, "has no article or no PMID")
        return
    types = {
        t.get("UI") or _UIS.get(text_of(t).lower(), "")
        for t in article.iterfind(".//PublicationType")
    }
    retracted = _RETRACTED in types
    whole_book = book and not text_of(article.find("ArticleTitle"))
    lists = list(article.iterfind("Book/AuthorList" if whole_book else "AuthorList"))
    people = [x for x in lists if x.get("Type", "authors") == "authors"]
    yield from build(
        source="pubmed",
        feed=FEED,
        record_id=record_id,
        version=_version(citation),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{record_id}/",
        title=_title(article),
        abstract=_abstract(article) or _other_abstract(citation),
        type=_type(types, book=book, whole=whole_book),
        when=_when(article),
        modified=_revised(citation),
        venue=_venue(article),
        language=language(text_of(article.find("Language"))),
        authors=[_author(a) for x in people for a in x.iterfind("Author") if _is_valid(a)],
        authors_complete=all(x.get("CompleteYN", "Y") == "Y" for x in people),
        subjects=tuple(_subjects(citation)),
        doi=_doi(entry, article),
        identifiers=_identifiers(entry, record_id),
        relations=_relations(citation, is_preprint=_PREPRINT in types),
        standing="retracted" if retracted else "current",
        standing_note=_notice(citation) if retracted else None,
    )


def _version(citation: etree._Element) -> int | None:
    """Of an article that is published in versions; most have one."""
    pmid = citation.find("PMID")
    written = "" if pmid is None else pmid.get("Version", "")
    return int(written) if re.fullmatch(r"[1-9]\d{0,3}", written) else None


def _type(types: set[str], *, book: bool, whole: bool) -> str:
    if book:
        return "book" if whole else "chapter"
    return next((type_ for ui, type_ in _TYPES if ui in types), "article")


def _title(article: etree._Element) -> str:
    """The title; a translated one stands in brackets, and the original beside it is as printed.

    A title without brackets is the original, and what stands beside it is a translation.
    """
    title = article.find("ArticleTitle")
    original = article.find("VernacularTitle")
    translated = title is None or not text_of(title) or text_of(title).startswith("[")
    if original is not None and text_of(original) and translated:
        title = original
    if title is None or not text_of(title):
        title = article.find("Book/BookTitle")
    text = "" if title is None else inner(title).strip()
    if _NO_TITLE.fullmatch(text):
        return ""
    bracketed = re.fullmatch(r"\[([^\[\]]*(?:\[.*)?)\]\.?", text, re.S)
    text = bracketed[1] if bracketed else re.sub(r"^([^\[\]]*)\]\.?$", r"\1", text)
    text = _NOTE.sub("", text)  # which the library has added
    return without_full_stop(text)


def _abstract(article: etree._Element) -> str:
    """The paragraphs, each after its label."""
    return _paragraphs(article.find("Abstract"))


def _other_abstract(citation: etree._Element) -> str:
    """The first that PubMed has from elsewhere, such as POPLINE or, translated, the publisher."""
    others = citation.iterfind("OtherAbstract")
    abstracts = (_paragraphs(o) for o in others if o.get("Type") != "plain-language-summary")
    return next((text for text in abstracts if "available from the publisher" not in text), "")


def _paragraphs(abstract: etree._Element | None) -> str:
    parts = []
    for text in () if abstract is None else abstract.iterfind("AbstractText"):
        label = text.get("Label", "")
        told = label and label.upper() != "UNLABELLED"
        parts.append(f"{label}: {inner(text)}" if told else inner(text))
    return " ".join(parts)


def _when(article: etree._Element) -> list[int | None]:
    """The day of the electronic publication, else of the issue, as far as it is known.

    Books that grow on the web count from their beginning: a chapter has a date of its own.
    """
    paths = ("ArticleDate", "Journal/JournalIssue/PubDate", "ContributionDate", "Book/PubDate")
    for path in paths:
        date = article.find(path)
        if date is None:
            continue
        year = text_of(date.find("Year")) or text_of(date.find("MedlineDate"))
        found = re.search(r"\d{4}", year)  # `1998 Dec-1999 Jan`, `Winter 2016`
        if found:
            month, day = text_of(date.find("Month")), text_of(date.find("Day"))
            numbers = [int(found[0]), _month(month), int(day) if day.isdecimal() else None]
            return [n for n in numbers if n is not None] if numbers[1] else [numbers[0]]
    return []


def _month(text: str) -> int | None:
    if text.isdecimal():
        return int(text)
    return _MONTHS.index(text[:3].lower()) + 1 if text[:3].lower() in _MONTHS else None


def _revised(citation: etree._Element) -> datetime | None:
    parts = [text_of(citation.find(f"DateRevised/{name}")) for name in ("Year", "Month", "Day")]
    try:
        return datetime(int(parts[0]), int(parts[1]), int(parts[2]), tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _venue(article: etree._Element) -> str | None:
    """The journal, the book of a chapter, the series of a book."""
    book = "Book/BookTitle" if text_of(article.find("ArticleTitle")) else "Book/CollectionTitle"
    journal = article.find("Journal/Title")
    return plain_of(journal if journal is not None else article.find(book)) or None


def _is_valid(person: etree._Element) -> bool:
    """Whether it is no spelling that the publisher has corrected since."""
    return person.get("ValidYN", "Y") == "Y"


def _author(person: etree._Element) -> Authorship:
    group = text_of(person.find("CollectiveName"))
    iris = (orcid(text_of(i)) for i in person.iterfind("Identifier") if i.get("Source") == "ORCID")
    places = list(person.iterfind("AffiliationInfo"))
    given = text_of(person.find("ForeName")) or text_of(person.find("Initials"))
    is_person = _INITIAL.search(given) is not None  # "David M Center" is no centre
    return author(
        group,
        given=given,
        family=text_of(person.find("LastName")),
        suffix=text_of(person.find("Suffix")),
        group=True if group else False if is_person else None,
        identifiers=[iri and f"orcid:{iri}" for iri in iris],
        affiliations=[text_of(place) for place in person.iterfind(".//Affiliation")],
        institutions=[found for place in places for found in _institutions(place)],
    )


def _institutions(place: etree._Element) -> Iterator[Institution]:
    """Those with a ROR id, when the affiliation names that one institution only."""
    ids = [ror(text_of(i)) for i in place.iterfind("Identifier") if i.get("Source") == "ROR"]
    if len(ids) == 1:
        yield from affiliated(ids[0], text_of(place.find("Affiliation")))


def _subjects(citation: etree._Element) -> Iterator[Subject]:
    """The MeSH headings that the article is mainly about."""
    for heading in citation.iterfind("MeshHeadingList/MeshHeading"):
        major = any(part.get("MajorTopicYN") == "Y" for part in heading)
        name = heading.find("DescriptorName")
        if major and name is not None and name.get("UI") and text_of(name):
            yield Subject(id=f"mesh:{name.get('UI')}", name=text_of(name))


def _doi(entry: etree._Element, article: etree._Element) -> str | None:
    written = [
        *(e for e in article.iterfind("ELocationID") if e.get("EIdType") == "doi" and _is_valid(e)),
        *_ids(entry, "doi"),
    ]
    return first(first_doi(text_of(e)) for e in written)


def _ids(entry: etree._Element, type_: str) -> list[etree._Element]:
    """Ids of the article itself: those of its references stand deeper."""
    paths = ("PubmedData/ArticleIdList/ArticleId", "PubmedBookData/ArticleIdList/ArticleId")
    return [i for path in paths for i in entry.iterfind(path) if i.get("IdType") == type_]


def _identifiers(entry: etree._Element, record_id: str) -> Iterator[str | None]:
    yield f"pmid:{int(record_id)}"
    for found in _ids(entry, "pmc"):
        yield pmcid(text_of(found))
    for found in entry.iterfind(".//OtherID"):  # citations alone have it only here
        if text_of(found).startswith("PMC"):
            yield pmcid(text_of(found).split()[0])
    for found in entry.iterfind(".//ELocationID[@EIdType='pii']"):
        arxiv = arxiv_id(text_of(found)) if text_of(found).lower().startswith("arxiv:") else None
        yield arxiv and f"arxiv:{arxiv}"


def _relations(
    citation: etree._Element, *, is_preprint: bool
) -> Iterator[tuple[RelationKind, str | None]]:
    """An update is also what PubMed calls the article that a preprint has become."""
    for other in citation.iterfind("CommentsCorrectionsList/CommentsCorrections"):
        relation = _RELATIONS.get(other.get("RefType", ""))
        if relation == "has-version" and is_preprint:
            relation = "is-preprint-of"
        elif relation == "is-version-of" and _SERVER.match(text_of(other.find("RefSource"))):
            relation = "has-preprint"
        if relation:
            yield relation, digits("pmid", text_of(other.find("PMID")))


def _notice(citation: etree._Element) -> str:
    """Where the retraction was published."""
    for other in citation.iterfind("CommentsCorrectionsList/CommentsCorrections"):
        if other.get("RefType") == "RetractionIn":
            return f"Retracted: {text_of(other.find('RefSource'))}."
    return "PubMed lists it as retracted."
