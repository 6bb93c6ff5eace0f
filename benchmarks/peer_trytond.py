"""The peer: Tryton's account_dunning on the open items of a facts folder. Runs in an environment of its own.

Prints one JSON object: `items` handed over, `dunnings` made, `load_seconds` to enter the items and `seconds` that
the run over all of them took. Only `seconds` is compared: entering data is not the peer's daily work.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
import time
from decimal import Decimal
from pathlib import Path

from proteus import Model, config
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts
from trytond.modules.company.tests.tools import create_company
from trytond.pool import Pool
from trytond.tests.tools import activate_modules
from trytond.transaction import Transaction

LEVELS_IN_DAYS = (5, 20, 40)


def main(items: Path, as_of: dt.date) -> None:
    """Enter the items of a CSV file (customer, amount, due) and make the dunnings of one day."""
    with items.open(newline="") as file:
        rows = list(csv.DictReader(file))
    activate_modules("account_dunning", create_company, create_chart)
    year = create_fiscalyear(today=as_of)
    year.click("create_period")
    accounts = {
        kind: account.id for kind, account in get_accounts().items() if kind in ("receivable", "revenue")
    }
    procedure = Model.get("account.dunning.procedure")(name="Procedure")
    for number, days in enumerate(LEVELS_IN_DAYS, 1):
        level = procedure.levels.new()
        level.sequence = number
        level.overdue = dt.timedelta(days)
    procedure.save()
    journal, *_ = Model.get("account.journal").find([("code", "=", "REV")])
    company, *_ = Model.get("company.company").find([])
    period, procedure_id, journal_id = period_of(year, as_of), procedure.id, journal.id

    context = {"company": company.id, "companies": [company.id]}
    # Tryton asks for the tables a transaction locks; naming the one of account moves beforehand saves its retry.
    locks = {"_lock_tables": ["account_journal_period"]}
    with Transaction().start(config.get_config().database_name, 1, context=context, **locks):
        began = time.perf_counter()
        enter(rows, accounts, procedure_id, journal_id, company.id, period)
        entered = time.perf_counter()
        dunnings = Pool().get("account.dunning")
        dunnings.generate_dunnings(date=as_of)
        made = dunnings.search([], count=True)
        done = time.perf_counter()
    print(
        json.dumps(
            {"items": len(rows), "dunnings": made, "load_seconds": entered - began, "seconds": done - entered}
        )
    )


def period_of(year: Model, day: dt.date) -> int:
    """The id of the accounting period of a day."""
    return next(period.id for period in year.periods if period.start_date <= day <= period.end_date)


def enter(
    rows: list[dict[str, str]],
    accounts: dict[str, int],
    procedure: int,
    journal: int,
    company: int,
    period: int,
) -> None:
    """One party per customer, one move per item."""
    party, move = Pool().get("party.party"), Pool().get("account.move")
    names = sorted({row["customer"] for row in rows})
    made = party.create([{"name": name, "dunning_procedure": procedure} for name in names])
    ids = dict(zip(names, (one.id for one in made), strict=True))
    day = Pool().get("account.period")(period).start_date
    move.create(
        [
            {
                "company": company,
                "period": period,
                "journal": journal,
                "date": day,
                "lines": [
                    ("create", [{"account": accounts["revenue"], "credit": amount}]),
                    (
                        "create",
                        [
                            {
                                "account": accounts["receivable"],
                                "debit": amount,
                                "party": ids[row["customer"]],
                                "maturity_date": dt.date.fromisoformat(row["due"]),
                            }
                        ],
                    ),
                ],
            }
            for row in rows
            for amount in [Decimal(row["amount"]) / 100]
        ]
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), dt.date.fromisoformat(sys.argv[2]))
