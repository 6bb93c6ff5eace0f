"""What the values of a column look like: days, amounts, currencies, and how they are written."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from creditdesk.facts.codes import countries
from creditdesk.facts.money import currencies
from creditdesk.sources import cells
from creditdesk.sources.cells import Cell, Unreadable, Writing

ENOUGH, OF_FEW, FEW = 0.9, 0.6, 20
"""Share of the filled cells that have to fit; of few cells a smaller one: a single mistake weighs much there."""

MOST = 100
"""Values of a column that are kept, where it has no more."""

FIRST_YEAR, LAST_YEAR = 1950, 2100
"""What lies outside is no date of business, but a number that happens to read as one."""

_DAYS = [
    f"{pattern.replace('-', mark)}{time}"
    for time in ("", " 00:00:00", "T00:00:00", " 00:00", " 0:00")
    for mark in "-./ "
    for pattern in ("YYYY-M-D", "D-M-YYYY", "M-D-YYYY", "D-M-YY", "M-D-YY", "YY-M-D")
]
PATTERNS = (*_DAYS, "YYYYMMDD", "DDMMYYYY")
"""Ways to write a day, the likelier ones first."""

SPACES = " \u00a0\u202f"
MARKS = (
    (",", "."), (".", ","), (",", SPACES), (",", "'’"), (".", "'’"), (".", SPACES), (",", ""), (".", ""),
)  # fmt: skip
"""Decimal mark and marks between thousands that occur together."""

_NUMBER = re.compile(r"[-−+(]?\s*\d[\d.,'’\u00a0\u202f ]*[)-−]?|[-−+]?[.,]\d+")
_BESIDE = re.compile(r"^([^\d(+\-−.,]{1,4}?)\s*[-−+(]?\s*[\d.,]|[\d)][-−]?\s*([^\d)+\-−.,\s]{1,4})$")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d\s()/.-]{7,20}")
_DATE_LIKE = re.compile(r"\d{1,4}[-./ ]\d{1,2}[-./ ]\d{1,4}([T ][\d:]+)?|\d{8}")


@dataclass(frozen=True)
class Noticed:
    """What was noticed about a column.

    Attributes:
        kind: `empty`, `date`, `amount`, `number`, `currency`, `country`, `email`, `phone`, `flag`, `code` (few values),
            `id` (most values differ and are short) or `text`.
        dates: patterns that fit nearly all cells, the likeliest first; empty for days that are no text.
        marks: decimal and thousands marks that fit nearly all cells.
        signs: signs of a currency beside its numbers.
        negative: share of its numbers below zero.
        filled: cells that hold something, of those looked at.
        values: all its values where there are not many, most frequent first.
    """

    kind: str
    dates: tuple[str, ...] = ()
    marks: tuple[tuple[str, str], ...] = ()
    signs: tuple[str, ...] = ()
    negative: float = 0.0
    filled: int = 0
    values: tuple[str, ...] = ()


def notice(column: Iterable[Cell]) -> Noticed:
    """What a column looks like."""
    found = [cell for cell in column if cell is not None and str(cell).strip()]
    filled = len(found)
    if not filled:
        return Noticed("empty")
    texts = [str(cell).strip() for cell in found if isinstance(cell, str)]
    few = _distinct(found)
    if len(texts) < filled * (1 - ENOUGH):
        return _typed(found, few)
    if dates := _dates(texts):
        return Noticed("date", dates=dates, filled=filled)
    marks, signs, negative = _marks(texts)
    looks = Noticed("", marks=marks, signs=signs, negative=negative, filled=filled, values=few)
    return replace(looks, kind=_kind(texts, looks))


def _kind(texts: Sequence[str], looks: Noticed) -> str:
    """The kind of a column of texts that are no days: the first that holds."""
    longest = max(map(len, texts))
    telling = _share(texts, re.compile(r"\S*\d\S*").fullmatch)
    kinds = (
        ("currency", _share(texts, currencies().__contains__) >= ENOUGH),
        ("country", _share(texts, countries().__contains__) >= ENOUGH),
        ("amount", looks.marks and (looks.signs or any("," in one or "." in one for one in texts))),
        ("email", _share(texts, _EMAIL.fullmatch) >= ENOUGH),
        ("number", looks.marks and longest <= 6),
        ("id", looks.marks),
        ("phone", _share(texts, _PHONE.fullmatch) >= ENOUGH),
        ("code", _repeated(looks.values, len(texts))),
        ("id", longest <= 24 and len(set(texts)) > len(texts) * 0.3 and telling >= 0.5),
    )
    return next((kind for kind, holds in kinds if holds), "text")


def _typed(found: Sequence[Cell], few: tuple[str, ...]) -> Noticed:
    """A column of a spreadsheet or Parquet file that is no text."""
    days = sum(isinstance(cell, date) for cell in found)
    if days >= len(found) * ENOUGH:
        return Noticed("date", filled=len(found))
    if all(isinstance(cell, bool) for cell in found):
        return Noticed("flag", filled=len(found), values=few)
    numbers = [cell for cell in found if isinstance(cell, int | float | Decimal)]
    negative = sum(cell < 0 for cell in numbers) / max(len(numbers), 1)
    whole = all(Decimal(repr(cell) if isinstance(cell, float) else cell) % 1 == 0 for cell in numbers)
    kind = "amount" if not whole or negative else "number"
    return Noticed(kind, negative=negative, filled=len(found), values=few)


def _distinct(found: Sequence[Cell]) -> tuple[str, ...]:
    """The values of a column that has not too many of them, most frequent first."""
    counts = Counter(cells.text(cell, Writing()) or "" for cell in found)
    return tuple(value for value, _count in counts.most_common()) if len(counts) <= MOST else ()


def _repeated(values: Sequence[str], filled: int) -> bool:
    """Whether a column holds codes: few values, each of them often."""
    return 0 < len(values) <= (12 if filled >= 24 else filled // 2)


def _dates(texts: Sequence[str]) -> tuple[str, ...]:
    """Patterns that read nearly all texts as days, the best first; day before month where both do."""
    enough = _enough(texts)
    if _share(texts, _DATE_LIKE.fullmatch) < enough:
        return ()
    fits = []
    for place, pattern in enumerate(PATTERNS):
        if _day(texts[0], pattern) or _day(texts[-1], pattern) or _day(texts[len(texts) // 2], pattern):
            share = _share(texts, lambda one, pattern=pattern: _day(one, pattern))
            if share >= enough:
                fits.append((-share, place, pattern))
    return tuple(pattern for _share_of, _place, pattern in sorted(fits))


def _day(text: str, pattern: str) -> bool:
    try:
        found = cells.day(text, Writing(dates=(pattern,)))
    except Unreadable:
        return False
    return found is not None and FIRST_YEAR <= found.year <= LAST_YEAR


def _marks(texts: Sequence[str]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...], float]:
    """The marks with which nearly all texts are numbers, those that explain most first; signs beside them; share below zero."""
    beside = Counter(filter(None, map(_sign, texts)))
    signs = tuple(sign for sign, _count in beside.most_common(3))
    fits = []
    for place, (decimal, thousands) in enumerate(MARKS):
        writing = Writing(decimal=decimal, thousands=thousands, signs=signs)
        numbers = [number for one in texts if (number := _number(one, writing)) is not None]
        if len(numbers) < len(texts) * _enough(texts):
            continue
        cents = _share(texts, re.compile(rf".*{re.escape(decimal)}\d\d\D*").fullmatch)
        fits.append((-len(numbers), -cents, place, (decimal, thousands), numbers))
    if not fits:
        return (), (), 0.0
    fits.sort(key=lambda one: one[:3])
    numbers = fits[0][4]
    return tuple(one[3] for one in fits), signs, sum(number < 0 for number in numbers) / len(numbers)


def _sign(text: str) -> str:
    found = _BESIDE.search(text)
    sign = ((found[1] or found[2]) if found else "").strip()
    written = any(unicodedata.category(one) == "Sc" for one in sign) or sign.lower().rstrip(".") in {
        "kr",
        "fr",
    }
    return sign if written or sign in currencies() else ""


def _number(text: str, writing: Writing) -> Decimal | None:
    try:
        return cells.number(text, writing)
    except Unreadable:
        return None


def _enough(texts: Sequence[str]) -> float:
    return ENOUGH if len(texts) >= FEW else OF_FEW


def _share(texts: Sequence[str], fits: object) -> float:
    return sum(bool(fits(one)) for one in texts) / len(texts)  # type: ignore[operator]  # any test of a text
