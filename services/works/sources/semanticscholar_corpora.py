"""Semantic Scholar's datasets and older shapes, in the words of its Graph API.

Datasets, lines of `papers`: https://api.semanticscholar.org/api-docs/datasets. Before them came the
Open Research Corpus (it has `s2Url`), the metadata of S2ORC (`s2_url`) and the first API.
"""

import re

from services.works.sources.fields import Json, objects_at, text_at

MARKS = ("corpusid", "authorid", "s2Url", "s2_url")
"""What only these shapes have."""

_PAGE = re.compile(r"/paper/(?:[^/]+/)?([0-9a-f]{40})")


def as_graph(item: Json) -> Json:
    """A paper as the Graph API would tell it; an item of that API as it is."""
    if "corpusid" in item:
        return _of_dataset(item)
    if "s2Url" in item:
        return _of_open_corpus(item)
    if "s2_url" in item:
        return _of_s2orc(item)
    if "externalIds" not in item and item.keys() & {"doi", "arxivId"}:
        return {**item, "externalIds": {"DOI": item.get("doi"), "ArXiv": item.get("arxivId")}}
    return item


def _of_dataset(item: Json) -> Json:
    page = _PAGE.search(text_at(item, "url"))
    fields = objects_at(item, "s2fieldsofstudy")
    return {
        **item,
        "paperId": page[1] if page else f"CorpusID:{text_at(item, 'corpusid')}",
        "externalIds": item.get("externalids"),
        "publicationDate": item.get("publicationdate"),
        "publicationTypes": item.get("publicationtypes"),
        "fieldsOfStudy": [f.get("category") for f in fields if f.get("source") == "external"],
    }


def _of_open_corpus(item: Json) -> Json:
    pubmed = re.sub(r"v\d+$", "", text_at(item, "pmid"))
    return {
        **item,
        "paperId": item.get("id"),
        "externalIds": {"DOI": item.get("doi"), "MAG": item.get("magId"), "PubMed": pubmed},
        "abstract": item.get("paperAbstract"),
        "journal": {"name": item.get("journalName")},
    }


def _of_s2orc(item: Json) -> Json:
    names = {"DOI": "doi", "ArXiv": "arxiv_id", "ACL": "acl_id", "MAG": "mag_id",
             "PubMed": "pubmed_id", "PubMedCentral": "pmc_id"}  # fmt: skip
    return {
        **item,
        "paperId": f"CorpusID:{text_at(item, 'paper_id')}",
        "externalIds": {name: item.get(key) for name, key in names.items()},
        "journal": {"name": item.get("journal")},
        "fieldsOfStudy": item.get("mag_field_of_study"),
    }
