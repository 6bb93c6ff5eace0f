"""Handing a task to a colleague or to Sales."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import TASKS_OF, Right, Role
from creditdesk.desk.access.scope import Scope, colleagues
from creditdesk.desk.casework.models import Task
from creditdesk.desk.casework.people import NotOpen, hand_task
from creditdesk.desk.screens.names import ROLES
from creditdesk.desk.standing.models import Account

TO = (Role.COLLECTOR, Role.SALES, Role.CREDIT_MANAGER)


class Hand(forms.Form):
    """To whom, and why."""

    title = gettext_lazy("Hand over")
    submit = gettext_lazy("Hand over")
    to = forms.ChoiceField(label=gettext_lazy("To"))
    why = forms.CharField(label=gettext_lazy("Why"), max_length=300)

    def __init__(self, scope: Scope, account: Account, data: Any = None) -> None:
        super().__init__(data)
        choices = []
        for role in TO:
            name = TASKS_OF[role][0]
            people = [one.person for one in colleagues(scope.company, (role,)) if one.person != scope.person]
            if role == Role.SALES and account.account_manager and account.account_manager not in people:
                people.insert(0, account.account_manager)
            if people:
                choices.append((str(ROLES[role]), [(f"{name}:{one}", one) for one in people]))
        self.fields["to"].choices = choices
        if account.account_manager:
            self.fields["to"].initial = f"account_manager:{account.account_manager}"


@may(Right.HAND_OVER)
def hand(request: Asked, pk: int) -> HttpResponse:
    """The form in the sheet; sent, the task is the other's and the next one opens."""
    from creditdesk.desk.screens.today.views import _following

    scope = request.scope
    task = scope.of(Task).filter(pk=pk).first()
    if task is None:
        raise Http404(f"no task {pk}")
    form = Hand(scope, scope.account(task.customer), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        role, _colon, person = form.cleaned_data["to"].partition(":")
        try:
            hand_task(task, person, role, by=scope.name, why=form.cleaned_data["why"], now=scope.now)
        except NotOpen:
            messages.warning(request, _("This task is closed already."))
        else:
            messages.success(request, _("Handed over to %(person)s.") % {"person": person})
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = _following(scope, pk)
        return answer
    return render(
        request, "desk/sheet_form.html", {"form": form, "action": request.path},
        status=422 if request.method == "POST" else 200,
    )  # fmt: skip
