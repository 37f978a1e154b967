"""Event types with weekly hours of their own, within those of their hosts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from conftest import DAYS

from calbook import Booking, Client, EventType, errors

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)

Make = Callable[..., EventType]
Book = Callable[..., Booking]
NEW_YORK = "America/New_York"


def each_day(*windows: str) -> list[dict[str, str]]:
    return [
        {"day": day, "startTime": start, "endTime": end}
        for day in DAYS
        for start, end in [window.split("-") for window in windows]
    ]


@pytest.fixture
def demo(client: Client) -> Callable[..., None]:
    """`demo` with hours of its own, in a schedule with the same hours each day."""

    def make(open_at: str, own: str, timezone: str = "UTC", **fields: Any) -> None:
        client.calendar.schedules.create(
            "hours", timezone=timezone, availability=each_day(open_at)
        )
        client.calendar.event_types.create(
            "demo", schedule_id="hours", availability=each_day(own), **fields
        )

    return make


def listed(client: Client, start: str, end: str, **wanted: Any) -> list[str]:
    """The hours of what is free, each in the booking's zone."""
    found = client.calendar.availability.get(
        event_type_id="demo", start_date=start, end_date=end, **wanted
    )
    return [slot.start_time[11:16] for slot in found]


@pytest.mark.parametrize(
    ("open_at", "own", "expected"),
    [
        ("09:00-17:00", "10:00-12:00", ["10:00", "10:30", "11:00", "11:30"]),
        ("09:00-17:00", "10:15-12:00", ["10:15", "10:45", "11:15"]),
        ("09:00-17:00", "07:00-10:00", ["09:00", "09:30"]),
        ("09:15-17:00", "07:00-10:15", ["09:15", "09:45"]),
        ("09:00-17:00", "16:00-20:00", ["16:00", "16:30"]),
        ("09:00-10:00", "09:50-12:00", []),
        ("09:00-10:00", "10:00-12:00", []),
    ],
)
def test_the_grid_begins_where_both_are_open(
    client: Client,
    demo: Callable[..., None],
    open_at: str,
    own: str,
    expected: list[str],
) -> None:
    demo(open_at, own)

    assert listed(client, "2027-01-18", "2027-01-18") == expected


def test_hours_across_midnight_are_one_grid(
    client: Client, demo: Callable[..., None]
) -> None:
    """Within a schedule that is always open, and the other way round."""
    demo("00:00-24:00", "22:00-02:00", duration=45)

    found = listed(client, "2027-01-18 20:00", "2027-01-19 06:00")

    assert found == ["22:00", "22:45", "23:30", "00:15", "01:00"]
    client.calendar.schedules.update("hours", availability=each_day("22:00-02:00"))
    client.calendar.event_types.update("demo", availability=each_day("00:00-24:00"))
    assert listed(client, "2027-01-18 20:00", "2027-01-19 06:00") == found


@pytest.mark.parametrize(
    ("day", "own", "expected"),
    [
        # 02:00 to 03:00 is skipped: hours move as those of schedules do
        ("2027-03-14", "01:00-04:00", ["01:00", "03:00"]),
        ("2027-03-14", "02:00-04:00", ["03:00"]),
        ("2027-03-14", "02:30-04:30", ["03:30"]),
        # 01:00 to 02:00 is passed twice
        ("2027-11-07", "00:00-02:00", ["00:00", "01:00", "01:00"]),
        ("2027-11-07", "01:00-03:00", ["01:00", "01:00", "02:00"]),
    ],
)
def test_hours_near_a_change_of_the_clocks(
    client: Client, demo: Callable[..., None], day: str, own: str, expected: list[str]
) -> None:
    """As a schedule of these hours would be open."""
    demo("00:00-24:00", own, NEW_YORK, duration=60)
    found = listed(client, day, day)

    client.calendar.schedules.update("hours", availability=each_day(own))
    client.calendar.event_types.update("demo", availability=None)

    assert found == expected
    assert listed(client, day, day) == expected


