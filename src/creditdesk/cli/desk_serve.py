"""`creditdesk desk`: the screens, for people with a browser."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import Annotated

import typer

from creditdesk.cli.failure import Refused
from creditdesk.cli.terminal import Quiet, Terminal

Port = Annotated[int, typer.Option("--port", help="Port to listen on.", min=1, max=65535)]


def join(app: typer.Typer) -> None:
    """Add the command."""
    app.command("desk")(desk)


def desk(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Port = 8000,
    processes: Annotated[int, typer.Option("--processes", help="Processes that answer.", min=1)] = 1,
    threads: Annotated[int, typer.Option("--threads", help="Requests that each answers at once.", min=1)] = 4,
    with_worker: Annotated[
        bool,
        typer.Option("--worker/--no-worker", help="Run the worker too, which does the day and decides anew."),
    ] = True,
    quiet: Quiet = False,
) -> None:
    """Serve the desk's screens until stopped, and run the worker beside it."""
    from creditdesk.desk import place, serving, starting

    starting.start()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import OperationalError

    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as absent:
        raise Refused(f"no desk here: {absent}; the way out: creditdesk init") from absent
    if behind:
        raise Refused("the database is not up to date; the way out: creditdesk init, which brings it there")
    connection.close()
    serving.collect()
    shown = os.environ.get(place.URL) or f"http://{host}:{port}"
    Terminal.of(context, quiet, False).print(f"The desk is at {shown} (Ctrl-C stops it)")
    with serving.worker() if with_worker else nullcontext():
        serving.serve(host, port, processes, threads)
