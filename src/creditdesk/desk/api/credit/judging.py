"""The answer to one order: a function of what is known, without a database. The engine's stance on orders, with this order counted in.

The answer is the hardest that applies: no, pay first, pay in advance, a person looks, yes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from creditdesk.policy.document import OrderStance

YES, NO, PREPAY, PAY_FIRST, REVIEW = "yes", "no", "prepay", "pay_first", "review"
ANSWERS = (YES, REVIEW, PREPAY, PAY_FIRST, NO)
"""From the friendliest to the hardest."""

OLD_DAYS = 3
"""A decision that is older says nothing about today: the worker stands still."""


@dataclass(frozen=True)
class Room:
    """One limit and what stands against it, in minor units of the reporting currency.

    Attributes:
        kind: `limit` (its own) or `group_limit`.
        used: exposure, without this order.
        reserved: by others' and its own carts, without this order.
    """

    kind: str
    limit: int
    used: int
    reserved: int
    name: str = ""

    @property
    def free(self) -> int:
        """What is left for this order."""
        return self.limit - self.used - self.reserved


@dataclass(frozen=True)
class Known:
    """Everything an answer rests on. Money in minor units of the reporting currency, without this order.

    Attributes:
        order: value of the order.
        own: its own limit, if it has one; `groups`: the limits it shares.
        exposure: of the customer alone.
        released: largest sum of open orders that a person released; `released_any`: of any size.
        block, block_reason, release_when: the stance that was decided last.
        kept_room: a reservation of this order holds: its room was granted and is not judged again.
    """

    order: int
    exposure: int
    reserved: int
    open_amount: int
    open_items: int
    open_orders: int
    undisputed_overdue: int
    oldest_undisputed_days: int
    insured_limit: int
    own: Room | None
    groups: tuple[Room, ...]
    stance: OrderStance
    stop_overdue_amount: int
    acceptance: str
    segment: str
    block: str
    block_reason: str | None
    natural_person: bool
    released: int | None = None
    released_any: bool = False
    released_until: date | None = None
    kept_room: bool = False
    data_problem: bool = False
    changed: tuple[str, ...] = ()
    decided_days_ago: int = 0


@dataclass(frozen=True)
class Reason:
    """Why, as data.

    Attributes:
        code: stable.
        answer: what it alone asks for.
        amount: to be paid, first or in advance; None where that would not help.
        figures: what the sentence needs.
    """

    code: str
    answer: str
    amount: int | None = None
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """The answer.

    Attributes:
        reasons: all that apply, the binding one first.
        on_account: part of the order that takes room.
    """

    answer: str
    amount: int | None
    reasons: tuple[Reason, ...]
    on_account: int

    @property
    def reason(self) -> Reason:
        """The binding one."""
        return self.reasons[0]


def judge(known: Known) -> Verdict:
    """The answer to an order."""
    reasons = [*_blocks(known), *_acceptance(known)]
    released = _released(known)
    if released is not None and reasons and all(one.code != "refused" for one in reasons):
        reasons = []
    else:
        released = None
    if known.natural_person:
        reasons = [_spared(one) for one in reasons]
    hardest = max((ANSWERS.index(one.answer) for one in reasons), default=0)
    if ANSWERS[hardest] in (YES, PREPAY):
        # nobody says yes to what is not known
        doubts = _doubts(known)
        if ANSWERS[hardest] == YES or any(one.code == "data_problem" for one in doubts):
            reasons = [*doubts, *reasons]
            hardest = max((ANSWERS.index(one.answer) for one in reasons), default=0)
    answer = ANSWERS[hardest]
    if not reasons:
        reasons = [released or _fits(known)]
    first = [one for one in reasons if one.answer == answer]
    rest = [one for one in reasons if one.answer != answer]
    amount = max((one.amount for one in first if one.amount is not None), default=None)
    if answer == PREPAY:
        amount = min(amount or known.order, known.order)
        first.sort(key=lambda one: -(one.amount or 0))
    on_account = known.order if answer == YES else known.order - (amount or 0) if answer == PREPAY else 0
    return Verdict(answer, amount, (*first, *rest), on_account)


def _share(limit: int, share: Decimal) -> int:
    return math.floor(limit * float(share) + 0.5)


def _over(known: Known, share: Decimal | None) -> int | None:
    """By how much the limit's share is passed with this order; None when it is not."""
    if known.own is None or share is None or known.kept_room:
        return None
    used = known.own.used + known.own.reserved + known.order
    above = used - _share(known.own.limit, share)
    return above if used > 0 and above > 0 else None


def _blocks(known: Known) -> list[Reason]:
    """What stands against the order: by what is past due, by its limits, by its segment, by the procedure."""
    stance, age = known.stance, known.oldest_undisputed_days
    found = []
    stopped = (
        stance.stop_overdue_days is not None
        and age >= stance.stop_overdue_days
        and known.undisputed_overdue > known.stop_overdue_amount
    )
    kept = known.block if known.block_reason == "overdue" and _waits(known) and age > 0 else None
    if stopped or kept == "stop":
        found.append(_of_overdue(known, "stop"))
    elif kept in ("prepayment", "review"):
        found.append(_of_overdue(known, kept))
    elif stance.review_overdue_days is not None and age >= stance.review_overdue_days and age > 0:
        found.append(Reason("overdue", REVIEW, None, _overdue(known)))
    if known.block_reason == "stop_delivery_step" and age > 0:
        found.append(Reason("stop_delivery_step", PAY_FIRST, known.undisputed_overdue, _overdue(known)))
    found += _limits(known)
    covered = (
        stance.within_cover
        and known.insured_limit > 0
        and known.exposure + known.reserved + known.order <= known.insured_limit
    )
    if stance.always not in (None, "none") and _waits(known) and not covered:
        found.append(_of_segment(known, str(stance.always)))
    return found


