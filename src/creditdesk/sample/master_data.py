"""The customers as tables: master data, codes, contacts, wishes, mandates, legal status."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditdesk.sample import places
from creditdesk.sample.columns import dates, ids, only, table, whole, words
from creditdesk.sample.customers import (
    COMPANY,
    CONSUMER,
    KINDS,
    MANNERS,
    PUBLIC_BODY,
    SOLE_TRADER,
)
from creditdesk.sample.terms import DAYS, TERMS

if TYPE_CHECKING:
    from creditdesk.sample.columns import Ints
    from creditdesk.sample.customers import Customers

LETTERS_AS_NUMBERS = {ord(letter): str(int(letter, 36)) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
CHANNELS = ("email", "letter", "phone", "sms")


def joined(*pieces: pa.Array | str) -> pa.Array:
    """Text columns and constants put together, row by row."""
    return pc.binary_join_element_wise(*pieces, "")


def customer_table(rng: np.random.Generator, customers: Customers, horizon: int) -> pa.Table:
    """One row per customer; what an ERP often does not know is empty now and then."""
    rows, number = len(customers), customers.number
    where = Places(customers)
    closed = customers.is_type("dormant") & (rng.random(rows) < 0.2)
    status = np.select([customers.is_type("prospect"), closed], [0, 2], 1)
    limit = np.floor(customers.trade_size * 3 / 100_000) * 100_000
    has_limit = (rng.random(rows) < 0.6) & (customers.kind != CONSUMER)
    private = np.isin(customers.kind, (CONSUMER, SOLE_TRADER))
    employees, revenue = customers.employees, customers.revenue
    return table(
        "customer",
        rows,
        customer_id=ids("C", (number, 7)),
        name=names(customers),
        kind=words(customers.kind, KINDS),
        payer_id=ids("C", (number[customers.payer], 7), known=customers.payer != np.arange(rows)),
        parent_id=ids("C", (number[np.maximum(customers.parent, 0)], 7), known=customers.parent >= 0),
        status=words(status, ("prospect", "active", "closed")),
        country=where.country,
        subdivision=where.subdivision,
        street=joined(words(number % len(places.STREETS), places.STREETS), " ", ids((number % 90 + 1, 2))),
        postal_code=where.postal_code,
        city=where.town,
        language=where.language,
        currency=words(customers.currency, places.CURRENCIES),
        legal_form=only(where.form, customers.kind == COMPANY),
        founded_on=dates(
            customers.since - 400 - number % 5000, (customers.kind == COMPANY) & (number % 7 > 0)
        ),
        registration_number=ids("00", (number, 8), known=customers.kind != CONSUMER),
        vat_number=only(joined(where.country, ids("00", (number, 8))), customers.kind != CONSUMER),
        sector=words(
            _sectors(customers), [code for _, code in places.TRADES] + [places.PUBLIC_ADMINISTRATION]
        ),
        employees=whole(employees, employees >= 0),
        annual_revenue=whole(revenue, revenue >= 0),
        customer_since=dates(customers.since),
        account_manager=words(number % len(places.STAFF_OF_SALES), places.STAFF_OF_SALES),
        collector=words(number % len(places.STAFF_OF_CREDIT), places.STAFF_OF_CREDIT),
        key_account=pa.array(customers.key_account),
        intercompany=False,
        payment_terms_days=whole(DAYS[customers.terms]),
        credit_limit=whole(np.maximum(limit, 50_000).astype(np.int64), has_limit),
        limit_scope=only(words(np.zeros(rows, dtype=np.int64), ("own",)), has_limit),
        invoice_manner=words(customers.manner, MANNERS),
        preferred_channel=words(np.where(rng.random(rows) < 0.6, 0, np.where(private, 3, 1)), CHANNELS),
        formality=words(np.where(rng.random(rows) < 0.7, 0, 1), ("formal", "informal")),
        po_required=pa.array((number * 31) % 10 < 2),
        do_not_contact=pa.array((rng.random(rows) < 0.003) & (customers.last >= horizon)),
    )


def _sectors(customers: Customers) -> Ints:
    """Positions in the list of trades; public administration stands behind it, consumers have none."""
    code = np.where(customers.kind == PUBLIC_BODY, len(places.TRADES), customers.trade)
    return np.where(customers.kind == CONSUMER, -1, code)


class Places:
    """Text columns of where the customers are."""

    def __init__(self, customers: Customers) -> None:
        listed = [(c, place) for c in places.COUNTRIES for place in c.places]
        first = np.cumsum([0] + [len(c.places) for c in places.COUNTRIES])
        at = first[customers.country] + customers.place
        self.country = words(customers.country, [c.code for c in places.COUNTRIES])
        self.town = words(at, [place[0] for _, place in listed])
        self.postal_code = words(at, [place[1] for _, place in listed])
        self.language = words(at, [place[2] for _, place in listed])
        self.subdivision = words(at, [place[3] for _, place in listed])
        widest = max(len(c.forms) for c in places.COUNTRIES)
        forms = [c.forms[k % len(c.forms)] for c in places.COUNTRIES for k in range(widest)]
        self.form = words(customers.country * widest + customers.number % widest, forms)


def names(customers: Customers) -> pa.Array:
    """Names as invoiced: a firm's stem, trade and number; a body and its town; a person."""
    where, number = Places(customers), customers.number
    stem = words(customers.stem, places.STEMS)
    trade = words(customers.trade, [trade for trade, _ in places.TRADES])
    person = person_names(number)
    firm = joined(stem, " ", trade, " ", ids((number % 1000, 3)), " ", where.form)
    body = joined(
        words(number % len(places.BODIES), places.BODIES), " ", where.town, " ", ids((number % 100, 2))
    )
    trader = joined(person, " ", trade)
    kind = pa.array(customers.kind)
    return pc.if_else(
        pc.equal(kind, CONSUMER),
        person,
        pc.if_else(pc.equal(kind, PUBLIC_BODY), body, pc.if_else(pc.equal(kind, SOLE_TRADER), trader, firm)),
    )


