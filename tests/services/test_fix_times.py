"""Dates that go back to their time of day after a zone's rules have changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from support.stores import ask

from calbook import Booking, Client, errors

if TYPE_CHECKING:
    from conftest import Clock
    from support.mailing import Configure
    from support.zones import NewRules

pytest_plugins = ("support.zones", "support.mailing")

LAGOS = "Africa/Lagos"  # UTC+1, without summer time
EARLIER, LATER = "Etc/GMT-2", "Etc/UTC"  # where the same wall time goes
ADA = {"name": "Ada", "email": "ada@example.com"}
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def book(client: Client) -> Callable[..., Booking]:
    """Books an hour at a local time in a zone, whose hours are all day."""
    calendar = client.calendar

    def book(start: str, *, timezone: str = LAGOS, **fields: Any) -> Booking:
        always = [{"day": d, "startTime": "00:00", "endTime": "24:00"} for d in DAYS]
        name = timezone.replace("/", "_").lower()
        if f"sched_{name}" not in [s.id for s in calendar.schedules.list()]:
            calendar.schedules.create(name, timezone=timezone, availability=always)
            calendar.event_types.create(
                f"demo_{name}", schedule_id=name, duration=60, title="Demo"
            )
        wanted = {"event_type_id": f"demo_{name}", "attendee": ADA, **fields}
        return calendar.bookings.create(start_time=start, **wanted)

    return book


def starts(client: Client) -> list[str]:
    """Of all dates, in UTC, by start."""
    found = ask(client, "select start_at from occurrences order by start_at")
    return [f"{datetime.fromtimestamp(at, UTC):%d %H:%M}" for (at,) in found]


@pytest.mark.parametrize(
    ("like", "expected", "seconds"),
    [
        pytest.param(EARLIER, "18 08:00", -3600, id="earlier"),
        pytest.param(LATER, "18 10:00", 3600, id="later"),
    ],
)
def test_a_date_goes_back_to_its_wall_time(
    client: Client,
    book: Callable[..., Booking],
    new_rules: NewRules,
    like: str,
    expected: str,
    seconds: int,
) -> None:
    uid = book("2027-01-18 10:00").uid
    new_rules(LAGOS, like)

    fixed = client.fix_times()

    [moved] = fixed.moved
    assert (moved.uid, moved.seconds, fixed.left) == (uid, seconds, ())
    assert moved.start_time.startswith("2027-01-18T10:00:00")
    assert starts(client) == [expected]
    assert client.check() == ()
    assert client.fix_times().to_dict() == {"moved": [], "left": []}


def test_it_is_a_reschedule_by_the_system_in_the_history(
    client: Client, book: Callable[..., Booking], new_rules: NewRules
) -> None:
    uid = book("2027-01-18 10:00").uid
    new_rules(LAGOS, LATER)

    client.fix_times()

    event = client.calendar.bookings.history(uid)[-1]
    assert (event.type, event.by, event.actor) == (
        "booking.rescheduled",
        "system",
        None,
    )
    assert event.change["reason"] == f"the clocks have changed in {LAGOS}"
    assert client.calendar.bookings.get(uid).sequence == 1


@pytest.mark.parametrize("like", [EARLIER, LATER])
def test_neighbours_make_room_for_each_other(
    client: Client, book: Callable[..., Booking], new_rules: NewRules, like: str
) -> None:
    for hour in (10, 11, 12):
        book(f"2027-01-18 {hour}:00")
    new_rules(LAGOS, like)

    fixed = client.fix_times()

    assert len(fixed.moved) == 3
    first = 8 if like == EARLIER else 10
    assert starts(client) == [f"18 {first + n:02}:00" for n in range(3)]
    assert client.check() == ()


def test_what_would_overlap_stays_and_so_does_what_needs_its_place(
    client: Client, book: Callable[..., Booking], new_rules: NewRules
) -> None:
    fixed_one = book("2027-01-18 11:00", timezone="Etc/UTC")
    first = book("2027-01-18 11:00").uid  # 10:00 in UTC, and then 11:00
    second = book("2027-01-18 10:00").uid  # wants the place of the first
    alone = book("2027-01-19 10:00").uid
    new_rules(LAGOS, LATER)

    fixed = client.fix_times()

    assert [date.uid for date in fixed.moved] == [alone]
    assert [(date.uid, date.code, date.taken_by) for date in fixed.left] == [
        (second, "slot_taken", first),
        (first, "slot_taken", fixed_one.uid),
    ]
    assert starts(client) == ["18 09:00", "18 10:00", "18 11:00", "19 10:00"]


def test_two_zones_that_change_at_once_do_not_overlap(
    client: Client, book: Callable[..., Booking], new_rules: NewRules
) -> None:
    book("2027-01-18 11:00")  # 10:00 in UTC, then 11:00
    book("2027-01-18 08:00", timezone="America/Bogota")  # 13:00 in UTC, then 11:00
    new_rules(LAGOS, "Etc/UTC")
    new_rules("America/Bogota", "Etc/GMT+3")

    fixed = client.fix_times()

    assert (len(fixed.moved), len(fixed.left)) == (1, 1)
    assert fixed.left[0].taken_by == fixed.moved[0].uid
    assert client.check() == ()


def test_busy_time_keeps_a_date_where_it_is(
    client: Client, book: Callable[..., Booking], new_rules: NewRules
) -> None:
    book("2027-01-18 10:00")
    client.calendar.busy.add(
        start_time="2027-01-18T10:00Z", end_time="2027-01-18T11:00Z"
    )
    new_rules(LAGOS, LATER)

    [left] = client.fix_times().left

    assert "user_me is busy" in left.message
    assert starts(client) == ["18 09:00"]


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        pytest.param("America/Bogota", "2027-03-14 02:30", "14 07:30", id="gap-stays"),
        pytest.param(LAGOS, "2027-03-14 02:30", "14 07:30", id="gap"),
        pytest.param("America/Bogota", "2027-11-07 01:30", "07 06:30", id="second"),
        pytest.param(LAGOS, "2027-11-07 01:30", "07 05:30", id="fold"),
    ],
)
def test_a_time_that_is_skipped_or_repeated_is_settled_as_in_a_rule(
    client: Client,
    book: Callable[..., Booking],
    new_rules: NewRules,
    zone: str,
    wall: str,
    expected: str,
) -> None:
    book(wall, timezone=zone)
    new_rules(zone, "America/New_York")

    fixed = client.fix_times()

    assert len(fixed.moved) == (zone == LAGOS)
    assert starts(client) == [expected]
    assert client.check() == ()


def test_dates_of_a_series_move_in_one_event(
    client: Client, book: Callable[..., Booking], new_rules: NewRules
) -> None:
    rule = {"frequency": "daily", "count": 3}
    uid = book("2027-01-18 10:00", recurring=rule).uid
    book("2027-01-20 11:00", timezone="Etc/UTC")
    client.calendar.bookings.reschedule(
        uid, start_time="2027-01-20 11:00", date="2027-01-20"
    )
    new_rules(LAGOS, LATER)

    fixed = client.fix_times()

    assert [date.date for date in fixed.moved] == ["2027-01-18", "2027-01-19"]
    assert [date.date for date in fixed.left] == ["2027-01-20"]
    told = [e for e in client.calendar.bookings.history(uid) if e.by == "system"]
    assert [event.change["dates"] for event in told] == [["2027-01-18", "2027-01-19"]]
    assert starts(client)[:2] == ["18 10:00", "19 10:00"]
    assert client.check() == ()


def test_a_group_and_a_date_that_was_handed_over_move_as_well(
    client: Client, book: Callable[..., Booking], new_rules: NewRules
) -> None:
    calendar = client.calendar
    calendar.hosts.create("bob", name="Bob")
    uid = book("2027-01-18 10:00", recurring={"frequency": "daily", "count": 2}).uid
    calendar.event_types.update(
        "demo_africa_lagos", hosts=["me", "bob"], scheduling_type="ROUND_ROBIN"
    )
    calendar.bookings.reassign(uid, host_id="bob", date="2027-01-19")
    calendar.event_types.create("class", schedule_id="africa_lagos", seats=5)
    book("2027-01-18 14:00", event_type_id="class")
    new_rules(LAGOS, LATER)

    fixed = client.fix_times()

    assert [date.host_ids for date in fixed.moved] == [
        ("user_me",),
        ("user_me",),
        ("user_bob",),
    ]
    assert starts(client) == ["18 10:00", "18 14:00", "19 10:00"]
    assert client.check() == ()


def test_a_start_that_was_given_by_its_offset_stays(
    client: Client, book: Callable[..., Booking], new_rules: NewRules
) -> None:
    book("2027-01-18T10:00+01:00")
    by_wall = book("2027-01-19 10:00").uid
    new_rules(LAGOS, LATER)

    fixed = client.fix_times()

    assert [date.uid for date in fixed.moved] == [by_wall]
    assert starts(client) == ["18 09:00", "19 10:00"]


def test_what_is_over_or_cancelled_or_would_have_begun_stays(
    client: Client, clock: Clock, book: Callable[..., Booking], new_rules: NewRules
) -> None:
    book("2027-01-18 10:00")
    cancelled = book("2027-01-19 12:00").uid
    client.calendar.bookings.cancel(cancelled)
    soon = book("2027-01-19 10:30").uid  # 09:30 in UTC, and then 08:30
    clock.now = datetime(2027, 1, 19, 9, tzinfo=UTC)
    new_rules(LAGOS, EARLIER)

    fixed = client.fix_times()

    assert fixed.moved == ()
    assert [(date.uid, date.code) for date in fixed.left] == [(soon, "in_the_past")]


def test_a_hold_moves_while_it_lasts(
    client: Client, clock: Clock, book: Callable[..., Booking], new_rules: NewRules
) -> None:
    book("2027-01-19 10:00")
    hold = client.calendar.bookings.hold
    for hour, minutes in ((12, 60), (14, 240)):
        hold(
            event_type_id="demo_africa_lagos",
            start_time=f"2027-01-18 {hour}:00",
            minutes=minutes,
        )
    clock.move(minutes=90)
    new_rules(LAGOS, LATER)

    fixed = client.fix_times()

    assert [date.start_time[:16] for date in fixed.moved] == [
        "2027-01-18T14:00",
        "2027-01-19T10:00",
    ]
    assert fixed.left == ()
    assert client.check() == ()


def test_older_rules_here_move_nothing(
    client: Client, book: Callable[..., Booking], new_rules: NewRules
) -> None:
    book("2027-01-18 10:00")
    new_rules(LAGOS, LATER, "2001a")

    assert client.fix_times().moved == ()
    assert [f.code for f in client.diagnose(quick=True).findings] == ["zone_data_old"]


def test_a_dry_run_says_the_same_and_changes_nothing(
    client: Client, book: Callable[..., Booking], new_rules: NewRules
) -> None:
    for hour in (10, 11):
        book(f"2027-01-18 {hour}:00")
    new_rules(LAGOS, LATER)

    tried = client.fix_times(dry_run=True)

    assert starts(client) == ["18 09:00", "18 10:00"]
    assert tried == client.fix_times()


def test_whoever_is_told_of_a_move_is_told_of_this_one(
    client: Client,
    book: Callable[..., Booking],
    new_rules: NewRules,
    configure: Configure,
) -> None:
    configure(25)
    client.calendar.hosts.update("me", email="grace@example.com")
    client.calendar.webhooks.create(
        "https://example.com/hook", events=["booking.rescheduled"]
    )
    book("2027-01-18 10:00", notify_attendee=False)
    new_rules(LAGOS, LATER)

    client.fix_times(notify_attendee=True)

    queued = ask(client, "select channel, kind from deliveries order by channel")
    assert [tuple(row) for row in queued] == [
        ("mail", "request"),
        ("webhook", "booking.rescheduled"),
    ]


def test_nobody_is_moved_who_cannot_be_told(
    client: Client, book: Callable[..., Booking], new_rules: NewRules
) -> None:
    book("2027-01-18 10:00")
    client.calendar.event_types.update("demo_africa_lagos", notify=True)
    new_rules(LAGOS, LATER)

    for dry_run in (True, False):
        with pytest.raises(errors.MailNotConfigured):
            client.fix_times(dry_run=dry_run)

    assert starts(client) == ["18 09:00"]
    assert len(client.fix_times(notify_attendee=False).moved) == 1
