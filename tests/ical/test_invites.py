"""Bookings as iCalendar: what stands in the file, and that it reads back."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import icalendar
import pytest
import recurring_ical_events
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st

from calbook.core.catalog import Host
from calbook.core.model import (
    Attendee,
    Booking,
    BookingTerms,
    GivenStart,
    Occurrence,
    Question,
    Span,
    Status,
)
from calbook.core.time import times
from calbook.ical.writing.event_text import Invite
from calbook.ical.writing.method import Method
from calbook.ical.writing.vcalendar import default_method, write_calendar

MINUTE = timedelta(minutes=1)
MEETING_URL = "https://meet.example/abc"
ALICE = Host("user_alice", "Alice Ng", "alice@example.com", "UTC", "sched_work")
BOB = Host("user_bob", "Bob", "bob@example.com", "UTC", "sched_work")
ADA = Attendee("ada@example.com", "Ada", phone="+351999888777")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MONDAY = utc("2027-01-18 15:00")


def occurrence_of(
    start: datetime, length: timedelta, zone: str, **changes: Any
) -> Occurrence:
    span = Span(start, start + length)
    wall = times.wall_time(start, zone)
    return Occurrence(
        recurrence_id=start,
        date=wall.date(),
        start=GivenStart(start, wall, zone, by_offset=False),
        span=span,
        claim=span,
        status=Status.CONFIRMED,
    )._replace(**changes)


def invite_of(
    *,
    start: datetime = MONDAY,
    length: timedelta = 30 * MINUTE,
    zone: str = "America/New_York",
    occurrence: dict[str, Any] | None = None,
    hosts: tuple[Host, ...] = (ALICE,),
    **booking: Any,
) -> Invite:
    facts: dict[str, Any] = {
        "uid": "bk_7q9w2e",
        "event_type_id": "evt_demo",
        "host_ids": tuple(host.id for host in hosts),
        "timezone": zone,
        "occurrences": (occurrence_of(start, length, zone, **(occurrence or {})),),
        "attendees": (ADA,),
        "policy": BookingTerms(False, True, None),
        "created_at": utc("2026-12-01 08:00"),
        "updated_at": utc("2026-12-02 09:30"),
        "title": "Product demo",
    }
    return Invite(Booking(**facts | booking), hosts)


@pytest.fixture(scope="session")
def make_invite() -> Callable[..., Invite]:
    """An invite in which only what is named matters."""
    return invite_of


def written(invite: Invite, method: Method | None = Method.REQUEST, **rest: Any) -> str:
    return write_calendar([invite], method=method, **rest).decode()


def lines(invite: Invite, method: Method | None = Method.REQUEST, **rest: Any) -> list:
    """The file's lines, unfolded."""
    return written(invite, method, **rest).replace("\r\n ", "").split("\r\n")


def read(invite: Invite, method: Method | None = Method.REQUEST, **rest: Any) -> Any:
    """The event as another program reads it."""
    data = write_calendar([invite], method=method, **rest)
    return icalendar.Calendar.from_ical(data).walk("VEVENT")[0]


# -- the whole file ----------------------------------------------------------------


