"""Groups that people join and leave for a day: drop-ins, absences, moved seats."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import MONDAY, Clock

from calbook import Booking, Client, EventType, errors
from calbook.services.availability import seat_counts
from calbook.store.facts import Facts

FIRST, SECOND, THIRD = "2027-01-18", "2027-01-25", "2027-02-01"
WEEKLY = {"frequency": "WEEKLY", "count": 3}
BookingMaker = Callable[..., Booking]
EventTypeMaker = Callable[..., EventType]


def person(name: str) -> dict[str, str]:
    return {"name": name, "email": address(name)}


def address(name: str) -> str:
    return f"{name.lower()}@example.com"


@pytest.fixture
def seat(booking: BookingMaker) -> BookingMaker:
    """Books a group of 10:00 for somebody by name."""

    def take(name: str, start: str = FIRST, **fields: Any) -> Booking:
        wanted = {"attendee": person(name), "start_time": f"{start} 10:00", **fields}
        return booking(**wanted)

    return take


@pytest.fixture
def course(event_type: EventTypeMaker, seat: BookingMaker) -> Booking:
    """Three Mondays with two seats, in which Ada has one."""
    event_type(seats=2)
    return seat("Ada", recurring=WEEKLY)


def add(client: Client, uid: str, name: str, *on: str, **options: Any) -> Booking:
    who = person(name)
    return client.calendar.bookings.add_attendee(
        uid, **who, on=on or None, **{"by": "host", **options}
    )


def remove(client: Client, uid: str, name: str, *on: str, **options: Any) -> Booking:
    return client.calendar.bookings.remove_attendee(
        uid, email=address(name), on=on or None, **options
    )


def taken(booking: Booking) -> list[int | None]:
    return [occurrence.seats_taken for occurrence in booking.occurrences]


def names(booking: Booking) -> list[str | None]:
    return [booking.attendee.name, *(guest.name for guest in booking.guests)]


def told(client: Client, uid: str) -> list[tuple[str, str | None, Any]]:
    return [
        (
            event.type.removeprefix("booking."),
            event.change.get("attendee", {}).get("name"),
            event.change.get("dates"),
        )
        for event in client.calendar.bookings.history(uid)[1:]
    ]


# -- drop-ins --------------------------------------------------------------------------


def test_a_drop_in_takes_a_seat_on_one_date(client: Client, course: Booking) -> None:
    after = add(client, course.uid, "Bob", SECOND)

    assert taken(after) == [1, 2, 1]
    [bob] = after.guests
    assert (bob.only_on, bob.absent_on) == ((SECOND,), ())
    assert told(client, course.uid) == [("attendee_added", "Bob", [SECOND])]


def test_a_drop_in_may_have_several_dates(client: Client, course: Booking) -> None:
    add(client, course.uid, "Bob", SECOND)

    after = add(client, course.uid, "Bob", FIRST)

    assert names(after) == ["Ada", "Bob"]
    assert after.guests[0].only_on == (FIRST, SECOND)
    assert taken(after) == [2, 2, 1]


def test_seats_are_counted_for_each_date(client: Client, course: Booking) -> None:
    add(client, course.uid, "Bob", SECOND)

    with pytest.raises(errors.SeatsFull, match=f"on {SECOND}"):
        add(client, course.uid, "Carl", SECOND)
    with pytest.raises(errors.SeatsFull, match=f"on {SECOND}"):
        add(client, course.uid, "Carl")

    after = add(client, course.uid, "Carl", FIRST, THIRD)
    assert taken(after) == [2, 2, 2]


def test_nobody_drops_in_twice_on_a_date(client: Client, course: Booking) -> None:
    add(client, course.uid, "Bob", SECOND)

    for name in ("Ada", "Bob"):
        with pytest.raises(errors.DuplicateAttendee):
            add(client, course.uid, name, SECOND)


def test_a_drop_in_without_dates_left_leaves(client: Client, course: Booking) -> None:
    add(client, course.uid, "Bob", FIRST, SECOND)

    one = remove(client, course.uid, "Bob", FIRST)
    none = remove(client, course.uid, "Bob", SECOND)

    assert one.guests[0].only_on == (SECOND,)
    assert names(none) == ["Ada"]
    assert told(client, course.uid)[1:] == [
        ("attendee_removed", "Bob", [FIRST]),
        ("attendee_removed", "Bob", [SECOND]),
    ]


def test_a_drop_in_may_stay_for_good(client: Client, course: Booking) -> None:
    add(client, course.uid, "Bob", SECOND)

    after = add(client, course.uid, "Bob")

    [bob] = after.guests
    assert (bob.only_on, bob.absent_on) == ((), ())
    assert taken(after) == [2, 2, 2]


def test_who_stays_was_not_there_before(
    client: Client, clock: Clock, course: Booking
) -> None:
    add(client, course.uid, "Bob", SECOND)
    clock.move(days=15)

    after = add(client, course.uid, "Bob")

    assert after.guests[0].absent_on == (FIRST,)


def test_a_drop_in_has_none_of_the_later_dates(client: Client, course: Booking) -> None:
    add(client, course.uid, "Bob", SECOND)
    add(client, course.uid, "Eve", THIRD)
    remove(client, course.uid, "Ada", THIRD)

    after = client.calendar.bookings.extend(course.uid, count=1)

    assert taken(after) == [1, 2, 1, 1]
    assert after.attendee.absent_on == (THIRD,)


def test_a_date_that_is_none_of_the_series_is_not_found(
    client: Client, course: Booking
) -> None:
    with pytest.raises(errors.NotFound, match="2027-01-19"):
        add(client, course.uid, "Bob", "2027-01-19")


def test_a_cancelled_date_takes_no_drop_in(client: Client, course: Booking) -> None:
    client.calendar.bookings.cancel(course.uid, date=SECOND)

    with pytest.raises(errors.WrongStatus):
        add(client, course.uid, "Bob", SECOND)


def test_a_single_meeting_has_one_date(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=2)
    uid = seat("Ada").uid

    after = add(client, uid, "Bob", FIRST)

    assert after.guests[0].only_on == ()
    assert names(remove(client, uid, "Bob", FIRST)) == ["Ada"]


def test_a_room_bounds_the_seats_of_each_date(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    for room, capacity in (("room1", 2), ("room2", 4)):
        client.calendar.resources.create(room, capacity=capacity)
    event_type(seats=4, needs=["1 of room1,room2"])
    uid = seat("Ada", recurring=WEEKLY, resource_id="res_room1").uid
    add(client, uid, "Bob", SECOND)

    with pytest.raises(errors.SeatsFull, match=f"room1, which holds 2, on {SECOND}"):
        add(client, uid, "Carl", SECOND)

    assert taken(add(client, uid, "Carl", FIRST)) == [2, 2, 1]
    with pytest.raises(errors.SeatsFull) as refusal:
        add(client, uid, "Dora")
    assert refusal.value.details["freeDates"] == [THIRD]


# -- absences --------------------------------------------------------------------------


def test_an_absence_frees_the_seat_of_one_date(client: Client, course: Booking) -> None:
    add(client, course.uid, "Bob")

    remove(client, course.uid, "Ada", SECOND)
    after = add(client, course.uid, "Carl", SECOND)

    assert names(after) == ["Ada", "Bob", "Carl"]
    assert after.attendee.absent_on == (SECOND,)
    assert taken(after) == [2, 2, 2]
    with pytest.raises(errors.SeatsFull):
        add(client, course.uid, "Ada", SECOND)


def test_an_absence_can_be_taken_back(client: Client, course: Booking) -> None:
    remove(client, course.uid, "Ada", SECOND)

    after = add(client, course.uid, "Ada", SECOND)

    assert after.attendee.absent_on == ()
    assert taken(after) == [1, 1, 1]


def test_who_is_absent_is_not_there_to_leave(client: Client, course: Booking) -> None:
    remove(client, course.uid, "Ada", SECOND)

    with pytest.raises(errors.NotFound, match=f"Ada on {SECOND}"):
        remove(client, course.uid, "Ada", SECOND)


def test_the_deadline_of_an_absence_is_that_of_its_date(
    client: Client, clock: Clock, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=2, cancellation_deadline=24 * 60)
    uid = seat("Ada", recurring=WEEKLY).uid
    clock.move(days=13, hours=12)  # half a day before the first

    with pytest.raises(errors.DeadlinePassed):
        remove(client, uid, "Ada", FIRST)

    assert taken(remove(client, uid, "Ada", SECOND)) == [1, 0, 1]
    assert taken(remove(client, uid, "Ada", FIRST, by="host")) == [0, 0, 1]


def test_only_in_a_group_somebody_is_absent(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type()
    uid = seat("Ada", recurring=WEEKLY).uid

    with pytest.raises(errors.NotAGroup):
        remove(client, uid, "Ada", SECOND)


def test_no_drop_in_leads_while_a_regular_is_there(
    client: Client, course: Booking
) -> None:
    add(client, course.uid, "Bob", SECOND)

    alone = remove(client, course.uid, "Ada")
    again = add(client, course.uid, "Carl")

    assert names(alone) == ["Bob"]
    assert names(again) == ["Carl", "Bob"]
    assert again.guests[0].only_on == (SECOND,)


def test_after_the_primary_a_regular_leads(client: Client, course: Booking) -> None:
    add(client, course.uid, "Bob", SECOND)
    remove(client, course.uid, "Ada", SECOND)
    add(client, course.uid, "Carl")

    assert names(remove(client, course.uid, "Ada")) == ["Carl", "Bob"]


# -- what else looks at the dates ----------------------------------------------------


def test_slots_have_the_seats_of_the_fullest_date(
    client: Client, course: Booking
) -> None:
    client.calendar.event_types.update("demo", seats=4)
    add(client, course.uid, "Bob", SECOND)
    add(client, course.uid, "Carl", SECOND)

    [slot] = client.calendar.availability.get(
        event_type_id="demo", start_date=f"{FIRST} 10:00", count=1, recurring=WEEKLY
    )

    assert slot.seats_left == 1


def test_attendance_is_of_who_takes_part(
    client: Client, clock: Clock, course: Booking
) -> None:
    bookings = client.calendar.bookings
    add(client, course.uid, "Bob", SECOND)
    remove(client, course.uid, "Ada", SECOND)
    clock.now = MONDAY.replace(month=2, day=2)

    after = bookings.mark_no_show(course.uid, date=SECOND)

    assert after.occurrences[1].status == "NO_SHOW"
    assert after.occurrences[1].attendances == {"bob@example.com": "no_show"}
    assert [after.attendee.attendance, after.guests[0].attendance] == [
        "unknown",
        "no_show",
    ]


def test_who_comes_in_spite_of_an_absence_was_there(
    client: Client, clock: Clock, course: Booking
) -> None:
    bookings = client.calendar.bookings
    add(client, course.uid, "Bob")
    remove(client, course.uid, "Ada", FIRST)
    clock.now = MONDAY.replace(month=2, day=2)

    with pytest.raises(errors.NotFound, match="Ada"):
        bookings.mark_no_show(course.uid, date=FIRST, email=address("Ada"))
    after = bookings.mark_attended(course.uid, date=FIRST, email=address("Ada"))

    assert after.attendee.absent_on == ()
    assert taken(after) == [2, 2, 2]


def test_lists_and_figures_have_the_dates_of_a_person(
    client: Client, course: Booking
) -> None:
    bookings = client.calendar.bookings
    add(client, course.uid, "Bob", SECOND)
    remove(client, course.uid, "Ada", FIRST)

    def dates(name: str) -> list[str]:
        found = bookings.list_occurrences(attendee_email=address(name))
        return [each.date for each in found]

    def uids(name: str, day: str) -> int:
        who = {"attendee_email": address(name)}
        return len(bookings.list(start_date=day, end_date=day, **who))

    assert [uids("Bob", day) for day in (FIRST, SECOND, THIRD)] == [0, 1, 0]
    assert [uids("Ada", day) for day in (FIRST, SECOND, THIRD)] == [0, 1, 1]
    assert dates("Bob") == [SECOND]
    assert dates("Ada") == [SECOND, THIRD]
    by_person = bookings.stats(by="attendee").groups
    assert {group.group: group.occurrences for group in by_person} == {
        address("Ada"): 2,
        address("Bob"): 1,
    }
    [first, second, third] = bookings.list_occurrences()
    assert [names(each)[1:] for each in (first, second, third)] == [[], ["Bob"], []]


# -- moved seats -----------------------------------------------------------------------


def move(client: Client, uid: str, name: str, **where: Any) -> Booking:
    return client.calendar.bookings.move_attendee(uid, email=address(name), **where)


@pytest.fixture
def classes(event_type: EventTypeMaker, seat: BookingMaker) -> tuple[Booking, Booking]:
    """Ada and Bob on Monday, Carl on Tuesday; two seats each."""
    event_type(seats=2, questions=[{"key": "level", "label": "Level"}])
    monday = seat("Ada", responses={"level": "one"})
    seat("Bob", responses={"level": "two"}, notes="mat")
    return monday, seat("Carl", "2027-01-19")


def test_a_seat_moves_to_another_group(
    client: Client, classes: tuple[Booking, Booking]
) -> None:
    monday, tuesday = classes

    after = move(client, monday.uid, "Bob", into=tuesday.uid)

    assert (after.uid, names(after)) == (tuesday.uid, ["Carl", "Bob"])
    [bob] = after.guests
    assert (bob.responses, bob.notes) == ({"level": "two"}, "mat")
    bookings = client.calendar.bookings
    assert names(bookings.get(monday.uid)) == ["Ada"]
    left, joined = (bookings.history(each.uid)[-1] for each in classes)
    assert (left.type, left.change["movedTo"]) == (
        "booking.attendee_removed",
        tuesday.uid,
    )
    assert (joined.type, joined.change["movedFrom"]) == (
        "booking.attendee_added",
        monday.uid,
    )


def test_what_the_primary_answered_goes_along(
    client: Client, classes: tuple[Booking, Booking]
) -> None:
    monday, tuesday = classes

    after = move(client, monday.uid, "Ada", into=tuesday.uid)

    assert after.guests[0].responses == {"level": "one"}
    left = client.calendar.bookings.get(monday.uid)
    assert (names(left), left.responses) == (["Bob"], {"level": "two"})


def test_a_seat_moves_by_the_rules_of_joining_or_not_at_all(
    client: Client, classes: tuple[Booking, Booking], seat: BookingMaker
) -> None:
    monday, tuesday = classes
    seat("Dora", "2027-01-19")
    before = [b.to_dict() for b in client.calendar.bookings.list()]

    with pytest.raises(errors.SeatsFull):
        move(client, monday.uid, "Bob", into=tuesday.uid)

    assert [b.to_dict() for b in client.calendar.bookings.list()] == before


def test_a_seat_moves_to_a_start_with_a_group_or_without(
    client: Client, classes: tuple[Booking, Booking]
) -> None:
    monday, tuesday = classes

    joined = move(client, monday.uid, "Bob", start_time="2027-01-19 10:00")
    begun = move(client, joined.uid, "Bob", start_time="2027-01-20 10:00")

    assert joined.uid == tuesday.uid
    assert begun.uid not in (monday.uid, tuesday.uid)
    assert (names(begun), begun.responses, begun.notes) == (
        ["Bob"],
        {"level": "two"},
        "mat",
    )
    [created] = client.calendar.bookings.history(begun.uid)
    assert created.change == {"movedFrom": tuesday.uid}


def test_the_last_one_who_moves_leaves_no_group(
    client: Client, classes: tuple[Booking, Booking]
) -> None:
    monday, tuesday = classes
    move(client, monday.uid, "Bob", start_time="2027-01-20 10:00")

    move(client, monday.uid, "Ada", into=tuesday.uid)

    left = client.calendar.bookings.get(monday.uid)
    assert (left.status, left.cancelled_by) == ("CANCELLED", "attendee")
    last = client.calendar.bookings.history(monday.uid)[-1]
    assert last.change["movedTo"] == tuesday.uid


def test_the_last_one_who_moves_date_by_date_leaves_no_group(
    client: Client, course: Booking
) -> None:
    for hour, day in enumerate((FIRST, SECOND, THIRD), 11):
        move(client, course.uid, "Ada", on=day, start_time=f"2027-01-20 {hour}:00")

    left = client.calendar.bookings.get(course.uid)
    assert {o.status for o in left.occurrences} == {"CANCELLED"}


def test_nobody_who_waits_takes_what_a_seat_moves_to(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    """Who waits is served when all is done, not between leaving and joining."""
    event_type(seats=2, duration=60, slot_interval=30)
    event_type("talk")
    uid = seat("Ada").uid
    half = f"{FIRST} 10:30"
    zoe = client.calendar.waiting.add(
        event_type_id="talk", start_time=half, attendee=person("Zoe")
    )

    after = move(client, uid, "Ada", start_time=half)

    assert after.start_time == f"{FIRST}T10:30:00+00:00"
    assert client.calendar.waiting.get(zoe.id).state == "waiting"


@pytest.mark.parametrize("is_there", [True, False])
def test_a_seat_moves_to_the_group_whose_host_is_there(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker, is_there: bool
) -> None:
    client.calendar.hosts.create("ann")
    event_type(seats=2, hosts=["ann", "me"], scheduling_type="ROUND_ROBIN")
    theirs = seat("Ada", "2027-01-20", host_id="ann")
    bob = seat("Bob", "2027-01-19")
    client.calendar.hosts.retire("ann", from_date=FIRST)
    mine = seat("Eve", "2027-01-20").uid if is_there else None

    after = move(client, bob.uid, "Bob", start_time="2027-01-20 10:00")

    assert after.host_id == "user_me"
    assert after.uid != theirs.uid
    assert mine in (after.uid, None)


def test_the_date_that_is_given_up_is_no_other_one_of_the_person(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=2, per_person=["1/week"])
    rule = {"frequency": "DAILY", "count": 3}
    course = seat("Ada", recurring=rule, by="host", override=["limit"])
    add(client, course.uid, "Bob", FIRST)

    after = move(client, course.uid, "Bob", on=FIRST, start_time="2027-01-19 10:00")

    assert after.guests[0].only_on == ("2027-01-19",)


def test_the_last_one_may_move_to_time_that_the_group_had(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=2, slot_interval=15)
    uid = seat("Ada").uid

    after = move(client, uid, "Ada", start_time=f"{FIRST} 10:15")

    assert after.start_time == f"{FIRST}T10:15:00+00:00"


def test_one_date_is_made_up_for_on_another(
    client: Client, course: Booking, seat: BookingMaker
) -> None:
    other = seat("Eve", "2027-01-20", recurring=WEEKLY)

    after = move(client, course.uid, "Ada", on=SECOND, start_time="2027-01-27 10:00")

    assert after.uid == other.uid
    assert after.guests[0].only_on == ("2027-01-27",)
    assert client.calendar.bookings.get(course.uid).attendee.absent_on == (SECOND,)


def test_a_drop_in_moves_to_another_date_of_the_series(
    client: Client, course: Booking
) -> None:
    add(client, course.uid, "Bob", FIRST)

    after = move(client, course.uid, "Bob", on=FIRST, start_time=f"{THIRD} 10:00")

    assert after.guests[0].only_on == (THIRD,)


def test_a_whole_series_moves_only_to_a_group(
    client: Client, course: Booking, seat: BookingMaker
) -> None:
    other = seat("Eve", "2027-01-20", recurring=WEEKLY)

    with pytest.raises(errors.UsageError, match="which date"):
        move(client, course.uid, "Ada", start_time="2027-01-27 10:00")
    with pytest.raises(errors.UsageError, match="one of its dates"):
        move(client, course.uid, "Ada", on=SECOND, into=other.uid)
    with pytest.raises(errors.UsageError, match="one start"):
        move(client, course.uid, "Ada")

    assert taken(move(client, course.uid, "Ada", into=other.uid)) == [2, 2, 2]


def test_a_dry_run_moves_nobody(
    client: Client, classes: tuple[Booking, Booking]
) -> None:
    monday, _ = classes

    would = move(client, monday.uid, "Bob", start_time="2027-01-20 10:00", dry_run=True)

    assert would.uid is None
    assert len(client.calendar.bookings.list()) == 2


@pytest.mark.sqlite
def test_seats_of_many_dates_are_counted_with_as_few_statements(
    client: Client, event_type: Callable[..., EventType], booking: Callable[..., Any]
) -> None:
    """What is held and what a room holds were read again for each date."""
    for room, capacity in (("hall", 9), ("attic", 3)):
        client.calendar.resources.create(room, kind="room", capacity=capacity)
    event_type("yoga", seats=9, needs=["1 of hall,attic"])
    found = {}
    for count, start in ((2, "2027-01-18 10:00"), (40, "2027-02-18 12:00")):
        rule = {"frequency": "DAILY", "count": count}
        wanted = {"event_type_id": "yoga", "resource_id": "attic", "recurring": rule}
        group = booking(start_time=start, **wanted)
        with client.calendar._context.store.read(Facts) as facts:
            asked: list[str] = []
            facts.connection.set_trace_callback(asked.append)
            now = datetime(2027, 1, 1, tzinfo=UTC)
            every = seat_counts.count_seats(
                *(facts, facts.event_type("evt_yoga"), facts.booking(group.uid)),
                facts.booking(group.uid).occurrences,
                now=now,
            )
            facts.connection.set_trace_callback(None)
        assert [(seats.left, seats.room) for seats in every] == [
            (2, "res_attic")
        ] * count
        found[count] = len(asked)

    assert found[40] == found[2]
