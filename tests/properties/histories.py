"""Random histories of payers: invoices, payments, promises, disputes, plans, and a ladder that was followed so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from creditdesk.policy.document import Policy, Step
from stories.reference_case import ladder
from stories.reference_facts import places

Row = dict[str, object]
Tables = dict[str, list[Row]]

COUNTRIES = ("BE", "BE", "NL", "FR")
SEGMENTS = (
    "standard", "standard", "partner", "attentive", "sales_first", "trusted", "firm", "easy", "light", "strict", "new",
    "contested", "guarded", "in_trouble", "occasional", "public",
)  # fmt: skip
AMOUNTS = (700, 4_000, 12_000, 20_000, 40_000, 90_000, 150_000, 600_000)
BANK = "@EUR"


@dataclass
class History:
    """The rows of one payer, up to a day."""

    id: str
    on: date
    random: Random
    tables: Tables = field(default_factory=dict)
    case_no: int = 1

    def add(self, table: str, **row: object) -> Row:
        self.tables.setdefault(table, []).append(row)
        return row

    def number(self, table: str) -> str:
        return f"{self.id}.{table}{len(self.tables.get(table, ())) + 1}"

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def day(self, first: int, last: int) -> date:
        """A day between `first` and `last` days before the day of the history."""
        return self.on - timedelta(days=self.random.randint(last, first))


def portfolio(seed: int, on: date, policy: Policy, size: int) -> Tables:
    """`size` payers of one company, each with a history of its own."""
    random = Random(seed)
    tables: Tables = {
        "fx_rate": [{"currency": "USD", "base": "EUR", "on": date(2023, 1, 2), "rate": 0.5}],
        "company": [{"company_id": "HQ", "name": "We", "country": "BE", "currency": "EUR", "language": "nl"}],
    }
    for number in range(size):
        history = payer(f"P{number:03d}", on, random, policy)
        if history.chance(8):
            _branch(history)
        for name, rows in history.tables.items():
            tables.setdefault(name, []).extend(rows)
    return tables


def payer(identity: str, on: date, random: Random, policy: Policy) -> History:
    """One payer with everything that may have happened to it."""
    story = History(identity, on, random)
    country = random.choice(COUNTRIES)
    story.add("customer", customer_id=identity, company_id="HQ", name=identity, country=country, currency="EUR",
              kind="sole_trader" if story.chance(15) else "company", street=None if story.chance(5) else "Street 1",
              language="nl", do_not_contact=story.chance(3))  # fmt: skip
    story.add("contact", contact_id=f"{identity}.c", customer_id=identity, role="accounts_payable", is_primary=True,
              email=None if story.chance(10) else "a@example.com", phone=None if story.chance(10) else "+3291234567",
              mobile=None if story.chance(30) else "+32470123456")  # fmt: skip
    if story.chance(95):
        story.add("approval", approval_id=f"{identity}.live", customer_id=identity, subject="go_live",
                  decided_on=on - timedelta(days=300), granted=True, by="Ann", reason="run")  # fmt: skip
    procedure = _segments(story, policy)
    if story.chance(15):
        _earlier_case(story, policy, procedure)
    _invoices(story)
    _steps(story, policy, procedure, country)
    _payments(story)
    _agreements(story)
    _rarities(story)
    return story


def _branch(story: History) -> None:
    """Some of the payer's invoices belong to a branch that it pays for."""
    branch = f"{story.id}-branch"
    story.add("customer", customer_id=branch, company_id="HQ", name=branch, kind="company", country="BE",
              currency="EUR", payer_id=story.id)  # fmt: skip
    _override_of(story, branch, "standard", story.on - timedelta(days=300), None)
    story.tables["invoice"][0]["customer_id"] = branch


def _segments(story: History, policy: Policy) -> str:
    """One segment, or two with a move between them; gives the procedure that the steps were done in."""
    first, now = story.random.choice(SEGMENTS), story.random.choice(SEGMENTS)
    moved = story.day(20, 0)
    if first != now and story.chance(25):
        _override(story, first, story.on - timedelta(days=300), moved - timedelta(days=1))
        _override(story, now, moved, None)
    else:
        first = now
        _override(story, now, story.on - timedelta(days=300), None)
    if story.chance(8):
        return "imported"
    return policy.segments[first].procedure[0].use


def _override(story: History, segment: str, start: date, end: date | None) -> None:
    _override_of(story, story.id, segment, start, end)


def _override_of(story: History, customer: str, segment: str, start: date, end: date | None) -> None:
    story.add("override", override_id=story.number("override"), customer_id=customer, field="segment", value=segment,
              from_on=start, until_on=end, by="Ann", reason="set")  # fmt: skip


