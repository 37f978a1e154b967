"""Series: booked, cancelled and moved by date, listed, and passed by time."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from conftest import MONDAY, Clock
from support.running import PATIENCE, Spawn
from support.stores import ask

from calbook import Booking, Client, EventType, Status, errors
from calbook.store.facts import Facts
from calbook.store.transaction import Transaction

pytest_plugins = ("support.running",)

DAY = timedelta(days=1)
ADA = {"name": "Ada", "email": "ada@example.com"}
MONDAYS = ["2027-01-18", "2027-01-25", "2027-02-01", "2027-02-08"]
BookingMaker = Callable[..., Booking]
EventTypeMaker = Callable[..., EventType]


@pytest.fixture
def series(booking: BookingMaker) -> BookingMaker:
    """Makes series of `demo`: four Mondays at 10:00 UTC."""

    def make(**fields: Any) -> Booking:
        rule = {"frequency": "WEEKLY", "count": 4}
        return booking(
            **{"start_time": f"{MONDAYS[0]} 10:00", "recurring": rule, **fields}
        )

    return make


def starts(booking: Booking) -> dict[str, str]:
    """Where each date of a series is, to the minute."""
    return {o.date: o.start_time[:16] for o in booking.occurrences}


def statuses(booking: Booking) -> list[str]:
    """Of each date, in the order of the dates."""
    return [o.status for o in sorted(booking.occurrences, key=lambda o: o.date)]


def everything(client: Client) -> list[dict[str, Any]]:
    """All that is stored of bookings."""
    bookings = client.calendar.bookings
    return [
        {**b.to_dict(), "history": [e.to_dict() for e in bookings.history(b.uid)]}
        for b in bookings.list(count=None)
    ]


def tell_somebody(client: Client) -> None:
    """What is told of a booking stays in its events."""
    client.calendar.webhooks.create("https://hooks.example/told")


def snapshots(client: Client) -> list[dict[str, Any]]:
    """The booking in every event, in order."""
    rows = ask(client, "select booking from events order by seq")
    return [json.loads(row[0]) for row in rows]


def check_claims(client: Client) -> None:
    """The time that is held is that of the occurrences that are not cancelled."""
    held = "select uid, recurrence_id, claim_start, claim_end from {}"
    claims = ask(client, f"{held.format('claims')} order by 1, 2")
    live = "occurrences where status <> 'CANCELLED' order by 1, 2"
    assert [*map(tuple, claims)] == [*map(tuple, ask(client, held.format(live)))]


def conflicts(refusal: pytest.ExceptionInfo[errors.CalbookError]) -> dict[str, str]:
    return {c["date"]: c["code"] for c in refusal.value.details["conflicts"]}


# -- the seed's own series -------------------------------------------------------------


@pytest.fixture
def coaching(client: Client, clock: Clock) -> Booking:
    """Twelve weeks from 2024-01-15 in New York, where the clocks change in March."""
    clock.now = datetime(2024, 1, 8, 14, tzinfo=UTC)
    client.set_up(name="Grace", email="g@example.com", timezone="America/New_York")
    client.calendar.event_types.create("evt_weekly_coaching")
    return client.calendar.bookings.create(
        event_type_id="evt_weekly_coaching",
        start_time="2024-01-15T10:00:00-05:00",
        attendee={"name": "John Doe", "email": "john@example.com"},
        recurring={"frequency": "WEEKLY", "count": 12},
    )


def test_ten_stays_ten_when_the_clocks_change(coaching: Booking) -> None:
    first = date(2024, 1, 15)
    mondays = [first + n * 7 * DAY for n in range(12)]

    assert [o.start_time for o in coaching.occurrences] == [
        f"{day}T10:00:00-0{5 if n < 8 else 4}:00" for n, day in enumerate(mondays)
    ]
    assert [o.date for o in coaching.occurrences] == [str(day) for day in mondays]
    assert [o.offset_differs for o in coaching.occurrences] == [False] * 8 + [True] * 4
    assert set(statuses(coaching)) == {"CONFIRMED"}
    assert coaching.recurring == {
        "frequency": "WEEKLY",
        "interval": 1,
        "count": 12,
        "until": None,
        "byDay": [],
    }
    assert coaching.start_time == "2024-01-15T10:00:00-05:00"
    assert coaching.end_time == "2024-01-15T10:30:00-05:00"


def test_the_seeds_cancellations_leave_the_other_dates(
    client: Client, coaching: Booking
) -> None:
    bookings = client.calendar.bookings

    one = bookings.cancel_occurrence(coaching.uid, date="2024-02-05", reason="Holiday")
    rest = bookings.cancel_all_future(
        coaching.uid, from_date="2024-03-01", reason="Project completed"
    )

    assert [o.date for o in one.occurrences if o.status == "CANCELLED"] == [
        "2024-02-05"
    ]
    left = [n for n, o in enumerate(rest.occurrences, 1) if o.status == "CONFIRMED"]
    assert left == [1, 2, 3, 5, 6, 7]
    gone = [o for o in rest.occurrences if o.status == "CANCELLED"]
    assert [o.reason for o in gone] == ["Holiday"] + ["Project completed"] * 5
    assert {(o.resolution, o.cancelled_by) for o in gone} == {("cancelled", "attendee")}
    assert (rest.status, rest.resolution, rest.reason) == ("CONFIRMED", None, None)
    assert [(b.sequence, b.version) for b in (coaching, one, rest)] == [
        (0, 0),
        (1, 1),
        (2, 2),
    ]


def test_each_event_of_a_series_names_its_dates(
    client: Client, coaching: Booking
) -> None:
    bookings = client.calendar.bookings

    bookings.cancel(coaching.uid, date="2024-02-05", reason="Holiday")
    bookings.cancel(coaching.uid, from_date="2024-03-25", cancelled_by="host")
    bookings.reschedule(coaching.uid, date="2024-01-22", start_time="2024-01-23 11:00")

    created, *changes = bookings.history(coaching.uid)
    assert (created.type, created.change) == ("booking.created", {})
    assert [(event.type, event.by) for event in changes] == [
        ("booking.cancelled", "attendee"),
        ("booking.cancelled", "host"),
        ("booking.rescheduled", "attendee"),
    ]
    assert [event.change["dates"] for event in changes] == [
        ["2024-02-05"],
        ["2024-03-25", "2024-04-01"],
        ["2024-01-22"],
    ]
    assert changes[0].change["reason"] == "Holiday"
    assert (changes[2].change["from"], changes[2].change["to"]) == (
        "2024-01-22T10:00:00-05:00",
        "2024-01-23T11:00:00-05:00",
    )


def test_a_cancelled_date_is_free_again_and_the_others_are_not(
    client: Client, coaching: Booking
) -> None:
    bookings = client.calendar.bookings
    bookings.cancel(coaching.uid, date="2024-02-05")

    def book(occurrence: Any) -> Booking:
        return bookings.create(
            event_type_id="weekly_coaching",
            start_time=occurrence.start_time,
            attendee=ADA,
        )

    for occurrence in coaching.occurrences:
        if occurrence.date == "2024-02-05":
            assert book(occurrence).status == "CONFIRMED"
            continue
        with pytest.raises(errors.SlotTaken) as refusal:
            book(occurrence)
        assert refusal.value.details["uid"] == coaching.uid


def test_the_first_dates_name_is_typed_in_any_zone(
    client: Client, coaching: Booking
) -> None:
    """The key is the schedule's date, whatever zone the start was given in."""
    late = client.calendar.bookings.create(
        event_type_id="weekly_coaching",
        start_time="2024-01-17 06:00",
        timezone="Asia/Tokyo",
        attendee=ADA,
        recurring={"frequency": "DAILY", "count": 2},
    )

    assert starts(late) == {
        "2024-01-16": "2024-01-16T16:00",
        "2024-01-17": "2024-01-17T16:00",
    }


