"""Busy time from elsewhere: it blocks what bookings block, and says why."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.forking import Popen
from support.stores import REFUSALS, dump, opened

from calbook import Booking, BusyCalendar, Client, EventType, errors
from calbook.core import busy
from calbook.core.busy import Stretch
from calbook.core.model import DAY, LONGEST_CLAIM, MINUTE, Span
from calbook.store.facts import Facts

if TYPE_CHECKING:
    from conftest import Clock

TEN = datetime(2027, 1, 18, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADA = {"name": "Ada", "email": "ada@example.com"}

Add = Callable[..., BusyCalendar]
Book = Callable[..., Booking]


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def zone(client: Client) -> str:
    """The only host lives where no test runs, and has an address."""
    client.set_up(timezone="America/New_York", email="grace@example.com")
    return "America/New_York"


@pytest.fixture
def add(client: Client, zone: str) -> Add:
    """Blocks an hour of the only host's time, from ten in UTC on."""

    def add(**fields: Any) -> BusyCalendar:
        hour = {"start_time": TEN, "end_time": TEN + HOUR}
        return client.calendar.busy.add(**{**hour, **fields})

    return add


def ics(*events: str) -> bytes:
    """A calendar of events with a line for each property."""
    inner = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{inner}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


MEETING = (
    "UID:meeting@example.com\nDTSTART:20270118T100000Z\nDTEND:20270118T110000Z\n"
    "SUMMARY:A secret"
)


def times(client: Client, **asked: Any) -> list[tuple[str, str]]:
    asked = {"start_date": "2027-01-01", "end_date": "2028-12-31", **asked}
    found = client.calendar.busy.times(**asked)
    return [(each.start_time, each.end_time) for each in found]


def refused(book: Book, **fields: Any) -> errors.SlotTaken:
    with pytest.raises(errors.SlotTaken) as refusal:
        book(**fields)
    return refusal.value


# -- what it blocks ------------------------------------------------------------------


def test_a_calendar_s_event_blocks_its_time(
    client: Client, zone: str, booking: Book
) -> None:
    client.calendar.busy.import_ics(ics(MEETING), name="work")

    refusal = refused(booking, start_time=TEN + 30 * MINUTE)
    before, after = (booking(start_time=TEN - HOUR / 2), booking(start_time=TEN + HOUR))

    when = "Mon 18 Jan 2027, 10:00–11:00 UTC"
    assert refusal.code == "slot_taken"
    assert refusal.message == (
        f"that time is taken by the calendar work of user_me ({when})"
    )
    assert {k: v for k, v in refusal.details.items() if k != "refusals"} == {
        "uid": None,
        "when": when,
        "hostId": "user_me",
        "freeFrom": "2027-01-18T11:00:00+00:00",
        "calendar": "work",
    }
    assert before.status == after.status == "CONFIRMED"


def test_what_it_is_stays_the_host_s_unless_it_may_be_told(
    client: Client, place: str, zone: str, booking: Book, add: Add
) -> None:
    client.calendar.busy.import_ics(ics(MEETING), name="work")
    silent = refused(booking, start_time=TEN).message
    hidden = "A secret" not in dump(place)

    client.calendar.busy.import_ics(ics(MEETING), name="work", shows_text=True)
    told = refused(booking, start_time=TEN).message
    client.calendar.busy.remove("work")
    private = add(reason="Dentist").name
    own = refused(booking, start_time=TEN).message
    client.calendar.busy.remove(private)
    add(reason="Dentist", shows_text=True)

    assert "secret" not in silent
    assert hidden
    assert told == f"{silent}: A secret"
    assert own == (
        "that time is taken: user_me is busy (Mon 18 Jan 2027, 10:00–11:00 UTC)"
    )
    assert refused(booking, start_time=TEN).message == f"{own}: Dentist"