def test_a_request_is_written_like_this(make_invite):
    invite = make_invite(
        description="All of it, in an hour",
        meeting_url=MEETING_URL,
        notes="The proposal",
        responses={"company": "Acme; Sons"},
        policy=BookingTerms(
            False, True, None, (Question("company", "Company", "TEXT"),)
        ),
        sequence=2,
    )

    text = written(invite, alarm=15 * MINUTE)

    assert (
        text.replace("\r\n", "\n")
        == """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//calbook//calbook//EN
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:America/New_York
BEGIN:DAYLIGHT
DTSTART:19960310T020000
RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
TZNAME:EDT
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961103T020000
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
TZNAME:EST
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:Product demo: Alice Ng and Ada
DTSTART;TZID=America/New_York:20270118T100000
DTEND;TZID=America/New_York:20270118T103000
DTSTAMP:20261202T093000Z
UID:bk_7q9w2e@calbook
SEQUENCE:2
ATTENDEE;CN=Ada;CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPA
 NT;RSVP=TRUE:mailto:ada@example.com
CONFERENCE;FEATURE=VIDEO;VALUE=URI:https://meet.example/abc
CREATED:20261201T080000Z
DESCRIPTION:All of it\\, in an hour\\n\\nCompany: Acme\\; Sons\\n\\nNotes: The p
 roposal\\n\\nJoin: https://meet.example/abc
LAST-MODIFIED:20261202T093000Z
LOCATION:https://meet.example/abc
ORGANIZER;CN="Alice Ng":mailto:alice@example.com
STATUS:CONFIRMED
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Product demo: Alice Ng and Ada
TRIGGER:-PT15M
END:VALARM
END:VEVENT
END:VCALENDAR
"""
    )
    assert text.count("\n") == text.count("\r\n")


def test_what_nobody_gave_leaves_no_property(make_invite):
    invite = make_invite(attendees=(Attendee("ada@example.com"),), notes="\x00")

    text = written(invite)

    assert "SUMMARY:Product demo\r\n" in text
    for absent in ("DESCRIPTION", "LOCATION", "URL", "CONFERENCE", "COMMENT", "ALARM"):
        assert absent not in text
    assert not [line for line in lines(invite) if line.endswith(":")]


@pytest.mark.parametrize(
    ("alarm", "trigger"),
    [
        pytest.param(15 * MINUTE, "-PT15M", id="minutes"),
        pytest.param(timedelta(days=1, hours=12), "-P1DT12H", id="days"),
        pytest.param(timedelta(0), "P0D", id="at the start"),
    ],
)
def test_an_alarm_sounds_that_long_before(make_invite, alarm, trigger):
    assert f"TRIGGER:{trigger}" in lines(make_invite(), alarm=alarm)


def test_an_alarm_has_a_text_even_if_the_title_shows_nothing(make_invite):
    invite = make_invite(title="\x01", is_group=True)

    assert "DESCRIPTION:Reminder" in lines(invite, alarm=15 * MINUTE)


# -- methods and states --------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "email", "method"),
    [
        pytest.param(Status.PENDING, "a@example.com", Method.REQUEST, id="pending"),
        pytest.param(Status.CONFIRMED, "a@example.com", Method.REQUEST, id="live"),
        pytest.param(Status.COMPLETED, "a@example.com", Method.REQUEST, id="over"),
        pytest.param(Status.CANCELLED, "a@example.com", Method.CANCEL, id="cancelled"),
        pytest.param(Status.CONFIRMED, None, None, id="no organizer"),
        pytest.param(Status.CANCELLED, None, None, id="cancelled, no organizer"),
    ],
)
def test_the_default_method_follows_the_booking(make_invite, status, email, method):
    hosts = (ALICE._replace(email=email), BOB)

    assert (
        default_method(make_invite(occurrence={"status": status}, hosts=hosts))
        is method
    )


@pytest.mark.parametrize(
    ("status", "method", "shown"),
    [
        pytest.param(Status.PENDING, Method.REQUEST, "TENTATIVE", id="pending"),
        pytest.param(Status.CONFIRMED, Method.REQUEST, "CONFIRMED", id="confirmed"),
        pytest.param(Status.COMPLETED, Method.REQUEST, "CONFIRMED", id="completed"),
        pytest.param(Status.NO_SHOW, Method.PUBLISH, "CONFIRMED", id="no show"),
        pytest.param(Status.CANCELLED, Method.CANCEL, "CANCELLED", id="cancelled"),
        pytest.param(Status.CANCELLED, Method.PUBLISH, "CANCELLED", id="in a feed"),
        pytest.param(Status.CONFIRMED, Method.CANCEL, "CANCELLED", id="taken out"),
        pytest.param(Status.PENDING, None, "TENTATIVE", id="no method"),
    ],
)
def test_a_calendar_knows_three_states(make_invite, status, method, shown):
    event = read(make_invite(occurrence={"status": status}), method)

    assert event["STATUS"] == shown


