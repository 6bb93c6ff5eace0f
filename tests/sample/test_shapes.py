"""The sample has the shapes of a real ledger, and its truth shows in the payments."""

# ruff: noqa: S608  the statements are built from the contract's own names

from __future__ import annotations

import pytest

from creditdesk.policy.scales import master_scale

EUR = "CASE currency WHEN 'EUR' THEN 1.0 WHEN 'GBP' THEN 1.17 WHEN 'USD' THEN 0.9 ELSE 1.06 END"
PAID = """
    paid AS (SELECT a.invoice_id, max(p.value_date) AS value_date, count(*) AS payments
             FROM allocation a JOIN payment p USING (payment_id) WHERE a.reversed_on IS NULL GROUP BY 1),
    closed AS (SELECT invoice_id, sum(amount) AS closed FROM allocation WHERE reversed_on IS NULL GROUP BY 1),
    late AS (SELECT i.customer_id, i.invoice_id, i.issued, i.due, i.amount, p.payments, p.value_date,
                    p.value_date - i.due AS days_late,
                    row_number() OVER (PARTITION BY i.customer_id ORDER BY i.issued, i.invoice_id) AS nth
             FROM invoice i JOIN paid p USING (invoice_id) JOIN closed c USING (invoice_id)
             WHERE i.kind = 'invoice' AND i.amount - c.closed <= greatest(500, i.amount * 0.005))"""


def test_94_per_cent_of_the_invoices_are_settled_in_one_payment(ask):
    [(share,)] = ask(f"WITH {PAID} SELECT avg((payments = 1)::int) FROM late")
    assert share == pytest.approx(0.94, abs=0.012)


def test_few_payments_have_value_on_a_sunday_and_more_on_every_working_day(ask):
    shares = dict(
        ask("""SELECT isodow(value_date), count(*) / (SELECT count(*) FROM payment WHERE kind = 'receipt')
               FROM payment WHERE kind = 'receipt' GROUP BY 1""")
    )
    assert 0.001 < shares[7] < 0.015
    assert min(shares[day] for day in range(1, 6)) > 0.10


def test_the_ten_largest_customers_have_about_40_per_cent_of_the_value(ask):
    [(share,)] = ask(f"""
        WITH value AS (SELECT customer_id, sum(amount * {EUR}) AS value FROM invoice WHERE kind = 'invoice' GROUP BY 1)
        SELECT (SELECT sum(value) FROM (SELECT value FROM value ORDER BY value DESC LIMIT 10)) / sum(value) FROM value""")
    assert share == pytest.approx(0.40, abs=0.02)


def test_some_forty_terms_codes_are_used_and_one_dominates(ask):
    shares = [share for (share,) in ask("""
        SELECT count(*) / (SELECT count(*) FROM customer_code WHERE code = 'payment_terms') FROM customer_code
        WHERE code = 'payment_terms' GROUP BY value ORDER BY 1 DESC""")]  # fmt: skip
    assert 36 <= len(shares) <= 44
    assert 0.25 < shares[0] < 0.45


def test_lateness_falls_with_history(ask):
    means = [mean for (mean,) in ask(f"""
        WITH {PAID} SELECT avg(days_late) FROM late
        GROUP BY CASE WHEN nth <= 2 THEN 1 WHEN nth <= 6 THEN 2 WHEN nth <= 12 THEN 3 ELSE 4 END
        ORDER BY min(nth)""")]  # fmt: skip
    assert means == sorted(means, reverse=True)
    assert means[0] - means[-1] > 2


def test_invoices_per_customer_have_the_mean_asked_for_and_a_long_tail(ask_large):
    [(mean, median, most)] = ask_large("""
        SELECT avg(n), median(n), max(n) FROM (SELECT c.customer_id, count(i.invoice_id) AS n FROM customer c
        LEFT JOIN invoice i ON i.customer_id = c.customer_id AND i.kind = 'invoice' GROUP BY 1)""")
    assert mean == pytest.approx(20, abs=1.5)
    assert median < mean
    assert most > 80


