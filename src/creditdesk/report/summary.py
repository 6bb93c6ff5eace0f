"""`summary.json`: what a run did, in counts and sums, for programs; with what it could not know, as notes."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import creditdesk
from creditdesk.engine.binding import Facts
from creditdesk.facts.problem import ERROR, WARNING, Problem
from creditdesk.facts.result import Checked
from creditdesk.policy.document import Policy
from creditdesk.report.figures import Figures, Group
from creditdesk.report.language import language
from creditdesk.report.output import Row

LISTED = 1000
"""Most problems that the summary lists; `quarantine.parquet` beside it holds all."""

LIBRARIES = ("duckdb", "ibis-framework", "sqlglot", "pyarrow", "holidays", "babel", "pyspark")
_COMPANY = ("company_id", "name", "country", "language", "currency")
_DATED = ("customer", "contact", "order")


def before(
    checked: Checked,
    facts: Facts,
    policy: Policy,
    as_of: date,
    engine: str,
    previous: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The part of the summary that is known before the results: what was read, by what, and what is missing.

    Args:
        previous: the summary of the previous run; None = there was none.
    """
    return {
        "as_of": as_of.isoformat(),
        "companies": companies(facts),
        "policy": {
            "name": policy.policy,
            "version": policy.version,
            "effective": policy.effective.isoformat(),
        },
        "engine": engine,
        "previous": {"as_of": previous["as_of"], "policy": previous["policy"]} if previous else None,
        "generated": (checked.folder / "truth.parquet").is_file(),
        "versions": versions(),
        "facts": {
            name: {
                "rows_in": table.rows_in,
                "rows_kept": table.rows_kept,
                "rows_quarantined": table.rows_quarantined,
            }
            for name, table in checked.tables.items()
        },
        "quarantine": {
            "rows": checked.rows_quarantined,
            "problems": checked.errors,
            "held_customers": len(checked.held_customers),
            "counts": _counts(checked, ERROR),
            "list": [_listed(problem) for problem in checked.problems if problem.severity == ERROR][:LISTED],
        },
        "warnings": _counts(checked, WARNING),
        "notes": notes(facts, previous is not None, policy.currency),
    }


def results(figures: Figures) -> dict[str, Any]:
    """The part of the summary that tells what came out: segments, totals, actions, holds, moves."""
    everyone = figures.everyone
    currencies = sorted({code for sums in everyone.sums.values() for code in sums})
    return {
        "customers": everyone.count,
        "totals": [
            {"currency": code, **{name: sums.get(code, 0) for name, sums in everyone.sums.items()}}
            for code in currencies
        ],
        "segments": {name: {"customers": group.count, **_plain(group)} for name, group in figures.segments.items()},
        "matrix": [
            {figures.policy.matrix.rows: cell.row, figures.policy.matrix.columns: cell.column,
             "segment": cell.segment, "customers": cell.group.count, **_plain(cell.group)}
            for cell in figures.matrix.cells.values()
        ],
        "action_due": {
            "actions": sum(group.count for group in figures.due.values()),
            "by_step": [
                {"procedure": key[0], "step": key[1], "do": key[2], "owner": key[3], "level": key[4],
                 "actions": group.count, **_plain(group)}
                for key, group in figures.due.items()
            ],
        },
        "held": {
            "actions": sum(group.count for group in figures.held.values()),
            "by_hold": {hold: {"actions": group.count, **_plain(group)} for hold, group in figures.held.items()},
        },
        "moves": {
            "moved": sum(group.count for group in figures.moves.values()),
            "by": [{"from": start, "to": end, "customers": group.count, **_plain(group)}
                   for (start, end), group in figures.moves.items()],
            "held": {brake: group.count for brake, group in figures.braked.items()},
            "arrived": figures.arrived,
        },
        "data_warnings": figures.warnings,
    }  # fmt: skip


def notes(facts: Facts, has_previous: bool, currency: str) -> list[dict[str, str]]:
    """What the facts leave unknown, each with its code and in English; other languages have the code's text."""
    codes = []
    if not any(facts.any(table, "known_from") for table in _DATED):
        codes.append("approximate_replay")
    for table, code in (
        ("bank_statement", "no_bank_statements"),
        ("contact", "no_contacts"),
        ("order", "no_orders"),
        ("credit_report", "no_credit_reports"),
    ):
        if not facts.has(table):
            codes.append(code)
    if facts.has("payment") and not facts.has("allocation"):
        codes.append("no_allocations")
    if not facts.has("action"):
        codes.append("no_actions" if facts.has("approval") else "go_live")
    if not has_previous:
        codes.append("no_previous")
    if any(company["currency"] != currency for company in companies(facts)) and not _rated(facts, currency):
        codes.append("policy_currency")
    english = language("en")
    return [{"code": code, "text": english(f"note.{code}")} for code in codes]


def _rated(facts: Facts, currency: str) -> bool:
    """Whether any rate is known of a currency."""
    known = facts.distinct("fx_rate", ["currency", "base"]) if facts.has("fx_rate") else []
    return any(currency in pair for pair in known)


def companies(facts: Facts) -> list[dict[str, Any]]:
    """Our legal entities, as the report names them."""
    if not facts.has("company"):
        return []
    return [dict(zip(_COMPANY, row, strict=True)) for row in facts.distinct("company", _COMPANY)]


def invoice_numbers(facts: Facts, decisions: Iterable[Row]) -> dict[str, str]:
    """What is printed on the invoices that the nearest changes of a few decisions name, by their ids."""
    near = (row.get("nearest_change") or {} for row in decisions)
    ids = sorted({change["invoice_id"] for change in near if change.get("invoice_id")})
    if not ids or not facts.has("invoice"):
        return {}
    invoice = facts["invoice"]
    named = invoice.filter(invoice.invoice_id.isin(ids)).select("invoice_id", "number")
    return {
        row["invoice_id"]: row["number"] for row in facts.backend.fetch(named).to_pylist() if row["number"]
    }


def versions() -> dict[str, str]:
    """What made the run, so that a figure can be made again."""
    found = {"creditdesk": creditdesk.__version__, "python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def _counts(checked: Checked, severity: str) -> list[dict[str, Any]]:
    return [
        {"table": table, "code": code, "problems": count}
        for (found, table, code), count in sorted(checked.counts.items())
        if found == severity
    ]


def _listed(problem: Problem) -> dict[str, Any]:
    listed = asdict(problem)
    listed.pop("row")  # the whole row stands in quarantine.parquet
    return listed


def _plain(group: Group) -> dict[str, Any]:
    return {name: dict(amounts) for name, amounts in group.sums.items()}
