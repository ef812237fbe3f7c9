"""PubMed's articles, retractions, groups and deletions."""

import time
from datetime import UTC, date, datetime

from services.works.records import Deleted, Record, Rejected, Relation
from tests.works.sources.reading import only, read, read_text, records


def articles() -> dict[str, Record]:
    return {record.record_id: record for record in records(read("pubmed/articles.xml"))}


def article(inside: str, citation: str = "") -> str:
    return (
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article>"
        f"<ArticleTitle>T.</ArticleTitle>{inside}</Article>{citation}</MedlineCitation>"
        "</PubmedArticle></PubmedArticleSet>"
    )


def test_an_article() -> None:
    found = articles()["973217"]
    assert (found.key, found.identifiers) == ("pubmed:973217", ("pmid:973217",))
    assert found.title == "Hospital debt management and cost reimbursement"
    assert (found.published, found.year, found.language) == (None, 1976, "en")
    assert found.modified == datetime(2002, 11, 13, tzinfo=UTC)
    assert [s.name for s in found.subjects] == ["Economics, Hospital", "Hospital Administration"]


def test_the_title_as_it_was_printed() -> None:
    found = articles()["1669026"]
    assert found.title.startswith("Célébration du CL Anniversaire de l'Académie")
    assert found.language == "fr"


def test_an_article_without_its_set_and_a_citation_without_its_article() -> None:
    whole = article("")
    alone = whole.removeprefix("<PubmedArticleSet>").removesuffix("</PubmedArticleSet>")
    bare = alone.removeprefix("<PubmedArticle>").removesuffix("</PubmedArticle>")
    old = f"<MedlineCitationSet>{bare}{bare}</MedlineCitationSet>"
    assert read_text(alone) == read_text(bare) == read_text(whole)
    assert read_text(old) == 2 * read_text(whole)


def titled(title: str, vernacular: str = "") -> str:
    beside = f"<VernacularTitle>{vernacular}</VernacularTitle>" if vernacular else ""
    document = article(beside).replace("T.</ArticleTitle>", f"{title}</ArticleTitle>")
    return records(read_text(document))[0].title


def test_a_translated_title_stands_in_brackets() -> None:
    assert titled("[Microsurgery].", "Mikrochirurgie.") == "Mikrochirurgie"
    assert titled("Funding in health.", "Financeirização na saúde.") == "Funding in health"
    assert titled("", "Briefsammlung.") == "Briefsammlung"
    assert titled("[Uptake of [3H]GABA in rats].") == "Uptake of [3H]GABA in rats"
    assert titled("[Macrophages [in mice)].") == "Macrophages [in mice)"
    assert titled("[Gold].", "Zur Goldbehandlung (author's transl)].") == "Zur Goldbehandlung"
    assert titled("[3H]Ouabain and [14C].") == "[3H]Ouabain and [14C]"


def test_what_the_library_adds_to_a_title_is_left_out() -> None:
    assert titled("[Penicillin (T-1220) (author's transl)].") == "Penicillin (T-1220)"
    assert titled("Fatty acids [proceedings].") == "Fatty acids"
    assert titled("Effects of [proceedings] in law.") == "Effects of [proceedings] in law"
    started = time.monotonic()
    assert titled(f"Fatty{' ' * 100_000}acids.") == "Fatty acids"
    assert time.monotonic() - started < 3


def test_a_title_that_is_not_available_is_none() -> None:
    assert titled("[Not Available].", "Mikrochirurgie.") == "Mikrochirurgie"
    document = article("").replace("T.</ArticleTitle>", "[Not Available].</ArticleTitle>")
    assert read_text(document) == [Rejected("1", "has no title")]


def test_a_retracted_article_and_the_notice() -> None:
    retracted, notice = articles()["8655018"], articles()["9634358"]
    assert (retracted.standing, notice.standing) == ("retracted", "current")
    assert retracted.standing_note == "Retracted: Ginekol Pol. 1998 Jul;69(7):559-60."
    assert retracted.relations == (Relation(kind="retracted-by", target="pmid:9867474"),)
    assert notice.type == "erratum"
    assert notice.relations == (Relation(kind="retraction-of", target="pmid:8393056"),)


