"""Kinds of lists that companies bring: which fields each has, and the mapping that a choice of columns makes.

A form lets a person choose columns for fields; here that becomes the document which `creditdesk import --map` takes. What a
list needs beyond this is written into the document by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Taken = dict[str, Any]


@dataclass(frozen=True)
class Choices:
    """What a person chose for a file.

    Attributes:
        kind: of the list, one of `LISTS`.
        columns: per field the column of the file.
        read: how the file is read, as the field `read` of a mapping.
        dates: patterns of its days, the first that fits counts.
        decimal, thousands: marks of its numbers.
        signs: signs of currencies beside its numbers.
        currency: of all amounts, where no column says it.
        credit_types: values of `document_type` that mean a credit note.
        credit_marks: values of `mark` that mean credit, so that the amount is negative.
        reverse: amounts bear the other sign: what a customer owes is negative.
        consumer_kinds: values of `customer_kind` that mean a consumer.
        countries: names of countries in the file and their codes; empty where the file has codes.
    """

    kind: str
    columns: Mapping[str, str] = field(default_factory=dict)
    read: Mapping[str, Any] = field(default_factory=dict)
    dates: tuple[str, ...] = ("YYYY-MM-DD",)
    decimal: str = "."
    thousands: str = ""
    signs: tuple[str, ...] = ()
    currency: str = ""
    credit_types: tuple[str, ...] = ()
    credit_marks: tuple[str, ...] = ()
    reverse: bool = False
    consumer_kinds: tuple[str, ...] = ()
    countries: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As JSON can keep it."""
        return asdict(self)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Choices:
        """Choices that were kept."""
        lists = ("dates", "signs", "credit_types", "credit_marks", "consumer_kinds")
        told: dict[str, Any] = {
            name: tuple(value) if name in lists else value for name, value in kept.items()
        }
        return cls(**told)

    def has(self, *names: str) -> bool:
        """Whether one of some fields has a column."""
        return any(self.columns.get(name) for name in names)


@dataclass(frozen=True)
class ListKind:
    """One kind of list.

    Attributes:
        fields: in the order in which a person looks for them.
        needed: groups of fields: of each group one has a column.
        tables: makes the rules of a mapping.
    """

    name: str
    fields: tuple[str, ...]
    needed: tuple[tuple[str, ...], ...]
    tables: Callable[[Choices], list[dict[str, Any]]] = field(repr=False)

    def missing(self, choices: Choices) -> list[tuple[str, ...]]:
        """What still needs a column."""
        gone = [group for group in self.needed if not choices.has(*group)]
        if "debit" in self.fields and choices.has("debit") != choices.has("credit"):
            gone.append(("credit",) if choices.has("debit") else ("debit",))
        amounts = self.name != "customers" or choices.has("credit_limit")
        if "currency" in self.fields and amounts and not choices.has("currency") and not choices.currency:
            gone.append(("currency",))
        return gone


def document(choices: Choices, name: str) -> dict[str, Any]:
    """The mapping that choices make, as the document of a mapping says it."""
    read = {key: value for key, value in choices.read.items() if value not in ("", None) and key != "format"}
    skip = _without_number(choices)
    formats: dict[str, Any] = {"date": list(choices.dates), "decimal": choices.decimal}
    if choices.thousands:
        formats["thousands"] = choices.thousands
    if choices.signs:
        formats["signs"] = list(choices.signs)
    currency: Any = choices.currency or "EUR"
    if choices.has("currency"):
        currency = {"from": choices.columns["currency"]}
        if choices.currency:
            currency["default"] = choices.currency
    return {
        "mapping": name,
        "read": {**read, **({"skip": skip} if skip else {})},
        "formats": formats,
        "currency": currency,
        "tables": LISTS[choices.kind].tables(choices),
    }


def _without_number(choices: Choices) -> list[dict[str, Any]]:
    """Subtotals and footers: rows without the number that every row has."""
    own = LISTS[choices.kind].needed[0][0] if choices.kind in {"customers", "contacts"} else "invoice_number"
    column = choices.columns.get({"payments": "paid_on", "orders": "order_id"}.get(choices.kind, own))
    return [{"column": column, "filled": False}] if column else []


