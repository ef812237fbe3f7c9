"""Semantic Scholar's papers, with only the fields that were asked for."""

from datetime import date

from services.works.records import Outcome, Record, Rejected
from tests.works.sources.reading import only, read, read_text, records


def only_paper(found: list[Outcome]) -> Record:
    (paper,) = records(found)
    return paper


def test_papers() -> None:
    found = read("semanticscholar/papers.json")
    assert found[0] == Rejected("record 1", "null: the source has no such record")
    paper = records(found)[0]
    assert paper.key == "s2:c31c87c591a25c64fbaa82e8ac6a81831b6ac7ce"
    assert (paper.doi, paper.year) == ("10.2139/ssrn.288970", 2001)
    assert [a.name for a in paper.authors] == ["Marianne Bertrand", "E. Duflo", "S. Mullainathan"]
    assert all(a.identifiers == () for a in paper.authors)


def test_preprints_and_papers_of_conferences_are_known_by_their_venue_and_types() -> None:
    found = records(read("semanticscholar/batch-types.json"))
    assert [(paper.venue, paper.type) for paper in found] == [
        ("arXiv.org", "preprint"),
        ("bioRxiv", "preprint"),
        ("Neural Information Processing Systems", "proceedings-article"),
        ("Nat. Mac. Intell.", "article"),
    ]
    assert found[3].identifiers == (
        "arxiv:2304.05376", "dblp:journals/natmi/BranCSBWS24", "pmcid:PMC11116106", "pmid:38799228",
    )  # fmt: skip


def test_lines_of_the_dataset_of_papers() -> None:
    first, second, third = records(read("semanticscholar/dataset-papers.jsonl"))
    assert first.key == "s2:97abd35eb7d004e70a58652f2fa762620ad0ea73"
    assert (first.title, first.year) == ("当“商业模式”嫁接“职业规划”", 2012)
    assert [a.name for a in second.authors] == ["内村 公大", "大木 公彦", "古澤 明"]
    assert (second.published, second.doi) == (
        date(2006, 9, 8), "10.14863/geosocabst.2006.0_59_1",
    )  # fmt: skip
    assert (third.venue, third.type) == ("South China Journal of Preventive Medicine", "article")
    assert [subject.name for subject in third.subjects] == ["Psychology"]
    assert third.identifiers == ("mag:2347481954",)


def test_lines_of_other_datasets_name_no_work() -> None:
    reason = "names no work: of Semantic Scholar's datasets only `papers` does"
    abstract = '{"corpusid": 148308872, "openaccessinfo": {}, "abstract": "A"}'
    number = '{"sha": "97abd35eb7d004e70a58652f2fa762620ad0ea73", "corpusid": 9, "primary": true}'
    assert read_text(f"{abstract}\n{number}\n") == [
        Rejected("CorpusID:148308872", reason), Rejected("CorpusID:9", reason),
    ]  # fmt: skip
    assert read_text('{"authorid": "82841146", "name": "杨吉", "papercount": 1}') == [
        Rejected("82841146", "an author of Semantic Scholar's, whose works it infers")
    ]


def test_the_open_research_corpus() -> None:
    first, second, third = records(read("semanticscholar/open-corpus.jsonl"))
    assert first.key == "s2:5bd3e1fe913dea18eb5d485b3c481e491d3afd04"
    assert [a.name for a in first.authors] == ["佐藤 正仁", "大野 芳和"]
    assert second.venue == "Transactions of Nonferrous Metals Society of China"
    assert (third.doi, third.identifiers) == (
        "10.3892/ijmm.2.6.661", ("mag:2088438089", "pmid:9850733"),
    )  # fmt: skip
    versioned = '{"id": "2365e6", "s2Url": "s", "title": "T", "pmid": "8830045v1"}'
    assert only_paper(read_text(versioned)).identifiers == ("pmid:8830045",)


def test_the_metadata_of_s2orc() -> None:
    first, second = records(read("semanticscholar/s2orc-metadata.jsonl"))
    assert (first.key, first.url) == (
        "s2:CorpusID:77490025", "https://api.semanticscholar.org/CorpusID:77490025",
    )  # fmt: skip
    assert (first.venue, first.identifiers) == ("Oftalmologicheskiĭ zhurnal", ("mag:2426173123",))
    assert [(a.name, a.family) for a in second.authors] == [
        ("Solórzano Moguel Jj", None), ("Alvarez Cuevas Me", None),
    ]  # fmt: skip


def test_identifiers_in_answers_of_the_first_api() -> None:
    found = only_paper(
        read_text('{"paperId": "a", "title": "T", "doi": "10.1000/A", "arxivId": "1706.03762"}')
    )
    assert (found.doi, found.identifiers) == ("10.1000/a", ("arxiv:1706.03762",))


def test_a_cited_paper() -> None:
    found = only(read("semanticscholar/reference.json"))
    assert found.title == "Neural Variational Inference and Learning in Belief Networks"
    assert found.identifiers == (
        "arxiv:1402.0030", "dblp:journals/corr/MnihG14", "mag:2122262818",
    )  # fmt: skip


def test_authors_are_refused() -> None:
    found = read("semanticscholar/authors.json")
    assert {o.reason for o in found if isinstance(o, Rejected)} == {
        "an author of Semantic Scholar's, whose works it infers"
    }
    assert len(found) == 3


def test_answers_with_few_fields() -> None:
    found = read_text(
        '{"total": 3, "data": [{"paperId": "a", "title": "T"}, {"paperId": "b"},'
        ' {"paperId": null}, {"paperId": "c", "title": "T", "authors": null}]}'
    )
    assert [record.authors_complete for record in records(found)] == [False, False]
    assert [o for o in found if isinstance(o, Rejected)] == [
        Rejected("b", "has no title"),
        Rejected("line 1, record 3", "has no id: not among its papers"),
    ]


def test_an_error_is_told() -> None:
    assert read_text('{"error": "Too many"}') == [
        Rejected("line 1", "Semantic Scholar reports an error: 'Too many'")
    ]
    limit = '{"message": "Too Many Requests. Please wait and try again.", "code": "429"}'
    assert read_text(limit) == [
        Rejected(
            "line 1",
            "Semantic Scholar reports an error: 'Too Many Requests. Please wait and try again.'",
        )
    ]


def test_an_answer_without_papers() -> None:
    """Of a search for one title, and of a page after the last."""
    assert read_text('{"data": []}') == []
    assert read_text('{"offset": 0, "data": []}') == []
