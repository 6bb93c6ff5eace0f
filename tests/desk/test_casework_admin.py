"""Everything can be looked at, and nothing changed, in Django's admin."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from creditdesk.desk.casework import models
from creditdesk.desk.casework.models import Message, Run, Task
from creditdesk.desk.ledger.models import Company
from desk.office import HERE

pytestmark = pytest.mark.usefixtures("desk")
NOW = datetime(2026, 3, 24, 7, tzinfo=HERE)
ON = date(2026, 3, 24)


def test_every_table_of_casework_is_shown_and_none_can_be_changed() -> None:
    company = Company.objects.create(code="acme", name="Acme")
    run = Run.objects.create(company=company, as_of=ON, by="anna", started_at=NOW)
    Task.objects.create(
        company=company, customer="anton", kind="step", role="collector", due_on=ON, opened_on=ON
    )
    message = Message.objects.create(
        company=company, customer="anton", procedure="p", case_no=1, step="s", turn=1, level=1, template="t",
        language="en", address="a@example.org", subject="s", text="t", message_id="<1@example>", raw=b"x", digest="",
        amount=1, currency="EUR", asked_on=ON, asked_no=0, queued_at=NOW, run=run,
    )  # fmt: skip
    User.objects.create_superuser("root", password="secret")  # noqa: S106  of a database that lives for a second
    client = Client(headers={"host": "localhost"})
    client.login(username="root", password="secret")  # noqa: S106
    for name in models.__all__:
        if name == "PolicyInUse":
            continue
        table = f"/admin/casework/{name.lower()}/"
        assert client.get(table).status_code == 200, name
        assert client.get(f"{table}add/").status_code == 403, name
    page = client.get(f"/admin/casework/message/{message.pk}/change/")
    assert page.status_code == 200
    assert "a@example.org" in page.content.decode()
    assert "_save" not in page.content.decode()
    assert client.post(f"/admin/casework/message/{message.pk}/delete/", {"post": "yes"}).status_code == 403
