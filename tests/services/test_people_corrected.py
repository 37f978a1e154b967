"""What is corrected in the book of people, and what bookings are told of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.stores import ask

from calbook import Booking, Client, EventType, errors
from services.test_people import Book, book, database, ids

__all__ = ["book", "database"]

ROSA = {"name": "Rosa Lima", "email": "bob@p.example"}  # which is not hers
BOB = {"name": "Bob Martin", "email": "bob@p.example"}
RIGHT = "rosa@p.example"


@pytest.fixture
def corrected(client: Client, book: Book) -> Booking:
    """Rosa's booking, with an address that the book has no more."""
    made = book(**ROSA)
    client.calendar.people.update("Rosa Lima", email=RIGHT)
    return made


def emails(client: Client) -> dict[str | None, str | None]:
    return {person.name: person.email for person in client.calendar.people.list()}


def test_a_replaced_address_leads_to_whoever_books_with_it(
    client: Client, book: Book, corrected: Booking
) -> None:
    """It still led to Rosa, whose entry Bob took over by booking."""
    bob = book(**BOB)
    bookings, people = client.calendar.bookings, client.calendar.people

    assert emails(client) == {"Rosa Lima": RIGHT, "Bob Martin": "bob@p.example"}
    assert book(person=RIGHT).attendee.name == "Rosa Lima"
    assert book(person="bob@p.example").attendee.name == "Bob Martin"
    assert corrected.uid in {each.uid for each in bookings.list(person=RIGHT)}
    assert people.get("Rosa Lima").bookings == 2
    found = {each.uid for each in bookings.list(attendee_email="bob@p.example")}
    assert {corrected.uid, bob.uid} < found
    assert corrected.uid not in {b.uid for b in bookings.list(person="Bob Martin")}
    assert client.check() == ()


@pytest.mark.parametrize(
    ("fact", "wrong", "right"),
    [
        ("phone", "+351 912 345 678", "+351 912 345 679"),
        ("ref", "K-1", "K-2"),
        ("email", "wrong@p.example", None),
    ],
)
def test_what_is_replaced_or_taken_out_leads_to_nobody(
    client: Client, book: Book, fact: str, wrong: str, right: str | None
) -> None:
    made = book(name="Rosa", **{fact: wrong})
    people = client.calendar.people

    people.update("Rosa", **{fact: right})  # type: ignore[arg-type]
    with pytest.raises(errors.NotFound):
        people.get(wrong)
    other = book(name="Eve", **{fact: wrong})
    with pytest.raises(errors.Exists):
        people.update("Rosa", **{fact: wrong})  # type: ignore[arg-type]

    assert other.attendee.person_id != made.attendee.person_id
    assert people.get("Rosa").bookings == 1
    assert client.check() == ()


def test_an_address_written_otherwise_is_not_replaced(
    client: Client, book: Book
) -> None:
    book(**ROSA)
    people = client.calendar.people

    people.update("Rosa Lima", email="BOB@p.example")

    assert people.get("bob@p.example").email == "BOB@p.example"
    assert [key for (key,) in ask(client, "select key from person_keys")] == [
        "bob@p.example",
        f"id:{people.get('Rosa Lima').id}",
    ]


def test_a_correction_is_taken_back_and_made_again(client: Client, book: Book) -> None:
    book(**ROSA)
    people = client.calendar.people

    for email in (RIGHT, "bob@p.example", RIGHT):
        people.update("Rosa Lima", email=email)

    assert people.get(RIGHT).email == RIGHT
    book(**BOB)
    assert len(people.list()) == 2


def test_what_bookings_keep_does_not_come_back_into_the_book(
    client: Client,
    book: Book,
    event_type: Callable[..., EventType],
    corrected: Booking,
) -> None:
    """A change of the booking, or a seat that moved, told the old address again."""
    walk = book("class", **BOB | {"name": "Rosa Lima"}).uid
    bookings, people = client.calendar.bookings, client.calendar.people
    people.merge(RIGHT, "bob@p.example")
    people.update(RIGHT, phone="1234567")
    people.update(RIGHT, phone=None, email="new@p.example")
    people.update("new@p.example", email=RIGHT)

    bookings.update(corrected.uid, language="pt", phone="999 999")
    bookings.move_attendee(
        walk, email="bob@p.example", start_time="2027-02-01 10:00", by="host"
    )

    [rosa] = people.list()
    assert (rosa.email, rosa.phone, rosa.language) == (RIGHT, "999 999", "pt")
    assert bookings.get(corrected.uid).attendee.email == "bob@p.example"
    assert bookings.get(corrected.uid).attendee.person_id == rosa.id
    assert client.check() == ()


def test_a_place_in_line_does_not_bring_an_old_address_back(
    client: Client, book: Book, event_type: Callable[..., EventType]
) -> None:
    event_type("visit", on_free="book")
    first = book("visit", name="Eve", ref="1", at="2027-02-01 10:00")
    rosa = book(**ROSA).attendee.person_id
    client.calendar.waiting.add(
        event_type_id="visit",
        start_time="2027-02-01 10:00",
        attendee={"person": "Rosa Lima"},
    )
    people, bookings = client.calendar.people, client.calendar.bookings

    people.update("Rosa Lima", email=RIGHT)
    bookings.cancel(first.uid, cancelled_by="host")

    assert emails(client) == {"Eve": None, "Rosa Lima": RIGHT}
    assert people.get(RIGHT).bookings == 2
    assert people.get(RIGHT).id == rosa
    with pytest.raises(errors.NotFound):
        people.get("bob@p.example")
    assert client.check() == ()


