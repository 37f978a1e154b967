"""What a listing between two dates finds, against the plain reading of all bookings."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from conftest import DAYS, MONDAY, Clock

from calbook import Booking, Client
from calbook.api.values.bookings import Occurrence

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
FIRST = MONDAY.replace(hour=0) + 14 * DAY
EMAILS = ("ada@example.com", "bob@example.com", "eve@example.com")
TYPES = ("demo", "talk")


@pytest.fixture(scope="module")
def full() -> Iterator[Client]:
    """Series and single bookings over ten weeks, some moved, cancelled or over."""
    clock, chance = Clock(), random.Random(1)
    with Client(":memory:", clock=clock) as client:
        calendar = client.calendar
        always = [{"day": d, "startTime": "00:00", "endTime": "24:00"} for d in DAYS]
        calendar.schedules.create("any", timezone="UTC", availability=always)
        calendar.hosts.update("me", timezone="UTC")
        for id in TYPES:
            calendar.event_types.create(id, schedule_id="any", duration=30)
        made = [book(client, chance, n) for n in range(60)]
        for booking in chance.sample(made, 30):
            change(client, chance, booking)
        for booking in made[::6]:
            book_beside(client, chance, booking)
        clock.move(days=40)
        client.tick()
        yield client


def book(client: Client, chance: random.Random, number: int) -> Booking:
    """Each has a minute of the day to itself, so that none is in another's way."""
    minute = timedelta(minutes=24 * number)
    length = chance.choice([1, 1, 2, 5, 9])
    frequency = chance.choice(["DAILY", "WEEKLY"])
    rule = {"frequency": frequency, "interval": chance.randint(1, 3), "count": length}
    return client.calendar.bookings.create(
        event_type_id=chance.choice(TYPES),
        start_time=FIRST + chance.randrange(40) * DAY + minute,
        attendee={"name": "Ada", "email": chance.choice(EMAILS)},
        recurring=rule if length > 1 else None,
        by="host",
        override=["duration"],
        duration=20,
    )


def book_beside(client: Client, chance: random.Random, there: Booking) -> None:
    """A series that leaves out the dates of another, perhaps its own first one."""
    client.calendar.bookings.create(
        event_type_id="demo",
        start_time=there.starts_at - chance.choice([0, 2]) * DAY,
        attendee={"name": "Eve", "email": EMAILS[0]},
        recurring={"frequency": "DAILY", "count": 5},
        on_conflict="skip",
        by="host",
        override=["duration"],
        duration=20,
    )


def change(client: Client, chance: random.Random, booking: Booking) -> None:
    """Cancel a date of it, or move one past the others or before them."""
    bookings, one = client.calendar.bookings, chance.choice(booking.occurrences)
    which = {"date": one.date} if booking.recurring else {}
    if chance.random() < 0.5:
        bookings.cancel(booking.uid, **which)
    else:
        start = one.starts_at + chance.choice([-9, 11, 60]) * DAY
        bookings.reschedule(booking.uid, start_time=start, **which)


Edge = str | datetime | None


def is_between(starts_at: datetime, first: Edge, last: Edge) -> bool:
    """A bare date as the last one is included, a moment is not."""
    after = first is None or starts_at >= moment(first)
    if last is None:
        return after
    end = moment(last) + (DAY if isinstance(last, str) else timedelta(0))
    return after and starts_at < end


def moment(edge: str | datetime) -> datetime:
    if isinstance(edge, datetime):
        return edge
    return datetime.combine(date.fromisoformat(edge), FIRST.time(), FIRST.tzinfo)


def edges(client: Client, chance: random.Random) -> tuple[Edge, Edge]:
    """Two dates or moments, or one; often just where meetings of a series are."""
    every = client.calendar.bookings.list(count=None)
    series = chance.choice([b for b in every if len(b.occurrences) > 1])
    one, next_one = chance.choice(
        list(pairwise(o.starts_at for o in series.occurrences))
    )
    any_day = FIRST + chance.randrange(-5, 80) * DAY
    begin = chance.choice([any_day, series.starts_at, one, one + MINUTE, next_one])
    first = chance.choice([None, begin, begin, begin, begin.date().isoformat()])
    end = chance.choice([begin + DAY, begin + 30 * DAY, max(begin, next_one)])
    # At midnight it would be the end of the day before.
    if end == begin and begin.time() == FIRST.time():
        end += MINUTE
    last = chance.choice([None, end, end, end.date().isoformat()])
    return first, last


def meetings(booking: Booking) -> list[Occurrence]:
    """What was in the way was never booked."""
    return [o for o in booking.occurrences if o.resolution != "conflict"]


