"""People made nobody: of nothing that is stored anybody can tell who they were."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support import somebody
from support.receiving import Receiver, status
from support.somebody import EMAIL, NAME, OTHERS, PHONE, REF, TEXTS, encoded, held_by
from support.stores import ask, dump

from calbook import Booking, Client, EventType, errors

if TYPE_CHECKING:
    from conftest import Clock
    from support.mailing import Server

pytest_plugins = ("support.running", "support.mailing", "support.receiving")

ADA = {"name": "Ada", "email": "ada@example.com"}


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def filled(client: Client, clock: Clock, post: Server, tmp_path: Path) -> Client:
    somebody.fill(client, clock, post, tmp_path)
    assert client.check() == ()
    return client


def held(place: str) -> dict[str, list[str]]:
    """Of each of the person's texts, the tables in which it stands."""
    lines = dump(place).casefold().splitlines()
    return {
        text: found
        for text in TEXTS
        if (
            found := sorted(
                {line.split()[0] for line in lines if text.casefold() in line}
            )
        )
    }


# -- nothing is left -------------------------------------------------------------------


def test_nothing_of_a_person_is_left_in_any_table(filled: Client, place: str) -> None:
    before = held(place)

    done = filled.calendar.people.erase(EMAIL)

    assert set(TEXTS) == before.keys()
    tables = {table for found in before.values() for table in found}
    assert tables - {"sqlite_sequence"} >= {
        *("attendees", "bookings", "events", "idempotency_keys", "notes"),
        *("private_notes", "occurrences", "deliveries", "attempts", "people"),
        *("person_keys", "waiting", "counter_proposals"),
    }
    assert held(place) == {}
    assert done.elsewhere == []
    assert filled.check() == ()
    assert filled.calendar.people.erase(EMAIL).places == []


@pytest.mark.sqlite
def test_no_byte_of_a_person_is_left_in_the_file(
    filled: Client, place: str, tmp_path: Path
) -> None:
    """Neither in free pages, nor as mail encodes it."""
    forms = {form for text in TEXTS for form in encoded(text) if len(form) > 5}
    before = Path(place).read_bytes()

    done = filled.calendar.people.erase(EMAIL)

    assert done.compacted
    after = Path(place).read_bytes()
    assert sum(form in before for form in forms) > len(TEXTS)
    assert [form for form in forms if form in after] == []
    assert not [f for f in tmp_path.iterdir() if f.name.startswith("bookings.db-")]


def test_what_is_counted_stays(filled: Client) -> None:
    def counted() -> list[Any]:
        calendar = filled.calendar
        figures = [
            calendar.bookings.stats(by=by).to_dict()
            for by in ("host", "event", "status")
        ]
        bookings = [
            (b.uid, b.status, b.start_time, b.host_ids, b.attendance)
            for b in calendar.bookings.list()
        ]
        dates = [
            (
                o.uid,
                o.status,
                o.to_dict().get("seatsTaken", None),
            )
            for o in calendar.bookings.list_occurrences()
        ]
        return [figures, bookings, dates]

    before = counted()

    filled.calendar.people.erase(EMAIL)

    assert counted() == before


def test_what_is_others_stays(filled: Client) -> None:
    calendar = filled.calendar
    before = calendar.people.get("bob@example.com").to_dict()
    bobs = calendar.bookings.list(person="bob@example.com")

    calendar.people.erase(EMAIL)

    assert calendar.people.get("bob@example.com").to_dict() == before
    after = calendar.bookings.list(person="bob@example.com")
    assert [b.attendee.to_dict() for b in after] == [b.attendee.to_dict() for b in bobs]
    notes = {b.notes for b in after}
    assert notes == {"about the weather", None, "I come with erased (erased)"}
    assert {"a": 1} in [b.metadata for b in after]
    in_company = [g for b in after for g in b.guests]
    assert {g.name for g in in_company} == {"erased"}
    assert {g.attendance for g in in_company} == {"no_show", "unknown"}
    told = calendar.mails.log(email="bob@example.com")
    assert told


