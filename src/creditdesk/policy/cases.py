"""A policy's own cases: facts in short form, a day, and what the policy must decide.

The file is YAML beside the policy (`tests: starter.cases.yaml`), written so that a credit manager can add a case:

    cases:
      - case: medium-sized and fairly late gets the reference procedure
        on: 2026-03-24
        customer: {employees: 35, country: BE}
        history: 12 x 1000 monthly from 2025-01-15 due after 30 paid 12 late
        invoices: 1000 due 2026-03-20
        expect: {segment: standard, action: reminder}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from creditdesk.facts.decisions import DECISION
from creditdesk.facts.schema import TABLES
from creditdesk.policy.case_lines import LINES
from creditdesk.policy.error import PolicyError, PolicyErrors, listed
from creditdesk.policy.yaml_source import Document, read_document

TODAY = ("action", "do", "hold", "holds", "invoices", "amount", "owner_of_action", "due_on")
"""What may be expected of the day's step: its id (`none`), what is done, the hold, all holds, the invoices it takes."""

PLAIN = ("case", "on", "customer", "codes", "contacts", "procedure", "plans", "was", "expect")

NONE = "none"


@dataclass(frozen=True)
class Case:
    """One case.

    Attributes:
        name: what it shows, in words.
        line: where it begins in its file.
        on: the day that is decided.
        customer: columns of the customer; amounts in major units.
        lines: per sort of line (`invoices`, `actions`, …) the lines in order, each with its own line number.
        procedure: the ladder under way, to which the steps among its actions belong.
        codes: customer codes by name.
        contacts: False = nobody can be reached.
        plans: payment plans: agreed, invoices, instalments by date.
        was: the decision of the run before: segment, since, bands.
        expect: what must come out, by name.
    """

    name: str
    line: int
    on: date
    customer: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    procedure: str | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    contacts: bool = True
    plans: tuple[Mapping[str, Any], ...] = ()
    was: Mapping[str, Any] = field(default_factory=dict)
    expect: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cases:
    """The cases of one file, with the company in which they play."""

    source: str
    cases: tuple[Case, ...]
    company: Mapping[str, Any] = field(default_factory=dict)


def parse_cases(text: str, source: str) -> Cases:
    """The cases of a YAML text.

    Raises:
        PolicyErrors: every mistake in the shape of the file, with line and field. Mistakes within a line of words
            come out when its facts are made.
    """
    if not text.strip():
        return Cases(source, ())
    document = read_document(text, source)
    reader = _Reader(document)
    found = reader.cases(source)
    errors = [*document.errors, *reader.errors]
    if errors:
        raise PolicyErrors(source, errors)
    return found


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.errors: list[PolicyError] = []

    def wrong(self, path: tuple[str, ...], message: str, found: object, allowed: str) -> None:
        place = self.document.place(path)
        self.errors.append(
            PolicyError(place.line, place.column, ".".join(path), str(found), allowed, message)
        )

    def cases(self, source: str) -> Cases:
        whole = self.document.value
        if not isinstance(whole, dict) or not isinstance(whole.get("cases"), list):
            self.wrong((), "no cases", "something else", "cases: a list of cases")
            return Cases(source, ())
        for key in whole:
            if key not in ("cases", "company"):
                self.wrong((key,), "no such field", key, "company, cases")
        company = self._mapping(("company",), whole.get("company"), TABLES["company"].schema().names)
        cases = tuple(self._cases(whole["cases"]))
        return Cases(source, cases, company)

    def _cases(self, listed_cases: list[Any]) -> Iterator[Case]:
        names: dict[str, int] = {}
        for index, value in enumerate(listed_cases):
            path = ("cases", str(index))
            if not isinstance(value, dict):
                self.wrong(path, "no case", value, "case: …, on: …, invoices: …, expect: …")
                continue
            case = self._case(path, value)
            if case is None:
                continue
            if case.name in names:
                allowed = f"a name of its own; it already stands on line {names[case.name]}"
                self.wrong((*path, "case"), "the name stands twice", case.name, allowed)
            names[case.name] = case.line
            yield case

    def _case(self, path: tuple[str, ...], value: dict[str, Any]) -> Case | None:
        for key in value:
            if key not in PLAIN and key not in LINES:
                self.wrong((*path, key), "no such field", key, listed([*PLAIN, *LINES]))
        name, on, expect = value.get("case"), value.get("on"), value.get("expect")
        if not isinstance(name, str):
            self.wrong((*path, "case"), "a case needs a name", name, "case: what it shows, in words")
        if not isinstance(on, date):
            self.wrong((*path, "on"), "a case needs a day", on, "on: a date such as 2026-03-24")
        if not isinstance(expect, dict) or not expect:
            self.wrong(
                (*path, "expect"), "a case needs an expectation", expect, "expect: {segment: …, action: …}"
            )
        if not (isinstance(name, str) and isinstance(on, date) and isinstance(expect, dict)):
            return None
        return Case(
            name=name,
            line=self.document.place(path).line,
            on=on,
            customer=self._mapping(
                (*path, "customer"), value.get("customer"), TABLES["customer"].schema().names
            ),
            lines={sort: tuple(self._lines((*path, sort), value[sort])) for sort in LINES if sort in value},
            procedure=value.get("procedure"),
            codes={str(code): str(one) for code, one in (value.get("codes") or {}).items()},
            contacts=value.get("contacts") != NONE,
            plans=tuple(value.get("plans") or ()),
            was=self._mapping(
                (*path, "was"), value.get("was"), ("segment", "since", "bands", "proposed", "proposed_since")
            ),
            expect=self._mapping((*path, "expect"), expect, (*TODAY, *DECISION.schema().names)),
        )

    def _mapping(self, path: tuple[str, ...], value: object, allowed: tuple[str, ...]) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(path, "names with values are wanted", value, listed(allowed))
            return {}
        for key in value:
            if key not in allowed:
                self.wrong((*path, key), "no such field", key, listed(allowed))
        return value

    def _lines(self, path: tuple[str, ...], value: object) -> Iterator[tuple[int, str]]:
        if isinstance(value, list):
            for index, one in enumerate(value):
                yield from self._line((*path, str(index)), one)
        else:
            yield from self._line(path, value)

    def _line(self, path: tuple[str, ...], value: object) -> Iterator[tuple[int, str]]:
        if isinstance(value, dict | list) or value is None:
            self.wrong(path, "a line of words is wanted", value, "such as `1000 due 2026-03-20`")
            return
        text = f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
        yield self.document.place(path).line, text