def test_they_are_in_the_zone_of_the_bookings(
    client: Client, demo: Callable[..., None]
) -> None:
    """Not in that of a host of the team, nor in that in which they are shown."""
    calendar = client.calendar
    demo("00:00-24:00", "09:00-10:00", NEW_YORK)
    calendar.schedules.create(
        "tokyo", timezone="Asia/Tokyo", availability=each_day("00:00-24:00")
    )
    calendar.hosts.create("ann", schedule_id="hours")
    calendar.hosts.create("bob", schedule_id="tokyo")
    calendar.event_types.update(
        "demo",
        schedule_id=None,
        hosts=["ann", "bob"],
        scheduling_type="ROUND_ROBIN",
    )

    found = listed(client, "2027-01-18", "2027-01-18")

    assert found == ["09:00", "09:30"]
    assert found == listed(client, "2027-01-18", "2027-01-18", host_id="bob")
    assert found == listed(client, "2027-01-18", "2027-01-18", timezone="Asia/Tokyo")


def test_a_refusal_shows_what_is_open_in_both(
    client: Client, demo: Callable[..., None], booking: Book
) -> None:
    demo("09:00-11:00", "10:00-12:00")

    with pytest.raises(errors.OutsideHours) as refusal:
        booking(start_time="2027-01-18 09:30")

    assert refusal.value.details["open"] == ["Mon 18 Jan 2027, 10:00–11:00"]
    made = booking(start_time="2027-01-18 09:30", by="host", override=["hours"])
    assert made.overrides == ("hours",)


def test_a_booking_is_moved_within_them(
    client: Client, demo: Callable[..., None], booking: Book
) -> None:
    demo("09:00-17:00", "10:00-12:00")
    uid = booking(start_time="2027-01-18 10:00").uid

    with pytest.raises(errors.OutsideHours):
        client.calendar.bookings.reschedule(uid, start_time="2027-01-18 12:00")

    day = "2027-01-18"
    assert listed(client, day, day, exclude_booking_uid=uid) == [
        *("10:00", "10:30", "11:00", "11:30"),
    ]


def test_a_group_is_joined_within_them(
    client: Client, demo: Callable[..., None], booking: Book
) -> None:
    demo("09:00-17:00", "10:00-12:00", seats=3)
    booking(start_time="2027-01-18 10:00")
    client.calendar.event_types.update("demo", availability=each_day("11:00-12:00"))

    with pytest.raises(errors.OutsideHours):
        booking(
            start_time="2027-01-18 10:00",
            attendee={"name": "Bob", "email": "bob@example.com"},
        )


def test_each_date_of_a_series_must_be_within(
    client: Client, event_type: Make, booking: Book
) -> None:
    event_type(availability=each_day("10:00-12:00")[:2])  # Monday and Tuesday

    with pytest.raises(errors.OutsideHours) as refusal:
        booking(
            start_time="2027-01-18 10:00",
            recurring={"frequency": "DAILY", "count": 3},
        )

    assert [c["date"] for c in refusal.value.details["conflicts"]] == ["2027-01-20"]


def test_what_they_close_is_blocked(client: Client, demo: Callable[..., None]) -> None:
    demo("09:00-17:00", "10:00-12:00")

    blocks = client.calendar.availability.blocked(
        event_type_id="demo", date="2027-01-18"
    )

    said = [
        (block.start_time[11:16], block.end_time[11:16])
        for block in blocks
        if block.message == "closed by the event type's hours"
    ]
    assert said == [("00:00", "10:00"), ("12:00", "00:00")]
    assert {block.code for block in blocks} == {"outside_hours"}


def test_hours_that_are_never_open_are_refused(event_type: Make) -> None:
    with pytest.raises(errors.BadInput, match="never open"):
        event_type(availability=[])


# -- on the command line ---------------------------------------------------------------


def test_they_are_written_as_those_of_schedules(run: Run) -> None:
    hours = ("--hours", "mon,wed 10:00-12:00", "--hours", "fri 22:00-02:00")

    added = run("event", "add", "demo", *hours, "--json").json
    run("schedule", "add", "same", "--tz", "UTC", *hours)
    same = run("schedule", "show", "same", "--json").json
    kept = run("event", "update", "demo", "--title", "Demo!", "--json").json
    freed = run("event", "update", "demo", "--hours", "none", "--json").json

    assert added["availability"] == same["availability"] == kept["availability"]
    assert freed["availability"] is None
    assert run("event", "update", "demo", "--hours", "someday", "--json").status == 2
