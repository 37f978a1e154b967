"""Reminders: queued for confirmed meetings, moved and dropped with them, sent once."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.mailing import Server

from calbook import Booking, Client, errors

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Run

pytest_plugins = ("support.running", "support.mailing")

ADA = {"name": "Ada", "email": "Ada@example.com", "timezone": "Europe/Lisbon"}
HOUR = {"minutes_before": 60}


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def host(client: Client, post: Server) -> Client:
    """Grace in New York, who gives a demo that is reminded of an hour before."""
    client.set_up(
        name="Grace Hopper", email="grace@example.com", timezone="America/New_York"
    )
    client.calendar.event_types.create(
        "demo", title="Product demo", reminders=[HOUR], maximum_advance=None
    )
    return client


def book(client: Client, start: str = "2027-01-18 10:00", **fields: Any) -> Booking:
    wanted = {"event_type_id": "demo", "attendee": ADA}
    return client.calendar.bookings.create(start_time=start, **{**wanted, **fields})


def pending(client: Client, uid: str | None = None) -> list[tuple[str, str]]:
    """To whom and when the reminders go that wait, by time."""
    log = client.calendar.mails.log(uid, status="pending", count=1_000)
    assert {mail.type for mail in log} <= {"reminder"}
    return sorted((mail.next_at or "", mail.target) for mail in log)


def dropped(client: Client) -> int:
    return len(client.calendar.mails.log(status="dropped"))


def at(clock: Clock, text: str) -> None:
    clock.now = datetime.fromisoformat(text).replace(tzinfo=UTC)


TEN = "2027-01-18T14:00:00+00:00"  # an hour before 10:00 in New York


def test_a_reminder_is_sent_when_it_is_time(
    host: Client, post: Server, clock: Clock
) -> None:
    uid = book(host, meeting_url="https://meet.example/abc").uid

    assert pending(host) == [(TEN, "ada@example.com")]
    at(clock, "2027-01-18 13:59:59")
    assert host.deliver() == ()
    at(clock, "2027-01-18 14:00")
    [sent] = host.deliver()
    assert host.deliver() == ()

    [mail] = post.received
    assert sent.status == "delivered"
    assert mail.to == ["Ada@example.com"]
    assert mail.message["Subject"] == "Reminder: Product demo, Mon 18 Jan 2027, 15:00"
    assert mail.message["Date"] == "Mon, 18 Jan 2027 14:00:00 +0000"
    assert mail.message["References"] == f"<{uid}@calbook>"
    assert mail.message.get_content_type() == "text/plain"
    assert mail.text == (
        "Hello Ada,\n\n"
        "Product demo with Grace Hopper is coming up.\n\n"
        "When       Mon 18 Jan 2027, 15:00–15:30 Europe/Lisbon\n"
        "Link       https://meet.example/abc\n"
        f"Booking    {uid}\n\n"
        "To change or cancel it, reply to this mail.\n"
    )


@pytest.mark.parametrize(
    ("to", "persons"),
    [
        ("attendee", ["ada@example.com"]),
        ("host", ["grace@example.com"]),
        ("all", ["ada@example.com", "bob@b.org", "grace@example.com"]),
    ],
)
def test_it_goes_to_whom_the_event_type_says(
    host: Client, to: str, persons: list[str]
) -> None:
    host.calendar.event_types.update("demo", reminders=[{**HOUR, "to": to}])

    book(host, guests=["bob@b.org"])

    assert pending(host) == [(TEN, person) for person in persons]


def test_the_host_is_reminded_of_the_attendee(
    host: Client, post: Server, clock: Clock
) -> None:
    host.calendar.event_types.update("demo", reminders=[{**HOUR, "to": "host"}])
    book(host, guests=["bob@b.org"])

    at(clock, "2027-01-18 14:00")
    host.deliver()

    [mail] = post.received
    assert "Product demo with Ada and 1 more is coming up." in mail.text
    assert "reply" not in mail.text  # it would come back
    assert "Booked by" not in mail.text
    assert "10:00–10:30 America/New_York" in mail.text


def test_a_host_without_address_is_not_reminded_and_others_are(
    client: Client, post: Server, clock: Clock
) -> None:
    client.calendar.event_types.create("demo", reminders=[{**HOUR, "to": "all"}])
    booking = book(client)

    clock.now = booking.starts_at - timedelta(hours=1)
    client.deliver()

    [mail] = post.received
    assert mail.to == ["Ada@example.com"]
    assert mail.message["Reply-To"] is None
    assert "reply" not in mail.text


def test_everyone_in_a_group_is_reminded_as_long_as_they_are_in_it(
    host: Client,
) -> None:
    bookings = host.calendar.bookings
    host.calendar.event_types.create("yoga", seats=3, reminders=[HOUR])
    uid = book(host, event_type_id="yoga").uid
    assert pending(host) == [(TEN, "ada@example.com")]

    bookings.add_attendee(uid, email="Bob@b.org")
    assert pending(host) == [(TEN, "ada@example.com"), (TEN, "bob@b.org")]

    bookings.remove_attendee(uid, email="ada@example.com")
    assert pending(host) == [(TEN, "bob@b.org")]
    assert dropped(host) == 1


def test_a_request_is_reminded_of_once_it_is_confirmed(
    host: Client, clock: Clock
) -> None:
    bookings = host.calendar.bookings
    host.calendar.event_types.update("demo", requires_confirmation=True)
    uid = book(host).uid
    assert pending(host) == []

    bookings.confirm(uid)
    assert pending(host) == [(TEN, "ada@example.com")]

    bookings.reschedule(uid, start_time="2027-01-18 11:00")
    assert pending(host) == []

    bookings.confirm(uid)
    assert pending(host) == [("2027-01-18T15:00:00+00:00", "ada@example.com")]


def test_it_moves_and_goes_with_the_booking(host: Client) -> None:
    bookings = host.calendar.bookings
    uid = book(host).uid

    bookings.reschedule(uid, start_time="2027-01-19 11:00")
    assert pending(host) == [("2027-01-19T15:00:00+00:00", "ada@example.com")]

    bookings.reschedule(uid, start_time="2027-01-18 10:00")
    assert pending(host) == [(TEN, "ada@example.com")]

    bookings.cancel(uid)
    assert pending(host) == []
    assert dropped(host) == 3


def test_what_it_says_changes_with_the_booking(
    host: Client, post: Server, clock: Clock
) -> None:
    uid = book(host).uid

    host.calendar.bookings.update(uid, meeting_url="https://meet.example/new")
    at(clock, "2027-01-18 14:00")
    host.deliver()

    [mail] = post.received
    assert "https://meet.example/new" in mail.text
    assert dropped(host) == 0


@pytest.mark.parametrize(
    ("now", "reminded"), [("13:59:59", True), ("14:00:00", False), ("14:30", False)]
)
def test_a_booking_made_later_than_its_reminder_gets_none(
    host: Client, clock: Clock, now: str, reminded: bool
) -> None:
    at(clock, f"2027-01-18 {now}")

    book(host)

    assert bool(pending(host)) is reminded


@pytest.mark.parametrize(("now", "sent"), [("14:59:59", 1), ("15:00", 0)])
def test_one_that_is_late_is_sent_until_the_meeting_begins(
    host: Client, post: Server, clock: Clock, now: str, sent: int
) -> None:
    """As after a night in which the machine was off."""
    uid = book(host).uid

    at(clock, f"2027-01-18 {now}")
    host.deliver()

    assert len(post.received) == sent
    [mail] = host.calendar.mails.log(uid)
    assert mail.status == ("delivered" if sent else "dropped")


TWICE = [{"minutes_before": n, "to": "all"} for n in (1440, 120, 60)]


@pytest.mark.parametrize(
    ("now", "sent", "left"), [("14:30", 60, 0), ("13:30", 120, 1), ("15:00", None, 0)]
)
def test_of_those_that_are_late_each_person_gets_the_nearest(
    host: Client, post: Server, clock: Clock, now: str, sent: int | None, left: int
) -> None:
    """All of them went out at once, word for word the same."""
    host.calendar.event_types.update("demo", reminders=TWICE)
    book(host, guests=["bob@b.org"])

    at(clock, f"2027-01-18 {now}")
    host.deliver()

    persons = [["Ada@example.com"], ["bob@b.org"], ["grace@example.com"]]
    ten = datetime(2027, 1, 18, 15, tzinfo=UTC)
    assert [(mail.to, mail.message["Date"].datetime) for mail in post.received] == [
        (person, ten - timedelta(minutes=sent)) for person in persons if sent
    ]
    assert len(pending(host)) == 3 * left
    assert dropped(host) == 9 - 3 * left - len(post.received)


def test_one_that_waits_for_its_server_gives_way_to_the_next(
    host: Client, post: Server, clock: Clock
) -> None:
    host.calendar.event_types.update("demo", reminders=TWICE)
    uid = book(host).uid
    post.refused |= dict.fromkeys(["Ada@example.com", "grace@example.com"], "451 no")
    at(clock, "2027-01-18 13:59:50")
    host.deliver()
    post.refused.clear()

    at(clock, "2027-01-18 14:00")
    host.deliver()
    at(clock, "2027-01-18 14:30")
    host.deliver()

    assert len(post.received) == 2
    assert len(host.calendar.mails.log(uid, status="dropped")) == 4
    assert pending(host) == []


def test_of_two_meetings_each_is_reminded_of(
    host: Client, post: Server, clock: Clock
) -> None:
    host.calendar.event_types.update("demo", reminders=TWICE[:2])
    book(host)
    book(host, "2027-01-18 11:00")

    at(clock, "2027-01-18 14:30")
    host.deliver()

    assert len(post.received) == 4


def test_each_of_two_persons_has_a_nearest_one(
    host: Client, post: Server, clock: Clock
) -> None:
    host.calendar.event_types.update(
        "demo", reminders=[HOUR, {"minutes_before": 120, "to": "host"}]
    )
    book(host)

    at(clock, "2027-01-18 14:30")
    host.deliver()

    assert [mail.to for mail in post.received] == [
        ["grace@example.com"],
        ["Ada@example.com"],
    ]


def test_two_meetings_at_one_time_are_two(
    host: Client, post: Server, clock: Clock
) -> None:
    host.calendar.hosts.create("alan", name="Alan", email="alan@example.com")
    host.calendar.event_types.create(
        "intro", hosts=["alan"], reminders=[{"minutes_before": 120}]
    )
    book(host)
    book(host, event_type_id="intro")

    at(clock, "2027-01-18 14:30")
    host.deliver()

    assert len(post.received) == 2


def test_one_that_is_sent_ahead_of_its_time_makes_no_earlier_one_idle(
    host: Client, clock: Clock
) -> None:
    host.calendar.event_types.update("demo", reminders=[HOUR, {"minutes_before": 120}])
    uid = book(host).uid
    [near] = [m for m in host.calendar.mails.log(uid) if m.next_at == TEN]

    host.calendar.webhooks.redeliver(near.id)
    [sent] = host.deliver()

    assert (sent.id, sent.status) == (near.id, "delivered")
    assert len(pending(host)) == 1


def test_one_that_was_dropped_for_a_nearer_one_may_be_sent_again(
    host: Client, post: Server, clock: Clock
) -> None:
    host.calendar.event_types.update("demo", reminders=[HOUR, {"minutes_before": 120}])
    uid = book(host).uid
    at(clock, "2027-01-18 14:30")
    host.deliver()

    [far] = host.calendar.mails.log(uid, status="dropped")
    host.calendar.webhooks.redeliver(far.id)
    host.deliver()

    assert len(post.received) == 2


# -- sending again ---------------------------------------------------------------------


def moved(host: Client, uid: str, clock: Clock) -> None:
    host.calendar.bookings.reschedule(uid, start_time="2027-01-18 11:00", by="host")


def begun(host: Client, uid: str, clock: Clock) -> None:
    at(clock, "2027-01-18 15:00")


def cancelled(host: Client, uid: str, clock: Clock) -> None:
    host.calendar.bookings.cancel(uid, cancelled_by="host")


def left(host: Client, uid: str, clock: Clock) -> None:
    host.calendar.bookings.update(uid, email="king@example.com")


@pytest.mark.parametrize("is_sent", [True, False])
@pytest.mark.parametrize(
    ("change", "why"),
    [
        (moved, "its meeting was moved or cancelled"),
        (cancelled, "its meeting was moved or cancelled"),
        (begun, "its meeting has begun"),
        (left, "ada@example.com takes no part in it any more"),
    ],
)
def test_a_reminder_of_nothing_is_not_sent_again(
    host: Client,
    post: Server,
    clock: Clock,
    change: Callable[[Client, str, Clock], None],
    why: str,
    is_sent: bool,
) -> None:
    uid = book(host).uid
    [reminder] = host.calendar.mails.log(uid)
    if is_sent:
        at(clock, "2027-01-18 14:00")
        host.deliver()
    change(host, uid, clock)
    before = host.calendar.mails.log(uid)

    with pytest.raises(errors.Inactive) as refusal:
        host.calendar.webhooks.redeliver(reminder.id)

    assert refusal.value.message == f"{reminder.id} reminds of nothing: {why}"
    assert host.calendar.mails.log(uid) == before


def test_a_reminder_that_was_sent_may_be_sent_again_and_other_mail_always(
    host: Client, post: Server, clock: Clock
) -> None:
    uid = book(host, notify_attendee=True).uid
    at(clock, "2027-01-18 14:00")
    host.deliver()
    log = host.calendar.mails.log(uid)

    for mail in log:
        host.calendar.webhooks.redeliver(mail.id)
    host.deliver()
    assert len(post.received) == 4
    host.calendar.bookings.cancel(uid, cancelled_by="host")
    [invitation] = [mail for mail in log if mail.type == "request"]
    host.calendar.webhooks.redeliver(invitation.id)
    host.deliver()

    assert len(post.received) == 5


def test_the_server_s_delay_does_not_carry_it_into_the_meeting(
    host: Client, post: Server, clock: Clock
) -> None:
    uid = book(host).uid
    post.answer = "451 later"
    for moment in ("14:00", "14:01", "14:30", "14:50", "15:30", "18:00"):
        at(clock, f"2027-01-18 {moment}")
        host.deliver()

    [mail] = host.calendar.mails.log(uid)
    assert (mail.status, post.received) == ("dropped", [])
    assert mail.attempts == 4


def test_nobody_is_reminded_twice(host: Client, post: Server, clock: Clock) -> None:
    """Whatever the clock does, and however the booking is moved to and fro."""
    bookings = host.calendar.bookings
    uid = book(host).uid
    at(clock, "2027-01-18 14:00")
    host.deliver()

    at(clock, "2027-01-18 08:00")
    host.tick()
    bookings.update(uid, notes="Tea")
    bookings.reschedule(uid, start_time="2027-01-19 10:00")
    bookings.reschedule(uid, start_time="2027-01-18 10:00")
    at(clock, "2027-01-18 14:30")
    host.deliver()

    assert len(post.received) == 1


def test_one_person_with_two_roles_is_reminded_once(host: Client) -> None:
    host.calendar.event_types.update(
        "demo", reminders=[{**HOUR, "to": "host"}, {**HOUR, "to": "all"}]
    )

    book(host, guests=["GRACE@example.com"])

    assert pending(host) == [(TEN, "ada@example.com"), (TEN, "grace@example.com")]


def test_no_other_mail_waits_for_a_reminder(host: Client, post: Server) -> None:
    weekly = {"frequency": "WEEKLY", "count": 2}
    host.calendar.event_types.update("demo", reminders=[{"minutes_before": 11_520}])
    uid = book(host, recurring=weekly, notify_attendee=True).uid
    host.deliver()

    host.calendar.bookings.cancel(uid, date="2027-01-18", notify_attendee=True)
    host.deliver()

    assert [mail.method for mail in post.received] == ["REQUEST", "CANCEL"]
    assert len(pending(host)) == 1


def test_a_command_does_not_take_a_reminder_for_left_over(
    host: Client, run: Run
) -> None:
    start = ("create", "--event", "demo", "--start", "2027-01-18 10:00")

    made = run(*start, "--name", "Ada", "--email", "ada@example.com")

    assert (made.status, made.err) == (0, "")
    assert len(pending(host)) == 1


def test_an_hour_is_an_hour_also_when_the_clocks_change(host: Client) -> None:
    day = {"minutes_before": 1440}
    host.calendar.event_types.update("demo", reminders=[day])

    book(host, "2027-03-14 10:00", by="host", override=["hours"])

    # 10:00 in summer time; a day before it is 9:00 in winter time.
    assert pending(host) == [("2027-03-13T14:00:00+00:00", "ada@example.com")]


def test_without_a_mail_server_none_is_queued_and_the_booking_made(
    host: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = book(host).uid
    monkeypatch.setenv("CALBOOK_CONFIG", os.devnull)

    book(host, "2027-01-19 10:00")
    host.calendar.bookings.update(kept, notes="Tea")

    assert pending(host) == [(TEN, "ada@example.com")]
    host.calendar.bookings.cancel(kept)
    assert pending(host) == []


def test_a_dry_run_queues_none(host: Client) -> None:
    book(host, dry_run=True)

    assert pending(host) == []


# -- hosts and event types that change ------------------------------------------------


def test_a_host_s_new_address_is_reminded_instead_of_the_old_one(
    host: Client, post: Server, clock: Clock
) -> None:
    host.calendar.event_types.update("demo", reminders=[{**HOUR, "to": "all"}])
    book(host)

    host.calendar.hosts.update("me", email="hopper@example.com", name="G. Hopper")
    at(clock, "2027-01-18 14:00")
    host.deliver()

    ada, hopper = post.received
    assert (ada.to, hopper.to) == (["Ada@example.com"], ["hopper@example.com"])
    assert ada.message["Reply-To"] == '"G. Hopper" <hopper@example.com>'
    assert "Product demo with G. Hopper is coming up." in ada.text
    assert dropped(host) == 1


def test_a_host_without_address_any_more_is_not_reminded(host: Client) -> None:
    host.calendar.event_types.update("demo", reminders=[{**HOUR, "to": "all"}])
    book(host)

    host.calendar.hosts.update("me", email=None)

    assert pending(host) == [(TEN, "ada@example.com")]


def test_bookings_that_exist_get_the_reminders_of_their_event_type(
    host: Client, clock: Clock
) -> None:
    types = host.calendar.event_types
    types.update("demo", reminders=[])
    book(host)
    over = book(host, "2027-01-05 10:00").uid
    off = book(host, "2027-01-19 10:00").uid
    host.calendar.bookings.cancel(off)
    clock.move(days=7)

    types.update("demo", reminders=[HOUR])
    assert pending(host) == [(TEN, "ada@example.com")]
    assert host.calendar.mails.log(over) == ()

    types.update("demo", reminders=[{"minutes_before": 120, "to": "host"}])
    assert pending(host) == [("2027-01-18T13:00:00+00:00", "grace@example.com")]
    assert dropped(host) == 1

    types.update("demo", reminders=[])
    assert pending(host) == []


def test_no_reminder_is_made_up_for_the_time_that_is_over(
    host: Client, post: Server, clock: Clock
) -> None:
    types = host.calendar.event_types
    book(host)
    at(clock, "2027-01-18 14:30")
    host.deliver()

    types.update("demo", reminders=[{"minutes_before": 45}])
    types.update("demo", reminders=[HOUR])
    types.update("demo", reminders=[{"minutes_before": 20}])

    assert [moment for moment, _ in pending(host)] == ["2027-01-18T14:40:00+00:00"]
    host.deliver()
    assert len(post.received) == 1


def test_a_reminder_calls_it_as_the_invitation_did(
    host: Client, post: Server, clock: Clock
) -> None:
    """It took the event type's new title, which nobody had been told of."""
    book(host)

    host.calendar.event_types.update("demo", title="The demo")
    at(clock, "2027-01-18 14:00")
    host.deliver()

    [mail] = post.received
    assert mail.message["Subject"].startswith("Reminder: Product demo, ")


