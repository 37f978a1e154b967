"""The last change of a booking taken back: what it was is what it is again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from support.stores import change

from calbook import Booking, Client, errors

if TYPE_CHECKING:
    from conftest import Clock

Do = Callable[[Client, str], object]
JAN = "2027-01-18"  # a Monday
ADA = {"name": "Ada", "email": "ada@example.com"}
BOB = {"name": "Bob", "email": "bob@example.com"}


@pytest.fixture
def database(place: str) -> str:
    return place


def facts(booking: Booking) -> dict[str, Any]:
    """All that is said of it but which revision it is."""
    said = booking.to_dict()
    return {k: v for k, v in said.items() if k not in _REVISION}


_REVISION = {"version", "sequence", "updatedAt"}


def undo(client: Client, uid: str, **options: Any) -> Booking:
    return client.calendar.bookings.undo(uid, **options)


def last_event(client: Client, uid: str) -> Any:
    return client.calendar.bookings.history(uid)[-1]


@pytest.fixture
def book(client: Client, event_type: Callable[..., Any]) -> Callable[..., str]:
    """Books one of several kinds of event types; the uid."""
    calendar = client.calendar
    for name in ("alice", "bob"):
        calendar.hosts.create(name, email=f"{name}@hosts.example", timezone="UTC")
    event_type("demo")
    event_type("asked", requires_confirmation=True)
    event_type("team", hosts=["alice", "bob"], scheduling_type="ROUND_ROBIN")
    event_type("class", seats=4)

    def book(kind: str = "demo", **fields: Any) -> str:
        wanted = {"event_type_id": kind, "attendee": ADA, "start_time": f"{JAN} 10:00"}
        return calendar.bookings.create(**{**wanted, **fields}).uid

    return book


IMPORTED = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:elsewhere
BEGIN:VEVENT
UID:one@elsewhere
DTSTAMP:20261101T000000Z
DTSTART:20270118T100000Z
DTEND:20270118T103000Z
SUMMARY:Talk
STATUS:CONFIRMED
ORGANIZER:mailto:alice@hosts.example
ATTENDEE;CN=Ada:mailto:ada@example.com
END:VEVENT
END:VCALENDAR
""".replace(b"\n", b"\r\n")
WEEKLY = {"frequency": "weekly", "count": 4}
SINGLES: dict[str, tuple[str, Do]] = {
    "cancelled": ("demo", lambda c, u: c.calendar.bookings.cancel(u)),
    "cancelled by the host, with a reason": (
        "demo",
        lambda c, u: c.calendar.bookings.cancel(u, cancelled_by="host", reason="ill"),
    ),
    "confirmed": ("asked", lambda c, u: c.calendar.bookings.confirm(u)),
    "rejected": ("asked", lambda c, u: c.calendar.bookings.reject(u, reason="no")),
    "moved": (
        "demo",
        lambda c, u: c.calendar.bookings.reschedule(u, start_time=f"{JAN} 15:00"),
    ),
    "moved onto itself by a part": (
        "demo",
        lambda c, u: c.calendar.bookings.reschedule(u, start_time=f"{JAN} 10:15"),
    ),
    "handed over": ("team", lambda c, u: c.calendar.bookings.reassign(u)),
    "moved and handed over": (
        "team",
        lambda c, u: c.calendar.bookings.reschedule(
            u, start_time="2027-01-19 10:00", reassign=True, host_id="bob"
        ),
    ),
    "corrected": (
        "demo",
        lambda c, u: c.calendar.bookings.update(
            u,
            email="ada@new.example",
            notes="hello",
            location={"type": "CUSTOM", "text": "the attic"},
            meeting_url="https://meet.example/1",
            metadata={"a": 1},
        ),
    ),
    "with another name": (
        "demo",
        lambda c, u: c.calendar.bookings.update(u, name="Ada Lovelace", phone=None),
    ),
    "with a guest more": (
        "demo",
        lambda c, u: c.calendar.bookings.update(u, add_guests=[BOB]),
    ),
    "joined": (
        "class",
        lambda c, u: c.calendar.bookings.add_attendee(u, **BOB, responses={}),
    ),
    "booked into": (
        "class",
        lambda c, u: c.calendar.bookings.create(
            event_type_id="class",
            start_time=f"{JAN} 10:00",
            attendee=BOB,
            guests=["eve@example.com"],
        ),
    ),
}
SERIES: dict[str, Do] = {
    "one date cancelled": lambda c, u: c.calendar.bookings.cancel(u, date="2027-01-25"),
    "all cancelled": lambda c, u: c.calendar.bookings.cancel(u, all=True),
    "some cancelled": lambda c, u: c.calendar.bookings.cancel(
        u, from_date="2027-01-25"
    ),
    "one date moved": lambda c, u: c.calendar.bookings.reschedule(
        u, start_time="2027-01-26 11:00", date="2027-01-25"
    ),
    "all moved": lambda c, u: c.calendar.bookings.reschedule(
        u, start_time="2027-01-19 11:00", all=True
    ),
    "one date handed over": lambda c, u: c.calendar.bookings.reassign(
        u, date="2027-02-01"
    ),
    "all handed over": lambda c, u: c.calendar.bookings.reassign(u, all=True),
}


