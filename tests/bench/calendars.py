"""Calendars read from a server, against the same events in one file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

from calbook import Client

from .figures import Figure

if TYPE_CHECKING:
    from support.plain_calendars import Radicale

_EVENTS = 10_000
_TURNS = 3
_NAME = f"first pull of {_EVENTS:,} events / their import from a file"
_NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)


def figures(directory: Path) -> Iterator[Figure]:
    """CPU time of this process; Radicale's own is not in it."""
    if find_spec("radicale") is None:
        yield Figure(_NAME, at_most=3, unit="CPU time", why_not="no Radicale")
        return
    from support.plain_calendars import Radicale, start_radicale
    from support.processes import remove

    home = directory / "radicale"
    start_radicale(home)
    try:
        with Radicale(home) as server:
            yield _compare(directory, server)
    finally:
        remove(home)


def _compare(directory: Path, server: Radicale) -> Figure:
    from support.broken_events import event

    first = _NOW + timedelta(days=1)
    texts = [
        event(first + n * timedelta(hours=1), timedelta(minutes=30), uid=f"e{n}")
        for n in range(_EVENTS)
    ]
    file = directory / "events.ics"
    file.write_text(_one_file(texts), newline="")
    collection = server.collection()
    for begin in range(0, _EVENTS, 1_000):  # it reads what is new at the next list
        some = enumerate(texts[begin : begin + 1_000], begin)
        server.place(collection, {f"e{n}.ics": text for n, text in some})
        server.names(collection)
    os.environ["BENCH_PASSWORD"] = server.password
    pulls, imports = [], []
    with Client(directory / "calendars.db", clock=lambda: _NOW) as client:
        client.set_up(timezone="UTC")
        for _ in range(_TURNS + 1):
            imports.append(_cost(lambda: _import(client, file)))
            client.calendar.busy.remove("file")
            pulls.append(_cost(lambda: _pull(client, server, collection)))
            assert client.calendar.busy.get("work").stretches == _EVENTS
            client.calendar.connections.remove("work")
    return Figure(
        _NAME,
        median(pulls[1:]) / median(imports[1:]),  # the first loads what is needed
        at_most=3,
        unit="CPU time",
        how=("connections.add(…, busy=True) / busy.import_ics(…)",),
    )


def _one_file(texts: list[str]) -> str:
    events = (
        text[text.index("BEGIN:VEVENT") : text.index("END:VCAL")] for text in texts
    )
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//calendar//EN\r\n"
    return f"{head}{''.join(events)}END:VCALENDAR\r\n"


def _import(client: Client, file: Path) -> None:
    client.calendar.busy.import_ics(file, name="file")


def _pull(client: Client, server: Radicale, collection: str) -> None:
    client.calendar.connections.add(
        "work",
        collection,
        busy=True,
        user=server.user,
        password_env="BENCH_PASSWORD",
        allow_private=True,
    )


def _cost(act: Callable[[], object]) -> float:
    began = process_time()
    act()
    return process_time() - began
