"""A policy in words: sentences and tables that the terminal, the report and the desk can show as they like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from creditdesk.policy.document import Criterion, LimitTerms, OrderStance, Policy, Segment, Step

OWNERS = {
    "system": "the system",
    "collector": "a collector",
    "account_manager": "the account manager",
    "credit_manager": "the credit manager",
}
DOINGS = {
    "email": "mail",
    "letter": "letter",
    "registered_letter": "registered letter",
    "call": "call",
    "sms": "text message",
    "voice": "voice message",
    "video": "video",
    "statement": "statement",
    "legal_notice": "notice of the law",
    "sales": "Sales steps in",
    "stop_delivery": "stop of delivery",
    "offer_plan": "offer of a plan",
    "thanks": "thanks",
    "task": "task",
    "hand_over": "hand-over",
}
LEVELS = ("service", "friendly", "reminder", "firm", "final notice", "registered letter", "hand-over")
RELEASES = {
    "overdue_paid": "until nothing undisputed is past due",
    "balance_paid": "until everything open is paid",
    "person": "until a person releases it",
}
STANCES = {
    "none": "new orders go through whatever is open",
    "review": "a person looks at every new order",
    "prepayment": "new orders are paid in advance",
    "stop": "new orders are stopped",
}


@dataclass(frozen=True)
class Grid:
    """A table: its title, header and rows, all as text."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chapter:
    """A part of the policy: sentences first, then tables."""

    title: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Grid, ...] = ()


def describe(policy: Policy) -> tuple[Chapter, ...]:
    """The whole policy in words."""
    head = f"Policy {policy.policy}, version {policy.version}, in force from {policy.effective.isoformat()}."
    return (
        Chapter("The policy", tuple(part for part in (policy.in_words, head) if part)),
        Chapter("What is measured", tuple(_criteria(policy))),
        Chapter("Who gets which segment", tuple(_placing(policy)), (matrix_grid(policy),)),
        *(Chapter(f"Segment {name}", segment_in_words(policy, name)) for name in policy.segments),
        *_procedures(policy),
        Chapter("For every customer", tuple(_constants(policy)), (_amounts(policy),)),
    )


def as_text(chapters: tuple[Chapter, ...]) -> str:
    """Chapters as plain text, tables in columns."""
    lines: list[str] = []
    for chapter in chapters:
        lines += [chapter.title, "=" * len(chapter.title), *chapter.sentences, ""]
        for grid in chapter.tables:
            lines += [*_columns(grid), ""]
    return "\n".join(lines)


def _columns(grid: Grid) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(grid.header, *grid.rows, strict=True)]
    for row in (grid.header, *grid.rows):
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _criteria(policy: Policy) -> Iterator[str]:
    for name, criterion in policy.criteria.items():
        yield f"{name.capitalize()}: {_read_from(criterion)}."
        extra = []
        if criterion.margin:
            extra.append(
                f"an edge must be passed by {_number(criterion.margin)} {criterion.unit or ''}".strip()
            )
        if criterion.least_evidence:
            extra.append(f"it counts from {criterion.least_evidence} observations on")
        if criterion.missing:
            extra.append(f"without a value a customer is {criterion.missing}")
        if extra:
            yield f"  For {name}, {'; '.join(extra)}."


def _read_from(criterion: Criterion) -> str:
    if criterion.first_known:
        sources = [f"{source.column} ({_bands(source.bands)})" for source in criterion.first_known]
        return "the first that is known of " + ", then ".join(sources)
    where = criterion.column or f"the scorecard {criterion.scorecard}"
    return f"{where} ({_bands(criterion.bands)})"


def _bands(bands: Mapping[str, str]) -> str:
    return ", ".join(f"{band}: {condition}" for band, condition in bands.items())


def _placing(policy: Policy) -> Iterator[str]:
    yield "An assignment by hand comes first; then the first rule that holds; then the matrix."
    for number, rule in enumerate(policy.rules, 1):
        yield f"Rule {number}, {rule.name or 'without a name'}: {rule.segment} when {' '.join(rule.when.split())}."
    brakes = policy.brakes
    yield (
        f"A customer stays in its segment for at least {brakes.minimum_stay_days} days"
        f", but goes down at once when {_at_once(policy)}."
    )


def _at_once(policy: Policy) -> str:
    brakes = policy.brakes
    causes = [f"an undisputed invoice is {brakes.downgrade_at_overdue_days} days past due"]
    if brakes.downgrade_on_legal_status:
        causes.append("it becomes insolvent or gets another status in law")
    if brakes.downgrade_on_write_off:
        causes.append("an invoice is written off")
    return " or ".join(causes)


