"""The life cycle of product.md 5: the table itself, and what every step leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from calbook.core.booking import (
    attendees,
    effective_status,
    extension,
    lifecycle,
    seats,
    transitions,
)
from calbook.core.booking.changes import Change
from calbook.core.booking.lifecycle import OccurrenceMove
from calbook.core.booking.transitions import Action
from calbook.core.errors import (
    AlreadyCancelled,
    AlreadySo,
    NothingToChange,
    TooEarly,
    WrongStatus,
)
from calbook.core.model import (
    Actor,
    Attendance,
    Attendee,
    Booking,
    BookingTerms,
    GivenStart,
    Occurrence,
    Resolution,
    Span,
    Status,
)
from calbook.core.time.recurrence import Frequency, Recurrence

MakeBooking = Callable[..., Booking]
MakeOccurrence = Callable[..., Occurrence]

utc = datetime.fromisoformat

# The factory's meeting is on 2027-01-18 from 10:00 to 10:30.
NOW = utc("2027-01-05T12:00Z")
BEFORE = utc("2027-01-18T09:59:59Z")
STARTED = utc("2027-01-18T10:00Z")
RUNNING = utc("2027-01-18T10:29:59Z")
ENDED = utc("2027-01-18T10:30Z")
ASKS_AGAIN = BookingTerms(
    requires_confirmation=True, allow_cancellation=True, cancellation_deadline=None
)

PENDING, CONFIRMED, CANCELLED, COMPLETED, NO_SHOW = (
    Status.PENDING,
    Status.CONFIRMED,
    Status.CANCELLED,
    Status.COMPLETED,
    Status.NO_SHOW,
)
ATTENDEE, HOST, SYSTEM = Actor.ATTENDEE, Actor.HOST, Actor.SYSTEM
ADA, BOB = Attendee("ada@example.com", "Ada"), Attendee("bob@example.com", "Bob")
CAROL = Attendee("carol@example.com", "Carol")


def only(booking: Booking) -> Occurrence:
    """The only occurrence of a booking that does not recur."""
    [occurrence] = booking.occurrences
    return occurrence


def confirm(booking: Booking, now: datetime = NOW) -> Change:
    return lifecycle.confirm(booking, now=now)


def reject(booking: Booking, now: datetime = NOW) -> Change:
    return lifecycle.reject(booking, now=now, reason="full")


def cancel(booking: Booking, now: datetime = NOW, by: Actor = ATTENDEE) -> Change:
    return lifecycle.cancel(booking, now=now, by=by, reason="ill")


def reschedule(
    booking: Booking,
    now: datetime = NOW,
    by: Actor = ATTENDEE,
    to: str = "2027-01-19T15:00Z",
    **facts: Any,
) -> Change:
    start = utc(to)
    meeting = Span(start, start + timedelta(minutes=30))
    claim = Span(start - timedelta(minutes=5), start + timedelta(minutes=40))
    moment = GivenStart(start, start.replace(tzinfo=None), "UTC", by_offset=True)
    move = OccurrenceMove(only(booking), moment, meeting, claim)
    return lifecycle.reschedule(
        booking, [move], now=now, by=by, reason="later", **facts
    )


def extend(booking: Booking, now: datetime = NOW) -> Change:
    rule = Recurrence(frequency=Frequency.DAILY, count=1)
    facts = {"refused": (), "now": now, "by": ATTENDEE, "overrides": ()}
    return extension.extend(booking, rule, (), **facts)


def attended(booking: Booking, now: datetime = ENDED) -> Change:
    return attendees.record_attendance(
        booking, only(booking), Attendance.ATTENDED, now=now
    )


def no_show(booking: Booking, now: datetime = ENDED) -> Change:
    return attendees.record_attendance(
        booking, only(booking), Attendance.NO_SHOW, now=now
    )


def join(booking: Booking, now: datetime = NOW) -> Change:
    return seats.join(booking, (CAROL,), now=now, by=ATTENDEE)


def leave(booking: Booking, now: datetime = NOW) -> Change:
    return seats.leave(booking, BOB, now=now, by=ATTENDEE)


STEPS: dict[Action, Callable[..., Change]] = {
    Action.CONFIRM: confirm,
    Action.REJECT: reject,
    Action.CANCEL: cancel,
    Action.RESCHEDULE: reschedule,
    Action.EXTEND: extend,
    Action.ATTENDED: attended,
    Action.NO_SHOW: no_show,
    Action.JOIN: join,
    Action.LEAVE: leave,
}

# -- the table -----------------------------------------------------------------------

WRONG, ALREADY, EARLY = "wrong_status", "already_cancelled", "too_early"
MOMENTS = (NOW, BEFORE, STARTED, RUNNING, ENDED)
REQUEST = (
    CONFIRMED,
    CANCELLED,
    CANCELLED,
    PENDING,
    PENDING,
    WRONG,
    WRONG,
    PENDING,
    PENDING,
)
TO_COME = (
    WRONG,
    WRONG,
    CANCELLED,
    CONFIRMED,
    CONFIRMED,
    EARLY,
    EARLY,
    CONFIRMED,
    CONFIRMED,
)
BEGUN = (
    WRONG,
    WRONG,
    CANCELLED,
    CONFIRMED,
    CONFIRMED,
    COMPLETED,
    NO_SHOW,
    CONFIRMED,
    CONFIRMED,
)
HELD = (WRONG, WRONG, WRONG, WRONG, WRONG, COMPLETED, NO_SHOW, WRONG, WRONG)
MISSED = (WRONG, WRONG, WRONG, WRONG, WRONG, COMPLETED, WRONG, WRONG, WRONG)
OFF = (WRONG, WRONG, ALREADY, WRONG, WRONG, WRONG, WRONG, WRONG, WRONG)
# Settled by somebody before its start: a clock ran ahead and was set right.
HELD_EARLY = (WRONG, WRONG, WRONG, WRONG, WRONG, EARLY, EARLY, WRONG, WRONG)
MISSED_EARLY = (WRONG, WRONG, WRONG, WRONG, WRONG, EARLY, WRONG, WRONG, WRONG)
TABLE = {
    # stored status: at each of the moments, the result of each of the steps
    PENDING: (REQUEST, REQUEST, OFF, OFF, OFF),
    CONFIRMED: (TO_COME, TO_COME, BEGUN, BEGUN, HELD),
    COMPLETED: (HELD_EARLY, HELD_EARLY, HELD, HELD, HELD),
    NO_SHOW: (MISSED_EARLY, MISSED_EARLY, MISSED, MISSED, MISSED),
    CANCELLED: (OFF, OFF, OFF, OFF, OFF),
}


def cases(*kinds: str) -> list[Any]:
    """The cells of the table whose result is one of these."""
    return [
        pytest.param(
            status, now, action, result, id=f"{status}-{now:%dT%H:%M:%S}-{action}"
        )
        for status, rows in TABLE.items()
        for now, results in zip(MOMENTS, rows, strict=True)
        for action, result in zip(STEPS, results, strict=True)
        if result in kinds
    ]


@pytest.mark.parametrize(("status", "now", "action", "result"), cases(*Status))
def test_every_action_leads_on_from_its_statuses(
    a_booking: MakeBooking,
    status: Status,
    now: datetime,
    action: Action,
    result: Status,
) -> None:
    booking = a_booking(status, attendees=(ADA, BOB))

    transitions.check_transition(booking, booking.occurrences, action, now)
    after = STEPS[action](booking, now=now).booking

    assert only(after).status is result


@pytest.mark.parametrize(("status", "now", "action", "code"), cases(WRONG, ALREADY))
def test_every_action_is_refused_from_the_other_statuses(
    a_booking: MakeBooking, status: Status, now: datetime, action: Action, code: str
) -> None:
    booking = a_booking(status, attendees=(ADA, BOB))

    with pytest.raises((WrongStatus, AlreadyCancelled)) as checked:
        transitions.check_transition(booking, booking.occurrences, action, now)
    with pytest.raises((WrongStatus, AlreadyCancelled)) as refusal:
        STEPS[action](booking, now=now)

    assert (checked.value.code, refusal.value.code) == (code, code)
    assert not isinstance(refusal.value, TooEarly)


@pytest.mark.parametrize(("status", "now", "action", "result"), cases(EARLY))
def test_nobody_came_or_stayed_away_before_the_start(
    a_booking: MakeBooking, status: Status, now: datetime, action: Action, result: str
) -> None:
    booking = a_booking(status, attendees=(ADA, BOB))

    transitions.check_transition(booking, booking.occurrences, action, now)
    with pytest.raises(TooEarly) as refusal:
        STEPS[action](booking, now=now)

    assert refusal.value.code == "wrong_status"
    assert refusal.value.json_message == (
        f"bk_0123456789ab has not begun: it can be {action} from its start on"
    )


def test_the_table_has_a_row_for_every_status_and_a_step_for_every_action() -> None:
    assert set(TABLE) == set(Status)
    assert len(cases(*Status, WRONG, ALREADY, EARLY)) == 5 * 5 * len(Action)
    assert set(STEPS) == set(Action) == set(transitions.TRANSITIONS)


@pytest.mark.parametrize(
    ("status", "now", "action", "message"),
    [
        pytest.param(
            CONFIRMED,
            NOW,
            Action.CONFIRM,
            "bk_0123456789ab is CONFIRMED: only a PENDING booking can be confirmed",
            id="confirm",
        ),
        pytest.param(
            CONFIRMED,
            ENDED,
            Action.RESCHEDULE,
            "bk_0123456789ab is COMPLETED: only a PENDING or CONFIRMED booking can be"
            " rescheduled",
            id="reschedule",
        ),
        pytest.param(
            PENDING,
            STARTED,
            Action.CANCEL,
            "bk_0123456789ab is already expired",
            id="cancel-expired",
        ),
    ],
)
def test_a_wrong_step_names_the_status_that_the_clock_sees(
    a_booking: MakeBooking, status: Status, now: datetime, action: Action, message: str
) -> None:
    with pytest.raises((WrongStatus, AlreadyCancelled)) as refusal:
        STEPS[action](a_booking(status), now=now)

    assert refusal.value.json_message == message


@pytest.mark.parametrize(
    "resolution", [Resolution.CANCELLED, Resolution.REJECTED, Resolution.CONFLICT]
)
def test_cancelling_again_says_how_it_ended(
    a_booking: MakeBooking, an_occurrence: MakeOccurrence, resolution: Resolution
) -> None:
    ended = an_occurrence(status=CANCELLED, resolution=resolution)

    with pytest.raises(AlreadyCancelled) as refusal:
        cancel(a_booking(occurrences=(ended,)))

    assert refusal.value.details["resolution"] == resolution


# -- what a step leaves behind -------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "step", "sequence", "kind", "by", "change"),
    [
        pytest.param(PENDING, confirm, 3, "booking.confirmed", HOST, {}, id="confirm"),
        pytest.param(
            PENDING,
            reject,
            4,
            "booking.cancelled",
            HOST,
            {"resolution": "rejected", "reason": "full"},
            id="reject",
        ),
        pytest.param(
            CONFIRMED,
            cancel,
            4,
            "booking.cancelled",
            ATTENDEE,
            {"resolution": "cancelled", "reason": "ill"},
            id="cancel",
        ),
        pytest.param(
            CONFIRMED,
            reschedule,
            4,
            "booking.rescheduled",
            ATTENDEE,
            {
                "from": "2027-01-18T10:00:00+00:00",
                "to": "2027-01-19T15:00:00+00:00",
                "reason": "later",
            },
            id="reschedule",
        ),
    ],
)
def test_a_step_grows_the_version_and_tells_one_event(
    a_booking: MakeBooking,
    status: Status,
    step: Callable[[Booking], Change],
    sequence: int,
    kind: str,
    by: Actor,
    change: dict[str, Any],
) -> None:
    booking = a_booking(status, sequence=3, version=7)

    after, [event] = step(booking)

    assert (after.sequence, after.version) == (sequence, 8)
    assert (after.updated_at, after.created_at) == (NOW, booking.created_at)
    assert (event.type, event.uid, event.at) == (kind, booking.uid, NOW)
    assert (event.by, event.change) == (by, change)


def test_a_confirmed_booking_has_nothing_else_changed(a_booking: MakeBooking) -> None:
    booking = a_booking(PENDING, is_recorded=True)

    after = confirm(booking).booking

    occurrence = only(booking)._replace(status=CONFIRMED, is_recorded=False)
    assert after == booking._replace(
        occurrences=(occurrence,), version=1, updated_at=NOW
    )


@pytest.mark.parametrize(
    ("step", "resolution", "by", "reason"),
    [
        pytest.param(reject, "rejected", HOST, "full", id="reject"),
        pytest.param(cancel, "cancelled", ATTENDEE, "ill", id="cancel"),
        pytest.param(
            lambda booking: cancel(booking, by=HOST),
            "cancelled",
            HOST,
            "ill",
            id="host",
        ),
    ],
)
def test_a_cancelled_booking_says_how_and_by_whom_it_ended(
    a_booking: MakeBooking,
    step: Callable[[Booking], Change],
    resolution: str,
    by: Actor,
    reason: str,
) -> None:
    ended = only(step(a_booking(PENDING)).booking)

    assert (ended.status, ended.resolution) == (CANCELLED, resolution)
    assert (ended.cancelled_by, ended.reason) == (by, reason)


@pytest.mark.parametrize(
    ("status", "by", "asks_again", "expected"),
    [
        pytest.param(CONFIRMED, ATTENDEE, False, CONFIRMED, id="attendee-moves"),
        pytest.param(CONFIRMED, ATTENDEE, True, PENDING, id="attendee-asks-again"),
        pytest.param(CONFIRMED, HOST, True, CONFIRMED, id="host-moves"),
        pytest.param(PENDING, ATTENDEE, True, PENDING, id="attendee-moves-request"),
        pytest.param(PENDING, HOST, True, PENDING, id="host-moves-request"),
        pytest.param(PENDING, ATTENDEE, False, PENDING, id="request-of-old-rules"),
    ],
)
def test_a_move_by_the_attendee_asks_the_host_again(
    a_booking: MakeBooking, status: Status, by: Actor, asks_again: bool, expected: str
) -> None:
    rules = ASKS_AGAIN._replace(requires_confirmation=asks_again)
    booking = a_booking(status, policy=rules)

    after = reschedule(booking, by=by).booking

    assert only(after).status is expected


def test_a_moved_booking_is_at_its_new_time_and_keeps_the_rest(
    a_booking: MakeBooking,
) -> None:
    booking = a_booking(meeting_url="https://meet.example/x", is_recorded=True)

    after = reschedule(booking).booking

    moved = only(after)
    assert after.uid == booking.uid
    assert after.meeting_url == "https://meet.example/x"
    assert moved.span == Span(utc("2027-01-19T15:00Z"), utc("2027-01-19T15:30Z"))
    assert moved.claim == Span(utc("2027-01-19T14:55Z"), utc("2027-01-19T15:40Z"))
    assert moved.recurrence_id == moved.start.instant == moved.span.start
    assert moved.date.isoformat() == "2027-01-19"
    assert not moved.is_recorded


def test_the_date_of_a_moved_booking_is_local(a_booking: MakeBooking) -> None:
    booking = a_booking(timezone="America/New_York")

    after = reschedule(booking, to="2027-01-20T04:30Z").booking

    assert only(after).date.isoformat() == "2027-01-19"


def test_moving_to_the_same_time_changes_nothing(a_booking: MakeBooking) -> None:
    booking = a_booking()

    with pytest.raises(AlreadySo) as met:
        reschedule(booking, to="2027-01-18T10:00Z")

    assert met.value.json_message == "bk_0123456789ab is at that time already"
    assert met.value.details == {"uid": booking.uid}


def test_overrides_add_up_on_the_booking_and_each_event_tells_its_own(
    a_booking: MakeBooking,
) -> None:
    booking = a_booking(overrides=("hours", "notice"))

    after, [event] = reschedule(booking, by=HOST, overrides=("notice", "past"))

    assert after.overrides == ("hours", "notice", "past")
    assert event.change["overrides"] == ["notice", "past"]


@pytest.mark.parametrize(
    ("overrides", "change"),
    [((), {}), (("hours",), {"overrides": ["hours"]})],
    ids=["plain", "overridden"],
)
def test_a_booking_begins_as_it_was_made(
    a_booking: MakeBooking, overrides: tuple[str, ...], change: dict[str, Any]
) -> None:
    booking = a_booking(PENDING, overrides=overrides)

    after, [event] = lifecycle.create(booking, by=HOST)

    assert after == booking
    assert (after.sequence, after.version) == (0, 0)
    assert (event.type, event.at, event.by) == (
        "booking.created",
        booking.created_at,
        HOST,
    )
    assert event.change == change


def test_an_update_names_the_fields_that_differ(a_booking: MakeBooking) -> None:
    booking = a_booking(notes="old", meeting_url="https://meet.example/x")

    after, [event] = lifecycle.update(
        booking, now=NOW, by=HOST, notes="new", meeting_url="https://meet.example/x"
    )

    assert after == booking._replace(notes="new", version=1, updated_at=NOW)
    assert (event.type, event.change) == ("booking.updated", {"fields": ["notes"]})


def test_an_update_names_the_fields_as_in_json(a_booking: MakeBooking) -> None:
    bob = Attendee("bob@example.com", "Bob")

    _, [event] = lifecycle.update(
        a_booking(), now=NOW, by=HOST, attendees=(bob,), meeting_url="https://a.example"
    )

    assert event.change == {"fields": ["attendee", "meetingUrl"]}


def test_an_update_to_the_same_values_changes_nothing(a_booking: MakeBooking) -> None:
    booking = a_booking(attendees=(Attendee("ada@example.com", "Ada"),), notes="old")

    with pytest.raises(AlreadySo) as met:
        lifecycle.update(booking, now=NOW, by=HOST, notes="old")

    assert met.value.json_message == "bk_0123456789ab has these values already"


def test_an_update_names_a_field(a_booking: MakeBooking) -> None:
    with pytest.raises(NothingToChange) as refusal:
        lifecycle.update(a_booking(), now=NOW, by=HOST)

    assert not isinstance(refusal.value, AlreadySo)
    assert refusal.value.code == "nothing_to_change"
    assert refusal.value.json_hint == "name what to change, as in --notes or --meta"


# -- what time does ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "now", "seen", "resolution", "by"),
    [
        pytest.param(PENDING, BEFORE, PENDING, None, None, id="pending"),
        pytest.param(PENDING, STARTED, CANCELLED, "expired", SYSTEM, id="expired"),
        pytest.param(PENDING, ENDED, CANCELLED, "expired", SYSTEM, id="long-expired"),
        pytest.param(CONFIRMED, BEFORE, CONFIRMED, None, None, id="to-come"),
        pytest.param(CONFIRMED, STARTED, CONFIRMED, None, None, id="started"),
        pytest.param(CONFIRMED, RUNNING, CONFIRMED, None, None, id="last-second"),
        pytest.param(CONFIRMED, ENDED, COMPLETED, None, None, id="completed"),
        pytest.param(CANCELLED, ENDED, CANCELLED, None, None, id="cancelled-stays"),
        pytest.param(NO_SHOW, BEFORE, NO_SHOW, None, None, id="no-show-stays"),
        pytest.param(COMPLETED, BEFORE, COMPLETED, None, None, id="completed-stays"),
    ],
)
def test_the_clock_decides_what_is_seen(
    a_booking: MakeBooking,
    status: Status,
    now: datetime,
    seen: Status,
    resolution: str | None,
    by: Actor | None,
) -> None:
    booking = a_booking(status)

    occurrence = only(effective_status.effective_booking(booking, now))

    assert occurrence == effective_status.effective_occurrence(only(booking), now)
    assert occurrence.status is seen
    assert (occurrence.resolution, occurrence.cancelled_by) == (resolution, by)
    assert occurrence.span == only(booking).span


def test_an_expired_request_is_a_new_revision_from_its_start_on(
    a_booking: MakeBooking,
) -> None:
    booking = a_booking(PENDING, sequence=3, version=7)

    before = effective_status.effective_booking(booking, BEFORE)
    after = effective_status.effective_booking(booking, ENDED)

    assert before == booking
    assert (after.sequence, after.version, after.updated_at) == (4, 7, STARTED)


def test_a_completed_meeting_is_no_new_revision(a_booking: MakeBooking) -> None:
    booking = a_booking(CONFIRMED, sequence=3)

    after = effective_status.effective_booking(booking, ENDED)

    assert (after.sequence, after.updated_at) == (3, booking.updated_at)


def test_a_clock_that_ran_ahead_does_no_harm(a_booking: MakeBooking) -> None:
    booking = a_booking(PENDING)

    assert only(effective_status.effective_booking(booking, ENDED)).status is CANCELLED
    assert only(confirm(booking, now=BEFORE).booking).status is CONFIRMED


@pytest.mark.parametrize(
    ("status", "is_recorded", "expected"),
    [
        pytest.param(PENDING, False, STARTED, id="pending-at-its-start"),
        pytest.param(CONFIRMED, False, ENDED, id="confirmed-at-its-end"),
        pytest.param(PENDING, True, None, id="told-already"),
        pytest.param(CONFIRMED, True, None, id="told-already-too"),
        pytest.param(CANCELLED, False, None, id="cancelled"),
        pytest.param(COMPLETED, False, None, id="completed"),
        pytest.param(NO_SHOW, False, None, id="no-show"),
    ],
)
def test_time_has_something_to_tell_of_live_bookings_only(
    an_occurrence: MakeOccurrence,
    status: Status,
    is_recorded: bool,
    expected: datetime | None,
) -> None:
    assert (
        effective_status.next_status_change(
            an_occurrence(status=status, is_recorded=is_recorded)
        )
        == expected
    )


@pytest.mark.parametrize(
    ("status", "now", "kind", "change"),
    [
        pytest.param(
            PENDING,
            STARTED,
            "booking.cancelled",
            {"resolution": "expired"},
            id="expired",
        ),
        pytest.param(CONFIRMED, ENDED, "booking.completed", {}, id="completed"),
    ],
)
def test_what_time_did_is_told_once_and_is_a_revision_if_it_cancels(
    a_booking: MakeBooking,
    status: Status,
    now: datetime,
    kind: str,
    change: dict[str, Any],
) -> None:
    booking = a_booking(status, sequence=3, version=7)

    after, [event] = lifecycle.expire_and_complete(booking, booking.occurrences, now)

    revised = {"sequence": 4, "updated_at": STARTED} if status is PENDING else {}
    assert after == booking._replace(
        occurrences=(only(booking)._replace(is_recorded=True),), **revised
    )
    assert effective_status.effective_booking(after, now).sequence == after.sequence
    assert effective_status.next_status_change(only(after)) is None
    assert (event.type, event.by, event.at) == (kind, SYSTEM, now)
    assert event.change == change
    assert event.about == frozenset()  # the booking as a whole


# -- a booking's status as stored facts ----------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "pending_until", "confirmed_until", "final"),
    [
        pytest.param([PENDING], STARTED, None, CANCELLED, id="pending"),
        pytest.param([CONFIRMED], None, ENDED, COMPLETED, id="confirmed"),
        pytest.param([CANCELLED], None, None, CANCELLED, id="cancelled"),
        pytest.param([COMPLETED], None, None, COMPLETED, id="completed"),
        pytest.param([NO_SHOW], None, None, NO_SHOW, id="no-show"),
        pytest.param([CANCELLED, CANCELLED], None, None, CANCELLED, id="all-cancelled"),
        pytest.param(
            [CONFIRMED, CONFIRMED],
            None,
            ENDED + timedelta(days=1),
            COMPLETED,
            id="two-confirmed",
        ),
        pytest.param(
            [PENDING, CONFIRMED],
            STARTED,
            ENDED + timedelta(days=1),
            COMPLETED,
            id="pending-and-confirmed",
        ),
        pytest.param([NO_SHOW, CANCELLED], None, None, NO_SHOW, id="none-came"),
        pytest.param([NO_SHOW, COMPLETED], None, None, COMPLETED, id="one-came"),
        pytest.param(
            [NO_SHOW, CONFIRMED],
            None,
            ENDED + timedelta(days=1),
            COMPLETED,
            id="one-to-come",
        ),
    ],
)
def test_a_status_at_any_time_follows_from_three_facts(
    a_booking: MakeBooking,
    an_occurrence: MakeOccurrence,
    statuses: list[Status],
    pending_until: datetime | None,
    confirmed_until: datetime | None,
    final: Status,
) -> None:
    booking = a_booking(
        occurrences=tuple(
            an_occurrence(STARTED + timedelta(days=n), status=status)
            for n, status in enumerate(statuses)
        )
    )

    assert effective_status.status_facts(booking) == (
        pending_until,
        confirmed_until,
        final,
    )
