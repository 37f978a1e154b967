"""Lists of free starts that cost more than the sweep: of series, and of a team."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from calbook import Client

from . import sweeps
from .figures import Figure

_NOW = datetime(2026, 12, 30, 9, tzinfo=UTC)
_TEAM = sweeps.Case(hosts=20, days=365, busy=10_000, at_least=0)
_TURNS = 5
_OFFICE = [
    {"day": day, "startTime": "09:00", "endTime": "17:00"}
    for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
]
_TYPE = {
    **{"duration": 30, "slot_interval": 15, "buffer_before": 5, "buffer_after": 10},
    **{"maximum_advance": None, "schedule_id": "office"},
}
_COPIES = """
    insert into busy (host_id, busy_start, busy_end, calendar_id, stretch,
        stretch_start, stretch_end)
    values (:host, :start, :end, :calendar, :n, :start, :end)
"""

Wanted = Mapping[str, Any]


def figures(directory: Path) -> Iterator[Figure]:
    """CPU time of one list divided by that of another, in turns."""
    with Client(directory / "slots.db", clock=lambda: _NOW) as client:
        _fill(client, directory / "slots.db")
        month, year = {"days": 30}, {"days": 365}
        yield _figure(
            client,
            "slots of 52 weekly dates, 30 days / single ones",
            {**month, "recurring": {"frequency": "WEEKLY", "count": 52}},
            month,
            at_most=5,
        )
        yield _figure(
            client,
            "slots of 8 weekly dates, a year / single ones",
            {**year, "recurring": {"frequency": "WEEKLY", "count": 8}},
            year,
            at_most=5,
        )
        yield _figure(
            client,
            "a year of 20 hosts in turn / of one",
            {**year, "event_type_id": "team"},
            {**year, "event_type_id": "team", "host_id": "h0"},
            at_most=12,
        )


def _figure(
    client: Client, name: str, long: Wanted, short: Wanted, *, at_most: float
) -> Figure:
    costs = [(_cost(client, long), _cost(client, short)) for _ in range(_TURNS)]
    of_long, of_short = (median(each) for each in zip(*costs[1:], strict=True))
    return Figure(
        name,
        of_long / of_short,
        at_most=at_most,
        unit="CPU time",
        how=("slot_lists: availability.get(…)",),
    )


def _cost(client: Client, wanted: Wanted) -> float:
    began = process_time()
    client.calendar.availability.get(
        **{"event_type_id": "demo", "start_date": "2027-01-01", **wanted}
    )
    return process_time() - began


def _fill(client: Client, path: Path) -> None:
    """One host with nothing to do, and a team whose members are busy all year."""
    calendar = client.calendar
    zone = "America/New_York"
    calendar.schedules.create("office", timezone=zone, availability=_OFFICE)
    calendar.event_types.create("demo", **_TYPE)
    hosts = [calendar.hosts.create(f"h{n}").id for n in range(_TEAM.hosts)]
    calendar.event_types.create(
        "team", hosts=hosts, scheduling_type="ROUND_ROBIN", **_TYPE
    )
    for host in hosts:
        calendar.busy.add(
            host_id=host, start_time="2026-12-31 10:00", end_time="2026-12-31 11:00"
        )
    with closing(sqlite3.connect(path)) as conn, conn:
        found = conn.execute("select host_id, calendar_id from busy").fetchall()
        for seed, (host, calendar_id) in enumerate(found):
            conn.executemany(
                _COPIES,
                [
                    {
                        **{"n": n, "host": host, "calendar": calendar_id},
                        **{"start": start, "end": end},
                    }
                    for n, (start, end) in enumerate(sweeps.busy(_TEAM, seed), 1_000)
                ],
            )
