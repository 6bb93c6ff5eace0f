"""Whose customers a page of Sales is about: one's own, unless somebody else's or everybody's are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.declared import Asked
from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.standing.models import Account

EVERYBODY = "all"
KEPT = 600
"""Seconds for which the names of account managers are kept."""


@dataclass
class Whose:
    """The account manager whose customers are shown.

    Attributes:
        asked: what the address asks for: a name, `all`, or nothing.
    """

    scope: Scope
    asked: str

    @staticmethod
    def of(request: Asked) -> Whose:
        """As the address has it."""
        return Whose(request.scope, request.GET.get("manager", "")[:150])

    @property
    def seller(self) -> bool:
        """Whether this person has customers of its own."""
        return self.scope.may(Right.SELL)

    @property
    def manager(self) -> str:
        """The name; empty for everybody's customers."""
        if self.asked and self.asked != EVERYBODY:
            return self.asked
        return self.scope.person if self.seller and self.asked != EVERYBODY else ""

    @property
    def mine(self) -> bool:
        """Whether they are this person's own."""
        return bool(self.manager) and self.manager == self.scope.person

    def accounts(self) -> QuerySet[Account]:
        """Their customers, of those this person may see."""
        rows = self.scope.accounts()
        return rows.filter(account_manager=self.manager) if self.manager else rows

    @cached_property
    def choices(self) -> list[tuple[str, Any]]:
        """What can be chosen beside the first: everybody, and each account manager."""
        own = self.scope.person if self.seller and self.asked != self.scope.person else ""
        known = {*managers(self.scope), self.asked} - {own, "", EVERYBODY}
        names = [(name, name) for name in sorted(known)]
        return [(EVERYBODY, _("Everybody's customers")), *names] if self.seller else names

    @property
    def first(self) -> Any:
        """What the choice without a name is."""
        return _("My customers") if self.seller else _("Everybody's customers")

    @property
    def query(self) -> str:
        """For the addresses of the other pages of Sales; empty for the usual choice."""
        return f"?{urlencode({'manager': self.asked})}" if self.asked else ""


def managers(scope: Scope) -> list[str]:
    """The account managers of the company's customers, by name."""
    key = f"managers:{scope.company.pk}:{scope.today.isoformat()}"
    known = cache.get(key)
    if known is None:
        rows = Account.objects.filter(company=scope.company).exclude(account_manager="").order_by()
        known = sorted(rows.values_list("account_manager", flat=True).distinct())
        cache.set(key, known, KEPT)
    return list(known)
