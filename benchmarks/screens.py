"""How fast the screens are with 100,000 customers and 2,000,000 invoices: `python benchmarks/screens.py [--customers N] [--users N]`.

A PostgreSQL server of its own is filled with generated rows as the day would leave them, `creditdesk desk` serves it, and so many users at once, each
signed in and each with a connection of its own, ask for the screens and for the login page by turns. What counts is the ratio: the 95th percentile of a
screen against that of the login page on the same server in the same run; and how many SQL statements a screen takes, which must not grow with the
number of customers.
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
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

INVOICES_EACH = 20
OPEN_SHARE = 5
"""Every so manieth invoice is open."""

MOVED = 40
"""Every so manieth customer changed its segment in the last month; every so manieth is held by a brake."""
HELD = 60

PEOPLE = 20
COMPANY = "bench"

FILL = """
INSERT INTO standing_account (company_id, customer, digest, name, words, kind, country, city, language, payer, group_id, key_account,
    intercompany, collector, account_manager, portfolio, segment, segment_since, previous_segment, proposed_segment, proposed_since, move_held,
    cell_row, cell_column, risk_class,
    payment_index, procedure, case_no, next_step, next_due_on, step, "do", step_state, hold, priority, acceptance, delivery_terms, order_block,
    order_rank, order_block_reason, order_release_when, pipeline, room, at_risk, slipping, currency, open_items, open, overdue, collectible, disputed, promised, planned, unallocated, oldest_due_on, exposure,
    credit_limit, headroom, uninsured, turnover, more)
SELECT 1, 'C' || lpad(n::text, 7, '0'), 'x', w.name || ' ' || n, '', 'company', (ARRAY['BE','NL','FR','DE'])[1 + n % 4],
    (ARRAY['Gent','Utrecht','Lille','Aachen'])[1 + n % 4], 'nl', 'C' || lpad(n::text, 7, '0'), 'G' || n / 3, n % 50 = 0, false,
    'collector' || n % {people}, 'sales' || n % {people}, NULL,
    (ARRAY['partner','standard','attentive','firm','strict','new'])[1 + n % 6],
    CASE WHEN n % {moved} = 0 THEN DATE '2026-03-31' - n / {moved} % 31 ELSE DATE '2026-01-05' END, '',
    CASE WHEN n % {held} = 0 THEN 'trusted' ELSE '' END, CASE WHEN n % {held} = 0 THEN DATE '2026-03-20' END,
    CASE WHEN n % {held} = 0 THEN 'minimum_stay' ELSE '' END,
    (ARRAY['small','medium','large'])[1 + n % 3], (ARRAY['good','fair','poor'])[1 + n % 3],
    (ARRAY['low','medium','high'])[1 + (n * 7) % 3], n % 100, 'reference', n % 4, 'letter', DATE '2026-04-07',
    CASE WHEN n % 5 = 0 THEN 'call' ELSE '' END, CASE WHEN n % 5 = 0 THEN 'call' ELSE '' END,
    CASE WHEN n % 5 = 0 THEN 'due' ELSE '' END, '', n % 100, 'open', 'normal', 'none', 0, '', '',
    0, 0, CASE WHEN n % 37 = 0 THEN n ELSE 0 END, 0, 'EUR', 4, (n::bigint * 7919) % 5000000,
    CASE WHEN n % 3 = 0 THEN (n::bigint * 104729) % 3000000 ELSE 0 END, CASE WHEN n % 3 = 0 THEN (n::bigint * 104729) % 3000000 ELSE 0 END,
    0, 0, 0, 0, CASE WHEN n % 3 = 0 THEN DATE '2026-03-20' - (n % 200) END, (n::bigint * 7919) % 5000000, 6000000,
    6000000 - (n::bigint * 7919) % 5000000, (n::bigint * 7919) % 5000000, (n::bigint * 31) % 90000000,
    '{{"habit": null, "group_members": 3, "behaviour_evidence": 6, "days_late_shrunken": 9.4, "payment_terms_days": 30}}'
