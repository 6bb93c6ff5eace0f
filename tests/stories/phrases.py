"""The sentences of a story as rows of the contract: `paid 400 on A`, `disputes 250 of A (price)`, `moved to firm`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from creditdesk.facts.schema import TABLES
from stories.story import Story

Row = dict[str, object]
MONEY = r"(?:(?P<currency>[A-Z]{3}) )?(?P<amount>\d+(?:\.\d+)?)"
DAY = r"\d{4}-\d\d-\d\d"


@dataclass
class Ledger:
    """The rows of one story, growing as its days are told."""

    story: Story
    tables: dict[str, list[Row]] = field(default_factory=dict)
    later: dict[date, list[str]] = field(default_factory=dict)

    def morning(self, day: date) -> None:
        """What the story says of this day and could not be told before."""
        for sentence in self.later.pop(day, []):
            tell(self, day, sentence)

    @property
    def customer(self) -> str:
        return self.story.id

    def add(self, table: str, **row: object) -> Row:
        rows = self.tables.setdefault(table, [])
        rows.append(row)
        return row

    def number(self, table: str) -> str:
        return f"{self.story.id}.{table}{len(self.tables.get(table, ())) + 1}"

    def invoice(self, letter: str) -> str:
        found = f"{self.story.id}.{letter}"
        if not any(row["invoice_id"] == found for row in self.tables.get("invoice", ())):
            raise ValueError(f"{self.story.id}: no invoice {letter}")
        return found

    def row(self, letter: str) -> Row:
        found = self.invoice(letter)
        return next(row for row in self.tables["invoice"] if row["invoice_id"] == found)

    def letters(self, invoices: object) -> tuple[str, ...]:
        """Invoice ids as the letters of the story."""
        return tuple(str(each).removeprefix(f"{self.story.id}.") for each in (invoices or ()))


def minor(amount: str) -> int:
    return round(float(amount) * 100)


def open_ledger(story: Story) -> Ledger:
    """The facts that a story starts from, and everything that its `days` tell."""
    ledger = Ledger(story)
    ledger.add(
        "customer",
        **{
            "customer_id": ledger.customer, "company_id": "HQ", "name": story.title[:60], "kind": "company",
            "country": "BE", "street": "Kerkstraat 1", "city": "Gent", "language": "nl", "currency": "EUR",
            **story.customer,
        },
    )  # fmt: skip
    if "contact" not in story.facts:
        ledger.add("contact", contact_id=f"{story.id}.contact", customer_id=ledger.customer, role="accounts_payable",
                   is_primary=True, name="Accounts payable", email="payables@example.com",
                   phone="+3291234567", mobile="+32470123456")  # fmt: skip
    for letter, said in story.invoices.items():
        _invoice(ledger, letter, said)
    if story.segment:
        _override(ledger, story.segment, story.first - timedelta(days=400))
    if story.go_live:
        ledger.add("approval", approval_id=f"{story.id}.go-live", customer_id=ledger.customer, subject="go_live",
                   decided_on=story.first - timedelta(days=400), granted=True, by="Ann", reason="first run")  # fmt: skip
    for table, rows in story.facts.items():
        for row in rows:
            own = {"customer_id": ledger.customer} if "customer_id" in TABLES[table].schema() else {}
            ledger.add(table, **{**own, **row})
    for day, sentences in story.days.items():
        for sentence in sentences:
            try:
                tell(ledger, day, sentence)
            except LookupError:  # it speaks of what a step of the story will bring: told that morning
                ledger.later.setdefault(day, []).append(sentence)
    return ledger


_INVOICE = re.compile(rf"^{MONEY} due (?P<due>{DAY})(?:,? issued (?P<issued>{DAY}))?$")


def _invoice(ledger: Ledger, letter: str, said: object) -> None:
    more: Row = {}
    if isinstance(said, dict):
        more = {key: value for key, value in said.items() if key != "is"}
        said = said["is"]
    found = _INVOICE.match(str(said))
    if not found:
        raise ValueError(f"{ledger.story.id}: cannot read invoice {said!r}; write `1000 due 2026-03-20`")
    due = date.fromisoformat(found["due"])
    issued = date.fromisoformat(found["issued"]) if found["issued"] else due - timedelta(days=30)
    ledger.add("invoice", **{
        "invoice_id": f"{ledger.story.id}.{letter}", "customer_id": ledger.customer, "company_id": "HQ",
        "number": letter, "kind": "invoice", "issued": issued, "due": due, "amount": minor(found["amount"]),
        "currency": found["currency"] or "EUR", **more,
    })  # fmt: skip


def _override(ledger: Ledger, segment: str, on: date) -> None:
    for row in ledger.tables.get("override", ()):
        if row["field"] == "segment" and row.get("until_on") is None:
            row["until_on"] = on - timedelta(days=1)
    ledger.add("override", override_id=ledger.number("override"), customer_id=ledger.customer, field="segment",
               value=segment, from_on=on, by="Ann", reason="story")  # fmt: skip


# ------------------------------------------------------------------------------------------------------- sentences


def _paid(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    """`paid 400 on A, 100 on B`, `paid 400` (unallocated), `paid 400 on A, value 2026-04-01, by direct debit`."""
    value = date.fromisoformat(found["value"]) if found["value"] else on
    parts = re.findall(r"([\d.]+) on (\w+)", found["parts"])
    currency = found["currency"] or (ledger.row(parts[0][1])["currency"] if parts else "EUR")
    whole = sum(minor(amount) for amount, _ in parts) if parts else minor(found["parts"])
    payment = ledger.number("payment")
    ledger.add("payment", payment_id=payment, customer_id=ledger.customer, value_date=value, entry_date=on,
               amount=whole, currency=currency, method="direct_debit" if found["debit"] else "transfer",
               order_id=found["order"])  # fmt: skip
    for amount, letter in parts:
        ledger.add("allocation", allocation_id=ledger.number("allocation"), invoice_id=ledger.invoice(letter),
                   kind="payment", payment_id=payment, allocated_on=on, amount=minor(amount))  # fmt: skip


def _taken_back(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    """`payment on A taken back`: the bank returns the money and the allocation is undone."""
    invoice = ledger.invoice(found["letter"])
    for allocation in ledger.tables["allocation"]:
        if allocation["invoice_id"] == invoice and allocation["kind"] == "payment":
            allocation["reversed_on"] = on
            ledger.add("payment", payment_id=ledger.number("payment"), customer_id=ledger.customer, kind="return",
                       value_date=on, entry_date=on, amount=allocation["amount"],
                       currency=ledger.row(found["letter"])["currency"],
                       reverses_payment_id=allocation["payment_id"])  # fmt: skip


def _undone(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    """`allocation on A undone`: the money was another's; it is unallocated again."""
    invoice = ledger.invoice(found["letter"])
    for allocation in ledger.tables["allocation"]:
        if allocation["invoice_id"] == invoice:
            allocation["reversed_on"] = on


