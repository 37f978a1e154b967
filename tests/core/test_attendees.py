"""Persons in a booking: seats taken and given back, and who came.

The factory's meeting is on 2027-01-18 from 10:00 to 10:30 in UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.properties import examples

from calbook.core import people
from calbook.core.booking import attendees, effective_status, lifecycle, seats
from calbook.core.booking.changes import Change
from calbook.core.errors import (
    DuplicateAttendee,
    LastAttendee,
    NotFound,
    NothingToChange,
    TooEarly,
    WrongStatus,
)
from calbook.core.model import (
    Actor,
    Attendance,
    Attendee,
    Booking,
    Occurrence,
    Status,
)
from calbook.core.people import Wanted

MakeBooking = Callable[..., Booking]

utc = datetime.fromisoformat

PENDING, CONFIRMED, CANCELLED, COMPLETED, NO_SHOW = (
    Status.PENDING,
    Status.CONFIRMED,
    Status.CANCELLED,
    Status.COMPLETED,
    Status.NO_SHOW,
)
ATTENDEE, HOST = Actor.ATTENDEE, Actor.HOST
CAME, MISSED, UNKNOWN = Attendance.ATTENDED, Attendance.NO_SHOW, Attendance.UNKNOWN

ADA, BOB, CAROL = (
    Attendee("ada@example.com", "Ada"),
    Attendee("Bob@Example.com", "Bob"),
    Attendee("carol@example.com", "Carol"),
)
ALL = (ADA, BOB, CAROL)

NOW = utc("2027-01-05T12:00Z")
RUNNING = utc("2027-01-18T10:10Z")
ENDED = utc("2027-01-18T10:30Z")


def only(booking: Booking) -> Occurrence:
    [occurrence] = booking.occurrences
    return occurrence


# -- seats taken ---------------------------------------------------------------------


def test_whoever_joins_sits_after_those_who_are_there(a_booking: MakeBooking) -> None:
    booking = a_booking(attendees=(ADA,), sequence=3, version=7)

    after, events = seats.join(booking, (CAROL, BOB), now=NOW, by=ATTENDEE)

    assert after == booking._replace(
        attendees=(ADA, CAROL, BOB), is_group=True, version=8, updated_at=NOW
    )
    assert [(event.type, event.by, event.at) for event in events] == [
        ("booking.attendee_added", ATTENDEE, NOW)
    ] * 2
    assert [event.change["attendee"] for event in events] == [
        {"email": "carol@example.com", "name": "Carol"},
        {"email": "Bob@Example.com", "name": "Bob"},
    ]


def test_what_somebody_brings_stays_their_own(a_booking: MakeBooking) -> None:
    booking = a_booking(notes="primary's", responses={"size": "S"})
    carol = CAROL._replace(
        responses={"size": "L"}, notes="late", metadata={"crm": "7"}, phone="+1"
    )

    after = seats.join(booking, (carol,), now=NOW, by=ATTENDEE).booking

    assert after.guests == (carol,)
    assert (after.notes, after.responses) == ("primary's", {"size": "S"})


@pytest.mark.parametrize(
    ("there", "joining"),
    [
        pytest.param((ADA,), ("ada@example.com",), id="the-primary"),
        pytest.param((ADA, BOB), ("bob@example.com",), id="a-guest-spelt-otherwise"),
        pytest.param((ADA,), ("ADA@EXAMPLE.COM",), id="upper-case"),
        pytest.param(
            (Attendee("straße@example.com"),), ("sTRAßE@example.com",), id="folded"
        ),
        pytest.param((ADA,), ("x@example.com", "X@example.com"), id="twice-at-once"),
    ],
)
def test_an_address_takes_one_seat(
    a_booking: MakeBooking, there: tuple[Attendee, ...], joining: tuple[str, ...]
) -> None:
    booking = a_booking(attendees=there)

    with pytest.raises(DuplicateAttendee) as refusal:
        seats.join(booking, tuple(map(Attendee, joining)), now=NOW, by=ATTENDEE)

    assert refusal.value.code == "duplicate_attendee"
    assert joining[-1] in refusal.value.json_message


@pytest.mark.parametrize(
    ("statuses", "now", "may_change"),
    [
        pytest.param([PENDING], NOW, True, id="pending"),
        pytest.param([CONFIRMED], RUNNING, True, id="running"),
        pytest.param([CONFIRMED], ENDED, False, id="over"),
        pytest.param([PENDING], RUNNING, False, id="expired"),
        pytest.param([CANCELLED], NOW, False, id="cancelled"),
        pytest.param([COMPLETED, CANCELLED, CONFIRMED], ENDED, True, id="one-to-come"),
        pytest.param([COMPLETED, CANCELLED, NO_SHOW], ENDED, False, id="none-to-come"),
    ],
)
def test_seats_change_hands_while_something_is_to_come(
    a_series: MakeBooking, statuses: list[Status], now: datetime, may_change: bool
) -> None:
    booking = a_series(*statuses, attendees=(ADA, BOB))
    steps: list[Callable[[], Change]] = [
        lambda: seats.join(booking, (CAROL,), now=now, by=ATTENDEE),
        lambda: seats.leave(booking, BOB, now=now, by=ATTENDEE),
    ]

    for step, count in zip(steps, (3, 1), strict=True):
        if may_change:
            assert len(step().booking.attendees) == count
        else:
            with pytest.raises(WrongStatus):
                step()


# -- seats given back ----------------------------------------------------------------


def test_a_guest_who_leaves_gives_up_the_seat(a_booking: MakeBooking) -> None:
    booking = a_booking(attendees=ALL, sequence=3, version=7)

    after, [event] = seats.leave(booking, BOB, now=NOW, by=HOST)

    assert after == booking._replace(
        attendees=(ADA, CAROL), sequence=4, version=8, updated_at=NOW
    )
    assert (event.type, event.by, event.at) == ("booking.attendee_removed", HOST, NOW)
    assert event.change == {"attendee": {"email": "Bob@Example.com", "name": "Bob"}}


def test_after_the_primary_the_one_who_joined_first_is_the_primary(
    a_booking: MakeBooking,
) -> None:
    bob = BOB._replace(
        phone="+1",
        responses={"size": "L"},
        notes="late",
        metadata={"crm": "7", "source": "web"},
    )
    booking = a_booking(
        attendees=(ADA, bob, CAROL),
        responses={"size": "S"},
        notes="early",
        metadata={"crm": "1", "campaign": "winter"},
    )

    after = seats.leave(booking, ADA, now=NOW, by=ATTENDEE).booking

    assert after.attendee == BOB._replace(phone="+1")
    assert after.guests == (CAROL,)
    assert (after.responses, after.notes) == ({"size": "L"}, "late")
    assert after.metadata == {"crm": "7", "source": "web", "campaign": "winter"}


@pytest.mark.parametrize(
    ("booked", "brought"),
    [
        pytest.param(
            {f"a{n}": n for n in range(30)}, {f"b{n}": n for n in range(30)}, id="keys"
        ),
        pytest.param({"a": "x" * 40_000}, {"b": "x" * 40_000}, id="bytes"),
    ],
)
def test_metadata_that_does_not_fit_beside_the_bookings_own_is_left_out(
    a_booking: MakeBooking, booked: dict[str, Any], brought: dict[str, Any]
) -> None:
    """A booking with more than may be given refused every key from then on."""
    booking = a_booking(
        attendees=(ADA, BOB._replace(metadata=brought)), metadata=booked
    )

    after = seats.leave(booking, ADA, now=NOW, by=ATTENDEE).booking

    assert after.metadata == booked


def test_metadata_of_both_may_fill_all_the_room(a_booking: MakeBooking) -> None:
    booked, brought = ({f"{c}{n}": n for n in range(25)} for c in "ab")
    booking = a_booking(
        attendees=(ADA, BOB._replace(metadata=brought)), metadata=booked
    )

    after = seats.leave(booking, ADA, now=NOW, by=ATTENDEE).booking

    assert after.metadata == {**booked, **brought}


def test_a_guest_who_leaves_takes_nothing_of_the_booking_along(
    a_booking: MakeBooking,
) -> None:
    booking = a_booking(attendees=(ADA, BOB), responses={"size": "S"}, notes="early")

    after = seats.leave(booking, BOB, now=NOW, by=ATTENDEE).booking

    assert (after.responses, after.notes) == ({"size": "S"}, "early")


def test_the_last_attendee_cannot_leave(a_booking: MakeBooking) -> None:
    with pytest.raises(LastAttendee) as refusal:
        seats.leave(a_booking(attendees=(ADA,)), ADA, now=NOW, by=ATTENDEE)

    assert refusal.value.code == "last_attendee"
    assert (
        refusal.value.json_hint == "cancel it instead: calbook cancel bk_0123456789ab"
    )


def test_who_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound) as refusal:
        people.find_attendee((ADA, BOB), Wanted(CAROL.email))

    assert refusal.value.code == "not_found"
    assert "carol@example.com" in refusal.value.json_message


# -- attendance of a booking ---------------------------------------------------------


def recorded(
    booking: Booking,
    attendance: Attendance,
    *persons: Attendee,
    now: datetime = ENDED,
) -> Change:
    """Record it of some persons of a group; of none, of the booking as a whole."""
    return attendees.record_attendance(
        booking, booking.occurrences[0], attendance, now=now, persons=persons or None
    )


@pytest.mark.parametrize(
    ("status", "is_recorded", "now", "attendance", "expected", "kind"),
    [
        pytest.param(
            CONFIRMED, False, RUNNING, CAME, COMPLETED, "booking.completed", id="came"
        ),
        pytest.param(
            CONFIRMED, True, ENDED, CAME, COMPLETED, "booking.updated", id="came-after"
        ),
        pytest.param(
            CONFIRMED,
            False,
            ENDED,
            CAME,
            COMPLETED,
            "booking.completed",
            id="came-before-its-end-was-told",
        ),
        pytest.param(
            CONFIRMED, False, RUNNING, MISSED, NO_SHOW, "booking.no_show", id="missed"
        ),
        pytest.param(
            CONFIRMED,
            True,
            ENDED,
            MISSED,
            NO_SHOW,
            "booking.no_show",
            id="missed-after",
        ),
        pytest.param(
            COMPLETED, False, ENDED, MISSED, NO_SHOW, "booking.no_show", id="correction"
        ),
        pytest.param(
            NO_SHOW, False, ENDED, CAME, COMPLETED, "booking.completed", id="and-back"
        ),
    ],
)
def test_attendance_settles_a_booking_and_is_told(
    a_booking: MakeBooking,
    status: Status,
    is_recorded: bool,
    now: datetime,
    attendance: Attendance,
    expected: Status,
    kind: str,
) -> None:
    booking = a_booking(status, is_recorded=is_recorded, sequence=3, version=7)

    after, [event] = recorded(booking, attendance, now=now)

    assert (only(after).status, only(after).attendance) == (expected, attendance)
    assert (after.sequence, after.version, after.updated_at) == (3, 8, now)
    assert (event.type, event.by, event.at) == (kind, HOST, now)
    assert event.change == {"attendance": attendance}
    assert effective_status.next_status_change(only(after)) is None


@pytest.mark.parametrize("attendance", [CAME, MISSED])
def test_nobody_can_have_come_before_the_start(
    a_series: MakeBooking, attendance: Attendance
) -> None:
    booking = a_series(CONFIRMED, CONFIRMED)
    start = utc("2027-01-18T10:00Z")

    with pytest.raises(TooEarly) as refusal:
        recorded(booking, attendance, now=utc("2027-01-18T09:59:59Z"))
    after = recorded(booking, attendance, now=start).booking

    assert refusal.value.code == "wrong_status"
    assert refusal.value.json_message.startswith(
        "bk_0123456789ab on 2027-01-18 has not begun"
    )
    assert after.occurrences[0].attendance is attendance


def test_to_say_again_that_somebody_came_changes_nothing(
    a_booking: MakeBooking,
) -> None:
    booking = recorded(a_booking(), CAME).booking

    with pytest.raises(NothingToChange) as refusal:
        recorded(booking, CAME)

    assert refusal.value.json_message == "bk_0123456789ab is attended already"


def test_a_no_show_again_is_a_wrong_step(a_booking: MakeBooking) -> None:
    booking = recorded(a_booking(), MISSED).booking

    with pytest.raises(WrongStatus) as refusal:
        recorded(booking, MISSED)

    assert refusal.value.json_message == (
        "bk_0123456789ab is NO_SHOW: only a CONFIRMED or COMPLETED booking can be"
        " marked as a no-show"
    )


def test_attendance_is_of_one_date_of_a_series(a_series: MakeBooking) -> None:
    booking = a_series(CONFIRMED, CONFIRMED)

    after, [event] = recorded(booking, MISSED)

    first, second = after.occurrences
    assert (first.status, first.attendance) == (NO_SHOW, MISSED)
    assert second == booking.occurrences[1]
    assert event.change == {"attendance": "no_show", "dates": ["2027-01-18"]}
    assert event.about == {first.recurrence_id}


# -- attendance in a group -----------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "together", "status"),
    [
        pytest.param([], UNKNOWN, CONFIRMED, id="nothing-said"),
        pytest.param([(ADA, CAME)], CAME, COMPLETED, id="one-came"),
        pytest.param([(BOB, MISSED)], UNKNOWN, CONFIRMED, id="one-did-not"),
        pytest.param(
            [(ADA, MISSED), (BOB, MISSED)], UNKNOWN, CONFIRMED, id="two-did-not"
        ),
        pytest.param(
            [(ADA, MISSED), (BOB, CAME)], CAME, COMPLETED, id="one-of-two-came"
        ),
        pytest.param(
            [(ADA, MISSED), (BOB, MISSED), (CAROL, MISSED)],
            MISSED,
            NO_SHOW,
            id="nobody",
        ),
        pytest.param(
            [(ADA, MISSED), (BOB, MISSED), (CAROL, CAME)],
            CAME,
            COMPLETED,
            id="one-of-three",
        ),
        pytest.param(
            [(ADA, CAME), (BOB, CAME), (CAROL, CAME)], CAME, COMPLETED, id="all"
        ),
    ],
)
def test_a_group_came_when_one_did_and_stayed_away_when_all_did(
    a_booking: MakeBooking,
    words: list[tuple[Attendee, Attendance]],
    together: Attendance,
    status: Status,
) -> None:
    booking = a_booking(attendees=ALL)

    for person, word in words:
        booking = recorded(booking, word, person, now=RUNNING).booking

    assert only(booking).attendance is together
    assert only(booking).status is status
    assert only(booking).attendances == {
        person.email.casefold(): word for person, word in words
    }


@pytest.mark.parametrize(
    ("attendance", "status", "kind"),
    [(CAME, COMPLETED, "booking.completed"), (MISSED, NO_SHOW, "booking.no_show")],
    ids=["came", "missed"],
)
def test_of_a_whole_group_it_is_said_once(
    a_booking: MakeBooking, attendance: Attendance, status: Status, kind: str
) -> None:
    booking = a_booking(attendees=ALL)

    after, [event] = recorded(booking, attendance, *ALL)

    assert only(after).status is status
    assert set(only(after).attendances.values()) == {attendance}
    assert (event.type, event.change) == (kind, {"attendance": attendance})


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        pytest.param(
            [(ADA, CAME), (BOB, CAME)],
            ["booking.completed", "booking.updated"],
            id="two-came",
        ),
        pytest.param(
            [(ADA, MISSED), (BOB, MISSED), (CAROL, MISSED)],
            ["booking.no_show"] * 3,
            id="nobody-came",
        ),
        pytest.param(
            [(ADA, MISSED), (BOB, CAME), (CAROL, MISSED)],
            ["booking.no_show", "booking.completed", "booking.no_show"],
            id="one-came",
        ),
        pytest.param(
            [(ADA, MISSED), (BOB, MISSED), (CAROL, MISSED), (BOB, CAME)],
            [*["booking.no_show"] * 3, "booking.completed"],
            id="corrected",
        ),
    ],
)
def test_each_word_on_a_person_is_told_and_names_the_person(
    a_booking: MakeBooking, words: list[tuple[Attendee, Attendance]], kinds: list[str]
) -> None:
    booking = a_booking(attendees=ALL)
    events: list[tuple[str, dict[str, Any]]] = []

    for person, word in words:
        booking, [event] = recorded(booking, word, person, now=RUNNING)
        events.append((event.type, dict(event.change)))

    assert events == [
        (kind, {"attendance": word, "emails": [person.email]})
        for kind, (person, word) in zip(kinds, words, strict=True)
    ]


def test_a_group_that_nobody_settled_is_completed_by_time_and_told_once(
    a_booking: MakeBooking,
) -> None:
    booking = a_booking(attendees=ALL)

    said = recorded(booking, MISSED, BOB, now=RUNNING).booking
    assert (
        effective_status.effective_occurrence(only(said), RUNNING).status is CONFIRMED
    )
    assert effective_status.next_status_change(only(said)) == ENDED
    passed = lifecycle.expire_and_complete(said, said.occurrences, ENDED).booking
    later, [event] = recorded(passed, CAME, ADA)

    assert event.type == "booking.updated"
    assert effective_status.next_status_change(only(later)) is None


def test_the_end_of_a_group_is_told_even_when_somebody_is_marked_first(
    a_booking: MakeBooking,
) -> None:
    """One no-show after the end, before time was told of, kept it from being told."""
    booking = a_booking(attendees=ALL)

    after = recorded(booking, MISSED, BOB, now=ENDED).booking

    assert effective_status.effective_occurrence(only(after), ENDED).status is COMPLETED
    assert effective_status.next_status_change(only(after)) == ENDED


def test_a_group_that_was_said_to_have_come_is_not_completed_twice(
    a_booking: MakeBooking,
) -> None:
    booking = a_booking(attendees=ALL)

    came = recorded(booking, CAME, ADA, now=RUNNING).booking
    corrected = recorded(came, MISSED, ADA, now=RUNNING).booking

    assert only(corrected).status is CONFIRMED
    assert only(corrected).attendance is UNKNOWN
    assert effective_status.next_status_change(only(corrected)) is None


@pytest.mark.parametrize("word", [CAME, MISSED])
def test_the_same_word_on_the_same_person_changes_nothing(
    a_booking: MakeBooking, word: Attendance
) -> None:
    booking = recorded(a_booking(attendees=ALL), word, BOB).booking

    with pytest.raises(NothingToChange):
        recorded(booking, word, BOB)


def test_the_same_word_on_a_whole_group_changes_nothing(a_booking: MakeBooking) -> None:
    booking = recorded(a_booking(attendees=ALL), MISSED, *ALL).booking

    with pytest.raises(NothingToChange):
        recorded(booking, MISSED, *ALL)
    with pytest.raises(NothingToChange):
        recorded(booking, MISSED, CAROL)


@pytest.mark.parametrize(
    ("attendance", "message"),
    [
        pytest.param(
            CAME,
            "only a CONFIRMED or COMPLETED or NO_SHOW booking can be"
            " marked as attended",
            id="came",
        ),
        pytest.param(
            MISSED,
            "only a CONFIRMED or COMPLETED booking can be marked as a no-show",
            id="missed",
        ),
    ],
)
def test_a_refusal_of_a_group_names_what_was_asked(
    a_booking: MakeBooking, attendance: Attendance, message: str
) -> None:
    """A no-show that was refused was said to be no attendance."""
    booking = a_booking(CANCELLED, attendees=ALL)

    with pytest.raises(WrongStatus) as refusal:
        recorded(booking, attendance, BOB)

    assert refusal.value.json_message == f"bk_0123456789ab is CANCELLED: {message}"


def test_a_meeting_that_somebody_attended_stays_so_when_they_leave(
    a_series: MakeBooking,
) -> None:
    """Whoever left a series took along that they had been there."""
    booking = a_series(CONFIRMED, CONFIRMED, attendees=(ADA, BOB))
    met = recorded(booking, CAME, BOB).booking

    left = seats.leave(met, BOB, now=ENDED, by=ATTENDEE).booking
    after = recorded(left, MISSED, ADA).booking

    first = after.occurrences[0]
    assert (first.status, first.attendance) == (COMPLETED, CAME)


@examples(100)
@given(
    size=st.integers(1, 4),
    words=st.lists(
        st.tuples(
            st.sets(st.integers(0, 3), min_size=1), st.sampled_from([CAME, MISSED])
        ),
        max_size=12,
    ),
    now=st.sampled_from([RUNNING, ENDED]),
)
def test_the_last_word_on_each_person_decides_whatever_came_before(
    a_booking: MakeBooking,
    size: int,
    words: list[tuple[set[int], Attendance]],
    now: datetime,
) -> None:
    people = tuple(Attendee(f"Person{n}@example.com") for n in range(size))
    booking = a_booking(attendees=people)
    last = [UNKNOWN] * size

    for numbers, word in words:
        who = tuple(people[n] for n in sorted(numbers) if n < size)
        before = list(last)
        for n in numbers & set(range(size)):
            last[n] = word
        if not who:
            continue
        if last == before:
            with pytest.raises(NothingToChange):
                recorded(booking, word, *who, now=now)
        else:
            booking = recorded(booking, word, *who, now=now).booking

    if CAME in last:
        expected = (COMPLETED, CAME)
    elif UNKNOWN in last:
        expected = (CONFIRMED, UNKNOWN)
    else:
        expected = (NO_SHOW, MISSED)
    assert (only(booking).status, only(booking).attendance) == expected