# -- dates in the way ------------------------------------------------------------------


def test_one_date_in_the_way_books_nothing(
    client: Client, booking: BookingMaker, series: BookingMaker
) -> None:
    blocker = booking(start_time="2027-02-01 09:45")
    before = everything(client)

    with pytest.raises(errors.SlotTaken) as refusal:
        series()

    [conflict] = refusal.value.details["conflicts"]
    assert conflict == {
        "date": "2027-02-01",
        "startTime": "2027-02-01T10:00:00+00:00",
        "code": "slot_taken",
        "message": f"that time is taken by {blocker.uid}"
        " (Mon 1 Feb 2027, 09:45–10:15 UTC)",
        "uid": blocker.uid,
    }
    assert refusal.value.message == (
        f"1 of 4 dates cannot be booked: 2027-02-01 (taken by {blocker.uid})"
    )
    assert 'on_conflict="skip"' in refusal.value.hint
    assert everything(client) == before


def test_every_date_in_the_way_is_listed_with_its_reason(
    client: Client, event_type: EventTypeMaker, series: BookingMaker
) -> None:
    event_type(slots_per_day=1)
    event_type("other")
    create = client.calendar.bookings.create
    taken = create(event_type_id="other", start_time="2027-01-25 10:00", attendee=ADA)
    create(event_type_id="demo", start_time="2027-02-08 18:00", attendee=ADA)
    client.calendar.schedules.override("always", date="2027-02-01")
    before = everything(client)

    with pytest.raises(errors.SlotTaken) as refusal:
        series()

    assert conflicts(refusal) == {
        "2027-01-25": "slot_taken",
        "2027-02-01": "outside_hours",
        "2027-02-08": "slots_per_day",
    }
    assert taken.uid in refusal.value.message
    assert everything(client) == before


def test_the_host_may_book_a_closed_date_of_a_series(
    client: Client, event_type: EventTypeMaker, series: BookingMaker
) -> None:
    event_type()
    client.calendar.schedules.override("always", date="2027-02-01")

    booked = series(by="host", override=["hours"])

    assert list(starts(booked)) == MONDAYS
    assert booked.overrides == ("hours",)


def test_a_long_list_of_dates_is_cut_in_the_message_alone(
    client: Client, booking: BookingMaker, series: BookingMaker
) -> None:
    series(recurring={"frequency": "DAILY", "count": 40})

    with pytest.raises(errors.SlotTaken) as refusal:
        series(recurring={"frequency": "DAILY", "count": 40})

    assert refusal.value.message.endswith("and 20 more")
    assert len(conflicts(refusal)) == 40


@pytest.mark.parametrize(
    "places", [[0], [1], [3], [0, 1, 3]], ids=["first", "middle", "last", "most"]
)
def test_dates_in_the_way_may_be_skipped(
    client: Client, booking: BookingMaker, series: BookingMaker, places: list[int]
) -> None:
    for place in places:
        booking(start_time=f"{MONDAYS[place]} 10:00")

    booked = series(on_conflict="skip")

    skipped = [o for o in booked.occurrences if o.status == "CANCELLED"]
    assert [o.date for o in skipped] == [MONDAYS[place] for place in places]
    assert {(o.resolution, o.cancelled_by) for o in skipped} == {("conflict", "system")}
    assert booked.status == "CONFIRMED"
    assert list(starts(booked)) == MONDAYS
    check_claims(client)


def test_a_series_begins_with_the_first_date_that_was_booked(
    client: Client, booking: BookingMaker, series: BookingMaker
) -> None:
    """It was shown and sorted by a date at which somebody else meets."""
    blocker = booking(start_time=f"{MONDAYS[0]} 10:00")

    booked = series(on_conflict="skip")

    assert (booked.start_time, booked.end_time) == (
        f"{MONDAYS[1]}T10:00:00+00:00",
        f"{MONDAYS[1]}T10:30:00+00:00",
    )
    assert client.calendar.bookings.get(booked.uid) == booked
    assert [b.uid for b in client.calendar.bookings.list(latest_first=True)] == [
        booked.uid,
        blocker.uid,
    ]


@pytest.mark.parametrize("place", [0, 1, 3], ids=["first", "middle", "last"])
def test_a_series_is_not_found_by_a_date_that_was_in_the_way(
    client: Client, booking: BookingMaker, series: BookingMaker, place: int
) -> None:
    day = MONDAYS[place]
    blocker = booking(start_time=f"{day} 10:00")
    booked = series(on_conflict="skip")
    bookings = client.calendar.bookings

    found = bookings.list(start_date=day, end_date=day)

    assert [b.uid for b in found] == [blocker.uid]
    other = MONDAYS[2]
    assert [b.uid for b in bookings.list(start_date=other, end_date=other)] == [
        booked.uid
    ]


def test_a_skipped_date_holds_no_time(
    client: Client, booking: BookingMaker, series: BookingMaker
) -> None:
    blocker = booking(start_time="2027-02-01 10:00")
    series(on_conflict="skip")
    client.calendar.bookings.cancel(blocker.uid)

    again = booking(start_time="2027-02-01 10:00")

    assert again.status == "CONFIRMED"


