"""Draw the README's picture: `python -m tests.manual.picture`, from the top level.

A week of one host, made on a scratch file with a clock that stands still.
"""

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import calbook

PICTURE = Path(__file__).parents[2] / ".github" / "week.svg"
NOW = datetime(2027, 1, 11, 9, tzinfo=UTC)

_EVENT_TYPES = {
    "demo": {"title": "Product demo", "duration": 30, "buffer_after": 10},
    "coaching": {"title": "Coaching", "duration": 60, "requires_confirmation": True},
    "yoga": {"title": "Morning yoga", "duration": 60, "seats": 8},
}
_BOOKINGS = (
    ("demo", "2027-01-11 10:00", "Ada Lovelace"),
    ("yoga", "2027-01-12 09:00", "Katherine Johnson"),
    ("coaching", "2027-01-12 14:00", "Alan Turing"),
    ("demo", "2027-01-13 11:00", "Barbara Liskov"),
    ("coaching", "2027-01-13 14:30", "Bob Martin"),
    ("demo", "2027-01-14 10:30", "Edsger Dijkstra"),
    ("yoga", "2027-01-14 16:00", "Eve Adams"),
    ("demo", "2027-01-15 09:30", "Donald Knuth"),
    ("coaching", "2027-01-15 11:00", "Radia Perlman"),
)
_PENDING = "Bob Martin"


def fill(client: calbook.Client) -> None:
    """A week's bookings, and lunch that a calendar would block."""
    client.set_up(
        name="Grace Hopper", email="grace@example.com", timezone="America/New_York"
    )
    for slug, fields in _EVENT_TYPES.items():
        client.calendar.event_types.create(slug, **fields)
    for slug, start, name in _BOOKINGS:
        booking = client.calendar.bookings.create(
            event_type_id=slug,
            start_time=start,
            attendee={"name": name, "email": f"{name.split()[0].lower()}@example.com"},
        )
        if booking.status == "PENDING" and name != _PENDING:
            client.calendar.bookings.confirm(booking.uid)
    for day in range(11, 16):
        client.calendar.busy.add(
            start_time=f"2027-01-{day} 12:00",
            end_time=f"2027-01-{day} 13:00",
            reason="Lunch",
            shows_text=True,
        )


def picture() -> bytes:
    """What `calbook week --svg` draws of that week."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "week.db"
        with calbook.Client(path, clock=lambda: NOW) as client:
            fill(client)
        return subprocess.run(
            [sys.executable, "-m", "calbook", "week", "--svg", "--db", path],
            env={**os.environ, "CALBOOK_NOW": f"{NOW:%Y-%m-%dT%H:%M:%SZ}"},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_bytes(picture())
