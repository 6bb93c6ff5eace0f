"""The reminders of the past follow a ladder that a case can go on from."""

# ruff: noqa: S608  the statements are built from the contract's own names

from __future__ import annotations

LISTED = "listed AS (SELECT *, unnest(invoice_ids) AS invoice_id FROM action WHERE direction = 'out')"


def test_a_payer_gets_at_most_one_step_a_day(ask):
    assert ask("SELECT customer_id, done_on FROM action GROUP BY ALL HAVING count(*) > 1") == []


def test_no_invoice_meets_a_softer_step_after_a_harder_one(ask):
    softer = f"""WITH {LISTED}, steps AS (SELECT level, lag(level) OVER (PARTITION BY invoice_id ORDER BY done_on) AS before
                 FROM listed) SELECT count(*) FROM steps WHERE level < before"""
    assert ask(softer) == [(0,)]


def test_nothing_is_reminded_before_it_is_due_or_after_it_was_settled(ask):
    wrong = f"""WITH {LISTED}, closed AS (SELECT invoice_id, sum(amount) AS closed, max(allocated_on) AS last
                    FROM allocation WHERE reversed_on IS NULL GROUP BY 1)
                SELECT count(*) FROM listed JOIN invoice i USING (invoice_id) LEFT JOIN closed c USING (invoice_id)
                WHERE done_on <= i.due OR (c.closed >= i.amount AND done_on > c.last)"""
    assert ask(wrong) == [(0,)]


def test_reminders_go_to_the_payer(ask):
    wrong = f"""WITH {LISTED} SELECT count(*) FROM listed JOIN invoice i USING (invoice_id)
                JOIN (SELECT DISTINCT customer_id, payer_id FROM customer) c ON c.customer_id = i.customer_id
                WHERE listed.customer_id <> coalesce(c.payer_id, i.customer_id)"""
    assert ask(wrong) == [(0,)]


def test_case_numbers_count_up_from_one(ask):
    wrong = """SELECT count(*) FROM (SELECT case_no, lag(case_no, 1, 0) OVER (PARTITION BY customer_id ORDER BY done_on)
               AS before FROM action) WHERE case_no NOT IN (before, before + 1)"""
    assert ask(wrong) == [(0,)]


def test_levels_meet_their_channels_and_all_of_them_occur(ask_large):
    assert ask_large("""SELECT level, string_agg(DISTINCT channel, ' ' ORDER BY channel) FROM action
                        WHERE procedure = 'imported' AND action_id LIKE 'X%' GROUP BY 1 ORDER BY 1""") == [
        (1, "email letter"), (2, "call"), (3, "letter"), (4, "letter"), (5, "registered_letter"),
    ]  # fmt: skip


def test_promises_are_kept_and_broken(ask_large):
    [(kept, all_)] = ask_large("""
        WITH money AS (SELECT a.invoice_id, max(p.value_date) AS paid FROM allocation a JOIN payment p USING (payment_id)
                       WHERE a.reversed_on IS NULL GROUP BY 1)
        SELECT count(*) FILTER (paid <= due_on + 2), count(*) FROM promise LEFT JOIN money USING (invoice_id)
        WHERE due_on < DATE '2026-06-20'""")
    assert 0.4 < kept / all_ < 0.9
