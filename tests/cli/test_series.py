"""Series, groups and teams on the command line: what a person and a script are told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from calbook import Client

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Run, Terminal

pytest_plugins = ("support.running",)

Book = Callable[..., str]
Screen = Callable[..., list[str]]

ADA = ("--name", "Ada", "--email", "ada@example.com")
EVE = ("--name", "Eve", "--email", "Eve@example.com")
DEMO = ("create", "--event", "demo", *ADA)
WEEKLY = {"frequency": "WEEKLY", "count": 12}
SIDES = pytest.mark.parametrize("columns", [80, 120])
ZONE = "America/New_York"


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def book(client: Client) -> Book:
    """Books `demo` or another event type in New York, at its start; gives the uid."""
    client.set_up(name="Grace", email="grace@example.com", timezone=ZONE)
    client.calendar.event_types.create("demo")
    client.calendar.event_types.create("class", seats=4)

    def book(start: str = "2027-01-18 10:00", event: str = "demo", **more: Any) -> str:
        ada = {"name": "Ada", "email": "ada@example.com"}
        wanted = {"event_type_id": event, "start_time": start, "attendee": ada}
        return client.calendar.bookings.create(**wanted | more).uid

    return book


@pytest.fixture
def series(book: Book) -> str:
    """Twelve Mondays at 10:00, across a change of the clocks."""
    return book(recurring=WEEKLY)


@pytest.fixture
def course(client: Client, book: Book) -> str:
    """A group of Ada, Eve and Bob that meets on three Mondays at 13:00."""
    uid = book("2027-01-18 13:00", "class", recurring={**WEEKLY, "count": 3})
    client.calendar.bookings.add_attendee(uid, name="Eve", email="Eve@example.com")
    client.calendar.bookings.add_attendee(uid, name="Bob", email="Bob@example.com")
    return uid


@pytest.fixture
def team(client: Client, book: Book) -> Client:
    """Alice and Raj take turns in `duo`; it is Alice's."""
    for host in ("alice", "raj"):
        email = f"{host}@example.com"
        client.calendar.hosts.create(host, name=host, email=email, timezone=ZONE)
    client.calendar.event_types.create(
        "duo", hosts=["alice", "raj"], scheduling_type="ROUND_ROBIN"
    )
    client.calendar.event_types.create("solo", hosts=["alice"])
    return client


@pytest.fixture
def seen(terminal: Callable[..., Terminal]) -> Screen:
    """What a command shows on a terminal, line by line; it may ask, and hears no."""

    def seen(
        *args: object, columns: int = 80, status: int = 0, asked: str = ""
    ) -> list[str]:
        screen = terminal(*args, columns=columns)
        if asked:
            screen.expect(asked)
            screen.type("n\n")
        ended = screen.end()
        assert ended == status, screen.shown
        return screen.shown.splitlines()

    return seen


def everything(client: Client) -> list[dict[str, Any]]:
    return [b.to_dict() for b in client.calendar.bookings.list(count=None)]


# -- series: what is said after a change -----------------------------------------------


@SIDES
def test_after_booking_a_series_its_rule_and_the_dates_in_the_way_are_said(
    seen: Screen, client: Client, book: Book, columns: int
) -> None:
    book("2027-01-25 10:15")
    rule = ("--repeat", "weekly", "--count", "12", "--on-conflict", "skip")

    whole = seen(*DEMO, "--start", "2027-01-18 11:00", *rule, columns=columns)
    cut = seen(*DEMO, "--start", "2027-01-18 10:00", *rule, columns=columns)

    ends = "every week, 2027-01-18 to 2027-04-05"
    uids = {b.start_time[11:13]: b.uid for b in client.calendar.bookings.list()[:2]}
    assert whole == [
        f"Booked {uids['11']}: Mon 18 Jan 2027, 11:00–11:30 {ZONE}",
        "  Ada <ada@example.com>, CONFIRMED",
        f"  {ends}: 12 dates",
    ]
    assert cut[2:] == [f"  {ends}: 11 of 12 dates", "  in the way: 2027-01-25"]


