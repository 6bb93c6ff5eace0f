"""Checks single rows that the desk writes: a mistake here is ours, so nothing is set apart, all is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from creditdesk.desk.ledger.versions import arrow_schema
from creditdesk.facts.column import Column, Table


class WrongRows(ValueError):
    """Rows that break the contract; the message names table, row, column, what was found and what is allowed."""


def check_rows(table: Table, rows: pa.Table | Sequence[Mapping[str, Any]]) -> pa.Table:
    """The rows in contract shape; columns that they lack are empty.

    Raises:
        WrongRows: an unknown column, a value of another type, one that is missing or not allowed, a key twice.
    """
    schema = arrow_schema(table)
    names = set(rows.column_names) if isinstance(rows, pa.Table) else {name for row in rows for name in row}
    if unknown := sorted(names - set(schema.names)):
        raise WrongRows(f"{table.name}: found column {unknown[0]!r}; allowed: {', '.join(schema.names)}")
    try:
        if isinstance(rows, pa.Table):
            shaped = pa.table(
                [
                    rows.column(item.name).cast(item.type)
                    if item.name in names
                    else pa.nulls(rows.num_rows, item.type)
                    for item in schema
                ],
                schema=schema,
            )
        else:
            shaped = pa.table(
                [pa.array([row.get(item.name) for row in rows], item.type) for item in schema], schema=schema
            )
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as wrong:
        raise WrongRows(f"{table.name}: {wrong}; allowed: {schema.to_string()}") from wrong
    for column in table.columns:
        _check_column(table, column, shaped.column(column.name))
    if table.key:
        keys = Counter(zip(*(shaped.column(name).to_pylist() for name in table.key), strict=True))
        twice = [key for key, count in keys.items() if count > 1]
        if twice:
            raise WrongRows(f"{table.name}: found {twice[0]} more than once in {', '.join(table.key)}")
    return shaped


def _check_column(table: Table, column: Column, values: pa.ChunkedArray) -> None:
    where = f"{table.name}: column {column.name}"
    if column.required and values.null_count:
        raise WrongRows(f"{where}: found an empty value; it is required")
    present = values.drop_null()
    if column.allowed:
        wrong = set(present.unique().to_pylist()) - set(column.allowed)
        if wrong:
            raise WrongRows(f"{where}: found {min(wrong)!r}; allowed: {', '.join(column.allowed)}")
    if column.minimum is None and column.maximum is None:
        return
    for value in present.to_pylist():
        if column.minimum is not None and value < column.minimum:
            raise WrongRows(f"{where}: found {value}; allowed: {column.minimum} or more")
        if column.maximum is not None and value > column.maximum:
            raise WrongRows(f"{where}: found {value}; allowed: at most {column.maximum}")
