"""Makes rows of the contract's tables out of the rows of a foreign file, as the mapping says.

Each column rule becomes a small function once; a row of the file then gives its rows in every table, or none when one
of its cells cannot be read: half an invoice with its settlement would be worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from creditdesk.facts.column import BOOLEAN, DATE, FLOAT, LIST, STRING, Column
from creditdesk.facts.money import UnknownCurrency
from creditdesk.facts.problem import UnusableInput
from creditdesk.facts.schema import TABLES
from creditdesk.sources import cells
from creditdesk.sources.cells import Cell, Unreadable, Writing
from creditdesk.sources.mapping import Condition, Mapping, TableRule, Take
from creditdesk.sources.tabular import Source

Value = str | int | float | bool | date | list[str] | None
Cells = Sequence[Cell]
Reader = Callable[[Cells, int, str], Value]
"""Gives a value from the cells of a row, its line and the currency of the row."""

_BRACES = re.compile(r"\{([^{}]+)\}")


class BadCell(ValueError):
    """A cell of the file cannot be read: `column` of the file, what was found, what is allowed."""

    def __init__(self, column: str, found: object, allowed: str) -> None:
        super().__init__(f"column {column}: found {found!r}; allowed: {allowed}")
        self.column = column
        self.found = "" if found is None else str(found)
        self.allowed = allowed


@dataclass
class _Rule:
    rule: TableRule
    when: list[Callable[[Cells], bool]]
    readers: dict[str, Reader]
    seen: dict[tuple[Value, ...], dict[str, Value]] = field(default_factory=dict)


@dataclass
class Assembly:
    """A mapping bound to the header of one file.

    Attributes:
        differing: per rule with `one_row_per` the keys whose rows said different things; the first one was taken.
    """

    mapping: Mapping
    source: Source
    differing: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._place = {name: index for index, name in reversed(list(enumerate(self.source.header)))}
        self._skip = [self._condition(one, "read.skip") for one in self.mapping.read.skip]
        self._currency = self._currency_reader(self.mapping.currency)
        self._rules = [
            _Rule(
                rule,
                [self._condition(one, f"{rule.table}.when") for one in rule.when],
                {
                    name: self._reader(rule, TABLES[rule.table].column(name), take)
                    for name, take in self._columns(rule)
                },
            )
            for rule in self.mapping.tables
        ]
        named = [r for r in self._rules if "customer_id" in r.readers and not r.rule.once]
        named.sort(key=lambda r: r.rule.table != "invoice")
        self._owner = named[0].readers["customer_id"] if named else None

    def skipped(self, row: Cells) -> bool:
        """Whether the mapping passes over this row (a subtotal, a footer)."""
        return any(condition(row) for condition in self._skip)

    def once(self) -> list[tuple[str, dict[str, Value]]]:
        """The rows that a mapping gives once per file."""
        return [
            (rule.rule.table, {name: read((), 0, "") for name, read in rule.readers.items()})
            for rule in self._rules
            if rule.rule.once
        ]

    def rows(self, row: Cells, line: int) -> list[tuple[str, dict[str, Value]]]:
        """The rows of the contract's tables that one row of the file gives.

        Raises:
            BadCell: when one of its cells cannot be read.
        """
        currency = self._currency(row)
        made = [
            (rule, {name: read(row, line, currency) for name, read in rule.readers.items()})
            for rule in self._rules
            if not rule.rule.once and all(condition(row) for condition in rule.when)
        ]
        return [(rule.rule.table, values) for rule, values in made if self._first(rule, values)]

    def owner(self, row: Cells, line: int) -> str | None:
        """The customer of a row of the file, as far as it can be told."""
        if self._owner is None:
            return None
        try:
            found = self._owner(row, line, "")
        except (BadCell, IndexError):
            return None
        return None if found is None else str(found)

    def _first(self, rule: _Rule, values: dict[str, Value]) -> bool:
        """Whether a row is the first of its key, for a rule that gives one row per key."""
        if not rule.rule.one_row_per:
            return True
        key = tuple(values.get(name) for name in rule.rule.one_row_per)
        earlier = rule.seen.setdefault(key, values)
        if earlier is values:
            return True
        if earlier != values:
            self.differing.setdefault(rule.rule.table, set()).add(", ".join(map(str, key)))
        return False

    def _columns(self, rule: TableRule) -> list[tuple[str, Take]]:
        """The columns of a rule; `currency` is that of the row where the rule does not say another."""
        found = dict(rule.columns)
        table = TABLES[rule.table]
        if "currency" in table.required and "currency" not in found:
            found["currency"] = self.mapping.currency
        return list(found.items())

    def _has(self, column: str) -> bool:
        return any(name in self._place for name in [column, *(name.strip() for name in column.split("|"))])

    def _index(self, column: str, where: str) -> tuple[int, str]:
        """Place and name of a column of the file; of several names, separated by `|`, the first it has."""
        names = [name.strip() for name in column.split("|")]
        for name in [column, *names]:
            if name in self._place:
                return self._place[name], name
        raise UnusableInput(
            f"{self.source.path.name}: mapping {self.mapping.mapping} needs column {' or '.join(map(repr, names))} "
            f"({where}); found: {', '.join(self.source.header)[:400]}"
        )

    def _condition(self, condition: Condition, where: str) -> Callable[[Cells], bool]:
        index, name = self._index(condition.column, where)
        writing = self.mapping.formats.writing()

        def holds(row: Cells) -> bool:
            shown = cells.text(row[index], writing)
            if condition.filled is not None and (shown is not None) != condition.filled:
                return False
            if condition.among is not None and (shown or "") not in condition.among:
                return False
            if condition.not_among is not None and (shown or "") in condition.not_among:
                return False
            if condition.starts_with is not None and not (shown or "").startswith(
                tuple(condition.starts_with)
            ):
                return False
            if condition.negative is None:
                return True
            amount = _number(row[index], name, writing)
            return amount is not None and (amount < 0) == condition.negative

        return holds

    def _currency_reader(self, take: Take) -> Callable[[Cells], str]:
        if take.constant is not None:
            code = str(take.constant)
            return lambda _row: code
        read = self._text_reader(take, "currency", ())

        def currency(row: Cells) -> str:
            found = read(row, 0, "")
            if found is None:
                raise BadCell(take.column or "currency", None, "a currency in every row")
            return str(found)

        return currency

    def _reader(self, rule: TableRule, column: Column, take: Take) -> Reader:
        where = f"{rule.table}.{column.name}"
        writing = self.mapping.formats.writing(take.date)
        left_out = take.optional and take.column is not None and not self._has(take.column)
        if take.constant is not None or left_out:
            constant = None if left_out else _constant(column, take.constant, where)
            return lambda _row, _line, _currency: constant
        if "minor units" in column.unit:
            return self._money_reader(take, where, writing)
        if column.type == DATE:
            return self._date_reader(take, where, writing)
        if column.type == STRING:
            return self._text_reader(take, where, column.allowed)
        if take.map is not None or take.otherwise is not None or take.column is None:
            return self._typed(self._text_reader(take, where, column.allowed), column, where, writing)
        index, name = self._index(take.column, where)
        return _plain_reader(column, index, name, writing, take.default)

    def _typed(self, read: Reader, column: Column, where: str, writing: Writing) -> Reader:
        """A mapped text as a value of the column's type."""

        def typed(row: Cells, line: int, currency: str) -> Value:
            found = read(row, line, currency)
            return None if found is None else _convert(column, found, where, writing)

        return typed

    def _text_reader(self, take: Take, where: str, allowed: tuple[str, ...]) -> Reader:
        writing = self.mapping.formats.writing(take.date)
        if take.text is not None:
            return self._template(take.text, where, writing)
        if take.sign_of is not None:
            signs = take.sign_of
            read = self._signed(signs.column, signs.debit, signs.credit, where, writing)

            def by_sign(row: Cells, _line: int, _currency: str) -> Value:
                amount = read(row)
                return None if amount is None else signs.negative if amount < 0 else signs.positive

            return by_sign
        index, name = self._index(take.column or "", where)

        def mapped(row: Cells, _line: int, _currency: str) -> Value:
            shown = cells.text(row[index], writing)
            if shown is None:
                return None if take.default is None else str(take.default)
            if take.map is None and take.otherwise is None:
                if allowed and shown not in allowed:
                    raise BadCell(
                        name, shown, f"{', '.join(allowed)}; or a map from the file's values to these"
                    )
                return shown
            choices = take.map or {}
            if shown in choices:
                found = choices[shown]
            elif take.otherwise is not None:
                found = take.otherwise
            else:
                raise BadCell(name, shown, f"{', '.join(choices)} (add it to the map, or give otherwise)")
            return None if found is None else str(found)

        return mapped

    def _signed(
        self, column: str | None, debit: str | None, credit: str | None, where: str, writing: Writing
    ) -> Callable[[Cells], Decimal | None]:
        """An amount with its sign: of one column, or debit minus credit."""
        if debit is None:
            index, name = self._index(column or "", where)
            return lambda row: _number(row[index], name, writing)
        debit_at, debited = self._index(debit, where)
        credit_at, credited = self._index(credit or "", where)

        def difference(row: Cells) -> Decimal | None:
            plus, minus = _number(row[debit_at], debited, writing), _number(row[credit_at], credited, writing)
            if plus is None and minus is None:
                return None
            return (plus or Decimal(0)) - (minus or Decimal(0))

        return difference

    def _template(self, template: str, where: str, writing: Writing) -> Reader:
        parts = [self._index(part, where)[0] for part in _BRACES.findall(template) if part != "line"]
        pieces = _BRACES.split(template)

        def filled(row: Cells, line: int, _currency: str) -> Value:
            values = iter([cells.text(row[index], writing) for index in parts])
            found = []
            for position, piece in enumerate(pieces):
                value = piece if position % 2 == 0 else str(line) if piece == "line" else next(values)
                if value is None:
                    return None
                found.append(value)
            return "".join(found)

        return filled

    def _date_reader(self, take: Take, where: str, writing: Writing) -> Reader:
        names = take.earliest or take.latest
        if names is None:
            index, name = self._index(take.column or "", where)
            return lambda row, _line, _currency: _day(row[index], name, writing)
        places = [self._index(one, where) for one in names]
        pick = min if take.earliest else max

        def picked(row: Cells, _line: int, _currency: str) -> Value:
            found = [one for index, name in places if (one := _day(row[index], name, writing)) is not None]
            return pick(found) if found else None

        return picked

    def _money_reader(self, take: Take, where: str, writing: Writing) -> Reader:
        credit = self._condition(take.negative_when, where) if take.negative_when else None
        read = self._signed(take.column, take.debit, take.credit, where, writing)
        shown = self._index(take.debit or take.column or "", where)[1]

        def amount(row: Cells, _line: int, currency: str) -> Value:
            value = read(row)
            if value is None:
                return None if take.default is None else cells.money(Decimal(str(take.default)), currency)
            if credit is not None and credit(row):
                value = -abs(value)
            value = {"keep": value, "reverse": -value, "absolute": abs(value)}[take.sign]
            try:
                return cells.money(value, currency)
            except (UnknownCurrency, Unreadable) as error:
                raise BadCell(shown, f"{value} {currency}", "an amount in an ISO 4217 currency") from error

        return amount


