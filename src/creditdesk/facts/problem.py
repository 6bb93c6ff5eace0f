"""A problem found in the facts: where it stands, what was found, what is allowed and the way out."""

from __future__ import annotations

from dataclasses import dataclass, field

ERROR = "error"
WARNING = "warning"
FOUND_LIMIT = 200


class UnusableInput(ValueError):
    """Nothing can be decided on this input: a required table is missing or cannot be read at all (exit status 2)."""


@dataclass(frozen=True)
class Rule:
    """One way to break the contract; every problem names the rule it breaks.

    Attributes:
        severity: `error` = the row is quarantined, `warning` = the row is kept as it is.
        code: short and stable, for programs: `missing`, `not_a_date`, `dangling`.
        table, column: where; the column is empty when the whole row is meant.
        reason: what is wrong, as the rest of a sentence that begins with the value found.
        allowed: what may stand there.
        remedy: the way out.
    """

    severity: str
    code: str
    table: str
    column: str
    reason: str
    allowed: str
    remedy: str


@dataclass(frozen=True)
class Problem:
    """One problem in one row, file or folder.

    Attributes:
        severity: `error` = quarantined, `warning` = kept.
        code: short and stable, for programs.
        table, column: of the contract; empty where the problem is not about one.
        file: relative to the folder that was read; empty for a problem of the whole folder.
        line: physical line of the file for CSV (the header is line 1), number of the row for Parquet (from 1); None
            for a problem of a whole file.
        found: the value found, cut to 200 characters.
        reason, allowed, remedy: what is wrong with it, what is allowed, the way out.
        customer_id: whose row it is, where that can be told.
        row: the quarantined row, so that nothing is lost: the text of a CSV record that could not be read, otherwise
            JSON; empty for warnings (the row itself was kept). Cut to 10,000 characters.
    """

    severity: str
    code: str
    table: str
    file: str
    line: int | None
    column: str
    found: str
    reason: str
    allowed: str
    remedy: str
    customer_id: str | None = None
    row: str = field(default="", repr=False)

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                self.file,
                f"line {self.line}" if self.line is not None else "",
                f"column {self.column}" if self.column else "",
            )
            if part
        )
        found = f"found {_shown(self.found)}: " if self.found else ""
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        fate = "quarantined" if self.severity == ERROR else "kept"
        fate = f" [{fate}]" if self.line is not None else ""
        return f"{place or self.table}: {found}{self.reason}{allowed}. {self.remedy}{fate}"


def whole_file(
    severity: str,
    code: str,
    table: str,
    file: str,
    reason: str,
    remedy: str,
    column: str = "",
    found: str = "",
) -> Problem:
    """A problem of a whole file or folder, not of one row."""
    return Problem(severity, code, table, file, None, column, found, reason, "", remedy)


def _shown(found: str) -> str:
    cut = found if len(found) <= FOUND_LIMIT else f"{found[:FOUND_LIMIT]}…"
    return repr(cut)
