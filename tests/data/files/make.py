"""Fill a bookings file with what the calbook of its time knows, and ask it.

Run with a checkout of that calbook, once its schema version is no longer today's:
`PYTHONPATH=CHECKOUT python tests/data/files/make.py tests/data/files`
"""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
ADA = {"name": "Ada", "email": "Ada@Example.com", "timezone": "Europe/London"}
ZOE = {"name": "Zoë Weiß", "email": "zoe.weiß@bücher.example"}
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VEVENT
UID:lunch@example.com
DTSTAMP:20270101T000000Z
DTSTART:20270111T120000Z
DTEND:20270111T130000Z
RRULE:FREQ=WEEKLY;COUNT=3
SUMMARY:Lunch
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")
ANSWERS = {
    1: ("list --all", "event list", "host list", "schedule list"),
    3: ("agenda --from 2027-01-04 --days 90", "busy list"),
    4: ("webhook list", "webhook log", "mail log"),
    8: ("resource list", "waiting list", "person list"),
    9: ("counter list", "calendar list"),
}


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


class Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def book_single(calendar: Any) -> None:
    """A booking for each way in which one can end."""
    book = booker(calendar)
    book(1, "ask")  # which expires
    book(2)  # which is over at the end
    book(48, guests=["Bob@example.com"], notes="Tea", metadata={"k": [1]})
    book(47, idempotency_key="first")
    calendar.bookings.cancel(book(49), reason="Ill")
    calendar.bookings.reject(book(50, "ask"))
    calendar.bookings.confirm(book(53, "ask"))
    book(56, "ask")
    book(51, "panel")
    calendar.bookings.cancel(book(52, "panel"), cancelled_by="host")
    start = NOW + timedelta(hours=72)
    calendar.bookings.reschedule(book(54), start_time=start, reason="Train")
    calendar.bookings.update(book(57), notes="Cake", name="Ada King")
    book(58, attendee=ZOE)


def booker(calendar: Any) -> Callable[..., str]:
    def book(hour: int, event_type: str = "demo", **fields: Any) -> str:
        wanted = {"event_type_id": event_type, "attendee": ADA}
        wanted["start_time"] = NOW + timedelta(hours=hour)
        uid: str = calendar.bookings.create(**(wanted | fields)).uid
        return uid

    return book


def book_series(calendar: Any) -> None:
    """Since version 2: series, groups, teams, notes, who came."""
    bookings, book = calendar.bookings, booker(calendar)
    rule = {"frequency": "WEEKLY", "count": 5}
    series = book(24 * 28, recurring=rule)
    bookings.cancel_occurrence(series, date="2027-02-08")
    moved = datetime(2027, 2, 16, 10, tzinfo=UTC)
    bookings.reschedule(series, date="2027-02-15", start_time=moved)
    bookings.cancel_all_future(
        book(24 * 28 + 2, recurring=rule), from_date="2027-02-15"
    )
    calendar.event_types.create("yoga", schedule_id="any", seats=3)
    group = book(24 * 7 + 5, "yoga", recurring=rule)
    bookings.add_attendee(group, name="Bob", email="bob@example.com")
    bookings.add_attendee(group, **ZOE)
    bookings.remove_attendee(group, email="bob@example.com")
    calendar.event_types.create(
        *("team",),
        schedule_id="any",
        hosts=["me", "ann"],
        scheduling_type="ROUND_ROBIN",
    )
    for hour in (83, 84, 85):
        book(hour, "team")
    bookings.add_note(group, content="Mats ☹")
    bookings.add_note(series, content="Secret", is_private=True)
    calendar.schedules.override("work", date="2027-05-01")


def read_busy(calendar: Any) -> None:
    start = NOW + timedelta(days=100)
    end = start + timedelta(days=2)
    calendar.busy.add(start_time=start, end_time=end, host_id="me", reason="Off")
    calendar.busy.import_ics(ICS.encode(), name="lunches", host_id="ann")


def tell_others(calendar: Any, port: int) -> None:
    """Webhooks that answer and that do not; mail that cannot be sent; reminders."""
    for at in (port, 9):
        calendar.webhooks.create(f"http://127.0.0.1:{at}/")
    calendar.event_types.create(
        "reminded", schedule_id="any", reminders=[{"minutes_before": 60}]
    )
    booker(calendar)(100, "reminded")
    booker(calendar)(101, "reminded", recurring={"frequency": "DAILY", "count": 3})


def hand_over(calendar: Any) -> None:
    """Since version 8; version 7 had only the columns: dates of other hosts, holds."""
    uid = booker(calendar)(
        24 * 40, "team", recurring={"frequency": "DAILY", "count": 3}
    )
    calendar.bookings.reassign(uid, host_id="me", date="2027-02-14")
    calendar.bookings.hold(event_type_id="demo", start_time=NOW + timedelta(hours=110))


