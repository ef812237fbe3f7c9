"""The arXiv API (https://info.arxiv.org/help/api/user-manual.html): a search, page by page."""

import re
from dataclasses import dataclass

from services.works.harvest.fetching import Ask, Checkpoint, Expired, Incomplete, Turn, Wanted

_TOTAL = re.compile(rb"<opensearch:totalResults[^>]*>\s*(\d+)\s*<")
_ENTRY = re.compile(rb"<entry[\s>]")


@dataclass(frozen=True, slots=True)
class Atom:
    """``start`` counts the entries before a page. The set of a job is the search."""

    size: int

    def ask(self, wanted: Wanted, at: Checkpoint) -> Ask:
        """Oldest first, so that what comes in meanwhile does not shift the pages."""
        search = wanted.set or "all:*"
        if wanted.since:
            until = wanted.until.strftime("%Y%m%d2359") if wanted.until else "299912312359"
            search += f" AND submittedDate:[{wanted.since.strftime('%Y%m%d0000')} TO {until}]"
        return Ask(
            {
                "search_query": search,
                "start": str(at.get("start", 0)),
                "max_results": str(self.size),
                "sortBy": "submittedDate",
                "sortOrder": "ascending",
            }
        )

    def turn(self, wanted: Wanted, at: Checkpoint, body: bytes) -> Turn:
        """The next place. The API at times answers with an empty page before the end.

        When there are fewer records than before, some have moved to a page that was read already.
        """
        total = _TOTAL.search(body)
        if total is None or not body.rstrip().endswith(b"feed>"):
            raise Incomplete("the answer is cut off or no Atom feed")
        start, entries, count = at.get("start", 0), len(_ENTRY.findall(body)), int(total[1])
        if entries == 0 and start < count:
            raise Incomplete("an empty page before the end of the list")
        if count < at.get("total", 0):
            raise Expired(f"{at['total']:,} records became {count:,}")
        reached = start + entries
        more = {"start": reached, "total": count} if reached < count else None
        return Turn(more, has_records=entries > 0)

    def again(self, wanted: Wanted, at: Checkpoint) -> Checkpoint:
        """The beginning."""
        return {}