def test_buffers_count_against_busy_time(
    add: Add, booking: Book, event_type: Callable[..., EventType]
) -> None:
    event_type(buffer_before=15, buffer_after=10)
    add()

    refused(booking, start_time=TEN - 39 * MINUTE)
    refused(booking, start_time=TEN + HOUR + 14 * MINUTE)

    assert booking(start_time=TEN - 40 * MINUTE).uid
    assert booking(start_time=TEN + HOUR + 15 * MINUTE).uid


def test_a_start_in_busy_time_is_not_offered(
    client: Client, add: Add, event_type: Callable[..., EventType]
) -> None:
    event_type()
    add()

    slots = client.calendar.availability.get(
        event_type_id="demo", start_date=TEN - HOUR, end_date=TEN + 2 * HOUR
    )

    starts = [datetime.fromisoformat(slot.start_time) for slot in slots]
    assert starts == [TEN - HOUR, TEN - HOUR / 2, TEN + HOUR, TEN + HOUR * 3 / 2]


def test_nothing_is_moved_into_busy_time(
    client: Client, add: Add, booking: Book
) -> None:
    there = booking(start_time=TEN + 5 * HOUR)
    add()

    with pytest.raises(errors.SlotTaken):
        client.calendar.bookings.reschedule(there.uid, start_time=TEN)

    assert client.calendar.bookings.get(there.uid) == there


def test_the_dates_of_a_series_in_busy_time_are_named(
    client: Client, add: Add, booking: Book
) -> None:
    own = add(start_time=TEN + DAY, end_time=TEN + DAY + HOUR).name
    rule = {"frequency": "DAILY", "count": 3}

    refusal = refused(booking, start_time=TEN, recurring=rule)
    made = booking(start_time=TEN, recurring=rule, on_conflict="skip")

    assert refusal.message == (
        f"1 of 3 dates cannot be booked: 2027-01-19 (taken by {own})"
    )
    assert [o.status for o in made.occurrences] == [
        "CONFIRMED",
        "CANCELLED",
        "CONFIRMED",
    ]


def test_no_seat_is_taken_in_a_group_while_its_host_is_away(
    client: Client, add: Add, booking: Book, event_type: Callable[..., EventType]
) -> None:
    event_type(seats=3)
    first = booking(start_time=TEN)
    add()

    bob = {**ADA, "email": "bob@example.com"}
    with pytest.raises(errors.HostBusy):
        booking(start_time=TEN, attendee=bob)
    joined = booking(start_time=TEN, attendee=bob, by="host", override=["hours"])
    slots = client.calendar.availability.get(
        event_type_id="demo", start_date=TEN, end_date=TEN + HOUR / 2
    )

    assert joined.uid == first.uid
    assert slots == ()


def test_a_request_is_confirmed_although_the_host_is_busy_meanwhile(
    client: Client, add: Add, booking: Book, event_type: Callable[..., EventType]
) -> None:
    event_type(requires_confirmation=True)
    asked = booking(start_time=TEN)
    added = add()

    confirmed = client.calendar.bookings.confirm(asked.uid)

    assert confirmed.status == "CONFIRMED"
    assert added.overlapping == (asked.uid,)


def test_what_is_booked_already_stays_and_is_named(
    client: Client, clock: Clock, zone: str, booking: Book
) -> None:
    over, inside, beside = (
        booking(start_time=start)
        for start in (
            datetime(2027, 1, 9, 10, tzinfo=UTC),
            TEN + HOUR / 2,
            TEN + HOUR,
        )
    )
    gone = booking(start_time=TEN)
    client.calendar.bookings.cancel(gone.uid)
    clock.now = datetime(2027, 1, 10, tzinfo=UTC)
    long = "UID:l\nDTSTART:20270105T000000Z\nDTEND:20270118T110000Z"

    imported = client.calendar.busy.import_ics(ics(long), name="work")

    assert imported.overlapping == (inside.uid,)
    assert client.calendar.bookings.get(over.uid).status == "COMPLETED"
    assert client.calendar.bookings.get(beside.uid).status == "CONFIRMED"