@pytest.mark.parametrize("what", SINGLES)
def test_what_was_done_to_a_booking_is_taken_back_and_done_again(
    client: Client, book: Callable[..., str], what: str
) -> None:
    kind, do = SINGLES[what]
    uid = book(kind)
    before = client.calendar.bookings.get(uid)

    do(client, uid)
    after = client.calendar.bookings.get(uid)
    back = undo(client, uid)
    again = undo(client, uid)

    assert facts(after) != facts(before) == facts(back)
    assert facts(again) == facts(after)
    assert before.version < after.version < back.version < again.version
    assert client.check() == ()


@pytest.mark.parametrize("what", SERIES)
def test_what_was_done_to_a_series_is_taken_back_and_done_again(
    client: Client, book: Callable[..., str], what: str
) -> None:
    uid = book("team", recurring=WEEKLY)
    before = client.calendar.bookings.get(uid)

    SERIES[what](client, uid)
    after = client.calendar.bookings.get(uid)
    back = undo(client, uid)
    again = undo(client, uid)

    assert facts(after) != facts(before) == facts(back)
    assert facts(again) == facts(after)
    assert after.sequence < back.sequence < again.sequence
    assert client.check() == ()


SEATS: dict[str, Do] = {
    "a guest leaves": lambda c, u: c.calendar.bookings.remove_attendee(
        u, email="bob@example.com"
    ),
    "the first leaves": lambda c, u: c.calendar.bookings.remove_attendee(
        u, email="ada@example.com"
    ),
    "absent once": lambda c, u: c.calendar.bookings.remove_attendee(
        u, email="ada@example.com", on="2027-01-25"
    ),
    "a drop-in comes": lambda c, u: c.calendar.bookings.add_attendee(
        u, name="Eve", email="eve@example.com", on=["2027-01-25", "2027-02-01"]
    ),
    "another joins": lambda c, u: c.calendar.bookings.add_attendee(
        u, name="Eve", email="eve@example.com"
    ),
}


@pytest.mark.parametrize("what", SEATS)
def test_a_seat_of_a_series_is_what_it_was(
    client: Client, book: Callable[..., str], what: str
) -> None:
    uid = book("class", recurring=WEEKLY, notes="first", metadata={"k": 1}, guests=[])
    client.calendar.bookings.add_attendee(uid, **BOB)
    client.calendar.bookings.add_attendee(
        uid, name="Zoe", email="zoe@example.com", on="2027-01-18"
    )
    before = client.calendar.bookings.get(uid)

    SEATS[what](client, uid)
    after = client.calendar.bookings.get(uid)
    back = undo(client, uid)
    again = undo(client, uid)

    assert facts(after) != facts(before) == facts(back)
    assert facts(again) == facts(after)
    assert after.sequence < back.sequence < again.sequence
    assert client.check() == ()