FROM generate_series(1, {customers}) n
JOIN LATERAL (SELECT (ARRAY['Janssen','Peeters','Lefevre','Muller','Brabo','Zenit','Topaas'])[1 + n % 7] AS name) w ON true;

INSERT INTO standing_searchword (company_id, word, customer)
SELECT 1, lower(word), customer FROM standing_account, unnest(string_to_array(name || ' ' || customer || ' ' || city, ' ')) word
ON CONFLICT DO NOTHING;

INSERT INTO fact_customer (legal_entity_id, brought_by_id, origin_id, content, customer_id, name, kind, country)
SELECT 1, 1, 1, 0, customer, name, kind, country FROM standing_account;
INSERT INTO fact_contact (legal_entity_id, brought_by_id, origin_id, content, contact_id, customer_id, role, name, email, phone)
SELECT 1, 1, 1, 0, 'k' || customer, customer, 'accounts_payable', 'Peeters', 'ap@example.org', '+32 2 555 01 02' FROM standing_account;

INSERT INTO fact_invoice (legal_entity_id, brought_by_id, origin_id, content, invoice_id, customer_id, number, kind, issued, due, amount, currency)
SELECT 1, 1, 1, 0, customer || '-' || i, customer, customer || '/' || i, 'invoice', DATE '2026-03-20' - i * 17, DATE '2026-04-19' - i * 17,
    10000 + i * 37, 'EUR'
FROM standing_account, generate_series(1, {each}) i;
INSERT INTO fact_payment (legal_entity_id, brought_by_id, origin_id, content, payment_id, customer_id, value_date, amount, currency)
SELECT 1, 1, 1, 0, 'p' || invoice_id, customer_id, due + 9, amount, 'EUR' FROM fact_invoice WHERE right(invoice_id, 1) <> '1';
INSERT INTO fact_action (legal_entity_id, brought_by_id, origin_id, content, action_id, customer_id, channel, direction, done_on, outcome, "by")
SELECT 1, 1, 1, 0, 'a' || customer || i, customer, 'call', 'out', DATE '2026-03-20' - i * 40, 'reached', 'collector1'
FROM standing_account, generate_series(1, 5) i;

INSERT INTO standing_openitem (company_id, customer, payer, invoice, digest, number, kind, issued_on, due_on, currency, amount, open,
    open_base, overdue, collectible, disputed, promised, planned, holds)
SELECT 1, customer_id, customer_id, invoice_id, 'x', number, 'invoice', issued, due, 'EUR', amount, amount, amount,
    due < DATE '2026-03-31', amount, 0, 0, 0, ''
FROM fact_invoice WHERE id % {open} = 0;

INSERT INTO casework_decision (company_id, customer, from_on, to_on, digest, segment, procedure, case_no, next_step, next_due_on, risk_class,
    acceptance, order_block, currency, exposure, credit_limit, headroom, content)
SELECT 1, customer, DATE '2026-01-05', CASE WHEN segment_since > DATE '2026-01-05' THEN segment_since END, 'x',
    CASE WHEN segment_since > DATE '2026-01-05' THEN 'light' ELSE segment END, 'reference', 1, 'letter', next_due_on, risk_class, 'open', 'none',
    'EUR', exposure, credit_limit, headroom, '{content}'
FROM standing_account;
INSERT INTO casework_decision (company_id, customer, from_on, digest, segment, procedure, case_no, next_step, next_due_on, risk_class,
    acceptance, order_block, currency, exposure, credit_limit, headroom, content)
SELECT 1, customer, segment_since, 'y', segment, 'reference', 1, 'letter', next_due_on, risk_class, 'open', 'none', 'EUR', exposure, credit_limit,
    headroom, '{content}'
FROM standing_account WHERE segment_since > DATE '2026-01-05';

INSERT INTO casework_task (company_id, customer, kind, procedure, case_no, step, turn, ref, "do", level, template, role, person, assigned,
    handed_to, handed_role, priority, due_on, opened_on, overdue, state, closed_because, outcome, done_by, invoice_ids, amount, currency, content)
SELECT 1, customer, 'step', 'reference', 1, 'call', 1, '', 'call', 2, '', 'collector', collector, collector, '', '', priority,
    DATE '2026-03-30', DATE '2026-03-30', false, 'open', '', '', '', '[]', overdue, 'EUR', '{{}}'