def keys(bookings: Sequence[Booking]) -> list[tuple[str, str]]:
    return [(b.start_time, b.uid) for b in bookings]


def paged(listing: Callable[..., Any], size: int, **wanted: Any) -> list[Booking]:
    """All of it, page by page behind the last uid."""
    found: list[Booking] = []
    while page := listing(**wanted, count=size, after=found[-1].uid if found else None):
        found += page
    return found


@pytest.mark.parametrize("seed", range(100))
def test_a_booking_is_found_by_any_of_its_meetings(full: Client, seed: int) -> None:
    chance = random.Random(seed)
    first, last = edges(full, chance)
    event_type, email = chance.choice([None, *TYPES]), chance.choice([None, *EMAILS])
    wanted = {"event_type_id": event_type, "attendee_email": email}
    listing = full.calendar.bookings.list
    expected = [
        b
        for b in listing(count=None)
        if any(
            is_between(o.starts_at, first, last)
            and (o.status != "CANCELLED" or b.status == "CANCELLED")
            for o in meetings(b)
        )
        and event_type in (None, b.event_type_id.removeprefix("evt_"))
        and email in (None, b.attendee.email)
    ]
    wanted |= {"start_date": first, "end_date": last}

    found = listing(**wanted, count=None)
    back = listing(**wanted, count=None, latest_first=True)

    assert keys(found) == keys(expected)
    assert keys(back) == keys(expected)[::-1]
    assert keys(paged(listing, 7, **wanted)) == keys(expected)
    assert keys(paged(listing, 7, **wanted, latest_first=True)) == keys(back)
    assert full.calendar.bookings.total(**wanted) == len(expected)


@pytest.mark.parametrize("seed", range(100))
def test_every_meeting_between_the_dates_is_found(full: Client, seed: int) -> None:
    chance = random.Random(seed)
    first, last = edges(full, chance)
    status = chance.choice([None, "CONFIRMED", "COMPLETED", "CANCELLED"])
    expected = sorted(
        (o.starts_at, b.uid, o.date, o.status)
        for b in full.calendar.bookings.list(count=None)
        for o in b.occurrences
        if is_between(o.starts_at, first, last) and status in (None, o.status)
    )
    wanted = {"start_date": first, "end_date": last, "status": status}
    listing = full.calendar.bookings.list_occurrences

    found = listing(**wanted, count=None)
    pages = [listing(**wanted, count=7, offset=n) for n in range(0, len(found), 7)]

    assert [(b.starts_at, b.uid, b.date, b.status) for b in found] == expected
    assert [item for page in pages for item in page] == list(found)
    assert listing(**wanted, count=None, latest_first=True) == found[::-1]
    assert full.calendar.bookings.total(**wanted, occurrences=True) == len(found)


def test_meetings_that_await_an_answer_are_those_of_all(
    client: Client, clock: Clock
) -> None:
    """Series and single ones, some confirmed, cancelled or not answered in time."""
    calendar, bookings = client.calendar, client.calendar.bookings
    calendar.event_types.create("ask", requires_confirmation=True, maximum_advance=None)
    rule = {"frequency": "DAILY", "count": 4}
    made = [
        bookings.create(
            event_type_id="ask",
            start_time=MONDAY + days * DAY + timedelta(hours=hour),
            attendee={"name": "Ada", "email": EMAILS[0]},
            recurring=rule if days % 7 == 0 else None,
        )
        for days in (7, 11, 14, 18, 21)
        for hour in (1, 2)
    ]
    bookings.confirm(made[0].uid)
    bookings.cancel(made[1].uid, from_date=made[1].occurrences[2].date, by="host")
    bookings.cancel(made[2].uid, by="host")

    for _ in range(5):
        everything = bookings.list_occurrences()
        wanted = [b for b in everything if b.status == "PENDING"]
        assert list(bookings.list_occurrences(status="PENDING")) == wanted
        assert bookings.total(status="PENDING", occurrences=True) == len(wanted)
        clock.move(days=5)
    assert len(wanted) < 10


def test_the_meetings_of_a_booking_are_in_order_wherever_they_moved(
    full: Client,
) -> None:
    several = [
        b for b in full.calendar.bookings.list(count=None) if len(b.occurrences) > 1
    ]

    assert several
    for booking in several:
        for one, next_one in pairwise(booking.occurrences):
            assert one.starts_at < next_one.starts_at
        assert booking.start_time == next(
            o.start_time for o in booking.occurrences if o.resolution != "conflict"
        )
    assert any(
        [o.date for o in b.occurrences] != sorted(o.date for o in b.occurrences)
        for b in several
    )
