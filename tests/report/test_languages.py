"""All languages say all things, and write amounts and dates as their readers do."""

from __future__ import annotations

import re
from datetime import date
from string import Formatter
from typing import get_args

import pytest

from creditdesk.engine import order_block
from creditdesk.engine.collectible import INVOICE_HOLDS
from creditdesk.engine.gate import PAYER_HOLDS
from creditdesk.facts.decisions import ACTION_DUE, DECISION
from creditdesk.policy.document import Do
from creditdesk.policy.load import SHIPPED, load_policy
from creditdesk.report.language import LANGUAGES, UnknownLanguage, catalogue, language


def forms(text: object) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())  # type: ignore[attr-defined]


def fields(text: object) -> set[str]:
    return {name for form in forms(text) for _, name, _, _ in Formatter().parse(form) if name}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_every_key(code: str) -> None:
    assert set(catalogue(code)) ^ set(catalogue("en")) == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_text_is_empty_and_every_text_fills_in_the_same_values(code: str) -> None:
    wrong = {
        key: (fields(text), fields(catalogue("en")[key]))
        for key, text in catalogue(code).items()
        if not all(forms(text)) or fields(text) | {"n"} != fields(catalogue("en")[key]) | {"n"}
    }
    assert wrong == {}


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_nothing_was_left_in_english(code: str) -> None:
    """Sentences that equal the English ones were forgotten; single words may be the same in two languages."""
    same = [
        key
        for key, text in catalogue(code).items()
        if text == catalogue("en")[key] and len(re.findall(r"\w+", str(text))) > 3
    ]
    assert same == []


@pytest.mark.parametrize("policy", SHIPPED)
@pytest.mark.parametrize("code", LANGUAGES)
def test_every_name_of_a_shipped_policy_has_its_word(code: str, policy: str) -> None:
    loaded = load_policy(policy)
    names = {
        "segment": set(loaded.segments),
        "criterion": set(loaded.criteria),
        "band": {band for criterion in loaded.criteria.values() for band in criterion.band_names()},
        "procedure": set(loaded.procedures),
        "step": {step.id for name in loaded.procedures for step in loaded.steps_of(name)},
    }
    missing = [
        f"{group}.{name}"
        for group, own in names.items()
        for name in own
        if not language(code).has(f"{group}.{name}")
    ]
    assert missing == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_code_that_a_decision_may_bear_has_its_word(code: str) -> None:
    columns = {
        "acceptance": "acceptance", "fees": "fees", "delivery_terms": "delivery", "order_block": "order",
        "order_release_when": "release", "risk_class": "risk", "move_held": "brake",
    }  # fmt: skip
    wanted = {
        f"{group}.{value}" for name, group in columns.items() for value in DECISION.column(name).allowed
    }
    wanted |= {f"owner.{value}" for value in ACTION_DUE.column("owner").allowed}
    wanted |= {f"do.{value}" for value in get_args(Do)}
    wanted |= {f"hold.{hold}" for hold in (*INVOICE_HOLDS, *PAYER_HOLDS)}
    stances = (
        order_block.OVERDUE,
        order_block.LIMIT,
        order_block.GROUP,
        order_block.SEGMENT,
        order_block.STEP,
    )
    wanted |= {f"order_reason.{reason}" for reason in (*stances, order_block.PERSON, order_block.RELEASED)}
    assert sorted(key for key in wanted if not language(code).has(key)) == []


@pytest.mark.parametrize(
    ("code", "country", "amount", "short", "day", "share"),
    [
        ("nl", "NL", "€ 1.234.567", "€ 1,23 mln.", "31 maart 2026", "25%"),
        ("nl", "BE", "€ 1.234.567", "€ 1,23 mln.", "31 maart 2026", "25%"),
        ("fr", "BE", "1 234 567 €", "1,23 M €", "31 mars 2026", "25 %"),
        ("de", "DE", "1.234.567 €", "1,23 Mio. €", "31. März 2026", "25 %"),
        ("en", "NL", "€1,234,567", "€1.23M", "31 March 2026", "25%"),
    ],
)
def test_amounts_and_dates_are_written_as_the_reader_does(
    code: str, country: str, amount: str, short: str, day: str, share: str
) -> None:
    write = language(code, country)
    spaces = re.compile(r"[\u00a0\u202f]")
    assert spaces.sub(" ", write.money(123456740, "EUR")) == amount
    assert spaces.sub(" ", write.short(123456740, "EUR")) == short
    assert write.day(date(2026, 3, 31)) == day
    assert spaces.sub(" ", write.percent(0.254)) == share


def test_a_currency_without_cents_is_not_divided_by_a_hundred() -> None:
    assert language("en").money(5000, "JPY") == "JP¥5,000"
    assert language("en").money(5000, "KWD").replace("\u00a0", " ") == "KWD 5"


def test_currencies_are_never_added_up() -> None:
    assert language("en").amounts({"EUR": 10000, "USD": 250000}) == "US$2,500 + €100"


def test_one_and_many() -> None:
    assert language("en")("key.customers", n=1) == "one customer"
    assert language("en")("key.customers", n=1200) == "1,200 customers"
    assert "0" in language("fr")("key.customers", n=0)


def test_a_code_that_no_catalogue_knows_is_shown_as_written() -> None:
    assert language("nl").named("segment", "gouden_klanten") == "Gouden klanten"
    assert language("nl").named("segment", None) == ""


def test_another_language_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(UnknownLanguage, match="found language 'es'; allowed: nl, fr, de, en"):
        language("es")