def test_a_dry_run_of_a_series_says_that_it_would_be(seen: Screen, book: Book) -> None:
    rule = ("--repeat", "monthly", "--every", "2", "--count", "3", "--dry-run")

    lines = seen(*DEMO, "--start", "2027-01-19 10:00", *rule, "--by-day", "3tu")

    assert lines[0].startswith("Would be booked: Tue 19 Jan 2027")
    assert lines[2] == ("  every 2 months on 3TU, 2027-01-19 to 2027-05-18: 3 dates")


@SIDES
@pytest.mark.parametrize(
    ("command", "said", "live"),
    [
        (
            ("cancel", "--on", "2027-02-01"),
            "Cancelled 2027-02-01 of UID:\n  Mon 1 Feb 2027, 10:00–10:30",
            11,
        ),
        (
            ("cancel", "--from", "2027-03-15", "--yes"),
            "Cancelled 4 dates of UID, the first:\n  Mon 15 Mar 2027, 10:00–10:30",
            8,
        ),
        (
            ("cancel", "--from", "2027-03-15", "--dry-run"),
            "Would be cancelled 4 dates of UID, the first:"
            "\n  Mon 15 Mar 2027, 10:00–10:30",
            8,
        ),
        (
            ("reschedule", "--from", "2027-03-15", "--start", "2027-03-16 15:00"),
            "Moved 4 dates of UID, the first:\n  Tue 16 Mar 2027, 15:00–15:30",
            12,
        ),
        (
            ("reschedule", "--on", "2027-02-01", "--start", "2027-02-02 09:00"),
            "Moved 2027-02-01 of UID:\n  Tue 2 Feb 2027, 09:00–09:30",
            12,
        ),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_a_change_of_a_series_says_which_dates_it_was_about(
    seen: Screen,
    series: str,
    command: tuple[str, ...],
    said: str,
    live: int,
    columns: int,
) -> None:
    lines = seen(command[0], series[:9], *command[1:], columns=columns)

    held = "12 dates" if live == 12 else f"{live} of 12 dates"
    status = "CONFIRMED" if live == 12 else "CANCELLED"
    assert lines == [
        *f"{said.replace('UID', series)} {ZONE}".split("\n"),
        f"  Ada <ada@example.com>, {status}",
        f"  every week, 2027-01-18 to 2027-04-05: {held}",
    ]


def test_the_last_date_cancelled_leaves_a_cancelled_series(
    seen: Screen, series: str
) -> None:
    seen("cancel", series, "--from", "2027-01-25", "--yes")

    lines = seen("cancel", series, "--on", "2027-01-18")

    assert lines[0] == f"Cancelled 2027-01-18 of {series}:"
    assert lines[1].startswith("  Mon 18 Jan 2027")
    assert lines[2] == "  Ada <ada@example.com>, CANCELLED"


# -- series: what is asked -------------------------------------------------------------


def test_cancelling_several_dates_asks_and_no_changes_nothing(
    terminal: Callable[..., Terminal], client: Client, series: str
) -> None:
    before = everything(client)
    screen = terminal("cancel", series[:9], "--from", "2027-03-15")
    screen.expect(f"Cancel 4 dates of {series} from Mon 15 Mar 2027 on?")
    screen.type("n\n")

    assert screen.end() == 130
    assert "calbook: nothing was changed" in screen.shown
    assert everything(client) == before


def test_cancelling_several_dates_asks_and_yes_does_it(
    terminal: Callable[..., Terminal], series: str
) -> None:
    screen = terminal("cancel", series, "--all")
    screen.expect(f"Cancel all 12 dates of {series} still to come?")
    screen.type("y\n")

    assert screen.end() == 0
    assert f"Cancelled 12 dates of {series}, the first:\n  Mon 18 Jan" in screen.shown


@pytest.mark.parametrize(
    "options",
    [
        ("--from", "2027-04-05"),
        ("--on", "2027-01-18"),
        ("--from", "2027-03-15", "--yes"),
        ("--from", "2027-03-15", "--dry-run"),
    ],
    ids=["from the last", "on", "yes", "dry run"],
)
def test_nothing_is_asked_about_one_date_or_when_it_was_said(
    seen: Screen, series: str, options: tuple[str, ...]
) -> None:
    assert "?" not in "".join(seen("cancel", series, *options))


def test_what_cannot_be_cancelled_is_refused_before_asking(
    seen: Screen, series: str
) -> None:
    lines = seen("cancel", series, "--from", "2027-04-06", status=5)

    assert "?" not in "".join(lines)


# -- series: what is shown -------------------------------------------------------------


@SIDES
def test_occurrences_mark_another_offset_than_the_first(
    seen: Screen, series: str, columns: int
) -> None:
    lines = seen("occurrences", series, columns=columns)

    rows = lines[2:-1]
    assert [row.split("CONFIRMED")[1].split() for row in rows] == (
        [["-05:00"]] * 8 + [["-04:00", "*"]] * 4
    )
    assert lines[-1] == f"times in {ZONE}; * another UTC offset than the first"
    assert max(map(len, lines)) <= columns


def test_where_no_offset_differs_none_is_marked(seen: Screen, series: str) -> None:
    lines = seen("occurrences", series, "--tz", "Asia/Kathmandu")

    assert not any("*" in line for line in lines)
    assert lines[-1] == "times in Asia/Kathmandu"


@SIDES
def test_a_card_lists_the_dates_in_columns(
    seen: Screen, client: Client, series: str, columns: int
) -> None:
    client.calendar.bookings.cancel(series, date="2027-02-01")

    lines = seen("show", series, columns=columns)

    [first] = [n for n, line in enumerate(lines) if line.startswith("Dates ")]
    rows = lines[first : first + 12]
    assert rows[2] == (
        "            2027-02-01  Mon 1 Feb 2027, 10:00–10:30   CANCELLED"
    )
    assert {row.index("  C") for row in rows if "–10:30  C" in row} == {52}
    assert [row[:12].strip() for row in rows] == ["Dates", *[""] * 11]
    assert max(map(len, lines)) <= columns


def test_a_card_lists_twelve_dates_and_says_where_the_others_are(
    seen: Screen, book: Book
) -> None:
    uid = book(recurring={**WEEKLY, "count": 14})

    lines = seen("show", uid)

    assert f"            and 2 more: calbook occurrences {uid}" in lines
    assert sum("CONFIRMED" in line for line in lines) == 1 + 12


def cells(lines: list[str]) -> dict[str, str]:
    """When each booking of a table is."""
    rows = [re.split("  +", line) for line in lines if line.startswith("bk_")]
    return {row[0]: row[1] for row in rows}


@SIDES
def test_a_list_shows_the_first_date_within_its_range(
    seen: Screen, run: Run, clock: Clock, series: str, columns: int
) -> None:
    clock.now = datetime(2027, 2, 2, tzinfo=UTC)
    ahead = seen("list", "--upcoming", columns=columns)
    later = seen("list", "--from", "2027-03-01", columns=columns)
    found = run("list", "--upcoming", "--json").json

    assert cells(ahead) == {series[:9]: "Mon 8 Feb 2027, 10:00–10:30"}
    assert cells(later) == {series[:9]: "Mon 1 Mar 2027, 10:00–10:30"}
    assert [item["startTime"] for item in found] == ["2027-01-18T10:00:00-05:00"]
    assert run("list", "--upcoming").rows[0][1] == "2027-01-18T10:00:00-05:00"
    assert max(map(len, (*ahead, *later))) <= columns


NOTHING = ["no bookings"]


def test_a_list_shows_a_date_that_takes_place_rather_than_a_cancelled_one(
    seen: Screen, client: Client, series: str
) -> None:
    bookings = client.calendar.bookings
    bookings.cancel(series, date="2027-02-01")
    bookings.reschedule(series, date="2027-02-22", start_time="2027-02-04 09:00")
    bookings.cancel(series, from_date="2027-03-01")

    def shown(*options: str) -> str:
        [when] = cells(seen("list", *options)).values()
        return when[: when.index(" 2027")]

    assert shown("--from", "2027-02-01") == "Thu 4 Feb"
    assert seen("list", "--from", "2027-02-01", "--to", "2027-02-01") == NOTHING
    assert seen("list", "--from", "2027-03-02") == NOTHING
    assert shown("--from", "2027-01-01") == shown() == "Mon 18 Jan"


@SIDES
def test_a_table_says_how_often_and_how_many_more_persons(
    seen: Screen, series: str, course: str, columns: int
) -> None:
    lines = seen("list", columns=columns)
    each = seen("list", "--occurrences", columns=columns)

    assert [re.split("  +", line)[2] for line in lines[2:4]] == [
        "demo (12×)",
        "class (3×)",
    ]
    assert "Ada +2" in lines[3]
    assert "+" not in lines[2]
    assert len(cells(lines)) == 2
    assert not any("×" in line for line in each)
    assert sum(line.startswith(series[:9]) for line in each) == 12
    assert max(map(len, (*lines, *each))) <= columns


@SIDES
@pytest.mark.parametrize("command", ["list", "list --occurrences", "attendee list UID"])
def test_long_names_make_no_table_wider_than_the_terminal(
    seen: Screen, client: Client, book: Book, command: str, columns: int
) -> None:
    ada = {"name": "Ada " * 40, "email": f"{'a' * 60}@{'b' * 60}.example"}
    uid = book("2027-01-18 13:00", "class", recurring=WEEKLY, attendee=ada)
    client.calendar.bookings.add_attendee(uid, email="eve@example.com")

    lines = seen(*command.replace("UID", uid).split(), columns=columns)

    assert max(map(len, lines)) <= columns


# -- groups ----------------------------------------------------------------------------


def test_whoever_books_a_group_that_is_there_joins_it(
    seen: Screen, run: Run, book: Book
) -> None:
    uid = book("2027-01-18 12:00", "class")
    args = ("create", "--event", "class", "--start", "2027-01-18 12:00")

    would, joined = seen(*args, *EVE, "--dry-run"), seen(*args, *EVE)

    said = f"oined {uid}: Mon 18 Jan 2027, 12:00–12:30 {ZONE}"
    who = "  Ada <ada@example.com> and 1 more, CONFIRMED"
    assert would == [f"Would be j{said}", who]
    assert joined == [f"J{said}", who]
    assert [row[0] for row in run("attendee", "list", uid).rows] == [
        "ada@example.com",
        "Eve@example.com",
    ]


def test_attendance_is_said_by_person_and_date(
    seen: Screen, run: Run, clock: Clock, course: str
) -> None:
    clock.now = datetime(2027, 1, 25, 18, 5, tzinfo=UTC)  # the second has begun
    both = ("--email", "ada@example.com", "--email", "EVE@example.com")

    came = seen("attended", course, "--on", "today", *both)
    missed = seen("no-show", course, "--on", "2027-01-25", "--email", "bob@example.com")

    which = [f"2027-01-25 of {course}:", f"  Mon 25 Jan 2027, 13:00–13:30 {ZONE}"]
    both_of_them = "ada@example.com, EVE@example.com attended "
    assert came[:2] == [both_of_them + which[0], which[1]]
    assert missed[:2] == ["bob@example.com missed " + which[0], which[1]]

    def said(*options: str) -> list[str]:
        return [row[4] for row in run("attendee", "list", course, *options).rows]

    assert said("--on", "2027-01-25") == ["attended", "attended", "no_show"]
    assert said("--on", "today") == said("--on", "2027-01-25")
    assert said("--on", "2027-01-18") == said() == ["unknown"] * 3


def test_a_dry_run_of_attendance_names_the_date(
    seen: Screen, clock: Clock, course: str
) -> None:
    clock.now = datetime(2027, 1, 25, 18, 5, tzinfo=UTC)

    lines = seen("attended", course, "--on", "today", "--dry-run")

    assert lines[0] == f"Would be attended 2027-01-25 of {course}:"
    assert lines[1].startswith("  Mon 25 Jan")


def test_counts_of_who_came_stand_beside_the_date(
    seen: Screen, client: Client, clock: Clock, course: str
) -> None:
    clock.now = datetime(2027, 1, 26, tzinfo=UTC)
    mark = client.calendar.bookings
    both = ["ada@example.com", "eve@example.com"]
    mark.mark_attended(course, date="2027-01-18", email=both)
    mark.mark_no_show(course, date="2027-01-18", email="bob@example.com")
    mark.mark_attended(course, date="2027-01-25", email="bob@example.com")

    table, card = (
        seen(command, course, columns=120) for command in ("occurrences", "show")
    )

    assert "COMPLETED, 2 attended, 1 missed " in table[2]
    assert "COMPLETED, 1 attended " in table[3]
    assert "CONFIRMED  " in table[4]
    dates = [row[12:] for row in card if row[12:].startswith("2027-")]
    assert [row.split("  ")[-1].strip() for row in dates] == [
        "COMPLETED, 2 attended, 1 missed",
        "COMPLETED, 1 attended",
        "CONFIRMED",
    ]


def test_a_date_that_a_group_does_not_have_is_not_found(
    run: Run, client: Client, course: str
) -> None:
    client.calendar.bookings.reschedule(
        course, date="2027-01-25", start_time="2027-01-26 13:00"
    )

    moved = run("attendee", "list", course, "--on", "2027-01-26", "--json").error
    plain = run("attendee", "list", course, "--on", "2027-03-01", "--json").error

    assert (moved["code"], moved["exitCode"]) == ("not_found", 3)
    assert moved["message"] == f"no such occurrence: {course} on 2027-01-26"
    assert moved["hint"] == "the one of 2027-01-25 has moved there: give that date"
    assert plain["hint"] == "its dates: 2027-01-18, 2027-01-25, 2027-02-01"


def test_giving_a_seat_back_asks_on_a_terminal(
    terminal: Callable[..., Terminal], client: Client, course: str
) -> None:
    before = everything(client)
    args = ("attendee", "remove", course[:9], "--email", "eve@example.com")
    refused, taken = terminal(*args), terminal(*args)
    for screen, answer in ((refused, "n\n"), (taken, "y\n")):
        screen.expect(f"Remove eve@example.com from {course}?")
        screen.type(answer)
        if screen is refused:
            assert screen.end() == 130
            assert everything(client) == before

    assert taken.end() == 0
    assert f"Removed {course}: Mon 18 Jan 2027, 13:00–13:30 {ZONE}" in taken.shown
    assert "Ada <ada@example.com> and 1 more, CONFIRMED" in taken.shown


@pytest.mark.parametrize(
    ("email", "status", "said"),
    [
        ("eve@example.com", 3, "no such attendee: eve@example.com"),
        ("ada@example.com", 5, "last attendee"),
    ],
)
def test_a_seat_that_cannot_be_given_back_is_refused_before_asking(
    seen: Screen, book: Book, email: str, status: int, said: str
) -> None:
    uid = book("2027-01-18 12:00", "class")

    args = ("attendee", "remove", uid, "--email", email, "--yes")
    lines = seen(*args, status=status)

    assert said in lines[0]
    assert "?" not in lines[0]


@pytest.mark.parametrize("start", ["2027-01-18 13:00", "2027-01-25 13:00"])
def test_whoever_meets_a_group_that_is_a_series_is_told_how_to_join_it(
    seen: Screen, run: Run, course: str, start: str
) -> None:
    args = ("create", "--event", "class", "--start", start, "--name", "Tim")
    args += ("--email", "tim@example.com")

    lines = seen(*args, status=4, columns=120)
    error = run(*args, "--json").error

    advice = "it is a date of a series with 1 seat left:"
    advice += f" calbook attendee add {course} --on {start[:10]}"
    assert lines[-1] == f"hint: {advice}"
    assert (error["code"], error["hint"]) == ("slot_taken", advice)


# -- teams -----------------------------------------------------------------------------

IN_LINE = "Put them in line for it?"
DUO = ("create", "--event", "duo", "--start", "2027-02-10 10:00")


def test_the_host_of_a_team_is_said_after_booking(seen: Screen, team: Client) -> None:
    first, second = seen(*DUO, *ADA), seen(*DUO, *EVE)
    alone = seen("create", "--event", "solo", "--start", "2027-02-12 10:00", *ADA)

    assert first[-1] == "  with user_alice"
    assert second[-1] == "  with user_raj"
    assert alone[-1] == "  Ada <ada@example.com>, CONFIRMED"


def test_hosts_are_given_with_weight_place_and_priority(run: Run, book: Book) -> None:
    for host in ("alice", "bob", "carol"):
        run("host", "add", host)
    hosts = ("--host", "alice:2", "--host", "bob:fixed", "--host", "carol:priority=5")
    way = ("--scheduling-type", "round-robin", "--assignment", "priority")

    made = run("event", "add", "trio", *hosts, *way, "--json").json

    assert made["hosts"] == [
        {"userId": "user_alice", "weight": 2, "isFixed": False, "priority": 0},
        {"userId": "user_bob", "weight": 1, "isFixed": True, "priority": 0},
        {"userId": "user_carol", "weight": 1, "isFixed": False, "priority": 5},
    ]
    assert made["schedulingType"] == "ROUND_ROBIN"
    assert made["roundRobin"] == {"algorithm": "PRIORITY"}


def test_another_host_takes_a_booking_only_with_reassign(
    seen: Screen, run: Run, team: Client
) -> None:
    [ada] = [run(*DUO, *ADA, "--json").json["uid"]]
    run("create", "--event", "solo", "--start", "2027-02-11 10:00", *EVE)
    move = ("reschedule", ada, "--start", "2027-02-11 10:00")

    refused = run(*move, "--json").error
    would = run(*move, "--reassign", "--dry-run", "--json").json
    lines = seen(*move, "--reassign")

    assert refused["code"] == "slot_taken"
    assert would["hostIds"] == ["user_raj"]
    assert lines[0] == f"Moved {ada}: Thu 11 Feb 2027, 10:00–10:30 {ZONE}"
    assert lines[-1] == "  with user_raj"
    assert team.calendar.bookings.get(ada).host_id == "user_raj"


@pytest.mark.parametrize(
    ("options", "free"), [((), "11:00"), (("--reassign",), "10:30")]
)
def test_a_refused_move_offers_the_next_start_of_whom_it_may_go_to(
    seen: Screen, team: Client, book: Book, options: tuple[str, ...], free: str
) -> None:
    uid = book("2027-02-09 10:00", "duo", host_id="alice")
    for start, host in (("10:00", "alice"), ("10:30", "alice"), ("10:00", "raj")):
        book(f"2027-02-10 {start}", "duo", host_id=host)

    lines = seen("reschedule", uid, "--start", "2027-02-10 10:00", *options, status=4)

    assert lines[-1] == f"hint: the next free start is Wed 10 Feb 2027, {free} {ZONE}"


def test_a_hint_does_not_name_the_start_that_was_just_refused(
    seen: Screen, team: Client, book: Book
) -> None:
    """Two more did not fit where one seat was left, and the hint said so: there."""
    calendar = team.calendar
    calendar.event_types.create("yoga", seats=2, hosts=["alice"])
    made = book("2027-02-10 10:00", "yoga")
    book("2027-02-10 10:30", "yoga")
    calendar.bookings.add_attendee(made, email="bob@example.com")
    calendar.bookings.remove_attendee(made, email="bob@example.com")
    group = ("--event", "yoga", "--start", "2027-02-10 10:00", *EVE)

    lines = seen(
        *("create", *group, "--guest", "g@example.com"),
        status=4,
        asked=IN_LINE,
        columns=120,
    )
    never = seen(
        *("create", *group, "--guest", "g@example.com", "--guest", "h@example.com"),
        status=4,
    )

    assert lines[0] == "calbook: 3 persons do not fit into 2 seats"
    there = f"Wed 10 Feb 2027, 11:00 {ZONE}"
    said = f"the next start with 2 free seats is {there}"
    assert lines[1] == f"hint: {said}"
    assert not any("free start" in line for line in never)


def test_a_host_who_left_is_named_after_a_move(
    seen: Screen, team: Client, book: Book
) -> None:
    """The move kept the host who had left, and nobody was told."""
    uid = book("2027-02-09 10:00", "duo", host_id="alice")
    team.calendar.event_types.update("duo", hosts=["raj"])

    moved = seen("reschedule", uid, "--start", "2027-02-10 10:00")
    handed = seen("reschedule", uid, "--start", "2027-02-10 10:00", "--reassign")

    said = "hint: user_alice has left the event type: --reassign hands it over"
    assert moved[-1] == said
    assert handed[-1] == "  with user_raj"


@pytest.mark.parametrize("host", ["alice", "user_alice"])
def test_a_refusal_by_one_host_offers_the_next_start_of_that_host(
    seen: Screen, run: Run, team: Client, host: str
) -> None:
    mine = run(*DUO, *ADA, "--json").json["uid"]
    run("create", "--event", "solo", "--start", "2027-02-10 10:30", *EVE)

    told = {"status": 4, "asked": IN_LINE, "columns": 120}
    lines = seen(*DUO, *EVE, "--host", host, **told)

    assert lines[:2] == [
        f"calbook: that time is taken by {mine} (Wed 10 Feb 2027, 10:00–10:30 {ZONE})",
        f"hint: the next free start is Wed 10 Feb 2027, 11:00 {ZONE}",
    ]


def test_a_stranger_to_a_team_is_no_host_of_it(seen: Screen, team: Client) -> None:
    lines = seen(*DUO, *ADA, "--host", "me", status=2)

    assert lines == [
        "calbook: user_me is not a host of evt_duo",
        "hint: its hosts: user_alice, user_raj",
    ]


# -- calendar files --------------------------------------------------------------------


def test_attendance_of_a_series_needs_a_date_and_nothing_else(
    run: Run, series: str
) -> None:
    for command in ("attended", "no-show"):
        error = run(command, series, "--json").error

        assert (error["code"], error["hint"]) == ("usage", "add --on DATE")


def test_the_date_that_one_moved_to_says_which_date_is_meant(
    run: Run, client: Client, series: str
) -> None:
    client.calendar.bookings.reschedule(
        series, date="2027-02-01", start_time="2027-02-02 15:00"
    )

    error = run("ics", series, "--on", "2027-02-02", "--json").error
    answer = run("ics", series, "--on", "2027-02-01")

    assert error["code"] == "not_found"
    assert error["hint"] == "the one of 2027-02-01 has moved there: give that date"
    assert answer.status == 0
    assert "DTSTART;TZID=America/New_York:20270202T150000" in answer.out


@pytest.mark.parametrize(
    ("day", "method", "said"),
    [
        ("2027-02-01", "request", "this date is cancelled; the file invites to it"),
        ("2027-02-08", "cancel", "this date is not cancelled; the file says that it"),
        ("2027-02-01", "cancel", ""),
        ("2027-02-08", "REQUEST", ""),
        ("2027-02-01", "publish", ""),
    ],
)
def test_a_file_that_says_of_a_date_what_is_not_so_is_warned_of(
    run: Run, client: Client, series: str, day: str, method: str, said: str
) -> None:
    client.calendar.bookings.cancel(series, date="2027-02-01")

    answer = run("ics", series, "--on", day, "--method", method)

    assert answer.status == 0
    assert answer.out.startswith("BEGIN:VCALENDAR")
    assert answer.err.startswith(f"hint: {said}" if said else "")
    assert bool(answer.err) == bool(said)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("ics", "which booking?"),
        ("ics UID --event demo", "a UID is one booking"),
        ("ics UID --from 2027-01-01", "a UID is one booking"),
        ("ics --event demo --method publish", "--method is for one booking"),
        ("ics --host me --alarm 15m", "--alarm is for one booking"),
        ("create --atomic", "--atomic is for --input"),
        ("list --upcoming --past", "--upcoming and --past exclude each other"),
        ("list --occurrences --after UID", "--after goes by whole bookings"),
    ],
)
def test_what_does_not_go_together_is_a_usage_error(
    run: Run, series: str, command: str, said: str
) -> None:
    args = command.replace("UID", series).split()

    answer, error = run(*args), run(*args, "--json").error

    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"calbook: {said}")
    assert (error["code"], error["exitCode"]) == ("usage", 2)


