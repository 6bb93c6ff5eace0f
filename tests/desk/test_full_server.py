"""The day when the disk of the database server is full."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import Error, connections

from creditdesk.desk.casework.models import Decision, Run, Step
from desk.databases import Postgres, point_to
from desk.office import Office


@pytest.mark.long
def test_a_full_disk_of_the_server_ends_the_day_and_the_next_one_makes_it_good(engine, peer) -> None:
    """No file of the server may grow beyond three megabytes: what so many customers' decisions need is more."""
    server = Postgres(largest_file=3 << 20)
    try:
        server.sql("CREATE DATABASE small")
        point_to(server.address("small"))
        call_command("migrate", verbosity=0)
        office = Office.open(engine, peer, [f"customer {number}" for number in range(4_000)])
        with pytest.raises(Error):
            office.day("2026-03-23")
        connections.close_all()
        assert (Decision.objects.count(), Step.objects.count()) == (0, 0)
        assert Run.objects.get().state == "failed"
        connections.close_all()
        server.stop()
        server.limit = []
        server.start()
        run = office.day("2026-03-23")
        assert (run.state, run.attempt, Decision.objects.count()) == ("done", 2, 4_000)
    finally:
        connections.close_all()
        server.close()
