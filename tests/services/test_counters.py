"""Other times that attendees propose, and invitations that they ask for again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.answering import BOB, WHEN, book, calendar, mail, read, weekly
from support.mailing import Received, Server

from calbook import Client, errors

if TYPE_CHECKING:
    from conftest import Clock

pytest_plugins = ("support.mailing", "support.answering")


@pytest.fixture
def database(place: str) -> str:
    """A file or database, as `check` reads no memory."""
    return place


@pytest.fixture(autouse=True)
def whole(client: Client) -> Iterator[None]:
    """Nothing contradicts itself in the end."""
    yield
    assert client.check() == ()


LATER = "DTSTART:20270118T190000Z\r\nDTEND:20270118T193000Z\r\nCOMMENT:after lunch"
STAMPS = ("20270111T100000Z", "20270111T110000Z", "20270111T120000Z")


def counter(uid: str, more: str = LATER, **said: Any) -> bytes:
    return mail(calendar(uid, method="COUNTER", more=more, **said), method="COUNTER")


def states(client: Client) -> list[str]:
    return [str(each.state) for each in client.calendar.counters.list(past=True)]


def test_another_time_is_kept_until_it_is_accepted(host: Client) -> None:
    booking = book(host)

    [answer] = host.calendar.replies.read(counter(booking.uid))
    [proposal] = host.calendar.counters.list(booking.uid)
    after = host.calendar.counters.accept(booking.uid)

    assert (answer.outcome, answer.counter_id) == ("recorded", proposal.id)
    assert (proposal.start_time, proposal.comment, proposal.attendee["email"]) == (
        *("2027-01-18T19:00:00+00:00", "after lunch", "Ada@example.com"),
    )
    assert (after.start_time, after.sequence) == ("2027-01-18T19:00:00+00:00", 1)
    assert states(host) == ["accepted"]
    kinds = [e.type for e in host.calendar.bookings.history(booking.uid)]
    assert kinds[1:] == ["booking.replied", "booking.rescheduled"]
    with pytest.raises(errors.CounterEnded):
        host.calendar.counters.accept(proposal.id)


def test_a_time_that_is_taken_is_refused_and_stays_open(host: Client) -> None:
    booking = book(host)
    book(host, start_time=WHEN + timedelta(hours=4), attendee=BOB)
    host.calendar.replies.read(counter(booking.uid))

    with pytest.raises(errors.SlotTaken):
        host.calendar.counters.accept(booking.uid)

    assert states(host) == ["open"]


def test_a_newer_time_takes_the_place_of_the_older(host: Client) -> None:
    booking = book(host)
    data = [
        counter(booking.uid, stamp=STAMPS[1]),
        counter(booking.uid, LATER.replace("T19", "T18"), stamp=STAMPS[2]),
        counter(booking.uid, LATER.replace("T19", "T17"), stamp=STAMPS[0]),
        counter(booking.uid, LATER.replace("T19", "T18"), stamp=STAMPS[2]),
    ]

    outcomes = [read(host, each) for each in data]

    assert outcomes == ["recorded", "recorded", "out_of_date", "replayed"]
    assert states(host) == ["replaced", "open"]


@pytest.mark.parametrize("how", ["move", "cancel", "leave"])
def test_a_proposal_ends_with_what_it_is_about(host: Client, how: str) -> None:
    booking = book(host, event_type_id="class")
    bookings = host.calendar.bookings
    bookings.add_attendee(booking.uid, **BOB)
    host.calendar.replies.read(counter(booking.uid))

    if how == "move":
        bookings.reschedule(
            booking.uid, start_time=WHEN + timedelta(hours=1), by="host"
        )
    elif how == "cancel":
        bookings.cancel(booking.uid, cancelled_by="host")
    else:
        bookings.remove_attendee(booking.uid, email="ada@example.com", by="host")

    assert states(host) == ["ended"]


def test_a_proposal_for_one_date_moves_that_date(host: Client) -> None:
    booking = weekly(host)
    date = ":20270125T150000Z"
    more = LATER.replace("20270118", "20270126")
    host.calendar.replies.read(counter(booking.uid, more, date=date))
    host.calendar.replies.read(counter(booking.uid))

    with pytest.raises(errors.UsageError):
        host.calendar.counters.accept(booking.uid)
    host.calendar.bookings.cancel_occurrence(
        booking.uid, date="2027-02-08", cancelled_by="host"
    )
    after = host.calendar.counters.accept(booking.uid, date="2027-01-25")

    assert [o.start_time[:13] for o in after.occurrences] == [
        *("2027-01-18T15", "2027-01-26T19", "2027-02-01T15", "2027-02-08T15"),
    ]
    assert states(host) == ["accepted", "open"]


def test_a_proposal_for_a_whole_series_moves_what_is_to_come(
    host: Client, clock: Clock
) -> None:
    booking = weekly(host)
    more = LATER.replace("20270118", "20270119")
    host.calendar.replies.read(counter(booking.uid, more))
    clock.move(days=8)

    after = host.calendar.counters.accept(booking.uid)

    assert [o.start_time[:13] for o in after.occurrences] == [
        *("2027-01-18T15", "2027-01-26T19", "2027-02-02T19", "2027-02-09T19"),
    ]


def test_a_time_that_is_no_other_one_is_no_answer(host: Client) -> None:
    booking = book(host)
    for more in (
        "DTSTART:20270118T150000Z",
        "DTSTART;VALUE=DATE:20270119",
        "SUMMARY:x",
        "DTSTART:20270119T150000Z\r\nDTEND:20270119T140000Z",
    ):
        assert read(host, counter(booking.uid, more)) == "no_answer", more


# -- what goes out ---------------------------------------------------------------------


@pytest.fixture
def sent(client: Client, post: Server) -> Callable[[], list[Received]]:
    def deliver() -> list[Received]:
        post.received.clear()
        client.deliver()
        return [*post.received]

    return deliver


Sent = Callable[[], list[Received]]


def lines(received: Received) -> list[str]:
    return received.calendar.decode().replace("\r\n ", "").split("\r\n")


def test_who_proposed_it_is_told_that_it_is_declined(host: Client, sent: Sent) -> None:
    booking = book(host, notify_attendee=False)
    host.calendar.replies.read(counter(booking.uid, sequence=0))

    declined = host.calendar.counters.decline(booking.uid, reason="Full that day")

    assert declined.state == "declined"
    [received] = sent()
    assert received.method == "DECLINECOUNTER"
    assert {"METHOD:DECLINECOUNTER", "SEQUENCE:0", "STATUS:CONFIRMED"} <= {
        *lines(received)
    }
    assert "Full that day" in received.text
    assert "stays where it is" in received.text
    last = host.calendar.bookings.history(booking.uid)[-1]
    assert (last.type, last.by.value) == ("booking.counter_declined", "host")
    [delivery] = host.calendar.mails.log(booking.uid)
    assert delivery.type == "declinecounter"


def test_without_a_mail_server_it_is_said_who_is_not_told(host: Client) -> None:
    booking = book(host)
    host.calendar.replies.read(counter(booking.uid))

    host.calendar.counters.decline(booking.uid)

    assert host.not_told == ("Ada",)


def refresh(uid: str) -> bytes:
    return mail(calendar(uid, method="REFRESH"), method="REFRESH")


def test_an_invitation_is_sent_again_to_who_asks(
    host: Client, sent: Sent, clock: Clock
) -> None:
    booking = book(host, event_type_id="class", notify_attendee=True)
    host.calendar.bookings.add_attendee(booking.uid, **BOB)
    first = sent()
    clock.move(minutes=11)

    [answer] = host.calendar.replies.read(refresh(booking.uid))

    assert answer.outcome == "sent"
    [received] = sent()
    assert (received.method, received.to) == ("REQUEST", ["Ada@example.com"])
    assert "once more" in received.text
    assert "bob@example.com" not in received.calendar.decode()
    assert len(first) == 1
    [again] = host.calendar.replies.read(refresh(booking.uid))
    assert (again.outcome, again.note) == ("not_sent", "it was sent a moment ago")
    assert sent() == []


def test_who_asks_for_what_is_cancelled_is_told_so(
    host: Client, sent: Sent, clock: Clock
) -> None:
    booking = book(host)
    host.calendar.bookings.cancel(booking.uid, cancelled_by="host")

    assert read(host, refresh(booking.uid)) == "sent"
    [received] = sent()
    assert received.method == "CANCEL"


def test_nothing_is_sent_again_without_a_mail_server(host: Client) -> None:
    booking = book(host)

    [answer] = host.calendar.replies.read(refresh(booking.uid))

    assert answer.outcome == "not_sent"
    assert answer.note == "no mail server is configured"


def test_a_forged_wish_sends_nothing(host: Client, sent: Sent) -> None:
    booking = book(host)
    data = re.sub(b"From: .*?>", b"From: eve@example.com", refresh(booking.uid))

    assert read(host, data) == "other_sender"
    assert sent() == []


def test_who_has_one_date_alone_proposes_for_that_date(host: Client) -> None:
    """Their program need not say it, and the whole series had moved by a week."""
    booking = weekly(host, event_type_id="class")
    eve = "eve@example.com"
    host.calendar.bookings.add_attendee(booking.uid, email=eve, on="2027-01-25")
    body = calendar(
        booking.uid, method="COUNTER", who=eve, more="DTSTART:20270125T190000Z"
    )

    assert read(host, mail(body, sender=eve, method="COUNTER")) == "recorded"
    after = host.calendar.counters.accept(booking.uid)

    assert [o.start_time[:13] for o in after.occurrences] == [
        *("2027-01-18T15", "2027-01-25T19", "2027-02-01T15", "2027-02-08T15"),
    ]


def test_who_has_some_dates_alone_has_to_say_which(host: Client) -> None:
    booking = weekly(host, event_type_id="class")
    eve = "eve@example.com"
    for day in ("2027-01-25", "2027-02-01"):
        host.calendar.bookings.add_attendee(booking.uid, email=eve, on=day)
    body = calendar(
        booking.uid, method="COUNTER", who=eve, more="DTSTART:20270125T190000Z"
    )

    assert read(host, mail(body, sender=eve, method="COUNTER")) == "unknown_date"


NO_TIMES = {
    "the first day": "DTSTART:00010101T000000Z",
    "the last day": "DTSTART:99991231T235900Z",
    "a whole day": "DTSTART;VALUE=DATE:20270119",
    "the same": "DTSTART:20270118T150000Z",
}


@pytest.mark.parametrize("more", NO_TIMES.values(), ids=NO_TIMES)
def test_what_nobody_could_move_to_is_no_proposal(host: Client, more: str) -> None:
    booking = book(host)

    assert read(host, counter(booking.uid, more)) == "no_answer"
    assert states(host) == []


def test_the_longest_time_is_no_fault(host: Client) -> None:
    booking = book(host)
    more = "DTSTART:20270118T160000Z\r\nDURATION:P9999999D"

    assert read(host, counter(booking.uid, more)) == "recorded"
