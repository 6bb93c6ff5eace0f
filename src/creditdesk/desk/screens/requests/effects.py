"""What a request would change, for whoever decides it: how things stand, and how they would stand after a yes.

The engine decides the customer anew when a request is granted; what stands here is the part of it that follows from the
request alone, and a test holds it against what the engine then decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Request
from creditdesk.desk.screens.formats import day, money, number, speaking
from creditdesk.desk.standing.models import Account, OpenItem

NAMES: dict[str, Any] = {
    "credit_limit": _("Limit"), "exposure": _("Exposure"), "headroom": _("Headroom"), "use": _("Use of the limit"),
    "uncovered": _("Limit without cover"), "terms_days": _("Payment term"), "order_block": _("Orders"),
    "released_until": _("Released until"), "exposure_used": _("Exposure when it is used in full"),
    "headroom_used": _("Headroom when it is used in full"), "collectible": _("To collect today"),
    "planned": _("In a payment plan"), "open": _("Open"), "overdue": _("Past due"),
}  # fmt: skip
"""What each row is called."""

MONEY, PERCENT, DAYS, DAY, ORDERS = "money", "percent", "days", "day", "orders"


@dataclass(frozen=True)
class Effect:
    """One figure before and after.

    Attributes:
        code: of `NAMES`.
        kind: how it is written.
        before, after: minor units of the customer's currency, percent, days, a day as text, or a code; None for nothing.
    """

    code: str
    kind: str
    before: Any
    after: Any

    @property
    def name(self) -> str:
        """What it is called."""
        return str(NAMES[self.code])

    @property
    def changes(self) -> bool:
        """Whether a yes would change it."""
        return bool(self.before != self.after)

    @property
    def bad(self) -> bool:
        """Whether it would stand below zero."""
        return self.kind == MONEY and isinstance(self.after, int) and self.after < 0


def seen(effects: list[Effect]) -> list[dict[str, Any]]:
    """As data, to be kept with a vote."""
    return [asdict(one) for one in effects]


def as_seen(rows: list[Mapping[str, Any]]) -> list[Effect]:
    """What was kept with a vote."""
    return [Effect(**row) for row in rows if row.get("code") in NAMES]


def effects(scope: Scope, request: Request, account: Account, decision: Mapping[str, Any]) -> list[Effect]:
    """What a yes would change.

    Args:
        decision: what holds for the customer; empty before the first day.
    """
    match request.kind:
        case "limit":
            return _limit(request, account, decision)
        case "terms":
            return [Effect("terms_days", DAYS, account.terms_days, request.amount), *_standing(account)]
        case "release":
            return _release(scope, request, account)
        case "plan":
            return _plan(scope, request, account)
        case _:
            return _write_off(scope, request, account)


def _standing(account: Account) -> list[Effect]:
    return [
        Effect("exposure", MONEY, account.exposure, account.exposure),
        Effect("headroom", MONEY, account.headroom, account.headroom),
    ]


def _limit(request: Request, account: Account, decision: Mapping[str, Any]) -> list[Effect]:
    """A limit of a person goes before the policy's own; a limit that a group shares still binds."""
    room = request.amount - account.exposure
    if decision.get("group_limit") is not None and decision.get("limit_reason") != "set_by_hand":
        room = min(room, decision["group_limit"] - (decision.get("group_exposure") or 0))
    covered = int(account.more.get("insured_limit") or 0) + int(account.more.get("securities") or 0)
    return [
        Effect("credit_limit", MONEY, account.credit_limit, request.amount),
        Effect("exposure", MONEY, account.exposure, account.exposure),
        Effect("headroom", MONEY, account.headroom, room),
        Effect("use", PERCENT, _use(account.exposure, account.credit_limit), _use(account.exposure, request.amount)),
        Effect(
            "uncovered", MONEY, None if account.credit_limit is None else max(0, account.credit_limit - covered),
            max(0, request.amount - covered),
        ),
    ]  # fmt: skip


def _use(exposure: int, limit: int | None) -> int | None:
    return None if not limit else round(100 * max(exposure, 0) / limit)


def _release(scope: Scope, request: Request, account: Account) -> list[Effect]:
    """A release lets orders through up to its amount, until its last day; the use of the limit grows with them."""
    orders = int(account.more.get("open_orders") or 0)
    holds = orders <= request.amount
    until = request.wanted.get("valid_until") or scope.today.isoformat()
    more = request.amount - orders if holds else 0
    return [
        Effect("order_block", ORDERS, account.order_block, "none" if holds else account.order_block),
        Effect(
            "released_until", DAY, account.released_until.isoformat() if account.released_until else None,
            until if holds else None,
        ),
        Effect("exposure_used", MONEY, account.exposure, account.exposure + more),
        Effect(
            "headroom_used", MONEY, account.headroom, None if account.headroom is None else account.headroom - more
        ),
    ]  # fmt: skip


def _plan(scope: Scope, request: Request, account: Account) -> list[Effect]:
    """What a plan covers is not asked for while it is kept."""
    items = OpenItem.objects.filter(
        company=scope.company, customer=account.customer, invoice__in=request.wanted.get("invoice_ids") or []
    )
    covered = [(in_base(one, one.collectible), one.open_base) for one in items]
    return [
        Effect(
            "collectible", MONEY, account.collectible,
            max(0, account.collectible - sum(asked for asked, _open in covered)),
        ),
        Effect("planned", MONEY, account.planned, account.planned + sum(still for _asked, still in covered)),
        *_standing(account),
    ]  # fmt: skip


def _write_off(scope: Scope, request: Request, account: Account) -> list[Effect]:
    """What is written off is open no more; whether it comes back is another matter."""
    item = OpenItem.objects.filter(
        company=scope.company, customer=account.customer, invoice=request.wanted.get("invoice_id")
    ).first()
    amount = request.amount if item is None else in_base(item, request.amount)
    past_due = amount if item is not None and item.overdue else 0
    return [
        Effect("open", MONEY, account.open, account.open - amount),
        Effect("overdue", MONEY, account.overdue, account.overdue - past_due),
        Effect("exposure", MONEY, account.exposure, account.exposure - amount),
        Effect(
            "headroom", MONEY, account.headroom, None if account.headroom is None else account.headroom + amount
        ),
    ]  # fmt: skip


def in_base(item: OpenItem, amount: int) -> int:
    """An amount of an invoice, in the customer's reporting currency at the rate at which its rest stands there."""
    return amount if not item.open else (2 * amount * item.open_base + item.open) // (2 * item.open)


def lines(found: list[Effect], currency: str) -> list[dict[str, Any]]:
    """The figures in the reader's language: name, before, after, whether it changes, whether it would be below zero."""
    return [
        {
            "name": one.name, "before": _written(one.kind, one.before, currency),
            "after": _written(one.kind, one.after, currency), "changes": one.changes, "bad": one.bad,
        }
        for one in found
    ]  # fmt: skip


def _written(kind: str, value: Any, currency: str) -> str:
    if value is None:
        return "–"
    match kind:
        case "money":
            return money(value, currency)
        case "percent":
            return f"{number(value)} %"
        case "days":
            return ngettext("%(n)s day", "%(n)s days", value) % {"n": value}
        case "day":
            return day(date.fromisoformat(value))
        case _:
            return speaking().named("order", value)