def test_every_payer_type_is_there(ask):
    types = {name for (name,) in ask("SELECT DISTINCT payer_type FROM truth")}
    assert types == {
        "punctual", "fixed_day", "last_business_day", "slow", "chronic", "deteriorating", "recovering", "insolvent",
        "disputer", "new", "occasional", "dormant", "public", "prospect", "written",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("payer_type", "least", "most"),
    [("punctual", -6, 3), ("slow", 7, 25), ("chronic", 35, 80), ("public", 12, 34), ("recovering", -4, 16)],
)
def test_each_type_pays_as_its_truth_says(ask_large, payer_type, least, most):
    [(mean,)] = ask_large(f"""WITH {PAID} SELECT avg(days_late) FROM late JOIN truth USING (customer_id)
        WHERE payer_type = '{payer_type}' AND issued BETWEEN DATE '2025-12-01' AND DATE '2026-02-28' AND nth > 5""")
    assert least < mean < most


def test_the_deteriorating_get_worse_and_the_recovering_better(ask_large):
    rows = ask_large(f"""WITH {PAID} SELECT payer_type, avg(days_late) FILTER (issued < DATE '2025-01-01'),
        avg(days_late) FILTER (issued BETWEEN DATE '2025-10-01' AND DATE '2026-03-01')
        FROM late JOIN truth USING (customer_id) WHERE payer_type IN ('deteriorating', 'recovering')
        GROUP BY 1 ORDER BY 1""")
    [(_, early_bad, late_bad), (_, early_good, late_good)] = rows
    assert late_bad > early_bad + 10
    assert late_good < early_good - 10


def test_habits_show_in_the_days_of_payment(ask_large):
    [(on_day,)] = ask_large("""
        SELECT avg((day(value_date) BETWEEN habit_day AND habit_day + 4 OR day(value_date) <= 3 AND habit_day > 26)::int)
        FROM payment JOIN truth USING (customer_id) WHERE payer_type = 'fixed_day' AND kind = 'receipt' AND NOT takes_discount""")
    [(month_end,)] = ask_large("""
        SELECT avg((day(last_day(value_date)) - day(value_date) <= 4)::int)
        FROM payment JOIN truth USING (customer_id) WHERE payer_type = 'last_business_day' AND kind = 'receipt' AND NOT takes_discount""")
    assert on_day > 0.80
    assert month_end > 0.80


def test_expected_lateness_is_what_was_observed_where_all_is_paid(ask_large):
    [(correlation,)] = ask_large(f"""
        WITH {PAID}, seen AS (SELECT customer_id, avg(days_late) AS seen, count(*) AS n FROM late
                              WHERE issued > DATE '2025-07-01' GROUP BY 1)
        SELECT corr(seen, expected_days_late) FROM seen JOIN truth USING (customer_id) WHERE n >= 5""")
    assert correlation > 0.9


def test_the_insolvent_stop_paying_before_the_court_speaks(ask):
    [(defaults, statuses)] = ask("""SELECT count(*), count(l.customer_id) FROM truth t
        LEFT JOIN legal_status l USING (customer_id) WHERE t.payer_type = 'insolvent'""")
    assert defaults == statuses > 0
    late_money = ask("""SELECT count(*) FROM payment JOIN truth USING (customer_id)
        WHERE payer_type = 'insolvent' AND value_date > defaults_on - 30""")
    assert late_money == [(0,)]
    assert ask("""SELECT count(*) > 0 FROM invoice JOIN truth USING (customer_id) WHERE payer_type = 'insolvent'
        AND issued > defaults_on - 90""") == [(True,)]


def test_disputers_dispute_and_others_hardly_do(ask_large):
    shares = dict(ask_large("""SELECT payer_type, count(d.dispute_id) / count(*) FROM invoice i
        JOIN truth USING (customer_id) LEFT JOIN dispute d ON d.invoice_id = i.invoice_id
        WHERE i.kind = 'invoice' GROUP BY 1"""))  # fmt: skip
    assert 0.12 < shares["disputer"] < 0.30
    assert shares["punctual"] < 0.02


def test_reports_know_something_of_the_truth_but_not_all(ask_large):
    [(rank,)] = ask_large("""SELECT corr(ln(r.pd), ln(t.default_probability)) FROM credit_report r
        JOIN truth t USING (customer_id) WHERE r.pd > 0 AND t.default_probability > 0""")
    assert 0.5 < rank < 0.97
    assert ask_large("SELECT provider FROM credit_report GROUP BY 1 ORDER BY 1") == [
        ("creditsafe",), ("dnb",), ("graydon",)
    ]  # fmt: skip


