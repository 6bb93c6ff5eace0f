"""What can be said of one row on its own: empty, not allowed, out of range, in the wrong order.

The rules come from the schema, so that a column added there is checked without a line here; those that need two
columns are listed. All rules of a table are counted in one pass; rows are looked up only for rules that are broken.
"""

from __future__ import annotations

from dataclasses import dataclass

from creditdesk.facts import codes, sql
from creditdesk.facts.column import DATE, FLOAT, LIST, MONEY, MOST_MONEY, MOST_YEARLY, STRING, Column, Table
from creditdesk.facts.problem import ERROR, WARNING, Rule
from creditdesk.facts.workbench import Loaded, Workbench

FIRST_DATE, LAST_DATE = "1900-01-01", "2200-12-31"

ENDS = (
    ("legal_status", "from_on", "ended_on"),
    ("allocation", "allocated_on", "reversed_on"),
    ("dispute", "opened_on", "closed_on"),
    ("cover", "valid_from", "valid_to"),
    ("security", "from_on", "until_on"),
    ("bank_statement", "from_on", "to_on"),
    ("collection", "collect_on", "returned_on"),
    ("promise", "made_on", "withdrawn_on"),
    ("plan", "agreed_on", "ended_on"),
    ("pause", "from_on", "until_on"),
    ("override", "from_on", "until_on"),
    ("handover", "handed_on", "returned_on"),
    ("charge", "on", "waived_on"),
)
"""Tables with a first and a last day: what ends before it begins is quarantined."""

NEEDED_BY_KIND = (("allocation", "payment", "payment_id"), ("allocation", "credit_note", "credit_note_id"))
CURRENCY_COLUMNS = ("currency", "base")
POSITIVE = (("fx_rate", "rate"),)


@dataclass(frozen=True)
class Check:
    """A rule with the SQL that tells that a row breaks it.

    Attributes:
        rule: the rule.
        broken: true for a row that breaks it.
        shown: what to show of the row.
        quick: a cheaper condition that no broken row escapes; empty = `broken` itself.
        listed: the condition is about the value of this column alone, which has few values: they are looked at once
            each; empty = row by row.
    """

    rule: Rule
    broken: str
    shown: str
    quick: str = ""
    listed: str = ""


def check_rows(bench: Workbench, loaded: Loaded) -> None:
    """Apply every rule about single rows to a table."""
    checks = list(row_checks(loaded))
    if not checks:
        return
    relation = bench.good(loaded.name)
    by_row = [check for check in checks if not check.listed]
    counts = ", ".join(f"count(*) FILTER ({check.quick or check.broken})" for check in by_row)
    found = bench.ask(f"SELECT {counts} FROM {relation}")[0] if by_row else ()
    suspects = [check for check, count in zip(by_row, found, strict=True) if count]
    for check in checks:
        values = f"SELECT count(*) FROM (SELECT DISTINCT {check.listed} FROM {relation}) WHERE {check.broken}"
        if check.listed and bench.number(values):
            suspects.append(check)
    for check in suspects:
        bench.record(
            check.rule,
            f"SELECT _file, _line, CAST({check.shown} AS VARCHAR) AS found FROM {relation} WHERE {check.broken}",
        )


def row_checks(loaded: Loaded) -> list[Check]:
    """The checks of a table, as far as its columns are there."""
    checks: list[Check] = []
    for column in loaded.table.columns:
        if column.name in loaded.present:
            checks += _column_checks(loaded.table, column)
    return checks + _pair_checks(loaded)


