"""Reading JSON record by record: an API page, a single record, an array, or JSON lines.

Records are cut out of the bytes by their brackets and parsed one at a time, so that memory stays
flat, a bad record costs only itself, and what stands before the end of a cut file is still read.
"""

import io
import re
from collections.abc import Callable, Generator, Iterator
from functools import lru_cache
from typing import Any, BinaryIO

import orjson

from services.works.records import Outcome, Rejected
from services.works.sources.fields import Json, Path, at
from services.works.sources.xml import Unreadable

_CHUNK = 64 * 1024
_LARGEST_RECORD = 32 * 1024 * 1024
"""Bytes of one record, and of what stands around the records."""
_LONGEST_START = 1024 * 1024
_MARK = b"\xef\xbb\xbf"  # of byte order, which some put before UTF-8
_BLANK = _MARK + b" \t\r\n"
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+("?)|[{}\[\]]|[^\s"{}\[\],:]+', re.S)
_QUOTE = 0x22
_DEEPEST_PATH = 6


class _Malformed(Exception):
    pass


def read(
    stream: BinaryIO,
    name: str,
    arrays: frozenset[Path],
    convert: Callable[[Json, str], Iterator[Outcome]],
) -> Iterator[Outcome]:
    """What ``convert(record, place)`` makes of every record.

    Records are the elements of an array that is the whole file or stands at one of the paths
    ``arrays``, such as ``("message", "items")``; an object without such an array is one record.
    A fault of the file ends the reading with a ``Rejected``, a fault of a line only that line; a
    record that ``convert`` cannot cope with is rejected alone.
    """
    source = _Source(stream)
    try:
        for place, value in _values(source, arrays):
            if isinstance(value, _Malformed):
                yield Rejected(record=f"{name}, {place}", reason=str(value))
            elif value is None:
                yield Rejected(record=place, reason="null: the source has no such record")
            elif not isinstance(value, dict):
                yield Rejected(record=place, reason="not a JSON object")
            else:
                try:
                    yield from convert(value, place)
                except Exception as fault:
                    told = f"cannot be read: {type(fault).__name__}: {fault}"
                    yield Rejected(record=place, reason=told)
    except _Malformed as fault:
        yield Rejected(record=name, reason=str(fault))
    except Unreadable as fault:
        yield Rejected(record=name, reason=str(fault))


def _values(source: "_Source", arrays: frozenset[Path]) -> Iterator[tuple[str, Any]]:
    """Every record with its place, or what is wrong with it."""
    if not source.is_lines():
        for number, data in enumerate(_cut(source.read, arrays), start=1):
            yield f"record {number}", _parsed(data)
        return
    for number, line in enumerate(source.lines(), start=1):
        if not line.strip():
            continue
        value = _parsed(line)
        if not isinstance(value, _Malformed):
            elements = _elements(value, arrays)
        else:
            elements = map(_parsed, _cut(io.BytesIO(line).read, arrays))
        several = 0
        try:
            for several, element in enumerate(elements, start=1):
                yield f"line {number}" + (f", record {several}" if several > 1 else ""), element
        except _Malformed as fault:
            yield f"line {number}", fault


