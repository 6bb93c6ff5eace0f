"""A step that waits for a person's yes is put before that person, and goes when the yes is there."""

from __future__ import annotations

from datetime import date

import pytest

from creditdesk.desk.casework.models import Entry, Task
from creditdesk.desk.ledger.models import FACTS
from desk.office import Office

pytestmark = pytest.mark.usefixtures("desk")


def test_a_registered_letter_waits_for_a_yes_is_posted_with_its_number_and_not_asked_for_again(
    engine, peer
) -> None:
    office = Office.open(engine, peer, ["granted", "refused"])
    for name in ("granted", "refused"):
        for step, channel, on, outcome in (
            ("reminder", "email", date(2026, 3, 24), "sent"),
            ("call", "call", date(2026, 3, 27), "reached"),
            ("second", "email", date(2026, 4, 3), "sent"),
        ):
            office.fact("action", action_id=f"{name}-{step}", customer_id=name, procedure="ladder", case_no=1, step=step,
                        channel=channel, direction="out", done_on=on, invoice_ids=[f"i-{name}"], outcome=outcome)  # fmt: skip
    office.day("2026-04-13")
    waiting = {task.customer: task for task in Task.objects.filter(state="open")}
    assert {(task.kind, task.step, task.role) for task in waiting.values()} == {
        ("approve", "registered", "credit_manager")
    }
    manager = office.desk("mia")
    manager.approve(waiting["granted"], True, "it is time")
    manager.approve(waiting["refused"], False, "the director calls first")
    (letter,) = Task.objects.filter(state="open")
    assert (letter.customer, letter.kind, letter.do, letter.role) == (
        "granted", "post", "registered_letter", "collector",
    )  # fmt: skip
    office.desk("carla").done(letter, "sent", document="RR 123 456 789 BE")
    assert not Task.objects.filter(state="open").exists()
    done = FACTS["action"].objects.get(step="registered", replaced_by=None)
    assert (done.customer_id, done.document, done.by) == ("granted", "RR 123 456 789 BE", "carla")
    assert office.decision("granted", "2026-04-13").next_step == "hand_over"
    assert office.decision("refused", "2026-04-13").next_step == "registered"
    assert {(row.by, row.what) for row in Entry.objects.all()} >= {("mia", "approval"), ("carla", "task")}
    office.day("2026-04-13")
    assert not Task.objects.filter(state="open").exists()
