"""Free starts through the library, against lists that were written by hand."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import DAYS, Clock

from calbook import Booking, Client, EventType, Slot, errors
from calbook.services.availability import lookup, series_search

ADA = {"name": "Ada", "email": "ada@example.com"}
JAN_18 = "2027-01-18"  # a Monday
NEW_YORK = "America/New_York"
RULES = ("LEAST_RECENT", "EQUAL_DISTRIBUTION", "AVAILABILITY_FIRST", "PRIORITY")

Opens = Callable[..., EventType]
Book = Callable[..., Booking]
Free = Callable[..., list[str]]


def at(day: str, offset: str, times: str) -> list[str]:
    """The starts of one day at one offset: `at("2027-01-18", "Z", "09:00 09:30")`."""
    offset = offset.replace("Z", "+00:00")
    return [f"{day}T{time}:00{offset}" for time in times.split()]


def windows(*texts: str) -> list[dict[str, str]]:
    return [
        dict(zip(("startTime", "endTime"), text.split("-"), strict=True))
        for text in texts
    ]


def daily(*texts: str) -> list[dict[str, str]]:
    return [{"day": day, **window} for day in DAYS for window in windows(*texts)]


def other(date: str, *texts: str, reason: str | None = None) -> dict[str, Any]:
    """An override: other hours on a date, none of them closes it."""
    hours = windows(*texts)
    return {
        "date": date,
        "isAvailable": bool(hours),
        "availability": hours,
        "reason": reason,
    }


@pytest.fixture
def opens(client: Client) -> Opens:
    """Makes `demo`, open in the same windows each day; half an hour long in UTC."""

    def opens(
        *texts: str,
        timezone: str = "UTC",
        dates: list[dict[str, Any]] | None = None,
        **fields: Any,
    ) -> EventType:
        client.calendar.schedules.create(
            "hours",
            timezone=timezone,
            availability=daily(*texts),
            overrides=dates or [],
        )
        return client.calendar.event_types.create(
            "demo", **{"schedule_id": "hours", **fields}
        )

    return opens


@pytest.fixture
def book(client: Client) -> Book:
    def book(start: str | datetime, event_type: str = "demo", **fields: Any) -> Booking:
        wanted = {"event_type_id": event_type, "start_time": start, "attendee": ADA}
        return client.calendar.bookings.create(**wanted | fields)

    return book


@pytest.fixture
def slots(client: Client) -> Callable[..., tuple[Slot, ...]]:
    """The slots of `demo` from one date to another, both included."""

    def slots(
        first: str = JAN_18, last: str | None = None, **fields: Any
    ) -> tuple[Slot, ...]:
        wanted = {"start_date": first, "end_date": last or first, **fields}
        return client.calendar.availability.get(event_type_id="demo", **wanted)

    return slots


@pytest.fixture
def free(slots: Callable[..., tuple[Slot, ...]]) -> Free:
    """Their starts."""
    return lambda *args, **fields: [s.start_time for s in slots(*args, **fields)]


# -- the days on which the clocks change -----------------------------------------------

SPRING, AUTUMN = "2027-03-14", "2027-11-07"
EST, EDT = "-05:00", "-04:00"


@pytest.mark.parametrize(
    ("window", "day", "step", "expected"),
    [
        pytest.param(
            "00:00-05:00",
            SPRING,
            60,
            at(SPRING, EST, "00:00 01:00") + at(SPRING, EDT, "03:00 04:00"),
            id="gap-60",
        ),
        pytest.param(
            "00:00-05:00",
            SPRING,
            30,
            at(SPRING, EST, "00:00 00:30 01:00 01:30")
            + at(SPRING, EDT, "03:00 03:30 04:00 04:30"),
            id="gap-30",
        ),
        pytest.param(
            "01:30-03:30",
            SPRING,
            60,
            at(SPRING, EST, "01:30"),  # to 03:30
            id="gap-is-no-time",
        ),
        pytest.param("02:00-03:00", SPRING, 30, [], id="within-the-gap"),
        pytest.param("02:30-03:30", SPRING, 30, [], id="begins-in-the-gap"),
        pytest.param(
            "02:15-04:00",
            SPRING,
            30,
            at(SPRING, EDT, "03:15"),
            id="begins-in-the-gap-an-hour-later",
        ),
        pytest.param(
            "01:00-02:30",
            SPRING,
            30,
            at(SPRING, EST, "01:00 01:30") + at(SPRING, EDT, "03:00"),
            id="ends-in-the-gap-an-hour-later",
        ),
        pytest.param(
            "00:00-03:00",
            AUTUMN,
            60,
            at(AUTUMN, EDT, "00:00 01:00") + at(AUTUMN, EST, "01:00 02:00"),
            id="fold-60",
        ),
        pytest.param(
            "00:00-03:00",
            AUTUMN,
            30,
            at(AUTUMN, EDT, "00:00 00:30 01:00 01:30")
            + at(AUTUMN, EST, "01:00 01:30 02:00 02:30"),
            id="fold-30",
        ),
        pytest.param(
            "01:30-02:00",
            AUTUMN,
            30,
            at(AUTUMN, EDT, "01:30") + at(AUTUMN, EST, "01:00 01:30"),
            id="begins-in-the-first-pass",
        ),
        pytest.param(
            "00:00-01:30",
            AUTUMN,
            30,
            at(AUTUMN, EDT, "00:00 00:30 01:00"),
            id="ends-in-the-first-pass",
        ),
    ],
)
def test_new_york_changes_its_clocks(
    opens: Opens, free: Free, window: str, day: str, step: int, expected: list[str]
) -> None:
    opens(window, timezone=NEW_YORK, duration=step)

    assert free(day) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(
            SPRING,
            at(SPRING, EST, "00:00 01:00")
            + at(SPRING, EDT, "03:00 04:00 05:00 06:00 07:00 08:00 09:00 10:00 11:00")
            + at(SPRING, EDT, "12:00 13:00 14:00 15:00 16:00 17:00 18:00 19:00 20:00")
            + at(SPRING, EDT, "21:00 22:00 23:00"),
            id="23-hours",
        ),
        pytest.param(
            AUTUMN,
            at(AUTUMN, EDT, "00:00 01:00")
            + at(AUTUMN, EST, "01:00 02:00 03:00 04:00 05:00 06:00 07:00 08:00 09:00")
            + at(AUTUMN, EST, "10:00 11:00 12:00 13:00 14:00 15:00 16:00 17:00 18:00")
            + at(AUTUMN, EST, "19:00 20:00 21:00 22:00 23:00"),
            id="25-hours",
        ),
    ],
)
def test_a_whole_day_is_as_long_as_it_is(
    opens: Opens, free: Free, day: str, expected: list[str]
) -> None:
    opens("00:00-24:00", timezone=NEW_YORK, duration=60)

    assert free(day) == expected
    assert free(start_date=day, end_date=None, days=1) == expected


@pytest.mark.parametrize(
    ("window", "day", "step", "expected"),
    [
        pytest.param(
            "01:00-03:00",
            "2027-04-04",
            30,
            at("2027-04-04", "+11:00", "01:00 01:30")
            + at("2027-04-04", "+10:30", "01:30 02:00 02:30"),
            id="back-30",
        ),
        pytest.param(
            "01:00-03:00",
            "2027-04-04",
            60,
            at("2027-04-04", "+11:00", "01:00") + at("2027-04-04", "+10:30", "01:30"),
            id="back-60",
        ),
        pytest.param(
            "01:00-04:00",
            "2027-10-03",
            30,
            at("2027-10-03", "+10:30", "01:00 01:30")
            + at("2027-10-03", "+11:00", "02:30 03:00 03:30"),
            id="ahead-30",
        ),
        pytest.param(
            "01:00-04:00",
            "2027-10-03",
            60,
            at("2027-10-03", "+10:30", "01:00") + at("2027-10-03", "+11:00", "02:30"),
            id="ahead-60",
        ),
    ],
)
def test_lord_howe_changes_by_half_an_hour(
    opens: Opens, free: Free, window: str, day: str, step: int, expected: list[str]
) -> None:
    opens(window, timezone="Australia/Lord_Howe", duration=step)

    assert free(day) == expected


@pytest.fixture
def in_2011(clock: Clock) -> None:
    clock.now = datetime(2011, 12, 20, tzinfo=UTC)


@pytest.mark.usefixtures("in_2011")
@pytest.mark.parametrize(
    ("window", "expected"),
    [
        pytest.param(
            "00:00-24:00",
            at("2011-12-29", "-10:00", "00:00 06:00 12:00 18:00")
            + at("2011-12-31", "+14:00", "00:00 06:00 12:00 18:00"),
            id="always",
        ),
        pytest.param(
            "18:00-06:00",
            at("2011-12-29", "-10:00", "00:00 18:00")
            + at("2011-12-31", "+14:00", "00:00 18:00"),
            id="night",
        ),
    ],
)
def test_apia_has_no_30_december_2011(
    opens: Opens, free: Free, window: str, expected: list[str]
) -> None:
    opens(window, timezone="Pacific/Apia", duration=60, slot_interval=360)

    assert free("2011-12-29", "2011-12-31") == expected
    assert free("2011-12-29") + free("2011-12-31") == expected
    assert free("2011-12-30") == []


@pytest.mark.usefixtures("in_2011")
def test_hours_on_a_day_that_a_zone_left_out_are_nobodys(
    opens: Opens, free: Free
) -> None:
    opens(
        "10:00-11:00",
        timezone="Pacific/Apia",
        dates=[other("2011-12-30", "12:00-13:00")],
    )

    assert free("2011-12-29", "2011-12-31") == [
        *at("2011-12-29", "-10:00", "10:00 10:30"),
        *at("2011-12-31", "+14:00", "10:00 10:30"),
    ]


@pytest.mark.parametrize(
    ("zone", "first", "last", "expected"),
    [
        pytest.param(
            "Asia/Beirut",  # 27 March, 24:00 is 01:00
            "2027-03-27",
            "2027-03-28",
            at("2027-03-27", "+02:00", "00:00 01:30 22:00 23:30")
            + at("2027-03-28", "+03:00", "01:00 22:00 23:30"),
            id="midnight-skipped",
        ),
        pytest.param(
            "America/Santiago",  # 4 September, 24:00 is 01:00
            "2027-09-04",
            "2027-09-05",
            at("2027-09-04", "-04:00", "00:00 01:30 22:00 23:30")
            + at("2027-09-05", "-03:00", "01:00 22:00 23:30"),
            id="midnight-skipped-in-the-south",
        ),
        pytest.param(
            "Asia/Beirut",  # 30 October, 24:00 is 23:00
            "2027-10-30",
            "2027-10-31",
            at("2027-10-30", "+03:00", "00:00 01:30 22:00 23:30")
            + at("2027-10-31", "+02:00", "00:00 01:30 22:00 23:30"),
            id="last-hour-repeated",
        ),
        pytest.param(
            "America/Havana",  # 7 November, 01:00 is 00:00
            "2027-11-06",
            "2027-11-07",
            at("2027-11-06", "-04:00", "00:00 01:30 22:00 23:30")
            + at("2027-11-07", "-04:00", "00:00")
            + at("2027-11-07", "-05:00", "00:30 22:00 23:30"),
            id="midnight-repeated",
        ),
    ],
)
def test_the_grid_begins_anew_at_midnight_whether_skipped_or_repeated(
    opens: Opens, free: Free, zone: str, first: str, last: str, expected: list[str]
) -> None:
    evening_and_night = ("22:00-24:00", "00:00-02:00")
    opens(*evening_and_night, timezone=zone, duration=30, slot_interval=90)

    assert free(first, last) == expected
    assert free(first) + free(last) == expected


# -- hours -----------------------------------------------------------------------------


def test_the_grid_of_a_night_shift_goes_on_behind_midnight(
    opens: Opens, free: Free
) -> None:
    """It began anew there, so that 01:00 was never offered."""
    opens("21:00-03:00", timezone=NEW_YORK, duration=120)

    assert free(JAN_18) == at(JAN_18, EST, "01:00 21:00 23:00")
    assert free("2027-01-18T12:00:00-05:00", "2027-01-19T12:00:00-05:00") == [
        *at("2027-01-18", EST, "21:00 23:00"),
        *at("2027-01-19", EST, "01:00"),
    ]


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        pytest.param(["00:00-24:00"], "00:00 07:00 14:00 21:00", id="always"),
        pytest.param(
            ["20:00-06:00", "06:00-20:00"], "03:00 06:00 13:00 20:00", id="shifts"
        ),
        pytest.param(["20:00-24:00", "00:00-10:00"], "00:00 20:00", id="two-windows"),
    ],
)
def test_the_grid_begins_anew_each_day_whatever_the_windows(
    opens: Opens, free: Free, windows: list[str], expected: str
) -> None:
    opens(*windows, timezone=NEW_YORK, duration=420)

    assert free("2027-01-20") == at("2027-01-20", EST, expected)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        pytest.param(
            "2027-03-13T12:00-05:00",
            "2027-03-14T12:00-04:00",
            at("2027-03-13", EST, "22:00 23:00") + at(SPRING, EST, "00:00 01:00"),
            id="spring",
        ),
        pytest.param(
            "2027-11-06T12:00-04:00",
            "2027-11-07T12:00-05:00",
            at("2027-11-06", EDT, "22:00 23:00")
            + at(AUTUMN, EDT, "00:00 01:00")
            + at(AUTUMN, EST, "01:00"),
            id="autumn",
        ),
    ],
)
def test_a_night_shift_in_which_the_clocks_change(
    opens: Opens, free: Free, first: str, last: str, expected: list[str]
) -> None:
    opens("22:00-02:00", timezone=NEW_YORK, duration=60)

    assert free(first, last) == expected


@pytest.mark.parametrize(
    ("hours", "fields", "expected"),
    [
        pytest.param(
            ["22:00-24:00"], {"duration": 60}, "22:00 23:00", id="until-midnight"
        ),
        pytest.param(
            ["00:00-24:00"],
            {"duration": 60, "slot_interval": 420},
            "00:00 07:00 14:00 21:00",
            id="always",
        ),
        pytest.param(
            ["22:00-24:00", "00:00-02:00"],
            {"duration": 90, "slot_interval": 60},
            "00:00 22:00 23:00",
            id="adjacent-at-midnight",
        ),
        pytest.param(
            ["09:00-12:00", "12:00-15:00"],
            {"duration": 120, "slot_interval": 60},
            "09:00 10:00 11:00 12:00 13:00",
            id="adjacent",
        ),
        pytest.param(
            ["09:00-12:00", "13:00-15:00"],
            {"duration": 120, "slot_interval": 60},
            "09:00 10:00 13:00",
            id="apart",
        ),
        pytest.param(
            ["09:00-11:00", "10:15-12:00"],
            {"duration": 60, "slot_interval": 30},
            "09:00 09:30 10:00 10:30 11:00",
            id="overlapping",
        ),
        pytest.param(
            ["09:10-10:00", "14:05-15:00"],
            {"slot_interval": 15},
            "09:10 09:25 14:05 14:20",
            id="a-grid-for-each",
        ),
        pytest.param(["09:00-10:00"], {"duration": 60}, "09:00", id="just-fits"),
        pytest.param(["09:00-09:59"], {"duration": 60}, "", id="too-short"),
        pytest.param([], {}, "", id="never"),
    ],
)
def test_windows_that_touch_are_one_stretch(
    opens: Opens, free: Free, hours: list[str], fields: dict[str, Any], expected: str
) -> None:
    opens(*hours, **fields)

    assert free() == at(JAN_18, "Z", expected)


@pytest.mark.parametrize(
    ("hours", "override", "expected"),
    [
        pytest.param(
            "09:00-10:00",
            other("2027-01-19", reason="Holiday"),
            at("2027-01-18", "Z", "09:00 09:30") + at("2027-01-20", "Z", "09:00 09:30"),
            id="closed",
        ),
        pytest.param(
            "09:00-10:00",
            other("2027-01-19", "11:00-12:00"),
            at("2027-01-18", "Z", "09:00 09:30")
            + at("2027-01-19", "Z", "11:00 11:30")
            + at("2027-01-20", "Z", "09:00 09:30"),
            id="other-hours",
        ),
        pytest.param(
            "23:00-00:30",
            other("2027-01-19"),
            # Monday's shift ends at midnight, Tuesday's does not take place.
            at("2027-01-18", "Z", "00:00 23:00 23:30")
            + at("2027-01-20", "Z", "23:00 23:30"),
            id="closed-behind-a-night-shift",
        ),
        pytest.param(
            "23:00-00:30",
            other("2027-01-19", "10:00-11:00"),
            at("2027-01-18", "Z", "00:00 23:00 23:30")
            + at("2027-01-19", "Z", "00:00 10:00 10:30")
            + at("2027-01-20", "Z", "23:00 23:30"),
            id="other-hours-behind-a-night-shift",
        ),
        pytest.param(
            "09:00-10:00",
            other("2027-01-19", "23:00-01:00"),
            at("2027-01-18", "Z", "09:00 09:30")
            + at("2027-01-19", "Z", "23:00 23:30")
            + at("2027-01-20", "Z", "00:00 00:30 09:00 09:30"),
            id="a-night-shift-for-once",
        ),
    ],
)
def test_dates_can_differ(
    opens: Opens,
    free: Free,
    hours: str,
    override: dict[str, Any],
    expected: list[str],
) -> None:
    opens(hours, dates=[override])

    assert free("2027-01-18", "2027-01-20") == expected


# -- buffers, and what is taken --------------------------------------------------------


def test_hours_bind_the_meeting_and_not_its_buffers(opens: Opens, free: Free) -> None:
    opens("09:00-11:00", buffer_before=60, buffer_after=60)

    assert free() == at(JAN_18, "Z", "09:00 09:30 10:00 10:30")


def test_back_to_back_is_free(opens: Opens, free: Free, book: Book) -> None:
    opens("09:00-11:00", slot_interval=15)

    book("2027-01-18 09:30")

    assert free() == at(JAN_18, "Z", "09:00 10:00 10:15 10:30")


def test_buffers_of_both_meetings_lie_between_them(
    client: Client, opens: Opens, free: Free, book: Book
) -> None:
    """10:00–10:30 claims from 09:50 to 10:50; a start claims 15 before, 20 after."""
    opens("08:00-13:00", slot_interval=5, buffer_before=15, buffer_after=20)
    client.calendar.event_types.create(
        "other", schedule_id="hours", buffer_before=10, buffer_after=20
    )

    book("2027-01-18 10:00", "other")

    starts = free()
    assert max(s for s in starts if s < "2027-01-18T10") == "2027-01-18T09:00:00+00:00"
    assert min(s for s in starts if s > "2027-01-18T10") == "2027-01-18T11:05:00+00:00"


def test_a_claim_of_yesterday_reaches_into_today(
    client: Client, opens: Opens, free: Free, book: Book
) -> None:
    opens("00:00-24:00", duration=60)
    client.calendar.event_types.create(
        "long",
        schedule_id="hours",
        duration=1440,
        buffer_before=1440,
        buffer_after=1440,
    )

    book("2027-01-16 02:00", "long")

    assert free("2027-01-17") == []
    assert free("2027-01-18")[0] == "2027-01-18T02:00:00+00:00"


def test_a_cancelled_or_rejected_booking_gives_its_time_back(
    client: Client, opens: Opens, free: Free, book: Book
) -> None:
    opens("09:00-10:30", requires_confirmation=True)
    first, second = book("2027-01-18 09:00"), book("2027-01-18 09:30")
    assert free() == at(JAN_18, "Z", "10:00")

    client.calendar.bookings.cancel(first.uid)
    client.calendar.bookings.reject(second.uid)

    assert free() == at(JAN_18, "Z", "09:00 09:30 10:00")


def test_a_request_that_expired_holds_its_time_no_longer(
    client: Client, opens: Opens, free: Free, book: Book, clock: Clock
) -> None:
    """Its start has come and its meeting would go on."""
    opens("09:00-12:00", duration=60, slot_interval=30, requires_confirmation=True)
    book("2027-01-04 10:00")
    assert free("2027-01-04") == at("2027-01-04", "Z", "11:00")

    clock.move(hours=1)

    assert free("2027-01-04") == at("2027-01-04", "Z", "10:30 11:00")


def test_a_request_that_expired_fills_no_day(
    opens: Opens, free: Free, book: Book, clock: Clock
) -> None:
    opens("09:00-11:00", slots_per_day=1, requires_confirmation=True)
    book("2027-01-04 09:30")
    assert free("2027-01-04") == []

    clock.move(minutes=30)

    assert free("2027-01-04") == at("2027-01-04", "Z", "10:00 10:30")


# -- notice, advance and the day's limit -----------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "notice", "expected"),
    [
        pytest.param(-1, 0, "09:00 09:30 10:00 10:30", id="a-second-before"),
        pytest.param(0, 0, "09:30 10:00 10:30", id="a-start-that-is-now"),
        pytest.param(0, 60, "10:00 10:30", id="notice-just-kept"),
        pytest.param(1, 60, "10:30", id="notice-missed-by-a-second"),
        pytest.param(-1, 60, "10:00 10:30", id="notice-with-a-second-to-spare"),
        pytest.param(0, 61, "10:30", id="notice-longer"),
        pytest.param(0, 24 * 60, "", id="a-day's-notice"),
    ],
)
def test_notice_is_kept_to_the_second(
    opens: Opens, free: Free, clock: Clock, seconds: int, notice: int, expected: str
) -> None:
    opens("09:00-11:00", minimum_notice=notice)
    clock.move(seconds=seconds)

    assert free("2027-01-04") == at("2027-01-04", "Z", expected)


def test_notice_is_elapsed_time_when_the_clocks_change(
    opens: Opens, free: Free, clock: Clock
) -> None:
    """24 hours before 10:00 of the day on which an hour is missing it was 09:00."""
    opens("09:00-12:00", timezone=NEW_YORK, duration=60, minimum_notice=24 * 60)

    clock.now = datetime(2027, 3, 13, 14, 0, tzinfo=UTC)  # 09:00 in New York

    assert free(SPRING) == at(SPRING, EDT, "10:00 11:00")


@pytest.mark.parametrize(
    ("advance", "expected"),
    [
        pytest.param(0, ["2027-01-04"], id="today"),
        pytest.param(2, ["2027-01-04", "2027-01-05", "2027-01-06"], id="two-days"),
    ],
)
def test_the_last_day_of_advance_is_whole(
    opens: Opens, free: Free, clock: Clock, advance: int, expected: list[str]
) -> None:
    """The date is that of the schedule: in New York it is still 4 January."""
    opens("00:00-24:00", timezone=NEW_YORK, duration=60, maximum_advance=advance)
    clock.now = datetime(2027, 1, 5, 4, 30, tzinfo=UTC)

    starts = free("2027-01-01", "2027-01-10")

    dates = [start[:10] for start in starts]
    assert sorted(set(dates)) == expected[1:]  # today is over at 23:30
    assert starts[-1:] == at(expected[-1], EST, "23:00")[: len(expected) - 1]


def test_the_last_day_of_advance_is_whole_seen_from_another_zone(
    opens: Opens, free: Free
) -> None:
    opens("00:00-24:00", timezone="Pacific/Kiritimati", duration=60, maximum_advance=1)

    starts = free("now", "2027-01-20", timezone="Pacific/Pago_Pago")

    assert (starts[0], starts[-1]) == (
        "2027-01-05T00:00:00+14:00",
        "2027-01-05T23:00:00+14:00",
    )


def test_a_full_day_is_not_offered(
    client: Client, opens: Opens, free: Free, book: Book
) -> None:
    """A request counts, a cancelled one does not, nor one of another event type."""
    opens("09:00-11:00", slots_per_day=2, requires_confirmation=True)
    client.calendar.event_types.create("other", schedule_id="hours")
    book("2027-01-18 10:30", "other")
    first = book("2027-01-18 09:00")
    assert free() == at(JAN_18, "Z", "09:30 10:00")

    book("2027-01-18 09:30")
    assert free("2027-01-18", "2027-01-19") == at(
        "2027-01-19", "Z", "09:00 09:30 10:00 10:30"
    )

    client.calendar.bookings.cancel(first.uid)
    assert free() == at(JAN_18, "Z", "09:00 10:00")


def test_a_full_day_is_one_of_the_schedules_zone(
    opens: Opens, free: Free, book: Book
) -> None:
    """20:30 in New York is the next day in UTC; it fills its own."""
    opens("19:00-21:00", timezone=NEW_YORK, duration=30, slots_per_day=1)
    book("2027-01-18 20:30")

    assert free("2027-01-18", "2027-01-20", timezone="UTC") == [
        *at("2027-01-17", EST, "19:00 19:30 20:00 20:30"),
        *at("2027-01-19", EST, "19:00 19:30 20:00 20:30"),
    ]


# -- without a booking -----------------------------------------------------------------


def test_a_booking_does_not_stand_in_its_own_way(
    client: Client, opens: Opens, free: Free, book: Book
) -> None:
    opens("09:00-11:00", duration=60, slot_interval=30, buffer_after=30)
    moved = book("2027-01-18 09:30")
    assert free() == []

    assert free(exclude_booking_uid=moved.uid) == at(JAN_18, "Z", "09:00 09:30 10:00")
    assert free(exclude_booking_uid=moved.uid[3:9]) == at(
        JAN_18, "Z", "09:00 09:30 10:00"
    )


def test_a_booking_does_not_fill_the_day_that_it_is_moved_on(
    opens: Opens, free: Free, book: Book
) -> None:
    opens("09:00-10:30", slots_per_day=1)
    moved, other_day = book("2027-01-18 09:00"), book("2027-01-19 09:00")

    assert free(exclude_booking_uid=moved.uid) == at(JAN_18, "Z", "09:00 09:30 10:00")
    assert free(exclude_booking_uid=other_day.uid) == []


def test_a_booking_of_another_event_type_may_be_left_out_too(
    client: Client, opens: Opens, free: Free, book: Book
) -> None:
    opens("09:00-10:00")
    client.calendar.event_types.create("other", schedule_id="hours")
    left_out = book("2027-01-18 09:00", "other")

    assert free() == at(JAN_18, "Z", "09:30")
    assert free(exclude_booking_uid=left_out.uid) == at(JAN_18, "Z", "09:00 09:30")


def test_a_group_that_is_to_be_moved_joins_no_other(
    opens: Opens, slots: Callable[..., tuple[Slot, ...]], book: Book
) -> None:
    opens("09:00-10:30", seats=3)
    moved = book("2027-01-18 09:00")
    book("2027-01-18 09:30")

    found = slots(exclude_booking_uid=moved.uid)

    assert [(s.start_time[11:16], s.seats_left) for s in found] == [
        ("09:00", 3),
        ("10:00", 3),
    ]


# -- groups ----------------------------------------------------------------------------


@pytest.fixture
def seats_left(
    slots: Callable[..., tuple[Slot, ...]],
) -> Callable[..., dict[str, int | None]]:
    """By the time of day on 18 January."""
    return lambda **fields: {s.start_time[11:16]: s.seats_left for s in slots(**fields)}


def test_seats_go_down_until_a_group_is_full(
    opens: Opens, book: Book, seats_left: Callable[..., dict[str, int | None]]
) -> None:
    opens("09:00-10:30", seats=3)
    assert seats_left() == {"09:00": 3, "09:30": 3, "10:00": 3}

    book("2027-01-18 09:30", guests=["bob@example.com"])
    assert seats_left() == {"09:00": 3, "09:30": 1, "10:00": 3}

    book("2027-01-18 09:30", attendee={"name": "Eve", "email": "eve@example.com"})
    assert seats_left() == {"09:00": 3, "10:00": 3}


def test_a_group_off_the_grid_is_listed_and_hides_what_it_overlaps(
    opens: Opens, book: Book, seats_left: Callable[..., dict[str, int | None]]
) -> None:
    opens("09:00-11:00", seats=2, buffer_after=5)

    book("2027-01-18 09:40")

    assert seats_left() == {"09:00": 2, "09:40": 1, "10:30": 2}


def test_a_group_booked_outside_the_hours_can_be_joined(
    opens: Opens, book: Book, seats_left: Callable[..., dict[str, int | None]]
) -> None:
    """Hours were asked of whoever booked it first."""
    opens("09:00-10:00", seats=2)

    book("2027-01-18 20:00", by="host", override=["hours"])

    assert seats_left() == {"09:00": 2, "09:30": 2, "20:00": 1}


def test_a_group_needs_notice_and_no_place_in_the_day(
    client: Client,
    opens: Opens,
    free: Free,
    book: Book,
    clock: Clock,
) -> None:
    opens("09:00-12:00", seats=2, slots_per_day=1, minimum_notice=60)
    book("2027-01-18 10:00")
    assert free() == at(JAN_18, "Z", "10:00")

    clock.now = datetime(2027, 1, 18, 9, 0, tzinfo=UTC)
    assert free() == at(JAN_18, "Z", "10:00")

    clock.move(seconds=1)
    assert free() == []


def test_a_group_that_is_cancelled_is_nobodys(
    client: Client,
    opens: Opens,
    book: Book,
    seats_left: Callable[..., dict[str, int | None]],
) -> None:
    opens("09:00-10:00", seats=2)

    client.calendar.bookings.cancel(book("2027-01-18 09:10").uid)

    assert seats_left() == {"09:00": 2, "09:30": 2}


def test_a_date_of_a_series_group_is_joined_by_its_series_alone(
    opens: Opens,
    book: Book,
    seats_left: Callable[..., dict[str, int | None]],
) -> None:
    opens("09:00-10:00", seats=3)
    weekly = {"frequency": "WEEKLY", "count": 2}

    book("2027-01-18 09:00", recurring=weekly)

    assert seats_left() == {"09:30": 3}
    assert seats_left(recurring=weekly) == {"09:00": 2, "09:30": 3}
    assert seats_left(recurring={**weekly, "count": 3}) == {"09:30": 3}
    # The same dates by another rule: booking them would begin another group.
    until = {"frequency": "WEEKLY", "until": "2027-01-25"}
    assert seats_left(recurring=until) == {"09:30": 3}


# -- teams -----------------------------------------------------------------------------


@pytest.fixture
def team(client: Client) -> Callable[..., EventType]:
    """Makes `demo`, by default a round robin of Alice, Bob and Carl, 09:00–11:00."""
    client.calendar.schedules.create(
        "hours", timezone="UTC", availability=daily("09:00-11:00")
    )
    for name in ("alice", "bob", "carl"):
        client.calendar.hosts.create(name, timezone="UTC", schedule_id="hours")
        client.calendar.event_types.create(f"of_{name}", hosts=[name])

    def team(**fields: Any) -> EventType:
        fields = {"scheduling_type": "ROUND_ROBIN", **fields}
        return client.calendar.event_types.create(
            "demo", **{"hosts": ["alice", "bob", "carl"], **fields}
        )

    return team


@pytest.fixture
def whose(
    slots: Callable[..., tuple[Slot, ...]],
) -> Callable[..., dict[str, str]]:
    """Whose turn it would be, by the time of day on 18 January."""

    def whose(**fields: Any) -> dict[str, str]:
        return {
            slot.start_time[11:16]: slot.host_id.removeprefix("user_")
            for slot in slots(**fields)
        }

    return whose


Whose = Callable[..., dict[str, str]]


def test_a_team_is_free_while_any_host_is(
    team: Callable[..., EventType], book: Book, whose: Whose
) -> None:
    team()
    book("2027-01-18 09:00", "of_alice")
    for name in ("alice", "bob", "carl"):
        book("2027-01-18 09:30", f"of_{name}")
    book("2027-01-18 10:00", "of_bob")

    assert whose() == {"09:00": "bob", "10:00": "alice", "10:30": "alice"}
    assert whose(host_id="bob") == {"09:00": "bob", "10:30": "bob"}


@pytest.mark.parametrize("rule", RULES)
def test_the_host_named_is_the_one_who_gets_it(
    client: Client,
    team: Callable[..., EventType],
    book: Book,
    slots: Callable[..., tuple[Slot, ...]],
    rule: str,
) -> None:
    """Booked one after another, each in the slot that was listed last time."""
    hosts = [
        {"userId": "alice", "weight": 3, "priority": 1},
        {"userId": "bob", "weight": 1, "priority": 2},
        {"userId": "carl", "weight": 2},
    ]
    team(round_robin=rule, hosts=hosts, duration=20)
    book("2027-01-18 09:00", "of_alice")
    book("2027-01-18 10:00", "of_bob")
    book("2027-01-18 10:30", "of_bob")

    named, got = [], []
    while found := slots("2027-01-18", "2027-01-18"):
        for slot in found:
            tried = book(slot.start_time, dry_run=True)
            assert tried.host_id == slot.host_id
        middle = found[len(found) // 2]
        named.append(middle.host_id)
        got.append(book(middle.start_time).host_id)

    assert named == got
    assert len(named) == 3 * 6 - 2 - 3
    assert set(named) == {"user_alice", "user_bob", "user_carl"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # Alice has had one, Bob none; Bob has three free starts and Carl four.
        ("LEAST_RECENT", "bob"),
        ("EQUAL_DISTRIBUTION", "alice"),
        ("AVAILABILITY_FIRST", "carl"),
        ("PRIORITY", "bob"),
    ],
)
def test_whose_turn_it_is_by_each_rule(
    team: Callable[..., EventType],
    book: Book,
    whose: Whose,
    rule: str,
    expected: str,
) -> None:
    hosts = [
        {"userId": "alice", "weight": 5},
        {"userId": "bob", "weight": 2, "priority": 2},
        {"userId": "carl", "weight": 1, "priority": 1},
    ]
    team(round_robin=rule, hosts=hosts)
    book("2027-01-18 09:00", host_id="alice")
    book("2027-01-18 09:00", "of_bob")

    assert whose()["10:00"] == expected


def test_fixed_hosts_must_be_free_and_the_one_in_rotation_is_named(
    team: Callable[..., EventType], book: Book, whose: Whose
) -> None:
    team(hosts=["alice", "bob", {"userId": "carl", "isFixed": True}])
    book("2027-01-18 09:30", "of_carl")
    book("2027-01-18 10:00", "of_alice")

    assert whose() == {"09:00": "alice", "10:00": "bob", "10:30": "alice"}
    assert whose(host_id="carl") == whose()
    assert whose(host_id="bob") == {"09:00": "bob", "10:00": "bob", "10:30": "bob"}
    booked = book("2027-01-18 10:00")
    assert booked.host_ids == ("user_bob", "user_carl")


def test_hosts_with_hours_of_their_own_each_bring_their_grid(
    client: Client, team: Callable[..., EventType], whose: Whose
) -> None:
    client.calendar.schedules.create(
        "later", timezone="UTC", availability=daily("10:10-11:15")
    )
    client.calendar.hosts.update("bob", schedule_id="later")
    team(hosts=["alice", "bob"])

    # Bob alone is open at 10:40; at his 10:10 Alice is free as well.
    assert whose() == {
        "09:00": "alice",
        "09:30": "alice",
        "10:00": "alice",
        "10:10": "alice",
        "10:30": "alice",
        "10:40": "bob",
    }
    assert whose(host_id="bob") == {"10:10": "bob", "10:40": "bob"}


def test_a_group_of_another_host_is_joined_before_a_new_one_begins(
    team: Callable[..., EventType],
    book: Book,
    slots: Callable[..., tuple[Slot, ...]],
) -> None:
    team(seats=2, hosts=["alice", "bob"])
    book("2027-01-18 09:00", host_id="bob")
    book("2027-01-18 09:30", host_id="alice", guests=["bob@example.com"])
    for name in ("alice", "bob"):
        person, guest = (f"{who}@example.com" for who in (name, f"with.{name}"))
        book(
            "2027-01-18 10:00",
            host_id=name,
            attendee={"name": name, "email": person},
            guests=[guest],
        )

    def found(**fields: Any) -> list[tuple[str, str, int | None]]:
        return [
            (s.start_time[11:16], s.host_id[5:], s.seats_left) for s in slots(**fields)
        ]

    # 10:00 is full with both. Bob's newest booking is the newest of all.
    assert found() == [
        ("09:00", "bob", 1),
        ("09:30", "bob", 2),
        ("10:30", "alice", 2),
    ]
    assert found(host_id="alice") == [("09:00", "alice", 2), ("10:30", "alice", 2)]


def test_of_two_groups_with_seats_the_older_one_is_joined(
    team: Callable[..., EventType],
    book: Book,
    slots: Callable[..., tuple[Slot, ...]],
) -> None:
    team(seats=3, hosts=["alice", "bob"])
    book("2027-01-18 09:00", host_id="bob", guests=["x@example.com"])
    bob, eve = ({"name": n, "email": f"{n}@example.com"} for n in ("bob", "eve"))
    book("2027-01-18 09:00", host_id="alice", attendee=bob)

    first, *_ = slots()
    joined = book(first.start_time, attendee=eve, dry_run=True)

    assert (first.host_id, first.seats_left) == ("user_bob", 1)
    assert joined.host_id == "user_bob"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # Lisbon changes two weeks later than New York.
        pytest.param(
            "2027-03-12", at("2027-03-12", "Z", "14:00 15:00 16:00"), id="5-h"
        ),
        pytest.param(
            "2027-03-15", at("2027-03-15", "Z", "13:00 14:00 15:00 16:00"), id="4-h"
        ),
        pytest.param(
            "2027-03-29",
            at("2027-03-29", "+01:00", "14:00 15:00 16:00"),
            id="5-h-again",
        ),
    ],
)
def test_a_collective_meets_when_all_are_open(
    client: Client, free: Free, day: str, expected: list[str]
) -> None:
    calendar = client.calendar
    for name, zone in (("alice", "Europe/Lisbon"), ("bob", NEW_YORK)):
        calendar.schedules.create(
            name, timezone=zone, availability=daily("09:00-17:00")
        )
        calendar.hosts.create(name, timezone=zone, schedule_id=name)
    calendar.event_types.create(
        "demo", hosts=["alice", "bob"], scheduling_type="COLLECTIVE", duration=60
    )

    assert free(day) == expected


def test_a_collective_steps_along_the_first_hosts_grid(
    client: Client, team: Callable[..., EventType], book: Book, free: Free
) -> None:
    client.calendar.schedules.create(
        "later", timezone="UTC", availability=daily("09:20-10:50")
    )
    client.calendar.hosts.update("bob", schedule_id="later")
    team(scheduling_type="COLLECTIVE", hosts=["alice", "bob"])

    assert free() == at(JAN_18, "Z", "09:30 10:00")
    assert free(host_id="bob") == free()
    book("2027-01-18 10:20", "of_bob")
    assert free() == at(JAN_18, "Z", "09:30")


# -- the range -------------------------------------------------------------------------


def test_an_inactive_event_type_has_no_starts(
    client: Client, opens: Opens, free: Free, book: Book
) -> None:
    opens("09:00-10:00", seats=2)
    book("2027-01-18 09:00")
    client.calendar.event_types.update("demo", active=False)

    assert free() == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param(
            {"start_date": "2027-01-18", "end_date": "2027-01-18"},
            at("2027-01-18", "Z", "00:00 08:00 16:00"),
            id="a-date-includes-its-day",
        ),
        pytest.param(
            {
                "start_date": "2027-01-18T08:00:00Z",
                "end_date": "2027-01-19T08:00:00Z",
            },
            at("2027-01-18", "Z", "08:00 16:00") + at("2027-01-19", "Z", "00:00"),
            id="a-moment-is-included-and-excluded",
        ),
        pytest.param(
            {
                "start_date": datetime(2027, 1, 18, 8, 0, 1, tzinfo=UTC),
                "end_date": datetime(2027, 1, 18, 16, 0, 1, tzinfo=UTC),
            },
            at("2027-01-18", "Z", "16:00"),
            id="to-the-second",
        ),
        pytest.param(
            {"start_date": "2027-01-18", "days": 1},
            at("2027-01-18", "Z", "00:00 08:00 16:00"),
            id="a-day",
        ),
        pytest.param(
            {"start_date": "2027-01-18T16:00:00Z", "days": 1},
            at("2027-01-18", "Z", "16:00"),
            id="what-is-left-of-a-day",
        ),
        pytest.param(
            {"end_date": "today"}, at("2027-01-04", "Z", "16:00"), id="from-now"
        ),
        pytest.param(
            {"start_date": "2027-01-01", "end_date": "2027-01-03"}, [], id="the-past"
        ),
        pytest.param(
            {"start_date": "2027-01-18", "days": 3, "count": 4},
            at("2027-01-18", "Z", "00:00 08:00 16:00") + at("2027-01-19", "Z", "00:00"),
            id="count",
        ),
        pytest.param({"start_date": "2027-01-18", "count": 0}, [], id="none-wanted"),
        # 00:00 to 24:00 in Tokyo, told in the schedule's zone.
        pytest.param(
            {
                "start_date": "2027-01-18",
                "end_date": "2027-01-18",
                "timezone": "Asia/Tokyo",
            },
            at("2027-01-17", "Z", "16:00") + at("2027-01-18", "Z", "00:00 08:00"),
            id="a-date-of-another-zone",
        ),
        pytest.param(
            {
                "start_date": "2027-01-18 09:00",
                "end_date": "2027-01-18 17:00",
                "timezone": "Asia/Tokyo",
            },
            at("2027-01-18", "Z", "00:00"),
            id="a-wall-time-of-another-zone",
        ),
    ],
)
def test_a_range_begins_included(
    client: Client, opens: Opens, wanted: dict[str, Any], expected: list[str]
) -> None:
    opens("00:00-24:00", duration=480)

    found = client.calendar.availability.get(event_type_id="demo", **wanted)

    assert [slot.start_time for slot in found] == expected


def test_without_a_range_it_is_the_next_seven_days(
    client: Client, opens: Opens, clock: Clock
) -> None:
    """Whole days: from Monday 09:00 to the end of Sunday."""
    opens("00:00-24:00", timezone=NEW_YORK, duration=60)
    clock.now = datetime(2027, 3, 8, 14, 30, tzinfo=UTC)  # 09:30

    found = client.calendar.availability.get(event_type_id="demo")

    assert len(found) == 14 + 6 * 24 - 1  # the clocks change within them
    assert found[0].start_time == "2027-03-08T10:00:00-05:00"
    assert found[-1].start_time == "2027-03-14T23:00:00-04:00"


def test_days_end_at_midnight(client: Client, opens: Opens) -> None:
    opens("00:00-24:00", timezone=NEW_YORK, duration=60)

    found = client.calendar.availability.get(
        event_type_id="demo", start_date="2027-11-06T12:00:00-04:00", days=2
    )

    assert len(found) == 12 + 25
    assert found[-1].start_time == "2027-11-07T23:00:00-05:00"


def test_a_range_that_ends_before_it_begins_is_refused(
    client: Client, opens: Opens
) -> None:
    opens("00:00-24:00", duration=480)

    with pytest.raises(errors.BadInput, match="the range ends before it begins"):
        client.calendar.availability.get(
            event_type_id="demo", start_date="2027-01-19", end_date="2027-01-17"
        )


def test_one_date_of_a_series_can_be_moved_apart_from_the_others(
    client: Client, opens: Opens
) -> None:
    """All of the series was left out, and the start of another date was listed."""
    opens("00:00-24:00", duration=480)
    series = client.calendar.bookings.create(
        event_type_id="demo",
        start_time="2027-01-18T08:00:00Z",
        attendee={"name": "Ada", "email": "ada@example.com"},
        recurring={"frequency": "DAILY", "count": 2},
    )

    def listed(**wanted: str) -> list[str]:
        found = client.calendar.availability.get(
            event_type_id="demo",
            start_date="2027-01-18",
            end_date="2027-01-19",
            exclude_booking_uid=series.uid,
            **wanted,
        )
        return [slot.start_time[8:13] for slot in found]

    every = ["18T00", "18T08", "18T16", "19T00", "19T08", "19T16"]
    assert listed() == every
    assert listed(exclude_date="2027-01-18") == [e for e in every if e != "19T08"]
    with pytest.raises(errors.NotFound):
        listed(exclude_date="2027-01-20")


def test_a_slot_is_a_meeting_with_a_host(
    opens: Opens, slots: Callable[..., tuple[Slot, ...]]
) -> None:
    opens("09:00-10:00", timezone=NEW_YORK, duration=60)

    [slot] = slots(timezone="Asia/Tokyo", last="2027-01-19", count=1)

    assert slot.to_dict() == {
        "startTime": "2027-01-18T09:00:00-05:00",
        "endTime": "2027-01-18T10:00:00-05:00",
        "hostId": "user_me",
        "seatsLeft": None,
    }
    assert slot.ends_at - slot.starts_at == timedelta(hours=1)


@pytest.mark.parametrize(
    ("wanted", "error", "said"),
    [
        ({"end_date": "2027-01-18", "days": 2}, errors.UsageError, "not both"),
        ({"days": 3661}, errors.BadInput, "days"),
        ({"days": 0}, errors.BadInput, "days"),
        ({"days": -1}, errors.BadInput, "days"),
        ({"days": "x"}, errors.BadInput, "days"),
        ({"days": True}, errors.BadInput, "days"),
        ({"end_date": "2050-01-01"}, errors.BadInput, "3660 days at most"),
        ({"count": -1}, errors.BadInput, "count"),
        ({"count": "3"}, errors.BadInput, "count"),
        ({"start_date": "18.1.2027"}, errors.BadTime, "18.1.2027"),
        ({"start_date": "2027-02-30"}, errors.BadTime, "2027-02-30"),
        ({"end_date": "2027-01-18 25:00"}, errors.BadTime, "25:00"),
        ({"start_date": datetime(2027, 1, 18)}, errors.BadTime, "no time zone"),  # noqa: DTZ001
        (
            {"start_date": "2027-03-14 02:30", "timezone": NEW_YORK},
            errors.NonexistentTime,
            "skip",
        ),
        (
            {"end_date": "2027-11-07 01:30", "timezone": NEW_YORK},
            errors.AmbiguousTime,
            "twice",
        ),
        ({"timezone": "Mars/Olympus"}, errors.BadZone, "Mars"),
        ({"event_type_id": "dmo"}, errors.NotFound, "dmo"),
        ({"event_type_id": "De mo"}, errors.BadInput, "event_type_id"),
        ({"host_id": "nobody"}, errors.NotFound, "nobody"),
        ({"host_id": "bob"}, errors.BadInput, "not a host of evt_demo"),
        ({"host_id": "B ob"}, errors.BadInput, "host_id"),
        ({"exclude_booking_uid": "bk_00000000"}, errors.NotFound, "bk_00000000"),
        ({"exclude_booking_uid": "bk_"}, errors.NotFound, "bk_"),
        ({"recurring": {"frequency": "HOURLY", "count": 2}}, errors.BadInput, "HOURLY"),
        ({"recurring": {"frequency": "DAILY"}}, errors.InputError, "until"),
        ({"recurring": 5}, errors.BadInput, "recurring"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused(
    client: Client,
    opens: Opens,
    wanted: dict[str, Any],
    error: type[errors.CalbookError],
    said: str,
) -> None:
    opens("09:00-10:00")
    client.calendar.hosts.create("bob", timezone="UTC")

    with pytest.raises(error, match=said):
        client.calendar.availability.get(**{"event_type_id": "demo", **wanted})


def test_ten_years_can_be_listed(client: Client, opens: Opens) -> None:
    opens(dates=[other("2037-01-10", "09:00-10:00")], duration=60)

    [found] = client.calendar.availability.get(event_type_id="demo", days=3660)

    assert found.start_time == "2037-01-10T09:00:00+00:00"


def test_nothing_is_offered_that_would_end_after_the_last_year(
    opens: Opens, free: Free
) -> None:
    """Starts of the year 9001 were listed, and could not be booked."""
    opens("23:00-01:00")
    last = at("9000-12-30", "Z", "23:00 23:30") + at(
        "9000-12-31", "Z", "00:00 00:30 23:00"
    )

    assert free("9000-12-30T12:00:00Z", end_date=None, days=9) == last
    assert free(
        "9000-12-30T12:00:00Z",
        "9000-12-30T23:45:00Z",
        recurring={"frequency": "DAILY", "count": 2},
    ) == at("9000-12-30", "Z", "23:00")


# -- series ----------------------------------------------------------------------------


def rule(frequency: str, **fields: Any) -> dict[str, Any]:
    return {"frequency": frequency, **fields}


@pytest.mark.parametrize(
    ("recurring", "blocked", "expected"),
    [
        pytest.param(
            rule("WEEKLY", count=12), "2027-04-05 09:00", "10:00 11:00", id="weekly"
        ),
        pytest.param(
            rule("WEEKLY", count=11),
            "2027-04-05 09:00",
            "09:00 10:00 11:00",
            id="short",
        ),
        pytest.param(
            rule("WEEKLY", count=3, interval=2),
            "2027-01-25 09:00",
            "09:00 10:00 11:00",
            id="every-other-week",
        ),
        pytest.param(
            rule("DAILY", count=4), "2027-01-21 11:00", "09:00 10:00", id="daily"
        ),
        pytest.param(
            rule("DAILY", until="2027-01-21"),
            "2027-01-21 11:00",
            "09:00 10:00",
            id="until-a-day-included",
        ),
        pytest.param(
            rule("DAILY", until="2027-01-20"),
            "2027-01-21 11:00",
            "09:00 10:00 11:00",
            id="until-the-day-before",
        ),
        pytest.param(
            rule("WEEKLY", count=4, byDay=["MO", "WE"]),
            "2027-01-27 10:00",
            "09:00 11:00",
            id="by-day",
        ),
        pytest.param(
            rule("MONTHLY", count=3, byDay=["3MO"]),
            "2027-03-15 10:00",
            "09:00 11:00",
            id="third-monday",
        ),
        pytest.param(
            rule("WEEKLY", count=2, byDay=["TU"]),
            "2027-02-01 09:00",
            "",
            id="no-monday",
        ),
        pytest.param(
            rule("YEARLY", count=2), "2028-01-18 09:00", "10:00 11:00", id="yearly"
        ),
        pytest.param(
            rule("DAILY", count=1), "2027-01-19 09:00", "09:00 10:00 11:00", id="once"
        ),
        pytest.param(
            rule("DAILY", until="2027-01-17"), "2027-01-19 09:00", "", id="over-before"
        ),
    ],
)
def test_a_series_fits_where_every_date_does(
    opens: Opens,
    free: Free,
    book: Book,
    recurring: dict[str, Any],
    blocked: str,
    expected: str,
) -> None:
    opens("09:00-12:00", duration=60)
    book(blocked)

    assert free(recurring=recurring) == at(JAN_18, "Z", expected)


def test_a_series_keeps_its_wall_time_when_the_clocks_change(
    opens: Opens, free: Free, book: Book
) -> None:
    """10:00 a week later is 23 hours less than seven days away."""
    opens("09:00-12:00", timezone=NEW_YORK, duration=60)
    book("2027-03-15T10:00:00-04:00")

    found = free("2027-03-08", recurring=rule("WEEKLY", count=2))

    assert found == at("2027-03-08", EST, "09:00 11:00")


def test_a_date_in_a_gap_is_an_hour_later_and_one_in_a_fold_the_first(
    opens: Opens, free: Free, book: Book
) -> None:
    opens("00:00-05:00", timezone=NEW_YORK, duration=60)
    book("2027-03-14T03:00:00-04:00")
    book("2027-11-07T01:00:00-04:00")
    weekly = rule("WEEKLY", count=2)

    assert free("2027-03-07", recurring=weekly) == at(
        "2027-03-07", EST, "00:00 01:00 04:00"
    )
    assert free("2027-10-31", recurring=weekly) == at(
        "2027-10-31", EDT, "00:00 02:00 03:00 04:00"
    )


def test_the_31st_is_left_out_where_a_month_has_none(
    opens: Opens, free: Free, book: Book
) -> None:
    """January, March and May; nothing of February or April is asked for."""
    opens("09:00-12:00", duration=60)
    for start in (
        *("2027-02-28 09:00", "2027-03-01 09:00", "2027-04-30 09:00"),
        *("2027-03-31 10:00", "2027-07-31 09:00"),
    ):
        book(start)

    found = free("2027-01-31", recurring=rule("MONTHLY", count=3))

    assert found == at("2027-01-31", "Z", "09:00 11:00")


def test_hours_of_a_later_date_bind_the_series(opens: Opens, free: Free) -> None:
    opens(
        "09:00-12:00",
        duration=60,
        dates=[other("2027-01-25", "09:00-10:30"), other("2027-02-08")],
    )

    assert free(recurring=rule("WEEKLY", count=3)) == at(JAN_18, "Z", "09:00")
    assert free(recurring=rule("WEEKLY", count=4)) == []


def test_notice_and_advance_are_asked_of_the_first_date_alone(
    opens: Opens, free: Free
) -> None:
    opens("09:00-11:00", duration=60, maximum_advance=1, minimum_notice=60)

    found = free("2027-01-04", "2027-01-10", recurring=rule("DAILY", count=9))

    assert found == [
        *at("2027-01-04", "Z", "10:00"),
        *at("2027-01-05", "Z", "09:00 10:00"),
    ]


def test_a_later_day_that_is_full_blocks_the_series(
    opens: Opens, free: Free, book: Book
) -> None:
    opens("09:00-11:00", duration=60, slots_per_day=1)
    book("2027-01-25 10:00")

    assert free(recurring=rule("WEEKLY", count=2)) == []
    assert free(recurring=rule("WEEKLY", count=2, interval=2)) == at(
        JAN_18, "Z", "09:00 10:00"
    )


@pytest.mark.parametrize(
    ("first", "count", "buffer", "fits"),
    [
        pytest.param("2027-01-18", 3, 0, True, id="back-to-back"),
        pytest.param("2027-01-18", 3, 1, False, id="buffers-overlap"),
        pytest.param("2027-01-18", 1, 1, True, id="one-date"),
        # 14 March has 23 hours: what begins on it at 00:00 ends on the 15th at 01:00.
        pytest.param("2027-03-12", 3, 0, True, id="up-to-a-short-day"),
        pytest.param("2027-03-12", 4, 0, False, id="over-a-short-day"),
        pytest.param("2027-11-05", 5, 0, True, id="over-a-long-day"),
    ],
)
def test_the_dates_of_a_series_may_not_overlap_each_other(
    opens: Opens, free: Free, first: str, count: int, buffer: int, fits: bool
) -> None:
    opens("00:00-24:00", timezone=NEW_YORK, duration=1440, buffer_after=buffer)

    found = free(first, recurring=rule("DAILY", count=count))

    assert [start[11:16] for start in found] == ["00:00"] * fits


def test_a_team_needs_one_host_for_every_date(
    team: Callable[..., EventType], book: Book, whose: Whose
) -> None:
    team(hosts=["alice", "bob"])
    book("2027-01-25 09:00", "of_alice")
    book("2027-02-01 09:00", "of_bob")
    book("2027-01-25 09:30", "of_alice")
    weekly = rule("WEEKLY", count=3)

    found = whose(recurring=weekly)

    assert found == {"09:30": "bob", "10:00": "alice", "10:30": "alice"}
    assert book("2027-01-18 09:30", recurring=weekly).host_id == "user_bob"


def test_a_moved_series_does_not_stand_in_its_own_way(
    opens: Opens, free: Free, book: Book
) -> None:
    opens("09:00-10:30", duration=60, slot_interval=30)
    weekly = rule("WEEKLY", count=2)
    series = book("2027-01-18 09:00", recurring=weekly)

    assert free(recurring=weekly) == []
    assert free(recurring=weekly, exclude_booking_uid=series.uid) == at(
        JAN_18, "Z", "09:00 09:30"
    )


@pytest.mark.parametrize(
    ("recurring", "most"),
    [
        (rule("DAILY", count=6), 5),
        (rule("DAILY", until="2027-01-23"), 5),
        (rule("DAILY", count=731), 730),
    ],
    ids=str,
)
def test_too_many_dates_are_refused_and_the_limit_is_named(
    opens: Opens, free: Free, recurring: dict[str, Any], most: int
) -> None:
    opens("09:00-12:00", max_occurrences=5)

    with pytest.raises(errors.BadInput, match=str(most)) as refused:
        free(recurring=recurring)

    assert refused.value.details["most"] == most


def test_as_many_dates_as_there_may_be_fit(opens: Opens, free: Free) -> None:
    opens("09:00-10:00", max_occurrences=5)

    found = free(recurring=rule("DAILY", count=5))

    assert found == at(JAN_18, "Z", "09:00 09:30")
    assert free(recurring=rule("DAILY", until="2027-01-22")) == found


# -- what takes too long, or is told late ----------------------------------------------


def test_a_series_may_be_too_long_from_some_starts_and_not_from_others(
    client: Client, opens: Opens
) -> None:
    """The first start from which it was too long ended the whole listing."""
    opens("09:00-10:00", duration=60, max_occurrences=5)
    until = {"frequency": "DAILY", "until": "2027-01-22"}
    wanted = {"event_type_id": "demo", "recurring": until}

    found = client.calendar.availability.get(**wanted, days=30)

    assert [s.start_time[:10] for s in found] == [
        f"2027-01-{day}" for day in range(18, 23)
    ]
    with pytest.raises(errors.BadInput, match="more than 5 occurrences"):
        client.calendar.availability.get(**wanted, days=7)


def test_a_search_that_takes_too_long_is_refused(
    client: Client, opens: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(series_search, "MOST_DATES", 100)
    opens("09:00-10:00", duration=60)
    daily = {"frequency": "DAILY", "count": 30}
    wanted = {"event_type_id": "demo", "recurring": daily, "days": 30}

    few = client.calendar.availability.get(**wanted, count=3)

    assert len(few) == 3
    with pytest.raises(errors.BadInput, match="takes too long") as refusal:
        client.calendar.availability.get(**wanted)
    assert refusal.value.details["most"] == 100


def test_more_starts_than_anybody_reads_are_refused(
    client: Client, opens: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "MOST_SLOTS", 10)
    opens("09:00-10:00", duration=60)

    def listed(**wanted: int) -> int:
        return len(client.calendar.availability.get(event_type_id="demo", **wanted))

    assert listed(days=11) == 10  # that of today has passed
    assert listed(days=3660, count=10) == 10
    with pytest.raises(errors.BadInput, match="more than 10 free starts"):
        listed(days=12)


def test_a_request_that_expired_untold_is_no_turn(
    client: Client, opens: Opens, clock: Clock
) -> None:
    """It counted in the listing, while `create` told its end first."""
    opens("00:00-24:00")
    for name in ("alice", "bob"):
        client.calendar.hosts.create(name)
    client.calendar.event_types.create(
        "team",
        hosts=["alice", "bob"],
        scheduling_type="ROUND_ROBIN",
        requires_confirmation=True,
        schedule_id="hours",
    )
    book = client.calendar.bookings.create
    wanted: dict[str, Any] = {
        "event_type_id": "team",
        "attendee": {"name": "Ada", "email": "ada@example.com"},
    }
    first = book(**wanted, start_time="2027-01-04T10:00:00Z")
    clock.move(hours=3)

    [slot] = client.calendar.availability.get(event_type_id="team", count=1)
    said = client.calendar.availability.explain(
        event_type_id="team", start_time=slot.start_time
    )

    booked = book(**wanted, start_time=slot.start_time, dry_run=True)
    assert first.host_id == booked.host_id == slot.host_id == said.host_id


def test_a_slot_is_the_same_whenever_it_is_looked_into(
    client: Client, opens: Opens
) -> None:
    """Their JSON is made once it is asked for."""
    opens("09:00-10:00", duration=60)
    wanted = {"event_type_id": "demo", "days": 2}
    asked, unasked = (client.calendar.availability.get(**wanted)[0] for _ in range(2))

    assert asked.start_time == asked.to_dict()["startTime"]
    assert (unasked, hash(unasked)) == (asked, hash(asked))
    assert pickle.loads(pickle.dumps(unasked)) == Slot(asked.to_dict()) == copy(asked)
    assert repr(client.calendar.availability.get(**wanted)[0]) == repr(asked)
    with pytest.raises(AttributeError, match="frozen"):
        unasked.host_id = "user_me"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="has no 'nothing'"):
        unasked.nothing  # type: ignore[attr-defined]  # noqa: B018