FROM standing_account WHERE step = 'call';
"""

CONTENT = {
    "customer_id": "x", "segment": "standard", "segment_since": "2026-01-05", "previous_segment": None, "proposed_segment": None,
    "move_held": None, "reasons": [
        {"criterion": "size", "value": 57.0, "text": None, "band": "large", "rule": "employees"},
        {"criterion": "segment", "value": None, "text": None, "band": "standard", "rule": "matrix"},
    ], "nearest_change": None, "currency": "EUR", "exposure": 1, "insured": 0, "natural_person": False, "risk_pd": 0.02, "risk_class": "low",
    "order_block": "none", "acceptance": "open", "data_warnings": [], "terms_days": 30,
}  # fmt: skip


@contextmanager
def filled(customers: int, folder: Path) -> Iterator[tuple[str, Path, list[str]]]:
    """A server with the rows, and the sessions of people who are signed in."""
    from desk.databases import Postgres

    server = Postgres(durable=True)
    try:
        server.sql("CREATE DATABASE bench")
        address = server.address("bench")
        home = folder / "home"
        home.mkdir()
        os.environ |= {
            "CREDITDESK_HOME": str(home),
            "CREDITDESK_DATABASE": address,
            "CREDITDESK_HOSTS": "127.0.0.1,testserver",
        }
        made = subprocess.run(
            [sys.executable, __file__, "--fill", str(customers)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        yield address, home, json.loads(made.stdout)
    finally:
        server.close()


def fill(customers: int) -> None:
    """Rows, people and sessions; tells the sessions."""
    from creditdesk.desk import place, starting

    place.write_secret_key(place.home())
    starting.start()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from creditdesk.desk.access.members import admit
    from creditdesk.desk.access.roles import Role
    from creditdesk.desk.casework import policies
    from creditdesk.desk.ledger.models import Company
    from creditdesk.policy.load import policy_text

    call_command("migrate", verbosity=0)
    company = Company.objects.create(pk=1, code=COMPANY, name="Bench NV")
    now = timezone.now()
    version = policies.propose(company, policy_text("starter"), by="a", why="bench", now=now)
    policies.approve(version, by="b", why="bench", now=now)
    with connection.cursor() as cursor:
        for statement in FILL.split(";\n\n"):
            cursor.execute(statement.format(customers=customers, each=INVOICES_EACH, open=OPEN_SHARE, people=PEOPLE, moved=MOVED,
                                            held=HELD, content=json.dumps(CONTENT)))  # fmt: skip
    profiled(company, customers)
    connection.set_autocommit(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    keys = []
    for index in range(PEOPLE):
        member = admit(
            company,
            f"collector{index}",
            [Role.COLLECTOR, Role.CREDIT_MANAGER],
            by="bench",
            now=now,
            password="x" * 20,
        )
        session = SessionStore()
        session[SESSION_KEY] = str(member.user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = member.user.get_session_auth_hash()
        session.save()
        keys.append(session.session_key)
    sys.stdout.write(json.dumps(keys))


def profiled(company: Any, customers: int) -> None:
    """What placing rests on, as a day keeps it: so that cut points can be tried on everybody."""
    import io

    import ibis
    import pyarrow as pa
    import pyarrow.parquet as pq

    from creditdesk.desk.day.profiling import DECIDED, PLAIN
    from creditdesk.desk.standing.models import Profiled
    from creditdesk.engine.preview import basis
    from creditdesk.facts.decisions import TABLES_OUT
    from creditdesk.facts.profile import PROFILE
    from creditdesk.policy.load import load_policy

    some = random.Random(11)
    types = {**PROFILE.schema(), **{f"d_{name}": TABLES_OUT["decision"].schema()[name] for name in DECIDED}}
    schema = ibis.schema(
        {name: types[name] for name in [*PLAIN, *(f"d_{name}" for name in DECIDED)]}
    ).to_pyarrow()
    rows = []
    for n in range(1, customers + 1):
        late = some.gauss(9, 9)
        rows.append(
            {
                "customer_id": f"C{n:07d}", "kind": "company", "employees": int(some.paretovariate(0.9)),
                "days_late_shrunken": late, "days_late_24m": late, "observations": 12, "behaviour_evidence": 12,
                "first_invoice_age_days": 900, "orders_12m": 12, "turnover_class": "B", "open_items": 4, "intercompany": False,
                "open_handover": False, "natural_person": False, "risk_evidence": 12.0, "risk_events": 0.0, "d_segment": "standard",
                "d_segment_since": date(2026, 1, 5), "d_currency": "EUR", "d_exposure": n * 7919 % 5_000_000, "d_risk_class": "low",
                "d_bands": [("size", "small"), ("behaviour", "good")],
            }
        )  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=pa.schema([field.with_nullable(True) for field in schema]))
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    Profiled.objects.create(
        company=company,
        as_of=date(2026, 3, 31),
        ledger_no=1,
        made_with=basis(load_policy("starter")),
        content=sink.getvalue(),
    )


def addresses(customers: int) -> dict[str, list[str]]:
    """What is asked for: the first pages, pages far behind, searches by one letter and by many."""
    some = random.Random(7)
    c = f"/c/{COMPANY}"
    who = [f"C{some.randint(1, customers):07d}" for _each in range(40)]
    return {
        "login": ["/accounts/login/"],
        "Today": [f"{c}/today/", f"{c}/today/?who=all"],
        "Customers": [
            f"{c}/customers/", f"{c}/customers/?q=jan", f"{c}/customers/?q=p", f"{c}/customers/?q=janssen+gen",
            f"{c}/customers/?segment=firm&risk=high&order=-open", f"{c}/customers/?country=BE&overdue=60",
            f"{c}/customers/?order=name", f"{c}/customers/?order=oldest_due_on", f"{c}/customers/?order=headroom",
        ],
        "Customer": [f"{c}/customer/{one}/" for one in who],
        "timeline": [f"{c}/customer/{one}/timeline" for one in who],
        "Matrix": [
            f"{c}/matrix/", f"{c}/matrix/?by=customers", f"{c}/matrix/moves?since=day", f"{c}/matrix/moves?since=month",
            f"{c}/matrix/moves?since=month&from=light&to=firm", f"{c}/matrix/moves?since=held",
        ],
        "palette": [f"{c}/find/?q=zen", f"{c}/find/?q=C00001", f"{c}/find/?q={who[0]}/3"],
    }  # fmt: skip


def counted(customers: int) -> dict[str, int]:
    """The most SQL statements that a page of each kind takes."""
    from creditdesk.desk import starting

    starting.start()
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.force_login(
        get_user_model().objects.get(username="collector1"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    most: dict[str, int] = defaultdict(int)
    for name, pages in addresses(customers).items():
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(page)
            if answer.status_code not in {200, 302}:
                raise SystemExit(f"{page}: {answer.status_code}")
            most[name] = max(most[name], len(asked))
    return dict(most)


def measured(port: int, sessions: list[str], customers: int, rounds: int) -> dict[str, list[float]]:
    """Seconds of every answer, by the kind of page; all users at once, each asking for all kinds by turns."""
    times: dict[str, list[float]] = defaultdict(list)
    guard = threading.Lock()

    def user(index: int) -> None:
        some = random.Random(index)
        pages = addresses(customers)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        mine: list[tuple[str, float]] = []
        for _round in range(rounds):
            kinds = list(pages)
            some.shuffle(kinds)
            for kind in kinds:
                cookie = {} if kind == "login" else {"Cookie": f"sessionid={sessions[index]}"}
                started = time.perf_counter()
                connection.request(
                    "GET", some.choice(pages[kind]), headers={"Accept-Language": "nl", **cookie}
                )
                answer = connection.getresponse()
                answer.read()
                mine.append((kind, time.perf_counter() - started))
                if answer.status != 200:
                    raise SystemExit(f"{kind}: {answer.status}")
        with guard:
            for kind, seconds in mine:
                times[kind].append(seconds)

    users = [threading.Thread(target=user, args=(index,)) for index in range(len(sessions))]
    for one in users:
        one.start()
    for one in users:
        one.join()
    return times


def tried(port: int, session: str, customers: int, tries: int = 12) -> str:
    """One person moves a cut point again and again: how long until who would move is told."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    seconds = []
    for number in range(tries + 1):
        started = time.perf_counter()
        connection.request(
            "GET", f"/c/{COMPANY}/matrix/try/preview?size-0-0={3 + number}&behaviour-0-0={4 + number % 5}",
            headers={"Cookie": f"sessionid={session}", "Accept-Language": "nl"},
        )  # fmt: skip
        answer = connection.getresponse()
        text = answer.read().decode()
        seconds.append(time.perf_counter() - started)
        if answer.status != 200 or "table" not in text:
            raise SystemExit(f"who would move: {answer.status} {text[:300]}")
    return (
        f"| who would move with other cut points, {customers:,} customers, one person | first {seconds[0] * 1000:,.0f} ms, "
        f"then median {percentile(seconds[1:], 0.5) * 1000:,.0f} ms |"
    )