@pytest.mark.parametrize("to", ["host", "all", "attendee"])
def test_of_a_host_who_cannot_be_reminded_a_note_is_made(
    client: Client, run: Run, post: Server, to: str
) -> None:
    made = run("event", "add", "demo", "--reminder", f"60:{to}")
    changed = run("event", "update", "demo", "--reminder", f"90:{to}")
    for_programs = run("event", "update", "demo", "--reminder", f"60:{to}", "--json")

    note = "calbook: user_me has no e-mail and will not be reminded\n"
    assert [made.err, changed.err] == [note * (to != "attendee")] * 2
    assert (made.status, for_programs.err) == (0, "")


# -- series ----------------------------------------------------------------------------


def test_of_a_series_each_date_is_reminded_of_once(
    host: Client, post: Server, clock: Clock
) -> None:
    """Hour by hour; only what might fall due before it is asked again is queued."""
    reminders = [{"minutes_before": n} for n in (60, 1440, 43_200)]
    host.calendar.event_types.update("demo", reminders=reminders)
    at(clock, "2027-01-04 09:00")
    rule = {"frequency": "WEEKLY", "count": 12}
    series = book(host, recurring=rule)
    bookings = host.calendar.bookings
    bookings.cancel(series.uid, date="2027-02-08")
    bookings.reschedule(
        series.uid, date="2027-03-01", start_time="2027-03-24 16:00", by="host"
    )
    most = 0

    while clock.now < datetime(2027, 4, 10, tzinfo=UTC):
        clock.move(hours=1)
        most = max(most, len(pending(host)))
        host.deliver()

    live = [o for o in bookings.get(series.uid).occurrences if o.status == "COMPLETED"]
    assert len(live) == 11
    made = datetime(2027, 1, 4, 9, tzinfo=UTC)
    wanted = [
        o.starts_at - timedelta(minutes=minutes)
        for o in live
        for minutes in (60, 1440, 43_200)
    ]
    assert sorted(mail.message["Date"].datetime for mail in post.received) == sorted(
        moment for moment in wanted if moment > made
    )
    assert most < 20


