"""One customer explained: why this segment, what would move it, what is due and what is held."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from creditdesk.facts.profile import PROFILE
from creditdesk.report.output import Row
from creditdesk.report.words import BY_MATRIX, PLACING, Words

FIGURES = (
    "turnover_12m", "growth_12m", "turnover_class", "employees", "orders_12m", "observations", "days_late_shrunken",
    "days_late_median", "late_share", "habit_day", "open_amount", "overdue_amount", "oldest_overdue_days",
    "disputed_amount", "promised_amount", "unallocated_amount", "disputes_12m", "broken_promises_12m", "external_pd",
    "worth_12m",
)  # fmt: skip
"""Columns of the profile that a reader wants first; `--json` gives all of them."""


class NoCustomer(ValueError):
    """There is no such customer in the facts."""


def explanation(
    words: Words, decision: Row, profile: Row, due: Iterable[Row], held: Iterable[Row], as_of: date
) -> dict[str, Any]:
    """Everything about one customer, as data and in words.

    Args:
        words: the language and the policy.
        decision, profile: the customer's rows.
        due, held: its rows of `action_due` and `held`.
    """
    who = {**profile, **decision}
    return {
        "customer_id": decision["customer_id"],
        "name": profile["name"],
        "as_of": as_of.isoformat(),
        "segment": decision["segment"],
        "why": words.reasons(decision),
        "criteria": words.criteria(decision),
        "would_move": words.change(who),
        "due": [{**row, "in_words": words.action(row)} for row in due],
        "held": [
            {**row, "in_words": words.action(row), "why": words.t.named("hold", row["hold"])} for row in held
        ],
        "decision": decision,
        "profile": profile,
    }


def shown(words: Words, told: dict[str, Any], as_of: date) -> RenderableType:
    """An explanation for a person in the terminal."""
    t, decision, profile = words.t, told["decision"], told["profile"]
    parts: list[RenderableType] = [
        Text(t("explain.title", name=told["name"], id=told["customer_id"], day=t.day(as_of)), style="bold"),
        Text(_standing(words, decision)),
    ]
    parts += _part(t("explain.why"), [told["why"], *(told["criteria"] if _by_rule(decision) else [])])
    parts += _part(t("explain.moves"), [told["would_move"] or t(_no_change(decision))])
    parts += _part(t("explain.due"), [_due(words, row) for row in told["due"]] or [t("explain.nothing_due")])
    parts += _part(
        t("explain.held"), [_held(words, row) for row in told["held"]] or [t("explain.nothing_held")]
    )
    if decision["next_step"] and decision["next_due_on"] and not (told["due"] or told["held"]):
        step = words.step(decision["procedure"], decision["next_step"])
        parts.append(_inside(t("explain.next", step=step, day=t.day(decision["next_due_on"]))))
    parts += _part(t("explain.figures"), _stance(words, decision))
    parts.append(Padding(_figures(words, profile), (0, 0, 0, 2), expand=False))
    return Group(*parts)


def _standing(words: Words, decision: Row) -> str:
    t = words.t
    segment = t.named("segment", decision["segment"])
    parts = [t("explain.segment_since", segment=segment, day=t.day(decision["segment_since"]))]
    if decision["previous_segment"]:
        parts.append(t("explain.previous", segment=t.named("segment", decision["previous_segment"])))
    if decision["proposed_segment"]:
        parts.append(words.brake(decision))
    return "; ".join(parts)


def _by_rule(decision: Row) -> bool:
    placing = [reason["rule"] for reason in decision["reasons"] or () if reason["criterion"] == PLACING]
    return placing not in ([], [BY_MATRIX])


def _no_change(decision: Row) -> str:
    return "explain.by_rule" if _by_rule(decision) else "explain.no_change"


def _due(words: Words, row: Row) -> str:
    t = words.t
    owner = words.owner(row) or t.named("owner", row["owner"])
    priority = words.priority(row["priority_reasons"] or ())
    points = f"{words.lower(t('urgent.priority'))} {row['priority']}" + (f" ({priority})" if priority else "")
    return ", ".join([words.action(row), t.money(row["amount"], row["currency"]), owner, points])


def _held(words: Words, row: Row) -> str:
    t = words.t
    holds = [words.lower(t.named("hold", hold)) for hold in row["holds"] or [row["hold"]]]
    until = [t("held.until", day=t.day(row["hold_until"]))] if row["hold_until"] else []
    told = ", ".join([*holds, *until])
    return f"{words.action(row)}, {t.money(row['amount'], row['currency'])}: {told}"


def _stance(words: Words, decision: Row) -> list[str]:
    t, currency = words.t, str(decision["currency"])
    order = t.named("order", decision["order_block"])
    if decision["order_block_reason"]:
        order += f" ({t.named('order_reason', decision['order_block_reason'])})"
    days = t("key.days", n=decision["terms_days"]) if decision["terms_days"] is not None else "–"
    exposure = t.money(decision["exposure"], currency)
    lines = [
        words.upper(
            t(
                "explain.terms",
                acceptance=t.named("acceptance", decision["acceptance"]),
                days=days,
                order=order,
            )
        )
    ]
    if decision["credit_limit"] is None:
        lines.append(t("explain.no_limit", exposure=exposure))
    else:
        lines.append(
            t(
                "explain.limit",
                limit=t.money(decision["credit_limit"], currency),
                reason=words.lower(t.named("limit", decision["limit_reason"])),
                exposure=exposure,
                room=t.money(decision["headroom"], currency),
            )
        )
    index = "–" if decision["payment_index"] is None else t.number(decision["payment_index"])
    pd = "–" if decision["natural_person"] else t.percent(decision["risk_pd"], 1)
    risk = t.named("risk", decision["risk_class"])
    lines.append(t("explain.risk", risk=risk, pd=pd, index=index, evidence=t.percent(decision["evidence"])))
    return lines


def _figures(words: Words, profile: Row) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name in FIGURES:
        value = profile[name]
        if value in (None, "", 0):
            continue
        if name == "days_late_shrunken" and not profile["observations"]:
            continue  # without an experience it is the mean of all customers, and says nothing of this one
        if name == "habit_day":
            text = words.habit(profile)
        elif isinstance(value, str):
            text = value
        else:
            text = words.quantity(PROFILE.column(name), value, profile["currency"])
        table.add_row(words.t(f"figure.{name}"), text)
    return table


def _part(title: str, lines: list[str]) -> list[RenderableType]:
    return [Text(""), Text(title, style="bold dim"), *(_inside(line) for line in lines if line)]


def _inside(line: str) -> RenderableType:
    return Padding(Text(line), (0, 0, 0, 2), expand=False)