def test_what_was_skipped_stays_cancelled(
    client: Client, booking: BookingMaker, series: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    booking(start_time=f"{MONDAYS[0]} 10:00")
    booked = series(on_conflict="skip")

    with pytest.raises(errors.AlreadyCancelled, match="left out: its time was taken"):
        bookings.cancel(booked.uid, date=MONDAYS[0])
    with pytest.raises(errors.WrongStatus):
        bookings.reschedule(booked.uid, date=MONDAYS[0], start_time="2027-01-19 10:00")
    moved = bookings.reschedule(booked.uid, all=True, start_time="2027-01-26 11:00")

    assert starts(moved) == {
        "2027-01-18": "2027-01-18T10:00",
        "2027-01-25": "2027-01-26T11:00",
        "2027-02-01": "2027-02-02T11:00",
        "2027-02-08": "2027-02-09T11:00",
    }


def test_when_every_date_is_in_the_way_skipping_is_refused(
    client: Client, series: BookingMaker
) -> None:
    series()
    before = everything(client)

    with pytest.raises(errors.SlotTaken) as refusal:
        series(on_conflict="skip")

    assert list(conflicts(refusal)) == MONDAYS
    assert everything(client) == before


def test_a_rule_that_is_no_dates_matter_is_never_skipped(
    client: Client, event_type: EventTypeMaker, series: BookingMaker
) -> None:
    event_type(minimum_notice=30 * 1440)

    with pytest.raises(errors.MinimumNotice):
        series(on_conflict="skip")


def test_only_a_series_can_skip(booking: BookingMaker) -> None:
    with pytest.raises(errors.UsageError, match="only a series can skip"):
        booking(on_conflict="skip")


def test_dates_that_overlap_each_other_are_refused(
    event_type: EventTypeMaker, series: BookingMaker
) -> None:
    event_type(duration=1440, buffer_after=60)

    with pytest.raises(errors.SlotTaken, match="overlaps another date of the series"):
        series(recurring={"frequency": "DAILY", "count": 3})


def test_skipping_leaves_out_only_what_overlaps_a_date_that_is_booked(
    event_type: EventTypeMaker, series: BookingMaker
) -> None:
    """The third was in the way of the second, which is left out."""
    event_type(duration=1440, buffer_after=60)

    booked = series(recurring={"frequency": "DAILY", "count": 5}, on_conflict="skip")

    assert statuses(booked) == [
        *("CONFIRMED", "CANCELLED", "CONFIRMED", "CANCELLED", "CONFIRMED")
    ]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        pytest.param("2027-01-06 08:59", errors.MinimumNotice, id="too-soon"),
        pytest.param("2027-01-06 09:00", None, id="soonest"),
        pytest.param("2027-01-24 23:30", None, id="latest"),
        pytest.param("2027-01-25 00:00", errors.MaximumAdvance, id="too-far"),
    ],
)
def test_notice_and_advance_are_asked_of_the_first_date_alone(
    event_type: EventTypeMaker,
    series: BookingMaker,
    first: str,
    expected: type[errors.CalbookError] | None,
) -> None:
    event_type(minimum_notice=2 * 1440, maximum_advance=20)

    if expected is not None:
        with pytest.raises(expected):
            series(start_time=first)
        return

    assert len(series(start_time=first).occurrences) == 4


# -- moving ----------------------------------------------------------------------------


def test_a_moved_date_keeps_its_name(client: Client, series: BookingMaker) -> None:
    bookings = client.calendar.bookings
    uid = series().uid

    bookings.reschedule(uid, date="2027-01-25", start_time="2027-01-27 11:00")
    twice = bookings.reschedule(uid, date="2027-01-25", start_time="2027-02-03 12:00")
    with pytest.raises(errors.NotFound) as missing:
        bookings.cancel(uid, date="2027-02-03")
    gone = bookings.cancel(uid, date="2027-01-25")

    assert starts(twice) == {
        "2027-01-18": "2027-01-18T10:00",
        "2027-01-25": "2027-02-03T12:00",
        "2027-02-01": "2027-02-01T10:00",
        "2027-02-08": "2027-02-08T10:00",
    }
    assert [o.date for o in twice.occurrences] == [
        "2027-01-18",
        "2027-02-01",
        "2027-01-25",
        "2027-02-08",
    ]
    assert (twice.sequence, twice.version) == (2, 2)
    assert missing.value.details["dates"] == MONDAYS
    assert statuses(gone) == ["CONFIRMED", "CANCELLED", "CONFIRMED", "CONFIRMED"]


def test_the_time_that_a_date_left_is_free_and_its_new_one_is_not(
    client: Client, booking: BookingMaker, series: BookingMaker
) -> None:
    uid = series().uid
    client.calendar.bookings.reschedule(
        uid, date="2027-01-25", start_time="2027-01-27 11:00"
    )

    with pytest.raises(errors.SlotTaken):
        booking(start_time="2027-01-27 11:15")
    assert booking(start_time="2027-01-25 10:00").status == "CONFIRMED"


def test_a_date_is_not_moved_onto_another_of_its_series(
    client: Client, series: BookingMaker
) -> None:
    uid = series().uid
    before = everything(client)

    with pytest.raises(errors.SlotTaken) as refusal:
        client.calendar.bookings.reschedule(
            uid, date="2027-01-25", start_time="2027-02-01 09:45"
        )

    assert refusal.value.details["uid"] == uid
    assert everything(client) == before


def test_a_date_does_not_stand_in_its_own_way(
    client: Client, series: BookingMaker
) -> None:
    uid = series().uid

    moved = client.calendar.bookings.reschedule(
        uid, date="2027-01-25", start_time="2027-01-25 10:15"
    )

    assert starts(moved)["2027-01-25"] == "2027-01-25T10:15"
    check_claims(client)


@pytest.mark.parametrize(
    ("chosen", "start", "touched"),
    [
        pytest.param({"all": True}, "2024-01-16 15:00", range(12), id="all"),
        pytest.param(
            {"from_date": "2024-02-26"}, "2024-02-27 15:00", range(6, 12), id="from"
        ),
        pytest.param(
            {"from_date": "2024-02-27"}, "2024-03-05 15:00", range(7, 12), id="between"
        ),
    ],
)
def test_dates_shift_together_to_the_same_wall_time(
    client: Client,
    coaching: Booking,
    chosen: dict[str, Any],
    start: str,
    touched: range,
) -> None:
    moved = client.calendar.bookings.reschedule(
        coaching.uid, start_time=start, **chosen
    )

    first = datetime(2024, 1, 15)  # noqa: DTZ001 (a wall time)
    for n, occurrence in enumerate(moved.occurrences):
        monday = first + n * 7 * DAY
        assert occurrence.date == f"{monday:%Y-%m-%d}"
        to = monday + DAY + timedelta(hours=15) if n in touched else None
        wall = to or monday + timedelta(hours=10)
        assert occurrence.starts_at.replace(tzinfo=None) == wall
        offset = -4 if n >= 8 else -5
        assert occurrence.starts_at.utcoffset() == timedelta(hours=offset)
    [event] = client.calendar.bookings.history(coaching.uid)[1:]
    dates = [o.date for n, o in enumerate(coaching.occurrences) if n in touched]
    assert event.change.get("dates", dates) == dates
    assert moved.sequence == 1


