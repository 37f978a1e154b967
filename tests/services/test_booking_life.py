"""The life cycle of product.md 5 on a real file, step by step and as time passes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from calbook import Booking, CalbookError, Client, EventType

MakeEventType = Callable[..., EventType]
MakeBooking = Callable[..., Booking]

utc = datetime.fromisoformat

START, END = "2027-01-18T10:00:00Z", "2027-01-18T10:30:00Z"
LATER = "2027-01-18T14:00:00Z"


@pytest.fixture
def booked(client: Client, event_type: MakeEventType) -> Callable[..., str]:
    """Makes an event type and books it from START to END; the uid."""

    def make(**rules: Any) -> str:
        event_type("demo", duration=30, **rules)
        return client.calendar.bookings.create(
            event_type_id="demo",
            start_time=START,
            attendee={"name": "Ada", "email": "ada@example.com"},
        ).uid

    return make


Booked = Callable[..., str]


def act(client: Client, action: str, uid: str, by: str = "attendee") -> Booking:
    bookings = client.calendar.bookings
    if action == "reschedule":
        return bookings.reschedule(uid, start_time=LATER, by=by)
    if action == "cancel":
        return bookings.cancel(uid, cancelled_by=by)
    return getattr(bookings, action)(uid)


def kinds(client: Client, uid: str) -> list[str]:
    return [event.type for event in client.calendar.bookings.history(uid)]


# -- steps ---------------------------------------------------------------------------


def test_a_booking_is_confirmed_at_once_unless_the_host_is_asked(
    client: Client, booked: Booked
) -> None:
    booking = client.calendar.bookings.get(booked())

    assert (booking.status, booking.sequence, booking.version) == ("CONFIRMED", 0, 0)
    assert kinds(client, booking.uid) == ["booking.created"]


def test_the_host_need_not_ask_herself(
    client: Client, event_type: MakeEventType
) -> None:
    event_type("demo", requires_confirmation=True)
    ada = {"name": "Ada", "email": "ada@example.com"}
    create = client.calendar.bookings.create

    mine = create(event_type_id="demo", start_time=START, attendee=ada, by="host")
    hers = create(event_type_id="demo", start_time=LATER, attendee=ada)

    assert (mine.status, hers.status) == ("CONFIRMED", "PENDING")


def test_a_request_is_pending_until_the_host_confirms(
    client: Client, booked: Booked
) -> None:
    uid = booked(requires_confirmation=True)
    before = client.calendar.bookings.get(uid)

    after = client.calendar.bookings.confirm(uid)

    assert (before.status, after.status) == ("PENDING", "CONFIRMED")
    assert (after.sequence, after.version) == (0, 1)
    assert kinds(client, uid) == ["booking.created", "booking.confirmed"]


def test_a_rejected_request_says_so(client: Client, booked: Booked) -> None:
    uid = booked(requires_confirmation=True)

    after = client.calendar.bookings.reject(uid, reason="on holiday")

    assert (after.status, after.resolution) == ("CANCELLED", "rejected")
    assert (after.cancelled_by, after.reason) == ("host", "on holiday")
    assert (after.sequence, after.version) == (1, 1)
    event = client.calendar.bookings.history(uid)[-1]
    assert event.type == "booking.cancelled"
    assert event.change == {"resolution": "rejected", "reason": "on holiday"}


@pytest.mark.parametrize("by", ["attendee", "host"])
def test_a_cancelled_booking_says_by_whom(
    client: Client, booked: Booked, by: str
) -> None:
    uid = booked()

    after = client.calendar.bookings.cancel(uid, cancelled_by=by, reason="ill")

    assert (after.status, after.resolution) == ("CANCELLED", "cancelled")
    assert (after.cancelled_by, after.reason) == (by, "ill")
    assert (after.sequence, after.version) == (1, 1)
    assert client.calendar.bookings.history(uid)[-1].by == by


@pytest.mark.parametrize(
    ("confirmed", "by", "expected"),
    [
        pytest.param(True, "attendee", "PENDING", id="attendee-asks-again"),
        pytest.param(True, "host", "CONFIRMED", id="host-need-not-ask"),
        pytest.param(False, "attendee", "PENDING", id="attendee-moves-request"),
        pytest.param(False, "host", "PENDING", id="host-moves-request"),
    ],
)
def test_a_move_by_the_attendee_sends_a_confirmed_request_back(
    client: Client, booked: Booked, confirmed: bool, by: str, expected: str
) -> None:
    uid = booked(requires_confirmation=True)
    if confirmed:
        client.calendar.bookings.confirm(uid)

    after = act(client, "reschedule", uid, by)

    assert after.status == expected


def test_a_moved_booking_keeps_its_uid_link_and_length(
    client: Client, booked: Booked
) -> None:
    uid = booked(meeting_url_template="https://meet.example/{token}")
    before = client.calendar.bookings.get(uid)
    client.calendar.event_types.update("demo", duration=60)

    after = client.calendar.bookings.reschedule(
        uid, start_time=LATER, reason="train late"
    )

    assert (after.uid, after.meeting_url) == (uid, before.meeting_url)
    assert after.start_time == "2027-01-18T14:00:00+00:00"
    assert after.end_time == "2027-01-18T14:30:00+00:00"
    assert (after.sequence, after.version) == (1, 1)
    assert client.calendar.bookings.history(uid)[-1].change == {
        "from": "2027-01-18T10:00:00+00:00",
        "to": "2027-01-18T14:00:00+00:00",
        "reason": "train late",
    }


def test_the_history_keeps_every_move(client: Client, booked: Booked) -> None:
    uid = booked()
    moves = [f"2027-01-18T{hour}:00:00+00:00" for hour in (11, 12, 10)]

    for start in moves:
        client.calendar.bookings.reschedule(uid, start_time=start)

    history = client.calendar.bookings.history(uid)
    assert [event.change.get("to") for event in history] == [None, *moves]
    assert client.calendar.bookings.get(uid).sequence == 3


def test_a_move_to_the_same_start_writes_nothing(
    client: Client, booked: Booked
) -> None:
    uid = booked()
    before = client.calendar.bookings.get(uid)

    answer = client.calendar.bookings.reschedule(uid, start_time=START)

    assert answer == before
    assert client.unchanged == {uid: f"{uid} is at that time already"}
    assert client.calendar.bookings.get(uid) == before
    assert kinds(client, uid) == ["booking.created"]


@pytest.mark.parametrize(
    ("status", "action", "code"),
    [
        ("CONFIRMED", "confirm", "wrong_status"),
        ("CONFIRMED", "reject", "wrong_status"),
        ("CANCELLED", "confirm", "wrong_status"),
        ("CANCELLED", "reject", "wrong_status"),
        ("CANCELLED", "cancel", "already_cancelled"),
        ("CANCELLED", "reschedule", "wrong_status"),
        ("COMPLETED", "confirm", "wrong_status"),
        ("COMPLETED", "reject", "wrong_status"),
        ("COMPLETED", "cancel", "wrong_status"),
        ("COMPLETED", "reschedule", "wrong_status"),
    ],
)
def test_a_wrong_step_is_refused_and_writes_nothing(
    client: Client, clock: Any, booked: Booked, status: str, action: str, code: str
) -> None:
    uid = booked()
    if status == "CANCELLED":
        client.calendar.bookings.cancel(uid)
    if status == "COMPLETED":
        clock.now = utc(END)
    before, told = client.calendar.bookings.get(uid), kinds(client, uid)
    assert before.status == status

    with pytest.raises(CalbookError) as refusal:
        act(client, action, uid, by="host")

    assert (refusal.value.code, refusal.value.exit_code) == (code, 5)
    assert client.calendar.bookings.get(uid) == before
    assert kinds(client, uid) == told


def test_the_status_comes_before_every_rule(client: Client, booked: Booked) -> None:
    uid = booked(allow_cancellation=False)
    client.calendar.bookings.cancel(uid, cancelled_by="host")
    client.calendar.event_types.update("demo", active=False)

    with pytest.raises(CalbookError) as refusal:
        client.calendar.bookings.reschedule(uid, start_time="2020-01-01T00:00Z")

    assert refusal.value.code == "wrong_status"


# -- deadlines, by the rules of the day it was booked --------------------------------


@pytest.mark.parametrize("action", ["cancel", "reschedule"])
@pytest.mark.parametrize(
    ("now", "code"),
    [
        pytest.param("2027-01-18T08:00:00Z", None, id="equal"),
        pytest.param("2027-01-18T08:00:01Z", "deadline_passed", id="one-second-late"),
    ],
)
def test_the_attendee_is_bound_by_the_deadline_and_the_host_is_free(
    client: Client, clock: Any, booked: Booked, action: str, now: str, code: str | None
) -> None:
    uid = booked(cancellation_deadline=120)
    clock.now = utc(now)

    if code is not None:
        with pytest.raises(CalbookError) as refusal:
            act(client, action, uid, by="attendee")
        assert refusal.value.code == code
        assert (refusal.value.json_hint or "").startswith("the host may: --by host,")
    after = act(client, action, uid, by="attendee" if code is None else "host")

    assert after.version == 1
    assert after.overrides == ()


@pytest.mark.parametrize("action", ["cancel", "reschedule"])
def test_only_the_host_ends_or_moves_what_is_under_way(
    client: Client, clock: Any, booked: Booked, action: str
) -> None:
    """Without a deadline the attendee could, until its end."""
    uid = booked()
    clock.now = utc("2027-01-18T10:10:00Z")

    with pytest.raises(CalbookError) as refusal:
        act(client, action, uid, by="attendee")

    assert refusal.value.code == "deadline_passed"
    assert act(client, action, uid, by="host").version == 1


@pytest.mark.parametrize("action", ["cancel", "reschedule"])
def test_an_event_type_may_let_only_the_host_change(
    client: Client, booked: Booked, action: str
) -> None:
    uid = booked(allow_cancellation=False)

    with pytest.raises(CalbookError) as refusal:
        act(client, action, uid, by="attendee")

    assert refusal.value.code == "cancellation_not_allowed"
    assert act(client, action, uid, by="host").version == 1


def test_a_pending_request_may_always_be_cancelled(
    client: Client, booked: Booked
) -> None:
    uid = booked(requires_confirmation=True, allow_cancellation=False)

    with pytest.raises(CalbookError):
        act(client, "reschedule", uid, by="attendee")
    after = act(client, "cancel", uid, by="attendee")

    assert after.status == "CANCELLED"


def test_rules_made_later_do_not_bind_a_booking(client: Client, booked: Booked) -> None:
    uid = booked()
    client.calendar.event_types.update(
        "demo",
        allow_cancellation=False,
        cancellation_deadline=525_600,
        requires_confirmation=True,
    )

    assert act(client, "reschedule", uid).status == "CONFIRMED"
    assert act(client, "cancel", uid).status == "CANCELLED"


def test_rules_lifted_later_still_bind_a_booking(
    client: Client, booked: Booked
) -> None:
    uid = booked(allow_cancellation=False)
    client.calendar.event_types.update("demo", allow_cancellation=True)

    with pytest.raises(CalbookError) as refusal:
        act(client, "cancel", uid)

    assert refusal.value.code == "cancellation_not_allowed"


# -- what time does ------------------------------------------------------------------


def test_a_request_expires_with_its_start(
    client: Client, clock: Any, booked: Booked
) -> None:
    uid = booked(requires_confirmation=True)
    clock.now = utc("2027-01-18T09:59:59Z")
    before = client.calendar.bookings.get(uid)

    clock.move(seconds=1)
    after = client.calendar.bookings.get(uid)

    assert before.status == "PENDING"
    assert (after.status, after.resolution) == ("CANCELLED", "expired")
    assert after.cancelled_by == "system"
    assert (after.sequence, after.version) == (before.sequence, before.version)
    with pytest.raises(CalbookError) as refusal:
        client.calendar.bookings.confirm(uid)
    assert refusal.value.code == "wrong_status"


def test_a_meeting_is_completed_with_its_end(
    client: Client, clock: Any, booked: Booked
) -> None:
    uid = booked()
    clock.now = utc("2027-01-18T10:29:59Z")
    before = client.calendar.bookings.get(uid)

    clock.move(seconds=1)
    after = client.calendar.bookings.get(uid)

    assert (before.status, after.status) == ("CONFIRMED", "COMPLETED")
    assert (after.resolution, after.attendance) == (None, "unknown")
    assert after.version == before.version


@pytest.mark.parametrize(
    ("rules", "kind", "change"),
    [
        pytest.param({}, "booking.completed", {}, id="completed"),
        pytest.param(
            {"requires_confirmation": True},
            "booking.cancelled",
            {"resolution": "expired"},
            id="expired",
        ),
    ],
)
def test_what_time_did_is_told_once_by_the_next_write(
    client: Client,
    clock: Any,
    booked: Booked,
    rules: dict[str, Any],
    kind: str,
    change: dict[str, Any],
) -> None:
    uid = booked(**rules)
    clock.now = utc(END)
    assert kinds(client, uid) == ["booking.created"]

    told = client.tick()

    assert [(event.type, event.uid, event.by) for event in told] == [
        (kind, uid, "system")
    ]
    assert told[0].change == change
    assert client.tick() == ()
    assert kinds(client, uid) == ["booking.created", kind]


def test_reading_alone_tells_nothing(
    client: Client, clock: Any, booked: Booked
) -> None:
    uid = booked()
    clock.now = utc(END)

    client.calendar.bookings.get(uid)
    client.calendar.bookings.list()

    assert kinds(client, uid) == ["booking.created"]


def test_a_clock_that_ran_ahead_does_no_lasting_harm(
    client: Client, clock: Any, booked: Booked
) -> None:
    uid = booked(requires_confirmation=True)
    clock.now = utc("2037-01-18T00:00Z")
    client.tick()
    assert client.calendar.bookings.get(uid).status == "CANCELLED"

    clock.now = utc("2027-01-18T09:00Z")

    assert client.calendar.bookings.get(uid).status == "PENDING"
    assert client.calendar.bookings.confirm(uid).status == "CONFIRMED"


def test_a_request_whose_time_was_given_away_meanwhile_is_not_confirmed(
    client: Client, clock: Any, booked: Booked
) -> None:
    uid = booked(requires_confirmation=True)
    client.calendar.event_types.create("other", schedule_id="always", duration=15)
    clock.now = utc(START)
    other = client.calendar.bookings.create(
        event_type_id="other",
        start_time="2027-01-18T10:10Z",
        attendee={"name": "Bob", "email": "bob@example.com"},
    )

    clock.now = utc("2027-01-18T09:00Z")
    with pytest.raises(CalbookError) as refusal:
        client.calendar.bookings.confirm(uid)
    assert refusal.value.code == "wrong_status"

    client.calendar.bookings.cancel(other.uid)
    assert client.calendar.bookings.get(uid).resolution == "expired"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("2027-01-18T09:00Z", "CONFIRMED", id="before"),
        pytest.param("2027-01-18T10:15Z", "CONFIRMED", id="while-it-takes-place"),
        pytest.param("2027-01-18T10:30Z", "COMPLETED", id="at-its-end"),
    ],
)
def test_listing_by_status_sees_what_the_clock_sees(
    client: Client, clock: Any, booked: Booked, now: str, expected: str
) -> None:
    uid = booked()
    clock.now = utc(now)

    for status in ("PENDING", "CONFIRMED", "COMPLETED", "CANCELLED", "NO_SHOW"):
        found = client.calendar.bookings.list(status=status)
        assert [b.uid for b in found] == ([uid] if status == expected else [])


def test_an_empty_text_takes_the_notes_out(
    client: Client, booking: MakeBooking
) -> None:
    """The library kept it, and so did a booking that was made with one."""
    calendar = client.calendar.bookings

    made = booking(notes="")
    written = calendar.update(made.uid, notes="slides")

    assert made.notes is None
    assert calendar.update(written.uid, notes="").notes is None
