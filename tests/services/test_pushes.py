"""Bookings written into their hosts' calendars: what stands there, and what stays."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
import recurring_ical_events
from support.lying_calendars import LyingCalendar
from support.receiving import Answer, status

from calbook import Booking, Client, EventType, errors
from calbook.delivery.calendars import caldav
from calbook.delivery.calendars.collection import CollectionError

if TYPE_CHECKING:
    from conftest import Clock

pytest_plugins = ("support.lying_calendars",)

Book = Callable[..., Booking]
HALF = timedelta(minutes=30)
START = datetime(2027, 1, 18, 10, tzinfo=UTC)
WEEKLY = {"frequency": "weekly", "count": 4}


class Directory:
    """A calendar as its host sees it, and changes it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()

    @property
    def names(self) -> set[str]:
        return {file.name for file in self.path.iterdir()}

    def text(self, uid: str) -> str:
        return self.file(uid).read_text(encoding="utf-8").replace("\n ", "")

    def file(self, uid: str) -> Path:
        return self.path / f"{uid}.ics"

    def starts(self, uid: str) -> list[datetime]:
        """Of all that takes place."""
        calendar = icalendar.Calendar.from_ical(self.file(uid).read_bytes())
        found = recurring_ical_events.of(calendar).between((2026,), (2029,))
        return sorted(event.start.astimezone(UTC) for event in found)

    def edit(self, uid: str, old: str, new: str) -> None:
        data = self.file(uid).read_bytes()
        assert old.encode() in data
        self.file(uid).write_bytes(data.replace(old.encode(), new.encode()))

    def move(self, uid: str) -> None:
        """An hour later, as somebody drags it."""
        for old, new in (("T100000", "T110000"), ("T103000", "T113000")):
            self.edit(uid, old, new)


@pytest.fixture
def there(tmp_path: Path) -> Directory:
    return Directory(tmp_path / "work")


@pytest.fixture
def pushed(client: Client, there: Directory) -> Directory:
    """It is connected, and bookings are written there."""
    client.set_up(timezone="UTC", email="grace@example.com", name="Grace")
    client.calendar.connections.add("work", there.path, push=True)
    return there


def responses(client: Client) -> list[str]:
    """Of the last attempts, the newest first."""
    return [each.response or "" for each in client.calendar.connections.log()]


def findings(client: Client, **options: Any) -> list[tuple[str, str]]:
    found = client.calendar.connections.sync(**options)
    return [(each.kind, each.uid) for each in found]


# -- what stands there -----------------------------------------------------------------


def test_a_booking_stands_there_until_it_is_cancelled(
    client: Client, pushed: Directory, booking: Book
) -> None:
    made = booking()
    client.deliver()
    assert pushed.names == {f"{made.uid}.ics"}
    assert pushed.starts(made.uid) == [START]

    client.calendar.bookings.reschedule(made.uid, start_time=START + 2 * HALF)
    client.deliver()
    assert pushed.starts(made.uid) == [START + 2 * HALF]

    client.calendar.bookings.cancel(made.uid)
    client.deliver()
    assert pushed.names == set()
    assert responses(client) == ["taken out", "written", "written"]


def test_no_server_can_take_it_for_an_invitation(
    client: Client,
    pushed: Directory,
    event_type: Callable[..., EventType],
    booking: Book,
) -> None:
    event_type(seats=3)
    made = booking(start_time=START)
    joined = {"name": "Bob", "email": "bob@example.com", "phone": "+351 210 000 000"}
    booking(start_time=START, attendee=joined)
    client.calendar.bookings.add_note(
        made.uid, content="Owes us money", is_private=True
    )
    client.deliver()

    text = pushed.text(made.uid)

    for word in ("METHOD", "ORGANIZER", "ATTENDEE", "Owes us"):
        assert word not in text
    for line in ("TRANSP:OPAQUE", f"UID:{made.uid}@calbook", "STATUS:CONFIRMED"):
        assert line in text
    assert "SUMMARY:Demo (2 people)" in text
    assert "Ada <ada@example.com>" in text
    assert r"Bob <bob@example.com>\, +351 210 000 000" in text


