"""Runs a policy's own cases: one run per day, with every case of that day as one more customer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import pyarrow as pa

from creditdesk.engine.run import decide_tables
from creditdesk.facts.column import Column
from creditdesk.facts.decisions import DECISION
from creditdesk.facts.money import digits, minor
from creditdesk.policy.bands import is_money
from creditdesk.policy.case_facts import case_id, cases_facts
from creditdesk.policy.cases import NONE, Case, Cases
from creditdesk.policy.document import Policy
from creditdesk.policy.quantity import parse_amount


@dataclass(frozen=True)
class Difference:
    """What a case expected and what came out, by the name it has in the case."""

    name: str
    expected: str
    found: str


@dataclass(frozen=True)
class Result:
    """One case run. It passes when nothing differs.

    Attributes:
        because: why the customer is where it is, for a case that failed: reasons of its decision, holds.
    """

    case: Case
    differences: tuple[Difference, ...]
    because: str = ""

    @property
    def passed(self) -> bool:
        """Whether everything that was expected came out."""
        return not self.differences


def run_cases(
    cases: Cases, policy: Policy, progress: Callable[[str], None] | None = None
) -> tuple[Result, ...]:
    """Every case of a file, in the order of the file.

    Args:
        progress: called with each day before it is decided.

    Raises:
        PolicyErrors: for lines of the cases that cannot be read.
    """
    results: dict[int, Result] = {}
    numbered = sorted(enumerate(cases.cases), key=lambda pair: (pair[1].on, pair[0]))
    for on, group in groupby(numbered, key=lambda pair: pair[1].on):
        places, several = zip(*group, strict=True)
        if progress:
            progress(f"{on.isoformat()}: {len(several)} cases")
        results.update(zip(places, _run_day(several, cases, policy, on), strict=True))
    return tuple(results[place] for place in sorted(results))


def _run_day(several: Sequence[Case], cases: Cases, policy: Policy, on: date) -> Iterator[Result]:
    facts = cases_facts(several, policy, cases)
    tables = decide_tables(facts, policy, on, previous=_previous(several, policy))
    by_customer = {name: _by_customer(tables[name]) for name in ("decision", "action_due", "held")}
    for index, case in enumerate(several):
        customer = case_id(index)
        decision = (by_customer["decision"].get(customer) or [{}])[0]
        outcome = _Outcome(
            customer,
            decision,
            by_customer["action_due"].get(customer, []),
            by_customer["held"].get(customer, []),
            policy,
        )
        differences = tuple(outcome.differences(case.expect))
        yield Result(case, differences, outcome.because() if differences else "")


def _by_customer(table: pa.Table) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in table.to_pylist(maps_as_pydicts="lossy"):
        rows.setdefault(row["customer_id"], []).append(row)
    return rows


def _previous(several: Sequence[Case], policy: Policy) -> dict[str, pa.Table] | None:
    """Decisions of the run before, for the cases that say what they were."""
    rows = []
    for index, case in enumerate(several):
        if case.was:
            rows.append(
                {
                    "customer_id": case_id(index),
                    "company_id": "us",
                    "policy": policy.policy,
                    "policy_version": policy.version,
                    "segment": case.was.get("segment"),
                    "segment_since": case.was.get("since"),
                    "proposed_segment": case.was.get("proposed"),
                    "proposed_since": case.was.get("proposed_since"),
                    "bands": list(dict(case.was.get("bands") or {}).items()),
                }
            )
    if not rows:
        return None
    schema = pa.schema([item.with_nullable(True) for item in DECISION.schema().to_pyarrow()])
    return {"decision": pa.Table.from_pylist(rows, schema=schema)}


@dataclass(frozen=True)
class _Outcome:
    customer: str
    decision: Mapping[str, Any]
    due: Sequence[Mapping[str, Any]]
    held: Sequence[Mapping[str, Any]]
    policy: Policy

    def differences(self, expect: Mapping[str, Any]) -> Iterator[Difference]:
        """What differs from the expectation."""
        for name, expected in expect.items():
            found = self.found(name)
            wanted = self.wanted(name, expected)
            if found != wanted:
                yield Difference(name, self.shown(name, wanted), self.shown(name, found))

    def found(self, name: str) -> Any:
        """What came out under a name of the expectation."""
        listed: dict[str, Callable[[], Any]] = {
            "action": lambda: self._only(row["step"] for row in self.due),
            "do": lambda: self._only(row["do"] for row in self.due),
            "hold": lambda: self._only(row["hold"] for row in self.held),
            "holds": lambda: sorted({hold for row in self.held for hold in row["holds"] or ()}),
            "invoices": lambda: sorted(
                str(one).removeprefix(f"{self.customer}-")
                for row in (*self.due, *self.held)
                for one in row["invoice_ids"]
            ),
            "amount": lambda: sum(row["amount"] for row in (*self.due, *self.held)),
            "due_on": lambda: self._only(row["due_on"] for row in (*self.due, *self.held)),
            "owner_of_action": lambda: self._only(row["owner"] for row in (*self.due, *self.held)),
        }
        if name in listed:
            return listed[name]()
        return self.decision.get(name)

    def wanted(self, name: str, expected: Any) -> Any:
        """The expectation in the form of what comes out."""
        if name in ("action", "do", "hold", "due_on", "owner_of_action"):
            return None if expected in (NONE, None) else expected
        if name in ("holds", "invoices"):
            return sorted(
                str(one) for one in (expected if isinstance(expected, list) else [expected]) if one != NONE
            )
        if name == "amount":
            return minor(parse_amount(expected), self.policy.currency)
        return self._wanted_column(DECISION.column(name), expected)

    def _wanted_column(self, column: Column, expected: Any) -> Any:
        if expected is None or (expected == NONE and NONE not in column.allowed):
            return None
        if is_money(column):
            return minor(parse_amount(expected), self.policy.currency)
        if column.type == "float64":
            return float(expected)
        return expected

    def shown(self, name: str, value: Any) -> str:
        """A value as the case would write it."""
        if value is None:
            return NONE
        money = name == "amount" or (name in DECISION.schema() and is_money(DECISION.column(name)))
        if money:
            return f"{value / 10 ** digits(self.policy.currency):.2f}"
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    def because(self) -> str:
        """Why it is so, in a line."""
        reasons = [
            f"{reason['criterion'] or reason['rule']} {reason['value'] if reason['value'] is not None else ''}"
            f" {reason['band'] or reason['text'] or ''}".strip()
            for reason in self.decision.get("reasons") or ()
        ]
        holds = [f"{row['step']} held: {', '.join(row['holds'])}" for row in self.held]
        due = [f"{row['step']} due" for row in self.due]
        following = self.decision.get("next_step")
        after = [f"next {following} on {self.decision.get('next_due_on')}"] if following else []
        return "; ".join([*reasons, *due, *holds, *after])

    @staticmethod
    def _only(values: Any) -> Any:
        found = list(dict.fromkeys(values))
        return found[0] if len(found) == 1 else (found or None)
