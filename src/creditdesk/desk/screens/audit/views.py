"""The list, and one entry in full."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.audit.listing import Trail, entries_of
from creditdesk.desk.screens.audit.words import field, named, told
from creditdesk.desk.screens.views import keep_view


@may(Right.SEE_AUDIT)
def entries(request: Asked) -> HttpResponse:
    """The list."""
    listing = Trail(request, entries_of(request.scope))
    return listing.file() or render(request, "audit/list.html", {"listing": listing})


@may(Right.SEE_AUDIT, own=True)
def keep(request: Asked) -> HttpResponse:
    """Save or forget a view."""
    return keep_view(request, Trail.name, request.scope.url("audit:list"))


@may(Right.SEE_AUDIT)
def entry(request: Asked, pk: int) -> HttpResponse:
    """One entry in the sheet, with all that was and became."""
    found = entries_of(request.scope).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404(f"no entry {pk}")
    was, became = found.was or {}, found.became or {}
    values = [
        {
            "name": field(name),
            "was": told(name, was[name]) if name in was else "",
            "became": told(name, became[name]) if name in became else "",
        }
        for name in dict.fromkeys([*was, *became])
    ]
    return render(request, "audit/entry.html", {"entry": found, "what": named(found.what), "values": values})