def test_history_says_that_somebody_was_erased_and_by_whom(filled: Client) -> None:
    calendar = filled.calendar
    uids = [b.uid for b in calendar.bookings.list(person=EMAIL)]
    hooks = len(calendar.webhooks.log())

    calendar.people.erase(EMAIL)

    for uid in uids:
        last = calendar.bookings.history(uid)[-1]
        assert (last.type, last.by, last.actor) == ("booking.updated", "host", "grace")
        assert last.change == {"erased": True}
    assert len(calendar.webhooks.log()) == hooks
    assert {b.version for b in calendar.bookings.list() if b.uid in uids} != {0}


def test_a_dry_run_names_every_place_and_changes_nothing(
    filled: Client, place: str
) -> None:
    before = dump(place)

    would = filled.calendar.people.erase(EMAIL, dry_run=True)
    unchanged = dump(place)
    done = filled.calendar.people.erase(EMAIL)

    assert unchanged == before
    assert would.places == done.places
    assert (would.dry_run, would.compacted) == (True, False)
    places = {each["place"] for each in done.places}
    assert places >= {
        *("attendees", "bookings", "occurrences", "events", "notes", "private notes"),
        *("idempotency keys", "deliveries", "attempts", "reminders", "waiting"),
        *("people", "person keys", "counter proposals"),
    }


def test_calendars_elsewhere_and_feeds_are_written_again(
    filled: Client, tmp_path: Path
) -> None:
    def written() -> str:
        files = [f for d in ("work", "feeds") for f in (tmp_path / d).iterdir()]
        return "".join(f.read_text().replace("\r\n ", "") for f in files)

    assert NAME in written()

    filled.calendar.people.erase(EMAIL)
    filled.deliver()

    assert [text for text in TEXTS if text in written()] == []


def test_a_mail_that_was_erased_is_not_sent_again(filled: Client) -> None:
    mails = [m for m in filled.calendar.mails.log() if m.target == EMAIL.lower()]
    assert mails

    filled.calendar.people.erase(EMAIL)

    with pytest.raises(errors.Inactive, match="erased"):
        filled.calendar.mails.redeliver(mails[0].id)


# -- who is meant ----------------------------------------------------------------------


@pytest.mark.parametrize("who", [EMAIL, PHONE, REF, NAME, NAME.split()[0]])
def test_a_person_is_found_as_in_the_book(
    client: Client, booking: Any, clock: Clock, place: str, who: str
) -> None:
    booking(attendee=somebody.WHO)
    clock.move(days=30)

    client.calendar.people.erase(who)

    assert held(place) == {}


def test_all_who_were_merged_are_meant(
    client: Client, booking: Callable[..., Booking], clock: Clock, place: str
) -> None:
    first = booking(attendee={"name": "Rosa Lima", "email": "rosa@example.com"})
    other = booking(attendee={"name": "R. Limalima", "email": "lima@example.org"})
    client.calendar.people.merge("rosa@example.com", "lima@example.org")
    clock.move(days=30)

    client.calendar.people.erase(other.attendee.person_id or "")

    found = dump(place).lower()
    assert not any(word in found for word in ("rosa", "lima"))
    for uid in (first.uid, other.uid):
        assert client.calendar.bookings.get(uid).attendee.name == "erased"


def test_who_has_but_a_name_is_named_with_the_booking(
    client: Client, event_type: Callable[..., EventType], booking: Any, clock: Clock
) -> None:
    event_type("walk", contact="NONE")
    one, other = (
        booking(event_type_id="walk", attendee={"name": "Old Tom"}, notes="Limps")
        for _ in range(2)
    )
    clock.move(days=30)

    with pytest.raises(errors.NotFound):
        client.calendar.people.erase("Old Tom")
    done = client.calendar.people.erase("Old Tom", uid=one.uid)

    after = client.calendar.bookings.get(one.uid)
    assert (after.attendee.name, after.notes, done.bookings) == ("erased", None, 1)
    assert client.calendar.bookings.get(other.uid).attendee.name == "Old Tom"
    assert client.check() == ()


