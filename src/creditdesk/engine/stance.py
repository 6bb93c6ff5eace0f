"""The rest of what a segment gives: acceptance, discount, fees, delivery, owner; who must look, and what facts lack."""

from __future__ import annotations

import ibis

from creditdesk.engine.arith import Value, holds, if_any, to_day
from creditdesk.engine.bands import Gauge
from creditdesk.engine.sheet import Sheet
from creditdesk.policy.document import Policy

ACCEPTANCES = ("open", "limited", "prepayment", "refused")
READS = (
    "natural_person", "collector", "account_manager", "group_insolvent", "country", "external_age_days",
    "turnover_12m", "own_limit",
)  # fmt: skip
"""Profile columns that these are made of."""


def stance(policy: Policy, sheet: Sheet) -> None:
    """Add acceptance, discount_percent, discount_days, fees, delivery_terms, incentive, owner_id and human_review; and
    `limit_expired` and `override_unknown`, which are warned of.

    A natural person is never refused by the policy alone: that waits for a person, who sets `acceptance`.
    """
    written = sheet["by_acceptance"]
    by_hand = ibis.ifelse(written.isin(list(ACCEPTANCES)), written, ibis.null("string"))
    spared = holds(sheet["natural_person"]) & holds(sheet["give_acceptance"] == "refused")
    ranked = {
        "collector": ibis.coalesce(sheet["collector"], sheet["account_manager"]),
        "account_manager": ibis.coalesce(sheet["account_manager"], sheet["collector"]),
    }
    of_role = ibis.cases(
        *((sheet["give_owner"] == role, who) for role, who in ranked.items()), else_=ranked["collector"]
    )
    by_segment, by_procedure = sheet["by_segment"], sheet["by_procedure"]
    strange = by_segment.notnull() & ~holds(by_segment.isin(list(policy.segments)))
    if policy.procedures:
        strange = strange | (by_procedure.notnull() & ~holds(by_procedure.isin(list(policy.procedures))))
    sheet.let(
        acceptance=ibis.coalesce(
            by_hand, ibis.ifelse(spared, "prepayment", sheet["give_acceptance"]), "open"
        ),
        discount_percent=sheet["give_discount_percent"],
        discount_days=sheet["give_discount_days"],
        fees=sheet["give_fees"].fill_null("none"),
        delivery_terms=sheet["give_delivery_terms"].fill_null("normal"),
        incentive=sheet["give_incentive"],
        owner_id=ibis.coalesce(sheet["by_owner"], of_role),
        human_review=(
            holds(sheet["natural_person"])
            | holds(sheet["give_review"])
            | holds(sheet["group_insolvent"])
            | holds(sheet["move_held"] == "approval")
        ),
        limit_expired=(
            sheet["credit_limit_given"].notnull()
            & holds(to_day(sheet["credit_limit_until"]) < sheet["today"])
        ),
        override_unknown=strange,
    )


def data_warnings(criteria: tuple[Gauge, ...], sheet: Sheet) -> Value:
    """What is wrong or missing in the customer's facts, as a list of codes.

    no_country; unknown_<criterion>: the criterion has no value; credit_limit_expired: a limit set by hand has ended;
    external_report_old: older than a year; negative_turnover: more credited than sold in 12 months;
    override_unknown: a person assigned a segment or procedure that the policy does not have.
    """
    lists = [
        *(if_any(sheet[f"source_{gauge.name}"].isnull(), [f"unknown_{gauge.name}"]) for gauge in criteria),
        if_any(sheet["country"].isnull(), ["no_country"]),
        if_any(sheet["limit_expired"], ["credit_limit_expired"]),
        if_any(sheet["external_age_days"] > 365, ["external_report_old"]),
        if_any(sheet["turnover_12m"] < 0, ["negative_turnover"]),
        if_any(sheet["override_unknown"], ["override_unknown"]),
    ]
    return ibis.literal([], type="array<string>").concat(*lists)