def _earlier_case(story: History, policy: Policy, procedure: str) -> None:
    """A case that was closed by payment; now and then the money is taken back, soon or late."""
    invoice, due = f"{story.id}.Z", story.day(150, 100)
    story.add("invoice", invoice_id=invoice, customer_id=story.id, company_id="HQ", number="Z", kind="invoice",
              issued=due - timedelta(days=30), due=due, amount=80_000, currency="EUR")  # fmt: skip
    day = due
    for step in [] if procedure == "imported" else ladder(policy, procedure)[: story.random.randint(1, 3)]:
        day += timedelta(days=7)
        _act(story, procedure, step, day, [invoice], "sent")
    story.case_no = 1 if day == due else 2
    paid = day + timedelta(days=3)
    back = paid + timedelta(days=story.random.choice((20, 50, 61, 80))) if story.chance(50) else None
    story.add("payment", payment_id=f"{story.id}.z", customer_id=story.id, value_date=paid, amount=80_000,
              currency="EUR")  # fmt: skip
    story.add("allocation", allocation_id=f"{story.id}.z", invoice_id=invoice, kind="payment",
              payment_id=f"{story.id}.z", allocated_on=paid, amount=80_000, reversed_on=back)  # fmt: skip
    if back is not None:
        story.add("payment", payment_id=f"{story.id}.back", customer_id=story.id, kind="return", value_date=back,
                  amount=80_000, currency="EUR", reverses_payment_id=f"{story.id}.z")  # fmt: skip


def _invoices(story: History) -> None:
    for number in range(story.random.randint(1, 4)):
        due = story.day(75, -8)
        story.add("invoice", invoice_id=f"{story.id}.{'ABCD'[number]}", customer_id=story.id, company_id="HQ",
                  number="ABCD"[number], kind="invoice", issued=due - timedelta(days=story.random.choice((8, 30))),
                  due=due, amount=story.random.choice(AMOUNTS), currency="USD" if story.chance(4) else "EUR",
                  delivery_state=story.random.choice((None,) * 12 + ("delivered", "rejected")))  # fmt: skip


def _steps(story: History, policy: Policy, procedure: str, country: str) -> None:
    """The steps done so far: each at or after its day, listing what was past due then."""
    calendar, bank = places(country), places(BANK)
    invoices = [row for row in story.tables["invoice"] if row["number"] != "Z"]
    dues = {str(row["invoice_id"]): bank.next(row["due"]) for row in invoices}
    steps = ladder(policy, "reference" if procedure == "imported" else procedure)
    day, written = min(dues.values()), set()
    for step in steps[: story.random.randint(0, len(steps))]:
        wait = step.after if step.after is not None else max(1, (step.after_due or 1) - 4)
        day = calendar.add(day, max(1, wait) + story.random.choice((0, 0, 0, 1, 3)))
        listed = sorted(
            item for item, due in dues.items() if due < day and (not step.hard or item in written)
        )
        if day >= story.on or not listed:
            return
        if story.chance(10):
            bad = (
                ("no_answer", "left_message", "wrong_contact") if step.do == "call" else ("bounced", "failed")
            )
            _act(story, procedure, step, day, listed, story.random.choice(bad))
            day = calendar.add(day, 1)
            if day >= story.on:
                return
        outcome = (
            "skipped" if story.chance(5) else {"call": "reached", "sales": "reached"}.get(step.do, "sent")
        )
        _act(story, procedure, step, day, listed, outcome)
        if step.written and outcome != "skipped":
            written |= set(listed)
        if step.do == "hand_over":
            story.add("handover", handover_id=story.number("handover"), customer_id=story.id, to="agency",
                      invoice_ids=listed, handed_on=day, status="open", status_on=day)  # fmt: skip
    for step in steps:
        if story.chance(40):
            story.add("approval", approval_id=story.number("approval"), customer_id=story.id, subject="step",
                      ref=step.id, decided_on=story.day(25, 0), granted=story.chance(85), by="Ann",
                      reason="asked")  # fmt: skip


def _act(story: History, procedure: str, step: Step, day: date, listed: list[str], outcome: str) -> None:
    imported = procedure == "imported"
    story.add("action", action_id=story.number("action"), customer_id=story.id, procedure=procedure,
              case_no=None if imported else story.case_no, step=None if imported else step.id, level=step.level,
              channel=step.do, direction="out", done_on=day, invoice_ids=listed, outcome=outcome,
              document="R1", by="Ann")  # fmt: skip


