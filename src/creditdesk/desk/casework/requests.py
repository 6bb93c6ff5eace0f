"""Requests: what one person asks, as many others decide as its band says, before it expires."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from creditdesk.desk.casework.audit import note
from creditdesk.desk.casework.bands import bands_of
from creditdesk.desk.casework.models import Band, Request, Task, Vote
from creditdesk.desk.casework.people import write_fact
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.row_check import check_rows
from creditdesk.facts.schema import TABLES

FACT_OF = {
    "limit": "override", "terms": "override", "release": "approval", "plan": "plan", "write_off": "allocation",
}  # fmt: skip
"""The fact table that a granted request is written to."""

PATIENCE = timedelta(days=14)
"""How long a request waits for its deciders, where nobody says otherwise."""

DAY = "creditdesk day"
"""Who lets a request expire."""


class NotAllowed(ValueError):
    """This person may not decide this request."""


def ask(
    company: Company,
    kind: str,
    customer: str,
    amount: int,
    currency: str,
    wanted: Mapping[str, Any],
    *,
    by: str,
    why: str,
    now: datetime,
    on: date,
    expires_on: date | None = None,
    weighed: int | None = None,
) -> Request:
    """Ask for a limit, a term, a release, a plan or a write-off; who asks the same again while it waits, gets that request.

    Args:
        amount: minor units of `currency`; days of a term.
        wanted: the row to be written when it is granted, in JSON's types; `more` holds rows of further tables: the
            instalments of a plan, whose `plan_id` is that of the request.
        expires_on: the last day on which it may be decided; `PATIENCE` from today by default.
        weighed: what the bands look at, in the company's currency, where that is not `amount`.

    Raises:
        NotAllowed: no band reaches the amount.
        WrongRows: what would be written breaks the contract: better said now than to who grants it.
    """
    band = _band(company, kind, amount if weighed is None else weighed)
    last = expires_on or on + PATIENCE
    with transaction.atomic():
        waiting = Request.objects.filter(
            company=company, customer=customer, kind=kind, amount=amount, currency=currency, asked_by=by,
            expires_on=last, state=Request.State.OPEN,
        )  # fmt: skip
        for same in waiting:
            if same.wanted == dict(wanted):
                return same
        request = Request.objects.create(
            company=company, customer=customer, kind=kind, amount=amount, currency=currency, wanted=dict(wanted),
            reason=why, role=band.role, persons=band.persons, asked_by=by, asked_at=now, expires_on=last,
        )  # fmt: skip
        for name, rows in _rows(request, by, why, on).items():
            check_rows(TABLES[name], rows)
        Task.objects.create(
            company=company, customer=customer, kind=Task.Kind.REQUEST, ref=f"request:{request.pk}", role=band.role,
            priority=50, due_on=on, opened_on=on, amount=0 if kind == "terms" else amount, currency=currency,
            content={"kind": kind, "why": why},
        )  # fmt: skip
        note(
            company, by=by, at=now, what=f"request {kind}", ref=str(request.pk), customer=customer,
            became=dict(wanted), why=why,
        )  # fmt: skip
    return request


def _band(company: Company, kind: str, amount: int) -> Band:
    fits = [band for band in bands_of(company, kind) if band.up_to is None or amount <= band.up_to]
    if not fits:
        raise NotAllowed(
            f"no band of {kind} reaches {amount}; the way out: add a band without an upper amount"
        )
    return fits[0]


def vote(
    request: Request,
    granted: bool,
    *,
    by: str,
    roles: Iterable[str],
    why: str,
    on: date,
    now: datetime,
    seen: Sequence[Mapping[str, Any]] = (),
) -> Request:
    """One person's word. One no refuses; as many yeses as the band says grant, and the fact is written.

    Args:
        seen: what the person was shown that a yes would change.

    Raises:
        NotAllowed: who asked does not decide, nobody decides twice, only the band's group decides, and nobody does after
            the request has expired.
        WrongRows: what would be written breaks the contract by now; nothing is recorded.
    """
    with transaction.atomic():
        held = Request.objects.select_for_update().get(pk=request.pk)
        if held.state != Request.State.OPEN:
            raise NotAllowed(f"request {held.pk} is {held.state}")
        if held.expires_on is not None and on > held.expires_on:
            raise NotAllowed(f"request {held.pk} expired on {held.expires_on}; the way out: ask again")
        if by == held.asked_by:
            raise NotAllowed(f"{by} asked for it; the way out: a second person decides")
        if held.role not in set(roles):
            raise NotAllowed(f"{by} is no {held.role}; allowed: a {held.role}")
        if held.votes.filter(by=by).exists():
            raise NotAllowed(f"{by} has decided on it already; the way out: another person decides")
        shown = [dict(row) for row in seen]
        Vote.objects.create(request=held, by=by, granted=granted, reason=why, at=now, seen=shown)
        note(
            held.company, by=by, at=now, what=f"request {held.kind}", ref=str(held.pk), customer=held.customer,
            became={"granted": granted, "seen": shown}, why=why,
        )  # fmt: skip
        yes = held.votes.filter(granted=True).count()
        if not granted:
            held.state = Request.State.REFUSED
        elif yes >= held.persons:
            held.state = Request.State.GRANTED
            _write(held, by, why, on, now)
        if held.state != Request.State.OPEN:
            held.decided_at = now
            _tasks(held).update(state=Task.State.DONE, closed_on=on, done_by=by, outcome=held.state)
        held.save()
    return held


def withdraw(request: Request, *, by: str, why: str, on: date, now: datetime) -> Request:
    """Who asked asks no more.

    Raises:
        NotAllowed: it is decided, or another person asked.
    """
    with transaction.atomic():
        held = Request.objects.select_for_update().get(pk=request.pk)
        if held.state != Request.State.OPEN:
            raise NotAllowed(f"request {held.pk} is {held.state}")
        if by != held.asked_by:
            raise NotAllowed(f"{held.asked_by} asked for it; allowed: that person withdraws it")
        _end(held, Request.State.WITHDRAWN, by, why, on, now)
    return held


def expire(company: Company, on: date, now: datetime) -> int:
    """Let requests that nobody decided in time expire. Gives how many."""
    late = Request.objects.filter(company=company, state=Request.State.OPEN, expires_on__lt=on)
    with transaction.atomic():
        found = list(late.select_for_update().order_by("id"))
        for held in found:
            _end(held, Request.State.EXPIRED, DAY, "nobody decided in time", on, now)
    return len(found)


def _end(held: Request, state: Request.State, by: str, why: str, on: date, now: datetime) -> None:
    """A request ends without having been decided."""
    held.state, held.decided_at = state, now
    held.save(update_fields=["state", "decided_at"])
    _tasks(held).update(state=Task.State.CLOSED, closed_on=on, closed_because=f"request_{state.value}")
    note(
        held.company, by=by, at=now, what=f"request {held.kind}", ref=str(held.pk), customer=held.customer,
        was={"state": "open"}, became={"state": state.value}, why=why,
    )  # fmt: skip


def _tasks(request: Request) -> QuerySet[Task]:
    """The open task to decide on it."""
    return Task.objects.filter(
        company=request.company, kind=Task.Kind.REQUEST, ref=f"request:{request.pk}", state=Task.State.OPEN
    )


def _write(request: Request, by: str, why: str, on: date, now: datetime) -> None:
    """The fact of a granted request: who asked and who decided stand in its reason."""
    said = f"request {request.pk} by {request.asked_by}: {request.reason}; {by}: {why}"
    rows = _rows(request, by, said, on)
    (row,) = rows.pop(FACT_OF[request.kind])
    write_fact(request.company, FACT_OF[request.kind], row, by=by, why=said, now=now, more=rows)


def _rows(request: Request, by: str, said: str, on: date) -> dict[str, list[dict[str, Any]]]:
    """What is written when a request is granted, per fact table; an instalment belongs to the plan of its request."""
    more = {name: [_dated(row) for row in rows] for name, rows in request.wanted.get("more", {}).items()}
    given = {name: value for name, value in request.wanted.items() if name != "more"}
    # of two answers of one day the engine takes the one with the higher id, and compares ids as text
    own = f"request:{request.pk:010d}"
    usual: dict[str, Any] = {"customer_id": request.customer}
    if request.kind in {"limit", "terms"}:
        usual |= {
            "override_id": own, "field": "credit_limit" if request.kind == "limit" else "terms_days",
            "value": str(request.amount), "from_on": on, "by": by, "reason": said,
        }  # fmt: skip
    elif request.kind == "release":
        usual |= {
            "approval_id": own, "subject": "order_release", "decided_on": on, "granted": True,
            "amount": request.amount, "by": by, "reason": said,
        }  # fmt: skip
    elif request.kind == "plan":
        usual |= {"plan_id": own, "agreed_on": on}
    else:
        usual = {"allocation_id": own, "kind": "write_off", "allocated_on": on, "amount": request.amount}
    row = _dated({**usual, **given})
    if request.kind == "plan":
        more = {
            name: [{**each, "plan_id": row["plan_id"]} for each in rows] if name == "instalment" else rows
            for name, rows in more.items()
        }
    return {FACT_OF[request.kind]: [row], **more}


def _dated(row: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has no dates: a text under a column of a date is one."""
    return {
        name: date.fromisoformat(value)
        if isinstance(value, str) and name.endswith(("_on", "_until"))
        else value
        for name, value in row.items()
    }
