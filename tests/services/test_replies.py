"""What attendees answer: whose answers count, for what, and what is told of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.answering import (
    BOB,
    PROGRAMS,
    STAMP,
    WHEN,
    book,
    calendar,
    mail,
    read,
    said,
    weekly,
)

from calbook import Booking, Client, errors

if TYPE_CHECKING:
    from conftest import Clock

pytest_plugins = ("support.answering",)


@pytest.fixture
def database(place: str) -> str:
    """A file or database, as `check` reads no memory."""
    return place


@pytest.fixture(autouse=True)
def whole(client: Client) -> Iterator[None]:
    """Nothing contradicts itself in the end."""
    yield
    assert client.check() == ()


def on_dates(client: Client, booking: Booking) -> dict[str, Any]:
    """What Ada answered, date by date."""
    found = client.calendar.bookings.list_occurrences()
    return {each.date: each.partstat for each in found if each.uid == booking.uid}


# -- as programs write them ------------------------------------------------------------


@pytest.mark.parametrize("says", ["ACCEPTED", "DECLINED", "TENTATIVE"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_an_answer_is_read_as_programs_write_it(
    host: Client, clock: Clock, program: str, says: str
) -> None:
    booking = book(host)
    clock.move(hours=2)

    outcome = read(host, PROGRAMS[program](booking.uid, says, "ada@example.com"))

    assert outcome == "recorded"
    after = host.calendar.bookings.get(booking.uid)
    assert (after.partstat, after.attendee.partstat) == (says, says)
    assert after.replied_at == "2027-01-12T11:00:00+00:00"
    assert (after.version, after.sequence) == (booking.version + 1, 0)


DATES = {
    "in UTC": ":20270125T150000Z",
    "by IANA's name": ";TZID=Europe/Lisbon:20270125T150000",
    "by another zone": ";TZID=America/New_York:20270125T100000",
    "by Windows' name": ";TZID=Eastern Standard Time:20270125T100000",
    "in no zone": ":20270125T150000",
    "in a zone nobody knows": ";TZID=My Own Zone:20270125T150000",
    "as a date": ";VALUE=DATE:20270125",
}


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("date", DATES.values(), ids=DATES)
def test_an_answer_to_one_date_of_a_series(
    host: Client, program: str, date: str
) -> None:
    booking = weekly(host)
    read(host, mail(calendar(booking.uid, stamp="20270110T100000Z")))

    answer = PROGRAMS[program](booking.uid, "DECLINED", "ada@example.com", date)

    assert read(host, answer) == "recorded"
    assert said(host, booking) == "ACCEPTED"
    assert on_dates(host, booking) == {
        "2027-01-18": "ACCEPTED",
        "2027-01-25": "DECLINED",
        "2027-02-01": "ACCEPTED",
        "2027-02-08": "ACCEPTED",
    }


def test_an_answer_is_told_in_history_and_to_webhooks(host: Client) -> None:
    hook = host.calendar.webhooks.create(
        "https://example.com/hook", events=["booking.replied"]
    )
    booking = book(host)

    more = "COMMENT:I may be\\n late\\, sorry"
    read(host, mail(calendar(booking.uid, says="TENTATIVE", more=more)))

    event = host.calendar.bookings.history(booking.uid)[-1]
    assert (event.type, event.by.value) == ("booking.replied", "attendee")
    assert event.change == {
        "attendee": {"email": "Ada@example.com", "name": "Ada"},
        "partstat": "TENTATIVE",
        "comment": "I may be late, sorry",
    }
    [delivery] = host.calendar.webhooks.log(hook.id)
    assert delivery.type == "booking.replied"


def test_answers_stand_in_the_invitations_that_follow(host: Client) -> None:
    booking = weekly(host)
    read(host, mail(calendar(booking.uid)))
    read(host, mail(calendar(booking.uid, says="DECLINED", date=DATES["in UTC"])))

    text = host.calendar.bookings.get_ics(booking.uid).replace("\r\n ", "")

    assert re.findall("PARTSTAT=([A-Z-]+)", text) == ["ACCEPTED", "DECLINED"]
    assert text.count("RECURRENCE-ID") == 1


# -- which of several counts -----------------------------------------------------------


def test_the_later_answer_counts_in_whatever_order_they_come(host: Client) -> None:
    booking = book(host)
    late = mail(calendar(booking.uid, says="DECLINED", stamp="20270111T120000Z"))
    early = mail(calendar(booking.uid, stamp="20270111T110000Z"))

    outcomes = [read(host, each) for each in (late, early, late)]

    assert outcomes == ["recorded", "out_of_date", "replayed"]
    assert said(host, booking) == "DECLINED"


def test_an_answer_to_all_takes_the_place_of_earlier_ones_to_dates(
    host: Client,
) -> None:
    booking = weekly(host)
    read(host, mail(calendar(booking.uid, says="DECLINED", date=DATES["in UTC"])))
    later = {"stamp": "20270111T120000Z", "says": "TENTATIVE"}
    read(host, mail(calendar(booking.uid, **later, date=":20270208T150000Z")))

    read(host, mail(calendar(booking.uid, stamp="20270111T110000Z")))

    assert [*on_dates(host, booking).values()] == [
        *("ACCEPTED", "ACCEPTED", "ACCEPTED", "TENTATIVE"),
    ]


def test_a_clock_far_ahead_does_not_outdo_what_follows(
    host: Client, clock: Clock
) -> None:
    booking = book(host)
    read(host, mail(calendar(booking.uid, stamp="20991231T000000Z")))
    clock.move(hours=1)

    now = mail(calendar(booking.uid, says="DECLINED", stamp="20270112T100000Z"))

    assert read(host, now) == "recorded"


@pytest.mark.parametrize("is_date_first", [True, False])
def test_a_date_that_is_declined_beside_all_that_is_accepted_stays_so(
    host: Client, is_date_first: bool
) -> None:
    """One mail says both, in whichever order."""
    booking = weekly(host)
    events = [
        calendar(booking.uid).partition("BEGIN:VEVENT"),
        calendar(booking.uid, says="DECLINED", date=DATES["in UTC"]).partition(
            "BEGIN:VEVENT"
        ),
    ]
    head, end = events[0][0], "END:VCALENDAR\r\n"
    bodies = ["".join(event[1:]).removesuffix(end) for event in events]
    body = "".join([head, *(reversed(bodies) if is_date_first else bodies), end])

    answers = host.calendar.replies.read(mail(body))

    assert [str(answer.outcome) for answer in answers] == ["recorded"] * 2
    assert [*on_dates(host, booking).values()] == [
        *("ACCEPTED", "DECLINED", "ACCEPTED", "ACCEPTED"),
    ]


# -- once the time has changed ---------------------------------------------------------


def test_who_answered_is_asked_again_once_the_time_has_changed(host: Client) -> None:
    booking = book(host)
    read(host, mail(calendar(booking.uid)))

    moved = host.calendar.bookings.reschedule(
        booking.uid, start_time=WHEN + timedelta(hours=2), by="host"
    )

    assert moved.partstat is None
    old = mail(calendar(booking.uid, stamp="20270111T110000Z"))
    assert read(host, old) == "out_of_date"
    assert said(host, booking) is None
    assert read(host, mail(calendar(booking.uid, sequence=1))) == "recorded"
    assert said(host, booking) == "ACCEPTED"


def test_an_answer_counts_where_only_the_revision_is_older(host: Client) -> None:
    """A confirmation is a new revision, and no new time."""
    host.calendar.event_types.update("class", requires_confirmation=True)
    booking = book(host, event_type_id="class")
    host.calendar.bookings.add_attendee(booking.uid, **BOB)
    host.calendar.bookings.remove_attendee(booking.uid, email="bob@example.com")
    assert host.calendar.bookings.get(booking.uid).sequence == 1

    assert read(host, mail(calendar(booking.uid))) == "recorded"


def test_one_date_that_moved_is_asked_about_again(host: Client) -> None:
    booking = weekly(host)
    read(host, mail(calendar(booking.uid)))

    host.calendar.bookings.reschedule(
        booking.uid,
        date="2027-01-25",
        start_time=WHEN + timedelta(days=8),
        by="host",
    )

    expected = {
        "2027-01-18": "ACCEPTED",
        "2027-01-25": None,
        "2027-02-01": "ACCEPTED",
        "2027-02-08": "ACCEPTED",
    }
    assert on_dates(host, booking) == expected
    late = mail(calendar(booking.uid, says="TENTATIVE", stamp="20270111T110000Z"))
    assert read(host, late) == "recorded"  # to all, as it was before the move
    assert on_dates(host, booking) == {
        day: "TENTATIVE" if word else None for day, word in expected.items()
    }
    again = calendar(booking.uid, sequence=1, date=DATES["in UTC"], says="DECLINED")
    assert read(host, mail(again)) == "recorded"
    assert on_dates(host, booking)["2027-01-25"] == "DECLINED"


def test_a_series_that_moved_as_a_whole_is_known_by_its_new_dates(
    host: Client,
) -> None:
    """By a week later, a date's new place is what the next one's was."""
    booking = weekly(host)
    host.calendar.bookings.reschedule(
        booking.uid, all=True, start_time=WHEN + timedelta(days=7), by="host"
    )

    answer = calendar(
        booking.uid, sequence=1, date=":20270125T150000Z", says="DECLINED"
    )

    assert read(host, mail(answer)) == "recorded"
    assert [day for day, word in on_dates(host, booking).items() if word] == [
        "2027-01-18"
    ]


# -- who answers -----------------------------------------------------------------------


FORGED = {
    "by another": "Eve <eve@example.com>",
    "by a name that is an address": '"ada@example.com" <eve@example.com>',
    "by an encoded name": "=?utf-8?q?Ada_=3Cada=40example=2Ecom=3E?= <eve@example.com>",
    "with a comment": "eve@example.com (ada@example.com)",
}


@pytest.mark.parametrize("sender", FORGED.values(), ids=FORGED)
def test_what_another_sends_is_reported_alone(host: Client, sender: str) -> None:
    booking = book(host)
    data = mail(calendar(booking.uid), sender=sender)

    [answer] = host.calendar.replies.read(data)

    assert (answer.outcome, answer.is_understood) == ("other_sender", False)
    assert said(host, booking) is None
    assert read(host, data, trust_forwarded=True) == "recorded"


UNCLEAR = {
    "two mailboxes": "ada@example.com, eve@example.com",
    "a group": "Us: ada@example.com;",
    "two addresses in one": "ada@example.com <eve@example.com>",
    "nothing": "",
    "no address": "Ada",
    "an open quote": '"Ada <ada@example.com>',
    "an open comment": "(Ada <ada@example.com>",
    "two angles": "<eve@example.com> <ada@example.com>",
    "two headers": "ada@example.com\r\nFrom: ada@example.com",
    "two headers, one with a blank": "ada@example.com\r\nFrom : eve@example.com",
    "another line": "ada@example.com\r\n ,eve@example.com",
}


@pytest.mark.parametrize("sender", UNCLEAR.values(), ids=UNCLEAR)
def test_a_sender_who_could_be_two_is_nobody(host: Client, sender: str) -> None:
    booking = book(host)
    data = mail(calendar(booking.uid), sender=sender)

    assert read(host, data) == "unclear_sender"
    assert read(host, data, trust_forwarded=True) == "unclear_sender"
    assert said(host, booking) is None


def test_addresses_are_compared_as_everywhere(host: Client) -> None:
    booking = book(host, attendee={"name": "Weiß", "email": "w@müller.example"})

    body = calendar(booking.uid, who="W@xn--mller-kva.example")
    outcome = read(host, mail(body, sender="W <w@xn--mller-kva.example>"))

    assert outcome == "recorded"


def test_nobody_joins_by_an_answer(host: Client) -> None:
    booking = book(host, event_type_id="class")
    data = mail(calendar(booking.uid, who="eve@example.com"), sender="eve@example.com")

    [answer] = host.calendar.replies.read(data)

    assert (answer.outcome, answer.attendee) == ("unknown_attendee", None)
    assert host.calendar.bookings.get(booking.uid).guests == ()


def test_of_several_attendees_the_sender_answers(host: Client) -> None:
    booking = book(host, guests=["bob@example.com"])
    both = (
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.com\r\n"
        "ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.com"
    )
    body = calendar(booking.uid, attendees=both)

    assert read(host, mail(body, sender="bob@example.com")) == "recorded"
    assert said(host, booking) is None
    assert said(host, booking, "bob@example.com") == "ACCEPTED"
    assert read(host, body.encode()) == "unclear_attendee"


def test_a_bare_file_needs_no_sender(host: Client) -> None:
    booking = book(host)

    assert read(host, calendar(booking.uid).encode()) == "recorded"
    assert said(host, booking) == "ACCEPTED"


def test_in_a_group_each_answers_for_themselves(host: Client) -> None:
    booking = weekly(host, event_type_id="class")
    bookings = host.calendar.bookings
    bookings.add_attendee(booking.uid, **BOB)
    bookings.add_attendee(booking.uid, email="eve@example.com", on="2027-01-25")
    for who, says, date in (
        ("ada@example.com", "ACCEPTED", None),
        ("bob@example.com", "DECLINED", DATES["in UTC"]),
        ("eve@example.com", "TENTATIVE", DATES["in UTC"]),
    ):
        body = calendar(booking.uid, who=who, says=says, date=date)
        assert read(host, mail(body, sender=who)) == "recorded"

    after = bookings.get(booking.uid)

    assert [p.partstat for p in (after.attendee, *after.guests)] == [
        *("ACCEPTED", None, "TENTATIVE"),
    ]
    [_, second, *_] = after.occurrences
    assert {who: reply["partstat"] for who, reply in second.replies.items()} == {
        "bob@example.com": "DECLINED",
        "eve@example.com": "TENTATIVE",
    }
    not_hers = calendar(booking.uid, who="eve@example.com", date=":20270118T150000Z")
    assert read(host, mail(not_hers, sender="eve@example.com")) == "unknown_date"


def test_who_has_another_address_has_not_answered(host: Client) -> None:
    booking = book(host)
    read(host, mail(calendar(booking.uid)))

    host.calendar.bookings.update(booking.uid, email="new@example.com")

    assert said(host, booking, "new@example.com") is None


def test_an_answer_does_not_move_along_into_another_group(host: Client) -> None:
    first = book(host, event_type_id="class")
    host.calendar.bookings.add_attendee(first.uid, **BOB)
    read(host, mail(calendar(first.uid)))
    second = book(
        host, event_type_id="class", start_time=WHEN + timedelta(days=1), attendee=BOB
    )

    host.calendar.bookings.move_attendee(
        first.uid, into=second.uid, email="ada@example.com"
    )

    assert said(host, second) is None


# -- what is nothing -------------------------------------------------------------------


def test_what_is_no_answer_comes_to_nothing(host: Client) -> None:
    booking = book(host)
    bodies = [
        host.calendar.bookings.get_ics(booking.uid, method="request"),
        calendar(booking.uid, method="PUBLISH"),
        "Hello",
    ]

    assert [host.calendar.replies.read(mail(body)) for body in bodies] == [()] * 3
    assert host.calendar.bookings.get(booking.uid).version == booking.version


def test_a_dry_run_writes_nothing(host: Client) -> None:
    booking = book(host)

    assert read(host, mail(calendar(booking.uid)), dry_run=True) == "recorded"
    assert said(host, booking) is None


def test_other_bookings_are_not_found_by_a_beginning(host: Client) -> None:
    booking = book(host)

    assert read(host, mail(calendar(booking.uid[:9]))) == "unknown_booking"
    assert read(host, mail(calendar("bk_000000000000"))) == "unknown_booking"


def test_a_cancelled_booking_stays_so(host: Client, clock: Clock) -> None:
    booking, over = book(host), book(host, start_time=WHEN - timedelta(days=1))
    host.calendar.bookings.cancel(booking.uid, cancelled_by="host")
    clock.move(days=5, hours=8)

    assert read(host, mail(calendar(booking.uid))) == "cancelled"
    assert read(host, mail(calendar(over.uid))) == "over"


# -- a no that cancels -----------------------------------------------------------------


PASS = "Authentication-Results: mx.example.com; dmarc=pass header.from=example.com\r\n"


@pytest.fixture
def trusted(host: Client, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A server's word is taken, and a no cancels."""
    config = tmp_path / "config.toml"
    config.write_text('[mail]\nauthserv_id = "mx.example.com"\n')
    monkeypatch.setenv("CALBOOK_CONFIG", str(config))
    for name in ("demo", "class"):
        host.calendar.event_types.update(name, on_decline="cancel")
    return host


