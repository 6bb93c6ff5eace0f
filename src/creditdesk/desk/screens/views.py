"""What lists share: keeping and forgetting a view."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _

from creditdesk.desk.access.declared import Asked
from creditdesk.desk.screens.models import SavedView


def keep_view(request: Asked, screen: str, back: str) -> HttpResponse:
    """Save the view that a form names, or forget one of one's own. Gives the way back to the list."""
    mine = SavedView.objects.filter(company=request.scope.company, owner=request.user, screen=screen)
    if request.POST.get("forget"):
        mine.filter(pk=_number(request.POST["forget"])).delete()
        return HttpResponseRedirect(back)
    name = request.POST.get("name", "").strip()[:60]
    query = QueryDict(request.POST.get("query", "")[:2000]).urlencode()
    if not name:
        messages.error(request, _("A view needs a name."))
        return HttpResponseRedirect(f"{back}?{query}")
    SavedView.objects.update_or_create(
        company=request.scope.company,
        owner=request.user,
        screen=screen,
        name=name,
        defaults={"query": query, "shared": request.POST.get("shared") == "on"},
    )
    messages.success(request, _("View “%(name)s” saved.") % {"name": name})
    return HttpResponseRedirect(f"{back}?{query}")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