@pytest.mark.parametrize("mark", ["mark_attended", "mark_no_show"])
@pytest.mark.parametrize("when", ["while it is running", "when it is over"])
def test_a_mark_is_taken_back(
    client: Client, clock: Clock, book: Callable[..., str], mark: str, when: str
) -> None:
    uid = book()
    clock.move(days=14, hours=1, minutes=10 if when == "while it is running" else 50)
    client.tick()
    before = client.calendar.bookings.get(uid)

    getattr(client.calendar.bookings, mark)(uid)
    after = client.calendar.bookings.get(uid)
    back = undo(client, uid)
    again = undo(client, uid)

    assert facts(after) != facts(before) == facts(back)
    assert facts(again) == facts(after)
    clock.move(hours=1)
    undo(client, uid)
    client.tick()
    told = [event.type for event in client.calendar.bookings.history(uid)]
    ended = mark == "mark_attended" or when == "when it is over"
    assert client.calendar.bookings.get(uid).status == "COMPLETED"
    assert told.count("booking.completed") >= 1 + (ended and when.startswith("while"))
    assert client.check() == ()


def test_a_mark_of_some_in_a_group_is_taken_back(
    client: Client, clock: Clock, book: Callable[..., str]
) -> None:
    uid = book("class", guests=["bob@example.com"])
    clock.move(days=14, hours=1, minutes=10)
    client.calendar.bookings.mark_no_show(uid, email="ada@example.com")
    before = client.calendar.bookings.get(uid)

    client.calendar.bookings.mark_attended(uid, email="bob@example.com")
    back = undo(client, uid)

    assert facts(back) == facts(before)
    assert back.guests[0].attendance == "unknown"
    first = undo(client, uid)
    assert first.guests[0].attendance == "attended"


# -- what is refused ----------------------------------------------------------------


def check_refused(client: Client, uid: str, code: str, **options: Any) -> str:
    before = client.calendar.bookings.get(uid)

    with pytest.raises(errors.CalbookError) as refused:
        undo(client, uid, **options)

    assert refused.value.code == code
    assert client.calendar.bookings.get(uid) == before
    return refused.value.message


NEVER: dict[str, tuple[str, Do, str]] = {
    "booked": ("demo", lambda c, u: None, "cancelled"),
    "extended": (
        "series",
        lambda c, u: c.calendar.bookings.extend(u, count=2),
        "cancelled",
    ),
    "with a longer event type": (
        "demo",
        lambda c, u: c.calendar.event_types.update(
            "demo", duration=45, apply_to_coming=["duration"]
        ),
        "event type",
    ),
    "with another title": (
        "demo",
        lambda c, u: c.calendar.event_types.update(
            "demo", title="New", apply_to_coming=True
        ),
        "event type",
    ),
    "a note removed": (
        "demo",
        lambda c, u: c.calendar.bookings.remove_note(
            u, note_id=c.calendar.bookings.add_note(u, content="x").id
        ),
        "text",
    ),
    "somebody erased": (
        "group",
        lambda c, u: (
            c.calendar.bookings.remove_attendee(u, email="bob@example.com"),
            c.calendar.people.erase("bob@example.com", cancel=True),
        ),
        "nobody",
    ),
    "a seat moved": (
        "group",
        lambda c, u: c.calendar.bookings.move_attendee(
            u, email="bob@example.com", start_time=f"{JAN} 15:00"
        ),
        "move it back",
    ),
}


@pytest.mark.parametrize("what", NEVER)
def test_what_has_no_inverse_says_why(
    client: Client, book: Callable[..., str], what: str
) -> None:
    kind, do, why = NEVER[what]
    series = {"recurring": WEEKLY} if kind == "series" else {}
    uid = book({"series": "demo", "group": "class"}.get(kind, kind), **series)
    if kind == "group":
        client.calendar.bookings.add_attendee(uid, **BOB)
    do(client, uid)

    with pytest.raises(errors.CannotUndo) as refused:
        undo(client, uid)

    assert why in f"{refused.value.message} {refused.value.hint}"
    assert client.check() == ()


