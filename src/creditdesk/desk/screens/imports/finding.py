"""One upload or its work, as pages ask for it: of this company alone, and the way back to its page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect

from creditdesk.desk.access.declared import Asked
from creditdesk.desk.intake import working
from creditdesk.desk.intake.models import Upload, Work

WAITS_LONG = 15
"""Seconds after which a page says that no worker takes the work."""


def one(request: Asked, token: str) -> Upload:
    """An upload of this company. Raises Http404."""
    found = (
        Upload.objects.filter(company=request.scope.company, token=token)
        .select_related("company", "imported")
        .first()
    )
    if found is None:
        raise Http404(f"no upload {token!r}")
    return found


def to_page(request: Asked, upload: Upload) -> HttpResponse:
    """The way back to the page of an upload, for a form or for htmx."""
    return to(request, request.scope.url("imports:upload", token=upload.token))


def to(request: Any, url: str) -> HttpResponse:
    """The way to an address, for a form or for htmx."""
    if request.headers.get("HX-Request") == "true":
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = url
        return answer
    return HttpResponseRedirect(url)


def busy(request: Asked, work: Work | None) -> dict[str, Any]:
    """What a page says of work that is under way."""
    if work is None:
        return {"work": None}
    waits = (request.scope.now - work.asked_at).total_seconds()
    return {
        "work": work,
        "at": working.progress_of(work),
        "lonely": work.state == Work.State.WAITING and waits > WAITS_LONG,
    }
