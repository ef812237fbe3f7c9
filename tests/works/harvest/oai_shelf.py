"""An OAI-PMH list of records, a page at a time, as arXiv serves it."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from tests.works.harvest.standin import Answer, Asked

FIXTURES = Path(__file__).parent / "fixtures"
_RECORD = re.compile(r"<record>.*?</record>", re.S)
_STAMP = re.compile(r"<datestamp>(.*?)</datestamp>")
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
    "<responseDate>{day}T00:00:41Z</responseDate>\n"
    '<request verb="ListRecords">http://export.arxiv.org/oai2</request>\n'
    "{content}\n</OAI-PMH>\n"
)


def real_records() -> list[str]:
    """Twelve whole records of arXiv's, in the order of their datestamps."""
    text = (FIXTURES / "arxiv-records.xml").read_text(encoding="utf-8")
    return sorted(_RECORD.findall(text), key=_STAMP.findall)


def deleted(identifier: str, day: str) -> str:
    """The record of a paper that was taken back."""
    return (
        f'<record><header status="deleted"><identifier>oai:arXiv.org:{identifier}</identifier>'
        f"<datestamp>{day}</datestamp><setSpec>cs</setSpec></header></record>"
    )


@dataclass
class Shelf:
    """Records in pages; the tokens in ``expired`` are no longer known."""

    records: list[str]
    size: int = 3
    day: str = "2026-09-14"
    expired: set[str] = field(default_factory=set)

    def answer(self, asked: Asked) -> Answer:
        """The page that a request asks for."""
        token = asked.params.get("resumptionToken")
        if token in self.expired:
            self.expired.discard(token)
            return self.error("badResumptionToken", "the token has expired")
        since, start = asked.params.get("from", ""), 0
        if token:
            since, _, place = token.partition("|")
            start = int(place)
        chosen = [record for record in self.records if _STAMP.findall(record)[0] >= since]
        if not chosen:
            return self.error("noRecordsMatch", "nothing there")
        page = chosen[start : start + self.size]
        more = start + self.size < len(chosen)
        following = f"{since}|{start + self.size}" if more else ""
        listed = "\n".join(page)
        size = f'cursor="{start}" completeListSize="{len(chosen)}"'
        tail = f"<resumptionToken {size}>{following}</resumptionToken>"
        content = f"<ListRecords>\n{listed}\n{tail}\n</ListRecords>"
        return Answer(_ENVELOPE.format(day=self.day, content=content).encode())

    def error(self, code: str, said: str) -> Answer:
        """An error as the protocol has it."""
        content = f'<error code="{code}">{said}</error>'
        return Answer(_ENVELOPE.format(day=self.day, content=content).encode())
