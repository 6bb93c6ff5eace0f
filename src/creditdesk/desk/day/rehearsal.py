"""The demo: a desk filled with a made-up company, and its people doing their tasks day by day, on either database.

Customers pay as the made-up company's truth has it, whatever the desk does. The people are made up too: they call on the
day after a task was opened, reach two of three, post letters, find out addresses, and say yes to
what waits for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from django.core.management import call_command

from creditdesk.desk import place
from creditdesk.desk.casework import people, policies
from creditdesk.desk.casework.models import Alert, Case, Decision, Message, Task
from creditdesk.desk.day import golive
from creditdesk.desk.day.decider import Decider
from creditdesk.desk.day.demo_people import logins
from creditdesk.desk.day.run import Worker, run_day
from creditdesk.desk.day.transport import Folder
from creditdesk.desk.ledger.importing import import_folder
from creditdesk.desk.ledger.models import FACTS, Company
from creditdesk.engine.ladder import COMPLETE_CONTACT
from creditdesk.facts.calendar import calendar, place_of
from creditdesk.facts.problem import UnusableInput
from creditdesk.policy.load import policy_text
from creditdesk.policy.part import WRITTEN
from creditdesk.sample import write_sample

BEHIND = timedelta(days=6)
"""In the last days the people do nothing, so that whoever opens the desk finds work."""

Tell = Callable[..., None]
_HERE = ZoneInfo("Europe/Brussels")


def rehearse(
    home: Path,
    customers: int,
    seed: int,
    first: date,
    last: date,
    tell: Tell,
    decider: Decider | None = None,
) -> dict[str, Any]:
    """Fill a fresh desk and run it from `first` to `last`. Gives what it did per week.

    Raises:
        UnusableInput: the database holds a company already.
    """
    moment = Moment(first)
    tell("making the desk")
    place.write_secret_key(home)
    call_command("migrate", verbosity=0)
    if (there := Company.objects.first()) is not None:
        raise UnusableInput(
            f"found a database that holds {there.code}; allowed: an empty one; the way out: make a new database, or leave "
            f"{place.DATABASE} out"
        )
    tell("making up customers")
    made = write_sample(home / "facts", customers, seed, last)
    company = _filled(made.folder, moment, tell)
    worker = Worker(
        decider=decider or Decider(plans=home / "plans"),
        transport=lambda: Folder(home / "mail"),
        clock=moment.now,
        by="demo",
    )
    span = (last - first).days + 1
    done_by_people = 0
    for index in range(span):
        day = first + timedelta(days=index)
        moment.day = day
        tell(f"{day}", index, span)
        if index and day <= last - BEHIND:
            done_by_people += people_work(company, day, moment)
        run_day(company, day, day, replace(worker, figures=day == last))
        if index == 0:
            golive.release_all(company, by="demo", why="the demo goes live", on=day, now=moment.now())
    if decider is None:
        worker.decider.close()
    place.write_standing_day(home, last)
    return {
        "home": str(home), "customers": customers, "days": span, "first": first, "last": last,
        "weeks": weeks(company, first, last), "done_by_people": done_by_people,
        "logins": logins(company, moment.now()),
    }  # fmt: skip


class Moment:
    """Seven in the morning of the day that is rehearsed."""

    def __init__(self, day: date) -> None:
        self.day = day

    def now(self) -> datetime:
        """The moment."""
        return datetime.combine(self.day, time(7), _HERE)


def _filled(folder: Path, moment: Moment, tell: Tell) -> Company:
    """The made-up company in the ledger, and the shipped policy in force."""
    import pyarrow.parquet as pq

    (row,) = pq.read_table(folder / "company.parquet").to_pylist()[:1]
    company = Company.objects.create(code=row["company_id"], name=row["name"])
    import_folder(
        company, folder, by="demo", at=moment.now(), progress=lambda what, *_more: tell(f"importing: {what}")
    )
    policy = policies.propose(
        company, policy_text("starter"), by="anna (demo)", why="the shipped policy", now=moment.now()
    )
    policies.approve(policy, by="bert (demo)", why="to try it", now=moment.now())
    return company


def people_work(company: Company, day: date, moment: Moment) -> int:
    """Made-up people do what was opened before today, on working days of the company's country. Gives how many tasks."""
    ours = FACTS["company"].objects.filter(legal_entity=company, replaced_by=None).first()
    if not calendar(place_of(ours.country if ours else None, None, "BE"), day, day).works(day):
        return 0
    done = 0
    for task in Task.objects.filter(company=company, state=Task.State.OPEN, opened_on__lt=day):
        name = task.assigned or task.role
        if task.kind == Task.Kind.APPROVE:
            people.approve_step(task, True, by=name, why="made up", on=day, now=moment.now())
        elif task.kind in {Task.Kind.STEP, Task.Kind.POST}:
            if task.step == COMPLETE_CONTACT:
                _find_out(company, task.customer, name, moment)
            outcome = _outcome(task, day)
            document = f"R{task.pk:06d}" if task.do == "registered_letter" else None
            people.finish_task(task, outcome, by=name, on=day, now=moment.now(), document=document)
        else:
            continue
        done += 1
    return done


def _find_out(company: Company, customer: str, by: str, moment: Moment) -> None:
    """Somebody finds out how to reach a customer: a contact is made up."""
    contact = {
        "contact_id": f"demo-{customer}", "customer_id": customer, "role": "accounts_payable",
        "email": f"accounts.{customer.lower()}@example.org", "phone": "+32 2 555 01 02",
        "address": "Kerkstraat 1, 1000 Brussel",
    }  # fmt: skip
    people.write_fact(company, "contact", contact, by=by, why="found out", now=moment.now())


def _outcome(task: Task, day: date) -> str:
    if task.do == "call":
        return "no_answer" if crc32(f"{task.customer} {day}".encode()) % 3 == 0 else "reached"
    return "sent" if task.do in WRITTEN else "reached"


def weeks(company: Company, first: date, last: date) -> list[dict[str, Any]]:
    """What the desk did per week: messages, tasks, moves between segments, cases, alerts."""
    found = []
    start = first
    while start <= last:
        end = min(start + timedelta(days=6 - start.weekday()), last)
        span = (start, end)
        tasks = Task.objects.filter(company=company)
        cases = Case.objects.filter(company=company)
        found.append(
            {
                "week": start,
                "messages": Message.objects.filter(
                    company=company, state=Message.State.SENT, asked_on__range=span
                ).count(),
                "tasks_opened": tasks.filter(opened_on__range=span).count(),
                "tasks_done": tasks.filter(state=Task.State.DONE, closed_on__range=span).count(),
                "tasks_closed": tasks.filter(state=Task.State.CLOSED, closed_on__range=span).count(),
                "moves": _moves(company, span, first),
                "cases_opened": cases.filter(opened_on__range=span).count(),
                "cases_closed": cases.filter(closed_on__range=span).count(),
                "alerts": Alert.objects.filter(company=company, raised_on__range=span).count(),
            }
        )
        start = end + timedelta(days=1)
    return found


def _moves(company: Company, span: tuple[date, date], first: date) -> int:
    """Changes of segment within a span of days."""
    rows = Decision.objects.filter(company=company).order_by("customer", "from_on")
    moves, before = 0, ("", "")
    for customer, segment, from_on in rows.values_list("customer", "segment", "from_on").iterator():
        if (
            before[0] == customer
            and before[1] != segment
            and span[0] <= from_on <= span[1]
            and from_on > first
        ):
            moves += 1
        before = (customer, segment)
    return moves