def no(
    uid: str, *, head: str = PASS, who: str = "ada@example.com", **more: Any
) -> bytes:
    return mail(calendar(uid, says="DECLINED", who=who, **more), sender=who, head=head)


def test_a_no_cancels_where_the_event_type_says_so(trusted: Client) -> None:
    booking = book(trusted)

    [answer] = trusted.calendar.replies.read(no(booking.uid, more="COMMENT:Ill"))

    assert (answer.outcome, answer.is_cancelled) == ("recorded", True)
    after = trusted.calendar.bookings.get(booking.uid)
    assert (after.status.value, after.reason) == ("CANCELLED", "Ill")
    assert after.cancelled_by is not None
    assert after.cancelled_by.value == "attendee"
    assert after.partstat == "DECLINED"


NOT_VOUCHED = {
    "nothing": "",
    "a failure": PASS.replace("pass", "fail"),
    "another server": PASS.replace("mx.", "evil."),
    "another domain": PASS.replace("from=example.com", "from=evil.example"),
    "one that came along below": PASS.replace("pass", "fail") + PASS,
    "dkim of another domain": "Authentication-Results: mx.example.com;"
    " dkim=pass header.d=evil.example\r\n",
    "dkim although dmarc failed": "Authentication-Results: mx.example.com;"
    " dmarc=fail header.from=example.com; dkim=pass header.d=example.com\r\n",
    "a comment": "Authentication-Results: mx.example.com; none"
    " (dmarc=pass header.from=example.com)\r\n",
    "a quoted string": "Authentication-Results: mx.example.com;"
    ' dmarc=fail reason="; dmarc=pass header.from=example.com"\r\n',
    "a version nobody knows": PASS.replace("mx.example.com;", "mx.example.com 7;"),
}


