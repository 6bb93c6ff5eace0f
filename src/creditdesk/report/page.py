"""`report.html`: one self-contained file from the output folder of a run, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from creditdesk.policy.document import Policy
from creditdesk.report import lists
from creditdesk.report.figures import AGEING, LESS, Cell, Figures, Group, Matrix, total
from creditdesk.report.language import LANGUAGES, Language, language
from creditdesk.report.words import Words

SECTIONS = (
    "matrix", "today", "urgent", "moves", "ageing", "room", "watch", "held", "segments", "quality", "words",
)  # fmt: skip
WORDS = (
    "open", "overdue", "dso", "exposure", "uninsured", "days_late", "index", "risk", "limit", "expected_loss", "priority",
    "hold", "brake",
)  # fmt: skip
STEPS_SHOWN = 10
PROBLEMS_SHOWN = 20


@dataclass(frozen=True)
class Run:
    """What the head of the page says of the run."""

    company: str
    as_of: date
    policy: str
    policy_version: str
    version: str
    previous: date | None
    generated: bool


def render(figures: Figures, code: str | None = None, *, anonymous: bool = False) -> str:
    """The page as text.

    Args:
        figures: those of the run.
        code: language of the page; None = that of the company, else English.
        anonymous: natural persons are not named, and nothing on the page leads to them.

    Raises:
        UnknownLanguage: when there is no catalogue for the language.
    """
    output, policy, summary = figures.output, figures.policy, figures.output.summary
    t = reader(code, summary)
    due_total, held_total = total(figures.due.values()), total(figures.held.values())
    channels = figures.due_by(2, 3)
    steps = list(figures.due_by(0, 1, 2, 4).items())
    page = _environment().get_template("report.html.j2")
    return page.render(
        t=t,
        w=Words(t, policy, anonymous, numbers=summary.get("invoice_numbers", {})),
        run=_run(summary, policy),
        policy=policy,
        css=(resources.files("creditdesk.report") / "pages" / "report.css").read_text(encoding="utf-8"),
        sections=SECTIONS,
        lead=lead(t, figures),
        keys=keys(t, figures),
        matrix=figures.matrix,
        heat=heat(figures.matrix),
        sources=figures.sources,
        some=lambda amounts: any(amounts.values()),
        due_channels=channels,
        due_total=due_total,
        due_most=max((group.count for group in channels.values()), default=1),
        due_steps=steps[:STEPS_SHOWN],
        due_steps_more=max(0, len(steps) - STEPS_SHOWN),
        urgent=lists.urgent(output),
        moves=figures.moves,
        largest_moves=lists.largest_moves(output) if figures.previous else [],
        braked=figures.braked,
        to_discuss=lists.to_discuss(output),
        arrived=figures.arrived,
        ageing=ageing_rows(t, figures.ageing),
        outstanding=outstanding(t, figures),
        room=lists.room_to_grow(output),
        watch=lists.to_watch(output),
        held=figures.held,
        held_total=held_total,
        biggest_held=lists.largest_held(output),
        segments=[(name, figures.segments.get(name, Group())) for name in policy.segments],
        quality=quality(t, figures),
        words=definitions(t),
    ).lstrip()


def _run(summary: Mapping[str, Any], policy: Policy) -> Run:
    names = [one["name"] for one in summary.get("companies") or () if one.get("name")]
    previous = summary.get("previous")
    return Run(
        company=", ".join(names),
        as_of=date.fromisoformat(summary["as_of"]),
        policy=policy.policy,
        policy_version=policy.version,
        version=summary["versions"]["creditdesk"],
        previous=date.fromisoformat(previous["as_of"]) if previous else None,
        generated=bool(summary.get("generated")),
    )


def reader(code: str | None, summary: Mapping[str, Any]) -> Language:
    """The language asked for, else the company's where there is a catalogue for it, else English.

    Raises:
        UnknownLanguage: when there is no catalogue for the language asked for.
    """
    company = (summary.get("companies") or [{}])[0]
    own = company.get("language")
    return language(code or (own if own in LANGUAGES else None), company.get("country"))


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("creditdesk.report", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["upper_first"] = lambda text: text[:1].upper() + text[1:]
    return environment


def lead(t: Language, figures: Figures) -> str:
    """The page in two or three sentences."""
    opened, overdue = figures.everyone["open_amount"], figures.everyone["overdue_amount"]
    due, held = total(figures.due.values()), total(figures.held.values())
    sentences = [
        t("report.lead_open", n=figures.owing, all=t.number(figures.everyone.count),
          open=t.amounts(opened, short=True), overdue=t.amounts(overdue, short=True),
          share=t.percent(_share(overdue, opened)))
    ]  # fmt: skip
    if due.count:
        sentences.append(t("report.lead_due", n=due.count, amount=t.amounts(due["amount"], short=True)))
    else:
        sentences.append(t("report.lead_nothing_due"))
    if held.count:
        sentences.append(t("report.lead_held" if due.count else "report.lead_only_held", n=held.count))
    return " ".join(sentences)


def keys(t: Language, figures: Figures) -> list[dict[str, str]]:
    """The key figures under the head."""
    everyone, aged = figures.everyone, figures.ageing
    opened = everyone["open_amount"]
    old = total(aged[name] for name in ("overdue_91_180", "overdue_over_180"))
    due, held = total(figures.due.values()), total(figures.held.values())

    def key(name: str, amounts: Mapping[str, int], note: str) -> dict[str, str]:
        return {"name": t(f"key.{name}"), "value": t.amounts(amounts, short=True), "note": note}

    def of_open(amounts: Mapping[str, int]) -> str:
        return t("key.of_open", share=t.percent(_share(amounts, opened)))

    return [
        key("open", opened, t("key.with", n=figures.owing)),
        key("overdue", everyone["overdue_amount"], of_open(everyone["overdue_amount"])),
        key("old", old["amount"], of_open(old["amount"])),
        key("uninsured", everyone["uninsured_maximum_loss"], t("key.uninsured_note")),
        key("due", due["amount"], t("key.actions", n=due.count)),
        key("held", held["amount"], t("key.actions", n=held.count)),
    ]


def heat(drawn: Matrix) -> Any:
    """Which of six shades a cell gets, by its exposure against the largest."""
    most = max((sum(cell.group["exposure"].values()) for cell in drawn.cells.values()), default=0)

    def shade(cell: Cell) -> str:
        amount = sum(cell.group["exposure"].values())
        if amount <= 0 or most <= 0:
            return "h0"
        return f"h{min(5, 1 + int(amount / most * 4.999))}"

    return shade


def ageing_rows(t: Language, aged: Mapping[str, Group]) -> dict[str, Any]:
    """The ageing table: buckets, their total, and what is to be taken off."""
    buckets = total(aged[name] for name in AGEING)["amount"]
    rows = [
        {
            "name": t(f"ageing.{name}"),
            "group": aged[name],
            "share": max(0.0, _share(aged[name]["amount"], buckets)),
        }
        for name in AGEING
    ]
    less = [
        {"name": t(f"ageing.{name}"), "group": aged[name]}
        for name in LESS
        if any(aged[name]["amount"].values())
    ]
    return {"rows": rows, "total": buckets, "less": less}


def outstanding(t: Language, figures: Figures) -> list[str]:
    """How long sales are outstanding, a sentence per currency."""
    several = len(figures.outstanding) > 1
    return [
        t("ageing.dso", currency=f" {currency}" if several else "", dso=t.number(whole), best=t.number(best),
          late=t.number(t.rounded(whole, 0) - t.rounded(best, 0)))
        for currency, (whole, best) in figures.outstanding.items()
    ]  # fmt: skip


def quality(t: Language, figures: Figures) -> dict[str, Any]:
    """What was quarantined, warned about and noted."""
    summary = figures.output.summary
    quarantine = summary["quarantine"]
    listed = quarantine["list"][:PROBLEMS_SHOWN]
    return {
        "rows": quarantine["rows"],
        "held_customers": quarantine["held_customers"],
        "listed": listed,
        "more": quarantine["problems"] - len(listed),
        "notes": [t(f"note.{note['code']}") if t.has(f"note.{note['code']}") else note["text"]
                  for note in summary["notes"]],
        "warnings": summary["warnings"],
        "customers": figures.warnings,
    }  # fmt: skip


def definitions(t: Language) -> list[dict[str, str]]:
    """The words of the page and what they mean."""
    found = []
    for word in WORDS:
        name, _, meaning = t(f"word.{word}").partition("|")
        found.append({"name": name.strip(), "meaning": meaning.strip()})
    return found


def _share(part: Mapping[str, int], whole: Mapping[str, int]) -> float:
    """A share of sums. With several currencies that of the largest, since sums of different money cannot be added."""
    if not whole:
        return 0.0
    currency = max(whole, key=lambda code: whole[code])
    return part.get(currency, 0) / whole[currency] if whole[currency] else 0.0
