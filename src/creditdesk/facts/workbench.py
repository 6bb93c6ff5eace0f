"""The DuckDB of one check: the tables as they were read, the problems found so far, and the rows that are out.

Every table has a relation of `_file`, `_line` and the contract's columns in their types; `good` leaves out the rows
that were quarantined up to that moment, so that each next question is asked of what is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from creditdesk.facts import sql
from creditdesk.facts.column import Table
from creditdesk.facts.folder import Folder, TableFiles
from creditdesk.facts.problem import ERROR, Problem, Rule
from creditdesk.facts.spilling import with_room

Progress = Callable[[str, int, int], None]
"""Called with what is being done, the step and the number of steps."""

SHOWN = 10_000
KNOWN = "(known already)"
"""Stands in the place of a file for rows that were known before: they are not judged, and not given out again."""


def silent(_what: str, _step: int, _steps: int) -> None:
    """Progress that nobody wants to see."""


@dataclass
class Loaded:
    """One table as it was read.

    Attributes:
        table: of the contract.
        files: where it stands.
        rows_in: records counted independently of the reading.
        raw: relation as found (`_file`, `_line` and the columns that are there).
        view: relation with every column of the contract in its type; null where a value cannot be.
        typed: the same, or a table of it without the rows that were out when it was made.
        present: names of the contract's columns that the files have.
        as_is: the engine may read the files as they are, when no row is taken out.
        refused: records that are no rows.
        quarantined: rows taken out, the refused ones included.
        warnings: warnings about its rows.
        leans: rows that were known before stand among its own.
    """

    table: Table
    files: TableFiles
    rows_in: int
    raw: str
    view: str
    typed: str
    present: frozenset[str]
    as_is: bool
    refused: int = 0
    quarantined: int = 0
    warnings: int = 0
    leans: bool = False

    @property
    def name(self) -> str:
        """Name of the table."""
        return self.table.name


@dataclass
class Workbench:
    """State of one check.

    Attributes:
        con: DuckDB, with its temporary files in `spill`.
        folder: the facts folder.
        tables: what was read, by name.
        rules: the rules that were broken; the table `problem` names them by number.
        whole: problems of whole files.
    """

    con: duckdb.DuckDBPyConnection
    folder: Folder
    tables: dict[str, Loaded] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    whole: list[Problem] = field(default_factory=list)

    def open(self) -> None:
        """Make the tables that hold what is found."""
        self.con.execute(
            "CREATE TEMP TABLE problem (no INTEGER, file VARCHAR, line BIGINT, found VARCHAR, customer_id VARCHAR, "
            "row VARCHAR)"
        )
        self.con.execute(
            "CREATE TEMP TABLE refused_owner (tbl VARCHAR, customer_id VARCHAR, invoice_id VARCHAR, payment_id VARCHAR)"
        )

    def add(self, loaded: Loaded) -> None:
        """Take a table in."""
        self.tables[loaded.name] = loaded
        self.con.execute(f"CREATE TEMP TABLE {self.bad(loaded.name)} (_file VARCHAR, _line BIGINT)")

    def settle(self, loaded: Loaded) -> None:
        """Store the good rows of a table that had to be converted, so that the text is read only once."""
        name = sql.name(f"typed_{loaded.name}")
        columns = ", ".join(sql.name(column.name) for column in loaded.table.columns)
        self.con.execute(
            f"CREATE TEMP TABLE {name} AS SELECT _file, _line, {columns} FROM {self.good(loaded.name)}"
        )
        loaded.typed = name

    def bad(self, table: str) -> str:
        """Relation of the rows that are out: `_file`, `_line`."""
        return sql.name(f"bad_{table}")

    def good(self, table: str) -> str:
        """Relation of the rows of a table that are not quarantined, as a FROM item."""
        loaded = self.tables[table]
        if loaded.quarantined == loaded.refused:
            return loaded.typed
        place = (
            "_line" if len(loaded.files.paths) == 1 and not loaded.leans else "_file, _line"
        )  # comparing texts costs
        return f"(SELECT * FROM {loaded.typed} ANTI JOIN {self.bad(table)} USING ({place}))"

    def own(self, table: str) -> str:
        """As `good`, without rows that were known before."""
        if not self.tables[table].leans:
            return self.good(table)
        return f"(SELECT * FROM {self.good(table)} WHERE _file <> {sql.text(KNOWN)})"

    def has(self, table: str, *columns: str) -> bool:
        """Whether the table is there, with all these columns."""
        return table in self.tables and self.tables[table].present.issuperset(columns)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return with_room(self.con, lambda: self.con.execute(query).fetchall())

    def keep(self, name: str, query: str) -> None:
        """The rows of a query as a temporary table; replaces what stood there."""
        made = f"CREATE OR REPLACE TEMP TABLE {sql.name(name)} AS {query}"
        with_room(self.con, lambda: self.con.execute(made))

    def number(self, query: str) -> int:
        """The one number of a query."""
        return int(self.ask(query)[0][0] or 0)

    def record(self, rule: Rule, broken: str) -> int:
        """Write down the rows that break a rule; an error takes them out.

        Args:
            broken: a query of `_file`, `_line`, `found`; rows that are out already must not be among them, except
                those of the same round.

        Returns:
            The number of rows.
        """
        loaded = self.tables[rule.table]
        number = len(self.rules)
        self.keep(
            "broken",
            f"SELECT DISTINCT ON (_file, _line) * FROM ({broken}) WHERE _file <> {sql.text(KNOWN)}",
        )
        count = self.number("SELECT count(*) FROM broken")
        if not count:
            return 0
        self.rules.append(rule)
        self.con.execute(
            f"INSERT INTO problem SELECT {number}, _file, _line, left(found, 200), NULL, NULL FROM broken"
        )
        if rule.severity == ERROR:
            bad = self.bad(rule.table)
            self.con.execute(f"INSERT INTO {bad} SELECT _file, _line FROM broken EXCEPT SELECT * FROM {bad}")
            loaded.quarantined = loaded.refused + self.number(f"SELECT count(*) FROM {bad}")
        else:
            loaded.warnings += count
        return count

    def fill_problems(self, table: str) -> None:
        """Add to the problems of a table whose rows they are, and the rows that are out: in one pass over it."""
        loaded = self.tables[table]
        numbers = {no: rule.severity == ERROR for no, rule in enumerate(self.rules) if rule.table == table}
        if not numbers:
            return
        mine = ", ".join(map(str, numbers))
        errors = ", ".join(str(no) for no, error in numbers.items() if error) or "NULL"
        customer = sql.name("customer_id") if "customer_id" in loaded.present else "NULL"
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE filled AS SELECT raw._file, raw._line, "
            f"nullif(CAST({customer} AS VARCHAR), '') AS customer, "
            f"CASE WHEN l.out THEN left(to_json((SELECT r FROM (SELECT raw.* EXCLUDE (_file, _line)) AS r)), {SHOWN}) "
            f"END AS content FROM {loaded.raw} raw JOIN (SELECT file, line, coalesce(bool_or(no IN ({errors})), false) "
            f"AS out FROM problem WHERE no IN ({mine}) AND row IS NULL GROUP BY 1, 2) l "
            f"ON raw._line = l.line AND raw._file = l.file"
        )
        self.con.execute(
            f"UPDATE problem SET customer_id = customer, row = CASE WHEN no IN ({errors}) THEN content END FROM filled "
            f"WHERE file = _file AND line = _line AND no IN ({mine}) AND row IS NULL"
        )

    def put_problems(self, rows: list[tuple[object, ...]]) -> None:
        """Write down problems found outside of SQL: number of the rule, file, line, found, customer_id, row."""
        self._put("problem", rows)

    def put_owners(self, table: str, rows: list[tuple[str, ...]]) -> None:
        """Write down whom refused records name: customer_id, invoice_id, payment_id, as far as can be told."""
        self._put("refused_owner", [(table, *row) for row in rows])

    def _put(self, relation: str, rows: list[tuple[object, ...]]) -> None:
        if not rows:
            return
        names = [row[0] for row in self.ask(f"DESCRIBE {relation}")]
        batch = pa.table(
            {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
        )
        self.con.register("_batch", batch)
        self.con.execute(f"INSERT INTO {relation} SELECT * FROM _batch")
        self.con.unregister("_batch")

    def shown(self, file: str | Path) -> str:
        """A file as messages name it."""
        return self.folder.shown(file)
