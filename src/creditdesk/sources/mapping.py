"""The mapping document: how a foreign file becomes tables of the contract.

A mapping says how the file is written (`read`, `formats`), in which currency its amounts are, and per table of the
contract which rows it gives and where each column comes from. `docs/facts.md` is its reference.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from creditdesk.facts.column import Table
from creditdesk.facts.money import currencies
from creditdesk.facts.schema import TABLES
from creditdesk.sources.cells import Writing, date_pattern


def _as_texts(value: Any) -> Any:
    """One text or several; what YAML reads as a number is the text that was meant."""
    if value is None or isinstance(value, str | int | float):
        value = [value]
    if not isinstance(value, list):
        return value
    if any(one is None for one in value):
        raise ValueError("holds an empty value; put quotes around words such as NULL")
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in value]


Names = Annotated[list[str], BeforeValidator(_as_texts)]
"""One text or several."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Condition(_Strict):
    """What must hold of a column for a row to count; all that is given must hold."""

    column: str
    filled: bool | None = None
    among: Names | None = Field(default=None, alias="is")
    not_among: Names | None = Field(default=None, alias="is_not")
    starts_with: Names | None = None
    negative: bool | None = None

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if self.model_fields_set <= {"column"}:
            raise ValueError("asks nothing; give one of filled, is, is_not, starts_with, negative")
        return self


class Sign(_Strict):
    """A value that depends on the sign of an amount, which stands in one column, or in one for debit and one for credit."""

    column: str | None = None
    debit: str | None = None
    credit: str | None = None
    positive: str
    negative: str

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        both = self.debit is not None and self.credit is not None
        if (self.column is None) == (not both) or (self.debit is None) != (self.credit is None):
            raise ValueError("takes the sign of a column, or of debit with credit")
        return self


class Take(_Strict):
    """Where the value of one column comes from: exactly one of `from`, `constant`, `text`, `sign_of`, `earliest`,
    `latest` or `debit` with `credit`.

    Attributes:
        column: (`from`) the column of the file; of several names, separated by `|`, the first that the file has.
        constant: the same value in every row.
        text: a text with names of columns in braces: `P-{invoice_no}`; empty when one of them is.
        sign_of: one of two values, by the sign of an amount.
        earliest, latest: of several dates.
        debit, credit: two columns of which one is filled; the amount is debit minus credit.
        map: values of the file and what they become; another value is an error, unless `otherwise` is given.
        otherwise: what every value becomes that is not in `map`.
        default: when the cell is empty.
        date: patterns of this column, in place of those of `formats`.
        sign: of an amount: as it stands, turned round, or without sign.
        optional: the column stays empty where the file does not have it; without this that is an error.
        negative_when: the amount is negative where this holds (a debit and credit mark).
    """

    column: str | None = Field(default=None, alias="from")
    constant: str | int | bool | None = None
    text: str | None = None
    sign_of: Sign | None = None
    earliest: Names | None = None
    latest: Names | None = None
    debit: str | None = None
    credit: str | None = None
    map: dict[str, str | int | bool | None] | None = None
    otherwise: str | int | bool | None = None
    default: str | int | bool | None = None
    date: Names | None = None
    sign: Literal["keep", "reverse", "absolute"] = "keep"
    negative_when: Condition | None = None
    optional: bool = False

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [
            name
            for name, field in (
                ("from", self.column), ("constant", self.constant), ("text", self.text), ("sign_of", self.sign_of),
                ("earliest", self.earliest), ("latest", self.latest), ("debit and credit", self.debit),
            )
            if field is not None
        ]  # fmt: skip
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(
                f"takes its value from {found}; allowed: exactly one of from, constant, text, sign_of, earliest, "
                f"latest, debit with credit"
            )
        if (self.debit is None) != (self.credit is None):
            raise ValueError("debit and credit go together")
        return self

    @field_validator("date")
    @classmethod
    def _patterns(cls, value: list[str] | None) -> list[str] | None:
        for pattern in value or ():
            date_pattern(pattern)
        return value


def _as_take(value: Any) -> Any:
    return {"from": value} if isinstance(value, str) else value


Taken = Annotated[Take, BeforeValidator(_as_take)]
"""A name alone stands for `{from: name}`."""


class TableRule(_Strict):
    """Rows of one table of the contract.

    Attributes:
        table: name of the table; several rules may fill one.
        when: conditions that must all hold for a row of the file to give a row here.
        only_new: rows whose key the ledger holds already are left as they are there: a list of invoices names its
            customers, and knows less of them than their own list does.
        one_row_per: give only one row per value of these columns of the table (a customer out of its invoices).
        once: one row for the whole file, from constants.
        columns: per column of the contract where it comes from.
    """

    table: str
    when: list[Condition] = []
    one_row_per: Names = []
    once: bool = False
    only_new: bool = False
    columns: dict[str, Taken]

    @field_validator("table")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in TABLES:
            raise ValueError(f"{value!r} is no table; allowed: {', '.join(TABLES)}")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        table = TABLES[self.table]
        names = [column.name for column in table.columns]
        unknown = sorted((set(self.columns) | set(self.one_row_per)) - set(names))
        if unknown:
            raise ValueError(
                f"table {self.table} has no column {', '.join(unknown)}; allowed: {', '.join(names)}"
            )
        missing = [name for name in table.required if name not in self.columns and name != "currency"]
        if missing:
            raise ValueError(f"table {self.table} needs {', '.join(missing)}")
        if self.once and any(take.constant is None for take in self.columns.values()):
            raise ValueError("once takes constants only: one row for the whole file")
        self._check_values(table)
        return self

    def _check_values(self, table: Table) -> None:
        for name, take in self.columns.items():
            allowed = table.column(name).allowed
            given = [take.constant, take.otherwise, take.default, *(take.map or {}).values()]
            given += [take.sign_of.positive, take.sign_of.negative] if take.sign_of else []
            wrong = sorted({str(value) for value in given if value is not None and str(value) not in allowed})
            if allowed and wrong:
                raise ValueError(
                    f"{self.table}.{name} cannot be {', '.join(wrong)}; allowed: {', '.join(allowed)}"
                )