def test_who_only_waits_is_found_by_the_address(
    client: Client, event_type: Any, booking: Any, clock: Clock, place: str
) -> None:
    taken = booking()
    client.calendar.waiting.add(
        event_type_id="demo",
        start_time=taken.start_time,
        attendee={"name": "Eve Quux", "email": "eve@quux.example"},
    )
    with pytest.raises(errors.HasBookings) as refusal:
        client.calendar.people.erase("eve@quux.example")
    assert somebody.held_by(refusal.value)[0].startswith("wait_")

    done = client.calendar.people.erase("eve@quux.example", cancel=True)

    assert "quux" not in dump(place).lower()
    assert done.cancelled == somebody.held_by(refusal.value)
    assert client.check() == ()


def test_nobody_is_found_again_and_a_new_booking_is_a_new_person(
    client: Client, booking: Any, clock: Clock
) -> None:
    old = booking()
    clock.move(days=30)
    people = client.calendar.people
    people.erase("ada@example.com")

    assert people.list() == ()
    assert people.list(search="erased") == ()
    with pytest.raises(errors.NotFound):
        people.get("erased")
    assert people.get(old.attendee.person_id).name == "erased"
    new = booking(start_time="2027-02-18 10:00")

    assert new.attendee.person_id != old.attendee.person_id
    assert [each.id for each in people.list()] == [new.attendee.person_id]


def test_an_address_that_is_anothers_by_now_is_left_to_them(
    client: Client, booking: Any, clock: Clock
) -> None:
    """It was typed wrong once, and corrected."""
    booking(attendee={"name": "Ada", "email": "bob@example.com"})
    client.calendar.people.update("bob@example.com", email="ada@example.com")
    bobs = booking(attendee=OTHERS)
    clock.move(days=30)

    client.calendar.people.erase("ada@example.com")

    bob = client.calendar.people.get("bob@example.com")
    assert (bob.name, bob.bookings) == ("Bob Smith", 1)
    assert client.calendar.bookings.get(bobs.uid).attendee.email == "bob@example.com"


# -- in company ------------------------------------------------------------------------


def test_of_a_group_each_is_erased_alone_and_attendance_stays(
    client: Client, event_type: Any, booking: Any, clock: Clock
) -> None:
    event_type("class", seats=4)
    people = [{"name": "Ada", "email": f"ada{n}@example.com"} for n in range(3)]
    group = booking(event_type_id="class", attendee=people[0])
    bookings = client.calendar.bookings
    for person in people[1:]:
        bookings.add_attendee(group.uid, **person)
    clock.move(days=30)
    bookings.mark_attended(group.uid, email="ada0@example.com")
    bookings.mark_no_show(group.uid, email="ada1@example.com")

    for person in people[:2]:
        client.calendar.people.erase(person["email"])
        assert client.check() == ()

    after = bookings.get(group.uid)
    persons = [after.attendee, *after.guests]
    assert [p.name for p in persons] == ["erased", "erased 2", "Ada"]
    assert [p.attendance for p in persons] == ["attended", "no_show", "unknown"]
    assert persons[2].email == "ada2@example.com"
    bookings.mark_attended(group.uid, email="ada2@example.com")  # saved as before
    assert bookings.get(group.uid).guests[1].attendance == "attended"
    history = json.dumps([e.change for e in bookings.history(group.uid)])
    assert "ada2@example.com" in history
    assert "ada1" not in history


def test_a_word_that_is_a_name_stays_a_word(
    client: Client, booking: Any, clock: Clock
) -> None:
    """Whoever is called as a key or a status of the JSON is."""
    client.calendar.webhooks.create("https://hooks.example/told")
    made = booking(attendee={"name": "Confirmed", "email": "name@status.example"})
    clock.move(days=30)

    client.calendar.people.erase("name@status.example")

    first = client.calendar.bookings.history(made.uid)[0]
    rows = ask(client, "select booking from events where uid = :uid", uid=made.uid)
    stored = json.loads(rows[0]["booking"])
    assert (first.type, stored["status"]) == ("booking.created", "CONFIRMED")
    assert stored["attendee"]["name"] == "erased"
    assert client.check() == ()