@pytest.mark.parametrize("head", NOT_VOUCHED.values(), ids=NOT_VOUCHED)
def test_a_no_is_only_recorded_where_nobody_vouches_for_it(
    trusted: Client, head: str
) -> None:
    booking = book(trusted)

    [answer] = trusted.calendar.replies.read(no(booking.uid, head=head))

    assert (answer.outcome, answer.is_cancelled) == ("recorded", False)
    assert answer.note is not None
    assert "vouches" in answer.note
    after = trusted.calendar.bookings.get(booking.uid)
    assert (after.status.value, after.partstat) == ("CONFIRMED", "DECLINED")


def test_dkim_and_spf_vouch_for_their_own_domain(trusted: Client) -> None:
    for number, result in enumerate(
        (
            "dkim=pass (2048-bit key) header.i=@example.com header.b=ab+/=",
            "dmarc=none header.from=example.com; spf=pass smtp.mailfrom=x@example.com",
            "dmarc=pass action=none header.from=example.com; compauth=pass reason=100",
        )
    ):
        booking = book(trusted, start_time=WHEN + timedelta(days=number))
        head = f"Authentication-Results: MX.example.com 1;\r\n {result}\r\n"

        [answer] = trusted.calendar.replies.read(no(booking.uid, head=head))

        assert answer.is_cancelled, result