def matrix_grid(policy: Policy) -> Grid:
    """The matrix as it is drawn: rows and columns in the order of the policy."""
    matrix = policy.matrix
    rows = tuple(matrix.draw_rows) or policy.criteria[matrix.rows].band_names()
    across = tuple(matrix.draw_columns) or policy.criteria[matrix.columns].band_names()
    return Grid(
        f"{matrix.rows} by {matrix.columns}",
        (matrix.rows, *across),
        tuple((row, *(matrix.cells[row][column] for column in across)) for row in rows),
    )


def segment_in_words(policy: Policy, name: str) -> tuple[str, ...]:
    """What a segment gives, in sentences. KeyError for an unknown name."""
    segment = policy.segments[name]
    return tuple(part for part in (segment.in_words, *_segment(policy, segment)) if part)


def _segment(policy: Policy, segment: Segment) -> Iterator[str]:
    currency = policy.currency
    if segment.acceptance == "cell":
        yield "New business: as its cell in the matrix."
    else:
        terms = {
            None: "",
            "cell": ", terms as its cell in the matrix",
            "law": ", terms as the law gives them",
        }
        told = (
            terms.get(segment.terms_days)
            if not isinstance(segment.terms_days, int)
            else _days(segment.terms_days)
        )
        yield f"New business: {segment.acceptance}{told}."
    yield f"Credit limit: {_limit(segment.limit, currency)}."
    yield f"Orders: {_order(segment.order, currency)}."
    claims = {"none": "", "interest": "Interest is claimed", "interest_and_costs": "Interest and costs are claimed",
              "cell": "Interest and costs: as its cell in the matrix."}  # fmt: skip
    if segment.fees in ("interest", "interest_and_costs"):
        yield f"{claims[segment.fees]} from level {segment.fees_from_level} ({LEVELS[segment.fees_from_level]}) on."
    elif segment.fees == "cell":
        yield claims["cell"]
    elif segment.interest_stated:
        yield "The interest that the law gives is stated, not claimed."
    if segment.discount is not None:
        yield _discount(segment)
    if segment.incentive:
        yield f"Extra: {segment.incentive.replace('_', ' ')}."
    yield _ladders(segment)
    if segment.human_review:
        yield "A person decides on everything that goes beyond a reminder."


def _days(days: int) -> str:
    return ", no terms" if days == 0 else f", {days} days, less where the law says so"


def _discount(segment: Segment) -> str:
    discount = segment.discount
    if discount is None:
        return ""
    terms = segment.terms_days if isinstance(segment.terms_days, int) else 0
    sooner = terms - discount.days
    yearly = ""
    if sooner > 0:
        cost = discount.percent / (100 - discount.percent) * 365 / sooner * 100
        yearly = f", which costs {_number(cost.quantize(Decimal('0.1')))}% a year"
    offered = "is offered" if discount.offered else "stands ready but is not offered"
    return f"A discount of {_number(discount.percent)}% within {discount.days} days {offered}{yearly}."


def _limit(limit: LimitTerms, currency: str) -> str:
    kinds = {
        "as its cell in the matrix": limit.cell,
        "none, no credit": limit.none,
        "no limit is set": limit.unlimited,
        "what is insured or secured, and nothing beyond it": limit.cover_only,
        f"{_number(limit.peak_months)} times the best month, within its capacity and cover": limit.peak_months,
    }
    if limit.first_orders:
        floor = f", at least {currency} {_number(limit.floor)}" if limit.floor else ""
        step = (
            f"; times {_number(limit.step_up)} after {limit.step_after} paid on time" if limit.step_up else ""
        )
        return f"the first orders{floor}{step}"
    return next((words for words, holds in kinds.items() if holds), "within its capacity and cover")


def _order(order: OrderStance, currency: str) -> str:
    if order.cell:
        return "as its cell in the matrix"
    parts = []
    if order.always is not None:
        if order.always == "none":
            return STANCES["none"]
        parts.append(STANCES[order.always])
    for use, days, stance in (
        (order.review_use, order.review_overdue_days, "review"),
        (order.prepayment_use, None, "prepayment"),
        (order.stop_use, order.stop_overdue_days, "stop"),
    ):
        causes = []
        if use is not None:
            causes.append(f"above {_number(use * 100)}% of the limit")
        if days is not None:
            least = order.stop_overdue_amount if stance == "stop" else Decimal(0)
            amount = f" for more than {currency} {_number(least)}" if least else ""
            causes.append(f"{days} days past due{amount}")
        if causes:
            parts.append(f"{stance} {' or '.join(causes)}")
    if not parts:
        return STANCES["none"]
    cover = "; an order within free cover goes through" if order.within_cover else ""
    return f"{', '.join(parts)}, {RELEASES[order.release]}{cover}"


def _ladders(segment: Segment) -> str:
    if not segment.dunning:
        return "No reminders."
    choices = [
        f"{choice.use} when {choice.when}" if choice.when else choice.use for choice in segment.procedure
    ]
    return f"Procedure: {', else '.join(choices)}."