def test_a_team_books_who_is_not_busy(
    client: Client, add: Add, booking: Book, event_type: Callable[..., EventType]
) -> None:
    client.calendar.hosts.create("ann")
    event_type(hosts=["me", "ann"], scheduling_type="ROUND_ROBIN")
    add(host_id="me")

    first = booking(start_time=TEN)

    assert first.host_id == "user_ann"
    refused(booking, start_time=TEN, host_id="me")


def test_the_host_with_most_free_starts_has_the_turn_less_what_is_busy(
    client: Client, add: Add, booking: Book, event_type: Callable[..., EventType]
) -> None:
    client.calendar.hosts.create("ann")
    event_type(
        hosts=["me", "ann"],
        scheduling_type="ROUND_ROBIN",
        round_robin={"algorithm": "AVAILABILITY_FIRST"},
    )
    add(host_id="me", start_time=TEN + 3 * HOUR, end_time=TEN + 6 * HOUR)

    assert booking(start_time=TEN).host_id == "user_ann"


# -- long stretches, whatever their length -------------------------------------------


def test_every_hour_of_a_long_vacation_is_blocked(
    client: Client, add: Add, booking: Book
) -> None:
    add(start_time="2027-02-01", end_time="2027-03-31")
    start = datetime(2027, 2, 1, 5, tzinfo=UTC)

    for hours in range(0, 58 * 24, 7):
        refused(booking, start_time=start + hours * HOUR)

    assert booking(start_time=start - HOUR / 2).uid
    assert booking(start_time=datetime(2027, 4, 1, 4, tzinfo=UTC)).uid


def test_a_piece_is_never_longer_than_the_longest_claim(
    place: str, client: Client, add: Add
) -> None:
    add(start_time="2027-02-01", end_time="2027-03-31")

    with opened(place) as conn:
        [(number,)] = conn.execute("select count(*) from busy")
        with pytest.raises(REFUSALS, match=r"(?i)check"):
            conn.execute("update busy set busy_end = busy_end + 1000000")

    assert number == 20
    assert times(client) == [("2027-02-01T00:00:00-05:00", "2027-04-01T00:00:00-04:00")]


SPANS = st.tuples(
    st.integers(0, 60 * 24 * 60),
    st.one_of(st.integers(1, 600), st.integers(1, 40 * 24 * 60)),
).map(
    lambda minutes: Span(
        TEN + minutes[0] * MINUTE, TEN + (minutes[0] + minutes[1]) * MINUTE
    )
)


@given(
    stretches=st.lists(SPANS, max_size=6),
    meetings=st.lists(
        st.tuples(st.integers(-60, 100 * 24 * 60), st.integers(1, 3 * 1440)),
        min_size=1,
        max_size=12,
    ),
    shows=st.booleans(),
)
def test_a_claim_is_refused_just_where_it_overlaps(
    client: Client,
    stretches: list[Span],
    meetings: list[tuple[int, int]],
    shows: bool,
) -> None:
    """Random stretches of weeks, random claims up to the longest."""
    events = [
        f"DTSTART:{s.start:%Y%m%dT%H%M%SZ}\nDTEND:{s.end:%Y%m%dT%H%M%SZ}\nSUMMARY:x"
        for s in stretches
    ]
    client.calendar.busy.import_ics(ics(*events), name="work", shows_text=shows)
    claims = [Span(TEN + a * MINUTE, TEN + (a + b) * MINUTE) for a, b in meetings]

    with client._context.store.read(Facts) as facts:
        found = facts.obstacles(["user_me"], claims, exclusion=None, now=TEN)

    wanted = {
        n for n, c in enumerate(claims) if any(c.overlaps(each) for each in stretches)
    }
    assert found.keys() == wanted