def test_answers_and_phones_are_the_hosts_to_read(
    client: Client,
    pushed: Directory,
    event_type: Callable[..., EventType],
    booking: Book,
) -> None:
    questions = [
        {"key": "topic", "label": "Topic", "type": "TEXT"},
        {"key": "call", "label": "Call me at", "type": "PHONE"},
    ]
    event_type(questions=questions)
    made = booking(
        responses={"topic": "Tax", "call": "+351 210 000 000"}, notes="By the door"
    )
    client.deliver()

    text = pushed.text(made.uid)

    for word in ("Topic: Tax", "Call me at: +351 210 000 000", "Notes: By the door"):
        assert word in text
    assert "SUMMARY:Demo: Ada" in text


def test_a_title_names_the_other_hosts_alone(
    client: Client,
    pushed: Directory,
    event_type: Callable[..., EventType],
    booking: Book,
) -> None:
    client.calendar.hosts.create("bob", name="Bob", email="bob@example.com")
    event_type(scheduling_type="COLLECTIVE", hosts=["me", "bob"])
    made = booking()
    client.deliver()

    assert "SUMMARY:Demo: Bob and Ada" in pushed.text(made.uid)


def test_a_request_is_tentative_until_it_is_confirmed(
    client: Client,
    pushed: Directory,
    event_type: Callable[..., EventType],
    booking: Book,
) -> None:
    event_type(requires_confirmation=True)
    made = booking()
    client.deliver()
    assert "STATUS:TENTATIVE" in pushed.text(made.uid)

    client.calendar.bookings.confirm(made.uid)
    client.deliver()

    assert "STATUS:CONFIRMED" in pushed.text(made.uid)


def test_a_request_that_expires_is_taken_out(
    client: Client,
    pushed: Directory,
    event_type: Callable[..., EventType],
    booking: Book,
    clock: Clock,
) -> None:
    event_type(requires_confirmation=True)
    booking()
    client.deliver()

    clock.move(days=20)
    client.deliver()

    assert pushed.names == set()


def test_a_hold_is_nobodys_yet(
    client: Client, pushed: Directory, event_type: Callable[..., EventType]
) -> None:
    event_type()

    held = client.calendar.bookings.hold(event_type_id="demo", start_time=START)
    assert client.queued == 0

    person = {"name": "Ada", "email": "ada@example.com"}
    client.calendar.bookings.book_hold(held.uid, attendee=person)
    client.deliver()
    assert pushed.starts(held.uid) == [START]


def test_a_look_queues_no_hold(
    client: Client, pushed: Directory, event_type: Callable[..., EventType]
) -> None:
    """Each look at the calendar queued it, to write nothing."""
    event_type()
    client.calendar.bookings.hold(event_type_id="demo", start_time=START, minutes=60)

    assert findings(client) == []
    assert client.deliver() == ()


def test_a_series_stands_there_as_one(
    client: Client, pushed: Directory, booking: Book
) -> None:
    made = booking(recurring=WEEKLY)
    _, second, third, _ = made.occurrences
    client.calendar.bookings.cancel(made.uid, date=second.date)
    client.calendar.bookings.reschedule(
        made.uid, date=third.date, start_time=START + timedelta(days=14, hours=3)
    )
    client.deliver()

    assert pushed.names == {f"{made.uid}.ics"}
    assert pushed.starts(made.uid) == [
        START,
        START + timedelta(days=14, hours=3),
        START + timedelta(days=21),
    ]


