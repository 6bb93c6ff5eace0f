"""Risk, bands, segment, brakes, nearest change and limit once more: one customer at a time, plain Python, slow.

Written from the documents (CONTRACT, STARTER, science sections b and h), not from the engine. Conditions of the policy
are asked of Python: `and`, `or`, `not`, comparisons, `in`, `is null` read the same in both languages.
"""

from __future__ import annotations

import math
import re
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from creditdesk.policy.bands import parse_bands
from creditdesk.policy.columns import predicate_columns
from creditdesk.policy.document import Criterion, Policy

Row = dict[str, Any]


def half_up(value: float) -> int:
    return math.floor(value + 0.5)


# --- risk ----------------------------------------------------------------------------------------------------------


def risk(policy: Policy, row: Row) -> tuple[float, str]:
    rule = policy.risk
    low, medium = float(rule.low_below), float(rule.medium_below)
    overdue = row["oldest_undisputed_overdue_days"]
    if row["natural_person"]:
        if row["legal_status"]:
            return 1.0, "high"
        written_off = row["last_write_off_days"] is not None and row["last_write_off_days"] <= 365
        if overdue >= 60 or row["open_handover"] or written_off:
            return 2 * medium, "high"
        slow = row["behaviour_evidence"] >= 3 and row["days_late_shrunken"] > 30
        if overdue > 30 or row["broken_promises_12m"] or slow:
            return (low + medium) / 2, "medium"
        return low / 2, "low"
    prior, k = float(rule.prior), float(rule.prior_weight)
    n = row["risk_evidence"]
    own = (row["risk_events"] + prior * k) / (n + k)
    outside = logit(prior)
    if row["external_pd"] is not None:
        trust = half_up(1024 * 2 ** (-(row["external_age_days"] or 0) / rule.external_half_life_days)) / 1024
        outside = trust * logit(row["external_pd"]) + (1 - trust) * logit(prior)
    w = n / (n + float(rule.own_weight_at))
    odds = w * logit(own) + (1 - w) * outside
    points = half_up(10_000 / (1 + math.exp(-odds)))
    if row["legal_status"]:
        points = 10_000
    elif overdue >= 60:
        points = max(points, half_up(medium * 10_000))
    pd = points / 10_000
    return pd, "low" if pd < low else "medium" if pd < medium else "high"


def logit(p: float) -> float:
    p = min(max(p, 0.0001), 0.9999)
    return math.log(p / (1 - p))


# --- bands ---------------------------------------------------------------------------------------------------------


def read(policy: Policy, criterion: Criterion, row: Row) -> tuple[str | None, Any, str | None]:
    """The column that is known first, its value, and the band of the value."""
    columns = predicate_columns(policy.criteria)
    sources = (
        [(criterion.column, criterion.bands)]
        if criterion.column
        else [(one.column, one.bands) for one in criterion.first_known]
    )
    for column, conditions in sources:
        value = row[column]
        if value is not None:
            return column, value, parse_bands(conditions, columns[column], policy.currency).band_of(value)
    return None, None, None


