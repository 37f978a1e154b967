"""Many changes of bookings at the same time: each finds what the one before left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from conftest import MONDAY
from support.places import Place
from support.places import place as place
from support.places import pytest_generate_tests as pytest_generate_tests
from support.racing import RACERS, answers, errors, race

from calbook import Booking, Client, EventType

TEN = MONDAY + timedelta(days=14, hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def database(place: Place) -> str:
    return place.url


def test_one_of_two_movers_gets_the_slot(
    place: Place, client: Client, booking: Callable[..., Booking]
) -> None:
    """In pairs, each after a slot of its own; both have bookings elsewhere."""
    uids = [booking(start_time=TEN + n * DAY / 24).uid for n in range(RACERS)]

    outcomes = race(
        place.url,
        f"return bookings.reschedule({uids}[n],"
        " start_time=TEN + timedelta(days=9, hours=n // 2))",
    )

    assert len(answers(outcomes)) == RACERS // 2
    assert errors(outcomes) == ["slot_taken"] * (RACERS // 2)
    moved = [b for b in client.calendar.bookings.list(count=None) if b.version]
    assert len({b.starts_at for b in moved}) == RACERS // 2
    place.check_whole()


def test_one_of_many_with_the_same_version_changes_the_booking(
    place: Place, client: Client, booking: Callable[..., Booking]
) -> None:
    uid = booking().uid

    outcomes = race(
        place.url, f'return bookings.update("{uid}", notes=f"by {{n}}", if_version=0)'
    )

    [changed] = answers(outcomes)
    assert errors(outcomes) == ["version_conflict"] * (RACERS - 1)
    assert client.calendar.bookings.get(uid).to_dict() == changed
    assert changed["version"] == 1


def test_one_key_changes_a_booking_once(
    place: Place, client: Client, booking: Callable[..., Booking]
) -> None:
    uid = booking().uid

    outcomes = race(
        place.url,
        f'return bookings.reschedule("{uid}", start_time=TEN + 9 * HALF,'
        ' idempotency_key="k")',
    )

    assert answers(outcomes) == [client.calendar.bookings.get(uid).to_dict()] * RACERS
    history = client.calendar.bookings.history(uid)
    assert [e.type for e in history] == ["booking.created", "booking.rescheduled"]


def test_a_booking_is_moved_and_cancelled_or_cancelled_alone(
    place: Place, client: Client, booking: Callable[..., Booking]
) -> None:
    uid = booking().uid

    outcomes = race(
        place.url,
        f'return bookings.cancel("{uid}").status',
        f'return bookings.reschedule("{uid}", start_time=TEN + (9 + n) * HALF).status',
    )

    assert Counter(answers(outcomes))["CANCELLED"] == 1
    changed = client.calendar.bookings.get(uid)
    assert (changed.status, changed.version) == ("CANCELLED", len(answers(outcomes)))
    history = [event.type for event in client.calendar.bookings.history(uid)]
    assert history[-1] == "booking.cancelled"
    place.check_whole()


def test_time_that_was_given_up_is_taken_back_or_booked_by_another(
    place: Place, client: Client, booking: Callable[..., Booking]
) -> None:
    """In pairs of somebody who takes a cancellation back, and somebody who books."""
    uids = [booking(start_time=TEN + n * DAY / 24).uid for n in range(RACERS // 2)]
    for uid in uids:
        client.calendar.bookings.cancel(uid)

    outcomes = race(
        place.url,
        f"return bookings.undo({uids}[n // 2]).uid",
        "return book(bookings, TEN + n // 2 * timedelta(hours=1), n).uid",
    )

    assert len(answers(outcomes)) == RACERS // 2
    assert errors(outcomes) == ["slot_taken"] * (RACERS // 2)
    place.check_whole()


def test_one_of_many_takes_the_last_change_back_by_its_version(
    place: Place, client: Client, booking: Callable[..., Booking]
) -> None:
    uid = booking().uid
    version = client.calendar.bookings.cancel(uid).version

    outcomes = race(place.url, f'return bookings.undo("{uid}", if_version={version})')

    [back] = answers(outcomes)
    assert errors(outcomes) == ["version_conflict"] * (RACERS - 1)
    assert client.calendar.bookings.get(uid).to_dict() == back
    assert back["status"] == "CONFIRMED"


def test_a_request_is_confirmed_and_cancelled_or_cancelled_alone(
    place: Place,
    client: Client,
    event_type: Callable[..., EventType],
    booking: Callable[..., Booking],
) -> None:
    event_type(requires_confirmation=True)
    uid = booking().uid

    outcomes = race(
        place.url,
        f'return bookings.confirm("{uid}").status',
        f'return bookings.cancel("{uid}").status',
    )

    said = Counter(answers(outcomes))
    assert said["CANCELLED"] == 1
    assert said["CONFIRMED"] <= 1
    history = [event.type for event in client.calendar.bookings.history(uid)]
    assert history in (
        ["booking.created", "booking.cancelled"],
        ["booking.created", "booking.confirmed", "booking.cancelled"],
        ["booking.requested", "booking.cancelled"],
        ["booking.requested", "booking.confirmed", "booking.cancelled"],
    )
    place.check_whole()


def test_who_is_handed_a_booking_is_booked_by_nobody_else(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    """The others book the very time for the host who may take it over."""
    client.calendar.hosts.create("bob")
    hosts = {"hosts": ["me", "bob"], "scheduling_type": "ROUND_ROBIN"}
    event_type(**hosts)
    event_type("bobs", hosts=["bob"])
    attendee = {"name": "Ada", "email": "ada@example.com"}
    uids = [
        client.calendar.bookings.create(
            event_type_id="demo",
            start_time=TEN + n * DAY / 24,
            attendee=attendee,
            host_id="me",
        ).uid
        for n in range(RACERS // 2)
    ]
    client.calendar.busy.add(
        host_id="me", start_time=TEN + 9 * DAY, end_time=TEN + 10 * DAY
    )

    outcomes = race(
        place.url,
        f"return bookings.reschedule({uids}[n // 2], reassign=True,"
        " start_time=TEN + timedelta(days=9, minutes=10 * n)).host_id",
        "return book(bookings, TEN + timedelta(days=9, minutes=10 * n), n,"
        ' event_type_id="bobs").host_id',
    )

    assert set(errors(outcomes)) <= {"slot_taken"}
    bobs = client.calendar.bookings.list(host_id="bob", count=None)
    for first, second in pairwise(bobs):
        assert first.ends_at <= second.starts_at
    assert len(bobs) == len(answers(outcomes)) >= 2
    place.check_whole()


def test_notes_of_many_are_all_there_in_one_order(
    place: Place, client: Client, booking: Callable[..., Booking]
) -> None:
    uid = booking().uid

    outcomes = race(
        place.url,
        f'return bookings.add_note("{uid}", content=f"{{n}}", is_private=n % 3 == 0)',
    )

    notes = client.calendar.bookings.get_notes(uid)
    written = {note["id"] for note in answers(outcomes)}
    assert {note.id for note in notes} == written
    assert len(notes) == RACERS
    positions = place.rows(
        "select position from notes union all select position from private_notes"
    )
    assert sorted(n for (n,) in positions) == list(range(1, RACERS + 1))


def test_a_group_keeps_its_seats_while_people_come_and_go(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type(seats=4)
    bookings = client.calendar.bookings
    attendee = {"name": "Ada", "email": "ada@example.com"}
    group = bookings.create(event_type_id="demo", start_time=TEN, attendee=attendee)
    bookings.add_attendee(group.uid, email="bob@example.com")
    bookings.add_attendee(group.uid, email="carl@example.com")

    outcomes = race(
        place.url,
        f'bookings.add_attendee("{group.uid}", email=f"g{{n}}@example.com"); return 1',
        f'bookings.remove_attendee("{group.uid}", email="bob@example.com"); return -1',
        "book(bookings, n=n); return 1",
    )

    assert set(errors(outcomes)) <= {"seats_full", "not_found", "no_such_attendee"}
    left = bookings.get(group.uid)
    assert [b.uid for b in bookings.list()] == [group.uid]
    assert len(left.guests) == 2 + sum(answers(outcomes)) <= 3
    assert left.version == 2 + len(answers(outcomes))
    place.check_whole()


def test_what_is_booked_while_all_grow_is_in_nobody_s_way(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    """Each hour but every other is taken; whoever is first keeps the half hour."""
    event_type()
    starts = [TEN + 2 * n * DAY / 24 for n in range(4)]
    for start in starts:
        client.calendar.bookings.create(
            event_type_id="demo",
            start_time=start,
            attendee={"name": "Ada", "email": "ada@example.com"},
        )

    outcomes = race(
        place.url,
        'return calendar.event_types.update("demo", duration=60,'
        " apply_to_coming=True).duration",
        "return book(bookings, TEN + (2 * n + 1) * HALF).uid",
    )

    found = sorted(client.calendar.bookings.list(count=None), key=lambda b: b.starts_at)
    assert all(a.ends_at <= b.starts_at for a, b in pairwise(found))
    grown = {b.ends_at - b.starts_at for b in found if b.starts_at in starts}
    assert len(grown) == 1  # all or none
    assert set(errors(outcomes)) <= {"slot_taken"}
    place.check_whole()


def test_who_extend_a_series_at_once_each_add_to_what_the_others_left(
    place: Place, client: Client, booking: Callable[..., Booking]
) -> None:
    rule = {"frequency": "DAILY", "count": 2}
    uid = booking(start_time=TEN, recurring=rule).uid

    outcomes = race(
        place.url,
        f'return bookings.extend("{uid}", count=1).sequence',
        f'return bookings.extend("{uid}", count=2, on_conflict="skip").sequence',
    )

    assert sorted(answers(outcomes)) == [*range(1, RACERS + 1)]
    after = client.calendar.bookings.get(uid)
    days = [o.date for o in after.occurrences]
    assert days == [str((TEN + n * DAY).date()) for n in range(2 + RACERS * 3 // 2)]
    assert after.recurring is not None
    assert after.recurring["count"] == len(days)
    place.check_whole()


def test_a_further_date_and_a_booking_there_are_not_both(
    place: Place, client: Client, booking: Callable[..., Booking]
) -> None:
    rule = {"frequency": "DAILY", "count": 2}
    uid = booking(start_time=TEN, recurring=rule).uid

    outcomes = race(
        place.url,
        f'return bookings.extend("{uid}", count=1, if_version=0).uid',
        "return book(bookings, TEN + timedelta(days=2), n).uid",
    )

    found = client.calendar.bookings.list(count=None)
    held = [o.start_time for b in found for o in b.occurrences]
    assert len(held) == len(set(held)) == 3
    assert len(answers(outcomes)) == 1
    place.check_whole()


def test_the_last_seat_of_one_date_is_taken_once(
    place: Place,
    client: Client,
    event_type: Callable[..., EventType],
    booking: Callable[..., Booking],
) -> None:
    """Drop-ins, one for good, and who comes back after an absence: one gets it."""
    event_type(seats=2)
    rule = {"frequency": "DAILY", "count": 2}
    uid = booking(start_time=TEN, recurring=rule).uid
    day = "2027-01-18"
    bookings = client.calendar.bookings
    bookings.add_attendee(uid, email="bob@example.com")
    bookings.remove_attendee(uid, email="bob@example.com", on=day)

    outcomes = race(
        place.url,
        f'return bookings.add_attendee("{uid}", email=f"p{{n}}@e.org",'
        f' on="{day}").version',
        f'return bookings.add_attendee("{uid}", email=f"p{{n}}@e.org").version',
        f'return bookings.add_attendee("{uid}", email="bob@example.com",'
        f' on="{day}").version',
    )

    assert len(answers(outcomes)) == 1
    assert set(errors(outcomes)) <= {"seats_full", "duplicate_attendee"}
    after = bookings.get(uid)
    assert [o.seats_taken for o in after.occurrences] == [2, 2]
    place.check_whole()


def test_a_seat_that_many_move_to_is_taken_once(
    place: Place,
    client: Client,
    event_type: Callable[..., EventType],
    booking: Callable[..., Booking],
) -> None:
    """Half of them move here and half of them there: nobody waits in a circle."""
    event_type(seats=RACERS)
    here = booking(start_time=TEN).uid
    there = booking(start_time=TEN + DAY).uid
    bookings = client.calendar.bookings
    for n in range(RACERS // 2):
        bookings.add_attendee(here, email=f"p{2 * n}@e.org")
        bookings.add_attendee(there, email=f"p{2 * n + 1}@e.org")
    client.calendar.event_types.update("demo", seats=2 + RACERS // 2)

    outcomes = race(
        place.url,
        f'return bookings.move_attendee("{here}", email=f"p{{n}}@e.org",'
        f' into="{there}").uid',
        f'return bookings.move_attendee("{there}", email=f"p{{n}}@e.org",'
        f' into="{here}").uid',
    )

    assert set(errors(outcomes)) <= {"seats_full"}
    both = [bookings.get(uid) for uid in (here, there)]
    persons = [p.email for b in both for p in (b.attendee, *b.guests)]
    assert len(persons) == len(set(persons)) + 1 == RACERS + 2  # Ada is in both
    assert all(1 + len(b.guests) <= 2 + RACERS // 2 for b in both)
    place.check_whole()


def test_who_books_while_being_erased_is_somebody_still_or_again(
    place: Place, client: Client, booking: Callable[..., Booking]
) -> None:
    """A booking was left to a person who was nobody, and found by no address."""
    ada = {"name": "Ada", "email": "ada@example.com"}
    booking(start_time=MONDAY + timedelta(hours=5), attendee=ada)

    outcomes = race(
        place.url,
        'calendar.people.erase("ada@example.com")\nreturn "erased"',
        f"return book(bookings, TEN + n * HALF, attendee={ada})",
        now="2027-01-10T09:00:00+00:00",
    )

    assert set(errors(outcomes)) <= {"has_bookings"}
    booked = [each for each in answers(outcomes) if each != "erased"]
    assert len(booked) == RACERS // 2
    found = client.calendar.people.get("ada@example.com")
    assert {
        client.calendar.bookings.get(each["uid"]).attendee.person_id for each in booked
    } == {found.id}
    assert found.name == "Ada"
    place.check_whole()
