"""OAI-PMH 2.0, verb ListRecords (https://www.openarchives.org/OAI/openarchivesprotocol.html)."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from lxml import etree

from services.works.harvest.fetching import (
    Ask,
    Checkpoint,
    Expired,
    Incomplete,
    Refused,
    Turn,
    Wanted,
)

_OAI = "{http://www.openarchives.org/OAI/2.0/}"


@dataclass(frozen=True, slots=True)
class Oai:
    """Resumption tokens; ``until`` is never sent, as arXiv asks.

    A checkpoint holds the token, where the list began (``from``), the newest datestamp so far and
    whether datestamps only ever rose: only then may an expired token be replaced by that stamp.
    """

    prefix: str

    def ask(self, wanted: Wanted, at: Checkpoint) -> Ask:
        """The first page by dates and set, the others by token alone."""
        if at.get("token"):
            return Ask({"verb": "ListRecords", "resumptionToken": at["token"]})
        params = {"verb": "ListRecords", "metadataPrefix": self.prefix}
        since = at.get("from") or (wanted.since and wanted.since.isoformat())
        if wanted.set:
            params["set"] = wanted.set
        if since:
            params["from"] = since
        return Ask(params)

    def turn(self, wanted: Wanted, at: Checkpoint, body: bytes) -> Turn:
        """The next token. An error that says "nothing there" is an empty list."""
        page = _parse(body)
        as_of = date.fromisoformat(_text(page, "responseDate")[:10])
        error = page.find(f"{_OAI}error")
        if error is not None:
            return _on_error(error, as_of, continues=bool(at.get("token")))
        stamps = [stamp.text or "" for stamp in page.iter(f"{_OAI}datestamp")]
        listed, last = page.find(f"{_OAI}ListRecords"), page.find(f".//{_OAI}resumptionToken")
        if listed is None or (last is None and b"<resumptionToken" in body):
            raise Incomplete("the answer lists nothing, or its token cannot be read")
        token = "" if last is None else (last.text or "").strip()
        if not token:
            return Turn(None, as_of=as_of)
        if token == at.get("token"):
            raise Incomplete("the answer leads back to the page that was asked for")
        seen = [*filter(None, [at.get("stamp")]), *stamps]
        rising = at.get("rising", True) and all(a <= b for a, b in pairwise(seen))
        follow = {"token": token, "from": at.get("from"), "stamp": max(seen, default=None)}
        return Turn({**follow, "rising": rising}, as_of=as_of)

    def again(self, wanted: Wanted, at: Checkpoint) -> Checkpoint:
        """The newest datestamp when they only rose, else the beginning of the list."""
        safe = at.get("stamp") if at.get("rising") else at.get("from")
        return {"from": safe} if safe else {}


def _on_error(error: etree._Element, as_of: date, *, continues: bool) -> Turn:
    """Behind the first page every error is one of the token, "nothing there" as well."""
    code, said = error.get("code", "error"), " ".join((error.text or "").split())
    if continues or code == "badResumptionToken":
        raise Expired(f"{code}: {said}")
    if code == "noRecordsMatch":
        return Turn(None, has_records=False, as_of=as_of)
    raise Refused(f"{code}: {said}")


def _parse(body: bytes) -> etree._Element:
    """The page. One that was cut off lacks the end; what is wrong inside is for its reader."""
    if not body.rstrip().endswith(b"OAI-PMH>"):
        raise Incomplete("the answer is cut off or no OAI-PMH")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_comments=True
    )
    page = etree.fromstring(body, parser)
    if page is None or page.tag != f"{_OAI}OAI-PMH" or not _text(page, "responseDate"):
        raise Incomplete("the answer is no OAI-PMH")
    return page


def _text(page: etree._Element, path: str) -> str:
    return (page.findtext(f"{_OAI}{path}") or "").strip()