def _take(choices: Choices, **names: str) -> dict[str, Any]:
    """Columns of a table that simply take a field, where it has a column."""
    return {name: choices.columns[of] for name, of in names.items() if choices.has(of)}


PARTY = {
    "country": "country", "street": "street", "postal_code": "postal_code", "city": "city", "vat_number": "vat_number",
    "registration_number": "registration_number", "account_manager": "account_manager", "collector": "collector",
}  # fmt: skip


def _who(choices: Choices) -> str:
    """The column that tells customers apart: their number, else their name."""
    return choices.columns.get("customer_id") or choices.columns["customer_name"]


def _customer(choices: Choices, *, own_list: bool) -> dict[str, Any]:
    """The rule for customers: told once each, and left as they are known where the list is about something else."""
    kind: Taken = {"constant": "company"}
    if choices.has("customer_kind"):
        kind = {
            "from": choices.columns["customer_kind"],
            "map": dict.fromkeys(choices.consumer_kinds, "consumer"),
            "otherwise": "company",
            "default": "company",
        }
    columns: dict[str, Any] = {
        "customer_id": _who(choices),
        "name": choices.columns.get("customer_name") or choices.columns["customer_id"],
        "kind": kind,
        **_take(choices, **PARTY),
    }
    if choices.has("country") and choices.countries:
        columns["country"] = {
            "from": choices.columns["country"],
            "map": dict(choices.countries),
            "otherwise": None,
        }
    if choices.has("language"):
        columns["language"] = {"from": choices.columns["language"], **LANGUAGES}
    if own_list:
        columns |= _take(choices, payment_terms_days="terms_days", credit_limit="credit_limit")
        if choices.has("credit_limit"):
            columns["currency"] = _currency(choices)
    rule: dict[str, Any] = {"table": "customer", "one_row_per": "customer_id"}
    return {**rule, **({} if own_list else {"only_new": True}), "columns": columns}


LANGUAGES = {
    "map": {
        code: language
        for language, codes in {
            "nl": ("nl", "NL", "N", "NLD", "Nederlands", "Dutch", "Néerlandais", "Niederländisch"),
            "fr": ("fr", "FR", "F", "FRA", "Français", "Frans", "French", "Französisch"),
            "de": ("de", "DE", "D", "DEU", "Deutsch", "Duits", "German", "Allemand"),
            "en": ("en", "EN", "E", "ENG", "English", "Engels", "Anglais", "Englisch"),
        }.items()
        for code in codes
    },
    "otherwise": None,
}
"""How languages are written in lists; others are left empty."""


def _currency(choices: Choices) -> Taken:
    if choices.has("currency"):
        return {"from": choices.columns["currency"]}
    return {"constant": choices.currency}


def _amount(choices: Choices, name: str) -> Taken:
    """An amount without its sign, which `_document_kind` reads: of one column, or of debit and credit."""
    if choices.has("debit") and choices.has("credit"):
        return {"debit": choices.columns["debit"], "credit": choices.columns["credit"], "sign": "absolute"}
    return {"from": choices.columns[name], "sign": "absolute"}


def _open_amount(choices: Choices) -> str:
    return "amount" if choices.has("amount") else "total"


def _document_kind(choices: Choices, amount: str) -> Taken:
    """Whether a row is an invoice or a credit note: by its type, by its mark, else by the sign of its amount."""
    for name, values in (("document_type", choices.credit_types), ("mark", choices.credit_marks)):
        if choices.has(name) and values:
            kinds = dict.fromkeys(values, "credit_note")
            return {"from": choices.columns[name], "map": kinds, "otherwise": "invoice", "default": "invoice"}
    return _by_sign(choices, amount, "invoice", "credit_note")


