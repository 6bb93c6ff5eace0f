"""The records of a CSV file, line by line, with a way back after a quote that never closes.

Slow and forgiving, for files that are not plain (`scan.py`) and for foreign ones: every physical line ends up in exactly
one record, one refused record, or is blank. A record may run over several lines inside quotes; one that does not come
out whole (the quote never closes, or closes in the middle of a later field) costs only its first line, and reading goes
on with the next.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Protocol

from creditdesk.facts.scan import RECORD_LIMIT

SPAN_LIMIT = 1000
"""Most lines of one record; a quote that is still open after them never closes."""
SHOWN = 10_000
BLANK = "blank"

_CHUNK = 1 << 20
_LINE_ENDS = re.compile(rb"\r\n|\n|\r")
_OPEN = re.compile(r'"[^"]*(?:""[^"]*)*\Z')


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written: its encoding and the character between its values."""

    encoding: str = "utf-8"
    delimiter: str = ","

    @cached_property
    def wide(self) -> bool:
        """Whether a character takes two or four bytes, so that lines cannot be cut as bytes."""
        return self.encoding.startswith(("utf-16", "utf-32"))

    @cached_property
    def bytes_encoding(self) -> str:
        """Encoding of the lines that are cut: a wide file is turned into UTF-8 while it is read."""
        return "utf-8" if self.wide else self.encoding

    @cached_property
    def field(self) -> re.Pattern[str]:
        """One value up to the delimiter: in quotes (first group) or bare (second group)."""
        mark = re.escape(self.delimiter)
        end = rf"(?={mark}|\Z)"
        return re.compile(rf'"([^"]*(?:""[^"]*)*)"{end}|([^"{mark}][^{mark}]*|){end}')

    def split(self, text: str) -> tuple[list[str], str]:
        """The fields of one record; and `open_quote` or `bad_quote` when it does not come out whole.

        A quote inside a field that does not begin with one is an ordinary character (`5" pipe`).
        """
        fields: list[str] = []
        at = 0
        while True:
            match = self.field.match(text, at)
            if match is None:
                return fields, "open_quote" if _OPEN.match(text, at) else "bad_quote"
            quoted = match.group(1)
            fields.append(quoted.replace('""', '"') if quoted is not None else match.group(2))
            at = match.end()
            if at == len(text):
                return fields, ""
            at += len(self.delimiter)


STANDARD = Dialect()


@dataclass(frozen=True)
class Record:
    """One record.

    Attributes:
        line, last_line: first and last physical line.
        fields: values as text, quotes removed; empty for a refused record.
        refusal: empty, or the code of what is wrong: `blank`, `encoding`, `zero_byte`, `too_long`, `open_quote`,
            `bad_quote`.
        found: what was found, for a refused record.
        text: the record as it stands in the file (undecodable bytes read as Latin-1), cut to 10,000 characters.
        column: index of the field at fault; -1 when it cannot be told.
    """

    line: int
    last_line: int
    fields: tuple[str, ...]
    refusal: str = ""
    found: str = ""
    text: str = ""
    column: int = -1


@dataclass
class _Line:
    number: int
    raw: bytes  # without its line end
    end: bytes
    size: int  # bytes in the file; larger than `raw` for a line above the limit


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def records(path: Path, dialect: Dialect = STANDARD) -> Iterator[Record]:
    """Every record of a CSV file, the header included; a blank line outside quotes is a refused record, `blank`."""
    with path.open("rb") as file:
        source: _Readable = _Narrow(file, dialect.encoding) if dialect.wide else file
        lines = _Lines(source)
        while (line := lines.next()) is not None:
            if not line.raw.strip() and line.size < RECORD_LIMIT:
                yield Record(line.number, line.number, (), BLANK)
            else:
                yield _record(line, lines, dialect)


def _record(line: _Line, lines: _Lines, dialect: Dialect) -> Record:
    refused = _refuse(line, dialect)
    if refused is not None:
        return refused
    text = line.raw.decode(dialect.bytes_encoding)
    if '"' not in text:
        return Record(line.number, line.number, tuple(text.split(dialect.delimiter)), text=text[:SHOWN])
    fields, trouble = dialect.split(text)
    if not trouble:
        return Record(line.number, line.number, tuple(fields), text=text[:SHOWN])
    if trouble == "open_quote":
        longer = _continued(line, text, lines, dialect)
        if longer is not None:
            return longer
    return Record(line.number, line.number, (), trouble, text[:SHOWN], text[:SHOWN], len(fields))