def book_rooms(calendar: Any) -> None:
    """Since version 8: rooms, lengths, limits, dates of attendees, people."""
    calendar.resources.create("room", timezone="UTC")
    calendar.event_types.create(
        *("meet",),
        schedule_id="any",
        needs=["room"],
        durations=[30, 60],
        duration=30,
        limits=["3/day"],
    )
    booker(calendar)(120, "meet", duration=60)
    calendar.event_types.create("class", schedule_id="any", seats=1)
    uid = booker(calendar)(121, "class", recurring={"frequency": "DAILY", "count": 3})
    calendar.event_types.update("class", seats=2)
    calendar.bookings.add_attendee(uid, **ZOE, on="2027-01-10")
    start = NOW + timedelta(hours=145)
    wanted = {"event_type_id": "class", "start_time": start}
    calendar.waiting.add(**wanted, attendee={"name": "Eve", "email": "eve@example.com"})
    calendar.hosts.create("old", email="old@example.com")
    calendar.hosts.retire("old")
    calendar.people.update("ada@example.com", phone="+351 912 345 678")


def connect(calendar: Any, directory: Path) -> None:
    """Since version 9: calendars that are written, replies, published feeds."""
    calendar.connections.add("mine", directory, host_id="me", push=True)
    calendar.feeds.publish(directory.with_name("feeds"))
    series = calendar.bookings.list(event_type_id="demo", start_date="2027-02-01")[0]
    for method, more in (
        ("REPLY", "ATTENDEE;PARTSTAT=TENTATIVE:mailto:ada@example.com"),
        (
            "COUNTER",
            "ATTENDEE:mailto:ada@example.com\r\nDTSTART:20270601T100000Z"
            "\r\nDTEND:20270601T103000Z",
        ),
    ):
        calendar.replies.read(
            f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:{method}\r\n"
            f"BEGIN:VEVENT\r\nUID:{series.uid}@calbook\r\nDTSTAMP:20270104T090000Z\r\n"
            f"SEQUENCE:9\r\n{more}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n".encode()
        )


def fill(path: Path, directory: Path, port: int) -> int:
    """All that this calbook knows; the version of its tables."""
    from calbook import Client

    clock = Clock()
    with closing(Client(path, clock=clock)) as client:
        calendar = client.calendar
        calendar.schedules.override("work", date="2027-04-01")
        with closing(sqlite3.connect(path)) as conn:
            version: int = conn.execute("pragma user_version").fetchone()[0]
        client.set_up(name="Grace", email="grace@example.com", timezone="UTC")
        always = [{"day": d, "startTime": "00:00", "endTime": "24:00"} for d in DAYS]
        calendar.schedules.create("any", timezone="UTC", availability=always)
        calendar.hosts.create("ann", schedule_id="any", email="ann@example.com")
        types = calendar.event_types
        types.create("demo", schedule_id="any", hosts=["me"])
        types.create("ask", schedule_id="any", requires_confirmation=True)
        types.create(
            *("panel",),
            schedule_id="any",
            hosts=["ann", "me"],
            scheduling_type="COLLECTIVE",
        )
        steps: dict[int, Callable[[], object]] = {
            4: lambda: tell_others(calendar, port),
            1: lambda: book_single(calendar),
            2: lambda: book_series(calendar),
            3: lambda: read_busy(calendar),
            8: lambda: (hand_over(calendar), book_rooms(calendar)),
            9: lambda: connect(calendar, directory),
        }
        for number, step in steps.items():
            if number <= version:
                step()
        clock.now += timedelta(hours=6)
        client.tick()
        if version >= 2:
            over = calendar.bookings.list(end_date=clock.now, event_type_id="demo")
            calendar.bookings.mark_no_show(over[0].uid)
        if version >= 4:
            client.deliver()
    return version


@contextmanager
def hook() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def ask(path: Path, version: int) -> dict[str, Any]:
    """What each command prints with --json, six hours and a minute after."""
    answers = {}
    env = os.environ | {"CALBOOK_NOW": "2027-01-04T15:01:00Z", "CALBOOK_TZ": "UTC"}
    for since, commands in ANSWERS.items():
        for command in commands if since <= version else ():
            args = [sys.executable, "-m", "calbook", *command.split(), "--json"]
            done = subprocess.run(
                [*args, "--db", str(path)], env=env, capture_output=True, check=False
            )
            assert done.returncode == 0, (command, done.stderr.decode())
            answers[command] = json.loads(done.stdout)
    return answers


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory() as home, hook() as port:
        config = Path(home, "config.toml")
        config.write_text(
            '[smtp]\nhost = "127.0.0.1"\nport = 9\nfrom = "grace@example.com"\n'
        )
        config.chmod(0o600)
        os.environ.update(CALBOOK_CONFIG=str(config), HOME=home, CALBOOK_ACTOR="grace")
        directory = Path(home, "mine")
        directory.mkdir()
        path = Path(home, "bookings.db")
        version = fill(path, directory, port)
        data = path.read_bytes()
        answers = json.dumps(ask(path, version), indent=1, ensure_ascii=False)
        for name, content in (("db", data), ("json", answers.encode())):
            file = target / f"version_{version}.{name}.gz"
            file.write_bytes(gzip.compress(content, 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