def _by_sign(choices: Choices, amount: str, positive: str, negative: str) -> Taken:
    if choices.reverse:
        positive, negative = negative, positive
    signs = {"positive": positive, "negative": negative}
    if choices.has("debit") and choices.has("credit"):
        return {"sign_of": {"debit": choices.columns["debit"], "credit": choices.columns["credit"], **signs}}
    return {"sign_of": {"column": choices.columns[amount], **signs}}


def _invoice(choices: Choices, amount: str) -> dict[str, Any]:
    number = choices.columns["invoice_number"]
    return {
        "table": "invoice",
        "columns": {
            "invoice_id": number,
            "customer_id": _who(choices),
            "number": number,
            "kind": _document_kind(choices, amount),
            "issued": choices.columns["issued"],
            "due": choices.columns["due"],
            "amount": _amount(choices, amount),
            **_take(choices, order_reference="order_reference", order_id="order_id"),
        },
    }


def _open_items(choices: Choices) -> list[dict[str, Any]]:
    return [_customer(choices, own_list=False), _invoice(choices, _open_amount(choices))]


def _invoices(choices: Choices) -> list[dict[str, Any]]:
    """Invoices with the day on which each was paid in full, if it was."""
    amount = "total" if choices.has("total") else "amount"
    number = choices.columns["invoice_number"]
    settled = choices.columns["settled_on"]
    paid: list[dict[str, Any]] = [
        {"column": settled, "filled": True},
        {"column": choices.columns[amount], "negative": choices.reverse},  # a credit note is not paid
    ]
    payment = {
        "payment_id": {"text": f"P-{{{number}}}"}, "customer_id": choices.columns["customer_id"],
        "value_date": settled, "amount": _amount(choices, amount),
    }  # fmt: skip
    allocation = {
        "allocation_id": {"text": f"A-{{{number}}}"}, "invoice_id": number, "kind": {"constant": "payment"},
        "payment_id": {"text": f"P-{{{number}}}"}, "allocated_on": settled, "amount": _amount(choices, amount),
    }  # fmt: skip
    return [
        _customer(choices, own_list=False),
        _invoice(choices, amount),
        {"table": "payment", "when": paid, "columns": payment},
        {"table": "allocation", "when": paid, "columns": allocation},
    ]


def _payments(choices: Choices) -> list[dict[str, Any]]:
    """Money that came in; with the number of an invoice it settles that."""
    mine = choices.columns.get("payment_id")
    on, amount = choices.columns["paid_on"], choices.columns["paid"]
    number: Any = mine or {"text": f"{{{on}}}/{{{choices.columns['customer_id']}}}/{{{amount}}}"}
    money: Taken = {"from": amount, "sign": "absolute"}
    payment = {
        "payment_id": number, "customer_id": choices.columns["customer_id"], "value_date": on, "amount": money,
        "kind": _by_sign(choices, "paid", "receipt", "refund"),
        **_take(choices, remittance="remittance", payer_iban="payer_iban"),
    }  # fmt: skip
    rules: list[dict[str, Any]] = [{"table": "payment", "columns": payment}]
    if choices.has("invoice_number"):
        invoice = choices.columns["invoice_number"]
        part = f"{{{mine}}}" if mine else f"{{{on}}}/{{{choices.columns['customer_id']}}}/{{{amount}}}"
        allocation = {
            "allocation_id": {"text": f"A-{part}/{{{invoice}}}"}, "invoice_id": invoice,
            "kind": {"constant": "payment"}, "payment_id": number, "allocated_on": on, "amount": money,
        }  # fmt: skip
        rules.append(
            {"table": "allocation", "when": [{"column": invoice, "filled": True}], "columns": allocation}
        )
    return rules