def test_the_gap_before_the_next_date_hides_no_reminder(
    host: Client, clock: Clock
) -> None:
    """A reminder may be due while an earlier date is still to come."""
    month = {"minutes_before": 43_200}
    host.calendar.event_types.update("demo", reminders=[month])
    rule = {"frequency": "MONTHLY", "count": 3}

    book(host, "2027-02-01 10:00", recurring=rule)

    due = [moment[:10] for moment, _ in pending(host)]
    assert due == ["2027-01-30"]  # that of 1 February was before it was booked
    at(clock, "2027-02-01 16:00")
    host.tick()
    assert [moment[:10] for moment, _ in pending(host)] == ["2027-01-30", "2027-03-02"]


def test_a_series_that_is_cancelled_has_no_reminders_left(host: Client) -> None:
    series = book(host, recurring={"frequency": "DAILY", "count": 5, "byDay": ["MO"]})
    assert pending(host)

    host.calendar.bookings.cancel(series.uid, all=True)

    assert pending(host) == []


# -- what an event type may say --------------------------------------------------------


@pytest.mark.parametrize(
    "reminders",
    [
        pytest.param([{"minutes_before": 0}], id="at the start"),
        pytest.param([{"minutes_before": 43_201}], id="more than 30 days"),
        pytest.param([{"minutes_before": "60"}], id="text"),
        pytest.param([{"minutes_before": 60, "to": "guests"}], id="to somebody else"),
        pytest.param([{"to": "host"}], id="no time"),
        pytest.param([{"minutes_before": 60, "by": "mail"}], id="an unknown key"),
        pytest.param([HOUR, HOUR], id="the same twice"),
        pytest.param([{"minutes_before": n} for n in range(1, 7)], id="six"),
        pytest.param(60, id="a number"),
        pytest.param([60], id="numbers"),
        pytest.param(None, id="nothing"),
    ],
)
def test_reminders_that_cannot_be_are_refused(client: Client, reminders: Any) -> None:
    with pytest.raises(errors.BadInput) as refusal:
        client.calendar.event_types.create("demo", reminders=reminders)

    assert refusal.value.details["field"].startswith("reminders")