def _promised(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    letter = found["letter"]
    ledger.add("promise", promise_id=ledger.number("promise"), customer_id=ledger.customer,
               invoice_id=ledger.invoice(letter) if letter else None, made_on=on,
               due_on=date.fromisoformat(found["for"]), amount=minor(found["amount"]),
               currency=found["currency"] or "EUR")  # fmt: skip


def _withdrawn(ledger: Ledger, on: date, _found: re.Match[str]) -> None:
    ledger.tables["promise"][-1]["withdrawn_on"] = on


def _disputes(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    ledger.add("dispute", dispute_id=ledger.number("dispute"), customer_id=ledger.customer,
               invoice_id=ledger.invoice(found["letter"]), opened_on=on, amount=minor(found["amount"]),
               reason=found["reason"] or "quality",
               deadline=date.fromisoformat(found["deadline"]) if found["deadline"] else None)  # fmt: skip


def _dispute_closed(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    invoice = ledger.invoice(found["letter"])
    closed = [
        row for row in ledger.tables.get("dispute", ())
        if row["invoice_id"] == invoice and row.get("closed_on") is None and row["opened_on"] <= on
    ]  # fmt: skip
    if not closed:
        raise LookupError(found["letter"])
    for row in closed:
        row.update(closed_on=on, outcome=found["outcome"])


def _credit_note(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    """`credit note 100 on A` is allocated; `credit note USD 100 open` is not; `... for the dispute of A` names both."""
    letter = found["letter"]
    number = ledger.number("invoice") + "-CN"
    currency = found["currency"] or (ledger.row(letter)["currency"] if letter else "EUR")
    ledger.add("invoice", invoice_id=number, customer_id=ledger.customer, company_id="HQ", number=number,
               kind="credit_note", issued=on, due=on, amount=minor(found["amount"]), currency=currency,
               corrects_invoice_id=ledger.invoice(letter) if letter else None)  # fmt: skip
    if letter and not found["open"]:
        ledger.add("allocation", allocation_id=ledger.number("allocation"), invoice_id=ledger.invoice(letter),
                   kind="credit_note", credit_note_id=number, allocated_on=on, amount=minor(found["amount"]))  # fmt: skip
    for row in ledger.tables.get("dispute", ()):
        if letter and row["invoice_id"] == ledger.invoice(letter) and row.get("outcome") in ("customer_right",
                                                                                         "partly_right"):  # fmt: skip
            row["credit_note_id"] = number


def _plan(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    """`plan for A B: 300 on 2026-04-10, 300 on 2026-04-24`."""
    plan = ledger.number("plan")
    letters = re.split(r"[ ,]+", found["letters"])
    ledger.add("plan", plan_id=plan, customer_id=ledger.customer, agreed_on=on,
               invoice_ids=[ledger.invoice(letter) for letter in letters])  # fmt: skip
    for amount, due in re.findall(rf"([\d.]+) on ({DAY})", found["parts"]):
        ledger.add("instalment", plan_id=plan, due_on=date.fromisoformat(due), amount=minor(amount))


def _plan_ended(ledger: Ledger, on: date, _found: re.Match[str]) -> None:
    ledger.tables["plan"][-1]["ended_on"] = on


def _paused(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    """`paused until 2026-04-20`, `paused for A until ...`, `paused by call until ...`."""
    ledger.add("pause", pause_id=ledger.number("pause"), customer_id=ledger.customer,
               invoice_id=ledger.invoice(found["letter"]) if found["letter"] else None, channel=found["channel"],
               from_on=on, until_on=date.fromisoformat(found["until"]), reason="story", by="Ann")  # fmt: skip


def _moved(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    _override(ledger, found["segment"], on)


def _debit(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    row = ledger.row(found["letter"])
    ledger.add("collection", collection_id=ledger.number("collection"), invoice_id=row["invoice_id"],
               collect_on=on, amount=row["amount"])  # fmt: skip


def _debit_returned(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    """The direct debit comes back: money that was allocated is taken back with it."""
    invoice = ledger.invoice(found["letter"])
    for row in ledger.tables.get("collection", ()):
        if row["invoice_id"] == invoice and row.get("returned_on") is None:
            row.update(returned_on=on, return_reason="insufficient funds")
    if any(row["invoice_id"] == invoice for row in ledger.tables.get("allocation", ())):
        _taken_back(ledger, on, found)


def _insolvent(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    ledger.add("legal_status", customer_id=ledger.customer, kind=found["kind"] or "bankruptcy", from_on=on,
               claim_deadline=date.fromisoformat(found["deadline"]) if found["deadline"] else None)  # fmt: skip
    if found["re"]:
        for row in ledger.tables["override"]:
            row["until_on"] = on - timedelta(days=1)


def _handed(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    letters = re.split(r"[ ,]+", found["letters"])
    ledger.add("handover", handover_id=ledger.number("handover"), customer_id=ledger.customer, to="agency",
               invoice_ids=[ledger.invoice(letter) for letter in letters], handed_on=on, status="open",
               status_on=on)  # fmt: skip


def _file_returned(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    invoice = ledger.invoice(found["letter"])
    for row in ledger.tables["handover"]:
        if invoice in row["invoice_ids"]:
            row["returned_on"] = on


def _approval(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    """`approval of step hand_over`, `refusal of step hand_over`, `approval of promise 1`, `approval of go_live`."""
    ref = found["ref"]
    if found["subject"] == "promise":
        ref = f"{ledger.story.id}.promise{ref}"
    subject = {"promise": "plan"}.get(found["subject"], found["subject"])
    ledger.add("approval", approval_id=ledger.number("approval"), customer_id=ledger.customer, subject=subject,
               ref=ref, decided_on=on, granted=found["word"] == "approval", by="Ann", reason="story")  # fmt: skip


def _written_off(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    row = ledger.row(found["letter"])
    amount = minor(found["amount"]) if found["amount"] else row["amount"]
    ledger.add("allocation", allocation_id=ledger.number("allocation"), invoice_id=row["invoice_id"],
               kind="write_off", allocated_on=on, amount=amount)  # fmt: skip


def _says_paid(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    ledger.add("action", action_id=ledger.number("action"), customer_id=ledger.customer, channel="email",
               direction="in", done_on=on, invoice_ids=[ledger.invoice(found["letter"])],
               outcome="paid_claimed")  # fmt: skip


def _we_owe(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    ledger.add("contra", customer_id=ledger.customer, on=on, amount=minor(found["amount"]),
               currency=found["currency"] or "EUR")  # fmt: skip


def _factored(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    ledger.row(found["letter"])["factored_on"] = on


def _ad_hoc(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    ledger.add("action", action_id=ledger.number("action"), customer_id=ledger.customer, channel=found["channel"],
               direction="out", done_on=on, invoice_ids=[], outcome="reached" if found["channel"] == "call" else "sent",
               by="Ann")  # fmt: skip


def _imported(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    """`imported letter, level 3, of A`: a reminder of an earlier system."""
    letters = re.split(r"[ ,]+", found["letters"]) if found["letters"] else list(ledger.story.invoices)
    ledger.add("action", action_id=ledger.number("action"), customer_id=ledger.customer, procedure="imported",
               level=int(found["level"]), channel=found["channel"], direction="out", done_on=on,
               invoice_ids=[ledger.invoice(letter) for letter in letters], outcome="sent")  # fmt: skip


def _did(ledger: Ledger, on: date, found: re.Match[str]) -> None:
    """`did reminder (email, level 1) of A, case 1`: a step done before the story begins."""
    ledger.add("action", action_id=ledger.number("action"), customer_id=ledger.customer,
               procedure=found["procedure"] or "reference", case_no=int(found["case"] or 1), step=found["step"],
               level=int(found["level"]), channel=found["channel"], direction="out", done_on=on,
               invoice_ids=[ledger.invoice(letter) for letter in re.split(r"[ ,]+", found["letters"])],
               outcome="reached" if found["channel"] == "call" else "sent", document="before", by="Ann")  # fmt: skip


LETTERS = r"(?P<letters>\w+(?:[ ,]+\w+)*)"
PARTS = r"(?:(?P<currency>[A-Z]{3}) )?(?P<parts>[\d.]+(?: on \w+(?:, [\d.]+ on \w+)*)?)"
STEP = r"(?P<step>\w+) \((?P<channel>\w+), level (?P<level>\d)\)(?: in (?P<procedure>\w+))?"
SENTENCES: list[tuple[str, Callable[[Ledger, date, re.Match[str]], None]]] = [
    (rf"paid {PARTS}(?:, value (?P<value>{DAY}))?(?P<debit>, by direct debit)?(?:, for order (?P<order>\w+))?", _paid),
    (r"payment on (?P<letter>\w+) taken back", _taken_back),
    (r"allocation on (?P<letter>\w+) undone", _undone),
    (rf"promised {MONEY} for (?P<for>{DAY})(?: on (?P<letter>\w+))?", _promised),
    (r"promise withdrawn", _withdrawn),
    (rf"disputes {MONEY} of (?P<letter>\w+)(?: \((?P<reason>\w+)\))?(?:, deadline (?P<deadline>{DAY}))?", _disputes),
    (r"dispute of (?P<letter>\w+) closed (?P<outcome>\w+)", _dispute_closed),
    (rf"credit note {MONEY}(?: on (?P<letter>\w+))?(?P<open> open)?", _credit_note),
    (rf"plan for {LETTERS}: (?P<parts>.+)", _plan),
    (r"plan ended", _plan_ended),
    (rf"paused(?: for (?P<letter>\w+))?(?: by (?P<channel>\w+))? until (?P<until>{DAY})", _paused),
    (r"moved to (?P<segment>\w+)", _moved),
    (r"direct debit of (?P<letter>\w+)", _debit),
    (r"direct debit of (?P<letter>\w+) returned", _debit_returned),
    (rf"insolvent(?: \((?P<kind>\w+)\))?(?:, claim before (?P<deadline>{DAY}))?(?P<re>, segment by policy)?", _insolvent),
    (rf"handed over {LETTERS}", _handed),
    (r"file of (?P<letter>\w+) returned", _file_returned),
    (r"(?P<word>approval|refusal) of (?P<subject>\w+)(?: (?P<ref>\w+))?", _approval),
    (r"written off(?: (?P<amount>[\d.]+) of)? (?P<letter>\w+)", _written_off),
    (r"says (?P<letter>\w+) is paid", _says_paid),
    (rf"we owe them {MONEY}", _we_owe),
    (r"factored (?P<letter>\w+)", _factored),
    (r"ad hoc (?P<channel>\w+)", _ad_hoc),
    (rf"did {STEP} of (?P<letters>\w+(?: \w+)*)(?:, case (?P<case>\d+))?", _did),
    (rf"imported (?P<channel>\w+), level (?P<level>\d)(?:, of {LETTERS})?", _imported),
]  # fmt: skip


def tell(ledger: Ledger, on: date, sentence: str) -> None:
    """One sentence of a day.

    Raises:
        ValueError: when no sentence of that form is known; it names the story.
    """
    for pattern, act in SENTENCES:
        found = re.fullmatch(pattern, sentence)
        if found:
            act(ledger, on, found)
            return
    raise ValueError(f"{ledger.story.id}: cannot read {sentence!r} on {on}")
