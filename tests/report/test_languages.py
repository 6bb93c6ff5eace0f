"""All languages say all things, and write amounts and dates as their readers do."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from creditdesk.engine import order_block
from creditdesk.engine.collectible import INVOICE_HOLDS
from creditdesk.engine.gate import PAYER_HOLDS
from creditdesk.facts.decisions import ACTION_DUE, DECISION
from creditdesk.policy.columns import profile_columns
from creditdesk.policy.document import Do
from creditdesk.policy.load import SHIPPED, load_policy
from creditdesk.report import language as language_module
from creditdesk.report.language import LANGUAGES, UnknownLanguage, catalogue, language, shipped_texts
from creditdesk.report.words import Words


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
        "incentive": {one.incentive for one in loaded.segments.values() if one.incentive},
        "step": {step.id for name in loaded.procedures for step in loaded.steps_of(name)},
    }
    missing = [
        f"{group}.{name}"
        for group, own in names.items()
        for name in own
        if not language(code).has(f"{group}.{name}")
    ]
    assert missing == []


@pytest.mark.parametrize("policy", SHIPPED)
@pytest.mark.parametrize("code", LANGUAGES)
def test_what_a_shipped_policy_says_is_said_in_every_language(code: str, policy: str) -> None:
    loaded = load_policy(policy)
    said = {loaded.in_words, *(one.in_words for one in loaded.segments.values())}
    said |= {rule.name for rule in loaded.rules} | {one.name for one in loaded.adjustments}
    said |= {one.in_words for one in loaded.procedures.values()}
    said |= {step.in_words for name in loaded.procedures for step in loaded.steps_of(name)}
    spoken = {text: language(code).said(text) for text in said if text}
    assert [text for text in spoken if text not in shipped_texts()] == []
    assert [text for text, told in spoken.items() if (told == text) != (code == "en")] == []


def test_what_somebody_wrote_is_shown_as_it_is_written() -> None:
    assert language("nl").said("Our friends of the football club.") == "Our friends of the football club."


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_problem_of_the_facts_that_is_kept_has_its_word(code: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "facts.md").read_text(encoding="utf-8")
    kept = page.partition("### Kept, with a warning")[2].partition("###")[0]
    codes = re.findall(
        r"`([a-z_]+)`", "".join(line.split("|")[1] for line in kept.splitlines() if line.startswith("| `"))
    )
    assert len(codes) > 8
    assert [one for one in codes if not language(code).has(f"problem.{one}")] == []


@pytest.mark.parametrize(
    ("kind", "day", "told"),
    [
        ("weekday", "friday", "vrijdag"),
        ("month_day", "15", "dag 15 van de maand"),
        ("last_business_day", "last", "laatste werkdag van de maand"),
        ("last_business_day", "last-2", "2 werkdagen voor de laatste van de maand"),
        ("nth_business_day", "3", "werkdag 3 van de maand"),
        ("lag", "+12", "12 dagen na de vervaldag"),
        ("declared", "5,20", "dag 5 van de maand, dag 20 van de maand"),
        (None, None, ""),
    ],
)
def test_a_habit_is_told_in_words(kind: str | None, day: str | None, told: str) -> None:
    words = Words(language("nl"), load_policy("starter"))
    assert words.habit({"habit": kind, "habit_day": day}) == told


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


def test_every_column_that_a_condition_may_name_has_a_name_in_every_language() -> None:
    plain = {"string", "int64", "float64", "boolean", "date"}
    columns = {name for name, column in profile_columns().items() if column.type in plain}
    named = language_module._columns()["columns"]
    assert named.keys() == columns
    for name, texts in named.items():
        assert set(texts) == set(LANGUAGES), name
        assert all(texts.values()), name
        assert language("nl").column(name) == texts["nl"]
    assert language("fr").column("code_growth") == "code_growth"
