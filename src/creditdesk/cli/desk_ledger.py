"""`creditdesk init`, `import`, `imports`, `backup` and `restore`: the desk's ledger from the command line."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from creditdesk.cli.failure import Refused
from creditdesk.cli.terminal import Json, Quiet, Terminal

if TYPE_CHECKING:
    from creditdesk.desk.ledger.importing import Result
    from creditdesk.desk.ledger.models import Company

PASSWORD = "CREDITDESK_ADMIN_PASSWORD"  # noqa: S105  the name of a variable

CompanyCode = Annotated[
    str | None, typer.Option("--company", help="Code of the company; may be left out where there is one.")
]
By = Annotated[str | None, typer.Option("--by", help="Who does it. Default: the user of this machine.")]
Why = Annotated[str, typer.Option("--why", help="The reason.")]


def join(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("init")(init)
    app.command("import")(import_)
    group = typer.Typer(help="What was brought into the ledger: list it, take it back.", no_args_is_help=True)
    group.command("list")(imports_list)
    group.command("undo")(imports_undo)
    group.command("quarantine")(imports_quarantine)
    app.add_typer(group, name="imports")
    app.command("backup")(backup)
    app.command("restore")(restore)


def init(
    context: typer.Context,
    admin: Annotated[str, typer.Option("--admin", help="Name of the first administrator.")] = "admin",
    email: Annotated[str, typer.Option("--email", help="Mail address of the administrator.")] = "",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make a desk: data folder, database, first administrator. Again later: bring the database up to date."""
    from creditdesk.desk import place, starting

    terminal = Terminal.of(context, quiet, as_json)
    home = place.home()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.write_secret_key(home)
    starting.start()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection

    with terminal.progress("Preparing the database"):
        call_command("migrate", verbosity=0)
    users = get_user_model()
    password = None
    if not users.objects.filter(is_superuser=True).exists():
        if users.objects.filter(username=admin).exists():
            raise Refused(
                f"--admin: {admin} is a user without administrator's rights; allowed: a name that nobody bears yet"
            )
        given = os.environ.get(PASSWORD)
        password = None if given else secrets.token_urlsafe(12)
        users.objects.create_superuser(admin, email or None, given or password)
    database = connection.settings_dict["NAME"]
    terminal.print(f"Desk ready: {connection.vendor} database {database}, data in {home}")
    if password:
        terminal.print(f"Administrator {admin}, password {password} (shown this once)")
    terminal.result({"home": str(home), "database": connection.vendor, "admin": admin, "password": password})


