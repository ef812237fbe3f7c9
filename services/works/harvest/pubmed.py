"""PubMed by E-utilities (https://www.ncbi.nlm.nih.gov/books/NBK25499/): a search, then its pages.

The search is kept by the server (``WebEnv``) for some hours; only its first 10,000 records can be
had, so a job is a day.
"""

import re
from dataclasses import dataclass
from datetime import date

from services.works.harvest.cursors import all_there
from services.works.harvest.fetching import (
    Ask,
    Checkpoint,
    Expired,
    Incomplete,
    Refused,
    Turn,
    Wanted,
)

_MOST = 10_000
_FIELD = re.compile(rb"<(Count|WebEnv|QueryKey|ERROR)>([^<]+)</")
_RECORD = re.compile(rb"<(PubmedArticle|PubmedBookArticle|DeleteCitation|DeleteDocument)[\s>]")
_GONE = re.compile(rb"unable to obtain query|WebEnv|Can.t retrieve history", re.I)


@dataclass(frozen=True, slots=True)
class Entrez:
    """``esearch`` at the beginning, ``efetch`` at every other checkpoint."""

    size: int

    def ask(self, wanted: Wanted, at: Checkpoint) -> Ask:
        """Records by the day on which they last changed."""
        if not at:
            params = {"db": "pubmed", "term": wanted.set or "all[sb]", "usehistory": "y"}
            if wanted.since:
                days = wanted.since, wanted.until or date(3000, 12, 31)
                first, last = (day.strftime("%Y/%m/%d") for day in days)
                params |= {"datetype": "mdat", "mindate": first, "maxdate": last}
            return Ask({**params, "retmax": "0"}, "/esearch.fcgi")
        return Ask(
            {
                "db": "pubmed",
                "WebEnv": at["session"],
                "query_key": at["query"],
                "retstart": str(at["start"]),
                "retmax": str(self.size),
                "retmode": "xml",
            },
            "/efetch.fcgi",
        )

    def turn(self, wanted: Wanted, at: Checkpoint, body: bytes) -> Turn:
        """From the search to its first page, from page to page."""
        if not at:
            return self._searched(body)
        if not body.rstrip().endswith(b"</PubmedArticleSet>"):
            if _GONE.search(body[:2000]):
                raise Expired("the search is no longer kept")
            raise Incomplete("the answer is cut off or no PubmedArticleSet")
        reached = at["start"] + self.size
        all_there(len(_RECORD.findall(body)), min(reached, at["count"]) - at["start"])
        return Turn({**at, "start": reached} if reached < at["count"] else None)

    def _searched(self, body: bytes) -> Turn:
        if not body.rstrip().endswith(b"</eSearchResult>"):
            raise Incomplete("the answer is cut off or no eSearchResult")
        found = {name.decode(): value.decode() for name, value in reversed(_FIELD.findall(body))}
        if found.get("ERROR", "").startswith("Search Backend failed"):
            raise Incomplete(found["ERROR"])
        if "ERROR" in found:
            raise Refused(found["ERROR"])
        if not {"Count", "WebEnv", "QueryKey"} <= found.keys():
            raise Incomplete("the answer names no search that was kept")
        count = int(found["Count"])
        if count > _MOST:
            raise Refused(f"{count} records in one search; PubMed gives the first {_MOST} only")
        start = {"session": found["WebEnv"], "query": found["QueryKey"], "start": 0, "count": count}
        return Turn(start if count else None, has_records=False)

    def again(self, wanted: Wanted, at: Checkpoint) -> Checkpoint:
        """The search."""
        return {}
