"""What an event keeps: what its change replaced, and a copy for who is told of it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Clock
from support.stores import ask, change

from calbook import Booking, Client, errors

Book = Callable[..., Booking]
HOOK = "https://hooks.example/told"
BOB = {"name": "Bob", "email": "bob@example.com"}


@pytest.fixture
def database(place: str) -> str:
    return place


def kept(client: Client) -> list[Any]:
    """What each event has replaced, the booking in it, and its revision."""
    rows = ask(client, "select replaced, booking, version from events order by seq")
    return [
        (replaced and json.loads(replaced), booking and json.loads(booking), version)
        for replaced, booking, version in map(tuple, rows)
    ]


def test_an_event_of_which_nobody_is_told_holds_no_copy(
    client: Client, booking: Book
) -> None:
    """Of each booking's bytes in a file 60 % were copies that nobody read."""
    wanted = {"start_time": "2027-01-18 10:00", "idempotency_key": "k"}
    made = booking(**wanted)
    client.calendar.bookings.cancel(made.uid, reason="ill")

    assert kept(client) == [
        (None, None, 0),
        (
            {
                "occurrences": [
                    {
                        "date": "2027-01-18",
                        "status": "CONFIRMED",
                        "resolution": None,
                        "cancelledBy": None,
                        "reason": None,
                    }
                ]
            },
            None,
            1,
        ),
    ]
    assert booking(**wanted) == made


def test_what_a_webhook_is_told_stays_as_it_was(client: Client, booking: Book) -> None:
    client.calendar.webhooks.create(HOOK, events=["booking.created"])
    made = booking()
    client.calendar.bookings.update(made.uid, notes="Tea")

    (_, told, _), (replaced, other, _) = kept(client)

    assert (told, other) == (made.to_dict(), None)
    assert replaced == {"notes": None}


def test_of_a_group_only_who_came_or_went_is_kept(
    client: Client, event_type: Callable[..., Any], booking: Book
) -> None:
    event_type(seats=9)
    uid = booking(guests=["amy@example.com"]).uid
    bookings = client.calendar.bookings
    bookings.add_attendee(uid, **BOB)
    bookings.update(uid, notes="Tea")
    bookings.remove_attendee(uid, email="amy@example.com", by="host")

    _, joined, _, left = (replaced for replaced, *_ in kept(client))

    assert joined == {"guests": [], "kept": [2, 0]}
    assert (left["kept"], [p["email"] for p in left["guests"]]) == (
        [1, 1],
        ["amy@example.com"],
    )


def test_of_a_series_only_the_dates_that_changed_are_kept(
    client: Client, booking: Book
) -> None:
    uid = booking(recurring={"frequency": "WEEKLY", "count": 4}).uid
    client.calendar.bookings.cancel(uid, from_date="2027-02-01")
    before = client.calendar.bookings.get(uid)

    client.calendar.bookings.extend(uid, count=1)
    extended = kept(client)[-1][0]
    cancelled = kept(client)[-2][0]

    dates = [each["date"] for each in cancelled["occurrences"]]
    assert dates == ["2027-02-01", "2027-02-08"]
    assert extended["newDates"] == ["2027-02-15"]
    assert extended["recurring"]["count"] == 4
    assert before.recurring is not None


def test_an_older_change_is_taken_back_over_newer_ones(
    client: Client, booking: Book
) -> None:
    """What took a date off is walked back to, past what was changed since."""
    bookings = client.calendar.bookings
    uid = booking(recurring={"frequency": "WEEKLY", "count": 3}).uid
    bookings.cancel(uid, date="2027-01-25", reason="ill")
    bookings.reschedule(uid, date="2027-02-01", start_time="2027-02-02 09:00")
    bookings.update(uid, notes="Tea", email="ada@new.example")

    back = bookings.undo(uid, date="2027-01-25")

    assert [o.status for o in back.occurrences] == ["CONFIRMED"] * 3
    assert (back.notes, back.attendee.email) == ("Tea", "ada@new.example")
    assert client.check() == ()


