"""A clock that was wrong and is right again: what time did is undone."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
from store.test_steps import steps
from support.mailing import Server
from support.receiving import Receiver, status

from calbook import Booking, Client, EventType
from calbook.services.outbox import upkeep
from calbook.store.outbox import OutboxReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Clock
    from support.running import Run

pytest_plugins = ("support.running", "support.mailing", "support.receiving")

ADA = {"name": "Ada", "email": "ada@example.com"}
TEN = datetime(2027, 1, 18, 10, tzinfo=UTC)
YEAR = timedelta(days=365)


@pytest.fixture
def database(place: str) -> str:
    return place


# -- what calendars are told -----------------------------------------------------------


def stamps(event: icalendar.Event) -> tuple[datetime, datetime, int]:
    return event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt, int(event["SEQUENCE"])


@pytest.mark.parametrize("ahead", [YEAR, timedelta(seconds=1)], ids=str)
def test_no_message_is_older_than_the_one_before(
    client: Client,
    clock: Clock,
    post: Server,
    event_type: Callable[..., EventType],
    ahead: timedelta,
) -> None:
    """An update after the clock went back had an older DTSTAMP; calendars drop it."""
    client.set_up(name="Grace", email="grace@example.com")
    event_type(seats=3, notify=True)
    bookings = client.calendar.bookings
    clock.now += ahead
    uid = bookings.create(
        event_type_id="demo", start_time=TEN + 2 * YEAR, attendee=ADA
    ).uid
    clock.now -= ahead

    bookings.update(uid, meeting_url="https://meet.example/1")
    bookings.update(uid, meeting_url="https://meet.example/2")
    bookings.add_attendee(uid, email="bob@b.org")
    bookings.reschedule(uid, start_time=TEN + YEAR)
    bookings.remove_attendee(uid, email="bob@b.org")
    bookings.cancel(uid)
    clock.now += ahead
    client.deliver()

    told: dict[str, list[Any]] = {}
    for mail in post.received:
        [event] = icalendar.Calendar.from_ical(mail.calendar).walk("VEVENT")
        told.setdefault(mail.to[0], []).append(stamps(event))
    assert {person: len(all_) for person, all_ in told.items()} == {
        "ada@example.com": 5,
        "bob@b.org": 3,
    }
    for messages in told.values():
        assert messages == sorted(messages)
        assert len({stamp for stamp, *_ in messages}) == len(messages)
    shown = bookings.get(uid)
    assert shown.updated_at >= shown.created_at


def test_a_message_follows_an_expiry_that_a_wrong_clock_told(
    client: Client, clock: Clock, event_type: Callable[..., EventType]
) -> None:
    event_type(requires_confirmation=True)
    bookings = client.calendar.bookings
    made: Booking = bookings.create(event_type_id="demo", start_time=TEN, attendee=ADA)
    clock.move(days=30)
    client.tick()
    off = bookings.get_ics(made.uid)
    clock.move(days=-30)

    bookings.confirm(made.uid)

    both = [
        stamps(event)
        for text in (off, bookings.get_ics(made.uid))
        for event in icalendar.Calendar.from_ical(text).walk("VEVENT")
    ]
    assert both[0][0] < both[1][0]
    assert both[0][2] <= both[1][2]


# -- reminders -------------------------------------------------------------------------


@pytest.fixture
def host(client: Client, post: Server, event_type: Callable[..., EventType]) -> Client:
    """Grace, who gives a demo that all are reminded of an hour and a day before."""
    client.set_up(name="Grace", email="grace@example.com")
    reminders = [{"minutes_before": n, "to": "all"} for n in (60, 1440)]
    event_type(reminders=reminders, seats=3)
    return client


def book(client: Client, start: datetime = TEN, **fields: Any) -> Booking:
    wanted: dict[str, Any] = {"event_type_id": "demo", "attendee": ADA, **fields}
    return client.calendar.bookings.create(start_time=start, **wanted)


def waiting(client: Client) -> list[tuple[str, str]]:
    """To whom and when the mails go that wait, by time."""
    log = client.calendar.mails.log(status="pending", count=1_000)
    return sorted((mail.next_at or "", mail.target) for mail in log)


def jump(clock: Clock, length: timedelta) -> Callable[[], None]:
    """Put the clock wrong; what comes back puts it right."""
    right = clock.now
    clock.now += length

    def put_right() -> None:
        clock.now = right

    return put_right


ALL = ["ada@example.com", "grace@example.com"]


@pytest.mark.parametrize(
    "ahead",
    [
        timedelta(days=13, hours=12),
        timedelta(days=14),
        timedelta(days=14, minutes=60),
        timedelta(days=30),
        YEAR,
    ],
    ids=str,
)
def test_what_a_wrong_clock_dropped_is_queued_again(
    host: Client, post: Server, clock: Clock, ahead: timedelta
) -> None:
    """One `tick` with the clock ahead dropped all reminders up to then for good."""
    book(host)
    before = waiting(host)
    assert len(before) == 4
    put_right = jump(clock, ahead)
    host.tick()

    put_right()
    host.tick()
    assert waiting(host) == before

    clock.now = TEN - timedelta(days=1)
    host.deliver()
    clock.now = TEN - timedelta(hours=1)
    host.deliver()
    assert sorted(mail.to[0] for mail in post.received) == sorted(ALL * 2)
    assert waiting(host) == []


def test_it_is_sent_late_when_the_clock_was_wrong_at_its_time(
    host: Client, post: Server, clock: Clock
) -> None:
    book(host)
    clock.now = TEN - timedelta(hours=2)
    put_right = jump(clock, YEAR)
    host.tick()
    put_right()

    clock.move(hours=1, minutes=30)
    host.deliver()

    assert sorted(mail.to[0] for mail in post.received) == ALL


def update(client: Client, uid: str) -> None:
    client.calendar.bookings.update(uid, meeting_url="https://meet.example/new")


def rename_host(client: Client, uid: str) -> None:
    client.calendar.hosts.update("me", email="hopper@example.com")


def change_reminders(client: Client, uid: str) -> None:
    client.calendar.event_types.update("demo", reminders=[{"minutes_before": 30}])


def take_reminders_out(client: Client, uid: str) -> None:
    client.calendar.event_types.update("demo", reminders=[])


def join(client: Client, uid: str) -> None:
    client.calendar.bookings.add_attendee(uid, email="bob@b.org")


def seen(*after: timedelta, persons: list[str] = ALL) -> list[tuple[str, str]]:
    return sorted(
        ((TEN - each).isoformat(), person) for each in after for person in persons
    )


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CHANGES: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "rename host": (
        rename_host,
        seen(HOUR, DAY, persons=["ada@example.com", "hopper@example.com"]),
    ),
    "change reminders": (
        change_reminders,
        seen(timedelta(minutes=30), persons=["ada@example.com"]),
    ),
    "take reminders out": (take_reminders_out, []),
}


@pytest.mark.parametrize("ticks", [True, False], ids=["tick", "no tick"])
@pytest.mark.parametrize("ahead", [timedelta(days=13, hours=20), YEAR], ids=str)
@pytest.mark.parametrize(("change", "after"), CHANGES.values(), ids=CHANGES)
def test_a_change_under_a_wrong_clock_is_followed_when_it_is_right(
    host: Client, clock: Clock, change: Any, after: Any, ahead: timedelta, ticks: bool
) -> None:
    uid = book(host).uid
    put_right = jump(clock, ahead)
    if ticks:
        host.tick()
    change(host, uid)

    put_right()
    host.tick()

    assert waiting(host) == after


@pytest.mark.parametrize("change", [update, join], ids=["update", "join"])
def test_a_booking_that_a_wrong_clock_changed_is_reminded_of(
    host: Client, post: Server, clock: Clock, change: Any
) -> None:
    uid = book(host).uid
    put_right = jump(clock, timedelta(days=14))
    change(host, uid)
    host.tick()

    put_right()
    host.tick()

    persons = [*ALL, *(["bob@b.org"] if change is join else [])]
    assert waiting(host) == seen(HOUR, DAY, persons=persons)
    clock.now = TEN - HOUR
    host.deliver()
    link = "https://meet.example/new"
    assert all((link in mail.text) is (change is update) for mail in post.received)


def test_a_booking_made_under_a_wrong_clock_is_reminded_of(
    host: Client, clock: Clock
) -> None:
    """Its reminders seemed to be over."""
    put_right = jump(clock, timedelta(days=14, minutes=30))
    book(host)
    put_right()

    host.tick()

    assert waiting(host) == seen(HOUR, DAY)


def test_a_clock_that_is_behind_drops_and_doubles_nothing(
    host: Client, post: Server, clock: Clock
) -> None:
    book(host)
    clock.now = TEN - timedelta(hours=23)
    host.deliver()
    put_right = jump(clock, -YEAR)
    host.deliver()
    host.calendar.event_types.update("demo", title="The demo")
    host.deliver()
    put_right()
    clock.move(hours=22)
    host.deliver()
    host.deliver()

    assert sorted(mail.to[0] for mail in post.received) == sorted(ALL * 2)


def test_every_wrong_clock_is_undone_in_parts(host: Client, clock: Clock) -> None:
    """Of many bookings a part at a time, so that nobody waits long for the file."""
    for n in range(120):
        book(host, TEN + n * HOUR)
    before = waiting(host)
    put_right = jump(clock, YEAR)
    host.tick()
    assert waiting(host) == []

    put_right()
    host.tick()

    assert waiting(host) == before


@pytest.mark.parametrize("seed", range(3))
def test_a_series_is_reminded_of_as_if_no_clock_had_jumped(
    client: Client,
    post: Server,
    clock: Clock,
    event_type: Callable[..., EventType],
    seed: int,
) -> None:
    """Ticks at any time, and mail sent when the clock is right: each comes once."""
    chance = random.Random(seed)
    minutes = (60, 1440, 20_160)
    event_type(reminders=[{"minutes_before": n} for n in minutes])
    rule = {"frequency": "WEEKLY", "count": 6}
    bookings = client.calendar.bookings
    uid = book(client, recurring=rule).uid
    bookings.cancel(uid, date="2027-02-08")
    bookings.reschedule(uid, date="2027-01-25", start_time=TEN + timedelta(days=9))
    made = clock.now

    while clock.now < TEN + timedelta(days=40):
        clock.move(hours=6)
        put_right = jump(clock, timedelta(days=chance.uniform(-60, 60)))
        act = chance.randrange(4)
        if act == 0:
            client.tick()
        elif act == 1:
            bookings.update(uid, notes=str(clock.now))
        put_right()
        client.deliver()

    dates = [o for o in bookings.get(uid).occurrences if o.status == "COMPLETED"]
    wanted = [o.starts_at - timedelta(minutes=n) for o in dates for n in minutes]
    assert len(dates) == 5
    assert sorted(mail.message["Date"].datetime for mail in post.received) == sorted(
        moment for moment in wanted if moment > made
    )


@pytest.mark.sqlite
def test_a_tick_costs_no_more_beside_many_reminders(host: Client, clock: Clock) -> None:
    """Those that were sent, that wait for their day, and that are due now."""
    store = host._context.store

    def work() -> int:
        with store.transaction(dry_run=True) as tx:
            return steps(tx.connection, lambda: upkeep.keep_up(tx, clock.now))

    for day in range(3):
        book(host, TEN + timedelta(days=day))
    clock.now = TEN - HOUR
    few = work()
    with store.transaction() as tx:
        for status_, due in (("delivered", 0), ("pending", 10**10)):
            tx.run(
                """
                with recursive n (n) as
                    (select 1 union all select n + 1 from n limit 3000)
                insert into deliveries (id, channel, target, uid, kind, status,
                    due_at, created_at)
                select :status || n, 'mail', 'ada', (select uid from bookings),
                    'reminder', :status, :due, 0 from n
                """,
                status=status_,
                due=due,
            )
        tx.run(
            "insert into reminders select uid, seq + 1000000000000, 60, target, id"
            " from deliveries where target = 'ada'"
        )

    assert work() == pytest.approx(few, rel=0.2)


# -- reminders of a series -------------------------------------------------------------


WEEKLY = {"frequency": "WEEKLY", "count": 4}


@pytest.mark.parametrize(
    "away",
    [timedelta(days=6, hours=12), timedelta(days=13), timedelta(days=20, hours=23)],
    ids=str,
)
@pytest.mark.parametrize("is_series", [True, False], ids=["series", "singles"])
def test_reminders_fall_due_while_the_machine_is_off(
    host: Client, post: Server, clock: Clock, away: timedelta, is_series: bool
) -> None:
    """Those of a series were never sent, as the date before had not been told of."""
    if is_series:
        book(host, recurring=WEEKLY)
    else:
        for n in range(4):
            book(host, TEN + timedelta(weeks=n))
    clock.now = TEN - HOUR
    host.deliver()
    post.received.clear()

    clock.now = TEN + away
    host.deliver()

    assert sorted(mail.to[0] for mail in post.received) == ALL


@pytest.mark.parametrize("how", ["attended", "told too early"])
def test_reminders_of_a_series_wait_for_no_event(
    host: Client, post: Server, clock: Clock, how: str
) -> None:
    """A date that was settled, or told of too early, is told of no more at its end."""
    uid = book(host, recurring=WEEKLY).uid
    if how == "attended":
        clock.now = TEN
        host.calendar.bookings.mark_attended(uid, date="2027-01-18")
    else:
        put_right = jump(clock, timedelta(days=15))
        host.tick()
        put_right()
    for n in range(1, 4):
        clock.now = TEN + timedelta(weeks=n) - HOUR
        host.deliver()

    assert sorted(mail.to[0] for mail in post.received) == sorted(ALL * 3)


def test_reminders_of_a_series_follow_what_is_changed(
    host: Client, post: Server, clock: Clock
) -> None:
    """A date moved and one cancelled, others reminded of, a person more: all of it."""
    uid = book(host, recurring=WEEKLY).uid
    bookings = host.calendar.bookings
    clock.now = TEN + HOUR
    host.deliver()
    bookings.cancel(uid, date="2027-01-25")
    bookings.reschedule(
        uid, date="2027-02-01", start_time=TEN + timedelta(days=30), by="host"
    )
    host.calendar.event_types.update("demo", reminders=[{"minutes_before": 2880}])
    bookings.add_attendee(uid, email="bob@b.org")
    post.received.clear()

    while clock.now < TEN + timedelta(days=40):
        clock.move(hours=12)
        host.deliver()

    dates = [TEN + timedelta(days=n) for n in (21, 30)]
    assert sorted(
        (mail.message["Date"].datetime, mail.to[0]) for mail in post.received
    ) == sorted(
        (date - timedelta(days=2), person)
        for date in dates
        for person in ("ada@example.com", "bob@b.org")
    )


def test_a_watcher_knows_when_more_is_to_be_queued(host: Client, clock: Clock) -> None:
    book(host, recurring=WEEKLY)
    with host._context.store.read(OutboxReader) as reading:
        end = int((TEN + timedelta(minutes=30)).timestamp())
        assert reading.next_plan(end - 1) == end
        assert reading.next_plan(end) is None


# -- what is to be sent ----------------------------------------------------------------


@pytest.mark.parametrize("jumped", [YEAR, timedelta(minutes=5)], ids=str)
def test_an_event_made_by_a_wrong_clock_is_sent_and_blocks_nothing(
    client: Client,
    clock: Clock,
    receiver: Receiver,
    event_type: Callable[..., EventType],
    jumped: timedelta,
) -> None:
    """It waited for its time, the later ones of its booking for it, in silence."""
    event_type()
    client.calendar.webhooks.create(receiver.url(), allow_http=True)
    put_right = jump(clock, jumped)
    uid = book(client, TEN + 2 * YEAR).uid
    put_right()
    client.calendar.bookings.update(uid, notes="Tea")

    sent = client.deliver()

    assert [delivery.status for delivery in sent] == ["delivered"] * 2
    assert receiver.types == ["booking.created", "booking.updated"]
    assert client.count_retries() == (0, None)


def test_a_retry_waits_no_longer_than_it_would_have(
    client: Client,
    clock: Clock,
    receiver: Receiver,
    event_type: Callable[..., EventType],
) -> None:
    event_type()
    client.calendar.webhooks.create(receiver.url(), allow_http=True)
    book(client, TEN + 2 * YEAR)
    receiver.answer = status(500)
    put_right = jump(clock, YEAR)
    client.deliver()
    put_right()
    assert client.deliver() == ()
    assert client.count_retries() == (1, clock.now + timedelta(seconds=30))

    receiver.answer = status(200)
    clock.move(seconds=29)
    assert client.deliver() == ()
    clock.move(seconds=1)
    assert [delivery.status for delivery in client.deliver()] == ["delivered"]


def test_a_retry_waits_no_less_however_often_is_looked(
    client: Client,
    clock: Clock,
    receiver: Receiver,
    event_type: Callable[..., EventType],
) -> None:
    """Each tick took from its wait by how much the clock had been ahead."""
    event_type()
    client.calendar.webhooks.create(receiver.url(), allow_http=True)
    book(client, TEN + 2 * YEAR)
    receiver.answer = status(500)
    put_right = jump(clock, timedelta(seconds=10))
    client.deliver()
    put_right()

    for _ in range(5):
        assert client.deliver() == ()

    assert client.count_retries() == (1, clock.now + timedelta(seconds=30))


def test_a_retry_behind_is_due_when_the_clock_is_right(
    client: Client,
    clock: Clock,
    receiver: Receiver,
    event_type: Callable[..., EventType],
) -> None:
    event_type()
    client.calendar.webhooks.create(receiver.url(), allow_http=True)
    book(client)
    receiver.answer = status(500)
    client.deliver()
    receiver.answer = status(200)

    clock.now -= YEAR
    assert client.deliver() == ()
    clock.move(seconds=30)

    assert [delivery.status for delivery in client.deliver()] == ["delivered"]


def test_a_watcher_notices_that_the_clock_was_put_back(
    client: Client,
    clock: Clock,
    receiver: Receiver,
    event_type: Callable[..., EventType],
) -> None:
    """It slept until the time that the wrong clock had given."""
    event_type()
    client.calendar.webhooks.create(receiver.url(), allow_http=True)
    book(client, TEN + 2 * YEAR)
    receiver.answers["/"] = [status(500)]
    clock.now += YEAR
    attempts = client.delivering(watch=True)
    assert next(attempts).status == "pending"

    clock.now -= YEAR
    pusher = threading.Timer(1.5, lambda: clock.move(seconds=31))
    pusher.start()
    assert next(attempts).status == "delivered"
    attempts.close()
    pusher.join()


def test_deliver_says_what_waits_and_that_the_clock_was_wrong(
    client: Client,
    clock: Clock,
    receiver: Receiver,
    event_type: Callable[..., EventType],
    run: Run,
) -> None:
    event_type()
    client.calendar.webhooks.create(receiver.url(), allow_http=True)
    assert client.event_ahead() is None
    put_right = jump(clock, YEAR)
    book(client, TEN + 2 * YEAR)
    put_right()
    assert client.event_ahead() == clock.now + YEAR

    first = run("deliver")
    assert first.status == 0
    assert first.err == (
        "calbook: the newest event was written at 2028-01-04 09:00 UTC, ahead of this"
        " clock: is it right?\n"
    )
    receiver.answer = status(500)
    book(client)
    assert client.event_ahead() is None
    assert run("deliver").status == 8
    receiver.answer = status(200)
    book(client, TEN + HOUR)
    second = run("deliver")
    assert (second.status, second.err) == (
        0,
        "1 more to be tried again later (or --retry-now)\n",
    )