def test_a_no_obeys_the_rules_of_its_attendee(trusted: Client) -> None:
    trusted.calendar.event_types.update("demo", cancellation_deadline=20_000)
    booking = book(trusted)

    [answer] = trusted.calendar.replies.read(no(booking.uid))

    assert (answer.is_cancelled, answer.outcome) == (False, "recorded")
    assert answer.note is not None
    assert answer.note.startswith("it is too late to cancel")
    assert said(trusted, booking) == "DECLINED"


def test_what_a_guest_declines_stays(trusted: Client) -> None:
    booking = book(trusted, guests=["bob@example.com"])

    data = no(booking.uid, who="bob@example.com")
    [answer] = trusted.calendar.replies.read(data)

    assert answer.note == "what a guest declines is not cancelled"
    assert trusted.calendar.bookings.get(booking.uid).status.value == "CONFIRMED"


def test_in_a_group_a_no_leaves_it_or_one_date(trusted: Client) -> None:
    booking = weekly(trusted, event_type_id="class")
    trusted.calendar.bookings.add_attendee(booking.uid, **BOB)

    trusted.calendar.replies.read(no(booking.uid, date=DATES["in UTC"]))
    one_less = trusted.calendar.bookings.get(booking.uid)
    trusted.calendar.replies.read(no(booking.uid, who="bob@example.com"))

    assert one_less.attendee.absent_on == ("2027-01-25",)
    after = trusted.calendar.bookings.get(booking.uid)
    assert (after.attendee.name, after.guests) == ("Ada", ())
    assert after.status.value == "CONFIRMED"


