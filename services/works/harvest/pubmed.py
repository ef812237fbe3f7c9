"""PubMed by E-utilities (https://www.ncbi.nlm.nih.gov/books/NBK25499/): a search, then its pages.

The search is kept by the server (``WebEnv``) for some hours; only its first 9,999 records can be
had. So a job is a day, and a day of more records, as there are many, is searched range by range of
PMIDs. A range is halved until it fits, and where records are few the next one is twice as long.
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

_MOST = 9_999
_LAST_PMID = 99_999_999
"""They have eight digits at most (https://www.nlm.nih.gov/bsd/mms/medlineelements.html#pmid)."""
_FIELD = re.compile(rb"<(Count|WebEnv|QueryKey|ERROR)>([^<]+)</")
_RECORD = re.compile(rb"<(PubmedArticle|PubmedBookArticle|DeleteCitation|DeleteDocument)[\s>]")
_GONE = re.compile(rb"unable to obtain query|WebEnv|Can.t retrieve history", re.I)


@dataclass(frozen=True, slots=True)
class Entrez:
    """``esearch`` at the beginning and for each range (``ids``), ``efetch`` everywhere else."""

    size: int

    def ask(self, wanted: Wanted, at: Checkpoint) -> Ask:
        """Records by the day on which they last changed."""
        if "session" not in at:
            term = wanted.set or "all[sb]"
            if "ids" in at:
                first, last = at["ids"]
                term = f"({term}) AND {first}:{last}[uid]"
            params = {"db": "pubmed", "term": term, "usehistory": "y"}
            if wanted.since:
                days = wanted.since, wanted.until or date(3000, 12, 31)
                since, until = (day.strftime("%Y/%m/%d") for day in days)
                params |= {"datetype": "mdat", "mindate": since, "maxdate": until}
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
        """From a search to its first page, from page to page, and on to the next range."""
        if "session" not in at:
            return self._searched(at, body)
        if not body.rstrip().endswith(b"</PubmedArticleSet>"):
            if _GONE.search(body[:2000]):
                raise Expired("the search is no longer kept")
            raise Incomplete("the answer is cut off or no PubmedArticleSet")
        reached = at["start"] + self.size
        all_there(len(_RECORD.findall(body)), min(reached, at["count"]) - at["start"])
        return Turn({**at, "start": reached} if reached < at["count"] else _following(at))

    def _searched(self, at: Checkpoint, body: bytes) -> Turn:
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
            first, last = at.get("ids", (1, _LAST_PMID))
            if first == last:
                raise Incomplete(f"{count} records under one PMID")
            return Turn({"ids": [first, (first + last) // 2]}, has_records=False)
        start = {"session": found["WebEnv"], "query": found["QueryKey"], "start": 0, "count": count}
        return Turn({**at, **start} if count else _following({**at, "count": 0}), has_records=False)

    def again(self, wanted: Wanted, at: Checkpoint) -> Checkpoint:
        """The search of all, or of the range."""
        return {"ids": at["ids"]} if "ids" in at else {}


def _following(at: Checkpoint) -> Checkpoint | None:
    """The search of the range behind one that is done."""
    first, last = at.get("ids", (1, _LAST_PMID))
    if last >= _LAST_PMID:
        return None
    length = (last - first + 1) * (2 if at["count"] < _MOST // 2 else 1)
    return {"ids": [last + 1, min(last + length, _LAST_PMID)]}