def person_names(number: Ints) -> pa.Array:
    """First and family name."""
    family = number // len(places.FIRST_NAMES)
    return joined(
        words(number % len(places.FIRST_NAMES), places.FIRST_NAMES),
        " ",
        words(family % len(places.FAMILY_NAMES), places.FAMILY_NAMES),
    )


def customer_code_table(customers: Customers) -> pa.Table:
    """The terms code of every customer, and a culture code of one in five."""
    number = customers.number
    some = np.flatnonzero(number % 5 == 0)
    terms = table(
        "customer_code",
        len(customers),
        customer_id=ids("C", (number, 7)),
        code="payment_terms",
        value=words(customers.terms, [t.code for t in TERMS]),
        from_on=dates(customers.since),
    )
    culture = table(
        "customer_code",
        len(some),
        customer_id=ids("C", (number[some], 7)),
        code="culture",
        value=words(number[some] % 3, ("family", "corporate", "start-up")),
        from_on=dates(customers.since[some]),
    )
    return pa.concat_tables([terms, culture])


def contact_table(rng: np.random.Generator, customers: Customers) -> pa.Table:
    """A desk for payables at most customers, a buyer at some; one customer in twenty-five has no contact at all."""
    rows = len(customers)
    has_any = rng.random(rows) >= 0.04
    payables = np.flatnonzero(has_any)
    buyers = np.flatnonzero(
        has_any & (rng.random(rows) < 0.3) & np.isin(customers.kind, (COMPANY, PUBLIC_BODY))
    )
    return pa.concat_tables(
        [
            _contacts(rng, customers, payables, "accounts_payable", "1", 0.9, 0.75),
            _contacts(rng, customers, buyers, "buyer", "2", 0.8, 0.9),
        ]
    )


