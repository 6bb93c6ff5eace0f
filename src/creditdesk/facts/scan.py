"""A first look at a CSV file in bytes: how many lines it has, and whether every line is one record.

DuckDB's CSV reader loses records in silence (a very long field, all that follows an unclosed quote), and what it
reports is numbered by record, not by line. So the lines are counted here, independently of any reader: a file that is
plain all through is given to DuckDB, and its rows must come out as many as counted; any other file is read line by
line.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CHUNK = 1 << 24
RECORD_LIMIT = 1 << 21
"""Longest record in bytes: a longer one is quarantined."""

_NEWLINE, _RETURN, _QUOTE, _COMMA, _NUL = 10, 13, 34, 44, 0


@dataclass(frozen=True)
class Scan:
    r"""What the bytes of a CSV file show.

    Attributes:
        size: bytes.
        lines: physical lines (at `\n`, `\r\n` or a lone `\r`), the last one with or without a line break at its end.
        encoding: `utf-8`, `utf-16`, `utf-32` (by their marks or by their zero bytes), or `other` when some bytes are
            not UTF-8.
        commas: commas outside quotes.
        plain: every physical line is one record, so that record n stands on line n: no line break inside quotes,
            no blank line, one kind of line end, no zero byte, no line above the limit.
    """

    size: int
    lines: int
    encoding: str
    commas: int
    plain: bool


def scan(path: Path) -> Scan:
    """Count and judge a file in one pass of bounded memory."""
    with path.open("rb") as file:
        head = file.read(4096)
    wide = _wide(head)
    state = _State()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            state.add(chunk)
    encoding = wide or ("utf-8" if state.finish_utf8() else "other")
    return Scan(state.size, state.line_count(), encoding, state.commas, encoding == "utf-8" and state.plain())


def _wide(head: bytes) -> str:
    """UTF-16 or UTF-32, by byte order mark or by the zero bytes of its header."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    line = head[:200]
    for encoding, high, low in (("utf-16-le", line[1::2], line[0::2]), ("utf-16-be", line[0::2], line[1::2])):
        # of the letters of a header one byte in two is zero, and never the other one
        if len(line) >= 4 and high.count(0) * 3 > len(high) * 2 and not low.count(0):
            return encoding
    return ""


class _State:
    """Running totals over the chunks of one file."""

    def __init__(self) -> None:
        self.size = 0
        self.newlines = 0
        self.crlf = 0
        self.returns = 0
        self.nuls = 0
        self.quotes = 0
        self.quoted_breaks = 0
        self.commas = 0
        self.blank = False
        self.longest = 0
        self._line_start = 0  # offset at which the current line begins
        self._last = b""
        self._decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()

    def add(self, chunk: bytes) -> None:
        self._decode(chunk)
        data = np.frombuffer(chunk, dtype=np.uint8)
        breaks = np.flatnonzero(data == _NEWLINE)
        returns = np.flatnonzero(data == _RETURN)
        quotes = np.flatnonzero(data == _QUOTE)
        self.nuls += int(np.count_nonzero(data == _NUL))
        self.commas += self._outside(data, quotes)
        self.returns += len(returns)
        if len(breaks):
            before = np.where(breaks > 0, data[breaks - 1], ord(self._last) if self._last else 0)
            self.crlf += int(np.count_nonzero(before == _RETURN))
            inside = (np.searchsorted(quotes, breaks) + self.quotes) % 2
            self.quoted_breaks += int(np.count_nonzero(inside))
            starts = np.concatenate(([self._line_start], breaks[:-1] + 1 + self.size))
            lengths = breaks + self.size - starts
            self.longest = max(self.longest, int(lengths.max()))
            empty = lengths - (before == _RETURN)
            self.blank = self.blank or bool((empty <= 0).any())
            self._line_start = int(breaks[-1]) + 1 + self.size
        self.newlines += len(breaks)
        self.quotes += len(quotes)
        self.size += len(chunk)
        self._last = chunk[-1:]

    def _outside(self, data: NDArray[np.uint8], quotes: NDArray[np.intp]) -> int:
        """Commas that are not inside quotes."""
        if not len(quotes) and self.quotes % 2 == 0:
            return int(np.count_nonzero(data == _COMMA))
        inside = (np.searchsorted(quotes, np.flatnonzero(data == _COMMA)) + self.quotes) % 2
        return int(np.count_nonzero(inside == 0))

    def _decode(self, chunk: bytes) -> None:
        if self._decoder is None:
            return
        try:
            self._decoder.decode(chunk)
        except UnicodeDecodeError:
            self._decoder = None

    def finish_utf8(self) -> bool:
        if self._decoder is None:
            return False
        try:
            self._decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
        return True

    def line_count(self) -> int:
        ended = self._last in (b"\n", b"\r", b"")
        return self.newlines + (self.returns - self.crlf) + (0 if ended else 1)

    def plain(self) -> bool:
        longest = max(self.longest, self.size - self._line_start)
        one_line_end = self.returns == self.crlf and self.crlf in (0, self.newlines)
        return (
            one_line_end
            and not self.nuls
            and not self.blank
            and not self.quoted_breaks
            and self.quotes % 2 == 0
            and longest < RECORD_LIMIT
        )
