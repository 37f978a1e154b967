"""Random operations under a clock that jumps; what was acknowledged is written down.

Run as a program it is one of several processes, any of which may be killed.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from calbook import Booking, CalbookError, Client

MONDAY = datetime(2027, 1, 4, 9, tzinfo=UTC)
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
TYPES: dict[str, dict[str, Any]] = {
    "demo": {"hosts": ["me"]},
    "ask": {"hosts": ["me"], "requires_confirmation": True},
    "both": {"hosts": ["me", "ann"], "scheduling_type": "COLLECTIVE"}
    | {"requires_confirmation": True},
    "team": {"hosts": ["me", "ann"], "scheduling_type": "ROUND_ROBIN"},
    "yoga": {"hosts": ["ann"], "seats": 3},
}
SERIES = {"frequency": "DAILY", "count": 4}


class Acknowledged(NamedTuple):
    """What a call returned about a booking."""

    uid: str
    version: int
    sequence: int


def set_up(client: Client, url: str) -> None:
    """Two hosts, event types of every kind with reminders, and a webhook."""
    always = [{"day": d, "startTime": "00:00", "endTime": "24:00"} for d in DAYS]
    client.set_up(email="grace@example.com", timezone="UTC")
    client.calendar.schedules.create("any", timezone="UTC", availability=always)
    client.calendar.hosts.create("ann", email="ann@example.com")
    for id, fields in TYPES.items():
        client.calendar.event_types.create(
            id,
            schedule_id="any",
            buffer_after=5,
            reminders=[{"minutes_before": n, "to": "all"} for n in (60, 1440)],
            **fields,
        )
    client.calendar.webhooks.create(url, allow_http=True)


class Walk:
    """One process on its way; `say` is told what was acknowledged."""

    def __init__(
        self, client: Client, chance: random.Random, say: Callable[[Acknowledged], None]
    ) -> None:
        self.client = client
        self.chance = chance
        self.say = say

    def take(self, steps: int, put_clock: Callable[[datetime], None]) -> None:
        for n in range(steps):
            put_clock(self._now(MONDAY + n * timedelta(minutes=1)))
            with suppress(CalbookError):  # a refusal is an answer too
                self._act()

    def _now(self, right: datetime) -> datetime:
        reach = self.chance.choice([0, 0, 0, 60, 86_400, 30 * 86_400, 400 * 86_400])
        return right + timedelta(seconds=self.chance.randint(-reach, reach))

    def _act(self) -> None:
        acts = (self._create, self._create, self._create, self._change, self._change)
        self.chance.choice((*acts, self._change, self._tick))()

    def _tick(self) -> None:
        if self.chance.random() < 0.5:
            self.client.tick()
        else:
            self.client.deliver(limit=5)

    def _create(self) -> None:
        made = self.client.calendar.bookings.create(
            event_type_id=self.chance.choice(list(TYPES)),
            start_time=self._start(),
            attendee={"name": "Ada", "email": f"ada{self.chance.randrange(5)}@b.org"},
            recurring=SERIES if self.chance.random() < 0.2 else None,
        )
        self._acknowledge(made)

    def _start(self) -> datetime:
        quarters = self.chance.randrange(4 * 24 * 40)
        return MONDAY + quarters * timedelta(minutes=15)

    def _change(self) -> None:
        bookings = self.client.calendar.bookings
        known = bookings.list(latest_first=self.chance.random() < 0.5, count=40)
        if not known:
            return
        booking = self.chance.choice(known)
        uid, on = booking.uid, {}
        if booking.recurring:
            on = {"date": self.chance.choice(booking.occurrences).date}
        acts: list[Callable[[], Booking]] = [
            lambda: bookings.confirm(uid),
            lambda: bookings.confirm(uid),
            lambda: bookings.reject(uid),
            lambda: bookings.cancel(uid, **on),
            lambda: bookings.reschedule(uid, start_time=self._start(), **on),
            lambda: bookings.reschedule(uid, start_time=self._start(), by="host", **on),
            lambda: bookings.update(uid, notes=str(self.chance.random())),
            lambda: bookings.mark_attended(uid, **on),
            lambda: bookings.add_attendee(uid, email="bob@example.com"),
        ]
        self._acknowledge(self.chance.choice(acts)())

    def _acknowledge(self, booking: Booking) -> None:
        self.say(Acknowledged(booking.uid, booking.version, booking.sequence))


def main(path: str, seed: str, steps: str, said: str) -> None:
    now = MONDAY

    def put_clock(moment: datetime) -> None:
        nonlocal now
        now = moment

    with Client(path, clock=lambda: now) as client, Path(said).open("a") as file:

        def say(it: Acknowledged) -> None:
            file.write(json.dumps(it) + "\n")
            file.flush()

        Walk(client, random.Random(int(seed)), say).take(int(steps), put_clock)


if __name__ == "__main__":
    main(*sys.argv[1:])
