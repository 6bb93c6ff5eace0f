"""`creditdesk webhook`: who is told what changed, and what could not be delivered, from the command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from creditdesk.cli.failure import Refused
from creditdesk.cli.terminal import Json, Quiet, Terminal

if TYPE_CHECKING:
    from creditdesk.desk.api.models import Subscription

CompanyCode = Annotated[
    str | None, typer.Option("--company", help="Code of the company; may be left out where there is one.")
]
By = Annotated[str | None, typer.Option("--by", help="Who does it. Default: the user of this machine.")]
Number = Annotated[int, typer.Argument(help="Number of the subscription, as `webhook list` shows it.")]


def join(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Events that are sent to other programs.", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(list_)
    group.command("dead")(dead)
    group.command("retry")(retry)
    group.command("end")(end)
    app.add_typer(group, name="webhook")


def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Where events are sent: https://...")],
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", help="Kind of event; several times. Default: all.")
    ] = None,
    company: CompanyCode = None,
    by: By = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Subscribe an address. Its secret is printed this once."""
    chosen, terminal = _ready(context, company, quiet, as_json)
    from django.utils import timezone

    from creditdesk.desk.api.webhooks.address import WrongAddress
    from creditdesk.desk.api.webhooks.subscribing import WrongSubscription, subscribe

    try:
        row, secret = subscribe(chosen, url, kinds or [], by=_who(by), now=timezone.now())
    except (WrongAddress, WrongSubscription) as wrong:
        raise Refused(f"{url}: {wrong}") from wrong
    terminal.print(f"Subscription {row.pk}: {url}", f"{secret}  (shown this once)")
    terminal.result({"number": row.pk, "url": url, "secret": secret})


def list_(
    context: typer.Context, company: CompanyCode = None, quiet: Quiet = False, as_json: Json = False
) -> None:
    """List subscriptions with what waits and what was given up."""
    chosen, terminal = _ready(context, company, quiet, as_json)
    from creditdesk.desk.api.models import Subscription

    shown = [
        {
            "number": one.pk, "url": one.url, "kinds": one.kinds, "on": one.on, "failures": one.failures,
            "waiting": one.deliveries.filter(state__in=("queued", "sending")).count(),
            "dead": one.deliveries.filter(state="dead").count(),
        }
        for one in Subscription.objects.filter(company=chosen)
    ]  # fmt: skip
    table = Table(box=None, pad_edge=False)
    for heading in ("No", "Address", "Events", "", "Waiting", "Dead"):
        table.add_column(heading, justify="right" if heading in {"No", "Waiting", "Dead"} else "left")
    for row in shown:
        table.add_row(
            str(row["number"]), str(row["url"]), ", ".join(row["kinds"]) or "all", "on" if row["on"] else "off",
            f"{row['waiting']:,}", f"{row['dead']:,}",
        )  # fmt: skip
    terminal.print(table)
    terminal.result(shown)


def dead(
    context: typer.Context,
    number: Number,
    company: CompanyCode = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Show what was given up, with the receiver's last words."""
    chosen, terminal = _ready(context, company, quiet, as_json)
    rows = _one(chosen, number).deliveries.filter(state="dead").select_related("event")
    shown = [
        {
            "delivery": one.pk, "event": one.event.key, "kind": one.event.kind, "attempts": one.attempts,
            "status": one.status, "reply": one.reply,
        }
        for one in rows[:1000]
    ]  # fmt: skip
    for row in shown:
        terminal.print(
            f"{row['delivery']}  {row['kind']}  {row['attempts']} tries  {row['status'] or ''} {row['reply']}"
        )
    if not shown:
        terminal.print("Nothing was given up.")
    terminal.result(shown)


def retry(
    context: typer.Context,
    number: Number,
    company: CompanyCode = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Send everything that was given up once more, from the first try on."""
    chosen, terminal = _ready(context, company, quiet, as_json)
    from creditdesk.desk.api.webhooks.delivering import again

    row = _one(chosen, number)
    if not row.on:
        raise Refused(f"subscription {number} has ended; the way out: add it again")
    count = sum(again(one) for one in row.deliveries.filter(state="dead"))
    terminal.print(f"{count:,} events are on their way again")
    terminal.result({"queued": count})


def end(
    context: typer.Context,
    number: Number,
    company: CompanyCode = None,
    by: By = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """End a subscription: what waits is given up."""
    chosen, terminal = _ready(context, company, quiet, as_json)
    from django.utils import timezone

    from creditdesk.desk.api.webhooks import subscribing

    row = _one(chosen, number)
    subscribing.end(row, by=_who(by), now=timezone.now())
    terminal.print(f"Nothing is sent to {row.url} any more")
    terminal.result({"number": row.pk, "on": row.on})


def _ready(context: typer.Context, company: str | None, quiet: bool, as_json: bool) -> tuple[Any, Terminal]:
    from creditdesk.cli.desk_day import one_company
    from creditdesk.desk import starting

    starting.start()
    return one_company(company), Terminal.of(context, quiet, as_json)


def _one(company: Any, number: int) -> Subscription:
    from creditdesk.desk.api.models import Subscription

    found: Subscription | None = Subscription.objects.filter(company=company, pk=number).first()
    if found is None:
        raise Refused(f"found subscription {number}; allowed: a number that 'creditdesk webhook list' shows")
    return found


def _who(by: str | None) -> str:
    return by or os.environ.get("USER") or "creditdesk"