class Read(_Strict):
    """How the file is read.

    Attributes:
        format: by default told from the file's suffix.
        encoding: of a CSV file; `auto` is UTF-8, UTF-16 by its mark, else Windows-1252.
        delimiter: of a CSV file; `auto` is the one of `,` `;` tab `|` that stands most often in the header.
        sheet: name of the sheet; by default the first.
        header_line: the line (from 1) that holds the names; the lines before it are passed over.
        header_with: instead of a number: the header is the first line that holds this name (or one of several,
            separated by `|`), for lists with a title above it.
        header: the names, for a file without them.
        skip: rows to pass over (subtotals, a footer): a row for which any of these conditions holds.
    """

    format: Literal["auto", "csv", "xlsx", "parquet"] = "auto"
    encoding: str = "auto"
    delimiter: str = "auto"
    sheet: str | None = None
    header_line: int = Field(default=1, ge=1)
    header_with: str | None = None
    header: list[str] | None = None
    skip: list[Condition] = []

    @field_validator("encoding")
    @classmethod
    def _codec(cls, value: str) -> str:
        try:
            return value if value == "auto" else codecs.lookup(value).name
        except LookupError as error:
            raise ValueError(
                f"{value!r} is no encoding; allowed: auto, utf-8, utf-16, cp1252, latin-1, ..."
            ) from error

    @field_validator("delimiter")
    @classmethod
    def _mark(cls, value: str) -> str:
        value = {"tab": "\t", "\\t": "\t"}.get(value, value)
        if value != "auto" and (len(value) != 1 or value in '"\n\r'):
            raise ValueError(f"{value!r} is no delimiter; allowed: auto, tab, or one character such as , ; |")
        return value


class Formats(_Strict):
    """How values are written; see `cells.Writing`."""

    date: Names = ["YYYY-MM-DD"]
    decimal: Literal[".", ","] = "."
    thousands: str = ""
    empty: Names = []
    signs: Names = []

    @field_validator("date")
    @classmethod
    def _patterns(cls, value: list[str]) -> list[str]:
        for pattern in value:
            date_pattern(pattern)
        return value

    @model_validator(mode="after")
    def _different(self) -> Self:
        if self.decimal in self.thousands:
            raise ValueError("the decimal mark and the thousands mark are the same")
        return self

    def writing(self, dates: list[str] | None = None) -> Writing:
        """As the reading of cells takes it."""
        return Writing(
            tuple(dates or self.date), self.decimal, self.thousands, frozenset(self.empty), tuple(self.signs)
        )


class Mapping(_Strict):
    """A whole mapping.

    Attributes:
        mapping: its name.
        about: what file it is for, and what it assumes.
        currency: of all amounts of a row: a constant ISO 4217 code, or from a column.
        tables: rules, applied in their order to every row of the file.
    """

    mapping: str
    about: str = ""
    read: Read = Read()
    formats: Formats = Formats()
    currency: Annotated[Take, BeforeValidator(lambda v: {"constant": v} if isinstance(v, str) else v)]
    tables: list[TableRule] = Field(min_length=1)

    @field_validator("currency")
    @classmethod
    def _iso(cls, value: Take) -> Take:
        if value.constant is not None and value.constant not in currencies():
            raise ValueError(
                f"{value.constant!r} is no currency; allowed: an ISO 4217 code, or {{from: COLUMN}}"
            )
        return value

    @property
    def lacks(self) -> list[str]:
        """Tables that every facts folder needs and this does not give: by itself it is a part of one."""
        return sorted({"customer", "invoice"} - {rule.table for rule in self.tables})

    @property
    def only_new(self) -> frozenset[str]:
        """Tables whose rows are left as the ledger has them where it has them."""
        return self._all(lambda rule: rule.only_new)

    @property
    def one_per_key(self) -> frozenset[str]:
        """Tables of which the file tells one row many times, and the first counts."""
        return self._all(lambda rule: bool(rule.one_row_per))

    def _all(self, holds: Callable[[TableRule], bool]) -> frozenset[str]:
        """Tables of which something holds for every rule."""
        said: dict[str, bool] = {}
        for rule in self.tables:
            said[rule.table] = said.get(rule.table, True) and holds(rule)
        return frozenset(table for table, all_of_them in said.items() if all_of_them)
