"""A small company in CSV, and the command line as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess]

COMPANY = """\
company_id,name,country,currency,language
us,Vermeer NV,BE,EUR,nl
"""
CUSTOMERS = """\
customer_id,name,kind,company_id,country,employees,language
C1,Groot & Goed NV,company,us,BE,120,nl
C2,Traag BV,company,us,NL,200,nl
C3,Jan Klein,sole_trader,us,BE,2,nl
"""
INVOICES = """\
invoice_id,customer_id,number,kind,issued,due,amount,currency,company_id
A1,C1,1,invoice,2025-10-01,2025-10-31,100000,EUR,us
A2,C1,2,invoice,2025-11-03,2025-12-03,100000,EUR,us
A3,C1,3,invoice,2025-12-01,2025-12-31,100000,EUR,us
A4,C1,4,invoice,2026-03-02,2026-04-01,150000,EUR,us
B1,C2,5,invoice,2025-09-01,2025-10-01,50000,EUR,us
B2,C2,6,invoice,2025-10-01,2025-10-31,50000,EUR,us
B3,C2,7,invoice,2025-11-03,2025-12-03,50000,EUR,us
B4,C2,8,invoice,2026-01-20,2026-02-19,80000,EUR,us
K1,C3,9,invoice,2025-10-01,2025-10-31,9000,EUR,us
K2,C3,10,invoice,2025-11-03,2025-12-03,9000,EUR,us
K3,C3,11,invoice,2025-12-01,2025-12-31,9000,EUR,us
K4,C3,12,invoice,2026-01-12,2026-02-11,30000,EUR,us
"""
PAYMENTS = """\
payment_id,customer_id,value_date,amount,currency
PA1,C1,2025-10-30,100000,EUR
PA2,C1,2025-12-02,100000,EUR
PA3,C1,2025-12-31,100000,EUR
PB1,C2,2025-11-12,50000,EUR
PB2,C2,2025-12-15,50000,EUR
PB3,C2,2026-01-20,50000,EUR
PK1,C3,2025-11-28,9000,EUR
PK2,C3,2026-01-05,9000,EUR
PK3,C3,2026-02-03,9000,EUR
"""
ACTIONS = """\
action_id,customer_id,procedure,case_no,step,level,channel,direction,done_on,invoice_ids,outcome
X1,C2,reference,1,reminder,1,email,out,2025-10-06,B1,sent
"""


def allocations() -> str:
    rows = [line.split(",") for line in PAYMENTS.splitlines()[1:]]
    lines = [
        f"L{number},{payment[1:]},payment,{payment},{on},{amount}"
        for number, (payment, _, on, amount, _) in enumerate(rows, 1)
    ]
    return "\n".join(["allocation_id,invoice_id,kind,payment_id,allocated_on,amount", *lines]) + "\n"


def write_facts(folder: Path, **tables: str) -> Path:
    """A facts folder of three customers; `tables` replaces or adds some."""
    folder.mkdir(parents=True)
    standard = {
        "company": COMPANY,
        "customer": CUSTOMERS,
        "invoice": INVOICES,
        "payment": PAYMENTS,
        "allocation": allocations(),
        "action": ACTIONS,
    }
    for name, text in {**standard, **tables}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_facts(tmp_path_factory.mktemp("company") / "facts")


def command(*words: object) -> list[str]:
    """The command line as it is started."""
    return [sys.executable, "-m", "creditdesk.cli", *map(str, words)]


@pytest.fixture(scope="session")
def run() -> Run:
    def creditdesk(*words: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
        plain = {**(env or os.environ), "TERM": "dumb", "NO_COLOR": "1"}
        return subprocess.run(command(*words), capture_output=True, text=True, check=False, env=plain)

    return creditdesk


@pytest.fixture(scope="session")
def decided(facts: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of one run."""
    out = tmp_path_factory.mktemp("decided") / "2026-03-31"
    done = run("decide", "--facts", facts, "--policy", "starter", "--as-of", "2026-03-31", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "Traag BV" in done.stdout
    return out
