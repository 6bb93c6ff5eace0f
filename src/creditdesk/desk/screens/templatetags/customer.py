"""Template tags about one customer: codes of the contract, and decisions in words."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from babel import Locale
from django import template
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from creditdesk.desk.screens import wording
from creditdesk.desk.screens.customer import codes
from creditdesk.desk.screens.formats import speaking
from creditdesk.desk.screens.requests import words

register = template.Library()

TINTS = {"low": "good", "medium": "warn", "high": "bad"}

register.filter("outcome_name", codes.outcome)
register.filter("message_state", codes.message_state)
register.filter("tactic_name", codes.tactic)
register.filter("habit_words", wording.habit)


@register.filter
def risk_tint(risk: str) -> str:
    """The tint of a class of risk; its name says it too."""
    return TINTS.get(risk, "")


@register.filter
def channel_icon(do: str) -> str:
    """The icon of a channel."""
    return codes.icon(do)


@register.filter
def bucket_name(bucket: str) -> str:
    """An age in words."""
    return str(codes.BUCKETS[bucket])


@register.filter
def contact_role(role: str) -> str:
    """What a contact does."""
    return str(codes.CONTACT_ROLES.get(role, role))


@register.filter
def reason_name(code: str) -> str:
    """Why a customer disputes."""
    return codes.dispute_reason(code)


@register.filter
def days_to(start: date, end: date) -> int:
    """Days from one day to another."""
    return (end - start).days


@register.filter
def from_text(day: str) -> date:
    """A day that is kept as text."""
    return date.fromisoformat(day)


@register.filter
def asked_for(request: Any) -> str:
    """What a request asks: `Credit limit: €50,000`."""
    return words.wanted(request)


@register.simple_tag
def move_value(what: str, value: Any) -> str:
    """What a segment gives, in words: a stance on new business, days, a delivery."""
    if value == "cell":
        return _("what its cell of the matrix gives")
    if what == "terms_days":
        if isinstance(value, int):
            return ngettext("%(n)s day", "%(n)s days", value) % {"n": value}
        return speaking()(f"segments.terms_{value}") if value else _("as agreed")
    return speaking().named({"acceptance": "acceptance", "delivery_terms": "delivery"}[what], value)


@register.filter
def as_list(value: Any) -> list[Any]:
    """A list, also of one."""
    return value if isinstance(value, list) else [value]


@register.filter
def tel(number: str) -> str:
    """A phone number as an address."""
    return "".join(char for char in number if char.isdigit() or char == "+")


@register.filter
def language_name(code: str) -> str:
    """A language in the reader's language."""
    return str(speaking().locale.languages.get(code, code))


@cache
def _territories(code: str) -> dict[str, str]:
    return dict(Locale.parse(code.replace("-", "_")).territories)


@register.filter
def country_name(code: str) -> str:
    """A country in the reader's language."""
    return _territories(translation.get_language() or "en").get(code, code)


@register.simple_tag
def behaviour(more: dict[str, Any]) -> str:
    """How late it pays, in words."""
    return wording.behaviour(more)


@register.simple_tag
def in_words(words: Any, how: str, row: Any) -> str:
    """A row of a decision in words: `{% in_words dossier.words "action" step %}`; empty while there is no policy."""
    return getattr(words, how)(row) if words else ""


@register.simple_tag
def step_name(words: Any, procedure: str, step: str) -> str:
    """The name of a step, as the policy or the language has it."""
    name = words.step(procedure, step) if words else speaking().named("step", step)
    return name[:1].upper() + name[1:]


@register.filter
def planned(words: Any, account: Any) -> str:
    """The name of the step that is planned for a customer."""
    return str(step_name(words, account.procedure, account.next_step))


@register.filter
def next_words(words: Any, step: dict[str, Any]) -> str:
    """The step after one that is due."""
    return words.next_step(step) if words else ""


register.filter("closed_name", codes.closed)
register.filter("dispute_outcome", codes.dispute_outcome)


@register.filter
def task_name(task: Any) -> str:
    """What a task is: the act of a step, or what else a person has to do."""
    return codes.task(task)


@register.filter
def task_title(task: Any) -> str:
    """What a task is, and at which step, where that says more."""
    name = codes.task(task)
    step = speaking().named("step", task.step) if task.step else ""
    said = {name.casefold(), speaking().named("do", task.do).casefold()} if task.kind != "approve" else set()
    return (
        name
        if not step or step.casefold() in said
        else _("%(task)s: %(step)s") % {"task": name, "step": step}
    )


@register.filter
def priority_words(task: Any) -> str:
    """What makes the priority of a task, largest part first."""
    reasons = task.content.get("priority_reasons") or []
    t = speaking()
    parts = sorted((one for one in reasons if one.get("points")), key=lambda one: -one["points"])
    return ", ".join(t.named("priority", one["reason"]) for one in parts)
