"""Customers written by hand: who they are in law, who speaks for them, and what our own people decided about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from creditdesk.sample.book import Book


def sister_companies(book: Book) -> None:
    """A company of our own group: no dunning."""
    for name, country, language in (
        ("Brabo Deutschland GmbH", "DE", "de"),
        ("Brabo Nederland B.V.", "NL", "nl"),
    ):
        customer = book.customer(
            name, intercompany=True, country=country, language=language,
            subdivision="NW" if country == "DE" else None,
        )  # fmt: skip
        book.settled(customer, 4, 30, 9_000)
        book.bill(customer, 12_000, 40)


def bankrupt_with_new_debt(book: Book) -> None:
    """Bankrupt three weeks ago; the trustee ordered since."""
    customer = book.customer("Opaal Textiel BV")
    book.settled(customer, 5, 18)
    book.bill(customer, 2_200, 55)
    book.write(
        "legal_status", customer_id=customer, kind="bankruptcy", from_on=book.ago(21), reference="RG 2026/0412",
        claim_deadline=book.ago(-9),
    )  # fmt: skip
    book.contact(customer, role="administrator", name="Trustee", email="trustee@written.example")
    book.bill(customer, 350, 2, days=10)


def reorganisation_over(book: Book) -> None:
    """A judicial reorganisation that ended last year."""
    customer = book.customer("Kempen Metaal NV", legal_form="NV")
    book.write(
        "legal_status", customer_id=customer, kind="reorganisation", from_on=book.ago(600), ended_on=book.ago(320),
        reference="RG 2024/1187",
    )  # fmt: skip
    book.settled(customer, 6, 9)


def insolvent_by_the_short_column(book: Book) -> None:
    """Bankrupt, as the ERP's own column says."""
    customer = book.customer(
        "Vesta Keukens BV", insolvent_on=book.ago(50)
    )  # fmt: skip
    book.settled(customer, 4, 20)
    book.bill(customer, 1_900, 80)


def deceased(book: Book) -> None:
    """A consumer who died: nothing automatic at all."""
    customer = book.customer(
        "Luc Ooms", kind="consumer", legal_form=None, sector=None,
        employees=None,
    )  # fmt: skip
    book.settled(customer, 3, 3, 120)
    book.bill(customer, 140, 35)
    book.write("legal_status", customer_id=customer, kind="deceased", from_on=book.ago(18))


def under_guardianship(book: Book) -> None:
    """A consumer under guardianship."""
    customer = book.customer(
        "Vera Nys",
        kind="consumer",
        legal_form=None,
        sector=None,
        employees=None,
    )
    book.settled(customer, 3, 6, 90)
    book.bill(customer, 75, 28)
    book.write("legal_status", customer_id=customer, kind="guardianship", from_on=book.ago(200))


def consumer_after_the_legal_letter(book: Book) -> None:
    """A Dutch consumer, ten days after the 14-day letter."""
    customer = book.customer(
        "Wim Bakker", kind="consumer", country="NL",
        legal_form=None, sector=None, employees=None, postal_code="3511 AA", city="Utrecht",
    )  # fmt: skip
    book.settled(customer, 3, 8, 150)
    invoice = book.bill(customer, 180, 40)
    of_the_law = {"procedure": "consumer_nl", "policy_version": "1"}
    book.act(customer, "email", 33, 1, [invoice], step="reminder", **of_the_law)
    book.act(customer, "legal_notice", 10, 4, [invoice], step="fourteen_day_letter", **of_the_law)


def sole_trader_at_the_end(book: Book) -> None:
    """A sole trader ripe for hand-over: a named person decides."""
    customer = book.customer(
        "Petra Maes Tegelwerken", kind="sole_trader",
        legal_form=None, employees=1,
    )  # fmt: skip
    book.settled(customer, 4, 40)
    invoice = book.bill(customer, 820, 70)
    for channel, days_ago, level in (("email", 62, 1), ("letter", 45, 3), ("registered_letter", 20, 5)):
        book.act(customer, channel, days_ago, level, [invoice])


