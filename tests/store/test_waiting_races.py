"""Many people at once around the waiting list: each time and seat is given once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from support.places import Place
from support.places import place as place
from support.places import pytest_generate_tests as pytest_generate_tests
from support.racing import RACERS, answers, errors, race

from calbook import Booking, Client, EventType

TEN = datetime(2027, 1, 18, 10, tzinfo=UTC)
HALF = timedelta(minutes=30)


@pytest.fixture
def database(place: Place) -> str:
    return place.url


def person(n: int) -> dict[str, str]:
    return {"name": f"Ada {n}", "email": f"ada{n}@example.com"}


def book(client: Client, n: int, start: datetime = TEN) -> Booking:
    return client.calendar.bookings.create(
        event_type_id="demo", start_time=start, attendee=person(n)
    )


def wait(client: Client, n: int, start: datetime = TEN) -> str:
    entry = client.calendar.waiting.add(
        event_type_id="demo", start_time=start, attendee=person(n)
    )
    return str(entry.id)


def states(client: Client) -> list[str]:
    return [entry.state for entry in client.calendar.waiting.list(past=True)]


def live(client: Client) -> list[Booking]:
    every = client.calendar.bookings.list(count=None)
    return [b for b in every if b.status in ("PENDING", "CONFIRMED")]


def test_cancellations_at_once_serve_each_who_waits_once(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type("demo")
    taken = [book(client, n, TEN + n * HALF).uid for n in range(RACERS)]
    for n in range(RACERS):
        wait(client, RACERS + n, TEN + n * HALF)

    outcomes = race(place.url, f"return bookings.cancel({taken}[n])")

    assert len(answers(outcomes)) == RACERS, outcomes
    assert states(client) == ["offered"] * RACERS
    assert len({b.starts_at for b in live(client)}) == RACERS
    assert client.check() == ()
    place.check_whole()


def test_seats_given_back_at_once_are_offered_once_and_in_line(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type("demo", seats=RACERS + 1)
    group = [book(client, n) for n in range(RACERS + 1)][-1]
    for n in range(RACERS * 2):
        wait(client, 100 + n)

    outcomes = race(
        place.url,
        f'return bookings.remove_attendee("{group.uid}",'
        ' email=f"ada{n}@example.com")',
    )

    assert len(answers(outcomes)) == RACERS, outcomes
    assert states(client) == ["offered"] * RACERS + ["waiting"] * RACERS
    assert client.check() == ()


def test_an_offer_is_taken_or_goes_to_the_next(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    """While some confirm it, others write when it has lapsed by their clock."""
    event_type("demo", hold_minutes=30)
    taken = book(client, 0)
    first, _ = wait(client, 1), wait(client, 2)
    client.calendar.bookings.cancel(taken.uid)

    outcomes = race(
        place.url,
        f'return bookings.confirm("{first}")',
        "from datetime import timedelta as d\n"
        "late = Client(url, clock=lambda: now + d(minutes=31))\n"
        "return [e.type for e in late.tick()]",
    )

    [got, after] = states(client)
    assert (got, after) in (("booked", "waiting"), ("lapsed", "offered"))
    assert set(errors(outcomes)) <= {"offer_ended", "wrong_status"}, outcomes
    assert len(live(client)) == 1
    assert client.check() == ()


def test_who_books_and_who_waits_do_not_both_get_it(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type("demo", on_free="book")
    taken = book(client, 50)
    waiting = wait(client, 51)

    outcomes = race(
        place.url,
        f'return bookings.cancel("{taken.uid}")',
        "return book(bookings, n=n)",
    )

    assert len(live(client)) == 1
    entry = client.calendar.waiting.get(waiting)
    assert entry.state == "booked", outcomes
    assert client.check() == ()


def test_people_who_come_at_once_stand_one_behind_the_other(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type("demo")
    taken = book(client, 50)

    outcomes = race(
        place.url,
        "return calendar.waiting.add(event_type_id='demo', start_time=TEN,"
        ' attendee={"name": "Ada", "email": f"ada{n // 2}@example.com"})',
        f'return bookings.cancel("{taken.uid}") if n == 1 else calendar.waiting.add('
        "event_type_id='demo', start_time=TEN,"
        ' attendee={"name": "Ada", "email": f"ada{n // 2}@example.com"})',
    )

    codes = {"already_waiting", "nothing_to_wait_for", "duplicate_attendee"}
    assert set(errors(outcomes)) <= codes | {"already_cancelled"}, outcomes
    every = client.calendar.waiting.list(past=True)
    people = [entry.attendee["email"] for entry in every]
    assert len(people) == len(set(people))
    assert [e.state for e in every if e.state != "waiting"] in ([], ["offered"])
    assert client.check() == ()