def _procedures(policy: Policy) -> Iterator[Chapter]:
    for name, procedure in policy.procedures.items():
        sentences = [procedure.in_words] if procedure.in_words else []
        if procedure.extends:
            start = ", counted from the habitual pay day" if procedure.start == "habit" else ""
            sentences.append(f"The steps of {procedure.extends}{start}.")
        yield Chapter(f"Procedure {name}", tuple(sentences), (ladder_grid(policy, name),))


def ladder_grid(policy: Policy, name: str) -> Grid:
    """The steps of a procedure; the last column is the working day after the due date if all is done on time."""
    rows = []
    day = 0
    for step in policy.steps_of(name):
        reached = day
        if step.after_due is not None:
            reached = max(step.after_due, day + step.at_least)
        elif step.after is not None:
            reached = step.after if step.level == 0 else day + step.after
        day = reached if step.level > 0 else day
        rows.append(
            (
                step.id,
                _when(step),
                _what(step),
                OWNERS[step.owner],
                f"{step.level} {LEVELS[step.level]}",
                str(reached),
            )
        )
    return Grid(f"Procedure {name}", ("step", "when", "what", "by", "level", "day"), tuple(rows))


def _when(step: Step) -> str:
    if step.after_due is not None:
        wait = f", {step.at_least} after the step before" if step.at_least else ""
        return f"{step.after_due} working days after due{wait}"
    after = step.after or 0
    told = f"{-after} working days before due" if after < 0 else f"+{after} working days"
    return f"{told}, at least {step.calendar_days} calendar days" if step.calendar_days else told


def _what(step: Step) -> str:
    parts = [DOINGS[step.do]]
    if step.else_:
        parts.append("else " + ", ".join(DOINGS[one] for one in step.else_))
    notes = {
        "with payment link": step.payment_link,
        "names hand-over": step.names_hand_over,
        "stops delivery": step.stop_delivery,
        "with interest": step.interest,
        "with costs": step.costs,
        "waits for approval": step.approval,
    }
    parts += [note for note, holds in notes.items() if holds]
    if step.minimum_amount:
        parts.append(f"above {_number(step.minimum_amount)}")
    return ", ".join(parts)


def _constants(policy: Policy) -> Iterator[str]:
    conduct, promise, tolerance = policy.conduct, policy.promise, policy.tolerance
    yield (
        f"An invoice is settled when its rest is at most {policy.currency} {_number(tolerance.amount)} or "
        f"{_number(tolerance.share * 100)}%, whichever is more."
    )
    yield (
        f"A promise may run {promise.max_days} working days, {promise.max_open} at a time; after "
        f"{promise.max_broken_12m} broken ones in twelve months a person must agree. It is kept if the money is there "
        f"{promise.bank_days} bank days after its date."
    )
    yield (
        f"Nobody is contacted more than {conduct.contact_cap} times in {conduct.contact_cap_days} days. "
        f"On the first day {conduct.go_live_per_day} customers a day are released at most."
    )
    ages = ", ".join(f"level {level}: {days}" for level, days in sorted(conduct.invoice_age.items()))
    yield f"Least working days past due before an invoice is taken by a hard step: {ages}."
    for adjustment in policy.adjustments:
        given = {
            f"first step {adjustment.first_offset} working days later": adjustment.first_offset,
            f"{DOINGS.get(adjustment.channel_first or '', '')} first": adjustment.channel_first,
            "every move needs approval": adjustment.approve_moves,
            "Sales is told": adjustment.tell_sales,
            f"first message: {adjustment.first_template}": adjustment.first_template,
        }
        told = ", ".join(text for text, holds in given.items() if holds)
        yield f"Adjustment, {adjustment.name}: {told}, when {adjustment.when}."
    for variant in policy.templates:
        yield f"Instead of {variant.template}, {variant.use} is written when {variant.when}."
    for place, change in policy.calendars.items():
        worked = [*change.works_on_named, *(on.isoformat() for on in change.works_on)]
        if worked:
            yield f"Worked in {place}: {', '.join(worked)}."
        if change.closed_on:
            yield f"Closed in {place}: {', '.join(on.isoformat() for on in change.closed_on)}."


def _amounts(policy: Policy) -> Grid:
    names = sorted({*policy.minimum_amounts, *policy.costs}, key=list(DOINGS).index)
    rows = tuple(
        (DOINGS[name], _amount(policy.minimum_amounts.get(name)), _amount(policy.costs.get(name)))
        for name in names
    )
    return Grid(
        "Amounts", ("action", f"worth doing from, {policy.currency}", f"costs us, {policy.currency}"), rows
    )


def _amount(value: Decimal | None) -> str:
    return "" if value is None else _number(value)


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"