def _payments(story: History) -> None:
    for invoice in [row for row in story.tables["invoice"] if row["number"] != "Z"]:
        if not story.chance(45):
            continue
        value = invoice["due"] + timedelta(days=story.random.randint(-6, 30))
        part = story.random.choice((100, 100, 60, 30, 10))
        amount = max(1, int(invoice["amount"]) * part // 100)
        booked = value + timedelta(days=story.random.choice((0, 0, 0, 1, 2)))
        payment = story.number("payment")
        story.add("payment", payment_id=payment, customer_id=story.id, value_date=value, entry_date=booked,
                  amount=amount + (5_000 if story.chance(6) else 0), currency=invoice["currency"],
                  order_id="O1" if story.chance(3) else None)  # fmt: skip
        if story.chance(90):
            undone = booked + timedelta(days=story.random.randint(1, 20)) if story.chance(6) else None
            story.add("allocation", allocation_id=story.number("allocation"), invoice_id=invoice["invoice_id"],
                      kind="payment", payment_id=payment, allocated_on=booked, amount=amount, reversed_on=undone)  # fmt: skip
        if part < 100 and story.chance(30):
            _paid_again(story, invoice, value + timedelta(days=story.random.randint(1, 12)))
        if story.chance(10):
            note = f"{story.id}.N{story.number('allocation')[-1]}"
            issued = value + timedelta(days=2)
            story.add("invoice", invoice_id=note, customer_id=story.id, company_id="HQ", number=note,
                      kind="credit_note", issued=issued, due=issued, amount=3_000,
                      currency="USD" if story.chance(15) else "EUR")  # fmt: skip
            return


def _paid_again(story: History, invoice: Row, value: date) -> None:
    """The rest of an invoice that was paid in part, or less."""
    amount = int(invoice["amount"]) * story.random.choice((70, 70, 40, 20)) // 100
    payment = story.number("payment")
    story.add("payment", payment_id=payment, customer_id=story.id, value_date=value, amount=amount,
              currency=invoice["currency"])  # fmt: skip
    story.add("allocation", allocation_id=story.number("allocation"), invoice_id=invoice["invoice_id"], kind="payment",
              payment_id=payment, allocated_on=value, amount=amount)  # fmt: skip


def _agreements(story: History) -> None:
    invoices = [row for row in story.tables["invoice"] if row["kind"] == "invoice"]
    for _ in range(story.random.choice((0, 0, 0, 1, 1, 2))):
        made = story.day(30, 0)
        invoice = story.random.choice(invoices)
        story.add("promise", promise_id=story.number("promise"), customer_id=story.id,
                  invoice_id=invoice["invoice_id"] if story.chance(40) else None, made_on=made,
                  due_on=made + timedelta(days=story.random.choice((2, 5, 9, 14, 30))),
                  amount=int(invoice["amount"]) * story.random.choice((30, 60, 85, 100, 150)) // 100,
                  currency=invoice["currency"],
                  withdrawn_on=made + timedelta(days=4) if story.chance(8) else None)  # fmt: skip
    for invoice in invoices:
        if story.chance(20):
            opened = story.day(30, 0)
            closed = opened + timedelta(days=story.random.randint(1, 20)) if story.chance(60) else None
            story.add("dispute", dispute_id=story.number("dispute"), customer_id=story.id,
                      invoice_id=invoice["invoice_id"], opened_on=opened, closed_on=closed,
                      amount=int(invoice["amount"]) * story.random.choice((20, 50, 100)) // 100,
                      reason=story.random.choice(("price", "quality", "delivery")),
                      outcome=story.random.choice(("we_right", "withdrawn", "customer_right")) if closed else None)  # fmt: skip
    if story.chance(8):
        agreed = story.day(25, 1)
        plan = story.number("plan")
        story.add("plan", plan_id=plan, customer_id=story.id, agreed_on=agreed,
                  invoice_ids=[invoices[0]["invoice_id"]],
                  ended_on=agreed + timedelta(days=10) if story.chance(20) else None)  # fmt: skip
        for part in (1, 2, 3):
            story.add("instalment", plan_id=plan, due_on=agreed + timedelta(days=10 * part),
                      amount=int(invoices[0]["amount"]) // 3 + 1)  # fmt: skip


def _rarities(story: History) -> None:
    invoices = [row for row in story.tables["invoice"] if row["kind"] == "invoice"]
    invoice = story.random.choice(invoices)
    if story.chance(4):
        story.add("pause", pause_id=story.number("pause"), customer_id=story.id,
                  invoice_id=invoice["invoice_id"] if story.chance(50) else None, from_on=story.day(10, 0),
                  until_on=story.day(0, -5), reason="asked", by="Ann")  # fmt: skip
    if story.chance(4):
        story.add("action", action_id=story.number("action"), customer_id=story.id, channel="email", direction="in",
                  done_on=story.day(12, 0), invoice_ids=[invoice["invoice_id"]], outcome="paid_claimed")  # fmt: skip
    if story.chance(10):
        for _ in range(story.random.choice((1, 2))):
            story.add("action", action_id=story.number("action"), customer_id=story.id, channel="email",
                      direction="out", done_on=story.day(8, 0), invoice_ids=[], outcome="sent")  # fmt: skip
    if story.chance(3):
        story.add("legal_status", customer_id=story.id, kind="bankruptcy", from_on=story.day(20, 0))
    if story.chance(4):
        story.add("collection", collection_id=story.number("collection"), invoice_id=invoice["invoice_id"],
                  collect_on=story.day(12, 0), amount=invoice["amount"])  # fmt: skip
    if story.chance(4):
        story.add("handover", handover_id=story.number("handover"), customer_id=story.id, to="agency",
                  invoice_ids=[invoice["invoice_id"]], handed_on=story.day(15, 0), status="open",
                  status_on=story.on)  # fmt: skip
    if story.chance(2):
        story.add("contra", customer_id=story.id, on=story.day(15, 0), amount=10_000, currency="EUR")
