"""Questions on a terminal: lines that can be edited, choices by number, one voice."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from support.running import COMMAND, Terminal

from calbook import Booking, Client, EventType
from calbook.core import ids

pytest_plugins = ("support.running",)

LEFT, UP, HOME, DELETE = "\x1b[D", "\x1b[A", "\x01", "\x7f"
Terminals = Callable[..., Terminal]
BookingMaker = Callable[..., Booking]
TEN = "2027-01-18 10:00"


@pytest.fixture
def database(place: str) -> str:
    return place


def answer(screen: Terminal, question: str, text: str) -> None:
    screen.expect(question)
    screen.type(f"{text}\r")


def test_init_is_answered_with_arrow_keys(
    terminal: Terminals, client: Client, tmp_path: Any
) -> None:
    config = tmp_path / "config.toml"
    screen = terminal("init", CALBOOK_CONFIG=str(config))

    answer(screen, "Your name: ", f"race{HOME}G{LEFT}")
    answer(screen, "Your e-mail: ", f"g@example.con{DELETE}m{UP}")
    answer(screen, "Your time zone [", "Europe/Lisbo")
    screen.expect("did you mean Europe/Lisbon?")
    answer(screen, "Your time zone [", "Europe/Lisbon")
    screen.expect("1  the host, who may pass rules")
    answer(screen, "Who asks (a number) [1]: ", "3")
    screen.expect("please choose from 1 to 2")
    answer(screen, "Who asks (a number) [1]: ", "")

    assert screen.end() == 0
    [me] = client.calendar.hosts.list()
    assert (me.name, me.email, me.timezone) == (
        *("Grace", "g@example.com", "Europe/Lisbon"),
    )
    assert 'by = "host"' in config.read_text()


def test_create_is_answered_by_numbers(
    terminal: Terminals, client: Client, event_type: Callable[..., EventType]
) -> None:
    question = {"label": "Size", "type": "SELECT", "options": ["S", "M"]}
    event_type("demo", title="Demo", durations=[30, 60], questions=[question])
    event_type("talk", title="Talk")
    screen = terminal("create")

    screen.expect("1  demo  Demo")
    screen.expect("2  talk  Talk")
    answer(screen, "Event type (a number, or its name): ", "none")
    screen.expect("it cannot be none (choose one of demo, talk)")
    answer(screen, "Event type (a number, or its name): ", "demo")
    screen.expect("1  30 min")
    answer(screen, "How long (a number) [1]: ", "2")
    screen.expect("  9  ")
    answer(screen, "When (a number, or as in 2027-01-18 10:00): ", "12")
    screen.expect("please choose from 1 to 9")
    answer(screen, "When (a number, or as in 2027-01-18 10:00): ", "3")
    answer(screen, "Name: ", f"Ad{LEFT}{LEFT}\x1b[C\x05a")
    answer(screen, "number: ", "ada@example.com")
    screen.expect("2  M")
    screen.expect("3  (none)")
    answer(screen, "One of them (a number): ", "2")
    answer(screen, "Book it? [Y/n]: ", "perhaps")
    screen.expect("please answer y or n")
    answer(screen, "Book it? [Y/n]: ", "")

    assert screen.end() == 0
    [made] = client.calendar.bookings.list()
    assert (made.attendee.name, made.responses) == ("Ada", {"size": "M"})
    assert made.event_type_id == "evt_demo"


def test_reschedule_asks_which_and_when(
    terminal: Terminals, client: Client, booking: BookingMaker
) -> None:
    uid, other = booking(start_time=TEN).uid, booking(start_time="2027-01-20 10:00")
    screen = terminal("reschedule")

    screen.expect(f"1  {uid[:9]}  Mon 18 Jan 2027, 10:00–10:30")
    answer(screen, "The booking (a number, or a uid): ", "bk_0000")
    screen.expect("no such booking: bk_0000")
    answer(screen, "The booking (a number, or a uid): ", "1")
    answer(screen, "When (a number, or as in 2027-01-18 10:00): ", "soon")
    screen.expect("not a moment: soon")
    answer(screen, "When (a number, or as in 2027-01-18 10:00): ", "2027-01-20 10:15")
    screen.expect(f"that time is taken by {other.uid}")
    answer(screen, "When (a number, or as in 2027-01-18 10:00): ", "2027-01-19 11:00")
    answer(screen, "Move it to Tue 19 Jan 2027, 11:00? [Y/n]: ", "")

    assert screen.end() == 0
    assert client.calendar.bookings.get(uid).start_time.startswith("2027-01-19T11:00")


@pytest.mark.parametrize(("said", "status"), [("y", "CANCELLED"), ("", "CONFIRMED")])
def test_what_was_chosen_from_a_list_is_not_cancelled_by_a_slip(
    terminal: Terminals,
    client: Client,
    booking: BookingMaker,
    said: str,
    status: str,
) -> None:
    uid = booking(start_time=TEN).uid
    screen = terminal("cancel")

    answer(screen, "The booking (a number, or a uid) [1]: ", "1")
    answer(screen, "Cancel Mon 18 Jan 2027, 10:00–10:30 UTC, Ada? [y/N]: ", said)

    assert screen.end() == (0 if said else 130)
    assert client.calendar.bookings.get(uid).status == status


def test_a_seat_is_asked_for_in_groups_alone(
    terminal: Terminals,
    client: Client,
    event_type: Callable[..., EventType],
    booking: BookingMaker,
) -> None:
    event_type("yoga", seats=3)
    single = booking(start_time=TEN)
    group = booking(event_type_id="yoga", start_time="2027-01-19 10:00")
    screen = terminal("attendee", "add")

    screen.expect(f"1  {group.uid[:9]}")
    answer(screen, "The booking (a number, or a uid) [1]: ", single.uid)

    assert screen.end() == 5
    assert f"{single.uid} is no group" in screen.shown
    assert "Name" not in screen.shown


def test_a_start_that_cannot_be_is_refused_where_it_is_typed(
    terminal: Terminals, client: Client, booking: BookingMaker
) -> None:
    """`reschedule` took any moment, and ended with the refusal."""
    uid = booking(start_time=TEN).uid
    screen = terminal("reschedule", uid)

    answer(screen, "When (a number, or as in 2027-01-18 10:00): ", "2020-01-18 10:00")
    screen.expect("is in the past")
    answer(screen, "When (a number, or as in 2027-01-18 10:00): ", "2027-01-19 11:00")
    answer(screen, "Move it to Tue 19 Jan 2027, 11:00? [Y/n]: ", "")

    assert screen.end() == 0
    assert client.calendar.bookings.get(uid).start_time.startswith("2027-01-19T11:00")


def test_a_booking_that_may_not_move_is_refused_before_the_start_is_asked_for(
    terminal: Terminals, event_type: Callable[..., EventType], booking: BookingMaker
) -> None:
    event_type("late", cancellation_deadline=60 * 24 * 365)
    uid = booking(event_type_id="late", start_time=TEN).uid
    screen = terminal("reschedule", uid)

    assert screen.end() == 5
    assert "When (" not in screen.shown


def test_of_a_series_the_date_that_moves_is_shown(
    terminal: Terminals, booking: BookingMaker
) -> None:
    """It said where the series began, which may be over or cancelled."""
    weekly = {"frequency": "WEEKLY", "count": 3}
    uid = booking(start_time=TEN, recurring=weekly).uid
    screen = terminal("reschedule", uid)

    answer(screen, "Which (a number, or a date): ", "3")
    screen.expect(f"{uid} is at Mon 25 Jan 2027, 10:00–10:30")
    screen.expect("When (")
    screen.type("\x04")

    assert screen.end() == 130


def test_a_start_on_the_line_is_judged_before_questions(
    terminal: Terminals, event_type: Callable[..., EventType]
) -> None:
    event_type("demo")
    screen = terminal("create", "--event", "demo", "--start", "2020-01-18 10:00")

    assert screen.end() == 5
    assert "is in the past" in screen.shown
    assert "Name:" not in screen.shown


def test_nobody_is_asked_for_where_there_are_no_seats(
    terminal: Terminals, booking: BookingMaker
) -> None:
    screen = terminal("attendee", "add", booking(start_time=TEN).uid)

    assert screen.end() == 5
    assert "is no group" in screen.shown
    assert "Name:" not in screen.shown


def test_what_is_said_after_an_interrupt_begins_a_line(terminal: Terminals) -> None:
    screen = terminal("event", "add")
    screen.expect("What can be booked: ")

    assert screen.press_until_end("\x03") == -signal.SIGINT
    assert "What can be booked:\ncalbook: nothing was changed" in screen.shown


def test_cancel_asks_for_the_dates_of_a_series(
    terminal: Terminals, client: Client, booking: BookingMaker
) -> None:
    weekly = {"frequency": "WEEKLY", "count": 3}
    uid = booking(start_time=TEN, recurring=weekly).uid
    screen = terminal("cancel", uid)

    screen.expect("1  all 3 to come")
    answer(screen, "Which (a number, or a date): ", "2027-01-25")

    assert screen.end() == 0
    after = client.calendar.bookings.get(uid)
    assert [o.status for o in after.occurrences] == [
        *("CONFIRMED", "CANCELLED", "CONFIRMED"),
    ]


def test_a_short_uid_of_several_offers_them(
    terminal: Terminals,
    client: Client,
    booking: BookingMaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    twins = ["bk_7777aaaaaaaa", "bk_7777bbbbbbbb"]
    monkeypatch.setattr(ids, "uid", iter(twins).__next__)
    for day in ("18", "19"):
        booking(start_time=f"2027-01-{day} 10:00")
    screen = terminal("cancel", "7777", "--reason", "ill")

    screen.expect("7777 is the beginning of several. Which booking?")
    screen.expect("1  bk_7777aa  Mon 18 Jan 2027, 10:00–10:30 UTC  Ada, Demo")
    screen.expect("2  bk_7777bb")
    answer(screen, "The booking (a number, or a uid): ", "2")

    assert screen.end() == 0
    found = {each.uid: each.status for each in client.calendar.bookings.list()}
    assert found == dict(zip(twins, ["CONFIRMED", "CANCELLED"], strict=True))


def test_an_attendee_is_asked_for(
    terminal: Terminals,
    client: Client,
    event_type: Callable[..., EventType],
    booking: BookingMaker,
) -> None:
    event_type("yoga", seats=3)
    uid = booking(event_type_id="yoga", start_time=TEN).uid
    screen = terminal("attendee", "add", uid)

    answer(screen, "Name: ", "Bob")
    answer(screen, "number: ", "+351 555 0100")

    assert screen.end() == 0
    [guest] = client.calendar.bookings.get(uid).guests
    assert (guest.name, guest.phone) == ("Bob", "+351 555 0100")


def test_a_note_is_asked_for(
    terminal: Terminals, client: Client, booking: BookingMaker
) -> None:
    uid = booking(start_time=TEN).uid
    screen = terminal("note", "add", uid)

    answer(screen, "Note (--edit opens your editor): ", "")
    screen.expect("needed: Note")
    answer(screen, "Note (--edit opens your editor): ", "Brings a dog")

    assert screen.end() == 0
    [note] = client.calendar.bookings.get_notes(uid)
    assert note.content == "Brings a dog"


def test_an_event_type_is_asked_for(
    terminal: Terminals, client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type("taken")
    screen = terminal("event", "add")

    answer(screen, "What can be booked: ", "Dev call")
    answer(screen, "Its short name, as people type it [dev-call]: ", "taken")
    screen.expect("event type evt_taken exists already")
    answer(screen, "Its short name, as people type it [dev-call]: ", "")
    answer(screen, "How long (30, 1h30m) [30]: ", "0")
    screen.expect("it is 0; it must be from 1 to 1,440")
    answer(screen, "How long (30, 1h30m) [30]: ", "1h15m")

    assert screen.end() == 0
    made = client.calendar.event_types.get("dev-call")
    assert (made.id, made.title, made.duration) == ("evt_dev-call", "Dev call", 75)


def test_keys_that_the_terminal_spells_are_not_stored(
    terminal: Terminals, client: Client, booking: BookingMaker
) -> None:
    """Without line editing an arrow key is an escape sequence in the text."""
    uid = booking(start_time=TEN).uid
    screen = terminal("note", "add", uid)

    answer(screen, "Note (--edit opens your editor): ", "dog\x16\x1b[D")
    screen.expect("there is a control character in it: please type it again")
    answer(screen, "Note (--edit opens your editor): ", "dog")

    assert screen.end() == 0
    [note] = client.calendar.bookings.get_notes(uid)
    assert note.content == "dog"


@pytest.mark.parametrize("how", ["--no-input", "CALBOOK_NO_INPUT"])
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("create",), "missing --event, --start, --name, --email"),
        (("cancel",), "missing argument 'UID'"),
        (("reschedule", "UID"), "missing --start"),
        (("attendee", "add", "UID"), "missing --name, "),
        (("note", "add", "UID"), "missing TEXT"),
        (("event", "add"), "which id is it to have?"),
        (("event", "remove", "demo"), "nobody is there to ask: remove evt_demo?"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_with_no_input_nothing_is_asked(
    terminal: Terminals,
    event_type: Callable[..., EventType],
    booking: BookingMaker,
    how: str,
    args: tuple[str, ...],
    said: str,
) -> None:
    event_type("free")
    uid = booking(start_time=TEN).uid
    typed = [uid if each == "UID" else each for each in args]
    is_option = how.startswith("--")

    screen = terminal(*typed, *[how] * is_option, **({} if is_option else {how: "1"}))

    assert screen.end() == 2
    assert f"calbook: {said}" in screen.shown


def test_questions_stay_out_of_the_answer(
    environment: Callable[[], dict[str, str]], client: Client
) -> None:
    """Lines are edited on the terminal, while the answer goes elsewhere."""
    person, screen = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "event", "add", "--json"],
        stdin=screen,
        stdout=subprocess.PIPE,
        stderr=screen,
        env=environment() | {"TERM": "xterm"},
    ) as process:
        os.close(screen)
        os.write(person, f"alk{HOME}T\r\r\r".encode())
        out, _ = process.communicate(timeout=60)

    assert process.returncode == 0
    assert json.loads(out)["id"] == "evt_talk"
    assert b"What can be booked: " in os.read(person, 65536)
    os.close(person)
