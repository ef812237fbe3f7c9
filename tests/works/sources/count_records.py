"""An independent count of the records in a file, to check that the importer loses none.

It shares nothing with the importer: the standard library reads JSON in one go, and start tags are
counted in XML, so that a file that is cut at its end counts too.
"""

import gzip
import json
import re
from pathlib import Path
from typing import Any

_TAGS = (
    (rb"<PubmedArticleSet", rb"<PubmedArticle>|<PubmedBookArticle>"),
    (rb"<crossref_result", rb"<query\s"),
    (rb"<doi_records", rb"<doi_record[\s>]"),
    (rb"<dblp>", rb"<(?:article|inproceedings|proceedings|book|incollection|phdthesis|www)\s"),
    (rb"<OAI-PMH", rb"<record[\s>]"),
    (rb"<feed\s", rb"<entry>"),
    (rb"<collection\s", rb"<paper\s"),
    (rb"<resource\s", rb"<resource\s"),
)
_LISTS = ("results", "items", "data", "recommendedPapers")


def count(path: Path) -> int:
    """How many records a file holds; 1 where it is a message about there being none."""
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data.startswith(b"merge_date"):
        return len(data.splitlines()) - 1
    if data.lstrip(b"\xef\xbb\xbf\r\n ")[:1] in (b"{", b"["):
        return _in_json(data)
    if b"\n" in data and not data.lstrip(b"\xef\xbb\xbf\r\n ").startswith(b"<"):
        return len(re.findall(rb"^(?:- |[\w-]+:)", data, re.M))  # YAML
    for root, record in _TAGS:
        if re.search(root, data):
            found = len(re.findall(record, data, re.S))
            found += len(re.findall(rb"<PMID", b"".join(re.findall(
                rb"<DeleteCitation>.*?</DeleteCitation>", data, re.S))))  # fmt: skip
            return found
    groups = re.findall(rb"<activities:group>.*?</activities:group>", data, re.S)
    return sum(b"<work:work-summary" in group for group in groups) or 1  # ORCID


def _in_json(data: bytes) -> int:
    try:
        return _records(json.loads(data))
    except ValueError:
        return sum(_records(json.loads(line)) for line in data.splitlines() if line.strip())


def _records(value: Any) -> int:
    if isinstance(value, list):
        return len(value)
    works = value.get("activities-summary", value).get("works") or {}
    if works.get("group"):
        return len(works["group"])
    message = value.get("message")
    inside = message if isinstance(message, dict) else value
    lists = [inside[name] for name in _LISTS if isinstance(inside.get(name), list)]
    return sum(map(len, lists)) if lists else 1