@pytest.mark.usefixtures("book")
def test_a_hold_that_was_given_back_is_held_anew(client: Client) -> None:
    held = client.calendar.bookings.hold(
        event_type_id="demo", start_time=f"{JAN} 10:00", minutes=30
    )
    client.calendar.bookings.cancel(held.uid)

    assert "held for a while" in check_refused(client, held.uid, "cannot_undo")


def test_time_that_others_have_is_not_taken_back(
    client: Client, book: Callable[..., str]
) -> None:
    cancelled, moved = book(), book(start_time=f"{JAN} 12:00")
    client.calendar.bookings.cancel(cancelled)
    client.calendar.bookings.reschedule(moved, start_time=f"{JAN} 14:00")
    book(start_time=f"{JAN} 10:15")
    book(start_time=f"{JAN} 11:45")

    check_refused(client, cancelled, "slot_taken")
    check_refused(client, moved, "slot_taken")
    check_refused(client, moved, "slot_taken", by="host")


def test_dates_come_back_together_or_not_at_all(
    client: Client, book: Callable[..., str]
) -> None:
    uid = book(recurring=WEEKLY)
    client.calendar.bookings.cancel(uid, all=True)
    book(start_time="2027-01-25 10:00")

    check_refused(client, uid, "slot_taken")
    back = undo(client, uid, date="2027-02-01")

    live = [o.date for o in back.occurrences if o.status == "CONFIRMED"]
    assert live == ["2027-02-01"]
    assert client.check() == ()


def test_a_date_comes_back_whatever_was_changed_since(
    client: Client, book: Callable[..., str]
) -> None:
    uid = book("team", recurring=WEEKLY)
    client.calendar.bookings.cancel(uid, date="2027-01-25", reason="ill")
    client.calendar.bookings.reschedule(
        uid, start_time="2027-02-02 11:00", from_date="2027-02-01"
    )
    client.calendar.bookings.update(uid, notes="new")

    back = undo(client, uid, date="2027-01-25")

    [date] = [o for o in back.occurrences if o.date == "2027-01-25"]
    assert (date.status, date.reason, date.resolution) == ("CONFIRMED", None, None)
    assert back.notes == "new"
    event = last_event(client, uid)
    assert (event.type, event.change["dates"]) == ("booking.restored", ["2027-01-25"])
    assert event.change["undoes"]["type"] == "booking.cancelled"
    again = undo(client, uid)
    assert [o.status for o in again.occurrences if o.date == "2027-01-25"] == [
        "CANCELLED"
    ]
    assert client.check() == ()


def test_a_date_that_was_left_out_comes_once_it_is_free(
    client: Client, book: Callable[..., str]
) -> None:
    in_the_way = book(start_time="2027-01-25 10:00")
    uid = book(recurring=WEEKLY, on_conflict="skip")
    check_refused(client, uid, "slot_taken", date="2027-01-25")
    client.calendar.bookings.cancel(in_the_way)

    back = undo(client, uid, date="2027-01-25")

    assert {o.status for o in back.occurrences} == {"CONFIRMED"}
    assert client.check() == ()


def test_nothing_comes_back_in_which_somebody_is_nobody_now(
    client: Client, book: Callable[..., str]
) -> None:
    """`--on` held time for whom nobody knows any more."""
    uid = book(recurring=WEEKLY, guests=["bob@example.com"])
    client.calendar.bookings.cancel(uid, all=True)
    client.calendar.people.erase("bob@example.com")

    check_refused(client, uid, "cannot_undo", date="2027-01-25")
    check_refused(client, uid, "cannot_undo")


