"""Reads one table of a facts folder, CSV or Parquet, into the contract's columns and types."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from creditdesk.facts import sql
from creditdesk.facts.column import STRING, Table
from creditdesk.facts.conversion import ALLOWED, Conversion, absent, conversion
from creditdesk.facts.csvtable import OWNER_COLUMNS, EmptyFile, Refused, load_csv
from creditdesk.facts.folder import CSV, REQUIRED, TableFiles
from creditdesk.facts.problem import ERROR, WARNING, Rule, UnusableInput, whole_file
from creditdesk.facts.schema import TABLES
from creditdesk.facts.workbench import Loaded, Workbench

READ_AS_EMPTY = {("customer", "employees"), ("lead", "employees")}
"""Numbers that sources give in words ("about 50"): read as empty, with a warning."""

_REFUSALS = {
    "encoding": (
        "is not UTF-8",
        "UTF-8 text",
        "Save the file as UTF-8, or bring it in with 'creditdesk facts import', which can read other encodings.",
    ),
    "zero_byte": ("a zero byte stands in the line", "text", "Write the line anew."),
    "too_long": ("the line is too long to be one row", "at most 2 MiB in a row", "Look for a missing line break or quote."),
    "open_quote": (
        "the quote that opens here never closes",
        "quotes in pairs; a quote inside a quoted value is doubled",
        "Close or remove the quote; the lines after it were read on their own.",
    ),
    "bad_quote": (
        "text follows the closing quote of a value",
        "a comma or the end of the line after a closing quote; a quote inside a quoted value is doubled",
        "Double the quote inside the value.",
    ),
    "ragged": ("the row has another number of values than the header", "one value per column", "Put values with a comma in quotes; add or remove commas."),
}  # fmt: skip


def read_table(bench: Workbench, files: TableFiles) -> None:
    """Read one table into the bench, with the problems of its header and of the records that are no rows.

    Raises:
        UnusableInput: when a required column is missing or the file cannot be read as what it says it is.
    """
    table = TABLES[files.table]
    if files.format == CSV:
        _read_csv(bench, table, files)
    else:
        _read_parquet(bench, table, files)
    loaded = bench.tables.get(table.name)
    if loaded is not None:
        _failed_values(bench, loaded)


def _read_csv(bench: Workbench, table: Table, files: TableFiles) -> None:
    path = files.paths[0]
    raw = f"raw_{table.name}"

    def wanted(header: tuple[str, ...]) -> dict[str, int]:
        _check_header(bench, table, path, header)
        return {name: header.index(name) for name in (c.name for c in table.columns) if name in header}

    try:
        found = load_csv(bench.con, path, raw, wanted, _Refusals(bench, table.name, path).add)
    except EmptyFile:
        if table.name in REQUIRED:
            raise UnusableInput(
                f"{bench.shown(path)}: the file is empty; allowed: a header row with at least "
                f"{', '.join(table.required)}; the way out: export it again"
            ) from None
        reason = "the file is empty, without a header; read as an absent table"
        bench.whole.append(
            whole_file(WARNING, "empty_file", table.name, bench.shown(path), reason, "Remove or fill it.")
        )
        return
    if table.name in REQUIRED and found.encoding.startswith("utf-") and found.encoding != "utf-8":
        raise UnusableInput(
            f"{bench.shown(path)}: the file is {found.encoding.upper()}; allowed: UTF-8; the way out: save it as UTF-8"
        )
    types = dict.fromkeys((c.name for c in table.columns if c.name in found.header), "VARCHAR")
    present = frozenset(types) | _made(table, types)
    loaded = Loaded(table, files, found.rows_in, sql.name(raw), "", "", present, as_is=False)
    loaded.view = loaded.typed = _typed(bench.con, loaded, _conversions(table, types, set(types)))
    bench.add(loaded)
    loaded.refused = loaded.quarantined = found.refused


def _read_parquet(bench: Workbench, table: Table, files: TableFiles) -> None:
    paths = ", ".join(sql.text(path) for path in files.paths)
    union = ", union_by_name=true" if len(files.paths) > 1 else ""
    raw = f"raw_{table.name}"
    try:
        bench.con.execute(
            f"CREATE TEMP VIEW {raw} AS SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS _line "
            f"FROM read_parquet([{paths}], filename='_file', file_row_number=true{union})"
        )
        described = bench.con.execute(f"DESCRIBE {raw}").fetchall()
        counted = bench.con.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata([{paths}])").fetchall()
    except duckdb.Error as error:
        shown = bench.shown(files.paths[0])
        raise UnusableInput(
            f"{shown}: cannot be read as Parquet ({str(error).splitlines()[0]}); the way out: write the file anew"
        ) from error
    types = {row[0]: row[1] for row in described if row[0] not in ("_file", "_line")}
    _check_header(bench, table, files.paths[0], tuple(types))
    present = frozenset(column.name for column in table.columns if column.name in types) | _made(table, types)
    blank = _blank_columns(bench.con, paths, table, types)
    conversions = _conversions(table, types, blank)
    as_is = (
        not blank and all(found.native for found in conversions.values()) and _same_schema(bench.con, paths)
    )
    loaded = Loaded(table, files, int(counted[0][0] or 0), sql.name(raw), "", "", present, as_is)
    loaded.view = loaded.typed = _typed(bench.con, loaded, conversions)
    bench.add(loaded)


def _check_header(bench: Workbench, table: Table, path: Path, header: Sequence[str]) -> None:
    """Report unknown columns.

    Raises:
        UnusableInput: for a required column that is missing, or a column that stands there twice.
    """
    shown = bench.shown(path)
    known = {column.name for column in table.columns}
    twice = sorted({name for name in header if name in known and header.count(name) > 1})
    if twice:
        raise UnusableInput(
            f"{shown}: column {twice[0]!r} stands in the header {header.count(twice[0])} times; allowed: once; "
            f"the way out: remove the column that is not meant"
        )
    missing = [name for name in table.required if name not in header and not table.column(name).made_of]
    if missing:
        near = difflib.get_close_matches(
            missing[0], [name for name in header if name not in known], n=1, cutoff=0.7
        )
        way = "rename the column, or bring the file in with 'creditdesk facts import' and a mapping"
        if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
            way = "separate the columns by commas, or bring the file in with 'creditdesk facts import'"
        hint = f" (is {near[0]!r} meant?)" if near else ""
        raise UnusableInput(
            f"{shown}: no column {', '.join(repr(name) for name in missing)}{hint}; found: "
            f"{', '.join(header)[:300] or 'none'}; the way out: {way}"
        )
    for name in header:
        if name not in known:
            near = difflib.get_close_matches(name.lower(), known - set(header), n=1, cutoff=0.7)
            meant = f"Rename it if {near[0]} is meant." if near else "Nothing needs to be done."
            reason = "is no column of the contract and is not read"
            bench.whole.append(
                whole_file(
                    WARNING, "unknown_column", table.name, shown, reason, meant, column=name or "(no name)"
                )
            )


def _blank_columns(
    con: duckdb.DuckDBPyConnection, paths: str, table: Table, types: dict[str, str]
) -> set[str]:
    """Text columns of a Parquet table in which an empty text stands for an empty value.

    The least value in the statistics of each row group tells it without reading a row; only columns without
    statistics are read.
    """
    columns = [c.name for c in table.columns if c.type == STRING and types.get(c.name) == "VARCHAR"]
    if not columns:
        return set()
    told = con.execute(
        f"SELECT path_in_schema, bool_and(stats_null_count = num_values OR coalesce(stats_min_value <> '', false)) "
        f"FROM parquet_metadata([{paths}]) WHERE path_in_schema IN ({sql.texts(columns)}) GROUP BY 1"
    ).fetchall()
    unsure = [name for name, free in told if not free]
    if not unsure:
        return set()
    counts = ", ".join(f"count(*) FILTER ({sql.name(name)} = '')" for name in unsure)
    found = con.execute(f"SELECT {counts} FROM {sql.name(f'raw_{table.name}')}").fetchall()[0]
    return {name for name, count in zip(unsure, found, strict=True) if count}


def _same_schema(con: duckdb.DuckDBPyConnection, paths: str) -> bool:
    """Whether all parts of a table have the same columns and types."""
    found = con.execute(
        f"SELECT count(DISTINCT s) FROM (SELECT file_name, list((name, type, converted_type) ORDER BY name) AS s "
        f"FROM parquet_schema([{paths}]) WHERE type IS NOT NULL GROUP BY 1)"
    ).fetchall()
    return bool(found[0][0] <= 1)


def _conversions(table: Table, types: dict[str, str], blank: set[str]) -> dict[str, Conversion]:
    found: dict[str, Conversion] = {}
    for column in table.columns:
        if column.name not in types:
            found[column.name] = absent(column)
            continue
        one = conversion(column, types[column.name])
        native_text = one.native and column.type == STRING and types[column.name] == "VARCHAR"
        if native_text and column.name not in blank:
            one = Conversion(sql.name(column.name), "", one.shown, native=True)
        found[column.name] = one
    for name in _made(table, types):
        parts = [f"CAST({found[part].value} AS VARCHAR)" for part in table.column(name).made_of]
        found[name] = Conversion(f"concat_ws(':', {', '.join(parts)})", "", "NULL", native=False)
    return found


def _made(table: Table, types: dict[str, str]) -> set[str]:
    """The columns that a file does not have and that are made of others."""
    return {column.name for column in table.columns if column.made_of and column.name not in types}


def _typed(con: duckdb.DuckDBPyConnection, loaded: Loaded, conversions: dict[str, Conversion]) -> str:
    """Make the view of `_file`, `_line` and the columns in their types.

    For values that may fail there is also `COLUMN!`: the text found, where it is no value.
    """
    name = sql.name(f"read_{loaded.name}")
    columns = [f"{one.value} AS {sql.name(column)}" for column, one in conversions.items()]
    columns += [
        f"CASE WHEN {one.failed} THEN {one.shown} END AS {sql.name(column + '!')}"
        for column, one in conversions.items()
        if one.failed
    ]
    con.execute(f"CREATE TEMP VIEW {name} AS SELECT _file, _line, {', '.join(columns)} FROM {loaded.raw}")
    return name


def _failed_values(bench: Workbench, loaded: Loaded) -> None:
    """Report what is no value of its column's type."""
    described = {row[0] for row in bench.ask(f"DESCRIBE {loaded.typed}")}
    columns = [column for column in loaded.table.columns if f"{column.name}!" in described]
    if not columns:
        return
    counts = ", ".join(f"count({sql.name(column.name + '!')})" for column in columns)
    found = bench.ask(f"SELECT {counts} FROM {loaded.typed}")[0]
    for column, count in zip(columns, found, strict=True):
        if not count:
            continue
        failed = sql.name(column.name + "!")
        query = f"SELECT _file, _line, {failed} AS found FROM {loaded.typed} WHERE {failed} IS NOT NULL"
        allowed = ALLOWED[column.type]
        if (loaded.name, column.name) in READ_AS_EMPTY:
            rule = Rule(WARNING, "not_a_number", loaded.name, column.name, "is no number and is read as empty",
                        allowed, "Give the number of staff where it is known.")  # fmt: skip
        else:
            code = {"int64": "not_a_whole_number", "date": "not_a_date", "float64": "not_a_number",
                    "boolean": "not_a_boolean"}.get(column.type, "not_a_value")  # fmt: skip
            reason = {"int64": "is no whole number", "date": "is no date", "float64": "is no number",
                      "boolean": "is neither true nor false"}.get(column.type, f"is no {allowed}")  # fmt: skip
            if "minor units" in column.unit:
                allowed = f"{allowed} of minor units (100.50 EUR is 10050)"
            rule = Rule(
                ERROR, code, loaded.name, column.name, reason, allowed, "Correct the value in the source."
            )
        bench.record(rule, query)


class _Refusals:
    """Writes down the records of a file that are no rows, and whom they name."""

    def __init__(self, bench: Workbench, table: str, path: Path) -> None:
        self._bench = bench
        self._table = table
        self._file = str(path)
        self._numbers: dict[tuple[str, str], int] = {}

    def add(self, refused: Iterable[Refused]) -> None:
        rows: list[tuple[object, ...]] = []
        owners: list[tuple[str, ...]] = []
        for one in refused:
            record = one.record
            customer = one.owners.get("customer_id") or None
            number = self._number(record.refusal, one.column)
            rows.append((number, self._file, record.line, record.found[:200], customer, record.text))
            owners.append(tuple(one.owners.get(name, "") for name in OWNER_COLUMNS))
        self._bench.put_problems(rows)
        self._bench.put_owners(self._table, owners)

    def _number(self, code: str, column: str) -> int:
        """The number of the rule that such a record breaks."""
        if (code, column) not in self._numbers:
            reason, allowed, remedy = _REFUSALS[code]
            self._numbers[code, column] = len(self._bench.rules)
            self._bench.rules.append(Rule(ERROR, code, self._table, column, reason, allowed, remedy))
        return self._numbers[code, column]
