"""What the fields of a policy are called, in the reader's language, where their place in the document does not say it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

LABELS: dict[str, Any] = {
    # the document
    "policy": _("Policy"),
    "in_words": _("In words"), "currency": _("Currency"), "languages": _("Languages"),
    "default_language": _("Default language"), "score": _("Score"), "capital_rate": _("Cost of capital, a year"),
    "tests": _("Test cases"),
    # criteria and scorecards
    "column": _("What is read"), "bands": _("Bands"), "first_known": _("Sources, in turn"),
    "scorecard": _("Scorecard"), "margin": _("Margin"), "least_evidence": _("Least evidence"),
    "missing": _("Without a value"), "weight": _("Weight"), "unit": _("Unit"),
    "per": _("What counts as one step"), "remedy": _("What the customer can do"),
    "characteristics": _("Lines"), "base": _("Points to begin with"), "lowest": _("Points that become 0"),
    "highest": _("Points that become 100"), "least_coverage": _("Least share that must be known"),
    "points": _("Points"), "monotone": _("Direction of the points"),
    # rules, matrix, brakes
    "when": _("Condition"), "segment": _("Segment"), "name": _("Name"), "rows": _("Rows"), "columns": _("Columns"),
    "cells": _("Cells"), "draw_rows": _("Order of the rows"), "draw_columns": _("Order of the columns"),
    "minimum_stay_days": _("Least days in a segment"),
    "downgrade_at_overdue_days": _("Days past due at which a customer goes down at once"),
    "downgrade_on_legal_status": _("Insolvency or another status in law moves at once"),
    "downgrade_on_write_off": _("A write-off moves at once"),
    # segments
    "procedure": _("Procedure"), "dunning": _("Reminders are sent"), "acceptance": _("New business"),
    "terms_days": _("Payment term"), "limit": _("Limit"), "order": _("Orders"),
    "fees": _("Claimed of a late payer"), "fees_from_level": _("Claimed from level"),
    "interest_stated": _("Written steps state the interest"), "discount": _("Early-payment discount"),
    "incentive": _("Something extra"), "delivery_terms": _("Delivery"),
    "approve_moves": _("Every move waits for a person"), "approve_moves_to": _("Moves that wait for a person, to"),
    "contact_cap": _("Most contacts"), "minimum_amounts": _("Minimum amounts"), "owner": _("By"),
    "human_review": _("A person decides beyond a reminder"), "review_days": _("Looked at again after"),
    "use": _("Procedure"), "peak_months": _("Months of peak sales"), "first_orders": _("What the first orders come to"),
    "floor": _("Least limit of a new customer"), "step_up": _("Factor of a step up"),
    "step_after": _("Invoices paid on time per step up"), "cover_only": _("Only what is insured or secured"),
    "none": _("No credit"), "unlimited": _("No limit is set"), "cell": _("As its cell in the matrix"),
    "always": _("Always"), "review_use": _("Looked at from a use of the limit of"),
    "review_overdue_days": _("Looked at from days past due"),
    "prepayment_use": _("Paid in advance from a use of the limit of"),
    "stop_use": _("Stopped from a use of the limit of"), "stop_overdue_days": _("Stopped from days past due"),
    "stop_overdue_amount": _("Stopped from an amount past due of"), "release": _("What ends it"),
    "within_cover": _("Within what is insured it goes through"), "percent": _("Percent"), "days": _("Days"),
    "offered": _("Offered"),
    # procedures
    "steps": _("Steps"), "extends": _("Takes the steps of"), "start": _("Counted from"),
    "id": _("Name"), "after": _("Working days after the step before"),
    "after_due": _("Working days after the due date"), "at_least": _("At least … after the step before"),
    "calendar_days": _("At least … calendar days"), "do": _("What"), "else": _("Else, in turn"), "level": _("Level"),
    "template": _("Template"), "approval": _("waits for approval"), "attempts": _("Attempts"),
    "wait": _("the ladder waits for it"), "minimum_amount": _("From an amount of"),
    "stop_delivery": _("stops deliveries"), "interest": _("states interest"), "costs": _("states costs"),
    "names_hand_over": _("names the hand-over"), "legal_notice": _("the notice that the law wants"),
    "payment_link": _("with a link to pay"), "first_offset": _("Working days added to the first step"),
    "channel_first": _("Channel tried first"), "tell_sales": _("Sales is told of every move"),
    "first_template": _("Template of the first message"),
    # what holds for every customer
    "amount": _("Amount"), "share": _("Share"), "max_days": _("Longest promise, in bank days"),
    "max_open": _("Most promises open at a time"), "max_broken_12m": _("Broken promises after which a person must agree"),
    "suspend_share": _("Share from which a promise suspends the whole case"),
    "bank_days": _("Bank days within which the money must be there"),
    "invoice_age": _("Least age of an invoice per level, in working days"),
    "hand_over_notice_days": _("Working days between the notice and the hand-over"),
    "part_payment_share": _("Share from which a part payment moves the next step"),
    "part_payment_days": _("Working days by which it does"),
    "dispute_days": _("Working days after a dispute before its amount is asked for again"),
    "plan_bank_days": _("Bank days after which an unpaid instalment breaks its plan"),
    "claimed_paid_bank_days": _("Bank days of waiting when the customer says it has paid"),
    "direct_debit_bank_days": _("Bank days of waiting after a direct debit"),
    "reopen_days": _("Days within which money taken back reopens a case"),
    "overdue_after": _("Working days after which an open task is late"),
    "habit_bank_days": _("Bank days after the habitual pay day"),
    "habit_longest_hold_days": _("Days past due beyond which a habit holds nothing"),
    "contact_cap_days": _("Days over which contacts are counted"),
    "go_live_per_day": _("Payers let go a day when going live"),
    "must_be_delivered": _("Invoices that must have been delivered"),
    "works_on": _("Holidays that are worked"), "works_on_named": _("Holidays that are worked every year"),
    "closed_on": _("Days that are not worked"), "window_days": _("Days over which behaviour is measured"),
    "index_window_days": _("Days of the payment index"), "half_life_days": _("Days after which an observation weighs half"),
    "earliest": _("Least days late that count"), "latest": _("Most days late that count"),
    "least_observations": _("Least observations for a payment index"),
    "first_invoice_days": _("Days in which the first orders are counted"),
    "low_below": _("Low below"), "medium_below": _("Medium below"),
    "own_weight_at": _("Own experiences that weigh as much as the external score"),
    "prior": _("Probability where nothing is known"), "prior_weight": _("Experiences that this is worth"),
    "external_half_life_days": _("Days after which an external score is trusted half"),
    "scales": _("Scales of the bureaus"), "need_margin": _("Factor on the need"),
    "net_worth_share": _("Share of the net worth"), "working_capital_share": _("Share of the working capital"),
    "grade_factor": _("Factor per class of risk"), "loss_given_default": _("Share that is lost"),
    "appetite": _("Share of the yearly margin that may be lost"), "cap": _("Most that is lent to one name"),
    "grid": _("Limits are rounded to"), "extra_days": _("Days added to the need"),
}  # fmt: skip

CHOICES: dict[str, dict[str, Any]] = {
    "start": {"due": _("the due date"), "habit": _("the habitual pay day")},
    "monotone": {"rising": _("rising"), "falling": _("falling"), "no": _("none")},
    "terms_days": {"cell": _("as its cell in the matrix"), "law": _("as the law gives")},
}  # fmt: skip
"""Values that are codes, where the catalogues of decisions do not name them."""

GROUPS: dict[str, str] = {
    "fees": "fees", "release": "release", "delivery_terms": "delivery", "acceptance": "acceptance", "always": "order",
    "owner": "owner", "do": "do", "else": "do", "channel_first": "do", "incentive": "incentive", "segment": "segment",
    "approve_moves_to": "segment", "use": "procedure", "extends": "procedure", "missing": "band", "rows": "criterion",
    "columns": "criterion", "unit": "unit", "draw_rows": "band", "draw_columns": "band", "score": "criterion", "remedy": "change",
}  # fmt: skip
"""Fields whose values the catalogues of decisions name."""

KEYS: dict[str, str] = {
    "criteria": "criterion", "scorecards": "criterion", "bands": "band", "cells": "band", "segments": "segment", "procedures": "procedure",
    "minimum_amounts": "do", "costs": "do", "grade_factor": "risk", "overdue_after": "owner",
}  # fmt: skip
"""Parts whose members are named by these catalogues."""

AMOUNTS = frozenset({"amount", "floor", "stop_overdue_amount", "minimum_amount", "cap", "grid"})
SHARES = frozenset(
    {
        "share", "suspend_share", "part_payment_share", "low_below", "medium_below", "prior", "net_worth_share",
        "working_capital_share", "loss_given_default", "appetite", "least_coverage", "capital_rate", "review_use",
        "prepayment_use", "stop_use",
    }
)  # fmt: skip
