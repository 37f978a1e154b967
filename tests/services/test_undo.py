"""The last change of a booking taken back: what it was is what it is again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from calbook import Booking, Client

if TYPE_CHECKING:
    from conftest import Clock

Do = Callable[[Client, str], object]
JAN = "2027-01-18"  # a Monday
ADA = {"name": "Ada", "email": "ada@example.com"}
BOB = {"name": "Bob", "email": "bob@example.com"}


@pytest.fixture
def database(place: str) -> str:
    return place


def facts(booking: Booking) -> dict[str, Any]:
    """All that is said of it but which revision it is."""
    said = booking.to_dict()
    return {k: v for k, v in said.items() if k not in _REVISION}


_REVISION = {"version", "sequence", "updatedAt"}


def undo(client: Client, uid: str, **options: Any) -> Booking:
    return client.calendar.bookings.undo(uid, **options)


def last_event(client: Client, uid: str) -> Any:
    return client.calendar.bookings.history(uid)[-1]


@pytest.fixture
def book(client: Client, event_type: Callable[..., Any]) -> Callable[..., str]:
    """Books one of several kinds of event types; the uid."""
    calendar = client.calendar
    for name in ("alice", "bob"):
        calendar.hosts.create(name, email=f"{name}@hosts.example", timezone="UTC")
    event_type("demo")
    event_type("asked", requires_confirmation=True)
    event_type("team", hosts=["alice", "bob"], scheduling_type="ROUND_ROBIN")
    event_type("class", seats=4)

    def book(kind: str = "demo", **fields: Any) -> str:
        wanted = {"event_type_id": kind, "attendee": ADA, "start_time": f"{JAN} 10:00"}
        return calendar.bookings.create(**{**wanted, **fields}).uid

    return book


WEEKLY = {"frequency": "weekly", "count": 4}
SINGLES: dict[str, tuple[str, Do]] = {
    "cancelled": ("demo", lambda c, u: c.calendar.bookings.cancel(u)),
    "cancelled by the host, with a reason": (
        "demo",
        lambda c, u: c.calendar.bookings.cancel(u, cancelled_by="host", reason="ill"),
    ),
    "confirmed": ("asked", lambda c, u: c.calendar.bookings.confirm(u)),
    "rejected": ("asked", lambda c, u: c.calendar.bookings.reject(u, reason="no")),
    "moved": (
        "demo",
        lambda c, u: c.calendar.bookings.reschedule(u, start_time=f"{JAN} 15:00"),
    ),
    "moved onto itself by a part": (
        "demo",
        lambda c, u: c.calendar.bookings.reschedule(u, start_time=f"{JAN} 10:15"),
    ),
    "handed over": ("team", lambda c, u: c.calendar.bookings.reassign(u)),
    "moved and handed over": (
        "team",
        lambda c, u: c.calendar.bookings.reschedule(
            u, start_time="2027-01-19 10:00", reassign=True, host_id="bob"
        ),
    ),
    "corrected": (
        "demo",
        lambda c, u: c.calendar.bookings.update(
            u,
            email="ada@new.example",
            notes="hello",
            location={"type": "CUSTOM", "text": "the attic"},
            meeting_url="https://meet.example/1",
            metadata={"a": 1},
        ),
    ),
    "with another name": (
        "demo",
        lambda c, u: c.calendar.bookings.update(u, name="Ada Lovelace", phone=None),
    ),
    "with a guest more": (
        "demo",
        lambda c, u: c.calendar.bookings.update(u, add_guests=[BOB]),
    ),
    "joined": (
        "class",
        lambda c, u: c.calendar.bookings.add_attendee(u, **BOB, responses={}),
    ),
    "booked into": (
        "class",
        lambda c, u: c.calendar.bookings.create(
            event_type_id="class",
            start_time=f"{JAN} 10:00",
            attendee=BOB,
            guests=["eve@example.com"],
        ),
    ),
}
SERIES: dict[str, Do] = {
    "one date cancelled": lambda c, u: c.calendar.bookings.cancel(u, date="2027-01-25"),
    "all cancelled": lambda c, u: c.calendar.bookings.cancel(u, all=True),
    "some cancelled": lambda c, u: c.calendar.bookings.cancel(
        u, from_date="2027-01-25"
    ),
    "one date moved": lambda c, u: c.calendar.bookings.reschedule(
        u, start_time="2027-01-26 11:00", date="2027-01-25"
    ),
    "all moved": lambda c, u: c.calendar.bookings.reschedule(
        u, start_time="2027-01-19 11:00", all=True
    ),
    "one date handed over": lambda c, u: c.calendar.bookings.reassign(
        u, date="2027-02-01"
    ),
    "all handed over": lambda c, u: c.calendar.bookings.reassign(u, all=True),
}


@pytest.mark.parametrize("what", SINGLES)
def test_what_was_done_to_a_booking_is_taken_back_and_done_again(
    client: Client, book: Callable[..., str], what: str
) -> None:
    kind, do = SINGLES[what]
    uid = book(kind)
    before = client.calendar.bookings.get(uid)

    do(client, uid)
    after = client.calendar.bookings.get(uid)
    back = undo(client, uid)
    again = undo(client, uid)

    assert facts(after) != facts(before) == facts(back)
    assert facts(again) == facts(after)
    assert before.version < after.version < back.version < again.version
    assert client.check() == ()


@pytest.mark.parametrize("what", SERIES)
def test_what_was_done_to_a_series_is_taken_back_and_done_again(
    client: Client, book: Callable[..., str], what: str
) -> None:
    uid = book("team", recurring=WEEKLY)
    before = client.calendar.bookings.get(uid)

    SERIES[what](client, uid)
    after = client.calendar.bookings.get(uid)
    back = undo(client, uid)
    again = undo(client, uid)

    assert facts(after) != facts(before) == facts(back)
    assert facts(again) == facts(after)
    assert after.sequence < back.sequence < again.sequence
    assert client.check() == ()


SEATS: dict[str, Do] = {
    "a guest leaves": lambda c, u: c.calendar.bookings.remove_attendee(
        u, email="bob@example.com"
    ),
    "the first leaves": lambda c, u: c.calendar.bookings.remove_attendee(
        u, email="ada@example.com"
    ),
    "absent once": lambda c, u: c.calendar.bookings.remove_attendee(
        u, email="ada@example.com", on="2027-01-25"
    ),
    "a drop-in comes": lambda c, u: c.calendar.bookings.add_attendee(
        u, name="Eve", email="eve@example.com", on=["2027-01-25", "2027-02-01"]
    ),
    "another joins": lambda c, u: c.calendar.bookings.add_attendee(
        u, name="Eve", email="eve@example.com"
    ),
}


@pytest.mark.parametrize("what", SEATS)
def test_a_seat_of_a_series_is_what_it_was(
    client: Client, book: Callable[..., str], what: str
) -> None:
    uid = book("class", recurring=WEEKLY, notes="first", metadata={"k": 1}, guests=[])
    client.calendar.bookings.add_attendee(uid, **BOB)
    client.calendar.bookings.add_attendee(
        uid, name="Zoe", email="zoe@example.com", on="2027-01-18"
    )
    before = client.calendar.bookings.get(uid)

    SEATS[what](client, uid)
    after = client.calendar.bookings.get(uid)
    back = undo(client, uid)
    again = undo(client, uid)

    assert facts(after) != facts(before) == facts(back)
    assert facts(again) == facts(after)
    assert after.sequence < back.sequence < again.sequence
    assert client.check() == ()


@pytest.mark.parametrize("mark", ["mark_attended", "mark_no_show"])
@pytest.mark.parametrize("when", ["while it is running", "when it is over"])
def test_a_mark_is_taken_back(
    client: Client, clock: Clock, book: Callable[..., str], mark: str, when: str
) -> None:
    uid = book()
    clock.move(days=14, hours=1, minutes=10 if when == "while it is running" else 50)
    client.tick()
    before = client.calendar.bookings.get(uid)

    getattr(client.calendar.bookings, mark)(uid)
    after = client.calendar.bookings.get(uid)
    back = undo(client, uid)
    again = undo(client, uid)

    assert facts(after) != facts(before) == facts(back)
    assert facts(again) == facts(after)
    clock.move(hours=1)
    undo(client, uid)
    client.tick()
    told = [event.type for event in client.calendar.bookings.history(uid)]
    ended = mark == "mark_attended" or when == "when it is over"
    assert client.calendar.bookings.get(uid).status == "COMPLETED"
    assert told.count("booking.completed") >= 1 + (ended and when.startswith("while"))
    assert client.check() == ()


def test_a_mark_of_some_in_a_group_is_taken_back(
    client: Client, clock: Clock, book: Callable[..., str]
) -> None:
    uid = book("class", guests=["bob@example.com"])
    clock.move(days=14, hours=1, minutes=10)
    client.calendar.bookings.mark_no_show(uid, email="ada@example.com")
    before = client.calendar.bookings.get(uid)

    client.calendar.bookings.mark_attended(uid, email="bob@example.com")
    back = undo(client, uid)

    assert facts(back) == facts(before)
    assert back.guests[0].attendance == "unknown"
    first = undo(client, uid)
    assert first.guests[0].attendance == "attended"
