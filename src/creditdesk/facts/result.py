"""What a check leaves behind: counts, problems, customers to hold, and the Parquet files that the engine reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from creditdesk.facts.problem import ERROR, WARNING, Problem


@dataclass(frozen=True)
class TableResult:
    """One table.

    Attributes:
        rows_in: records found, the header not counted; always rows_kept + rows_quarantined.
        rows_kept, rows_quarantined: rows.
        warnings: warnings about rows that were kept.
        paths: Parquet files of the rows kept; the source's own files where nothing had to be changed. Empty when no
            folder was given to write to and the source cannot be read as it is.
    """

    rows_in: int
    rows_kept: int
    rows_quarantined: int
    warnings: int
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Checked:
    """A facts folder after the check.

    Attributes:
        folder: the facts folder.
        tables: per table that is there, in the order of the contract.
        problems: the first problems, errors before warnings; `quarantine` holds all of them.
        counts: number of problems per (severity, table, code).
        held_customers: ids of known customers with a quarantined invoice, payment, credit note or allocation, sorted;
            they are held `data_problem`.
        currencies: the reporting currencies for which rates were asked.
        quarantine: Parquet file with every problem and quarantined row (a CSV file of the same name stands beside
            it); None when there was none or nothing was written.
        stamped: the result was taken from the stamp of an earlier check of the same files.
    """

    folder: Path
    tables: dict[str, TableResult]
    problems: tuple[Problem, ...]
    counts: dict[tuple[str, str, str], int]
    held_customers: tuple[str, ...]
    currencies: tuple[str, ...]
    quarantine: Path | None = None
    stamped: bool = False

    @property
    def rows_in(self) -> int:
        """Records found in all tables."""
        return sum(table.rows_in for table in self.tables.values())

    @property
    def rows_kept(self) -> int:
        """Rows kept in all tables."""
        return sum(table.rows_kept for table in self.tables.values())

    @property
    def rows_quarantined(self) -> int:
        """Rows taken out of all tables."""
        return sum(table.rows_quarantined for table in self.tables.values())

    @property
    def errors(self) -> int:
        """Number of errors; a row may have several."""
        return self._total(ERROR)

    @property
    def warnings(self) -> int:
        """Number of warnings, those about files and columns included."""
        return self._total(WARNING)

    @property
    def exit_status(self) -> int:
        """0 = all rows kept, 1 = some were quarantined."""
        return 1 if self.rows_quarantined else 0

    def sources(self) -> dict[str, Sequence[Path]]:
        """Per table its Parquet files, as `engine.binding.bind` takes them."""
        return {name: table.paths for name, table in self.tables.items()}

    def as_dict(self) -> dict[str, object]:
        """The result for `summary.json` and `--json`: counts, the first problems, nothing of this machine."""
        return {
            "rows_in": self.rows_in,
            "rows_kept": self.rows_kept,
            "rows_quarantined": self.rows_quarantined,
            "tables": {
                name: {
                    "rows_in": table.rows_in,
                    "rows_kept": table.rows_kept,
                    "rows_quarantined": table.rows_quarantined,
                    "warnings": table.warnings,
                }
                for name, table in self.tables.items()
            },
            "counts": [
                {"severity": key[0], "table": key[1], "code": key[2], "problems": count}
                for key, count in sorted(self.counts.items())
            ],
            "held_customers": len(self.held_customers),
            "problems": [str(problem) for problem in self.problems[:100]],
        }

    def _total(self, severity: str) -> int:
        return sum(count for key, count in self.counts.items() if key[0] == severity)