def _contacts(choices: Choices) -> list[dict[str, Any]]:
    customer = choices.columns["customer_id"]
    own = choices.columns.get("contact_id")
    named = choices.columns.get("email") or choices.columns.get("last_name") or choices.columns.get("phone")
    columns = {
        "contact_id": own or {"text": f"{{{customer}}}/{{{named}}}"},
        "customer_id": customer,
        "role": {"constant": "accounts_payable"},
        **_take(
            choices, first_name="first_name", name="last_name", email="email", phone="phone", mobile="mobile"
        ),
    }
    if choices.has("contact_role"):
        columns["role"] = {
            "from": choices.columns["contact_role"], "map": dict(ROLES), "otherwise": "other", "default": "accounts_payable",
        }  # fmt: skip
    if choices.has("language"):
        columns["language"] = {"from": choices.columns["language"], **LANGUAGES}
    return [{"table": "contact", "columns": columns}]


ROLES = {
    word: role
    for role, words in {
        "accounts_payable": ("Accounts payable", "AP", "Crediteuren", "Crediteurenadministratie", "Comptabilité", "Comptabilité fournisseurs", "Kreditorenbuchhaltung", "Buchhaltung", "Boekhouding", "accounts_payable"),
        "buyer": ("Buyer", "Purchasing", "Inkoop", "Inkoper", "Achats", "Acheteur", "Einkauf", "Einkäufer", "buyer"),
        "director": ("Director", "CEO", "Owner", "Directeur", "Zaakvoerder", "Directie", "Gérant", "Direction", "Geschäftsführer", "Geschäftsführung", "director"),
        "general": ("General", "Algemeen", "Général", "Allgemein", "Zentrale", "general"),
    }.items()
    for word in words
}  # fmt: skip
"""How the roles of contacts are written in lists; others are `other`."""


def _orders(choices: Choices) -> list[dict[str, Any]]:
    columns = {
        "order_id": choices.columns["order_id"],
        "customer_id": choices.columns["customer_id"],
        "ordered_on": choices.columns["ordered_on"],
        "amount": {"from": choices.columns["order_amount"], "sign": "absolute"},
        **_take(choices, promised_for="promised_for", delivered_on="delivered_on"),
    }
    return [{"table": "order", "columns": columns}]


_PARTY_FIELDS = (
    "customer_kind", "street", "postal_code", "city", "country", "language", "vat_number", "registration_number",
    "account_manager", "collector",
)  # fmt: skip
_OF_INVOICE = ("customer_id", "customer_name", "invoice_number", "document_type", "issued", "due")

LISTS: dict[str, ListKind] = {
    one.name: one
    for one in (
        ListKind(
            "open_items",
            (*_OF_INVOICE, "amount", "total", "debit", "credit", "mark", "currency", "order_reference", *_PARTY_FIELDS),
            (("customer_id", "customer_name"), ("invoice_number",), ("issued",), ("due",), ("amount", "total", "debit")),
            _open_items,
        ),
        ListKind(
            "invoices",
            (*_OF_INVOICE, "total", "amount", "currency", "settled_on", "order_reference", *_PARTY_FIELDS),
            (("customer_id", "customer_name"), ("invoice_number",), ("issued",), ("due",), ("total", "amount"), ("settled_on",)),
            _invoices,
        ),
        ListKind(
            "payments",
            ("payment_id", "customer_id", "paid_on", "paid", "currency", "invoice_number", "remittance", "payer_iban"),
            (("customer_id",), ("paid_on",), ("paid",)),
            _payments,
        ),
        ListKind(
            "customers",
            ("customer_id", "customer_name", *_PARTY_FIELDS, "terms_days", "credit_limit", "currency"),
            (("customer_id",), ("customer_name",)),
            lambda choices: [_customer(choices, own_list=True)],
        ),
        ListKind(
            "contacts",
            ("customer_id", "contact_id", "first_name", "last_name", "contact_role", "email", "phone", "mobile", "language"),
            (("customer_id",), ("contact_id", "email", "last_name", "phone")),
            _contacts,
        ),
        ListKind(
            "orders",
            ("order_id", "customer_id", "ordered_on", "order_amount", "currency", "promised_for", "delivered_on"),
            (("order_id",), ("customer_id",), ("ordered_on",), ("order_amount",)),
            _orders,
        ),
    )
}  # fmt: skip
"""Every kind of list, the most usual first."""
