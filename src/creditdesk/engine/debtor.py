"""Stage `debtor`: one row per customer as known on the day, with its payer, company, calendar and language."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from creditdesk.engine.arith import attach
from creditdesk.engine.binding import latest
from creditdesk.engine.day import Day


def debtor(day: Day) -> ir.Table:
    """One row per customer.

    Columns: every column of the fact table `customer`, and

    - `survivor_id`: the customer that goes on in its place (`merged_into_id`), else itself
    - `payer`: the payer of its invoices, else itself (of the survivor)
    - `company`: id of our company, empty when we are one
    - `base`: reporting currency of that company
    - `place`: calendar of the debtor; `home`: ours; `bank`: calendar on which the reporting currency settles
    - `natural_person`: consumer or sole trader
    - `speaks`: language of contact, from the customer, else ours
    - `no`: a number of its own, for what is compared for every allocation
    """
    facts, policy = day.facts, day.policy
    found = latest(facts["customer"], "customer_id", day.clock.day, facts.any("customer", "known_from"))
    only = facts.has("company") and len(facts.distinct("company", ["company_id"])) == 1
    if only:
        company = ibis.coalesce(found.company_id, day.company.company_id.max().as_scalar())
    else:
        company = found.company_id.fill_null("")
    found = found.mutate(
        company=company,
        survivor_id=ibis.coalesce(found.merged_into_id, found.customer_id),
        natural_person=found.kind.isin(["consumer", "sole_trader"]),
    )
    found = attach(found, day.company.rename(company="company_id"), "company")
    found = found.mutate(
        base=found.base.fill_null(day.base),
        home=found.home.fill_null(""),
        _country=found.country.fill_null(""),
        _part=found.subdivision.fill_null(""),
    )
    places = day.place.rename(_country="country", _part="subdivision")
    found = attach(found, places, ["_country", "_part", "home"]).drop("_country", "_part")
    languages = [str(language) for language in policy.languages]
    wanted = ibis.coalesce(found.language, found.company_language)
    found = found.mutate(
        place=found.place.fill_null(found.home),
        bank=ibis.literal("@") + found.base,
        payer=ibis.coalesce(found.payer_id, found.survivor_id),
        speaks=ibis.ifelse(wanted.isin(languages), wanted, policy.default_language),
        no=ibis.row_number().over(order_by="customer_id"),
    )
    return day.stages.run("debtor", found)