def _contacts(
    rng: np.random.Generator,
    customers: Customers,
    at: Ints,
    role: str,
    letter: str,
    mail_share: float,
    phone_share: float,
) -> pa.Table:
    rows, number = len(at), customers.number[at]
    where = Places(customers)
    prefix = [c.dialling + " 555 " for c in places.COUNTRIES]
    mail, phone = rng.random(rows) < mail_share, rng.random(rows) < phone_share
    mobile = rng.random(rows) < 0.35
    positions = pa.array(at)
    return table(
        "contact",
        rows,
        contact_id=ids("T", (number, 7), "-" + letter),
        customer_id=ids("C", (number, 7)),
        role=role,
        is_primary=role == "accounts_payable",
        first_name=words((number + len(role)) % len(places.FIRST_NAMES), places.FIRST_NAMES),
        name=words((number // 3) % len(places.FAMILY_NAMES), places.FAMILY_NAMES),
        email=joined("ap" if letter == "1" else "buy", "@c", ids((number, 7), known=mail), ".example"),
        phone=joined(words(customers.country[at], prefix), ids((number % 1_000_000, 6), known=phone)),
        mobile=joined(words(customers.country[at], prefix), ids("9", (number % 1_000_000, 6), known=mobile)),
        address=joined(where.postal_code.take(positions), " ", where.town.take(positions)),
        language=where.language.take(positions),
        opted_out=pa.array(rng.random(rows) < 0.004),
    )


def preference_table(rng: np.random.Generator, customers: Customers, horizon: int) -> pa.Table:
    """Some customers said how they want to be treated; half of those with a monthly run declared it."""
    habit = np.flatnonzero((customers.habit_day > 0) & (rng.random(len(customers)) < 0.5))
    day = np.array([f"{day}" for day in range(32)])[customers.habit_day[habit]]
    said = np.flatnonzero(rng.random(len(customers)) < 0.05)
    which = rng.integers(0, 3, len(said))
    declared = table(
        "preference",
        len(habit),
        customer_id=ids("C", (customers.number[habit], 7)),
        kind="payment_run",
        value=pa.array(day, pa.string()),
        from_on=dates(np.minimum(customers.first[habit] + 40, horizon)),
        set_by="customer",
    )
    wishes = table(
        "preference",
        len(said),
        customer_id=ids("C", (customers.number[said], 7)),
        kind=words(which, ("channel", "language", "contact_hours")),
        value=words(which, ("email", "fr", "09:00-12:00")),
        from_on=dates(np.minimum(customers.first[said] + 90, horizon)),
        set_by=words(which % 2, ("customer", "us")),
    )
    return pa.concat_tables([declared, wishes])


def mandate_table(customers: Customers, ibans: pa.Array) -> pa.Table:
    """The mandates of those we collect from."""
    at = np.flatnonzero(customers.debit)
    return table(
        "mandate",
        len(at),
        mandate_id=ids("M", (customers.number[at], 7)),
        customer_id=ids("C", (customers.number[at], 7)),
        scheme=words((customers.kind[at] == CONSUMER).astype(np.int64), ("B2B", "core")),
        iban=ibans.take(pa.array(at)),
        signed_on=dates(customers.since[at]),
    )


def legal_status_table(customers: Customers, horizon: int) -> pa.Table:
    """The insolvencies that were published by the horizon."""
    at = np.flatnonzero((customers.defaults_on > 0) & (customers.defaults_on <= horizon))
    kind = customers.number[at] % 5 // 2
    day = customers.defaults_on[at]
    return table(
        "legal_status",
        len(at),
        customer_id=ids("C", (customers.number[at], 7)),
        kind=words(kind, ("bankruptcy", "reorganisation", "suspension")),
        from_on=dates(day),
        reference=ids("RG ", (customers.number[at], 7)),
        claim_deadline=dates(day + 30),
    )


def ibans_of(customers: Customers) -> pa.Array:
    """A well-formed account number per customer, with a bank that does not exist; empty where there are none."""
    made: list[str | None] = [None] * len(customers)
    for code, country in enumerate(places.COUNTRIES):
        if country.iban_digits == 0:
            continue
        for at in np.flatnonzero(customers.country == code):
            made[at] = iban(
                country.code, country.iban_bank + f"{customers.number[at]:0{country.iban_digits}d}"
            )
    return pa.array(made, pa.string())


def iban(country: str, account: str) -> str:
    """The account with its ISO 7064 check digits."""
    digits = (account + country + "00").translate(LETTERS_AS_NUMBERS)
    return f"{country}{98 - int(digits) % 97:02d}{account}"