def test_dates_may_shift_onto_each_others_places(
    client: Client, series: BookingMaker
) -> None:
    uid = series().uid

    later = client.calendar.bookings.reschedule(
        uid, all=True, start_time="2027-01-25 10:00"
    )
    back = client.calendar.bookings.reschedule(
        uid, all=True, start_time="2027-01-18 10:00"
    )

    assert list(starts(later).values()) == [
        f"{day}T10:00" for day in [*MONDAYS[1:], "2027-02-15"]
    ]
    assert list(starts(back).values()) == [f"{day}T10:00" for day in MONDAYS]
    check_claims(client)


def test_one_date_in_the_way_of_a_move_moves_nothing(
    client: Client, booking: BookingMaker, series: BookingMaker
) -> None:
    uid = series().uid
    booking(start_time="2027-02-02 10:00")
    before = everything(client)

    with pytest.raises(errors.SlotTaken) as refusal:
        client.calendar.bookings.reschedule(
            uid, from_date="2027-01-25", start_time="2027-01-26 10:00"
        )

    assert conflicts(refusal) == {"2027-02-02": "slot_taken"}
    assert refusal.value.message.startswith("1 of 3 dates cannot be booked")
    assert "skip" not in (refusal.value.hint or "")
    assert everything(client) == before


def test_a_date_that_was_moved_falls_back_in_line(
    client: Client, series: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    uid = series().uid
    bookings.reschedule(uid, date="2027-02-01", start_time="2027-02-03 16:00")

    moved = bookings.reschedule(uid, all=True, start_time="2027-01-19 11:00")

    assert starts(moved) == {
        "2027-01-18": "2027-01-19T11:00",
        "2027-01-25": "2027-01-26T11:00",
        "2027-02-01": "2027-02-02T11:00",
        "2027-02-08": "2027-02-09T11:00",
    }


def test_nothing_shifts_before_the_first_date(
    client: Client, event_type: EventTypeMaker, series: BookingMaker
) -> None:
    """What had moved before the others went into the past, and no rule was asked."""
    bookings = client.calendar.bookings
    event_type(minimum_notice=1440)
    uid = series().uid
    bookings.reschedule(uid, date="2027-02-01", start_time="2027-01-12 10:00")

    with pytest.raises(errors.MinimumNotice):
        bookings.reschedule(uid, all=True, start_time="2027-01-05 08:00")
    moved = bookings.reschedule(uid, all=True, start_time="2027-01-06 10:00")

    assert starts(moved) == {
        "2027-01-18": "2027-01-06T10:00",
        "2027-01-25": "2027-01-13T10:00",
        "2027-02-01": "2027-01-20T10:00",
        "2027-02-08": "2027-01-27T10:00",
    }


@pytest.mark.parametrize(
    ("moved", "start", "said"),
    [
        pytest.param("2027-01-11", "9000-12-30", "2027-01-25 would leave", id="after"),
    ],
)
def test_no_date_shifts_out_of_the_calendar(
    client: Client, series: BookingMaker, moved: str, start: str, said: str
) -> None:
    """Year 9000 is the last; dates far behind it were a bug's traceback."""
    bookings = client.calendar.bookings
    uid = series().uid
    bookings.reschedule(uid, date="2027-01-18", start_time=f"{moved} 10:00")
    before = everything(client)

    with pytest.raises(errors.BadInput, match=said):
        bookings.reschedule(uid, all=True, start_time=f"{start} 10:00")

    assert everything(client) == before


@pytest.mark.parametrize("verb", ["cancel", "reschedule"])
@pytest.mark.parametrize("chosen", [{"all": True}, {"from_date": "2027-01-18"}])
def test_only_what_is_to_come_is_touched(
    client: Client,
    clock: Clock,
    series: BookingMaker,
    verb: str,
    chosen: dict[str, Any],
) -> None:
    bookings = client.calendar.bookings
    uid = series().uid
    bookings.cancel(uid, date="2027-02-01")
    clock.now = datetime(2027, 1, 25, 10, tzinfo=UTC)  # the second has begun

    if verb == "cancel":
        changed = bookings.cancel(uid, **chosen)
    else:
        changed = bookings.reschedule(uid, start_time="2027-02-09 10:00", **chosen)

    gone = verb == "cancel"
    assert statuses(changed) == [
        "COMPLETED",
        "CONFIRMED",
        "CANCELLED",
        "CANCELLED" if gone else "CONFIRMED",
    ]
    assert starts(changed) == {
        **{day: f"{day}T10:00" for day in MONDAYS[:3]},
        "2027-02-08": "2027-02-08T10:00" if gone else "2027-02-09T10:00",
    }
    told = [event.change.get("dates") for event in bookings.history(uid)]
    assert told == [None, ["2027-02-01"], ["2027-01-18"], ["2027-02-08"]]


def test_when_nothing_is_to_come_nothing_is_changed(
    client: Client, clock: Clock, series: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    over, cancelled = series(), series(start_time="2027-01-18 12:00")
    bookings.cancel(cancelled.uid, all=True)
    clock.now = datetime(2027, 2, 8, 11, tzinfo=UTC)
    client.tick()
    before = everything(client)

    with pytest.raises(errors.NothingToChange):
        bookings.cancel(over.uid, all=True)
    with pytest.raises(errors.NothingToChange, match="from 2027-02-08 on"):
        bookings.cancel(over.uid, from_date="2027-02-08")
    with pytest.raises(errors.WrongStatus):
        bookings.cancel(over.uid, date="2027-02-08")
    with pytest.raises(errors.NothingToChange):
        bookings.reschedule(over.uid, all=True, start_time="2027-03-01 10:00")
    with pytest.raises(errors.AlreadyCancelled):
        bookings.cancel(cancelled.uid, all=True)

    assert everything(client) == before


def test_a_series_is_changed_by_naming_its_dates(
    client: Client, booking: BookingMaker, series: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    uid = series().uid
    before = everything(client)

    with pytest.raises(errors.UsageError) as unsaid:
        bookings.cancel(uid)
    with pytest.raises(errors.UsageError):
        bookings.reschedule(uid, start_time="2027-03-01 10:00")
    with pytest.raises(errors.UsageError):
        bookings.mark_attended(uid)
    with pytest.raises(errors.UsageError):
        bookings.cancel(uid, date=MONDAYS[0], all=True)
    with pytest.raises(errors.UsageError):
        bookings.cancel(uid, from_date=MONDAYS[0], date=MONDAYS[0])

    assert unsaid.value.details["dates"] == MONDAYS
    assert everything(client) == before


def test_a_single_booking_may_be_named_by_its_date(
    client: Client, booking: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    uid = booking(start_time="2027-01-18 10:00").uid

    moved = bookings.reschedule(uid, date="2027-01-18", start_time="2027-01-19 10:00")
    with pytest.raises(errors.NotFound):
        bookings.cancel(uid, date="2027-01-18")
    gone = bookings.cancel(uid, date=date(2027, 1, 19))

    assert moved.occurrences[0].date == "2027-01-19"
    assert gone.status == "CANCELLED"


def test_moving_dates_to_where_they_are_writes_nothing(
    client: Client, series: BookingMaker
) -> None:
    uid = series().uid
    before = everything(client)

    client.calendar.bookings.reschedule(uid, all=True, start_time="2027-01-18 10:00")

    assert client.unchanged == {uid: f"{uid} is at that time already"}
    assert everything(client) == before


def test_attendance_is_recorded_for_one_date(
    client: Client, clock: Clock, series: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    uid = series().uid
    clock.now = datetime(2027, 1, 25, 10, tzinfo=UTC)

    bookings.mark_attended(uid, date="2027-01-18")
    marked = bookings.mark_no_show(uid, date="2027-01-25")
    with pytest.raises(errors.WrongStatus, match="has not begun"):
        bookings.mark_attended(uid, date="2027-02-01")

    assert statuses(marked) == ["COMPLETED", "NO_SHOW", "CONFIRMED", "CONFIRMED"]
    assert [o.attendance for o in marked.occurrences] == [
        *("attended", "no_show", "unknown", "unknown")
    ]
    assert (marked.attendance, marked.status) == ("unknown", "CONFIRMED")


# -- confirmation and deadlines --------------------------------------------------------


@pytest.fixture
def asked(event_type: EventTypeMaker, series: BookingMaker) -> Booking:
    """A series that awaits the host's word."""
    event_type(requires_confirmation=True)
    return series()


def test_a_series_is_pending_as_long_as_one_date_is(
    client: Client, asked: Booking
) -> None:
    bookings = client.calendar.bookings

    confirmed = bookings.confirm(asked.uid)
    moved = bookings.reschedule(
        asked.uid, date="2027-01-25", start_time="2027-01-26 10:00"
    )
    rejected = bookings.reject(asked.uid, reason="not on Tuesdays")

    assert (asked.status, set(statuses(asked))) == ("PENDING", {"PENDING"})
    assert (confirmed.status, set(statuses(confirmed))) == ("CONFIRMED", {"CONFIRMED"})
    assert moved.status == "PENDING"
    assert statuses(moved) == ["CONFIRMED", "PENDING", "CONFIRMED", "CONFIRMED"]
    assert rejected.status == "CONFIRMED"
    assert statuses(rejected) == ["CONFIRMED", "CANCELLED", "CONFIRMED", "CONFIRMED"]
    [gone] = [o for o in rejected.occurrences if o.status == "CANCELLED"]
    assert (gone.resolution, gone.reason) == ("rejected", "not on Tuesdays")
    with pytest.raises(errors.WrongStatus):
        bookings.confirm(asked.uid)


def test_the_host_moves_a_confirmed_series_without_asking_again(
    client: Client, asked: Booking
) -> None:
    client.calendar.bookings.confirm(asked.uid)

    moved = client.calendar.bookings.reschedule(
        asked.uid, all=True, start_time="2027-01-19 10:00", by="host"
    )

    assert set(statuses(moved)) == {"CONFIRMED"}


@pytest.mark.parametrize(
    ("answer", "expected"), [("confirm", "CONFIRMED"), ("reject", "CANCELLED")]
)
def test_the_hosts_word_is_about_the_dates_that_still_await_it(
    client: Client, clock: Clock, asked: Booking, answer: str, expected: str
) -> None:
    bookings = client.calendar.bookings
    bookings.cancel(asked.uid, date="2027-02-01", reason="away")
    clock.now = datetime(2027, 1, 18, 10, tzinfo=UTC)  # the first has expired

    answered = getattr(bookings, answer)(asked.uid)

    assert statuses(answered) == ["CANCELLED", expected, "CANCELLED", expected]
    resolutions = [o.resolution for o in answered.occurrences]
    given = "rejected" if answer == "reject" else None
    assert resolutions == ["expired", given, "cancelled", given]
    event = bookings.history(asked.uid)[-1]
    assert event.change["dates"] == ["2027-01-25", "2027-02-08"]


def test_when_every_date_has_expired_there_is_nothing_to_confirm(
    client: Client, clock: Clock, asked: Booking
) -> None:
    clock.now = datetime(2027, 2, 8, 10, tzinfo=UTC)

    with pytest.raises(errors.WrongStatus, match="is CANCELLED"):
        client.calendar.bookings.confirm(asked.uid)

    seen = client.calendar.bookings.get(asked.uid)
    assert (seen.status, seen.resolution) == ("CANCELLED", "expired")


@pytest.mark.parametrize("verb", ["cancel", "reschedule"])
@pytest.mark.parametrize(
    ("chosen", "is_late"),
    [
        pytest.param({"date": "2027-01-18"}, True, id="on-the-next"),
        pytest.param({"date": "2027-01-25"}, False, id="on-a-later"),
        pytest.param({"from_date": "2027-01-18"}, True, id="from-the-next"),
        pytest.param({"from_date": "2027-01-19"}, False, id="from-a-later"),
        pytest.param({"all": True}, True, id="all"),
    ],
)
def test_the_deadline_binds_the_attendee_by_the_first_date_touched(
    client: Client,
    clock: Clock,
    event_type: EventTypeMaker,
    series: BookingMaker,
    verb: str,
    chosen: dict[str, Any],
    is_late: bool,
) -> None:
    event_type(cancellation_deadline=60)
    uid = series().uid
    clock.now = datetime(2027, 1, 18, 9, 0, 1, tzinfo=UTC)
    bookings = client.calendar.bookings

    def change(by: str) -> Booking:
        if verb == "cancel":
            return bookings.cancel(uid, cancelled_by=by, **chosen)
        return bookings.reschedule(uid, start_time="2027-01-28 08:00", by=by, **chosen)

    if is_late:
        with pytest.raises(errors.DeadlinePassed) as refusal:
            change("attendee")
        assert refusal.value.details["deadline"] == "2027-01-18T09:00:00+00:00"
        assert change("host").sequence == 1
        return

    assert change("attendee").sequence == 1


def test_what_is_cancelled_is_said_before_any_deadline(
    client: Client, clock: Clock, event_type: EventTypeMaker, series: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    event_type(cancellation_deadline=60)
    uid = series().uid
    bookings.cancel(uid, date="2027-01-18")
    clock.now = datetime(2027, 1, 18, 9, 30, tzinfo=UTC)

    with pytest.raises(errors.AlreadyCancelled):
        bookings.cancel(uid, date="2027-01-18")


# -- two at once -----------------------------------------------------------------------


class TestInAFile:
    @pytest.fixture
    def database(self, place: str) -> str:
        return place

    def test_of_two_dates_moved_onto_one_slot_at_once_one_gets_it(
        self, client: Client, series: BookingMaker, spawn: Spawn
    ) -> None:
        uid = series().uid
        for n in range(3):
            slot = f"2027-03-0{1 + n} 10:00"
            movers = [
                spawn("reschedule", uid, "--on", day, "--start", slot, "--json")
                for day in MONDAYS[:2]
            ]

            printed = [mover.communicate(timeout=PATIENCE) for mover in movers]

            assert sorted(mover.returncode for mover in movers) == [0, 4]
            loser = next(m for m in range(2) if movers[m].returncode)
            error = json.loads(printed[loser][1])["error"]
            assert (error["code"], error["details"]["uid"]) == ("slot_taken", uid)
            there = starts(client.calendar.bookings.get(uid))
            assert there[MONDAYS[1 - loser]] == slot.replace(" ", "T")
            assert there[MONDAYS[loser]] != slot.replace(" ", "T")
            assert client.check() == ()


# -- listing ---------------------------------------------------------------------------


def derived(occurrences: Iterable[Any]) -> str:
    """A booking's status from those of its dates."""
    found = {o.status for o in occurrences}
    for status in ("PENDING", "CONFIRMED"):
        if status in found:
            return status
    if found == {"CANCELLED"}:
        return "CANCELLED"
    return "NO_SHOW" if found <= {"NO_SHOW", "CANCELLED"} else "COMPLETED"


@pytest.fixture
def calendar(
    client: Client, clock: Clock, event_type: EventTypeMaker, booking: BookingMaker
) -> tuple[Booking, ...]:
    """Singles and series of two event types, in every status."""
    draw = random.Random(6)
    bookings = client.calendar.bookings
    event_type("demo", duration=5)
    event_type("review", duration=5, requires_confirmation=True)
    for n in range(60):
        day = MONDAY.date() + draw.randrange(1, 40) * DAY
        rule = {"frequency": draw.choice(["DAILY", "WEEKLY"]), "count": 1 + n % 9}
        made = booking(
            event_type_id=draw.choice(["demo", "review"]),
            start_time=f"{day} {n // 12 + 8:02}:{n % 12 * 5:02}",
            attendee={"name": "Ada", "email": f"{draw.choice('ab')}@example.com"},
            recurring=draw.choice([None, rule]),
        )
        dates = [o.date for o in made.occurrences]
        if draw.random() < 0.3:
            bookings.cancel(made.uid, date=draw.choice(dates))
        if made.status == "PENDING" and draw.random() < 0.5 and len(dates) > 1:
            bookings.confirm(made.uid)
    clock.move(days=25)
    for made in bookings.list(count=None):
        for o in made.occurrences:
            if o.status == "COMPLETED" and draw.random() < 0.4:
                bookings.mark_no_show(made.uid, date=o.date)
    return bookings.list(count=None)


def test_a_series_is_found_by_the_dates_of_any_of_its_meetings(
    client: Client, booking: BookingMaker, series: BookingMaker
) -> None:
    uid = series().uid
    other = booking(start_time="2027-01-26 10:00").uid

    def found(**filters: Any) -> list[str]:
        return [b.uid for b in client.calendar.bookings.list(**filters)]

    assert found(start_date="2027-02-08") == [uid]
    assert found(start_date="2027-01-25", end_date="2027-01-25") == [uid]
    assert found(start_date="2027-01-25", end_date="2027-01-26") == [uid, other]
    assert found(start_date="2027-01-26", end_date="2027-01-31") == [other]
    assert found(start_date="2027-02-09") == []
    assert found(end_date="2027-01-17") == []
    assert found(start_date="2027-01-25", latest_first=True) == [other, uid]


def test_a_series_is_not_found_by_a_date_that_is_cancelled(
    client: Client, series: BookingMaker
) -> None:
    """It was listed as CONFIRMED on a day on which it is off."""
    bookings = client.calendar.bookings
    uid = series().uid
    for day in MONDAYS[:2]:
        bookings.cancel(uid, date=day)
    first, second, third = MONDAYS[:3]

    def found(**filters: Any) -> list[str]:
        return [b.uid for b in bookings.list(**filters)]

    assert found(start_date=first, end_date=first) == []
    assert found(start_date=second, end_date=second) == []
    assert found(end_date=second) == []
    assert bookings.total(start_date=first, end_date=second) == 0
    assert found(start_date=first) == found(start_date=second) == [uid]
    assert found(start_date=first, end_date=third) == found(end_date=third) == [uid]
    dates = bookings.list_occurrences(start_date=first, end_date=second)
    assert [b.status for b in dates] == ["CANCELLED", "CANCELLED"]
    bookings.cancel(uid, all=True)
    assert found(start_date=first, end_date=first, status="CANCELLED") == [uid]


def test_the_first_moment_of_a_range_is_in_it_and_the_last_is_not(
    client: Client, series: BookingMaker
) -> None:
    series()
    bookings = client.calendar.bookings
    first, second, third = (f"{day}T10:00:00Z" for day in MONDAYS[:3])

    for listed in (bookings.list, bookings.list_occurrences):
        assert len(listed(start_date=first, end_date=second)) == 1
        assert len(listed(start_date=second, end_date=third)) == 1
        assert listed(start_date="2027-01-25T10:00:01Z", end_date=third) == ()
        assert listed(end_date=first) == ()


def test_a_moved_date_is_found_where_it_is(
    client: Client, series: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    uid = series().uid
    bookings.reschedule(uid, date="2027-02-01", start_time="2027-05-03 10:00")
    bookings.reschedule(uid, date="2027-01-25", start_time="2027-01-11 10:00")

    for day in ("2027-05-03", "2027-01-11"):
        assert [b.uid for b in bookings.list(start_date=day, end_date=day)] == [uid]
    assert bookings.list(start_date="2027-02-01", end_date="2027-02-01") == ()
    first, *_ = bookings.list_occurrences()
    assert (first.date, first.start_time[:10]) == ("2027-01-25", "2027-01-11")


def filters_of(draw: random.Random) -> dict[str, Any]:
    days = sorted(MONDAY.date() + draw.randrange(-2, 60) * DAY for _ in range(2))
    every = {
        "status": draw.sample(list(Status), draw.randint(1, 3)),
        "event_type_id": draw.choice(["demo", "review"]),
        "attendee_email": draw.choice(["A@example.com", "b@example.com"]),
        "host_id": "me",
        "start_date": str(days[0]),
        "end_date": str(days[1]),
    }
    chosen = draw.sample(list(every), draw.randint(0, 3))
    return {name: every[name] for name in chosen}


def is_meant(booking: Booking, filters: dict[str, Any], status: str) -> bool:
    """By brute force; dates mean any meeting that is not off, unless all are."""
    low = f"{filters.get('start_date', '0')}T00:00:00+00:00"
    high = f"{filters.get('end_date', '9')}T23:59:59+00:00"
    return (
        status in filters.get("status", [status])
        and booking.event_type_id
        in ("evt_" + filters.get("event_type_id", booking.event_type_id[4:]),)
        and booking.attendee.email
        == filters.get("attendee_email", booking.attendee.email).lower()
        and any(
            low <= o.start_time <= high
            for o in booking.occurrences
            if o.status != "CANCELLED" or derived(booking.occurrences) == "CANCELLED"
        )
    )


def test_pages_at_random_filters_hold_each_booking_once(
    client: Client, calendar: tuple[Booking, ...]
) -> None:
    draw = random.Random(7)
    assert {b.status for b in calendar} == set(Status)
    for _ in range(50):
        filters, backward = filters_of(draw), draw.random() < 0.5
        expected = [b for b in calendar if is_meant(b, filters, derived(b.occurrences))]

        pages: list[Booking] = []
        size, after = draw.choice([1, 3, 7, 50]), None
        while page := client.calendar.bookings.list(
            **filters, latest_first=backward, count=size, after=after
        ):
            pages += page
            after = page[-1].uid

        assert pages == (expected[::-1] if backward else expected), filters
        assert client.calendar.bookings.total(**filters) == len(expected)


def test_occurrences_at_random_filters_are_each_meeting_once(
    client: Client, calendar: tuple[Booking, ...]
) -> None:
    draw = random.Random(8)
    single = [
        Booking({**b.to_dict(), "occurrences": [o.to_dict()]})
        for b in calendar
        for o in b.occurrences
    ]
    for _ in range(50):
        filters, backward = filters_of(draw), draw.random() < 0.5
        expected = sorted(
            (b.occurrences[0].start_time, b.uid, b.occurrences[0].date)
            for b in single
            if is_meant(b, filters, b.occurrences[0].status)
        )

        found: list[Booking] = []
        size = draw.choice([3, 20, 500])
        while page := client.calendar.bookings.list_occurrences(
            **filters, latest_first=backward, count=size, offset=len(found)
        ):
            found += page

        assert [(b.start_time, b.uid, b.date) for b in found] == (
            expected[::-1] if backward else expected
        ), filters
        for one in found:
            assert [one.date, one.status] == [
                one.occurrences[0].date,
                one.occurrences[0].status,
            ]
        total = client.calendar.bookings.total(occurrences=True, **filters)
        assert total == len(expected)


def test_a_series_status_is_derived_from_its_dates(
    calendar: tuple[Booking, ...],
) -> None:
    for found in calendar:
        assert found.status == derived(found.occurrences)


# -- time passing ----------------------------------------------------------------------


def test_time_tells_of_each_date_once_and_in_order(
    client: Client, clock: Clock, series: BookingMaker
) -> None:
    early, late = series(), series(start_time="2027-01-19 10:00")
    clock.now = datetime(2027, 2, 2, 12, tzinfo=UTC)

    told = client.tick()
    again = client.tick()

    assert [(e.uid, e.change["dates"]) for e in told] == [
        (early.uid, ["2027-01-18"]),
        (late.uid, ["2027-01-19"]),
        (early.uid, ["2027-01-25"]),
        (late.uid, ["2027-01-26"]),
        (early.uid, ["2027-02-01"]),
        (late.uid, ["2027-02-02"]),
    ]
    assert {(e.type, e.by) for e in told} == {("booking.completed", "system")}
    assert again == ()
    assert client.calendar.bookings.get(early.uid).version == 0


def test_a_date_that_was_told_and_moves_is_told_again(
    client: Client, clock: Clock, asked: Booking
) -> None:
    """Only a clock that was wrong lets it move: then it has not taken place."""
    bookings = client.calendar.bookings
    clock.move(days=14, hours=1)
    client.tick()
    clock.move(days=-14)
    bookings.reschedule(asked.uid, date="2027-01-18", start_time="2027-01-19 10:00")
    clock.move(days=15)

    [told] = client.tick()

    assert told.type == "booking.cancelled"
    assert told.change == {"resolution": "expired", "dates": ["2027-01-18"]}


def test_dates_without_an_answer_expire_one_by_one(
    client: Client, clock: Clock, asked: Booking
) -> None:
    clock.now = datetime(2027, 1, 25, 10, tzinfo=UTC)

    told = client.tick()

    seen = client.calendar.bookings.get(asked.uid)
    assert [(e.type, e.change["dates"]) for e in told] == [
        ("booking.cancelled", ["2027-01-18"]),
        ("booking.cancelled", ["2027-01-25"]),
    ]
    assert statuses(seen) == ["CANCELLED", "CANCELLED", "PENDING", "PENDING"]
    assert seen.status == "PENDING"


def test_a_revision_that_was_told_stays_when_the_clock_goes_back(
    client: Client, clock: Clock, asked: Booking
) -> None:
    """Calendars take no entry with a lower SEQUENCE than they have."""
    bookings = client.calendar.bookings
    clock.now = datetime(2027, 1, 25, 10, tzinfo=UTC)
    client.tick()
    then = bookings.get_ics(asked.uid)
    clock.now = MONDAY

    ics, seen = bookings.get_ics(asked.uid), bookings.get(asked.uid)

    for text in (then, ics):
        assert set(re.findall(r"^SEQUENCE:(\d+)", text, re.MULTILINE)) == {"2"}
    assert (seen.sequence, seen.version) == (2, 0)


def test_only_the_dates_that_are_due_are_read_and_written(
    client: Client, clock: Clock, series: BookingMaker
) -> None:
    uid = series().uid
    dues = "select date from occurrences where due is not null order by date"
    clock.now = datetime(2027, 1, 25, 11, tzinfo=UTC)
    read: list[int] = []
    part = Transaction.booking_part

    def counted(tx: Transaction, uid: str, keys: Iterable[datetime]) -> Any:
        found = part(tx, uid, keys)
        read.append(len(found.occurrences))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transaction, "booking_part", counted)
        patch.delattr(Facts, "booking")  # all of it
        told = client.tick()

    assert [event.uid for event in told] == [uid, uid]
    assert read == [2]
    assert [row[0] for row in ask(client, dues)] == MONDAYS[2:]


def test_an_event_about_some_dates_holds_those_alone(
    client: Client, clock: Clock, series: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    tell_somebody(client)
    uid = series().uid
    bookings.reschedule(uid, date="2027-01-25", start_time="2027-01-26 11:00")
    bookings.cancel(uid, from_date="2027-02-01")
    bookings.update(uid, notes="Bring tea")
    clock.now = datetime(2027, 1, 18, 11, tzinfo=UTC)
    client.tick()

    held = [[o["date"] for o in b["occurrences"]] for b in snapshots(client)]

    assert held == [
        MONDAYS,
        ["2027-01-25"],
        ["2027-02-01", "2027-02-08"],
        MONDAYS,
        ["2027-01-18"],
    ]


@pytest.mark.parametrize("verb", ["create", "cancel", "reschedule"])
def test_an_idempotency_key_answers_the_whole_series_again(
    client: Client, series: BookingMaker, verb: str
) -> None:
    bookings = client.calendar.bookings
    uid = None if verb == "create" else series().uid

    def change() -> Booking:
        if uid is None:
            return series(idempotency_key="k")
        if verb == "cancel":
            return bookings.cancel(uid, date="2027-01-25", idempotency_key="k")
        return bookings.reschedule(
            uid,
            from_date="2027-02-01",
            start_time="2027-02-02 10:00",
            idempotency_key="k",
        )

    first = change()
    bookings.cancel(first.uid, date="2027-02-08")
    again = change()

    assert again == first
    assert list(starts(again)) == MONDAYS
    assert len(bookings.list(count=None)) == 1


def test_an_idempotency_key_is_for_one_choice_of_dates(
    client: Client, series: BookingMaker
) -> None:
    uid = series().uid
    client.calendar.bookings.cancel(uid, date="2027-01-25", idempotency_key="k")

    with pytest.raises(errors.KeyReused):
        client.calendar.bookings.cancel(
            uid, from_date="2027-01-25", idempotency_key="k"
        )


# -- limits ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        pytest.param({"count": 10**9}, "730", id="count"),
        pytest.param({"count": 731}, "730", id="count-by-one"),
        pytest.param({"count": 0}, "1 to 730", id="no-count"),
        pytest.param({"until": "2527-01-18"}, "730", id="500-years-of-weeks"),
        pytest.param(
            {"frequency": "YEARLY", "until": "2527-01-18"}, "2127", id="500-years"
        ),
        pytest.param(
            {"frequency": "YEARLY", "interval": 90, "count": 5}, "2127", id="too-far"
        ),
        pytest.param({"count": 3, "interval": 0}, "1 to 999", id="interval"),
        pytest.param({"count": 3, "interval": 10**6}, "999", id="long-interval"),
        pytest.param({"count": 3, "byDay": ["8XX"]}, "mo, mon or monday", id="day"),
        pytest.param({"count": 3, "byDay": ["2MO"]}, "MONTHLY", id="nth-of-a-week"),
        pytest.param({"count": 3, "byDay": ["tu"]}, "2027-01-18", id="not-that-day"),
        pytest.param({"until": "2027-02-30"}, "2027-02-30", id="no-such-day"),
        pytest.param({"until": "2027-01-17"}, "before it begins", id="ends-before"),
        pytest.param({"count": 3, "until": "2027-03-01"}, "both", id="two-ends"),
        pytest.param({}, "neither", id="no-end"),
        pytest.param({"count": 3, "frequency": "HOURLY"}, "WEEKLY", id="frequency"),
    ],
)
def test_a_rule_beyond_the_limits_is_refused_and_names_them(
    client: Client, series: BookingMaker, rule: dict[str, Any], said: str
) -> None:
    with pytest.raises(errors.InputError) as refusal:
        series(recurring={"frequency": "WEEKLY", **rule})

    assert said in f"{refusal.value.message} {refusal.value.hint}"
    assert everything(client) == []


def test_an_event_type_may_allow_fewer_dates(
    client: Client, event_type: EventTypeMaker, series: BookingMaker
) -> None:
    event_type(max_occurrences=3)

    with pytest.raises(errors.BadInput, match="more than 3 occurrences"):
        series()

    assert everything(client) == []


@pytest.mark.parametrize("verb", ["cancel", "reschedule", "mark_attended"])
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param("2027-01-19", errors.NotFound, id="none-of-its-dates"),
        pytest.param("2027-02-30", errors.BadTime, id="no-date"),
        pytest.param("2027-01-18 10:00", errors.BadTime, id="a-moment"),
        pytest.param("18.1.2027", errors.BadTime, id="no-iso"),
    ],
)
def test_an_unknown_date_is_refused(
    client: Client,
    series: BookingMaker,
    verb: str,
    day: str,
    expected: type[errors.CalbookError],
) -> None:
    uid = series().uid
    before = everything(client)
    more = {"start_time": "2027-03-01 10:00"} if verb == "reschedule" else {}

    with pytest.raises(expected):
        getattr(client.calendar.bookings, verb)(uid, date=day, **more)

    assert everything(client) == before


# -- two years of days -----------------------------------------------------------------

LONG = {"frequency": "DAILY", "count": 730}


def steps(client: Client, work: Callable[[], object]) -> int:
    """Of SQLite's virtual machine."""
    conn, done = client._context.store.connection, Counter[str]()

    def count() -> None:
        done["steps"] += 10

    conn.set_progress_handler(count, 10)
    work()
    conn.set_progress_handler(None, 10)
    return done["steps"]


@pytest.mark.sqlite
def test_two_years_of_days_cost_no_more_than_as_many_bookings(
    client: Client, booking: BookingMaker, series: BookingMaker
) -> None:
    booking()
    one = steps(client, booking)

    many = steps(client, lambda: series(recurring=LONG, start_time="2027-03-01 10:00"))

    [long] = client.calendar.bookings.list(start_date="2027-03-01")
    assert len(long.occurrences) == 730
    assert many < 730 * one


@pytest.mark.sqlite
def test_a_backlog_of_two_years_is_told_date_by_date(
    client: Client, clock: Clock, series: BookingMaker
) -> None:
    tell_somebody(client)
    booked = series(recurring=LONG)
    dates = [o.date for o in booked.occurrences]
    clock.move(days=800)
    told = []

    work = steps(client, lambda: told.extend(client.tick()))

    assert [event.change["dates"] for event in told] == [[day] for day in dates]
    held = [[o["date"] for o in b["occurrences"]] for b in snapshots(client)]
    assert held == [dates, *([day] for day in dates)]
    assert client.calendar.bookings.get(booked.uid).status == "COMPLETED"
    assert work < 730 * 2_000


def test_a_long_series_is_cancelled_and_moved_at_once(
    client: Client, series: BookingMaker
) -> None:
    uid = series(recurring=LONG).uid

    moved = client.calendar.bookings.reschedule(
        uid, all=True, start_time=datetime.combine(MONDAY + DAY, time(11), UTC)
    )
    gone = client.calendar.bookings.cancel(uid, all=True)

    assert {o.start_time[11:16] for o in moved.occurrences} == {"11:00"}
    assert (gone.status, gone.resolution, gone.sequence) == (
        *("CANCELLED", "cancelled"),
        2,
    )
    check_claims(client)
