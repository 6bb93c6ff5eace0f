"""What is said of single rows: types, empty and unknown values, dates, signs."""

from __future__ import annotations

from datetime import date

import pytest

HEADER = "invoice_id,customer_id,number,kind,issued,due,amount,currency"


def test_a_clean_folder_is_kept_whole(facts):
    checked = facts.check()

    assert facts.counts("customer") == (2, 2, 0)
    assert facts.counts("invoice") == (2, 2, 0)
    assert checked.problems == ()
    assert checked.held_customers == ()
    assert checked.exit_status == 0
    assert facts.kept("invoice", "invoice_id", "due", "amount", "currency", "discount_until") == [
        ("I1", date(2024, 2, 4), 12100, "EUR", None),
        ("I2", date(2024, 2, 7), 5000, "EUR", None),
    ]


@pytest.mark.parametrize(
    ("row", "code", "column", "found"),
    [
        ("I3,C1,3,invoice,2024-01-05,2024-02-04,100.5,EUR", "not_a_whole_number", "amount", "100.5"),
        ("I3,C1,3,invoice,2024-01-05,2024-02-04,1e3,EUR", "not_a_whole_number", "amount", "1e3"),
        ("I3,C1,3,invoice,2024-01-05,2024-02-04,99999999999999999999,EUR", "not_a_whole_number", "amount",
         "99999999999999999999"),
        ("I3,C1,3,invoice,2024-01-05,2024-02-04,-1,EUR", "negative", "amount", "-1"),
        ("I3,C1,3,invoice,2024-01-05,2024-02-04,9223372036854775807,EUR", "too_large", "amount", "9223372036854775807"),
        ("I3,C1,3,invoice,2024-01-05,2024-02-04,50000000000001,EUR", "too_large", "amount", "50000000000001"),
        ("I3,C1,3,invoice,2024-02-30,2024-03-04,100,EUR", "not_a_date", "issued", "2024-02-30"),
        ("I3,C1,3,invoice,05/01/2024,2024-03-04,100,EUR", "not_a_date", "issued", "05/01/2024"),
        ("I3,C1,3,invoice,2024-01-05 00:00,2024-03-04,100,EUR", "not_a_date", "issued", "2024-01-05 00:00"),
        ("I3,C1,3,invoice,0202-01-05,2024-03-04,100,EUR", "impossible_date", "issued", "0202-01-05"),
        ("I3,C1,3,invoice,2024-01-05,9999-12-31,100,EUR", "impossible_date", "due", "9999-12-31"),
        ("I3,C1,3,factuur,2024-01-05,2024-03-04,100,EUR", "not_allowed", "kind", "factuur"),
        ("I3,C1,3,invoice,2024-01-05,2024-03-04,100,EURO", "unknown_currency", "currency", "EURO"),
        ("I3,C1,3,invoice,2024-01-05,2024-03-04,100,eur", "unknown_currency", "currency", "eur"),
        ("I3,C1,3,invoice,2024-01-05,2024-03-04,,EUR", "missing", "amount", ""),
        ("I3,,3,invoice,2024-01-05,2024-03-04,100,EUR", "missing", "customer_id", ""),
        ('"  ",C1,3,invoice,2024-01-05,2024-03-04,100,EUR', "missing", "invoice_id", ""),
    ],
)  # fmt: skip
def test_a_bad_value_takes_its_row_out_and_is_named(facts, row, code, column, found):
    facts.table("invoice", f"{HEADER}\nI1,C1,1,invoice,2024-01-05,2024-02-04,12100,EUR\n{row}\n")

    checked = facts.check()

    assert facts.counts("invoice") == (2, 1, 1)
    assert facts.said() == [("error", code, 3, column, found)]
    assert facts.kept("invoice", "invoice_id") == [("I1",)]
    assert checked.exit_status == 1


HAND = "customer_id,field,value,from_on,by,reason\nC1,segment,partner,2024-01-05,anna,known for years\n"


def test_what_a_person_set_needs_no_id_of_its_own(facts):
    facts.table(
        "override", f"{HAND}C1,segment,strict,2024-01-05,bert,no\nC1,segment,easy,2024-02-05,anna,moved\n"
    )

    facts.check()

    assert facts.counts("override") == (3, 2, 1)
    assert facts.said() == [
        ("error", "duplicate_id", 3, "override_id", "C1:segment:2024-01-05 (line 2 was kept)")
    ]
    assert facts.kept("override", "override_id", "value") == [
        ("C1:segment:2024-01-05", "partner"),
        ("C1:segment:2024-02-05", "easy"),
    ]