def test_a_cancel_keeps_times_and_people_and_says_why(make_invite):
    guests = (ADA, Attendee("bo@example.com", "Bo"))
    gone = {"status": Status.CANCELLED, "reason": "Ill, sorry"}

    event = read(
        make_invite(attendees=guests, occurrence=gone, sequence=1),
        Method.CANCEL,
        alarm=15 * MINUTE,
    )

    assert (event.start, event.end) == (MONDAY, MONDAY + 30 * MINUTE)
    assert event["ATTENDEE"] == ["mailto:ada@example.com", "mailto:bo@example.com"]
    assert event["ORGANIZER"] == "mailto:alice@example.com"
    assert event["COMMENT"] == "Ill, sorry"
    assert event["SEQUENCE"] == 1
    assert event.subcomponents == []


def test_the_reason_of_a_live_booking_is_not_told(make_invite):
    assert "COMMENT" not in read(make_invite(occurrence={"reason": "moved"}))


@pytest.mark.parametrize("method", [None, Method.PUBLISH, Method.REQUEST])
def test_a_request_says_so_in_words(make_invite, method):
    """Few programs show STATUS:TENTATIVE: it looked like any meeting."""
    facts = {"description": "An hour of calm", "notes": "Tea"}
    pending = {"status": Status.PENDING}

    event = read(make_invite(**facts, occurrence=pending), method)

    assert event["SUMMARY"] == read(make_invite(**facts), method)["SUMMARY"]
    assert event["COMMENT"] == "Request: not confirmed yet"
    assert event["DESCRIPTION"] == (
        "Request: not confirmed yet\n\nAn hour of calm\n\nNotes: Tea"
    )
    alone = read(make_invite(occurrence=pending), method)
    assert alone["DESCRIPTION"] == "Request: not confirmed yet"
    assert "Request" not in written(make_invite(**facts), method)


def test_a_request_that_is_off_is_one_no_longer(make_invite):
    off = make_invite(occurrence={"status": Status.PENDING})

    assert "Request" not in written(off, Method.CANCEL)


def test_the_reason_of_a_move_is_told_until_it_is_off(make_invite):
    moved = {"move_reason": "A train"}
    again = moved | {"status": Status.PENDING}
    off = moved | {"status": Status.CANCELLED}

    assert read(make_invite(occurrence=moved))["COMMENT"] == "A train"
    assert read(make_invite(occurrence=again))["COMMENT"] == [
        "Request: not confirmed yet",
        "A train",
    ]
    assert "COMMENT" not in read(make_invite(occurrence=off), Method.CANCEL)
    ill = make_invite(occurrence=off | {"reason": "Ill"})
    assert read(ill, Method.CANCEL)["COMMENT"] == "Ill"


def test_publishing_names_the_organizer_and_no_attendee(make_invite):
    event = read(make_invite(hosts=(ALICE, BOB)), Method.PUBLISH)

    assert event["ORGANIZER"] == "mailto:alice@example.com"
    assert "ATTENDEE" not in event


@pytest.mark.parametrize("method", Method)
def test_without_an_organizer_there_is_no_scheduling(make_invite, method):
    invite = make_invite(hosts=(ALICE._replace(email=None), BOB))

    text = written(invite, method)

    for absent in ("METHOD", "ORGANIZER", "ATTENDEE"):
        assert absent not in text


def test_one_host_without_email_takes_the_method_from_the_whole_feed(make_invite):
    mute = make_invite(uid="bk_mute", hosts=(ALICE._replace(email=None),))

    text = write_calendar([make_invite(), mute], method=Method.PUBLISH).decode()

    assert "METHOD" not in text
    assert "ORGANIZER" not in text