def test_what_is_handed_over_changes_calendars(
    client: Client,
    pushed: Directory,
    tmp_path: Path,
    event_type: Callable[..., EventType],
    booking: Book,
) -> None:
    client.calendar.hosts.create("bob", name="Bob", timezone="UTC")
    event_type(scheduling_type="ROUND_ROBIN", hosts=["me", "bob"])
    bobs = Directory(tmp_path / "bob")
    client.calendar.connections.add("work", bobs.path, push=True, host_id="bob")
    whole, series = booking(host_id="me"), booking(host_id="me", recurring=WEEKLY)
    client.deliver()
    assert (len(pushed.names), len(bobs.names)) == (2, 0)

    client.calendar.bookings.reassign(whole.uid, host_id="bob")
    second = series.occurrences[1]
    client.calendar.bookings.reassign(series.uid, host_id="bob", date=second.date)
    client.deliver()

    assert pushed.names == {f"{series.uid}.ics"}
    assert len(pushed.starts(series.uid)) == 3
    assert bobs.names == {f"{whole.uid}.ics", f"{series.uid}.ics"}
    assert bobs.starts(series.uid) == [START + HALF * 2 + timedelta(days=7)]


def test_a_calendar_of_two_hosts_keeps_what_one_gives_the_other(
    client: Client,
    pushed: Directory,
    event_type: Callable[..., EventType],
    booking: Book,
) -> None:
    """The one who gave it away took out what the other one had written there."""
    client.calendar.hosts.create("bob", name="Bob", timezone="UTC")
    event_type(scheduling_type="ROUND_ROBIN", hosts=["me", "bob"])
    client.calendar.connections.add("work", pushed.path, push=True, host_id="bob")
    whole, series = booking(host_id="me"), booking(host_id="me", recurring=WEEKLY)
    client.deliver()

    client.calendar.bookings.reassign(whole.uid, host_id="bob")
    second = series.occurrences[1]
    client.calendar.bookings.reassign(series.uid, host_id="bob", date=second.date)
    client.deliver()

    assert pushed.starts(whole.uid) == [START]
    assert len(pushed.starts(series.uid)) == 4
    assert findings(client) == []
    assert client.deliver() == ()

    client.calendar.bookings.cancel(whole.uid)
    client.deliver()
    assert pushed.names == {f"{series.uid}.ics"}
    assert findings(client) == []


def test_a_host_takes_nothing_out_that_another_writes_there(
    client: Client,
    pushed: Directory,
    tmp_path: Path,
    event_type: Callable[..., EventType],
    booking: Book,
) -> None:
    """A look at a shared calendar took out what its other host has there."""
    client.calendar.hosts.create("bob", name="Bob", timezone="UTC")
    event_type(scheduling_type="ROUND_ROBIN", hosts=["me", "bob"])
    (tmp_path / "bobs way").symlink_to(pushed.path)
    client.calendar.connections.add(
        "work", tmp_path / "bobs way", push=True, host_id="bob"
    )
    made = booking(host_id="bob")
    client.deliver()

    assert findings(client) == []
    client.deliver()

    assert pushed.names == {f"{made.uid}.ics"}


def test_a_calendar_that_is_added_gets_what_is_to_come(
    client: Client, there: Directory, booking: Book, clock: Clock
) -> None:
    past, cancelled, coming = booking(), booking(), booking()
    client.calendar.bookings.cancel(cancelled.uid)
    clock.now = past.ends_at

    client.calendar.connections.add("work", there.path, push=True)
    client.deliver()

    assert there.names == {f"{coming.uid}.ics"}


def test_texts_that_are_changed_for_all_to_come_are_written(
    client: Client, pushed: Directory, booking: Book
) -> None:
    made = booking()
    client.calendar.event_types.update("demo", title="Tour", apply_to_coming=True)
    client.deliver()

    assert "SUMMARY:Tour: Ada" in pushed.text(made.uid)


def test_what_is_asked_for_is_written_again(
    client: Client, pushed: Directory, booking: Book
) -> None:
    """It said that there was nothing to do, though nothing was there any more."""
    made = booking()
    client.deliver()
    pushed.file(made.uid).unlink()
    [sent] = client.calendar.connections.log()

    client.calendar.connections.redeliver(sent.id)
    client.deliver()

    assert pushed.starts(made.uid) == [START]


