"""Identifiers as people read and follow them."""

import re
from typing import NamedTuple
from urllib.parse import quote


class Identifier(NamedTuple):
    label: str
    value: str
    url: str | None


RESOLVERS = {
    "doi": ("DOI", "https://doi.org/"),
    "arxiv": ("arXiv", "https://arxiv.org/abs/"),
    "acl": ("ACL Anthology", "https://aclanthology.org/"),
    "orcid": ("ORCID", "https://orcid.org/"),
    "pmid": ("PubMed", "https://pubmed.ncbi.nlm.nih.gov/"),
    "pmcid": ("PubMed Central", "https://www.ncbi.nlm.nih.gov/pmc/articles/"),
    "openalex": ("OpenAlex", "https://openalex.org/"),
    "s2": ("Semantic Scholar", "https://www.semanticscholar.org/paper/"),
    "dblp": ("DBLP", "https://dblp.org/rec/"),
    "dblp-author": ("DBLP author", "https://dblp.org/search/author?q="),
    "mag": ("Microsoft Academic", "https://openalex.org/works/mag:"),
    "ror": ("ROR", "https://ror.org/"),
}


_PEOPLE_OF_ACL = "https://aclanthology.org/people/"
_PAPER_OF_ACL = re.compile(r"[A-Z]\d\d-\d{4}|\d{4}\.\S+")


def identifier(text: str) -> Identifier:
    """`doi:10.1/x` as DOI, 10.1/x, https://doi.org/10.1/x; an unknown scheme has no address."""
    scheme, _, value = text.partition(":")
    if scheme not in RESOLVERS or not value:
        return Identifier(scheme if value else "Identifier", value or text, None)
    label, resolver = RESOLVERS[scheme]
    if scheme == "acl" and not _PAPER_OF_ACL.fullmatch(value):
        resolver = _PEOPLE_OF_ACL
    return Identifier(label, value, resolver + quote(value, safe="/:;().-_"))