def test_hosts_beside_the_organizer_have_agreed(make_invite):
    mute = BOB._replace(email=None)

    event = read(make_invite(hosts=(ALICE, BOB, mute)))

    asked, agreed = event["ATTENDEE"]
    assert (asked, asked.params["PARTSTAT"], asked.params["RSVP"]) == (
        "mailto:ada@example.com",
        "NEEDS-ACTION",
        "TRUE",
    )
    assert (agreed, agreed.params["PARTSTAT"]) == ("mailto:bob@example.com", "ACCEPTED")
    assert "RSVP" not in agreed.params


# -- what stands in it -------------------------------------------------------------


def test_a_group_is_shown_by_its_title_alone(make_invite):
    assert read(make_invite(is_group=True))["SUMMARY"] == "Product demo"


@pytest.mark.parametrize(
    ("location", "meeting_url", "shown"),
    [
        pytest.param({"type": "ZOOM", "url": "https://z.example/1"}, None,
                     {"LOCATION": "https://z.example/1",
                      "CONFERENCE": "https://z.example/1"}, id="a link of its own"),
        pytest.param({"type": "ZOOM", "url": "https://z.example/1"}, MEETING_URL,
                     {"LOCATION": MEETING_URL, "CONFERENCE": MEETING_URL},
                     id="the booking's link wins"),
        pytest.param({"type": "GOOGLE_MEET"}, None, {"LOCATION": "Google Meet"},
                     id="no link"),
        pytest.param({"type": "IN_PERSON", "address": "Rua 1, Lisboa"}, None,
                     {"LOCATION": "Rua 1, Lisboa"}, id="an address"),
        pytest.param({"type": "IN_PERSON", "address": "Rua 1"}, MEETING_URL,
                     {"LOCATION": "Rua 1", "URL": MEETING_URL,
                      "CONFERENCE": MEETING_URL}, id="an address and a link"),
        pytest.param({"type": "IN_PERSON"}, None, {}, id="no address"),
        pytest.param({"type": "CUSTOM", "text": "the café"}, None,
                     {"LOCATION": "the café"}, id="words"),
        pytest.param({"type": "PHONE", "phone": "+15550001"}, None,
                     {"LOCATION": "Phone call"}, id="phone"),
        pytest.param({"type": "PHONE_INBOUND"}, None, {"LOCATION": "Phone call"},
                     id="phone inbound"),
        pytest.param({"type": "LINK", "url": "tel:1"}, None, {"LOCATION": "tel:1"},
                     id="no web address"),
        pytest.param(None, "https://m.example/ä b\r\nX:1", {
            "LOCATION": "https://m.example/ä b\nX:1",
            "CONFERENCE": "https://m.example/%C3%A4%20b%0AX:1"}, id="a hostile link"),
    ],
)  # fmt: skip
def test_the_place_is_where_clients_look_for_it(
    make_invite, location, meeting_url, shown
):
    event = read(make_invite(location=location, meeting_url=meeting_url))

    places = ("LOCATION", "URL", "CONFERENCE")
    assert {name: str(event[name]) for name in places if name in event} == shown


def test_answers_stand_in_the_order_of_the_questions(make_invite):
    questions = (
        Question("size", "Size", "NUMBER"),
        Question("news", "News?", "CHECKBOX"),
        Question("days", "Days", "MULTISELECT"),
        Question("why", "Why", "TEXT"),
    )
    invite = make_invite(
        responses={"days": ["mon", "tue"], "news": False, "size": 3},
        policy=BookingTerms(False, True, None, questions),
    )

    assert read(invite)["DESCRIPTION"] == "Size: 3\nNews?: no\nDays: mon, tue"


def test_a_group_reads_nobodys_answers_and_notes(make_invite):
    """The entry goes to everybody in the group, the first one's answers with it."""
    told = {"responses": {"why": "Burnout"}, "notes": "Please be quiet about it"}
    invite = make_invite(
        is_group=True,
        description="An hour of calm",
        attendees=(ADA, Attendee("bo@example.com", **told)),
        policy=BookingTerms(False, True, None, (Question("why", "Why", "TEXT"),)),
        meeting_url=MEETING_URL,
        **told,
    )

    text = "".join(lines(invite))

    assert "Burnout" not in text
    assert "quiet" not in text
    assert read(invite)["DESCRIPTION"] == f"An hour of calm\n\nJoin: {MEETING_URL}"


