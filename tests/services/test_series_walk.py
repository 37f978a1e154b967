"""Random walks through everything that can be done: what is stored stays in step.

`CALBOOK_TORTURE=20` walks twenty times as often.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from conftest import DAYS, Clock
from support.properties import TORTURE
from support.stores import FoundRow, PlainConnection, ask, dump, opened

from calbook import Booking, Client, Occurrence, Status, errors

WALKS = 4
STEPS = 60
SEEDS = [
    pytest.param(seed, marks=[pytest.mark.torture] * (seed >= WALKS))
    for seed in range(WALKS * TORTURE)
]
# New York's clocks change on 2024-03-10, so that series cross it.
BEGIN = datetime(2024, 3, 5, 14, tzinfo=UTC)
DAY = timedelta(days=1)
HALF = timedelta(minutes=30)
BUFFERS = {
    "single": (0, 0),
    "asked": (10, 5),
    "group": (0, 15),
    "team": (5, 0),
    "both": (5, 5),
}
REFUSALS = (errors.InputError, errors.NotFound, errors.Conflict, errors.RuleError)


def set_up(client: Client) -> None:
    """Single meetings, some that await a word, groups, and both kinds of team."""
    calendar = client.calendar
    hours = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in DAYS]
    for name, zone in (("alice", "America/New_York"), ("bob", "Europe/Paris")):
        calendar.schedules.create(name, timezone=zone, availability=hours)
        calendar.hosts.create(name, name=name, timezone=zone, schedule_id=name)
    both = {"hosts": ["alice", {"userId": "bob", "weight": 2}]}
    kinds: dict[str, dict[str, Any]] = {
        "single": {"hosts": ["alice"], "cancellation_deadline": 600},
        "asked": {"hosts": ["bob"], "requires_confirmation": True},
        "group": {"seats": 3, "scheduling_type": "ROUND_ROBIN", **both},
        "team": {
            "scheduling_type": "ROUND_ROBIN",
            "round_robin": "EQUAL_DISTRIBUTION",
            "requires_confirmation": True,
            **both,
        },
        "both": {"scheduling_type": "COLLECTIVE", **both},
    }
    for name, fields in kinds.items():
        before, after = BUFFERS[name]
        calendar.event_types.create(
            name, buffer_before=before, buffer_after=after, **fields
        )


class Walk:
    """Somebody who does one thing after another, by chance."""

    def __init__(self, client: Client, clock: Clock, draw: random.Random) -> None:
        self.client, self.clock, self.draw = client, clock, draw
        self.bookings = client.calendar.bookings

    def step(self) -> str:
        """Do something; its name."""
        every: dict[Callable[[], object], int] = {
            self.create: 9,
            self.join: 4,
            self.leave: 2,
            self.cancel: 4,
            self.reschedule: 5,
            self.confirm: 3,
            self.reject: 1,
            self.attend: 4,
            self.correct: 1,
            self.wait: 3,
        }
        [action] = self.draw.choices([*every], [*every.values()])
        action()
        return action.__name__

    def create(self) -> None:
        rule = {
            "frequency": self.draw.choice(["DAILY", "WEEKLY"]),
            "count": self.draw.randint(1, 5),
        }
        recurring = self.draw.choice([None, rule])
        skip = recurring is not None and self.draw.random() < 0.5
        self.bookings.create(
            event_type_id=self.draw.choice([*BUFFERS]),
            start_time=self.moment(),
            attendee={"name": "Somebody", "email": self.email()},
            recurring=recurring,
            on_conflict="skip" if skip else "refuse",
            host_id=self.draw.choice([None, None, None, "alice"]),
        )

    def join(self) -> None:
        uid = self.some("evt_group").uid
        self.bookings.add_attendee(uid, email=self.email(), by=self.who())

    def leave(self) -> None:
        booking = self.some("evt_group")
        people = [booking.attendee, *booking.guests]
        email = self.draw.choice(people).email
        self.bookings.remove_attendee(booking.uid, email=email, by=self.who())

    def cancel(self) -> None:
        booking = self.some()
        self.bookings.cancel(
            booking.uid, cancelled_by=self.who(), **self.chosen(booking)
        )

    def reschedule(self) -> None:
        booking = self.some()
        self.bookings.reschedule(
            booking.uid,
            start_time=self.moment(),
            by=self.who(),
            reassign=self.draw.random() < 0.5,
            **self.chosen(booking),
        )

    def confirm(self) -> None:
        self.bookings.confirm(self.some("evt_asked", "evt_team").uid)

    def reject(self) -> None:
        self.bookings.reject(self.some("evt_asked", "evt_team").uid)

    def attend(self) -> None:
        booking = self.some()
        past = [o.date for o in booking.occurrences if o.starts_at <= self.clock.now]
        mark = self.draw.choice(
            [self.bookings.mark_attended, self.bookings.mark_no_show]
        )
        is_group = booking.event_type_id == "evt_group"
        mark(
            booking.uid,
            date=self.draw.choice(past or [None]),
            email=self.draw.choice([None, booking.attendee.email])
            if is_group
            else None,
        )

    def correct(self) -> None:
        self.bookings.update(self.some().uid, email=self.email())

    def wait(self) -> None:
        self.clock.move(minutes=self.draw.randrange(10, 3 * 1440))
        if self.draw.random() < 0.5:
            self.client.tick()

    def moment(self) -> datetime:
        """A half hour of the next days: few enough that people collide."""
        day = self.clock.now.replace(hour=15, minute=0) + self.draw.randrange(8) * DAY
        return day + self.draw.randrange(4) * HALF

    def email(self) -> str:
        return f"{self.draw.choice('abcdef')}@example.com"

    def who(self) -> str:
        return self.draw.choice(["attendee", "host"])

    def some(self, *event_type_ids: str) -> Booking:
        found = [
            booking
            for booking in self.bookings.list(count=None)
            if not event_type_ids or booking.event_type_id in event_type_ids
        ]
        if not found:
            raise errors.NotFound("booking", "any")
        # Uids are random: by the order of making a seed always walks alike.
        return self.draw.choice(sorted(found, key=made(self.client)))

    def chosen(self, booking: Booking) -> dict[str, Any]:
        day = self.draw.choice(sorted(o.date for o in booking.occurrences))
        return self.draw.choice([{}, {"date": day}, {"from_date": day}, {"all": True}])


def made(client: Client) -> Callable[[Booking], int]:
    rows = ask(client, "select uid, rowid from bookings")
    order = dict(map(tuple, rows))
    return lambda booking: order[booking.uid]


# -- what must be true after every step ------------------------------------------------

OCCURRENCES = """
    select o.*, h.host_id, h.is_live,
        o.start_at <= :now as begun, o.end_at <= :now as over
    from occurrences o join booking_hosts h using (uid)
