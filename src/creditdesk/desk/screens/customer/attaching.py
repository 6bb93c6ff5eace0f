"""Files attached to a customer: brought, read, taken away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework import attachments
from creditdesk.desk.casework.audit import ReasonMissing
from creditdesk.desk.casework.models import Attachment
from creditdesk.desk.intake import receiving
from creditdesk.desk.screens.formats import number

MEGABYTE = 1024 * 1024
MOST_MB = attachments.LARGEST // MEGABYTE
ACCEPTED = ",".join(f".{kind}" for kind in attachments.KINDS)
"""What the browser offers to choose."""


def attached(scope: Scope, customer: str) -> QuerySet[Attachment]:
    """The files of a customer that are there, the latest first, without their content."""
    found: QuerySet[Attachment] = scope.of(Attachment).filter(customer=customer, removed_at=None)
    return found.defer("content")


def size_of(count: int) -> str:
    """How large a file is, in kB or MB as the reader's language writes numbers."""
    return f"{number(count / MEGABYTE, 1)} MB" if count >= MEGABYTE else f"{number(max(1, count // 1024))} kB"


def may_remove(scope: Scope, one: Attachment) -> bool:
    """Whoever brought a file takes it away again, as long as that person may bring one, and whoever decides."""
    own = one.by == scope.name and (scope.may(Right.WORK) or scope.may(Right.ASK))
    return own or scope.may(Right.DECIDE)


@require_POST
def _attach(request: Any, customer: str) -> HttpResponse:
    """Files come in: they lie on the disk already."""
    scope = request.scope
    scope.account(customer)
    if request.not_taken is not None or not request.received:
        messages.error(request, _wrong("too_large" if request.not_taken else "none"))
    for one in request.received if request.not_taken is None else ():
        content = (
            one.path.read_bytes() if one.size <= attachments.LARGEST else b" " * (attachments.LARGEST + 1)
        )
        about = request.POST.get("about", "")
        try:
            attachments.attach(
                scope.company, customer, one.name, content, about=about, by=scope.name, now=scope.now
            )
        except attachments.NotAttachable as wrong:
            messages.error(request, f"{one.name}: {_wrong(wrong.code)}")
        else:
            messages.success(request, _("“%(name)s” is attached.") % {"name": one.name})
    return HttpResponseRedirect(f"{scope.url('customer:page', customer=customer)}#documents")


attach = receiving.exempt(may(Right.WORK, Right.ASK, Right.DECIDE)(receiving.to_disk(_attach)))


@may(Right.SEE_CUSTOMERS)
def download(request: Asked, customer: str, pk: int) -> HttpResponse:
    """A file, to be kept or opened by a program of the person's own: it never runs within the desk."""
    scope = request.scope
    scope.account(customer)
    one = get_object_or_404(scope.of(Attachment).filter(customer=customer, removed_at=None), pk=pk)
    answer = HttpResponse(bytes(one.content), content_type=attachments.KINDS[one.kind][0])
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Content-Disposition"] = str(content_disposition_header(True, one.name))
    return answer


@require_POST
def _remove(request: Asked, customer: str, pk: int) -> HttpResponse:
    """Take a file away."""
    scope = request.scope
    scope.account(customer)
    one = get_object_or_404(attached(scope, customer), pk=pk)
    if not may_remove(scope, one):
        raise PermissionDenied
    try:
        attachments.remove(one, by=scope.name, why=request.POST.get("why", ""), now=scope.now)
        messages.success(request, _("“%(name)s” was taken away.") % {"name": one.name})
    except ReasonMissing:
        messages.error(request, _("Say why it is taken away."))
    return HttpResponseRedirect(f"{scope.url('customer:page', customer=customer)}#documents")


remove = may(Right.WORK, Right.ASK, Right.DECIDE)(_remove)


def _wrong(code: str) -> str:
    texts = {
        "none": _("Choose a file first."),
        "empty": _("The file is empty."),
        "too_large": _("A document may have at most %(n)s MB.") % {"n": MOST_MB},
        "kind": _("Only these are taken: %(kinds)s.") % {"kinds": ", ".join(sorted(attachments.KINDS))},
        "content": _("The file is not what its ending says."),
        "too_many": _("This customer has as many documents as can be kept; take one away first."),
    }
    return str(texts[code])
