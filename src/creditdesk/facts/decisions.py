"""The tables of one run: what was decided, what is due, what is held.

`profile` stands in `facts/profile.py`. Nested columns keep reasons as data: text is rendered from them per language.
"""

from __future__ import annotations

from creditdesk.facts.column import Column, Table, day, flag, ids, money, number, share, text

REASONS = "array<struct<criterion: string, value: float64, text: string, band: string, rule: string>>"
PARTS = "array<struct<name: string, band: string, points: float64>>"
NEAREST = (
    "struct<criterion: string, value: float64, distance: float64, unit: string, band: string, segment: string, "
    "remedy: string, invoice_id: string, amount: int64>"
)
AMOUNTS = "array<struct<currency: string, amount: int64>>"
PRIORITY = "array<struct<reason: string, points: int64>>"
BASE = "minor units of the reporting currency"

DECISION = Table(
    "decision",
    "What the policy decides for one customer on one day.",
    ("customer_id",),
    (
        text("customer_id", "the customer", need=True),
        text("company_id", "our company"),
        day("as_of", "the day", need=True),
        text("policy", "name of the policy", need=True),
        text("policy_version", "its version", need=True),
        text("segment", "the segment", need=True),
        day("segment_since", "first day in this segment", need=True),
        text("previous_segment", "the segment before the last move"),
        flag("moved", "moved since the previous run", need=True),
        text("proposed_segment", "where the figures would put it, when a brake holds it"),
        day("proposed_since", "first day of that proposal"),
        text("move_held", "the brake", allowed="margin minimum_stay approval evidence manual"),
        text("cell_row", "band of the matrix row"),
        text("cell_column", "band of the matrix column"),
        Column("bands", "map<string, string>", "band per criterion"),
        share("score", "score of the policy's scorecard", "0-100", least=None, most=None),
        Column("score_parts", PARTS, "points per characteristic of the scorecard"),
        text("risk_class", "class of risk", need=True, allowed="low medium high"),
        share("risk_pd", "probability of the event that CONTRACT defines, within 12 months", need=True),
        number("payment_index", "payment index, high is good", "0-100"),
        share("evidence", "share of the criteria's weight that is known", need=True),
        Column("reasons", REASONS, "why this segment: criterion, value, band, rule"),
        Column(
            "nearest_change", NEAREST, "the smallest change of one criterion that would move the customer"
        ),
        text("procedure", "the dunning procedure; empty = none"),
        number("case_no", "number of the open case", "count"),
        text("last_step", "furthest step done that covers an open invoice"),
        text("next_step", "the step that follows"),
        day("next_due_on", "when it is due"),
        text("acceptance", "stance on new business", need=True, allowed="open limited prepayment refused"),
        number("terms_days", "term offered for new business", "calendar days"),
        text("terms_reason", "why the law or a person changed the policy's term"),
        share("discount_percent", "early-payment discount offered", "percent", most=None),
        number("discount_days", "days within which it may be taken", "calendar days"),
        text("fees", "what may be claimed", need=True, allowed="none interest interest_and_costs"),
        text(
            "delivery_terms",
            "what delivery waits for",
            need=True,
            allowed="normal credit_confirms after_payment",
        ),
        text("incentive", "incentive of the segment"),
        text("currency", "reporting currency", need=True),
        money("exposure", "exposure", need=True, unit=BASE),
        money("credit_limit", "limit", unit=BASE),
        text("limit_reason", "the binding constraint of the limit"),
        money("headroom", "limit less exposure", unit=BASE),
        money("insured", "exposure that an insurer would pay", need=True, unit=BASE),
        money("uninsured_maximum_loss", "most that could be lost", need=True, unit=BASE),
        money("group_exposure", "exposure of all members of its credit group", unit=BASE),
        money("group_limit", "limit they share", unit=BASE),
        text("order_block", "stance on the next order", need=True, allowed="none review prepayment stop"),
        text("order_block_reason", "why"),
        text("order_release_when", "what lifts it", allowed="overdue_paid balance_paid person"),
        money("order_release_amount", "amount to be paid for that", unit=BASE),
        day("released_until", "last day of a release by a person"),
        flag("natural_person", "consumer or sole trader", need=True),
        flag("human_review", "a person must look before anything with effect", need=True),
        text("owner_id", "who owns the customer"),
        day("review_on", "next review of the limit"),
        Column("data_warnings", "array<string>", "what is wrong or missing in its facts"),
    ),
)

_DUE = (
    text("customer_id", "the payer", need=True),
    text("company_id", "our company"),
    day("as_of", "the day", need=True),
    text("procedure", "the procedure", need=True),
    number("case_no", "number of the case; 0 = before due", "count", need=True),
    text("step", "the step's id", need=True),
    number("level", "level of the step", "0-6", need=True, least=0, most=6),
    text("do", "what is done", need=True),
    text("template", "template of the message", need=True),
    day("due_on", "the day it became due", need=True),
    ids("invoice_ids", "invoices it takes, oldest first"),
    Column("amounts", AMOUNTS, "sum per currency, in minor units of each"),
    money("amount", "sum", need=True, unit=BASE),
    text("currency", "reporting currency", need=True),
    text("contact_id", "whom to reach"),
    text("language", "language of contact", need=True),
    text("owner", "role that does it", need=True, allowed="system collector account_manager credit_manager"),
    text("owner_id", "person that does it"),
    number("priority", "urgency, high first", "0-100", need=True, least=0, most=100),
    Column("priority_reasons", PRIORITY, "points that make the priority"),
)

ACTION_DUE = Table(
    "action_due",
    "A step to be done today.",
    ("customer_id", "company_id", "case_no", "step"),
    (*_DUE, day("listed_since", "first run that listed it", need=True)),
)

HELD = Table(
    "held",
    "A step that would be due on the gross past-due amount and is not done.",
    ("customer_id", "company_id", "case_no", "step"),
    (
        *_DUE,
        text("hold", "the first hold that applies", need=True),
        ids("holds", "all of them"),
        text("hold_detail", "what it waits for"),
        day("hold_until", "earliest day on which it can end"),
        day("listed_since", "first run that listed it, when one did before it was held"),
    ),
)

SKIPPED = Table(
    "skipped",
    "A step to be recorded as `skipped`: below its own minimum amount, or a person's task not done in time (R4).",
    ("customer_id", "company_id", "case_no", "step"),
    (*_DUE[:11], text("reason", "why it is skipped", need=True, allowed="minimum_amount overdue_task")),
)

TABLES_OUT: dict[str, Table] = {table.name: table for table in (DECISION, ACTION_DUE, HELD, SKIPPED)}
