"""An empty text is an empty text, however a Parquet file writes it: DuckDB 2.0.0 took a single value among empty ones for empty too."""

from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from creditdesk.engine.backend import connect

ROWS = pa.table(
    {"pause_id": ["P1", "P2", "P3"], "invoice_id": pa.array([None, "I2", None], type=pa.string())}
)


@pytest.mark.parametrize("dictionary", [True, False])
@pytest.mark.parametrize("url", ["duckdb://", "polars://"])
def test_one_value_among_empty_ones_is_found(tmp_path: Path, url: str, dictionary: bool) -> None:
    pq.write_table(ROWS, tmp_path / "pause.parquet", use_dictionary=dictionary)
    backend = connect(url)
    try:
        pause = backend.read("pause", [tmp_path / "pause.parquet"], ibis.Schema.from_pyarrow(ROWS.schema))
        named = backend.fetch(pause.filter(pause.invoice_id.notnull()))
        others = backend.fetch(pause.filter(pause.invoice_id.isnull()))
    finally:
        backend.close()
    assert named.column("pause_id").to_pylist() == ["P2"]
    assert others.column("pause_id").to_pylist() == ["P1", "P3"]