@given(span=SPANS)
def test_pieces_are_the_whole_span_and_short(span: Span) -> None:
    found = list(busy.split_span(span))

    assert (found[0].start, found[-1].end) == span
    assert all(p.end - p.start <= LONGEST_CLAIM for p in found)
    assert [p.end for p in found[:-1]] == [p.start for p in found[1:]]


def test_what_has_no_text_is_one_where_it_touches_but_days_stay_days() -> None:
    day = Span(datetime(2027, 1, 18, tzinfo=UTC), datetime(2027, 1, 19, tzinfo=UTC))
    next_day = Span(day.end, day.end + DAY)
    hour, rest = Span(TEN, TEN + HOUR), Span(TEN + HOUR / 2, TEN + 2 * HOUR)
    named = Stretch(hour, "Lunch")

    found = busy.merge_stretches(
        [Stretch(rest), named, *map(Stretch, (next_day, day, hour))], "UTC"
    )

    assert found == (
        Stretch(Span(day.start, next_day.end)),
        named,
        Stretch(Span(TEN, rest.end)),
    )


# -- a host's own ----------------------------------------------------------------------


def test_own_busy_time_is_a_calendar_of_its_own(client: Client, add: Add) -> None:
    added = add(reason="Dentist")

    assert added.name.startswith("busy_")
    assert added.to_dict() == {
        "name": added.name,
        "kind": "own",
        "hostId": "user_me",
        "startTime": "2027-01-18T05:00:00-05:00",
        "endTime": "2027-01-18T06:00:00-05:00",
        "timezone": "America/New_York",
        "stretches": 1,
        "reason": "Dentist",
        "showsText": False,
        "source": None,
        "importedAt": "2027-01-04T04:00:00-05:00",
        "checkedAt": None,
        "fault": None,
        "horizon": None,
        "events": 0,
        "free": 0,
        "bookings": 0,
        "skippedCount": 0,
        "skipped": [],
        "strict": False,
        "careful": False,
        "remarkCount": 0,
        "remarks": [],
        "overlapping": [],
    }
    assert client.calendar.busy.get(added.name) == added
    assert client.calendar.busy.list() == (added,)


@pytest.mark.parametrize(
    ("start", "end", "timezone", "found"),
    [
        (
            "2027-03-13",
            "2027-03-15",
            None,
            ("2027-03-13T00:00:00-05:00", "2027-03-16T00:00:00-04:00"),
        ),
        (
            "2027-11-07",
            "2027-11-07",
            None,
            ("2027-11-07T00:00:00-04:00", "2027-11-08T00:00:00-05:00"),
        ),
        (
            "2027-02-01",
            "2027-02-01 12:00",
            "Asia/Tokyo",
            ("2027-01-31T10:00:00-05:00", "2027-01-31T22:00:00-05:00"),
        ),
        (
            "2027-11-07T01:30-04:00",
            "2027-11-07T01:30-05:00",
            None,
            ("2027-11-07T01:30:00-04:00", "2027-11-07T01:30:00-05:00"),
        ),
    ],
    ids=["over the change", "a day of 25 hours", "another zone", "the repeated hour"],
)
def test_days_and_moments_are_read_in_the_host_s_zone(
    client: Client,
    add: Add,
    start: str,
    end: str,
    timezone: str | None,
    found: tuple[str, str],
) -> None:
    add(start_time=start, end_time=end, timezone=timezone)

    assert times(client) == [found]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"end_time": TEN}, errors.BadInput),
        ({"start_time": "2027-01-20", "end_time": "2027-01-18"}, errors.BadInput),
        ({"end_time": "2040-01-01"}, errors.BadInput),
        ({"start_time": "2027-03-14 02:30"}, errors.NonexistentTime),
        ({"end_time": "2027-11-07 01:30"}, errors.AmbiguousTime),
        ({"start_time": "soon"}, errors.BadTime),
        ({"reason": "two\nlines"}, errors.BadInput),
        ({"reason": "x" * 1_001}, errors.BadInput),
        ({"reason": "N\0L"}, errors.BadInput),
        ({"shows_text": "yes"}, errors.BadInput),
        ({"timezone": "Mars/Olympus"}, errors.BadZone),
        ({"host_id": "nobody"}, errors.NotFound),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