def book(inside: str, book: str = "") -> Record:
    start = "<PubmedArticleSet><PubmedBookArticle><BookDocument><PMID>1</PMID><Book>"
    told = f"<BookTitle>B</BookTitle><PubDate><Year>1993</Year></PubDate>{book}</Book>{inside}"
    return only(read_text(f"{start}{told}</BookDocument></PubmedBookArticle></PubmedArticleSet>"))


def listing(name: str, kind: str) -> str:
    author = f"<Author><LastName>{name}</LastName><Initials>A</Initials></Author>"
    return f'<AuthorList Type="{kind}">{author}</AuthorList>'


def test_a_chapter_of_a_book_that_grows_on_the_web() -> None:
    day = "<Year>2006</Year><Month>2</Month><Day>2</Day>"
    found = book(
        f"<ArticleTitle>C</ArticleTitle>{listing('Lee', 'authors')}"
        f"<ContributionDate>{day}</ContributionDate>",
        listing("Ed", "editors"),
    )
    assert (found.title, found.type, found.venue) == ("C", "chapter", "B")
    assert (found.published, found.year) == (date(2006, 2, 2), 2006)
    assert [a.name for a in found.authors] == ["A Lee"]


def test_a_book_as_a_whole() -> None:
    series = "<CollectionTitle>Reviews</CollectionTitle>"
    for title in ("", "<ArticleTitle/>"):
        found = book(title, listing("Lee", "authors") + listing("Ed", "editors") + series)
        assert (found.title, found.type, found.venue) == ("B", "book", "Reviews")
        assert ([a.name for a in found.authors], found.year) == (["A Lee"], 1993)


def test_a_preprint_of_arxivs_and_a_citation_that_is_in_pmc() -> None:
    found = records(
        read_text(
            article(
                '<ELocationID EIdType="pii" ValidYN="Y">arXiv:2304.05906v2</ELocationID>',
                '<OtherID Source="NLM">PMC1234567 [Available on 10/01/15]</OtherID>',
            )
        )
    )[0]
    assert found.identifiers == ("arxiv:2304.05906", "pmcid:PMC1234567", "pmid:1")


def test_a_year_after_its_season() -> None:
    issue = "<JournalIssue><PubDate><MedlineDate>Winter 2016</MedlineDate></PubDate></JournalIssue>"
    (found,) = records(read_text(article(f"<Journal>{issue}</Journal>")))
    assert (found.published, found.year) == (None, 2016)


def test_the_version_of_an_article() -> None:
    document = article("").replace("<PMID>", '<PMID Version="3">')
    assert records(read_text(document))[0].version == 3


def test_types_that_have_a_name_only() -> None:
    types = "<PublicationType>Journal Article</PublicationType>"
    types += "<PublicationType>Retracted Publication</PublicationType>"
    found = records(read_text(article(f"<PublicationTypeList>{types}</PublicationTypeList>")))
    assert found[0].standing == "retracted"


def test_an_abstract_from_elsewhere() -> None:
    def other(kind: str, text: str) -> str:
        inside = f"<AbstractText>{text}</AbstractText>"
        return f'<OtherAbstract Type="{kind}" Language="eng">{inside}</OtherAbstract>'

    absent = other("Publisher", "Abstract available from the publisher.")
    plain = other("plain-language-summary", "In short.")
    (found,) = records(read_text(article("", absent + plain + other("PIP", "All about it."))))
    assert found.abstract == "All about it."
    (none,) = records(read_text(article("", absent + plain)))
    assert none.abstract is None


def test_a_preprint_its_article_a_version_and_a_chapter() -> None:
    found = {record.record_id: record for record in records(read("pubmed/versions.xml"))}
    assert found["400626"].doi == "10.1002/1520-6696(197901)15:1<3::aid-jhbs2300150102>3.0.co;2-l"
    assert found["29615368"].title == "Acute ischiofemoral impingement?"
    preprint, published = found["34013271"], found["33576494"]
    assert preprint.relations == (Relation(kind="is-preprint-of", target="pmid:33576494"),)
    assert published.relations == (Relation(kind="has-preprint", target="pmid:34013271"),)
    assert (found["30271887"].version, found["30271887"].year) == (4, 2021)
    chapter = found["20301546"]
    assert (chapter.type, chapter.venue, chapter.year) == ("chapter", "GeneReviews®", 2006)


