"""Fact tables of what people and the desk did: a person's yes is a fact too."""

from __future__ import annotations

from creditdesk.facts.column import Table, day, flag, ids, money, number, text

CHANNELS = (
    "email letter registered_letter call sms voice video statement legal_notice sales stop_delivery offer_plan "
    "thanks task hand_over phone portal other"
)
OUTCOMES = (
    "sent delivered bounced failed reached no_answer left_message wrong_contact promised disputed refused "
    "paid_claimed plan_asked call_back skipped"
)

ACTION = Table(
    "action",
    "A contact or task that was done: ours or the customer's.",
    ("action_id",),
    (
        text("action_id", "id of the action", need=True),
        text("customer_id", "the payer", need=True, to="customer"),
        text("procedure", "the procedure it belongs to; `imported` for an earlier system's"),
        number("case_no", "number of the case of this payer", "count", least=0),
        text("step", "the step's id; empty = ad hoc"),
        number("level", "level of the step", "0-6", least=0, most=6),
        text("policy_version", "version of the policy that set it"),
        text("channel", "how", need=True, allowed=CHANNELS),
        text("direction", "out = by us, in = by the customer", need=True, allowed="out in"),
        day("done_on", "date", need=True),
        ids("invoice_ids", "the invoices it listed", to="invoice"),
        money("amount", "amount it asked for", unit="minor units of the reporting currency"),
        text("by", "who did it"),
        text("contact_id", "whom it reached"),
        day("call_back_on", "date to call back"),
        text("outcome", "what came of it", allowed=OUTCOMES),
        text("document", "where the document is"),
    ),
)

PROMISE = Table(
    "promise",
    "A promise to pay; without an invoice it covers the oldest first.",
    ("promise_id",),
    (
        text("promise_id", "id of the promise", need=True),
        text("customer_id", "who promised", need=True, to="customer"),
        text("invoice_id", "for which invoice", to="invoice"),
        day("made_on", "date it was made", need=True),
        day("due_on", "date it is for", need=True),
        money("amount", "amount promised", need=True, least=0),
        text("currency", "ISO 4217", need=True),
        text("by", "who noted it"),
        text("channel", "how it was made"),
        day("withdrawn_on", "date it was withdrawn"),
    ),
)

PLAN = Table(
    "plan",
    "A payment plan over some invoices.",
    ("plan_id",),
    (
        text("plan_id", "id of the plan", need=True),
        text("customer_id", "with whom", need=True, to="customer"),
        day("agreed_on", "date it was agreed", need=True),
        ids("invoice_ids", "the invoices it covers", need=True, to="invoice"),
        day("ended_on", "date it ended"),
    ),
)

INSTALMENT = Table(
    "instalment",
    "One instalment of a plan.",
    ("plan_id", "due_on"),
    (
        text("plan_id", "which plan", need=True, to="plan"),
        day("due_on", "date", need=True),
        money("amount", "amount", need=True, least=0, unit="minor units of the invoices' currency"),
    ),
)

PAUSE = Table(
    "pause",
    "A pause of dunning set by a person, for a customer, an invoice or a channel.",
    ("pause_id",),
    (
        text("pause_id", "id of the pause", need=True),
        text("customer_id", "for whom", need=True, to="customer"),
        text("invoice_id", "for which invoice; empty = all", to="invoice"),
        text("channel", "for which channel; empty = all"),
        day("from_on", "first day", need=True),
        day("until_on", "last day; empty = until lifted"),
        text("reason", "why", need=True),
        text("by", "who set it", need=True),
    ),
)

APPROVAL = Table(
    "approval",
    "A person's yes or no.",
    ("approval_id",),
    (
        text("approval_id", "id of the approval", need=True),
        text("customer_id", "about whom; empty = the whole company (go_live, policy)", to="customer"),
        text("subject", "about what", need=True, allowed="go_live move step limit order_release plan policy"),
        text("ref", "which one: the step's id, the segment, the plan or promise, the company"),
        day("decided_on", "date", need=True),
        flag("granted", "true = yes", need=True),
        text("by", "who decided", need=True),
        text("reason", "why", need=True),
        money("amount", "amount, of a limit or release", unit="minor units of the reporting currency"),
        day("valid_until", "last day"),
    ),
)

OVERRIDE = Table(
    "override",
    "A value set by a person in the policy's place.",
    ("override_id",),
    (
        text("override_id", "id of the override", need=True, made_of="customer_id field from_on"),
        text("customer_id", "for whom", need=True, to="customer"),
        text(
            "field",
            "which value",
            need=True,
            allowed="segment procedure credit_limit terms_days owner acceptance",
        ),
        text("value", "the value, as text; money in minor units", need=True),
        day("from_on", "first day", need=True),
        day("until_on", "last day"),
        text("by", "who set it", need=True),
        text("reason", "why", need=True),
    ),
)

HANDOVER = Table(
    "handover",
    "Invoices handed to an agency, bailiff or lawyer.",
    ("handover_id",),
    (
        text("handover_id", "id of the file", need=True),
        text("customer_id", "against whom", need=True, to="customer"),
        text("to", "to whom", need=True, allowed="agency bailiff lawyer"),
        ids("invoice_ids", "the invoices handed over", need=True, to="invoice"),
        day("handed_on", "date", need=True),
        text("status", "state as the other side reports it", need=True),
        day("status_on", "date of that state", need=True),
        day("returned_on", "date the file came back"),
    ),
)

NOTE = Table(
    "note",
    "A note by a person.",
    ("note_id",),
    (
        text("note_id", "id of the note", need=True),
        text("customer_id", "about whom", need=True, to="customer"),
        day("on", "date", need=True),
        text("by", "who wrote it"),
        text("tag", "what it tells", allowed="stalling cash_trouble reorganising loyal other"),
        text(
            "tactic",
            "a tactic seen",
            allowed="asks_copy always_in_transfer contact_absent disputes_after_reminder token_payment",
        ),
        text("text", "the note", need=True),
    ),
)