def _continued(first: _Line, text: str, lines: _Lines, dialect: Dialect) -> Record | None:
    """The record that runs on over the next lines, when it comes out whole; the lines are put back when not."""
    taken: list[_Line] = []
    size, end = first.size, first.end
    found: Record | None = None
    while len(taken) < SPAN_LIMIT and size < RECORD_LIMIT:
        line = lines.next()
        if line is None:
            break
        taken.append(line)
        size += line.size
        if _refuse(line, dialect) is not None:
            break
        text += end.decode("ascii") + line.raw.decode(dialect.bytes_encoding)
        end = line.end
        if b'"' not in line.raw:
            continue
        fields, trouble = dialect.split(text)
        if not trouble:
            found = Record(first.number, line.number, tuple(fields), text=text[:SHOWN])
            break
        if trouble == "bad_quote":
            break
    if found is None:
        lines.put_back(taken)
    return found


def _refuse(line: _Line, dialect: Dialect) -> Record | None:
    """The line as a refused record, when it cannot be read as text; None when it can."""
    if line.size >= RECORD_LIMIT:
        return _refused(line, dialect, "too_long", f"{line.size} bytes")
    if b"\0" in line.raw:
        return _refused(line, dialect, "zero_byte", "a zero byte", line.raw.index(b"\0"))
    try:
        line.raw.decode(dialect.bytes_encoding)
    except UnicodeDecodeError as error:
        around = _field_around(line.raw, error.start, dialect)
        return _refused(
            line, dialect, "encoding", f"byte 0x{line.raw[error.start]:02X} in {around!r}", error.start
        )
    return None


def _refused(line: _Line, dialect: Dialect, code: str, found: str, at: int = -1) -> Record:
    text = line.raw[:SHOWN].decode("latin-1")
    column = line.raw[:at].count(dialect.delimiter.encode()) if at >= 0 else -1
    return Record(line.number, line.number, (), code, found, text, column)


def _field_around(raw: bytes, at: int, dialect: Dialect) -> str:
    mark = dialect.delimiter.encode()
    start = raw.rfind(mark, 0, at) + 1
    stop = raw.find(mark, at)
    return raw[start : stop if stop >= 0 else len(raw)][:80].decode("latin-1")


class _Lines:
    r"""Physical lines of a file, at `\n`, `\r\n` or a lone `\r`; lines may be put back."""

    def __init__(self, file: _Readable) -> None:
        self._source = _physical(file)
        self._ready: list[_Line] = []  # in reverse order

    def next(self) -> _Line | None:
        return self._ready.pop() if self._ready else next(self._source, None)

    def put_back(self, lines: list[_Line]) -> None:
        self._ready.extend(reversed(lines))


def _physical(file: _Readable) -> Iterator[_Line]:
    number, rest, dropped = 0, b"", 0
    first = file.read(len(codecs.BOM_UTF8))
    first = b"" if first == codecs.BOM_UTF8 else first
    for chunk in chain([first], iter(lambda: file.read(_CHUNK), b"")):
        data = rest + chunk
        start = 0
        ends = b"\n" in chunk or b"\r" in chunk or rest.endswith(b"\r")  # far faster than the search below
        for match in _LINE_ENDS.finditer(data) if ends else ():
            if match.end() == len(data) and match.group() == b"\r":
                break  # the \n of a \r\n may be in the next chunk
            number += 1
            raw = data[start : match.start()]
            yield _Line(number, raw, match.group(), len(raw) + dropped)
            start, dropped = match.end(), 0
        rest = data[start:]
        if len(rest) > RECORD_LIMIT:  # a line above the limit is not kept in memory, only measured
            keep = SHOWN if rest[-1:] != b"\r" else SHOWN - 1
            dropped += len(rest) - SHOWN
            rest = rest[:keep] + (rest[-1:] if keep < SHOWN else b"")
    if rest or dropped:
        ended = rest.endswith(b"\r")
        yield _Line(number + 1, rest.removesuffix(b"\r"), b"\r" if ended else b"", len(rest) + dropped)


class _Narrow:
    """A UTF-16 or UTF-32 file, turned into UTF-8 while it is read; what cannot be decoded becomes a byte that is not
    UTF-8, so that its line is refused like any other.
    """

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._reader = codecs.getreader(encoding)(file, "replace")
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        while len(self._rest) < size:
            text = self._reader.read(size)
            if not text:
                break
            self._rest += text.lstrip("\ufeff").encode("utf-8", "replace").replace("\ufffd".encode(), b"\xff")
        found, self._rest = self._rest[:size], self._rest[size:]
        return found