def test_several_changes_are_written_once(
    client: Client, pushed: Directory, booking: Book
) -> None:
    made = booking()
    client.calendar.bookings.reschedule(made.uid, start_time=START + 2 * HALF)
    client.calendar.bookings.reschedule(made.uid, start_time=START + 4 * HALF)
    client.deliver()

    assert pushed.starts(made.uid) == [START + 4 * HALF]
    assert responses(client) == ["as it was written: nothing to do"] * 2 + ["written"]


def test_a_calendar_that_is_removed_is_written_to_no_more(
    client: Client, pushed: Directory, booking: Book
) -> None:
    kept = booking()
    client.deliver()
    booking()

    dropped = client.calendar.connections.remove("work")
    client.deliver()

    assert dropped == 1
    assert pushed.names == {f"{kept.uid}.ics"}
    [latest, _] = client.calendar.connections.log()
    assert latest.status == "dropped"
    with pytest.raises(errors.Inactive):
        client.calendar.connections.redeliver(latest.id)


def test_nothing_is_queued_where_nothing_is_pushed(
    client: Client, booking: Book
) -> None:
    booking()

    assert client.queued == 0


# -- what the host does there ----------------------------------------------------------

ALARM = (
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\nDESCRIPTION:Go\r\n"
    "END:VALARM\r\nCATEGORIES:Work\r\nCOLOR:red\r\nEND:VEVENT"
)


def test_what_the_host_adds_stays_when_it_is_written_over(
    client: Client, pushed: Directory, booking: Book
) -> None:
    made = booking()
    client.deliver()
    pushed.edit(made.uid, "END:VEVENT", ALARM)

    client.calendar.bookings.reschedule(made.uid, start_time=START + 2 * HALF)
    client.deliver()

    assert pushed.starts(made.uid) == [START + 2 * HALF]
    assert "TRIGGER:-PT10M" in pushed.text(made.uid)
    assert "COLOR:red" in pushed.text(made.uid)
    assert findings(client) == []


def test_what_the_host_changed_stays_and_is_said(
    client: Client, pushed: Directory, booking: Book
) -> None:
    made = booking()
    client.deliver()
    pushed.move(made.uid)
    before = pushed.text(made.uid)

    client.calendar.bookings.update(made.uid, location="IN_PERSON:Rua 1")
    [sent] = client.deliver()

    assert (sent.status, sent.response) == (
        "failed",
        "it was changed there: theirs stays",
    )
    assert pushed.text(made.uid) == before
    assert client.calendar.connections.get("work").conflicts == (made.uid,)
    assert client.calendar.bookings.get(made.uid).start_time == made.start_time


def test_a_conflict_that_is_undone_there_is_none(
    client: Client, pushed: Directory, booking: Book
) -> None:
    made = booking()
    client.deliver()
    whole = pushed.file(made.uid).read_bytes()
    pushed.move(made.uid)
    assert findings(client) == [("moved", made.uid)]
    assert client.calendar.connections.get("work").conflicts == (made.uid,)

    pushed.file(made.uid).write_bytes(whole)

    assert findings(client) == []
    assert client.calendar.connections.get("work").conflicts == ()


def test_what_the_host_deleted_is_written_again_when_it_changes(
    client: Client, pushed: Directory, booking: Book
) -> None:
    made, other = booking(), booking()
    client.deliver()
    pushed.file(made.uid).unlink()
    client.calendar.bookings.update(other.uid, notes="Sooner")
    client.deliver()
    assert pushed.names == {f"{other.uid}.ics"}

    client.calendar.bookings.reschedule(made.uid, start_time=START + 8 * HALF)
    client.deliver()

    assert pushed.starts(made.uid) == [START + 8 * HALF]
    assert responses(client)[0] == "it was deleted there: written again"


def test_a_cancelled_booking_that_the_host_moved_stays_there(
    client: Client, pushed: Directory, booking: Book
) -> None:
    made = booking()
    client.deliver()
    pushed.move(made.uid)

    client.calendar.bookings.cancel(made.uid)
    client.deliver()
    assert pushed.names == {f"{made.uid}.ics"}
    assert findings(client) == [("stray", made.uid)]

    assert findings(client, overwrite=True) == [("stray", made.uid)]
    client.deliver()
    assert pushed.names == set()
    assert findings(client) == []


