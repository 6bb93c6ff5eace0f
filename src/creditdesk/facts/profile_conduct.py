"""Profile columns: disputes, promises, contacts, and what the customer is worth."""

from __future__ import annotations

from creditdesk.facts.column import LIST
from creditdesk.facts.profile_column import ProfileColumn, amount, count, figure, nested, words

CONDUCT: tuple[ProfileColumn, ...] = (
    count("disputes_12m", "disputes opened in 12 months"),
    count("disputes_right_12m", "of which ended in the customer's favour", "customer_right or partly_right"),
    figure("dispute_share_12m", "share of invoices disputed, 12 months", "share 0..1",
           "invoices with a dispute opened in 12 months / invoices issued in them, at most 1", known=True),
    count("disputes_open", "open disputes"),
    count("oldest_dispute_days", "age of the oldest open dispute", "0 when none is open", unit="days"),
    figure("disputes_after_reminder_share", "share of disputes raised after a reminder, 12 months", "share 0..1",
           "within 30 days after a contact of level 1 or more"),
    count("promises_open", "promises that run", source="R8"),
    count("kept_promises_12m", "promises kept in 12 months", source="R8"),
    count("broken_promises_12m", "promises broken in 12 months", "partly kept ones included", source="R8"),
    count("stalling_12m", "notes of stalling in 12 months", "tagged stalling, or naming a tactic"),
    nested("tactics", LIST, "tactics seen in 12 months"),
    count("cash_trouble_days", "days since the latest sign of cash trouble",
          "a note cash_trouble, or a plan asked for; empty = none", unit="days", known=False),
    count("cases_12m", "dunning cases in 12 months", "distinct case numbers of actions done"),
    count("contacts_12m", "contacts by us in 12 months"),
    figure("personal_contacts_per_case", "calls and visits per case, 12 months", "contacts"),
    figure("paid_after_contact_share", "share of contacts that were followed by money, 12 months", "share 0..1",
           "contacts of level 1 or more, and at least 10 days old or answered, with a payment within 10 days after"),
    figure("reminder_needed_share", "share of invoices that needed a reminder, 12 months", "share 0..1",
           "settled invoices listed in a contact of level 1 or more / settled invoices"),
    words("effective_channel", "channel that moves it most", "the highest share of contacts followed by money, of channels "
          "with at least 3 contacts in 24 months"),
)  # fmt: skip

WORTH: tuple[ProfileColumn, ...] = (
    amount("margin_12m", "margin in 12 months", "net amount less cost of the invoices (less credit notes) whose cost is known",
           known=False),
    figure("margin_known_share", "share of turnover whose margin is known", "share 0..1"),
    amount("cost_to_serve_12m", "cost of collecting in 12 months", "actions done times the policy's costs per channel"),
    amount("capital_cost_12m", "cost of late money in 12 months",
           "sum(amount x days late above 0) / 365 x the policy's capital_rate, observations of 12 months"),
    amount("worth_12m", "contribution in 12 months", "margin_12m - cost_to_serve_12m - capital_cost_12m - written_off_12m",
           known=False, source="customer profitability (R. S. Kaplan and V. G. Narayanan, 2001)"),
)  # fmt: skip
