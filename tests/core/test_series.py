"""Series: which dates are meant, where they move, and what becomes of the whole.

The factory's series falls on Mondays from 2027-01-18 on, 10:00 to 10:30 in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.properties import examples

from calbook.core.booking import effective_status, lifecycle, series
from calbook.core.booking.changes import Change
from calbook.core.booking.series import Selector
from calbook.core.catalog import EventType
from calbook.core.errors import (
    AlreadyCancelled,
    CalbookError,
    NotFound,
    NothingToChange,
    UsageError,
    WrongStatus,
)
from calbook.core.model import (
    DAY,
    MINUTE,
    Actor,
    Attendance,
    Booking,
    BookingTerms,
    Event,
    GivenStart,
    Occurrence,
    Resolution,
    Span,
    Status,
)
from calbook.core.time import recurrence, times
from calbook.core.time.recurrence import Frequency, Recurrence

MakeBooking = Callable[..., Booking]
MakeOccurrence = Callable[..., Occurrence]
MakeEventType = Callable[..., EventType]

utc = datetime.fromisoformat
day = date.fromisoformat

PENDING, CONFIRMED, CANCELLED, COMPLETED, NO_SHOW = (
    Status.PENDING,
    Status.CONFIRMED,
    Status.CANCELLED,
    Status.COMPLETED,
    Status.NO_SHOW,
)
ATTENDEE, HOST, SYSTEM = Actor.ATTENDEE, Actor.HOST, Actor.SYSTEM

FIRST, SECOND, THIRD, FOURTH = (
    day("2027-01-18"),
    day("2027-01-25"),
    day("2027-02-01"),
    day("2027-02-08"),
)
NOW = utc("2027-01-05T12:00Z")
AFTER_ALL = utc("2027-03-01T00:00Z")

NEW_YORK = "America/New_York"
LORD_HOWE = "Australia/Lord_Howe"
NUUK = "America/Nuuk"


def dates(occurrences: Iterable[Occurrence]) -> list[date]:
    return [occurrence.date for occurrence in occurrences]


def statuses(booking: Booking) -> list[Status]:
    return [occurrence.status for occurrence in booking.occurrences]


def moment(text: str, timezone: str = "UTC") -> GivenStart:
    """A start as somebody typed it: a wall time, or with an offset."""
    typed = utc(text)
    if typed.tzinfo is not None:
        return GivenStart(
            typed.astimezone(UTC), typed.replace(tzinfo=None), timezone, True
        )
    return GivenStart(
        times.instant_of_wall(typed, timezone), typed, timezone, by_offset=False
    )


def moved(
    booking: Booking,
    selector: Selector,
    to: str,
    *,
    event_type: EventType,
    by: Actor = HOST,
    now: datetime = NOW,
) -> Change:
    """Reschedule what is selected, as the program does."""
    chosen = series.select_occurrences(booking, selector, now)
    goals = series.shift_starts(booking, chosen, moment(to, booking.timezone))
    placed = series.plan_moves(chosen, goals, event_type)
    return lifecycle.reschedule(booking, placed, now=now, by=by, reason="later")


def told(event: Event) -> tuple[str, Any, list[str]]:
    """What an event is of: its type, the dates it names, the keys it is about."""
    about = sorted(key.date().isoformat() for key in event.about)
    return event.type, event.change.get("dates"), about


# -- which dates are meant -----------------------------------------------------------


@pytest.mark.parametrize(
    ("selector", "now", "expected"),
    [
        pytest.param(Selector(on=SECOND), NOW, [SECOND], id="on"),
        pytest.param(Selector(on=FIRST), AFTER_ALL, [FIRST], id="on-one-that-is-over"),
        pytest.param(
            Selector(since=SECOND),
            NOW,
            [SECOND, THIRD, FOURTH],
            id="since-is-inclusive",
        ),
        pytest.param(
            Selector(since=day("2027-01-26")), NOW, [THIRD, FOURTH], id="since-between"
        ),
        pytest.param(
            Selector(since=day("2020-01-01")),
            NOW,
            [FIRST, SECOND, THIRD, FOURTH],
            id="since-long-ago",
        ),
        pytest.param(
            Selector(since=FIRST),
            utc("2027-01-25T10:00Z"),
            [THIRD, FOURTH],
            id="since-leaves-out-what-has-begun",
        ),
        pytest.param(
            Selector(all=True), NOW, [FIRST, SECOND, THIRD, FOURTH], id="all-to-come"
        ),
        pytest.param(
            Selector(all=True),
            utc("2027-01-18T09:59:59Z"),
            [FIRST, SECOND, THIRD, FOURTH],
            id="all-one-second-before-the-first",
        ),
        pytest.param(
            Selector(all=True),
            utc("2027-01-18T10:00Z"),
            [SECOND, THIRD, FOURTH],
            id="all-leaves-out-what-begins-now",
        ),
    ],
)
def test_a_selector_means_dates(
    a_series: MakeBooking, selector: Selector, now: datetime, expected: list[date]
) -> None:
    booking = a_series(CONFIRMED, CONFIRMED, CONFIRMED, CONFIRMED)

    assert dates(series.select_occurrences(booking, selector, now)) == expected


@pytest.mark.parametrize(
    "selector", [Selector(since=FIRST), Selector(all=True)], ids=["since", "all"]
)
def test_only_what_will_take_place_is_still_to_come(
    a_series: MakeBooking, selector: Selector
) -> None:
    booking = a_series(CANCELLED, PENDING, COMPLETED, NO_SHOW, CONFIRMED)

    chosen = series.select_occurrences(booking, selector, NOW)

    assert dates(chosen) == [SECOND, day("2027-02-15")]


def test_a_date_stays_the_key_of_an_occurrence_that_moved(
    a_series: MakeBooking, an_event_type: MakeEventType
) -> None:
    booking = a_series(CONFIRMED, CONFIRMED, CONFIRMED)
    event_type = an_event_type()

    once = moved(
        booking, Selector(on=SECOND), "2027-02-20T09:00", event_type=event_type
    ).booking
    twice, [event] = moved(
        once, Selector(on=SECOND), "2027-02-21T09:00", event_type=event_type
    )

    assert told(event) == ("booking.rescheduled", ["2027-01-25"], ["2027-01-25"])
    [again] = series.select_occurrences(twice, Selector(on=SECOND), NOW)
    assert again.span.start == utc("2027-02-21T09:00Z")
    assert again.recurrence_id == utc("2027-01-25T10:00Z")
    assert dates(twice.occurrences) == [FIRST, SECOND, THIRD]
    assert dates(series.select_occurrences(twice, Selector(since=THIRD), NOW)) == [
        THIRD
    ]
    with pytest.raises(NotFound):
        series.select_occurrences(twice, Selector(on=day("2027-02-21")), NOW)


def test_what_is_still_to_come_is_asked_of_the_new_time(
    a_series: MakeBooking, an_event_type: MakeEventType
) -> None:
    booking = a_series(CONFIRMED, CONFIRMED, CONFIRMED)
    late = moved(
        booking, Selector(on=FIRST), "2027-01-30T09:00", event_type=an_event_type()
    ).booking

    chosen = series.select_occurrences(
        late, Selector(all=True), utc("2027-01-28T00:00Z")
    )

    assert dates(chosen) == [FIRST, THIRD]


@pytest.mark.parametrize(
    ("count", "hint"),
    [
        pytest.param(2, "its dates: 2027-01-18, 2027-01-25", id="few"),
        pytest.param(
            7,
            "its dates: 2027-01-18, 2027-01-25, 2027-02-01, … 2027-03-01 (7 in all)",
            id="many",
        ),
    ],
)
def test_a_date_that_is_none_of_the_series_is_refused_naming_its_dates(
    a_series: MakeBooking, count: int, hint: str
) -> None:
    booking = a_series(*[CONFIRMED] * count)

    with pytest.raises(NotFound) as refusal:
        series.select_occurrences(booking, Selector(on=day("2027-01-19")), NOW)

    assert refusal.value.code == "not_found"
    assert "bk_0123456789ab on 2027-01-19" in refusal.value.message
    assert refusal.value.hint == hint
    assert refusal.value.details["date"] == "2027-01-19"
    assert refusal.value.details["dates"] == [
        f"{FIRST + n * timedelta(weeks=1)}" for n in range(count)
    ]


def test_a_series_needs_a_selector(a_series: MakeBooking) -> None:
    booking = a_series(CONFIRMED, CONFIRMED)

    with pytest.raises(UsageError) as refusal:
        series.select_occurrences(booking, Selector(), NOW)

    assert refusal.value.message == (
        "bk_0123456789ab is a series: say which of its dates are meant"
    )
    assert refusal.value.details["dates"] == ["2027-01-18", "2027-01-25"]


@pytest.mark.parametrize(
    ("selector", "now", "message"),
    [
        pytest.param(
            Selector(all=True),
            AFTER_ALL,
            "bk_0123456789ab has nothing still to come",
            id="all",
        ),
        pytest.param(
            Selector(since=THIRD),
            NOW,
            "bk_0123456789ab has nothing still to come from 2027-02-01 on",
            id="since-after-the-last",
        ),
        pytest.param(
            Selector(since=SECOND),
            NOW,
            "bk_0123456789ab has nothing still to come from 2027-01-25 on",
            id="since-one-that-is-cancelled",
        ),
    ],
)
def test_nothing_still_to_come_is_nothing_to_change(
    a_series: MakeBooking, selector: Selector, now: datetime, message: str
) -> None:
    booking = a_series(CONFIRMED, CANCELLED)

    with pytest.raises(NothingToChange) as refusal:
        series.select_occurrences(booking, selector, now)

    assert refusal.value.message == message


@pytest.mark.parametrize(
    "selector", [Selector(since=SECOND), Selector(all=True)], ids=["since", "all"]
)
@pytest.mark.parametrize(
    ("resolutions", "how"),
    [
        pytest.param(["cancelled", "cancelled"], "cancelled", id="cancelled"),
        pytest.param(["rejected", "rejected"], "rejected", id="rejected"),
        pytest.param(["conflict", "rejected"], "cancelled", id="each-in-its-way"),
    ],
)
def test_a_series_of_which_all_is_cancelled_says_so(
    a_series: MakeBooking, selector: Selector, resolutions: list[str], how: str
) -> None:
    plain = a_series(CANCELLED, CANCELLED)
    ended = tuple(
        o._replace(resolution=Resolution(resolution))
        for o, resolution in zip(plain.occurrences, resolutions, strict=True)
    )
    booking = plain._replace(occurrences=ended)

    with pytest.raises(AlreadyCancelled) as refusal:
        series.select_occurrences(booking, selector, NOW)

    assert refusal.value.message == f"bk_0123456789ab is already {how}"
    assert refusal.value.details["resolution"] == how


def test_a_series_that_expired_is_already_cancelled_too(a_series: MakeBooking) -> None:
    booking = a_series(PENDING, PENDING)

    with pytest.raises(AlreadyCancelled) as refusal:
        series.select_occurrences(booking, Selector(all=True), AFTER_ALL)

    assert refusal.value.message == "bk_0123456789ab is already expired"


@pytest.mark.parametrize(
    "selector",
    [Selector(), Selector(on=FIRST), Selector(since=FIRST), Selector(all=True)],
    ids=["without", "on", "since", "all"],
)
def test_a_booking_that_is_no_series_needs_no_selector_and_may_have_one(
    a_booking: MakeBooking, selector: Selector
) -> None:
    booking = a_booking()

    assert series.select_occurrences(booking, selector, NOW) == booking.occurrences


@pytest.mark.parametrize(
    ("selector", "error"),
    [
        pytest.param(Selector(on=SECOND), NotFound, id="on-another-date"),
        pytest.param(Selector(since=SECOND), NothingToChange, id="since-later"),
    ],
)
def test_a_booking_that_is_no_series_has_its_own_date_only(
    a_booking: MakeBooking, selector: Selector, error: type[CalbookError]
) -> None:
    with pytest.raises(error):
        series.select_occurrences(a_booking(), selector, NOW)


# -- where a series moves ------------------------------------------------------------


def a_local_series(
    a_booking: MakeBooking,
    an_occurrence: MakeOccurrence,
    *,
    first: str,
    timezone: str,
    days: int = 1,
    count: int = 3,
) -> Booking:
    """A series by the wall clock of a zone, every so many days."""
    rule = Recurrence(frequency=Frequency.DAILY, interval=days, count=count)
    starts = recurrence.starts(rule, utc(first), timezone)
    occurrences = tuple(
        an_occurrence(instant, date=wall.date())._replace(
            start=GivenStart(instant, wall, timezone, by_offset=False)
        )
        for wall, instant in starts
    )
    return a_booking(occurrences=occurrences, recurring=rule, timezone=timezone)


@pytest.mark.parametrize(
    ("first", "timezone", "days", "to", "expected"),
    [
        pytest.param(
            "2027-01-18T10:00",
            NEW_YORK,
            7,
            "2027-01-20T14:30",
            ["2027-01-20T14:30-05:00", "2027-01-27T14:30-05:00"],
            id="two-days-on",
        ),
        pytest.param(
            "2027-01-18T10:00",
            NEW_YORK,
            7,
            "2027-01-17T10:00",
            ["2027-01-17T10:00-05:00", "2027-01-24T10:00-05:00"],
            id="a-day-back",
        ),
        pytest.param(
            "2027-01-18T10:00",
            NEW_YORK,
            7,
            "2027-01-18T00:15",
            ["2027-01-18T00:15-05:00", "2027-01-25T00:15-05:00"],
            id="the-same-day",
        ),
        pytest.param(
            "2027-03-08T10:00",
            NEW_YORK,
            7,
            "2027-03-09T11:00",
            ["2027-03-09T11:00-05:00", "2027-03-16T11:00-04:00"],
            id="across-spring",
        ),
        pytest.param(
            "2027-11-01T10:00",
            NEW_YORK,
            7,
            "2027-11-02T11:00",
            ["2027-11-02T11:00-04:00", "2027-11-09T11:00-05:00"],
            id="across-autumn",
        ),
        pytest.param(
            "2027-03-13T10:00",
            NEW_YORK,
            1,
            "2027-03-13T02:30",
            ["2027-03-13T02:30-05:00", "2027-03-14T03:30-04:00"],
            id="into-a-gap",
        ),
        pytest.param(
            "2027-11-06T10:00",
            NEW_YORK,
            1,
            "2027-11-06T01:30",
            ["2027-11-06T01:30-04:00", "2027-11-07T01:30-04:00"],
            id="into-a-repeated-hour-its-first-pass",
        ),
        pytest.param(
            "2027-03-13T02:30",
            NEW_YORK,
            1,
            "2027-03-20T02:30",
            ["2027-03-20T02:30-04:00", "2027-03-21T02:30-04:00"],
            id="out-of-a-gap-to-the-wall-time",
        ),
        pytest.param(
            "2027-10-02T09:00",
            LORD_HOWE,
            1,
            "2027-10-02T10:00",
            ["2027-10-02T10:00+10:30", "2027-10-03T10:00+11:00"],
            id="half-an-hour-of-summer",
        ),
        pytest.param(
            "2027-01-18T10:00",
            NEW_YORK,
            7,
            "2027-01-20T03:00+09:00",
            ["2027-01-19T13:00-05:00", "2027-01-26T13:00-05:00"],
            id="given-by-another-offset",
        ),
        pytest.param(
            "2027-11-06T10:00",
            NEW_YORK,
            7,
            "2027-11-07T01:30-05:00",
            ["2027-11-07T01:30-05:00", "2027-11-14T01:30-05:00"],
            id="the-first-in-the-second-pass",
        ),
    ],
)
def test_a_series_shifts_by_local_days_to_the_same_wall_time(
    a_booking: MakeBooking,
    an_occurrence: MakeOccurrence,
    first: str,
    timezone: str,
    days: int,
    to: str,
    expected: list[str],
) -> None:
    booking = a_local_series(
        a_booking, an_occurrence, first=first, timezone=timezone, days=days, count=2
    )

    goals = series.shift_starts(booking, booking.occurrences, moment(to, timezone))

    assert [start.instant for start, _ in goals] == [utc(text) for text in expected]
    assert [meeting.start for _, meeting in goals] == [utc(text) for text in expected]


def test_the_first_start_is_kept_as_given_and_the_others_are_wall_times(
    a_booking: MakeBooking, an_occurrence: MakeOccurrence
) -> None:
    booking = a_local_series(
        a_booking, an_occurrence, first="2027-03-13T10:00", timezone=NEW_YORK
    )
    given = moment("2027-03-13T16:30+09:00")

    goals = series.shift_starts(booking, booking.occurrences, given)

    assert [start for start, _ in goals] == [
        given,
        GivenStart(utc("2027-03-14T07:30Z"), utc("2027-03-14T02:30"), NEW_YORK, False),
        GivenStart(utc("2027-03-15T06:30Z"), utc("2027-03-15T02:30"), NEW_YORK, False),
    ]


def test_a_date_that_a_gap_pushed_past_midnight_shifts_from_the_date_of_the_rule(
    a_booking: MakeBooking, an_occurrence: MakeOccurrence
) -> None:
    """It was counted from the next date, and met the occurrence of that one.

    In Nuuk 23:00 to 24:00 on 2027-03-27 does not exist: 23:30 became 00:30 on the
    28th.
    """
    booking = a_local_series(
        a_booking, an_occurrence, first="2027-03-26T23:30", timezone=NUUK
    )
    assert [times.local_date(o.span.start, NUUK).day for o in booking.occurrences] == [
        26,
        28,
        28,
    ]

    all_three = series.shift_starts(
        booking, booking.occurrences, moment("2027-03-26T15:00", NUUK)
    )
    last_two = series.shift_starts(
        booking, booking.occurrences[1:], moment("2027-03-27T15:00", NUUK)
    )

    assert [start.wall.day for start, _ in all_three] == [26, 27, 28]
    assert [start.wall.day for start, _ in last_two] == [27, 28]


def test_each_occurrence_keeps_its_length(
    a_series: MakeBooking, an_occurrence: MakeOccurrence
) -> None:
    occurrences = (
        an_occurrence(utc("2027-01-18T10:00Z"), minutes=30),
        an_occurrence(utc("2027-01-25T10:00Z"), minutes=45),
    )
    booking = a_series(CONFIRMED, CONFIRMED, occurrences=occurrences)

    goals = series.shift_starts(booking, occurrences, moment("2027-01-19T11:00"))

    assert [meeting for _, meeting in goals] == [
        Span(utc("2027-01-19T11:00Z"), utc("2027-01-19T11:30Z")),
        Span(utc("2027-01-26T11:00Z"), utc("2027-01-26T11:45Z")),
    ]


def test_occurrences_shift_from_their_original_dates(
    a_series: MakeBooking, an_event_type: MakeEventType
) -> None:
    booking = a_series(CONFIRMED, CONFIRMED, CONFIRMED)
    event_type = an_event_type()
    once = moved(
        booking, Selector(on=SECOND), "2027-01-27T09:00", event_type=event_type
    ).booking

    twice = moved(
        once, Selector(all=True), "2027-01-19T15:00", event_type=event_type
    ).booking

    assert [o.span.start for o in twice.occurrences] == [
        utc("2027-01-19T15:00Z"),
        utc("2027-01-26T15:00Z"),
        utc("2027-02-02T15:00Z"),
    ]


def test_what_moves_claims_with_the_buffers_of_today(
    a_series: MakeBooking, an_event_type: MakeEventType
) -> None:
    booking = a_series(CONFIRMED, CONFIRMED)
    event_type = an_event_type(buffer_before=5 * MINUTE, buffer_after=10 * MINUTE)

    after = moved(
        booking, Selector(on=SECOND), "2027-01-25T15:00", event_type=event_type
    ).booking

    first, second = after.occurrences
    assert first == booking.occurrences[0]
    assert second.claim == Span(utc("2027-01-25T14:55Z"), utc("2027-01-25T15:40Z"))


# Zones, and a date on which their clocks change.
CHANGES = [
    (NEW_YORK, "2027-03-14"),
    (NEW_YORK, "2027-11-07"),
    (LORD_HOWE, "2027-10-03"),
    (NUUK, "2027-03-27"),  # its last hour does not exist
    ("America/Santiago", "2024-09-08"),  # its first one does not
]


@st.composite
def times_near(draw: st.DrawFn) -> timedelta:
    """Times on the days around a change, at midnight more often than not."""
    late_or_early = st.sampled_from([0, 30, 23 * 60, 23 * 60 + 30])
    minute = draw(late_or_early | st.integers(0, 24 * 60 - 1))
    return draw(st.integers(-3, 1)) * DAY + minute * MINUTE


@examples(100)
@given(
    change=st.sampled_from(CHANGES),
    first=times_near(),
    goal=times_near(),
    days=st.integers(1, 3),
)
def test_a_shift_keeps_the_local_days_between_the_dates(
    a_booking: MakeBooking,
    an_occurrence: MakeOccurrence,
    change: tuple[str, str],
    first: timedelta,
    goal: timedelta,
    days: int,
) -> None:
    timezone, changed_on = change
    begin = utc(changed_on) + first
    booking = a_local_series(
        a_booking, an_occurrence, first=f"{begin}", timezone=timezone, days=days
    )
    wall = utc(changed_on) + goal
    instant = times.instant_of_wall(wall, timezone)
    assume(times.wall_time(instant, timezone) == wall)  # a skipped one cannot be typed

    goals = series.shift_starts(
        booking,
        booking.occurrences,
        GivenStart(instant, wall, timezone, by_offset=False),
    )

    walls = [wall + n * days * DAY for n in range(3)]
    assert [start.wall for start, _ in goals] == walls
    assert [start.instant for start, _ in goals] == [
        times.instant_of_wall(expected, timezone) for expected in walls
    ]


# -- what is done to parts of it -----------------------------------------------------


def cancelled(booking: Booking, selector: Selector) -> Change:
    chosen = series.select_occurrences(booking, selector, NOW)
    return lifecycle.cancel(booking, chosen, now=NOW, by=ATTENDEE, reason="ill")


@pytest.mark.parametrize(
    ("selector", "expected", "dates"),
    [
        pytest.param(
            Selector(on=SECOND),
            [CONFIRMED, CANCELLED, CONFIRMED],
            ["2027-01-25"],
            id="on",
        ),
        pytest.param(
            Selector(since=SECOND),
            [CONFIRMED, CANCELLED, CANCELLED],
            ["2027-01-25", "2027-02-01"],
            id="since",
        ),
    ],
)
def test_a_part_of_a_series_is_cancelled_and_its_event_names_the_dates(
    a_series: MakeBooking, selector: Selector, expected: list[Status], dates: list[str]
) -> None:
    booking = a_series(CONFIRMED, CONFIRMED, CONFIRMED, sequence=3, version=7)

    after, [event] = cancelled(booking, selector)

    assert statuses(after) == expected
    assert (after.sequence, after.version) == (4, 8)
    assert told(event) == ("booking.cancelled", dates, dates)
    assert event.change["resolution"] == "cancelled"
    assert event.change["reason"] == "ill"


def test_a_series_of_which_all_is_cancelled_at_once_is_cancelled_as_a_whole(
    a_series: MakeBooking,
) -> None:
    after, [event] = cancelled(a_series(CONFIRMED, CONFIRMED), Selector(all=True))

    assert statuses(after) == [CANCELLED, CANCELLED]
    assert told(event) == ("booking.cancelled", None, [])


def test_only_what_was_chosen_says_how_it_was_cancelled(a_series: MakeBooking) -> None:
    booking = a_series(CONFIRMED, CONFIRMED)

    after = cancelled(booking, Selector(on=SECOND)).booking

    first, second = after.occurrences
    assert first == booking.occurrences[0]
    assert (second.resolution, second.cancelled_by, second.reason) == (
        "cancelled",
        ATTENDEE,
        "ill",
    )


def test_choosing_nothing_cancels_nothing(a_series: MakeBooking) -> None:
    """An empty choice was taken for none, and all was cancelled."""
    booking = a_series(CONFIRMED, CONFIRMED)

    after = lifecycle.cancel(booking, (), now=NOW, by=HOST, reason=None).booking

    assert statuses(after) == [CONFIRMED, CONFIRMED]


def test_one_wrong_date_among_those_chosen_refuses_all(a_series: MakeBooking) -> None:
    booking = a_series(CONFIRMED, COMPLETED)

    with pytest.raises(WrongStatus) as refusal:
        lifecycle.cancel(booking, now=NOW, by=HOST, reason=None)

    assert refusal.value.message == (
        "bk_0123456789ab on 2027-01-25 is COMPLETED:"
        " only a PENDING or CONFIRMED booking can be cancelled"
    )
    assert refusal.value.details["uid"] == "bk_0123456789ab"


def test_cancelling_a_date_again_names_it(a_series: MakeBooking) -> None:
    booking = cancelled(a_series(CONFIRMED, CONFIRMED), Selector(on=SECOND)).booking

    with pytest.raises(AlreadyCancelled) as refusal:
        cancelled(booking, Selector(on=SECOND))

    assert refusal.value.message == (
        "bk_0123456789ab on 2027-01-25 is already cancelled"
    )


@pytest.mark.parametrize(
    ("selector", "starts", "dates"),
    [
        pytest.param(
            Selector(on=SECOND),
            ["2027-01-18T10:00Z", "2027-01-26T15:00Z", "2027-02-01T10:00Z"],
            ["2027-01-25"],
            id="on",
        ),
        pytest.param(
            Selector(since=SECOND),
            ["2027-01-18T10:00Z", "2027-01-26T15:00Z", "2027-02-02T15:00Z"],
            ["2027-01-25", "2027-02-01"],
            id="since",
        ),
    ],
)
def test_a_part_of_a_series_moves_and_its_event_names_the_original_dates(
    a_series: MakeBooking,
    an_event_type: MakeEventType,
    selector: Selector,
    starts: list[str],
    dates: list[str],
) -> None:
    booking = a_series(CONFIRMED, CONFIRMED, CONFIRMED, sequence=3, version=7)

    after, [event] = moved(
        booking, selector, "2027-01-26T15:00", event_type=an_event_type()
    )

    assert [o.span.start for o in after.occurrences] == [utc(text) for text in starts]
    assert [o.recurrence_id for o in after.occurrences] == [
        o.recurrence_id for o in booking.occurrences
    ]
    assert (after.sequence, after.version) == (4, 8)
    assert told(event) == ("booking.rescheduled", dates, dates)
    assert (event.change["from"], event.change["to"]) == (
        "2027-01-25T10:00:00+00:00",
        "2027-01-26T15:00:00+00:00",
    )


def test_a_part_that_stays_where_it_is_changes_nothing(
    a_series: MakeBooking, an_event_type: MakeEventType
) -> None:
    booking = a_series(CONFIRMED, CONFIRMED)

    with pytest.raises(NothingToChange):
        moved(
            booking,
            Selector(since=SECOND),
            "2027-01-25T10:00",
            event_type=an_event_type(),
        )


def test_the_attendee_who_moves_one_date_asks_the_host_about_that_one(
    a_series: MakeBooking, an_event_type: MakeEventType
) -> None:
    asks = BookingTerms(
        requires_confirmation=True, allow_cancellation=True, cancellation_deadline=None
    )
    booking = a_series(CONFIRMED, CONFIRMED, CONFIRMED, policy=asks)

    after = moved(
        booking,
        Selector(on=SECOND),
        "2027-01-26T15:00",
        event_type=an_event_type(),
        by=ATTENDEE,
    ).booking

    assert statuses(after) == [CONFIRMED, PENDING, CONFIRMED]
    assert effective_status.effective_status(after, NOW) is PENDING


def test_who_stayed_away_from_a_meeting_that_moved_may_come_to_the_new_one(
    a_booking: MakeBooking, an_occurrence: MakeOccurrence, an_event_type: MakeEventType
) -> None:
    """What was said of single persons while it was running went along to its date."""
    running = an_occurrence(attendances={"bob@example.com": Attendance.NO_SHOW})
    booking = a_booking(occurrences=(running,))

    after = moved(
        booking,
        Selector(),
        "2027-01-19T15:00",
        event_type=an_event_type(),
        now=utc("2027-01-18T10:10Z"),
    ).booking

    [occurrence] = after.occurrences
    assert occurrence.attendances == {}


@pytest.mark.parametrize(
    ("step", "expected", "kind", "sequence"),
    [
        pytest.param(
            lambda b, now: lifecycle.confirm(b, now=now),
            CONFIRMED,
            "booking.confirmed",
            0,
            id="confirm",
        ),
        pytest.param(
            lambda b, now: lifecycle.reject(b, now=now, reason="full"),
            CANCELLED,
            "booking.cancelled",
            1,
            id="reject",
        ),
    ],
)
def test_the_host_answers_all_that_is_pending_and_nothing_else(
    a_series: MakeBooking,
    step: Callable[[Booking, datetime], Change],
    expected: Status,
    kind: str,
    sequence: int,
) -> None:
    booking = a_series(PENDING, CONFIRMED, PENDING, CANCELLED, PENDING)
    now = utc("2027-01-20T00:00Z")  # the first one has expired

    after, [event] = step(booking, now)

    assert statuses(after) == [PENDING, CONFIRMED, expected, CANCELLED, expected]
    assert (
        effective_status.effective_occurrence(after.occurrences[0], now).resolution
        is Resolution.EXPIRED
    )
    assert (after.sequence, after.version) == (sequence, 1)
    named = ["2027-02-01", "2027-02-15"]
    assert told(event) == (kind, named, named)


def test_an_answer_to_a_whole_series_is_about_it_as_a_whole(
    a_series: MakeBooking,
) -> None:
    after, [event] = lifecycle.confirm(a_series(PENDING, PENDING), now=NOW)

    assert statuses(after) == [CONFIRMED, CONFIRMED]
    assert told(event) == ("booking.confirmed", None, [])


def test_a_series_without_a_request_cannot_be_confirmed(a_series: MakeBooking) -> None:
    with pytest.raises(WrongStatus) as refusal:
        lifecycle.confirm(a_series(CONFIRMED, CANCELLED), now=NOW)

    assert refusal.value.message == (
        "bk_0123456789ab is CONFIRMED: only a PENDING booking can be confirmed"
    )


# -- the status of the whole ---------------------------------------------------------

# Every combination without PENDING: of what the clock sees, and of the whole.
WHOLE = [
    ([CONFIRMED], CONFIRMED),
    ([CONFIRMED, CANCELLED], CONFIRMED),
    ([CONFIRMED, COMPLETED], CONFIRMED),
    ([CONFIRMED, NO_SHOW], CONFIRMED),
    ([CONFIRMED, CANCELLED, COMPLETED], CONFIRMED),
    ([CONFIRMED, CANCELLED, NO_SHOW], CONFIRMED),
    ([CONFIRMED, COMPLETED, NO_SHOW], CONFIRMED),
    ([CONFIRMED, CANCELLED, COMPLETED, NO_SHOW], CONFIRMED),
    ([CANCELLED], CANCELLED),
    ([CANCELLED, COMPLETED], COMPLETED),
    ([CANCELLED, NO_SHOW], NO_SHOW),
    ([CANCELLED, COMPLETED, NO_SHOW], COMPLETED),
    ([COMPLETED], COMPLETED),
    ([COMPLETED, NO_SHOW], COMPLETED),
    ([NO_SHOW], NO_SHOW),
]
COMBINATIONS = [
    *WHOLE,
    ([PENDING], PENDING),
    *(([*seen, PENDING], PENDING) for seen, _ in WHOLE),
]


def test_the_table_has_every_combination_of_statuses() -> None:
    combinations = {frozenset(seen) for seen, _ in COMBINATIONS}

    assert len(combinations) == len(COMBINATIONS) == 2 ** len(Status) - 1


@pytest.mark.parametrize(
    ("seen", "whole"), COMBINATIONS, ids=["-".join(seen) for seen, _ in COMBINATIONS]
)
def test_the_status_of_a_series_follows_from_those_of_its_dates(
    a_series: MakeBooking, seen: list[Status], whole: Status
) -> None:
    assert effective_status.effective_status(a_series(*seen), NOW) is whole
    assert effective_status.effective_status(a_series(*reversed(seen)), NOW) is whole


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("2027-01-18T09:59:59Z", PENDING, id="asked"),
        pytest.param("2027-01-18T10:00Z", CONFIRMED, id="request-expired"),
        pytest.param("2027-01-25T10:15Z", CONFIRMED, id="running"),
        pytest.param("2027-01-25T10:30Z", CONFIRMED, id="one-to-come"),
        pytest.param("2027-02-01T10:30Z", COMPLETED, id="over"),
    ],
)
def test_the_status_of_a_series_changes_with_the_clock(
    a_series: MakeBooking, now: str, expected: Status
) -> None:
    booking = a_series(PENDING, CONFIRMED, CONFIRMED)

    assert effective_status.effective_status(booking, utc(now)) is expected


def oracle(
    dates: list[tuple[Status, int, int]], now: int
) -> tuple[list[Status], Status]:
    """What is seen of each date and of the whole, from stored status, start and end."""
    seen = [
        CANCELLED
        if status is PENDING and now >= start
        else COMPLETED
        if status is CONFIRMED and now >= end
        else status
        for status, start, end in dates
    ]
    if PENDING in seen:
        return seen, PENDING
    if CONFIRMED in seen:
        return seen, CONFIRMED
    settled = [status for status in seen if status is not CANCELLED]
    if not settled:
        return seen, CANCELLED
    all_missed = all(status is NO_SHOW for status in settled)
    return seen, NO_SHOW if all_missed else COMPLETED


@st.composite
def stored_dates(draw: st.DrawFn) -> list[tuple[Status, int, int]]:
    """Stored statuses with starts and ends in minutes; moved ones are out of order."""
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from(list(Status)), st.integers(0, 30), st.integers(1, 9)
            ),
            min_size=1,
            max_size=8,
        )
    )
    return [(status, start, start + length) for status, start, length in drawn]


@examples(150)
@given(dates=stored_dates(), now=st.integers(-1, 41))
def test_the_status_of_a_series_is_what_a_look_at_every_date_finds(
    a_series: MakeBooking,
    an_occurrence: MakeOccurrence,
    dates: list[tuple[Status, int, int]],
    now: int,
) -> None:
    zero = utc("2027-01-18T10:00Z")
    occurrences = tuple(
        an_occurrence(zero + start * MINUTE, minutes=end - start, status=status)
        for status, start, end in dates
    )
    booking = a_series(*[CONFIRMED] * len(dates), occurrences=occurrences)
    clock = zero + now * MINUTE

    each, whole = oracle(dates, now)

    assert statuses(effective_status.effective_booking(booking, clock)) == each
    assert effective_status.effective_status(booking, clock) is whole


# -- what time does ------------------------------------------------------------------


def due(booking: Booking, now: datetime) -> list[Occurrence]:
    """What the program finds to tell."""
    return [
        o
        for o in booking.occurrences
        if (when := effective_status.next_status_change(o)) is not None and when <= now
    ]


def test_time_tells_of_each_date_once(a_series: MakeBooking) -> None:
    booking = a_series(PENDING, CONFIRMED, CANCELLED, CONFIRMED, NO_SHOW)
    now = utc("2027-01-26T00:00Z")

    after, events = lifecycle.expire_and_complete(booking, due(booking, now), now)

    assert [told(event) for event in events] == [
        ("booking.cancelled", ["2027-01-18"], ["2027-01-18"]),
        ("booking.completed", ["2027-01-25"], ["2027-01-25"]),
    ]
    assert events[0].change["resolution"] == "expired"
    assert {event.by for event in events} == {SYSTEM}
    assert due(after, now) == []
    assert dates(due(after, AFTER_ALL)) == [FOURTH]
    assert statuses(after) == statuses(booking)
    assert (after.sequence, after.version) == (booking.sequence + 1, booking.version)


def test_each_expired_date_is_a_new_revision(a_series: MakeBooking) -> None:
    booking = a_series(PENDING, PENDING, PENDING, CONFIRMED, sequence=3, version=7)

    revisions = [
        effective_status.effective_booking(booking, utc(now))
        for now in ("2027-01-18T09:59Z", "2027-01-18T10:00Z", "2027-02-02T00:00Z")
    ]

    assert [revision.sequence for revision in revisions] == [3, 4, 6]
    assert [revision.updated_at for revision in revisions] == [
        booking.updated_at,
        utc("2027-01-18T10:00Z"),
        utc("2027-02-01T10:00Z"),
    ]


def test_a_date_that_moved_is_told_of_again(
    a_series: MakeBooking, an_event_type: MakeEventType
) -> None:
    booking = a_series(CONFIRMED, CONFIRMED)
    ahead = utc("2027-01-19T00:00Z")  # a clock that was set right again
    once = lifecycle.expire_and_complete(booking, due(booking, ahead), ahead).booking

    after = moved(
        once, Selector(on=FIRST), "2027-01-20T10:00", event_type=an_event_type()
    ).booking

    assert dates(due(after, utc("2027-01-20T10:30Z"))) == [FIRST]


@examples(100)
@given(
    dates=stored_dates(), ticks=st.lists(st.integers(-1, 41), min_size=1, max_size=6)
)
def test_however_often_time_is_asked_it_tells_once(
    a_series: MakeBooking,
    an_occurrence: MakeOccurrence,
    dates: list[tuple[Status, int, int]],
    ticks: list[int],
) -> None:
    zero = utc("2027-01-18T10:00Z")
    occurrences = tuple(
        an_occurrence(
            zero + start * MINUTE,
            minutes=end - start,
            status=status,
            recurrence_id=zero + n * DAY,
        )
        for n, (status, start, end) in enumerate(dates)
    )
    booking = a_series(*[CONFIRMED] * len(dates), occurrences=occurrences)
    events: list[Event] = []

    for tick in ticks:  # a clock may run back, too
        now = zero + tick * MINUTE
        booking, found = lifecycle.expire_and_complete(booking, due(booking, now), now)
        events += found

    last = max(ticks)
    expired = sum(s is PENDING and start <= last for s, start, _ in dates)
    completed = sum(s is CONFIRMED and end <= last for s, _, end in dates)
    kinds = [event.type for event in events]
    assert kinds.count("booking.cancelled") == expired
    assert kinds.count("booking.completed") == completed
    assert len(kinds) == expired + completed