@pytest.fixture
def shelf(team: Client, book: Book) -> dict[str, str]:
    """Bookings of two event types and hosts; one is cancelled."""
    uids = {
        "early": book("2027-01-18 10:00"),
        "late": book("2027-01-25 10:00"),
        "gone": book("2027-01-19 10:00"),
        "alice": book("2027-01-20 10:00", "solo"),
    }
    team.calendar.bookings.cancel(uids["gone"])
    return uids


@pytest.mark.parametrize(
    ("options", "name", "held"),
    [
        ("--event demo", "Demo", "early late"),
        ("--host alice", "alice", "alice"),
        ("--host me", "Grace", "early late"),
        ("--from 2027-01-20", "Bookings", "late alice"),
        ("--to 2027-01-20", "Bookings", "early alice"),
        ("--from 2027-01-18 --to 2027-01-18", "Bookings", "early"),
        ("--event demo --to 2027-01-20", "Demo", "early"),
    ],
)
def test_a_feed_has_what_takes_place_of_what_was_asked_for(
    run: Run, shelf: dict[str, str], options: str, name: str, held: str
) -> None:
    answer = run("ics", *options.split())

    assert (answer.status, answer.err) == (0, "")
    lines = answer.out.splitlines()
    uids = {line[4:19] for line in lines if line.startswith("UID:bk_")}
    assert [line for line in lines if line.startswith("METHOD")] == ["METHOD:PUBLISH"]
    assert uids == {shelf[key] for key in held.split()}
    named = [line for line in lines if line.startswith("NAME:")]
    assert named == [f"NAME:{name}"]


