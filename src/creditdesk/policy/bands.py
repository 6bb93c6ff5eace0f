"""Bands: the ranges or values into which a column is cut, as conditions like `<= 20`, `> 5 and <= 15`, `A, B`, `84*`.

Conditions are read in the order in which they stand, and the first that holds is the band; `else` takes what is left.
Bands of a number cover every number once; bands of a text name each value once. Amounts are written in major units
of the policy's currency (`<= 4m`) and kept in minor units, as the columns are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Any

import ibis

from creditdesk.facts.column import Column
from creditdesk.facts.money import digits
from creditdesk.policy.quantity import EDGE, parse_amount

ELSE = "else"
"""The condition of the band that takes everything the others leave."""

Cut = tuple[Decimal, int]
"""A place between numbers: `(20, 0)` is just before 20, `(20, 1)` just after it."""

_LOWEST: Cut = (Decimal("-Infinity"), 0)
_HIGHEST: Cut = (Decimal("Infinity"), 1)


class BandError(ValueError):
    """A condition that is none, a value that two bands claim or that no band has.

    Attributes:
        band: the band at fault; empty = the bands together.
        found: what stands there.
        allowed: what may.
    """

    def __init__(self, band: str, message: str, found: str, allowed: str) -> None:
        super().__init__(f"{message}; found {found}; allowed: {allowed}")
        self.band = band
        self.message = message
        self.found = found
        self.allowed = allowed


@dataclass(frozen=True)
class Interval:
    """The numbers of one band, in the units of the column; None = without end.

    Attributes:
        low_included: whether `low` itself belongs to it; so for `high_included`.
    """

    name: str
    low: Decimal | None
    low_included: bool
    high: Decimal | None
    high_included: bool

    def holds(self, value: Decimal) -> bool:
        """Whether the value lies in it."""
        above = self.low is None or value > self.low or (self.low_included and value == self.low)
        below = self.high is None or value < self.high or (self.high_included and value == self.high)
        return above and below


@dataclass(frozen=True)
class Bands:
    """Bands of one column, ready to sort values into.

    Attributes:
        column: name of the column.
        names: the bands in the order in which they are written.
        intervals: of a number: the bands ascending, together the whole line.
        values: of a text: per band, in order, its values; one that ends in `*` is a beginning.
        rest: of a text: the band of every other value; None = such a value has no band.
        scale: units of the column per unit written (100 for euros in a column of cents).
    """

    column: str
    names: tuple[str, ...]
    intervals: tuple[Interval, ...] = ()
    values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    rest: str | None = None
    scale: int = 1

    def band_of(self, value: object) -> str | None:
        """The band of a value of the column (money in minor units); None when it is unknown or has no band."""
        if value is None:
            return None
        if self.intervals:
            number = Decimal(str(value))
            return next(interval.name for interval in self.intervals if interval.holds(number))
        text = str(value).lower() if isinstance(value, bool) else str(value)
        for name, allowed in self.values:
            if any(text.startswith(one[:-1]) if one.endswith("*") else text == one for one in allowed):
                return name
        return self.rest

    def interval(self, name: str) -> Interval:
        """The numbers of a band; KeyError when there are none."""
        for interval in self.intervals:
            if interval.name == name:
                return interval
        raise KeyError(name)

    def expression(self, value: Any) -> Any:
        """The band of an Ibis column as an Ibis string; null where the value is null or has no band.

        Edges become whole numbers where they are whole, else the nearest double: columns that are no integers are
        published rounded to a grid, so the comparison is the same on every engine.
        """
        if self.intervals:
            cases = [
                (_below(value, interval), interval.name)
                for interval in self.intervals
                if interval.high is not None
            ]
            last = self.intervals[-1].name
            return ibis.cases(*cases, (value.notnull(), last), else_=ibis.null("string"))
        as_text = value.cast("string") if value.type().is_boolean() else value
        cases = [(_matches(as_text, allowed), name) for name, allowed in self.values]
        rest = (
            ibis.ifelse(value.notnull(), ibis.literal(self.rest), ibis.null("string")) if self.rest else None
        )
        return ibis.cases(*cases, else_=ibis.null("string") if rest is None else rest)


def _below(value: Any, interval: Interval) -> Any:
    edge = plain_number(interval.high or Decimal(0))
    return value <= edge if interval.high_included else value < edge


def _matches(value: Any, allowed: tuple[str, ...]) -> Any:
    whole = [one for one in allowed if not one.endswith("*")]
    parts = [value.isin(whole)] if whole else []
    parts += [value.startswith(one[:-1]) for one in allowed if one.endswith("*")]
    return reduce(lambda left, right: left | right, parts)


def plain_number(value: Decimal) -> int | float:
    """A decimal as the literal that engines compare with: whole where it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)