def test_every_grade_and_score_stands_in_the_shipped_master_scales(ask_large):
    scales = master_scale().to_pylist()
    reports = ask_large("SELECT DISTINCT provider, scale, grade, score FROM credit_report")
    assert len(reports) > 100
    for provider, scale, grade, score in reports:
        rows = [row for row in scales if (row["provider"], row["scale"]) == (provider, scale)]
        meant = [
            row for row in rows
            if (row["grade"] == grade if row["grade"] else score is not None and row["low"] <= score <= row["high"])
        ]  # fmt: skip
        assert meant, (provider, scale, grade, score)


def test_money_is_in_several_currencies_and_customers_in_several_countries(ask):
    assert {c for (c,) in ask("SELECT DISTINCT currency FROM invoice")} == {"EUR", "GBP", "USD", "CHF"}
    countries = dict(ask("SELECT country, count(*) FROM customer GROUP BY 1"))
    assert set(countries) == {"BE", "NL", "FR", "DE", "GB", "US", "CH"}
    assert countries["BE"] > countries["US"]
    assert ask("SELECT count(DISTINCT subdivision) > 5 FROM customer") == [(True,)]


@pytest.mark.parametrize(
    ("what", "sql"),
    [
        ("open credit notes", ("SELECT count(*) FROM invoice WHERE kind = 'credit_note' AND invoice_id NOT IN "
         "(SELECT credit_note_id FROM allocation WHERE credit_note_id IS NOT NULL)")),
        ("unmatched money", "SELECT count(*) FROM payment WHERE customer_id IS NULL"),
        ("refunds", "SELECT count(*) FROM payment WHERE kind = 'refund'"),
        ("undone allocations", "SELECT count(*) FROM allocation WHERE reversed_on IS NOT NULL"),
        ("write-offs", "SELECT count(*) FROM allocation WHERE kind = 'write_off'"),
        ("taken discounts", "SELECT count(*) FROM allocation WHERE kind = 'cash_discount'"),
        ("bank charges", "SELECT count(*) FROM allocation WHERE kind = 'bank_charge'"),
        ("set-offs", "SELECT count(*) FROM allocation WHERE kind = 'set_off'"),
        ("open disputes", "SELECT count(*) FROM dispute WHERE closed_on IS NULL"),
        ("orders delivered and not invoiced", 'SELECT count(*) FROM "order" WHERE delivered_amount > invoiced_amount'),
        ("open orders", ('SELECT count(*) FROM "order" WHERE delivered_on IS NULL AND refused_on IS NULL '
         "AND cancelled_on IS NULL")),
        ("refused orders", "SELECT count(*) FROM \"order\" WHERE refused_by = 'customer'"),
        ("orders we refused", "SELECT count(*) FROM \"order\" WHERE refused_by = 'us'"),
        ("running promises", "SELECT count(*) FROM promise WHERE due_on > DATE '2026-06-30'"),
        ("running plans", "SELECT count(*) FROM plan WHERE ended_on IS NULL"),
        ("withdrawn covers", "SELECT count(*) FROM cover WHERE withdrawn_on IS NOT NULL"),
        ("customers without contact", ("SELECT count(*) FROM customer WHERE customer_id NOT IN "
         "(SELECT customer_id FROM contact)")),
        ("payers for others", "SELECT count(*) FROM customer WHERE payer_id IS NOT NULL"),
        ("members of groups", "SELECT count(*) FROM customer WHERE parent_id IS NOT NULL"),
        ("sister companies", "SELECT count(*) FROM customer WHERE intercompany"),
        ("direct debits returned", "SELECT count(*) FROM collection WHERE returned_on IS NOT NULL"),
        ("payers not yet released", ("SELECT count(*) FROM customer WHERE payer_id IS NULL AND status = 'active' AND "
         "customer_id NOT IN (SELECT customer_id FROM approval WHERE subject = 'go_live')")),
        ("steps of the new procedure", "SELECT count(*) FROM action WHERE procedure = 'reference'"),
        ("debts in two currencies", ("SELECT count(*) FROM (SELECT customer_id FROM invoice GROUP BY 1 "
         "HAVING count(DISTINCT currency) > 1)")),
        ("paper", "SELECT count(*) FROM invoice WHERE manner = 'paper'"),
        ("Peppol", "SELECT count(*) FROM invoice WHERE manner = 'peppol'"),
    ],
)  # fmt: skip
def test_even_a_small_sample_holds_every_oddity(ask_small, what, sql):
    assert ask_small(sql)[0][0] > 0, what
