"""Amounts in another currency need a rate on or before their date."""

from __future__ import annotations

import pytest

HEADER = "invoice_id,customer_id,number,kind,issued,due,amount,currency\n"


@pytest.fixture
def dollars(facts):
    facts.table("company", "company_id,name,country,currency,language\nNL01,Us,NL,EUR,nl\n")
    facts.table(
        "invoice",
        HEADER
        + "I1,C1,1,invoice,2024-01-05,2024-02-04,10000,USD\nI2,C1,2,invoice,2024-03-05,2024-04-04,10000,USD\n",
    )
    return facts


def test_without_a_rate_the_amount_is_quarantined_and_currency_and_date_are_named(dollars):
    checked = dollars.check()

    assert dollars.counts("invoice") == (2, 0, 2)
    assert dollars.said()[0] == ("error", "no_rate", 2, "currency", "USD on 2024-01-05")
    assert "Add a row to fx_rate (currency USD, base EUR)." in str(checked.problems[0])
    assert checked.currencies == ("EUR",)
    assert checked.held_customers == ("C1",)


@pytest.mark.parametrize(
    "rates",
    [
        "USD,EUR,2024-02-01,0.92",
        "EUR,USD,2024-02-01,1.08",
        "USD,GBP,2024-01-01,0.79\nGBP,EUR,2024-02-01,1.17",
        "GBP,USD,2024-02-01,1.26\nEUR,GBP,2023-01-01,0.86",
    ],
    ids=["direct", "the other way round", "through a third", "through a third, backwards"],
)
def test_a_rate_counts_from_its_date(dollars, rates):
    dollars.table("fx_rate", f"currency,base,on,rate\n{rates}\n")

    dollars.check()

    assert dollars.kept("invoice", "invoice_id") == [("I2",)]
    (problem,) = dollars.problems()
    assert (problem.code, problem.found) == ("no_rate", "USD on 2024-01-05")
    assert "the first rate is of 2024-02-01" in problem.reason


def test_a_rate_that_is_itself_bad_does_not_count(dollars):
    dollars.table("fx_rate", "currency,base,on,rate\nUSD,EUR,2024-01-01,0\n")

    dollars.check()

    assert dollars.counts("invoice") == (2, 0, 2)


def test_without_a_company_the_policy_or_else_the_most_frequent_currency_counts(facts):
    facts.table(
        "invoice",
        HEADER
        + "I1,C1,1,invoice,2024-01-05,2024-02-04,10000,USD\n"
        + "I2,C1,2,invoice,2024-01-05,2024-02-04,10000,CHF\nI3,C1,3,invoice,2024-01-05,2024-02-04,10000,CHF\n",
    )

    assert facts.check().currencies == ("CHF",)
    assert facts.kept("invoice", "invoice_id") == [("I2",), ("I3",)]

    assert facts.check(currency="USD").currencies == ("USD",)
    assert facts.kept("invoice", "invoice_id") == [("I1",)]


def test_each_of_our_companies_needs_a_rate_in_its_own_currency(dollars):
    dollars.table(
        "company", "company_id,name,country,currency,language\nNL01,Us,NL,EUR,nl\nUS01,We,US,USD,en\n"
    )
    dollars.table("fx_rate", "currency,base,on,rate\nUSD,EUR,2024-02-01,0.92\n")

    checked = dollars.check()

    assert checked.currencies == ("EUR", "USD")
    assert dollars.kept("invoice", "invoice_id") == [("I2",)]


def test_a_credit_limit_in_a_currency_without_rates_is_said(facts):
    facts.table(
        "customer",
        "customer_id,name,kind,currency,credit_limit\nC1,Bakery,company,SEK,100\nC2,Painter,company,SEK,\n",
    )

    facts.check()

    assert facts.counts("customer") == (2, 2, 0)
    assert facts.said() == [("warning", "no_rate", 2, "currency", "SEK")]