def test_what_cannot_be_read_adds_nothing(
    place: str, add: Add, fields: dict[str, Any], error: type[errors.CalbookError]
) -> None:
    before = dump(place)

    with pytest.raises(error):
        add(**fields)

    assert dump(place) == before


# -- calendars by name -----------------------------------------------------------------


def test_a_calendar_is_imported_again_in_its_own_place(
    client: Client, place: str, zone: str
) -> None:
    other = MEETING.replace("T10", "T12").replace("T11", "T13")
    client.calendar.busy.import_ics(ics(MEETING), name="home")
    client.calendar.busy.import_ics(ics(MEETING, "DTSTART:20270119"), name="work")

    client.calendar.busy.import_ics(ics(other), name="work")

    with opened(place) as conn:
        assert conn.execute("select count(*) from busy").fetchone() == (2,)
    found = client.calendar.busy.times(start_date="2027-01-01", end_date="2027-12-31")
    assert [(each.calendar, each.start_time[11:16]) for each in found] == [
        ("home", "05:00"),
        ("work", "07:00"),
    ]


@pytest.mark.parametrize(
    "name", ["", "my work", "w" * 61, "busy_x", "a/b", "ä", "w\n", 7, None]
)
def test_a_name_that_is_none_is_refused(
    client: Client, place: str, zone: str, name: Any
) -> None:
    before = dump(place)

    with pytest.raises(errors.BadInput):
        client.calendar.busy.import_ics(ics(MEETING), name=name)

    assert dump(place) == before


def test_a_name_may_be_written_in_capitals(client: Client, zone: str) -> None:
    work = client.calendar.busy.import_ics(ics(MEETING), name="Work")

    assert work.name == "work"
    assert client.calendar.busy.get("WORK") == work


@pytest.mark.parametrize("source", [7, None, "", "a\0b", "a\udcff", "x" * 5_000, "/"])
def test_a_source_that_cannot_be_read_is_refused(
    client: Client, place: str, zone: str, source: Any
) -> None:
    before = dump(place)

    with pytest.raises(errors.BadInput):
        client.calendar.busy.import_ics(source, name="work")

    assert dump(place) == before


def test_a_calendar_or_own_time_is_removed_and_its_host_free(
    client: Client, zone: str, booking: Book, add: Add
) -> None:
    client.calendar.busy.import_ics(ics(MEETING), name="work")
    own = add()

    client.calendar.busy.remove("work")
    client.calendar.busy.remove(own.name)

    assert client.calendar.busy.list() == ()
    assert booking(start_time=TEN).status == "CONFIRMED"


def test_what_is_not_there_is_not_found(client: Client, zone: str) -> None:
    client.calendar.busy.import_ics(ics(MEETING), name="work")

    for act in (client.calendar.busy.remove, client.calendar.busy.refresh):
        with pytest.raises(errors.NotFound) as refusal:
            act("wrk")
        assert refusal.value.hint == "did you mean work?"


def test_with_several_hosts_one_is_to_be_named(
    client: Client, zone: str, add: Add
) -> None:
    client.calendar.hosts.create("ann")

    with pytest.raises(errors.UsageError) as refusal:
        client.calendar.busy.import_ics(ics(MEETING), name="work")
    with pytest.raises(errors.UsageError):
        add()
    for host in ("ann", "me"):
        client.calendar.busy.import_ics(ics(MEETING), name="work", host_id=host)
    with pytest.raises(errors.UsageError, match="2 hosts have a calendar work"):
        client.calendar.busy.remove("work")
    client.calendar.busy.remove("work", host_id="ann")

    assert refusal.value.hint == "name a host: host_id ann or me"
    assert [each.host_id for each in client.calendar.busy.list()] == ["user_me"]


