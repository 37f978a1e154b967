"""`event_types.update(…, apply_to_coming=True)`: what it says anew, in each booking."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
from conftest import MONDAY
from store.test_steps import steps
from store.test_versions import FIRST_UNSEEN, make_old
from support.stores import ask, dump

import calbook
from calbook import Client, errors

if TYPE_CHECKING:
    from conftest import Clock
    from support.mailing import Server
    from support.running import Run, Terminal

pytest_plugins = ("support.running", "support.mailing")

Make = Callable[..., Any]
Apply = Callable[..., calbook.EventType]
PLACE = {"type": "IN_PERSON", "address": "Rua 1"}
OTHER_PLACE = {"type": "IN_PERSON", "address": "Rua 2"}
TEXTS: dict[str, Any] = {
    "title": "The demo",
    "description": "An hour of calm",
    "location": OTHER_PLACE,
}


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def apply(client: Client) -> Apply:
    def apply(**fields: Any) -> calbook.EventType:
        return client.calendar.event_types.update(
            "demo", apply_to_coming=True, **fields
        )

    return apply


@pytest.fixture
def demo(client: Client, event_type: Make) -> calbook.EventType:
    client.set_up(name="Grace Hopper", email="grace@example.com")
    made: calbook.EventType = event_type("demo", title="Product demo", location=PLACE)
    return made


def at(hour: float, day: int = 18) -> str:
    return (MONDAY.replace(day=day, hour=0) + timedelta(hours=hour)).isoformat()


def claims(client: Client) -> list[tuple[str, str]]:
    """Of all bookings, from when to when they hold time."""
    statement = "select claim_start, claim_end from claims order by claim_start"
    return [
        tuple(f"{at - first:+}" for at in row)
        for first in [int(MONDAY.replace(day=18, hour=0).timestamp()) // 60]
        for row in [(r[0] // 60, r[1] // 60) for r in ask(client, statement)]
    ]


# -- texts -----------------------------------------------------------------------------


def test_new_texts_are_an_update_of_each_booking_to_come(
    client: Client, demo: object, booking: Make, apply: Apply
) -> None:
    made = booking(notes="Tea")

    saved = apply(**TEXTS)

    after = client.calendar.bookings.get(made.uid)
    assert (after.title, after.location) == ("The demo", OTHER_PLACE)
    assert (after.sequence, after.version) == (1, 1)
    *_, event = client.calendar.bookings.history(made.uid)
    change = {"fields": ["title", "description", "location"]}
    assert (event.type, event.by, event.change) == ("booking.updated", "host", change)
    assert event.actor == "grace"
    assert saved.bookings_changed == [
        {
            "uid": made.uid,
            "startTime": made.start_time,
            "timezone": "UTC",
            "type": "booking.updated",
            "change": change,
        }
    ]
    assert saved.bookings_keeping_text == 0
    [entry] = icalendar.Calendar.from_ical(
        client.calendar.bookings.get_ics(made.uid)
    ).walk("VEVENT")
    assert (entry["SUMMARY"], entry["SEQUENCE"]) == (
        "The demo: Grace Hopper and Ada",
        1,
    )
    assert "An hour of calm" in entry["DESCRIPTION"]


def test_what_was_said_before_is_written_too(
    client: Client, demo: object, booking: Make, apply: Apply
) -> None:
    """As the hint of the first update says."""
    uid = booking().uid
    first = client.calendar.event_types.update("demo", **TEXTS)

    again = apply(**TEXTS)

    assert (first.bookings_keeping_text, again.bookings_keeping_text) == (1, 0)
    assert client.calendar.bookings.get(uid).location == OTHER_PLACE


def test_only_what_is_said_is_written(
    client: Client, demo: object, booking: Make, apply: Apply
) -> None:
    uid = booking().uid
    client.calendar.event_types.update("demo", description="Later", duration=45)

    apply(title="The demo")

    after = client.calendar.bookings.get(uid)
    assert after.title == "The demo"
    assert "Later" not in client.calendar.bookings.get_ics(uid)
    assert after.ends_at - after.starts_at == timedelta(minutes=30)


@pytest.mark.parametrize("when", ["booked", "corrected", "taken out"])
def test_a_place_of_its_own_stays(
    client: Client, demo: object, booking: Make, apply: Apply, when: str
) -> None:
    own = {"type": "CUSTOM", "text": "The old mill"}
    made = booking(location=own if when == "booked" else None)
    if when != "booked":
        wanted = own if when == "corrected" else None
        client.calendar.bookings.update(made.uid, location=wanted)
    before = client.calendar.bookings.get(made.uid)

    saved = apply(location=OTHER_PLACE)

    assert client.calendar.bookings.get(made.uid) == before
    assert saved.bookings_changed == []
    assert saved.bookings_keeping_text == 0


def test_the_same_place_given_is_one_of_its_own(
    client: Client, demo: object, booking: Make, apply: Apply
) -> None:
    uid = booking(location=PLACE).uid

    apply(location=OTHER_PLACE)

    assert client.calendar.bookings.get(uid).location == PLACE


def test_links_stay(client: Client, demo: object, booking: Make, apply: Apply) -> None:
    template = "https://meet.example/{uid}"
    client.calendar.event_types.update("demo", meeting_url_template=template)
    made = booking()

    apply(title="New", meeting_url_template="https://other.example/{uid}")

    assert client.calendar.bookings.get(made.uid).meeting_url == made.meeting_url


def test_what_is_over_off_or_running_stays(
    client: Client, demo: object, booking: Make, apply: Apply, clock: Clock
) -> None:
    over, running = booking(start_time=at(8)), booking(start_time=at(10))
    off = booking(start_time=at(12))
    other = booking(event_type_id="other", start_time=at(14))
    client.calendar.bookings.cancel(off.uid)
    clock.now = MONDAY.replace(day=18, hour=10, minute=10)
    before = [
        client.calendar.bookings.get(each.uid) for each in (over, running, off, other)
    ]

    apply(duration=20)
    for each in before:
        assert client.calendar.bookings.get(each.uid).end_time == each.end_time


def test_a_place_by_phone_needs_everybody_s_number(
    client: Client, demo: object, booking: Make, apply: Apply
) -> None:
    bob = {"name": "Bob", "email": "bob@example.com", "phone": "+351 1"}
    booking(attendee=bob)
    without = booking()

    with pytest.raises(errors.BadInput, match=f"no number in {without.uid}") as refusal:
        apply(location={"type": "PHONE_INBOUND"})

    assert refusal.value.details["uids"] == [without.uid]
    assert client.calendar.event_types.get("demo").location == PLACE


@pytest.mark.parametrize("fields", [{"notify": False}, {"seats": 3}])
def test_something_must_be_there_to_write(
    demo: object, apply: Apply, fields: dict[str, Any]
) -> None:
    with pytest.raises(errors.UsageError, match="can be written into"):
        apply(**fields)


# -- time ------------------------------------------------------------------------------


def test_a_new_length_is_a_move_of_the_end(
    client: Client, demo: object, booking: Make, apply: Apply
) -> None:
    made = booking(start_time=at(10))

    saved = apply(duration=45, title="Longer")

    after = client.calendar.bookings.get(made.uid)
    assert (after.start_time, after.end_time) == (
        "2027-01-18T10:00:00+00:00",
        "2027-01-18T10:45:00+00:00",
    )
    assert (after.sequence, after.version) == (1, 1)
    *_, event = client.calendar.bookings.history(made.uid)
    assert event.type == "booking.rescheduled"
    assert event.change == {"fields": ["title"], "duration": 45}
    assert [item["type"] for item in saved.bookings_changed] == ["booking.rescheduled"]
    assert claims(client) == [("+600", "+645")]


def test_new_buffers_are_held_and_told_nobody(
    client: Client, demo: object, booking: Make, apply: Apply
) -> None:
    made = booking(start_time=at(10))
    before = client.calendar.bookings.get_ics(made.uid)

    apply(buffer_before=10, buffer_after=5)

    after = client.calendar.bookings.get(made.uid)
    assert (after.sequence, after.version) == (0, 1)
    *_, event = client.calendar.bookings.history(made.uid)
    fields = ["bufferBefore", "bufferAfter"]
    assert (event.type, event.change) == ("booking.updated", {"fields": fields})
    assert claims(client) == [("+590", "+635")]
    changed = client.calendar.bookings.get_ics(made.uid).splitlines()
    stamps = ("DTSTAMP", "LAST-MODIFIED")
    assert [line for line in changed if not line.startswith(stamps)] == [
        line for line in before.splitlines() if not line.startswith(stamps)
    ]


def test_a_length_keeps_the_buffers_that_were_not_said(
    client: Client, demo: object, booking: Make, apply: Apply
) -> None:
    client.calendar.event_types.update("demo", buffer_after=15)
    booking(start_time=at(10))
    client.calendar.event_types.update("demo", buffer_after=0)

    apply(duration=60)

    assert claims(client) == [("+600", "+675")]


def test_a_length_of_its_own_stays(
    client: Client, demo: object, booking: Make, apply: Apply
) -> None:
    host = {"by": "host", "override": ["duration"]}
    own = booking(start_time=at(10), duration=20, **host)

    saved = apply(duration=45)

    assert client.calendar.bookings.get(own.uid) == own
    assert saved.bookings_changed == []


def test_growing_onto_a_neighbour_is_refused_and_names_both(
    client: Client, demo: object, booking: Make, apply: Apply
) -> None:
    free = booking(start_time=at(8))
    first, second = booking(start_time=at(10)), booking(start_time=at(10.5))
    other = booking(event_type_id="other", start_time=at(11))
    before = client.calendar.bookings.list()

    with pytest.raises(errors.SlotTaken) as refusal:
        apply(duration=45, title="Longer")

    assert [
        (each["uid"], each["date"], each["code"], each["takenBy"])
        for each in refusal.value.details["conflicts"]
    ] == [
        (second.uid, "2027-01-18", "slot_taken", first.uid),
        (second.uid, "2027-01-18", "slot_taken", other.uid),
    ]
    assert refusal.value.message == (
        "1 of 3 dates to come have not got the time:"
        f" {second.uid} on 2027-01-18 (taken by {first.uid}),"
        f" {second.uid} on 2027-01-18 (taken by {other.uid})"
    )
    assert refusal.value.exit_code == 4
    assert client.calendar.bookings.list() == before
    assert client.calendar.event_types.get("demo").duration == 30
    assert free.version == 0


def test_growing_out_of_the_hours_is_refused(
    client: Client, booking: Make, apply: Apply
) -> None:
    client.set_up(timezone="UTC")
    client.calendar.event_types.create("demo")  # by sched_work, to 17:00
    last = booking(start_time=at(16.5))
    by_host = {"by": "host", "override": ["hours"]}
    evening = booking(start_time=at(18), **by_host)
    booking(start_time=at(16, 19))

    with pytest.raises(errors.OutsideHours) as refusal:
        apply(duration=45)

    assert [c["uid"] for c in refusal.value.details["conflicts"]] == [last.uid]
    assert "(outside the open hours)" in refusal.value.message
    assert refusal.value.exit_code == 5
    client.calendar.bookings.cancel(last.uid)
    apply(duration=45)
    assert client.calendar.bookings.get(evening.uid).end_time.startswith(
        "2027-01-18T18:45"
    )


def test_what_was_outside_before_may_grow(
    client: Client, booking: Make, apply: Apply
) -> None:
    """The hours have changed since; it is not the length that is in the way."""
    client.set_up(timezone="UTC")
    client.calendar.event_types.create("demo")
    made = booking(start_time=at(16))
    hours = [{"day": "MONDAY", "startTime": "09:00", "endTime": "12:00"}]
    client.calendar.schedules.update("work", availability=hours)

    apply(duration=45)

    assert client.calendar.bookings.get(made.uid).version == 1


def test_busy_time_counts_where_it_is_new(
    client: Client, demo: object, booking: Make, apply: Apply
) -> None:
    under = booking(start_time=at(8))
    beside = booking(start_time=at(10))
    for start, end in ((8, 9), (10.5, 11)):
        client.calendar.busy.add(start_time=at(start), end_time=at(end))

    with pytest.raises(errors.SlotTaken) as refusal:
        apply(duration=45)

    assert [c["uid"] for c in refusal.value.details["conflicts"]] == [beside.uid]
    client.calendar.bookings.cancel(beside.uid)
    apply(duration=45)
    assert client.calendar.bookings.get(under.uid).end_time.startswith(
        "2027-01-18T08:45"
    )


@pytest.mark.parametrize(
    ("made", "then"),
    [
        ({"buffer_after": 10}, {"buffer_before": 10, "buffer_after": 0}),
        ({"buffer_before": 10}, {"buffer_before": 0, "buffer_after": 10}),
        ({"duration": 40}, {"duration": 20, "buffer_before": 10, "buffer_after": 10}),
    ],
)
def test_neighbours_that_change_together_are_in_nobody_s_way(
    client: Client,
    demo: object,
    booking: Make,
    apply: Apply,
    made: dict[str, int],
    then: dict[str, int],
) -> None:
    """Whoever is saved first may grow to where the next one was."""
    client.calendar.event_types.update("demo", **made)
    for n in range(6):
        booking(start_time=(MONDAY + timedelta(days=14, minutes=40 * n)).isoformat())

    apply(**then)

    held = claims(client)
    assert len(held) == 6
    assert all(int(a[1]) <= int(b[0]) for a, b in pairwise(held))
    assert client.check() == ()


@pytest.mark.parametrize("minutes", [60, 30])
def test_who_waits_is_served_when_all_have_their_new_length(
    client: Client, event_type: Make, booking: Make, apply: Apply, minutes: int
) -> None:
    event_type("demo", duration=45)
    for hour in (10, 12):
        booking(start_time=at(hour))
        client.calendar.waiting.add(
            event_type_id="demo",
            start_time=at(hour),
            attendee={"name": "Eve", "email": f"eve{hour}@example.com"},
        )

    changed = apply(duration=minutes).bookings_changed

    assert len(changed) == 2
    assert {entry.state for entry in client.calendar.waiting.list()} == {"waiting"}
    assert client.check() == ()


def test_dates_of_a_series_change_that_are_to_come(
    client: Client, demo: object, booking: Make, apply: Apply, clock: Clock
) -> None:
    rule = {"frequency": "DAILY", "count": 4}
    series = booking(start_time=at(10), recurring=rule)
    client.calendar.bookings.cancel(series.uid, date="2027-01-20")
    clock.now = MONDAY.replace(day=18, hour=12)

    apply(duration=60)

    after = client.calendar.bookings.get(series.uid)
    lengths = {o.date: o.ends_at - o.starts_at for o in after.occurrences}
    long = timedelta(hours=1)
    assert [day for day, length in lengths.items() if length == long] == [
        *("2027-01-19", "2027-01-21")
    ]
    *_, event = client.calendar.bookings.history(series.uid)
    assert event.change == {"duration": 60, "dates": ["2027-01-19", "2027-01-21"]}
    assert client.check() == ()


def test_a_team_s_hosts_are_each_asked(
    client: Client, event_type: Make, booking: Make, apply: Apply
) -> None:
    client.calendar.hosts.create("bob", name="Bob")
    team = {"hosts": ["me", "bob"], "scheduling_type": "COLLECTIVE"}
    event_type("demo", **team)
    event_type("bobs", hosts=["bob"])
    both = booking(start_time=at(10))
    booking(event_type_id="bobs", start_time=at(10.5))

    with pytest.raises(errors.SlotTaken) as refusal:
        apply(duration=45)

    assert [c["uid"] for c in refusal.value.details["conflicts"]] == [both.uid]


def test_a_dry_run_says_it_and_writes_nothing(
    client: Client, demo: object, booking: Make, apply: Apply, database: str
) -> None:
    uid = booking().uid
    before = dump(database)

    would = apply(title="New", duration=45, dry_run=True)

    assert (would.title, would.duration) == ("New", 45)
    assert [item["uid"] for item in would.bookings_changed] == [uid]
    assert dump(database) == before
    client.calendar.event_types.update("demo", title="New", dry_run=True)
    assert dump(database) == before


# -- who is told -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "subjects"),
    [
        ({"title": "New"}, 1),
        ({"description": "New"}, 1),
        ({"duration": 45}, 1),
        ({"buffer_after": 5}, 0),
    ],
    ids=str,
)
def test_people_are_told_as_the_event_type_says(
    client: Client,
    demo: object,
    booking: Make,
    apply: Apply,
    post: Server,
    fields: dict[str, Any],
    subjects: int,
) -> None:
    uid = booking().uid

    apply(**fields)
    silent = client.calendar.mails.log(uid)
    client.calendar.event_types.update("demo", title="Old", duration=30)
    apply(**(fields if "buffer_after" in fields else {"title": "Newer"}), notify=True)
    client.deliver()

    assert silent == ()
    assert len(post.received) == subjects
    for mail in post.received:
        assert "has changed." in mail.text


# -- the command -----------------------------------------------------------------------


def test_the_command_shows_what_would_change_and_what_has(
    demo: object, booking: Make, run: Run
) -> None:
    uid = booking().uid
    wanted = ("event", "update", "demo", "--title", "New", "--duration", "45")

    kept = run(*wanted)
    tried = run(*wanted, "--apply-to-coming", "--dry-run")
    done = run(*wanted, "--apply-to-coming", "--json").json

    assert kept.err == (
        "1 booking to come: people keep what they were told;"
        " with --apply-to-coming they get it too\n"
    )
    assert tried.err == (
        "Nothing was written: --dry-run\n"
        "Would change 1 booking to come\n"
        f"  {uid}  Mon 18 Jan 2027, 10:00  fields: title; duration: 45\n"
    )
    assert [item["uid"] for item in done["bookingsChanged"]] == [uid]
    again = run(*wanted, "--apply-to-coming")
    assert again.err == (
        "Changed 0 bookings to come\n"
        "Nothing changed: evt_demo has these values already\n"
    )


def test_a_conflict_is_an_exit_status(demo: object, booking: Make, run: Run) -> None:
    booking(start_time=at(10))
    booking(start_time=at(10.5))

    longer = ("event", "update", "demo", "--duration", "45", "--apply-to-coming")
    error = run(*longer, "--json").error

    assert (error["code"], error["exitCode"]) == ("slot_taken", 4)
    assert error["hint"] == "without --apply-to-coming they stay as they are"
    assert run("event", "add", "x", "--apply-to-coming").status == 2


def test_the_hint_is_followed_on_a_terminal(
    demo: object, booking: Make, terminal: Callable[..., Terminal], client: Client
) -> None:
    uid = booking().uid
    screen = terminal("event", "update", "demo", "--title", "New", "--apply-to-coming")

    assert screen.end() == 0
    assert "Changed 1 booking to come" in screen.shown
    assert client.calendar.bookings.get(uid).title == "New"


# -- files made before -----------------------------------------------------------------


@pytest.mark.sqlite
def test_a_file_of_before_knows_a_place_of_its_own_by_its_being_another(
    client: Client, demo: object, booking: Make, path: Path, clock: Clock
) -> None:
    theirs, own = booking().uid, booking(location=OTHER_PLACE).uid
    client.close()
    old = make_old(path.with_name("old.db"), path, 6, FIRST_UNSEEN[6])

    with Client(old, clock=clock) as other:
        other.calendar.event_types.update(
            "demo", location={"type": "ZOOM"}, apply_to_coming=True
        )

        assert other.calendar.bookings.get(theirs).location == {"type": "ZOOM"}
        assert other.calendar.bookings.get(own).location == OTHER_PLACE
    with closing(sqlite3.connect(old)) as conn:
        owners = conn.execute("select uid from bookings where has_own_location")
        assert [row[0] for row in owners] == [own]


@pytest.mark.sqlite
def test_thousands_cost_as_many_times_one(
    client: Client, demo: object, booking: Make, apply: Apply, path: Path
) -> None:
    """Counted in steps of SQLite's machine: four times as many take four times that."""
    counts = []
    for number, length in ((60, 45), (240, 20)):
        made = len(client.calendar.bookings.list(count=None))
        for n in range(made, number):
            booking(start_time=(MONDAY + timedelta(days=14, hours=n)).isoformat())
        conn = client.calendar.bookings._context.store.connection  # type: ignore[attr-defined]

        counts.append(steps(conn, lambda length=length: apply(duration=length)))  # type: ignore[misc]

    assert counts[1] < 5 * counts[0]