def test_who_is_named_may_be_told_of_an_old_address_again(
    client: Client, book: Book, corrected: Booking
) -> None:
    again = book(person=RIGHT, email="bob@p.example")

    assert again.attendee.person_id == corrected.attendee.person_id
    assert emails(client) == {"Rosa Lima": "bob@p.example"}
    assert client.calendar.people.get("bob@p.example").bookings == 2


def test_both_addresses_lead_to_who_stays_after_a_merge(
    client: Client, book: Book, corrected: Booking
) -> None:
    """Also where one of them was the other's by mistake."""
    other = book(**BOB)
    people = client.calendar.people

    people.merge(RIGHT, "bob@p.example")
    people.update(RIGHT, name="Rosa M.")

    for text in (RIGHT, "bob@p.example", other.attendee.person_id):
        assert people.get(str(text)).id == corrected.attendee.person_id
    assert ids([book(**BOB), book(email=RIGHT, name="Rosa")]) == {
        corrected.attendee.person_id
    }


# -- bookings that are corrected -------------------------------------------------------


def test_a_typo_is_corrected_in_the_book_and_then_in_each_booking(
    client: Client, book: Book
) -> None:
    made = [book(name="Ana Sousa", email="ana@p.exmaple", phone="12345")]
    made.append(book(person="Ana Sousa"))
    bookings, people = client.calendar.bookings, client.calendar.people

    people.update("Ana Sousa", email="ana@p.example")
    for each in bookings.list(person="ana@p.example"):
        bookings.update(each.uid, email="ana@p.example")

    [ana] = people.list()
    assert (ana.id, ana.bookings) == (made[0].attendee.person_id, 2)
    assert people.get("Ana Sousa") == people.get("12345")
    assert bookings.total(attendee_email="ana@p.exmaple") == 0
    assert client.check() == ()


@pytest.mark.parametrize(
    ("fact", "wrong", "right"),
    [("email", "ana@p.exmaple", "ana@p.example"), ("phone", "12345", "12346")],
)
def test_the_only_booking_of_a_person_corrects_the_book(
    client: Client, book: Book, fact: str, wrong: str, right: str
) -> None:
    """The old entry was left with no booking, and the name led to two."""
    made = book(name="Ana Sousa", ref="K-1", **{fact: wrong})
    bookings, people = client.calendar.bookings, client.calendar.people

    bookings.update(made.uid, **{fact: right})  # type: ignore[arg-type]

    [ana] = people.list()
    assert (ana.id, ana.to_dict()[fact]) == (made.attendee.person_id, right)
    with pytest.raises(errors.NotFound):
        people.get(wrong)
    assert people.get(right).id == people.get("K-1").id == ana.id
    assert client.check() == ()


def test_who_takes_a_booking_over_is_somebody_else(client: Client, book: Book) -> None:
    made = book(name="Ana Sousa", email="ana@p.example")
    both = [book(name="Bob", email="bob@p.example") for _ in range(2)]
    bookings = client.calendar.bookings

    bookings.update(made.uid, name="Eve", email="eve@p.example")
    bookings.update(both[0].uid, email="other@p.example")

    assert {(p.name, p.email, p.bookings) for p in client.calendar.people.list()} == {
        ("Ana Sousa", "ana@p.example", 0),
        ("Eve", "eve@p.example", 1),
        ("Bob", "bob@p.example", 1),
        ("Bob", "other@p.example", 1),
    }
    assert client.check() == ()


def test_of_one_name_those_who_have_bookings_are_meant(
    client: Client, book: Book
) -> None:
    """Each booking was corrected, and an entry without any stood in the way."""
    made = [book(name="Ana Sousa", email="ana@p.exmaple") for _ in range(2)]
    bookings, people = client.calendar.bookings, client.calendar.people
    for each in made:
        bookings.update(each.uid, email="ana@p.example")

    assert len(people.list()) == 2
    for name in ("Ana Sousa", "ana"):
        assert people.get(name).email == "ana@p.example"
        assert bookings.total(person=name) == 2
    book(name="Ana Sousa", email="third@p.example")
    with pytest.raises(errors.AmbiguousPerson) as refusal:
        people.get("Ana Sousa")
    assert len(refusal.value.details["candidates"]) == 2


def test_an_address_in_a_group_is_corrected_of_who_is_named(
    client: Client, event_type: Callable[..., EventType], book: Book
) -> None:
    event_type("yoga", seats=3)
    bookings, people = client.calendar.bookings, client.calendar.people
    uid = book("yoga", name="Anna", email="anna@x.example").uid
    bookings.add_attendee(uid, name="Bert", email="bert@x.exmaple")
    people.update("Bert", email="bert@x.example")

    after = bookings.update(uid, person="bert@x.exmaple", email="bert@x.example")

    assert after.attendee.email == "anna@x.example"
    assert [(p.name, p.email) for p in after.guests] == [("Bert", "bert@x.example")]
    assert emails(client) == {"Anna": "anna@x.example", "Bert": "bert@x.example"}
    assert people.get("Bert").bookings == 1
    assert bookings.history(uid)[-1].change["fields"] == ["guests"]
