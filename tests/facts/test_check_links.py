"""Rows that claim one identity, name what is not there, or take more than there is."""

from __future__ import annotations

import pytest

INVOICES = """
    invoice_id,customer_id,number,kind,issued,due,amount,currency
    I1,C1,1,invoice,2024-01-05,2024-02-04,10000,EUR
    I2,C2,2,invoice,2024-01-08,2024-02-07,5000,EUR
    K1,C1,3,credit_note,2024-01-20,2024-01-20,4000,EUR
"""
PAYMENTS = """
    payment_id,customer_id,value_date,amount,currency
    P1,C1,2024-02-01,10000,EUR
    P2,C2,2024-02-02,5000,EUR
"""


@pytest.fixture
def ledger(facts):
    facts.table("invoice", INVOICES)
    facts.table("payment", PAYMENTS)
    return facts


def allocate(facts, *rows: str) -> None:
    header = "allocation_id,invoice_id,kind,payment_id,credit_note_id,allocated_on,amount,reversed_on"
    facts.table("allocation", "\n".join([header, *rows, ""]))


def test_a_copy_of_a_row_is_taken_out_and_one_stays(facts):
    facts.table(
        "customer", "customer_id,name,kind\nC1,Bakery,company\nC2,Painter,company\nC1,Bakery,company\n"
    )

    facts.check()

    assert facts.counts("customer") == (3, 2, 1)
    assert facts.said() == [("error", "duplicate_row", 4, "customer_id", "C1 (line 2 was kept)")]
    assert facts.counts("invoice") == (2, 2, 0)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_rows_with_one_id_the_same_stays_whatever_their_order(facts, order):
    rows = [
        "I1,C1,1,invoice,2024-01-05,2024-02-04,10000,EUR",
        "I1,C1,1,invoice,2024-01-05,2024-02-04,20000,EUR",
    ]
    header = "invoice_id,customer_id,number,kind,issued,due,amount,currency"
    facts.table("invoice", "\n".join([header, *(rows[n] for n in order), ""]))

    checked = facts.check()

    assert facts.kept("invoice", "invoice_id", "amount") == [("I1", 10000)]
    assert [(code, found[:2]) for _, code, _, _, found in facts.said()] == [("duplicate_id", "I1")]
    assert checked.held_customers == ("C1",)


def test_a_customer_may_have_several_rows_from_several_days(facts):
    facts.table(
        "customer",
        """
        customer_id,name,kind,known_from
        C1,Bakery,company,
        C1,Bakery Ltd,company,2024-03-01
        C2,Painter,company,
        """,
    )

    assert facts.check().problems == ()
    assert facts.counts("customer") == (3, 3, 0)


def test_what_hangs_on_a_quarantined_row_goes_with_it(ledger):
    ledger.table("customer", "customer_id,name,kind\nC1,Bakery,company\nC2,Painter,painter\n")
    allocate(ledger, "A1,I1,payment,P1,,2024-02-01,10000,", "A2,I2,payment,P2,,2024-02-02,5000,")

    checked = ledger.check()

    assert ledger.kept("invoice", "invoice_id") == [("I1",), ("K1",)]
    assert ledger.kept("allocation", "allocation_id") == [("A1",)]
    assert ledger.kept("payment", "payment_id") == [("P1",), ("P2",)]
    assert [(severity, code, column) for severity, code, _, column, _ in ledger.said()] == [
        ("error", "not_allowed", "kind"),
        ("error", "dangling", "customer_id"),
        ("error", "dangling", "invoice_id"),
        ("warning", "dangling", "customer_id"),
    ]
    assert checked.held_customers == ()


def test_a_payment_of_an_unknown_customer_is_kept_as_unmatched_money(ledger):
    ledger.table("payment", PAYMENTS.replace("P2,C2", "P2,C9"))

    checked = ledger.check()

    assert ledger.kept("payment", "payment_id", "customer_id") == [("P1", "C1"), ("P2", "C9")]
    (problem,) = checked.problems
    assert (problem.severity, problem.code, problem.line) == ("warning", "dangling", 3)
    assert "becomes unmatched money" in str(problem)
    assert checked.exit_status == 0