def test_what_is_held_of_a_person_has_no_note_that_was_removed(
    client: Client, book: Callable[..., str]
) -> None:
    """It said that a note says “None”."""
    uid = book()
    client.calendar.bookings.add_note(uid, content="Ada was late")
    undo(client, uid)
    client.calendar.bookings.cancel(uid)
    undo(client, uid)

    page = client.calendar.people.page("ada@example.com")

    assert "a note, removed since" in page
    assert "a note was removed; undoes: updated" in page
    assert "restored by the attendee: undoes: cancelled" in page
    assert "None" not in page


def test_a_date_that_takes_place_needs_no_undo(
    client: Client, book: Callable[..., str]
) -> None:
    uid = book(recurring=WEEKLY)

    check_refused(client, uid, "nothing_to_change", date="2027-01-25")
    check_refused(client, uid, "not_found", date="2027-01-26")


def test_an_attendee_takes_back_what_attendees_did_and_no_more(
    client: Client, book: Callable[..., str]
) -> None:
    uid = book("asked")
    client.calendar.bookings.confirm(uid)
    check_refused(client, uid, "cannot_undo", by="attendee")
    client.calendar.bookings.cancel(uid, cancelled_by="host")
    check_refused(client, uid, "cannot_undo", by="attendee")

    assert undo(client, uid).status == "CONFIRMED"


def test_what_needs_confirmation_is_asked_again_for_its_attendee(
    client: Client, book: Callable[..., str]
) -> None:
    uid = book("asked")
    client.calendar.bookings.confirm(uid)
    client.calendar.bookings.cancel(uid)

    assert undo(client, uid).status == "PENDING"
    client.calendar.bookings.confirm(uid)
    client.calendar.bookings.reschedule(uid, start_time=f"{JAN} 12:00")
    assert undo(client, uid, by="host").status == "CONFIRMED"


def test_after_the_deadline_the_host_alone_moves_back(
    client: Client, clock: Clock, event_type: Callable[..., Any], book: Any
) -> None:
    event_type("late", cancellation_deadline=120, minimum_notice=60)
    uid = book("late")
    client.calendar.bookings.reschedule(uid, start_time=f"{JAN} 11:00")
    clock.move(days=14, hours=0, minutes=30)  # half an hour before the first start

    check_refused(client, uid, "deadline_passed")
    check_refused(client, uid, "minimum_notice", by="host")
    back = undo(client, uid, by="host", override=["notice"])

    assert back.starts_at.hour == 10
    assert "notice" in back.overrides


@pytest.mark.parametrize("by", ["attendee", "host"])
def test_what_would_have_begun_does_not_come_back(
    client: Client, clock: Clock, book: Callable[..., str], by: str
) -> None:
    uid = book()
    client.calendar.bookings.cancel(uid)
    clock.move(days=14, hours=1, minutes=1)

    check_refused(client, uid, "in_the_past", by=by)


def test_a_confirmation_is_not_taken_back_once_it_has_begun(
    client: Client, clock: Clock, book: Callable[..., str]
) -> None:
    uid = book("asked")
    client.calendar.bookings.confirm(uid)
    clock.move(days=14, hours=1, minutes=1)

    check_refused(client, uid, "cannot_undo")


def test_a_seat_is_not_taken_again_where_none_is_left(
    client: Client, book: Callable[..., str]
) -> None:
    uid = book("class")
    client.calendar.bookings.add_attendee(uid, **BOB)
    client.calendar.bookings.remove_attendee(uid, email="bob@example.com")
    client.calendar.event_types.update("class", seats=1)

    check_refused(client, uid, "seats_full")


def test_whose_limit_is_reached_gets_nothing_back(
    client: Client, event_type: Callable[..., Any], book: Callable[..., str]
) -> None:
    event_type("rare", per_person_open=1)
    uid = book("rare")
    client.calendar.bookings.cancel(uid)
    book("rare", start_time="2027-01-19 10:00")

    check_refused(client, uid, "open_bookings_reached")
    assert undo(client, uid, by="host", override=["limit"]).status == "CONFIRMED"


