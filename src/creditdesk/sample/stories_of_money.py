"""Customers written by hand: money that is late, in part, on its way, in dispute or in nobody's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from creditdesk.sample.book import Book


def plan_on_course(book: Book) -> None:
    """A plan of four instalments: the first paid, the next due in a week."""
    customer = book.customer("Lumen Drukwerk BV")
    book.settled(customer, 5, 12)
    first, second = book.bill(customer, 2_400, 95), book.bill(customer, 1_600, 70)
    book.act(customer, "letter", 55, 3, [first, second])
    book.act(customer, "call", 40, 3, [first, second], outcome="plan_asked", direction="in")
    book.write(
        "plan", plan_id="SN1", customer_id=customer, agreed_on=book.bank_day(38), invoice_ids=[first, second]
    )
    for place in range(4):
        book.write("instalment", plan_id="SN1", due_on=book.bank_day(23 - 30 * place), amount=100_000)
    book.approve(customer, "plan", 38, "good customer with a temporary gap", ref="SN1")
    book.pay(customer, 1_000, 23, on={first: 1_000})
    book.write(
        "note", note_id="SW1", customer_id=customer, on=book.ago(40), by="cc-baert", tag="cash_trouble",
        text="machine broke down; asks for instalments",
    )  # fmt: skip


def plan_broken(book: Book) -> None:
    """A plan broken two weeks ago: the second instalment never came."""
    customer = book.customer("Topaas Vloeren BV")
    book.settled(customer, 4, 20)
    invoice = book.bill(customer, 3_000, 120)
    book.act(customer, "letter", 85, 3, [invoice])
    book.write(
        "plan", plan_id="SN2", customer_id=customer, agreed_on=book.bank_day(80), invoice_ids=[invoice],
        ended_on=book.bank_day(14),
    )  # fmt: skip
    for place in range(3):
        book.write("instalment", plan_id="SN2", due_on=book.bank_day(50 - 30 * place), amount=100_000)
    book.pay(customer, 1_000, 50, on={invoice: 1_000})


def promise_running(book: Book) -> None:
    """A promise for nearly all of it, due in three days: everything waits."""
    customer = book.customer("Havik Montage BV")
    book.settled(customer, 6, 8)
    invoice = book.bill(customer, 1_000, 15)
    book.step(customer, "reminder", 10, [invoice])
    book.step(customer, "call", 5, [invoice], outcome="promised", by="cc-baert")
    book.promise(customer, 850, 5, -3, invoice_id=invoice)


def promise_for_a_part(book: Book) -> None:
    """A promise for 600 of 1,000: the rest goes on."""
    customer = book.customer("Reiger Techniek BV")
    book.settled(customer, 6, 8)
    invoice = book.bill(customer, 1_000, 18)
    book.step(customer, "reminder", 13, [invoice])
    book.step(customer, "call", 8, [invoice], outcome="promised", by="cc-baert")
    book.promise(customer, 600, 8, -2, invoice_id=invoice)


def promise_broken(book: Book) -> None:
    """A promise broken last week: top of the list."""
    customer = book.customer("Distel Tuinbouw BV")
    book.settled(customer, 6, 9)
    invoice = book.bill(customer, 1_400, 28)
    book.step(customer, "reminder", 22, [invoice])
    book.step(customer, "call", 15, [invoice], outcome="promised", by="cc-baert")
    book.promise(customer, 1_400, 15, 8, invoice_id=invoice)


def promises_broken_twice(book: Book) -> None:
    """Two broken promises in a year: contested."""
    customer = book.customer("Quarz Stukadoors BV")
    book.settled(customer, 5, 14)
    first, second = book.bill(customer, 900, 75), book.bill(customer, 700, 40)
    book.act(customer, "call", 60, 2, [first], outcome="promised", by="cc-petit")
    book.promise(customer, 900, 60, 50, invoice_id=first)
    book.act(customer, "call", 30, 3, [first, second], outcome="promised", by="cc-petit")
    book.promise(customer, 1_600, 30, 20)


def promise_kept(book: Book) -> None:
    """A promise kept to the day."""
    customer = book.customer("Merel Catering BV")
    book.settled(customer, 5, 6)
    invoice = book.bill(customer, 650, 30)
    book.step(customer, "call", 18, [invoice], outcome="promised", by="cc-janssen")
    book.promise(customer, 650, 18, 11, invoice_id=invoice)
    book.pay(customer, 650, 11, on={invoice: 650})


def part_payment(book: Book) -> None:
    """Paid 40 per cent two days ago: the next step waits."""
    customer = book.customer("Corda Verhuur BV")
    book.settled(customer, 5, 10)
    invoice = book.bill(customer, 2_000, 20)
    book.step(customer, "reminder", 15, [invoice])
    book.step(customer, "call", 9, [invoice], outcome="reached", by="cc-baert")
    book.pay(customer, 800, 2, on={invoice: 800})


def small_rest(book: Book) -> None:
    """A rest of three euro: settled within the tolerance."""
    customer = book.customer("Iris Kantoor BV")
    book.settled(customer, 5, 2)
    invoice = book.bill(customer, 640, 45)
    book.pay(customer, 637, 43, on={invoice: 637})


def dispute_overdue(book: Book) -> None:
    """A dispute beyond its deadline: alert, and still held."""
    customer = book.customer("Elzen Plaatwerk BV")
    book.settled(customer, 5, 5)
    invoice = book.bill(customer, 1_000, 50)
    book.step(customer, "reminder", 45, [invoice])
    book.write(
        "dispute", dispute_id="SD1", customer_id=customer, invoice_id=invoice, opened_on=book.ago(42), amount=25_000,
        reason="quality", owner="logistics", deadline=book.ago(12),
    )  # fmt: skip


def dispute_won(book: Book) -> None:
    """A dispute closed in our favour yesterday: collectible again soon."""
    customer = book.customer("Robur Staal BV")
    book.settled(customer, 5, 7)
    invoice = book.bill(customer, 1_000, 35)
    book.step(customer, "reminder", 30, [invoice])
    book.step(customer, "call", 24, [invoice], outcome="disputed", by="cc-schmidt")
    book.write(
        "dispute", dispute_id="SD2", customer_id=customer, invoice_id=invoice, opened_on=book.ago(24),
        closed_on=book.ago(1), amount=25_000, reason="price", outcome="we_right", owner="sales",
        deadline=book.ago(3),
    )  # fmt: skip


def corrected_invoice(book: Book) -> None:
    """Order number missing: credited, and billed again."""
    customer = book.customer("Ceder Interieur BV", po_required=True)
    book.settled(customer, 5, 4)
    wrong = book.bill(customer, 1_210, 40)
    note = book.credit_note(customer, 1_210, 22, corrects_invoice_id=wrong)
    book.allocate(wrong, 1_210, book.ago(22), kind="credit_note", credit_note_id=note)
    book.bill(customer, 1_210, -8, corrects_invoice_id=wrong, order_reference="PO-77120")
    book.write(
        "dispute", dispute_id="SD3", customer_id=customer, invoice_id=wrong, opened_on=book.ago(38),
        closed_on=book.ago(22), amount=121_000, reason="missing_po", outcome="customer_right", credit_note_id=note,
        owner="administration", deadline=book.ago(20),
    )  # fmt: skip


def credit_in_other_currency(book: Book) -> None:
    """A credit in dollars against a debt in euro: a person decides."""
    customer = book.customer("Sterna Marine BV")
    book.settled(customer, 5, 3)
    book.bill(customer, 1_500, 12)
    book.credit_note(customer, 900, 30, currency="USD")


def open_credit(book: Book) -> None:
    """An open credit note larger than what is overdue."""
    customer = book.customer("Heide Tuinen BV")
    book.settled(customer, 5, 3)
    book.bill(customer, 300, 12)
    book.credit_note(customer, 450, 25)


def unallocated_money(book: Book) -> None:
    """Money came that names no invoice: it covers what is overdue."""
    customer = book.customer("Salix Papier BV")
    book.settled(customer, 5, 3)
    book.bill(customer, 1_100, 14)
    book.pay(customer, 1_100, 4, remittance="as agreed")


def unknown_payer(book: Book) -> None:
    """Money from an unknown account that may well be theirs."""
    customer = book.customer("Polder Zaden BV")
    book.settled(customer, 5, 6)
    book.bill(customer, 987.65, 16)
    payment = book.pay(None, 987.65, 3, remittance="fact mei")
    book.write("payment_candidate", payment_id=payment, customer_id=customer, confidence=0.82)


def we_owe_them(book: Book) -> None:
    """We owe this customer more than it owes us; an earlier debt was set off."""
    customer = book.customer("Anker Expeditie BV")
    book.settled(customer, 5, 5)
    old = book.bill(customer, 500, 90)
    book.allocate(old, 500, book.bank_day(80), kind="set_off")
    book.bill(customer, 700, 14)
    book.write("contra", customer_id=customer, on=book.ago(10), amount=120_000, currency="EUR")


def debit_returned_late(book: Book) -> None:
    """A direct debit returned 20 days after the case was closed: the same case."""
    customer = book.customer("Klaver Sport BV")
    book.settled(customer, 5, 0)
    book.write(
        "mandate", mandate_id="SM1", customer_id=customer, scheme="core", iban="BE68539007547034",
        signed_on=book.ago(500),
    )  # fmt: skip
    invoice = book.bill(customer, 420, 50, payment_method="direct_debit", mandate_id="SM1")
    book.act(customer, "email", 44, 1, [invoice])
    taken = book.pay(customer, 420, 27, method="direct_debit")
    back = book.bank_day(5)
    book.allocate(invoice, 420, book.bank_day(27), kind="payment", payment_id=taken, reversed_on=back)
    book.pay(customer, 420, 5, kind="return", method="direct_debit", reverses_payment_id=taken)
    book.write(
        "collection", collection_id="SE1", mandate_id="SM1", invoice_id=invoice, collect_on=book.bank_day(27),
        amount=42_000, returned_on=back, return_reason="MD06",
    )  # fmt: skip


def debit_under_way(book: Book) -> None:
    """A direct debit collected two days ago: not yet collectible."""
    customer = book.customer("Zilver Fitness BV")
    book.settled(customer, 5, 0)
    book.write(
        "mandate", mandate_id="SM2", customer_id=customer, scheme="B2B", iban="BE68539007547034",
        signed_on=book.ago(500),
    )  # fmt: skip
    invoice = book.bill(customer, 510, 2, payment_method="direct_debit", mandate_id="SM2")
    book.write(
        "collection", collection_id="SE2", mandate_id="SM2", invoice_id=invoice, collect_on=book.bank_day(2),
        amount=51_000,
    )  # fmt: skip


def allocation_undone(book: Book) -> None:
    """A payment was booked on the wrong customer and taken off again."""
    customer = book.customer("Wilg Groen BV")
    book.settled(customer, 5, 3)
    invoice = book.bill(customer, 760, 40)
    payment = book.pay(None, 760, 30)
    book.allocate(
        invoice, 760, book.bank_day(30), kind="payment", payment_id=payment, reversed_on=book.bank_day(9)
    )


def paid_in_parts(book: Book) -> None:
    """An invoice payable in three parts, the last one a retention."""
    customer = book.customer("Marne Bouw BV", sector="41")
    book.settled(customer, 4, 10, 4_000)
    for part, (due_ago, euro) in enumerate(((40, 3_000), (10, 3_000), (-170, 400)), start=1):
        invoice = book.bill(
            customer, euro, due_ago, days=70 - due_ago, number="W-PARTS-1", part=f"{part}", retention=part == 3,
        )  # fmt: skip
        if part == 1:
            book.pay(customer, euro, 35, on={invoice: euro})


def sold_to_factor(book: Book) -> None:
    """An overdue invoice that was sold to a factor."""
    customer = book.customer("Delta Verpakking BV")
    book.settled(customer, 5, 6)
    book.bill(customer, 5_000, 20, factored_on=book.ago(45))


def deposit_on_order(book: Book) -> None:
    """A deposit bound to an order; an older invoice stays overdue."""
    customer = book.customer("Orion Machines BV")
    book.settled(customer, 5, 4, 3_000)
    book.bill(customer, 1_800, 9)
    order = book.order(customer, 20_000, 12, promised_for=book.ago(-40))
    book.pay(customer, 6_000, 6, order_id=order, remittance="deposit")


def rent_in_advance(book: Book) -> None:
    """Rent: due before it is billed."""
    customer = book.customer("Parel Winkels BV", sector="68")
    book.settled(customer, 4, 1, 1_500)
    book.bill(customer, 1_500, 29, days=-4)
    book.bill(customer, 0, 25)


def write_off_of_a_part(book: Book) -> None:
    """Half of an old invoice was written off."""
    customer = book.customer("Fenix Horeca BV", sector="56")
    book.settled(customer, 4, 35)
    invoice = book.bill(customer, 900, 260)
    book.pay(customer, 450, 200, on={invoice: 450})
    book.allocate(invoice, 450, book.bank_day(60), kind="write_off")


STORIES = (
    plan_on_course, plan_broken, promise_running, promise_for_a_part, promise_broken, promises_broken_twice,
    promise_kept, part_payment, small_rest, dispute_overdue, dispute_won, corrected_invoice,
    credit_in_other_currency, open_credit, unallocated_money, unknown_payer, we_owe_them, debit_returned_late,
    debit_under_way, allocation_undone, paid_in_parts, sold_to_factor, deposit_on_order, rent_in_advance,
    write_off_of_a_part,
)  # fmt: skip