def related(kind: str, source: str, inside: str = "") -> tuple[Relation, ...]:
    other = f"<RefSource>{source}</RefSource><PMID>2</PMID>"
    return records(
        read_text(
            article(
                inside,
                f'<CommentsCorrectionsList><CommentsCorrections RefType="{kind}">{other}'
                "</CommentsCorrections></CommentsCorrectionsList>",
            )
        )
    )[0].relations


def test_a_preprint_and_the_article_that_it_has_become() -> None:
    types = '<PublicationTypeList><PublicationType UI="D000076942">Preprint</PublicationType>'
    preprint = related("UpdateIn", "Eur J Immunol. 2021", types + "</PublicationTypeList>")
    assert preprint == (Relation(kind="is-preprint-of", target="pmid:2"),)
    published = related("UpdateOf", "bioRxiv. 2020 Oct 28;:")
    assert published == (Relation(kind="has-preprint", target="pmid:2"),)
    review = related("UpdateOf", "Cochrane Database Syst Rev. 2014")
    assert review == (Relation(kind="is-version-of", target="pmid:2"),)


def test_a_revision_on_a_day_that_cannot_be_is_left_out() -> None:
    day = f"<DateRevised><Year>2020</Year><Month>1</Month><Day>{10**20}</Day></DateRevised>"
    (found,) = records(read_text(article("", day)))
    assert found.modified is None


def test_people_and_what_stands_beside_their_names() -> None:
    found = records(
        read_text(
            article(
                "<AuthorList><Author><LastName>Lee</LastName><ForeName>Ann B</ForeName>"
                "<Suffix>, PhD</Suffix></Author>"
                "<Author><LastName>King</LastName><ForeName>Tom</ForeName><Suffix>3rd</Suffix>"
                "<Affiliation>Boston University, USA.</Affiliation></Author>"
                "<Author><LastName>Center</LastName><ForeName>D M</ForeName></Author>"
                "<Author><LastName>Consortium</LastName><ForeName>Spanish Pah</ForeName></Author>"
                "</AuthorList>"
            )
        )
    )
    authors = found[0].authors
    assert [a.name for a in authors] == [
        "Ann B Lee",
        "Tom King 3rd",
        "D M Center",
        "Spanish Pah Consortium",
    ]
    assert [a.is_group for a in authors] == [False, False, False, True]
    assert authors[1].affiliations == ("Boston University, USA.",)


def test_a_spelling_that_was_corrected_is_left_out() -> None:
    names = [author.name for author in articles()["9634358"].authors]
    assert "R J Whitley" in names
    assert "R J Whitely" not in names


def test_groups_and_orcid_ids() -> None:
    assert [a.is_group for a in articles()["11428848"].authors] == [False] * 7 + [True]
    iris = [a.identifiers for a in articles()["23685357"].authors if a.identifiers]
    assert iris == [("orcid:0000-0001-7984-1889",)]
    assert articles()["23685357"].published == date(2013, 5, 17)


def test_deletions() -> None:
    deleted = [o for o in read("pubmed/articles.xml") if isinstance(o, Deleted)]
    assert len(deleted) == 7
    assert deleted[0].key == "pubmed:23203860"
    book = "<DeleteDocument><PMID>7</PMID><PMID>8</PMID></DeleteDocument>"
    of_books = read_text(f"<PubmedBookArticleSet>{book}</PubmedBookArticleSet>")
    assert of_books == [Deleted("pubmed", "pubmed", pmid) for pmid in "78"]


def test_abstracts_ids_and_lists_that_are_cut() -> None:
    found = only(
        read_text(
            article(
                '<Abstract><AbstractText Label="AIM">H<sub>2</sub>O &lt; 5.</AbstractText>'
                '<AbstractText>Done.</AbstractText></Abstract><AuthorList CompleteYN="N">'
                "<Author><LastName>Lee</LastName><Initials>A</Initials></Author></AuthorList>"
                '<ELocationID EIdType="doi">10.1234/ABC</ELocationID>'
                "<Journal><JournalIssue><PubDate><MedlineDate>1998 Dec-1999 Jan</MedlineDate>"
                "</PubDate></JournalIssue></Journal>"
            )
        )
    )
    assert found.abstract == "AIM: H₂O < 5. Done."
    assert (found.doi, found.year, found.authors_complete) == ("10.1234/abc", 1998, False)
