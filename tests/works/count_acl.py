"""An independent count of the ACL Anthology's files, to check what the platform shows.

It shares nothing with the importer: only the standard library reads the XML, in one go.

    python -m tests.works.count_acl path/to/xml/*.xml.gz
"""

import gzip
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict
from xml.etree import ElementTree


class Counts(TypedDict):
    """Ids of all papers, and for every name, as printed, the ids of its papers."""

    papers: set[str]
    authors: dict[str, set[str]]
    mentions: int
    dois: int
    abstracts: int
    retracted: int


def count(paths: Iterable[Path]) -> Counts:
    """Count the papers in these files, plain or gzip. Front matter and editors do not count."""
    counts: Counts = {
        "papers": set(),
        "authors": defaultdict(set),
        "mentions": 0,
        "dois": 0,
        "abstracts": 0,
        "retracted": 0,
    }
    for path in paths:
        data = path.read_bytes()
        collection = ElementTree.fromstring(gzip.decompress(data) if path.suffix == ".gz" else data)
        for volume in collection.findall("volume"):
            for paper in volume.findall("paper"):
                _count_paper(counts, collection.attrib["id"], volume.attrib["id"], paper)
    return counts


def _count_paper(counts: Counts, collection: str, volume: str, paper: ElementTree.Element) -> None:
    number = paper.attrib["id"]
    if collection[0].isdigit():
        paper_id = f"{collection}-{volume}.{number}"
    else:
        two = collection[0] == "W" or collection == "C69" or (collection, len(volume)) == ("D19", 2)
        paper_id = f"{collection}-" + (
            f"{volume.zfill(2)}{number.zfill(2)}" if two else f"{volume}{number.zfill(3)}"
        )
    counts["papers"].add(paper_id)
    counts["dois"] += len(paper.findall("doi"))
    counts["abstracts"] += len(paper.findall("abstract"))
    counts["retracted"] += len(paper.findall("retracted"))
    for author in paper.findall("author"):
        counts["mentions"] += 1
        names = f"{author.findtext('first') or ''} {author.findtext('last') or ''}"
        name = unicodedata.normalize("NFC", " ".join(names.split()))
        counts["authors"][name].add(paper_id)


def main() -> None:
    """Print the totals."""
    counts = count(Path(name) for name in sys.argv[1:])
    print(f"papers     {len(counts['papers']):7,}")
    print(f"names      {len(counts['authors']):7,}")
    print(f"mentions   {counts['mentions']:7,}")
    print(f"DOIs       {counts['dois']:7,}")
    print(f"abstracts  {counts['abstracts']:7,}")
    print(f"retracted  {counts['retracted']:7,}")


if __name__ == "__main__":
    main()
