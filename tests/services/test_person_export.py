"""All that is held of a person, for them: everything of theirs, nothing of others'."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support import somebody
from support.somebody import EMAIL, NAME, PHONE, REF, WORDS

from calbook import Booking, Client, errors
from calbook.services import person_export

if TYPE_CHECKING:
    from conftest import Clock
    from support.mailing import Server
    from support.running import Run

pytest_plugins = ("support.running", "support.mailing")


@pytest.fixture
def database(place: str) -> str:
    return place


def test_all_of_the_person_is_in_it_and_nothing_of_others(
    client: Client, clock: Clock, post: Server, tmp_path: Path
) -> None:
    somebody.fill(client, clock, post, tmp_path)
    people = client.calendar.people

    lines, page = people.export(EMAIL), people.page(EMAIL)
    bobs = json.dumps(people.export("bob@example.com"), ensure_ascii=False)
    erased = people.erase(EMAIL)

    said = json.dumps(lines, ensure_ascii=False)
    for text in (NAME, EMAIL, PHONE, REF, *WORDS, "Zebulon is late as ever"):
        assert text in said
        assert text in page
    rest = [{**line, "payload": None} for line in lines]  # what they were sent
    for text in ("Bob Smith", "bob@example.com", "7946 0018", "about the weather"):
        assert text not in json.dumps(rest, ensure_ascii=False) + page
    for text in (NAME, EMAIL, REF, *WORDS):
        assert text not in bobs.replace(f"I come with {NAME} ({PHONE})", "")
    kinds = [line["type"] for line in lines]
    assert kinds[0] == "export"
    assert {*kinds[1:]} == {
        *("person", "booking", "idempotencyKey", "delivery", "waiting"),
    }
    assert (lines[0]["person"], lines[0]["personId"]) == (True, erased.person)
    assert people.export(erased.person or "")[1]["name"] == "erased"


@pytest.mark.parametrize("has_left", [False, True])
def test_of_notes_on_others_not_even_the_history_tells(
    client: Client, event_type: Any, booking: Any, *, has_left: bool
) -> None:
    """Whoever had booked first was told of all notes, by what the history said."""
    event_type("class", seats=3)
    group = booking(
        event_type_id="class", attendee={"name": "Karl", "email": "karl@example.com"}
    )
    bookings = client.calendar.bookings
    bookings.add_attendee(group.uid, name="Hans Holz", email="hans@example.com")
    bookings.add_note(group.uid, content="Hans Holz hat Diabetes")
    bookings.add_note(group.uid, content="Karl is on time")
    bookings.add_note(group.uid, content="Hans is late", is_private=True)
    if has_left:
        bookings.remove_attendee(group.uid, email="hans@example.com")
    people = client.calendar.people

    said = {
        who: json.dumps(people.export(who)) + people.page(who)
        for who in ("karl@example.com", "hans@example.com")
    }

    of_karl, of_hans = said["karl@example.com"], said["hans@example.com"]
    assert "Diabetes" in of_hans
    assert "Karl is on time" in of_karl
    assert not any(word in of_karl for word in ("Diabetes", "Hans", "hans@"))
    assert not any(word in of_hans for word in ("on time", "Karl", "karl@"))


def test_a_page_is_read_in_the_persons_zone(
    client: Client, booking: Any, clock: Clock
) -> None:
    booking(
        attendee={
            "name": "Ada",
            "email": "ada@example.com",
            "timezone": "Asia/Tokyo",
        },
        notes="# Heading\x1b[31m",
        start_time="2027-01-18T10:00Z",
    )
    clock.move(days=30)

    page = client.calendar.people.page("ada@example.com")

    assert "Mon 18 Jan 2027, 19:00" in page
    assert "Times are in Asia/Tokyo." in page
    assert "It took place." in page
    assert "You wrote: “# Heading\\u001b[31m”" in page


def test_of_who_has_but_a_name_there_is_one_booking(
    client: Client, event_type: Any, booking: Any
) -> None:
    event_type("walk", contact="NONE")
    one, other = (
        booking(event_type_id="walk", attendee={"name": "Old Tom"}) for _ in range(2)
    )

    lines = client.calendar.people.export("Old Tom", uid=one.uid)

    assert [line["uid"] for line in lines[1:]] == [one.uid]
    assert other.uid not in json.dumps(lines)


def test_nobody_is_held(client: Client) -> None:
    client.init()
    with pytest.raises(errors.NotFound):
        client.calendar.people.export("Nobody")

    assert "Nothing is held." in client.calendar.people.page("no@body.example")


def test_a_page_is_in_plain_words(
    client: Client, event_type: Any, booking: Any
) -> None:
    """It had JSON in it, and keys as they are stored."""
    asked = [{"key": "diet", "label": "Diet?", "type": "TEXT"}]
    event_type("walk", contact="ANY", questions=asked)
    person = {"name": "Ada", "phone": "+351 912 345 678", "ref": "K-17"}
    made = booking(
        event_type_id="walk",
        attendee=person,
        responses={"diet": "none"},
        metadata={"import.state": "paid", "n": [1, {"deep": True}]},
        location={"type": "IN_PERSON", "address": "7 Park Lane"},
        idempotency_key="k",
    )
    client.calendar.bookings.reschedule(
        made.uid, start_time="2027-01-19T09:00Z", reason="ill", by="host"
    )
    client.calendar.bookings.add_note(made.uid, content="pays {cash}")

    page = client.calendar.people.page("K-17")

    for said in (
        "You are found by customer number k-17, phone number +351912345678.",
        "You answered: diet: none",
        "Besides, it holds: import state: paid; n: 1, deep: yes",
        "Its place: in person: 7 Park Lane",
        "updated by the host: a note says “pays {cash}”",
    ):
        assert said in page
    assert "reason: “ill”" in page
    bare = page.replace("{cash}", "")
    assert not any(
        mark in bare for mark in ("{", "[", '"', "tel:", "ref:", "IN_PERSON")
    )


def test_of_who_only_waits_the_page_is_in_the_zone_of_the_wait(
    client: Client, event_type: Any, booking: Any
) -> None:
    """It was in UTC, said that the host said so, and ended with nothing held."""
    taken = booking()
    client.calendar.waiting.add(
        event_type_id="demo",
        start_time=taken.start_time,
        timezone="Asia/Tokyo",
        attendee={"name": "Eve", "email": "eve@quux.example"},
    )

    page = client.calendar.people.page("eve@quux.example")

    assert "Times are in Asia/Tokyo." in page
    assert "for Mon 18 Jan 2027, 19:00 (you wait still)" in page
    assert "You said" not in page
    assert "Nothing is held" not in page


def test_of_one_booking_that_is_found_by_a_name_nothing_else_is_said(
    client: Client, event_type: Any, booking: Any
) -> None:
    event_type("walk", contact="NONE")
    uid = booking(event_type_id="walk", attendee={"name": "Old Tom"}).uid

    page = client.calendar.people.page("Old Tom", uid=uid)

    assert uid in page
    assert "Nothing is held" not in page


def test_the_command_writes_it_in_three_forms(
    run: Run, client: Client, booking: Any, tmp_path: Path
) -> None:
    booking()
    file = tmp_path / "ada.md"

    lines = run("export", "--person", "ada@example.com")
    whole = run("export", "--person", "Ada", "--format", "json")
    page = run("export", "--person", "Ada", "--format", "text", "-o", file)

    first, *rest = map(json.loads, lines.out.splitlines())
    assert first["type"] == "export"
    assert [line["type"] for line in rest] == ["person", "booking", "end"]
    assert json.loads(whole.out)["people"][0]["email"] == "ada@example.com"
    assert page.status == 0
    assert file.read_text().startswith("# What is held of Ada <ada@example.com>")
    assert file.stat().st_mode & 0o077 == 0
    refused = run("import", "-", input=lines.out)
    assert refused.status == 2
    assert "this is an export of one person" in refused.err
    assert "--redact" not in refused.err


@pytest.mark.parametrize(
    "args",
    [
        ("--person", "Ada", "--format", "csv"),
        ("--person", "Ada", "--redact"),
        ("--person", "Ada", "--secrets"),
        ("--format", "text"),
        ("--uid", "bk_1234"),
    ],
)
def test_what_does_not_go_together_is_refused(
    run: Run, booking: Any, args: tuple[str, ...]
) -> None:
    booking()

    answer = run("export", *args)

    assert (answer.status, answer.out) == (2, "")


def test_a_surname_that_two_have_shows_no_note_about_the_other(
    client: Client, event_type: Any, booking: Any, clock: Clock
) -> None:
    """What the host had noted of one went to the other, and was erased with them."""
    event_type("class", seats=3)
    made = booking(
        event_type_id="class", attendee={"name": "Bob Smith", "email": "b@example.com"}
    )
    bookings = client.calendar.bookings
    bookings.add_attendee(made.uid, name="Eve Smith", email="eve@example.com")
    for text in ("Eve Smith is expecting", "Bob pays late"):
        for is_private in (False, True):
            bookings.add_note(made.uid, content=text, is_private=is_private)
    clock.move(days=40)

    [line] = [
        line
        for line in client.calendar.people.export("b@example.com")
        if line["type"] == "booking"
    ]
    client.calendar.people.erase("b@example.com")

    assert "expecting" not in json.dumps(line)
    for key in ("hostNotes", "privateNotes"):
        assert [note["content"] for note in line[key]] == ["Bob pays late"]
    notes = [note.content for note in bookings.get_notes(made.uid)]
    assert notes == [*2 * ["Eve Smith is expecting"], "erased", "erased"]


def test_who_else_acted_in_company_is_not_told(
    database: str, client: Client, event_type: Any, booking: Any, clock: Clock
) -> None:
    """The address of who had acted, as a web page may say it, was in the export."""
    event_type("class", seats=3)
    made = booking(event_type_id="class")
    with Client(database, clock=clock, actor="eve@example.com") as other:
        other.calendar.bookings.add_attendee(
            made.uid, name="Eve", email="eve@example.com"
        )
        other.calendar.bookings.remove_attendee(made.uid, email="eve@example.com")

    said = json.dumps(client.calendar.people.export("ada@example.com"))

    assert "eve@example.com" not in said


def test_what_is_held_of_somebody_is_read_some_lines_at_a_time(
    client: Client,
    booking: Callable[..., Booking],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All of it was held in memory, and others waited until it was printed."""
    made = [booking() for _ in range(5)]
    people = client.calendar.people
    whole = people.export("ada@example.com")
    monkeypatch.setattr(person_export, "_AT_ONCE", 2)

    found = people.iter_export("ada@example.com")
    begun = [next(found) for _ in range(3)]
    client.calendar.bookings.cancel(made[0].uid)  # nothing is locked
    rest = [*found]

    assert (*begun, *rest) == whole
    assert [line["uid"] for line in rest] == [each.uid for each in made[1:]]
