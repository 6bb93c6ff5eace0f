"""Lines of a case as rows of the contract: what people did, and what became known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from creditdesk.facts.schema import TABLES
from creditdesk.policy.case_invoices import Row, Sheet, history, invoice
from creditdesk.policy.case_words import WordError, Words


def action(sheet: Sheet, words: Words) -> None:
    """`2026-03-24 reminder sent for F1`: a step of the procedure under way, or a channel for a contact outside it."""
    on = words.day()
    what = words.word("a step of the procedure, or a channel")
    table = TABLES["action"]
    channels, outcomes = table.column("channel").allowed, table.column("outcome").allowed
    row: Row = {"direction": "out"}
    if what in sheet.steps:
        channel, level = sheet.steps[what]
        row.update(procedure=sheet.procedure, step=what, channel=channel, level=level, case_no=1)
    elif what in channels:
        row.update(channel=what)
    else:
        raise WordError(repr(what), ", ".join([*sheet.steps, *channels]))
    readers: dict[str, Callable[[], None]] = {
        "level": lambda: row.update(level=words.number()),
        "case": lambda: row.update(case_no=words.number()),
        "imported": lambda: row.update(procedure="imported", case_no=1),
        "in": lambda: row.update(direction="in"),
        "by": lambda: row.update(by=words.word()),
        "for": lambda: row.update(invoice_ids=[sheet.invoice(name) for name in words.names()]),
    }
    if words.peek() in outcomes:
        row["outcome"] = words.word()
    words.pairs(readers)
    if "invoice_ids" not in row and row["direction"] == "out":
        row["invoice_ids"] = [
            made["invoice_id"]
            for made in sheet.invoices.values()
            if made["kind"] == "invoice" and _open(sheet, made, on)
        ]
    sheet.add("action", action_id=sheet.id("act", "action"), done_on=on, **row)


def _open(sheet: Sheet, made: Row, on: date) -> bool:
    """Whether something of an invoice was open and past due on a day."""
    closed = sum(
        int(row["amount"])
        for row in sheet.rows.get("allocation", ())
        if row["invoice_id"] == made["invoice_id"] and row["allocated_on"] <= on
    )
    return bool(made["due"] < on and closed < made["amount"])


def promise(sheet: Sheet, words: Words) -> None:
    """`1000 for 2026-04-15 made 2026-03-27 on F1`."""
    amount, currency = words.amount(), words.currency(sheet.currency)
    row: Row = {"due_on": None, "made_on": None}
    words.pairs(
        {
            "for": lambda: row.update(due_on=words.day()),
            "made": lambda: row.update(made_on=words.day()),
            "on": lambda: row.update(invoice_id=sheet.invoice(words.word())),
            "withdrawn": lambda: row.update(withdrawn_on=words.day()),
        }
    )
    if row["due_on"] is None or row["made_on"] is None:
        raise WordError(repr(words.text), "AMOUNT for DATE made DATE")
    sheet.add(
        "promise",
        promise_id=sheet.id("W", "promise"),
        amount=sheet.minor(amount, currency),
        currency=currency,
        **row,
    )


def dispute(sheet: Sheet, words: Words) -> None:
    """`250 on F1 price from 2026-03-30 until 2026-04-13 we_right`."""
    amount = words.amount()
    table = TABLES["dispute"]
    row: Row = {}
    if words.skip("on"):
        row["invoice_id"] = sheet.invoice(words.word())
    row["reason"] = words.one_of(table.column("reason").allowed)
    words.expect("from")
    row["opened_on"] = words.day()
    if words.skip("until"):
        row["closed_on"] = words.day()
        row["outcome"] = words.one_of(table.column("outcome").allowed)
    if words.skip("deadline"):
        row["deadline"] = words.day()
    _ended(words)
    sheet.add("dispute", dispute_id=sheet.id("D", "dispute"), amount=sheet.minor(amount), **row)


def payment(sheet: Sheet, words: Words) -> None:
    """`400 on 2026-04-02`: money that is not yet allocated to an invoice."""
    amount, currency = words.amount(), words.currency(sheet.currency)
    words.expect("on")
    on = words.day()
    _ended(words)
    paid = sheet.id("P", "payment")
    sheet.add(
        "payment", payment_id=paid, value_date=on, amount=sheet.minor(amount, currency), currency=currency
    )


def order(sheet: Sheet, words: Words) -> None:
    """`1200 on 2026-02-01 delivered 2026-02-10`."""
    amount, currency = words.amount(), words.currency(sheet.currency)
    words.expect("on")
    row: Row = {"ordered_on": words.day()}
    value = sheet.minor(amount, currency)
    if words.skip("delivered"):
        row.update(delivered_on=words.day(), delivered_amount=value)
    if words.skip("invoiced"):
        row.update(invoiced_amount=value)
    _ended(words)
    sheet.add("order", order_id=sheet.id("O", "order"), amount=value, currency=currency, **row)


def note(sheet: Sheet, words: Words) -> None:
    """`2026-03-01 cash_trouble asks for time`."""
    on = words.day()
    tag = words.one_of(TABLES["note"].column("tag").allowed)
    text = " ".join(words.names()) or tag
    sheet.add("note", note_id=sheet.id("N", "note"), on=on, tag=tag, text=text)


def report(sheet: Sheet, words: Words) -> None:
    """`graydon rating grade BB on 2026-01-10`, `creditsafe score score 45 on 2026-01-10`, `altares x pd 0.02 on …`."""
    row: Row = {"provider": words.word("a provider"), "scale": words.word("its scale")}
    kind = words.one_of(("grade", "score", "pd"))
    value = words.word("its value")
    row[kind] = value if kind == "grade" else float(value)
    words.expect("on")
    on = words.day()
    _ended(words)
    sheet.add(
        "credit_report", report_id=sheet.id("R", "credit_report"), reported_on=on, received_on=on, **row
    )


def legal(sheet: Sheet, words: Words) -> None:
    """`bankruptcy from 2026-04-02 claim 2026-06-01`."""
    row: Row = {"kind": words.one_of(TABLES["legal_status"].column("kind").allowed)}
    words.expect("from")
    row["from_on"] = words.day()
    if words.skip("until"):
        row["ended_on"] = words.day()
    if words.skip("claim"):
        row["claim_deadline"] = words.day()
    _ended(words)
    sheet.add("legal_status", **row)


def pause(sheet: Sheet, words: Words) -> None:
    """`from 2026-03-01 until 2026-03-31 holidays`."""
    words.expect("from")
    row: Row = {"from_on": words.day()}
    if words.skip("until"):
        row["until_on"] = words.day()
    row["reason"] = " ".join(words.names()) or "asked"
    sheet.add("pause", pause_id=sheet.id("Z", "pause"), by="case", **row)


def override(sheet: Sheet, words: Words) -> None:
    """`segment partner from 2026-03-01 until 2026-12-31`."""
    row: Row = {
        "field": words.one_of(TABLES["override"].column("field").allowed),
        "value": words.word("its value"),
    }
    words.expect("from")
    row["from_on"] = words.day()
    if words.skip("until"):
        row["until_on"] = words.day()
    _ended(words)
    sheet.add("override", override_id=sheet.id("V", "override"), by="case", reason="case", **row)


def approval(sheet: Sheet, words: Words) -> None:
    """`step registered_letter on 2026-04-27 yes`, `order_release on 2026-04-01 no`."""
    row: Row = {"subject": words.one_of(TABLES["approval"].column("subject").allowed)}
    if words.peek() != "on":
        row["ref"] = words.word()
    words.expect("on")
    row["decided_on"] = words.day()
    row["granted"] = words.one_of(("yes", "no")) == "yes"
    _ended(words)
    sheet.add("approval", approval_id=sheet.id("Y", "approval"), by="case", reason="case", **row)


def handover(sheet: Sheet, words: Words) -> None:
    """`agency on 2026-02-01 for F1 returned 2026-03-01`."""
    row: Row = {"to": words.one_of(TABLES["handover"].column("to").allowed)}
    words.expect("on")
    row["handed_on"] = words.day()
    if words.skip("returned"):
        row["returned_on"] = words.day()
    words.expect("for")
    row["invoice_ids"] = [sheet.invoice(name) for name in words.names()]
    state = "returned" if "returned_on" in row else "open"
    sheet.add(
        "handover", handover_id=sheet.id("G", "handover"), status=state, status_on=row["handed_on"], **row
    )


def cover(sheet: Sheet, words: Words) -> None:
    """`100k atradius from 2025-01-01 until 2026-12-31 share 0.9`."""
    amount = words.amount()
    row: Row = {"insurer": words.word("an insurer"), "insured_share": 0.9}
    words.pairs(
        {
            "from": lambda: row.update(valid_from=words.day()),
            "until": lambda: row.update(valid_to=words.day()),
            "share": lambda: row.update(insured_share=float(words.amount())),
            "withdrawn": lambda: row.update(withdrawn_on=words.day()),
        }
    )
    row.setdefault("valid_from", date(2000, 1, 1))
    sheet.add(
        "cover", cover_id=sheet.id("I", "cover"), amount=sheet.minor(amount), currency=sheet.currency, **row
    )


def preference(sheet: Sheet, words: Words) -> None:
    """`payment_run 5 20 from 2025-01-01`."""
    kind = words.one_of(TABLES["preference"].column("kind").allowed)
    values: list[str] = []
    while words.more() and words.peek() != "from":
        values.append(words.word())
    words.expect("from")
    on = words.day()
    _ended(words)
    sheet.add("preference", kind=kind, value=",".join(values), from_on=on, set_by="customer")


def _ended(words: Words) -> None:
    if words.more():
        raise WordError(f"{words.peek()!r} in {words.text!r}", "the end of the line")


LINES: dict[str, Callable[[Sheet, Words], None]] = {
    "history": history,
    "invoices": invoice,
    "payments": payment,
    "orders": order,
    "actions": action,
    "promises": promise,
    "disputes": dispute,
    "notes": note,
    "reports": report,
    "legal": legal,
    "pauses": pause,
    "overrides": override,
    "approvals": approval,
    "handovers": handover,
    "covers": cover,
    "preferences": preference,
}
"""What a case may list, in the order in which it is read: actions and promises name invoices."""