def counted_anew(port: int, session: str, customers: int, address: str, tries: int = 7) -> str:
    """One person looks at the matrix right after a customer was decided anew: what was counted before holds no more."""
    import psycopg

    told = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    with psycopg.connect(address, autocommit=True) as database:
        for name, page in (
            ("the matrix", "matrix/"),
            ("movements since last month", "matrix/moves?since=month"),
        ):
            seconds = []
            for _try in range(tries):
                database.execute("DELETE FROM desk_cache")
                started = time.perf_counter()
                connection.request("GET", f"/c/{COMPANY}/{page}", headers={"Cookie": f"sessionid={session}"})
                answer = connection.getresponse()
                answer.read()
                seconds.append(time.perf_counter() - started)
            told.append(f"{name} median {percentile(seconds, 0.5) * 1000:,.0f} ms")
    return f"| counted anew, {customers:,} customers, one person | {', '.join(told)} |"


def percentile(values: list[float], share: float) -> float:
    """The value below which that share lies."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def measure(customers: int, rounds: int = 12, processes: int = 2) -> list[str]:
    """A row per kind of page for docs/benchmarks.md."""
    with (
        tempfile.TemporaryDirectory() as folder,
        filled(customers, Path(folder)) as (address, _home, sessions),
    ):
        told = subprocess.run(
            [sys.executable, __file__, "--count", str(customers)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        statements = json.loads(told.stdout)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-m", "creditdesk.cli", "desk", "--port", str(port), "--no-worker", "--processes", str(processes)],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait(port)
            measured(port, sessions, customers, 2)  # everything is read once before it counts
            times = measured(port, sessions, customers, rounds)
            alone = [tried(port, sessions[0], customers), counted_anew(port, sessions[0], customers, address)]
        finally:
            server.terminate()
            server.wait()
    base = percentile(times["login"], 0.95)
    rows = []
    for kind in statements:
        p95, half = percentile(times[kind], 0.95), percentile(times[kind], 0.5)
        rows.append(
            f"| {kind}, {customers:,} customers, {customers * INVOICES_EACH:,} invoices, {PEOPLE} users at once | p95 {p95 * 1000:,.0f} ms, "
            f"median {half * 1000:,.0f} ms: **{p95 / base:.1f} times** the login page; {statements[kind]} SQL statements |"
        )
    return [*rows, *alone]


def main() -> None:
    """Fill, count, measure, tell."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--customers", type=int, default=100_000)
    asked.add_argument("--rounds", type=int, default=15)
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--fill", type=int)
    asked.add_argument("--count", type=int)
    chosen = asked.parse_args()
    if chosen.fill:
        fill(chosen.fill)
        return
    if chosen.count:
        sys.stdout.write(json.dumps(counted(chosen.count)))
        return
    print("\n".join(measure(chosen.customers, chosen.rounds, chosen.processes)))


def wait(port: int) -> None:
    """Until the desk answers."""
    for _try in range(300):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=2).request("GET", "/alive")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the desk did not start")


if __name__ == "__main__":
    main()
