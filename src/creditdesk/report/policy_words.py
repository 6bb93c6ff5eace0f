"""A policy in words, for one line of a report: bands, what a segment gets, its ladders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from creditdesk.facts.column import Column
from creditdesk.facts.money import minor
from creditdesk.facts.profile import PROFILE
from creditdesk.policy.document import Policy
from creditdesk.report.language import Language

COLUMNS: dict[str, Column] = {column.name: column for column in PROFILE.columns}
SPOKEN = frozenset({"persons", "days"})
"""Units that are said behind a number."""


@dataclass
class PolicyWords:
    """What a policy says, in the reader's language.

    Attributes:
        t: the language.
        policy: the policy: names of criteria, bands, steps.
    """

    t: Language
    policy: Policy

    def band(self, band: str) -> str:
        """The name of a band."""
        return self.lower(self.t.named("band", band))

    def band_range(self, criterion: str, band: str, read_from: Sequence[str] = ()) -> str:
        """What a band means: the conditions of the criterion's sources, as the policy writes them.

        Args:
            read_from: the columns that the criterion was read from in this run; empty = the first one of the policy.
        """
        found = self.policy.criteria[criterion]
        bands = {source.column: source.bands for source in found.first_known}
        if found.column:
            bands = {found.column: found.bands}
        columns = [column for column in bands if column in read_from] or list(bands)[:1]
        return "; ".join(self._range(column, bands[column].get(band, "")) for column in columns)

    def _range(self, column: str, condition: str) -> str:
        for spoken, sign in (("<=", "≤"), (">=", "≥")):
            condition = condition.replace(spoken, sign)
        if column == "turnover_class":
            return self.t("reason.class", value=condition)
        unit = COLUMNS[column].unit if column in COLUMNS else ""
        if unit.startswith("minor units"):
            return f"{condition} {self.policy.currency}"
        return f"{condition} {self.lower(self.t.named('unit', unit))}" if unit in SPOKEN else condition

    def policy_of(self, name: str) -> str:
        """What a segment gets, in one line."""
        t, segment = self.t, self.policy.segments[name]
        parts = [t("segments.acceptance", value=t.named("acceptance", segment.acceptance))]
        if segment.terms_days in ("law", "cell"):
            parts.append(t(f"segments.terms_{segment.terms_days}"))
        elif segment.terms_days:
            parts.append(t("segments.terms", n=segment.terms_days))
        if limit := self._limit(name):
            parts.append(t("segments.limit", value=limit))
        parts.append(t("segments.orders", value=self._orders(name)))
        if segment.fees != "none":
            parts.append(t("segments.fees", value=t.named("fees", segment.fees)))
        if segment.discount is not None:
            parts.append(self._discount(name))
        if segment.delivery_terms != "normal":
            parts.append(t("segments.delivery", value=t.named("delivery", segment.delivery_terms)))
        if segment.incentive:
            parts.append(self.upper(t.named("incentive", segment.incentive)))
        parts.append(t("segments.owner", value=t.named("owner", segment.owner)))
        return ". ".join(self.upper(part) for part in parts) + "."

    def _discount(self, name: str) -> str:
        """The discount that is offered, or stands ready; with what it costs a year, where the term is a number."""
        segment, t = self.policy.segments[name], self.t
        discount = segment.discount
        if discount is None:
            return ""
        key = "segments.discount" if discount.offered else "segments.discount_ready"
        told = t(key, percent=t.percent(float(discount.percent) / 100, 1), days=discount.days)
        terms = segment.terms_days if isinstance(segment.terms_days, int) else 0
        if terms <= discount.days:
            return told
        yearly = float(discount.percent / (100 - discount.percent)) * 365 / (terms - discount.days)
        return f"{told} ({t('segments.discount_cost', percent=t.percent(yearly, 1))})"

    def _limit(self, name: str) -> str:
        t, limit = self.t, self.policy.segments[name].limit
        if limit.cell:
            return t("segments.as_cell")
        for kind in ("none", "unlimited"):
            if getattr(limit, kind):
                return t(f"segments.limit_{kind}")
        if limit.cover_only:
            return t("segments.limit_cover")
        if limit.floor is not None and limit.step_up is not None:
            floor = t.money(minor(limit.floor, self.policy.currency), self.policy.currency)
            return t(
                "segments.limit_new", floor=floor, step=t.number(limit.step_up, 1), after=limit.step_after
            )
        if limit.peak_months is not None:
            return t("segments.limit_peak", n=t.number(limit.peak_months, 1))
        return ""

    def _orders(self, name: str) -> str:
        t, order = self.t, self.policy.segments[name].order
        if order.cell:
            return t("segments.as_cell")
        if order.always:
            stance = t.named("order", order.always)
            release = t.named("release", order.release)
            return stance if order.always == "none" else f"{stance} {t('segments.release', value=release)}"
        parts = []
        for stance, use, days in (
            ("review", order.review_use, order.review_overdue_days),
            ("prepayment", order.prepayment_use, None),
            ("stop", order.stop_use, order.stop_overdue_days),
        ):
            if use is not None:
                parts.append(t(f"segments.{stance}_use", share=t.percent(float(use))))
            if days is not None:
                parts.append(t(f"segments.{stance}_days", n=days))
        if order.stop_overdue_amount:
            amount = minor(order.stop_overdue_amount, self.policy.currency)
            parts.append(t("segments.stop_amount", amount=t.money(amount, self.policy.currency)))
        return ", ".join(parts) or t.named("order", "none")

    def ladders(self, name: str) -> list[dict]:
        """The procedures of a segment: steps with the working day on which each is due if all is done on time."""
        segment = self.policy.segments[name]
        found = []
        for choice in segment.procedure if segment.dunning else ():
            procedure = self.policy.procedures[choice.use]
            notes = [self.lower(self.t.named("procedure", choice.use))] if len(segment.procedure) > 1 else []
            if procedure.start == "habit":
                notes.append(self.t("segments.ladder_habit"))
            steps, day = [], 0
            for step in self._steps(choice.use):
                if step.after is not None and step.after < 0:
                    shown = str(step.after).replace("-", "−")
                else:
                    after_due = -1 if step.after_due is None else step.after_due
                    wait = -(-step.calendar_days * 5 // 7)  # a legal wait in calendar days, as working days
                    after = step.at_least if step.after is None else max(step.after, wait)
                    day = max(after_due, day + after)
                    shown = f"≈ {day}" if wait and day else str(day)
                do = self.t.named("do", step.do)
                steps.append({"day": shown, "name": do, "hard": step.hard, "approval": step.approval})
            if steps:
                found.append({"note": ": ".join(notes), "steps": steps})
        return found

    def _steps(self, procedure: str) -> tuple:
        return self.policy.steps_of(procedure) if procedure in self.policy.procedures else ()

    # --- small words ----------------------------------------------------------------------------------------------

    @cached_property
    def _nouns_are_capital(self) -> bool:
        """German writes its nouns with a capital wherever they stand."""
        return self.t.code == "de"

    def lower(self, text: str) -> str:
        """A word as it stands within a sentence."""
        return text if self._nouns_are_capital else text[:1].lower() + text[1:]

    @staticmethod
    def upper(text: str) -> str:
        """A sentence's first letter."""
        return text[:1].upper() + text[1:]
