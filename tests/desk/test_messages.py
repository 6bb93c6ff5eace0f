"""Messages are complete in every language, name each invoice, and carry nothing but what was written."""

from __future__ import annotations

import email
import email.policy
from datetime import date, datetime

import pytest

from creditdesk.desk.day.writing import KINDS, OF_LEVEL, Invoice, Written, texts, write
from creditdesk.policy.load import SHIPPED, load_policy
from desk.office import HERE

LANGUAGES = ("nl", "fr", "de", "en")
INVOICES = [
    Invoice("2026/0017", date(2026, 3, 20), 123_456, "EUR"),
    Invoice("2026/0018", date(2026, 3, 23), 50, "EUR"),
    Invoice("2026/0019", date(2026, 3, 23), 7_000, "JPY"),
]


def written(**other: object) -> Written:
    usual = {
        "key": ("acme", "c1", "ladder", 1, "reminder", 1, 0), "sender": "credit@acme.example", "to": "ap@example.org",
        "name": "Ms Peeters", "language": "nl", "template": "friendly_reminder", "level": 1, "company": "Acme BV",
        "country": "BE", "customer": "C-17", "invoices": INVOICES, "at": datetime(2026, 3, 24, 7, tzinfo=HERE),
    }  # fmt: skip
    return write(**(usual | other))


def test_every_language_has_every_text() -> None:
    def keys(node: object, prefix: str = "") -> set[str]:
        if not isinstance(node, dict):
            assert str(node).strip(), prefix
            return {prefix}
        return {key for name, part in node.items() for key in keys(part, f"{prefix}.{name}")}

    assert len({frozenset(keys(dict(texts(language)))) for language in LANGUAGES}) == 1
    assert {*KINDS.values(), *OF_LEVEL} <= texts("en").keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_of_every_shipped_policy_can_be_written(language) -> None:
    for name in SHIPPED:
        policy = load_policy(name)
        for procedure in policy.procedures:
            for step in policy.steps_of(procedure):
                if step.do == "email":
                    done = written(language=language, template=step.template, level=step.level)
                    assert "{" not in done.subject + done.text
                    assert all(invoice.number in done.text for invoice in INVOICES)


@pytest.mark.parametrize(
    ("language", "country", "total"),
    [
        ("nl", "NL", "€ 1.235,06 + JP¥ 7.000"),
        ("fr", "BE", "1 235,06 € + 7 000 JPY"),
        ("de", "DE", "1.235,06 € + 7.000 ¥"),
        ("en", "GB", "€1,235.06 + JP¥7,000"),
    ],
)
def test_amounts_stand_as_they_are_written_there_with_a_sum_per_currency(language, country, total) -> None:
    text = written(language=language, country=country).text.replace("\xa0", " ").replace("\u202f", " ")
    assert total in text


def test_a_message_of_the_same_key_is_the_same_message() -> None:
    assert written() == written()
    assert written().message_id == written(name="Somebody else").message_id
    assert written().message_id != written(key=("acme", "c1", "ladder", 1, "reminder", 2, 0)).message_id


@pytest.mark.parametrize(
    "name", ["Acme BV\r\nBcc: all@example.org", "Acme\nX-Evil: yes", 'A "quoted" <name>, Ltd']
)
def test_a_name_cannot_add_a_header(name) -> None:
    mail = email.message_from_bytes(written(company=name, name=name).raw, policy=email.policy.default)
    assert {"Bcc", "X-Evil"} & set(mail.keys()) == set()
    assert mail["To"] == "ap@example.org"
    assert mail["From"].addresses[0].addr_spec == "credit@acme.example"


def test_the_text_arrives_as_it_was_written() -> None:
    done = written(language="fr", customer="café")
    mail = email.message_from_bytes(done.raw, policy=email.policy.default)
    assert mail.get_content().replace("\r\n", "\n").rstrip("\n") == done.text
    assert mail["Subject"] == done.subject
    assert mail["Auto-Submitted"] == "auto-generated"
    assert all(len(line) <= 998 and line.isascii() for line in done.raw.split(b"\r\n"))
