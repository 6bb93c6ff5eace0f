"""What the gate holds today, and why."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Step
from creditdesk.desk.screens.formats import day, speaking
from creditdesk.desk.screens.listing import Column, Kind, Listing
from creditdesk.desk.screens.wording import content
from creditdesk.desk.standing.models import Account


class HeldFilters(django_filters.FilterSet):
    """By reason."""

    hold = django_filters.ChoiceFilter(label=_("Held because"), choices=[], empty_label=_("All"))

    class Meta:
        model = Step
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = self.queryset.order_by().values_list("hold", flat=True).distinct()
        t = speaking()
        self.filters["hold"].extra["choices"] = sorted(
            ((code, t.named("hold", code)) for code in codes if code), key=lambda pair: pair[1]
        )


def _customer(row: Step, listing: Any) -> str:
    name = listing.names.get(row.customer, row.customer)
    return format_html(
        '<a href="{}">{}</a><span class="sub">{}<span class="for-narrow">{}</span></span>',
        listing.scope.url("customer:page", customer=row.customer), name, row.customer,
        ": ".join(dict.fromkeys(_named(row))),
    )  # fmt: skip


def _step(row: Step, _listing: Any) -> str:
    done, step = _named(row)
    return format_html('{}<span class="sub">{}</span>', done, "" if step == done else step)


def _named(row: Step) -> tuple[str, str]:
    """What is done, and at which step."""
    return speaking().named("do", row.do), speaking().named("step", row.step)


def _why(row: Step, _listing: Any) -> str:
    t, told = speaking(), content(row)
    others = [t.named("hold", code) for code in told.get("holds") or () if code != row.hold]
    until = told.get("hold_until")
    more = [*others, *([str(_("until %(day)s") % {"day": day(until)})] if until else [])]
    return format_html('{}<span class="sub">{}</span>', t.named("hold", row.hold), ", ".join(more))


class Held(Listing):
    """Steps that would be due and are not done."""

    name = "held"
    order = "-amount"
    filters = HeldFilters
    columns = (
        Column("customer", _("Customer"), show=_customer, order="customer"),
        Column("step", _("Step"), Kind.CODE, group="step", show=_step, wide=True),
        Column("hold", _("Held because"), Kind.CODE, group="hold", show=_why, order="hold"),
        Column("amount", _("Amount"), Kind.MONEY, order="amount", descending=True),
        Column("due_on", _("Due on"), Kind.DAY, order="due_on", wide=True),
        Column("currency", _("Currency"), shown=False),
    )

    @staticmethod
    def steps(scope: Scope) -> QuerySet[Step]:
        """What is held today among the customers this person sees."""
        found: QuerySet[Step] = scope.of(Step).filter(to_on=None, state=Step.State.HELD)
        return found

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of the customers of the page."""
        rows = Account.objects.filter(
            company=self.scope.company, customer__in={one.customer for one in self.page.rows}
        )
        return dict(rows.values_list("customer", "name"))
