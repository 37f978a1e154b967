"""Times, days and lengths as options take them: one reader behind all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import DAYS

from calbook import Client

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)

# The clock of these tests says Monday 4 January 2027, 09:00 in London.
EVENT = ("event", "add", "talk", "--json")
EVERY_DAY = [{"day": d, "startTime": "09:00", "endTime": "10:00"} for d in DAYS]
NEW = ("--event", "demo", "--name", "Ada", "--email", "ada@example.com")


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture(autouse=True)
def demo(client: Client) -> None:
    client.set_up(name="Grace", email="grace@example.com", timezone="Europe/London")
    client.calendar.event_types.create("demo")


@pytest.mark.parametrize(
    ("typed", "start"),
    [
        ("2pm", "2027-01-04T14:00:00+00:00"),
        ("Fri 10:00", "2027-01-08T10:00:00+00:00"),
        ("fri week at 10.30", "2027-01-15T10:30:00+00:00"),
        ("18 Jan 10:00", "2027-01-18T10:00:00+00:00"),
        ("in 2 hours", "2027-01-04T11:00:00+00:00"),
        ("2027-01-18 10:00 America/New_York", "2027-01-18T15:00:00+00:00"),
        ("2027-01-18T15:00:00.000Z", "2027-01-18T15:00:00+00:00"),
    ],
)
def test_a_booking_starts_when_people_say(run: Run, typed: str, start: str) -> None:
    booked = run("create", *NEW, "--start", typed, "--json").json

    assert booked["startTime"] == start


def test_a_time_gone_by_today_is_refused_as_past(run: Run) -> None:
    answer = run("create", *NEW, "--start", "8:00")

    assert answer.status == 5
    assert "Mon 4 Jan 2027, 08:00–08:30 Europe/London is in the past" in answer.err


def test_what_could_be_two_days_books_neither(run: Run, client: Client) -> None:
    answer = run("create", *NEW, "--start", "next fri 10:00", "--json")

    assert answer.status == 2
    assert answer.error["message"] == (
        "next fri could be Fri 8 Jan 2027 or Fri 15 Jan 2027"
    )
    assert not client.calendar.bookings.list()


@pytest.mark.parametrize(
    ("given", "days"),
    [
        (("--from", "next week", "--to", "next week"), ("2027-01-11", "2027-01-15")),
        (("--from", "2027-W03", "--to", "2027-W03"), ("2027-01-18", "2027-01-22")),
        (("--from", "2027-02", "--to", "2027-02"), ("2027-02-01", "2027-02-26")),
        (("--from", "18 jan", "--to", "18 jan 24:00"), ("2027-01-18", "2027-01-18")),
    ],
)
def test_a_range_is_a_week_or_a_month(
    run: Run, given: tuple[str, ...], days: tuple[str, str]
) -> None:
    found = run("slots", "--event", "demo", *given, "--json").json

    starts = [slot["startTime"][:10] for slot in found]
    assert (min(starts), max(starts)) == days


def test_a_moment_is_no_range(run: Run) -> None:
    """It was an empty one."""
    for moment in ("fri 10:00", "14:00", "in 2h", "2027-01-18T10:00Z"):
        error = run("list", "--on", moment, "--json").error

        assert error["code"] == "bad_time"
        assert error["message"] == f"--on takes days, and {moment} is a moment"


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("next week", "2027-01-10", "2027-01-16"),
        ("Week", "2027-01-03", "2027-01-09"),
        ("2027-W03", "2027-01-18", "2027-01-24"),
        ("fri week", "2027-01-15", "2027-01-15"),
        ("next month", "2027-02-01", "2027-02-28"),
    ],
)
def test_a_week_begins_as_the_settings_say(
    run: Run,
    client: Client,
    typed: str,
    first: str,
    last: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CALBOOK_CONFIG", str(tmp_path / "config.toml"))
    client.calendar.schedules.update("work", availability=EVERY_DAY)
    assert run("config", "set", "defaults.week_start", "sunday").status == 0

    for range in (("--on", typed), ("--from", typed, "--to", typed)):
        found = run("slots", "--event", "demo", *range, "--json").json
        starts = [slot["startTime"][:10] for slot in found]
        assert (min(starts), max(starts)) == (max(first, "2027-01-04"), last)


@pytest.mark.parametrize(
    ("options", "key", "value"),
    [
        (("--duration", "1h30m"), "duration", 90),
        (("--duration", "PT90M"), "duration", 90),
        (("--duration", "90 min"), "duration", 90),
        (("--buffer-after", "0.25h"), "bufferAfter", 15),
        (("--minimum-notice", "1w"), "minimumNotice", 10080),
        (("--maximum-advance", "8w"), "maximumAdvance", 56),
        (("--count-window", "90d"), "countWindow", 90),
        (("--count-window", "90"), "countWindow", 90),
        (("--booking-limit", "1.5 hours/day"), "limits", ["90m/day"]),
        (("--first-date", "18 jan"), "firstDate", "2027-01-18"),
        (("--last-date", "Fri"), "lastDate", "2027-01-08"),
        (("--first-date", "none"), "firstDate", None),
        (
            ("--reminder", "1 hour:all"),
            "reminders",
            [{"minutesBefore": 60, "to": "ALL"}],
        ),
        (
            ("--hours", "Tues-thurs 9am-noon,2pm-5.30pm"),
            "availability",
            [
                {"day": day, "startTime": start, "endTime": end}
                for day in ("TUESDAY", "WEDNESDAY", "THURSDAY")
                for start, end in (("09:00", "12:00"), ("14:00", "17:30"))
            ],
        ),
    ],
)
def test_an_event_type_takes_lengths_and_days_as_people_say(
    run: Run, options: tuple[str, ...], key: str, value: Any
) -> None:
    found = run(*EVENT, *options).json[key]

    if key == "reminders":
        found = [{**each, "to": each["to"].upper()} for each in found]
    assert found == value


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--duration", "90s"), "--duration is not whole minutes: 90s"),
        (("--maximum-advance", "36h"), "--maximum-advance needs whole days, not 36h"),
        (("--booking-limit", "1:30/day"), "1:30/day"),
        (("--first-date", "03/04"), "03/04 could be Thu 4 Mar 2027 or Sat 3 Apr 2027"),
        (("--hours", "mon 9:75-17"), "--hours is not a time of day: 9:75"),
        (("--hours", "mo 9-17"), "--hours cannot be mo 9-17"),
    ],
)
def test_what_is_none_is_refused(
    run: Run, options: tuple[str, ...], message: str
) -> None:
    answer = run(*EVENT[:-1], *options)

    assert answer.status == 2
    assert message in answer.err


def test_a_schedule_is_closed_for_a_week(run: Run, client: Client) -> None:
    client.calendar.schedules.override("work", date="next week", reason="Away")

    schedule = client.calendar.schedules.get("work")
    assert [item["date"] for item in schedule.overrides] == [
        f"2027-01-{day}" for day in range(11, 18)
    ]


@pytest.mark.parametrize(
    ("after", "kept"), [("P3Y", "3y"), ("18 months", "18mo"), ("6w", "6w")]
)
def test_how_long_people_are_kept_is_a_length_of_the_calendar(
    client: Client, after: str, kept: str
) -> None:
    assert client.calendar.retention.set(after).after == kept


def test_minutes_or_months_are_not_guessed(run: Run) -> None:
    answer = run("retention", "--keep", "3m", "--yes")

    assert answer.status == 2
    assert "m could be minutes or months: write 3mo for months" in answer.err
