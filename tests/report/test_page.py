"""The page: everything a credit manager looks for, escaped, and without natural persons when that is asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from creditdesk.report.figures import figures_of
from creditdesk.report.language import LANGUAGES, catalogue
from creditdesk.report.output import Output, open_output
from creditdesk.report.page import SECTIONS, render
from report.portfolio import HOSTILE, write_output


class Reader(HTMLParser):
    """Collects tags, attributes and text; complains about tags that do not close."""

    VOID = frozenset({"meta", "col", "br", "link", "img"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="session")
def rendered(output: Output) -> Callable[..., str]:
    """The page in a language, each made once."""
    figures = figures_of(output)

    @cache
    def page(code: str | None = None, anonymous: bool = False) -> str:
        return render(figures, code, anonymous=anonymous)

    return page


@pytest.fixture
def page(rendered: Callable[..., str]) -> str:
    return rendered()


Rendered = Callable[..., str]


def test_the_page_is_one_well_formed_file_without_script_or_outside_resource(page: str) -> None:
    reader = Reader(page)
    names = {tag for tag, _ in reader.tags}
    assert names & {"script", "link", "img", "iframe", "object", "form"} == set()
    addresses = [
        value for _, attrs in reader.tags for name, value in attrs.items() if name in {"src", "href"}
    ]
    assert all(address.startswith("#") for address in addresses)
    assert not re.search(r"url\(|@import|https?:", page)


def test_every_section_is_there_and_can_be_jumped_to(page: str) -> None:
    reader = Reader(page)
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert sorted(ids) == sorted(SECTIONS)
    assert {attrs["href"] for tag, attrs in reader.tags if tag == "a"} == {f"#{name}" for name in SECTIONS}


def test_a_hostile_name_is_shown_and_never_run(page: str) -> None:
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert HOSTILE in Reader(page).text


def test_the_head_says_company_day_policy_and_the_figures_in_a_sentence(page: str, output: Output) -> None:
    text = Reader(page).text
    assert "Vermeer & Zonen" in text
    assert "Receivables on 31 March 2026" in text
    assert "by policy “starter”, version 1" in text
    rows = output.rows(output.profile.select("open_amount"))
    owing = sum(row["open_amount"] > 0 for row in rows)
    assert f"is open with {owing} of {len(rows)} customers" in text


def test_an_urgent_customer_comes_with_its_reasons(page: str) -> None:
    text = Reader(page).text
    assert re.search(
        r"size (small|medium|large) \(\d+ persons\), payment behaviour (good|fair|poor) \(\d+ days late\)",
        text,
    )
    assert "Priority: amount 30, risk 12" in text
    assert re.search(r"Then: [a-z ]+, \d working days later", text)
    assert re.search(
        r"Would move: Standard at payment behaviour 14 days \(3\.2 days away\); paying invoice F-\d+ \(€[\d,]+\)",
        text,
    )
    assert "rule “too little history”" in text


def test_segments_are_told_in_words_with_their_ladder(page: str) -> None:
    text = Reader(page).text
    assert "Large and pays well. A late payment is a mistake until shown otherwise" in text
    reference = "2 e-mail 5 call 10 letter 15 call 20 help from Sales 25 registered letter 32 hand-over for collection"
    assert reference in text
    assert "Orders: stop at 100% of the limit, stop 30 days past due" in text
    assert "Limit 1.5 × peak month" in text


def test_what_was_quarantined_is_named_with_place_and_way_out(page: str) -> None:
    text = Reader(page).text
    assert "2 rows broke the contract and were quarantined" in text
    assert "allocation.csv line 412, invoice_id" in text
    assert "F-99213" in text
    assert "so replay is approximate" in text


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_speaks_each_language_through_and_through(code: str, rendered: Rendered) -> None:
    reader = Reader(rendered(code))
    assert dict(reader.tags)["html"]["lang"] == code
    for section in SECTIONS:
        assert catalogue(code)[f"section.{section}"] in reader.text
    if code != "en":
        # the policy's own words stay in the language of their author
        leaks = [
            "Due today",
            "Held back",
            "days past due",
            "Would move",
            "Priority:",
            "Not yet due",
            "oldest",
        ]
        assert [word for word in leaks if word in reader.text] == []


def test_the_language_is_the_company_s_unless_another_is_asked(tmp_path: Path) -> None:
    def company(language: str) -> dict:
        return {"name": "Firma", "country": "BE", "language": language, "currency": "EUR", "company_id": ""}

    dutch = figures_of(open_output(write_output(tmp_path / "nl", count=5, companies=[company("nl")])))
    assert '<html lang="nl">' in render(dutch)
    assert '<html lang="fr">' in render(dutch, "fr")
    spanish = figures_of(open_output(write_output(tmp_path / "es", count=5, companies=[company("es")])))
    assert '<html lang="en">' in render(spanish)


def test_a_company_without_anything_past_due_has_a_page_too(tmp_path: Path) -> None:
    folder = write_output(tmp_path / "out", count=0, companies=[], previous=None)
    text = Reader(render(figures_of(open_output(folder)))).text
    assert "Nothing is due today." in text
    assert "Nothing is held back." in text
    assert "no brake held a customer back" in text


# --- natural persons --------------------------------------------------------------------------------------------------


def persons(folder: Path) -> list[dict]:
    """Profiles of the natural persons."""
    profiles = pq.read_table(folder / "profile.parquet").to_pylist()
    return [row for row in profiles if row["natural_person"]]


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_anonymous_page_names_no_natural_person(code: str, rendered: Rendered, folder: Path) -> None:
    text = Reader(rendered(code, True)).text
    people = persons(folder)
    assert len(people) > 5
    for person in people:
        assert not re.search(rf"{re.escape(person['name'])}\b", text)
        assert not re.search(rf"\b{person['customer_id']}\b", text)
        assert not re.search(rf"\bF-{int(person['customer_id'][2:])}\b", text)


def test_the_open_page_does_name_them(page: str, folder: Path) -> None:
    """What the anonymous page hides would otherwise be there."""
    text = Reader(page).text
    assert any(person["customer_id"] in text for person in persons(folder))
    assert "anna" in text


def test_an_anonymous_page_hides_our_own_people_and_the_values_of_faulty_rows(rendered: Rendered) -> None:
    text = Reader(rendered("en", True)).text
    assert not re.search(r"\b(anna|bart)\b", text)
    assert "F-99213" not in text
    assert "is no invoice of this folder" in text


def test_a_hidden_person_bears_one_number_wherever_it_stands(rendered: Rendered) -> None:
    text = Reader(rendered("en", True)).text
    numbers = {int(number) for number in re.findall(r"Natural person (\d+)", text)}
    assert numbers == set(range(1, len(numbers) + 1))


def test_companies_keep_their_names_on_an_anonymous_page(rendered: Rendered) -> None:
    assert HOSTILE in Reader(rendered("en", True)).text