def test_a_message_says_where_what_and_the_way_out(facts):
    facts.table("invoice", f"{HEADER}\nI1,C1,1,invoice,2024-01-05,2024-02-04,100.5,EUR\n")

    (problem,) = facts.check().problems

    assert str(problem) == (
        "invoice.csv, line 2, column amount: found '100.5': is no whole number; allowed: a whole number of minor units "
        "(100.50 EUR is 10050). Correct the value in the source. [quarantined]"
    )
    assert problem.customer_id == "C1"
    assert '"amount":"100.5"' in problem.row


def test_one_row_with_two_faults_is_one_quarantined_row_with_two_problems(facts):
    facts.table("invoice", f"{HEADER}\nI1,C1,1,bill,2024-01-05,2024-02-04,100,EURO\n")

    facts.check()

    assert facts.counts("invoice") == (1, 0, 1)
    assert [(code, column) for _, code, _, column, _ in facts.said()] == [
        ("not_allowed", "kind"),
        ("unknown_currency", "currency"),
    ]


def test_deposits_and_zero_amounts_are_kept_with_a_warning(facts):
    facts.table(
        "invoice",
        f"""{HEADER}
I1,C1,1,invoice,2024-01-05,2024-01-01,12100,EUR
I2,C1,2,invoice,2024-01-05,2024-02-01,0,EUR
""",
    )

    checked = facts.check()

    assert facts.counts("invoice") == (2, 2, 0)
    assert facts.said() == [
        ("warning", "due_before_issued", 2, "due", "2024-01-01 (issued 2024-01-05)"),
        ("warning", "zero_amount", 3, "amount", "0"),
    ]
    assert checked.held_customers == ()
    assert checked.exit_status == 0


def test_a_number_of_staff_in_words_is_read_as_empty(facts):
    facts.table(
        "customer", "customer_id,name,kind,employees\nC1,Bakery,company,about 50\nC2,Painter,company,12\n"
    )

    facts.check()

    assert facts.counts("customer") == (2, 2, 0)
    assert facts.said() == [("warning", "not_a_number", 2, "employees", "about 50")]
    assert facts.kept("customer", "customer_id", "employees") == [("C1", None), ("C2", 12)]


def test_an_unknown_country_is_named(facts):
    facts.table("customer", "customer_id,name,kind,country\nC1,Bakery,company,UK\nC2,Painter,company,GB\n")

    facts.check()

    assert facts.said("customer") == [("error", "unknown_country", 2, "country", "UK")]


def test_a_reversal_before_the_allocation_is_impossible(facts):
    facts.table(
        "allocation",
        """
        allocation_id,invoice_id,kind,allocated_on,amount,reversed_on
        A1,I1,write_off,2024-03-01,100,2024-02-28
        A2,I1,write_off,2024-03-01,100,2024-03-01
        """,
    )

    facts.check()

    assert facts.said() == [("error", "ends_before_it_begins", 2, "reversed_on", "2024-02-28 (2024-03-01)")]
    assert facts.kept("allocation", "allocation_id") == [("A2",)]


def test_lists_flags_and_shares_are_read(facts):
    facts.table(
        "action",
        """
        action_id,customer_id,channel,direction,done_on,invoice_ids,level
        X1,C1,email,out,2024-02-10,I1;I2,2
        X2,C1,email,out,2024-02-10,,
        X3,C1,email,out,2024-02-10,I1,7
        """,
    )
    facts.table(
        "approval",
        "approval_id,subject,decided_on,granted,by,reason\nP1,go_live,2024-01-01,TRUE,ann,checked\nP2,policy,2024-01-01,maybe,ann,-\n",
    )
    facts.table(
        "fx_rate",
        "currency,base,on,rate\nUSD,EUR,2024-01-01,0.92\nGBP,EUR,2024-01-01,0\nSEK,EUR,2024-01-01,nan\n",
    )

    facts.check()

    assert facts.kept("action", "action_id", "invoice_ids") == [("X1", ["I1", "I2"]), ("X2", None)]
    assert facts.kept("approval", "approval_id", "granted") == [("P1", True)]
    assert facts.kept("fx_rate", "currency", "rate") == [("USD", 0.92)]
    assert {(code, column) for _, code, _, column, _ in facts.said()} == {
        ("too_large", "level"),
        ("not_a_boolean", "granted"),
        ("too_small", "rate"),
        ("not_a_number", "rate"),
    }