def test_who_waits_gets_what_an_undo_makes_free(
    client: Client, book: Callable[..., str]
) -> None:
    uid = book()
    client.calendar.bookings.reschedule(uid, start_time=f"{JAN} 12:00")
    waits = client.calendar.waiting.add(
        event_type_id="demo", start_time=f"{JAN} 12:00", attendee=BOB
    )
    undo(client, uid)

    assert client.calendar.waiting.get(waits.id).state == "offered"
    check_refused(client, uid, "slot_taken")  # it is held for who waited


def test_time_that_is_offered_does_not_come_back(
    client: Client, book: Callable[..., str]
) -> None:
    uid = book()
    waits = client.calendar.waiting.add(
        event_type_id="demo", start_time=f"{JAN} 10:00", attendee=BOB
    )
    client.calendar.bookings.cancel(uid)
    assert client.calendar.waiting.get(waits.id).state == "offered"

    check_refused(client, uid, "slot_taken")


@pytest.mark.parametrize(
    ("kind", "person"), [("demo", None), ("class", "ada@example.com")]
)
def test_what_who_waited_was_given_is_theirs(
    client: Client, book: Callable[..., str], kind: str, person: str | None
) -> None:
    """It was refused because `by` cannot be system, which nobody had said."""
    bookings = client.calendar.bookings
    client.calendar.event_types.update(kind, on_free="book", seats=person and 2)
    uid = book(kind)
    if person:
        bookings.add_attendee(uid, name="Cleo", email="cleo@example.com")
    client.calendar.waiting.add(
        event_type_id=kind, start_time=f"{JAN} 10:00", attendee=BOB
    )
    if person:
        bookings.remove_attendee(uid, email=person)
    else:
        bookings.cancel(uid)
    [given] = bookings.list(attendee_email=BOB["email"], count=None)

    assert "theirs" in check_refused(client, given.uid, "cannot_undo")
    assert "theirs" in check_refused(client, given.uid, "cannot_undo", by="host")


def test_a_date_that_an_import_has_cancelled_is_brought_back_by_the_host(
    client: Client, book: Callable[..., str]
) -> None:
    """Without `by` it was refused because that cannot be system."""
    client.calendar.imports.take_over(
        "ics",
        [IMPORTED, IMPORTED.replace(b"CONFIRMED", b"CANCELLED")],
        event_type_id="demo",
    )
    [uid] = [each.uid for each in client.calendar.bookings.list(count=None)]

    said = check_refused(client, uid, "cannot_undo", date=JAN)
    back = undo(client, uid, date=JAN, by="host")

    assert "calbook itself made that change" in said
    assert back.status == "CONFIRMED"


def test_a_host_who_left_the_event_type_gets_a_booking_back(
    client: Client, book: Callable[..., str]
) -> None:
    uid = book("team")
    first = client.calendar.bookings.get(uid).host_id
    client.calendar.bookings.reassign(uid)
    other = client.calendar.bookings.get(uid).host_id
    client.calendar.event_types.update("team", hosts=[other], scheduling_type="SINGLE")

    assert undo(client, uid).host_id == first
    assert client.check() == ()


def test_a_host_who_is_busy_gets_nothing_back(
    client: Client, book: Callable[..., str]
) -> None:
    uid = book("team")
    first = client.calendar.bookings.get(uid).host_id
    client.calendar.bookings.reassign(uid)
    client.calendar.event_types.create("alone", hosts=[first], schedule_id="always")
    book("alone")

    check_refused(client, uid, "slot_taken")


# -- how it is asked for -------------------------------------------------------------


def test_without_a_uid_it_is_what_this_actor_changed_last(
    database: str, clock: Clock, client: Client, book: Callable[..., str]
) -> None:
    first, second = book(), book(start_time=f"{JAN} 12:00")
    client.calendar.bookings.cancel(first)
    with Client(database, clock=clock, actor="mary") as other:
        with pytest.raises(errors.NothingToChange):
            other.calendar.bookings.undo()
        other.calendar.bookings.cancel(second)

        assert client.calendar.bookings.last_change().uid == first
        assert other.calendar.bookings.undo().uid == second
    assert client.calendar.bookings.undo().uid == first
    assert client.calendar.bookings.get(second).status == "CONFIRMED"


