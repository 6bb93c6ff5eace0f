"""What can come of a call, each with its key: some are said at once, some need a form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditdesk.desk.access.roles import TASKS_OF, Right, Role
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Task
from creditdesk.desk.day.desk import Desk
from creditdesk.desk.screens.customer.act import Act, not_past
from creditdesk.desk.screens.customer.acts import Dispute, Promise, write_note
from creditdesk.desk.screens.customer.asking import Plan
from creditdesk.desk.screens.fields import DayField
from creditdesk.desk.screens.formats import day


@dataclass(frozen=True)
class Outcome:
    """One outcome.

    Attributes:
        code: of the contract.
        form: what has to be said beside; None = nothing.
        main: stands out among the others.
    """

    code: str
    label: Any
    icon: str
    key: str
    form: type[Act] | None = None
    main: bool = False


NOTE = {"max_length": 4000, "required": False, "widget": forms.Textarea(attrs={"rows": 2})}


class Promised(Promise):
    """A promise made on this call."""

    text = forms.CharField(label=gettext_lazy("What was said"), **NOTE)


class Disputed(Dispute):
    """A dispute raised on this call."""

    text = forms.CharField(label=gettext_lazy("What was said"), **NOTE)


class PlanAsked(Plan):
    """A plan that the customer asked for on this call."""

    title = gettext_lazy("Payment plan asked for")


class CallBack(Act):
    """Call again on another day."""

    title = gettext_lazy("Call back")
    key = "b"
    call_back_on = DayField(label=gettext_lazy("On"))
    at = forms.TimeField(
        label=gettext_lazy("At"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    text = forms.CharField(label=gettext_lazy("What was said"), **NOTE)

    def opening(self) -> dict[str, Any]:
        """Tomorrow."""
        return {"call_back_on": self.scope.today + timedelta(days=1)}

    def clean_call_back_on(self) -> date:
        """Today or later."""
        return not_past(self.cleaned_data["call_back_on"], self.scope.today)

    def do(self, desk: Desk) -> str:
        """What is recorded is the outcome of the task; the hour is a note."""
        said = self.cleaned_data
        if said["at"]:
            text = _("Call back on %(day)s at %(time)s.") % {
                "day": day(said["call_back_on"]), "time": f"{said['at']:%H:%M}"
            }  # fmt: skip
            write_note(desk, self.account.customer, f"{self.fact_id()}:at", text)
        return _("To be called back on %(day)s.") % {"day": day(said["call_back_on"])}


class Posted(Act):
    """A letter that was posted; a registered one is done with its number only."""

    title = gettext_lazy("Posted")
    key = "r"
    document = forms.CharField(label=gettext_lazy("Number of the registered letter"), max_length=100)

    def do(self, desk: Desk) -> str:
        """What is recorded is the outcome of the task."""
        del desk
        return _("Letter recorded as posted.")


CALL = (
    Outcome("promised", gettext_lazy("Promised"), "handshake", "p", Promised, main=True),
    Outcome("reached", gettext_lazy("Reached"), "phone", "r", main=True),
    Outcome("no_answer", gettext_lazy("No answer"), "phone-missed", "n", main=True),
    Outcome("disputed", gettext_lazy("Disputed"), "scale", "d", Disputed),
    Outcome("plan_asked", gettext_lazy("Plan"), "calendar", "l", PlanAsked),
    Outcome("call_back", gettext_lazy("Call back"), "clock", "b", CallBack),
    Outcome("left_message", gettext_lazy("Left a message"), "voicemail", "m"),
    Outcome("paid_claimed", gettext_lazy("Says it has paid"), "coins", "c"),
    Outcome("refused", gettext_lazy("Refuses"), "circle-x", "f"),
    Outcome("wrong_contact", gettext_lazy("Wrong contact"), "user-x", "w"),
)
REGISTERED = (Outcome("sent", gettext_lazy("Posted"), "check", "r", Posted, main=True),)
LETTER = (Outcome("sent", gettext_lazy("Posted"), "check", "r", main=True),)
OTHER = (Outcome("reached", gettext_lazy("Done"), "check", "r", main=True),)


def outcomes_of(task: Task) -> tuple[Outcome, ...]:
    """What can come of a task."""
    if task.do == "registered_letter":
        return REGISTERED
    if task.kind == Task.Kind.POST or task.do in {"letter", "statement", "legal_notice", "email"}:
        return LETTER
    if task.do == "call" or task.do in {"sales", "voice", "video", "sms"}:
        return CALL
    return OTHER


def may_say(scope: Scope, task: Task) -> bool:
    """Whether a person may say what came of a task: who collects, of any; Sales, of its own."""
    return scope.may(Right.WORK) or (scope.may(Right.SELL) and task.role in TASKS_OF[Role.SALES])


def offered(scope: Scope, task: Task) -> list[Outcome]:
    """The outcomes that a person may choose from; a plan can be asked for by whoever may ask."""
    if not may_say(scope, task):
        return []
    return [
        one
        for one in outcomes_of(task)
        if one.form is None or one.form.right != Right.ASK or scope.may(Right.ASK)
    ]