def test_nobodys_phone_and_no_metadata_are_in_the_file(make_invite):
    invite = make_invite(
        attendees=(ADA, Attendee("bo@example.com", phone="+351999888777")),
        location={"type": "PHONE", "phone": "+351999888777"},
        responses={"mobile": "+351999888777"},
        policy=BookingTerms(
            False, True, None, (Question("mobile", "Mobile", "PHONE"),)
        ),
        metadata={"crm": "secret"},
    )

    text = written(invite)

    assert "999888" not in text
    assert "secret" not in text


def test_a_feed_has_a_name_and_is_ordered_by_start(make_invite):
    first = make_invite(uid="bk_b", start=MONDAY)
    second = make_invite(uid="bk_c", start=MONDAY)
    third = make_invite(uid="bk_a", start=MONDAY + 60 * MINUTE)

    data, other = (
        write_calendar(invites, method=Method.PUBLISH, name="Demos, all")
        for invites in ([third, second, first], [first, third, second])
    )

    read_back = icalendar.Calendar.from_ical(data)
    assert data == other
    assert [event["UID"] for event in read_back.walk("VEVENT")] == [
        "bk_b@calbook",
        "bk_c@calbook",
        "bk_a@calbook",
    ]
    assert b"\r\nNAME:Demos\\, all\r\nX-WR-CALNAME:Demos\\, all\r\n" in data
    assert len(read_back.walk("VTIMEZONE")) == 1


def test_the_same_state_gives_the_same_bytes_in_every_process():
    script = "import sys, ical.test_invites as t; sys.stdout.write(t.sample())"
    runs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join([".", "tests"]),
            },
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }

    assert len(runs) == 1
    assert b"BEGIN:VEVENT" in runs.pop()


def sample() -> str:
    zones = ("America/New_York", "Asia/Kathmandu", "Europe/Dublin", "Asia/Jerusalem")
    invites = [invite_of(uid=f"bk_{zone}", zone=zone) for zone in zones]
    return write_calendar(invites, method=Method.REQUEST).decode()


# -- text ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(r"a,b;c\d:e\n\N\\,", r"a,b;c\d:e\n\N\\,", id="what TEXT escapes"),
        pytest.param('"quoted" ^n ^^ %2C', '"quoted" ^n ^^ %2C', id="quotes, carets"),
        pytest.param("one\r\ntwo\rthree\n\nIV", "one\ntwo\nthree\n\nIV", id="breaks"),
        pytest.param("a\u2028b\u2029c\x85d", "a\nb\nc\nd", id="rarer breaks"),
        pytest.param("\x00a\x1b[31m\x7f\x9bb\tc", "a[31mb\tc", id="controls"),
        pytest.param("👩‍👩‍👧 🜁 ", "👩‍👩‍👧 🜁 ", id="four bytes"),
        pytest.param("\u0301 lone\u0327", "\u0301 lone\u0327", id="lone marks"),
        pytest.param("x\r\nEND:VEVENT\r\nATTENDEE:mailto:x@y", None, id="injection"),
        pytest.param(" leads and trails ", " leads and trails ", id="spaces"),
        pytest.param("語" * 200, "語" * 200, id="long"),
    ],
)  # fmt: skip
def test_text_reads_back_as_it_was_given(make_invite, given, expected):
    event = read(
        make_invite(
            notes=given, occurrence={"status": Status.CANCELLED, "reason": given}
        ),
        Method.CANCEL,
    )

    expected = given.replace("\r\n", "\n") if expected is None else expected
    assert event["DESCRIPTION"] == f"Notes: {expected}"
    assert event["COMMENT"] == expected
    assert event["ATTENDEE"] == "mailto:ada@example.com"


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        pytest.param('Ada "The" Ace', "CN=\"Ada ^'The^' Ace\"", None, id="quotes"),
        pytest.param("Ada^n", "CN=Ada^^n", None, id="caret"),
        pytest.param("Ng, Ada; x:y", 'CN="Ng, Ada; x:y"', None, id="separators"),
        pytest.param("Ada\r\nX:1", 'CN="Ada X:1"', "Ada X:1", id="line break"),
        pytest.param("\tAda\\", 'CN=" Ada/"', " Ada/", id="tab, backslash"),
        pytest.param("Zoë O\u2019Neill", 'CN="Zoë O\u2019Neill"', None, id="raised"),
        pytest.param("\x00 ", "CN=ada@example.com", "ada@example.com", id="nothing"),
        pytest.param(None, "CN=ada@example.com", "ada@example.com", id="no name"),
    ],
)  # fmt: skip
def test_names_are_encoded_as_parameters(make_invite, name, line, expected):
    """RFC 6868. A guest without a name had no CN, and some programs show no other."""
    invite = make_invite(attendees=(Attendee("ada@example.com", name),))

    (attendee,) = [each for each in lines(invite) if each.startswith("ATTENDEE")]
    params = read(invite)["ATTENDEE"].params

    assert f"ATTENDEE;{line};CUTYPE" in attendee
    assert params["CN"] == (expected or name)


