"""Semantic Scholar's papers, with only the fields that were asked for."""

from services.works.records import Rejected
from tests.works.sources.reading import only, read, read_text, records


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
