"""One run that was decided, as whoever reads it asks for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import duckdb
import pyarrow as pa

from creditdesk.desk.beside import beside, open_beside
from creditdesk.desk.ledger.filed import Source
from creditdesk.engine.backend import Backend, DuckDB
from creditdesk.engine.polars.backend import Polars
from creditdesk.policy.document import Policy

WHOLE = ("turnover_rank", "prior")
"""The stages that look at all customers at once; for a few of them they are given as the last run left them."""

READ = (*WHOLE, "case_state", "debtor", "item", "open_item", "past_due", "promise_state")
"""Stages, beside the outputs, that are asked for here after a run: they are not given back when their last reader is done."""


FEW = 10_000
"""Up to so many rows of a frame are kept as Arrow too, for whoever asks next."""


@dataclass(frozen=True)
class Decided:
    """One run, still in the engine.

    Attributes:
        policy: the policy that decided.
        backend: where its stages are, until it decides the next time.
        shape: currencies and companies that occurred (`planning.shape`).
    """

    policy: Policy
    backend: Backend
    shape: tuple[Any, ...] = ()
    _few: dict[str, pa.Table] = field(default_factory=dict, repr=False, compare=False)
    _known: set[str] = field(default_factory=set, repr=False, compare=False)
    _asked: list[duckdb.DuckDBPyConnection] = field(default_factory=list, repr=False, compare=False)

    def sql(self, query: str, values: Mapping[str, Any] | None = None, **more: pa.Table) -> pa.Table:
        """Rows of a query in DuckDB's SQL over stages and facts (`fact_<table>`).

        Args:
            values: what stands for its parameters.
            more: further rows, as tables.
        """
        if isinstance(self.backend, DuckDB):
            con = self.backend.con.con
            for name, rows in more.items():
                con.register(name, rows)
            try:
                return con.sql(query, params=values or None).to_arrow_table()
            finally:
                for name in more:
                    con.unregister(name)
        frames = cast("Polars", self.backend)
        named = {name: self._rows_of(name) for name in set(_WORD.findall(query)) & frames.frames.keys()}
        if any(rows.num_rows > FEW for rows in named.values()):
            with beside(**named, **more) as con:
                return con.sql(query, params=values or None).to_arrow_table()
        if not self._asked:
            self._asked.append(open_beside())
        for name in named.keys() - self._known:
            self._asked[0].register(name, named[name])
            self._known.add(name)
        for name, rows in more.items():
            self._asked[0].register(name, rows)
        return self._asked[0].sql(query, params=values or None).to_arrow_table()

    def _rows_of(self, name: str) -> pa.Table:
        """A frame as Arrow; of few rows it is made once, since everybody asks for the same."""
        frames = cast("Polars", self.backend)
        if frames.frames[name].height > FEW:
            return frames.rows(name)
        if name not in self._few:
            self._few[name] = frames.rows(name)
        return self._few[name]

    def filed(self, query: str, path: Path) -> Source:
        """As `sql`, for many rows: into a file where the engine writes one."""
        if not isinstance(self.backend, DuckDB):
            return self.sql(query)
        target = str(path).replace("'", "''")
        self.backend.con.con.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")
        return [path]

    def columns(self, name: str) -> list[str]:
        """The columns of a stage."""
        if isinstance(self.backend, Polars):
            return self.backend.columns(name)
        return self.sql(f'SELECT * FROM "{name}" LIMIT 0').column_names

    def fetch(self, name: str) -> pa.Table:
        """Rows of an output table of the contract, or of a stage."""
        return self.sql(f'SELECT * FROM "{name}"')


_WORD = re.compile(r"\w+")
