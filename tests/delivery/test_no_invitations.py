"""What is written into a calendar makes no server invite anybody.

That Cyrus does invite whom it finds in an object, `tests/support` shows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from conftest import MONDAY, Clock
from support.cyrus import Cyrus

from calbook import Booking, Client

CHANGES = 200
WEEKLY = {"frequency": "WEEKLY", "count": 4}
HOUR = timedelta(hours=1)
Change = Callable[[str], object]


class Walk:
    """Changes by chance of bookings, whose people all have accounts."""

    def __init__(self, client: Client, addresses: list[str]) -> None:
        self._bookings = client.calendar.bookings
        self._people = [{"name": "Ada", "email": address} for address in addresses]
        self._chance = random.Random(5)
        self._starts = (MONDAY + timedelta(days=1) + n * HOUR for n in range(10_000))
        self.uids: list[str] = []

    def change_one(self) -> None:
        """Change a booking, or make one."""
        wanted = [self._book] if len(self.uids) < 5 else self._changes
        self._chance.choice(wanted)(self._chance.choice(self.uids or [""]))

    @property
    def _changes(self) -> list[Change]:
        return [self._book, self._move, self._correct, self._join, self._cancel]

    def _book(self, _: str) -> None:
        booking = self._bookings.create(
            event_type_id=self._chance.choice(["demo", "course"]),
            start_time=next(self._starts),
            attendee=self._chance.choice(self._people),
            recurring=self._chance.choice([None, WEEKLY]),
        )
        self.uids.append(booking.uid)

    def _move(self, uid: str) -> None:
        date = self._bookings.get(uid).occurrences[-1].date
        self._bookings.reschedule(uid, date=date, start_time=next(self._starts))

    def _correct(self, uid: str) -> None:
        self._bookings.update(uid, notes=f"{self._chance.random()}")

    def _join(self, uid: str) -> None:
        booking = self._bookings.get(uid)
        there = {booking.attendee.email, *(guest.email for guest in booking.guests)}
        for person in self._people:
            if person["email"] not in there:
                self._add(booking, person)
                return

    def _add(self, booking: Booking, person: dict[str, str]) -> None:
        if booking.event_type_id == "evt_course":
            self._bookings.add_attendee(booking.uid, **person)
        else:
            self._bookings.update(booking.uid, add_guests=[person])

    def _cancel(self, uid: str) -> None:
        self._bookings.cancel(uid, all=True, cancelled_by="host")
        self.uids.remove(uid)


@pytest.fixture
def client(clock: Clock) -> Iterator[Client]:
    with Client(":memory:", clock=clock) as client:
        yield client


@pytest.mark.cyrus
def test_nobody_is_invited_over_two_hundred_changes(
    client: Client,
    event_type: Callable[..., Any],
    cyrus: Cyrus,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client.set_up(name="Grace", email=cyrus.account.address, timezone="Europe/Lisbon")
    people = [cyrus.add_account() for _ in range(3)]
    event_type("demo")
    event_type("course", seats=4)
    walk, collection = Walk(client, [p.address for p in people]), cyrus.collection()
    monkeypatch.setenv("CALENDAR_PASSWORD", cyrus.password)
    client.calendar.connections.add(
        "work",
        collection,
        push=True,
        user=cyrus.user,
        password_env="CALENDAR_PASSWORD",
        allow_private=True,
    )

    for _ in range(CHANGES):
        walk.change_one()
        client.deliver()

    assert cyrus.names(collection) == sorted(f"{uid}.ics" for uid in walk.uids)
    assert cyrus.mails() == []
    for person in people:
        assert (cyrus.inbox(person), cyrus.calendar(person)) == ({}, {})
