"""The seed's page told through the command line, in its order."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from icalendar import Calendar
from recurring_ical_events import of

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Run

pytest_plugins = ("support.running",)

NEW_YORK = "America/New_York"
EVENTS = {
    "xxx": [
        *("--host", "xxx", "--meeting-url-template", "https://meet.example/{uid}"),
        *("--question", "company_name=Company", "--cancellation-deadline", "12h"),
        *("--question", "company_size=Size|select||1-50,50-100"),
    ],
    "demo": ["--requires-confirmation"],
    "group": ["--seats", "3"],
    "weekly_coaching": ["--duration", "60"],
}
JOHN = ("--name", "John Doe", "--email", "john@example.com")
WEEKLY = ("--repeat", "weekly", "--count", "12")


@pytest.fixture
def seed(run: Run, clock: Clock) -> Run:
    """A file with the seed's event types, on a Monday at 9:00 in New York."""
    clock.now = datetime(2024, 1, 8, 14, tzinfo=UTC)
    run("init", "--name", "Grace", "--email", "grace@example.com", "--tz", NEW_YORK)
    run("host", "add", "xxx", "--name", "Alan")
    for event, options in EVENTS.items():
        assert run("event", "add", event, *options).status == 0
    return run


def book(run: Run, event: str, start: str, *more: str) -> dict[str, Any]:
    args = ("create", "--event", event, "--start", start, *JOHN, *more, "--json")
    booking: dict[str, Any] = run(*args).json
    return booking


def test_creating_with_all_options(seed: Run) -> None:
    basic = book(seed, "evt_xxx", "2024-01-15T10:00:00-05:00")
    full = book(
        seed,
        *("xxx", "2024-01-15T11:00:00-05:00", "--phone", "+1234567890"),
        *("--attendee-tz", NEW_YORK, "--notes", "Looking forward"),
        *("--guest", "guest1@example.com", "--guest", "guest2@example.com"),
        *("--response", "company_name=Acme Corp", "--response", "company_size=50-100"),
        *("--meta", "dealId=deal_123", "--meta", "source=website", "--host", "xxx"),
    )

    assert basic["meetingUrl"] == f"https://meet.example/{basic['uid']}"
    assert full["responses"] == {"company_name": "Acme Corp", "company_size": "50-100"}
    assert [guest["email"] for guest in full["guests"]] == [
        "guest1@example.com",
        "guest2@example.com",
    ]
    assert full["metadata"] == {"dealId": "deal_123", "source": "website"}


def test_getting_and_listing(seed: Run) -> None:
    booking = book(seed, "xxx", "2024-01-15 10:00")
    pending = book(seed, "demo", "2024-01-16 10:00")

    def uids(*filters: str) -> list[str]:
        return [item["uid"] for item in seed("list", *filters, "--json").json]

    assert seed("show", booking["uid"], "--json").json == booking
    assert uids("--limit", "50", "--offset", "0") == [booking["uid"], pending["uid"]]
    assert uids("--status", "confirmed") == [booking["uid"]]
    assert uids("--from", "2024-01-16", "--to", "2024-01-22") == [pending["uid"]]
    assert uids("--event", "demo") == [pending["uid"]]
    assert uids("--email", "john@example.com") == [booking["uid"], pending["uid"]]


def test_the_confirmation_workflow(seed: Run) -> None:
    first = book(seed, "demo", "2024-01-16 10:00")["uid"]
    second = book(seed, "demo", "2024-01-16 11:00")["uid"]

    confirmed = seed("confirm", first, "--json").json
    rejected = seed("reject", second, "--reason", "Schedule conflict", "--json").json

    assert confirmed["status"] == "CONFIRMED"
    assert (rejected["status"], rejected["resolution"]) == ("CANCELLED", "rejected")


def test_cancelling(seed: Run, clock: Clock) -> None:
    uid = book(seed, "xxx", "2024-01-15 10:00")["uid"]
    clock.now = datetime(2024, 1, 15, 4, tzinfo=UTC)  # 11 hours before

    notified = seed("cancel", uid, "--by", "host", "--notify", "--json")
    late = seed("cancel", uid, "--reason", "Something came up", "--json")
    by_host = seed("cancel", uid, "--by", "host", "--reason", "Emergency", "--json")

    assert notified.error["code"] == "mail_not_configured"
    assert (late.status, late.error["code"]) == (5, "deadline_passed")
    assert (by_host.json["status"], by_host.json["cancelledBy"]) == (
        "CANCELLED",
        "host",
    )


