"""What is said of a move: Sales agrees, objects or comments; a credit manager decides on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework import talk
from creditdesk.desk.casework.models import Comment, MoveAnswer
from creditdesk.desk.day.desk import Desk
from creditdesk.desk.screens.customer.act import not_past
from creditdesk.desk.screens.fields import DayField
from creditdesk.desk.screens.formats import day, speaking
from creditdesk.desk.screens.sales.moves import Move, of_account

KEPT = timedelta(days=90)
"""For how long a customer is kept in its segment, where nobody says otherwise."""


class Saying(forms.Form):
    """One thing that is said of a move.

    Attributes:
        right: who may.
    """

    right: ClassVar[Right] = Right.SELL
    title: ClassVar[Any] = ""
    submit: ClassVar[Any] = gettext_lazy("Record")
    do_not_call_in_templates: ClassVar[bool] = True

    target = forms.CharField(max_length=100, widget=forms.HiddenInput)
    since = forms.CharField(max_length=10, widget=forms.HiddenInput)

    def __init__(self, scope: Scope, move: Move, data: Mapping[str, Any] | None = None) -> None:
        self.scope = scope
        self.move = move
        start = {"target": move.target, "since": move.since.isoformat(), **self.opening()}
        super().__init__(data, initial=start)
        self.prepare()

    def opening(self) -> dict[str, Any]:
        """Values that the form opens with."""
        return {}

    def prepare(self) -> None:
        """Fill in choices."""

    def do(self, desk: Desk) -> str:
        """Do it. Gives what is told to the person."""
        raise NotImplementedError

    def answer(self, said: MoveAnswer.Answer, reason: str) -> None:
        """What this person says of the move."""
        answer(self.scope, self.move, said, reason)


class Object(Saying):
    """Not so, and why."""

    title = gettext_lazy("Object to the move")
    submit = gettext_lazy("Object")
    reason = forms.CharField(
        label=gettext_lazy("Why not"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("A credit manager reads this and decides."),
    )  # fmt: skip

    def do(self, desk: Desk) -> str:
        """An objection is a task for a credit manager."""
        del desk
        self.answer(MoveAnswer.Answer.OBJECT, self.cleaned_data["reason"])
        return _("Objected; a credit manager decides.")


class Say(Saying):
    """A remark."""

    title = gettext_lazy("Comment on the move")
    submit = gettext_lazy("Note it")
    text = forms.CharField(
        label=gettext_lazy("Remark"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def do(self, desk: Desk) -> str:
        """A remark for whoever reads the move."""
        move = self.move
        talk.comment(
            self.scope.company, Comment.Subject.MOVE, move.ref, move.account.customer, self.cleaned_data["text"],
            by=desk.by, now=self.scope.now,
        )  # fmt: skip
        return _("Noted.")


class Settle(Saying):
    """A credit manager decides: it goes ahead, or the customer stays where it is for a while."""

    right = Right.DECIDE
    title = gettext_lazy("Decide on the move")
    submit = gettext_lazy("Decide")
    decision = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)
    until_on = DayField(
        label=gettext_lazy("Kept until and including"),
        required=False,
        help_text=gettext_lazy("Where the customer is kept in its segment."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)

    def opening(self) -> dict[str, Any]:
        """A quarter."""
        return {"until_on": self.scope.today + KEPT}

    def prepare(self) -> None:
        """Where a move waits for a yes, a yes; where it comes by itself or was made, nothing stands in its way."""
        t, move = speaking(), self.move
        names = {"was": t.named("segment", move.was), "target": t.named("segment", move.target)}
        goes = _("Let it move to %(target)s") if move.waits else _("Leave it so: %(target)s")
        keeps = _("Put it back into %(was)s") if move.made else _("Keep it in %(was)s")
        self.fields["decision"].choices = [("go", goes % names), ("keep", keeps % names)]

    def clean_until_on(self) -> date | None:
        """Today or later."""
        on = self.cleaned_data["until_on"]
        return not_past(on, self.scope.today) if on else None

    def do(self, desk: Desk) -> str:
        """A yes to the move, or a segment set by hand; the objections are settled."""
        said, move = self.cleaned_data, self.move
        customer, reason = move.account.customer, said["reason"]
        if said["decision"] == "keep":
            row = {
                "override_id": f"move:{move.ref}:{self.scope.now:%Y%m%d%H%M%S}", "customer_id": customer,
                "field": "segment", "value": move.was, "from_on": desk.on, "until_on": said["until_on"],
                "by": desk.by, "reason": reason,
            }  # fmt: skip
            desk.fact("override", row, reason)
        elif move.waits:
            row = {
                "approval_id": f"move:{move.ref}:{self.scope.now:%Y%m%d%H%M%S}", "customer_id": customer,
                "subject": "move", "ref": move.target, "decided_on": desk.on, "granted": True, "by": desk.by,
                "reason": reason,
            }  # fmt: skip
            desk.fact("approval", row, reason)
        else:
            talk.comment(
                self.scope.company, Comment.Subject.MOVE, move.ref, customer, reason, by=desk.by, now=self.scope.now
            )  # fmt: skip
        outcome = "granted" if said["decision"] == "keep" else "refused"
        talk.settle_objections(
            self.scope.company, customer, move.target, outcome, by=desk.by, on=desk.on, now=self.scope.now
        )  # fmt: skip
        if said["decision"] == "keep":
            until = said["until_on"]
            return (
                _("Kept until %(day)s.") % {"day": day(until)}
                if until
                else _("Kept until somebody changes it.")
            )
        return _("It moves.") if move.waits else _("Left so.")


SAYINGS: dict[str, type[Saying]] = {"object": Object, "comment": Say, "decide": Settle}
"""What can be said, by the name in its address."""


def answer(scope: Scope, move: Move, said: MoveAnswer.Answer, reason: str) -> None:
    """Record what this person says of a move."""
    talk.answer_move(
        scope.company, move.account.customer, move.was, move.target, move.since, said, reason, by=scope.name,
        on=scope.today, now=scope.now, stake=move.account.exposure, currency=move.account.currency,
    )  # fmt: skip


def move_of(scope: Scope, customer: str, target: str, since: str) -> Move | None:
    """The move that is meant, if it still stands so. Raises Http404 for a customer this person may not see."""
    account = scope.account(customer)
    for one in of_account(account, scope.today):
        if one.target == target and one.since.isoformat() == since:
            return one
    return None


@require_POST
def _agree(request: Asked, customer: str) -> HttpResponse:
    """One tap: so be it."""
    scope = request.scope
    move = move_of(scope, customer, request.POST.get("target", ""), request.POST.get("since", ""))
    if move is None:
        _gone(request)
    else:
        answer(scope, move, MoveAnswer.Answer.AGREE, "")
        messages.success(request, _("Agreed: %(customer)s.") % {"customer": move.account.name})
    return HttpResponseRedirect(_back(request))


agree = may(Right.SELL)(_agree)


@may(Right.SELL, Right.DECIDE)
def act(request: Asked, customer: str, act: str) -> HttpResponse:
    """A form in the sheet; sent, it is done."""
    if act not in SAYINGS:
        raise Http404(f"no act {act!r}")
    scope, kind = request.scope, SAYINGS[act]
    scope.need(kind.right, *((Right.DECIDE,) if kind is Say else ()))
    sent = request.method == "POST"
    given = request.POST if sent else request.GET
    move = move_of(scope, customer, given.get("target", ""), given.get("since", ""))
    if move is None:
        _gone(request)
        return _led(request)
    form = kind(scope, move, request.POST if sent else None)
    if sent and form.is_valid():
        with transaction.atomic():
            told = form.do(scope.desk())
        messages.success(request, told)
        return _led(request)
    return render(
        request, "desk/sheet_form.html", {"form": form, "action": request.path}, status=422 if sent else 200
    )


def _gone(request: Asked) -> None:
    messages.warning(
        request,
        _("This move does not stand so any more: here is how things stand now. Nothing was recorded."),
    )


def _back(request: Asked) -> str:
    """The page one came from, where it is one of the desk: the moves, or the work list."""
    shown = getattr(request.htmx, "current_url_abs_path", "") or request.POST.get("back", "")
    today, moves = request.scope.url("today:list"), request.scope.url("sales:moves")
    if shown.startswith(today):
        return today
    return shown if shown.startswith(moves) else moves


def _led(request: Asked) -> HttpResponse:
    answer_there = HttpResponse(status=204)
    answer_there["HX-Redirect"] = _back(request)
    return answer_there
