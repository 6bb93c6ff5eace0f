"""Promises as they stand on a day (R8). A promise runs to its date, the next bank day, plus two bank days."""

from __future__ import annotations

from datetime import date

import pytest

from creditdesk.policy.document import Policy
from engine.ledger import Ledger, promise_states


def day(text: str) -> date:
    number, month = text.split()
    return date(2026, {"Mar": 3, "Apr": 4, "May": 5}[month], int(number))


# what is promised for Wed 15 April at the call of 27 March, what came, and how it stands on a day
CASES = [
    # promised  paid (date, euros, allocated to the invoice promised)  today      state          covered  rest   broken on
    (1000, [], "17 Apr", "active", 0, 1000, None),
    (1000, [], "18 Apr", "broken", 0, 0, "18 Apr"),
    (1000, [("2 Apr", 1000, True)], "3 Apr", "kept", 1000, 0, None),
    (1000, [("17 Apr", 1000, True)], "20 Apr", "kept", 1000, 0, None),
    (1000, [("18 Apr", 1000, True)], "20 Apr", "broken", 0, 0, "18 Apr"),
    (1000, [("10 Apr", 400, True)], "14 Apr", "active", 400, 600, None),
    (1000, [("10 Apr", 400, True)], "20 Apr", "partly_kept", 400, 0, "18 Apr"),
    (1000, [("10 Apr", 996, True)], "20 Apr", "kept", 996, 0, None),  # the rest is within the tolerance
    (1000, [("20 Mar", 1000, True)], "20 Apr", "broken", 0, 0, "18 Apr"),  # money of before the promise
    (1000, [("10 Apr", 1000, False)], "20 Apr", "kept", 1000, 0, None),  # came, allocated to nothing yet
]


@pytest.mark.parametrize(("promised", "paid", "today", "state", "covered", "rest", "broken"), CASES)
@pytest.mark.parametrize("names_invoice", [True, False])
def test_one_promise(
    promised: int, paid: list[tuple[str, int, bool]], today: str, state: str, covered: int, rest: int, broken: str | None,
    names_invoice: bool, starter: Policy,
) -> None:  # fmt: skip
    book = Ledger()
    book.customer("c")
    book.invoice("i", "c", day("20 Mar"), 1000)
    book.add("promise", promise_id="p", customer_id="c", invoice_id="i" if names_invoice else None, made_on=day("27 Mar"),
             due_on=day("15 Apr"), amount=promised * 100, currency="EUR")  # fmt: skip
    for on, amount, allocated in paid:
        book.pay("c", day(on), amount, *(["i"] if allocated else []))
    row = promise_states(book.facts, starter, day(today))["p"]
    assert (row["state"], row["covered"], row["active_rest"]) == (state, covered * 100, rest * 100)
    assert row["broken"] == (broken is not None)
    epoch = date(1970, 1, 1).toordinal()
    assert row["broken_day"] == (day(broken).toordinal() - epoch if broken else None)


def test_the_older_promise_takes_the_money_first(starter: Policy) -> None:
    book = Ledger()
    book.customer("c")
    for name, made, due, amount in (("old", "23 Mar", "8 Apr", 300), ("young", "30 Mar", "15 Apr", 500)):
        book.add("promise", promise_id=name, customer_id="c", made_on=day(made), due_on=day(due), amount=amount * 100,
                 currency="EUR")  # fmt: skip
    book.pay("c", day("2 Apr"), 450)
    rows = promise_states(book.facts, starter, day("3 Apr"))
    assert {name: (row["state"], row["covered"]) for name, row in rows.items()} == {
        "old": ("kept", 30_000), "young": ("active", 15_000)
    }  # fmt: skip