def test_a_name_that_two_have_tells_nothing(
    client: Client, booking: Any, clock: Clock
) -> None:
    made = booking(guests=[{"name": "Ada", "email": "other@example.com"}])
    clock.move(days=30)

    client.calendar.people.erase("ada@example.com")

    [guest] = client.calendar.bookings.get(made.uid).guests
    assert (guest.name, guest.email) == ("Ada", "other@example.com")


# -- what is to come -------------------------------------------------------------------


def test_who_has_something_to_come_is_refused(
    client: Client, booking: Any, place: str
) -> None:
    made = booking()
    before = dump(place)

    for options in ({}, {"dry_run": True}):
        with pytest.raises(errors.HasBookings) as refusal:
            client.calendar.people.erase("ada@example.com", **options)

    assert refusal.value.exit_code == 4
    assert somebody.held_by(refusal.value) == [made.uid]
    assert dump(place) == before


def test_what_is_to_come_is_cancelled_and_told(
    client: Client, event_type: Any, booking: Any, post: Server, place: str
) -> None:
    """The mail goes out first; what cannot be sent is dropped."""
    client.set_up(email="grace@example.com")
    event_type("demo", notify=True)
    event_type("class", seats=3, notify=True)
    alone = booking()
    series = booking(recurring={"frequency": "WEEKLY", "count": 2})
    guest = booking(attendee=OTHERS, guests=[ADA])
    group = booking(event_type_id="class", attendee=OTHERS)
    client.calendar.bookings.add_attendee(group.uid, **ADA)
    client.deliver()
    post.received.clear()

    done = client.calendar.people.erase(
        "ada@example.com", cancel=True, cancelled=client.first_attempt
    )

    get = client.calendar.bookings.get
    assert {*done.cancelled} == {alone.uid, series.uid}
    assert {*done.left} == {guest.uid, group.uid}
    assert [get(b.uid).status for b in (alone, series)] == ["CANCELLED"] * 2
    assert [get(b.uid).status for b in (guest, group)] == ["CONFIRMED"] * 2
    assert not [p for b in (guest, group) for p in get(b.uid).guests]
    assert {mail.to[0] for mail in post.received} == {
        "ada@example.com",
        "bob@example.com",
    } - ({"bob@example.com"} if len(post.received) == 4 else set())
    assert "ada@" not in dump(place)
    assert client.check() == ()


def test_who_books_again_meanwhile_is_not_made_nobody_in_it(
    client: Client, booking: Callable[..., Booking]
) -> None:
    """What was booked between the cancelling and the erasing had nobody in it."""
    booking()

    with pytest.raises(errors.HasBookings) as refused:
        client.calendar.people.erase("ada@example.com", cancel=True, cancelled=booking)

    [again] = held_by(refused.value)
    assert client.calendar.bookings.get(again).attendee.email == "ada@example.com"


def test_mail_that_waits_is_dropped(
    client: Client, event_type: Any, booking: Any, post: Server, clock: Clock
) -> None:
    client.set_up(email="grace@example.com")
    event_type("demo", notify=True)
    booking()
    post.answer = "451 later"
    clock.move(days=30)

    done = client.calendar.people.erase("ada@example.com")

    assert done.mails_dropped == 1
    [mail] = client.calendar.mails.log()
    assert (mail.status, mail.target) == ("dropped", "erased")


# -- what others wrote -----------------------------------------------------------------

GINA = {"name": "Gina Gold", "email": "gina@example.com", "phone": "+49 30 1234567"}


def elsewhere(done: Any) -> list[tuple[str, str, str | None]]:
    return sorted((e["place"], e["field"], e["uid"]) for e in done.elsewhere)