def test_five_reminders_fit_from_a_minute_to_thirty_days(client: Client) -> None:
    minutes = (1, 2, 3, 4, 43_200)
    wanted = [{"minutesBefore": n, "to": "all"} for n in minutes]

    made = client.calendar.event_types.create("demo", reminders=wanted)

    assert made.reminders == wanted
    assert client.calendar.event_types.update("demo", reminders=[]).reminders == []


@pytest.mark.parametrize(
    ("options", "reminders"),
    [
        (("--reminder", "none"), []),
        (("--reminder", "90m:Host"), [{"minutesBefore": 90, "to": "host"}]),
    ],
)
def test_the_command_line_changes_them(
    client: Client, run: Run, options: Any, reminders: Any
) -> None:
    client.calendar.event_types.create("demo", reminders=[HOUR])

    assert run("event", "update", "demo", *options, "--json").json["reminders"] == (
        reminders
    )


@pytest.mark.parametrize(
    "text", ["soon", "1x", "60:nobody", ":host", "60:", "1.5h30m", "60:host:2"]
)
def test_a_reminder_that_cannot_be_read_is_refused(
    client: Client, run: Run, text: str
) -> None:
    client.calendar.event_types.create("demo")

    answer = run("event", "update", "demo", "--reminder", text, "--json")

    assert (answer.status, answer.error["exitCode"]) == (2, 2)
    assert answer.error["message"] == f"--reminder cannot be {text}"
    for form in ("30", "2h", "1d:all", "1h:host", "none"):
        assert form in answer.error["hint"]


@pytest.mark.parametrize("text", ["40d", "43201", "0", "721h:host"])
def test_a_reminder_is_thirty_days_before_at_most(
    client: Client, run: Run, text: str
) -> None:
    client.calendar.event_types.create("demo")

    refused = run("event", "update", "demo", "--reminder", text, "--json")

    assert refused.error["message"] == (
        f"--reminder {text}: from 1 minute to at most 30 days"
    )
    assert run("event", "update", "demo", "--reminder", "30d").status == 0
