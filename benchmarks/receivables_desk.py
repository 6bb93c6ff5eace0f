"""A desk that lives through the last three known months of a real accounts-receivable file, day by day.

Run with the folder of the file: `python benchmarks/receivables_desk.py ../shared/data/ar_ibm_to_2013-06 --customer ID`.

Every day the file comes in as it would have been known on that day: invoices issued by then, settlements and disputes that
had come to pass. Nothing is sent: messages are files. The file holds no addresses: whoever gets its invoices by mail is given
a made-up one from that day on. The people who work at the desk are made up (as in `creditdesk demo`); the settlements of the
file are simulated, and its customers paid as they did whatever the desk does.
"""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

Told = tuple[date, int, str]
"""A line of a timeline: the day, its place within the day, the text."""

SOURCE = "invoices_known_on_2013-06-30.csv"
FIRST, LAST = date(2013, 4, 1), date(2013, 6, 30)


def main() -> None:
    """Run the months, print a table per week and the timeline of a customer."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("folder", type=Path)
    wanted.add_argument(
        "--home", type=Path, help="Where the desk is made and kept. Default: a temporary folder."
    )
    wanted.add_argument(
        "--customer", help="Whose timeline to print. Default: who had most to do with the desk."
    )
    wanted.add_argument("--until", type=date.fromisoformat, default=LAST)
    options = wanted.parse_args()
    with tempfile.TemporaryDirectory(prefix="creditdesk-receivables-") as scratch:
        home = options.home or Path(scratch) / "desk"
        home.mkdir(parents=True)
        os.environ["CREDITDESK_HOME"] = str(home.absolute())
        from creditdesk.desk import starting

        starting.start()
        company = lived_through(options.folder / SOURCE, home.absolute(), options.until)
        show_weeks(company, options.until)
        show_timeline(company, options.customer or busiest(company), options.until)


def as_known(rows: Iterable[dict[str, str]], day: date) -> list[dict[str, str]]:
    """The file as it would have been on a day: nothing that came to pass later."""
    known = []
    for row in rows:
        if date.fromisoformat(row["invoice_date"]) > day:
            continue
        settled = date.fromisoformat(row["settled_date"]) if row["settled_date"] else date.max
        paperless = date.fromisoformat(row["paperless_date"]) if row["paperless_date"] else date.max
        # the file does not say when a dispute was raised: it counts from the due date, or the settlement before it
        shown = min(settled, date.fromisoformat(row["due_date"])) <= day
        known.append(
            {
                **row,
                "settled_date": row["settled_date"] if settled <= day else "",
                "paperless_date": row["paperless_date"] if paperless <= day else "",
                "disputed": row["disputed"] if shown else "No",
            }
        )
    return known


def lived_through(source: Path, home: Path, until: date) -> Any:
    """Fill a desk and run every day of the months; gives the company."""
    from django.core.management import call_command

    from creditdesk.desk import place
    from creditdesk.desk.casework import policies
    from creditdesk.desk.day import golive
    from creditdesk.desk.day.decider import Decider
    from creditdesk.desk.day.rehearsal import Moment, people_work
    from creditdesk.desk.day.run import Worker, run_day
    from creditdesk.desk.day.transport import Folder
    from creditdesk.desk.ledger.importing import import_folder, import_foreign
    from creditdesk.desk.ledger.models import Company
    from creditdesk.policy.load import policy_text

    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    place.write_secret_key(home)
    call_command("migrate", verbosity=0)
    moment = Moment(FIRST)
    company = Company.objects.create(code="seller", name="Seller of the receivables sample")
    # the policy is younger than the file: for the trial it holds from the first day on
    policy = policies.propose(
        company, policy_text("starter"), by="author", why="a trial", now=moment.now(), effective_on=FIRST
    )
    policies.approve(policy, by="approver", why="a trial", now=moment.now())
    worker = Worker(
        decider=Decider(plans=home / "plans"),
        transport=lambda: Folder(home / "mail"),
        clock=moment.now,
        by="trial",
    )
    day = FIRST
    while day <= until:
        moment.day = day
        # in the morning the books of the evening before are known
        known = as_known(rows, day - timedelta(days=1))
        file = written(home / "receivables.csv", known)
        import_foreign(company, file, "ibm-receivables", by="erp", at=moment.now())
        import_folder(company, addresses(home / "contacts", known), by="erp", at=moment.now())
        people_work(company, day, moment)
        run = run_day(company, day, day, worker)
        if day == FIRST:
            golive.release_all(company, by="manager", why="going live", on=day, now=moment.now())
        print(day, {name: count for name, count in run.counts.items() if count}, flush=True)
        day += timedelta(days=1)
    worker.decider.close()
    return company


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write the file of a day."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def addresses(folder: Path, rows: list[dict[str, str]]) -> Path:
    """A part of a facts folder: a made-up mail address for everybody who gets invoices by mail."""
    since = {row["customer_id"]: row["paperless_date"] for row in rows if row["paperless_date"]}
    folder.mkdir(exist_ok=True)
    contacts = [
        {
            "contact_id": f"AP-{customer}", "customer_id": customer, "role": "accounts_payable",
            "email": f"{customer.lower()}@example.org", "known_from": since[customer],
        }
        for customer in sorted(since)
    ]  # fmt: skip
    written(folder / "contact.csv", contacts)
    return folder


def show_weeks(company: Any, until: date) -> None:
    """What the desk did per week, as a table for the docs."""
    from creditdesk.desk.day.rehearsal import weeks

    found = weeks(company, FIRST, until)
    names = [name for name in found[0] if name != "week"]
    print("\n| week of |", " | ".join(name.replace("_", " ") for name in names), "|")
    print("|---" * (len(names) + 1) + "|")
    for week in found:
        print("|", " | ".join(str(week[name]) for name in ("week", *names)), "|")
    print("| together |", " | ".join(str(sum(week[name] for week in found)) for name in names), "|")


def busiest(company: Any) -> str:
    """The customer with the most tasks and messages."""
    from creditdesk.desk.casework.models import Message, Task

    count = Counter(Task.objects.filter(company=company).values_list("customer", flat=True))
    count.update(Message.objects.filter(company=company).values_list("customer", flat=True))
    return max(count, key=lambda customer: (count[customer], customer))


def show_timeline(company: Any, customer: str, until: date) -> None:
    """Everything that befell a customer in these months, in order of days."""
    told = [*befell(company, customer), *decided(company, customer), *done(company, customer)]
    print(f"\nThe timeline of {customer}")
    for day, _order, line in sorted(told):
        if FIRST - timedelta(days=15) <= day <= until:
            print(f"{day}  {line}")


def befell(company: Any, customer: str) -> Iterator[Told]:
    """What the customer did: facts of the file."""
    from creditdesk.desk.ledger.models import FACTS

    standing = {"legal_entity": company, "replaced_by": None}
    for one in FACTS["invoice"].objects.filter(**standing, customer_id=customer):
        yield one.issued, 0, f"invoice {one.number} over {money(one.amount)}, due {one.due}"
        yield one.due, 0, f"invoice {one.number} falls due"
    paid = FACTS["payment"].objects.filter(**standing, customer_id=customer).values_list("payment_id")
    for one in FACTS["allocation"].objects.filter(**standing, payment_id__in=paid):
        yield one.allocated_on, 1, f"invoice {one.invoice_id} is paid, {money(one.amount)}"
    for one in FACTS["dispute"].objects.filter(**standing, customer_id=customer):
        yield one.opened_on, 1, f"invoice {one.invoice_id} is disputed"
        if one.closed_on:
            yield one.closed_on, 2, f"the dispute of invoice {one.invoice_id} ends ({one.outcome})"


def decided(company: Any, customer: str) -> Iterator[Told]:
    """What the desk decided: only what a person would notice."""
    from creditdesk.desk.casework.models import Alert, Decision, Step

    before: tuple[Any, ...] = ()
    for one in Decision.objects.filter(company=company, customer=customer).order_by("from_on"):
        noticed = (one.segment, one.order_block, one.risk_class, one.next_step, one.next_due_on)
        if noticed != before:
            line = f"decision: {one.segment}, index {one.payment_index}, risk {one.risk_class}, orders {one.order_block}"
            following = f"; next {one.next_step} on {one.next_due_on}" if one.next_step else ""
            yield one.from_on, 3, f"{line}, exposure {money(one.exposure)}{following}"
        before = noticed
    for one in Step.objects.filter(company=company, customer=customer):
        state = f"held, {one.hold}" if one.state == Step.State.HELD else "due"
        yield (
            one.from_on,
            4,
            f"step {one.step} by {one.do} of case {one.case_no} is {state}: {money(one.amount)}",
        )
    for one in Alert.objects.filter(company=company, customer=customer):
        yield one.raised_on, 9, f"alert: {one.kind} {one.detail}"


def done(company: Any, customer: str) -> Iterator[Told]:
    """What the desk and its people did."""
    from creditdesk.desk.casework.models import Case, Message, Task
    from creditdesk.desk.ledger.models import FACTS

    for one in Case.objects.filter(company=company, customer=customer):
        yield one.opened_on, 5, f"case {one.case_no} opens"
        if one.closed_on:
            yield one.closed_on, 7, f"case {one.case_no} closes: {one.closed_because}"
    for one in Task.objects.filter(company=company, customer=customer):
        yield one.opened_on, 6, f"task {one.kind} for the {one.role}: {one.do}, {one.step}"
        if one.closed_on:
            yield (
                one.closed_on,
                6,
                f"task {one.kind}, {one.step}: {one.state}, {one.outcome or one.closed_because}",
            )
    for one in Message.objects.filter(company=company, customer=customer):
        yield one.asked_on, 6, f"message {one.state}: {one.subject!r}, {money(one.amount)}"
    for one in FACTS["action"].objects.filter(legal_entity=company, replaced_by=None, customer_id=customer):
        yield one.done_on, 8, f"action {one.step} by {one.channel}: {one.outcome}"


def money(amount: int) -> str:
    """Dollars."""
    return f"{amount / 100:.2f}"


if __name__ == "__main__":
    main()
