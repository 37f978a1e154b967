"""People without e-mail, and the book of people that bookings keep."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import Clock
from support.mailing import Configure
from support.running import Run, Spawn
from support.stores import ask, change, dump

from calbook import Booking, Client, EventType, errors

pytest_plugins = ("support.running", "support.mailing")

PHONES = ("+351 912 345 678", "00351 912345678", "+351-912-345-678")
ADA = {"name": "Ada", "email": "ada@example.com"}
HOSTILE = "x\u202e'; drop table people; --"
Book = Callable[..., Booking]


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def book(client: Client, event_type: Callable[..., EventType]) -> Book:
    """Books the next half hour for somebody."""
    event_type()
    event_type(id="class", seats=9, contact="NONE")
    starts = iter(range(100))

    def take(event: str = "demo", *, at: str | None = None, **who: Any) -> Booking:
        n = next(starts)
        start = at or f"2027-01-{18 + n // 8} {10 + n % 8}:00"
        wanted = {"event_type_id": event, "start_time": start, "attendee": who}
        return client.calendar.bookings.create(**wanted)

    return take


def ids(bookings: Sequence[Booking]) -> set[str | None]:
    return {booking.attendee.person_id for booking in bookings}


# -- booked without e-mail -------------------------------------------------------------


def test_a_phone_written_in_three_ways_is_one_person(
    client: Client, book: Book
) -> None:
    made = [book(name="Rosa", phone=phone) for phone in PHONES]

    assert len(ids(made)) == 1
    for phone in PHONES:
        found = client.calendar.bookings.list(phone=phone)
        assert [each.uid for each in found] == [each.uid for each in made]
    [rosa] = client.calendar.people.list()
    assert (rosa.phone, rosa.bookings) == (PHONES[0], 3)
    assert client.check() == ()


def test_only_upper_and_lower_case_of_an_address_does_not_matter(
    client: Client, book: Book
) -> None:
    """Case folding took `weiß@` and `weiss@` for one mailbox."""
    otto = book(name="Otto", email="otto.weiß@example.com")
    anna = book(name="Anna", email="Otto.Weiss@example.com")
    again = book(name="Otto", email="OTTO.Weiß@example.com")
    bookings = client.calendar.bookings

    assert otto.attendee.person_id == again.attendee.person_id
    assert otto.attendee.person_id != anna.attendee.person_id
    found = bookings.list(attendee_email="otto.weiss@example.com")
    assert [each.uid for each in found] == [anna.uid]
    for text in ("WEIß@", "weiss@"):  # a search folds all there is
        assert bookings.total(search=text) == 3
        assert len(client.calendar.people.list(search=text)) == 2
    assert client.check() == ()


def test_a_customer_number_in_any_case_is_one_person(
    client: Client, event_type: Callable[..., EventType], book: Book
) -> None:
    """`k-1007` was another patient than `K-1007`, for whom a limit did not hold."""
    event_type(id="visit", per_person=["1/day"])
    event_type(id="walk", seats=3, contact="NONE")
    written = ("K-1007", "k-1007", "K - 1007")
    made = [book(name="Kit", ref=ref) for ref in written]
    bookings = client.calendar.bookings

    assert len(ids(made)) == 1
    assert [each.attendee.ref for each in made] == list(written)
    for ref in written:
        assert len(bookings.list(ref=ref)) == len(bookings.list(person=ref)) == 3
        assert bookings.total(search=ref) == len(made)
        assert len(client.calendar.people.list(search=ref)) == 1
        assert bookings.stats(ref=ref).total.occurrences == len(made)
    book("visit", name="Kit", ref=written[0], at="2027-02-01 10:00")
    with pytest.raises(errors.LimitReached):
        book("visit", name="Kit", ref=written[1], at="2027-02-01 12:00")
    uid = book("walk", name="Kit", ref=written[0], at="2027-02-02 10:00").uid
    with pytest.raises(errors.DuplicateAttendee):
        bookings.add_attendee(uid, name="K.", ref=written[2])
    bookings.add_attendee(uid, name="Sam")
    left = bookings.remove_attendee(uid, ref=written[1], by="host")
    assert left.attendee.name == "Sam"
    assert client.check() == ()


def test_two_with_one_phone_and_their_own_addresses_are_two(
    client: Client, book: Book
) -> None:
    one = book(**ADA, phone=PHONES[0])
    two = book(name="Bob", email="bob@example.com", phone=PHONES[1])
    alone = book(name="Somebody", phone=PHONES[2])

    assert one.attendee.person_id != two.attendee.person_id
    assert alone.attendee.person_id == one.attendee.person_id  # who gave it first
    assert len(client.calendar.bookings.list(phone=PHONES[0])) == 3
    assert len(client.calendar.people.list()) == 2


def test_an_address_given_later_is_found_from_then_on(
    client: Client, book: Book
) -> None:
    first = book(name="Rosa", phone=PHONES[0])
    book(name="Rosa Lima", phone=PHONES[1], email="rosa@example.com")
    third = book(name="R. Lima", email="ROSA@example.com", timezone="Asia/Tokyo")

    [rosa] = client.calendar.people.list()
    assert rosa.id == first.attendee.person_id == third.attendee.person_id
    assert (rosa.name, rosa.email, rosa.timezone, rosa.bookings) == (
        *("R. Lima", "rosa@example.com", "Asia/Tokyo"),
        3,
    )
    assert client.calendar.bookings.get(first.uid) == first  # as it was told


def test_who_has_but_a_name_is_in_no_book(client: Client, book: Book) -> None:
    one = book("class", name="Sam", at="2027-01-20 09:00")
    with pytest.raises(errors.DuplicateAttendee, match="SAM is in this booking"):
        book("class", name="SAM", at="2027-01-20 09:00")
    other = book("class", name="Sam", at="2027-01-21 09:00")

    assert one.attendee.person_id is other.attendee.person_id is None
    assert client.calendar.people.list() == ()
    with pytest.raises(errors.NotFound):
        client.calendar.bookings.list(person="Sam")


@pytest.mark.parametrize(
    ("contact", "who", "hint"),
    [
        ("email", {"phone": "12345"}, "add --email"),
        ("phone", {"email": "a@b.example"}, "add --phone"),
        ("any", {}, "add --email, --phone or --ref"),
    ],
)
def test_what_an_event_type_asks_is_needed_of_whoever_takes_a_seat(
    client: Client,
    event_type: Callable[..., EventType],
    contact: str,
    who: dict[str, str],
    hint: str,
) -> None:
    event_type(seats=3, contact=contact)
    full = {"email": "eve@example.com", "phone": "999 999"}
    wanted = {"event_type_id": "demo", "start_time": "2027-01-18 10:00"}
    bookings = client.calendar.bookings

    with pytest.raises(errors.UsageError) as refusal:
        bookings.create(**wanted, attendee={"name": "Ada", **who})
    group = bookings.create(**wanted, attendee={"name": "Eve", **full}, guests=["Bob"])
    with pytest.raises(errors.UsageError):
        bookings.create(**wanted, attendee={"name": "Ada", **who})
    with pytest.raises(errors.UsageError):
        bookings.add_attendee(group.uid, name="Ada", **who)

    assert refusal.value.command_hint == hint
    assert group.guests[0].name == "Bob"


def test_an_address_is_taken_out_where_another_fact_is_enough(
    client: Client, book: Book
) -> None:
    made = book(**ADA, phone="12345", ref="K-1")

    updated = client.calendar.bookings.update(made.uid, email=None, language="pt-br")
    client.calendar.event_types.update("demo", contact="phone")
    with pytest.raises(errors.UsageError, match="asks for a phone number"):
        client.calendar.bookings.update(made.uid, phone=None)

    assert updated.attendee.email is None
    assert updated.attendee.language == "pt-BR"
    assert updated.attendee.person_id == made.attendee.person_id


def test_persons_of_a_group_are_told_apart_without_addresses(
    client: Client, book: Book, clock: Clock
) -> None:
    at = "2027-01-20 09:00"
    uid = book("class", name="Ada", phone="912 000 001", at=at).uid
    book("class", name="Bob", phone="912 000 002", at=at)
    book("class", name="Kit", ref="K-17", at=at)
    book("class", name="Sam", at=at)
    bookings = client.calendar.bookings

    with pytest.raises(errors.NotFound):
        bookings.remove_attendee(uid, phone="912 000 003", by="host")
    with pytest.raises(errors.UsageError):
        bookings.remove_attendee(uid, by="host")
    left = bookings.remove_attendee(uid, phone="912-000-001", by="host")
    clock.now = datetime(2027, 1, 20, 9, 1, tzinfo=UTC)
    bookings.mark_attended(uid, phone="912000002")
    bookings.mark_no_show(uid, ref="K-17", person=["sam"])
    group = bookings.get(uid)

    assert left.attendee.name == "Bob"
    [meeting] = group.occurrences
    assert meeting.attendances == {
        "912 000 002": "attended",
        "K-17": "no_show",
        "Sam": "no_show",
    }
    persons = (group.attendee, *group.guests)
    assert [p.attendance for p in persons] == ["attended", "no_show", "no_show"]
    history = [event.change for event in bookings.history(uid)]
    assert history[4]["attendee"] == {
        **{"email": None, "name": "Ada"},
        **{"phone": "912 000 001", "ref": None},
    }
    assert history[-1]["emails"] == []
    assert history[-1]["others"] == ["K-17", "Sam"]
    counted = bookings.stats(by="attendee", phone="912 000 002").groups
    assert {each.group: each.completed for each in counted} == {
        **{"tel:912000002": 1, "ref:k-17": 0, "name:sam": 0},
    }
    assert client.check() == ()


def test_a_calendar_file_lists_addresses_and_names_the_others(
    client: Client, book: Book
) -> None:
    client.calendar.hosts.update("me", email="me@example.com")
    at = "2027-01-20 09:00"
    uid = book("class", **ADA, at=at).uid
    alone = book("class", name="Eve", phone="912 000 001", at="2027-01-21 09:00").uid
    for facts in ({"name": "Bob", "phone": "912 000 002"}, {"ref": "K-17"}):
        client.calendar.bookings.add_attendee(uid, **facts)

    whole = client.calendar.bookings.get_ics(uid, all_attendees=True)
    file = whole.replace("\r\n ", "")

    assert file.count("ATTENDEE;") == 1
    assert "DESCRIPTION:With: Bob\\, 1 more" in file
    assert "912" not in file
    assert "K-17" not in file
    whole = client.calendar.bookings.get_ics(alone, all_attendees=True)
    asked = whole.replace("\r\n ", "")
    assert "METHOD:PUBLISH" in asked  # a REQUEST asks somebody (RFC 5546, 3.2.2)
    assert "ATTENDEE" not in asked
    assert "DESCRIPTION:With: Eve" in asked
    assert "With:" not in client.calendar.bookings.get_feed()


def test_mail_goes_to_who_has_an_address_and_the_others_are_named(
    run: Run, client: Client, book: Book, configure: Configure
) -> None:
    configure(9)
    client.calendar.hosts.update("me", email="me@example.com")
    client.calendar.event_types.update(
        "demo", notify=True, reminders=[{"minutesBefore": 60, "to": "all"}]
    )
    args = ("create", "--event", "demo", "--start", "2027-01-18 10:00", "--no-deliver")

    made = run(*args, "--name", "Ada", "--phone", "12345", "--guest", "b@c.example")
    start = ("--start", "2027-01-18 12:00", "--name", "Eve", "--ref", "1")
    alone = run(*args[:3], *start, "--no-deliver", "--json")
    uid = json.loads(alone.out)["uid"]
    tried = run("cancel", uid, "--dry-run")
    quiet = run("cancel", uid, "--no-notify")

    assert made.err == "Not told: Ada (no e-mail)\n"
    assert alone.err == "Not told: Eve (no e-mail)\n"
    assert json.loads(alone.out)["attendee"]["ref"] == "1"
    assert (tried.err, quiet.err) == ("Nothing was written: --dry-run\n", "")
    sent = {(mail.type, mail.target) for mail in client.calendar.mails.log()}
    assert sent == {
        ("request", "b@c.example"),
        ("reminder", "b@c.example"),
        ("reminder", "me@example.com"),
    }


def test_nobody_with_an_address_needs_no_mail_server(
    client: Client, book: Book
) -> None:
    client.calendar.event_types.update("demo", notify=True)

    book(name="Ada", phone="12345")
    with pytest.raises(errors.MailNotConfigured):
        book(**ADA)

    assert client.not_told == ("Ada",)


@pytest.mark.parametrize("fact", ["name", "ref"])
def test_hostile_text_is_stored_and_shown_harmlessly(
    run: Run, client: Client, book: Book, fact: str
) -> None:
    who = {"name": "Ada", "phone": "12345", fact: HOSTILE}
    if fact == "ref":
        with pytest.raises(errors.BadInput):
            book(**who)
        who["ref"] = HOSTILE.replace("\u202e", "")
    made = book(**who)

    answer = run("person", "list")
    shown = run("person", "show", made.attendee.person_id)

    assert "\u202e" not in answer.out + shown.out
    assert client.calendar.people.get(who[fact]).id == made.attendee.person_id
    with pytest.raises(errors.BadInput):
        book(name="Eve", phone="12345\n6789")
    with pytest.raises(errors.BadInput):
        book(name="Eve", phone="' or 1=1 --")


def test_a_first_answer_of_before_has_the_new_keys(client: Client, book: Book) -> None:
    wanted: dict[str, Any] = {
        "event_type_id": "demo",
        "start_time": "2027-01-18 15:00",
        "attendee": ADA,
        "idempotency_key": "k",
    }
    made = client.calendar.bookings.create(**wanted).to_dict()
    [(text,)] = ask(client, "select answer from idempotency_keys")
    before = json.loads(text)
    for key in ("ref", "language", "personId"):
        del before["attendee"][key]
    change(client, "update idempotency_keys set answer = null")  # the event had it
    change(client, "update events set booking = :text", text=json.dumps(before))

    again = client.calendar.bookings.create(**wanted).to_dict()

    assert again.pop("attendee") == {**made.pop("attendee"), "personId": None}
    assert again == made


# -- the book --------------------------------------------------------------------------


def test_the_next_booking_takes_zone_and_language_from_the_book(
    client: Client, book: Book
) -> None:
    book(**ADA, timezone="Europe/Lisbon", language="pt")

    same = book(name="A. Lovelace", email="ADA@example.com")
    other = book(**ADA, timezone="Asia/Tokyo")
    group = book("class", **ADA)
    joined = client.calendar.bookings.add_attendee(
        book("class", name="Eve").uid, email="ada@example.com"
    )

    assert (same.attendee.timezone, same.attendee.language) == ("Europe/Lisbon", "pt")
    assert (other.attendee.timezone, other.attendee.language) == ("Asia/Tokyo", "pt")
    assert group.attendee.timezone == joined.guests[0].timezone == "Asia/Tokyo"
    assert joined.guests[0].phone is None  # no more of her than that


@pytest.mark.parametrize("by", ["id", "ada@EXAMPLE.com", "12345", "K-1", "ada"])
def test_who_books_is_filled_in_from_the_book(
    client: Client, book: Book, by: str
) -> None:
    first = book(**ADA, phone="12345", ref="K-1")
    person = first.attendee.person_id if by == "id" else by

    made = book(person=person)
    other = book(person=person, phone="999 999", name="Ada King")

    assert made.attendee == first.attendee
    assert (other.attendee.name, other.attendee.email, other.attendee.phone) == (
        *("Ada King", "ada@example.com", "999 999"),
    )
    [ada] = client.calendar.people.list()
    assert (ada.name, ada.phone, ada.bookings) == ("Ada King", "999 999", 3)


def test_a_word_of_a_name_will_do(client: Client, book: Book) -> None:
    ada, eve = (
        book(name=name, email=f"{n}@example.com").uid
        for n, name in enumerate(("Ada Lovelace", "Eve Adams"))
    )
    people, bookings = client.calendar.people, client.calendar.bookings

    assert people.get("ada").name == "Ada Lovelace"
    assert [each.uid for each in bookings.list(person="adams")] == [eve]
    with pytest.raises(errors.NotFound):
        people.get("Love")
    book(name="Ada", email="a@example.com")
    assert people.get("ada").name == "Ada"
    assert ada not in {each.uid for each in bookings.list(person="Ada")}


@pytest.mark.parametrize("command", [("person", "show"), ("list", "--person")])
def test_who_is_in_no_book_is_looked_for_in_the_bookings(
    client: Client, book: Book, run: Run, command: tuple[str, str]
) -> None:
    """There was no word of how to find them."""
    made = book("class", name="Old Mr. Pinto")

    answer = run(*command, "Old Mr. Pinto")
    with pytest.raises(errors.NotFound) as refusal:
        client.calendar.people.get("Old Mr. Pinto")
    other = run("person", "show", "per_0123456789ab")

    said = "who has but a name is not in the book; look into the bookings: "
    assert answer.status == 3
    assert answer.err == (
        "calbook: no such person: Old Mr. Pinto\n"
        f"hint: {said}calbook list --search 'Old Mr. Pinto'\n"
    )
    assert refusal.value.hint == f'{said}bookings.list(search="Old Mr. Pinto")'
    assert made.uid in run("list", "--search", "Old Mr. Pinto").out
    assert "hint" not in other.err


def test_a_name_of_two_says_nothing(client: Client, book: Book, run: Run) -> None:
    made = [book(name="Ada", email=f"a{n}@example.com") for n in range(2)]

    answer = run("person", "show", "ADA", "--json")

    assert answer.status == 6
    assert answer.error["code"] == "ambiguous_person"
    assert answer.error["details"]["candidates"] == sorted(
        f"{each.attendee.person_id} Ada <{each.attendee.email}>" for each in made
    )
    with pytest.raises(errors.AmbiguousPerson):
        book(person="Ada")


def test_a_person_is_corrected_and_bookings_stay(
    client: Client, book: Book, database: str
) -> None:
    made = book(**ADA, phone="12345")
    book(name="Bob", email="bob@example.com")
    people = client.calendar.people

    people.update("ada", phone="+351 999", ref="K-9", name="Ada King", language=None)
    before = dump(database)
    with pytest.raises(errors.Exists, match="per_"):
        people.update("Ada King", email="bob@example.com")
    with pytest.raises(errors.UsageError):
        people.update("Ada King")
    with pytest.raises(errors.BadInput):
        people.update("Ada King", email="nobody")

    assert dump(database) == before
    assert client.calendar.bookings.get(made.uid) == made
    assert people.get("K-9").id == made.attendee.person_id
    with pytest.raises(errors.NotFound):
        people.get("12345")
    assert book(person="K-9").attendee.phone == "+351 999"
    assert client.check() == ()


def test_two_entries_become_one(client: Client, book: Book, run: Run) -> None:
    one = book(**ADA, phone="12345")
    two = book(name="A. King", email="king@example.com", ref="K-2", language="en")
    people = client.calendar.people
    version = two.version

    tried = people.merge("ada", "K-2", dry_run=True)
    merged = people.merge("ada@example.com", "K-2")
    with pytest.raises(errors.NothingToChange):
        people.merge("ada", "12345")

    assert tried == merged
    assert [each.id for each in people.list()] == [one.attendee.person_id]
    assert (merged.name, merged.ref, merged.language) == ("Ada", "K-2", "en")
    for text in ("king@example.com", "K-2", two.attendee.person_id):
        found = client.calendar.bookings.list(person=text)
        assert [each.uid for each in found] == [one.uid, two.uid]
    assert client.calendar.bookings.get(two.uid).version == version
    assert people.get("K-2").figures["confirmed"] == 2
    assert book(name="A.", email="king@example.com").attendee.person_id == merged.id
    assert run("db", "check").status == 0


def test_a_dry_run_gives_away_no_id_and_keeps_nobody(
    client: Client, book: Book
) -> None:
    book(**ADA)
    wanted = {"event_type_id": "demo", "start_time": "2027-01-19 15:00"}

    tried = client.calendar.bookings.create(
        **wanted, attendee=ADA, guests=["eve@example.com"], dry_run=True
    )

    assert tried.attendee.person_id is not None
    assert tried.guests[0].person_id is None
    assert len(client.calendar.people.list()) == 1


def test_people_are_searched_by_name_address_and_number(
    client: Client, book: Book
) -> None:
    book(name="Zoë Straße", email="zoe@example.com", phone="+351 912 345 678")
    book(name="Bob", ref="K-17")

    for text in ("ZOË", "strasse", "ZOE@", "912345", "912 345", "+351"):
        assert [p.name for p in client.calendar.people.list(search=text)] == [
            "Zoë Straße"
        ]
    assert [p.name for p in client.calendar.people.list(search="k-1")] == ["Bob"]
    assert client.calendar.people.list(search="tel:") == ()
    assert [p.name for p in client.calendar.people.list(count=1)] == ["Bob"]
    for text in ("912 345", "k-17"):
        assert client.calendar.bookings.total(search=text) == 1


def test_notes_of_a_person_are_shown_to_people_alone(
    client: Client, book: Book, run: Run, terminal: Callable[..., Any]
) -> None:
    made = book(**ADA)
    client.calendar.bookings.add_note(made.uid, content="Tea", is_private=True)

    screen = terminal("person", "show", "ada")
    assert screen.end() == 0
    assert "Tea" in screen.shown
    assert "(private)" in screen.shown
    for form in ((), ("--json",), ("--fields", "id,figures")):
        assert "Tea" not in run("person", "show", "ada", *form).out


def test_one_new_person_booked_by_many_at_once_is_one(
    place: str, client: Client, event_type: Callable[..., EventType], spawn: Spawn
) -> None:
    """Each with a host of their own, so that nothing else makes them wait."""
    hosts = [f"h{n}" for n in range(4)]
    for host in hosts:
        client.calendar.hosts.create(host, name=host)
        event_type(id=host, hosts=[host])

    running = [
        spawn(
            *("create", "--event", host, "--start", "2027-01-18 10:00"),
            *("--name", "Ada", "--phone", phone, "--email", "ada@example.com"),
        )
        for host, phone in zip(hosts, (*PHONES, PHONES[0]), strict=True)
    ]
    assert [process.wait() for process in running] == [0] * 4

    [ada] = client.calendar.people.list()
    assert ada.bookings == 4
    assert client.check() == ()
