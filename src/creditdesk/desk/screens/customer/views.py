"""The screen *Customer*."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right


@may(Right.SEE_CUSTOMERS)
def customer(request: Asked, customer: str) -> HttpResponse:
    """Everything about one customer."""
    account = request.scope.account(customer)
    return render(request, "customer/page.html", {"account": account})