def test_a_feed_is_written_to_a_file(
    run: Run, shelf: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "feed.ics"

    answer = run("ics", "--event", "demo", "-o", file)
    again = run("ics", "--event", "demo", "-o", file)

    assert answer == (0, "", "")
    assert file.read_bytes().decode() == run("ics", "--event", "demo").out
    assert (again.status, again.out) == (1, "")
    assert again.err.endswith("exists\nhint: replace it with --force\n")


# -- lines of input --------------------------------------------------------------------


@pytest.mark.parametrize("text", ["nonsense", "nonsense\n", "\n[1]\n", "{}"])
def test_a_single_bad_line_leaves_stdout_empty(run: Run, book: Book, text: str) -> None:
    error = run("create", "--input", "-", "--json", input=text).error

    assert (error["code"], error["exitCode"]) == ("bad_input", 2)


def line(start: str, **more: Any) -> str:
    ada = {"name": "Ada", "email": "ada@example.com"}
    return json.dumps(
        {"eventTypeId": "demo", "startTime": start, "attendee": ada, **more}
    )


def test_a_line_of_input_may_be_a_series(run: Run, book: Book) -> None:
    book("2027-01-25 10:00")
    rule = {"frequency": "weekly", "count": 3}
    text = "\n".join(
        [
            line("2027-01-18 10:00", recurring=rule, onConflict="skip"),
            line("2027-01-18 11:00", recurring={**rule, "byDay": ["MO", "WE"]}),
            line("2027-01-18 10:00", recurring=rule, onConflict="refuse"),
            line("2027-01-18 12:00", onConflict="skip"),
            line("2027-01-18 12:00", recurring={**rule, "often": True}),
        ]
    )

    answer = run("create", "--input", "-", "--jsonl", input=text)

    made = [json.loads(line) for line in answer.out.splitlines()]
    errors = [json.loads(line)["error"] for line in answer.err.splitlines()]
    assert [[o["status"] for o in item["occurrences"]] for item in made] == [
        ["CONFIRMED", "CANCELLED", "CONFIRMED"],
        ["CONFIRMED"] * 3,
    ]
    assert [o["date"] for o in made[1]["occurrences"]] == [
        *("2027-01-18", "2027-01-20", "2027-01-25")
    ]
    assert [(e["code"], e["details"]["line"]) for e in errors] == [
        *(("slot_taken", 3), ("usage", 4), ("bad_input", 5))
    ]
    assert answer.status == errors[0]["exitCode"] == 4


@pytest.mark.parametrize(
    ("start", "rest", "is_hinted"),
    [
        pytest.param("2027-01-29 10:00", ("monthly",), True, id="the 29th"),
        pytest.param("2027-03-31 10:00", ("monthly",), True, id="the 31st"),
        pytest.param("2027-01-28 10:00", ("monthly",), False, id="the 28th"),
        pytest.param(
            "2027-01-29 10:00", ("monthly", "--by-day", "-1FR"), False, id="a weekday"
        ),
        pytest.param("2027-01-29 10:00", ("weekly",), False, id="weekly"),
    ],
)
def test_a_monthly_series_late_in_the_month_says_what_exchange_shows(
    run: Run, book: Book, start: str, rest: tuple[str, ...], is_hinted: bool
) -> None:
    how = ("--by", "host", "--override", "hours", "--count", "3")

    answer = run(*DEMO, "--start", start, *how, "--repeat", *rest)

    assert answer.status == 0
    assert ("Exchange" in answer.err) is is_hinted