def test_links_that_no_decision_hangs_on_only_warn(ledger):
    ledger.table(
        "customer", "customer_id,name,kind,parent_id\nC1,Bakery,company,HOLDING\nC2,Painter,company,\n"
    )
    ledger.table("invoice", INVOICES.replace("currency\n", "currency,corrects_invoice_id\n")
                 .replace("5000,EUR", "5000,EUR,").replace("10000,EUR", "10000,EUR,").replace("4000,EUR", "4000,EUR,OLD"))  # fmt: skip
    ledger.table(
        "action",
        "action_id,customer_id,channel,direction,done_on,invoice_ids\nX1,C1,email,out,2024-02-10,I1;GONE\n",
    )

    checked = ledger.check()

    assert checked.rows_quarantined == 0
    assert [(severity, code, column, found) for severity, code, _, column, found in ledger.said()] == [
        ("warning", "dangling", "parent_id", "HOLDING"),
        ("warning", "dangling", "corrects_invoice_id", "OLD"),
        ("warning", "dangling", "invoice_ids", "GONE"),
    ]


def test_disputes_and_instalments_need_what_they_name(ledger):
    ledger.table(
        "dispute",
        """
        dispute_id,customer_id,invoice_id,opened_on,amount,reason
        D1,C1,I1,2024-02-01,100,price
        D2,C1,I9,2024-02-01,100,price
        D3,C9,,2024-02-01,100,price
        """,
    )
    ledger.table("instalment", "plan_id,due_on,amount\nPL1,2024-03-01,100\n")

    ledger.check()

    assert ledger.kept("dispute", "dispute_id") == [("D1",)]
    assert ledger.counts("instalment") == (1, 0, 1)
    assert [(code, column, found) for _, code, _, column, found in ledger.said()] == [
        ("dangling", "invoice_id", "I9"),
        ("dangling", "customer_id", "C9"),
        ("dangling", "plan_id", "PL1"),
    ]


def test_customers_merged_in_a_circle_have_no_survivor(facts):
    facts.table(
        "customer",
        """
        customer_id,name,kind,merged_into_id,parent_id
        C1,Bakery,company,,
        C2,Painter,company,C3,
        C3,Painters,company,C2,
        C4,Old painter,company,C3,
        C5,Old bakery,company,C1,C6
        C6,Older bakery,company,C5,C5
        """,
    )

    facts.check()

    assert facts.kept("customer", "customer_id") == [("C1",), ("C5",), ("C6",)]
    assert [(severity, code, line, column) for severity, code, line, column, _ in facts.said("customer")] == [
        ("error", "circle", 3, "merged_into_id"),
        ("error", "circle", 4, "merged_into_id"),
        ("error", "dangling", 5, "merged_into_id"),
        ("warning", "circle", 6, "parent_id"),
        ("warning", "circle", 7, "parent_id"),
        ("warning", "chain", 7, "merged_into_id"),
    ]


def test_allocations_up_to_the_amount_are_fine(ledger):
    allocate(
        ledger,
        "A1,I1,payment,P1,,2024-02-01,6000,",
        "A2,I1,credit_note,,K1,2024-02-03,4000,",
        "A3,I2,payment,P2,,2024-02-02,5000,2024-02-10",
        "A4,I2,payment,P2,,2024-02-11,5000,",
    )

    assert ledger.check().problems == ()


def test_an_allocation_larger_than_its_invoice_is_taken_out_and_the_right_one_stays(ledger):
    allocate(ledger, "A1,I2,write_off,,,2024-02-01,500000,", "A2,I2,payment,P2,,2024-02-02,5000,")

    checked = ledger.check()

    assert ledger.kept("allocation", "allocation_id") == [("A2",)]
    assert ledger.said() == [("error", "above_amount", 2, "amount", "allocated 500000 of 5000")]
    assert checked.problems[0].customer_id == "C2"
    assert checked.held_customers == ("C2",)