@pytest.mark.parametrize(
    ("email", "uri"),
    [
        pytest.param("ada+demo@example.com", "mailto:ada+demo@example.com", id="tag"),
        pytest.param("o'neill@example.com", "mailto:o'neill@example.com", id="quote"),
        pytest.param("a%b?cc=c&d@x.y", "mailto:a%25b%3Fcc%3Dc%26d@x.y", id="headers"),
        pytest.param("jörg@x.de", "mailto:j%C3%B6rg@x.de", id="utf-8"),
        pytest.param("Ada@exämple.de", "mailto:Ada@xn--exmple-cua.de", id="domain"),
        pytest.param(
            "a@STRASSE.straße.de", "mailto:a@strasse.xn--strae-oqa.de", id="sz"
        ),
        pytest.param("a,b@x.y", "mailto:a%2Cb@x.y", id="two addresses"),
        pytest.param("a@x.y\r\nX-EVIL:1", "mailto:a@x.y%20X-EVIL%3A1", id="line break"),
        pytest.param('a";b\\@x.y', "mailto:a%22%3Bb%5C@x.y", id="parameter"),
    ],
)
def test_an_address_cannot_say_more_than_an_address(make_invite, email, uri):
    """RFC 6068, 2. An international domain made an "uninvited guest" in Thunderbird."""
    host = ALICE._replace(email=email)

    event = read(make_invite(attendees=(Attendee(email),), hosts=(host,)))

    assert (event["ATTENDEE"], event["ORGANIZER"]) == (uri, uri)


def test_lines_are_folded_by_octets_between_characters(make_invite):
    invite = make_invite(
        notes="é😀語" * 300, attendees=(Attendee("ö" * 60 + "@example.com", "😀" * 80),)
    )

    data = write_calendar([invite], method=Method.REQUEST)

    folded = data.split(b"\r\n")
    assert max(map(len, folded)) <= 75
    assert all(line.decode() for line in folded[:-1])


def cleaned(text: str) -> str:
    """As documented: line breaks of every kind are one, other controls go."""
    text = text.replace("\r\n", "\n")
    for line_break in "\r\x85\u2028\u2029":
        text = text.replace(line_break, "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")


def one_line(text: str) -> str:
    return cleaned(text).replace("\n", " ").replace("\t", " ")


