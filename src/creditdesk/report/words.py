"""Decisions in words: reasons, steps, holds and changes, told from their data in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from creditdesk.facts.column import Column
from creditdesk.facts.money import minor
from creditdesk.report.output import Row
from creditdesk.report.policy_words import COLUMNS, PolicyWords

BY_HAND, BY_MATRIX = "override", "matrix"
PLACING = "segment"
"""The reason that says by which rule a customer was placed; the others are its criteria (`engine/reasons.py`)."""
UNKNOWN = "unknown_"
CLAIM_DEADLINE = "claim_deadline"


@dataclass
class Words(PolicyWords):
    """Sentences about the decisions of one run.

    Attributes:
        anonymous: natural persons get a number instead of their name and id; nothing that points to them is told.
        numbers: what is printed on an invoice, by its id; one that is not there is called by its id.
    """

    anonymous: bool = False
    numbers: Mapping[str, str] = field(default_factory=dict)
    _persons: dict[str, int] = field(default_factory=dict)

    # --- who ------------------------------------------------------------------------------------------------------

    def hidden(self, row: Row) -> bool:
        """Whether this customer may not be recognised. One of whom nothing is known may be a person too."""
        return self.anonymous and bool(row.get("natural_person", True))

    def name(self, row: Row) -> str:
        """The customer's name; a hidden one bears the same number wherever it stands."""
        if self.hidden(row):
            number = self._persons.setdefault(str(row.get("customer_id", "")), len(self._persons) + 1)
            return self.t("person.numbered", number=number)
        return str(row.get("name") or row.get("customer_id") or "")

    def id(self, row: Row) -> str:
        """The customer's id, where it says more than the name."""
        customer = str(row.get("customer_id") or "")
        return "" if self.hidden(row) or customer == self.name(row) else customer

    def owner(self, row: Row) -> str:
        """Who does it: the role, and the person's id where that may be told."""
        if row["owner"] == "system":
            return ""
        role = self.t.named("owner", row["owner"])
        return role if self.anonymous or not row.get("owner_id") else f"{role} {row['owner_id']}"

    # --- what is due ----------------------------------------------------------------------------------------------

    def action(self, row: Row) -> str:
        """An action in words: what is done, at which step, for how many invoices."""
        done = self.upper(self.t.named("do", row["do"]))
        step = self.step(row["procedure"], row["step"])
        same = step.casefold() == done.casefold()
        told = done if same else f"{done} ({step})"
        count = len(row["invoice_ids"] or ())
        return f"{told}, {self.t('key.invoices', n=count)}" if count else told

    def step(self, procedure: str, step: str) -> str:
        """The name of a step: as the policy says it, else the language, else its id."""
        for found in self._steps(procedure):
            if found.id == step and found.in_words:
                return self.t.said(found.in_words)
        return self.lower(self.t.named("step", step))

    def next_step(self, row: Row) -> str:
        """The step after the one that is due; empty when there is none."""
        steps = [step.id for step in self._steps(row["procedure"])]
        if row["step"] not in steps or steps.index(row["step"]) + 1 >= len(steps):
            return ""
        following = self._steps(row["procedure"])[steps.index(row["step"]) + 1]
        name = self.step(row["procedure"], following.id)
        if following.after is None or following.after <= 0:
            return name
        return self.t("urgent.then_after", step=name, days=self.t("key.working_days", n=following.after))

    def priority(self, reasons: Iterable[Row]) -> str:
        """What makes the priority, largest part first."""
        parts = sorted((reason for reason in reasons if reason["points"]), key=lambda part: -part["points"])
        return ", ".join(self._priority(part["reason"], part["points"]) for part in parts)

    def _priority(self, reason: str, points: int) -> str:
        if reason == CLAIM_DEADLINE:  # not points, but the days until then
            return self.t("priority.claim_passed" if points < 0 else "priority.claim_left", n=abs(points))
        return self.t("priority.points", reason=self.lower(self.t.named("priority", reason)), points=points)

    # --- why ------------------------------------------------------------------------------------------------------

    def reasons(self, row: Row) -> str:
        """Why the customer is in its segment: the rule that held or the hand that put it there, else the criteria."""
        told = row.get("reasons") or ()
        placing = next((reason["rule"] for reason in told if reason["criterion"] == PLACING), BY_MATRIX)
        if placing == BY_HAND:
            return self.t("reason.manual")
        why = (
            ", ".join(self.criteria(row))
            if placing == BY_MATRIX
            else self.t("reason.rule", rule=self.t.said(placing))
        )
        return f"{why}; {self.brake(row)}" if row["proposed_segment"] and row["move_held"] else why

    def brake(self, row: Row) -> str:
        """What holds a move that the figures propose."""
        segment = self.t.named("segment", row["proposed_segment"])
        return self.t(
            "explain.proposed", segment=segment, brake=self.lower(self.t.named("brake", row["move_held"]))
        )

    def criteria(self, row: Row) -> list[str]:
        """Each criterion with its band and the value that gave it."""
        own = [reason for reason in row.get("reasons") or () if reason["criterion"] != PLACING]
        matrix = self.policy.matrix
        cell = {matrix.rows: row.get("cell_row"), matrix.columns: row.get("cell_column")}
        return [
            self.criterion(reason, str(row["currency"]), cell.get(reason["criterion"]) or "")
            for reason in own
        ]

    def criterion(self, reason: Row, currency: str, cell: str = "") -> str:
        """One criterion: `payment behaviour poor (27 days late)`; with what kept its band where the value did not.

        Args:
            cell: the band that the matrix took for it, also where none is known.
        """
        name = self.lower(self.t.named("criterion", reason["criterion"]))
        source, _, how = (reason["rule"] or "").partition(":")
        band = reason["band"] or cell
        if not band:
            return self.t("reason.unknown", criterion=name)
        parts = [self._value(COLUMNS.get(source), reason, currency)]
        if how:
            parts.append(self.t(f"reason.{how}"))
        value = "; ".join(part for part in parts if part)
        key = "reason.value" if value else "reason.band"
        return self.t(key, criterion=name, band=self.band(band), value=value)

    def _value(self, column: Column | None, reason: Row, currency: str) -> str:
        if reason["value"] is not None:
            return self.quantity(column, reason["value"], currency)
        if not reason["text"]:
            return ""
        if column is not None and column.name == "turnover_class":
            return self.t("reason.class", value=reason["text"])
        return str(reason["text"])

    def quantity(self, column: Column | None, value: float, currency: str) -> str:
        """A value of a profile column with its unit."""
        unit = column.unit if column is not None else ""
        if unit.startswith("minor units"):
            return self.t.money(round(value), currency)
        if column is not None and column.name.startswith("days_late"):
            whole = round(value)
            return self.t("reason.days_early" if whole < 0 else "reason.days_late", n=abs(whole))
        if unit.startswith(("share", "probability")):
            return self.t.percent(value, 1)
        return self.measured(value, unit, currency)

    def habit(self, profile: Row) -> str:
        """The pay-day habit of a customer: `the last business day of the month`; empty when there is none."""
        kind, day = profile.get("habit"), str(profile.get("habit_day") or "")
        if not kind or not day:
            return ""
        if kind == "weekday":
            return self.t.weekday_name(day)
        if kind == "lag":
            return self.t("habit.lag", n=int(day))
        if kind == "nth_business_day":
            return self.t("habit.nth_business_day", day=day)
        told = []
        for part in day.split(","):
            before = part.removeprefix("last-") if part.startswith("last-") else ""
            if before:
                told.append(self.t("habit.before_last", n=int(before)))
            else:
                told.append(
                    self.t("habit.last") if part == "last" else self.t("habit.month_day", day=part.strip())
                )
        return ", ".join(told)

    def measured(self, value: float, unit: str, currency: str) -> str:
        """A value in a unit that a policy or the profile names."""
        if unit == "persons":
            return self.t("reason.persons", n=round(value))
        if "days" in unit:
            return self.t("key.days", n=round(value) if abs(value) >= 10 else float(self.t.rounded(value, 1)))
        if unit == self.policy.currency:
            return self.t.money(minor(self.t.rounded(value, 0), currency), currency)
        return self.t.number(value, 1)

    def change(self, row: Row) -> str:
        """The smallest change that would move the customer, and what it can do about it."""
        near = row.get("nearest_change")
        if not near or not near["segment"]:
            return ""
        segment, currency = self.t.named("segment", near["segment"]), str(row["currency"])
        criterion = self.lower(self.t.named("criterion", near["criterion"]))
        if near["unit"] in ("", "class", None):
            told = self.t(
                "change.to_band", segment=segment, criterion=criterion, band=self.band(near["band"])
            )
        else:
            value = self.measured(near["value"], near["unit"], currency)
            far = self.measured(near["distance"], near["unit"], currency)
            told = self.t("change.to_value", segment=segment, criterion=criterion, value=value, distance=far)
        remedy = self._remedy(near, row)
        return f"{told}; {remedy}" if remedy else told

    def _remedy(self, near: Row, row: Row) -> str:
        """What the customer could do about it."""
        remedy = near["remedy"]
        if remedy == "pay_overdue" and near["amount"] is not None:
            amount = self.t.money(near["amount"], row["currency"])
            if self.hidden(row):
                return self.t("change.pay_overdue", amount=amount)
            number = self.numbers.get(near["invoice_id"], near["invoice_id"])
            return self.t("change.pay_invoice", invoice=number, amount=amount)
        return self.t.named("change", remedy) if remedy else ""

    def move(self, row: Row) -> str:
        """A move that was made, and why."""
        return f"{self._from_to(row['previous_segment'], row['segment'])}; {self.reasons(row)}"

    def proposal(self, row: Row) -> str:
        """A move that a brake holds, or one that was made; and why."""
        if not row["proposed_segment"]:
            return self.move(row)
        return f"{self._from_to(row['segment'], row['proposed_segment'])}; {self.reasons(row)}"

    def _from_to(self, start: str | None, end: str) -> str:
        named = {"start": self.t.named("segment", start), "end": self.t.named("segment", end)}
        return self.t("moves.proposed", **named)

    def growth(self, share: float | None) -> str:
        """Growth in percent; of next to nothing it has no meaning beyond `a lot`."""
        if share is None:
            return "–"
        return f"> {self.t.percent(10)}" if share > 10 else self.t.percent(share)

    def risk(self, row: Row) -> str:
        """The class of risk, and for companies its probability."""
        name = self.t.named("risk", row["risk_class"])
        return name if row["natural_person"] else f"{name} ({self.t.percent(row['risk_pd'], 1)})"

    # --- small words ----------------------------------------------------------------------------------------------

    def problem(self, code: str) -> str:
        """What the check of the facts found, by its code."""
        return self.t.named("problem", code)

    def warning(self, code: str) -> str:
        """What is wrong or missing in a customer's facts."""
        if code.startswith(UNKNOWN):
            criterion = self.lower(self.t.named("criterion", code.removeprefix(UNKNOWN)))
            return self.upper(self.t("reason.unknown", criterion=criterion))
        return self.t.named("warning", code)