def test_an_entry_of_another_name_is_never_written_over(
    client: Client, there: Directory, booking: Book
) -> None:
    made = booking()
    text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    there.file(made.uid).write_text(text, newline="")

    client.calendar.connections.add("work", there.path, push=True)
    [sent] = client.deliver()

    assert sent.status == "failed"
    assert "another event" in (sent.response or "")
    assert there.file(made.uid).read_bytes() == text.encode()


# -- after a fault ---------------------------------------------------------------------


def test_what_was_written_and_not_recorded_is_found_again(
    client: Client, pushed: Directory, booking: Book
) -> None:
    """The machine went down between the two; a restored file knows nothing either."""
    made = booking()
    client.deliver()
    client.calendar.connections.remove("work")

    client.calendar.connections.add("work", pushed.path, push=True)
    [sent] = client.deliver()

    assert sent.response == "there already"
    assert client.calendar.connections.get("work").written == 1
    assert pushed.starts(made.uid) == [START]


def test_what_was_written_and_not_recorded_is_taken_out(
    client: Client, pushed: Directory, booking: Book
) -> None:
    made = booking()
    client.deliver()
    client.calendar.connections.remove("work")
    client.calendar.connections.add("work", pushed.path, push=True)

    client.calendar.bookings.cancel(made.uid)
    client.deliver()

    assert pushed.names == set()


def test_what_was_changed_there_and_forgotten_here_is_told(
    client: Client, pushed: Directory, booking: Book
) -> None:
    """A cancelled booking that the host had renamed stayed there unseen."""
    made, other = booking(), booking()
    client.deliver()
    pushed.edit(made.uid, "SUMMARY:", "SUMMARY:My ")
    client.calendar.bookings.cancel(made.uid)
    client.calendar.connections.remove("work")
    client.calendar.connections.add("work", pushed.path, push=True)

    assert findings(client, overwrite=True) == [("stray", made.uid)]
    client.deliver()

    assert pushed.names == {f"{other.uid}.ics"}


def test_a_directory_that_is_gone_is_waited_for(
    client: Client, pushed: Directory, booking: Book, clock: Clock
) -> None:
    made = booking()
    away = pushed.path.with_name("away")
    os.rename(pushed.path, away)
    [sent] = client.deliver()
    assert (sent.status, sent.attempts) == ("pending", 1)

    os.rename(away, pushed.path)
    clock.move(minutes=1)
    client.deliver()

    assert pushed.starts(made.uid) == [START]


@pytest.fixture
def remote(client: Client, liar: LyingCalendar) -> LyingCalendar:
    """A server that can be made to lie, with a calendar that is written to."""
    client.set_up(timezone="UTC", email="grace@example.com", name="Grace")
    client.calendar.connections.add("work", liar.url, push=True, allow_private=True)
    liar.requests.clear()
    return liar


def test_a_new_booking_is_one_request(
    client: Client, remote: LyingCalendar, booking: Book
) -> None:
    booking()
    client.deliver()

    assert remote.methods() == ["PUT"]


@pytest.mark.parametrize("step", ["create", "reschedule", "cancel"])
def test_an_answer_that_is_lost_after_the_write_changes_nothing(
    client: Client, remote: LyingCalendar, booking: Book, clock: Clock, step: str
) -> None:
    remote.loses = step == "create"
    made = booking()
    client.deliver()
    remote.loses = step != "create"
    if step == "reschedule":
        client.calendar.bookings.reschedule(made.uid, start_time=START + 4 * HALF)
    if step == "cancel":
        client.calendar.bookings.cancel(made.uid)
    client.deliver()
    clock.move(minutes=1)

    client.deliver()

    assert {each.status for each in client.calendar.connections.log()} == {"delivered"}
    assert len(remote.objects) == (step != "cancel")
    assert findings(client) == []