def scale_of(column: Column, currency: str) -> int:
    """Units of a column per unit that a policy writes: minor units per major unit for money, else 1."""
    return int(10 ** digits(currency)) if is_money(column) else 1


def is_money(column: Column) -> bool:
    """Whether a column holds minor units of a currency."""
    return column.unit.startswith("minor units")


def is_number(column: Column) -> bool:
    """Whether a column holds numbers."""
    return column.type.startswith(("int", "float", "decimal"))


def parse_bands(conditions: Mapping[str, str], column: Column, currency: str = "EUR") -> Bands:
    """Bands of a column from their conditions.

    Raises:
        BandError: for a condition that is none; for bands that overlap, leave a gap, or can never hold.
    """
    if not conditions:
        raise BandError("", f"no bands for {column.name}", "none", "at least two bands with a condition each")
    if is_number(column):
        return _number_bands(conditions, column, currency)
    if column.type in ("string", "boolean"):
        return _text_bands(conditions, column)
    raise BandError(
        "", f"{column.name} cannot be cut into bands", column.type, "a column of numbers or of text"
    )


def _number_bands(conditions: Mapping[str, str], column: Column, currency: str) -> Bands:
    scale = scale_of(column, currency)
    whole = column.type.startswith("int")
    taken: list[tuple[Cut, Cut, str]] = []
    last = list(conditions)[-1]
    for name, condition in conditions.items():
        if condition.strip() == ELSE:
            if name != last:
                raise BandError(
                    name, f"`{ELSE}` must be the last band", condition, f"a condition, or `{ELSE}` last"
                )
            left = list(_gaps(taken))
            if len(left) != 1:
                raise _rest_in_pieces(condition, name, left)
            taken.append((*left[0], name))
            continue
        low, high = _range(name, condition, scale, whole)
        taken.append((*_fresh(name, condition, low, high, taken), name))
    gaps = list(_gaps(taken))
    if gaps:
        shown = " and ".join(_shown(low, high, scale) for low, high in gaps)
        raise BandError("", "the bands leave numbers without a band", shown, "bands that cover every number")
    taken.sort()
    return Bands(column.name, tuple(conditions), tuple(_interval(*one) for one in taken), scale=scale)


def _range(name: str, condition: str, scale: int, whole: bool) -> tuple[Cut, Cut]:
    allowed = "conditions such as <= 20, > 50, > 5 and <= 15"
    low, high = _LOWEST, _HIGHEST
    for part in condition.split(" and "):
        match = EDGE.match(part)
        if match is None:
            raise BandError(name, "no condition on a number", condition, allowed)
        try:
            edge = parse_amount(match[2]) * scale
        except ValueError as error:
            raise BandError(name, "no number after the comparison", condition, allowed) from error
        cut: Cut = (edge, 1 if match[1] in ("<=", ">") else 0)
        if whole:
            # between 20 and 21 there is nothing: `< 21` and `<= 20` are the same cut
            floor = edge.to_integral_value(rounding="ROUND_FLOOR")
            cut = (floor, 1) if cut[1] or edge != floor else (floor - 1, 1)
        if match[1] in ("<=", "<"):
            high = min(high, cut)
        else:
            low = max(low, cut)
    if low >= high:
        raise BandError(name, "no number can meet the condition", condition, allowed)
    return low, high


