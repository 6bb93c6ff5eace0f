"""The reminders of the past: a weekly run of the earlier system, calls with their outcome, promises kept and broken.

The earlier system reminded every Thursday, by the age of each invoice. Its actions are marked `imported` and carry a
level, so that a case goes on where it stood. One payer in six was in the pilot of the new procedure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditdesk.sample.bank_days import on_weekday
from creditdesk.sample.columns import dates, ids, lists, only, table, whole, words
from creditdesk.sample.lateness import NEVER
from creditdesk.sample.orders import in_euro
from creditdesk.sample.ordinals import ordinal, run_starts
from creditdesk.sample.payer_types import CODE
from creditdesk.sample.places import CURRENCIES

if TYPE_CHECKING:
    from creditdesk.sample.bank_days import BankDays
    from creditdesk.sample.columns import Ints
    from creditdesk.sample.customers import Customers
    from creditdesk.sample.disputes import Disputes
    from creditdesk.sample.invoices import Invoices
    from creditdesk.sample.losses import Losses

THURSDAY = 3
# Calendar days past due at which the earlier system raised the level.
RAISED_AFTER = ((7, 1), (21, 2), (35, 3), (56, 4), (75, 5))
CHANNELS = ("email", "call", "letter", "registered_letter")
CHANNEL_OF_LEVEL = np.array([0, 0, 1, 2, 2, 3])
OUTCOMES = ("sent", "bounced", "reached", "no_answer", "left_message", "promised", "paid_claimed", "disputed")
SENT, BOUNCED, REACHED, NO_ANSWER, LEFT_MESSAGE, PROMISED, PAID_CLAIMED, DISPUTED = range(8)
STEPS = ("", "reminder", "call", "letter")  # of the new procedure, by level
PILOT_DAYS = 45
# The earlier system kept its log for thirteen months.
LOG_DAYS = 400
HARD = 4


@dataclass
class Reminders:
    """One row per action, ordered by payer and day; `listed` are the positions of invoices, `starts` where each begins.

    `payer` is a position in the block; `seq` counts from 0 within the payer.
    """

    payer: Ints
    seq: Ints
    day: Ints
    level: Ints
    case: Ints
    outcome: Ints
    amount: Ints
    listed: Ints
    starts: Ints

    def __len__(self) -> int:
        return len(self.payer)


def draw_reminders(
    rng: np.random.Generator,
    customers: Customers,
    invoices: Invoices,
    settled: Ints,
    disputes: Disputes,
    losses: Losses,
    horizon: int,
    bank: BankDays,
) -> Reminders:
    """The actions up to the horizon: one per payer and run, at the level its oldest invoice had reached."""
    of, day, level = _raised(customers, invoices, settled, disputes, losses, horizon, bank)
    payer = customers.payer[invoices.of[of]]
    order = np.lexsort((of, day, payer))
    of, day, level, payer = of[order], day[order], level[order], payer[order]

    first = np.flatnonzero(run_starts(payer, day))
    group = np.cumsum(run_starts(payer, day)) - 1
    case = _cases(payer[first], day[first], np.maximum.reduceat(settled[of], first) if len(first) else first)
    furthest = np.maximum.reduceat(level, first) if len(first) else first
    soft = np.where(furthest < HARD, furthest, 0)
    # Within a case a soft step never is softer than the one before.
    reached = np.maximum.accumulate(case * 10 + soft) - case * 10
    step = np.where(furthest < HARD, reached, furthest)
    # A hard step takes only what has come so far itself.
    kept = (furthest[group] < HARD) | (level >= HARD)
    of, group = of[kept], group[kept]
    starts = np.append(np.searchsorted(group, np.arange(len(first))), len(group))
    euro = in_euro(invoices.amount[of], invoices.currency[of])
    rows = len(first)
    return Reminders(
        payer=payer[first],
        seq=ordinal(payer[first]),
        day=day[first],
        level=step,
        case=_count_within(payer[first], case),
        outcome=_outcomes(rng, step),
        amount=np.bincount(group, euro, rows).astype(np.int64),
        listed=of,
        starts=starts,
    )


def _raised(
    customers: Customers,
    invoices: Invoices,
    settled: Ints,
    disputes: Disputes,
    losses: Losses,
    horizon: int,
    bank: BankDays,
) -> tuple[Ints, Ints, Ints]:
    """For each invoice and level the run that raised it: position of the invoice, day, level."""
    private = customers.debit | (customers.type == CODE["prospect"])
    late = np.flatnonzero((settled > invoices.due_bank + 7) & ~private[invoices.of])
    quiet_from = np.zeros(len(invoices), dtype=np.int64)
    quiet_to = np.zeros(len(invoices), dtype=np.int64)
    quiet_from[disputes.of], quiet_to[disputes.of] = disputes.opened, disputes.closed
    stops = np.where(customers.defaults_on > 0, customers.defaults_on, NEVER)[invoices.of[late]]
    stops = np.minimum(stops, np.minimum(losses.handed_on[late], losses.written_off[late]))
    stops = np.minimum(stops, np.minimum(settled[late], horizon))
    public = customers.type[invoices.of[late]] == CODE["public"]
    places, days, levels = [], [], []
    for after, level in RAISED_AFTER:
        run = bank.on_or_after(on_weekday(invoices.due_bank[late] + after, THURSDAY))
        quiet = (run >= quiet_from[late]) & (run <= quiet_to[late])
        raised = (run < stops) & (run > horizon - LOG_DAYS) & ~quiet & (invoices.amount[late] >= 2_500)
        if level >= HARD:
            raised &= ~public
        places.append(late[raised])
        days.append(run[raised])
        levels.append(np.full(int(raised.sum()), level))
    return np.concatenate(places), np.concatenate(days), np.concatenate(levels)


def _cases(payer: Ints, day: Ints, settled: Ints) -> Ints:
    """A running number of cases: a case ends when all that was reminded so far is settled."""
    wide = 10 * NEVER
    until = np.maximum.accumulate(payer * wide + np.minimum(settled, NEVER))
    opens = np.ones(len(payer), dtype=bool)
    opens[1:] = (payer[1:] != payer[:-1]) | (payer[1:] * wide + day[1:] > until[:-1])
    return np.cumsum(opens)


def _count_within(payer: Ints, case: Ints) -> Ints:
    """Case numbers that start at 1 for each payer."""
    first = run_starts(payer)
    base = case[first]
    return case - base[np.cumsum(first) - 1] + 1 if len(case) else case


def _outcomes(rng: np.random.Generator, level: Ints) -> Ints:
    rows = len(level)
    of_call = rng.choice(
        [REACHED, NO_ANSWER, LEFT_MESSAGE, PROMISED, PAID_CLAIMED], rows, p=(0.3, 0.2, 0.15, 0.31, 0.04)
    )
    of_mail = np.where(rng.random(rows) < 0.012, BOUNCED, SENT)
    channel = CHANNEL_OF_LEVEL[level]
    return np.where(channel == 1, of_call, np.where(channel == 0, of_mail, SENT))


def action_table(customers: Customers, invoices: Invoices, reminders: Reminders, horizon: int) -> pa.Table:
    """The reminders as actions."""
    number = customers.number[reminders.payer]
    pilot = (number % 6 == 0) & (reminders.day > horizon - PILOT_DAYS) & (reminders.level < HARD)
    channel = CHANNEL_OF_LEVEL[reminders.level]
    # Where invoices go on paper, the first reminder does too.
    channel = np.where((channel == 0) & (customers.manner[reminders.payer] == 0), 2, channel)
    owner = customers.number[invoices.of[reminders.listed]]
    own = channel == 1
    return table(
        "action",
        len(reminders),
        action_id=ids("X", (number, 7), "-", (reminders.seq + 1, 4)),
        customer_id=ids("C", (number, 7)),
        procedure=words(pilot.astype(np.int64), ("imported", "reference")),
        case_no=whole(reminders.case),
        step=words(np.where(pilot, reminders.level, -1), STEPS),
        level=whole(reminders.level),
        policy_version=only(words(np.zeros(len(number), dtype=np.int64), ("1",)), pilot),
        channel=words(channel, CHANNELS),
        direction="out",
        done_on=dates(reminders.day),
        invoice_ids=lists(
            ids("I", (owner, 7), "-", (invoices.seq[reminders.listed] + 1, 3)), reminders.starts
        ),
        amount=whole(reminders.amount),
        by=words(
            np.where(own, number % 4, 4), ("cc-baert", "cc-janssen", "cc-petit", "cc-schmidt", "system")
        ),
        outcome=words(reminders.outcome, OUTCOMES),
    )


def promise_table(
    rng: np.random.Generator,
    customers: Customers,
    invoices: Invoices,
    reminders: Reminders,
    settled: Ints,
    bank: BankDays,
) -> pa.Table:
    """What was promised in the calls: for the first invoice listed, kept where it was paid within three weeks."""
    at = np.flatnonzero(reminders.outcome == PROMISED)
    invoice = reminders.listed[reminders.starts[:-1][at]]
    made = reminders.day[at]
    kept = (settled[invoice] > made) & (settled[invoice] <= made + 21)
    wished = bank.after(made, rng.integers(3, 11, len(at)))
    due = np.where(kept, settled[invoice], wished)
    fits = due > made
    at, invoice, made, due = at[fits], invoice[fits], made[fits], due[fits]
    number = customers.number[reminders.payer[at]]
    share = np.where(rng.random(len(at)) < 0.12, 2, 1)
    return table(
        "promise",
        len(at),
        promise_id=ids("S", (number, 7), "-", (reminders.seq[at] + 1, 4)),
        customer_id=ids("C", (number, 7)),
        invoice_id=ids("I", (customers.number[invoices.of[invoice]], 7), "-", (invoices.seq[invoice] + 1, 3)),
        made_on=dates(made),
        due_on=dates(due),
        amount=whole(invoices.amount[invoice] // share),
        currency=words(invoices.currency[invoice], CURRENCIES),
        by=words(number % 4, ("cc-baert", "cc-janssen", "cc-petit", "cc-schmidt")),
        channel="call",
    )


def charge_table(
    customers: Customers, invoices: Invoices, reminders: Reminders, horizon: int, settled: Ints
) -> pa.Table:
    """Interest and the fixed sum claimed with each registered letter, sometimes waived after payment."""
    at = np.flatnonzero(reminders.level == 5)
    invoice = reminders.listed[reminders.starts[:-1][at]]
    company = customers.kind[reminders.payer[at]] != 2
    at, invoice = at[company], invoice[company]
    number = customers.number[reminders.payer[at]]
    late = np.maximum(reminders.day[at] - invoices.due[invoice], 0)
    interest = invoices.amount[invoice] // 1_000 * late * 1_115 // 3_650  # 11.15 % a year
    waived = np.minimum(settled[invoice] + 5, NEVER)
    is_waived = (waived <= horizon) & (number % 3 == 0)
    tables = []
    for letter, kind, amount in (("1", "interest", interest), ("2", "fixed_sum", np.full(len(at), 4_000))):
        tables.append(
            table(
                "charge",
                len(at),
                charge_id=ids("F", (number, 7), "-", (reminders.seq[at] + 1, 4), letter),
                customer_id=ids("C", (number, 7)),
                invoice_id=ids(
                    "I", (customers.number[invoices.of[invoice]], 7), "-", (invoices.seq[invoice] + 1, 3)
                ),
                kind=kind,
                amount=whole(np.maximum(amount, 1)),
                currency=words(invoices.currency[invoice], CURRENCIES),
                on=dates(reminders.day[at]),
                waived_on=dates(waived, is_waived),
            )
        )
    return pa.concat_tables(tables)
