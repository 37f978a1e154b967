"""Who did it: by name, with every event but those of time, and for colleagues alone."""

from __future__ import annotations

import getpass
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MONDAY
from support import answering
from support.mailing import Server
from support.receiving import Receiver
from support.running import Run

from calbook import Booking, Client, errors
from calbook.store import context

if TYPE_CHECKING:
    from conftest import Clock

pytest_plugins = ("support.mailing", "support.receiving", "support.running")

Book = Callable[..., Booking]
Terminals = Callable[..., Any]
ADA = {"name": "Ada", "email": "ada@example.com"}
EVE = {"name": "Eve", "email": "eve@example.com"}
WHEN = MONDAY.replace(day=18)


@pytest.fixture
def database(path: Path) -> str:
    return str(path)


@pytest.fixture(autouse=True)
def nobody_asked_before() -> None:
    context._account_name.cache_clear()


def actors(client: Client, uid: str) -> list[str | None]:
    return [event.actor for event in client.calendar.bookings.history(uid)]


def stored(path: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute("select type, by, actor from events").fetchall()


# -- the library -----------------------------------------------------------------------

Act = Callable[[Client, str], object]
ACTS: dict[str, Act] = {
    "confirm": lambda client, uid: client.calendar.bookings.confirm(uid),
    "reject": lambda client, uid: client.calendar.bookings.reject(uid),
    "cancel": lambda client, uid: client.calendar.bookings.cancel(uid),
    "reschedule": lambda client, uid: client.calendar.bookings.reschedule(
        uid, start_time=WHEN.replace(hour=15)
    ),
    "update": lambda client, uid: client.calendar.bookings.update(uid, notes="Tea"),
    "note": lambda client, uid: client.calendar.bookings.add_note(uid, content="Tea"),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_change_is_by_the_actor_of_its_client(
    client: Client, path: Path, clock: Clock, booking: Book, event_type: Any, act: Act
) -> None:
    event_type("ask", requires_confirmation=True)
    uid = booking(event_type_id="ask").uid

    with Client(path, clock=clock, actor="Mary Jackson") as mary:
        act(mary, uid)

    assert actors(client, uid) == ["grace", "Mary Jackson"]


def test_seats_and_attendance_are_by_their_actor(
    path: Path, clock: Clock, booking: Book, event_type: Any
) -> None:
    event_type("yoga", seats=3)
    uid = booking(event_type_id="yoga", start_time=WHEN).uid

    with Client(path, clock=clock, actor="mary") as mary:
        mary.calendar.bookings.add_attendee(uid, **EVE)
        mary.calendar.bookings.create(
            event_type_id="yoga",
            start_time=WHEN,
            attendee={"name": "Bob", "email": "bob@example.com"},
        )
        mary.calendar.bookings.remove_attendee(uid, email="bob@example.com")
        clock.move(days=14)
        mary.calendar.bookings.mark_attended(uid, email="eve@example.com")
        found = mary.calendar.bookings.history(uid)

    assert [(event.type, event.actor) for event in found] == [
        ("booking.created", "grace"),
        ("booking.attendee_added", "mary"),
        ("booking.attendee_added", "mary"),
        ("booking.attendee_removed", "mary"),
        ("booking.completed", "mary"),
    ]


def test_many_bookings_are_by_the_one_who_books_them(
    path: Path, clock: Clock, event_type: Any
) -> None:
    event_type()
    wanted: list[Any] = [
        {"event_type_id": "demo", "start_time": WHEN.replace(hour=hour), "attendee": e}
        for hour, e in ((10, ADA), (11, EVE))
    ]

    with Client(path, clock=clock, actor="mary") as mary:
        mary.calendar.bookings.create_all(wanted)

    assert stored(path) == [("booking.created", "attendee", "mary")] * 2


def test_what_time_does_has_no_actor(
    client: Client, clock: Clock, booking: Book, event_type: Any
) -> None:
    event_type("ask", requires_confirmation=True)
    held, asked = booking().uid, booking(event_type_id="ask").uid
    clock.move(days=30)

    told = client.tick()

    assert [(event.by, event.actor) for event in told] == [("system", None)] * 2
    assert actors(client, held) == actors(client, asked) == ["grace", None]
    assert client.check() == ()


def test_a_request_that_expired_in_the_way_did_so_by_itself(
    client: Client, clock: Clock, booking: Book, event_type: Any
) -> None:
    """It ends in the transaction of whoever takes its time."""
    event_type("ask", requires_confirmation=True, minimum_notice=0)
    asked = booking(event_type_id="ask", start_time=WHEN, duration=30).uid
    clock.now = WHEN.replace(minute=10)

    booking(start_time=WHEN, by="host", override=["past"])

    assert actors(client, asked) == ["grace", None]


def test_a_first_answer_given_again_names_who_asked_first(
    client: Client, path: Path, clock: Clock, booking: Book
) -> None:
    wanted: dict[str, Any] = {"event_type_id": "demo", "start_time": WHEN}
    uid = booking(**wanted, idempotency_key="one").uid

    with Client(path, clock=clock, actor="mary") as mary:
        again = mary.calendar.bookings.create(
            **wanted, attendee=ADA, idempotency_key="one"
        )

    assert again.uid == uid
    assert actors(client, uid) == ["grace"]


# -- without a name given --------------------------------------------------------------


def test_the_environment_names_the_actor(
    client: Client, booking: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALBOOK_ACTOR", "reception")
    monkeypatch.setenv("LOGNAME", "www-data")

    assert actors(client, booking().uid) == ["reception"]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LOGNAME": "mary", "USER": "root"}, "mary"),
        ({"USER": "mary"}, "mary"),
        ({"LOGNAME": "", "USER": "mary"}, "mary"),
        ({}, "of the account"),
        ({"LOGNAME": "\x1b[2J"}, None),
        ({"LOGNAME": "m" * 201}, None),
        ({"LOGNAME": " "}, None),
    ],
    ids=["logname", "user", "empty", "account", "escapes", "long", "blank"],
)
def test_else_it_is_the_login_name(
    client: Client,
    booking: Book,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    expected: str | None,
) -> None:
    for name in ("CALBOOK_ACTOR", "LOGNAME", "USER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(getpass, "getuser", lambda: "of the account")

    assert actors(client, booking().uid) == [expected]


@pytest.mark.parametrize("error", [KeyError, OSError, ImportError])
def test_an_account_without_a_name_is_nobody(
    client: Client,
    booking: Book,
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
) -> None:
    """In a container it often has none; Python's versions say so differently."""

    def getuser() -> str:
        raise error

    for name in ("CALBOOK_ACTOR", "LOGNAME", "USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(getpass, "getuser", getuser)

    assert actors(client, booking().uid) == [None]


# -- names that are none ---------------------------------------------------------------

BAD = {
    "empty": ("", "is empty"),
    "blank": (" \u3000", "is empty"),
    "lines": ("Ma\nry", "must be one line"),
    "escapes": ("\x1b[31mMary", "holds a control character"),
    "tab": ("Ma\try", "holds a control character"),
    "C1": ("\x9b31mMary", "holds a control character"),
    "long": ("m" * 201, "has 201 characters"),
}


@pytest.mark.parametrize(("name", "said"), BAD.values(), ids=BAD)
def test_a_bad_name_is_refused_and_nothing_is_written(
    run: Run,
    path: Path,
    booking: Book,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    said: str,
) -> None:
    uid = booking().uid
    before = path.read_bytes()

    option = run("cancel", uid, "--actor", name)
    monkeypatch.setenv("CALBOOK_ACTOR", name)
    variable = run("cancel", uid)
    in_json = run("note", "add", uid, "Tea", "--json").error

    assert (option.status, variable.status) == (2, 2)
    assert option.err.startswith(f"calbook: --actor {said}")
    assert variable.err.startswith(f"calbook: CALBOOK_ACTOR {said}")
    assert (in_json["code"], in_json["details"]["field"]) == (
        "bad_input",
        "CALBOOK_ACTOR",
    )
    assert "\x1b" not in option.err + variable.err
    assert path.read_bytes() == before
    with pytest.raises(errors.BadInput, match=f"^actor {said}"):
        Client(path, actor=name)


@pytest.mark.parametrize("value", [5, b"mary", ["mary"], "\ud800"])
def test_what_is_no_text_is_no_name(path: Path, value: Any) -> None:
    with pytest.raises(errors.BadInput, match=r"^actor "):
        Client(path, actor=value)

    assert not path.exists()


def test_who_writes_no_event_is_not_asked(
    run: Run, clock: Clock, booking: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = booking().uid
    clock.move(days=30)
    monkeypatch.setenv("CALBOOK_ACTOR", "")

    answers = [
        run("list", "--all"),
        run("history", uid),
        run("event", "update", "demo", "--title", "Demo"),
        run("note", "add", uid, "Tea", "--private"),
        run("tick"),
        run("deliver"),
    ]

    assert [answer.status for answer in answers] == [0] * 6


# -- the command line ------------------------------------------------------------------

PERSON = ("--name", "Ada", "--email", "ada@example.com")
AT_TEN = ("--start", "2027-01-18 10:00Z")
HER = ("--email", "eve@example.com")
REJECT = ("reject", "UID")
HOLD = ("hold", "--event", "demo", "--start", "2027-01-19 10:00Z")
EXTEND = ("extend", "UID", "--count", "1")
TO = ("--start", "2027-01-22 10:00Z")
MOVE = ("attendee", "move", "UID", "--email", "ada@example.com", *TO)
CREATE = ("create", "--event", "yoga", *AT_TEN, *PERSON)
STEPS = (
    ("confirm", "UID"),
    ("attendee", "add", "UID", "--name", "Eve", "--email", "eve@example.com"),
    ("attendee", "move", "UID", *HER, "--start", "2027-01-18 15:00Z"),
    ("attendee", "add", "UID", "--name", "Eve", *HER),
    ("attendee", "remove", "UID", *HER, "--yes"),
    ("note", "add", "UID", "Tea"),
    ("update", "UID", "--meta", "k=v"),
    ("event", "update", "yoga", "--title", "Y", "--apply-to-coming", "--json"),
    ("reschedule", "UID", "--start", "2027-01-18 11:00Z", "--by", "host"),
    ("reassign", "UID"),
    ("cancel", "UID", "--by", "host"),
    ("undo", "UID"),
    ("undo", "UID"),
)
AT_TWO = ("--from", "2027-01-18 14:00Z", "--to", "2027-01-18 15:00Z")
AWAY = ("host", "away", "me", *AT_TWO, "--cancel", "--yes")
WAITS = ("waiting", "remove")
TWO_WORDS = ("attendee", "event", "note", "host", "waiting", "counter")
TWELVE = "DTSTART:20270201T120000Z"
COUNTER = ("counter", "accept", "UID")
NO = ("counter", "decline", "UID")
STAMPS = {NO: "20270104T080000Z", COUNTER: "20270104T083000Z"}
LATER = (("attended", "UID"), ("no-show", "UID"))


def test_every_command_that_writes_events_takes_a_name(
    run: Run, client: Client, clock: Clock, event_type: Any, booking: Book
) -> None:
    client.calendar.hosts.create("alan", timezone="UTC")
    team = {"hosts": ["me", "alan"], "scheduling_type": "ROUND_ROBIN"}
    event_type("yoga", seats=3, requires_confirmation=True, **team)
    held, left = (booking(start_time=WHEN.replace(hour=h)).uid for h in (8, 14))
    refused = booking(event_type_id="yoga", start_time=WHEN).uid
    numbers = iter(range(1, 100))

    def act(step: tuple[str, ...], uid: str = "") -> str:
        name = ("--actor", f"number {next(numbers)}")
        return run(*(uid if a == "UID" else a for a in step), *name).rows[0][0]

    act(REJECT, refused)
    act(HOLD)
    rule = {"frequency": "DAILY", "count": 2}
    series = booking(start_time=WHEN.replace(hour=6), recurring=rule).uid
    uid = act(CREATE)
    for step in STEPS:
        act(step, uid)
    act(AWAY)
    run(*(series if arg == "UID" else arg for arg in EXTEND), "--actor", "mary")
    waits = client.calendar.waiting.add(
        event_type_id="demo", start_time=WHEN.replace(hour=8), attendee=EVE
    )
    assert run(*WAITS, waits.id, "--actor", "mary").status == 0
    alone = booking(event_type_id="yoga", start_time=WHEN.replace(day=21)).uid
    run(*(alone if arg == "UID" else arg for arg in MOVE), "--actor", "joan")
    assert actors(client, alone) == ["grace", "joan"]
    answered = booking(start_time=WHEN.replace(day=25)).uid
    for step in (NO, COUNTER):
        said = answering.calendar(
            answered, method="COUNTER", more=TWELVE, stamp=STAMPS[step]
        )
        run("reply", "-", "--actor", "joan", input=said)
        run(*(answered if arg == "UID" else arg for arg in step), "--actor", "mary")
    assert actors(client, answered) == ["grace", *["joan", "mary"] * 2]
    clock.move(days=30)
    for step in LATER:
        act(step, held)

    assert actors(client, series)[:2] == ["grace", "mary"]
    told = [actors(client, one) for one in (refused, uid, left, held)]
    assert told[0] == ["grace", "number 1"]
    assert told[1] == [f"number {n}" for n in range(3, 17)]
    assert told[2] == ["grace", "number 17"]
    assert told[3] == ["grace", None, "number 18", "number 19"]
    assert taking_a_name() == {
        " ".join(step[: 2 if step[0] in TWO_WORDS else 1])
        for step in (REJECT, HOLD, CREATE, EXTEND, MOVE, *STEPS, AWAY, *LATER, WAITS)
    } | {"reply", "note remove", "counter accept", "counter decline", "erase"}


def taking_a_name() -> set[str]:
    """The commands that have the option, by the table that completion reads."""
    import calbook.cli.shell as shell

    table = (Path(shell.__path__[0]) / "commands.txt").read_text(encoding="utf-8")
    blocks = [block.splitlines() for block in table.split("\n\n")]
    return {
        block[0].removeprefix("calbook ")
        for block in blocks
        if any(line.startswith("--actor\t") for line in block)
    }


def test_the_option_goes_before_the_variable(
    run: Run, client: Client, booking: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = booking().uid
    monkeypatch.setenv("CALBOOK_ACTOR", "")

    assert run("cancel", uid, "--actor", "mary").status == 0
    assert actors(client, uid) == ["grace", "mary"]


def test_who_erases_somebody_is_named(run: Run, path: Path, booking: Book) -> None:
    booking()

    assert run("erase", "ada@example.com", "--cancel", "--yes", "--actor", "mary")

    assert [who for _, _, who in stored(path)[1:]] == ["mary", "mary"]


def test_the_lines_of_an_import_are_by_its_actor(
    run: Run, path: Path, event_type: Any
) -> None:
    event_type()
    line = (
        '{"eventTypeId": "demo", "startTime": "2027-01-18T%s:00Z",'
        ' "attendee": {"name": "Ada", "email": "ada@example.com"}}\n'
    )

    run("create", "--input", "-", "--actor", "mary", input=line % 10 + line % 11)

    assert stored(path) == [("booking.created", "attendee", "mary")] * 2


def test_a_dry_run_refuses_a_bad_name_too(
    run: Run, booking: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = booking().uid
    monkeypatch.setenv("CALBOOK_ACTOR", " ")

    assert run("cancel", uid, "--dry-run").status == 2


# -- what is seen ----------------------------------------------------------------------


def test_json_and_columns_have_the_name(
    run: Run, client: Client, clock: Clock, booking: Book
) -> None:
    uid = booking().uid
    clock.move(days=30)
    client.tick()

    told = run("history", uid, "--json").json
    piped = run("history", uid).rows
    listed = run("history", uid, "--csv", "--fields", "by,actor").out

    assert [event["actor"] for event in told] == ["grace", None]
    assert [row[5] for row in piped] == ["grace", ""]
    assert listed.split() == ["by,actor", "attendee,grace", "system,"]


EVIL = (
    "Mary\u202egnp.exe\u2066\u2069\u200f",
    "דוד משה",
    "\x1b[31mred\x1b]0;title\x07\x9b2J\r\n\u2028over",  # no calbook wrote this
    "[red]Mary[/red]",
    "m" * 200,
)


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("evil", EVIL, ids=["bidi", "rtl", "escapes", "markup", "long"])
def test_no_name_does_harm_on_a_terminal(
    terminal: Terminals,
    run: Run,
    path: Path,
    booking: Book,
    evil: str,
    columns: int,
) -> None:
    uid = booking().uid
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("update events set actor = ?", [evil])

    screen = terminal("history", uid, columns=columns)
    piped = run("history", uid)

    assert screen.end() == 0
    lines = screen.shown.splitlines()
    assert all(len(line) <= columns for line in lines if "\u05d3" not in line)
    for text in (*lines, *piped.out.splitlines()):
        shown = text.replace("\t", "").replace("\u200e", "")
        assert shown.isprintable(), ascii(text)
    assert len(piped.out.splitlines()) == 1
    assert run("history", uid, "--json").json[0]["actor"] == evil


def test_a_terminal_has_a_column_for_names_where_there_are_any(
    terminal: Terminals, path: Path, booking: Book
) -> None:
    uid = booking().uid

    def heading(columns: int) -> list[str]:
        screen = terminal("history", uid, columns=columns)
        assert screen.end() == 0
        return str(screen.shown).splitlines()[0].split()

    assert heading(80) == ["At", "What", "By", "Actor"]
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("update events set actor = null")
    assert heading(80) == ["At", "What", "By"]


# -- what others never see -------------------------------------------------------------


def test_neither_webhooks_nor_mails_nor_calendars_carry_it(
    path: Path, clock: Clock, booking: Book, receiver: Receiver, post: Server
) -> None:
    """The names of who works there are not for third parties."""
    uid = booking().uid
    with Client(path, clock=clock, actor="katherine") as client:
        client.set_up(email="me@example.com")
        client.calendar.webhooks.create(receiver.url())
        client.calendar.bookings.add_note(uid, content="Tea")
        client.calendar.bookings.reschedule(
            uid, start_time=WHEN.replace(hour=15), notify_attendee=True
        )
        sent = client.deliver()
        calendar = client.calendar.bookings.get_ics(uid)
        shown = client.calendar.bookings.get(uid).to_dict()

    parts = [part for mail in post.received for part in mail.message.walk()]
    mails = [part.get_content() for part in parts if not part.is_multipart()]
    assert [delivery.status for delivery in sent] == ["delivered"] * 3
    assert len(receiver.requests) == 2
    assert len(mails) >= 2
    for said in (*(r.body for r in receiver.requests), *mails, calendar, shown):
        assert "katherine" not in str(said)
        assert "actor" not in str(said)
