"""The simulation of very many hosts, with few; what it times is left to people."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg2.errors
import pytest
from support.postgres import Server

from . import books
from .many_hosts.comparison import Results, _line, _ratio
from .many_hosts.simulation import OVERLAPS, Measured, Simulation, messages

HOSTS, BOOKINGS = 1_000, 5_000


@pytest.fixture(scope="module", params=[True, False], ids=["constraint", "trigger"])
def simulation(
    postgres: Server, request: pytest.FixtureRequest
) -> Iterator[Simulation]:
    name = f"many_hosts_{os.getpid()}"
    simulation = Simulation(
        postgres, name, hosts=HOSTS, partitions=4, exclusion=request.param
    )
    simulation.grow(BOOKINGS)
    yield simulation
    postgres.run(f"drop database {name} with (force)")


def test_bookings_from_many_connections_never_overlap(simulation: Simulation) -> None:
    before = simulation.count()

    measured = simulation.book(32, seconds=1)

    assert simulation.count() > before >= BOOKINGS
    assert simulation.overlaps() == 0
    assert 0 < measured.p50 <= measured.p99
    assert measured.cpu > 0


def test_an_overlap_is_counted_and_refused(simulation: Simulation) -> None:
    ((host, start, uid),) = simulation.run(
        "select host_id, claim_start, uid from claims limit 1"
    )
    late = (
        f"insert into claims values ('{host}', {start} + 900, {start} + 2700,"
        f" '{uid}', {start})"
    )

    with pytest.raises(psycopg2.errors.ExclusionViolation):
        simulation.run(late)
    found = simulation.run(
        "begin; alter table claims disable trigger user;"
        "alter table claims drop constraint if exists no_overlap;"
        f"{late}; {OVERLAPS}"
    )  # and never committed

    assert found == [(1,)]
    assert simulation.overlaps() == 0


def test_a_booking_takes_few_round_trips(simulation: Simulation) -> None:
    before = simulation.count()

    cost = simulation.cost(20)

    assert cost.round_trips <= 11
    assert cost.statements <= 24
    assert simulation.count() - before in (19, 20)  # a start may have been taken


def test_what_is_simulated_is_what_a_booking_sends(
    postgres: Server, tmp_path: Path
) -> None:
    """It was what one sent some versions ago."""
    url = postgres.new_database()
    with books.opened(books.empty(tmp_path / "empty.db").path) as client:
        client.copy_to(url)
    name = url.rpartition("/")[2]
    postgres.run(f"alter database {name} set log_statement = 'all'")
    log = postgres.directory / "log"
    before = log.stat().st_size

    with books.opened(url) as client:
        client.calendar.bookings.create(
            **books.wanted(books.Book(tmp_path, books.coming_day(), 0), 0)
        )

    said = log.read_text()[before:]
    sent = re.findall(r"LOG:  statement: (.*?)\n\d{4}-", f"{said}\n2000-", re.DOTALL)
    of_one_host = [each for each in sent if not each.startswith("with due")]
    assert [*map(tables, of_one_host)] == [*map(tables, messages())]


def tables(message: str) -> list[str]:
    """The first one of each statement, or its first word."""
    statements = message.strip().replace("\\;", ";").rstrip(";").split(";")
    found = [
        re.search(r"\b(?:from|into|join) (?:calbook\.)?(\w+)", each)
        for each in statements
    ]
    return [
        table[1] if table else statement.split()[0]
        for statement, table in zip(statements, found, strict=True)
    ]


def test_ratios_are_of_runs_side_by_side() -> None:
    """What slows both down for a while leaves the ratio as it is."""
    results: Results = {
        ("large", 8): [Measured(90, 11, 22, 3), Measured(9, 110, 220, 4)],
        ("small", 8): [Measured(100, 10, 20, 3), Measured(10, 100, 200, 3)],
    }

    assert _ratio(results, "p99", ("large", 8), ("small", 8)) == pytest.approx(1.1)
    assert _line("large", 8, results).endswith("p99 121.0 ms, cpu 3.50 ms")
