"""The seed's page, word for word in its Python spelling, in its order.

What it shows of webhooks is still to come; here a receiver is handed the events.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

import calbook
from calbook import Booking, Client, Status, errors

NEW_YORK = "America/New_York"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2024, 1, 8, 14, tzinfo=UTC)  # a Monday, 9:00 there

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(tmp_path: Path, clock: Clock) -> Iterator[Client]:
    """A file with the seed's event types, `evt_xxx` and `evt_demo`."""
    with calbook.Client(tmp_path / "bookings.db", clock=clock) as client:
        calendar = client.calendar
        client.set_up(name="Grace", email="grace@example.com", timezone=NEW_YORK)
        calendar.hosts.create("user_xxx", name="Alan")
        calendar.event_types.create(
            "evt_xxx",
            title="A call",
            hosts=["user_xxx"],
            meeting_url_template="https://meet.example/{token}",
            questions=[
                {"key": "company_name", "label": "Company"},
                {
                    "key": "company_size",
                    "label": "Size",
                    "type": "SELECT",
                    "options": ["1-50", "50-100"],
                },
            ],
            cancellation_deadline=12 * 60,
        )
        calendar.event_types.create("evt_demo", title="Product demo")
        calendar.event_types.create("evt_group", title="A class", seats=3)
        calendar.event_types.create("evt_weekly_coaching", duration=60)
        yield client


@pytest.fixture
def booking(client: Client) -> Booking:
    return client.calendar.bookings.create(
        event_type_id="evt_xxx",
        start_time="2024-01-15T10:00:00-05:00",
        attendee={
            "name": "John Doe",
            "email": "john@example.com",
        },
    )


@pytest.fixture
def pending(client: Client) -> Booking:
    """A booking of an event type that requires confirmation."""
    client.calendar.event_types.update("evt_demo", requires_confirmation=True)
    return client.calendar.bookings.create(
        event_type_id="evt_demo",
        start_time="2024-01-16T10:00:00-05:00",
        attendee={"name": "John Doe", "email": "john@example.com"},
    )


@pytest.fixture
def group(client: Client) -> Booking:
    """A booking of an event type that allows multiple attendees."""
    return client.calendar.bookings.create(
        event_type_id="evt_group",
        start_time="2024-01-17T10:00:00-05:00",
        attendee={"name": "John Doe", "email": "john@example.com"},
    )


@pytest.fixture
def series(client: Client) -> Booking:
    return client.calendar.bookings.create(
        event_type_id="evt_weekly_coaching",
        start_time="2024-01-15T10:00:00-05:00",
        attendee={
            "name": "John Doe",
            "email": "john@example.com",
        },
        recurring={
            "frequency": "WEEKLY",
            "count": 12,  # 12 occurrences
        },
    )


