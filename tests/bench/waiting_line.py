"""Processes that write to one file all the time: how long the unluckiest wait."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

from . import books
from .figures import Figure

_WRITERS = 8
_SECONDS = 4
_WRITER = """
import json, sys, time
from datetime import datetime, timedelta
from calbook import Client

path, seconds = sys.argv[1], float(sys.argv[3])
first = datetime.fromisoformat(sys.argv[2])
waited, length = [], timedelta(hours=1)
with Client(path) as client:
    def book(number):
        client.calendar.bookings.create(
            event_type_id="demo",
            start_time=first + number * length,
            attendee={"name": "Ada", "email": "ada@example.com"},
        )

    book(0)
    print("ready", flush=True)
    sys.stdin.readline()
    until = time.monotonic() + seconds
    while (began := time.monotonic()) < until:
        book(1 + len(waited))
        waited.append(time.monotonic() - began)
print(json.dumps(waited))
"""


def figures(directory: Path) -> Iterator[Figure]:
    """Of the times that a booking takes, the 99th percentile against the mean."""
    book = books.empty(directory / "waiting.db")
    waited = sorted(_write_together(book))
    yield Figure(
        f"waiting line: p99 / mean, {_WRITERS} processes",
        waited[len(waited) * 99 // 100] / mean(waited),
        at_most=3,
        unit="time",
        how=(f"bookings.create(…) for {_SECONDS} s in {_WRITERS} processes",),
    )


def _write_together(book: books.Book) -> list[float]:
    """What each call took, of all."""
    running = [
        subprocess.Popen(
            [
                *(sys.executable, "-c", _WRITER, str(book.path)),
                *(book.start(20_000 * n).isoformat(), str(_SECONDS)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(_WRITERS)
    ]
    for writer in running:
        assert writer.stdout
        writer.stdout.readline()
    for writer in running:
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    return [
        seconds
        for writer in running
        for seconds in json.loads(writer.communicate(timeout=120)[0])
    ]
