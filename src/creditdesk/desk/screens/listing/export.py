"""Lists as files: CSV for machines, XLSX for people. No cell is ever read as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpResponse, StreamingHttpResponse

from creditdesk.desk.screens.listing.column import Column, Kind

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text that begins so is a formula to some spreadsheet (OWASP, CSV injection)."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_XLSX = 1_000_000
"""Rows that a sheet holds."""


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that begins like one gets an apostrophe in front."""
    return f"'{text}" if text.lstrip(" \u00a0\ufeff").startswith(DANGEROUS) else text


def as_csv(name: str, columns: Sequence[Column], rows: Iterable[Any]) -> HttpResponse:
    """The rows as CSV: UTF-8, comma, ISO days, a decimal point; sent while they are read."""
    response = StreamingHttpResponse(_lines(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _lines(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["\ufeff" + columns[0].name, *(column.name for column in columns[1:])])
    for row in rows:
        writer.writerow([_text(column.export(row)) for column in columns])
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return harmless(str(value))


def as_xlsx(name: str, columns: Sequence[Column], rows: Iterable[Any]) -> FileResponse:
    """The rows as a sheet, with the names of the columns in the reader's language."""
    file = TemporaryFile()  # noqa: SIM115  the response closes it
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        head = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        amount = book.add_format({"num_format": "#,##0.00"})
        for at, column in enumerate(columns):
            sheet.set_column(at, at, 14 if column.right or column.kind == Kind.DAY else 24)
            sheet.write_string(0, at, str(column.label or column.name), head)
        for line, row in enumerate(rows, 1):
            if line > MOST_XLSX:
                break
            for at, column in enumerate(columns):
                _write(sheet, line, at, column.export(row), day, amount)
        sheet.freeze_panes(1, 0)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


def _write(sheet: Any, line: int, at: int, value: Any, day: Any, amount: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, at, value)
    elif isinstance(value, Decimal):
        sheet.write_number(line, at, float(value), amount)  # a sheet knows no other numbers
    elif isinstance(value, (int, float)):
        sheet.write_number(line, at, value)
    elif isinstance(value, date):
        sheet.write_datetime(line, at, value, day)
    else:
        sheet.write_string(line, at, harmless(str(value))[:32_000])