def _fresh(
    name: str, condition: str, low: Cut, high: Cut, taken: list[tuple[Cut, Cut, str]]
) -> tuple[Cut, Cut]:
    """What the earlier bands leave of a band: each may lie inside it, at one of its ends, or apart from it."""
    allowed = "bands that share no number, or one inside the next"
    pieces = [(low, high)]
    for other_low, other_high, other in taken:
        if other_high <= low or other_low >= high:
            continue
        covers, inside = other_low <= low and other_high >= high, other_low >= low and other_high <= high
        if not covers and not inside:
            raise BandError(name, f"the band overlaps {other!r}", condition, allowed)
        pieces = [
            (start, end)
            for piece in pieces
            for start, end in ((piece[0], min(piece[1], other_low)), (max(piece[0], other_high), piece[1]))
            if start < end
        ]
    if not pieces:
        raise _unreachable(name, condition)
    if len(pieces) > 1:
        raise BandError(name, "the band lies on both sides of an earlier one", condition, allowed)
    return pieces[0]


def _unreachable(name: str, condition: str) -> BandError:
    return BandError(
        name, "the band can never hold: earlier ones take all of it", condition, "a wider condition"
    )


def _rest_in_pieces(condition: str, name: str, left: list[tuple[Cut, Cut]]) -> BandError:
    if not left:
        return _unreachable(name, condition)
    return BandError(
        name, f"`{ELSE}` would lie in more than one place", condition, "a condition for each place"
    )


def _gaps(taken: list[tuple[Cut, Cut, str]]) -> Iterator[tuple[Cut, Cut]]:
    reached = _LOWEST
    for low, high, _ in sorted(taken):
        if low > reached:
            yield reached, low
        reached = max(reached, high)
    if reached < _HIGHEST:
        yield reached, _HIGHEST


def _interval(low: Cut, high: Cut, name: str) -> Interval:
    return Interval(
        name,
        None if low == _LOWEST else low[0],
        low[1] == 0,
        None if high == _HIGHEST else high[0],
        high[1] == 1,
    )


def _shown(low: Cut, high: Cut, scale: int) -> str:
    parts = []
    if low != _LOWEST:
        parts.append(f"{'>' if low[1] else '>='} {(low[0] / scale).normalize():f}")
    if high != _HIGHEST:
        parts.append(f"{'<=' if high[1] else '<'} {(high[0] / scale).normalize():f}")
    return " and ".join(parts) or "every number"


def _text_bands(conditions: Mapping[str, str], column: Column) -> Bands:
    known = ("true", "false") if column.type == "boolean" else column.allowed
    values: list[tuple[str, tuple[str, ...]]] = []
    rest: str | None = None
    seen: dict[str, str] = {}
    for name, condition in conditions.items():
        if rest is not None:
            raise BandError(name, f"a band after `{ELSE}`", condition, f"`{ELSE}` last")
        if condition.strip() == ELSE:
            rest = name
            continue
        own = tuple(part.strip() for part in condition.split(","))
        for one in own:
            _check_value(name, one, seen, known)
            seen[one] = name
        values.append((name, own))
    left = [one for one in known if _claimed(one, seen) is None]
    if rest is None and left:
        raise BandError("", "values without a band", ", ".join(left), f"a band for each, or a band `{ELSE}`")
    if rest is not None and known and not left:
        raise BandError(rest, "the band can never hold: earlier ones take all of it", ELSE, "no such band")
    return Bands(column.name, tuple(conditions), values=tuple(values), rest=rest)


def _check_value(name: str, one: str, seen: Mapping[str, str], known: tuple[str, ...]) -> None:
    if not one.rstrip("*") or "*" in one[:-1] or EDGE.match(one):
        raise BandError(
            name, "no value of a text column", one or "nothing", "values separated by commas, `84*` or `else`"
        )
    other = _claimed(one, seen)
    if other is not None:
        raise BandError(
            name,
            f"the value already belongs to {other!r}",
            one,
            "each value in one band, longer beginnings first",
        )
    if known and not one.endswith("*") and one not in known:
        raise BandError(name, "a value that the column never has", one, ", ".join(known))


def _claimed(one: str, seen: Mapping[str, str]) -> str | None:
    for pattern, name in seen.items():
        if one == pattern or (pattern.endswith("*") and one.startswith(pattern[:-1])):
            return name
    return None
