"""`bookings.extend`: more dates for a series, by its own rule and after its last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from conftest import DAYS, MONDAY
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from recurring_ical_events import of
from support.stores import dump

from calbook import Booking, Client, errors

if TYPE_CHECKING:
    from conftest import Clock
    from support.mailing import Server
    from support.receiving import Receiver
    from support.running import Run, Terminal

pytest_plugins = ("support.running", "support.mailing", "support.receiving")

Make = Callable[..., Any]
WEEKLY = {"frequency": "WEEKLY", "count": 4}
WHEN = "2027-01-18 10:00"


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def series(client: Client, booking: Make) -> Callable[..., Booking]:
    client.set_up(email="grace@example.com")

    def make(**rule: Any) -> Booking:
        found: Booking = booking(start_time=WHEN, recurring=rule or WEEKLY)
        return found

    return make


def extend(client: Client, uid: str, **wanted: Any) -> Booking:
    return client.calendar.bookings.extend(uid, **wanted)


def dates(booking: Booking, *statuses: str) -> list[str]:
    found = sorted(booking.occurrences, key=lambda o: o.date)
    return [o.date for o in found if not statuses or o.status in statuses]


def in_calendar(client: Client, uid: str) -> list[datetime]:
    """When a reader of the `.ics` meets, by the rule and what differs from it."""
    calendar = Calendar.from_ical(client.calendar.bookings.get_ics(uid))
    found = of(calendar).between((2026, 1, 1), (2032, 1, 1))
    return sorted(event.start for event in found)


def live(booking: Booking) -> list[datetime]:
    return sorted(o.starts_at for o in booking.occurrences if o.status != "CANCELLED")


# -- how far ---------------------------------------------------------------------------


def test_a_series_goes_on_by_its_rule(client: Client, series: Make) -> None:
    made = series()

    after = extend(client, made.uid, count=2)

    assert dates(after) == [
        *("2027-01-18", "2027-01-25", "2027-02-01", "2027-02-08"),
        *("2027-02-15", "2027-02-22"),
    ]
    assert after.recurring is not None
    assert (after.recurring["count"], after.recurring["until"]) == (6, None)
    assert (after.sequence, after.version, after.status) == (1, 1, "CONFIRMED")
    assert after.host_ids == made.host_ids
    assert in_calendar(client, made.uid) == live(after)
    assert client.check() == ()


@pytest.mark.parametrize(
    ("rule", "wanted", "last", "end"),
    [
        ({"count": 4}, {"until": "2027-02-28"}, "2027-02-22", (6, None)),
        ({"count": 4}, {"until": date(2027, 2, 22)}, "2027-02-22", (6, None)),
        ({"until": "2027-02-10"}, {"count": 1}, "2027-02-15", (None, "2027-02-15")),
        (
            {"until": "2027-02-10"},
            {"until": "2027-02-17"},
            "2027-02-15",
            (None, "2027-02-17"),
        ),
        (
            {"count": 3, "interval": 2, "by_day": "mo,we"},
            {"count": 2},
            "2027-02-15",
            (5, None),
        ),
    ],
)
def test_the_rule_ends_as_it_did_but_later(
    client: Client,
    series: Make,
    rule: dict[str, Any],
    wanted: dict[str, Any],
    last: str,
    end: tuple[int | None, str | None],
) -> None:
    made = series(frequency="WEEKLY", **rule)

    after = extend(client, made.uid, **wanted)

    assert after.recurring is not None
    assert dates(after)[-1] == last
    assert (after.recurring["count"], after.recurring["until"]) == end
    assert in_calendar(client, made.uid) == live(after)


def test_the_history_says_it_in_an_event_about_the_new_dates(
    client: Client, series: Make
) -> None:
    uid = series().uid

    extend(client, uid, count=2, by="host")

    *_, event = client.calendar.bookings.history(uid)
    new = ["2027-02-15", "2027-02-22"]
    assert (event.type, event.by) == ("booking.rescheduled", "host")
    assert event.change == {"extendedBy": 2, "dates": new}


def test_it_can_be_extended_again_and_has_a_most(
    client: Client, event_type: Make, series: Make
) -> None:
    event_type("demo", max_occurrences=6)
    uid = series().uid
    extend(client, uid, count=1)

    with pytest.raises(errors.BadInput, match="more than 6 occurrences"):
        extend(client, uid, count=2)
    assert len(extend(client, uid, count=1).occurrences) == 6


def test_no_series_has_more_than_730_dates(client: Client, series: Make) -> None:
    uid = series(frequency="DAILY", count=729).uid

    with pytest.raises(errors.BadInput, match="730"):
        extend(client, uid, count=2)
    assert len(extend(client, uid, until="2029-01-16").occurrences) == 730


@pytest.mark.parametrize(
    ("wanted", "error", "said"),
    [
        ({}, errors.UsageError, "how many dates"),
        ({"count": 2, "until": "2027-03-01"}, errors.UsageError, "not both"),
        ({"count": 0}, errors.BadInput, "count"),
        ({"count": 731}, errors.BadInput, "count"),
        ({"until": "2027-02-08"}, errors.NothingToChange, "its last is 2027-02-08"),
        ({"until": "2027-02-12"}, errors.NothingToChange, "no further date"),
        ({"until": "2026-01-01"}, errors.NothingToChange, "no further date"),
        ({"until": "soon"}, errors.BadTime, "soon"),
        ({"count": 2, "on_conflict": "fail"}, errors.BadInput, "onConflict|on_conf"),
        ({"until": "2027-03-01", "on_conflict": "extend"}, errors.UsageError, "until"),
        ({"count": 1, "override": ["hours"]}, errors.UsageError, "only the host"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_refused(
    client: Client,
    series: Make,
    wanted: dict[str, Any],
    error: type[errors.CalbookError],
    said: str,
) -> None:
    made = series()

    with pytest.raises(error, match=said):
        extend(client, made.uid, **wanted)

    assert client.calendar.bookings.get(made.uid) == made


# -- which series ----------------------------------------------------------------------


def test_a_single_booking_is_refused_with_a_hint(client: Client, booking: Make) -> None:
    uid = booking().uid

    with pytest.raises(errors.UsageError, match="is no series") as refusal:
        extend(client, uid, count=2)

    assert "--repeat weekly" in (refusal.value.json_hint or "")


@pytest.mark.parametrize("how", ["cancelled", "over"])
def test_what_is_cancelled_or_over_is_refused_plainly(
    client: Client, series: Make, clock: Clock, how: str
) -> None:
    uid = series().uid
    if how == "cancelled":
        client.calendar.bookings.cancel(uid, all=True)
    else:
        clock.now = MONDAY + timedelta(days=60)

    with pytest.raises(errors.WrongStatus) as refusal:
        extend(client, uid, count=2)

    status = {"cancelled": "CANCELLED", "over": "COMPLETED"}[how]
    assert refusal.value.message == (
        f"{uid} is {status}: only a PENDING or CONFIRMED booking can be extended"
    )


def test_one_that_is_on_its_last_date_goes_on(
    client: Client, series: Make, clock: Clock
) -> None:
    uid = series().uid
    clock.now = datetime.fromisoformat("2027-02-08T10:10+00:00")

    after = extend(client, uid, count=1)

    assert dates(after, "CONFIRMED") == ["2027-02-08", "2027-02-15"]


def test_cancelled_last_dates_stay_so(client: Client, series: Make) -> None:
    uid = series().uid
    client.calendar.bookings.cancel(uid, from_date="2027-02-01")
    cut = client.calendar.bookings.get_ics(uid)

    after = extend(client, uid, count=1)

    assert dates(after, "CANCELLED") == ["2027-02-01", "2027-02-08"]
    assert dates(after, "CONFIRMED") == ["2027-01-18", "2027-01-25", "2027-02-15"]
    assert "EXDATE" not in cut
    assert in_calendar(client, uid) == live(after)


def test_one_that_has_moved_goes_on_where_it_is(client: Client, series: Make) -> None:
    uid = series().uid
    client.calendar.bookings.reschedule(uid, all=True, start_time="2027-01-20 14:30")

    after = extend(client, uid, count=2)

    assert dates(after)[-2:] == ["2027-02-15", "2027-02-22"]  # by its own rule
    assert [at.strftime("%m-%d %H:%M") for at in live(after)][-3:] == [
        *("02-10 14:30", "02-17 14:30", "02-24 14:30")
    ]
    assert in_calendar(client, uid) == live(after)
    moved = client.calendar.bookings.reschedule(
        uid, date="2027-02-22", start_time="2027-02-25 09:00"
    )
    assert in_calendar(client, uid) == live(moved)


def test_exceptions_stay_exceptions(client: Client, series: Make) -> None:
    uid = series().uid
    client.calendar.bookings.cancel(uid, date="2027-01-25")
    client.calendar.bookings.reschedule(
        uid, date="2027-02-08", start_time="2027-02-09 15:00"
    )

    after = extend(client, uid, count=2)

    assert [at.strftime("%m-%d %H:%M") for at in live(after)][-2:] == [
        *("02-15 10:00", "02-22 10:00")
    ]
    assert in_calendar(client, uid) == live(after)


def test_it_is_as_long_as_it_is_and_held_with_today_s_buffers(
    client: Client, series: Make, booking: Make
) -> None:
    uid = series().uid
    client.calendar.event_types.update("demo", duration=60, buffer_after=15)

    after = extend(client, uid, count=1)

    new = max(after.occurrences, key=lambda o: o.date)
    assert new.ends_at - new.starts_at == timedelta(minutes=30)
    with pytest.raises(errors.SlotTaken):
        booking(start_time="2027-02-15 10:40")
    booking(start_time="2027-02-15 10:45")


def test_a_group_goes_on_for_everybody_in_it(
    client: Client, event_type: Make, booking: Make
) -> None:
    event_type("yoga", seats=3)
    made = booking(event_type_id="yoga", start_time=WHEN, recurring=WEEKLY)
    client.calendar.bookings.add_attendee(made.uid, email="bob@example.com")

    after = extend(client, made.uid, count=2)

    assert len(after.occurrences) == 6
    joined = booking(
        event_type_id="yoga",
        start_time=WHEN,
        recurring=WEEKLY | {"count": 6},
        attendee={"name": "Eve", "email": "eve@example.com"},
    )
    assert joined.uid == made.uid


# -- the rules -------------------------------------------------------------------------


def test_dates_that_are_taken_are_named_and_all_is_refused(
    client: Client, series: Make, booking: Make
) -> None:
    made = series()
    other = booking(event_type_id="other", start_time="2027-02-22 10:15")

    with pytest.raises(errors.SlotTaken) as refusal:
        extend(client, made.uid, count=3)

    assert [c["date"] for c in refusal.value.details["conflicts"]] == ["2027-02-22"]
    assert refusal.value.details["conflicts"][0]["uid"] == other.uid
    assert refusal.value.hint == 'book the other dates: on_conflict="skip"'
    assert client.calendar.bookings.get(made.uid) == made


def test_dates_in_the_way_are_left_out_or_made_up_for(
    client: Client, series: Make, booking: Make
) -> None:
    one, two = series().uid, None
    booking(event_type_id="other", start_time="2027-02-22 10:15")

    skipped = extend(client, one, count=3, on_conflict="skip")
    two = booking(
        start_time="2027-01-19 10:00",
        recurring={"frequency": "WEEKLY", "count": 2},
    ).uid
    booking(event_type_id="other", start_time="2027-02-02 10:15")
    booking(event_type_id="other", start_time="2027-02-16 10:15")
    made_up = extend(client, two, count=3, on_conflict="extend")

    assert dates(skipped, "CONFIRMED")[-2:] == ["2027-02-15", "2027-03-01"]
    assert dates(skipped, "CANCELLED") == ["2027-02-22"]
    *_, event = client.calendar.bookings.history(one)
    assert event.change == {
        "extendedBy": 2,
        "conflicts": ["2027-02-22"],
        "dates": ["2027-02-15", "2027-03-01"],
    }
    assert dates(made_up, "CONFIRMED")[2:] == [
        *("2027-02-09", "2027-02-23", "2027-03-02")
    ]
    assert dates(made_up, "CANCELLED") == ["2027-02-02", "2027-02-16"]
    for after in (skipped, made_up):
        assert in_calendar(client, after.uid) == live(after)
        assert after.recurring is not None
        assert after.recurring["count"] == len(after.occurrences)


def test_each_date_is_asked_of_hours_and_of_the_day_s_limit(
    client: Client, series: Make, booking: Make
) -> None:
    client.set_up(timezone="UTC")
    client.calendar.event_types.create("demo", slots_per_day=1)
    uid = series().uid
    closed = {"date": "2027-02-15", "isAvailable": False}
    client.calendar.schedules.update("work", overrides=[closed])
    booking(start_time="2027-02-22 12:00")

    with pytest.raises(errors.OutsideHours) as refusal:
        extend(client, uid, count=3)

    assert [c["code"] for c in refusal.value.details["conflicts"]] == [
        *("outside_hours", "slots_per_day")
    ]
    passed = {"by": "host", "override": ["hours", "per-day"]}
    after = extend(client, uid, count=3, **passed)
    assert set(after.overrides) == {"hours", "per-day"}


def test_advance_binds_no_series_that_goes_on_but_notice_and_activity_do(
    client: Client, event_type: Make, series: Make, clock: Clock
) -> None:
    event_type("demo", maximum_advance=20, minimum_notice=3 * 1440)
    uid = series().uid
    extend(client, uid, count=1)
    clock.now = datetime.fromisoformat("2027-02-15T09:00+00:00")
    client.calendar.event_types.update("demo", minimum_notice=8 * 1440)

    with pytest.raises(errors.MinimumNotice):
        extend(client, uid, count=1)
    client.calendar.event_types.update("demo", active=False, minimum_notice=0)
    with pytest.raises(errors.Inactive):
        extend(client, uid, count=1)


def test_its_own_moved_date_is_in_the_way_too(client: Client, series: Make) -> None:
    uid = series().uid
    client.calendar.bookings.reschedule(
        uid, date="2027-02-08", start_time="2027-02-15 10:15"
    )

    with pytest.raises(errors.SlotTaken) as refusal:
        extend(client, uid, count=1)

    assert refusal.value.details["uid"] == uid


def test_the_host_is_asked_for_what_an_attendee_adds(
    client: Client, event_type: Make, series: Make
) -> None:
    event_type("demo", requires_confirmation=True)
    uid = series().uid
    client.calendar.bookings.confirm(uid)

    asked = extend(client, uid, count=1)
    client.calendar.bookings.confirm(uid)
    done = extend(client, uid, count=1, by="host")

    assert (asked.status, dates(asked, "PENDING")) == ("PENDING", ["2027-02-15"])
    assert (done.status, dates(done, "PENDING")) == ("CONFIRMED", [])


# -- the clocks ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        ("2027-02-28 10:00", ["10:00-0500", "10:00-0500", "10:00-0400", "10:00-0400"]),
        # 02:30 is skipped on 14 March, 01:30 comes twice on 7 November.
        ("2027-02-28 02:30", ["02:30-0500", "02:30-0500", "03:30-0400", "02:30-0400"]),
        ("2027-10-24 01:30", ["01:30-0400", "01:30-0400", "01:30-0400", "01:30-0500"]),
    ],
    ids=["change", "gap", "fold"],
)
def test_wall_time_is_kept_across_a_change_of_the_clocks(
    client: Client, start: str, shown: list[str]
) -> None:
    client.set_up(timezone="America/New_York", email="grace@example.com")
    week = [{"day": "SUNDAY", "startTime": "00:00", "endTime": "24:00"}]
    client.calendar.schedules.update("work", availability=week)
    client.calendar.event_types.create("demo")
    uid = client.calendar.bookings.create(
        event_type_id="demo",
        start_time=start,
        attendee={"name": "Ada", "email": "ada@example.com"},
        recurring={"frequency": "WEEKLY", "count": 2},
    ).uid

    after = extend(client, uid, count=2)

    assert [f"{at:%H:%M%z}" for at in live(after)] == shown
    assert in_calendar(client, uid) == live(after)
    assert client.check() == ()


@given(st.data())
def test_an_extended_series_is_the_one_that_was_longer_from_the_start(
    data: st.DataObject,
) -> None:
    """Whatever the rule and zone, and however it was cut in two."""
    frequency = data.draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]))
    zone = data.draw(
        st.sampled_from(["America/New_York", "Europe/Lisbon", "Pacific/Apia", "UTC"])
    )
    interval = data.draw(st.integers(1, 3))
    first, more = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
    hour = data.draw(st.sampled_from(["00:30", "01:30", "02:30", "10:00"]))
    day = data.draw(st.dates(date(2027, 1, 10), date(2027, 12, 20)))
    facts = {
        "event_type_id": "demo",
        "start_time": f"{day} {hour}",
        "attendee": {"name": "Ada", "email": "ada@example.com"},
    }

    def book(client: Client, count: int) -> Booking | None:
        rule = {"frequency": frequency, "interval": interval, "count": count}
        try:
            return client.calendar.bookings.create(**facts, recurring=rule)
        except (errors.NonexistentTime, errors.AmbiguousTime):
            return None

    found = []
    for parts in ((first + more,), (first, more)):
        with Client(":memory:", clock=lambda: MONDAY) as client:
            client.set_up(timezone=zone)
            days = [
                {"day": day, "startTime": "00:00", "endTime": "24:00"} for day in DAYS
            ]
            client.calendar.schedules.update("work", availability=days)
            client.calendar.event_types.create("demo")
            made = book(client, parts[0])
            if made is None:
                return
            for count in parts[1:]:
                made = client.calendar.bookings.extend(made.uid, count=count)
            found.append((made.recurring, [o.to_dict() for o in made.occurrences]))

    assert found[0] == found[1]


# -- series that make up for dates -----------------------------------------------------


def test_a_new_series_goes_on_until_so_many_dates_fit(
    client: Client, event_type: Make, booking: Make
) -> None:
    event_type()
    event_type("other")
    for day in (25, 26):
        booking(event_type_id="other", start_time=f"2027-01-{day} 10:15")
    rule = {"frequency": "DAILY", "count": 8}

    made = booking(start_time=WHEN, recurring=rule, on_conflict="extend")

    assert len(dates(made, "CONFIRMED")) == 8
    assert dates(made, "CANCELLED") == ["2027-01-25", "2027-01-26"]
    assert dates(made)[-1] == "2027-01-27"
    assert made.recurring is not None
    assert made.recurring["count"] == 10


def test_it_takes_no_more_dates_than_it_needs(
    client: Client, event_type: Make, booking: Make
) -> None:
    event_type()
    rule = {"frequency": "DAILY", "count": 3}

    made = booking(start_time=WHEN, recurring=rule, on_conflict="extend")

    assert len(made.occurrences) == 3
    assert made.recurring is not None
    assert made.recurring["count"] == 3


def test_where_too_few_fit_it_is_refused(
    client: Client, event_type: Make, booking: Make
) -> None:
    event_type("demo", max_occurrences=5)
    event_type("other")
    for day in (19, 20):
        booking(event_type_id="other", start_time=f"2027-01-{day} 10:15")
    rule = {"frequency": "DAILY", "count": 4}

    with pytest.raises(errors.SlotTaken, match="only 3 of 4 dates") as refusal:
        booking(start_time=WHEN, recurring=rule, on_conflict="extend")

    assert "the first 5" in refusal.value.message
    bookings = client.calendar.bookings.list()
    assert [b.event_type_id for b in bookings] == ["evt_other"] * 2


def test_what_no_other_date_mends_is_refused_as_it_is(
    client: Client, event_type: Make, booking: Make
) -> None:
    event_type("demo", minimum_notice=100 * 1440)
    rule = {"frequency": "DAILY", "count": 4}

    with pytest.raises(errors.MinimumNotice):
        booking(start_time=WHEN, recurring=rule, on_conflict="extend")
    until = {"frequency": "DAILY", "until": "2027-02-01"}
    with pytest.raises(errors.UsageError, match="until"):
        booking(start_time=WHEN, recurring=until, on_conflict="extend")


def test_of_a_team_the_host_who_needs_fewest_dates_takes_it(
    client: Client, event_type: Make, booking: Make
) -> None:
    client.calendar.hosts.create("bob", name="Bob")
    team = {"scheduling_type": "ROUND_ROBIN", "hosts": ["me", "bob"]}
    event_type("demo", **team)
    for host, days in (("me", (18, 19, 20)), ("bob", (19,))):
        for day in days:
            client.calendar.busy.add(
                start_time=f"2027-01-{day} 10:00Z",
                end_time=f"2027-01-{day} 11:00Z",
                host_id=host,
            )
    rule = {"frequency": "DAILY", "count": 3}

    made = booking(start_time=WHEN, recurring=rule, on_conflict="extend")

    assert made.host_id == "user_bob"
    assert dates(made, "CONFIRMED") == ["2027-01-18", "2027-01-20", "2027-01-21"]


# -- as other changes are --------------------------------------------------------------


def test_a_key_and_a_version_and_a_dry_run_are_as_elsewhere(
    client: Client, series: Make, database: str
) -> None:
    uid = series().uid
    before = dump(database)
    would = extend(client, uid, count=2, dry_run=True)
    same = dump(database)

    first = extend(client, uid, count=2, idempotency_key="k")
    again = extend(client, uid, count=2, idempotency_key="k")

    assert (len(would.occurrences), same) == (6, before)
    assert again == first
    assert len(client.calendar.bookings.get(uid).occurrences) == 6
    with pytest.raises(errors.KeyReused):
        extend(client, uid, count=3, idempotency_key="k")
    with pytest.raises(errors.VersionConflict):
        extend(client, uid, count=1, if_version=0)


@pytest.mark.parametrize("count", [1, 2])
def test_people_are_told_of_the_further_dates_with_the_whole_series(
    client: Client, series: Make, post: Server, count: int
) -> None:
    """One new date alone would be in a rule that their calendars do not have."""
    uid = series().uid

    extend(client, uid, count=count, notify_attendee=True)
    client.deliver()

    [mail] = post.received
    assert "goes on: it has further dates." in mail.text
    assert "Mon 15 Feb 2027, 10:00" in mail.text
    assert "Mon 18 Jan" not in mail.text
    file = mail.calendar.decode()
    assert f"RRULE:FREQ=WEEKLY;COUNT={4 + count}" in file
    assert "RECURRENCE-ID" not in file


def test_webhooks_get_the_new_dates_alone_and_the_whole_rule(
    client: Client, series: Make, receiver: Receiver
) -> None:
    uid = series().uid
    client.calendar.webhooks.create(receiver.url(), allow_http=True)

    extend(client, uid, count=2)
    client.deliver()

    [told] = [got.json for got in receiver.requests]
    assert told["type"] == "booking.rescheduled"
    booking = told["data"]["booking"]
    assert [o["date"] for o in booking["occurrences"]] == ["2027-02-15", "2027-02-22"]
    assert booking["recurring"]["count"] == 6


# -- the command -----------------------------------------------------------------------


def test_the_command_shows_what_is_new(
    terminal: Callable[..., Terminal], series: Make
) -> None:
    uid = series().uid
    screen = terminal("extend", uid[:9], "--count", "2", "--by", "host")

    assert screen.end() == 0
    assert screen.shown == (
        f"Added 2 dates of {uid} as host, the first:\n"
        "  Mon 15 Feb 2027, 10:00–10:30 UTC\n"
        "  Ada <ada@example.com>, CONFIRMED\n"
        "  every week, 2027-01-18 to 2027-02-22: 6 dates\n"
    )


def test_the_command_makes_up_for_dates(run: Run, series: Make, booking: Make) -> None:
    uid = series().uid
    booking(event_type_id="other", start_time="2027-02-15 10:15")
    skip = ("--on-conflict", "skip", "--extend")

    after = run("extend", uid, "--count", "1", *skip, "--json").json
    made = run(
        *("create", "--event", "demo", "--start", "2027-02-15 11:00", "--name", "Eve"),
        *("--email", "eve@b.org", "--repeat", "weekly", "--count", "2", *skip),
        "--json",
    ).json

    assert [o["status"] for o in after["occurrences"]][-2:] == [
        *("CANCELLED", "CONFIRMED")
    ]
    assert len(made["occurrences"]) == 2
    alone = run("extend", uid, "--count", "1", "--extend", "--json").error
    assert (alone["code"], alone["hint"]) == ("usage", "add --on-conflict skip")


def test_a_line_of_input_may_say_it_too(run: Run, event_type: Make) -> None:
    event_type()
    text = (
        '{"eventTypeId": "demo", "startTime": "2027-01-18T10:00Z", "attendee":'
        ' {"name": "Ada", "email": "ada@example.com"}, "onConflict": "extend",'
        ' "recurring": {"frequency": "DAILY", "count": 2}}'
    )

    made = run("create", "--input", "-", "--json", input=text).json

    assert len(made["occurrences"]) == 2
