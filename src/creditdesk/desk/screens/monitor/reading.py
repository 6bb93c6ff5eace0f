"""The figures of a page: of which customers, by month or week, read in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Sum
from django.http import Http404
from django.utils.translation import gettext as _

from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Portfolio
from creditdesk.desk.monitor.models import Figure, Measured
from creditdesk.desk.screens.customers.filters import facets_of
from creditdesk.desk.screens.formats import speaking
from creditdesk.measures.spans import GRAINS, MONTH, Span, spans

ALONE = frozenset({"top", "median"})
"""Figures that do not add up over groups."""


@dataclass(frozen=True)
class Group:
    """Customers whose figures are shown.

    Attributes:
        code: as the address has it; empty = all that this person may see.
        keys: as the figures have it; several where a person is restricted to several portfolios.
    """

    code: str
    label: str
    keys: tuple[str, ...]

    @property
    def portfolio(self) -> int | None:
        """The portfolio, when it is one."""
        kind, _sign, number = self.code.partition(":")
        return int(number) if kind == "portfolio" else None

    @property
    def segment(self) -> str:
        """The segment, when it is one; empty otherwise."""
        kind, _sign, code = self.code.partition(":")
        return code if kind == "segment" else ""


class Book:
    """The figures that a page shows."""

    def __init__(self, scope: Scope, grain: str = MONTH, group: str = "") -> None:
        """Raises Http404 for customers that this person may not see."""
        self.scope = scope
        self.grain = grain if grain in GRAINS else MONTH
        made = Measured.objects.filter(company=scope.company).first()
        self.measured = made if made and made.as_of else None
        self.being_made = made is not None and made.as_of is None and made.asked_at is not None
        self.group = self._group(group)
        self._rows: dict[tuple[str, str], dict[date, tuple[int, int]]] = {}

    # --- whose ------------------------------------------------------------------------------------------------------

    @cached_property
    def groups(self) -> list[Group]:
        """The groups that this person may choose from, all of them first."""
        portfolios = Portfolio.objects.filter(company=self.scope.company).order_by("name")
        restricted = self.scope.portfolios
        if restricted is not None:
            portfolios = portfolios.filter(pk__in=restricted)
        each = [Group(f"portfolio:{one.pk}", one.name, (f"portfolio:{one.pk}",)) for one in portfolios]
        if restricted is not None:
            return [
                Group("", _("My customers"), tuple(one.code for one in each)),
                *(each if len(each) > 1 else ()),
            ]
        t = speaking()
        codes = facets_of(self.scope.company.pk, self.scope.today.isoformat())["segment"]
        segments = [
            Group(f"segment:{code}", t.named("segment", code), (f"segment:{code}",)) for code in codes
        ]
        return [Group("", _("All customers"), ("",)), *each, *sorted(segments, key=lambda one: one.label)]

    def _group(self, code: str) -> Group:
        for one in self.groups:
            if one.code == code:
                return one
        raise Http404(f"no customers {code!r}")

    def accounts(self) -> Any:
        """The customers of the group, as they stand now."""
        rows = self.scope.accounts()
        if self.group.portfolio is not None:
            rows = rows.filter(portfolio=self.group.portfolio)
        return rows.filter(segment=self.group.segment) if self.group.segment else rows

    @property
    def everybody(self) -> bool:
        """Whether these are all customers of the company."""
        return self.group.keys == ("",)

    # --- when -------------------------------------------------------------------------------------------------------

    @cached_property
    def spans(self) -> list[Span]:
        """The periods that are shown, oldest first, from the first document on."""
        return [span for span in self.all_spans if span.shown]

    @cached_property
    def all_spans(self) -> list[Span]:
        """The same, with those further back of which only the sales are kept."""
        if self.measured is None or self.measured.as_of is None or self.measured.first_on is None:
            return []
        return [
            span for span in spans(self.measured.as_of, self.grain) if span.last >= self.measured.first_on
        ]

    @property
    def currency(self) -> str:
        """The reporting currency."""
        return self.measured.currency if self.measured else ""

    # --- what -------------------------------------------------------------------------------------------------------

    def load(self, names: Iterable[str]) -> None:
        """Read some figures, all at once."""
        wanted = [name for name in names if len(self.group.keys) == 1 or name not in ALONE]
        rows = Figure.objects.filter(
            company=self.scope.company, group__in=self.group.keys, grain=self.grain, name__in=wanted
        )
        if len(self.group.keys) > 1:
            found = rows.order_by().values_list("name", "part", "on").annotate(Sum("amount"), Sum("count"))
        else:
            found = rows.order_by().values_list("name", "part", "on", "amount", "count")
        for name, part, on, amount, count in found:
            self._rows.setdefault((name, part), {})[on] = (int(amount), int(count))

    def amount(self, name: str, span: Span, part: str = "") -> int:
        """Minor units of the reporting currency, or amount times days."""
        return self._rows.get((name, part), {}).get(span.last, (0, 0))[0]

    def count(self, name: str, span: Span, part: str = "") -> int:
        """How many."""
        return self._rows.get((name, part), {}).get(span.last, (0, 0))[1]

    def parts(self, name: str) -> list[str]:
        """The parts that occur."""
        return sorted(part for known, part in self._rows if known == name)

    def known(self, name: str) -> bool:
        """Whether the figure occurs in any period that is shown."""
        return any(known == name for known, _part in self._rows)

    def sum(self, name: str, span: Span, among: Iterable[str] | None = None) -> int:
        """The amount over all its parts, or some of them."""
        return sum(self.amount(name, span, part) for part in (self.parts(name) if among is None else among))

    def counts(self, name: str, span: Span, among: Iterable[str] | None = None) -> int:
        """How many over all its parts, or some of them."""
        return sum(self.count(name, span, part) for part in (self.parts(name) if among is None else among))

    def over(self, name: str, chosen: Iterable[Span], part: str = "") -> tuple[int, int]:
        """Amount and count over several periods."""
        found = list(chosen)
        return sum(self.amount(name, span, part) for span in found), sum(
            self.count(name, span, part) for span in found
        )

    def year_days(self, span: Span) -> int:
        """How many of the 365 days before the end of a period the ledger knows sales of."""
        first = self.measured.first_on if self.measured else None
        return min((span.last - first).days + 1, 365) if first else 0