def test_of_several_allocations_the_later_ones_go_that_no_longer_fit(ledger):
    allocate(
        ledger,
        "A3,I1,write_off,,,2024-03-01,3000,",
        "A1,I1,payment,P1,,2024-02-01,8000,",
        "A2,I1,credit_note,,K1,2024-02-02,2000,",
    )

    ledger.check()

    assert ledger.kept("allocation", "allocation_id") == [("A1",), ("A2",)]
    assert ledger.said() == [("error", "above_amount", 2, "amount", "allocated 13000 of 10000")]


def test_more_than_a_payment_or_credit_note_holds_is_taken_out(ledger):
    ledger.table("invoice", INVOICES + "    I3,C1,4,invoice,2024-01-05,2024-02-04,90000,EUR\n")
    allocate(
        ledger,
        "A1,I1,payment,P1,,2024-02-01,9000,",
        "A2,I3,payment,P1,,2024-02-02,2000,",
        "A3,I3,credit_note,,K1,2024-02-03,4001,",
    )

    ledger.check()

    assert ledger.kept("allocation", "allocation_id") == [("A1",)]
    assert [(code, line, found) for _, code, line, _, found in ledger.said()] == [
        ("above_amount", 3, "allocated 11000 of 10000"),
        ("above_amount", 4, "allocated 4001 of 4000"),
    ]


def test_an_allocation_names_what_its_kind_needs(ledger):
    allocate(
        ledger,
        "A1,I1,payment,,,2024-02-01,1,",
        "A2,I1,credit_note,P1,,2024-02-01,1,",
        "A3,I1,credit_note,,I2,2024-02-01,1,",
        "A4,I1,payment,P9,,2024-02-01,1,",
        "A5,I9,cash_discount,,,2024-02-01,1,",
    )

    checked = ledger.check()

    assert ledger.counts("allocation") == (5, 0, 5)
    assert sorted((line, code, column) for _, code, line, column, _ in ledger.said()) == [
        (2, "missing", "payment_id"),
        (3, "missing", "credit_note_id"),
        (4, "not_a_credit_note", "credit_note_id"),
        (5, "dangling", "payment_id"),
        (6, "dangling", "invoice_id"),
    ]
    assert checked.held_customers == ("C1",)


def test_payments_in_another_currency_than_the_invoice_are_not_compared(ledger):
    ledger.table("payment", PAYMENTS.replace("P1,C1,2024-02-01,10000,EUR", "P1,C1,2024-02-01,9000,GBP"))
    ledger.table("fx_rate", "currency,base,on,rate\nGBP,EUR,2024-01-01,1.15\n")
    allocate(ledger, "A1,I1,payment,P1,,2024-02-01,10000,", "A2,I2,payment,P2,,2024-02-01,5000,")

    assert ledger.check().problems == ()

    allocate(ledger, "A1,I1,payment,P1,,2024-02-01,10000,", "A2,I1,payment,P2,,2024-02-01,5001,")
    ledger.check()
    assert ledger.kept("allocation", "allocation_id") == [("A1",)]


def test_an_absent_table_is_an_empty_one(facts):
    allocate(facts, "A1,I1,payment,P1,,2024-02-01,1,")

    facts.check()

    assert facts.said() == [("error", "dangling", 2, "payment_id", "P1")]


def test_our_own_company_need_not_be_described(facts):
    facts.table(
        "customer", "customer_id,name,kind,company_id\nC1,Bakery,company,NL01\nC2,Painter,company,NL01\n"
    )

    assert facts.check().problems == ()

    facts.table("company", "company_id,name,country,currency,language\nBE01,Wij,BE,EUR,nl\n")
    facts.check()
    assert facts.counts("customer") == (2, 0, 2)
