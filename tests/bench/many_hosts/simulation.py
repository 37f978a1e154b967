"""Fills the tables, books from many connections, and reads off what it took.

pgbench is the client: written in C, it leaves the cores to the server.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import NamedTuple

from support.postgres import Server, start_server, wheel_programs
from support.processes import clean_up, clean_up_after, own

HOSTS = 100_000
PARTITIONS = 16
_STEP = 50_000  # bookings that are filled in at once
_HERE = Path(__file__).parent
_STATEMENTS = _HERE / "booking.sql"
_SETTINGS = """
shared_buffers = 2GB
max_wal_size = 8GB
checkpoint_timeout = 30min
synchronous_commit = on
max_locks_per_transaction = 1024
"""

OVERLAPS = """
    select count(*) from (
        select claim_start < lag(claim_end) over (
            partition by host_id order by claim_start
        ) as is_early from claims
    ) c where is_early
"""


class Measured(NamedTuple):
    """What so many connections did at once; times are milliseconds."""

    bookings_per_second: float
    p50: float
    p99: float
    cpu: float  # that the server spent on each


class Cost(NamedTuple):
    """What one booking takes."""

    statements: int
    round_trips: int
    bytes_stored: float  # with indexes
    bytes_logged: float  # of WAL


class Simulation:
    """A database of hosts and bookings, which `grow`s and is `book`ed in."""

    def __init__(
        self,
        server: Server,
        database: str,
        *,
        hosts: int = HOSTS,
        partitions: int = PARTITIONS,
        exclusion: bool = True,
    ) -> None:
        """`exclusion`: the constraint beside the trigger."""
        self._server = server
        self._hosts = hosts
        self._size = 0
        self.database = database
        server.run(f"create database {database} template template0")
        for file in ("tables.sql", "fill.sql"):
            self.run((_HERE / file).read_text())
        if exclusion:
            self.run(
                "alter table claims add constraint no_overlap exclude using gist"
                " (host_id with =, int8range(claim_start, claim_end) with &&)"
            )
        self.run(f"select create_partitions({partitions})")
        self._fill_catalog()

    def run(self, sql: str) -> list[tuple[object, ...]]:
        return self._server.run(sql, self.database)

    def grow(self, size: int) -> None:
        """To so many bookings, besides those that `book` made."""
        while self._size < size:
            last = min(size, self._size + _STEP)
            self.run(f"select fill({self._size}, {last}, {self._hosts})")
            self._size = last
        self.run("vacuum (analyze)")
        self.run("checkpoint")

    @contextmanager
    def copied(self) -> Iterator[Simulation]:
        """A copy to book in, so that this one keeps its size."""
        copy = object.__new__(Simulation)
        copy.__dict__.update(self.__dict__, database="copied")
        self._server.run(
            f"create database copied template {self.database} strategy file_copy"
        )
        try:
            yield copy
        finally:
            self._server.run("drop database copied with (force)")

    def book(self, connections: int, *, seconds: int) -> Measured:
        """Book at random from so many connections at once."""
        before = self._cpu_seconds()
        with tempfile.TemporaryDirectory(prefix="calbook-bench-") as directory:
            self._pgbench(
                *("-c", str(connections), "-j", str(min(2, connections))),
                *("-T", str(seconds), "--log", f"--log-prefix={directory}/log"),
            )
            logs = Path(directory).glob("log*")
            lines = [line for log in logs for line in log.read_text().splitlines()]
        took = sorted(int(line.split()[2]) / 1000 for line in lines)
        cpu = (self._cpu_seconds() - before) * 1000 / len(took)
        p50, p99 = (_percentile(took, percent) for percent in (50, 99))
        return Measured(len(took) / seconds, p50, p99, cpu)

    def cost(self, bookings: int) -> Cost:
        """What is stored and logged for so many bookings, made one after another."""
        before, position = self._bytes(), "pg_current_wal_insert_lsn()"
        ((start,),) = self.run(f"select {position}")
        self._pgbench("-c", "1", "-t", str(bookings))
        ((logged,),) = self.run(f"select ({position} - '{start}'::pg_lsn)::float8")
        return Cost(
            *_count_statements(),
            (self._bytes() - before) / bookings,
            float(str(logged)) / bookings,
        )

    def count(self) -> int:
        """How many bookings there are."""
        ((number,),) = self.run("select count(*) from bookings")
        return int(str(number))

    def overlaps(self) -> int:
        """How many claims begin before the one before them ends; there is none."""
        ((number,),) = self.run(OVERLAPS)
        return int(str(number))

    def _fill_catalog(self) -> None:
        weekly = '{"MONDAY":["09:00-17:00"],"TUESDAY":["09:00-17:00"]}'
        self.run(
            "insert into schedules values"
            f" ('sched_work', 'Europe/Berlin', '{weekly}');"
            "insert into event_types select 'evt_' || n, 'Demo', 30, repeat('x', 400)"
            f" from generate_series(0, {self._hosts - 1}) n;"
            "insert into event_type_hosts select 'evt_' || n, 0, 'host_' || n"
            f" from generate_series(0, {self._hosts - 1}) n;"
            "insert into hosts select 'host_' || n, 'Grace', 'Europe/Berlin',"
            f" 'sched_work' from generate_series(0, {self._hosts - 1}) n"
        )

    def _bytes(self) -> int:
        ((size,),) = self.run("select pg_database_size(current_database())")
        return int(str(size))

    def _cpu_seconds(self) -> float:
        """Of all connections that have ended."""
        self._wait_for_others()
        pid = (self._server.directory / "postmaster.pid").read_text().split()[0]
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[13:15])) / os.sysconf("SC_CLK_TCK")

    def _wait_for_others(self) -> None:
        others = "select 1 from pg_stat_activity where datname = current_database()"
        while len(self.run(others)) > 1:
            time.sleep(0.05)
        time.sleep(0.3)  # they are counted a moment after they are gone from there

    def _pgbench(self, *options: str) -> None:
        """Whatever a statement refuses ends it."""
        done = subprocess.run(
            [
                str(self._server.programs / "pgbench"),
                *("-n", "-f", str(_STATEMENTS), "-D", f"hosts={self._hosts}"),
                *options,
                self._server.url(self.database, user="postgres"),
            ],
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode or "aborted" in done.stderr:
            raise SystemExit(
                f"bench: pgbench ended with {done.returncode}\n{done.stderr}"
            )


@contextmanager
def running_server() -> Iterator[Server]:
    """A PostgreSQL 18 that writes what it confirms to the disk."""
    directory = Path(tempfile.mkdtemp(prefix="calbook-servers-"))
    own(directory)
    clean_up_after(os.getpid(), directory)
    try:
        programs = wheel_programs(directory)
        yield start_server(
            programs, directory / "many_hosts", durable=True, options=_SETTINGS
        )
    finally:
        clean_up(directory)


def messages() -> list[str]:
    """What a booking sends."""
    lines = _STATEMENTS.read_text().splitlines()
    sent = [line for line in lines if line.endswith((";", "\\gset"))]
    sent.remove("rollback;")
    return sent


def _count_statements() -> tuple[int, int]:
    """Statements, and the messages in which they are sent."""
    sent = messages()
    return sum(line.count("\\;") for line in sent) + len(sent), len(sent)


def _percentile(ordered: list[float], percent: int) -> float:
    return ordered[ceil(len(ordered) * percent / 100) - 1]