def test_the_list_is_by_host_and_by_what_is_busy_then(
    client: Client, zone: str, add: Add
) -> None:
    client.calendar.hosts.create("ann", timezone="Europe/Lisbon")
    late = add(start_time="2027-05-01", end_time="2027-05-03", host_id="me")
    early = add(start_time="2027-04-01", end_time="2027-04-01", host_id="me")
    for name in ("work", "home"):
        client.calendar.busy.import_ics(ics(MEETING), name=name, host_id="me")
    client.calendar.busy.import_ics(ics(MEETING), name="all", host_id="ann")

    def names(**asked: Any) -> list[str]:
        return [each.name for each in client.calendar.busy.list(**asked)]

    assert names() == ["all", "home", "work", early.name, late.name]
    assert names(host_id="ann") == ["all"]
    assert names(start_date="2027-04-01", end_date="2027-04-30") == [early.name]
    assert names(start_date="2027-05-03") == [late.name]
    assert names(start_date="2027-05-04") == []
    assert names(end_date="2027-01-17") == []


def test_a_host_takes_its_busy_time_along(
    client: Client, place: str, zone: str, add: Add
) -> None:
    client.calendar.hosts.create("ann")
    add(host_id="ann", start_time="2027-02-01", end_time="2027-02-20")

    client.calendar.hosts.delete("ann")

    with opened(place) as conn:
        assert conn.execute("select count(*) from busy").fetchone() == (0,)
        assert conn.execute("select count(*) from calendars").fetchone() == (0,)


# -- when, for calendars of the day ----------------------------------------------------


def test_stretches_are_whole_and_in_order(client: Client, zone: str, add: Add) -> None:
    client.calendar.hosts.create("ann", timezone="Europe/Lisbon")
    off = add(
        start_time="2027-02-01",
        end_time="2027-02-20",
        host_id="me",
        reason="Sea",
    )
    client.calendar.busy.import_ics(
        ics("DTSTART:20270203T100000Z\nDTEND:20270203T110000Z"), name="w", host_id="ann"
    )

    found = client.calendar.busy.times(start_date="2027-02-03", end_date="2027-02-03")
    [shown] = client.calendar.busy.times(
        start_date="2027-02-03",
        end_date="2027-02-03",
        host_id="ann",
        timezone="Asia/Tokyo",
    )

    assert [each.to_dict() for each in found] == [
        {
            "hostId": "user_me",
            "calendar": off.name,
            "startTime": "2027-02-01T00:00:00-05:00",
            "endTime": "2027-02-21T00:00:00-05:00",
            "isAllDay": True,
            "reason": "Sea",
        },
        {
            "hostId": "user_ann",
            "calendar": "w",
            "startTime": "2027-02-03T10:00:00+00:00",
            "endTime": "2027-02-03T11:00:00+00:00",
            "isAllDay": False,
            "reason": None,
        },
    ]
    assert shown.starts_at == datetime(2027, 2, 3, 10, tzinfo=UTC)
    assert shown.start_time == "2027-02-03T19:00:00+09:00"


def test_pieces_are_read_as_seconds(client: Client, zone: str, add: Add) -> None:
    add(start_time=TEN, end_time=TEN + 4 * DAY)
    first = int(TEN.timestamp())
    day = 24 * 3600
    second = timedelta(seconds=1)
    spans = (
        Span(TEN - DAY, TEN + 9 * DAY),
        Span(TEN + 3 * DAY, TEN + 3 * DAY + second),
        Span(TEN - DAY, TEN),
    )

    with client._context.store.read(Facts) as facts:
        everything, edge, before = (
            facts.busy_ranges("user_me", span, exclusion=None, now=TEN)
            for span in spans
        )

    assert everything == [
        (first, first + 3 * day),
        (first + 3 * day, first + 4 * day),
    ]
    assert edge == everything[1:]
    assert before == []


