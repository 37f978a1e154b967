"""Two entries of the book that became one, and bookings that both are in."""

from __future__ import annotations

from datetime import UTC, datetime

from conftest import Clock

from calbook import Client
from services.test_people import Book, book, database

__all__ = ["book", "database"]

AT = "2027-01-20 09:00"
LIMA = {"name": "R. Lima", "email": "lima@example.org"}
ROSA = {"name": "Rosa Lima", "email": "rosa@example.com"}


def test_a_booking_with_both_counts_once(
    client: Client, book: Book, clock: Clock
) -> None:
    """`person show` said 1 booking, and 2 in its figures."""
    made = client.calendar.bookings.create(
        event_type_id="demo", start_time=AT, attendee=ROSA, guests=[LIMA]
    )
    uid = book("class", **ROSA, at=AT.replace("09", "11")).uid
    book("class", **LIMA, at=AT.replace("09", "11"))
    bookings, people = client.calendar.bookings, client.calendar.people
    people.merge("rosa@example.com", "lima@example.org")
    clock.now = datetime(2027, 1, 20, 12, tzinfo=UTC)

    for recorded, (completed, no_show) in (
        (None, (2, 0)),
        ("rosa@example.com", (1, 1)),  # the other is not known of
        ("lima@example.org", (2, 0)),  # one of the two came
    ):
        if recorded and no_show:
            bookings.mark_no_show(uid, email=recorded)
        elif recorded:
            bookings.mark_attended(uid, email=recorded)
        rosa = people.get("rosa@example.com")
        assert rosa.bookings == rosa.figures["bookings"] == 2
        assert rosa.figures["occurrences"] == 2
        figures = (rosa.figures["completed"], rosa.figures["noShow"])
        assert figures == (completed, no_show)
    assert made.guests[0].person_id != made.attendee.person_id


def test_who_has_no_booking_has_figures_of_nothing(client: Client, book: Book) -> None:
    made = book(**ROSA)
    client.calendar.bookings.update(made.uid, name="Eve", email="eve@example.com")

    rosa = client.calendar.people.get("rosa@example.com")

    assert set(rosa.figures.values()) == {0}