TEXTS = st.text(max_size=60) | st.text(alphabet="\\nN,;:\"^'%\r\n \t=é😀", max_size=30)
INSTANTS = st.datetimes(
    times.midnight(date(1970, 1, 1)),
    times.midnight(date(9000, 12, 31)),
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=0))
ZONES = st.sampled_from(
    ["America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu",
     "UTC", "Europe/Dublin", "Africa/Monrovia", "Pacific/Apia", "America/Nuuk"]
)  # fmt: skip


@given(
    texts=st.tuples(*[TEXTS] * 4),
    emails=st.lists(TEXTS, min_size=2, max_size=3),
    start=INSTANTS,
    zone=ZONES,
)
def test_everything_reads_back(texts, emails, start, zone):
    title, name, notes, reason = texts
    invite = invite_of(
        start=start,
        zone=zone,
        title=title,
        occurrence={"status": Status.CANCELLED, "reason": reason},
        attendees=tuple(Attendee(f"{email}@x.y", name) for email in emails),
        notes=notes,
    )

    event = read(invite, Method.CANCEL)

    summary = f"{title}: Alice Ng and {name}" if name else title
    assert (event.start, event.end) == tuple(invite.booking.single.span)
    assert event.get("SUMMARY", "") == one_line(summary)
    assert event.get("COMMENT", "") == cleaned(reason)
    noted = cleaned(notes)
    assert event.get("DESCRIPTION", "") == (f"Notes: {noted}" if noted else "")
    assert [unquote(person) for person in event["ATTENDEE"]] == [
        f"mailto:{one_line(email)}@x.y" for email in emails
    ]
    shown = one_line(name).replace("\\", "/")
    for person in event["ATTENDEE"]:
        address = unquote(person).removeprefix("mailto:").replace("\\", "/")
        assert person.params["CN"] == (shown if shown.strip() else address)
    data = write_calendar([invite], method=Method.CANCEL)
    if b"\\N" not in data.replace(b"\r\n ", b""):  # icalendar's own line break
        assert icalendar.Calendar.from_ical(data).to_ical() == data


# -- times ---------------------------------------------------------------------------

ONSETS = {
    "New York, gap": ("America/New_York", utc("2027-03-14 07:00")),
    "New York, fold": ("America/New_York", utc("2027-11-07 06:00")),
    "New York, summer": ("America/New_York", utc("2027-07-01 12:00")),
    "Lord Howe, gap": ("Australia/Lord_Howe", utc("2027-10-02 15:30")),
    "Lord Howe, fold": ("Australia/Lord_Howe", utc("2027-04-03 15:00")),
    "Dublin, gap": ("Europe/Dublin", utc("2027-03-28 01:00")),
    "Dublin, fold": ("Europe/Dublin", utc("2027-10-31 01:00")),
    "Casablanca, fold": ("Africa/Casablanca", utc("2025-02-23 02:00")),
    "Casablanca, gap": ("Africa/Casablanca", utc("2025-04-06 02:00")),
    "Kathmandu": ("Asia/Kathmandu", utc("2027-06-01 18:15")),
    "UTC": ("UTC", utc("2027-06-01 00:00")),
    "Abidjan": ("Africa/Abidjan", utc("2027-06-01 00:00")),
}
AROUND = [n * MINUTE for n in (-1440, -91, -60, -31, -30, -1, 0, 1, 29, 30, 60, 1440)]


@pytest.mark.parametrize(("zone", "onset"), ONSETS.values(), ids=ONSETS)
@pytest.mark.parametrize("length", [30 * MINUTE, 1440 * MINUTE], ids=["short", "day"])
def test_readers_find_the_instants(make_invite, zone, onset, length):
    for start in (onset + offset for offset in AROUND):
        invite = make_invite(zone=zone, start=start, length=length)
        data = write_calendar([invite], method=Method.REQUEST)

        (event,) = recurring_ical_events.of(icalendar.Calendar.from_ical(data)).between(
            onset - timedelta(days=3), onset + timedelta(days=3)
        )

        assert (event.start, event.end) == (start, start + length)
        assert as_described(data) == [start, start + length]


