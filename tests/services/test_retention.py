"""How long people are kept: by whole days of the first host, and no longer."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import MONDAY, Clock
from hypothesis import given
from hypothesis import strategies as st
from support.stores import ask, dump

from calbook import Client, errors
from calbook.core.time.periods import date_before, period_text, read_period

ADA = {"name": "Ada", "email": "ada@example.com"}


@pytest.fixture
def database(place: str) -> str:
    return place


def names(client: Client) -> list[str | None]:
    return [person.name for person in client.calendar.people.list()]


def tick_until(client: Client, clock: Clock, moment: datetime) -> None:
    """A week before as well, as tick does not trust a clock that has leapt."""
    for before in (7, 0):
        clock.now = moment - timedelta(days=before)
        client.tick()


def test_it_is_off_until_somebody_says_so(
    client: Client, booking: Any, clock: Clock
) -> None:
    booking()
    clock.move(days=10_000)

    client.tick()

    said = client.calendar.retention.get().to_dict()
    assert said == {"after": None, "before": None, "people": 0}
    assert names(client) == ["Ada"]


def test_what_a_hold_leaves_behind_can_be_exported(
    client: Client, event_type: Any, clock: Clock
) -> None:
    """Its attendee was noted as of the year 142715360, which no export could write."""
    event_type()
    client.calendar.bookings.hold(event_type_id="demo", start_time="2027-01-25 10:00")
    client.calendar.retention.set("1mo")
    tick_until(client, clock, clock.now + timedelta(days=100))
    lines = io.BytesIO()

    client.export_to(lines)

    assert b'"seenUntil":"9000-01-01T00:00:00Z"' in lines.getvalue()


def test_it_is_said_shown_and_taken_back(client: Client, clock: Clock) -> None:
    client.set_up(timezone="Pacific/Auckland")

    said = client.calendar.retention.set("18 months")

    assert said.to_dict() == {"after": "18mo", "before": "2025-07-04", "people": 0}
    assert client.calendar.retention.get() == said
    assert client.calendar.retention.set(None).after is None
    assert ask(client, "select * from settings") == []


@pytest.mark.parametrize("text", ["", "3", "0y", "3 fortnights", "101y", "-1y", "1.5y"])
def test_what_is_no_period_is_refused(client: Client, text: str) -> None:
    client.calendar.retention.set("3y")

    with pytest.raises(errors.BadTime, match="after"):
        client.calendar.retention.set(text)

    assert client.calendar.retention.get().after == "3y"


def test_who_is_long_gone_is_erased_by_the_system(
    client: Client, booking: Any, clock: Clock, place: str
) -> None:
    old = booking(notes="left-handed")
    client.calendar.retention.set("3y")

    tick_until(client, clock, datetime(2030, 1, 19, 0, tzinfo=UTC))

    after = client.calendar.bookings.get(old.uid)
    last = client.calendar.bookings.history(old.uid)[-1]
    assert (after.attendee.name, after.status) == ("erased", "COMPLETED")
    assert (last.type, last.by, last.actor) == ("booking.updated", "system", None)
    assert not any(word in dump(place) for word in ("ada@example", "left-handed"))
    assert client.check() == ()


@pytest.mark.parametrize(
    ("zone", "start", "period", "kept", "erased"),
    [
        pytest.param(
            *("UTC", "2027-01-18T10:00Z", "3y"),
            *("2030-01-18T23:59:59Z", "2030-01-19T00:00Z"),
            id="the day after so many years",
        ),
        pytest.param(
            *("America/New_York", "2027-01-18T23:30Z", "1y"),
            *("2028-01-19T04:59:59Z", "2028-01-19T05:00Z"),
            id="by the host's day",
        ),
        pytest.param(
            *("UTC", "2028-02-29T10:00Z", "1y"),
            *("2029-02-28T23:59:59Z", "2029-03-01T00:00Z"),
            id="a leap day",
        ),
        pytest.param(
            *("UTC", "2027-02-28T10:00Z", "1y"),
            *("2028-02-29T23:59:59Z", "2028-03-01T00:00Z"),
            id="up to a leap day",
        ),
        pytest.param(
            *("Europe/Berlin", "2027-02-27T10:00Z", "30d"),
            *("2027-03-29T21:59:59Z", "2027-03-29T22:00Z"),
            id="over the change of the clocks",
        ),
        pytest.param(
            *("UTC", "2027-01-31T10:00Z", "1mo"),
            *("2027-02-28T23:59:59Z", "2027-03-01T00:00Z"),
            id="a month that is shorter",
        ),
    ],
)
def test_the_day_is_counted_by_the_calendar(
    client: Client,
    booking: Any,
    clock: Clock,
    *,
    zone: str,
    start: str,
    period: str,
    kept: str,
    erased: str,
) -> None:
    client.set_up(timezone=zone)
    booking(start_time=start, by="host", override=["hours"])
    client.calendar.retention.set(period)

    for moment, left in ((kept, ["Ada"]), (erased, [])):
        tick_until(client, clock, datetime.fromisoformat(moment))
        assert names(client) == left


def test_who_has_something_later_is_kept_until_that_is_over(
    client: Client, booking: Any, clock: Clock
) -> None:
    booking()
    client.calendar.retention.set("1y")
    clock.now = datetime(2028, 1, 10, tzinfo=UTC)
    booking(start_time="2028-03-01 10:00")
    booking(start_time="2028-02-01 10:00", attendee={**ADA, "name": "Ada King"})

    tick_until(client, clock, datetime(2029, 2, 20, tzinfo=UTC))
    assert names(client) == ["Ada King"]
    tick_until(client, clock, datetime(2029, 3, 2, tzinfo=UTC))

    assert names(client) == []


def test_who_waits_in_line_is_kept_and_old_entries_are_emptied(
    client: Client, event_type: Any, booking: Any, clock: Clock, place: str
) -> None:
    booking()
    eve = {"name": "Eve", "email": "eve@example.com"}
    taken = booking(start_time="2027-01-29 10:00")
    client.calendar.waiting.add(
        event_type_id="demo", start_time=taken.start_time, attendee=eve, notes="Soon"
    )
    later = booking(attendee={**eve, "name": "Zoe"}, start_time="2027-02-20 10:00")
    client.calendar.people.update(later.attendee.person_id or "", timezone="UTC")
    client.calendar.retention.set("10d")

    tick_until(client, clock, datetime(2027, 2, 15, tzinfo=UTC))

    assert names(client) == ["Zoe"]
    [entry] = client.calendar.waiting.list(past=True)
    assert "Soon" not in dump(place)
    assert entry.attendee["name"] == "erased"
    assert client.check() == ()


def test_who_has_but_a_name_is_erased_too(
    client: Client, event_type: Any, booking: Any, clock: Clock, place: str
) -> None:
    event_type("walk", contact="NONE")
    booking(event_type_id="walk", attendee={"name": "Old Tom"}, notes="Limps")
    client.calendar.bookings.hold(event_type_id="walk", start_time="2027-01-25 10:00")
    client.calendar.retention.set("1y")

    tick_until(client, clock, datetime(2030, 1, 1, tzinfo=UTC))
    client.tick()

    assert not any(word in dump(place) for word in ("Old Tom", "Limps"))
    assert client.check() == ()


def test_whoever_left_a_group_goes_with_the_last_of_it(
    client: Client, event_type: Any, booking: Any, clock: Clock, place: str
) -> None:
    event_type("class", seats=3)
    group = booking(event_type_id="class")
    client.calendar.bookings.add_attendee(
        group.uid, name="Left Eve", email="eve@example.com"
    )
    client.calendar.bookings.remove_attendee(group.uid, email="eve@example.com")
    client.calendar.retention.set("1y")

    tick_until(client, clock, datetime(2030, 1, 1, tzinfo=UTC))

    assert not any(word in dump(place) for word in ("Left Eve", "eve@example.com"))


def test_hundreds_are_erased_in_portions(
    client: Client, event_type: Any, booking: Any, clock: Clock
) -> None:
    for n in range(50):
        booking(attendee={"name": f"P{n}", "email": f"p{n}@example.com"})
    client.calendar.retention.set("1y")

    tick_until(client, clock, datetime(2030, 1, 1, tzinfo=UTC))

    assert names(client) == []


def test_no_letters_of_who_was_erased_are_left_in_the_file(
    path: Path, clock: Clock
) -> None:
    letters = "ʬab".encode()
    odd = {"name": "ʬab", "email": "odd@example.com"}
    with Client(path, clock=clock) as client:
        client.calendar.event_types.create("demo")
        requests = [
            {"event_type_id": "demo", "start_time": day, "attendee": ADA}
            for day in (MONDAY + timedelta(days=800 + n * 7) for n in range(120))
        ]
        requests[0] |= {"start_time": MONDAY.replace(day=18), "attendee": odd}
        client.calendar.bookings.create_all(requests)
        assert letters in path.read_bytes()
        client.calendar.retention.set("3y")
        tick_until(client, clock, datetime(2030, 1, 19, 0, tzinfo=UTC))
        assert names(client) == ["Ada"]
        assert client.check() == ()

    assert letters not in path.read_bytes()


def test_a_clock_that_leaps_ahead_erases_nobody(
    client: Client, booking: Any, clock: Clock
) -> None:
    """One tick by a clock that was ten years ahead erased everybody for ever."""
    booking()
    client.calendar.retention.set("3y")
    client.tick()
    before = clock.now + timedelta(days=1)

    for leap in (3653, 3659):
        clock.now = before + timedelta(days=leap)
        client.tick()
    clock.now = before
    client.tick()
    clock.now = before + timedelta(days=3654)
    client.tick()

    assert names(client) == ["Ada"]


def test_a_clock_is_trusted_that_goes_on_for_a_week(
    client: Client, booking: Any, clock: Clock
) -> None:
    booking()
    client.calendar.retention.set("3y")
    clock.now = datetime(2031, 1, 1, tzinfo=UTC)

    for _ in range(7 * 24):
        client.tick()
        assert names(client) == ["Ada"]
        clock.move(hours=1)
    client.tick()

    assert names(client) == []


def test_what_a_machine_has_seen_of_its_clock_is_no_line(
    client: Client, clock: Clock
) -> None:
    client.calendar.retention.set("3y")
    before = exported(client)

    client.tick()

    assert exported(client) == before


@pytest.mark.parametrize("value", ["for ever", "0d", "9999y", "3 years", ""])
def test_an_export_with_no_period_is_refused(client: Client, value: str) -> None:
    """It was taken in, and every tick after it ended with a traceback."""
    client.calendar.retention.set("3y")
    lines = exported(client).replace(b'"3y"', json.dumps(value).encode())

    with (
        pytest.raises(errors.BadInput, match="line 2"),
        Client(":memory:", clock=lambda: MONDAY) as other,
    ):
        other.import_from(io.BytesIO(lines))


def exported(client: Client) -> bytes:
    file = io.BytesIO()
    client.export_to(file)
    return file.getvalue()


@given(
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.integers(1, 90),
    st.sampled_from(["d", "w", "mo", "y"]),
)
def test_a_longer_period_goes_further_back(day: date, number: int, unit: str) -> None:
    period = read_period(f"{number}{unit}", "after")

    earlier = date_before(day, period)

    assert date_before(day, f"{number + 1}{unit}") < earlier < day
    assert period_text(period).startswith(f"{number} ")
