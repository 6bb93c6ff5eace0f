"""The payment term offered for new business: the policy's, or what a person set, capped by law with the reason.

The cap is that of the debtor's country and, between businesses, also that of ours: the stricter holds. Where the law
speaks of a large debtor, staff and yearly revenue decide; total assets are not known here and do not count.
"""

from __future__ import annotations

from dataclasses import asdict

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from creditdesk.engine.arith import Value, attach, holds, to_day
from creditdesk.engine.day import Day
from creditdesk.engine.sheet import Sheet
from creditdesk.facts.money import digits
from creditdesk.law.statute import countries, statute
from creditdesk.law.terms import cap_rows

READS = ("country", "kind", "employees", "annual_revenue", "payment_terms_days")
"""Profile columns that the term is made of."""

USUAL = 30
"""The term where neither policy, customer nor law says one."""

_CAP = pa.schema(
    [
        ("country", pa.string()), ("kind", pa.string()), ("creditor", pa.string()), ("debtor", pa.string()),
        ("first", pa.date32()), ("last", pa.date32()), ("cap_days", pa.int64()), ("reason", pa.string()),
        ("default_days", pa.int64()),
    ]
)  # fmt: skip


def caps(day: Day) -> ir.Table:
    """Rows (country, kind, creditor, debtor, cap_days, reason, default_days) of the law in force on the day."""
    rows = pa.Table.from_pylist([asdict(row) for row in cap_rows()], schema=_CAP)
    table = day.stages.backend.put("term_cap", rows)
    now = day.clock.day
    return table.filter((to_day(table["first"]) <= now) & (to_day(table["last"]) >= now)).drop("first", "last")


def debtor_size(sheet: Sheet, country: str) -> Value:
    """`large` or `sme` in the law of the country in a column; only countries whose law turns on it tell them apart."""
    branches = []
    for code in countries():
        found = statute(code)
        if found is not None and found.large is not None:
            rule = found.large
            turnover = int(rule.turnover.scaleb(digits(found.currency)))
            large = holds(sheet["employees"] >= rule.staff) & holds(sheet["annual_revenue"] > turnover)
            branches.append((holds(sheet[country] == code) & large, "large"))
    return ibis.cases(*branches, else_="sme") if branches else ibis.literal("sme")


def offered_terms(day: Day, sheet: Sheet) -> None:
    """Add terms_days and terms_reason: `override`, or the article of the law that capped the term.

    Args:
        sheet: the columns of `READS`, give_terms_days, give_terms_by_law, give_acceptance, by_terms_days,
            company_country and company_size.
    """
    table = caps(day)
    sheet.let(
        _creditor=ibis.ifelse(holds(sheet["company_size"] == "large"), "large", "sme"),
        _theirs_size=debtor_size(sheet, "country"),
        _ours_size=debtor_size(sheet, "company_country"),
    )
    for side, country in (("theirs", "country"), ("ours", "company_country")):
        law = table.select(
            "kind",
            **{
                country: table.country,
                "_creditor": table.creditor,
                f"_{side}_size": table.debtor,
                f"_{side}_cap": table.cap_days,
                f"_{side}_reason": table.reason,
                f"_{side}_default": table.default_days,
            },
        )
        sheet.table = attach(sheet.table, law, [country, "kind", "_creditor", f"_{side}_size"])
    business = sheet["kind"].isin(["company", "sole_trader"]).fill_null(False)
    written = sheet["by_terms_days"]
    plain = written.re_search("^[0-9]{1,4}$").fill_null(False)
    by_hand = ibis.ifelse(plain, written, ibis.null("string")).cast("int64")
    usual = ibis.coalesce(sheet["_theirs_default"], sheet["_ours_default"], USUAL)
    in_advance = sheet["give_acceptance"].isin(["prepayment", "refused"]).fill_null(False)
    sheet.let(
        _by_hand=by_hand,
        _policy=ibis.cases(
            (holds(sheet["give_terms_by_law"]), usual),
            (sheet["give_terms_days"].notnull(), sheet["give_terms_days"]),
            (in_advance, 0),
            else_=ibis.coalesce(sheet["payment_terms_days"], usual),
        ),
        _ours_cap=ibis.ifelse(business, sheet["_ours_cap"], ibis.null("int64")),
    )
    sheet.let(
        _wanted=ibis.coalesce(sheet["_by_hand"], sheet["_policy"]),
        _cap=ibis.least(sheet["_theirs_cap"], sheet["_ours_cap"]),
        _cap_reason=ibis.ifelse(
            sheet["_ours_cap"].isnull() | holds(sheet["_theirs_cap"] <= sheet["_ours_cap"]),
            sheet["_theirs_reason"],
            sheet["_ours_reason"],
        ),
    )
    capped = holds(sheet["_cap"] < sheet["_wanted"])
    sheet.let(
        terms_days=ibis.ifelse(capped, sheet["_cap"], sheet["_wanted"]),
        terms_reason=ibis.cases(
            (capped, sheet["_cap_reason"]),
            (sheet["_by_hand"].notnull(), ibis.literal("override")),
            else_=ibis.null("string"),
        ),
    )
    sheet.forget()
