"""What one payer's facts are, as plain records: the ground of the slow reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from creditdesk.facts.calendar import Calendar, Changes, calendar

Row = Mapping[str, object]
Tables = Mapping[str, Sequence[Row]]

FIRST, LAST = date(2023, 1, 1), date(2028, 12, 31)
ENDLESS = date(9999, 12, 31)


@dataclass(frozen=True)
class Invoice:
    id: str
    company: str
    issued: date
    due: date
    amount: int
    currency: str
    manner: str | None = None
    sent_on: date | None = None
    delivery_state: str | None = None
    factored_on: date | None = None
    corrects: str | None = None
    direct_debit: bool = False


@dataclass(frozen=True)
class CreditNote:
    id: str
    issued: date
    amount: int
    currency: str
    corrects: str | None


@dataclass(frozen=True)
class Payment:
    id: str
    kind: str
    value_on: date
    amount: int
    currency: str
    order_id: str | None
    reverses: str | None
    booked_on: date
    known: bool = True
    """False when the customer is unknown and the money is only a candidate."""


@dataclass(frozen=True)
class Allocation:
    invoice: str
    kind: str
    payment: str | None
    credit_note: str | None
    on: date
    amount: int
    undone_on: date | None


@dataclass(frozen=True)
class Dispute:
    invoice: str | None
    opened_on: date
    closed_on: date | None
    amount: int
    reason: str
    outcome: str | None
    credit_note: str | None


@dataclass(frozen=True)
class Promise:
    id: str
    invoice: str | None
    made_on: date
    due_on: date
    amount: int
    currency: str
    withdrawn_on: date | None


@dataclass(frozen=True)
class Plan:
    id: str
    agreed_on: date
    invoices: tuple[str, ...]
    ended_on: date | None
    instalments: tuple[tuple[date, int], ...]


@dataclass(frozen=True)
class Pause:
    invoice: str | None
    channel: str | None
    from_on: date
    until_on: date


@dataclass(frozen=True)
class Collection:
    invoice: str
    collect_on: date
    amount: int
    returned_on: date | None


@dataclass(frozen=True)
class LegalStatus:
    kind: str
    from_on: date
    ended_on: date | None
    claim_deadline: date | None


@dataclass(frozen=True)
class Action:
    id: str
    procedure: str | None
    case_no: int | None
    step: str | None
    level: int | None
    channel: str
    direction: str
    done_on: date
    invoices: tuple[str, ...]
    outcome: str | None
    document: str | None


@dataclass(frozen=True)
class Approval:
    customer: str | None
    subject: str
    ref: str | None
    decided_on: date
    granted: bool
    valid_until: date


@dataclass(frozen=True)
class Handover:
    invoices: tuple[str, ...]
    handed_on: date
    returned_on: date | None


@dataclass(frozen=True)
class Contact:
    email: bool
    phone: bool
    mobile: bool
    address: bool


@dataclass
class Payer:
    """One payer, with everything known of it on `on`, for one of our companies."""

    id: str
    on: date
    kind: str
    place: Calendar
    home: Calendar
    bank: Calendar
    company: str
    currency: str
    street: bool
    addresses_kept: bool
    do_not_contact: bool
    invoices: dict[str, Invoice] = field(default_factory=dict)
    credit_notes: list[CreditNote] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    collections: list[Collection] = field(default_factory=list)
    legal: list[LegalStatus] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)
    handovers: list[Handover] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    contra: int = 0
    rates: Mapping[str, float] = field(default_factory=dict)
    """Per currency its price in the reporting currency; absent = 1."""
    bank_known_to: date | None = None
    """Last day that every receipts account is known to; None when there is no bank statement at all."""
    live_since: date | None = None
    """First day on which anybody was released (R5); None when nobody was."""
    finished: frozenset[str] = frozenset()
    """Invoices for which the ladder is at its end while others are past due: a person has them (R2)."""
    own_actions_exist: bool = False
    """Whether a step of ours was done for any payer."""


@cache
def places(place: str, changes: Changes | None = None) -> Calendar:
    """The working days of a place, over the years in which stories play."""
    return calendar(place, FIRST, LAST, changes)


def day_before(on: date) -> date:
    return on - timedelta(days=1)
