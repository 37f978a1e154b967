"""The rules with their facts from a real file: claims, days, overrides, refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from calbook import Booking, CalbookError, Client, EventType

MakeEventType = Callable[..., EventType]
MakeBooking = Callable[..., Booking]

utc = datetime.fromisoformat

ADA = {"name": "Ada", "email": "ada@example.com"}
EVERYTHING = (
    *("hours", "dates", "notice", "advance", "per-day"),
    *("questions", "deadline", "past", "duration"),
)


def at(clock: str, day: str = "2027-01-18") -> str:
    return f"{day}T{clock}Z"


@pytest.fixture
def book(client: Client) -> MakeBooking:
    """Books `demo` on 2027-01-18 in UTC, at a time of day or at a whole moment."""

    def make(start: str, event_type: str = "demo", **fields: Any) -> Booking:
        return client.calendar.bookings.create(
            event_type_id=event_type,
            start_time=at(start) if len(start) < 9 else start,
            attendee=ADA,
            **fields,
        )

    return make


@pytest.fixture
def codes(book: MakeBooking) -> Callable[..., list[str]]:
    """Tries to book; the codes of every rule that refused."""

    def attempt(start: str, event_type: str = "demo", **fields: Any) -> list[str]:
        try:
            book(start, event_type, **fields)
        except CalbookError as refusal:
            return [item["code"] for item in refusal.details["refusals"]]
        return []

    return attempt


Codes = Callable[..., list[str]]

# -- claims --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param("09:30", [], id="ends-where-it-begins"),
        pytest.param("10:30", [], id="begins-where-it-ends"),
        pytest.param("09:30:01", ["slot_taken"], id="one-second-into-it"),
        pytest.param("10:29:59", ["slot_taken"], id="one-second-too-early"),
        pytest.param("10:00", ["slot_taken"], id="the-same"),
        pytest.param("10:15", ["slot_taken"], id="half"),
    ],
)
def test_back_to_back_meetings_touch_and_do_not_overlap(
    event_type: MakeEventType,
    book: MakeBooking,
    codes: Codes,
    start: str,
    expected: list[str],
) -> None:
    event_type(duration=30)
    book("10:00")

    assert codes(start) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param("09:15", [], id="its-after-meets-the-before"),
        pytest.param("09:16", ["slot_taken"], id="one-minute-late"),
        pytest.param("10:45", [], id="its-before-meets-the-after"),
        pytest.param("10:44", ["slot_taken"], id="one-minute-early"),
    ],
)
def test_buffers_of_neighbours_add_up(
    event_type: MakeEventType,
    book: MakeBooking,
    codes: Codes,
    start: str,
    expected: list[str],
) -> None:
    event_type(duration=30, buffer_before=10, buffer_after=5)
    book("10:00")  # claims 09:50 to 10:35

    assert codes(start) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param("10:50", [], id="touching"),
        pytest.param("10:49", ["slot_taken"], id="one-minute-early"),
    ],
)
def test_claims_bind_across_all_event_types_of_a_host(
    event_type: MakeEventType,
    book: MakeBooking,
    codes: Codes,
    start: str,
    expected: list[str],
) -> None:
    event_type("demo", duration=30, buffer_after=5)
    event_type("other", duration=60, buffer_before=15)
    book("10:00")

    assert codes(start, "other") == expected


def test_the_buffers_are_frozen_when_booked(
    client: Client, event_type: MakeEventType, book: MakeBooking, codes: Codes
) -> None:
    event_type(duration=30, buffer_after=30)
    book("10:00")
    client.calendar.event_types.update("demo", buffer_after=0)

    assert codes("10:45") == ["slot_taken"]
    assert codes("11:00") == []


def test_a_move_takes_the_buffers_of_today(
    client: Client, event_type: MakeEventType, book: MakeBooking, codes: Codes
) -> None:
    event_type(duration=30, buffer_after=30)
    booking = book("10:00")
    client.calendar.event_types.update("demo", buffer_after=0)

    client.calendar.bookings.reschedule(booking.uid, start_time=at("14:00"))

    assert codes("14:30") == []


def test_the_time_of_another_host_is_free(
    client: Client, event_type: MakeEventType, book: MakeBooking, codes: Codes
) -> None:
    client.calendar.hosts.create("bob")
    event_type("demo")
    event_type("bobs", hosts=["bob"])
    book("10:00")

    assert codes("10:00", "bobs") == []
    assert codes("10:00", "bobs") == ["slot_taken"]


def test_a_collective_booking_claims_all_hosts_or_none(
    client: Client, event_type: MakeEventType, book: MakeBooking, codes: Codes
) -> None:
    client.calendar.hosts.create("bob")
    event_type("demo")
    event_type("bobs", hosts=["bob"])
    event_type("both", hosts=["me", "bob"], scheduling_type="COLLECTIVE")
    book("10:00", "bobs")

    assert codes("10:00", "both") == ["slot_taken"]
    assert codes("10:00", "demo") == []
    assert codes("11:00", "both") == []
    assert codes("11:00", "demo") == codes("11:00", "bobs") == ["slot_taken"]


def test_the_refusal_names_the_booking_in_the_way(
    event_type: MakeEventType, book: MakeBooking
) -> None:
    event_type(duration=30, buffer_after=15)
    first = book("10:00")

    with pytest.raises(CalbookError) as refusal:
        book("10:40")

    assert refusal.value.message == (
        f"that time is taken by {first.uid} (Mon 18 Jan 2027, 10:00–10:30 UTC)"
    )
    assert refusal.value.details["freeFrom"] == "2027-01-18T10:45:00+00:00"


def test_the_time_of_a_cancelled_booking_is_free(
    client: Client, event_type: MakeEventType, book: MakeBooking, codes: Codes
) -> None:
    event_type()
    booking = book("10:00")

    client.calendar.bookings.cancel(booking.uid)

    assert codes("10:00") == []


def test_the_time_of_a_rejected_request_is_free(
    client: Client, event_type: MakeEventType, book: MakeBooking, codes: Codes
) -> None:
    event_type(requires_confirmation=True)
    request = book("10:00")
    assert codes("10:00") == ["slot_taken"]

    client.calendar.bookings.reject(request.uid)

    assert codes("10:00") == []


def test_the_time_of_an_expired_request_is_free(
    clock: Any, event_type: MakeEventType, book: MakeBooking, codes: Codes
) -> None:
    event_type("demo", duration=60, requires_confirmation=True)
    event_type("other", duration=15)
    book("10:00")
    clock.now = utc(at("09:59:59"))
    assert codes("10:30", "other") == ["slot_taken"]

    clock.now = utc(at("10:00:00"))

    assert codes("10:30", "other") == []


def test_a_booking_does_not_stand_in_its_own_way(
    client: Client, event_type: MakeEventType, book: MakeBooking
) -> None:
    event_type(duration=60, buffer_before=30, buffer_after=30)
    booking = book("10:00")

    moved = client.calendar.bookings.reschedule(booking.uid, start_time=at("10:15"))

    assert moved.start_time == "2027-01-18T10:15:00+00:00"


def test_a_move_onto_another_booking_is_refused(
    client: Client, event_type: MakeEventType, book: MakeBooking
) -> None:
    event_type(duration=30)
    book("10:00")
    booking = book("11:00")

    with pytest.raises(CalbookError) as refusal:
        client.calendar.bookings.reschedule(booking.uid, start_time=at("10:29"))

    assert refusal.value.code == "slot_taken"
    assert client.calendar.bookings.get(booking.uid) == booking


# -- days ----------------------------------------------------------------------------


def test_a_day_counts_bookings_of_its_event_type_alone(
    event_type: MakeEventType, book: MakeBooking, codes: Codes
) -> None:
    event_type("demo", slots_per_day=2)
    event_type("other")
    book("08:00", "other")
    book("10:00")
    book("12:00")

    assert codes("14:00") == ["slots_per_day"]
    assert codes("14:00", "other") == []
    assert codes(at("00:00", "2027-01-19")) == []
    assert codes(at("23:59", "2027-01-17")) == []


def test_requests_count_and_ended_ones_do_not(
    client: Client, event_type: MakeEventType, book: MakeBooking, codes: Codes
) -> None:
    event_type(slots_per_day=1, requires_confirmation=True)
    bookings = client.calendar.bookings
    cancelled = book("10:00")
    assert codes("12:00") == ["slots_per_day"]

    bookings.cancel(cancelled.uid)
    rejected = book("12:00")
    assert codes("14:00") == ["slots_per_day"]

    bookings.reject(rejected.uid)
    assert codes("14:00") == []


def test_an_expired_request_counts_no_longer_and_a_completed_meeting_does(
    clock: Any, event_type: MakeEventType, book: MakeBooking, codes: Codes
) -> None:
    event_type("request", slots_per_day=1, requires_confirmation=True)
    event_type("demo", slots_per_day=1)
    book("10:00", "request")
    book("11:00", "demo")

    clock.now = utc(at("12:00"))

    assert codes("14:00", "request") == []
    assert codes("15:00", "demo") == ["slots_per_day"]


def test_a_moved_booking_gives_its_old_place_back(
    client: Client, event_type: MakeEventType, book: MakeBooking, codes: Codes
) -> None:
    event_type(slots_per_day=1)
    booking = book("10:00")
    reschedule = client.calendar.bookings.reschedule

    reschedule(booking.uid, start_time=at("12:00"))
    assert codes("14:00") == ["slots_per_day"]

    reschedule(booking.uid, start_time=at("12:00", "2027-01-19"))
    assert codes("14:00") == []


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param(at("04:59", "2027-01-19"), ["slots_per_day"], id="23:59-there"),
        pytest.param(at("05:00", "2027-01-19"), [], id="00:00-there"),
        pytest.param(at("05:00"), ["slots_per_day"], id="first-minute-there"),
        pytest.param(at("04:59"), [], id="day-before-there"),
    ],
)
def test_a_day_is_a_local_date_of_the_schedule(
    client: Client,
    event_type: MakeEventType,
    book: MakeBooking,
    codes: Codes,
    start: str,
    expected: list[str],
) -> None:
    always = {"day": "MONDAY", "startTime": "00:00", "endTime": "24:00"}
    client.calendar.schedules.create(
        "ny",
        timezone="America/New_York",
        availability=[
            always,
            {**always, "day": "TUESDAY"},
            {**always, "day": "SUNDAY"},
        ],
    )
    event_type(schedule_id="ny", duration=1, slots_per_day=1)
    book(at("15:00"))

    assert codes(start) == expected


# -- one decision, several refusals --------------------------------------------------


@pytest.fixture
def strict(client: Client, event_type: MakeEventType, book: MakeBooking) -> EventType:
    """`demo` under every rule at once, with a day that is full at 10:00."""
    client.calendar.schedules.create(
        "office",
        timezone="UTC",
        availability=[{"day": "MONDAY", "startTime": "09:00", "endTime": "17:00"}],
    )
    strict = event_type(
        schedule_id="office",
        duration=30,
        slots_per_day=1,
        minimum_notice=60,
        maximum_advance=14,
        seats=1,
        questions=[{"label": "Size?", "required": True}],
    )
    book("10:00", responses={"size": "s"})
    return strict


def test_all_refusals_are_listed_and_the_first_decides(
    clock: Any, strict: EventType, book: MakeBooking
) -> None:
    clock.now = utc("2027-01-03T12:00Z")

    with pytest.raises(CalbookError) as refusal:
        book(
            "08:45:01",
            guests=["bob@example.com"],
            duration=90,
            by="host",
            override=["duration"],
        )

    assert (refusal.value.code, refusal.value.exit_code) == ("outside_hours", 5)
    assert [item["code"] for item in refusal.value.details["refusals"]] == [
        "outside_hours",
        "maximum_advance",
        "slots_per_day",
        "invalid_responses",
        "seats_full",
        "slot_taken",
    ]


def test_the_host_passes_every_rule_that_can_be_passed(
    clock: Any, client: Client, strict: EventType, book: MakeBooking
) -> None:
    clock.now = utc("2027-01-03T12:00Z")

    booking = book(
        "07:00", duration=45, by="host", override=EVERYTHING, responses={"shoe": "42"}
    )

    assert booking.end_time == "2027-01-18T07:45:00+00:00"
    assert booking.overrides == (
        "hours",
        "advance",
        "per-day",
        "questions",
        "duration",
    )
    assert booking.responses == {"shoe": "42"}
    [created] = client.calendar.bookings.history(booking.uid)
    assert created.by == "host"
    assert created.change == {"overrides": list(booking.overrides)}


def test_nobody_passes_an_overlap(strict: EventType, book: MakeBooking) -> None:
    with pytest.raises(CalbookError) as refusal:
        book("10:15", by="host", override=EVERYTHING)

    assert refusal.value.code == "slot_taken"


@pytest.mark.parametrize(
    ("start", "now", "override"),
    [
        ("2027-01-25T08:00Z", "2027-01-11T00:00Z", "hours"),
        ("2027-01-25T09:30Z", "2027-01-25T09:00Z", "notice"),
        ("2027-01-25T09:30Z", "2027-01-10T00:00Z", "advance"),
        ("2027-01-18T12:00Z", "2027-01-11T00:00Z", "per-day"),
        ("2027-01-11T09:30Z", "2027-01-11T12:00Z", "past"),
    ],
    ids=["hours", "notice", "advance", "per-day", "past"],
)
def test_each_override_that_was_needed_is_recorded(
    clock: Any,
    strict: EventType,
    book: MakeBooking,
    start: str,
    now: str,
    override: str,
) -> None:
    clock.now = utc(now)
    answers = {"responses": {"size": "s"}, "by": "host"}

    with pytest.raises(CalbookError):
        book(start, **answers, override=set(EVERYTHING) - {override})
    booking = book(start, **answers, override=[override])

    assert booking.overrides == (override,)


def test_overrides_that_were_not_needed_are_not_recorded(
    event_type: MakeEventType, book: MakeBooking
) -> None:
    event_type(duration=30)

    booking = book("10:00", by="host", override=EVERYTHING, duration=30)

    assert booking.overrides == ()


def test_overrides_of_a_move_are_added_to_the_bookings(
    client: Client, strict: EventType
) -> None:
    bookings = client.calendar.bookings
    [booking] = bookings.list()

    moved = bookings.reschedule(
        booking.uid, start_time=at("18:00"), by="host", override=EVERYTHING
    )

    assert moved.overrides == ("hours",)
    assert bookings.history(booking.uid)[-1].change["overrides"] == ["hours"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"override": ["hours"]}, "usage", id="by-the-attendee"),
        pytest.param({"duration": 45}, "usage", id="other-length"),
        pytest.param({"duration": 45, "by": "host"}, "usage", id="other-length-host"),
        pytest.param(
            {"override": ["overlap"], "by": "host"}, "bad_input", id="no-such-override"
        ),
        pytest.param({"by": "system"}, "bad_input", id="by-time-itself"),
    ],
)
def test_only_the_host_may_override_and_only_what_there_is(
    event_type: MakeEventType, book: MakeBooking, fields: dict[str, Any], code: str
) -> None:
    event_type(duration=30)

    with pytest.raises(CalbookError) as refusal:
        book("10:00", **fields)

    assert refusal.value.code == code


def test_a_refused_booking_writes_nothing(
    client: Client, event_type: MakeEventType, book: MakeBooking
) -> None:
    event_type()
    first = book("10:00")

    with pytest.raises(CalbookError):
        book("10:00")

    assert client.calendar.bookings.list() == (first,)
    assert len(client.calendar.bookings.history(first.uid)) == 1


def test_answers_are_kept_in_their_types(
    event_type: MakeEventType, book: MakeBooking
) -> None:
    event_type(questions=[{"label": "Age", "type": "NUMBER"}, {"label": "Name"}])

    booking = book("10:00", responses={"name": "Ada", "age": "36"})

    assert booking.responses == {"age": 36, "name": "Ada"}


def test_a_move_asks_no_questions(
    client: Client, event_type: MakeEventType, book: MakeBooking
) -> None:
    event_type()
    booking = book("10:00")
    client.calendar.event_types.update(
        "demo", questions=[{"label": "Size?", "required": True}]
    )

    moved = client.calendar.bookings.reschedule(booking.uid, start_time=at("12:00"))

    assert moved.start_time == "2027-01-18T12:00:00+00:00"


def test_an_inactive_event_type_keeps_its_bookings_where_they_are(
    client: Client, event_type: MakeEventType, book: MakeBooking, codes: Codes
) -> None:
    event_type(requires_confirmation=True)
    booking = book("10:00")
    client.calendar.event_types.update("demo", active=False)
    bookings = client.calendar.bookings

    assert codes("12:00") == ["inactive"]
    with pytest.raises(CalbookError) as refusal:
        bookings.reschedule(booking.uid, start_time=at("12:00"), by="host")
    assert refusal.value.code == "inactive"
    assert bookings.confirm(booking.uid).status == "CONFIRMED"
    assert bookings.cancel(booking.uid).status == "CANCELLED"
