"""A company with a few debtors, a clock that stands still, and a mail server that counts."""

from __future__ import annotations

import email
import email.policy
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiosmtpd.controller import Controller
from django.conf import settings

from creditdesk.desk.casework import policies
from creditdesk.desk.casework.models import Case, Decision, Message, Run, Step, Task
from creditdesk.desk.day import golive
from creditdesk.desk.day.decider import Decider
from creditdesk.desk.day.desk import Desk
from creditdesk.desk.day.run import Worker, run_day
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.writing import add, add_all

HERE = ZoneInfo("Europe/Brussels")
LADDER = Path(__file__).parent / "ladder.yaml"
MONDAY = date(2026, 3, 23)
"""The first working day after the invoices fell due, on Friday 20 March."""


class Peer:
    """A real SMTP server: counts what it takes, and answers some recipients as it was told."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.bytes: dict[str, bytes] = {}
        self.answers: dict[str, str] = {}
        self.drop_after_data: set[str] = set()
        self._lock = threading.Lock()
        self._controller: Controller | None = None

    def start(self) -> Peer:
        self._controller = Controller(self, hostname="127.0.0.1", port=_free_port(), ready_timeout=30)
        self._controller.start()
        return self

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    @property
    def port(self) -> int:
        assert self._controller is not None
        return self._controller.port

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self._lock:
            self.taken[message["Message-ID"]] += 1
            self.bytes[message["Message-ID"]] = envelope.content
        if envelope.rcpt_tos[0] in self.drop_after_data:
            server.transport.abort()
        return "250 taken"


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Office:
    """One company at work."""

    company: Company
    decider: Decider
    peer: Peer
    today: date = MONDAY
    hour: int = 7
    told: list[str] = field(default_factory=list)

    @staticmethod
    def open(decider: Decider, peer: Peer, customers: list[str], **more: Any) -> Office:
        """A company that sold each customer EUR 1,000, due on Friday 20 March 2026."""
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", peer.port
        settings.DEFAULT_FROM_EMAIL = "credit@acme.example"
        company = Company.objects.create(code="acme", name="Acme BV")
        office = Office(company, decider, peer)
        add_all(company, facts(customers, **more), by="import", at=office.now())
        version = policies.propose(company, LADDER.read_text(), by="anna", why="the first", now=office.now())
        policies.approve(version, by="bert", why="agreed", now=office.now())
        return office

    def now(self) -> datetime:
        return datetime.combine(self.today, time(self.hour), HERE)

    @property
    def worker(self) -> Worker:
        return Worker(decider=self.decider, clock=self.now, by="test")

    def day(self, on: date | str, tell: Any = None) -> Run:
        """Run the day of a date, which is today."""
        self.today = _date(on)
        return run_day(self.company, self.today, self.today, self.worker, tell or (lambda *_told: None))

    def desk(self, by: str = "anna") -> Desk:
        return Desk(self.company, self.today, self.worker, by)

    def release(self, *customers: str) -> None:
        golive.release(self.company, list(customers), by="bert", why="go", on=self.today, now=self.now())

    def fact(self, table: str, **row: Any) -> None:
        add(self.company, table, [row], by="import", at=self.now())

    def pays(self, customer: str, on: str, amount: int = 100_000) -> None:
        """Money that came in, and was allocated to the customer's invoice."""
        day = _date(on)
        name = f"{customer}-{on}"
        self.fact(
            "payment", payment_id=name, customer_id=customer, value_date=day, amount=amount, currency="EUR"
        )
        self.fact("allocation", allocation_id=name, invoice_id=f"i-{customer}", kind="payment", payment_id=name,
                  allocated_on=day, amount=amount)  # fmt: skip

    def task(self, customer: str, state: str = "open") -> Task:
        return Task.objects.get(company=self.company, customer=customer, state=state)

    def tasks(self, customer: str) -> list[tuple[str, str, str]]:
        """Step, state and why it was closed, in the order in which they were opened."""
        rows = Task.objects.filter(company=self.company, customer=customer).order_by("id")
        return [(row.step, row.state, row.closed_because) for row in rows]

    def messages(self, customer: str) -> list[tuple[str, str]]:
        rows = Message.objects.filter(company=self.company, customer=customer).order_by("id")
        return [(row.step, row.state) for row in rows]

    def case(self, customer: str) -> Case:
        return Case.objects.get(company=self.company, customer=customer)

    def decision(self, customer: str, on: date | str) -> Decision | None:
        """What held for a customer on a day."""
        day = _date(on)
        rows = Decision.objects.filter(company=self.company, customer=customer, from_on__lte=day).order_by(
            "-from_on"
        )
        found = rows.first()
        return None if found is None or (found.to_on is not None and found.to_on <= day) else found

    def step(self, customer: str) -> Step | None:
        return Step.objects.filter(company=self.company, customer=customer, to_on=None).first()


def facts(customers: list[str], **more: Any) -> dict[str, list[dict[str, Any]]]:
    """Facts of a small company; `more` adds to every customer."""
    return {
        "company": [{"company_id": "acme", "name": "Acme BV", "country": "BE", "currency": "EUR", "language": "en"}],
        "customer": [
            {"customer_id": name, "name": name.title(), "kind": "company", "company_id": "acme", "country": "BE",
             "language": "en", "employees": 10, "collector": "carla"} | more
            for name in customers
        ],
        "contact": [
            {"contact_id": f"k-{name}", "customer_id": name, "role": "accounts_payable", "name": "Peeters",
             "email": f"{name}@example.org", "phone": "+32 2 555 01 02", "address": "Kerkstraat 1, 1000 Brussel"}
            for name in customers
        ],
        "invoice": [
            {"invoice_id": f"i-{name}", "customer_id": name, "company_id": "acme", "number": f"2026/{name}",
             "kind": "invoice", "issued": date(2026, 2, 18), "due": date(2026, 3, 20), "amount": 100_000,
             "currency": "EUR"}
            for name in customers
        ],
    }  # fmt: skip


def _date(on: date | str) -> date:
    return date.fromisoformat(on) if isinstance(on, str) else on


def days_between(first: str, last: str) -> list[date]:
    start, end = _date(first), _date(last)
    return [start + timedelta(days=index) for index in range((end - start).days + 1)]
