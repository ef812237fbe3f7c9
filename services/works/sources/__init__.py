"""Where records come from: one module per feed, and ``open_source``, which tells them apart."""

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from services.works.records import Outcome, Rejected
from services.works.sources import (
    acl,
    acl_people,
    arxiv_atom,
    arxiv_oai,
    crossref,
    crossref_unixsd,
    datacite,
    datacite_xml,
    dblp,
    openalex,
    openalex_merged,
    orcid,
    orcid_xml,
    pubmed,
    ror,
    semanticscholar,
)
from services.works.sources.everybody import for_everybody
from services.works.sources.limits import limited
from services.works.sources.xml import Unreadable

if TYPE_CHECKING:  # known to type checkers only
    from _typeshed import WriteableBuffer


class Source(Protocol):
    """What a module for a feed offers."""

    FEED: str
    ABOUT: str

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins so comes from this feed."""
        ...

    def parse(self, stream: BinaryIO, name: str) -> Iterator[Outcome]:
        """The records of a file, in its order. ``name`` is what people call the file."""
        ...


SOURCES: tuple[Source, ...] = (
    arxiv_atom,
    arxiv_oai,
    acl,
    acl_people,
    openalex,
    openalex_merged,
    crossref,
    crossref_unixsd,
    datacite,
    datacite_xml,
    dblp,
    orcid,
    orcid_xml,
    pubmed,
    semanticscholar,
    ror,
)
"""Every feed that is read. Add a source here."""

MAX_SIZE = 2 * 1024**3
_HEAD = 64 * 1024


class UnknownFormat(ValueError):
    """The file is from none of the feeds. The message names those that are accepted."""


def open_source(stream: BinaryIO, name: str, max_size: int = MAX_SIZE) -> Iterator[Outcome]:
    """The records of a file, plain or gzip, from whichever feed it comes.

    ``name`` is what people call the file. Beyond ``max_size`` decompressed bytes reading stops
    with a ``Rejected``. An empty file has no records. Raises ``UnknownFormat``, at once.
    """
    source = _Bytes(stream, max_size)
    head = source.head()
    if not head:
        return _faults(source, name)
    for module in SOURCES:
        if module.recognises(head):
            return limited(for_everybody(module.parse(cast(BinaryIO, source), name)))
    accepted = "; ".join(module.ABOUT for module in SOURCES)
    raise UnknownFormat(f"{name} is in no format read here. Accepted, plain or gzip: {accepted}.")


def _faults(source: "_Bytes", name: str) -> Iterator[Outcome]:
    try:
        source.read(1)
    except Unreadable as fault:
        yield Rejected(record=name, reason=str(fault))


class _Bytes(io.RawIOBase):
    """Decompressed bytes, counted. Everything before a fault is handed on before it is raised."""

    def __init__(self, stream: BinaryIO, max_size: int) -> None:
        start = stream.read(2)
        whole = io.BufferedReader(_Joined(start, stream), 64 * 1024)
        self._source = gzip.GzipFile(fileobj=whole) if start == b"\x1f\x8b" else whole
        self._left = max_size
        self._max_size = max_size
        self._head = b""
        self._fault: Unreadable | None = None

    def head(self) -> bytes:
        """The first bytes, which will be read again."""
        while len(self._head) < _HEAD and self._fault is None:
            try:
                more = self._more(_HEAD)
            except Unreadable as fault:
                self._fault = fault
                break
            if not more:
                break
            self._head += more
        return self._head

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """As in ``io.RawIOBase``. Raises ``Unreadable``."""
        room = memoryview(buffer)
        if self._head:
            data, self._head = self._head[: len(room)], self._head[len(room) :]
        elif self._fault is not None:
            raise self._fault
        else:
            data = self._more(len(room))
        room[: len(data)] = data
        return len(data)

    def _more(self, size: int) -> bytes:
        try:  # when nothing is left of the allowance, see whether the file ends there
            data = self._source.read1(min(size, self._left or 1))
        except (gzip.BadGzipFile, EOFError, zlib.error) as fault:
            raise Unreadable(f"the gzip data are damaged: {fault}") from fault
        if data and self._left == 0:
            raise Unreadable(f"larger than {self._max_size:,} bytes when decompressed")
        self._left -= len(data)
        return data


class _Joined(io.RawIOBase):
    """The bytes already taken from a stream, then the rest of it."""

    def __init__(self, start: bytes, stream: BinaryIO) -> None:
        self._start = start
        self._stream = stream

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """As in ``io.RawIOBase``."""
        room = memoryview(buffer)
        data = self._start[: len(room)] or self._stream.read(len(room))
        self._start = self._start[len(data) :]
        room[: len(data)] = data
        return len(data)