def import_(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="A facts folder, or a CSV, XLSX or Parquet file.")],
    mapping: Annotated[
        str | None,
        typer.Option(
            "--map",
            help="Mapping of a foreign file, or the name of a shipped one. Default: the one that fits.",
        ),
    ] = None,
    company: CompanyCode = None,
    new: Annotated[
        bool, typer.Option("--new", help="Begin the ledger of a company that is not known yet.")
    ] = False,
    by: By = None,
    why: Why = "",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Bring facts into the ledger, checked in full. What is there already is no news; the same file twice changes nothing."""
    from creditdesk.desk import starting

    starting.start()
    from creditdesk.desk.ledger.importing import import_folder, import_foreign

    terminal = Terminal.of(context, quiet, as_json)
    ledger = _company_of(source, company, new)
    with terminal.progress("Importing") as tell:
        if source.is_dir():
            done = import_folder(ledger, source, by=_who(by), why=why, progress=tell)
        else:
            done = import_foreign(ledger, source, mapping, by=_who(by), why=why, progress=tell)
    _told(terminal, ledger, done)
    raise typer.Exit(done.exit_status)


def imports_list(
    context: typer.Context, company: CompanyCode = None, quiet: Quiet = False, as_json: Json = False
) -> None:
    """List what was brought into the ledger, latest last."""
    from creditdesk.cli.desk_day import one_company
    from creditdesk.desk import starting

    starting.start()
    from creditdesk.desk.ledger.dependence import taken_back
    from creditdesk.desk.ledger.models import Import

    terminal = Terminal.of(context, quiet, as_json)
    ledger = one_company(company)
    gone = taken_back(ledger)
    shown = [
        {
            "number": one.pk, "at": one.made_at.isoformat(timespec="seconds"), "kind": one.kind, "source": one.source,
            "by": one.by, "why": one.why, "rows": _sum(one.counts, "new", "back"),
            "replaced": _sum(one.counts, "replaced"), "quarantined": one.quarantined, "undone": one.pk in gone,
        }
        for one in Import.objects.filter(legal_entity=ledger)
    ]  # fmt: skip
    table = Table(box=None, pad_edge=False)
    for name in ("No", "At", "Kind", "Source", "By", "New", "Replaced", "Quarantined", ""):
        table.add_column(
            name, justify="right" if name in {"No", "New", "Replaced", "Quarantined"} else "left"
        )
    for row in shown:
        table.add_row(
            str(row["number"]), str(row["at"]), str(row["kind"]), str(row["source"]), str(row["by"]), f"{row['rows']:,}",
            f"{row['replaced']:,}", f"{row['quarantined']:,}", "undone" if row["undone"] else "",
        )  # fmt: skip
    terminal.print(table)
    terminal.result(shown)


def imports_undo(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="Number of the import, as `imports list` shows it.")],
    why: Annotated[str, typer.Option("--why", help="The reason; required.")],
    by: By = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Take an import back, where nothing later rests on it. To undo the undoing puts it in force again."""
    from creditdesk.desk import starting

    starting.start()
    from creditdesk.desk.ledger.models import Import
    from creditdesk.desk.ledger.undoing import undo

    terminal = Terminal.of(context, quiet, as_json)
    try:
        undone = undo(number, by=_who(by), why=why)
    except Import.DoesNotExist as absent:
        raise Refused(
            f"found import {number}; allowed: a number that 'creditdesk imports list' shows"
        ) from absent
    gone, back = _sum(undone.counts, "gone"), _sum(undone.counts, "back")
    terminal.print(f"Import {number} is undone by import {undone.pk}: {gone:,} rows gone, {back:,} back")
    terminal.result({"number": undone.pk, "undoes": number, "counts": undone.counts})


def imports_quarantine(
    context: typer.Context, company: CompanyCode = None, quiet: Quiet = False, as_json: Json = False
) -> None:
    """Show the rows that were set apart and are not settled yet."""
    from creditdesk.cli.desk_day import one_company
    from creditdesk.desk import starting

    starting.start()
    from creditdesk.desk.ledger.models import Quarantined

    terminal = Terminal.of(context, quiet, as_json)
    rows = Quarantined.objects.filter(legal_entity=one_company(company), replaced_by=None).order_by("id")
    columns = (
        "brought_by_id",
        "source",
        "file",
        "line",
        "table",
        "column",
        "found",
        "reason",
        "remedy",
        "customer_id",
        "row",
    )
    for row in rows.iterator():
        terminal.print(f"{row} (import {row.brought_by_id}); found {row.found!r}. {row.remedy}")
    if not rows.exists():
        terminal.print("Nothing is in quarantine.")
    if terminal.json:
        terminal.result(list(rows.values(*columns)))


