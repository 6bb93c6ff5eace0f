"""How fast the credit check is with 100,000 customers and 2,000,000 invoices: `python benchmarks/credit_check.py [--customers N]`.

A PostgreSQL server of its own is filled with generated rows as imports and a day would leave them, `creditdesk desk` serves it, and so many programs at
once, each with a connection of its own, ask for credit (half of them with a reservation) and for the login page by turns. What counts is the ratio of
the 95th percentiles on the same server in the same run, and the number of SQL statements.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from screens import percentile, wait

PROGRAMS = 20
EACH = 20
"""Invoices of one customer; one of them is open."""

FILL = """
INSERT INTO fact_customer (legal_entity_id, brought_by_id, origin_id, content, customer_id, name, kind, country)
SELECT 1, 1, 1, 0, 'C' || lpad(n::text, 7, '0'), 'Customer ' || n, 'company', 'BE' FROM generate_series(1, {customers}) n;

INSERT INTO fact_invoice (legal_entity_id, brought_by_id, origin_id, content, invoice_id, customer_id, number, kind, issued, due, amount, currency)
SELECT 1, 1, 1, 0, customer_id || '-' || i, customer_id, customer_id || '/' || i, 'invoice', CURRENT_DATE - 10 - i * 17, CURRENT_DATE + 20 - i * 17,
    10000 + i * 37, 'EUR'
FROM fact_customer, generate_series(1, {each}) i;

INSERT INTO fact_payment (legal_entity_id, brought_by_id, origin_id, content, payment_id, customer_id, value_date, amount, currency)
SELECT 1, 1, 1, 0, 'p' || invoice_id, customer_id, issued + 5, amount, 'EUR' FROM fact_invoice WHERE right(invoice_id, 2) <> '-1';

INSERT INTO fact_allocation (legal_entity_id, brought_by_id, origin_id, content, allocation_id, invoice_id, kind, payment_id, allocated_on, amount)
SELECT 1, 1, 1, 0, 'a' || payment_id, substr(payment_id, 2), 'payment', payment_id, value_date, amount FROM fact_payment;

INSERT INTO fact_order (legal_entity_id, brought_by_id, origin_id, content, order_id, customer_id, ordered_on, amount, currency)
SELECT 1, 1, 1, 0, 'O' || customer_id || i, customer_id, CURRENT_DATE - 3, 5000, 'EUR' FROM fact_customer, generate_series(1, 2) i;

INSERT INTO fact_credit_group (legal_entity_id, brought_by_id, origin_id, content, group_id, "limit", currency, customer_ids)
SELECT 1, 1, 1, 0, 'g' || n, 900000000, 'EUR', '["C' || lpad((n * 3)::text, 7, '0') || '","C' || lpad((n * 3 + 1)::text, 7, '0') || '"]'
FROM generate_series(1, 200) n;

INSERT INTO casework_decision (company_id, customer, from_on, digest, segment, risk_class, acceptance, order_block, currency, exposure,
    credit_limit, headroom, content)
SELECT 1, customer_id, CURRENT_DATE, 'x', 'standard', 'low', 'open', 'none', 'EUR', 20037, 6000000, 5979963, '{content}' FROM fact_customer;