def test_a_completed_meeting_is_told_of_once_though_a_no_show_is_taken_back(
    client: Client, clock: Clock, booking: Book
) -> None:
    made = booking()
    clock.move(days=30)
    client.tick()
    client.calendar.bookings.mark_no_show(made.uid)

    client.calendar.bookings.undo(made.uid, by="host")

    assert client.tick() == ()
    assert client.calendar.bookings.get(made.uid).status == "COMPLETED"


def test_what_erasing_looks_for_is_in_what_was_replaced(
    client: Client, event_type: Callable[..., Any], booking: Book, clock: Clock
) -> None:
    """Who has left a booking stands in no table but its events'."""
    event_type(seats=9)
    uid = booking().uid
    bookings = client.calendar.bookings
    bookings.add_attendee(uid, **BOB)
    bookings.remove_attendee(uid, email="bob@example.com", by="host")
    clock.move(days=30)

    client.calendar.people.erase("bob@example.com")

    said = json.dumps([replaced for replaced, *_ in kept(client)])
    assert "erased" in said
    assert "bob" not in said.casefold()
    assert client.check() == ()


def test_an_old_request_is_not_done_again_though_its_answer_is_gone(
    client: Client, clock: Clock, booking: Book
) -> None:
    wanted = {"start_time": "2027-01-18 10:00", "idempotency_key": "k"}
    first = booking(**wanted)
    changed = client.calendar.bookings.update(first.uid, notes="Tea")
    clock.move(days=91)
    client.deliver()
    assert booking(**wanted) == first  # the clock may be wrong
    for n in range(20):
        booking(start_time=f"2027-07-05 {n:02}:00")

    client.deliver()

    assert [row[0] for row in ask(client, "select answer from idempotency_keys")] == [
        None
    ]
    again = booking(**wanted)
    assert (again.uid, again.notes, again.status) == (first.uid, "Tea", "COMPLETED")
    assert changed.status == "CONFIRMED"
    with pytest.raises(errors.KeyReused):
        booking(**{**wanted, "notes": "another"})


# -- lines of before -------------------------------------------------------------------


def old_lines(client: Client) -> bytes:
    """As version 11 wrote them: a copy in each event, which keys had no other of."""
    file = io.BytesIO()
    client.export_to(file, secrets=True)
    lines = [json.loads(line) for line in file.getvalue().splitlines()]
    for line in lines:
        for event in line["events"] if line.get("type") == "booking" else ():
            for key in ("sequence", "version", "replaced"):
                del event[key]
            assert event["booking"]
        if line.get("type") == "idempotencyKey":
            line["answer"] = None
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def test_lines_of_before_are_as_good(
    client: Client, booking: Book, tmp_path: Path, clock: Clock
) -> None:
    client.calendar.webhooks.create(HOOK)
    bookings = client.calendar.bookings
    plain, moved = booking(), booking()
    wanted = {"start_time": "2027-01-20 10:00", "idempotency_key": "k"}
    keyed = booking(**wanted)
    bookings.update(keyed.uid, notes="Tea")
    bookings.reschedule(moved.uid, start_time="2027-01-19 09:00")
    for table in ("attempts", "deliveries", "webhooks"):
        change(client, f"delete from {table}")
    lines = old_lines(client)

    with Client(tmp_path / "new.db", clock=clock) as other:
        other.import_from(io.BytesIO(lines))
        again = other.import_from(io.BytesIO(lines))
        repeated = other.calendar.bookings.create(
            event_type_id="demo",
            attendee={"name": "Ada", "email": "ada@example.com"},
            **wanted,
        )
        back = other.calendar.bookings.undo(moved.uid)
        with pytest.raises(errors.CannotUndo):
            other.calendar.bookings.undo(plain.uid)
        whole = ask(other, "select uid from events where booking is not null")

        assert repeated == keyed
        assert back.start_time == moved.start_time
        assert {row["uid"] for row in whole} == {keyed.uid, moved.uid}
        assert (again.imported, other.check()) == ({}, ())