@pytest.mark.parametrize("etags", ["none", "flaky", "weak"])
def test_etags_that_say_little_do_no_harm(
    client: Client, remote: LyingCalendar, booking: Book, clock: Clock, etags: str
) -> None:
    remote.etags, remote.answers_etag = etags, False
    made = booking()
    client.deliver()
    client.calendar.bookings.reschedule(made.uid, start_time=START + 4 * HALF)
    client.deliver()

    assert findings(client) == []
    assert b"T120000Z" in remote.objects[f"{made.uid}.ics"].data


@pytest.mark.parametrize(
    ("answer", "most"),
    [
        (status(429, "Retry-After: 600"), 1),
        (status(429), 3),
        (status(503, "Retry-After: 600"), 1),
    ],
)
def test_a_server_that_wants_to_be_left_alone_is(
    client: Client, remote: LyingCalendar, booking: Book, answer: Answer, most: int
) -> None:
    """It was asked once for each booking all the same."""
    for _ in range(6):
        booking()
    remote.raw["PUT"] = [answer] * 20

    client.deliver()

    assert len(remote.requests) == most


def test_an_attempt_that_was_given_up_writes_nothing_later(
    client: Client, remote: LyingCalendar, booking: Book
) -> None:
    """It went on, and could write over what came after it."""
    booking()
    client.deliver()
    with closing(
        caldav.open_collection(
            remote.url, user=None, password=None, allow_private=True, seconds=10
        )
    ) as collection:
        collection.end_by(time.monotonic() - 1)
        remote.requests.clear()

        with pytest.raises(CollectionError, match="no time left") as raised:
            collection.create("late.ics", b"")

    assert not raised.value.is_reached
    assert remote.requests == []


def test_a_storm_of_412_is_tried_again(
    client: Client, remote: LyingCalendar, booking: Book, clock: Clock
) -> None:
    made = booking()
    client.deliver()
    remote.refuses = 50
    client.calendar.bookings.reschedule(made.uid, start_time=START + 4 * HALF)
    [sent] = client.deliver()
    assert (sent.status, sent.response) == (
        "pending",
        "it is changed there all the time",
    )

    remote.refuses = 0
    clock.move(minutes=1)
    client.deliver()

    assert b"T120000Z" in remote.objects[f"{made.uid}.ics"].data


def test_a_deletion_that_a_server_only_says_is_none(
    client: Client, remote: LyingCalendar, booking: Book
) -> None:
    made, other = booking(), booking()
    client.deliver()

    remote.hidden = {f"{made.uid}.ics"}

    assert findings(client) == []
    assert client.calendar.bookings.get(made.uid).status == "CONFIRMED"
    assert other.uid != made.uid


def test_a_server_that_fails_at_one_finds_nothing_of_it(
    client: Client, remote: LyingCalendar, booking: Book
) -> None:
    made, _ = booking(), booking()
    client.deliver()
    remote.etags, remote.failing = "flaky", {f"{made.uid}.ics"}

    assert findings(client) == []


# -- sync ------------------------------------------------------------------------------


def test_what_was_done_there_is_told_and_changes_no_booking(
    client: Client, pushed: Directory, booking: Book
) -> None:
    moved, deleted, renamed, kept = (booking() for _ in range(4))
    client.deliver()
    before = client.calendar.bookings.list()
    pushed.move(moved.uid)
    pushed.file(deleted.uid).unlink()
    pushed.edit(renamed.uid, "SUMMARY:", "SUMMARY:Really ")

    found = {each.uid: each for each in client.calendar.connections.sync()}

    assert {uid: each.kind for uid, each in found.items()} == {
        moved.uid: "moved",
        deleted.uid: "deleted",
        renamed.uid: "changed",
    }
    assert found[moved.uid].moves == [
        {
            "from": {
                "startTime": "2027-01-18T10:00:00+00:00",
                "endTime": "2027-01-18T10:30:00+00:00",
            },
            "to": {
                "startTime": "2027-01-18T11:00:00+00:00",
                "endTime": "2027-01-18T11:30:00+00:00",
            },
        }
    ]
    assert found[renamed.uid].title_there == "Really Demo: Ada"
    assert client.calendar.bookings.list() == before
    assert kept.uid not in found