def _waits(known: Known) -> bool:
    """Whether what ends the segment's stance has not happened yet."""
    if known.stance.release == "overdue_paid":
        return known.oldest_undisputed_days > 0
    return known.open_items > 0 if known.stance.release == "balance_paid" else True


def _overdue(known: Known) -> dict[str, Any]:
    return {
        "overdue": known.undisputed_overdue,
        "days": known.oldest_undisputed_days,
        "open": known.open_amount,
    }


def _of_overdue(known: Known, block: str) -> Reason:
    if block == "review":
        return Reason("overdue", REVIEW, None, _overdue(known))
    if block == "prepayment":
        return Reason("overdue", PREPAY, known.order, _overdue(known))
    return _released_by(known, "overdue", _overdue(known))


def _released_by(known: Known, code: str, figures: dict[str, Any]) -> Reason:
    """A stop, as what lifts it."""
    if known.stance.release == "person":
        return Reason(code, NO, None, figures)
    paid = known.undisputed_overdue if known.stance.release == "overdue_paid" else known.open_amount
    return Reason(code, PAY_FIRST, paid, figures) if paid > 0 else Reason(code, NO, None, figures)


def _of_segment(known: Known, always: str) -> Reason:
    figures = {"segment": known.segment, "open": known.open_amount, "overdue": known.undisputed_overdue}
    if always == "review":
        return Reason("segment", REVIEW, None, figures)
    if always == "prepayment":
        return Reason("segment", PREPAY, known.order, figures)
    return _released_by(known, "segment", figures)


def _limits(known: Known) -> list[Reason]:
    """What the limits say with this order counted in; the order that passes a group's limit is stopped, whosever it is (R16)."""
    stance = known.stance
    found = []
    for room in known.groups:
        above = known.order - room.free
        if above > 0 and not known.kept_room:
            figures = {
                "used": room.used + room.reserved + known.order,
                "limit": room.limit,
                "group": room.name,
            }
            helps = above <= known.open_amount
            found.append(Reason("group_limit", PAY_FIRST if helps else NO, above if helps else None, figures))
    if known.own is None:
        return found
    figures = {"used": known.own.used + known.own.reserved + known.order, "limit": known.own.limit}
    stop, ahead, look = (
        _over(known, share) for share in (stance.stop_use, stance.prepayment_use, stance.review_use)
    )
    if stop is not None:
        helps = stop <= known.open_amount
        found.append(Reason("limit", PAY_FIRST if helps else NO, stop if helps else None, figures))
    elif ahead is not None:
        found.append(Reason("limit", PREPAY, min(ahead, known.order), figures))
    elif look is not None or (_over(known, Decimal(1)) is not None and _silent(stance)):
        found.append(Reason("limit", REVIEW, None, figures))
    elif known.block_reason == "limit" and known.stance.release == "person" and not known.kept_room:
        kept = {"review": REVIEW, "prepayment": PREPAY, "stop": NO}.get(known.block)
        if kept is not None:
            found.append(Reason("limit", kept, known.order if kept == PREPAY else None, figures))
    return found


def _silent(stance: OrderStance) -> bool:
    """Whether the policy says nothing of a limit that is passed: then a person looks."""
    return stance.review_use is None and stance.prepayment_use is None and stance.stop_use is None


def _acceptance(known: Known) -> list[Reason]:
    """The stance on new business at all."""
    if known.acceptance == "refused":
        return [Reason("refused", NO)]
    if known.acceptance != "prepayment":
        return []
    fits = known.exposure + known.reserved + known.order <= known.insured_limit
    if known.stance.within_cover and known.insured_limit > 0 and fits:
        return []
    return [Reason("acceptance", PREPAY, known.order, {"segment": known.segment})]


def _released(known: Known) -> Reason | None:
    """A person's release, as far as it carries this order too."""
    if not known.released_any and known.released is None:
        return None
    ordered = known.open_orders + known.reserved + known.order
    if known.released is not None and ordered > known.released:
        return None
    return Reason("released", YES, None, {"until": known.released_until, "released": known.released})


def _spared(reason: Reason) -> Reason:
    """For a natural person a stop or advance payment by the figures is proposed: a person decides (R16)."""
    if reason.code in ("stop_delivery_step", "acceptance", "refused") or reason.answer == REVIEW:
        return reason
    return replace(reason, code="natural_person", answer=REVIEW, amount=None)


def _doubts(known: Known) -> list[Reason]:
    """Why a yes would be said without knowing enough."""
    found = []
    if known.data_problem:
        found.append(Reason("data_problem", REVIEW))
    if known.changed:
        found.append(Reason("facts_newer", REVIEW, None, {"tables": list(known.changed)}))
    if known.decided_days_ago > OLD_DAYS:
        found.append(Reason("decision_old", REVIEW, None, {"days": known.decided_days_ago}))
    return found


def _fits(known: Known) -> Reason:
    if known.kept_room:
        return Reason("reserved", YES)
    rooms = [room for room in (known.own, *known.groups) if room is not None]
    if not rooms:
        return Reason("no_limit", YES)
    least = min(rooms, key=lambda room: room.free)
    return Reason("within_limit", YES, None, {"left": least.free - known.order, "limit": least.limit})
