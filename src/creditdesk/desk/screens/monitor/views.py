"""The screen *Monitor*."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.casework.models import Alert
from creditdesk.desk.screens.listing.export import as_csv, as_xlsx
from creditdesk.desk.screens.monitor import behaviour, disputes, effect, receivables, work
from creditdesk.desk.screens.monitor.alerts import MOST, Alerts, mine, roles_of, see
from creditdesk.desk.screens.monitor.drawing import pictures
from creditdesk.desk.screens.monitor.headline import NAMES as HEADLINE
from creditdesk.desk.screens.monitor.headline import headline
from creditdesk.desk.screens.monitor.panel import Panel
from creditdesk.desk.screens.monitor.reading import Book
from creditdesk.desk.screens.views import keep_view
from creditdesk.measures.spans import MONTH, WEEK


def _page(
    request: Asked,
    here: str,
    names: Iterable[str],
    make: Callable[[Book], list[Panel]],
    more: Iterable[str] = (),
) -> HttpResponse:
    """A page of panels, or the table of one as a file."""
    book = Book(request.scope, request.GET.get("by", MONTH), request.GET.get("group", ""))
    found: list[Panel] = []
    if book.spans:
        book.load({*names, *more})
        found = make(book)
        if asked := _file(request, found):
            return asked
        drawn = pictures(panel.chart for panel in found if panel.chart is not None)
        for panel in found:
            panel.picture = drawn.get(panel.chart.key, "") if panel.chart is not None else ""
    shown = {
        "here": here, "book": book, "panels": found, "grains": ((MONTH, _("Months")), (WEEK, _("Weeks"))),
        "headline": headline(book) if more and found else [], "waiting": mine(request.scope).count(),
    }  # fmt: skip
    return render(request, "monitor/page.html", shown)


def _file(request: Asked, panels: list[Panel]) -> HttpResponse | None:
    """The table of the panel that is asked for, as a file."""
    form, name = request.GET.get("format"), request.GET.get("panel", "")
    if form not in {"csv", "xlsx"}:
        return None
    panel = next((one for one in panels if one.name == name), None)
    if panel is None:
        raise Http404(f"no table {name!r}")
    title = f"{panel.name}-{request.scope.today.isoformat()}"
    rows = panel.every() if panel.every else panel.rows
    return as_csv(title, panel.columns, rows) if form == "csv" else as_xlsx(title, panel.columns, rows)


@may(Right.SEE_FIGURES)
def receivables_page(request: Asked) -> HttpResponse:
    """What customers owe, and how long it takes."""
    return _page(request, "list", receivables.NAMES, receivables.panels, HEADLINE)


@may(Right.SEE_FIGURES)
def behaviour_page(request: Asked) -> HttpResponse:
    """How customers pay."""
    return _page(request, "behaviour", behaviour.NAMES, behaviour.panels)


@may(Right.SEE_FIGURES)
def disputes_page(request: Asked) -> HttpResponse:
    """Disputes by root cause, owner and deadline."""
    return _page(request, "disputes", disputes.NAMES, disputes.panels)


@may(Right.SEE_FIGURES)
def work_page(request: Asked) -> HttpResponse:
    """The work of collecting and what it costs."""
    return _page(request, "work", work.NAMES, work.panels)


@may(Right.SEE_FIGURES)
def effect_page(request: Asked) -> HttpResponse:
    """Guard rails, before and after."""
    return _page(request, "effect", effect.NAMES, effect.panels)


# --- alerts ---------------------------------------------------------------------------------------------------------


@may(Right.SEE_FIGURES)
def alerts_page(request: Asked) -> HttpResponse:
    """Alerts, or all of them as a file."""
    book = Book(request.scope)
    listing = Alerts(request, request.scope.of(Alert), book.currency)
    shown: dict[str, Any] = {
        "here": "alerts", "book": book, "listing": listing, "waiting": mine(request.scope).count(),
        "tick": bool(roles_of(request.scope)),
    }  # fmt: skip
    return listing.file() or render(request, "monitor/alerts.html", shown)


@may(Right.SEE_FIGURES, own=True)
def keep(request: Asked) -> HttpResponse:
    """Save or forget a view of the alerts."""
    return keep_view(request, Alerts.name, request.scope.url("monitor:alerts"))


@may(Right.WORK, Right.DECIDE, Right.SELL)
def seen(request: Asked) -> HttpResponse:
    """Mark ticked alerts as seen: those that were raised for a role of this person."""
    if request.method != "POST":
        raise Http404("alerts are marked by a form")
    ids = [int(one) for one in request.POST.getlist("row")[:MOST] if one.isdecimal() and len(one) < 19]
    done = see(request.scope, ids, request.scope.now)
    if done:
        messages.success(
            request,
            ngettext("%(n)s alert marked as seen.", "%(n)s alerts marked as seen.", done) % {"n": done},
        )
    else:
        messages.info(request, _("None of these alerts waits for you."))
    query = QueryDict(request.POST.get("query", "")[:2000]).urlencode()
    return HttpResponseRedirect(f"{request.scope.url('monitor:alerts')}?{query}")
