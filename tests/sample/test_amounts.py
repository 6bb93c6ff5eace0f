"""The ledger of the sample adds up."""

from __future__ import annotations

import pytest


def test_no_invoice_is_closed_for_more_than_its_amount(ask):
    over = """SELECT a.invoice_id FROM allocation a JOIN invoice i USING (invoice_id)
              WHERE a.reversed_on IS NULL GROUP BY a.invoice_id, i.amount HAVING sum(a.amount) > i.amount"""
    assert ask(over) == []


def test_no_payment_and_no_credit_note_closes_more_than_it_brings(ask):
    assert (
        ask("""SELECT payment_id FROM allocation a JOIN payment p USING (payment_id)
                  GROUP BY payment_id, p.amount HAVING sum(a.amount) > p.amount""")
        == []
    )
    assert (
        ask("""SELECT credit_note_id FROM allocation a JOIN invoice n ON n.invoice_id = a.credit_note_id
                  GROUP BY credit_note_id, n.amount HAVING sum(a.amount) > n.amount""")
        == []
    )


def test_money_and_invoice_share_their_currency(ask):
    mixed = """SELECT count(*) FROM allocation a JOIN invoice i USING (invoice_id) JOIN payment p USING (payment_id)
               WHERE i.currency <> p.currency"""
    assert ask(mixed) == [(0,)]


def test_a_payment_comes_from_the_payer_of_the_invoice(ask):
    stranger = """
        SELECT count(*) FROM allocation a JOIN invoice i USING (invoice_id) JOIN payment p USING (payment_id)
        JOIN (SELECT DISTINCT customer_id, payer_id FROM customer) c ON c.customer_id = i.customer_id
        WHERE p.customer_id NOT IN (i.customer_id, coalesce(c.payer_id, i.customer_id))"""
    assert ask(stranger) == [(0,)]


BALANCE = """
    WITH closed AS (SELECT i.currency, a.kind, a.invoice_id, a.amount FROM allocation a JOIN invoice i USING (invoice_id)
                    WHERE a.allocated_on <= DATE '{day}' AND (a.reversed_on IS NULL OR a.reversed_on > DATE '{day}')),
    invoices AS (SELECT currency, sum(CASE kind WHEN 'invoice' THEN amount ELSE -amount END) AS net,
                        sum(CASE kind WHEN 'invoice' THEN amount ELSE 0 END) AS billed
                 FROM invoice WHERE issued <= DATE '{day}' GROUP BY 1),
    money AS (SELECT currency, sum(CASE kind WHEN 'receipt' THEN amount ELSE -amount END) AS received
              FROM payment WHERE entry_date <= DATE '{day}' GROUP BY 1),
    settled AS (SELECT currency, sum(amount) AS all_kinds, sum(amount) FILTER (kind = 'payment') AS by_money,
                       sum(amount) FILTER (kind = 'credit_note') AS by_credit FROM closed GROUP BY 1)
    SELECT i.currency, i.net, m.received, i.billed - s.all_kinds AS open,
           m.received - s.by_money AS unallocated, (i.billed - i.net) - coalesce(s.by_credit, 0) AS open_credit,
           s.all_kinds - s.by_money - coalesce(s.by_credit, 0) AS let_go
    FROM invoices i JOIN money m USING (currency) JOIN settled s USING (currency) ORDER BY 1"""


@pytest.mark.parametrize("day", ["2025-03-31", "2025-12-31", "2026-06-30"])
def test_opening_and_invoices_less_payments_and_credits_is_what_stands_open(ask, day):
    balances = ask(BALANCE.format(day=day))
    assert [row[0] for row in balances] == ["CHF", "EUR", "GBP", "USD"]
    for _, net, received, open_, unallocated, open_credit, let_go in balances:
        # The history opens at nothing: all that is owed was billed in it.
        assert net - received - let_go == open_ - unallocated - open_credit
        assert open_ >= 0
        assert open_credit >= 0


def test_bank_statements_carry_the_money_without_a_gap_up_to_the_last_day(ask):
    gaps = """SELECT count(*) FROM (SELECT iban, from_on, opening, lag(to_on) OVER w AS before, lag(closing) OVER w AS had
                                    FROM bank_statement WINDOW w AS (PARTITION BY iban ORDER BY from_on))
              WHERE before IS NOT NULL AND (from_on <> before + 1 OR opening <> had)"""
    assert ask(gaps) == [(0,)]
    assert ask(
        "SELECT DISTINCT last FROM (SELECT max(to_on)::text AS last FROM bank_statement GROUP BY iban)"
    ) == [("2026-06-30",)]
    closing = ask("""SELECT s.currency, s.closing - m.moved FROM bank_statement s JOIN
                     (SELECT currency, sum(CASE kind WHEN 'receipt' THEN amount ELSE -amount END) AS moved FROM payment
                      GROUP BY 1) m USING (currency) WHERE s.to_on = DATE '2026-06-30' ORDER BY 1""")
    assert closing == [("CHF", 0), ("EUR", 0), ("GBP", 0), ("USD", 0)]


def test_balance_sheets_balance(ask):
    wrong = """SELECT count(*) FROM annual_account WHERE total_assets <> fixed_assets + current_assets
               OR total_assets <> equity + total_liabilities OR total_liabilities <> long_term_debt + current_liabilities
               OR current_assets <> inventories + receivables + cash OR cash < 0"""
    assert ask(wrong) == [(0,)]


def test_instalments_add_up_to_what_the_plan_covers(ask_large):
    wrong = """
        WITH owed AS (SELECT plan_id, sum(i.amount) AS owed FROM (SELECT plan_id, unnest(invoice_ids) AS invoice_id FROM plan)
                      JOIN invoice i USING (invoice_id) GROUP BY 1)
        SELECT plan_id FROM owed JOIN instalment USING (plan_id) GROUP BY plan_id, owed HAVING sum(amount) <> owed"""
    assert ask_large(wrong) == []


def test_a_returned_debit_gives_back_what_it_brought(ask_large):
    wrong = """SELECT count(*) FROM payment r JOIN payment p ON p.payment_id = r.reverses_payment_id
               WHERE r.kind = 'return' AND (r.amount <> p.amount OR r.value_date < p.value_date)"""
    assert ask_large(wrong) == [(0,)]
    assert ask_large("SELECT count(*) > 0 FROM payment WHERE kind = 'return'") == [(True,)]
