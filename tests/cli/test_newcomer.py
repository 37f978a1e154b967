"""What somebody who uses it for the first time is told, asked and shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from support.running import Run, Terminal

from calbook import Booking, Client, EventType
from calbook.cli import output
from calbook.core.errors import BadInput

if TYPE_CHECKING:
    from conftest import Clock

pytest_plugins = ("support.running",)

FIRST, SECOND, THIRD = "2027-01-18", "2027-01-25", "2027-02-01"
WEEKLY = {"frequency": "WEEKLY", "count": 3}
Make = Callable[..., EventType]
Book = Callable[..., Booking]


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """What a command shows to people, line by line."""

    def shown(*args: object, columns: int = 80) -> list[str]:
        monkeypatch.setattr(output, "as_terminal", True)
        monkeypatch.setattr(output, "width", lambda: columns)
        done = run(*args)
        monkeypatch.setattr(output, "as_terminal", False)
        return (done.out + done.err).splitlines()

    return shown


Shown = Callable[..., list[str]]


@pytest.fixture
def course(event_type: Make, booking: Book, client: Client) -> str:
    """Ada on three Mondays; Bob and Cy on the first, Dora alone on the last."""
    event_type("yoga", seats=4)
    uid = booking(
        event_type_id="yoga", start_time=f"{FIRST} 10:00", recurring=WEEKLY
    ).uid
    bookings = client.calendar.bookings
    for name in ("Bob", "Cy"):
        bookings.add_attendee(uid, name=name, email=f"{name}@b.org", on=[FIRST])
    bookings.add_attendee(uid, name="Dora", email="dora@b.org", on=[THIRD])
    bookings.remove_attendee(uid, email="ada@example.com", on=[THIRD])
    return str(uid)


# -- questions ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dates", "asked"),
    [
        (("--on", THIRD), "Cancel UID on Mon 1 Feb 2027 for Dora?"),
        (("--on", FIRST), "Cancel UID on Mon 18 Jan 2027 for all 3 persons?"),
        (("--on", SECOND), "Cancel UID on Mon 25 Jan 2027 for Ada?"),
        (("--all",), "Cancel all 3 dates of UID still to come for all 4 persons?"),
        (
            ("--from", SECOND),
            "Cancel 2 dates of UID from Mon 25 Jan 2027 on for all 2 persons?",
        ),
    ],
)
def test_cancelling_dates_of_a_course_asks_about_those_who_come(
    run: Run, course: str, dates: tuple[str, ...], asked: str
) -> None:
    """It asked about all persons of all dates, and named no date."""
    said = run("cancel", course, *dates).err.splitlines()[0]

    question = asked.replace("UID", course)
    assert (
        said
        == f"calbook: nobody is there to ask: {question[0].lower()}" + (question[1:])
    )


def test_several_bookings_are_named_before_they_are_cancelled(
    terminal: Callable[..., Terminal], booking: Callable[..., Booking]
) -> None:
    uids = [booking().uid for _ in range(12)]

    shown = terminal("cancel", *uids, columns=80)
    shown.expect("Cancel 12 bookings?")
    shown.type("n\n")

    assert shown.end() == 130
    named = [line for line in shown.shown.splitlines() if "Ada, Demo" in line]
    assert all(line.split()[0] in uid for line, uid in zip(named, uids, strict=False))
    assert len(named) == 10
    assert "and 2 more" in shown.shown


def test_an_empty_answer_says_what_is_needed(
    terminal: Callable[..., Terminal], event_type: Make, client: Client
) -> None:
    """The question came again without a word, and took no customer number."""
    event_type("demo")
    start = ("--start", f"{FIRST} 10:00")
    dialogue = terminal("create", "--event", "demo", *start, "--name", "Eve")
    dialogue.expect("E-mail address, phone number or customer number")
    dialogue.type("\n")
    dialogue.expect("needed: E-mail address, phone number or customer number")
    dialogue.type("eve at home\n")
    dialogue.expect("this is no e-mail address, phone number or customer number")
    dialogue.type("K-17\n")
    dialogue.expect("Book it?")
    dialogue.type("y\n")

    assert dialogue.end() == 0
    [made] = client.calendar.bookings.list()
    assert (made.attendee.name, made.attendee.ref) == ("Eve", "K-17")


def test_what_a_person_is_known_by_is_said_in_one_way(
    run: Run, shown: Shown, event_type: Make
) -> None:
    event_type("demo")
    said = "an e-mail address, phone number or customer number"

    refused = run(
        *("create", "--event", "demo", "--start", f"{FIRST} 10:00", "--name", "Eve"),
        "--json",
    ).error

    assert refused["message"] == f"evt_demo asks for {said}"
    assert refused["hint"] == "add --email, --phone or --ref"
    assert f"Asks for      {said}" in shown("event", "show", "demo")


def test_several_hosts_are_told_of_the_option(run: Run) -> None:
    run("host", "add", "bob")

    refused = run("event", "add", "duo", "--host", "me", "--host", "bob", "--json")

    hint = "add --scheduling-type round-robin or collective"
    assert refused.error["hint"] == hint


# -- what is said of a change ---------------------------------------------------------


@pytest.fixture
def skipping(booking: Book, client: Client) -> str:
    """Weekly from the first Monday on, with the second one left out."""
    booking(start_time=f"{SECOND} 10:00")
    rule = {"frequency": "WEEKLY", "count": 4}
    start = f"{FIRST} 10:00"
    made = booking(start_time=start, recurring=rule, on_conflict="skip")
    return str(made.uid)


def test_a_date_is_told_of_with_its_own_status(
    shown: Shown, skipping: str, clock: Clock
) -> None:
    """A cancelled date was told of as confirmed, as the series was."""
    cancelled = shown("cancel", skipping, "--on", THIRD)
    clock.now = datetime(2027, 1, 19, tzinfo=UTC)
    moved = shown("reschedule", skipping, "--on", "2027-02-08", "--start", "+20d")

    assert cancelled == [
        f"Cancelled {THIRD} of {skipping}:",
        "  Mon 1 Feb 2027, 10:00–10:30 UTC",
        "  Ada <ada@example.com>, CANCELLED",
        "  every week, 2027-01-18 to 2027-02-08: 2 of 4 dates",
    ]
    assert not [line for line in moved if "in the way" in line]


def test_dates_in_the_way_are_told_of_where_they_are_new(
    shown: Shown, skipping: str, booking: Book
) -> None:
    booking(start_time="2027-02-22 10:00")
    more = ("--count", "2", "--on-conflict", "skip")

    added = shown("extend", skipping, *more)

    assert added[0] == f"Added 2027-02-15 of {skipping}:"
    assert added[-1] == "  in the way: 2027-02-22"
    assert "in the way: 2027-01-25, 2027-02-22" in " ".join(shown("show", skipping))


def test_a_series_counts_the_dates_that_take_place(shown: Shown, skipping: str) -> None:
    assert "demo (3×)" in "\n".join(shown("list", columns=120))


@pytest.mark.parametrize(
    ("minutes", "said", "listed"),
    [
        ((), "until 09:10", "held until 09:10"),
        (
            ("--minutes", "1d"),
            "until Tue 5 Jan 2027, 09:00 UTC",
            "held until Tue 09:00",
        ),
    ],
)
def test_a_hold_says_until_when(
    shown: Shown, event_type: Make, minutes: tuple[str, ...], said: str, listed: str
) -> None:
    event_type("demo")

    held = shown(
        "hold", "--event", "demo", "--start", f"{FIRST} 10:00", *minutes, columns=120
    )

    uid = held[0].split()[1]
    assert held[0] == f"Held {uid} {said}: Mon 18 Jan 2027, 10:00–10:30 UTC"
    assert listed in "\n".join(shown("list", columns=120))


def test_nobody_is_not_told(run: Run, event_type: Make) -> None:
    """Of a hold that was cancelled or moved "somebody" was not told."""
    event_type("demo", notify=True)
    uid = run("hold", "--event", "demo", "--start", f"{FIRST} 10:00").rows[0][0]

    assert run("reschedule", uid, "--start", f"{FIRST} 11:00", "--by", "host").err == ""
    assert run("cancel", uid, "--by", "host").err == ""


def test_messages_say_times_as_people_read_them(
    run: Run, client: Client, event_type: Make, clock: Clock
) -> None:
    event_type("demo")
    uid = run("hold", "--event", "demo", "--start", f"{FIRST} 10:00").rows[0][0]
    clock.move(minutes=11)
    ada = ("--event", "demo", "--name", "Ada", "--email", "ada@example.com", "--json")

    ended = run("create", "--hold", uid, *ada).error
    with pytest.raises(Exception, match="nobody has to wait") as free:
        client.calendar.waiting.add(
            event_type_id="demo",
            start_time=f"{FIRST} 10:00",
            attendee={"name": "Ada", "email": "ada@example.com"},
        )

    assert ended["message"] == f"{uid} was held until Mon 4 Jan 2027, 09:10 UTC"
    assert ended["details"]["heldUntil"] == "2027-01-04T09:10:00+00:00"
    said = "Mon 18 Jan 2027, 10:00 UTC is free: nobody has to wait for it"
    assert str(free.value) == said


# -- who it is ------------------------------------------------------------------------


def test_a_list_of_attendees_has_what_is_known_of_them(
    shown: Shown, run: Run, event_type: Make, booking: Book
) -> None:
    event_type("yoga", seats=3)
    guests = [{"name": "Rosa", "ref": "K-17"}]
    uid = booking(event_type_id="yoga", guests=guests).uid

    listed = shown("attendee", "list", uid)

    assert listed[0].split() == ["Attendee", "E-mail", "Number"]
    assert listed[3].split() == ["Rosa", "K-17"]
    assert len(run("attendee", "list", uid).rows[0]) == 11


@pytest.mark.parametrize("columns", [80, 120])
def test_a_host_who_is_away_sees_whom_to_ring(
    run: Run, shown: Shown, booking: Book, columns: int
) -> None:
    rosa = {"name": "Rosa", "phone": "+351 912 345 678", "ref": "K-17"}
    booking(attendee=rosa)
    booking()
    away = ("host", "away", "me", "--from", FIRST, "--to", FIRST)

    listed = "\n".join(shown(*away, columns=columns))
    [first, second] = run(*away, "--json").json["left"]

    assert "+351 912 345 678" in listed
    assert "ada@example.com" in listed
    assert max(map(len, listed.splitlines())) <= columns
    assert first["attendee"] == {"email": None, **rosa}
    assert second["attendee"]["phone"] is None


@pytest.mark.parametrize(
    ("text", "name", "email"),
    [
        ("Bob Boss <bob@ny.example>", "Bob Boss", "bob@ny.example"),
        ('"Boss, Bob" <bob@ny.example>', "Boss, Bob", "bob@ny.example"),
        ("<bob@ny.example>", None, "bob@ny.example"),
        ("bob@ny.example", None, "bob@ny.example"),
        ("Bob <3 Ada", "Bob <3 Ada", None),
    ],
)
def test_a_guest_is_given_by_name_and_address(
    booking: Book, client: Client, text: str, name: str | None, email: str | None
) -> None:
    """Only the one or the other was taken."""
    made = booking(guests=[text])
    later = client.calendar.bookings.update(booking().uid, add_guests=[text])

    for found in (made, later):
        assert (found.guests[0].name, found.guests[0].email) == (name, email)


@pytest.mark.parametrize(
    "text",
    [
        "Bob <bob@a.example>\r\nBcc: eve@b.example",
        "Bob\r\n<bob@a.example>",
        "\nBob <bob@a.example>",
        "Bob <bob@a.example> <eve@b.example>",
        "eve@b.example <bob@a.example>",
        "Bob <bob@a.example>, Eve <eve@b.example>",
        "Bob <bob @a.example>",
        "Bob <@>",
    ],
)
def test_what_is_no_name_and_address_is_refused(booking: Book, text: str) -> None:
    with pytest.raises(BadInput):
        booking(guests=[text])


def test_whose_address_is_corrected_in_a_group_is_said(
    run: Run, client: Client, booking: Book, event_type: Callable[..., object]
) -> None:
    event_type("yoga", seats=3)
    uid = booking(event_type_id="yoga").uid
    client.calendar.bookings.add_attendee(uid, name="Bert", email="bert@x.exmaple")
    address = ("--email", "bert@x.example")

    refused = run("update", uid, *address)
    done = run("update", uid, "--person", "Bert", *address, "--json").json

    assert (refused.status, "--person PERSON" in refused.err) == (2, True)
    assert done["guests"][0]["email"] == "bert@x.example"
    assert run("update", uid, "--notes", "Bring a mat").status == 0


def test_a_persons_dates_are_lines_in_a_pipe(run: Run, course: str) -> None:
    lines = run("person", "show", "Dora", "--occurrences").out.splitlines()

    assert [line.split("\t")[:2] for line in lines] == [[course, THIRD]]


@pytest.mark.parametrize("columns", [80, 120])
def test_all_who_come_are_named_with_how_to_reach_them(
    shown: Shown, course: str, columns: int
) -> None:
    text = "\n".join(
        shown("host", "away", "me", "--from", FIRST, "--to", FIRST, columns=columns)
    )

    for name in ("Bob", "Cy"):
        assert name in text
        assert f"{name}@b.org" in text
    assert "Dora" not in text


def test_a_series_is_listed_by_its_first_date_that_takes_place(
    shown: Shown, course: str, client: Client
) -> None:
    client.calendar.bookings.cancel(course, date=FIRST, cancelled_by="host")

    [row] = [line for line in shown("list") if line.startswith(course[:9])]

    assert "Mon 25 Jan 2027" in row
    assert "yoga (2×)" in row


# -- ranges and dry runs --------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        "list",
        "list --occurrences",
        "stats",
        "agenda",
        "slots -e d",
        "busy list --times",
    ],
)
@pytest.mark.parametrize("end", ["thu", "wed"])
def test_a_range_that_ends_before_it_begins_is_refused_everywhere(
    command: str, end: str, run: Run, event_type: Make
) -> None:
    event_type("d")
    done = run(*command.split(), "--from", "fri", "--to", end)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("calbook: the range ends before it begins\nhint: ")
    same = run(*command.split(), "--from", "fri", "--to", "fri")
    assert (same.status, same.err) == (0, "")


def test_off_a_terminal_a_dry_run_says_that_nothing_was_written(
    run: Run, event_type: Make, booking: Book, shown: Shown
) -> None:
    event_type("d", duration=30)
    first = booking(event_type_id="d", start_time=f"{FIRST} 10:00").uid
    second = booking(event_type_id="d", start_time=f"{SECOND} 10:00").uid
    said = "Nothing was written: --dry-run\n"
    one = ("cancel", first), ("reschedule", first, "--start", f"{FIRST} 11:00")
    for command in (*one, ("cancel", first, second)):
        tried = run(*command, "--dry-run")
        assert (tried.status, tried.err) == (0, said)
        assert first in tried.out
        assert said.strip() not in shown(*command, "--dry-run")
    assert run("cancel", first, "--dry-run", "--quiet").err == ""
    assert run("cancel", first).err == ""


# -- hints ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (("list", "tomorrow"), "write --on tomorrow"),
        (("agenda", "tomorrow"), "write --on tomorrow"),
        (("week", "next"), 'write --of "next week"'),
        (("reschedule", "bk_1", "fri 15:00"), 'write --start "fri 15:00"'),
        (("note", "add", "bk_1", "hello", "big", "world"), 'quotes: "hello big world"'),
        (("list", "nonsense"), "see calbook list --help"),
        (("--db", "x.db", "list"), "it stands behind the command: calbook list --db"),
        (("note", "--db", "x.db"), "behind the command: calbook note list --db"),
        (("--versoin",), "hint: see calbook --help"),
        (("config", "list"), "did you mean show?"),
        (("month", "--of", "dec"), "write dec 2027 or dec 2028"),
        (("month", "--of", "march"), "write march 2027 or march 2028"),
    ],
)
def test_a_hint_says_what_would_be_right(
    typed: tuple[str, ...], hint: str, run: Run
) -> None:
    done = run(*typed)
    assert (done.status, done.out) == (2, "")
    assert hint in done.err.partition("\nhint: ")[2] or f"\n{hint}" in done.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("garbage", "line 1: not JSON: at column 1 a value is missing"),
        ('[{"a": 1}\n{"b": 2}]', "line 1: not JSON: at column 10 a comma is missing"),
        ('{"a": 1} x', "line 1: not JSON: at column 10 more stands behind its end"),
    ],
)
def test_what_is_no_json_is_told_in_words_of_ours(
    text: str, said: str, run: Run
) -> None:
    done = run("create", "--input", "-", input=text)
    assert done.status == 2
    assert done.err.splitlines()[0] == f"calbook: {said}"


@pytest.mark.parametrize("tag", ["xx", "english", "nl-NL"])
def test_a_message_is_written_in_no_other_language_than_asked_for(
    tag: str, run: Run, event_type: Make
) -> None:
    event_type("d")
    done = run("slots", "-e", "d", "--text", "--tz", "UTC", "--language", tag)
    assert (done.status, done.out) == (2, "")
    assert "--language cannot be" in done.err
    known = run("slots", "-e", "d", "--text", "--tz", "UTC", "--language", "pt-BR")
    assert (known.status, known.err) == (0, "")


def test_what_is_missing_is_named_with_the_event_that_was_typed(run: Run) -> None:
    done = run("create", "--event", "yoga")
    assert done.status == 2
    assert done.err.startswith(
        "calbook: missing --start, --name, --email or --phone\n"
        "hint: calbook create --event yoga --start "
    )
