"""Reading a feed element by element: flat memory, no DTD, no network, no entities of its own."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import lru_cache
from typing import Any, BinaryIO, Literal, cast

from lxml import etree

from services.works.records import Outcome, Rejected
from services.works.sources.text import tidy

_CHUNK = 64 * 1024
_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]*);")
_LONGEST_NAME = 12  # with its ampersand
_LARGEST_RECORD = 64 * 1024 * 1024
"""Bytes between two records; libxml2 itself refuses a text node above 10 MB."""


class Unreadable(Exception):
    """The bytes themselves cannot be had: damaged compression, or more of them than allowed."""


class _Malformed(Exception):
    def __init__(self, line: int | None, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@lru_cache(maxsize=2)  # every feed asks for the same head
def root_tag(head: bytes) -> str | None:
    """The tag of the root, ``{namespace}name``, from the first bytes of a file; None if not XML."""
    parser = _parser("start")
    with suppress(etree.XMLSyntaxError):  # the head may be cut anywhere
        parser.feed(head)
    return next((str(root.tag) for root in _found(parser)), None)


def read(
    stream: BinaryIO,
    name: str,
    tags: tuple[str, ...],
    convert: Callable[[etree._Element, str], Iterator[Outcome]],
    entities: Mapping[str, int] | None = None,
) -> Iterator[Outcome]:
    """What ``convert(element, place)`` makes of every element with one of ``tags``.

    An element that stands inside another of them is part of that one.
    A document type declaration is refused, unless ``entities`` are given: the names that stand for
    one character each in the feed's DTD. The DTD itself is never read, and a file that declares
    entities of its own is refused.
    ``place`` says where the element stands ("entry 17, line 312"). An element that ``convert``
    cannot cope with is rejected alone. A fault of the file ends the reading with a ``Rejected``;
    whatever came before the fault has been handed on by then.
    """
    try:
        for number, element in enumerate(_elements(stream, tags, entities), start=1):
            kind = etree.QName(element).localname
            place = f"{kind} {number}, line {element.sourceline}"
            try:
                yield from convert(element, place)
            except Exception as fault:
                told = f"cannot be read: {type(fault).__name__}: {fault}"
                yield Rejected(record=place, reason=told)
    except _Malformed as fault:
        line = f", line {fault.line}" if fault.line else ""
        yield Rejected(record=f"{name}{line}", reason=str(fault))
    except Unreadable as fault:
        yield Rejected(record=name, reason=str(fault))


def text_of(element: etree._Element | None) -> str:
    """All text inside an element, tidied; empty when there is no element."""
    return "" if element is None else tidy(source_of(element))


def source_of(element: etree._Element) -> str:
    """All text inside an element, as it is written."""
    return "".join(cast(Iterator[str], element.itertext()))


def day(text: str) -> date | None:
    """The day of an ISO date or instant. An empty text is none; raises ``ValueError`` otherwise."""
    return date.fromisoformat(text[:10]) if text else None


def _parser(event: Literal["start", "end"], tags: tuple[str, ...] = ()) -> etree.XMLPullParser:
    return etree.XMLPullParser(
        (event,),
        tag=tags or None,
        load_dtd=False,
        no_network=True,
        resolve_entities=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _feed(parser: etree.XMLPullParser, characters: "_Characters", data: bytes) -> _Malformed | None:
    """Give the parser more, or the end. It stops at a fault, not always by raising."""
    fault: _Malformed | None = None
    try:
        if data:
            parser.feed(characters.feed(data))
        else:
            parser.feed(characters.rest)
            parser.close()
    except etree.XMLSyntaxError as error:
        fault = _Malformed(error.lineno, f"not well-formed: {error.msg}")
    for entry in parser.feed_error_log:  # the first is the cause of the others
        if entry.level == etree.ErrorLevels.FATAL:
            return _Malformed(entry.line, f"not well-formed: {entry.message}")
    return fault


def _found(parser: etree.XMLPullParser) -> Iterator[etree._Element]:
    return (cast(etree._Element, found) for _, found in parser.read_events())


def _elements(
    stream: BinaryIO, tags: tuple[str, ...], entities: Mapping[str, int] | None
) -> Iterator[etree._Element]:
    parser = _parser("end", tags)
    characters = _Characters(entities or {})
    since_last = 0
    empty = True
    while True:
        data = stream.read(_CHUNK)
        fault = _feed(parser, characters, data) if data or not empty else None
        empty = empty and not data
        since_last += len(data)
        for element in _found(parser):
            if any(outer.tag in tags for outer in element.iterancestors()):
                continue
            since_last = 0
            _refuse_declarations(element, named=entities is not None)
            yield element
            _forget(element)
        if fault is not None:
            raise fault
        if since_last > _LARGEST_RECORD:
            raise _Malformed(None, f"no record ends within {_LARGEST_RECORD:,} bytes")
        if not data:
            return


def _refuse_declarations(element: etree._Element, *, named: bool) -> None:
    """Raise ``_Malformed`` at a document type declaration with content, or at any if not ``named``.

    With entities of its own a few bytes can become many.
    """
    info: Any = element.getroottree().docinfo  # lxml-stubs know little of it
    if not info.doctype:
        return
    dtd = info.internalDTD
    if not named or any(dtd.iterentities()) or any(dtd.iterelements()):
        raise _Malformed(None, "has a document type declaration, which this feed has not")


class _Characters:
    """Puts numbers in the place of named characters. ``rest`` is what may be half a name."""

    def __init__(self, entities: Mapping[str, int]) -> None:
        self._names = {name.encode(): b"&#%d;" % code for name, code in entities.items()}
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        """As many of the bytes as are certain."""
        if not self._names:
            return data
        data = self.rest + data
        start = data.rfind(b"&", -_LONGEST_NAME)
        cut = start if start >= 0 and b";" not in data[start:] else len(data)
        self.rest = data[cut:]
        return _NAMED.sub(lambda found: self._names.get(found[1], found[0]), data[:cut])


def _forget(element: etree._Element) -> None:
    """Free an element that has been read and its like before it (not itself: it has a tail)."""
    element.clear(keep_tail=True)  # type: ignore[call-arg]  # unknown to lxml-stubs
    parent = element.getparent()
    if parent is not None:
        while (before := element.getprevious()) is not None and before.tag == element.tag:
            parent.remove(before)