def test_rescheduling(seed: Run) -> None:
    booking = book(seed, "xxx", "2024-01-15 10:00")
    saturday = ("--on", "2024-01-20", "--hours", "10:00-16:00")
    seed("schedule", "override", "work", *saturday)

    moved = seed(
        *("reschedule", booking["uid"], "--start", "2024-01-20T14:00:00-05:00"),
        *("--reason", "Need to move to next week", "--json"),
    ).json

    assert moved["startTime"] == "2024-01-20T14:00:00-05:00"
    assert moved["meetingUrl"] == booking["meetingUrl"]


def test_group_bookings(seed: Run) -> None:
    uid = book(seed, "group", "2024-01-17 10:00")["uid"]

    seed("attendee", "add", uid, "--name", "Jane Smith", "--email", "jane@example.com")
    joined = seed("attendee", "list", uid).rows
    seed("attendee", "remove", uid, "--email", "jane@example.com", "--yes")
    left = seed("attendee", "list", uid).rows

    assert [row[:2] for row in joined] == [
        ["john@example.com", "John Doe"],
        ["jane@example.com", "Jane Smith"],
    ]
    assert [row[:2] for row in left] == [["john@example.com", "John Doe"]]


def test_recurring_bookings(seed: Run) -> None:
    uid = book(seed, "weekly_coaching", "2024-01-15T10:00:00-05:00", *WEEKLY)["uid"]
    before = seed("occurrences", uid).rows
    seed("cancel", uid, "--on", "2024-02-05", "--reason", "Holiday")
    seed(
        "cancel", uid, "--from", "2024-03-01", "--yes", "--reason", "Project completed"
    )

    after = seed("occurrences", uid).rows

    assert [row[1][10:] for row in before] == (
        ["T10:00:00-05:00"] * 8 + ["T10:00:00-04:00"] * 4
    )
    assert [row[5] for row in before] == ["false"] * 8 + ["true"] * 4
    assert [row[0] for row in after if row[3] == "CONFIRMED"] == [
        *("2024-01-15", "2024-01-22", "2024-01-29"),
        *("2024-02-12", "2024-02-19", "2024-02-26"),
    ]
    assert seed("list", "--occurrences", "--status", "cancelled").out.count("\n") == 6


def test_notes_and_metadata(seed: Run) -> None:
    uid = book(seed, "xxx", "2024-01-15 10:00", "--meta", "campaignId=camp_456")["uid"]

    seed("note", "add", uid, "Discussed Q1 goals, follow up on pricing", "--private")
    updated = seed("update", uid, "--meta", "meetingOutcome=interested", "--json").json

    [note] = seed("note", "list", uid, "--json").json
    assert note["content"] == "Discussed Q1 goals, follow up on pricing"
    assert note["isPrivate"] is True
    assert updated["metadata"] == {
        "campaignId": "camp_456",
        "meetingOutcome": "interested",
    }


def test_check_in_and_no_show(seed: Run, clock: Clock) -> None:
    first = book(seed, "xxx", "2024-01-15 10:00")["uid"]
    second = book(seed, "xxx", "2024-01-15 11:00")["uid"]
    clock.now = datetime(2024, 1, 15, 16, 5, tzinfo=UTC)

    attended = seed("attended", first, "--json").json
    no_show = seed("no-show", second, "--json").json

    assert (attended["status"], attended["attendance"]) == ("COMPLETED", "attended")
    assert (no_show["status"], no_show["attendance"]) == ("NO_SHOW", "no_show")


def test_the_invite_of_a_series(seed: Run) -> None:
    uid = book(seed, "weekly_coaching", "2024-01-15 10:00", *WEEKLY)["uid"]
    seed("cancel", uid, "--on", "2024-02-05")
    seed("cancel", uid, "--from", "2024-03-01", "--yes")

    ics = seed("ics", uid).out

    meetings = of(Calendar.from_ical(ics)).between((2024, 1, 1), (2024, 5, 1))
    assert sorted(f"{meeting.start:%m-%d %H:%M%z}" for meeting in meetings) == [
        *("01-15 10:00-0500", "01-22 10:00-0500", "01-29 10:00-0500"),
        *("02-12 10:00-0500", "02-19 10:00-0500", "02-26 10:00-0500"),
    ]


def test_the_events_for_webhooks(seed: Run, clock: Clock) -> None:
    uid = book(seed, "demo", "2024-01-16 10:00")["uid"]
    seed("confirm", uid)
    clock.now = datetime(2024, 1, 17, tzinfo=UTC)
    told = [json.loads(line) for line in seed("tick", "--jsonl").out.splitlines()]

    types = [row[1] for row in seed("history", uid).rows]

    assert [event["type"] for event in told] == ["booking.completed"]
    assert types == ["booking.created", "booking.confirmed", "booking.completed"]
