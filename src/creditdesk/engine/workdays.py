"""Working-day arithmetic inside a query.

A calendar row bears `no`, the working days up to and including its day: `n` working days after a day is the working
day whose `no` is larger by `n`, and "has it come" needs no date at all (`no(today) >= no(then) + n`).
"""

from __future__ import annotations

import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import attach
from creditdesk.engine.day import Day

Beside = tuple[ir.Table, str | list[str]]
"""Rows to be joined, and the columns to join them on: what `attach_all` takes."""


def number(day: Day, place: str, on: str, name: str) -> Beside:
    """Working days up to and including day `on` in the calendar of column `place`, as column `name`."""
    return day.calendar.select(**{place: _.place, on: _.day, name: _.no}), [place, on]


def numbered(day: Day, place: str, no: str, name: str) -> Beside:
    """The working day whose number is `no` in the calendar of column `place`, as column `name`."""
    rows = day.calendar.filter(day.calendar.working).select(**{place: _.place, no: _.no, name: _.day})
    return rows, [place, no]


def with_no(table: ir.Table, day: Day, place: str, on: str, name: str) -> ir.Table:
    """`table` with `name`: working days up to and including day `on` in the calendar of column `place`."""
    return attach(table, *number(day, place, on, name))


def with_day(table: ir.Table, day: Day, place: str, no: str, name: str) -> ir.Table:
    """`table` with `name`: the working day whose number is `no` in the calendar of column `place`."""
    return attach(table, *numbered(day, place, no, name))


def with_next(table: ir.Table, day: Day, place: str, on: str, name: str) -> ir.Table:
    """`table` with `name`: day `on` itself when worked, else the next working day."""
    rows = day.calendar.select(**{place: _.place, on: _.day, name: _.next})
    return attach(table, rows, [place, on])


LOOK_BACK = 31
"""Days back in which both sides have worked at least once."""


def last_common(day: Day) -> Beside:
    """Per pair of places (`both`) the last day up to today that both worked, as its number in the first one's calendar:
    `common_no`.
    """
    now, rows = day.clock.day, day.calendar
    pair = rows.filter(
        rows.place.contains("&") & rows.working & (rows.day <= now) & (rows.day > now - LOOK_BACK)
    )
    last = pair.group_by(both=_.place).aggregate(at=_.day.max())
    last = last.mutate(place=last.both.split("&")[0])
    return attach(last, rows.select("place", at=rows.day, common_no=rows.no), ["place", "at"]).select(
        "both", "common_no"
    ), ["both"]


def today(day: Day, place: str, prefix: str) -> ir.Table:
    """Per place of the calendar how today stands in it: `<prefix>_no` and `<prefix>_works`, keyed by column `place`."""
    rows = day.calendar.filter(day.calendar.day == day.clock.day)
    return rows.select(**{place: rows.place, f"{prefix}_no": rows.no, f"{prefix}_works": rows.working})