def bands_of(policy: Policy, row: Row, before: dict[str, str] | None) -> dict[str, Row]:
    """Per criterion: `fresh`, `band` (kept within the margin), `cell` and `fresh_cell` for the matrix."""
    found = {}
    for name, criterion in policy.criteria.items():
        column, value, by_value = read(policy, criterion, row)
        young = row["first_invoice_age_days"] is None or row["first_invoice_age_days"] < 90
        least = criterion.least_evidence
        little = least > 0 and (row["behaviour_evidence"] < least or young)
        never = least > 0 and (row["observations"] < least or young)
        names = criterion.band_names()
        drawn = {
            policy.matrix.rows: policy.matrix.draw_rows,
            policy.matrix.columns: policy.matrix.draw_columns,
        }[name]
        cell = drawn[len(drawn) // 2] if by_value is None else drawn[-1] if never else by_value
        fresh = None if little or by_value is None else by_value
        band = fresh
        old = (before or {}).get(name)
        if old in names:
            if little:
                band = old
            elif value is not None and criterion.margin and column == criterion.column:
                low, high = edges(criterion.bands, str(old))
                margin = float(criterion.margin)
                if (low is None or value > low - margin) and (high is None or value <= high + margin):
                    band = old
        found[name] = {"fresh": fresh, "band": band, "cell": band or cell, "fresh_cell": fresh or cell,
                       "known": by_value is not None and not little, "little": little, "column": column, "value": value}  # fmt: skip
    return found


def edges(bands: dict[str, str], name: str) -> tuple[float | None, float | None]:
    """Lower and upper edge of a band whose bands are written `<= a`, `<= b`, `> b`."""
    ordered = list(bands.items())
    no = [key for key, _ in ordered].index(name)
    number = [float(condition.split()[1]) for _, condition in ordered]
    low = number[no - 1] if no > 0 else None
    return low, number[no] if ordered[no][1].startswith("<=") else None


# --- segment -------------------------------------------------------------------------------------------------------


def holds(condition: str, row: Row) -> bool:
    """A condition of the policy, asked of Python: what is unknown does not hold."""
    text = re.sub(r"\bis not null\b", "!= None", condition)
    text = re.sub(r"\bis null\b", "== None", text).replace("<>", "!=")
    text = re.sub(r"(?<![<>!=])=(?!=)", "==", text)
    text = re.sub(r"in \(('[^']*')\)", r"in (\1,)", text)
    return bool(eval(text, {"__builtins__": {}}, _Unknowing(row)))  # noqa: S307  a shipped policy's own conditions


class _Unknowing(dict[str, Any]):
    """Columns by name; an unknown number compares false with everything, as null does."""

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        column = predicate_columns({}).get(name)
        number = column is not None and column.type in ("int64", "float64")
        return math.nan if value is None and number else value


def placed(policy: Policy, row: Row, bands: dict[str, Row], which: str, cell: str) -> tuple[str, bool]:
    """The segment by rules, else the matrix; and whether the matrix gave it."""
    seen = {**row, **{f"band_{name}": one[which] for name, one in bands.items()}}
    for rule in policy.rules:
        if holds(rule.when, seen):
            return rule.segment, False
    cells = policy.matrix.cells
    return cells[bands[policy.matrix.rows][cell]][bands[policy.matrix.columns][cell]], True


AT_ONCE = {"internal", "insolvent", "legal", "consumer", "public"}
"""Segments of the starter that only a fact leads to."""


def hard_on(policy: Policy, name: str) -> tuple[int, int, int]:
    """How hard a segment is: acceptance, then shorter terms, then the column of the matrix."""
    segment, drawn = policy.segments[name], policy.matrix.draw_columns
    if segment.acceptance == "cell":
        return 0, -10_000, 0
    column = [
        drawn.index(c) for line in policy.matrix.cells.values() for c, one in line.items() if one == name
    ]
    terms = segment.terms_days if isinstance(segment.terms_days, int) else 0
    return (
        ("open", "limited", "prepayment", "refused").index(segment.acceptance),
        -terms,
        max(column, default=0),
    )


def decided(policy: Policy, row: Row, previous: Row | None, on: date) -> Row:
    """Segment, brakes and limit of one customer; no overrides and no approvals."""
    pd, level = risk(policy, row)
    row = {**row, "risk_pd": pd, "risk_class": level, "score": None}
    bands = bands_of(policy, row, dict(previous["bands"]) if previous else None)
    target, by_matrix = placed(policy, row, bands, "band", "cell")
    figures, _ = placed(policy, row, bands, "fresh", "fresh_cell")
    answer = moved(policy, row, bands, previous, on, target, figures)
    weight = sum(float(one.weight) for one in policy.criteria.values())
    known = sum(float(policy.criteria[name].weight) for name, one in bands.items() if one["known"])
    answer |= {
        "risk_pd": pd, "risk_class": level, "evidence": half_up(known / weight * 10_000) / 10_000,
        "bands": {name: one["band"] or "unknown" for name, one in bands.items()},
    }  # fmt: skip
    cell = policy.matrix.cells[bands[policy.matrix.rows]["cell"]][bands[policy.matrix.columns]["cell"]]
    answer |= limit(policy, row, answer["segment"], cell)
    answer["by_matrix"] = by_matrix
    return answer


def moved(
    policy: Policy, row: Row, bands: dict[str, Row], previous: Row | None, on: date, target: str, figures: str
) -> Row:
    if previous is None:
        return {"segment": target, "segment_since": on, "moved": False, "previous_segment": None,
                "proposed_segment": None, "move_held": None}  # fmt: skip
    was, since = previous["segment"], previous["segment_since"]
    stay = (on - since).days
    down = hard_on(policy, figures) >= hard_on(policy, was)
    written_off = row["last_write_off_days"] is not None and row["last_write_off_days"] <= stay
    at_once = (
        was in AT_ONCE
        or figures in AT_ONCE
        or row["legal_status"] is not None
        or (down and (written_off or row["oldest_undisputed_overdue_days"] >= 60))
    )
    want = figures if at_once else target
    held, segment, goal = None, want, figures
    if not at_once and want != was:
        if stay < policy.brakes.minimum_stay_days:
            held, segment, goal = "minimum_stay", was, want
        elif row["key_account"] or row["turnover_rank"] <= 20:
            held, segment, goal = "approval", was, want
    if segment == goal:
        held = None
    elif held is None:
        kept = any(one["little"] and one["band"] for one in bands.values())
        held = "evidence" if kept else "margin"
    is_moved = segment != was
    return {
        "segment": segment, "moved": is_moved, "segment_since": on if is_moved else since,
        "previous_segment": was if is_moved else previous["previous_segment"],
        "proposed_segment": goal if held else None, "move_held": held,
    }  # fmt: skip


# --- limit ---------------------------------------------------------------------------------------------------------


def limit(policy: Policy, row: Row, segment: str, cell: str) -> Row:
    rule, terms = policy.limit, policy.segments[segment].limit
    if terms.cell:
        terms = policy.segments[cell].limit
    worth = [
        Decimal(row[name]) * share
        for name, share in (
            ("tangible_net_worth", rule.net_worth_share),
            ("working_capital", rule.working_capital_share),
        )
        if row[name] is not None
    ]
    capacity = (
        half_up(max(float(min(worth)), 0.0) * float(rule.grade_factor[row["risk_class"]])) if worth else None
    )
    appetite = None
    if row["margin_12m"] is not None and not row["natural_person"]:
        loss = max(row["risk_pd"], 0.0001) * float(rule.loss_given_default)
        appetite = half_up(max(float(rule.appetite) * row["margin_12m"] / loss, 0.0))
    cover = half_up(row["insured_limit"] / (row["insured_share"] or 1.0))
    inner = [value for value in (capacity, appetite) if value is not None]
    support = max(min(inner), cover) if inner else (cover or None)

    if terms.none:
        amount, reason = 0, "none"
    elif terms.unlimited:
        return answered(row, None, "unlimited")
    elif terms.cover_only:
        amount, reason = cover, "cover"
    elif terms.first_orders:
        floor = int((terms.floor or 0) * 100)
        first = max(floor, min(row["first_orders_amount"] or 0, support or 0))
        steps = min(row["paid_on_time_count"] // terms.step_after, 10) if terms.step_up else 0
        amount = half_up(first * float(terms.step_up or 1) ** steps)
        reason = "step_up" if steps else "floor" if first == floor else "carried"
        if reason == "carried":
            reason = (
                "first_orders"
                if (row["first_orders_amount"] or 0) <= first
                else carried_by(capacity, appetite, cover)
            )
    elif terms.peak_months is None and row["natural_person"]:
        return answered(row, None, None)
    else:
        need = half_up(max(row["peak_month_sales"], 0) * float(terms.peak_months or 0))
        amount = need if support is None else min(need, support)
        reason = "need" if amount == need else carried_by(capacity, appetite, cover)
    grid = int(rule.grid * 100)
    way = ROUND_CEILING if reason == "need" else ROUND_FLOOR
    return answered(row, int((Decimal(amount) / grid).to_integral_value(way)) * grid, reason)


def carried_by(capacity: int | None, appetite: int | None, cover: int) -> str:
    inner = [value for value in (capacity, appetite) if value is not None]
    if cover and (not inner or cover >= min(inner)):
        return "cover"
    return "capacity" if capacity is not None and (appetite is None or capacity <= appetite) else "appetite"


def answered(row: Row, amount: int | None, reason: str | None) -> Row:
    headroom = None if amount is None else amount - row["exposure"]
    return {"credit_limit": amount, "limit_reason": reason, "headroom": headroom}
