"""Writes a message to a debtor: subject and text in its language, and the bytes that go out."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from importlib import resources
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency
from ruamel.yaml import YAML

from creditdesk.facts.money import major

KINDS = {
    "be_first_reminder": "friendly", "before_due": "before_due", "consumer_reminder": "friendly", "copies": "copies",
    "direct_debit_returned": "returned", "firm_mail": "firm", "friendly_reminder": "friendly",
    "friendly_reminder_signed": "friendly", "plan_link": "plan", "public_commitment": "public", "reminder": "reminder",
    "slip": "slip", "undisputed_part": "undisputed", "welcome_invoice_check": "check",
}  # fmt: skip
"""Which text a template of the policy uses; one that is not listed uses the text of its level."""

OF_LEVEL = ("check", "friendly", "reminder", "firm", "final", "formal", "formal")
_SPACE = uuid.UUID("5b1c2c3e-6b0e-4d63-9d0a-0b7f6a1f3c11")


@dataclass(frozen=True)
class Invoice:
    """A line of a message; amount in minor units of `currency`."""

    number: str
    due: date
    open: int
    currency: str


@dataclass(frozen=True)
class Written:
    """A message ready to be sent.

    Attributes:
        message_id: the Message-ID header.
        raw: the message byte for byte.
    """

    subject: str
    text: str
    message_id: str
    raw: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return hashlib.sha256(self.raw).hexdigest()


@cache
def texts(language: str) -> Mapping[str, Any]:
    """The texts of a language; KeyError for one without texts."""
    if language not in {"nl", "fr", "de", "en"}:
        raise KeyError(language)
    path = resources.files("creditdesk.desk.day") / "texts" / f"{language}.yaml"
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Composed:
    """What is said: subject and text in the language of whoever reads it."""

    subject: str
    text: str


def compose(
    *,
    name: str,
    language: str,
    template: str,
    level: int,
    company: str,
    country: str,
    customer: str,
    invoices: Sequence[Invoice],
) -> Composed:
    """The words of a mail or a letter, with a line per invoice and a sum per currency; for the arguments see `write`."""
    words = texts(language if language in {"nl", "fr", "de", "en"} else "en")
    locale = locale_of(language, country)
    part = words[KINDS.get(template) or OF_LEVEL[max(0, min(level, 6))]]
    lines = [_line(words, locale, invoice) for invoice in invoices]
    sums: dict[str, int] = {}
    for invoice in invoices:
        sums[invoice.currency] = sums.get(invoice.currency, 0) + invoice.open
    totals = " + ".join(_money(locale, amount, currency) for currency, amount in sorted(sums.items()))
    greeting = words["greeting"].format(name=name) if name else words["greeting_nobody"]
    text = "\n\n".join(
        (
            greeting,
            part["opening"],
            "\n".join(lines),
            f"{words['total']}: {totals}",
            part["closing"],
            f"{words['question']} {words['paid']}",
            f"{words['sign']}\n{company}",
            words["reference"].format(customer=customer),
        )
    )
    return Composed(part["subject"].format(company=company), text)


def write(
    *,
    key: Sequence[object],
    sender: str,
    to: str,
    name: str,
    language: str,
    template: str,
    level: int,
    company: str,
    country: str,
    customer: str,
    invoices: Sequence[Invoice],
    at: datetime,
) -> Written:
    """A message with a line per invoice and a sum per currency.

    Args:
        key: the natural key: the same key always gives the same Message-ID.
        name: of the person written to; empty when unknown.
        customer: its number, as our reference.
        at: goes into the Date header.
    """
    said = compose(
        name=name, language=language, template=template, level=level, company=company, country=country,
        customer=customer, invoices=invoices,
    )  # fmt: skip
    domain = parseaddr(sender)[1].partition("@")[2] or "creditdesk.invalid"
    message_id = f"<{uuid.uuid5(_SPACE, chr(31).join(str(one) for one in key))}@{domain}>"
    mail = EmailMessage(policy=SMTP.clone(max_line_length=200))
    mail["From"] = formataddr((" ".join(company.split()), parseaddr(sender)[1]))
    mail["To"] = to
    mail["Subject"] = " ".join(said.subject.split())
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id
    mail["Content-Language"] = language
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(said.text, cte="quoted-printable")
    return Written(said.subject, said.text, message_id, mail.as_bytes())


def _line(words: Mapping[str, Any], locale: Locale, invoice: Invoice) -> str:
    due = format_date(invoice.due, "long", locale=locale)
    return (
        f"- {words['invoice']} {invoice.number}, {words['due'].lower()} {due}, "
        f"{words['open'].lower()} {_money(locale, invoice.open, invoice.currency)}"
    )


def _money(locale: Locale, amount: int, currency: str) -> str:
    return format_currency(major(amount, currency), currency, locale=locale)


def locale_of(language: str, country: str) -> Locale:
    """How a language writes amounts and days in a country."""
    try:
        return Locale.parse(f"{language}_{country}")
    except (ValueError, UnknownLocaleError):
        return Locale.parse(language if language in {"nl", "fr", "de", "en"} else "en")
