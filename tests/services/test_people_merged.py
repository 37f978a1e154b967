"""Two entries of the book that became one, and bookings that both are in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from conftest import Clock
from support.running import Run
from support.stores import change

from calbook import Booking, Client, errors
from services.test_people import Book, book, database

__all__ = ["book", "database"]

pytest_plugins = ("support.running",)

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


# -- one person within one booking -----------------------------------------------------


@pytest.fixture
def both(client: Client, book: Book) -> tuple[Booking, str, str]:
    """A class with R. Lima, who is Rosa Lima since, by either id."""
    client.calendar.hosts.update("me", email="me@example.com")
    first = book("class", **LIMA, at=AT)
    book("class", name="Sam", at=AT)
    other = book("class", **ROSA, at="2027-01-21 09:00")
    client.calendar.people.merge("rosa@example.com", "lima@example.org")
    lima, rosa = first.attendee.person_id, other.attendee.person_id
    assert lima
    assert rosa
    return first, lima, rosa


@pytest.mark.parametrize(
    "by",
    ["id lima", "id rosa", "lima@example.org", "rosa@EXAMPLE.com", "Rosa Lima", "rosa"],
)
def test_either_id_and_address_leads_to_who_is_in_a_booking(
    client: Client, both: tuple[Booking, str, str], clock: Clock, run: Run, by: str
) -> None:
    """Only what the booking itself says of its persons did."""
    group, lima, rosa = both
    person = {"id lima": lima, "id rosa": rosa}.get(by, by)
    bookings, uid = client.calendar.bookings, group.uid

    seat = (uid, "--person", person, "--by", "host", "--dry-run", "--yes")
    moving = run("attendee", "move", *seat[:-1], "--start", "2027-01-22 09:00")
    leaving = run("attendee", "remove", *seat, "--yes")
    file = bookings.get_ics(uid, person=person)
    clock.now = datetime(2027, 1, 20, 9, 1, tzinfo=UTC)
    came = bookings.mark_attended(uid, person=person)

    assert (moving.status, leaving.status) == (0, 0), moving.err + leaving.err
    assert "lima@example.org" in file
    assert [came.attendee.attendance, came.guests[0].attendance] == [
        *("attended", "unknown")
    ]


def test_a_guest_is_taken_out_by_the_id_of_the_other_entry(
    client: Client, book: Book
) -> None:
    made = client.calendar.bookings.create(
        event_type_id="demo", start_time=AT, attendee={"name": "Eve", "ref": "1"}
    )
    made = client.calendar.bookings.update(made.uid, add_guests=[LIMA])
    book(**ROSA)
    client.calendar.people.merge("rosa@example.com", "lima@example.org")

    left = client.calendar.bookings.update(made.uid, remove_guests=["rosa@example.com"])

    assert left.guests == ()


def test_who_is_in_the_book_alone_is_not_in_the_booking(
    client: Client, both: tuple[Booking, str, str], book: Book
) -> None:
    book(name="Ann", email="ann@example.com")
    remove = client.calendar.bookings.remove_attendee
    group, lima, _ = both

    for wanted in (
        {"person": "ann@example.com"},
        {"person": "Ann"},
        {"person": lima, "email": "ann@example.com"},
        {"email": "rosa@example.com"},  # by which the booking does not know her
    ):
        with pytest.raises(errors.NotFound, match="no such attendee"):
            remove(group.uid, **wanted)


def test_the_book_is_asked_only_where_the_booking_does_not_say(
    client: Client, both: tuple[Booking, str, str]
) -> None:
    group, _, rosa = both
    change(client, "alter table person_keys rename to hidden_keys")

    try:
        for wanted in ({"person": rosa}, {"person": "Lima"}, {"email": LIMA["email"]}):
            file = client.calendar.bookings.get_ics(group.uid, **wanted)
            assert "lima@example.org" in file
        with pytest.raises(errors.NotFound):
            client.calendar.bookings.get_ics(group.uid, email="nobody@example.com")
    finally:
        change(client, "alter table hidden_keys rename to person_keys")