def test_who_a_host_is_stays_and_is_listed(
    client: Client, booking: Any, clock: Clock
) -> None:
    booking()
    client.calendar.hosts.update("me", email="ada@example.com")
    clock.move(days=30)

    done = client.calendar.people.erase("ada@example.com")

    assert elsewhere(done) == [("hosts", "email", None)]
    assert client.calendar.hosts.get("me").email == "ada@example.com"


def test_addresses_and_numbers_go_from_others_texts_and_their_history(
    client: Client, booking: Any, clock: Clock, place: str
) -> None:
    """They stayed in the history for good, and no command removed them."""
    booking(attendee={**GINA, "ref": "KN-4711"})
    said = "ask Gina@Example.com or +49 30 1234567, KN-4711; not gina@example.com.br"
    bobs = booking(
        attendee=OTHERS,
        notes=said,
        metadata={"gina@example.com": [said]},
        location={"type": "IN_PERSON", "address": said},
        idempotency_key="gina@example.com",
    )
    bookings = client.calendar.bookings
    bookings.add_note(bobs.uid, content=said)
    bookings.add_note(bobs.uid, content=said, is_private=True)
    bookings.reschedule(bobs.uid, start_time="2027-01-19T09:00Z", reason=said)
    clock.move(days=60)

    would = client.calendar.people.erase("gina@example.com", dry_run=True)
    done = client.calendar.people.erase("gina@example.com")

    after = bookings.get(bobs.uid)
    assert after.notes == "ask erased or erased, erased; not gina@example.com.br"
    assert (after.attendee.email, done.bookings) == ("bob@example.com", 2)
    notes = bookings.get_notes(bobs.uid)
    assert {n.content for n in notes} == {after.notes}
    told = dump(place).casefold().replace("gina@example.com.br", "")
    assert not any(word in told for word in ("gina@", "1234567", "kn-4711"))
    assert (done.elsewhere, would.places) == ([], done.places)
    assert bookings.history(bobs.uid)[-1].change == {"erased": True}
    assert client.check() == ()


def test_a_number_that_may_be_any_other_is_listed_and_stays(
    client: Client, booking: Any, clock: Clock
) -> None:
    client.calendar.webhooks.create("https://hooks.example/told")
    booking(attendee={**GINA, "ref": "10115"})
    bobs = booking(attendee=OTHERS, notes="10115 Berlin")
    clock.move(days=30)

    done = client.calendar.people.erase("gina@example.com")

    assert client.calendar.bookings.get(bobs.uid).notes == "10115 Berlin"
    assert elsewhere(done) == [
        ("bookings", "notes", bobs.uid),
        ("events", "booking", bobs.uid),
    ]


def test_a_name_in_others_texts_is_listed_and_taken_out_where_asked(
    client: Client, event_type: Any, booking: Any, clock: Clock, place: str
) -> None:
    client.calendar.webhooks.create("https://hooks.example/told")
    event_type("walk", contact="NONE")
    booking(attendee=GINA)
    bobs = booking(attendee=OTHERS, notes="Kommt mit GINA  gold; Ginas Goldfisch")
    alone = booking(event_type_id="walk", attendee={"name": "gina gold"})
    namesake = booking(attendee={"name": "Gina Gold", "email": "g@example.org"})
    clock.move(days=30)
    people = client.calendar.people

    done = people.erase("gina@example.com")
    before = elsewhere(done)
    people.erase("gina gold", uid=alone.uid)
    people.erase(namesake.attendee.person_id or "")
    last = people.erase("Gina Gold", texts=True)

    assert before == [
        ("attendees", "name", alone.uid),
        ("bookings", "notes", bobs.uid),
        ("events", "booking", bobs.uid),
    ]
    assert last.elsewhere == []
    left = client.calendar.bookings.get(bobs.uid)
    assert left.notes == "Kommt mit erased; Ginas Goldfisch"
    assert "gina gold" not in " ".join(dump(place).casefold().split())
    with pytest.raises(errors.NotFound):
        people.erase("Gina Gold")