"""


def seen(row: FoundRow) -> str:
    """An occurrence's status by product.md, 5."""
    if row["status"] == "PENDING" and row["begun"]:
        return "CANCELLED"
    if row["status"] == "CONFIRMED" and row["over"]:
        return "COMPLETED"
    return str(row["status"])


def derived(statuses: set[str]) -> str:
    """A booking's status by product.md, 6."""
    for status in ("PENDING", "CONFIRMED"):
        if status in statuses:
            return status
    if statuses == {"CANCELLED"}:
        return "CANCELLED"
    return "NO_SHOW" if statuses <= {"NO_SHOW", "CANCELLED"} else "COMPLETED"


def check_claims(conn: PlainConnection, rows: list[FoundRow]) -> None:
    """Live occurrences hold their time; an expired one may, until it is wanted."""
    held = {tuple(row) for row in conn.execute("select * from claims")}
    demanded, expired = set(), set()
    for row in rows:
        before, after = BUFFERS[row["event_type_id"].removeprefix("evt_")]
        start, end = row["start_at"] - before * 60, row["end_at"] + after * 60
        claim = (row["host_id"], start, end, row["uid"], row["recurrence_id"])
        if seen(row) != "CANCELLED":
            demanded.add(claim)
        elif row["status"] == "PENDING":
            expired.add(claim)
    assert demanded <= held <= demanded | expired
    for first, second in pairwise(sorted(held)):
        assert first[0] != second[0] or first[2] <= second[1]


def check_loads(conn: PlainConnection, rows: list[FoundRow]) -> None:
    """A host's bookings are those in which some date is not known to be off."""
    live: dict[tuple[str, str, str], bool] = {}
    for row in rows:
        is_off = row["status"] == "CANCELLED" or (
            row["status"] == "PENDING" and row["due"] is None
        )
        key = (row["event_type_id"], row["host_id"], row["uid"])
        live[key] = live.get(key, False) or not is_off
    for row in rows:
        key = (row["event_type_id"], row["host_id"], row["uid"])
        assert row["is_live"] == live[key]
    counted = Counter(key[:2] for key, is_live in live.items() if is_live)
    loads = {
        tuple(row)[:2]: row["bookings"]
        for row in conn.execute("select * from host_loads where bookings <> 0")
    }
    assert loads == counted


def check_people(bookings: tuple[Booking, ...]) -> None:
    for booking in bookings:
        emails = [person.email for person in (booking.attendee, *booking.guests)]
        assert len(set(emails)) == len(emails)
        assert len(emails) <= (3 if booking.event_type_id == "evt_group" else 1)
        for occurrence in booking.occurrences:
            assert set(occurrence.attendances) <= set(emails)


