"""The screen *Customers*."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.customers.listing import Customers
from creditdesk.desk.screens.views import keep_view


@may(Right.SEE_CUSTOMERS)
def customers(request: Asked) -> HttpResponse:
    """The list, or all of it as a file."""
    listing = Customers(request, request.scope.accounts())
    return listing.file() or render(request, "customers/list.html", {"listing": listing})


@may(Right.SEE_CUSTOMERS, own=True)
def keep(request: Asked) -> HttpResponse:
    """Save or forget a view."""
    return keep_view(request, Customers.name, request.scope.url("customers:list"))