def _column_checks(table: Table, column: Column) -> list[Check]:
    name = sql.name(column.name)
    checks: list[Check] = []

    def error(
        code: str, reason: str, allowed: str, remedy: str, broken: str, quick: str = "", listed: str = ""
    ) -> None:
        rule = Rule(ERROR, code, table.name, column.name, reason, allowed, remedy)
        checks.append(Check(rule, broken, "''" if code == "missing" else name, quick, listed))

    if column.required:
        blank = f" OR trim({name}) = ''" if column.type == STRING else ""
        blank = f" OR len({name}) = 0" if column.type == LIST else blank
        quick = (
            f"{name} IS NULL OR {name} < '!'" if column.type == STRING else ""
        )  # a blank text sorts before '!'
        error(
            "missing",
            "the value is missing",
            f"a value ({column.meaning})",
            "Fill it in the source.",
            f"{name} IS NULL{blank}",
            quick,
        )
    if column.allowed:
        error("not_allowed", "is not a value of this column", ", ".join(column.allowed),
              "Correct it, or map it with 'creditdesk facts import'.",
              f"{name} NOT IN ({sql.texts(column.allowed)})", listed=name)  # fmt: skip
    if column.type == DATE:
        error("impossible_date", "cannot be a date of business", f"{FIRST_DATE} to {LAST_DATE}",
              "Correct the year; leave the value empty where there is no date.",
              f"{name} NOT BETWEEN DATE '{FIRST_DATE}' AND DATE '{LAST_DATE}'")  # fmt: skip
    if column.type == FLOAT:
        error(
            "not_a_number", "is no number", "a finite number", "Correct the value.", f"NOT isfinite({name})"
        )
    if column.type in (MONEY, FLOAT):
        checks += _range_checks(table, column, name)
    if column.name in CURRENCY_COLUMNS and column.type == STRING:
        error("unknown_currency", "is no currency", "an ISO 4217 code in capitals, such as EUR", "Correct the code.",
              f"{name} NOT IN ({sql.texts(sorted(codes.currencies()))})", listed=name)  # fmt: skip
    if column.name == "country":
        error("unknown_country", "is no country", "an ISO 3166-1 alpha-2 code in capitals, such as NL (GB, not UK)",
              "Correct the code, or leave it empty where that is allowed.",
              f"{name} NOT IN ({sql.texts(sorted(codes.countries()))})", listed=name)  # fmt: skip
    return checks


def _range_checks(table: Table, column: Column, name: str) -> list[Check]:
    checks: list[Check] = []
    remedy = "Correct the value."
    if column.name == "amount" and table.name == "invoice":
        remedy = "A credit note has kind credit_note and a positive amount; 'creditdesk facts import' can map signs."
    elif column.name == "amount":
        remedy = "Money that goes back is a row of its own kind, not a negative amount."
    if column.minimum is not None:
        low = "negative" if column.minimum == 0 else "too_small"
        reason = "is negative" if column.minimum == 0 else f"is less than {column.minimum}"
        rule = Rule(ERROR, low, table.name, column.name, reason, f"{column.minimum} or more", remedy)
        checks.append(Check(rule, f"{name} < {column.minimum}", name))
    if column.maximum is not None:
        if column.maximum in (MOST_MONEY, MOST_YEARLY):
            remedy = "Correct the value: a number of something else may stand in its place."
        rule = Rule(ERROR, "too_large", table.name, column.name, f"is more than {column.maximum}",
                    f"at most {column.maximum}", remedy)  # fmt: skip
        checks.append(Check(rule, f"{name} > {column.maximum}", name))
    if (table.name, column.name) in POSITIVE:
        rule = Rule(ERROR, "too_small", table.name, column.name, "is not a rate", "more than 0", remedy)
        checks.append(Check(rule, f"{name} = 0", name))
    if column.name == "amount" and column.required and column.minimum == 0:
        rule = Rule(WARNING, "zero_amount", table.name, column.name, "is nothing", "more than 0",
                    "The row is kept and counts for nothing; remove it where it is a mistake.")  # fmt: skip
        checks.append(Check(rule, f"{name} = 0", name))
    return checks


def _pair_checks(loaded: Loaded) -> list[Check]:
    checks: list[Check] = []
    for table, kind, column in NEEDED_BY_KIND:
        if loaded.name == table:
            rule = Rule(ERROR, "missing", table, column, f"an allocation of kind {kind} names none",
                        f"the {column} of the {kind.replace('_', ' ')}", "Fill it, or give the allocation its true kind.")  # fmt: skip
            checks.append(Check(rule, f"kind = {sql.text(kind)} AND {sql.name(column)} IS NULL", "''"))
    for table, begin, end in ENDS:
        if loaded.name == table and {begin, end} <= loaded.present:
            rule = Rule(ERROR, "ends_before_it_begins", table, end, f"lies before {begin}", f"{begin} or later",
                        "Correct one of the two dates.")  # fmt: skip
            shown = f"{sql.name(end)} || ' (' || {sql.name(begin)} || ')'"
            checks.append(Check(rule, f"{sql.name(end)} < {sql.name(begin)}", shown))
    if loaded.name == "invoice":
        rule = Rule(WARNING, "due_before_issued", "invoice", "due", "lies before the date of issue",
                    "the date of issue or later", "Right for deposits and rent; otherwise correct one of the two dates.")  # fmt: skip
        checks.append(Check(rule, "due < issued", "due || ' (issued ' || issued || ')'"))
    return checks