def test_money_for_another_invoice_keeps_no_promise(starter: Policy) -> None:
    book = Ledger()
    book.customer("c")
    for name in "ij":
        book.invoice(name, "c", day("20 Mar"), 1000)
    book.add("promise", promise_id="p", customer_id="c", invoice_id="i", made_on=day("27 Mar"), due_on=day("1 Apr"),
             amount=100_000, currency="EUR")  # fmt: skip
    book.pay("c", day("1 Apr"), 1000, "j")
    assert promise_states(book.facts, starter, day("20 Apr"))["p"]["state"] == "broken"


def test_what_closes_the_invoice_keeps_the_promise(starter: Policy) -> None:
    book = Ledger()
    book.customer("c")
    book.invoice("i", "c", day("20 Mar"), 1000)
    book.credit_note("n", "c", day("1 Apr"), 1000)
    book.allocate("i", day("1 Apr"), 1000, kind="credit_note", credit_note_id="n")
    book.add("promise", promise_id="p", customer_id="c", invoice_id="i", made_on=day("27 Mar"), due_on=day("15 Apr"),
             amount=100_000, currency="EUR")  # fmt: skip
    assert promise_states(book.facts, starter, day("20 Apr"))["p"]["state"] == "kept"


def test_a_payer_promises_for_whom_it_pays(starter: Policy) -> None:
    book = Ledger()
    book.customer("mother")
    book.customer("daughter", payer_id="mother")
    book.add("promise", promise_id="p", customer_id="daughter", made_on=day("27 Mar"), due_on=day("15 Apr"), amount=100_000,
             currency="EUR")  # fmt: skip
    book.pay("mother", day("10 Apr"), 1000)
    row = promise_states(book.facts, starter, day("20 Apr"))["p"]
    assert (row["payer"], row["state"]) == ("mother", "kept")


@pytest.mark.parametrize(
    ("made", "due", "others", "approved", "beyond"),
    [
        ("27 Mar", "17 Apr", [], False, False),  # 13 bank days
        ("27 Mar", "21 Apr", [], False, False),  # 15 bank days: Good Friday and Easter Monday are none
        ("27 Mar", "22 Apr", [], False, True),  # 16
        ("27 Mar", "22 Apr", [], True, False),  # a person approved it
        ("27 Mar", "15 Apr", [("25 Mar", "31 Mar")], False, True),  # another still ran
        ("27 Mar", "15 Apr", [("2 Mar", "4 Mar"), ("9 Mar", "11 Mar")], False, False),  # two broken before
        ("27 Mar", "15 Apr", [("2 Mar", "4 Mar"), ("9 Mar", "11 Mar"), ("16 Mar", "18 Mar")], False, True),
    ],
)
def test_what_needs_a_persons_approval(
    made: str, due: str, others: list[tuple[str, str]], approved: bool, beyond: bool, starter: Policy
) -> None:
    book = Ledger()
    book.customer("c")
    for number, (of, until) in enumerate([*others, (made, due)]):
        book.add("promise", promise_id=f"p{number}", customer_id="c", made_on=day(of), due_on=day(until), amount=100_000,
                 currency="EUR")  # fmt: skip
    if approved:
        book.add("approval", approval_id="a", customer_id="c", subject="plan", ref=f"p{len(others)}", decided_on=day(made),
                 granted=True, by="anna", reason="known well")  # fmt: skip
    row = promise_states(book.facts, starter, day("30 Mar"))[f"p{len(others)}"]
    assert row["beyond_policy"] == beyond


def test_a_promise_withdrawn_in_time_is_not_broken(starter: Policy) -> None:
    book = Ledger()
    book.customer("c")
    for name, gone in (("in_time", "10 Apr"), ("too_late", "25 Apr")):
        book.add("promise", promise_id=name, customer_id="c", made_on=day("27 Mar"), due_on=day("15 Apr"), amount=100_000,
                 currency="EUR", withdrawn_on=day(gone))  # fmt: skip
    rows = promise_states(book.facts, starter, day("30 Apr"))
    assert {name: (row["state"], row["broken"]) for name, row in rows.items()} == {
        "in_time": ("withdrawn", False), "too_late": ("broken", True)
    }  # fmt: skip
