"""A policy in words, in the reader's language: what is measured, who gets which segment, what a segment gets, each ladder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from creditdesk.desk.screens.conditions import Conditions
from creditdesk.desk.screens.formats import day, money, number, speaking
from creditdesk.desk.screens.matrix.cells import cells_of
from creditdesk.facts.money import minor
from creditdesk.policy.document import Criterion, Policy, Step
from creditdesk.report.words import Words

LEVELS: tuple[Any, ...] = (
    gettext_lazy("service"), gettext_lazy("friendly"), gettext_lazy("reminder"), gettext_lazy("firm"),
    gettext_lazy("final notice or stop of delivery"), gettext_lazy("registered letter"), gettext_lazy("hand-over"),
)  # fmt: skip
"""The levels of steps, from 0."""

STEP_NOTES: tuple[tuple[str, Any], ...] = (
    ("approval", gettext_lazy("waits for approval")),
    ("payment_link", gettext_lazy("with a link to pay")),
    ("interest", gettext_lazy("states interest")),
    ("costs", gettext_lazy("states costs")),
    ("names_hand_over", gettext_lazy("names the hand-over")),
    ("stop_delivery", gettext_lazy("stops deliveries")),
    ("legal_notice", gettext_lazy("the notice that the law wants")),
    ("wait", gettext_lazy("the ladder waits for it")),
)
"""What a step may say of itself by yes or no, in the order in which it is told."""


@dataclass(frozen=True)
class Measured:
    """A criterion: each source with its bands, and what else holds for it."""

    name: str
    sources: list[tuple[str, list[tuple[str, str]]]]
    notes: list[str]


@dataclass(frozen=True)
class Rung:
    """A step of a ladder, in words."""

    id: str
    name: str
    when: str
    what: str
    notes: list[str]
    by: str
    level: int
    level_name: str
    reached: str


class Reading:
    """One policy, told."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.words = Words(speaking(), policy)
        self.t = self.words.t
        self.conditions = Conditions(policy, self.t)

    # --- what is measured -------------------------------------------------------------------------------------------

    def measured(self) -> list[Measured]:
        """The criteria."""
        return [
            Measured(self._named("criterion", name), list(self._sources(one)), list(self._notes(one)))
            for name, one in self.policy.criteria.items()
        ]

    def _sources(self, criterion: Criterion) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        if criterion.scorecard is not None:
            name = _("the scorecard %(name)s") % {"name": criterion.scorecard}
            yield name, self._bands(criterion.bands, "")
        elif criterion.first_known:
            for source in criterion.first_known:
                unit = source.unit or criterion.unit
                yield self.column(source.column), self._bands(source.bands, unit)
        else:
            yield self.column(criterion.column or ""), self._bands(criterion.bands, criterion.unit)

    def _bands(self, bands: dict[str, str], unit: str) -> list[tuple[str, str]]:
        return [
            (self.words.band(band), self.band_range(condition, unit)) for band, condition in bands.items()
        ]

    def band_range(self, condition: str, unit: str) -> str:
        """The condition of a band with its unit: `≤ 5 days`."""
        said = condition.replace("<=", "≤").replace(">=", "≥")
        if unit == "class":
            return self.t("reason.class", value=said)
        named = self.words.lower(self.t.named("unit", unit)) if self.t.has(f"unit.{unit}") else unit
        return f"{said} {named}".strip()

    def column(self, name: str) -> str:
        """The name of a column; one that has none in this language is shown as the policy writes it."""
        group = next((one for one in ("criterion", "figure") if self.t.has(f"{one}.{name}")), None)
        return self.words.upper(self.t.named(group, name) if group else self.t.column(name))

    def _notes(self, criterion: Criterion) -> Iterator[str]:
        if len(criterion.first_known) > 1:
            yield _("The first of these that is known counts.")
        if criterion.margin:
            unit = self.words.lower(self.t.named("unit", criterion.unit))
            yield _("A customer changes its band once the value is %(margin)s past the cut point.") % {
                "margin": f"{number(float(criterion.margin), 2)} {unit}".strip()
            }
        if criterion.least_evidence:
            yield ngettext(
                "It counts from %(n)s observation on.",
                "It counts from %(n)s observations on.",
                criterion.least_evidence,
            ) % {"n": number(criterion.least_evidence)}
        if criterion.missing:
            yield _("Without a value a customer is “%(band)s”.") % {
                "band": self.words.band(criterion.missing)
            }

    # --- who gets which segment -------------------------------------------------------------------------------------

    def rules(self) -> list[tuple[int, str, str, str, str]]:
        """Number, name, condition in words and as it is written, and segment of each rule."""
        return [
            (
                no,
                self.t.said(rule.name),
                self.conditions.said(rule.when),
                " ".join(rule.when.split()),
                rule.segment,
            )
            for no, rule in enumerate(self.policy.rules, 1)
        ]

    @property
    def drawn_columns(self) -> list[str]:
        """The columns of the matrix, as they are drawn."""
        return list(cells_of(self.policy).columns)

    @property
    def drawn(self) -> list[tuple[str, list[str]]]:
        """The rows of the matrix, as they are drawn, with the segments of their cells."""
        cells = cells_of(self.policy)
        return [(row, [cells.segments[row, column] for column in cells.columns]) for row in cells.rows]

    def brakes(self) -> list[str]:
        """What slows a move, and what does not."""
        brakes = self.policy.brakes
        told = [
            ngettext(
                "A customer stays in its segment for at least %(n)s day.",
                "A customer stays in its segment for at least %(n)s days.",
                brakes.minimum_stay_days,
            ) % {"n": number(brakes.minimum_stay_days)}
        ]  # fmt: skip
        causes = [
            ngettext(
                "an undisputed invoice is %(n)s day past due", "an undisputed invoice is %(n)s days past due",
                brakes.downgrade_at_overdue_days,
            ) % {"n": number(brakes.downgrade_at_overdue_days)}
        ]  # fmt: skip
        if brakes.downgrade_on_legal_status:
            causes.append(_("it becomes insolvent or gets another status in law"))
        if brakes.downgrade_on_write_off:
            causes.append(_("an invoice is written off"))
        told.append(_("It goes to a harder one at once when %(causes)s.") % {"causes": _any_of(causes)})
        waiting = [
            self.t.named("segment", name) for name, one in self.policy.segments.items() if one.approve_moves
        ]
        if waiting:
            told.append(
                _("Every move out of these waits for a person: %(segments)s.")
                % {"segments": ", ".join(waiting)}
            )
        return told

    # --- what a segment gets ----------------------------------------------------------------------------------------

    def segments(self) -> list[dict[str, Any]]:
        """Each segment: who is in it, what it gets, its ladders."""
        return [
            {
                "name": name, "in_words": self.t.said(one.in_words), "gets": self.words.policy_of(name),
                "ladders": self.words.ladders(name), "more": list(self._more(name)),
            }
            for name, one in self.policy.segments.items()
        ]  # fmt: skip

    def _more(self, name: str) -> Iterator[str]:
        segment = self.policy.segments[name]
        if segment.human_review:
            yield _("A person decides on everything beyond a reminder.")
        if segment.minimum_stay_days is not None:
            yield ngettext(
                "Stays at least %(n)s day.", "Stays at least %(n)s days.", segment.minimum_stay_days
            ) % {"n": number(segment.minimum_stay_days)}
        if "review_days" in segment.model_fields_set:
            yield ngettext(
                "Looked at again after %(n)s day.", "Looked at again after %(n)s days.", segment.review_days
            ) % {"n": number(segment.review_days)}

    # --- ladders ----------------------------------------------------------------------------------------------------

    def procedures(self) -> list[dict[str, Any]]:
        """Each procedure with its steps."""
        return [
            {
                "name": name, "in_words": self.t.said(one.in_words), "extends": one.extends, "habit": one.start == "habit",
                "steps": [] if one.extends else list(self.ladder(name)),
                "used": [(segment, self.conditions.said(choice.when)) for segment, each in self.policy.segments.items()
                         for choice in each.procedure if choice.use == name],
            }
            for name, one in self.policy.procedures.items()
        ]  # fmt: skip

    def ladder(self, name: str) -> Iterator[Rung]:
        """The steps of a procedure; `reached` is the working day after the due date if all is done on time."""
        at = 0
        for step in self.policy.steps_of(name):
            reached = at
            if step.after_due is not None:
                reached = max(step.after_due, at + step.at_least)
            elif step.after is not None:
                reached = step.after if step.level == 0 else at + step.after
            at = reached if step.level > 0 else at
            shown = f"−{-reached}" if reached < 0 else str(reached)
            yield Rung(
                step.id, self.words.upper(self.words.step(name, step.id)), when(step), self._what(step),
                [str(said) for field, said in STEP_NOTES if getattr(step, field)],
                self.words.upper(self.t.named("owner", step.owner)), step.level, str(LEVELS[step.level]), shown,
            )  # fmt: skip

    def _what(self, step: Step) -> str:
        told = self.words.upper(self.t.named("do", step.do))
        if step.else_:
            others = ", ".join(self.t.named("do", one) for one in step.else_)
            told = _("%(do)s, else %(others)s") % {"do": told, "others": others}
        if step.minimum_amount:
            told = _("%(do)s, from %(amount)s on") % {"do": told, "amount": self.amount(step.minimum_amount)}
        return told

    # --- for everybody ----------------------------------------------------------------------------------------------

    def adjustments(self) -> list[tuple[str, str, str, str]]:
        """What changes for some customers in every segment: name, what, condition in words and as it is written."""
        found = []
        for one in self.policy.adjustments:
            told = []
            if one.first_offset:
                told.append(
                    ngettext(
                        "the first step %(n)s working day later", "the first step %(n)s working days later", one.first_offset
                    ) % {"n": number(one.first_offset)}
                )  # fmt: skip
            if one.channel_first:
                told.append(_("%(channel)s first") % {"channel": self.t.named("do", one.channel_first)})
            if one.approve_moves:
                told.append(_("every move waits for a person"))
            if one.tell_sales:
                told.append(_("Sales is told of every move"))
            if one.first_template:
                told.append(_("a first message of its own (%(name)s)") % {"name": one.first_template})
            when = " ".join(one.when.split())
            found.append((self.t.said(one.name), ", ".join(told), self.conditions.said(when), when))
        return found

    def constants(self) -> list[str]:
        """What holds for every customer."""
        policy = self.policy
        tolerance, promise, conduct = policy.tolerance, policy.promise, policy.conduct
        ages = ", ".join(
            _("level %(level)s: %(days)s") % {"level": level, "days": number(days)}
            for level, days in sorted(conduct.invoice_age.items())
        )
        return [
            _("An invoice is settled when its rest is at most %(amount)s or %(share)s, whichever is more.")
            % {"amount": self.amount(tolerance.amount), "share": self.t.percent(float(tolerance.share), 1)},
            _("A promise may run %(days)s bank days, %(open)s at a time; after %(broken)s broken ones in twelve months a "
              "person must agree. It is kept when the money is there %(bank)s bank days after its date.")
            % {"days": promise.max_days, "open": promise.max_open, "broken": promise.max_broken_12m,
               "bank": promise.bank_days},
            _("Nobody is contacted more than %(cap)s times in %(days)s days.")
            % {"cap": conduct.contact_cap, "days": conduct.contact_cap_days},
            _("When a company goes live, at most %(n)s payers a day are let go.") % {"n": conduct.go_live_per_day},
            _("Least working days past due before an invoice is taken by a hard step: %(ages)s.") % {"ages": ages},
            _("Risk is low below %(low)s, medium below %(medium)s, high from there on.")
            % {"low": self.t.percent(float(policy.risk.low_below), 1), "medium": self.t.percent(float(policy.risk.medium_below), 1)},
            *self._calendars(),
        ]  # fmt: skip

    def _calendars(self) -> Iterator[str]:
        for place, change in self.policy.calendars.items():
            worked = [*change.works_on_named, *(day(on) for on in change.works_on)]
            if worked:
                yield _("Worked in %(place)s: %(days)s.") % {"place": place, "days": ", ".join(worked)}
            if change.closed_on:
                yield _("Closed in %(place)s: %(days)s.") % {
                    "place": place, "days": ", ".join(day(on) for on in change.closed_on)
                }  # fmt: skip

    def amounts(self) -> list[tuple[str, str, str]]:
        """Per action the least amount it is done for, and what it costs."""
        least, costs = self.policy.minimum_amounts, self.policy.costs
        return [
            (
                self.words.upper(self.t.named("do", do)),
                self.amount(least[do]) if do in least else "",
                money(minor(costs[do], self.policy.currency), self.policy.currency, exact=True) if do in costs else "",
            )
            for do in dict.fromkeys([*costs, *least])
        ]  # fmt: skip

    def amount(self, amount: Decimal) -> str:
        """An amount of the policy, in its currency."""
        currency = self.policy.currency
        exact = amount != amount.to_integral_value()
        return money(minor(amount, currency), currency, exact=exact)

    def _named(self, group: str, code: str) -> str:
        return self.words.upper(self.t.named(group, code))


def when(step: Step) -> str:
    """When a step is due."""
    if step.after_due is not None:
        told = ngettext(
            "%(n)s working day after the due date", "%(n)s working days after the due date", step.after_due
        ) % {"n": number(step.after_due)}
        if step.at_least:
            told = _("%(when)s, at least %(n)s after the step before") % {
                "when": told,
                "n": number(step.at_least),
            }
        return told
    after = step.after or 0
    if after < 0:
        return ngettext(
            "%(n)s working day before the due date", "%(n)s working days before the due date", -after
        ) % {"n": number(-after)}
    told = ngettext("%(n)s working day later", "%(n)s working days later", after) % {"n": number(after)}
    if step.calendar_days:
        told = _("%(when)s, at least %(n)s calendar days") % {"when": told, "n": number(step.calendar_days)}
    return told


def _any_of(causes: list[str]) -> str:
    if len(causes) < 2:
        return "".join(causes)
    return _("%(first)s or %(last)s") % {"first": ", ".join(causes[:-1]), "last": causes[-1]}