# -- files that are read again ---------------------------------------------------------


def test_a_file_is_read_again_and_further_ahead(
    client: Client, clock: Clock, zone: str, tmp_path: Path, booking: Book
) -> None:
    file = tmp_path / "work.ics"
    weekly = f"{MEETING}\nRRULE:FREQ=WEEKLY"
    file.write_bytes(ics(weekly))
    first = client.calendar.busy.import_ics(file, name="work", shows_text=True)
    clock.now = datetime(2028, 1, 4, tzinfo=UTC)
    file.write_bytes(ics(weekly, "DTSTART;VALUE=DATE:20280202\nSUMMARY:New"))

    [again] = client.calendar.busy.refresh()

    assert first.source == again.source == str(file)
    assert (first.horizon[:4], again.horizon[:4]) == ("2029", "2030")
    assert again.shows_text
    assert again.imported_at == "2028-01-03T19:00:00-05:00"
    assert (first.events, again.events) == (1, 2)
    assert (first.end_time[:7], again.end_time[:7]) == ("2029-01", "2029-12")


def test_what_cannot_be_read_again_stays_as_it_was(
    client: Client, zone: str, tmp_path: Path
) -> None:
    for name in ("cut", "fine", "gone"):
        (tmp_path / name).write_bytes(ics(MEETING))
        client.calendar.busy.import_ics(tmp_path / name, name=name)
    client.calendar.busy.import_ics(ics(MEETING), name="bytes")
    before = {each.name: each for each in client.calendar.busy.list()}
    (tmp_path / "gone").unlink()
    (tmp_path / "cut").write_bytes(ics(MEETING)[:-30])
    (tmp_path / "fine").write_bytes(ics())
    told: list[errors.CalbookError] = []

    done = client.calendar.busy.refresh(refused=told.append)

    assert [each.name for each in done] == ["fine"]
    assert [error.details["calendar"] for error in told] == ["cut", "gone"]
    assert told[1].message == (
        f"gone of user_me: cannot read {tmp_path / 'gone'}: No such file or directory"
    )
    for name, fault in {"cut": "cut short", "gone": "cannot read", "bytes": ""}.items():
        item = client.calendar.busy.get(name).to_dict()
        assert fault in (item.pop("fault") or "")
        assert before[name].to_dict() == {**item, "fault": None}
    assert client.calendar.busy.get("fine").stretches == 0
    with pytest.raises(errors.BadInput, match="was not read from a file"):
        client.calendar.busy.refresh("bytes")
    with pytest.raises(errors.BadInput, match="gone of user_me: cannot read"):
        client.calendar.busy.refresh("gone")


# -- the file --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        (
            "delete from busy where busy_start = (select max(busy_start) from busy)",
            "the busy time of user_me in {name} has a gap",
        ),
        (
            "update calendars set host_id = 'user_ann'",
            "busy time of user_me belongs to a calendar of user_ann",
        ),
    ],
)
def test_what_does_not_fit_together_is_found(
    client: Client, place: str, add: Add, statement: str, finding: str
) -> None:
    name = add(start_time="2027-02-01", end_time="2027-02-20").name
    client.calendar.hosts.create("ann")
    assert client.check() == ()

    with opened(place) as conn:
        conn.execute(statement)

    assert finding.format(name=name) in client.check()


def test_busy_time_without_a_calendar_is_found(
    client: Client, path: Path, add: Add
) -> None:
    """Whoever opens a file with SQLite may have its references off."""
    add(start_time="2027-02-01", end_time="2027-02-20")

    with opened(path) as conn:
        conn.execute("delete from calendars")

    assert "a row of busy refers to a missing row of calendars" in client.check()


# -- one time, two processes -----------------------------------------------------------

RACERS = 8


