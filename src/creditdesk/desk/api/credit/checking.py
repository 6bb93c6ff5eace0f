"""One question for credit: what is known is gathered, judged, reserved and kept on record, in one transaction."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from creditdesk.desk.api.credit import judging
from creditdesk.desk.api.credit.decided import Decided, decided_on
from creditdesk.desk.api.credit.figures import Figures, figures
from creditdesk.desk.api.credit.judging import Known, Reason, Room, Verdict, judge
from creditdesk.desk.api.credit.pool import Pool, lock, pool_of
from creditdesk.desk.api.credit.rates import Rates
from creditdesk.desk.api.credit.reserving import Reserved, State, end, reserved
from creditdesk.desk.api.credit.words import sentence
from creditdesk.desk.api.models import CreditCheck, Reservation
from creditdesk.desk.api.problem import Problem
from creditdesk.desk.api.replying import written
from creditdesk.desk.api.standing import holding
from creditdesk.desk.casework.models import Decision
from creditdesk.desk.day.clock import zone_of
from creditdesk.desk.ledger.models import Company
from creditdesk.facts.money import MissingRate, digits, minor

AGAIN = 60
"""Seconds after which facts that came in just now have been judged."""


@dataclass(frozen=True)
class Question:
    """An order that somebody wants to place.

    Attributes:
        amount: VAT included, in minor units of `currency`.
        reserve: keep the room for `minutes`.
    """

    customer: str
    amount: int
    currency: str
    order_id: str = ""
    terms_days: int | None = None
    delivery_on: date | None = None
    reserve: bool = False
    minutes: int = 60
    language: str = "en"

    @property
    def said(self) -> dict[str, Any]:
        """What makes it the same question."""
        return {
            "customer": self.customer, "amount": self.amount, "currency": self.currency, "order_id": self.order_id,
            "terms_days": self.terms_days, "delivery_on": self.delivery_on and self.delivery_on.isoformat(),
        }  # fmt: skip


@dataclass(frozen=True)
class _Gathered:
    """What is known of a customer, with the order in the reporting currency."""

    pool: Pool
    decided: Decided
    mine: Figures
    reserved: Reserved
    order: int
    known: Known
    rates: Rates


def check(company: Company, asked: Question, *, by: str, now: datetime, today: date) -> dict[str, Any]:
    """The answer, as it is told and kept.

    Raises:
        Problem: the order is reserved for another customer.
    """
    pool = pool_of(company, asked.customer, today)
    if pool is None:
        return _kept(company, asked, by, now, _unjudged(company, asked, now, "unknown_customer", None), None)
    writes = asked.reserve or bool(asked.order_id)
    with transaction.atomic() if writes else nullcontext():
        if writes:
            lock(company, pool.locks)
        taken = reserved(company, pool.owner, asked.order_id, now)
        mine = taken.mine
        if mine is not None and pool.owner.get(mine.customer, mine.customer) != pool.customer:
            raise Problem("already_there", "This order_id is reserved for another customer.")
        try:
            gathered = _gather(company, pool, asked, taken, today)
        except MissingRate:
            return _kept(company, asked, by, now, _unjudged(company, asked, now, "no_rate", None), None)
        if gathered is None:
            return _kept(company, asked, by, now, _unjudged(company, asked, now, "not_decided", AGAIN), None)
        verdict = judge(gathered.known)
        again = _same_as_before(mine, asked, verdict)
        if again is not None:
            return again
        kept = _reserve(company, asked, gathered, verdict, mine, by, now)
        content = _told(company, asked, gathered, verdict, kept, now)
        return _kept(company, asked, by, now, content, kept)


def _gather(company: Company, pool: Pool, asked: Question, taken: Reserved, today: date) -> _Gathered | None:
    """Everything an answer rests on; None when nothing was decided yet.

    Raises:
        MissingRate: an amount has no way into the reporting currency.
    """
    ids = [one for one, owner in pool.owner.items() if owner == pool.customer]
    decided = decided_on(company, pool.customer, ids, today)
    if decided is None:
        return None
    base, rates = decided.row.currency, Rates(company, today)
    whole = pool.row.limit_scope == "group" and decided.content.get("limit_reason") == "set_by_hand"
    sharing = pool.owners(member for group in pool.groups for member in group.members)
    if whole:
        sharing |= pool.owners(pool.family)
    bases = {pool.customer: base}
    others = sorted(sharing - {pool.customer})
    if others:
        current = Decision.objects.filter(company=company, to_on=None, customer__in=others)
        theirs = dict(current.values_list("customer", "currency"))
        # one that is not decided yet owes all the same
        bases |= {one: theirs.get(one, base) for one in others}
    counted = {one: owner for one, owner in pool.owner.items() if owner in bases}
    found = figures(company, counted, bases, today, decided.policy, rates)
    own = found[pool.customer]
    order = rates.convert(asked.amount, asked.currency, base)
    standing = own.orders.get(asked.order_id, 0) if asked.order_id else 0

    def room(name: str, limit: int, members: set[str]) -> Room:
        with_ours = [one for one in members if one in found and found[one].base == base]
        used = sum(found[one].exposure for one in with_ours)
        return Room("group_limit", limit, used - standing, taken.of(with_ours), name)

    groups = [
        room(group.name, rates.convert(group.limit, group.currency, base), pool.owners(group.members))
        for group in pool.groups
        if group.limit is not None
    ]
    limit = decided.row.credit_limit
    if whole and len(pool.family) > 1 and limit is not None:
        groups.append(room(pool.family[0], limit, pool.owners(pool.family)))
    known = _known(company, ids, pool, decided, own, order, standing, taken, tuple(groups), rates, today)
    mine = taken.mine
    if mine is not None and (mine.amount, mine.currency) == (asked.amount, asked.currency):
        known = replace(known, kept_room=True)
    return _Gathered(pool, decided, own, taken, order, known, rates)


def _known(
    company: Company,
    ids: list[str],
    pool: Pool,
    decided: Decided,
    own: Figures,
    order: int,
    standing: int,
    taken: Reserved,
    groups: tuple[Room, ...],
    rates: Rates,
    today: date,
) -> Known:
    row, reserved_here = decided.row, taken.of([pool.customer])
    exposure = own.exposure - standing
    released = _release(company, ids, today)
    return Known(
        order=order,
        exposure=exposure,
        reserved=reserved_here,
        open_amount=own.open_amount,
        open_items=own.open_items,
        open_orders=own.open_orders - standing,
        undisputed_overdue=own.undisputed_overdue,
        oldest_undisputed_days=own.oldest_undisputed_days,
        insured_limit=own.insured_limit,
        own=None if row.credit_limit is None else Room("limit", row.credit_limit, exposure, reserved_here),
        groups=groups,
        stance=decided.order,
        stop_overdue_amount=_policy_amount(decided, rates),
        acceptance=row.acceptance,
        segment=row.segment,
        block=row.order_block,
        block_reason=decided.content.get("order_block_reason"),
        natural_person=bool(decided.content.get("natural_person")),
        released=released.amount if released is not None else None,
        released_any=released is not None and released.amount is None,
        released_until=(released.valid_until or released.decided_on) if released is not None else None,
        data_problem=decided.held,
        changed=decided.changed,
        decided_days_ago=max((today - decided.day).days, 0),
    )


def _release(company: Company, ids: list[str], today: date) -> Any:
    """The latest answer of a person on a release, if it is a yes in force; without an end it holds on its day only."""
    found = (
        holding(company, "approval")
        .filter(customer_id__in=ids, subject="order_release", decided_on__lte=today)
        .order_by(F("decided_on").desc(), F("approval_id").desc())
        .first()
    )
    if found is None or not found.granted or (found.valid_until or found.decided_on) < today:
        return None
    return found


def _policy_amount(decided: Decided, rates: Rates) -> int:
    """The overdue amount that stops orders, in the reporting currency; as it is written where there is no rate."""
    home, base = decided.policy.currency, decided.row.currency
    amount = minor(decided.order.stop_overdue_amount, home)
    try:
        return rates.convert(amount, home, base)
    except MissingRate:
        return int(amount * 10 ** (digits(base) - digits(home)))


def _same_as_before(mine: Reservation | None, asked: Question, verdict: Verdict) -> dict[str, Any] | None:
    """The answer that made the reservation, where the same is asked again and nothing has become worse."""
    if mine is None or verdict.answer not in (judging.YES, judging.PREPAY):
        return None
    before = mine.checks.order_by("id").first()
    if before is None or before.asked != asked.said:
        return None
    if judging.ANSWERS.index(verdict.answer) > judging.ANSWERS.index(before.answer):
        return None
    return {**before.content, "check": before.pk, "repeated": True}


def _reserve(
    company: Company,
    asked: Question,
    gathered: _Gathered,
    verdict: Verdict,
    mine: Reservation | None,
    by: str,
    now: datetime,
) -> Reservation | None:
    """Keep the room, replace what was kept for another amount, or give it back."""
    grants = verdict.answer in (judging.YES, judging.PREPAY) and verdict.on_account > 0
    if mine is not None and (asked.reserve or not grants):
        end(company, [mine.pk], State.RELEASED, now)
        mine = None
    if not asked.reserve or not grants or gathered.reserved.ordered:
        return mine
    return Reservation.objects.create(
        company=company, customer=gathered.pool.customer, order_id=asked.order_id, amount=asked.amount,
        currency=asked.currency, base_amount=verdict.on_account, base=gathered.decided.row.currency, made_by=by,
        made_at=now, expires_at=now + timedelta(minutes=asked.minutes),
    )  # fmt: skip


def _midnight(company: Company, now: datetime) -> datetime:
    """The end of the day where the company is: a decision is of a day."""
    zone = zone_of(company)
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(0), zone)


def reservation_row(one: Reservation) -> dict[str, Any]:
    """A reservation as it is told."""
    return {
        "id": one.pk, "customer_id": one.customer, "order_id": one.order_id, "amount": one.amount,
        "currency": one.currency, "on_account": one.base_amount, "base_currency": one.base, "state": one.state,
        "made_at": one.made_at, "expires_at": one.expires_at, "ended_at": one.ended_at,
    }  # fmt: skip


def _told(
    company: Company,
    asked: Question,
    gathered: _Gathered,
    verdict: Verdict,
    kept: Reservation | None,
    now: datetime,
) -> dict[str, Any]:
    decided, known = gathered.decided, gathered.known
    base, row = decided.row.currency, decided.row
    pay, currency = verdict.amount, base
    if verdict.answer == judging.PREPAY and pay is not None:
        # in the currency of the order; the whole order is the whole order whatever the rate does
        whole = pay >= known.order
        pay = asked.amount if whole else min(asked.amount, gathered.rates.convert(pay, base, asked.currency))
        currency = asked.currency
    rooms = [room for room in (known.own, *known.groups) if room is not None]
    left = None if not rooms else min(room.free for room in rooms)
    reason = verdict.reason
    offered = decided.content.get("terms_days")
    return {
        **_frame(company, asked, now),
        "answer": verdict.answer,
        "pay_amount": pay,
        "pay_currency": None if pay is None else currency,
        "reason": {
            "code": reason.code,
            "text": sentence(asked.language, reason.code, verdict.answer, reason.figures, base, pay, currency),
        },
        "reasons": [_reason(one) for one in verdict.reasons],
        "holds_until": kept.expires_at if kept is not None else _midnight(company, now),
        "retry_after": AGAIN if reason.code == "facts_newer" else None,
        "decided_on": decided.day,
        "policy": decided.content.get("policy"),
        "policy_version": decided.content.get("policy_version"),
        "segment": row.segment,
        "terms": {
            "requested": asked.terms_days,
            "granted": 0 if verdict.on_account == 0 else _granted(asked.terms_days, offered),
            "offered": offered,
            "reason": decided.content.get("terms_reason"),
        },
        "delivery_terms": decided.content.get("delivery_terms"),
        "remarks": _remarks(asked, gathered),
        "counted": {
            "currency": base,
            "order": known.order,
            "exposure": known.exposure,
            "open_amount": known.open_amount,
            "overdue": known.undisputed_overdue,
            "open_orders": known.open_orders,
            "reserved": known.reserved,
            "limit": row.credit_limit,
            "limit_reason": decided.content.get("limit_reason"),
            "insured_limit": known.insured_limit,
            "headroom": left,
            "headroom_after": None if left is None else left - verdict.on_account,
            "groups": [
                {"group": room.name, "limit": room.limit, "exposure": room.used, "reserved": room.reserved,
                 "headroom": room.free}
                for room in known.groups
            ],
        },
        "reservation": None if kept is None else reservation_row(kept),
    }  # fmt: skip


def _granted(requested: int | None, offered: int | None) -> int | None:
    if requested is None or offered is None:
        return offered
    return min(requested, offered)


def _reason(one: Reason) -> dict[str, Any]:
    return {"code": one.code, "answer": one.answer, "amount": one.amount, "figures": one.figures}


def _remarks(asked: Question, gathered: _Gathered) -> list[str]:
    """What ends before the goods leave."""
    if asked.delivery_on is None:
        return []
    ends = {
        "limit_ends_before_delivery": gathered.pool.row.credit_limit_until
        if gathered.decided.content.get("limit_reason") == "set_by_hand"
        else None,
        "release_ends_before_delivery": gathered.known.released_until,
    }
    return [code for code, last in ends.items() if last is not None and last < asked.delivery_on]


def _frame(company: Company, asked: Question, now: datetime) -> dict[str, Any]:
    return {
        "customer_id": asked.customer, "order_id": asked.order_id or None, "company_id": company.code,
        "asked_at": now, "language": asked.language, "repeated": False,
    }  # fmt: skip


def _unjudged(
    company: Company, asked: Question, now: datetime, code: str, again: int | None
) -> dict[str, Any]:
    """A person looks: there is nothing to judge by."""
    text = sentence(asked.language, code, judging.REVIEW, {}, asked.currency, None, asked.currency)
    return {
        **_frame(company, asked, now), "answer": judging.REVIEW, "pay_amount": None, "pay_currency": None,
        "reason": {"code": code, "text": text}, "reasons": [_reason(Reason(code, judging.REVIEW))],
        "holds_until": _midnight(company, now), "retry_after": again, "decided_on": None, "policy": None,
        "policy_version": None, "segment": None, "terms": None, "delivery_terms": None, "remarks": [], "counted": None,
        "reservation": None,
    }  # fmt: skip


def _kept(
    company: Company,
    asked: Question,
    by: str,
    now: datetime,
    content: dict[str, Any],
    kept: Reservation | None,
) -> dict[str, Any]:
    """Put the answer on record."""
    plain: dict[str, Any] = json.loads(written(content))
    row = CreditCheck.objects.create(
        company=company, customer=asked.customer, order_id=asked.order_id, asked_at=now, by=by, asked=asked.said,
        answer=content["answer"], reason=content["reason"]["code"], content=plain, reservation=kept,
    )  # fmt: skip
    return {**plain, "check": row.pk}
