"""All rows of an upload that would be set apart, as a file for whoever corrects them at the source."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.http import HttpResponse, StreamingHttpResponse

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.intake import trying
from creditdesk.desk.screens.imports.finding import one
from creditdesk.desk.screens.listing.export import harmless
from creditdesk.facts.quarantine import COLUMNS


@may(Right.IMPORT)
def apart(request: Asked, token: str) -> HttpResponse:
    """All rows that would be set apart, as a file for whoever corrects them at the source."""
    found = one(request, token)
    answer = StreamingHttpResponse(_lines(trying.apart_file(found)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="quarantine.csv"'
    return answer


def _lines(files: list[Path]) -> Iterator[str]:
    """Lines of CSV in which no cell is read as a formula."""
    yield "\ufeff" + ",".join(COLUMNS) + "\r\n"
    for file in files:
        if file.suffix == ".parquet":
            for batch in pq.ParquetFile(file).iter_batches(5_000):
                yield from _written(tuple(row.values()) for row in batch.to_pylist())
        else:
            with file.open(encoding="utf-8", newline="") as source:
                rows = csv.reader(source)
                next(rows)
                yield from _written(tuple(row) for row in rows)


def _written(rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow(["" if cell is None else harmless(str(cell)) for cell in row])
        if text.tell() > 1 << 16:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()
