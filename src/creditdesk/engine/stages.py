"""The order in which a run materialises its tables, and the trace it leaves.

A stage is an expression with a name. `Stages.run` materialises it; the statement that made it is kept, so that a traced
run can show it, a failing one can name it, and a replayed day can execute it again without building or compiling
anything: the day is a one-row table (`clock`), never a literal.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

from creditdesk.engine.arith import Value
from creditdesk.engine.backend import Backend
from creditdesk.engine.levels import level

EPOCH_ORDINAL = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Stage:
    """One materialised table.

    Attributes:
        statement: what makes it, in the backend's words (SQL for most).
        last_of: stages whose last reader it is: they are given back when it is made.
    """

    name: str
    statement: str
    schema: ibis.Schema
    last_of: tuple[str, ...] = ()


@dataclass
class Stages:
    """Runs stages on a backend and remembers them.

    Attributes:
        backend: where they run.
        trace: folder for one Parquet file and one SQL file per stage; None = no trace, stages are dropped when done.
        progress: called with the stage's name before it runs.
        kept: stages that somebody reads after the run.
    """

    backend: Backend
    trace: Path | None = None
    progress: Callable[[str], None] | None = None
    kept: Collection[str] = ()
    done: list[Stage] = field(default_factory=list)
    _last_reader: dict[str, int] = field(default_factory=dict)

    def run(self, name: str, expression: ir.Table) -> ir.Table:
        """Materialise `expression` as table `name`. Raises StageError with name and statement."""
        if self.progress:
            self.progress(name)
        # rewriting a statement into fewer steps costs more than it saves, but where planning takes seconds
        table, statement = self.backend.stage(
            name, level(expression) if self.backend.plans_slowly else expression
        )
        for read in expression.op().find(ops.PhysicalTable):
            self._last_reader[read.name] = len(self.done)
        self.done.append(Stage(name, statement, expression.schema()))
        if self.trace:
            self.trace.mkdir(parents=True, exist_ok=True)
            number = f"{len(self.done):03d}-{name}"
            self.backend.write(table, self.trace / f"{number}.parquet")
            (self.trace / f"{number}.sql").write_text(statement + "\n", encoding="utf-8")
            (self.trace / "stages.json").write_text(
                json.dumps([stage.name for stage in self.done], indent=1), encoding="utf-8"
            )
        return table

    def drop(self, *names: str) -> None:
        """Forget stages whose last reader is done; kept when tracing needs them."""
        if self.trace is None:
            self.done[-1] = replace(self.done[-1], last_of=(*self.done[-1].last_of, *names))
            self._forget(names)

    def last_readers(self, results: Collection[str]) -> list[Stage]:
        """The stages that are done, each with those whose last reader it turned out to be.

        Args:
            results: stages that the run is made for: nobody gives them back.
        """
        last_of: dict[int, list[str]] = {}
        for stage in self.done:
            reader = self._last_reader.get(stage.name)
            if reader is not None and stage.name not in results:
                last_of.setdefault(reader, []).append(stage.name)
        return [replace(stage, last_of=tuple(last_of.get(no, ()))) for no, stage in enumerate(self.done)]

    def again(self, given: Mapping[str, pa.Table] | None = None) -> None:
        """Execute every stage anew, in its order, on what the tables hold now.

        Args:
            given: rows of stages that are not executed.
        """
        for stage in self.done:
            if self.progress:
                self.progress(stage.name)
            rows = (given or {}).get(stage.name)
            if rows is None:
                self.backend.again(stage.name, stage.statement, stage.schema)
            else:
                self.backend.put(stage.name, rows)
            self._forget(stage.last_of)

    def _forget(self, names: Sequence[str]) -> None:
        for name in names:
            if name not in self.kept:
                self.backend.drop(name)


@dataclass(frozen=True)
class Clock:
    """The day of a run, as data: a one-row table with `as_of` (date) and `day` (days since 1970-01-01).

    Attributes:
        table: the one row.
        known: an expression that an engine plans as a constant, where it has one; None = the row is asked.
    """

    table: ir.Table
    known: Value | None = None

    @property
    def day(self) -> Value:
        """The day as a scalar expression (int64)."""
        if self.known is not None:
            return self.known
        # Ibis lends a bare scalar query the name of the column it becomes, in every place where it stands: a sum does not
        return self.table.day.as_scalar() + 0

    @property
    def date(self) -> Value:
        """The day as a scalar expression (date)."""
        return self.table.as_of.as_scalar()

    @staticmethod
    def put(backend: Backend, as_of: dt.date) -> Clock:
        """Set the day of a run; again for the next day of a replay."""
        day = as_of.toordinal() - EPOCH_ORDINAL
        rows = pa.table({"as_of": pa.array([as_of], pa.date32()), "day": pa.array([day], pa.int64())})
        return Clock(backend.put("clock", rows), backend.set_day(day))
