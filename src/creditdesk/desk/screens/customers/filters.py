"""What customers are filtered by."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

import django_filters
from babel import Locale
from django.db.models import Q, QuerySet
from django.forms import TextInput
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.casework.models import Portfolio
from creditdesk.desk.screens.formats import speaking
from creditdesk.desk.screens.matrix.cells import cells_of
from creditdesk.desk.screens.wording import words
from creditdesk.desk.standing.models import Account
from creditdesk.desk.standing.search import found

OVERDUE = (
    ("any", _("Something past due")),
    ("30", _("More than 30 days")),
    ("60", _("More than 60 days")),
    ("90", _("More than 90 days")),
)
RISKS = ("low", "medium", "high")


class CustomerFilters(django_filters.FilterSet):
    """Search, segment, risk, portfolio, country, overdue; by address alone also the matrix cell, the collector and the group."""

    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        widget=TextInput(attrs={"type": "search", "data-search": "", "autocomplete": "off"}),
    )
    segment = django_filters.ChoiceFilter(label=_("Segment"), choices=[], empty_label=_("All"))
    risk = django_filters.ChoiceFilter(
        label=_("Risk"), field_name="risk_class", choices=[], empty_label=_("All")
    )
    portfolio = django_filters.ChoiceFilter(label=_("Portfolio"), choices=[], empty_label=_("All"))
    country = django_filters.ChoiceFilter(label=_("Country"), choices=[], empty_label=_("All"))
    overdue = django_filters.ChoiceFilter(
        label=_("Overdue"), choices=OVERDUE, method="late", empty_label=_("All")
    )

    class Meta:
        model = Account
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = self.request.scope
        t = speaking()
        facets = facets_of(scope.company.pk, scope.today.isoformat())
        countries = _countries(get_language() or "en")
        portfolios = Portfolio.objects.filter(company=scope.company, role="collector").order_by("name")
        if scope.portfolios is not None:
            portfolios = portfolios.filter(pk__in=scope.portfolios)
        choices = {
            "segment": [
                (code, t.named("segment", code)) for code in {*facets["segment"], *self._asked("segment")}
            ],
            "risk": [(code, t.named("risk", code)) for code in RISKS],
            "portfolio": [(str(one.pk), one.name) for one in portfolios],
            "country": [
                (code, countries.get(code, code)) for code in {*facets["country"], *self._asked("country")}
            ],
        }
        for name, found_choices in choices.items():
            self.filters[name].extra["choices"] = sorted(found_choices, key=lambda pair: pair[1])
        if not choices["portfolio"]:
            del self.filters["portfolio"]

    def _asked(self, name: str) -> list[str]:
        """What is asked for, also when it occurs since a moment only."""
        value = self.request.GET.get(name, "")[:100]
        return [value] if value else []

    @property
    def qs(self) -> QuerySet[Account]:
        """The rows; those that are linked to by cell, person or group have no field of their own."""
        rows: QuerySet[Account] = super().qs
        for name in ("cell_row", "cell_column", "collector", "account_manager", "group_id"):
            value = self.request.GET.get(name)
            if value:
                rows = rows.filter(**{name: value})
        cell = self.request.GET.get("cell")
        return rows.filter(self._in_cell(cell)) if cell else rows

    def _in_cell(self, cell: str) -> Q:
        """Who stands in a cell of the matrix (`large.good`), by the rule that the matrix itself goes by."""
        scope = self.request.scope
        told = words(scope.company, scope.today)
        row, _dot, column = cell.partition(".")
        cells = cells_of(told.policy) if told else None
        return cells.condition((row, column)) if cells and (row, column) in cells.segments else Q(pk=None)

    def search(self, rows: QuerySet[Account], _name: str, value: str) -> QuerySet[Account]:
        """By the beginnings of words."""
        return found(rows, value)

    def late(self, rows: QuerySet[Account], _name: str, value: str) -> QuerySet[Account]:
        """By the age of the oldest invoice past due."""
        rows = rows.filter(oldest_due_on__isnull=False)
        if value == "any":
            return rows
        return rows.filter(oldest_due_on__lt=self.request.scope.today - timedelta(days=int(value)))


@cache
def _countries(code: str) -> dict[str, str]:
    return dict(Locale.parse(code.replace("-", "_")).territories)


def facets_of(company: int, day: str) -> dict[str, list[str]]:
    """The segments and countries that occur among a company's customers, as of a day.

    Counting them again for each page would read every customer; they are kept for ten minutes.
    """
    from django.core.cache import cache as shared

    key = f"facets:{company}:{day}"
    known = shared.get(key)
    if known is None:
        rows = Account.objects.filter(company=company).order_by()
        known = {
            name: sorted(one for one in rows.values_list(name, flat=True).distinct() if one)
            for name in ("segment", "country")
        }
        shared.set(key, known, 600)
    return known
