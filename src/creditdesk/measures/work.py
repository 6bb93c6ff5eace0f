"""What was done to collect, by whom, what it cost, and which reminders proved wrong."""

from __future__ import annotations

from creditdesk.measures.bench import Bench, day
from creditdesk.measures.cells import sums

WRITTEN = ("email", "letter", "registered_letter", "sms")
"""Reminders that the customer has before him: what they list can have been paid already."""

UNKNOWN = "?"
"""Stands for a person where the facts do not say who did it."""

SPOKEN = ("reached", "promised", "disputed", "refused", "paid_claimed", "plan_asked")
"""Outcomes of a call in which somebody was spoken to."""


def work(bench: Bench) -> None:
    """Contacts by us, each action once.

    - `contact` (part: channel): how many; amount = what they cost at the policy's rates.
    - `done`, `called`, `reached`, `promised` (part: person): all contacts, calls, calls in which somebody was spoken to, and those
      that ended in a promise.
    """
    prices = " ".join(f"WHEN '{channel}' THEN {int(cost)}" for channel, cost in bench.costs.items())
    cost = f"CASE channel {prices} ELSE 0 END" if prices else "0"
    spoken = ", ".join(f"'{outcome}'" for outcome in SPOKEN)
    sums(
        bench,
        f"""
        WITH act AS (
            SELECT customer_id, channel, outcome, coalesce(nullif("by", ''), '{UNKNOWN}') AS person, {day("done_on")} AS day,
                {cost} AS amount, 1 AS count
            FROM action_rows
        )
        SELECT customer_id, 'contact' AS name, channel AS part, day, amount, count FROM act
        UNION ALL SELECT customer_id, 'done', person, day, amount, count FROM act
        UNION ALL SELECT customer_id, 'called', person, day, amount, count FROM act WHERE channel = 'call'
        UNION ALL SELECT customer_id, 'reached', person, day, amount, count FROM act WHERE channel = 'call' AND outcome IN ({spoken})
        UNION ALL SELECT customer_id, 'promised', person, day, amount, count FROM act WHERE channel = 'call' AND outcome = 'promised'
        """,
    )


def wrong_reminders(bench: Bench) -> None:
    """Written reminders (level 1 or more) that list invoices: `reminder` (all of them) and `reminder_wrong` (part: why).

    One is wrong when something that it lists had been paid before the day on which it went out, by the value day of the money.

    - `bank`: all that it lists was paid, and the bank's word of it came on that day or later.
    - `allocation`: all was paid and the money was in the ledger, not yet allocated.
    - `known`: all was paid, and the ledger knew.
    - `partly`: some of the invoices that it lists were paid.
    """
    channels = ", ".join(f"'{channel}'" for channel in WRITTEN)
    bench.run(
        f"""
        CREATE TEMP TABLE asked AS
        SELECT action_id, customer_id, {day("done_on")} AS day, coalesce(amount, 0) AS amount, invoice_ids FROM action_rows
        WHERE level >= 1 AND channel IN ({channels}) AND len(invoice_ids) > 0
        """
    )
    bench.run(
        """
        CREATE TEMP TABLE proved AS
        WITH named AS (SELECT action_id, day, unnest(invoice_ids) AS invoice_id FROM asked),
        rest AS (
            SELECT n.action_id, n.invoice_id, n.day, d.amount,
                coalesce(sum(e.amount) FILTER (CASE WHEN e.money THEN e.pay_day ELSE e.from_day END < n.day), 0) AS gone,
                coalesce(sum(e.amount) FILTER (e.from_day < n.day), 0) AS known,
                max(e.booked_day) FILTER (e.money AND e.pay_day < n.day) AS booked_day,
                greatest(coalesce(any_value(t.tolerance), 0), floor(d.amount * 0.005)) AS tolerance
            FROM named n JOIN doc d USING (invoice_id) LEFT JOIN tolerance_rows t USING (currency)
            LEFT JOIN entry e ON e.doc = d.rowid AND (e.to_day IS NULL OR e.to_day > $today)
            GROUP BY n.action_id, n.invoice_id, n.day, d.amount
        ),
        judged AS (
            SELECT action_id, amount - gone <= tolerance AS paid, amount - known <= tolerance AS known,
                coalesce(booked_day >= day, false) AS late
            FROM rest
        )
        SELECT action_id, CASE WHEN NOT bool_and(paid) THEN 'partly' WHEN bool_and(known) THEN 'known'
            WHEN bool_or(late) THEN 'bank' ELSE 'allocation' END AS why
        FROM judged GROUP BY action_id HAVING bool_or(paid)
        """
    )
    sums(
        bench,
        """
        SELECT customer_id, 'reminder' AS name, '' AS part, day, amount, 1 AS count FROM asked
        UNION ALL
        SELECT a.customer_id, 'reminder_wrong', p.why, a.day, a.amount, 1 FROM asked a JOIN proved p USING (action_id)
        """,
    )