def with_the_bailiff(book: Book) -> None:
    """Old invoices with the bailiff, a newer one of our own."""
    customer = book.customer("Umbra Events BV", sector="93")
    book.settled(customer, 3, 30)
    old = [book.bill(customer, 1_300, 190), book.bill(customer, 400, 160)]
    book.act(customer, "registered_letter", 120, 5, old)
    book.write(
        "handover", handover_id="SH1", customer_id=customer, to="bailiff", invoice_ids=old, handed_on=book.bank_day(100),
        status="writ served", status_on=book.ago(30),
    )  # fmt: skip
    book.bill(customer, 600, 20)


def back_from_the_agency(book: Book) -> None:
    """A file the agency gave back."""
    customer = book.customer("Boreal Logistiek BV", sector="52")
    book.settled(customer, 4, 25)
    invoice = book.bill(customer, 950, 200)
    book.act(customer, "registered_letter", 150, 5, [invoice])
    book.write(
        "handover", handover_id="SH2", customer_id=customer, to="agency", invoice_ids=[invoice],
        handed_on=book.bank_day(130), status="returned", status_on=book.ago(25), returned_on=book.ago(25),
    )  # fmt: skip


def leave_alone(book: Book) -> None:
    """Asked not to be contacted automatically."""
    customer = book.customer("Rivage Advies BV", do_not_contact=True)
    book.settled(customer, 5, 11)
    book.bill(customer, 1_250, 25)


def nobody_to_write_to(book: Book) -> None:
    """No contact, no address: complete the contact."""
    customer = book.customer(
        "Yser Beton BV", contact=False, street=None, postal_code=None,
        city=None, invoice_manner=None,
    )  # fmt: skip
    book.settled(customer, 5, 9)
    book.bill(customer, 880, 15)


def mail_bounced(book: Book) -> None:
    """The reminder bounced: the step is not done."""
    customer = book.customer("Nova Reclame BV")
    book.settled(customer, 5, 6)
    invoice = book.bill(customer, 540, 9)
    book.act(customer, "email", 1, 1, [invoice], outcome="bounced")


def never_reached(book: Book) -> None:
    """Called twice on different days, nobody answered."""
    customer = book.customer("Mistral Reizen BV")
    book.settled(customer, 5, 8)
    invoice = book.bill(customer, 1_350, 21)
    book.step(customer, "reminder", 16, [invoice])
    for days_ago in (7, 4):
        book.step(customer, "call", days_ago, [invoice], outcome="no_answer", by="cc-janssen")


def says_it_has_paid(book: Book) -> None:
    """Says it paid; we wait five bank days, once."""
    customer = book.customer("Saffier Optiek BV")
    book.settled(customer, 5, 4)
    invoice = book.bill(customer, 730, 12)
    book.act(customer, "email", 7, 1, [invoice])
    book.act(customer, "email", 2, 1, [invoice], outcome="paid_claimed", direction="in", by="customer")


def paused(book: Book) -> None:
    """Paused while a new contract is negotiated."""
    whole = book.customer("Ravel Muziek BV")
    book.settled(whole, 5, 7)
    book.bill(whole, 610, 20)
    book.write(
        "pause", pause_id="SU1", customer_id=whole, from_on=book.ago(6), until_on=book.ago(-8),
        reason="contract talks", by="am-dirkx",
    )  # fmt: skip
    part = book.customer("Amber Licht BV")
    book.settled(part, 5, 7)
    one = book.bill(part, 900, 25)
    book.bill(part, 450, 18)
    book.write(
        "pause", pause_id="SU2", customer_id=part, invoice_id=one, from_on=book.ago(10), reason="sample being tested",
        by="cc-petit",
    )  # fmt: skip
    book.write(
        "pause", pause_id="SU3", customer_id=part, channel="call", from_on=book.ago(10), until_on=book.ago(-20),
        reason="bookkeeper on leave", by="cc-petit",
    )  # fmt: skip


def in_temporary_trouble(book: Book) -> None:
    """Pays well for years, and has just told us of a gap in its cash."""
    customer = book.customer("Alder Houtbouw BV", sector="16")
    book.settled(customer, 9, -1, 1_500)
    book.bill(customer, 1_500, 9)
    book.write(
        "note", note_id="SW3", customer_id=customer, on=book.ago(12), by="cc-petit", tag="cash_trouble",
        text="its largest customer pays late; sees light by September",
    )  # fmt: skip