def _number(cell: Cell, name: str, writing: Writing) -> Decimal | None:
    """A cell as a number; its column is named where it is none."""
    try:
        return cells.number(cell, writing)
    except Unreadable as error:
        raise BadCell(name, cell, str(error)) from error


def _day(cell: Cell, name: str, writing: Writing) -> date | None:
    try:
        return cells.day(cell, writing)
    except Unreadable as error:
        raise BadCell(name, cell, str(error)) from error


def _plain_reader(column: Column, index: int, name: str, writing: Writing, default: object) -> Reader:
    def read(row: Cells, _line: int, _currency: str) -> Value:
        found = _convert(column, row[index], name, writing)
        return _constant(column, default, name) if found is None and default is not None else found

    return read


def _convert(column: Column, cell: object, name: str, writing: Writing) -> Value:
    """A cell as a value of a column that is neither money, text nor date."""
    found: Cell = cell  # type: ignore[assignment]  # mapped values are cells, too
    try:
        if column.type == BOOLEAN:
            return cells.flag(found, writing)
        if column.type == LIST:
            return cells.listed(found, writing)
        if column.type == FLOAT:
            value = cells.number(found, writing)
            return None if value is None else float(value)
        return cells.whole(found, writing)
    except Unreadable as error:
        raise BadCell(name, cell, str(error)) from error


def _constant(column: Column, value: object, where: str) -> Value:
    """A constant of the mapping as a value of its column.

    Raises:
        UnusableInput: when it is none.
    """
    try:
        if "minor units" in column.unit:
            return int(str(value))
        if column.type == DATE:
            return date.fromisoformat(str(value))
        return str(value) if column.type == STRING else _convert(column, value, where, Writing())
    except ValueError as error:
        raise UnusableInput(
            f"mapping, {where}: the constant {value!r} cannot stand there: {error}"
        ) from error
