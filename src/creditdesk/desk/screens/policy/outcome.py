"""What came of a trial, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from creditdesk.desk.casework.models import Trial
from creditdesk.desk.screens.formats import money, number, speaking
from creditdesk.desk.screens.policy.checked import Wrong, told
from creditdesk.policy.error import PolicyError

SAME = "="
"""What stands for no difference."""


@dataclass(frozen=True)
class Figure:
    """One row: a name, the figure of each policy, and the difference; `sub`: what stands below the figures."""

    name: str
    values: list[str]
    difference: str = ""
    sub: list[str] | None = None


def mistakes(trial: Trial) -> list[Wrong]:
    """Why a trial could not be run at all."""
    return [told(PolicyError(**one)) for one in trial.result.get("mistakes", [])]


def passed(trial: Trial) -> tuple[int, int]:
    """How many of its own cases came out as expected, and how many there are."""
    cases = trial.result.get("cases", [])
    return sum(1 for one in cases if one["passed"]), len(cases)


def whole(trial: Trial) -> list[Figure]:
    """The figures of a replay that hold for everything."""
    said = trial.result
    currency = said["currency"]
    rows = [
        _row(_("Moves between segments"), said["moves"]),
        _row(_("Customers contacted"), said["customers_contacted"]),
        _row(_("Actions"), _sum(said.get("actions", {}), len(said["moves"]))),
        _row(_("What they cost"), said["cost"], currency),
        _row(_("Days on which a step was held"), _sum(said.get("holds", {}), len(said["moves"]))),
    ]
    if len(said["moves"]) > 1:
        rows.append(Figure(_("First contact"), ["", ""], _first_contact(said.get("first_contact_days", 0))))
    return rows


def _first_contact(days: int) -> str:
    if not days:
        return _("on the same day")
    if days > 0:
        return ngettext("%(n)s day later", "%(n)s days later", days) % {"n": number(days)}
    return ngettext("%(n)s day earlier", "%(n)s days earlier", -days) % {"n": number(-days)}


def channels(trial: Trial) -> list[Figure]:
    """Actions by channel, with what they cost."""
    said = trial.result
    t, currency = speaking(), said["currency"]
    return [
        _row(
            _upper(t.named("do", name)),
            values,
            sub=[money(one, currency) for one in said["action_cost"].get(name, [])],
        )
        for name, values in sorted(said.get("actions", {}).items(), key=lambda item: -max(item[1]))
    ]


def holds(trial: Trial) -> list[Figure]:
    """What held steps back: each day of each step counts."""
    t = speaking()
    found = sorted(trial.result.get("holds", {}).items(), key=lambda item: -max(item[1]))
    return [_row(t.named("hold", name), values) for name, values in found]


def segments(trial: Trial) -> list[Figure]:
    """Customers per segment on the last day."""
    t = speaking()
    return [
        _row(t.named("segment", name), values) for name, values in trial.result.get("segments", {}).items()
    ]


def flows(trial: Trial) -> tuple[list[Figure], list[Figure]]:
    """Moves from segment to segment, over the whole span: those in which the policies differ, and those in which they do not."""
    t = speaking()
    rows = [
        _row(f"{t.named('segment', start)} → {t.named('segment', end)}", counts)
        for start, end, *counts in trial.result.get("flows", [])
    ]
    return [one for one in rows if one.difference != SAME], [one for one in rows if one.difference == SAME]


def _sum(rows: dict[str, list[int]], many: int) -> list[int]:
    return [sum(values[place] for values in rows.values()) for place in range(many)]


def _row(name: str, values: list[int], currency: str = "", sub: list[str] | None = None) -> Figure:
    def said(value: int) -> str:
        return money(value, currency) if currency else number(value)

    difference = ""
    if len(values) > 1:
        more = values[1] - values[0]
        difference = SAME if not more else f"{'+' if more > 0 else '−'}{said(abs(more))}"
    return Figure(name, [said(value) for value in values], difference, sub)


def _upper(text: Any) -> str:
    return str(text)[:1].upper() + str(text)[1:]