def _parsed(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except ValueError as fault:  # its message may quote the whole document
        return _Malformed(f"not JSON: {str(fault)[:100]}")


def _elements(value: Any, arrays: frozenset[Path]) -> Iterator[Any]:
    """The records in a value that is parsed."""
    if isinstance(value, list):
        yield from value
        return
    found = [items for path in arrays if isinstance(items := at(value, path), list)]
    if not found:
        yield value
    for items in found:
        yield from items


def _cut(read_some: Callable[[int], bytes], arrays: frozenset[Path]) -> Iterator[bytes]:
    """The bytes of every record. Raises ``_Malformed`` where the brackets do not match."""
    cutter = _Cutter(arrays)
    rest = b""
    while data := read_some(max(_CHUNK, len(rest))):
        rest = yield from cutter.feed(rest + data)
    if rest.strip():
        yield from cutter.feed(rest + b" ")
    if cutter.depth:
        raise _Malformed("the file ends in the middle of a record")


class _Cutter:
    """Follows the brackets. ``depth`` tells how many are open."""

    def __init__(self, arrays: frozenset[Path]) -> None:
        self.depth = 0
        self._arrays = arrays
        self._paths: list[Path | None] = []  # of what is open around the records
        self._array = 0  # the depth at which elements are records
        self._record = 0  # the depth at which the current record began, 0 when in none
        self._name = ""
        self._held = bytearray()
        self._found_array = False

    def feed(self, data: bytes) -> Generator[bytes, None, bytes]:
        """The records that end in ``data``. Returns what is to come again before the next bytes."""
        begin = 0
        for token in _TOKEN.finditer(data):
            start, end = token.span()
            first = data[start]
            if (first == _QUOTE and not token[1]) or (first not in b'"{}[]' and end == len(data)):
                self._keep(data[begin:start])
                return data[start:]
            if first in b"{[":
                if not self._record and self._array and self.depth == self._array:
                    self._record, begin = self.depth, start
                    self._held.clear()
                self._open(first)
            elif first in b"}]":
                if self._close():
                    yield bytes(self._held + data[begin:end])
                    self._held.clear()
                    begin = end
            elif not self._record:
                if self._array and self.depth == self._array:
                    yield token[0]
                elif not self.depth:
                    raise _Malformed(f"not JSON: {token[0][:40]!r} stands outside a record")
                elif first == _QUOTE and self.depth < _DEEPEST_PATH:
                    self._name = token[0][1:-1].decode(errors="replace")
        self._keep(data[begin:])
        return b""

    def _keep(self, data: bytes) -> None:
        if self._record or not self._found_array:
            self._held += data
        if len(self._held) > _LARGEST_RECORD:
            raise _Malformed(f"no record ends within {_LARGEST_RECORD:,} bytes")

    def _open(self, bracket: int) -> None:
        if not self._record:
            if not self.depth:
                self._found_array = False
                path: Path | None = ()
            else:
                outer = self._paths[-1]
                path = None if outer is None else (*outer, self._name)
                path = path if path and len(path) < _DEEPEST_PATH else None
            self._paths.append(path if bracket == ord("{") else None)
            if bracket == ord("[") and not self._array and (path == () or path in self._arrays):
                self._array = self.depth + 1
                self._found_array = True
        self.depth += 1

    def _close(self) -> bool:
        """Whether a record ends here."""
        if not self.depth:
            raise _Malformed("not JSON: a bracket closes that was not opened")
        self.depth -= 1
        if self._record:
            if self.depth > self._record:
                return False
            self._record = 0
            return True
        self._paths.pop()
        if self.depth < self._array:
            self._array = 0
        return not self.depth and not self._found_array


class _Source:
    """Bytes, of which the start has been looked at."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._start = bytearray()
        self._fault: Unreadable | None = None

    def is_lines(self) -> bool:
        """Whether the first line is complete in itself; a very long one counts as no line."""
        while len(self._start) < _LONGEST_START:
            try:
                data = self._stream.read(_CHUNK)
            except Unreadable as fault:
                self._fault = fault
                break
            self._start += data
            if not data or (b"\n" in data and b"\n" in self._start.lstrip(_BLANK)):
                break
        text = bytes(self._start).removeprefix(_MARK)
        self._start = bytearray(text)
        first = text.lstrip(_BLANK).partition(b"\n")[0].rstrip()
        return first[:1] + first[-1:] in (b"{}", b"[]")

    def read(self, size: int) -> bytes:
        """Some bytes, none at the end. Raises ``Unreadable``."""
        if self._start:
            data = bytes(self._start)
            self._start.clear()
            return data
        if self._fault is not None:
            raise self._fault
        return self._stream.read(size)

    def lines(self) -> Iterator[bytes]:
        """All lines. Raises ``Unreadable``, and ``_Malformed`` at one that is too long."""
        held = bytearray()
        while data := self.read(_CHUNK):
            held += data
            if b"\n" in data:
                *lines, rest = bytes(held).split(b"\n")
                yield from lines
                held = bytearray(rest)
            elif len(held) > _LARGEST_RECORD:
                raise _Malformed(f"a line is longer than {_LARGEST_RECORD:,} bytes")
        yield bytes(held)


def outline(head: bytes) -> dict[str, str]:
    """What the start of a JSON file holds: `results.*.id`, and the first value there.

    Containers have the value `{` or `[`. Empty when it is not JSON; the head may end anywhere.
    """
    start = head.lstrip(_BLANK)
    return _outline(start) if start[:1] in (b"{", b"[") else {}


@lru_cache(maxsize=2)  # every feed asks for the same head
def _outline(head: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    opened: list[tuple[Path, bool]] = []
    name: str | None = None
    for token in _TOKEN.finditer(head):
        text = token[0]
        if text in (b"}", b"]"):
            if opened:
                opened.pop()
            name = None
            continue
        base, in_object = opened[-1] if opened else ((), False)
        if in_object and name is None:
            name = _unquoted(text)
            continue
        path = base
        if opened and len(opened) < _DEEPEST_PATH:
            path = (*base, name if in_object and name is not None else "*")
            found.setdefault(".".join(path), _unquoted(text))
        name = None
        if text in (b"{", b"["):
            opened.append((path, text == b"{"))
    return found


def _unquoted(token: bytes) -> str:
    return token.removeprefix(b'"').removesuffix(b'"').decode(errors="replace")