def praised_and_feared(book: Book) -> None:
    """Pays on time so far; the bureau thinks it will fail."""
    customer = book.customer("Sambre Chemie BV", sector="20")
    book.settled(customer, 4, 0)
    book.bill(customer, 1_900, -5)
    book.write(
        "credit_report", report_id="SQ2", customer_id=customer, provider="graydon", reported_on=book.ago(11),
        received_on=book.ago(10), scale="rating", grade="D", pd=0.45, valid_until=book.ago(-354),
        recommended_limit=0, currency="EUR",
    )  # fmt: skip


def first_slip(book: Book) -> None:
    """Key account, first late payment after two clean years."""
    customer = book.customer("Linde Zuivel NV", key_account=True,
                             employees=240, sector="10")  # fmt: skip
    book.settled(customer, 10, -2, 9_000)
    book.bill(customer, 8_500, 8)


def network_refused(book: Book) -> None:
    """The network refused the invoice: mend first."""
    customer = book.customer("Vega Software BV", invoice_manner="peppol")
    book.settled(customer, 5, 1)
    book.bill(customer, 1_700, 10, manner="peppol", delivery_state="rejected")


def declared_pay_days(book: Book) -> None:
    """Pays on the 5th and the 20th, as it said."""
    customer = book.customer("Korund Gereedschap BV")
    book.settled(customer, 6, 6)
    book.bill(customer, 990, 7)
    book.write(
        "preference",
        customer_id=customer,
        kind="payment_run",
        value="5,20",
        from_on=book.ago(300),
        set_by="customer",
    )


def merged_records(book: Book) -> None:
    """Two records of one firm: this one goes on."""
    stays = book.customer("Arden Hout BV")
    book.settled(stays, 5, 8)
    book.bill(stays, 640, 14)
    gone = book.customer("Arden Hout BVBA", status="closed",
                         merged_into_id=stays, live=False)  # fmt: skip
    book.settled(gone, 2, 12)


def limit_changed(book: Book) -> None:
    """Its limit was lowered two months ago."""
    customer = book.customer("Grano Meel NV", credit_limit=2_500_000,
                             legal_form="NV", known_from=book.ago(700))  # fmt: skip
    newest = {**book.rows["customer"][-1], "credit_limit": 1_000_000, "known_from": book.ago(60)}
    book.write("customer", **newest)
    book.settled(customer, 6, 13, 2_500)
    book.bill(customer, 7_400, -12)


def order_released(book: Book) -> None:
    """Over its limit; a person released one order for a fortnight."""
    customer = book.customer("Silex Natuursteen BV",
                             credit_limit=300_000)  # fmt: skip
    book.settled(customer, 6, 10, 1_200)
    book.bill(customer, 3_100, 5)
    order = book.order(customer, 1_500, 3, promised_for=book.ago(-10))
    book.approve(
        customer,
        "order_release",
        2,
        "new owner vouches for it",
        ref=order,
        amount=150_000,
        valid_until=book.ago(-12),
    )


def orders_refused(book: Book) -> None:
    """Refused two of our deliveries, and we one of its orders."""
    customer = book.customer("Faro Meubel BV")
    book.settled(customer, 5, 22)
    for days_ago in (80, 35):
        book.order(customer, 1_000, days_ago, refused_on=book.ago(days_ago - 4), refused_by="customer")
    book.order(customer, 2_400, 15, refused_on=book.ago(14), refused_by="us")


def set_by_hand(book: Book) -> None:
    """Its segment and its limit are set by hand."""
    customer = book.customer("Zenit Zorg VZW", sector="86")
    book.settled(customer, 5, 24)
    book.bill(customer, 2_600, 33)
    for number, (field, value) in enumerate((("segment", "trusted"), ("credit_limit", "1500000")), start=1):
        book.write(
            "override", override_id=f"SV{number}", customer_id=customer, field=field, value=value,
            from_on=book.ago(90), until_on=book.ago(-90), by="credit-manager", reason="board decision of March",
        )  # fmt: skip
    book.approve(
        customer, "limit", 90, "board decision of March", amount=1_500_000, valid_until=book.ago(-90)
    )


