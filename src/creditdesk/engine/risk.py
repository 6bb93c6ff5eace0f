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

from dataclasses import dataclass

import ibis

from creditdesk.engine.arith import Value, holds, rnd
from creditdesk.engine.bands import Row
from creditdesk.policy.document import Policy

LEAST, MOST = 1e-4, 0.9999
"""Bounds of a probability before its log-odds are taken."""

READS = (
    "natural_person", "legal_status", "external_pd", "external_age_days", "risk_evidence", "risk_events",
    "oldest_undisputed_overdue_days", "last_write_off_days", "open_handover", "broken_promises_12m",
    "days_late_shrunken", "behaviour_evidence",
)  # fmt: skip
"""Profile columns that risk is made of."""


@dataclass(frozen=True)
class Risk:
    """The result for each customer.

    Attributes:
        pd: probability, in steps of 0.0001.
        level: low, medium or high.
        why: what decided: external, own, both, prior, or the override: legal_status, overdue, cover_withdrawn, conduct.
    """

    pd: Value
    level: Value
    why: Value


def logit(p: Value) -> Value:
    """Log-odds of a probability, which is first kept off 0 and 1."""
    kept = p.clip(LEAST, MOST)
    return (kept / (1 - kept)).ln()


def pooled(policy: Policy, row: Row) -> Value:
    """The probability from external reports and own experience, before any override."""
    rule = policy.risk
    prior, weight = float(rule.prior), float(rule.prior_weight)
    evidence, events = row["risk_evidence"].fill_null(0.0), row["risk_events"].fill_null(0.0)
    own = (events + prior * weight) / (evidence + weight)
    # age on a grid, so that the power is the same on every engine
    age = row["external_age_days"].fill_null(0).cast("float64")
    fresh = rnd(1024 * (ibis.literal(2.0) ** (-age / float(rule.external_half_life_days)))) / 1024
    trust = ibis.ifelse(row["external_pd"].notnull(), fresh, 0.0)
    outside = trust * logit(row["external_pd"].fill_null(prior)) + (1 - trust) * logit(ibis.literal(prior))
    share = evidence / (evidence + float(rule.own_weight_at))
    together = share * logit(own) + (1 - share) * outside
    return 1 / (1 + (-together).exp())


def risk(policy: Policy, row: Row, cover_withdrawn: Value) -> Risk:
    """Probability and class of each customer.

    Args:
        row: the columns of `READS`.
        cover_withdrawn: whether an insurer withdrew its limit and none is in force.
    """
    rule, brakes = policy.risk, policy.brakes
    low, medium = float(rule.low_below), float(rule.medium_below)
    legal = row["legal_status"].notnull()
    long_overdue = holds(row["oldest_undisputed_overdue_days"] >= brakes.downgrade_at_overdue_days)
    withdrawn = holds(cover_withdrawn)
    raw = rnd(pooled(policy, row) * 10_000)
    least = ibis.cases(
        (legal, 10_000),
        (long_overdue, rnd(ibis.literal(medium * 10_000))),
        (withdrawn, rnd(ibis.literal(low * 10_000))),
        else_=0,
    )
    company = ibis.greatest(raw, least)
    conduct = _conduct(policy, row, legal, long_overdue)
    person = holds(row["natural_person"])
    standing = {"low": low / 2, "medium": (low + medium) / 2, "high": min(2 * medium, 1.0)}
    of_class = ibis.cases(
        (legal, 10_000),
        *((conduct == name, _points(value)) for name, value in standing.items()),
        else_=10_000,
    )
    points = ibis.ifelse(person, of_class, company)
    level = ibis.cases(
        (person, conduct),
        (points < _points(low), "low"),
        (points < _points(medium), "medium"),
        else_="high",
    )
    has_own, has_external = holds(row["risk_evidence"] > 0), row["external_pd"].notnull()
    why = ibis.cases(
        (legal, "legal_status"),
        (person, "conduct"),
        (long_overdue & (raw < least), "overdue"),
        (withdrawn & (raw < least), "cover_withdrawn"),
        (has_own & has_external, "both"),
        (has_external, "external"),
        (has_own, "own"),
        else_="prior",
    )
    return Risk(pd=points / 10_000.0, level=level, why=why)


def _points(p: float) -> int:
    return int(p * 10_000 + 0.5)


def _conduct(policy: Policy, row: Row, legal: Value, long_overdue: Value) -> Value:
    """Class of a natural person, by rules: what happened with us, and nothing that others say or estimate."""
    measure = policy.measurement
    written_off = holds(row["last_write_off_days"] <= measure.window_days)
    slow = holds((row["behaviour_evidence"] >= measure.least_observations) & (row["days_late_shrunken"] > 30))
    overdue = holds(row["oldest_undisputed_overdue_days"] > 30)
    broken = holds(row["broken_promises_12m"] >= 1)
    return ibis.cases(
        (legal | long_overdue | written_off | holds(row["open_handover"]), "high"),
        (slow | overdue | broken, "medium"),
        else_="low",
    )