def as_described(data: bytes) -> list[datetime]:
    """Start and end as read by a program that knows no zones but the file's own."""
    read_back = icalendar.Calendar.from_ical(data)
    event = read_back.walk("VEVENT")[0]
    zones = {
        str(zone["TZID"]): tzical(StringIO(zone.to_ical().decode())).get()
        for zone in read_back.walk("VTIMEZONE")
    }
    return [
        moment.dt.replace(tzinfo=zones[moment.params["TZID"]]).astimezone(UTC)
        if "TZID" in moment.params
        else moment.dt
        for moment in (event["DTSTART"], event["DTEND"])
    ]


@pytest.mark.parametrize(
    ("zone", "start", "length", "line"),
    [
        pytest.param("America/New_York", "2027-11-07 04:58", 1,
                     "DTSTART;TZID=America/New_York:20271107T005800", id="before"),
        pytest.param("America/New_York", "2027-11-07 05:00", 1,
                     "DTSTART:20271107T050000Z", id="first pass"),
        pytest.param("America/New_York", "2027-11-07 06:30", 1,
                     "DTSTART:20271107T063000Z", id="second pass"),
        pytest.param("America/New_York", "2027-11-07 04:59", 60,
                     "DTSTART:20271107T045900Z", id="ends in it"),
        pytest.param("America/New_York", "2027-03-14 06:45", 30,
                     "DTSTART;TZID=America/New_York:20270314T014500", id="over a gap"),
        pytest.param("Africa/Casablanca", "2025-07-01 09:00", 30,
                     "DTSTART:20250701T090000Z", id="irregular zone"),
        pytest.param("Etc/UTC", "2027-07-01 09:00", 30,
                     "DTSTART:20270701T090000Z", id="UTC by another name"),
        pytest.param("Africa/Abidjan", "2027-07-01 09:00", 30,
                     "DTSTART;TZID=Africa/Abidjan:20270701T090000", id="Greenwich"),
    ],
)  # fmt: skip
def test_a_doubtful_wall_time_is_written_in_utc(make_invite, zone, start, length, line):
    invite = make_invite(zone=zone, start=utc(start), length=length * MINUTE)

    found = lines(invite)

    assert line in found
    assert ("BEGIN:VTIMEZONE" in found) == ("TZID=" in line)


def test_a_doubtful_time_beside_a_plain_one_is_in_utc_alone(make_invite):
    plain = make_invite(uid="bk_a", start=utc("2027-11-01 15:00"))
    doubtful = make_invite(uid="bk_b", start=utc("2027-11-07 05:00"))

    text = write_calendar([plain, doubtful], method=Method.PUBLISH).decode()

    assert "\nDTSTART;TZID=America/New_York:20271101T110000\r" in text
    assert "\nDTSTART:20271107T050000Z\r" in text


def test_every_zone_named_is_described_once_for_all_its_bookings(make_invite):
    starts = {"bk_a": "2027-01-18 15:00", "bk_b": "2029-07-02 15:00"}
    invites = [
        make_invite(uid=uid, zone=zone, start=utc(start))
        for zone in ("Europe/Dublin", "America/New_York")
        for uid, start in starts.items()
    ]

    read_back = icalendar.Calendar.from_ical(
        write_calendar(invites, method=Method.PUBLISH)
    )

    described = [str(zone["TZID"]) for zone in read_back.walk("VTIMEZONE")]
    assert described == ["America/New_York", "Europe/Dublin"]
    onsets = [
        o.DTSTART for zone in read_back.walk("VTIMEZONE") for o in zone.walk()[1:]
    ]
    assert max(onsets) < times.midnight(date(2027, 1, 18))


@pytest.mark.parametrize("start", ["1970-01-01 00:00", "9000-12-31 23:59"])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "America/Bogota"])
def test_the_edges_of_time_can_be_written(make_invite, zone, start):
    invite = make_invite(zone=zone, start=utc(start), length=1440 * MINUTE)

    event = read(invite)

    assert (event.start, event.end) == tuple(invite.booking.single.span)
