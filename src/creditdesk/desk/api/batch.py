"""A batch of rows as a facts folder, so that it is checked and brought in as an import is; and its mistakes as places in the request."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from creditdesk.desk.api.problem import Problem, pointer
from creditdesk.desk.ledger.importing import Result, import_folder
from creditdesk.desk.ledger.models import Company, Import
from creditdesk.facts import schema_acts
from creditdesk.facts.column import LIST, Column, Table
from creditdesk.facts.problem import ERROR, UnusableInput
from creditdesk.facts.problem import Problem as Mistake
from creditdesk.facts.schema import TABLES

MOST_ROWS = 10_000
MOST_BYTES = 32 * 1024 * 1024
SHOWN = 1000
"""Mistakes that are told at once; all of them stand with the import."""

ACTS = {one.name for one in vars(schema_acts).values() if isinstance(one, Table)}
"""Tables of what people decide and do: said at the desk, or as outcomes, never pushed as rows."""

PUSHED: dict[str, Table] = {name: table for name, table in TABLES.items() if name not in ACTS}
"""Tables that other programs push."""

Rows = Mapping[str, Sequence[Any]]


def bring_in(company: Company, rows: Rows, base: tuple[str, ...], *, by: str) -> dict[str, Any]:
    """Bring a batch into the ledger as one import: the good rows go in, the bad ones are set apart and told.

    Args:
        rows: per table its rows as JSON.
        base: the place of the rows in the request; the table follows where it is empty.

    Raises:
        Problem: rows that are no rows at all, too many of them, or nothing that can be used; nothing is written.
    """
    count = sum(map(len, rows.values()))
    if count > MOST_ROWS:
        raise Problem(
            "too_large", f"Found {count:,} rows; allowed: {MOST_ROWS:,} in one batch; send several."
        )
    strange: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="creditdesk-push-") as work:
        for name, given in rows.items():
            if given:
                shaped = _shaped(PUSHED[name], given, base or ("tables", name), strange)
                pq.write_table(shaped, Path(work) / f"{name}.parquet")
        if not count:
            return _told(None, rows, base, [])
        source = f"api:{uuid.uuid4()}"
        try:
            done = import_folder(company, Path(work), by=by, kind=Import.Kind.API, source=source, part=True)
        except UnusableInput as wrong:
            raise Problem(
                "unusable_facts", str(wrong).replace(f"{work}/", "").replace(work, "the batch")
            ) from wrong
    return _told(done, rows, base, strange)


def _shaped(
    table: Table, rows: Sequence[Any], base: tuple[str, ...], strange: list[dict[str, Any]]
) -> pa.Table:
    """Rows as text, column by column: what each value is worth is judged by the check."""
    wrong: list[dict[str, Any]] = []
    known = {column.name for column in table.columns}
    unknown: dict[str, int] = {}
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            wrong.append({"pointer": pointer(*base, index), "detail": "a row is an object"})
            continue
        for name in row.keys() - known:
            unknown.setdefault(name, index)
    if wrong:
        raise Problem(
            "invalid_request", "Some rows are no objects; nothing was written.", errors=wrong[:SHOWN]
        )
    arrays = []
    for column in table.columns:
        values = [
            _value(column, row.get(column.name), (*base, index, column.name), wrong)
            for index, row in enumerate(rows)
        ]
        kind = pa.list_(pa.string()) if column.type == LIST else pa.string()
        if wrong:
            continue
        try:
            arrays.append(pa.array(values, kind))
        except UnicodeEncodeError as half:
            where = pointer(*base, "?", column.name)
            raise Problem(
                "invalid_request", "A text holds half a character; nothing was written.",
                errors=[{"pointer": where, "detail": "not valid Unicode"}],
            ) from half  # fmt: skip
    if wrong:
        raise Problem(
            "invalid_request", "Some values have a form that no value has; nothing was written.", errors=wrong[:SHOWN]
        )  # fmt: skip
    strange += [
        {"code": "unknown_column", "pointer": pointer(*base, index, name), "detail": "is no column and was not read"}
        for name, index in list(unknown.items())[:100]
    ]  # fmt: skip
    return pa.table(arrays, names=[column.name for column in table.columns])


def _value(column: Column, value: Any, place: tuple[Any, ...], wrong: list[dict[str, Any]]) -> Any:
    if value is None:
        return None
    if column.type == LIST:
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return value or None
        wrong.append({"pointer": pointer(*place), "detail": "a list of texts"})
        return None
    if isinstance(value, dict | list):
        wrong.append({"pointer": pointer(*place), "detail": "a single value"})
        return None
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**63 else repr(value)
    return str(value)


def _told(
    done: Result | None, rows: Rows, base: tuple[str, ...], strange: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    tables: dict[str, dict[str, int]] = {}
    for name, given in rows.items():
        laid = done.laid.get(name) if done is not None else None
        apart = done.checked.tables[name].rows_quarantined if done is not None and laid is not None else 0
        tables[name] = {
            "received": len(given),
            "new": laid.new if laid else 0,
            "replaced": laid.replaced if laid else 0,
            "same": laid.same if laid else 0,
            "quarantined": apart,
        }
    found = done.checked.problems if done is not None else ()
    mistakes = [_mistake(one, base) for one in found if one.line is not None]
    return {
        "import_number": done.imported.pk if done is not None else None,
        "tables": tables,
        "problems": mistakes[:SHOWN],
        "problems_total": sum(done.checked.counts.values()) if done is not None else 0,
        "warnings": list(strange),
    }


def _mistake(one: Mistake, base: tuple[str, ...]) -> dict[str, Any]:
    place = base or ("tables", one.table)
    at = (*place, (one.line or 1) - 1, *((one.column,) if one.column else ()))
    return {
        "pointer": pointer(*at),
        "kept": one.severity != ERROR,
        "code": one.code,
        "table": one.table,
        "column": one.column,
        "found": one.found,
        "reason": one.reason,
        "allowed": one.allowed,
        "way_out": one.remedy,
    }
