"""Balances by age, sales and money per period, as the ledger knew them at the end of it."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from creditdesk.measures.bench import EPOCH
from creditdesk.measures.spans import GRAINS, spans
from measures.ledger import Ledger, number


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def test_an_invoice_ages_from_month_to_month(ledger) -> None:
    ledger.invoice("i1", "c1", "2025-12-15", "2026-01-14", 1000)
    found = ledger.figures("2026-08-10")
    told = {
        day: found.parts("open", day)
        for day in ("2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-07-31")
    }
    assert told == {
        "2025-12-31": {"not_due": 1000},
        "2026-01-31": {"1_30": 1000},
        "2026-02-28": {"31_60": 1000},
        "2026-03-31": {"61_90": 1000},
        "2026-04-30": {"91_180": 1000},
        "2026-07-31": {"over_180": 1000},
    }
    assert found.parts("open", "2025-11-30") == {}


def test_on_the_due_day_it_is_not_late_yet(ledger) -> None:
    ledger.invoice("i1", "c1", "2026-01-01", "2026-01-31", 1000)
    ledger.invoice("i2", "c1", "2026-01-01", "2026-01-01", 500)
    ledger.invoice("i3", "c1", "2025-12-01", "2025-12-31", 70)
    assert ledger.figures("2026-01-31").parts("open", "2026-01-31") == {
        "not_due": 1000,
        "1_30": 500,
        "31_60": 70,
    }


def test_part_payments_credit_notes_and_money_without_an_invoice_stand_apart_and_add_up(ledger) -> None:
    ledger.invoice("i1", "c1", "2026-01-05", "2026-02-04", 1000)
    ledger.settles("i1", "c1", "2026-02-10", 400)
    ledger.credit("n1", "c1", "2026-02-12", 150)
    ledger.allocates("i1", "2026-02-20", 100, kind="credit_note", credit_note_id="n1")
    ledger.pays("p2", "c1", "2026-02-25", 60)
    found = ledger.figures("2026-02-28")
    assert found.parts("open", "2026-02-28") == {"1_30": 500}
    assert found.amount("credits", "2026-02-28") == 50
    assert found.amount("unapplied", "2026-02-28") == 60
    assert found.amount("sales", "2026-02-28") == -150
    assert found.amount("collected", "2026-02-28") == 460
    assert found.amount("sales_year", "2026-02-28") == 850
    # the balance of the account: invoiced less credited less received
    assert 500 - 50 - 60 == 1000 - 150 - 460


def test_money_counts_from_the_day_the_bank_told_of_it(ledger) -> None:
    ledger.invoice("i1", "c1", "2026-01-05", "2026-01-20", 1000)
    ledger.pays("p1", "c1", "2026-01-30", 1000, entry_date=date(2026, 2, 2))
    ledger.allocates("i1", "2026-02-02", 1000, "p1")
    found = ledger.figures("2026-02-15")
    assert found.parts("open", "2026-01-31") == {"1_30": 1000}  # nobody knew yet
    assert found.parts("open", "2026-02-15") == {}
    assert found.amount("collected", "2026-01-31") == 1000  # but it was paid in January


def test_a_payment_that_was_returned_opens_the_invoice_again(ledger) -> None:
    ledger.invoice("i1", "c1", "2026-01-05", "2026-01-20", 1000)
    ledger.settles("i1", "c1", "2026-01-25", 1000)
    ledger.pays("r1", "c1", "2026-02-10", 1000, kind="return", reverses_payment_id="p-i1-2026-01-25")
    found = ledger.figures("2026-02-28")
    assert found.parts("open", "2026-01-31") == {}
    assert found.parts("open", "2026-02-28") == {"31_60": 1000}
    assert found.amount("unapplied", "2026-02-28") == 0
    assert found.amount("collected", "2026-02-28") == -1000


def test_an_allocation_taken_back_leaves_money_without_an_invoice(ledger) -> None:
    ledger.invoice("i1", "c1", "2026-01-05", "2026-01-20", 1000)
    ledger.pays("p1", "c1", "2026-01-25", 1000)
    ledger.allocates("i1", "2026-01-25", 1000, "p1", reversed_on=date(2026, 2, 3))
    found = ledger.figures("2026-02-28")
    assert (found.amount("unapplied", "2026-01-31"), found.parts("open", "2026-01-31")) == (0, {})
    assert (found.amount("unapplied", "2026-02-28"), found.parts("open", "2026-02-28")) == (
        1000,
        {"31_60": 1000},
    )


def test_money_of_nobody_known_is_no_customers_balance(ledger) -> None:
    ledger.invoice("i1", "c1", "2026-01-05", "2026-01-20", 1000)
    ledger.pays("p1", None, "2026-01-25", 700)
    found = ledger.figures("2026-01-31")
    assert (found.amount("unapplied", "2026-01-31"), found.amount("collected", "2026-01-31")) == (0, 0)


def test_a_write_off_ends_what_is_open_and_is_no_money(ledger) -> None:
    ledger.invoice("i1", "c1", "2025-06-05", "2025-07-05", 1000)
    ledger.allocates("i1", "2026-01-15", 1000, kind="write_off")
    found = ledger.figures("2026-01-31")
    assert (found.parts("open", "2025-12-31"), found.parts("open", "2026-01-31")) == ({"91_180": 1000}, {})
    assert found.amount("collected", "2026-01-31") == 0
    assert found.parts("due", "2025-07-31") == {"written_off": 1000}


def test_another_currency_counts_at_the_rate_of_the_day_it_is_looked_at(ledger) -> None:
    for day, factor in (("2026-01-05", 0.9), ("2026-01-31", 0.8), ("2026-02-28", 0.85), ("2026-02-10", 0.84)):
        ledger.add("rate_rows", currency="USD", base="EUR", day=number(day), factor=factor)
    ledger.invoice("i1", "c1", "2026-01-05", "2026-03-04", 1000, currency="USD", amount_base=900)
    ledger.settles("i1", "c1", "2026-02-10", 400, currency="USD")
    found = ledger.figures("2026-02-28")
    assert found.amount("sales", "2026-01-31") == 900  # at the day of issue
    assert found.amount("open", "2026-01-31", "not_due") == 800
    assert found.amount("open", "2026-02-28", "not_due") == 510
    assert found.amount("collected", "2026-02-28") == 336


def test_groups_add_up_to_everybody(ledger) -> None:
    ledger.groups = {"c1": (1, "firm", "carla"), "c2": (2, "firm", "cem"), "c3": (None, "easy", "")}
    for index, name in enumerate(("c1", "c2", "c3"), 1):
        ledger.invoice(f"i{index}", name, "2026-01-05", "2026-01-20", 100 * index)
        ledger.settles(f"i{index}", name, "2026-01-28", 10 * index)
    found = ledger.figures("2026-01-31")
    assert found.amount("open", "2026-01-31", "1_30") == 540
    assert found.amount("open", "2026-01-31", "1_30", group="portfolio:1") == 90
    assert found.amount("open", "2026-01-31", "1_30", group="segment:firm") == 270
    assert found.amount("open", "2026-01-31", "1_30", group="segment:easy") == 270
    assert found.parts("collected_of", "2026-01-31") == {"carla": 10, "cem": 20}


def test_a_merged_customer_is_counted_with_the_one_that_goes_on(ledger) -> None:
    ledger.groups = {"new": (7, "firm", "")}
    ledger.add("debtor_rows", customer_id="old", survivor_id="new", base="EUR")
    ledger.invoice("i1", "new", "2026-01-05", "2026-01-20", 100)
    ledger.pays("p1", "old", "2026-01-28", 40)
    found = ledger.figures("2026-01-31")
    assert found.amount("unapplied", "2026-01-31", group="portfolio:7") == 40


def test_the_ten_that_owe_most(ledger) -> None:
    for index in range(1, 13):
        ledger.invoice(f"i{index}", f"c{index}", "2026-01-05", "2026-01-20", 100 * index)
    ledger.invoice("more", "c1", "2026-02-05", "2026-02-20", 10_000)
    found = ledger.figures("2026-02-28")
    assert (found.amount("top", "2026-01-31", "ten"), found.amount("top", "2026-01-31", "all")) == (
        7500,
        7800,
    )
    assert (found.amount("top", "2026-02-28", "ten"), found.count("top", "2026-02-28", "all")) == (
        10_100 + 7200,
        12,
    )


def test_branches_of_one_payer_are_one_debtor(ledger) -> None:
    for index in range(1, 13):
        ledger.invoice(
            f"i{index}",
            f"c{index}",
            "2026-01-05",
            "2026-01-20",
            100,
            payer="hq" if index <= 6 else f"c{index}",
        )
    assert ledger.figures("2026-01-31").count("top", "2026-01-31", "all") == 7


@pytest.mark.parametrize("seed", range(6))
def test_any_ledger_against_looking_at_each_invoice_on_each_day(seed) -> None:
    """The sums over periods are what a person finds who looks at every invoice on the last day of each."""
    some = random.Random(seed)
    as_of, ledger = date(2026, 3, 18), Ledger()
    invoices, entries = [], []
    for index in range(40):
        issued = as_of - timedelta(days=some.randrange(900))
        due = issued + timedelta(days=some.randrange(-5, 90))
        amount = some.randrange(1, 100_000)
        ledger.invoice(f"i{index}", f"c{index % 7}", issued.isoformat(), due.isoformat(), amount)
        invoices.append((f"i{index}", issued, due, amount))
        left = amount
        for number_ in range(some.randrange(3)):
            paid = issued + timedelta(days=some.randrange(200))
            booked = paid + timedelta(days=some.randrange(4))
            part = left if some.random() < 0.5 else some.randrange(left + 1)
            left -= part
            undone = booked + timedelta(days=some.randrange(1, 60)) if some.random() < 0.2 else None
            ledger.pays(f"p{index}{number_}", f"c{index % 7}", paid.isoformat(), part + 1, entry_date=booked)
            ledger.allocates(f"i{index}", booked.isoformat(), part, f"p{index}{number_}", reversed_on=undone)
            entries.append((f"i{index}", booked, undone, part))
    rows = ledger.table(as_of).to_pylist()
    for grain in GRAINS:
        for span in spans(as_of, grain):
            if not span.shown:
                continue
            wanted: dict[str, int] = {}
            for name, issued, due, amount in invoices:
                gone = sum(
                    part
                    for whose, booked, undone, part in entries
                    if whose == name and booked <= span.last and (undone is None or undone > span.last)
                )
                if issued <= span.last and amount != gone:
                    bucket = age((span.last - due).days)
                    wanted[bucket] = wanted.get(bucket, 0) + amount - gone
            told = {
                row["part"]: row["amount"]
                for row in rows
                if (row["name"], row["group"], row["grain"], row["on"]) == ("open", "", grain, span.last)
            }
            assert told == wanted, (grain, span.last)


def age(days: int) -> str:
    for least, name in ((181, "over_180"), (91, "91_180"), (61, "61_90"), (31, "31_60"), (1, "1_30")):
        if days >= least:
            return name
    return "not_due"


def test_days_are_counted_from_the_same_day_everywhere() -> None:
    assert date(1970, 1, 1).toordinal() == EPOCH
