"""The payment term offered for new business: the policy's, or what a person set, capped by law with the reason.

The cap is that of the debtor's country and, between businesses, also that of ours: the stricter holds. Where the law
speaks of a large debtor, staff and yearly revenue decide; total assets are not known here and do not count.
"""

from __future__ import annotations

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

ALSO = (
    "give_terms_days", "give_terms_by_law", "give_acceptance", "by_terms_days", "company_country", "company_size",
)  # fmt: skip
"""Further columns, of the segment, of our company and of what people decided."""

USUAL = 30
"""The term where neither policy, customer nor law says one."""

_CAP = pa.schema(
    [
        ("country", pa.string()), ("home", pa.string()), ("kind", pa.string()), ("creditor", pa.string()),
        ("theirs", pa.string()), ("ours", pa.string()), ("first", pa.date32()), ("last", pa.date32()),
        ("cap_days", pa.int64()), ("reason", pa.string()), ("default_days", pa.int64()),
    ]
)  # fmt: skip


def caps(day: Day) -> ir.Table:
    """Stage `term_cap`: rows (country, home, kind, creditor, theirs, ours, cap_days, reason, default_days) of today."""
    homes = day.stages.backend.fetch(day.company.select("company_country").distinct())
    rows = cap_rows(tuple(sorted({home or "" for home in homes.column("company_country").to_pylist()})))
    columns = {name: [getattr(row, name) for row in rows] for name in _CAP.names}
    table = day.stages.backend.put("term_cap_dated", pa.table(columns, schema=_CAP))
    now = day.clock.day
    today = table.filter((to_day(table["first"]) <= now) & (to_day(table["last"]) >= now))
    return day.stages.run("term_cap", today.drop("first", "last"))


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
        sheet: the columns of `READS` and `ALSO`.
    """
    sheet.let(
        _creditor=ibis.ifelse(holds(sheet["company_size"] == "large"), "large", "sme"),
        _theirs=debtor_size(sheet, "country"),
        _ours=debtor_size(sheet, "company_country"),
        _place=ibis.ifelse(sheet["country"].isin(list(countries())), sheet["country"], ""),
        _home=sheet["company_country"].fill_null(""),
    )
    law = caps(day)
    law = law.select(
        "kind", _place=law.country, _home=law.home, _creditor=law.creditor, _theirs=law.theirs, _ours=law.ours,
        _cap_days=law.cap_days, _cap_reason=law.reason, _usual=law.default_days,
    )  # fmt: skip
    sheet.table = attach(sheet.table, law, ["kind", "_place", "_home", "_creditor", "_theirs", "_ours"])
    written = sheet["by_terms_days"]
    plain = holds(written.re_search("^[0-9]{1,4}$"))
    usual = sheet["_usual"].fill_null(USUAL)
    in_advance = holds(sheet["give_acceptance"].isin(["prepayment", "refused"]))
    sheet.let(
        _by_terms=ibis.ifelse(plain, written, ibis.null("string")).cast("int64"),
        _policy_terms=ibis.cases(
            (holds(sheet["give_terms_by_law"]), usual),
            (sheet["give_terms_days"].notnull(), sheet["give_terms_days"]),
            (in_advance, 0),
            else_=ibis.coalesce(sheet["payment_terms_days"], usual),
        ),
    )
    sheet.let(_wanted=ibis.coalesce(sheet["_by_terms"], sheet["_policy_terms"]))
    capped = holds(sheet["_cap_days"] < sheet["_wanted"])
    sheet.let(
        terms_days=ibis.ifelse(capped, sheet["_cap_days"], sheet["_wanted"]),
        terms_reason=ibis.cases(
            (capped, sheet["_cap_reason"]),
            (sheet["_by_terms"].notnull(), ibis.literal("override")),
            else_=ibis.null("string"),
        ),
    )
