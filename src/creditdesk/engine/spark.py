"""Apache Spark behind the same few verbs: for facts that already live in a cluster or a lake.

On one machine DuckDB is many times faster; Spark pays where the facts are. Stages are written to Parquet and read back,
which cuts the lineage that Spark would otherwise plan again and again. Needs Java 17 and the extra `spark`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.pyspark.datatypes import PySparkSchema
from pyspark.sql import SparkSession

from creditdesk.engine.backend import StageError, conform

SETTINGS = {
    # without Arrow an integer column with one null becomes all null on its way in, in silence
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.pyspark.fallback.enabled": "false",
    # overflow and division by zero are loud, as on DuckDB
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.shuffle.partitions": "8",
    "spark.ui.enabled": "false",
    # the plans are wide: room to make them, and no text of them kept
    "spark.driver.memory": "4g",
    "spark.sql.maxPlanStringLength": "2000",
    "spark.sql.ui.retainedExecutions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}


class Spark:
    """A Spark session of our own.

    Args:
        master: as in `pyspark://local[2]` or `pyspark://local-cluster[2,1,1024]`.
        options: further Spark settings, which win over ours.
    """

    name = "pyspark"
    plans_slowly = True

    def __init__(self, master: str = "local[*]", options: dict[str, str] | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="creditdesk-spark-"))
        builder = SparkSession.builder.master(master).appName("creditdesk")
        settings = {**SETTINGS, "spark.sql.warehouse.dir": str(self._folder / "warehouse"), **(options or {})}
        for key, value in settings.items():
            builder = builder.config(key, value)
        self._session: Any = builder.getOrCreate()
        self._session.sparkContext.setLogLevel("ERROR")
        self.con: Any = ibis.pyspark.connect(self._session)
        self._written = 0

    def read(self, name: str, paths: Sequence[Path], schema: ibis.Schema) -> ir.Table:
        if not paths:
            raise ValueError(f"no files for table {name!r}")
        self._session.read.parquet(*[str(path) for path in paths]).createOrReplaceTempView(name)
        return conform(self.con.table(name), schema)

    def put(self, name: str, rows: pa.Table) -> ir.Table:
        self._session.createDataFrame(rows).createOrReplaceTempView(name)
        return self.con.table(name)

    def table(self, name: str, _schema: ibis.Schema) -> ir.Table:
        return self.con.table(name)

    def stage(self, name: str, expression: ir.Table) -> tuple[ir.Table, str]:
        sql = str(self.con.compile(expression))
        self.again(name, sql, expression.schema())
        return self.con.table(name), sql

    def again(self, name: str, statement: str, schema: ibis.Schema) -> None:
        self._written += 1
        target = str(self._folder / f"{self._written:05d}-{name}")
        try:
            frame = self._session.sql(statement).to(PySparkSchema.from_ibis(_nullable(schema)))
            frame.write.parquet(target)
            self._session.read.schema(frame.schema).parquet(target).createOrReplaceTempView(name)
        except Exception as cause:
            raise StageError(name, statement, cause) from cause

    def copy(self, name: str, source: str, schema: ibis.Schema) -> None:
        self.again(name, f"SELECT * FROM `{source}`", schema)  # noqa: S608  a name of ours

    def set_day(self, _day: int) -> Any:
        """Spark asks the one row of `clock`: a session variable would not reach a stage that is planned again."""
        return None

    def fetch(self, expression: ir.Table) -> pa.Table:
        # through Arrow, never through pandas: that loses digits of integers beside nulls
        rows: pa.Table = self._session.sql(str(self.con.compile(expression))).toArrow()
        return rows.cast(expression.schema().to_pyarrow())

    def write(self, table: ir.Table, path: Path) -> None:
        """One Parquet file: Spark writes a folder of parts, whose rows are brought together here."""
        parts = self._folder / f"out-{path.stem}"
        sql = str(self.con.compile(table))
        try:
            self._session.sql(sql).coalesce(1).write.mode("overwrite").parquet(str(parts))
        except Exception as cause:
            raise StageError(path.stem, sql, cause) from cause
        (part,) = parts.glob("part-*.parquet")
        shutil.move(part, path)
        shutil.rmtree(parts, ignore_errors=True)

    def drop(self, name: str) -> None:
        self._session.catalog.dropTempView(name)

    def close(self) -> None:
        self._session.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def _nullable(schema: ibis.Schema) -> ibis.Schema:
    return ibis.schema({name: dtype.copy(nullable=True) for name, dtype in schema.items()})