def test_one_date_of_a_series_is_cancelled_by_a_no(trusted: Client) -> None:
    booking = weekly(trusted)

    trusted.calendar.replies.read(no(booking.uid, date=DATES["in UTC"]))

    after = trusted.calendar.bookings.get(booking.uid)
    assert [o.date for o in after.occurrences if o.status.value == "CANCELLED"] == [
        "2027-01-25"
    ]


def test_a_no_of_a_forwarded_mail_cancels_nothing(trusted: Client) -> None:
    booking = book(trusted)
    body = calendar(booking.uid, says="DECLINED")
    data = mail(body, sender="eve@example.com", head=PASS)

    [answer] = trusted.calendar.replies.read(data, trust_forwarded=True)

    assert (answer.outcome, answer.is_cancelled) == ("recorded", False)


# -- hostile mail ----------------------------------------------------------------------


def nested(depth: int) -> bytes:
    head = b"From: ada@example.com\r\nMIME-Version: 1.0\r\n"
    parts = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(depth)
    )
    return head + parts + b"Content-Type: text/calendar\r\n\r\nMETHOD:REPLY\r\n"


HOSTILE = {
    "too large": b"From: a@b.c\r\n\r\n" + b"calendar " * 120_000,
    "too many parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: text/calendar\r\n\r\nx\r\n" * 51
    + b"--b--\r\n",
    "nested too deep": nested(20),
    "nested far too deep": nested(5_000),
    "a long head": b"X: y\r\n" * 2_000 + b"\r\n",
    "an unknown encoding": b"Content-Type: text/calendar\r\n"
    b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n",
    "no sequence": mail(calendar("bk_000000000000").replace("CE:0", "CE:x")),
    "an endless sequence": mail(
        calendar("bk_000000000000").replace("CE:0", "CE:" + "9" * 99)
    ),
    "a stamp that is none": mail(calendar("bk_000000000000", stamp="20271399T000000Z")),
    "two uids": mail(calendar("bk_000000000000", more="UID:other@calbook")),
    "many answers": mail(
        "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n"
        + "BEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\n" * 101
        + "END:VCALENDAR\r\n"
    ),
    "many lines": mail("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n" + "X:y\r\n" * 30_000),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_what_is_built_to_hurt_is_refused(host: Client, data: bytes) -> None:
    with pytest.raises(errors.BadInput) as caught:
        host.calendar.replies.read(data)

    assert str(caught.value).isprintable()


HARMLESS = {
    "an unknown charset": b"Content-Type: text/calendar; charset=zlib\r\n\r\nx",
    "a charset that is slow": b"Content-Type: text/calendar; charset=punycode\r\n\r\nx",
    "bad base64": b"Content-Type: text/calendar\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n=A=B!!",
    "a bad name": b"Content-Type: text/plain; name*=zlib'x'%ff.ics\r\n\r\nx",
    "nothing": b"",
    "zeros": b"\0" * 1_000,
    "no boundary": b"Content-Type: multipart/mixed\r\n\r\ncalendar",
    "two types": b"Content-Type: text/plain\r\nContent-Type: text/calendar\r\n\r\nx",
    "a head that looks like a file": b"BEGIN:VCALENDAR\r\nFrom: eve@example.com\r\n"
    b"Content-Type: text/plain\r\n\r\nhello",
}


@pytest.mark.parametrize("data", HARMLESS.values(), ids=HARMLESS)
def test_what_is_only_odd_comes_to_nothing(host: Client, data: bytes) -> None:
    assert host.calendar.replies.read(data) == ()


def test_nothing_of_a_mail_is_repeated_raw(host: Client) -> None:
    booking = book(host)
    evil = "\x1b]0;x\x07\u202eevil"
    body = calendar(f"bk_{evil}", more=f"COMMENT:{evil}")
    raw = mail(body, sender=f"{evil}@example.com")

    [unknown] = host.calendar.replies.read(raw)
    read(
        host, mail(calendar(booking.uid, more=f"COMMENT:{evil}"), head=f"X: {evil}\r\n")
    )

    assert unknown.message.isprintable()
    comment = host.calendar.bookings.history(booking.uid)[-1].change["comment"]
    assert "\x1b" not in comment
    assert "\x07" not in comment


EDGES = {
    "before the first day": ";TZID=Asia/Tokyo:00010101T000000",
    "after the last day": ";TZID=America/New_York:99991231T235959",
}


@pytest.mark.parametrize("date", EDGES.values(), ids=EDGES)
def test_a_date_at_the_end_of_time_is_refused(host: Client, date: str) -> None:
    booking = weekly(host)

    with pytest.raises(errors.BadInput):
        host.calendar.replies.read(mail(calendar(booking.uid, date=date)))


def test_a_sequence_that_nobody_was_sent_blocks_no_later_answer(
    host: Client, clock: Clock
) -> None:
    booking = book(host)
    read(host, mail(calendar(booking.uid, sequence=2**31)))

    later = mail(calendar(booking.uid, says="DECLINED", stamp="20270111T110000Z"))

    assert read(host, later) == "recorded"
    assert said(host, booking) == "DECLINED"


STAMPS = {"in the future": "DTSTAMP:20991231T000000Z\r\n", "at no time": ""}


@pytest.mark.parametrize("stamp", STAMPS.values(), ids=STAMPS)
def test_what_is_read_again_later_is_a_replay_without_a_stamp_too(
    host: Client, clock: Clock, stamp: str
) -> None:
    booking = book(host)
    data = mail(calendar(booking.uid).replace(f"DTSTAMP:{STAMP}\r\n", stamp))
    read(host, data)
    clock.move(hours=3)

    assert read(host, data) == "replayed"