def check_lists(client: Client, bookings: tuple[Booking, ...], draw: Any) -> None:
    """Both lists, in pages, at random filters."""
    low, high = sorted(BEGIN + draw.randrange(-40, 40) * DAY for _ in range(2))
    every: dict[str, Any] = {
        "status": draw.choice(list(Status)),
        "event_type_id": draw.choice([*BUFFERS]),
        "host_id": draw.choice(["user_alice", "user_bob"]),
        "start_date": low,
        "end_date": high + HALF,
    }
    filters = {name: every[name] for name in draw.sample([*every], draw.randint(0, 3))}
    backward = draw.random() < 0.5
    order = {"latest_first": backward, **filters}

    def is_meant(booking: Booking, occurrences: Any, status: str) -> bool:
        return (
            status == filters.get("status", status)
            and booking.event_type_id[4:]
            == filters.get("event_type_id", booking.event_type_id[4:])
            and filters.get("host_id", booking.host_id) in booking.host_ids
            and any(
                filters.get("start_date", o.starts_at)
                <= o.starts_at
                < filters.get("end_date", o.starts_at + HALF)
                for o in occurrences
            )
        )

    booked = {b.uid: [o for o in b.occurrences if not never(o)] for b in bookings}

    def live(b: Booking) -> list[Occurrence]:
        """The dates by which it is found: where it is not off altogether, not those."""
        is_off = b.status == "CANCELLED"
        return [o for o in booked[b.uid] if is_off or o.status != "CANCELLED"]

    whole = sorted(
        (min(o.starts_at for o in booked[b.uid]), b.uid)
        for b in bookings
        if is_meant(b, live(b), b.status)
    )
    single = sorted(
        (o.starts_at, b.uid, o.date, o.status)
        for b in bookings
        for o in b.occurrences
        if is_meant(b, [o], o.status)
    )
    found = list(pages(client, order, size=draw.choice([2, 50])))
    assert [b.uid for b in found] == [uid for _, uid in whole][:: -1 if backward else 1]
    meetings = client.calendar.bookings.list_occurrences(count=None, **order)
    assert [(b.starts_at, b.uid, b.date, b.status) for b in meetings] == single[
        :: -1 if backward else 1
    ]


def never(occurrence: Occurrence) -> bool:
    """Whether it was in the way, and so was never booked."""
    return occurrence.resolution == "conflict"


def pages(client: Client, order: dict[str, Any], *, size: int) -> Iterator[Booking]:
    after = None
    while page := client.calendar.bookings.list(count=size, after=after, **order):
        yield from page
        after = page[-1].uid


def check_all(client: Client, clock: Clock, draw: random.Random) -> None:
    bookings = client.calendar.bookings.list(count=None)
    with opened(client.path) as conn:
        now = {"now": int(clock.now.timestamp())}
        rows = conn.execute(OCCURRENCES, now).fetchall()
        check_claims(conn, rows)
        check_loads(conn, rows)
    statuses: dict[str, set[str]] = {}
    for row in rows:
        statuses.setdefault(row["uid"], set()).add(seen(row))
    assert {b.uid: b.status for b in bookings} == {
        uid: derived(found) for uid, found in statuses.items()
    }
    check_people(bookings)
    check_lists(client, bookings, draw)
    assert client.check() == ()


def stored(client: Client) -> list[str]:
    return dump(client.path).splitlines()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_stored_stays_in_step_whatever_is_done(
    place: str, clock: Clock, seed: int
) -> None:
    draw = random.Random(seed)
    clock.now = BEGIN
    with Client(place, clock=clock) as client:
        set_up(client)
        walk = Walk(client, clock, draw)
        for _ in range(STEPS):
            before = stored(client)
            try:
                walk.step()
            except REFUSALS:
                assert stored(client) == before
            check_all(client, clock, draw)


@pytest.mark.parametrize("seed", SEEDS)
def test_time_tells_of_each_date_once_whatever_was_done(
    clock: Clock, seed: int
) -> None:
    draw = random.Random(1_000 + seed)
    clock.now = BEGIN
    with Client(":memory:", clock=clock) as client:
        set_up(client)
        walk = Walk(client, clock, draw)
        for _ in range(STEPS):
            with suppress(*REFUSALS):
                walk.step()
        clock.move(days=60)

        client.tick()

        assert client.tick() == ()
        for booking in client.calendar.bookings.list(count=None):
            in_time, in_all = told(client, booking)
            assert set(in_time.values()) <= {1}
            for occurrence in booking.occurrences:
                # A correction of a no-show tells of the same end again.
                if occurrence.status == "COMPLETED":
                    assert in_all[occurrence.date] >= 1
                if occurrence.resolution == "expired":
                    assert in_time[occurrence.date] == 1


def told(client: Client, booking: Booking) -> tuple[Counter[str], Counter[str]]:
    """How often each date's end was told, by time and in all."""
    every = [o.date for o in booking.occurrences]
    ends = [
        (date, event.by)
        for event in client.calendar.bookings.history(booking.uid)
        if event.type in ("booking.completed", "booking.cancelled")
        for date in event.change.get("dates", every)
    ]
    in_time = Counter(date for date, by in ends if by == "system")
    return in_time, Counter(date for date, _ in ends)