def test_what_is_not_known_any_more_and_was_changed_there_is_told(
    client: Client, pushed: Directory, booking: Book
) -> None:
    """A calendar that was added again kept it for ever, and nobody heard of it."""
    made = booking()
    client.deliver()
    pushed.move(made.uid)
    client.calendar.connections.remove("work")
    client.calendar.bookings.cancel(made.uid)
    client.calendar.connections.add("work", pushed.path, push=True)

    assert findings(client) == [("stray", made.uid)]
    assert pushed.names

    findings(client, overwrite=True)
    client.deliver()
    assert not pushed.names


def test_overwriting_puts_all_back(
    client: Client, pushed: Directory, booking: Book
) -> None:
    moved, deleted = booking(), booking()
    client.deliver()
    pushed.move(moved.uid)
    pushed.file(deleted.uid).unlink()

    found = client.calendar.connections.sync(overwrite=True)
    client.deliver()

    assert all(each.overwritten for each in found)
    assert pushed.starts(moved.uid) == [START]
    assert pushed.starts(deleted.uid) == [START + 2 * HALF]
    assert findings(client) == []


def test_a_calendar_that_is_suddenly_empty_is_asked_about(
    client: Client, pushed: Directory, booking: Book
) -> None:
    made = booking()
    client.deliver()
    pushed.file(made.uid).unlink()

    with pytest.raises(errors.EntriesGone):
        client.calendar.connections.sync()

    assert findings(client, confirmed=True) == [("deleted", made.uid)]


def test_one_of_which_most_is_gone_is_asked_about(
    client: Client, pushed: Directory, booking: Book
) -> None:
    gone = [booking().uid for _ in range(3)]
    client.deliver()
    for uid in gone:
        pushed.file(uid).unlink()
    booking(), booking()
    client.deliver()

    with pytest.raises(errors.EntriesGone, match=r"most of .* is gone \(3 of 5\)"):
        client.calendar.connections.sync()

    assert {uid for _, uid in findings(client, confirmed=True)} == {*gone}


def test_few_deletions_are_told(
    client: Client, pushed: Directory, booking: Book
) -> None:
    gone = [booking().uid for _ in range(2)]
    client.deliver()
    for uid in gone:
        pushed.file(uid).unlink()
    booking()
    client.deliver()

    assert {*findings(client)} == {("deleted", uid) for uid in gone}


def test_what_is_over_is_nobodys_matter(
    client: Client, pushed: Directory, booking: Book, clock: Clock
) -> None:
    past, coming = booking(), booking()
    client.deliver()
    clock.now = past.ends_at
    pushed.file(past.uid).unlink()

    assert findings(client) == []
    assert client.calendar.connections.get("work").written == 1
    assert coming.uid != past.uid


def test_entries_of_another_file_are_left_alone(
    client: Client, pushed: Directory, booking: Book
) -> None:
    made = booking()
    client.deliver()
    data = pushed.text(made.uid).replace(made.uid, "bk_another12345")
    pushed.file("bk_another12345").write_text(data)

    assert findings(client, overwrite=True) == [("unknown", "bk_another12345")]
    client.deliver()

    assert pushed.names == {f"{made.uid}.ics", "bk_another12345.ics"}


def test_what_was_never_written_is_written_now(
    client: Client, pushed: Directory, booking: Book
) -> None:
    made = booking()
    os.chmod(pushed.path, 0o700)
    [target] = {each.target for each in client.calendar.connections.log()}
    assert target == "user_me/work"
    client.calendar.connections.remove("work")
    client.calendar.connections.add("work", pushed.path, push=True)

    client.calendar.connections.sync()
    client.deliver()

    assert pushed.starts(made.uid) == [START]