def test_what_happens_by_itself_is_passed_over(
    client: Client, clock: Clock, book: Callable[..., str]
) -> None:
    uid = book(recurring=WEEKLY)
    client.calendar.bookings.cancel(uid, date="2027-02-08")
    clock.move(days=15)
    client.tick()
    assert last_event(client, uid).type == "booking.completed"

    assert client.calendar.bookings.last_change(uid).type == "booking.cancelled"
    assert undo(client, uid).occurrences[-1].status == "CONFIRMED"


def test_a_version_a_key_and_a_dry_run_are_as_everywhere(
    client: Client, book: Callable[..., str]
) -> None:
    uid = book()
    after = client.calendar.bookings.cancel(uid)

    check_refused(client, uid, "version_conflict", if_version=0)
    tried = undo(client, uid, dry_run=True)
    assert client.calendar.bookings.get(uid) == after
    back = undo(client, uid, idempotency_key="k", if_version=after.version)
    again = undo(client, uid, idempotency_key="k", if_version=after.version)

    assert facts(tried) == facts(back) == facts(again)
    assert back == again == client.calendar.bookings.get(uid)
    check_refused(client, uid, "key_reused", idempotency_key="k", by="host")


def test_a_public_note_is_withdrawn_and_gone(
    client: Client, database: str, book: Callable[..., str]
) -> None:
    uid = book()
    before = client.calendar.bookings.get(uid)
    client.calendar.bookings.add_note(uid, content="Zqxj-7714")

    undo(client, uid)

    assert client.calendar.bookings.get_notes(uid) == ()
    assert client.calendar.bookings.get(uid) == before
    told = client.calendar.bookings.history(uid)
    assert "Zqxj-7714" not in str([event.to_dict() for event in told])
    assert told[-1].change["noteRemoved"] == {"id": told[-2].change["note"]["id"]}


def test_a_private_note_is_removed_and_told_of_nowhere(
    client: Client, book: Callable[..., str]
) -> None:
    uid = book()
    kept = client.calendar.bookings.add_note(uid, content="kept")
    gone = client.calendar.bookings.add_note(uid, content="gone", is_private=True)
    told = client.calendar.bookings.history(uid)

    tried = client.calendar.bookings.remove_note(uid, note_id=gone.id, dry_run=True)
    assert client.calendar.bookings.get_notes(uid) == (kept, gone)
    removed = client.calendar.bookings.remove_note(uid, note_id=gone.id[:9].upper())

    assert tried == removed == gone
    assert client.calendar.bookings.get_notes(uid) == (kept,)
    assert client.calendar.bookings.history(uid) == told
    with pytest.raises(errors.NotFound):
        client.calendar.bookings.remove_note(uid, note_id=gone.id)


@pytest.mark.parametrize(
    "replaced",
    [
        {"occurrences": [7]},
        {"kept": [0], "attendees": [{"name": "Ada"}]},
        {"status": "nowhere", "recurring": {"frequency": "NEVER"}},
    ],
)
def test_what_another_program_wrote_into_the_history_is_no_bug(
    client: Client, book: Callable[..., str], replaced: object
) -> None:
    uid = book()
    client.calendar.bookings.reschedule(uid, start_time=f"{JAN} 14:00")
    event = last_event(client, uid).id
    text = json.dumps(replaced)
    change(
        client, "update events set replaced = :text where id = :id", text=text, id=event
    )

    with pytest.raises(errors.Damaged, match=f"what {uid} was") as refused:
        undo(client, uid)

    assert refused.value.exit_code == 7
    assert client.calendar.bookings.get(uid).start_time.startswith(f"{JAN}T14")