def test_who_waits_by_the_same_name_is_listed(
    client: Client, event_type: Any, booking: Any, clock: Clock
) -> None:
    event_type("walk", contact="NONE")
    booking(attendee=GINA)
    taken = booking(event_type_id="walk", attendee={"name": "Old Tom"})
    clock.move(days=1)
    entry = client.calendar.waiting.add(
        event_type_id="walk",
        start_time=taken.start_time,
        attendee={"name": "Gina Gold"},
    )

    done = client.calendar.people.erase("gina@example.com", cancel=True)

    assert [(e["place"], e["key"]) for e in done.elsewhere] == [("waiting", entry.id)]


def test_a_dry_run_cancels_as_the_real_one_does(
    client: Client, event_type: Any, booking: Any, post: Server, place: str
) -> None:
    """Counts differed by what cancelling changes."""
    client.set_up(email="grace@example.com")
    event_type("demo", notify=True)
    event_type("class", seats=3)
    alone = booking()
    guest = booking(attendee=OTHERS, guests=[ADA])
    group = booking(event_type_id="class", attendee=OTHERS)
    client.calendar.bookings.add_attendee(group.uid, **ADA)
    taken = booking(attendee=OTHERS)
    entry = client.calendar.waiting.add(
        event_type_id="demo", start_time=taken.start_time, attendee=ADA
    )
    before = dump(place)

    would = client.calendar.people.erase("ada@example.com", cancel=True, dry_run=True)
    unchanged = dump(place)
    done = client.calendar.people.erase("ada@example.com", cancel=True)

    assert unchanged == before
    assert would.places == done.places
    assert would.cancelled == done.cancelled == [alone.uid, entry.id]
    assert sorted(done.left) == sorted(would.left) == sorted([guest.uid, group.uid])
    assert would.mails_dropped == done.mails_dropped
    assert would.bookings == done.bookings


@pytest.mark.sqlite
def test_copies_beside_the_file_are_named(
    client: Client, booking: Any, clock: Clock, tmp_path: Path, place: str
) -> None:
    booking()
    kept = tmp_path / "bookings.db.before-9"
    client.backup(kept)
    clock.move(days=30)

    done = client.calendar.people.erase("ada@example.com")

    assert done.copies == [str(kept)]


# -- while something is on its way -----------------------------------------------------


def test_an_answer_to_what_was_erased_meanwhile_is_not_kept(
    client: Client,
    booking: Callable[..., Booking],
    receiver: Receiver,
    clock: Clock,
    place: str,
) -> None:
    """The receiver's answer had the address, and was recorded behind the erasing."""
    client.calendar.webhooks.create(receiver.url(), allow_http=True)
    booking()
    clock.move(days=40)

    def erase_and_answer(conn: socket.socket) -> None:
        with Client(place, clock=clock) as other:
            other.calendar.people.erase("ada@example.com")
        status(500, body=b"no room for ada@example.com")(conn)

    receiver.answers["/"] = [erase_and_answer]

    client.deliver(limit=1)

    [attempt] = client.calendar.webhooks.log()[-1].log
    assert attempt["response"] == "erased"
    assert "ada@example" not in dump(place)


def test_a_mail_server_that_names_who_was_erased_meanwhile_is_not_quoted(
    client: Client,
    event_type: Callable[..., EventType],
    booking: Callable[..., Booking],
    post: Server,
    clock: Clock,
    place: str,
) -> None:
    client.set_up(name="Grace", email="grace@example.com", timezone="UTC")
    event_type("told", notify=True)
    booking(event_type_id="told")
    clock.move(days=40)

    class Refused(dict[str, str]):
        def __contains__(self, address: object) -> bool:
            with Client(place, clock=clock) as other:
                other.calendar.people.erase("ada@example.com")
            return address == "ada@example.com"

    post.refused = Refused({"ada@example.com": "550 no ada@example.com here"})

    client.deliver(limit=1)

    assert "ada@example" not in dump(place)
