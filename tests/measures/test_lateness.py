"""How late: of the money that came, of what fell due, and by the median that counts what is open too."""

from __future__ import annotations

import pytest

from measures.ledger import Ledger


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def mean(found, day: str) -> float | None:
    money = found.amount("late_money", day)
    return found.amount("late", day) / money if money else None


def test_lateness_is_weighted_by_the_money(ledger) -> None:
    ledger.invoice("big", "c1", "2026-01-05", "2026-02-01", 900)
    ledger.invoice("small", "c1", "2026-01-05", "2026-02-01", 100)
    ledger.settles("big", "c1", "2026-02-05", 900)
    ledger.settles("small", "c1", "2026-02-21", 100)
    found = ledger.figures("2026-02-28")
    assert mean(found, "2026-02-28") == (900 * 4 + 100 * 20) / 1000
    assert found.count("late", "2026-02-28") == 2


def test_early_money_counts_as_early_and_a_very_late_one_is_cut_at_180_days(ledger) -> None:
    ledger.invoice("i1", "c1", "2026-01-05", "2026-02-20", 100)
    ledger.settles("i1", "c1", "2026-02-10", 100)
    ledger.invoice("i2", "c1", "2024-01-05", "2024-02-20", 100)
    ledger.settles("i2", "c1", "2026-02-10", 100)
    assert mean(ledger.figures("2026-02-28"), "2026-02-28") == (-10 + 180) / 2


def test_our_own_group_and_debits_that_held_say_nothing(ledger) -> None:
    ledger.invoice("i1", "c1", "2026-01-05", "2026-02-01", 100, apart=True)
    ledger.settles("i1", "c1", "2026-02-21", 100)
    found = ledger.figures("2026-02-28")
    assert mean(found, "2026-02-28") is None
    assert found.parts("due", "2026-02-28") == {}
    assert found.amount("fell_due", "2026-02-28") == 100  # but it fell due, and came in
    assert found.amount("collected", "2026-02-28") == 100


def test_what_became_of_what_fell_due(ledger) -> None:
    for name, paid in (("day", "2026-01-31"), ("month", "2026-03-02"), ("later", "2026-03-03")):
        ledger.invoice(name, "c1", "2026-01-05", "2026-01-31", 100)
        ledger.settles(name, "c1", paid, 100)
    ledger.invoice("half", "c1", "2026-01-05", "2026-01-31", 100)
    ledger.settles("half", "c1", "2026-01-30", 40)
    ledger.invoice("credited", "c1", "2026-01-05", "2026-01-31", 100)
    ledger.credit("n", "c1", "2026-02-01", 100)
    ledger.allocates("credited", "2026-02-01", 100, kind="credit_note", credit_note_id="n")
    ledger.invoice("discount", "c1", "2026-01-05", "2026-01-31", 100)
    ledger.settles("discount", "c1", "2026-01-20", 98)
    ledger.allocates("discount", "2026-01-20", 2, kind="cash_discount")
    found = ledger.figures("2026-03-31")
    assert found.parts("due", "2026-01-31") == {
        "on_time": 100 + 40 + 98, "within_30": 100, "later": 100, "open": 60
    }  # fmt: skip
    assert found.amount("fell_due", "2026-01-31") == 498  # what was credited or discounted was never due


def test_what_is_not_due_yet_is_in_no_month(ledger) -> None:
    ledger.invoice("i1", "c1", "2026-03-01", "2026-03-31", 100)
    assert ledger.figures("2026-03-15").parts("due", "2026-03-15") == {}


def test_the_median_counts_what_is_open(ledger) -> None:
    """Two paid after 2 days, three open for 40: the paid ones alone would say 2 days."""
    for index in range(2):
        ledger.invoice(f"p{index}", "c1", "2026-01-05", "2026-02-01", 100)
        ledger.settles(f"p{index}", "c1", "2026-02-03", 100)
    for index in range(3):
        ledger.invoice(f"o{index}", "c1", "2026-01-05", "2026-02-01", 100)
    found = ledger.figures("2026-03-13")
    assert (
        found.amount("median", "2026-03-13") == 181
    )  # less than half is paid: nobody can say more than that
    assert found.count("median", "2026-03-13") == 5
    ledger.settles("o0", "c1", "2026-03-05", 100)
    assert ledger.figures("2026-03-13").amount("median", "2026-03-13") == 32


def test_the_median_of_a_past_month_knows_only_what_was_paid_then(ledger) -> None:
    for index, paid in enumerate(("2026-02-03", "2026-02-05", "2026-03-20")):
        ledger.invoice(f"i{index}", "c1", "2026-01-05", "2026-02-01", 100)
        ledger.settles(f"i{index}", "c1", paid, 100)
    found = ledger.figures("2026-03-31")
    assert found.amount("median", "2026-02-28") == 4
    assert found.count("median", "2026-02-28") == 3


def test_an_invoice_is_paid_when_the_rest_is_within_the_tolerance(ledger) -> None:
    ledger.invoice("i1", "c1", "2026-01-05", "2026-02-01", 10_000)
    ledger.settles("i1", "c1", "2026-02-11", 9_600)
    assert ledger.figures("2026-02-28").amount("median", "2026-02-28") == 10


def test_half_by_hand(ledger) -> None:
    """Kaplan and Meier by hand: paid at 1, 3, 3, 8; open at 2 and at 9 days. After 3 days half of them is left, not after 1."""
    for index, (due, paid) in enumerate(
        [("2026-02-10", "2026-02-11"), ("2026-02-10", "2026-02-13"), ("2026-02-10", "2026-02-13"), ("2026-02-10", "2026-02-18"),
         ("2026-02-17", None), ("2026-02-10", None)]
    ):  # fmt: skip
        ledger.invoice(f"i{index}", "c1", "2026-01-05", due, 10_000)
        if paid:
            ledger.settles(f"i{index}", "c1", paid, 10_000)
    # as of 19 February: S(1) = 5/6, S(3) = 5/6 x 2/4 = 0.42
    assert ledger.figures("2026-02-19").amount("median", "2026-02-19") == 3