def test_basic_booking(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    booking = client.calendar.bookings.create(
        event_type_id="evt_xxx",
        start_time="2024-01-15T10:00:00-05:00",
        attendee={
            "name": "John Doe",
            "email": "john@example.com",
        },
    )
    print(f"Booking UID: {booking.uid}")
    print(f"Meeting URL: {booking.meeting_url}")

    uid, url = capsys.readouterr().out.splitlines()
    assert uid.startswith("Booking UID: bk_")
    assert url.startswith("Meeting URL: https://meet.example/")
    assert len(url) > len("Meeting URL: https://meet.example/") + 20


def test_with_all_options(client: Client) -> None:
    booking = client.calendar.bookings.create(
        event_type_id="evt_xxx",
        start_time="2024-01-15T10:00:00-05:00",
        # Attendee details
        attendee={
            "name": "John Doe",
            "email": "john@example.com",
            "phone": "+1234567890",
            "timezone": "America/New_York",
        },
        # Additional info
        notes="Looking forward to discussing the proposal",
        guests=["guest1@example.com", "guest2@example.com"],
        # Question responses
        responses={
            "company_name": "Acme Corp",
            "company_size": "50-100",
        },
        # Metadata for your system
        metadata={
            "dealId": "deal_123",
            "source": "website",
        },
        # For team events, specify host
        host_id="user_xxx",
    )

    assert booking == client.calendar.bookings.get(booking.uid)
    assert booking.attendee.phone == "+1234567890"
    assert booking.attendee.timezone == "America/New_York"
    assert booking.notes == "Looking forward to discussing the proposal"
    assert [guest.email for guest in booking.guests] == [
        "guest1@example.com",
        "guest2@example.com",
    ]
    assert booking.responses == {"company_name": "Acme Corp", "company_size": "50-100"}
    assert booking.metadata == {"dealId": "deal_123", "source": "website"}
    assert booking.host_id == "user_xxx"


def test_booking_properties(booking: Booking) -> None:
    assert booking.uid.startswith("bk_")
    assert booking.event_type_id == "evt_xxx"
    assert booking.host_id == "user_xxx"
    assert booking.start_time == "2024-01-15T10:00:00-05:00"
    assert booking.end_time == "2024-01-15T10:30:00-05:00"
    assert booking.status == "CONFIRMED"
    assert booking.attendee.name == "John Doe"
    assert booking.meeting_url
    assert booking.location is None


def test_get_by_uid(client: Client, booking: Booking) -> None:
    booking_uid = booking.uid

    assert client.calendar.bookings.get(booking_uid) == booking


def test_list_all_bookings(client: Client, booking: Booking) -> None:
    bookings = client.calendar.bookings.list(
        count=50,
        offset=0,
    )

    assert bookings == (booking,)


def test_filter_by_status(client: Client, booking: Booking, pending: Booking) -> None:
    upcoming = client.calendar.bookings.list(
        status="CONFIRMED",
    )

    assert upcoming == (booking,)


def test_filter_by_date_range(client: Client, booking: Booking) -> None:
    this_week = client.calendar.bookings.list(
        start_date="2024-01-15",
        end_date="2024-01-22",
    )
    before = client.calendar.bookings.list(
        start_date="2024-01-08",
        end_date="2024-01-14",
    )

    assert (this_week, before) == ((booking,), ())


def test_filter_by_event_type(
    client: Client, booking: Booking, pending: Booking
) -> None:
    demos = client.calendar.bookings.list(
        event_type_id="evt_demo",
    )

    assert demos == (pending,)


def test_filter_by_attendee_email(client: Client, booking: Booking) -> None:
    user_bookings = client.calendar.bookings.list(
        attendee_email="john@example.com",
    )

    assert user_bookings == (booking,)


def test_the_five_statuses() -> None:
    assert [status.value for status in Status] == [
        "PENDING",
        "CONFIRMED",
        "CANCELLED",
        "COMPLETED",
        "NO_SHOW",
    ]


def test_check_status(
    client: Client,
    booking: Booking,
    pending: Booking,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for uid in (booking.uid, pending.uid):
        booking = client.calendar.bookings.get(uid)
        if booking.status == "PENDING":
            print("Awaiting host confirmation")
        elif booking.status == "CONFIRMED":
            print("Booking confirmed for", booking.start_time)

    assert capsys.readouterr().out == (
        "Booking confirmed for 2024-01-15T10:00:00-05:00\nAwaiting host confirmation\n"
    )


def test_confirm_booking(client: Client, pending: Booking) -> None:
    booking = pending

    confirmed = client.calendar.bookings.confirm(booking.uid)

    assert confirmed.status == "CONFIRMED"


def test_reject_booking(client: Client, pending: Booking) -> None:
    booking = pending

    rejected = client.calendar.bookings.reject(
        booking.uid,
        reason="Schedule conflict, please rebook for next week",
    )

    assert (rejected.status, rejected.resolution) == ("CANCELLED", "rejected")
    assert rejected.reason == "Schedule conflict, please rebook for next week"


def test_cancel_by_attendee(client: Client, booking: Booking) -> None:
    cancelled = client.calendar.bookings.cancel(
        booking.uid,
        reason="Something came up",
        cancelled_by="attendee",
    )

    assert (cancelled.status, cancelled.cancelled_by) == ("CANCELLED", "attendee")
    assert cancelled.reason == "Something came up"


def test_cancel_by_host(client: Client, booking: Booking) -> None:
    """Without a mail server nobody can be notified: refused before it is written."""
    with pytest.raises(errors.MailNotConfigured) as refusal:
        client.calendar.bookings.cancel(
            booking.uid,
            reason="Need to reschedule due to emergency",
            cancelled_by="host",
            notify_attendee=True,
        )
    assert refusal.value.code == "mail_not_configured"
    assert client.calendar.bookings.get(booking.uid) == booking

    cancelled = client.calendar.bookings.cancel(
        booking.uid,
        reason="Need to reschedule due to emergency",
        cancelled_by="host",
    )

    assert (cancelled.status, cancelled.cancelled_by) == ("CANCELLED", "host")


@pytest.mark.parametrize("hours", [13, 12, 11])
def test_cancellation_policies(
    client: Client,
    booking: Booking,
    clock: Clock,
    capsys: pytest.CaptureFixture[str],
    hours: int,
) -> None:
    """The page's own arithmetic agrees with what calbook decides."""
    clock.now = booking.starts_at - timedelta(hours=hours)

    event_type = client.calendar.event_types.get(booking.event_type_id)
    booking_start = booking.starts_at
    now = clock.now
    hours_until = (booking_start - now).total_seconds() / (60 * 60)
    deadline_hours = event_type.cancellation_deadline / 60
    if hours_until < deadline_hours:
        print("Cancellation deadline has passed")
        with pytest.raises(errors.DeadlinePassed):
            client.calendar.bookings.cancel(booking.uid)
    else:
        client.calendar.bookings.cancel(booking.uid)

    passed = capsys.readouterr().out == "Cancellation deadline has passed\n"
    status = client.calendar.bookings.get(booking.uid).status
    assert (passed, status) == (
        (True, "CONFIRMED") if hours == 11 else (False, "CANCELLED")
    )


def test_get_available_reschedule_slots(client: Client, booking: Booking) -> None:
    client.calendar.bookings.reschedule(
        booking.uid, start_time="2024-01-22T10:00:00-05:00"
    )

    availability = client.calendar.availability.get(
        event_type_id=booking.event_type_id,
        start_date="2024-01-20",
        end_date="2024-01-27",
        exclude_booking_uid=booking.uid,  # Exclude current booking's slot
    )

    starts = [slot.start_time for slot in availability]
    assert len(starts) == 5 * 16
    assert starts[0] == "2024-01-22T09:00:00-05:00"
    assert "2024-01-22T10:00:00-05:00" in starts
    others = client.calendar.availability.get(
        event_type_id=booking.event_type_id,
        start_date="2024-01-20",
        end_date="2024-01-27",
    )
    assert {slot.start_time for slot in availability} - {
        slot.start_time for slot in others
    } == {"2024-01-22T10:00:00-05:00"}


def test_reschedule_booking(
    client: Client, booking: Booking, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page moves it to a Saturday, which must be open for that."""
    client.calendar.schedules.override(
        "work",
        date="2024-01-20",
        availability=[{"start_time": "10:00", "end_time": "16:00"}],
    )
    with pytest.raises(errors.MailNotConfigured):
        client.calendar.bookings.reschedule(
            booking.uid,
            start_time="2024-01-20T14:00:00-05:00",
            reason="Need to move to next week",
            notify_attendee=True,
        )

    rescheduled = client.calendar.bookings.reschedule(
        booking.uid,
        start_time="2024-01-20T14:00:00-05:00",
        reason="Need to move to next week",
    )
    print("Rescheduled to:", rescheduled.start_time)

    assert capsys.readouterr().out == "Rescheduled to: 2024-01-20T14:00:00-05:00\n"
    assert rescheduled.uid == booking.uid
    assert rescheduled.meeting_url == booking.meeting_url


def test_add_attendee(client: Client, group: Booking) -> None:
    booking = group

    added = client.calendar.bookings.add_attendee(
        booking.uid,
        name="Jane Smith",
        email="jane@example.com",
    )

    assert [guest.email for guest in added.guests] == ["jane@example.com"]
    assert added == client.calendar.bookings.get(booking.uid)


def test_remove_attendee(client: Client, group: Booking) -> None:
    booking = group
    client.calendar.bookings.add_attendee(
        booking.uid, name="Jane Smith", email="jane@example.com"
    )

    removed = client.calendar.bookings.remove_attendee(
        booking.uid,
        email="jane@example.com",
    )

    assert (removed.attendee.email, removed.guests) == ("john@example.com", ())


def test_list_attendees(
    client: Client, group: Booking, capsys: pytest.CaptureFixture[str]
) -> None:
    uid = group.uid
    client.calendar.bookings.add_attendee(
        uid, name="Jane Smith", email="jane@example.com"
    )

    booking = client.calendar.bookings.get(uid)
    print("Primary attendee:", booking.attendee)
    print("Guests:", booking.guests)
    print("Total attendees:", 1 + len(booking.guests))

    primary, guests, total = capsys.readouterr().out.splitlines()
    assert "John Doe" in primary
    assert "jane@example.com" in guests
    assert total == "Total attendees: 2"


def test_create_recurring(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    booking = client.calendar.bookings.create(
        event_type_id="evt_weekly_coaching",
        start_time="2024-01-15T10:00:00-05:00",
        attendee={
            "name": "John Doe",
            "email": "john@example.com",
        },
        recurring={
            "frequency": "WEEKLY",
            "count": 12,  # 12 occurrences
        },
    )
    print("Recurring booking created")
    print("Occurrences:", len(booking.occurrences))

    assert capsys.readouterr().out == "Recurring booking created\nOccurrences: 12\n"
    starts = [occurrence.start_time[10:] for occurrence in booking.occurrences]
    assert starts == ["T10:00:00-05:00"] * 8 + ["T10:00:00-04:00"] * 4


def test_get_occurrences(
    client: Client, series: Booking, capsys: pytest.CaptureFixture[str]
) -> None:
    booking = series

    occurrences = client.calendar.bookings.get_occurrences(booking.uid)
    for occurrence in occurrences:
        print(f"{occurrence.date}: {occurrence.status}")

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 12
    assert lines[0] == "2024-01-15: CONFIRMED"
    assert lines[-1] == "2024-04-01: CONFIRMED"


def test_cancel_single_occurrence_and_all_future(
    client: Client, series: Booking
) -> None:
    booking = series

    client.calendar.bookings.cancel_occurrence(
        booking.uid,
        date="2024-02-05",
        reason="Holiday",
    )
    client.calendar.bookings.cancel_all_future(
        booking.uid,
        from_date="2024-03-01",
        reason="Project completed",
    )

    left = [
        (number, occurrence.date)
        for number, occurrence in enumerate(
            client.calendar.bookings.get_occurrences(booking.uid), 1
        )
        if occurrence.status == "CONFIRMED"
    ]
    assert left == [
        (1, "2024-01-15"),
        (2, "2024-01-22"),
        (3, "2024-01-29"),
        (5, "2024-02-12"),
        (6, "2024-02-19"),
        (7, "2024-02-26"),
    ]


def test_notes(
    client: Client, booking: Booking, capsys: pytest.CaptureFixture[str]
) -> None:
    client.calendar.bookings.add_note(
        booking.uid,
        content="Discussed Q1 goals, follow up on pricing",
        is_private=True,  # Only visible to hosts
    )
    notes = client.calendar.bookings.get_notes(booking.uid)
    for note in notes:
        print(f"[{note.created_at}] {note.content}")

    assert capsys.readouterr().out == (
        "[2024-01-08T09:00:00-05:00] Discussed Q1 goals, follow up on pricing\n"
    )


def test_booking_metadata(client: Client) -> None:
    # Set metadata on creation
    booking = client.calendar.bookings.create(
        event_type_id="evt_xxx",
        start_time="2024-01-15T10:00:00-05:00",
        attendee={"name": "John Doe", "email": "john@example.com"},
        metadata={
            "salesforceLeadId": "lead_123",
            "campaignId": "camp_456",
        },
    )
    # Update metadata later
    updated = client.calendar.bookings.update(
        booking.uid,
        metadata={
            **booking.metadata,
            "meetingOutcome": "interested",
        },
    )

    assert updated.metadata == {
        "salesforceLeadId": "lead_123",
        "campaignId": "camp_456",
        "meetingOutcome": "interested",
    }
    replaced = client.calendar.bookings.update(booking.uid, metadata={"a": 1})
    assert replaced.metadata == {"a": 1}


def test_mark_as_attended(client: Client, booking: Booking, clock: Clock) -> None:
    clock.now = booking.starts_at

    marked = client.calendar.bookings.mark_attended(booking.uid)

    assert (marked.status, marked.attendance) == ("COMPLETED", "attended")


def test_mark_as_no_show(client: Client, booking: Booking, clock: Clock) -> None:
    clock.now = booking.starts_at

    marked = client.calendar.bookings.mark_no_show(booking.uid)

    assert (marked.status, marked.attendance) == ("NO_SHOW", "no_show")


def test_get_ics_file(client: Client, booking: Booking) -> None:
    ics = client.calendar.bookings.get_ics(booking.uid)

    (event,) = Calendar.from_ical(ics).walk("VEVENT")
    assert event["UID"] == f"{booking.uid}@calbook"
    assert event.start == booking.starts_at
    assert event.end == booking.ends_at


def test_webhooks_for_bookings(client: Client, clock: Clock, pending: Booking) -> None:
    """Every type that the page's receiver switches on is written for it to hear."""
    bookings = client.calendar.bookings
    bookings.confirm(pending.uid)
    bookings.reschedule(pending.uid, start_time="2024-01-16T11:00:00-05:00", by="host")
    clock.now = datetime(2024, 1, 17, tzinfo=UTC)
    client.tick()
    other = bookings.create(
        event_type_id="evt_xxx",
        start_time="2024-01-18T10:00:00-05:00",
        attendee={"name": "John Doe", "email": "john@example.com"},
    )
    bookings.cancel(other.uid)

    heard = [e.type for uid in (pending.uid, other.uid) for e in bookings.history(uid)]

    assert heard == [
        "booking.created",
        "booking.confirmed",
        "booking.rescheduled",
        "booking.completed",
        "booking.created",
        "booking.cancelled",
    ]