VACUUM ANALYZE
"""

CONTENT = {
    "policy": "starter", "policy_version": "1", "segment": "standard", "terms_days": 30, "terms_reason": None, "limit_reason": "need",
    "order_block_reason": None, "natural_person": False, "delivery_terms": "normal", "cell_row": "medium", "cell_column": "fair",
}  # fmt: skip


@contextmanager
def serving() -> Iterator[None]:
    """A PostgreSQL server of its own, to which every process of this run leads."""
    from desk.databases import Postgres

    server = Postgres(durable=True)
    try:
        with tempfile.TemporaryDirectory() as home:
            server.sql("CREATE DATABASE bench")
            os.environ |= {
                "CREDITDESK_HOME": home, "CREDITDESK_DATABASE": server.address("bench"),
                "CREDITDESK_HOSTS": "127.0.0.1,testserver",
            }  # fmt: skip
            yield
    finally:
        server.close()


def fill(customers: int) -> None:
    """Rows as imports and a day leave them; tells a token."""
    from creditdesk.desk import place, starting

    place.write_secret_key(place.home())
    starting.start()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from creditdesk.desk.api import tokens
    from creditdesk.desk.casework import policies
    from creditdesk.desk.casework.models import Run, Stage
    from creditdesk.desk.day.clock import today_of
    from creditdesk.desk.ledger.models import Company
    from creditdesk.policy.load import policy_text

    call_command("migrate", verbosity=0)
    now = timezone.now()
    company = Company.objects.create(pk=1, code="bench", name="Bench NV")
    version = policies.propose(company, policy_text("starter"), by="a", why="bench", now=now)
    policies.approve(version, by="b", why="bench", now=now)
    with connection.cursor() as cursor:
        for statement in FILL.split(";\n\n"):
            cursor.execute(statement.format(customers=customers, each=EACH, content=json.dumps(CONTENT)))
    run = Run.objects.create(
        company=company, as_of=today_of(company, now), by="bench", started_at=now, state="done"
    )
    Stage.objects.create(run=run, name="record", finished_at=now, ledger_no=1)
    _row, token = tokens.create(company, "bench", ["credit_check"], by="bench", now=now, per_minute=10**8)
    sys.stdout.write(token)


def question(some: random.Random, customers: int) -> tuple[str, str]:
    """An order of some customer; every second one is reserved for a minute."""
    asked = {
        "amount": some.randint(1, 500) * 100,
        "currency": "EUR",
        "order_id": f"cart-{some.getrandbits(60)}",
    }
    if some.random() < 0.5:
        asked |= {"reserve": True, "reserve_minutes": 1}
    return f"/api/v1/customers/C{some.randint(1, customers):07d}/credit-check", json.dumps(asked)


def counted(customers: int, token: str) -> int:
    """The most SQL statements that a check takes."""
    from creditdesk.desk import starting

    starting.start()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, some, most = Client(), random.Random(3), 0
    for _each in range(60):
        path, body = question(some, customers)
        with CaptureQueriesContext(connection) as asked:
            answer = client.post(
                path, body, content_type="application/json", headers={"authorization": f"Bearer {token}"}
            )
        if answer.status_code != 200 or answer.json()["reason"]["code"] not in (
            "within_limit",
            "group_limit",
            "limit",
        ):
            raise SystemExit(f"{path}: {answer.status_code} {answer.content[:300]!r}")
        most = max(most, len(asked))
    return most


def measured(port: int, token: str, customers: int, rounds: int) -> dict[str, list[float]]:
    """Seconds of every answer; all programs at once."""
    times: dict[str, list[float]] = defaultdict(list)
    guard = threading.Lock()

    def program(index: int) -> None:
        some = random.Random(f"{index} {rounds} {time.time()}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        mine: list[tuple[str, float]] = []
        for _round in range(rounds):
            for kind in some.sample(["login", "check", "check"], 3):
                started = time.perf_counter()
                if kind == "login":
                    connection.request("GET", "/accounts/login/", headers={"Accept-Language": "nl"})
                else:
                    path, body = question(some, customers)
                    more = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
                    connection.request("POST", path, body, more)
                answer = connection.getresponse()
                answer.read()
                mine.append((kind, time.perf_counter() - started))
                if answer.status != 200:
                    raise SystemExit(f"{kind}: {answer.status}")
        with guard:
            for kind, seconds in mine:
                times[kind].append(seconds)

    programs = [threading.Thread(target=program, args=(index,)) for index in range(PROGRAMS)]
    for one in programs:
        one.start()
    for one in programs:
        one.join()
    return times


def measure(customers: int, rounds: int = 40, processes: int = 2) -> list[str]:
    """A row for docs/benchmarks.md."""
    with serving():

        def part(*words: object) -> str:
            command = [sys.executable, __file__, *map(str, words)]
            return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

        token = part("--fill", customers)
        statements = int(part("--count", customers, "--token", token))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-m", "creditdesk.cli", "desk", "--port", str(port), "--no-worker", "--processes", str(processes)],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait(port)
            measured(port, token, customers, 3)
            times = measured(port, token, customers, rounds)
        finally:
            server.terminate()
            server.wait()
    p95, base = (percentile(times[kind], 0.95) for kind in ("check", "login"))
    half = percentile(times["check"], 0.5)
    return [
        (
            f"| credit check, {customers:,} customers, {customers * EACH:,} invoices, {PROGRAMS} programs at once, every second "
            f"order reserved | p95 {p95 * 1000:,.0f} ms, median {half * 1000:,.0f} ms: **{p95 / base:.1f} times** the login page "
            f"(p95 {base * 1000:,.0f} ms); {statements} SQL statements |"
        )
    ]


def main() -> None:
    """Fill, count, measure, tell."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--customers", type=int, default=100_000)
    asked.add_argument("--rounds", type=int, default=40)
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--fill", type=int)
    asked.add_argument("--count", type=int)
    asked.add_argument("--token", default="")
    chosen = asked.parse_args()
    if chosen.fill:
        fill(chosen.fill)
    elif chosen.count:
        sys.stdout.write(str(counted(chosen.count, chosen.token)))
    else:
        print("\n".join(measure(chosen.customers, chosen.rounds, chosen.processes)))


if __name__ == "__main__":
    main()
