"""Risk: the probability that within 12 months an undisputed invoice becomes more than 60 days late, is written off,
or the customer turns insolvent; and its class.

Own experience is a beta-binomial estimate, `(events + prior * weight) / (experiences + weight)`, over experiences that
count half as much per half-life. The external probability fades towards the prior as the report ages. Both are pooled
on the log-odds scale, `logit p = w logit p_own + (1 - w) logit p_external` with `w = n / (n + k)`. What is known for
certain can only worsen the result: a legal status is 1; 60 days overdue and undisputed is high; a cover withdrawn by
the insurer is at least medium. An overdue invoice is an experience before it is paid as well as after, so that paying
never worsens the risk.

For natural persons the class follows from rules over their own conduct with us, never from a probability; `risk_pd` is
then the value that stands for the class: half of where low ends, the middle of medium, twice where high begins.
"""

from __future__ import annotations

import math

import ibis

from creditdesk.engine.arith import Value, holds, rnd
from creditdesk.engine.sheet import Sheet
from creditdesk.policy.document import Policy

LEAST, MOST = 1e-4, 0.9999
"""Bounds of a probability before its log-odds are taken."""

READS = (
    "natural_person", "legal_status", "external_pd", "external_age_days", "risk_evidence", "risk_events",
    "oldest_undisputed_overdue_days", "last_write_off_days", "open_handover", "broken_promises_12m",
    "days_late_shrunken", "behaviour_evidence",
)  # fmt: skip
"""Profile columns that risk is made of."""


def logit(p: Value) -> Value:
    """Log-odds of a probability, which is first kept off 0 and 1."""
    kept = p.clip(LEAST, MOST)
    return (kept / (1 - kept)).ln()


def pooled(policy: Policy, row: Sheet) -> Value:
    """The probability from external reports and own experience, before any override."""
    rule = policy.risk
    prior, weight = float(rule.prior), float(rule.prior_weight)
    evidence, events = row["risk_evidence"].fill_null(0.0), row["risk_events"].fill_null(0.0)
    own = (events + prior * weight) / (evidence + weight)
    outside = row["_trust"] * logit(row["external_pd"].fill_null(prior)) + (1 - row["_trust"]) * log_odds(
        prior
    )
    share = evidence / (evidence + float(rule.own_weight_at))
    return share * logit(own) + (1 - share) * outside


def log_odds(p: float) -> float:
    """Log-odds of a probability of the policy."""
    kept = min(max(p, LEAST), MOST)
    return math.log(kept / (1 - kept))


def risk(policy: Policy, sheet: Sheet) -> None:
    """Add `risk_pd` (in steps of 0.0001), `risk_class` and `risk_why`: what decided, which is external, own, both,
    prior or conduct, or the override legal_status, overdue, cover_withdrawn.

    Args:
        sheet: the columns of `READS`, and `cover_withdrawn`: an insurer withdrew its limit and none is in force.
    """
    rule, brakes = policy.risk, policy.brakes
    low, medium = float(rule.low_below), float(rule.medium_below)
    # the age on a grid, so that the power is the same on every engine
    age = sheet["external_age_days"].fill_null(0).cast("float64")
    fading = rnd(1024 * (ibis.literal(2.0) ** (-age / float(rule.external_half_life_days)))) / 1024.0
    sheet.let(
        _trust=ibis.ifelse(sheet["external_pd"].notnull(), fading, 0.0),
        _legal=sheet["legal_status"].notnull(),
        _long=holds(sheet["oldest_undisputed_overdue_days"] >= brakes.downgrade_at_overdue_days),
        _withdrawn=holds(sheet["cover_withdrawn"]),
        _person=holds(sheet["natural_person"]),
    )
    sheet.let(
        _odds=pooled(policy, sheet),
        _conduct=_conduct(policy, sheet),
        _least=ibis.cases(
            (sheet["_legal"], 10_000),
            (sheet["_long"], _points(medium)),
            (sheet["_withdrawn"], _points(low)),
            else_=0,
        ).cast("int64"),
    )
    sheet.let(_raw=rnd(10_000 / (1 + (-sheet["_odds"]).exp())))
    standing = {"low": low / 2, "medium": (low + medium) / 2, "high": min(2 * medium, 1.0)}
    of_class = ibis.cases(
        (sheet["_legal"], 10_000),
        *((sheet["_conduct"] == name, _points(value)) for name, value in standing.items()),
        else_=10_000,
    ).cast("int64")
    sheet.let(_points=ibis.ifelse(sheet["_person"], of_class, ibis.greatest(sheet["_raw"], sheet["_least"])))
    own, external = holds(sheet["risk_evidence"] > 0), sheet["external_pd"].notnull()
    raised = sheet["_raw"] < sheet["_least"]
    sheet.let(
        risk_pd=sheet["_points"] / 10_000.0,
        risk_class=ibis.cases(
            (sheet["_person"], sheet["_conduct"]),
            (sheet["_points"] < _points(low), "low"),
            (sheet["_points"] < _points(medium), "medium"),
            else_="high",
        ),
        risk_why=ibis.cases(
            (sheet["_legal"], "legal_status"),
            (sheet["_person"], "conduct"),
            (sheet["_long"] & raised, "overdue"),
            (sheet["_withdrawn"] & raised, "cover_withdrawn"),
            (own & external, "both"),
            (external, "external"),
            (own, "own"),
            else_="prior",
        ),
    )


def _points(p: float) -> int:
    return int(p * 10_000 + 0.5)


def _conduct(policy: Policy, row: Sheet) -> Value:
    """Class of a natural person, by rules: what happened with us, and nothing that others say or estimate."""
    measure = policy.measurement
    written_off = holds(row["last_write_off_days"] <= measure.window_days)
    slow = holds((row["behaviour_evidence"] >= measure.least_observations) & (row["days_late_shrunken"] > 30))
    overdue = holds(row["oldest_undisputed_overdue_days"] > 30)
    broken = holds(row["broken_promises_12m"] >= 1)
    return ibis.cases(
        (row["_legal"] | row["_long"] | written_off | holds(row["open_handover"]), "high"),
        (slow | overdue | broken, "medium"),
        else_="low",
    )