def backup(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Copy everything the desk keeps into one file, while it goes on working."""
    from creditdesk.desk import starting

    starting.start()
    from django.utils import timezone

    from creditdesk.desk.backup import backup as write

    terminal = Terminal.of(context, quiet, as_json)
    with terminal.progress("Copying the database"):
        manifest = write(target, timezone.now())
    terminal.print(f"{target}: {sum(manifest['rows'].values()):,} rows, {target.stat().st_size:,} bytes")
    terminal.result(manifest)


def restore(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `creditdesk backup` wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Also where a desk stands: what it holds is lost.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Put a backup in the place of the database. Stop the desk first; nothing changes unless all of it can be restored."""
    from creditdesk.desk import place, starting

    if source.is_file():
        place.home().mkdir(parents=True, exist_ok=True, mode=0o700)  # another machine has no desk yet
    starting.start()
    from django.core.management import call_command

    from creditdesk.desk.backup import restore as put
    from creditdesk.desk.day import outbox
    from creditdesk.desk.day.clock import moment, today_of
    from creditdesk.desk.ledger.models import Company

    terminal = Terminal.of(context, quiet, as_json)
    with terminal.progress("Restoring"):
        manifest = put(source, replace=replace)
        call_command("migrate", verbosity=0)
    terminal.print(f"Restored {sum(manifest['rows'].values()):,} rows of {manifest['made_at']}")
    now = moment()
    unsure = sum(
        outbox.restored(company, today_of(company, now), now, manifest["made_at"])
        for company in Company.objects.all()
    )
    if unsure:
        terminal.print(
            f"{unsure} messages waited in it: whether they went out since, a person has to say (Today)"
        )
    terminal.result({**manifest, "unsure": unsure})


def _company_of(source: Path, code: str | None, new: bool) -> Company:
    """The company whose ledger facts go into: the one named, the one they are about, or the only one there is."""
    from django.db.utils import OperationalError, ProgrammingError

    from creditdesk.cli.desk_day import one_company
    from creditdesk.desk.ledger.importing import companies_in
    from creditdesk.desk.ledger.models import Company

    there = companies_in(source) if source.is_dir() else {}
    if len(there) > 1:
        raise Refused(
            f"{source}: found companies {', '.join(sorted(there))}; allowed: one; the way out: one folder per company"
        )
    if there and code is not None and code not in there:
        raise Refused(
            f"--company: found {code!r}; allowed: {next(iter(there))!r}, which these facts are about"
        )
    code = code or next(iter(there), None)
    try:
        known = set(Company.objects.values_list("code", flat=True))
    except (OperationalError, ProgrammingError) as absent:
        raise Refused(f"no desk here: {absent}; the way out: creditdesk init") from absent
    if code is None and not known:
        code = "main"
    if code is None or code in known:
        chosen: Company = one_company(code)
        return chosen
    if known and not new:
        raise Refused(
            f"--company: found {code!r}; allowed: {', '.join(sorted(known))}; the way out: say --new to begin its ledger"
        )
    begun: Company = Company.objects.create(code=code, name=there.get(code) or code)
    return begun


def _told(terminal: Terminal, company: Company, done: Result) -> None:
    if done.read is not None:
        read = done.read
        terminal.print(
            f"{read.rows_read:,} rows read by the mapping {read.mapping}: {read.rows_used:,} used, "
            f"{read.rows_skipped:,} passed over, {read.rows_quarantined:,} quarantined"
        )
        terminal.quarantined(tuple(read.problems), read.rows_quarantined, "creditdesk imports quarantine")
    table = Table(box=None, pad_edge=False)
    table.add_column("Table")
    for name in ("New", "Replaced", "Same", "Quarantined"):
        table.add_column(name, justify="right")
    for name, laid in done.laid.items():
        apart = done.checked.tables[name].rows_quarantined
        table.add_row(name, f"{laid.new:,}", f"{laid.replaced:,}", f"{laid.same:,}", f"{apart:,}")
    terminal.print(table)
    terminal.quarantined(
        done.checked.problems, done.checked.rows_quarantined, "creditdesk imports quarantine"
    )
    number = done.imported.pk
    terminal.print(f"Import {number} of {company}" if number else f"Nothing new for {company}")
    terminal.result(
        {
            "company": company.code, "import": number, "quarantined": done.imported.quarantined,
            "tables": {
                name: {"new": one.new, "replaced": one.replaced, "same": one.same} for name, one in done.laid.items()
            },
        }
    )  # fmt: skip


def _sum(counts: dict[str, dict[str, int]], *names: str) -> int:
    return sum(table.get(name, 0) for table in counts.values() for name in names)


def _who(by: str | None) -> str:
    return by or os.environ.get("USER") or "creditdesk"