def group_at_its_limit(book: Book) -> None:
    """Parent of two, pays for one of them; the group is at its limit."""
    head = book.customer("Terra Holding NV",
                         legal_form="NV", employees=90)  # fmt: skip
    paid_for = book.customer("Terra Noord BV", parent_id=head, payer_id=head, live=False)
    alone = book.customer("Terra Zuid BV", parent_id=head)
    for member in (head, alone):
        book.settled(member, 4, 5, 2_000)
    late = book.bill(paid_for, 3_500, 12)
    book.act(head, "email", 5, 1, [late])
    book.bill(alone, 2_900, -10)
    book.write(
        "credit_group", group_id="SG1", limit=700_000, currency="EUR", customer_ids=[head, paid_for, alone]
    )


def cover_withdrawn(book: Book) -> None:
    """The insurer withdrew its cover; a bank guarantee remains."""
    customer = book.customer("Cardaan Leder BV")
    book.settled(customer, 5, 16, 2_000)
    book.bill(customer, 4_200, 6)
    book.write(
        "cover", cover_id="SC1", customer_id=customer, insurer="atradius", kind="named", amount=1_000_000,
        currency="EUR", insured_share=0.9, valid_from=book.ago(400), withdrawn_on=book.ago(30),
        maximum_extension_days=60,
    )  # fmt: skip
    book.write(
        "security", customer_id=customer, kind="bank_guarantee", amount=200_000, currency="EUR", from_on=book.ago(300),
        until_on=book.ago(-200),
    )  # fmt: skip


def imported_in_the_middle(book: Book) -> None:
    """The earlier system had come to level 3: the case goes on there."""
    customer = book.customer("Lariks Parket BV")
    book.settled(customer, 5, 12)
    invoice = book.bill(customer, 1_150, 40)
    for channel, days_ago, level in (("email", 33, 1), ("call", 19, 2), ("letter", 12, 3)):
        book.act(customer, channel, days_ago, level, [invoice])


def waiting_for_go_live(book: Book) -> None:
    """Overdue since March, not yet released at go-live."""
    customer = book.customer("Helder Glas BV", live=False)
    book.settled(customer, 4, 28)
    book.bill(customer, 1_980, 100)


def asked_about(book: Book) -> None:
    """A prospect: a report and an opportunity, no invoice."""
    customer = book.customer("Bever Vloeren BV", status="prospect",
                             live=False, customer_since=None)  # fmt: skip
    book.write(
        "credit_report", report_id="SQ1", customer_id=customer, provider="graydon", reported_on=book.ago(9),
        received_on=book.ago(9), scale="rating", grade="BB", pd=0.021, valid_until=book.ago(-356),
        recommended_limit=500_000, currency="EUR",
    )  # fmt: skip
    book.write(
        "opportunity", opportunity_id="SY1", customer_id=customer, stage="quoted", amount=1_800_000, currency="EUR",
        expected_on=book.ago(-20), updated_on=book.ago(4),
    )  # fmt: skip


def content_customer(book: Book) -> None:
    """Told us what it thinks of us, and is about to order more."""
    customer = book.customer("Brem Bloemen BV")
    book.settled(customer, 8, -3, 600)
    book.write("feedback", customer_id=customer, on=book.ago(20), about="call", score=5)
    book.write(
        "opportunity", opportunity_id="SY2", customer_id=customer, stage="negotiation", amount=2_500_000,
        currency="EUR", expected_on=book.ago(-45), updated_on=book.ago(2),
    )  # fmt: skip
    book.write(
        "note", note_id="SW2", customer_id=customer, on=book.ago(20), by="am-dirkx", tag="loyal",
        text="would recommend us",
    )  # fmt: skip


STORIES = (
    sister_companies, bankrupt_with_new_debt, reorganisation_over, insolvent_by_the_short_column, deceased,
    under_guardianship, consumer_after_the_legal_letter, sole_trader_at_the_end, with_the_bailiff,
    back_from_the_agency, leave_alone, nobody_to_write_to, mail_bounced, never_reached, says_it_has_paid, paused,
    first_slip, network_refused, declared_pay_days, merged_records, limit_changed, order_released, orders_refused,
    set_by_hand, group_at_its_limit, cover_withdrawn, imported_in_the_middle, waiting_for_go_live, asked_about,
    in_temporary_trouble, praised_and_feared,
    content_customer,
)  # fmt: skip
