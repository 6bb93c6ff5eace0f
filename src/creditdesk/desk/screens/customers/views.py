"""The screen *Customers*."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.customers.bulk import BULK, MOST, Bulk
from creditdesk.desk.screens.customers.filters import CustomerFilters
from creditdesk.desk.screens.customers.listing import Customers
from creditdesk.desk.screens.formats import number
from creditdesk.desk.screens.views import keep_view


@may(Right.SEE_CUSTOMERS)
def customers(request: Asked) -> HttpResponse:
    """The list, or all of it as a file."""
    listing = Customers(request, request.scope.accounts())
    acts = [(name, one) for name, one in BULK.items() if request.scope.may(one.right)]
    return listing.file() or render(request, "customers/list.html", {"listing": listing, "acts": acts})


@may(Right.SEE_CUSTOMERS, own=True)
def keep(request: Asked) -> HttpResponse:
    """Save or forget a view."""
    return keep_view(request, Customers.name, request.scope.url("customers:list"))


@may(Right.HAND_OVER, Right.WORK)
def bulk(request: Asked, act: str) -> HttpResponse:
    """An act on the ticked customers, or on all that pass the filters: its form in the sheet; sent, it is done."""
    if act not in BULK:
        raise Http404(f"no act {act!r}")
    kind = BULK[act]
    request.scope.need(kind.right)
    sent = request.method == "POST"
    start = {"row": request.GET.getlist("row"), "query": request.GET.get("query", "")}
    form = kind(request.scope, request.POST if sent else None, start)
    if sent and form.is_valid():
        chosen = _chosen(request, form)
        if 0 < len(chosen) <= MOST:
            messages.success(request, form.do(chosen))
            answer = HttpResponse(status=204)
            query = QueryDict(form.cleaned_data["query"]).urlencode()
            answer["HX-Redirect"] = f"{request.scope.url('customers:list')}?{query}"
            return answer
        form.add_error(None, _("Choose between one and %(most)s customers.") % {"most": number(MOST)})
    return render(
        request, "desk/sheet_form.html", {"form": form, "action": request.path}, status=422 if sent else 200
    )


def _chosen(request: Asked, form: Bulk) -> list[str]:
    """The ids of the customers that are meant, of those that this person may see."""
    rows = request.scope.accounts()
    if form.cleaned_data["everybody"]:
        asked: Any = request
        asked.GET = QueryDict(form.cleaned_data["query"])
        found = CustomerFilters(asked.GET, queryset=rows, request=asked)
        return (
            list(found.qs.order_by("id").values_list("customer", flat=True)[: MOST + 1])
            if found.is_valid()
            else []
        )
    ticked = [int(one) for one in form.data.getlist("row")[: MOST + 1] if one.isdecimal()]
    return list(rows.filter(pk__in=ticked).order_by("id").values_list("customer", flat=True))