def command(place: str, *args: str) -> subprocess.Popen[bytes]:
    return Popen(
        [sys.executable, "-m", "calbook", *args, "--db", place, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "CALBOOK_NOW": "2027-01-04T09:00:00Z"},
    )


def test_nothing_is_booked_over_busy_time_that_was_there_first(
    client: Client,
    place: str,
    tmp_path: Path,
    zone: str,
    event_type: Callable[..., EventType],
) -> None:
    """Whoever comes first: a booking that was is named, one that was not is refused."""
    event_type()
    file = tmp_path / "work.ics"
    file.write_bytes(ics(MEETING))
    person = ("--name", "Ada", "--email", "ada@example.com")
    for n in range(RACERS):
        start = f"2027-01-18 10:{n:02}"
        book = ("create", "--event", "demo", "--start", start, "--tz", "UTC", *person)
        import_ = ("busy", "import", str(file), "--name", "work")
        racers = [command(place, *args) for args in (book, import_)[:: (-1) ** n]]
        booking, imported = racers[:: (-1) ** n]
        out, err = booking.communicate(timeout=60)
        covered = json.loads(imported.communicate(timeout=60)[0])["overlapping"]

        if booking.returncode == 0:
            uid = json.loads(out)["uid"]
            assert covered == [uid]
            client.calendar.bookings.cancel(uid)
        else:
            error = json.loads(err)["error"]
            assert (error["code"], error["details"]["calendar"]) == (
                "slot_taken",
                "work",
            )
            assert covered == []
        client.calendar.busy.remove("work")
    assert client.check() == ()


def test_an_import_that_is_killed_leaves_no_less_than_the_old_or_the_new(
    client: Client, place: str, tmp_path: Path, zone: str
) -> None:
    events = [
        f"UID:{n}\nDTSTART:20270118T{n % 24:02}0000Z\nDURATION:PT20M\n"
        "RRULE:FREQ=DAILY;COUNT=400"
        for n in range(48)
    ]
    old, new = (tmp_path / name for name in ("old.ics", "new.ics"))
    old.write_bytes(ics(*events[:24]))
    new.write_bytes(ics(*events, MEETING))
    client.calendar.busy.import_ics(old, name="work", shows_text=True)
    before = client.calendar.busy.get("work")
    seen = set()
    for after in (0.3, 0.6, 0.9, 1.2, 1.5, None):
        racer = command(place, "busy", "import", str(new), "--name", "work", "--show")
        try:
            racer.communicate(timeout=after or 60)
        except subprocess.TimeoutExpired:
            racer.kill()
            racer.communicate()
        found = client.calendar.busy.get("work")
        assert client.check() == ()
        seen.add(found.events)
        assert found.events in (before.events, 49)
        assert found.stretches >= before.stretches
        client.calendar.busy.import_ics(old, name="work", shows_text=True)

    assert 49 in seen


def test_an_invite_of_another_host_takes_the_time_of_whoever_accepted_it(
    client: Client, zone: str, booking: Book
) -> None:
    """It was taken for a booking that has its claim, though of somebody else's time."""
    client.calendar.hosts.create("alice", email="alice@example.com")
    invite = client.calendar.bookings.get_ics(booking().uid, method="publish").encode()

    of_me = client.calendar.busy.import_ics(invite, name="work", host_id="me")
    of_alice = client.calendar.busy.import_ics(invite, name="work", host_id="alice")

    assert (of_me.stretches, of_me.bookings) == (0, 1)
    assert (of_alice.stretches, of_alice.bookings) == (1, 0)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no names here")
def test_a_file_that_became_a_pipe_is_not_waited_for(
    client: Client, zone: str, tmp_path: Path
) -> None:
    file = tmp_path / "work.ics"
    file.write_bytes(ics(MEETING))
    client.calendar.busy.import_ics(file, name="work")
    file.unlink()
    os.mkfifo(file)

    with pytest.raises(errors.BadInput, match="no longer a regular file"):
        client.calendar.busy.refresh("work")
